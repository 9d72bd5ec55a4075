"""Signals 异常信号 in the schema: screenings, and what they found, to those whom it concerns; each its own half. plan V5."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated

import orjson
import strawberry

from api.diagnosis.diagnoses import Diagnosis, load_diagnoses
from api.kit.context import Context
from api.kit.edges import Edge, Loader, led_to
from api.kit.enums import enum_type
from api.kit.filter_values import require_some, require_units, with_keys
from api.kit.ids import CampaignID, OrganisationID, PersonID, id_of, key_of
from api.kit.lists import Listed, listing, single
from api.kit.mutations import Payload, ServerFields, new_id
from api.kit.nodes import Node, NodeKind
from api.kit.paging import AtLeast
from api.kit.published import argument, field, published, published_filter
from api.kit.row_mapping import shown
from api.participants.enterprises import Enterprise, load_enterprises
from api.participants.organisations import Organisation, load_organisations
from domain.access import POSITIONS, Mask, Role
from domain.instants import city_day
from domain.kernel import Command, IdOf, cited
from domain.kernel import key_of as key_of_stream
from domain.masks import ACTORS, AUDIT, SCREENINGS_READ
from domain.participants.organisations import OrganisationKind
from domain.providers.signals.numbers import SignalKind
from domain.providers.signals.screening import RequestScreening, ScreeningStatus
from domain.providers.signals.signal import SignalOutcome
from domain.providers.signals.state import SIGNAL_READERS, SignalStatus, signal_stream
from projections.diagnosis.diagnoses import diagnoses_by_id
from projections.providers import signals as rows_of
from projections.providers.signals import ScreeningFilter, ScreeningRow, SignalFilter, SignalRow

SignalID = Annotated[strawberry.ID, IdOf("signal")]
ScreeningID = Annotated[strawberry.ID, IdOf("screening")]
SIGNALS_READ = SIGNAL_READERS
"""Signals 异常信号: the city, the district of the firm, the one concerned, the auditor. plan V5."""
SIGNAL_COUNTERPARTS = SCREENINGS_READ
"""Which other cases a signal rests on: each in whose scope these lie; never the one concerned. plan V5."""
for _enum in (ScreeningStatus, SignalOutcome, SignalKind, SignalStatus):
    enum_type(_enum)
published_filter(SignalFilter)


@published(SCREENINGS_READ, row=ScreeningRow)
class Screening(Node):
    """Screening of a year's records for signals · 筛查. plan V5"""

    id: ScreeningID = field("Its id · 筛查标识")
    status: ScreeningStatus = field("How far it has come · 筛查状态")
    version: int = field("Version of its stream; pass it as `expectedVersion` · 版本", made=True)
    year: int = field("Year in which the cases were opened · 年度", made=True)
    campaign: CampaignID | None = field("Campaign that they belong to; null: any · 批次", made=True)
    district: OrganisationID | None = field("District of the firms; null: the whole city · 区", made=True)
    requested_at: datetime = field("When it was asked for, UTC · 申请时间")
    method: str | None = field("Method and its version; null until it is done · 方法", made=True)
    rule_since: date | None = field("First day of the rule that it was done by · 规则起始日", made=True)
    position: int | None = field("Journal position up to which facts were looked at · 截止位置", roles=AUDIT, made=True)
    input_digest: str | None = field("SHA-256 of what was looked at · 输入摘要", made=True)
    texts: int | None = field("Texts that were long enough to be compared · 文本数", made=True)
    files: int | None = field("Files that were large enough to be compared · 文件数", made=True)
    self_assessments: int | None = field("Self-assessments that could be judged · 自评数", made=True)
    not_judged: int | None = field(
        "Self-assessments whose edition and industry have too few verified cases · 未判自评数", made=True
    )
    stays: int | None = field("Stays of a person at a firm · 到访数", made=True)
    raised: int | None = field("Signals that were new · 新信号数", made=True)
    known: int | None = field("Signals that were raised before and found again · 已有信号数", made=True)
    left_out: int | None = field("Signals that a further screening raises · 未提出信号数", made=True)


