"""Method d: rank intervals, probabilities of tiers, and moves."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from methods.tiers import Placed, TierRule, Unranked, expected_counts, ranks, tier_chances, tier_of, why_unranked
from tests.methods.worked_cases import cases, texts

RULE = TierRule(
    names=("A", "B", "C", "D"),
    floors=(Decimal(85), Decimal(70), Decimal(60)),
    up=Decimal("0.80"),
    down=Decimal("0.90"),
    reliability=Decimal("0.70"),
    jobs=20,
)


def placed(score: str, error: str) -> Placed:
    return Placed(Decimal(score), Decimal(error))


def test_a_rank_is_an_interval() -> None:
    (case,) = cases("d", "rank table")
    facts = case["given"]
    places = {str(at): placed(*one) for at, one in enumerate(zip(facts["estimate"], facts["se"], strict=True))}
    found = ranks(places, Decimal("0.90"))
    assert texts(one.expected for one in found.values()) == case["expect"]["expected_rank"]
    assert [[one.best, one.worst] for one in found.values()] == case["expect"]["interval"]


@pytest.mark.parametrize("case", cases("d", "tier probabilities"), ids=lambda case: case["given"]["estimate"])
def test_every_tier_has_its_probability(case: dict) -> None:
    chances = tier_chances(placed(case["given"]["estimate"], case["given"]["se"]), RULE.floors)
    assert texts(chances.of) == case["expect"]["p"]


@pytest.mark.parametrize("case", cases("d", "decision"), ids=lambda case: "-".join(map(str, case["given"].values())))
def test_a_tier_moves_on_strong_evidence_only_and_down_one_step(case: dict) -> None:
    facts = case["given"]
    jobs = RULE.jobs if facts["enough_jobs"] else RULE.jobs - 1
    ranked = why_unranked(Decimal(facts["reliability"]), jobs, RULE, comparable=True) is None
    found = tier_of(
        facts["last"], tier_chances(placed(facts["estimate"], facts["se"]), RULE.floors), RULE, ranked=ranked
    )
    assert (found or "unrated") == case["expect"]["tier"]


def test_a_newcomers_last_tier_needs_the_proof_of_a_move_down() -> None:
    assert tier_of(None, tier_chances(placed("57", "2"), RULE.floors), RULE, ranked=True) == "D"


@pytest.mark.parametrize(
    ("reliability", "jobs", "comparable", "why"),
    [
        ("1", 100, True, None),
        ("1", 100, False, Unranked.NOT_COMPARABLE),
        ("0", RULE.jobs - 1, True, Unranked.FEW_JOBS),
        ("0.6999", RULE.jobs, True, Unranked.UNRELIABLE),
        ("0.7", RULE.jobs, True, None),
    ],
)
def test_who_is_not_ranked_is_told_why(reliability: str, jobs: int, comparable: bool, why: Unranked | None) -> None:  # noqa: FBT001 - a row of the table
    assert why_unranked(Decimal(reliability), jobs, RULE, comparable=comparable) is why


def test_floors_fall_and_each_tier_but_the_last_has_one() -> None:
    with pytest.raises(ValueError, match="falling"):
        TierRule(("A", "B"), (Decimal(1), Decimal(2)), RULE.up, RULE.down, RULE.reliability, 1)


def test_expected_counts_add_up_to_all() -> None:
    chances = [tier_chances(placed(score, "2"), RULE.floors) for score in ("84", "71", "50")]
    assert sum(expected_counts(chances)) == 3


PLACES = st.lists(st.builds(Placed, st.decimals(40, 100, places=1), st.decimals("0.5", 6, places=1)), min_size=2, max_size=7)


@given(PLACES, st.randoms(use_true_random=False))
def test_the_order_in_which_providers_come_changes_no_rank(places: list[Placed], chance: object) -> None:
    given_order = {f"p{at}": one for at, one in enumerate(places)}
    names = list(given_order)
    chance.shuffle(names)  # type: ignore[attr-defined]
    found = ranks({name: given_order[name] for name in names}, Decimal("0.90"))
    assert dict(found) == dict(ranks(given_order, Decimal("0.90")))
    assert all(1 <= one.best <= one.worst <= len(places) for one in found.values())


@given(st.sampled_from("ABCD"), st.decimals(40, 100, places=1), st.decimals("0.1", 8, places=1))
def test_nobody_falls_more_than_one_tier_a_year(last: str, score: Decimal, error: Decimal) -> None:
    found = tier_of(last, tier_chances(Placed(score, error), RULE.floors), RULE, ranked=True)
    assert found is not None
    assert "ABCD".index(found) <= "ABCD".index(last) + 1
