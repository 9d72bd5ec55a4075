"""Screening 筛查: the city, or a district of its own firms, has a year's records looked through; the program raises what it finds.

One stream a screening. A signal that was raised before is not raised again. plan V5.
"""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, ClassVar, Literal, assert_never

from pydantic import BaseModel, ConfigDict, Field

from domain.access import Place
from domain.command_rights import GOVERNMENT, require_right
from domain.diagnosis.campaigns import Campaign, campaign_stream
from domain.governance.computations import RecordComputation
from domain.governance.dated_rules import dated_rule_on, rule_stream
from domain.governance.proceedings.state import calendar_of
from domain.governance.rule_bodies.body import RuleKind
from domain.governance.rule_bodies.signals import SignalRule
from domain.governance.working_calendar import CALENDAR_STREAM, deadline
from domain.kernel import (
    NOT_FOUND,
    NOWHERE,
    CampaignRef,
    Capability,
    Command,
    Count,
    DecisionContext,
    Event,
    Facts,
    Identifier,
    IdOf,
    OnStream,
    OrganisationRef,
    Rule,
    Stream,
    cause_of,
    stream_of,
)
from domain.participants.organisations import Organisation, OrganisationKind, organisation_stream
from domain.providers.signals.numbers import MOST_FINDINGS, Compared, SignalFinding, SignalKind
from domain.providers.signals.signal import SignalRaised
from domain.providers.signals.state import signal_stream
from standards.described import DescribedEnum

SIGNAL_RULE = rule_stream(RuleKind.SIGNALS)
RATE_OF: Mapping[SignalKind, str] = {
    SignalKind.COPIED_ANSWERS: "copied_text",
    SignalKind.COPIED_FINDINGS: "copied_text",
    SignalKind.REUSED_EVIDENCE: "reused_evidence",
    SignalKind.STRAIGHT_LINE: "straight_line",
    SignalKind.OVERLAPPING_VISITS: "overlapping_visits",
}
"""Kind of signal -> its line in the rule's table of false positives."""

ScreeningRef = Annotated[Identifier, IdOf("screening")]

# Rules

SCREENING_EXISTS = Rule(
    "SCREENING_EXISTS",
    "plan V5",
    "该筛查已存在，无须再次申请",
    "This screening exists already; it need not be asked for again",
)
SCREENING_YEAR_AHEAD = Rule(
    "SCREENING_YEAR_AHEAD",
    "plan V5",
    "{given} 年尚未到来，最晚可筛查 {latest} 年的记录",
    "The year {given} has not come; records of {latest} are the latest that can be screened",
)
SCREENING_DISTRICT_UNKNOWN = Rule(
    "SCREENING_DISTRICT_UNKNOWN",
    "plan V5",
    "没有登记这个区，请从区级部门清单中选取；筛查全市的，不填区",
    "There is no such district; take one of those listed, or none to screen the whole city",
)
SCREENING_CAMPAIGN_UNKNOWN = Rule(
    "SCREENING_CAMPAIGN_UNKNOWN",
    "plan V5",
    "没有这个批次，请从批次清单中选取；筛查全年的，不填批次",
    "There is no such campaign; take one of those listed, or none to screen the whole year",
)

# Commands


class ScreeningCommand(Command):
    """A command about one screening 筛查命令."""

    screening: ScreeningRef = Field(description="Screening, by its id · 筛查标识")


class RequestScreening(ScreeningCommand):
    """Have the records of a year's cases screened for signals; the program does it · 申请筛查."""

    roles: ClassVar = GOVERNMENT

    year: Annotated[int, Field(ge=2023, le=2100)] = Field(description="Year in which the cases were opened · 年度")
    campaign: CampaignRef | None = Field(default=None, description="Campaign that they belong to; none = any · 批次")
    district: OrganisationRef | None = Field(default=None, description="District of the firms; none = the whole city · 区")


class RecordScreening(RecordComputation, ScreeningCommand):
    """Record what a screening found 记录筛查结果. findings: the new ones; known, left_out: how many besides."""

    findings: Annotated[tuple[SignalFinding, ...], Field(max_length=MOST_FINDINGS)]
    compared: Compared
    known: Count
    left_out: Count


AnyScreeningCommand = RequestScreening | RecordScreening

# Events


class ScreeningRequested(Event):
    """A screening was asked for 筛查已申请. district: None = the whole city."""

    type: Literal["screening.requested.v1"] = "screening.requested.v1"
    says: ClassVar = "申请筛查 {year} 年的记录"
    says_in_english: ClassVar = "asked for a screening of the records of {year}"
    year: int
    campaign: str | None
    district: str | None


class ScreeningComputed(Event):
    """What a screening came to 筛查已完成. raised: signals that were new; known: found again; rule: None = the default."""

    type: Literal["screening.computed.v1"] = "screening.computed.v1"
    says: ClassVar = "按方法 {method} 完成筛查，提出新信号 {raised} 件"
    says_in_english: ClassVar = "completed the screening by method {method}; new signals: {raised}"
    method: str
    rule: str | None
    rule_since: date
    position: int
    input_digest: str
    compared: Compared
    raised: int
    known: int
    left_out: int


