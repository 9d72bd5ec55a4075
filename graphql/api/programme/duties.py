"""Duties of the task force 专班任务 in the schema: what is to be delivered, who leads it, what is open or overdue. plan O1."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated

import orjson
import strawberry

from api.kit.context import Context
from api.kit.edges import Edge, Loader, led_to
from api.kit.enums import enum_type
from api.kit.filter_values import require_unit, require_values
from api.kit.ids import PersonID, id_of, key_of, keys_of
from api.kit.lists import Listed, listing
from api.kit.mutations import Payload, ServerFields, new_id
from api.kit.nodes import Node, NodeKind
from api.kit.paging import AtLeast, below, wanted_fields
from api.kit.parts import parts
from api.kit.published import argument, field, published
from api.kit.row_mapping import shown
from api.participants.liaisons import Contact, load_contacts
from api.participants.organisations import Organisation, load_organisations
from domain.access import Role
from domain.kernel import Command, IdOf
from domain.masks import ACTORS
from domain.programme.duties.commands import (
    AskForLaterDutyDay,
    DeclineDuty,
    DeliverDuty,
    NameDutyContact,
    ReportDuty,
    ResignDuty,
    StateDuty,
    TakeOnDuty,
)
from domain.programme.duties.state import DUTY_READERS, SEE_ALL_DUTIES, DutyStatus
from domain.programme.duties.state import Duty as DutyState
from domain.programme.duties.strengths import Strength
from projections.programme import duties as rows
from projections.programme.duties import DutyFilter, DutyReader, DutyRow, StrengthFilter, StrengthRow
from standards.edition.text import SourceMark

DutyID = Annotated[strawberry.ID, IdOf("duty")]
DUTIES_READ = DUTY_READERS
"""Duties of the task force 专班任务: the administration and the auditor all, a body what it leads or could. plan O1."""
DUTY_CONTACTS = frozenset({Role.CITY, Role.DISTRICT})
"""Who calls the lead of a duty 牵头联络人: the administration. plan O1."""
for _enum in (DutyStatus, Strength):
    enum_type(_enum)


@published(DUTIES_READ)
class DutyReport:
    """What the lead of a duty reported · 进展. plan O1"""

    day: date = field("Day of the report · 报告日")
    text: str = field("What was done and what is open · 进展")


@published(DUTIES_READ)
class DutyDayChange:
    """Another day for a duty, asked for and moved or kept, or moved by the city itself · 完成日变更. plan O1"""

    before: date = field("Day that held before · 原完成日")
    asked_by: date | None = field("Day that the lead asked for; null: nobody asked · 申请的完成日")
    asked_for: str | None = field("Why the lead asked · 申请理由")
    by: date = field("Day that holds from then on; the former where it was kept · 完成日")
    reason: str = field("Why the city moved or kept it · 理由")
    day: date = field("Day of that decision · 决定日")
    decided_by: PersonID | None = field("Who decided · 决定人员", roles=ACTORS)


@published(DUTIES_READ, row=DutyRow)
class Duty(Node):
    """Piece of work of the task force; how it goes is shown to its lead and the administration · 专班任务. plan O1"""

    id: DutyID = field("Its id · 专班任务标识")
    title: str = field("What it is called · 任务名称")
    clause: str = field("Clause of the work plan that it serves · 条款")
    deliverable: str = field("What is to be delivered · 交付成果")
    strength: Strength | None = field("Strength that its lead must have; null: any · 所需专长")
    since: date = field("First day · 起始日")
    by: date = field("Day by which it is to be done · 完成日")
    status: DutyStatus = field("How far it has come · 专班任务状态")
    overdue: bool = field("Whether its day is over and nothing is delivered · 是否逾期", made=True)
    lead: Organisation | None = field("Body that leads it or is asked to; null: nobody · 牵头单位", by="lead")
    contact: Contact | None = field(
        "Named contact of the lead; null without one, and once that membership is over · 联络人",
        roles=DUTY_CONTACTS,
        made=True,
    )
    asked_by: date | None = field("Later day that waits for the city's answer; null of none · 待答复的完成日", made=True)
    asked_for: str | None = field("Why it is asked for · 申请理由", made=True)
    day_changes: list[DutyDayChange] = parts(DutyDayChange, "Every change of its day, the first first · 完成日变更", made=True)
    reports: list[DutyReport] = parts(
        DutyReport, "What its leads reported, the first first; to a body once it has taken it on · 进展", made=True
    )
    delivery: str | None = field("What was delivered last; null before · 成果", made=True)
    reason: str | None = field("Why it was last declined, given back, sent back or withdrawn · 理由", made=True)
    version: int | None = field("Version of its stream, null to who leads or could; pass it as `expectedVersion` · 版本", made=True)


@published(DUTIES_READ, row=StrengthRow)
class BodyStrengths:
    """What a support body or provider is good at from a day on, until it is stated anew · 专长. plan O1"""

    organisation: Organisation | None = field("The body · 单位", by="organisation")
    since: date = field("First day · 起始日")
    strengths: list[Strength] = field("What it is good at · 专长", made=True)
    source: str = field("Document that it comes from · 来源", made=True)
    mark: SourceMark = field("Mark of the source · 来源标记")


def _reader(context: Context) -> DutyReader | None:
    """Whose eyes duties are read with; None = who sees all."""
    if context.role in SEE_ALL_DUTIES:
        return None
    body = context.caller.organisation
    return DutyReader(body, rows.strengths_on(context.snapshot, body, context.today.isoformat()))


def _where(context: Context) -> DutyFilter:
    return DutyFilter(_reader(context), context.today.isoformat())


def _changes(context: Context, state: DutyState) -> list[DutyDayChange]:
    return [
        DutyDayChange(
            before=one.before,
            asked_by=one.asked.by if one.asked is not None else None,
            asked_for=one.asked.reason if one.asked is not None else None,
            by=one.by,
            reason=one.reason,
            day=one.day,
            decided_by=id_of("person", one.decided_by) if context.role in ACTORS else None,
        )
        for one in state.day_changes
    ]


def _contacts(context: Context, found: Sequence[DutyRow], wanted: frozenset[str]) -> dict[str, Contact]:
    """Person -> contact, of the leads of a page; who is no contact any more is not among them."""
    if "contact" not in wanted or context.role not in DUTY_CONTACTS:
        return {}
    leads = sorted({row.lead for row in found if row.lead is not None})
    listed = load_contacts(context, leads, below(wanted, "contact"))
    return {f"{unit} {one.person}": one for unit, some in listed.items() for one in some}


def _build(context: Context, found: Sequence[DutyRow], wanted: frozenset[str]) -> list[Duty]:
    lead, contacts = led_to(context, (Duty, "lead"), found, wanted), _contacts(context, found, wanted)
    today, made = context.today.isoformat(), []
    for row in found:
        state = row.state()
        leads = row.lead == context.caller.organisation and row.status is not DutyStatus.OFFERED
        told = context.role in SEE_ALL_DUTIES or leads
        asked = state.asked if told else None
        named = f"{row.lead} {id_of('person', state.lead.contact)}" if state.lead is not None else ""
        duty = Duty(
            **shown(Duty, row),
            overdue=row.by < today and row.status in rows.UNDONE,
            lead=lead(row.lead),
            contact=contacts.get(named),
            asked_by=asked.by if asked is not None else None,
            asked_for=asked.reason if asked is not None else None,
            day_changes=_changes(context, state) if told else [],
            reports=[DutyReport(day=one.day, text=one.text) for one in state.reports] if told else [],
            delivery=state.delivery if told else None,
            reason=state.reason if told else None,
            version=row.version if context.role in SEE_ALL_DUTIES else None,
        )
        made.append(duty)
    return made


def _of_ids(context: Context, keys: Sequence[str], wanted: frozenset[str]) -> dict[str, Duty]:
    found = rows.duties_by_id(context.snapshot, _where(context), keys)
    return dict(zip(found, _build(context, list(found.values()), wanted), strict=True))


def _build_strengths(context: Context, found: Sequence[StrengthRow], wanted: frozenset[str]) -> list[BodyStrengths]:
    body = led_to(context, (BodyStrengths, "organisation"), found, wanted)
    return [
        BodyStrengths(
            **shown(BodyStrengths, row),
            organisation=body(row.organisation),
            strengths=[Strength(one) for one in orjson.loads(row.strengths)],
            source=row.document,
        )
        for row in found
    ]


DUTIES: Listed[DutyFilter, DutyRow, Duty] = Listed(
    name="duties", node=Duty, order=rows.SOONEST_FIRST, rows=rows.duties, count=rows.duty_count, build=_build
)
STRENGTHS: Listed[StrengthFilter, StrengthRow, BodyStrengths] = Listed(
    name="bodyStrengths",
    node=BodyStrengths,
    order=rows.LATEST_OF_BODY,
    rows=rows.strengths,
    count=rows.strength_count,
    build=_build_strengths,
)


@strawberry.type
class DutyQueries:
    """Query fields: duties of the task force."""

    @field("One duty; null when there is none that the caller sees · 专班任务. plan O1", roles=DUTIES_READ)
    def duty(
        self,
        info: strawberry.Info[Context, None],
        id: Annotated[strawberry.ID, argument("Its id · 专班任务标识")],  # noqa: A002 - the argument's published name
        at_least: AtLeast = None,
    ) -> Duty | None:
        """A duty."""
        info.context.at_least(at_least)
        key = key_of(id, "duty")
        return _of_ids(info.context, [key], wanted_fields(info)).get(key)

    @listing(
        DUTIES,
        "Duties of the task force, what is due first first: to city, districts and auditor all; to a body those it leads, and what "
        "is open and asks for a strength of its own; `status: OPEN` is what nobody leads · 专班任务列表. plan O1",
        roles=DUTIES_READ,
    )
    def duties(
        self,
        info: strawberry.Info[Context, None],
        status: Annotated[list[DutyStatus] | None, argument("In any of these states; none = any · 专班任务状态")] = None,
        strength: Annotated[list[Strength] | None, argument("Asking for any of these strengths; none = all · 所需专长")] = None,
        lead: Annotated[list[strawberry.ID] | None, argument("Led by any of these bodies; none = all · 牵头单位")] = None,
        overdue: Annotated[bool | None, argument("Whether the day is over and nothing delivered; none = either · 是否逾期")] = None,
    ) -> DutyFilter:
        """A page of duties."""
        context = info.context
        require_values(status=status, strength=strength, lead=lead)
        leads = keys_of(lead, "organisation")
        for one in leads or ():
            require_unit(context.snapshot, "lead", one)
        return DutyFilter(_reader(context), context.today.isoformat(), status, strength, leads, overdue)

    @listing(
        STRENGTHS,
        "What support bodies and providers are good at, by body, the latest day first · 专长列表. plan O1",
        roles=DUTIES_READ,
    )
    def body_strengths(
        self,
        info: strawberry.Info[Context, None],
        organisation: Annotated[strawberry.ID | None, argument("Of this body; none = all · 单位标识")] = None,
    ) -> StrengthFilter:
        """A page of strengths."""
        body = key_of(organisation, "organisation")
        require_unit(info.context.snapshot, "organisation", body)
        return StrengthFilter(body)


def _find(context: Context, key: str, _command: Command, wanted: frozenset[str]) -> Duty | None:
    return _of_ids(context, [key], wanted).get(key)


def _find_body(context: Context, key: str, _command: Command, wanted: frozenset[str]) -> Organisation | None:
    return load_organisations(context, [key], wanted).get(key)


QUERIES = DutyQueries
FOUND_BY_ID: Mapping[str, NodeKind] = {"duty": NodeKind(Duty, _of_ids)}
EDGES: Mapping[Edge, Loader] = {
    (Duty, "lead"): load_organisations,
    (BodyStrengths, "organisation"): load_organisations,
}
SERVER_FIELDS: Mapping[type[Command], ServerFields] = {
    **dict.fromkeys(  # a later lead would count what went before it
        (NameDutyContact, TakeOnDuty, DeclineDuty, ResignDuty, ReportDuty, AskForLaterDutyDay, DeliverDuty),
        ServerFields(frozenset(), shows_version=False),
    ),
    StateDuty: ServerFields(frozenset({"duty"}), fill=new_id("duty")),
}
PAYLOADS: Mapping[str, Payload] = {
    "duty": Payload("duty", Duty, _find),
    "strength": Payload("organisation", Organisation, _find_body),
}
"""Capability, or a command whose payload carries something else -> what its payloads carry 返回对象."""
