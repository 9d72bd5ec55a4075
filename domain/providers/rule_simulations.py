"""Simulations of rating and subsidy rules 规则测算: what a proposed rule would do to the facts on record, beside the rule in force.

plan V5, I1. Pure: the program reads the facts, and calls these in a process of its own.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import NamedTuple

from pydantic import TypeAdapter

from domain.governance.dated_rules import SimulatedOutcome
from domain.governance.rule_bodies.rating import RatingRule
from domain.governance.rule_bodies.subsidy import SubsidyRule
from domain.governance.simulated_numbers import SimulatedNumber
from domain.kernel import Part
from domain.providers.ratings.numbers import TIERS, ComputedYear, ProviderInputs, Tier, compute
from domain.providers.subsidies.numbers import ComputedSubsidy, ProviderJobs, compute_subsidy
from methods.digests import digest_of_lines


class RuleSimulation(NamedTuple):
    """What a simulation came to 规则测算: numbers, and the digest of all that they follow from."""

    input_digest: str
    outcomes: tuple[SimulatedOutcome, ...]


RULE_SIMULATION: TypeAdapter[RuleSimulation] = TypeAdapter(RuleSimulation)


def simulate_rating(
    inputs: tuple[ProviderInputs, ...],
    proposed: tuple[ProviderInputs, ...],
    last: Mapping[str, Tier],
    now: RatingRule,
    then: RatingRule,
) -> RuleSimulation:
    """A year's inputs under the rule in force and the proposed one, each as that rule counts them 评价规则测算.

    Expected and decided counts of each tier, who is ranked, and how many would stand in another tier.
    """
    before, after = compute(inputs, last, now), compute(proposed, last, then)
    numbers = dict(_of_rating(before))
    outcomes = [_outcome(code, numbers[code], value) for code, value in _of_rating(after)]
    moved = Counter(_moves(before, after))
    outcomes += [_outcome(code, None, Decimal(moved[code])) for code in (SimulatedNumber.BETTER, SimulatedNumber.WORSE)]
    return RuleSimulation(input_digest=_digest((*inputs, *proposed), last, now, then), outcomes=tuple(outcomes))


def _of_rating(year: ComputedYear) -> Iterator[tuple[SimulatedNumber, Decimal]]:
    held = Counter(one.tier for one in year.providers)
    for at, tier in enumerate(TIERS):
        yield (
            SimulatedNumber(f"expected_{tier.value}"),
            sum((one.chances[at] for one in year.providers if one.chances), Decimal(0)),
        )
    for tier in TIERS:
        yield SimulatedNumber(f"tier_{tier.value}"), Decimal(held[tier])
    yield SimulatedNumber.UNRATED, Decimal(held[None])
    yield SimulatedNumber.RANKED, Decimal(sum(one.rank_best is not None for one in year.providers))


def _moves(before: ComputedYear, after: ComputedYear) -> Iterator[SimulatedNumber]:
    was = {one.provider: one.tier for one in before.providers}
    for one in after.providers:
        held = was[one.provider]
        if held is not None and one.tier is not None and held is not one.tier:
            yield SimulatedNumber.BETTER if TIERS.index(one.tier) < TIERS.index(held) else SimulatedNumber.WORSE


def simulate_subsidy(
    jobs: tuple[ProviderJobs, ...], tiers: Mapping[str, Tier], now: SubsidyRule, then: SubsidyRule
) -> RuleSimulation:
    """A year's confirmed jobs under the rule in force and the proposed one 补贴规则测算.

    Due, paid and their ratio, and what each tier is paid.
    """
    before, after = compute_subsidy(jobs, tiers, now), compute_subsidy(jobs, tiers, then)
    numbers = dict(_of_subsidy(before, now))
    outcomes = tuple(_outcome(code, numbers[code], value) for code, value in _of_subsidy(after, then))
    return RuleSimulation(input_digest=_digest(jobs, tiers, now, then), outcomes=outcomes)


def _of_subsidy(year: ComputedSubsidy, rule: SubsidyRule) -> Iterator[tuple[SimulatedNumber, Decimal]]:
    yield SimulatedNumber.DUE_FEN, Decimal(year.due)
    yield SimulatedNumber.PAID_FEN, Decimal(year.paid)
    yield SimulatedNumber.PAID_SHARE, year.ratio
    for tier in (*TIERS, None):
        code = SimulatedNumber(f"paid_{tier.value if tier is not None else 'unrated'}_fen")
        yield code, Decimal(sum(one.paid for one in year.providers if one.tier is tier))
    yield SimulatedNumber.CAPPED, Decimal(sum(one.worth > rule.cap for one in year.providers))


def _outcome(code: SimulatedNumber, now: Decimal | None, then: Decimal) -> SimulatedOutcome:
    return SimulatedOutcome(name=code.value, now=now, then=then)


def _digest(rows: Iterable[Part], tiers: Mapping[str, Tier], *rules: Part) -> str:
    """SHA-256 of rows, tiers and both rules, a line each."""
    held = (f"{provider}={tier.value}" for provider, tier in sorted(tiers.items()))
    lines = [*sorted(one.model_dump_json() for one in rows), *held, *(one.model_dump_json() for one in rules)]
    return digest_of_lines(lines)


def rating_simulation_bytes(*given: object) -> bytes:
    """`simulate_rating` as JSON, for a process of its own."""
    return RULE_SIMULATION.dump_json(simulate_rating(*given))  # type: ignore[arg-type] # as that takes them


def subsidy_simulation_bytes(*given: object) -> bytes:
    """`simulate_subsidy` as JSON, for a process of its own."""
    return RULE_SIMULATION.dump_json(simulate_subsidy(*given))  # type: ignore[arg-type] # as that takes them
