"""The yearly rating of methods b to d: what it rests on, and who is ranked."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from methods.shrinkage import Sample
from methods.tiers import TierRule, Unranked
from methods.yearly_rating import ProviderYear, RatingParameters, rate, share_rested_on

TIERS = TierRule(
    ("A", "B", "C", "D"),
    (Decimal(85), Decimal(70), Decimal(60)),
    Decimal("0.80"),
    Decimal("0.90"),
    Decimal("0.70"),
    20,
)
PARAMETERS = RatingParameters(
    {"work": Decimal(30), "feedback": Decimal(20), "report": Decimal(50)}, 20, Decimal(100), Decimal("0.90"), 4, TIERS
)


def year(score: int, jobs: int = 60, last: str | None = "B") -> ProviderYear:
    samples = {name: Sample.of(jobs, Decimal(score), Decimal(100)) for name in ("work", "report")}
    return ProviderYear(jobs, comparable=True, last_tier=last, samples=samples)


def city(*scores: int) -> dict[str, ProviderYear]:
    return {f"p{at}": year(score) for at, score in enumerate(scores)}


def test_a_component_of_nobody_is_none_and_the_rating_says_what_it_rests_on() -> None:
    found = rate(city(95, 90, 80, 72, 55), PARAMETERS)
    assert found.components["feedback"] is None
    assert share_rested_on(found.components, PARAMETERS.weights) == Decimal("0.8")
    full = rate(
        city(95, 90, 80, 72, 55), RatingParameters(PARAMETERS.weights, 20, Decimal(0), Decimal("0.90"), 4, TIERS)
    )
    for provider, one in found.of.items():
        assert one.composite.score == full.of[provider].composite.score
        assert one.composite.variance == full.of[provider].composite.variance + 4


def test_who_is_not_comparable_or_has_few_jobs_keeps_its_tier_and_has_no_rank() -> None:
    inputs = city(99, 90, 80, 72, 40) | {
        "few": year(20, jobs=19),
        "apart": ProviderYear(60, comparable=False, last_tier=None, samples=year(99).samples),
    }
    found = rate(inputs, PARAMETERS)
    assert (found.of["few"].rank, found.of["few"].tier, found.of["few"].unranked) == (None, "B", Unranked.FEW_JOBS)
    assert (found.of["apart"].rank, found.of["apart"].tier, found.of["apart"].unranked) == (
        None,
        None,
        Unranked.NOT_COMPARABLE,
    )
    assert found.of["p0"].tier == "A"
    assert found.of["p4"].tier == "C"


def test_too_few_providers_are_not_ranked_at_all() -> None:
    few = rate(city(99, 50, 20), PARAMETERS).of.values()
    assert all((one.rank, one.tier, one.unranked) == (None, "B", Unranked.FEW_PROVIDERS) for one in few)


def test_a_year_in_which_nobody_has_two_jobs_holds_each_without_a_score_and_says_why() -> None:
    """Nothing tells then how jobs differ; whoever had one stands there all the same, and keeps its tier."""
    found = rate(
        {f"p{at}": year(score, jobs=1, last=last) for at, (score, last) in enumerate([(90, "A"), (40, None)])},
        PARAMETERS,
    )
    told = {
        provider: (one.composite, one.chances, one.rank, one.tier, one.unranked) for provider, one in found.of.items()
    }
    assert told == {"p0": (None, None, None, "A", Unranked.NO_SCORE), "p1": (None, None, None, None, Unranked.NO_SCORE)}


def test_jobs_that_were_all_alike_are_no_certainty() -> None:
    alike = {
        f"p{at}": ProviderYear(
            60, comparable=True, last_tier="B", samples={"work": Sample.of(60, Decimal(80), Decimal(0))}
        )
        for at in range(5)
    }
    found = rate(alike, PARAMETERS)
    assert {one.composite.score for one in found.of.values()} == {Decimal(80)}
    assert all(one.composite.variance > 0 for one in found.of.values())


@given(st.lists(st.integers(40, 100), min_size=4, max_size=8), st.randoms(use_true_random=False))
def test_the_order_in_which_inputs_come_changes_no_rating(scores: list[int], chance: object) -> None:
    inputs = city(*scores)
    names = list(inputs)
    chance.shuffle(names)  # type: ignore[attr-defined]
    found, mixed = rate(inputs, PARAMETERS), rate({name: inputs[name] for name in names}, PARAMETERS)
    assert dict(found.of) == dict(mixed.of)
    assert found.components == mixed.components
