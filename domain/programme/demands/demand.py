"""Demand 需求: a firm looks for solutions to indicators of its issued result, and says what suppliers are shown of it. plan R2.

It is published without the firm's name unless the firm says otherwise, and that is taken back at any time.
"""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, ClassVar

from pydantic import Field

from domain.access import Place
from domain.command_rights import CONFIRMERS, require_right
from domain.diagnosis.state import Diagnosis, Status, diagnosis_stream, pinned_edition
from domain.governance.rule_bodies.body import Fen
from domain.kernel import (
    NOT_FOUND,
    NOWHERE,
    Capability,
    Command,
    DecisionContext,
    DiagnosisRef,
    EnterpriseRef,
    Facts,
    Identifier,
    Rule,
    Stream,
    Text,
    refuse_step,
    refuse_together,
)
from domain.participants.enterprises import Firm, enterprise_stream, place_of
from domain.programme.demands.demand_facts import (
    Demand,
    DemandEvent,
    DemandNamingSet,
    DemandPublished,
    DemandStatus,
    DemandWithdrawn,
    evolve,
)
from domain.programme.demands.register import OpenEntry, entered, firm_register, struck
from domain.programme.demands.state import DemandRef, demand_stream, named_indicators, unknown_indicators
from domain.standard.editions import edition_stream
from domain.stated_dates import DateName, require_not_too_far_ahead

DEMANDS_AT_MOST = 30
"""Of one firm at a time."""

NEXT_STEPS: Mapping[DemandStatus, tuple[str, str]] = {
    DemandStatus.OPEN: ("请先接受一份报价", "first the firm accepts an offer"),
    DemandStatus.AGREED: ("请就已成交的报价办理交付，或先终止成交", "see the accepted offer through, or end the deal first"),
    DemandStatus.DELIVERED: ("该需求已完成；需要时请另行发布", "it is done; publish another where one is needed"),
    DemandStatus.WITHDRAWN: ("该需求已撤回；需要时请另行发布", "it is withdrawn; publish another where one is needed"),
}

# Rules

DEMAND_WITHOUT_RESULT = Rule(
    "DEMAND_WITHOUT_RESULT",
    "plan R2",
    "该诊断不是本企业已出具报告的诊断，或正在异议之中；请选取本企业已出具报告的诊断",
    "The diagnosis is none of this firm's with a report that stands; take one whose report is issued",
)
DEMAND_BUDGET_REVERSED = Rule(
    "DEMAND_BUDGET_REVERSED",
    "plan R2",
    "预算上限低于下限，请核对",
    "The budget's upper end lies below its lower end; check both",
)
DEMAND_DAY_PAST = Rule(
    "DEMAND_DAY_PAST",
    "plan R2",
    "完成日最早为今天（{earliest}）",
    "The day to be done by is today, {earliest}, or later",
)
DEMANDS_TOO_MANY = Rule(
    "DEMANDS_TOO_MANY",
    "plan R2",
    "本企业未撤回且未过完成日的需求已有 {most} 项，不再发布；请先撤回一项征集中的需求，或自 {again} 起再发布",
    "The firm has {most} demands, none of them withdrawn or past its day; withdraw an open one, or publish from {again} on",
)
DEMAND_NAMING_SO = Rule(
    "DEMAND_NAMING_SO",
    "plan R2",
    "是否向供给方显示企业名称已如所填，无须再次设定",
    "Whether suppliers are shown the firm's name is already so; there is nothing to set again",
)
DEMAND_STATUS = Rule(
    "DEMAND_STATUS",
    "plan R2",
    "该需求的状态为“{status_name}”，此时不能办理这一步；{next_step}",
    "The demand is {status}; this step does not follow from there; {next_step_in_english}",
)

# Commands


class DemandCommand(Command):
    """A command about one demand 需求命令."""

    roles: ClassVar = CONFIRMERS

    demand: DemandRef = Field(description="Demand · 需求标识")


class PublishDemand(DemandCommand):
    """Look for solutions to chosen indicators of the firm's issued result; suppliers see no name unless it says so · 发布需求."""

    enterprise: EnterpriseRef = Field(description="Enterprise · 企业标识")
    diagnosis: DiagnosisRef = Field(description="Own diagnosis whose report is issued · 诊断标识")
    indicators: Annotated[tuple[Identifier, ...], Field(min_length=1, max_length=10)] = Field(
        description="Indicators of the result that are to be raised; suppliers see these and no score · 需提升的指标"
    )
    text: Text = Field(description="What is looked for; suppliers read it as it is, so name nobody · 需求内容")
    budget_from: Fen | None = Field(default=None, description="Budget from, in fen; none = not said · 预算下限（分）")
    budget_to: Fen | None = Field(default=None, description="Budget up to, in fen; none = not said · 预算上限（分）")
    by: date = Field(description="Day by which it is to be done, and until which suppliers may offer · 完成日")
    named: bool = Field(default=False, description="Whether suppliers are shown the firm's name · 是否具名")