@published(SIGNALS_READ, row=SignalRow)
class Signal(Node):
    """What a screening found of a case, with reason, evidence and a right to answer; never a verdict · 异常信号. plan V5"""

    id: SignalID = field("Its id; pass it to `answerSignal` · 信号标识")
    kind: SignalKind = field("What it is about · 信号类别")
    status: SignalStatus = field("How far it has come · 信号状态")
    version: int = field("Version of its stream; pass it as `expectedVersion` · 版本")
    enterprise: Enterprise | None = field("Firm of the case · 企业", by="enterprise")
    provider: Organisation | None = field("Provider of the case · 服务商", by="provider")
    diagnosis: Diagnosis | None = field("Case · 诊断", by="diagnosis")
    concerns_firm: bool = field("Whether the firm is to answer; else the provider · 是否由企业答复")
    section: str | None = field("Section of the case; null where it is of no one · 所在部分")
    value: Decimal = field("Similarity, firms, answers in a row or minutes, by kind · 数值")
    threshold: Decimal = field("From where on it is a signal · 阈值")
    expected: Decimal = field("Share of honest records that raise the like, by the rule · 预期误报率")
    rule_since: date = field("First day of the rule that it was raised by · 规则起始日")
    evidence: list[strawberry.ID] = field("Facts of the case that it rests on, stream and version · 所据事实", made=True)
    counterparts: list[strawberry.ID] | None = field(
        "Facts of other cases that it rests on, those within the scope · 对照事实", roles=SIGNAL_COUNTERPARTS, made=True
    )
    raised_at: datetime = field("When it was raised, UTC · 提出时间")
    due: date = field("Last day to answer · 答复期限")
    overdue: bool = field("Whether that day is over and nobody answered · 是否逾期未答", made=True)
    statement: str | None = field("Answer of the one concerned; null before · 答复内容", mask=Mask.PROCESS_SECRETS)
    answered_at: datetime | None = field("When it was answered, UTC; null before · 答复时间")
    reason: str | None = field("Why it was closed so; null before · 办结理由", mask=Mask.PROCESS_SECRETS)
    closed_at: datetime | None = field("When it was closed, UTC; null before · 办结时间")
    closed_by: PersonID | None = field("Person who closed it; null before · 办结人标识", roles=ACTORS)


def _build_screenings(_context: Context, found: Sequence[ScreeningRow], _wanted: frozenset[str]) -> list[Screening]:
    return [_screening(row) for row in found]


def _screening(row: ScreeningRow) -> Screening:
    state = row.state()
    result = state.result
    compared = result.compared if result is not None else None
    return Screening(
        **shown(Screening, row),
        version=state.version,
        year=state.year,
        campaign=id_of("campaign", state.campaign) if state.campaign is not None else None,
        district=id_of("organisation", state.district) if state.district is not None else None,
        method=result.method if result is not None else None,
        rule_since=result.rule_since if result is not None else None,
        position=result.position if result is not None else None,
        input_digest=result.input_digest if result is not None else None,
        texts=compared.texts if compared is not None else None,
        files=compared.files if compared is not None else None,
        self_assessments=compared.self_assessments if compared is not None else None,
        not_judged=compared.not_judged if compared is not None else None,
        stays=compared.stays if compared is not None else None,
        raised=result.raised if result is not None else None,
        known=result.known if result is not None else None,
        left_out=result.left_out if result is not None else None,
    )


def _build_signals(context: Context, rows: Sequence[SignalRow], wanted: frozenset[str]) -> list[Signal]:
    """Signals of rows; the other cases as far as they lie in the scope. Whoever reads another's words is written down."""
    masks = context.disclosure_notes.masks("Signal", wanted)
    said = [row for row in rows if row.statement is not None or row.reason is not None]
    if context.role not in POSITIONS[Role.ENTERPRISE]:
        context.disclosure_notes.note(masks, [(row.enterprise, signal_stream(row.id)) for row in said])
    edges = {name: led_to(context, (Signal, name), rows, wanted) for name in ("enterprise", "provider", "diagnosis")}
    other = {row.id: orjson.loads(row.counterparts) for row in rows} if "counterparts" in wanted else {}
    cases = {key_of_stream(cited(cause)[0]) for causes in other.values() for cause in causes}
    in_scope = diagnoses_by_id(context.snapshot, context.scope, sorted(cases)) if cases else {}
    today = city_day(context.services.clock()).isoformat()
    return [
        Signal(
            **shown(Signal, row),
            enterprise=edges["enterprise"](row.enterprise),
            provider=edges["provider"](row.provider),
            diagnosis=edges["diagnosis"](row.diagnosis),
            evidence=[strawberry.ID(one) for one in orjson.loads(row.evidence)],
            counterparts=[strawberry.ID(one) for one in other.get(row.id, ()) if key_of_stream(cited(one)[0]) in in_scope],
            overdue=row.status == SignalStatus.RAISED and row.due < today,
        )
        for row in rows
    ]


