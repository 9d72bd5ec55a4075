"""Matching of a district's batch 批量派单: who is to diagnose which of its firms, a proposal that a person adopts or changes.

One stream a batch. The program works the plan out from what is on record, apart, since it takes seconds; it is a proposal that
names nobody for any case: whoever adopts it says where it is changed and why, and cases are opened and providers named by the rules
that hold then. plan V3.
"""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, ClassVar, Literal, assert_never

from pydantic import BaseModel, ConfigDict, Field

from domain.access import Place
from domain.command_rights import GOVERNMENT, require_right
from domain.governance.computations import RecordComputation
from domain.governance.dated_rules import dated_rule_on
from domain.governance.rule_bodies.body import RuleKind
from domain.governance.ties import MATCHING_RULE
from domain.kernel import (
    NOT_FOUND,
    Capability,
    Cause,
    Command,
    Count,
    DecisionContext,
    EnterpriseRef,
    Event,
    Facts,
    Identifier,
    IdOf,
    OrganisationRef,
    Part,
    Refused,
    Rule,
    Stream,
    Text,
    refuse_step,
    refuse_together,
    stream_of,
)
from domain.participants.enterprises import Firm, enterprise_stream
from domain.person_id_fields import PersonId
from domain.providers.matching.numbers import PlannedFirm
from standards.described import DescribedEnum

MOST_FIRMS = 2000
MatchingRef = Annotated[Identifier, IdOf("matching")]

# Rules

MATCHING_EXISTS = Rule(
    "MATCHING_EXISTS",
    "plan V3",
    "该批量派单已存在，无须再次申请",
    "This matching exists already; it need not be asked for again",
)
MATCHING_FIRM_UNKNOWN = Rule(
    "MATCHING_FIRM_UNKNOWN",
    "plan V3",
    "本区名单中没有第 {place} 家企业，请从本区企业中选取",
    "Firm {place} is not on this district's roster; take firms of the district",
)
MATCHING_FIRM_TWICE = Rule(
    "MATCHING_FIRM_TWICE",
    "plan V3",
    "第 {place} 家企业重复，请只列一次",
    "Firm {place} is named twice; name each once",
)
MATCHING_STATUS = Rule(
    "MATCHING_STATUS",
    "plan V3",
    "该批量派单目前为“{status_name}”，此时不能办理这一步；{next_step}",
    "This matching is {status}; this step does not follow from there; {next_step_in_english}",
)
MATCHING_CHANGE_UNFIT = Rule(
    "MATCHING_CHANGE_UNFIT",
    "plan V3",
    "第 {place} 项改动须改派给方案所列的其他可选服务商，或不派单；请从该企业的可选项中选取",
    "Change {place} takes one of the other providers that the plan lists for the firm, or none; choose one of these",
)

# Commands


class MatchingCommand(Command):
    """A command about one batch 批量派单命令."""

    matching: MatchingRef = Field(description="Matching, by its id · 派单标识")


class RequestMatching(MatchingCommand):
    """Ask for a plan of who diagnoses which of a district's firms; the program works it out · 申请派单方案."""

    roles: ClassVar = GOVERNMENT

    district: OrganisationRef = Field(description="District whose firms they are · 区")
    enterprises: Annotated[tuple[EnterpriseRef, ...], Field(min_length=1, max_length=MOST_FIRMS)] = Field(
        description="Firms that are to be diagnosed, up to 2,000 · 企业"
    )


class RecordPlan(RecordComputation, MatchingCommand):
    """Record the plan that was worked out 记录派单方案. rule: as stream/version; None = the default on file."""

    rule: Cause | None
    firms: Annotated[tuple[PlannedFirm, ...], Field(max_length=MOST_FIRMS)]
    cost: Count
    optimal: bool


