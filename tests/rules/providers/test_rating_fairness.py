"""Fairness of a rating (plan V5): corrected over the whole report, "cannot tell" where it is so, no score is corrected by it."""

from decimal import Decimal

from domain.governance.rule_bodies.rating import FAIRNESS_LIMITS
from domain.providers.ratings.fairness import FairnessDivision, FairnessFinding, fairness_of
from domain.providers.ratings.numbers import ProviderRating, Tier
from tests.rules.providers.test_rating import computed

ONE = computed()[1].providers[0]


def rated(tiers: dict[str, Tier | None]) -> tuple[ProviderRating, ...]:
    return tuple(ONE.model_copy(update={"provider": provider, "tier": tier}) for provider, tier in tiers.items())


def test_a_city_of_few_providers_cannot_tell_and_does_not_accuse() -> None:
    tiers = {f"p{at}": Tier.A if at < 3 else Tier.C for at in range(6)}
    homes = {provider: "310117" if at < 3 else "310115" for at, provider in enumerate(tiers)}
    found = fairness_of(rated(tiers), homes, dict.fromkeys(tiers, 30), FAIRNESS_LIMITS)
    assert {one.division for one in found.comparisons} == {FairnessDivision.DISTRICT}
    assert FairnessFinding.TILT not in {one.finding for one in found.comparisons}
    assert all(one.corrected >= one.p for one in found.comparisons)


def test_a_tilt_is_both_sure_and_large() -> None:
    """Thirty of each: all good in one district, nearly none in the other."""
    tiers = {f"p{at:02}": Tier.A if at < 30 or at == 40 else Tier.C for at in range(60)}
    homes = {provider: "310117" if at < 30 else "310115" for at, provider in enumerate(tiers)}
    found = fairness_of(rated(tiers), homes, {provider: at for at, provider in enumerate(tiers)}, FAIRNESS_LIMITS)
    told = {(one.division, one.group): one for one in found.comparisons}
    assert told[FairnessDivision.DISTRICT, "310115"].finding is FairnessFinding.TILT
    assert told[FairnessDivision.DISTRICT, "310117"].finding is FairnessFinding.NO_TILT
    assert (told[FairnessDivision.SIZE, "few"].of, told[FairnessDivision.SIZE, "many"].of) == (30, 30)
    assert found.by_chance == Decimal("0.2000")


def test_the_correction_runs_over_all_divisions_together() -> None:
    """What one division alone would be corrected to is less than what the whole report corrects it to."""
    tiers = {f"p{at:02}": Tier.A if at % 3 else Tier.C for at in range(24)}
    homes = {provider: f"d{at % 4}" for at, provider in enumerate(tiers)}
    jobs = {provider: at for at, provider in enumerate(tiers)}
    both = fairness_of(rated(tiers), homes, jobs, FAIRNESS_LIMITS)
    alone = fairness_of(rated(tiers), homes, dict.fromkeys(tiers, 1), FAIRNESS_LIMITS)
    of_districts = [one.corrected for one in both.comparisons if one.division is FairnessDivision.DISTRICT]
    assert all(more >= less for more, less in zip(of_districts, [one.corrected for one in alone.comparisons], strict=True))
    assert len(both.comparisons) == len(alone.comparisons) + 2


def test_who_has_no_tier_is_in_no_group_and_a_rating_of_nobody_compares_nothing() -> None:
    tiers = {"p1": Tier.A, "p2": None, "p3": Tier.C}
    found = fairness_of(rated(tiers), {"p1": "a", "p2": "b", "p3": "b"}, dict.fromkeys(tiers, 1), FAIRNESS_LIMITS)
    assert sum(one.of for one in found.comparisons) == 2
    assert fairness_of((), {}, {}, FAIRNESS_LIMITS).comparisons == ()
