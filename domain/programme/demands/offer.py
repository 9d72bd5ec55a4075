"""Offer 报价: suppliers offer for a demand, alone or as a consortium whose members agree; the firm accepts one. plan R2, R3.

Whoever has no part in an offer is told that there is none, and so is a supplier of a demand that is not open to it.
"""

from collections.abc import Mapping
from typing import Any

from domain.command_rights import CONFIRMERS, require_right
from domain.governance.ties import tie_stream
from domain.kernel import (
    NOT_FOUND,
    Capability,
    DecisionContext,
    Facts,
    Rule,
    Stream,
    Unscoped,
    refuse_step,
    refuse_together,
    repeated,
)
from domain.participants.organisations import Organisation, OrganisationKind, organisation_stream
from domain.programme.demands.deal import DEAL_STEPS, accepted, delivered, ended, providers_of, reported
from domain.programme.demands.demand import require_open
from domain.programme.demands.demand_facts import Demand, DemandStatus
from domain.programme.demands.offer_commands import (
    AcceptOffer,
    AgreeToOffer,
    AnyOfferCommand,
    ConfirmDelivery,
    DeclineOffer,
    EndDeal,
    LeaveOffer,
    MakeOffer,
    ReportDealOutcome,
    WithdrawOffer,
)
from domain.programme.demands.offer_facts import (
    Offer,
    OfferDeclined,
    OfferEvent,
    OfferMade,
    OfferMemberAgreed,
    OfferMemberLeft,
    OfferStatus,
    OfferWithdrawn,
    evolve,
)
from domain.programme.demands.solution_facts import Solution, SolutionStatus
from domain.programme.demands.state import demand_stream, is_seller, offer_stream, solution_stream
from domain.stated_dates import DateName, require_not_too_far_ahead

NEXT_STEPS: Mapping[OfferStatus, tuple[str, str]] = {
    OfferStatus.FORMING: ("须先由每个联合体成员同意", "first each member of the consortium agrees"),
    OfferStatus.STANDING: ("请待企业接受；需修改的请先撤回再提出", "wait for the firm; to change it, withdraw it and offer again"),
    OfferStatus.ACCEPTED: ("须由企业确认交付，或由一方终止成交", "the firm confirms the delivery, or one side ends the deal"),
    OfferStatus.DELIVERED: ("已交付；请由企业报告成效", "it is delivered; the firm reports what it brought"),
    OfferStatus.DECLINED: ("企业未接受；需要时请重新提出报价", "the firm declined it; offer again where that helps"),
    OfferStatus.WITHDRAWN: ("报价已撤回；需要时请重新提出", "it is withdrawn; offer again where that is needed"),
    OfferStatus.ENDED: ("成交已终止；需要时请重新提出报价", "the deal ended; offer again where that is needed"),
}

# Rules

OFFER_STATUS = Rule(
    "OFFER_STATUS",
    "plan R2",
    "该报价的状态为“{status_name}”，此时不能办理这一步；{next_step}",
    "The offer is {status}; this step does not follow from there; {next_step_in_english}",
)
OFFER_SOLUTION_FOREIGN = Rule(
    "OFFER_SOLUTION_FOREIGN",
    "plan R2",
    "该解决方案不是报价各方已发布的方案，请从各方已发布的方案中选取",
    "The solution is no published one of the offer's parties; take one that they published",
)
OFFER_COVERS_NOTHING = Rule(
    "OFFER_COVERS_NOTHING",
    "plan R2",
    "所列方案均不针对该需求的任何指标，请选取至少针对其中一项的方案",
    "None of the solutions raises an indicator of the demand; take one that raises at least one",
)
OFFER_MEMBER_UNKNOWN = Rule(
    "OFFER_MEMBER_UNKNOWN",
    "plan R3",
    "该成员不是已登记的解决方案商或服务商，或就是牵头单位自己，请从组织清单中选取其他单位",
    "The member is no registered supplier or provider, or it leads the offer itself; take another organisation listed",
)
OFFER_AGREED = Rule(
    "OFFER_AGREED",
    "plan R3",
    "本单位已同意该报价，无须再次同意",
    "The organisation agreed to the offer already; there is nothing to agree to again",
)
OFFER_DAY_OUT_OF_RANGE = Rule(
    "OFFER_DAY_OUT_OF_RANGE",
    "plan R2",
    "交付日须在今日 {earliest} 与需求的完成日 {latest} 之间，请更正",
    "The delivery lies between today, {earliest}, and the day the demand is to be done by, {latest}; correct it",
)
DEMAND_OVER = Rule(
    "DEMAND_OVER",
    "plan R2",
    "该需求的完成日 {latest} 已过，不再报价或成交；需要时请企业另行发布",
    "The day the demand was to be done by, {latest}, is over: nothing is offered or accepted now; the firm may publish another",
)

# Decide: what may happen

BEFORE_ACCEPTANCE = (OfferStatus.FORMING, OfferStatus.STANDING)
UNDER_WAY = (*BEFORE_ACCEPTANCE, OfferStatus.ACCEPTED, OfferStatus.DELIVERED)