SCREENINGS: Listed[ScreeningFilter, ScreeningRow, Screening] = Listed(
    name="screenings",
    node=Screening,
    order=rows_of.SCREENINGS_NEWEST_FIRST,
    rows=rows_of.screenings,
    count=rows_of.screening_count,
    by_id=rows_of.screenings_by_id,
    build=_build_screenings,
)
SIGNALS: Listed[SignalFilter, SignalRow, Signal] = Listed(
    name="signals",
    node=Signal,
    order=rows_of.NEWEST_FIRST,
    rows=rows_of.signals,
    count=rows_of.signal_count,
    by_id=rows_of.signals_by_id,
    build=_build_signals,
)


@strawberry.type
class SignalQueries:
    """Query fields: screenings and signals."""

    @field("One screening; null when it does not exist or lies outside the scope · 筛查. plan V5", roles=SCREENINGS_READ)
    def screening(
        self,
        info: strawberry.Info[Context, None],
        id: Annotated[strawberry.ID, argument("Its id · 筛查标识")],  # noqa: A002 - the argument's published name
        at_least: AtLeast = None,
    ) -> Screening | None:
        """A screening in the caller's scope."""
        return single(info, SCREENINGS, key_of(id, "screening"), at_least=at_least)

    @listing(SCREENINGS, "Screenings within the scope, the newest first · 筛查列表. plan V5", roles=SCREENINGS_READ)
    def screenings(
        self,
        status: Annotated[ScreeningStatus | None, argument("How far it has come; none = any · 筛查状态")] = None,
    ) -> ScreeningFilter:
        """A page of screenings."""
        return ScreeningFilter(status)

    @field("One signal; null when it does not exist or lies outside the scope · 异常信号. plan V5", roles=SIGNALS_READ)
    def signal(
        self,
        info: strawberry.Info[Context, None],
        id: Annotated[strawberry.ID, argument("Its id · 信号标识")],  # noqa: A002 - the argument's published name
        at_least: AtLeast = None,
    ) -> Signal | None:
        """A signal in the caller's scope."""
        return single(info, SIGNALS, key_of(id, "signal"), at_least=at_least)

    @listing(
        SIGNALS,
        "Signals within the scope, the newest first: a provider's and a firm's those that concern it · 异常信号列表. plan V5",
        roles=SIGNALS_READ,
    )
    def signals(
        self,
        info: strawberry.Info[Context, None],
        filter: Annotated[SignalFilter | None, argument("What to look for; none = all · 筛选")] = None,  # noqa: A002 - the argument's published name
    ) -> SignalFilter:
        """A page of signals."""
        if filter is None:
            return SignalFilter()
        require_some(filter)
        where = with_keys(filter)
        require_units(info.context.snapshot, where, {"provider": OrganisationKind.PROVIDER})
        return where


def _find_screening(context: Context, key: str, _command: Command, wanted: frozenset[str]) -> Screening | None:
    return SCREENINGS.of_ids(context, [key], wanted).get(key)


def _find_signal(context: Context, key: str, _command: Command, wanted: frozenset[str]) -> Signal | None:
    return SIGNALS.of_ids(context, [key], wanted).get(key)


QUERIES = SignalQueries
FOUND_BY_ID: Mapping[str, NodeKind] = {
    "screening": NodeKind(Screening, SCREENINGS.of_ids),
    "signal": NodeKind(Signal, SIGNALS.of_ids),
}
EDGES: Mapping[Edge, Loader] = {
    (Signal, "enterprise"): load_enterprises,
    (Signal, "provider"): load_organisations,
    (Signal, "diagnosis"): load_diagnoses,
}
SERVER_FIELDS: Mapping[type[Command], ServerFields] = {
    RequestScreening: ServerFields(frozenset({"screening"}), fill=new_id("screening")),
}
PAYLOADS: Mapping[str, Payload] = {
    "screening": Payload("screening", Screening, _find_screening),
    "signal": Payload("signal", Signal, _find_signal),
}
"""Capability, or a command whose payload carries something else -> what its payloads carry 返回对象."""
