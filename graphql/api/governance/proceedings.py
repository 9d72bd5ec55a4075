"""Proceedings 办理程序 in the schema: what is pending against whom, for those whom it concerns. plan P6, V4."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Annotated

import strawberry

from api.kit.context import Context
from api.kit.edges import Loader, led_to
from api.kit.filter_values import require_some, require_units, with_keys
from api.kit.ids import OrganisationID, PersonID, ProceedingID, key_of
from api.kit.lists import Listed, listing, single
from api.kit.mutations import Payload, ServerFields, new_id
from api.kit.nodes import Node, NodeKind
from api.kit.orders import order_enum
from api.kit.paging import AtLeast
from api.kit.published import argument, field, published, published_filter
from api.kit.row_mapping import shown
from api.kit.row_plans import Holds
from api.participants.enterprises import Enterprise, load_enterprises
from api.participants.organisations import Organisation, load_organisations
from domain.access import Mask, Role
from domain.governance.proceedings.opening import OpenProceeding
from domain.governance.proceedings.state import (
    PROCEEDING_READERS,
    ProceedingKind,
    ProceedingOutcome,
    ProceedingStatus,
    Side,
)
from domain.governance.working_calendar import working_days_between
from domain.instants import city_day
from domain.kernel import Command
from domain.masks import ACTORS
from domain.participants.organisations import OrganisationKind
from projections.governance.proceedings import (
    BY_DUE_DAY,
    ProceedingFilter,
    ProceedingRow,
    proceeding_count,
    proceedings,
    proceedings_by_id,
)
from projections.governance.working_calendar import calendar_now

DUE_PROCESS = PROCEEDING_READERS - {Role.SYSTEM}
"""Proceedings 办理程序: their two sides, the city, the district where they lie, the auditor."""
published_filter(ProceedingFilter)


@published(DUE_PROCESS, row=ProceedingRow)
class Proceeding(Node):
    """Proceeding of due process: opened, notified, answered, heard, decided, appealed, final · 办理程序. plan P6, V4"""

    # What the sides say quotes answers and what was seen on site, as an objection within a diagnosis does.

    id: ProceedingID = field("Its id · 程序标识")
    kind: ProceedingKind = field("What it is about · 程序类别")
    status: ProceedingStatus = field("How far it has come · 程序状态")
    about: strawberry.ID = field("What it is about, by the name of its stream · 所涉事项")
    cause: strawberry.ID = field("Fact it follows from, stream and version · 起因")
    asked: str = field("What is asked for · 请求事项", mask=Mask.PROCESS_SECRETS)
    grounds: str = field("Why · 事实与理由", mask=Mask.PROCESS_SECRETS)
    provider: Organisation | None = field("Provider that is one of the two sides · 服务商", by="provider")
    enterprise: Enterprise | None = field("Firm that is one of the two sides; null where none is · 企业", by="enterprise")
    district: OrganisationID | None = field("District it was opened in · 所在区")
    applicant_role: Role = field("Role in which it was opened · 提起角色")
    opened_on: date = field("Day it was opened · 提起日期")
    opened_at: datetime = field("When it was opened, UTC · 提起时间")
    opened_by: PersonID | None = field("Person who opened it · 提起人标识", roles=ACTORS)
    rule: str | None = field("Dated rule that its periods follow from, stream and version; null of the default · 依据规则")
    rule_since: date = field("First day of that rule · 规则起始日")
    age: int = field("Working days since it was opened, until today or its end · 已办工作日", made=True)
    due: date | None = field("Last day of the step that runs; null where none does · 到期日")
    assumed: bool = field("Whether that day was counted, in part, by the week alone · 是否推定")
    overdue: bool = field("Whether that day is over · 是否逾期", made=True)
    statement: str | None = field("What the respondent answered · 陈述申辩", mask=Mask.PROCESS_SECRETS)
    asks_hearing: bool = field("Whether it asks for a hearing · 是否要求听证")
    time_over: bool = field("Whether it did not answer in time · 是否逾期未陈述")
    hearing: date | None = field("Day of the hearing · 听证日期")
    venue: str | None = field("Where the hearing is held · 听证地点")
    minutes: str | None = field("What was said at the hearing · 听证笔录", mask=Mask.PROCESS_SECRETS)
    outcome: ProceedingOutcome | None = field("What was decided, the latest · 处理结果")
    reasons: str | None = field("Why, the latest · 决定理由", mask=Mask.PROCESS_SECRETS)
    decided_by: PersonID | None = field("Person who decided, the latest · 决定人标识", roles=ACTORS)
    appeal_by: Side | None = field("Side that appealed; null where none did · 申诉方")
    appeal_grounds: str | None = field("Why it appealed · 申诉理由", mask=Mask.PROCESS_SECRETS)
    ended_at: datetime | None = field("When it ended, UTC; null while it is pending · 终结时间")


HOLDS = Holds("proceeding", firm="enterprise")


def build_proceedings(context: Context, rows: Sequence[ProceedingRow], wanted: frozenset[str]) -> list[Proceeding]:
    """Proceedings of rows, their two sides through the caller's scope."""
    context.disclosure_notes.note(context.disclosure_notes.masks("Proceeding", wanted), HOLDS.held(rows))
    provider = led_to(context, (Proceeding, "provider"), rows, wanted)
    enterprise = led_to(context, (Proceeding, "enterprise"), rows, wanted)
    today, calendar = context.today, calendar_now(context.snapshot)
    built = []
    for row in rows:
        fields = shown(Proceeding, row)
        until = city_day(fields["ended_at"]) if fields["ended_at"] is not None else today
        built.append(
            Proceeding(
                **fields,
                provider=provider(row.provider),
                enterprise=enterprise(row.enterprise),
                age=working_days_between(fields["opened_on"], until, calendar),
                overdue=row.due is not None and row.due < today.isoformat(),
            )
        )
    return built


