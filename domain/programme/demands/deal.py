"""Deal 成交: an accepted offer is delivered and reported on, or ends; who sells to a firm does not diagnose it. plan R2, V3."""

from collections.abc import Iterator, Mapping
from typing import Any

from domain.access import Role
from domain.diagnosis.answers import INDICATOR_UNKNOWN
from domain.governance.ties import TieDeclared, TieKind, Ties, tie_stream
from domain.kernel import Command, DecisionContext, Facts, OnStream, Rule, cause_of, refuse_together, repeated
from domain.programme.demands.demand_facts import Demand, DemandAgreed, DemandDelivered, DemandReopened
from domain.programme.demands.offer_commands import ConfirmDelivery, EndDeal, ReportDealOutcome
from domain.programme.demands.offer_facts import (
    Offer,
    OfferAccepted,
    OfferDelivered,
    OfferEnded,
    OfferOutcomeReported,
    OfferStatus,
)
from domain.programme.demands.solution_facts import Solution
from domain.programme.demands.state import demand_stream, offer_stream, solution_stream
from domain.stated_dates import DateName, require_not_too_far_ahead

TIE_SOURCE = "平台供需对接成交"
"""Document of the tie that an accepted offer brings: the offer itself, which the fact cites."""

# Rules

DELIVERY_DAY_OUT_OF_RANGE = Rule(
    "DELIVERY_DAY_OUT_OF_RANGE",
    "plan R2",
    "交付日须在成交日 {earliest} 与今日 {latest} 之间，请更正",
    "The delivery lies between the day of the deal, {earliest}, and today, {latest}; correct it",
)
DEAL_OUTCOME_UNCHANGED = Rule(
    "DEAL_OUTCOME_UNCHANGED",
    "plan R2",
    "所填成效与已报告的一致，无须再次报告",
    "This is what was reported already; there is nothing to report again",
)


def accepted(command_key: tuple[str, str], known: Offer, context: DecisionContext) -> Facts:
    """The offer and the demand are agreed, and a provider among the sellers is tied to the firm from today on."""
    demand, supplier = command_key
    ties = _ties(demand, known, context)
    return (OfferAccepted(on=context.day), OnStream(demand_stream(demand), DemandAgreed(supplier=supplier)), *ties)


def providers_of(known: Offer, read: Mapping[str, Any]) -> tuple[str, ...]:
    """Providers that gain by an offer: those known when it was made, and those whose tie to its solutions was found since."""
    solutions = [read.get(solution_stream(one)) for one in known.solutions]
    found = {provider for one in solutions if isinstance(one, Solution) for provider in one.providers}
    return tuple(sorted({*known.providers, *found}))


def _ties(demand: str, known: Offer, context: DecisionContext) -> Iterator[OnStream]:
    """What keeps a provider from diagnosing its own customer: a supply where it sells itself, else another tie. plan V3."""
    cause = cause_of(offer_stream(demand, known.supplier), known.version + 1)
    for provider in providers_of(known, context.read):
        kind = TieKind.VENDOR if provider in known.parties else TieKind.OTHER
        ties: Ties | None = context.read.get(tie_stream(provider))
        if ties is None or ties.going_on(kind, known.enterprise) is None:
            told = {"kind": kind, "party": known.enterprise, "since": context.day, "last": None, "source": TIE_SOURCE}
            yield OnStream(tie_stream(provider), TieDeclared(**told, by=Role(context.role), cause=cause))


def delivered(command: ConfirmDelivery, known: Offer, context: DecisionContext) -> Facts:
    """Between the day of the deal and today."""
    require_not_too_far_ahead("delivered_on", command.delivered_on, context, DateName("交付日", "day of the delivery"))
    earliest = known.accepted_on or context.day
    if not earliest <= command.delivered_on <= context.day:
        raise DELIVERY_DAY_OUT_OF_RANGE.refuse(path="delivered_on", earliest=earliest, latest=context.day)
    told = OfferDelivered(delivered_on=command.delivered_on)
    return (told, OnStream(demand_stream(command.demand), DemandDelivered()))


def reported(command: ReportDealOutcome, known: Offer, demand: Demand) -> Facts:
    """By indicators of the demand, each measurement once."""
    known_ids = {one.id for one in demand.indicators}
    problems = [
        INDICATOR_UNKNOWN.refuse(path=f"changes.{place}.indicator", indicator=one.indicator)
        for place, one in enumerate(command.changes)
        if one.indicator not in known_ids
    ]
    refuse_together((*problems, *repeated("changes", command.changes)))
    if command.changes == known.changes:
        raise DEAL_OUTCOME_UNCHANGED.refuse(path="changes")
    return (OfferOutcomeReported(changes=command.changes),)


def ended(command: EndDeal) -> Facts:
    """The demand is open again."""
    return (OfferEnded(reason=command.reason), OnStream(demand_stream(command.demand), DemandReopened()))


DEAL_STEPS: Mapping[type[Command], OfferStatus] = {
    ConfirmDelivery: OfferStatus.ACCEPTED,
    ReportDealOutcome: OfferStatus.DELIVERED,
    EndDeal: OfferStatus.ACCEPTED,
}
"""Step -> the status that an offer must have for it."""