def decide(command: AnyOfferCommand, known: Offer | None, context: DecisionContext) -> Facts:
    """Raises Refused: any rule above, those of a deal, DEMAND_STATUS, those of stated dates."""
    require_right(command, context.role)
    demand: Demand | None = context.read.get(demand_stream(command.demand))
    if isinstance(command, MakeOffer):
        return (_made(command, known, demand, context),)
    if known is None or demand is None or context.organisation not in _senders(command, known, context):
        raise NOT_FOUND.refuse()
    match command:
        case AgreeToOffer(member=member):
            if member not in known.waiting:
                raise OFFER_AGREED.refuse(path="member")
            _require(known, OfferStatus.FORMING)
            return (OfferMemberAgreed(member=member),)
        case LeaveOffer(member=member, reason=reason):
            _require(known, *BEFORE_ACCEPTANCE)
            return (OfferMemberLeft(member=member, reason=reason),)
        case WithdrawOffer(reason=reason):
            _require(known, *BEFORE_ACCEPTANCE)
            return (OfferWithdrawn(reason=reason),)
        case DeclineOffer(reason=reason):
            _require(known, OfferStatus.STANDING)
            return (OfferDeclined(reason=reason),)
        case AcceptOffer():
            _require(known, OfferStatus.STANDING)
            require_open(demand)
            _require_in_time(demand, context)
            return accepted((command.demand, command.supplier), known, context)
        case ConfirmDelivery() | ReportDealOutcome() | EndDeal():
            _require(known, DEAL_STEPS[type(command)])
    match command:
        case ConfirmDelivery():
            return delivered(command, known, context)
        case ReportDealOutcome():
            return reported(command, known, demand)
        case EndDeal():
            return ended(command)


def _senders(command: AnyOfferCommand, known: Offer, context: DecisionContext) -> frozenset[str]:
    """Organisations that may take a step with an offer: the firm, a member for itself, whoever leads it."""
    if context.role in CONFIRMERS:
        return frozenset({known.enterprise})
    if isinstance(command, AgreeToOffer | LeaveOffer):
        return frozenset({command.member}) & frozenset(one.organisation for one in known.members)
    return frozenset({known.supplier})


def _require(known: Offer, *allowed: OfferStatus) -> None:
    if known.status not in allowed:
        raise refuse_step(OFFER_STATUS, known.status, NEXT_STEPS)


def _require_in_time(demand: Demand, context: DecisionContext) -> None:
    if context.day > demand.by:
        raise DEMAND_OVER.refuse(path="demand", latest=demand.by)


def _made(command: MakeOffer, known: Offer | None, demand: Demand | None, context: DecisionContext) -> OfferMade:
    """A supplier learns of a demand that is not open only where it has offered before."""
    if demand is None or context.organisation != command.supplier:
        raise NOT_FOUND.refuse()
    if known is None and demand.status is not DemandStatus.OPEN:
        raise NOT_FOUND.refuse()
    if known is not None and known.status in UNDER_WAY:
        raise refuse_step(OFFER_STATUS, known.status, NEXT_STEPS)
    require_open(demand)
    _require_in_time(demand, context)
    members = [one.organisation for one in command.members]
    problems = [*repeated("solutions", command.solutions), *repeated("members", members)]
    for place, one in enumerate(members):
        if one == command.supplier or not is_seller(context.read.get(organisation_stream(one)), context.day):
            problems.append(OFFER_MEMBER_UNKNOWN.refuse(path=f"members.{place}.organisation"))
    parties = {command.supplier, *members}
    solutions: list[Solution] = []
    for place, one in enumerate(command.solutions):
        found: Solution | None = context.read.get(solution_stream(one))
        if found is None or found.status is not SolutionStatus.PUBLISHED or found.supplier not in parties:
            problems.append(OFFER_SOLUTION_FOREIGN.refuse(path=f"solutions.{place}"))
        else:
            solutions.append(found)
    refuse_together(problems)
    if not {one for found in solutions for one in found.indicators} & set(demand.indicators):
        raise OFFER_COVERS_NOTHING.refuse(path="solutions")
    require_not_too_far_ahead("ready_by", command.ready_by, context, DateName("交付日", "day of the delivery"))
    if not context.day <= command.ready_by <= demand.by:
        raise OFFER_DAY_OUT_OF_RANGE.refuse(path="ready_by", earliest=context.day, latest=demand.by)
    providers = {one for found in solutions for one in found.providers} | {one for one in parties if _diagnoses(one, context)}
    told = {name: getattr(command, name) for name in ("demand", "supplier", "solutions", "members", "text", "price", "ready_by")}
    own_of = tuple(sorted(providers & {demand.provider}))
    return OfferMade(**told, enterprise=demand.enterprise, providers=tuple(sorted(providers)), own_of=own_of)


def _diagnoses(organisation: str, context: DecisionContext) -> bool:
    found = context.read.get(organisation_stream(organisation))
    return isinstance(found, Organisation) and found.kind is OrganisationKind.PROVIDER


def _reads(command: AnyOfferCommand, known: Offer | None) -> tuple[Stream, ...]:
    demand = demand_stream(command.demand)
    match command:
        case MakeOffer(supplier=supplier, members=members, solutions=solutions):
            parties = dict.fromkeys((supplier, *(one.organisation for one in members)))
            return (demand, *map(organisation_stream, parties), *map(solution_stream, dict.fromkeys(solutions)))
        case AcceptOffer():
            return (demand, *map(solution_stream, known.solutions if known is not None else ()))
        case _:
            return (demand,)


def _reads_further(command: AnyOfferCommand, known: Offer | None, read: Mapping[str, Any]) -> tuple[Stream, ...]:
    return tuple(map(tie_stream, providers_of(known, read))) if isinstance(command, AcceptOffer) and known is not None else ()


def _place(_command: AnyOfferCommand, _known: Offer | None, _read: Mapping[str, Any]) -> Unscoped:
    """The rules say whose an offer is: the firm's that looks for it, and its makers'."""
    return Unscoped.KNOWN_BY_RULES


OFFERS = Capability(
    name="offer",
    commands=tuple(AnyOfferCommand.__args__),
    events=tuple(OfferEvent.__args__),
    stream=lambda command: offer_stream(command.demand, command.supplier),
    reads=_reads,
    reads_further=_reads_further,
    place=_place,
    decide=decide,
    evolve=evolve,
)