PROCEEDINGS: Listed[ProceedingFilter, ProceedingRow, Proceeding] = Listed(
    name="proceedings",
    node=Proceeding,
    orders=order_enum(
        "ProceedingOrder",
        "What proceedings may be ordered by · 程序排序",
        opened_at="By when it was opened · 提起时间",
        due="By the last day of the step that runs, those without one last · 到期日",
    ),
    order=BY_DUE_DAY,
    rows=proceedings,
    count=proceeding_count,
    build=build_proceedings,
    by_id=proceedings_by_id,
    holds=HOLDS,
)


@strawberry.type
class ProceedingQueries:
    """Query fields: proceedings."""

    @field("One proceeding; null when it does not exist or lies outside the scope · 办理程序. plan P6", roles=DUE_PROCESS)
    def proceeding(
        self,
        info: strawberry.Info[Context, None],
        id: Annotated[strawberry.ID, argument("Its id · 程序标识")],  # noqa: A002 - the argument's published name
        at_least: AtLeast = None,
    ) -> Proceeding | None:
        """A proceeding in the caller's scope."""
        return single(info, PROCEEDINGS, key_of(id, "proceeding"), at_least=at_least)

    @listing(
        PROCEEDINGS,
        "Proceedings within the caller's scope, by the day on which their next step is due; those that have ended come last · "
        "程序列表. plan P6, V4",
        roles=DUE_PROCESS,
    )
    def proceedings(
        self,
        info: strawberry.Info[Context, None],
        filter: Annotated[ProceedingFilter | None, argument("What to look for; none = all · 筛选")] = None,  # noqa: A002 - as above
    ) -> ProceedingFilter:
        """A page of proceedings."""
        if filter is None:
            return ProceedingFilter()
        require_some(filter)
        where = with_keys(filter)
        require_units(info.context.snapshot, where, {"provider": OrganisationKind.PROVIDER})
        return where


def load_proceedings(context: Context, ids: Sequence[str], wanted: frozenset[str]) -> dict[str, Proceeding]:
    """Proceedings of many ids within the caller's scope."""
    return PROCEEDINGS.of_ids(context, ids, wanted)


def _find_proceeding(context: Context, key: str, _command: Command, wanted: frozenset[str]) -> Proceeding | None:
    return load_proceedings(context, [key], wanted).get(key)


QUERIES = ProceedingQueries
FOUND_BY_ID: Mapping[str, NodeKind] = {"proceeding": NodeKind(Proceeding, load_proceedings)}
EDGES: Mapping[tuple[type, str], Loader] = {
    (Proceeding, "provider"): load_organisations,
    (Proceeding, "enterprise"): load_enterprises,
}
SERVER_FIELDS: Mapping[type[Command], ServerFields] = {
    OpenProceeding: ServerFields(frozenset({"proceeding"}), fill=new_id("proceeding")),
}
PAYLOADS: Mapping[str, Payload] = {"proceeding": Payload("proceeding", Proceeding, _find_proceeding)}
"""Capability, or a command whose payload carries something else -> what its payloads carry 返回对象."""
