"""Simulation of rating and subsidy rules (plan V5, I1): what a rule would do to the facts on record, before it is approved."""

from datetime import date
from decimal import Decimal

from domain.governance.dated_rules import rule_in_force
from domain.governance.rule_bodies.rating import RatingRule
from domain.governance.rule_bodies.subsidy import SubsidisedWork, SubsidyRule
from domain.governance.simulated_numbers import SimulatedNumber, title_of_number
from domain.providers.ratings.numbers import ProviderInputs, Tier, compute
from domain.providers.rule_simulations import RuleSimulation, simulate_rating, simulate_subsidy
from domain.providers.subsidies.numbers import JobCount, ProviderJobs
from tests.rules.providers.test_rating import INPUTS

RATING = rule_in_force(None, RatingRule, date(2024, 1, 1))
SUBSIDY = rule_in_force(None, SubsidyRule, date(2024, 1, 1))
JOBS = tuple(
    ProviderJobs(provider=f"p{at}", counts=(JobCount(work=SubsidisedWork.FULL, size_class="medium", jobs=10 * (at + 1)),))
    for at in range(3)
)
TIERS = {"p0": Tier.A, "p1": Tier.D}


def numbers(found: RuleSimulation) -> dict[str, tuple[Decimal | None, Decimal]]:
    return {one.name: (one.now, one.then) for one in found.outcomes}


def test_expected_and_decided_tiers_stand_beside_those_of_the_rule_in_force() -> None:
    """State the expected count of each tier beside the rule: fixed floors may leave a tier empty (rating-methods 0.5)."""
    lower = RATING.model_copy(update={"floors": RATING.floors.model_copy(update={"a": 75})})
    found = numbers(simulate_rating(INPUTS, INPUTS, {}, RATING, lower))
    whole = compute(INPUTS, {}, RATING)
    assert found["expected_A"][0] == sum(one.chances[0] for one in whole.providers)
    assert sum(found[f"expected_{tier}"][1] for tier in "ABCD") == sum(sum(one.chances) for one in whole.providers)
    assert found["tier_A"] == (3, 5)
    assert (found["better"], found["worse"]) == ((None, 2), (None, 0))


def test_the_same_rule_moves_nobody_and_nothing_on_record_is_counted_as_nobody() -> None:
    same = simulate_rating(INPUTS, INPUTS, {"p11": Tier.B}, RATING, RATING)
    assert all(one.now in (None, one.then) for one in same.outcomes)
    empty: tuple[ProviderInputs, ...] = ()
    assert {one.then for one in simulate_rating(empty, empty, {}, RATING, RATING).outcomes} == {0}


def test_each_rule_is_told_by_what_it_counts_itself() -> None:
    """A rule that compares nobody by default, and one that compares everybody, rank differently (method c)."""
    alone = tuple(one.model_copy(update={"comparable": False}) for one in INPUTS)
    found = numbers(simulate_rating(alone, INPUTS, {}, RATING, RATING))
    assert found["ranked"][0] == 0
    assert found["ranked"][1] == sum(one.rank_best is not None for one in compute(INPUTS, {}, RATING).providers) > 0


def test_what_a_rule_counts_is_told_from_how_it_judges() -> None:
    assert RATING.counts_as(RATING.model_copy(update={"jobs_at_least": 1, "up_at_least": Decimal("0.9")}))
    assert not RATING.counts_as(RATING.model_copy(update={"alone_at_most": Decimal(1)}))


def test_a_subsidy_is_simulated_as_due_paid_and_share_and_by_tier() -> None:
    """Ten, twenty and thirty full jobs at 6,000 yuan, tiers A, D and none."""
    tight = SUBSIDY.model_copy(update={"budget": 12_600_000, "cap": 15_000_000})
    found = numbers(simulate_subsidy(JOBS, TIERS, SUBSIDY, tight))
    assert found["due_fen"] == (7_200_000 + 18_000_000, 7_200_000 + 15_000_000)
    assert found["paid_fen"] == (25_200_000, 12_600_000)
    assert (found["paid_A_fen"][0], found["paid_D_fen"], found["paid_unrated_fen"][0]) == (7_200_000, (0, 0), 18_000_000)
    assert found["paid_share"] == (1, Decimal("0.5676"))
    assert found["capped"] == (0, 1)


def test_the_digest_tells_any_other_facts_or_rule() -> None:
    made = {
        simulate_subsidy(JOBS, TIERS, SUBSIDY, SUBSIDY).input_digest,
        simulate_subsidy(JOBS[:2], TIERS, SUBSIDY, SUBSIDY).input_digest,
        simulate_subsidy(JOBS, {}, SUBSIDY, SUBSIDY).input_digest,
        simulate_subsidy(JOBS, TIERS, SUBSIDY, SUBSIDY.model_copy(update={"cap": 1})).input_digest,
    }
    assert len(made) == 4
    assert simulate_subsidy(JOBS[::-1], TIERS, SUBSIDY, SUBSIDY) == simulate_subsidy(JOBS, TIERS, SUBSIDY, SUBSIDY)


def test_every_number_has_its_words() -> None:
    assert title_of_number("tier_A") == ("评为甲档家数", "providers put in tier A")
    assert title_of_number("A 档家数") == ("A 档家数", "A 档家数")
    assert len({title_of_number(one.value) for one in SimulatedNumber}) == len(SimulatedNumber)