class SetDemandNaming(DemandCommand):
    """Show suppliers the firm's name, or show it no more, at once · 设定是否具名."""

    named: bool = Field(description="Whether suppliers are shown the firm's name from now on · 是否具名")


class WithdrawDemand(DemandCommand):
    """Withdraw an open demand; offers for it lapse · 撤回需求."""

    reason: Text = Field(description="Why · 理由")


# Decide: what may happen


def decide(command: DemandCommand, known: Demand | None, context: DecisionContext) -> Facts:
    """Raises Refused: any rule above, INDICATOR_UNKNOWN, those of stated dates."""
    require_right(command, context.role)
    if isinstance(command, PublishDemand):
        if known is not None:
            raise NOT_FOUND.refuse()
        published = _published(command, context)
        entry = OpenEntry(id=command.demand, until=command.by)
        return published, entered(firm_register(command.enterprise), entry, DEMANDS_AT_MOST, DEMANDS_TOO_MANY, context)
    if known is None:
        raise NOT_FOUND.refuse()
    match command:
        case SetDemandNaming(named=named):
            if known.named is named:
                raise DEMAND_NAMING_SO.refuse(path="named")
            return (DemandNamingSet(named=named),)
        case WithdrawDemand(reason=reason):
            require_open(known)
            return DemandWithdrawn(reason=reason), *struck(firm_register(known.enterprise), command.demand, context)
        case _:
            raise AssertionError(command)


def require_open(demand: Demand) -> None:
    """Refuse what is done while suppliers may offer.

    Raises:
        Refused: DEMAND_STATUS (plan R2).
    """
    if demand.status is not DemandStatus.OPEN:
        raise refuse_step(DEMAND_STATUS, demand.status, NEXT_STEPS)


def _published(command: PublishDemand, context: DecisionContext) -> DemandPublished:
    """Of indicators that the standing report scores; what does not apply to the firm is none of them."""
    case: Diagnosis | None = context.read.get(diagnosis_stream(command.diagnosis))
    stands = case is not None and case.enterprise == command.enterprise and case.status in (Status.ISSUED, Status.CONFIRMED)
    if case is None or not stands or case.verified_measured is None:
        raise DEMAND_WITHOUT_RESULT.refuse(path="diagnosis")
    scored = tuple(one.id for one in case.verified_measured.indicators if one.level is not None)
    refuse_together(unknown_indicators(command.indicators, scored))
    if None not in (low := command.budget_from, high := command.budget_to) and high < low:  # type: ignore[operator] # of two numbers
        raise DEMAND_BUDGET_REVERSED.refuse(path="budget_to", at_least=low)
    if command.by < context.day:
        raise DEMAND_DAY_PAST.refuse(path="by", earliest=context.day)
    require_not_too_far_ahead("by", command.by, context, DateName("完成日", "day to be done by"))
    told = {name: getattr(command, name) for name in ("enterprise", "diagnosis", "text", "budget_from", "budget_to", "by", "named")}
    indicators = named_indicators(pinned_edition(case, context), command.indicators)
    return DemandPublished(**told, provider=case.provider, edition=case.edition, indicators=indicators)


def _reads(command: DemandCommand, known: Demand | None) -> tuple[Stream, ...]:
    if isinstance(command, PublishDemand):
        return (enterprise_stream(command.enterprise), diagnosis_stream(command.diagnosis), firm_register(command.enterprise))
    return (enterprise_stream(known.enterprise), firm_register(known.enterprise)) if known is not None else ()


def _reads_further(command: DemandCommand, _known: Demand | None, read: Mapping[str, Any]) -> tuple[Stream, ...]:
    case: Diagnosis | None = read.get(diagnosis_stream(command.diagnosis)) if isinstance(command, PublishDemand) else None
    return (edition_stream(case.edition),) if case is not None else ()


def _place(command: DemandCommand, known: Demand | None, read: Mapping[str, Any]) -> Place:
    enterprise = command.enterprise if isinstance(command, PublishDemand) else known.enterprise if known is not None else None
    firm: Firm | None = read.get(enterprise_stream(enterprise)) if enterprise is not None else None
    return NOWHERE if enterprise is None or firm is None else place_of(enterprise, firm)


DEMANDS = Capability(
    name="demand",
    commands=(PublishDemand, SetDemandNaming, WithdrawDemand),
    events=tuple(DemandEvent.__args__),
    stream=lambda command: demand_stream(command.demand),
    reads=_reads,
    reads_further=_reads_further,
    place=_place,
    decide=decide,
    evolve=evolve,
)