class PlanChange(Part):
    """Where a plan is not followed, and why · 派单改动."""

    enterprise: EnterpriseRef = Field(description="Firm · 企业标识")
    provider: OrganisationRef | None = Field(default=None, description="Provider instead; none = no provider · 改派服务商")
    reason: Text = Field(description="Why · 理由")


class AdoptPlan(MatchingCommand):
    """Adopt a plan, with what is changed of it and why; it names nobody for a case by itself · 采纳派单方案."""

    roles: ClassVar = GOVERNMENT

    changes: Annotated[tuple[PlanChange, ...], Field(max_length=MOST_FIRMS)] = Field(
        default=(), description="What is changed of it; none = it is adopted as it is · 改动"
    )


AnyMatchingCommand = RequestMatching | RecordPlan | AdoptPlan

# Events


class MatchingRequested(Event):
    """A plan was asked for 派单方案已申请."""

    type: Literal["matching.requested.v1"] = "matching.requested.v1"
    says: ClassVar = "为{district:organisation}的 {enterprises:count} 家企业申请了派单方案"
    says_in_english: ClassVar = "asked for a plan of assignment for {district:organisation}; firms: {enterprises:count}"
    district: str
    enterprises: tuple[str, ...]


class PlanComputed(Event):
    """A plan was worked out 派单方案已得出. position: of the journal, up to which facts were read. optimal: its certificate."""

    type: Literal["matching.computed.v1"] = "matching.computed.v1"
    says: ClassVar = "按方法 {method} 得出了 {firms:count} 家企业的派单方案，总成本 {cost}"
    says_in_english: ClassVar = (
        "computed a plan of assignment by method {method}; firms: {firms:count}, total cost {cost}"
    )
    method: str
    rule: str | None
    rule_since: date
    position: int
    input_digest: str
    firms: tuple[PlannedFirm, ...]
    cost: int
    optimal: bool


class PlanAdopted(Event):
    """A plan was adopted 派单方案已采纳."""

    type: Literal["matching.adopted.v1"] = "matching.adopted.v1"
    says: ClassVar = "采纳了派单方案，改动 {changes:count} 项"
    says_in_english: ClassVar = "adopted the plan of assignment; changes: {changes:count}"
    changes: tuple[PlanChange, ...]
    adopted_by: PersonId


MatchingEvent = MatchingRequested | PlanComputed | PlanAdopted

# State


class MatchingStatus(DescribedEnum):
    """How far a matching has come · 派单状态."""

    REQUESTED = "requested", "Asked for; the program works it out · 计算中"
    COMPUTED = "computed", "Worked out; waits to be adopted · 待采纳"
    ADOPTED = "adopted", "Adopted · 已采纳"


NEXT_STEPS: Mapping[MatchingStatus, tuple[str, str]] = {
    MatchingStatus.REQUESTED: ("须先由系统算出方案，请稍后再试", "the program works the plan out first; try again in a moment"),
    MatchingStatus.COMPUTED: ("须先由区或市级部门采纳方案", "first the district or the city adopts the plan"),
    MatchingStatus.ADOPTED: (
        "方案已采纳，不再更改；需要时请另建批量派单",
        "the plan is adopted and stays; ask for another matching where one is needed",
    ),
}