ScreeningEvent = ScreeningRequested | ScreeningComputed

# State


class ScreeningStatus(DescribedEnum):
    """How far a screening has come · 筛查状态."""

    REQUESTED = "requested", "Asked for; the program does it · 筛查中"
    COMPUTED = "computed", "Done · 已完成"


class Screening(BaseModel):
    """A screening as it stands 筛查. result: None before it is done."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    version: int = 1
    year: int
    campaign: str | None
    district: str | None
    result: ScreeningComputed | None = None

    @property
    def status(self) -> ScreeningStatus:
        """How far it has come."""
        return ScreeningStatus.REQUESTED if self.result is None else ScreeningStatus.COMPUTED


# Decide: what may happen


def decide(command: AnyScreeningCommand, screening: Screening | None, context: DecisionContext) -> Facts:
    """Raises Refused: any rule above."""
    require_right(command, context.role)
    match command:
        case RequestScreening():
            if screening is not None:
                raise SCREENING_EXISTS.refuse(path="screening")
            _require_known(command, context)
            return (ScreeningRequested(year=command.year, campaign=command.campaign, district=command.district),)
        case _ if screening is None:
            raise NOT_FOUND.refuse()
        case RecordScreening():
            return _recorded(command, context) if screening.result is None else ()
        case never:
            assert_never(never)


def _require_known(command: RequestScreening, context: DecisionContext) -> None:
    if command.year > context.day.year:
        raise SCREENING_YEAR_AHEAD.refuse(path="year", given=command.year, latest=context.day.year)
    if command.district is not None:
        district = context.read.get(organisation_stream(command.district))
        if not isinstance(district, Organisation) or district.kind is not OrganisationKind.DISTRICT:
            raise SCREENING_DISTRICT_UNKNOWN.refuse(path="district")
    if command.campaign is not None:
        campaign: Campaign | None = context.read.get(campaign_stream(command.campaign))
        if campaign is None:
            raise SCREENING_CAMPAIGN_UNKNOWN.refuse(path="campaign")


def _recorded(command: RecordScreening, context: DecisionContext) -> Facts:
    """The run, and each of its findings that is not a signal yet, with the time to answer it."""
    rule = dated_rule_on(context.read.get(SIGNAL_RULE), RuleKind.SIGNALS, context.day)
    assert isinstance(rule.body, SignalRule)  # noqa: S101 - of its kind
    rates = rule.body.false_positives
    answer_by = deadline(context.day, rule.body.answer_days, calendar_of(context))
    by_rule: dict[str, Any] = {"rule": rule.cause, "rule_since": rule.since}
    new = [one for one in command.findings if context.read.get(signal_stream(one.signal)) is None]
    raised = tuple(
        OnStream(
            signal_stream(one.signal),
            SignalRaised(
                screening=cause_of(screening_stream(command.screening), 1),
                expected=getattr(rates, RATE_OF[one.kind]),
                answer_by=answer_by,
                **by_rule,
                **{name: getattr(one, name) for name in type(one).model_fields if name != "signal"},
            ),
        )
        for one in new
    )
    told = command.model_dump(include={"method", "position", "input_digest", "left_out"})
    known = command.known + len(command.findings) - len(new)
    return (ScreeningComputed(**told, **by_rule, compared=command.compared, raised=len(new), known=known), *raised)


# Evolve: what has happened


def evolve(screening: Screening | None, event: ScreeningEvent) -> Screening:
    """The screening after one more fact."""
    match event:
        case ScreeningRequested():
            return Screening(year=event.year, campaign=event.campaign, district=event.district)
        case ScreeningComputed():
            assert screening is not None, "a history starts with ScreeningRequested"  # noqa: S101 - guards replay, not input
            return screening.model_copy(update={"version": screening.version + 1, "result": event})
        case never:
            assert_never(never)


# What the decider reads, and where its subject lies


def screening_stream(screening: str) -> Stream:
    """Stream of one screening."""
    return stream_of("screening", screening)


def _reads(command: AnyScreeningCommand, _screening: Screening | None) -> tuple[Stream, ...]:
    match command:
        case RequestScreening(campaign=campaign, district=district):
            named = [] if campaign is None else [campaign_stream(campaign)]
            return (*named, *([] if district is None else [organisation_stream(district)]))
        case RecordScreening(findings=findings):
            return (SIGNAL_RULE, CALENDAR_STREAM, *dict.fromkeys(signal_stream(one.signal) for one in findings))
        case never:
            assert_never(never)


def _place(command: AnyScreeningCommand, screening: Screening | None, _read: Mapping[str, Any]) -> Place:
    found = command if isinstance(command, RequestScreening) else screening
    return NOWHERE if found is None or found.district is None else Place(district=found.district)


SCREENINGS = Capability(
    name="screening",
    commands=tuple(AnyScreeningCommand.__args__),
    events=tuple(ScreeningEvent.__args__),
    stream=lambda command: screening_stream(command.screening),
    reads=_reads,
    place=_place,
    decide=decide,
    evolve=evolve,
)