class Matching(BaseModel):
    """A batch as it stands 批量派单. version: of its stream."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    version: int = 1
    status: MatchingStatus = MatchingStatus.REQUESTED
    district: str
    enterprises: tuple[str, ...]
    plan: PlanComputed | None = None
    changes: tuple[PlanChange, ...] = ()


# Decide: what may happen


def decide(command: AnyMatchingCommand, matching: Matching | None, context: DecisionContext) -> Facts:
    """Raises Refused: any rule above."""
    require_right(command, context.role)
    match command:
        case RequestMatching():
            if matching is not None:
                raise MATCHING_EXISTS.refuse(path="matching")
            refuse_together(_unfit_firms(command, context))
            return (MatchingRequested(district=command.district, enterprises=tuple(sorted(command.enterprises))),)
        case _ if matching is None:
            raise NOT_FOUND.refuse()
        case RecordPlan():
            if matching.status is not MatchingStatus.REQUESTED:
                return ()
            rule = dated_rule_on(context.read.get(MATCHING_RULE), RuleKind.MATCHING, context.day)
            told = command.model_dump(exclude={"matching", "firms"})
            return (PlanComputed(**told, firms=command.firms, rule_since=rule.since),)
        case AdoptPlan(changes=changes):
            if matching.plan is None or matching.status is not MatchingStatus.COMPUTED:
                raise _wrong_status(matching.status)
            refuse_together(_unfit_changes(changes, matching.plan))
            return (PlanAdopted(changes=changes, adopted_by=context.by),)
        case never:
            assert_never(never)


def _wrong_status(status: MatchingStatus) -> Refused:
    return refuse_step(MATCHING_STATUS, status, NEXT_STEPS)


def _unfit_firms(command: RequestMatching, context: DecisionContext) -> list[Refused]:
    found, seen = [], set[str]()
    for place, enterprise in enumerate(command.enterprises):
        firm: Firm | None = context.read.get(enterprise_stream(enterprise))
        if firm is None or firm.district != command.district:
            found.append(MATCHING_FIRM_UNKNOWN.refuse(path=f"enterprises.{place}", place=place + 1))
        elif enterprise in seen:
            found.append(MATCHING_FIRM_TWICE.refuse(path=f"enterprises.{place}", place=place + 1))
        seen.add(enterprise)
    return found


def _unfit_changes(changes: tuple[PlanChange, ...], computed: PlanComputed) -> list[Refused]:
    """Changes of a firm that is not in the plan, to whom the plan does not list, to what it says anyway, or made twice."""
    planned = {one.enterprise: one for one in computed.firms}
    found, seen = [], set[str]()
    for place, change in enumerate(changes):
        one = planned.get(change.enterprise)
        open_to = {None, *(other.provider for other in one.others)} if one is not None else set()
        if one is None or change.provider not in open_to or change.provider == one.provider or change.enterprise in seen:
            found.append(MATCHING_CHANGE_UNFIT.refuse(path=f"changes.{place}", place=place + 1))
        seen.add(change.enterprise)
    return found


# Evolve: what has happened


def evolve(matching: Matching | None, event: MatchingEvent) -> Matching:
    """The batch after one more fact."""
    if isinstance(event, MatchingRequested):
        return Matching(district=event.district, enterprises=event.enterprises)
    assert matching is not None, "a history starts with MatchingRequested"  # noqa: S101 - guards replay, not input
    changed: dict[str, object] = {"version": matching.version + 1}
    match event:
        case PlanComputed():
            changed |= {"status": MatchingStatus.COMPUTED, "plan": event}
        case PlanAdopted(changes=changes):
            changed |= {"status": MatchingStatus.ADOPTED, "changes": changes}
        case never:
            assert_never(never)
    return matching.model_copy(update=changed)


# What the decider reads, and where its subject lies


def matching_stream(matching: str) -> Stream:
    """Stream of one batch."""
    return stream_of("matching", matching)


def _reads(command: AnyMatchingCommand, _matching: Matching | None) -> tuple[Stream, ...]:
    if isinstance(command, RequestMatching):
        return tuple(dict.fromkeys(map(enterprise_stream, command.enterprises)))
    return (MATCHING_RULE,)


def _place(command: AnyMatchingCommand, matching: Matching | None, _read: Mapping[str, Any]) -> Place:
    if isinstance(command, RequestMatching):
        return Place(district=command.district)
    return Place(district=matching.district) if matching is not None else Place()


MATCHINGS = Capability(
    name="matching",
    commands=tuple(AnyMatchingCommand.__args__),
    events=tuple(MatchingEvent.__args__),
    stream=lambda command: matching_stream(command.matching),
    reads=_reads,
    place=_place,
    decide=decide,
    evolve=evolve,
)
