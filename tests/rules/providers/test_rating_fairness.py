"""Fairness of a rating (plan V5): corrected over the whole report, "cannot tell" where it is so, no score is corrected by it."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from domain.governance.rule_bodies.rating import FAIRNESS_LIMITS
from domain.participants.ownership import Ownership
from domain.providers.ratings.fairness import (
    FairnessDivision,
    FairnessFinding,
    RatingFairness,
    fairness_of,
    open_comparisons,
)
from domain.providers.ratings.numbers import ProviderRating, Tier
from tests.rules.providers.test_rating import computed

ONE = computed()[1].providers[0]


def rated(tiers: dict[str, Tier | None]) -> tuple[ProviderRating, ...]:
    return tuple(ONE.model_copy(update={"provider": provider, "tier": tier}) for provider, tier in tiers.items())


def test_a_city_of_few_providers_cannot_tell_and_does_not_accuse() -> None:
    tiers = {f"p{at}": Tier.A if at < 3 else Tier.C for at in range(6)}
    homes = {provider: "310117" if at < 3 else "310115" for at, provider in enumerate(tiers)}
    found = fairness_of(rated(tiers), homes, {}, dict.fromkeys(tiers, 30), FAIRNESS_LIMITS)
    assert {one.division for one in found.comparisons} == {FairnessDivision.DISTRICT}
    assert FairnessFinding.TILT not in {one.finding for one in found.comparisons}
    assert all(one.corrected >= one.p for one in found.comparisons)


def test_a_tilt_is_both_sure_and_large() -> None:
    """Thirty of each: all good in one district, nearly none in the other."""
    tiers = {f"p{at:02}": Tier.A if at < 30 or at == 40 else Tier.C for at in range(60)}
    homes = {provider: "310117" if at < 30 else "310115" for at, provider in enumerate(tiers)}
    found = fairness_of(rated(tiers), homes, {}, {provider: at for at, provider in enumerate(tiers)}, FAIRNESS_LIMITS)
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
    both = fairness_of(rated(tiers), homes, {}, jobs, FAIRNESS_LIMITS)
    alone = fairness_of(rated(tiers), homes, {}, dict.fromkeys(tiers, 1), FAIRNESS_LIMITS)
    of_districts = [one.corrected for one in both.comparisons if one.division is FairnessDivision.DISTRICT]
    assert all(more >= less for more, less in zip(of_districts, [one.corrected for one in alone.comparisons], strict=True))
    assert len(both.comparisons) == len(alone.comparisons) + 2


def test_who_has_no_tier_is_in_no_group_and_a_rating_of_nobody_compares_nothing() -> None:
    tiers = {"p1": Tier.A, "p2": None, "p3": Tier.C}
    found = fairness_of(rated(tiers), {"p1": "a", "p2": "b", "p3": "b"}, {}, dict.fromkeys(tiers, 1), FAIRNESS_LIMITS)
    assert sum(one.of for one in found.comparisons) == 2
    assert fairness_of((), {}, {}, {}, FAIRNESS_LIMITS).comparisons == ()


def by_owner(groups: dict[Ownership, tuple[int, int]], undeclared: tuple[int, int] = (0, 0)) -> RatingFairness:
    """A report on groups of (good, others), and on those whose ownership nobody declared; all of one size and district."""
    tiers: dict[str, Tier | None] = {}
    owners: dict[str, Ownership] = {}
    for owner, (good, other) in (*groups.items(), (None, undeclared)):
        for at in range(good + other):
            name = f"{owner or 'none'}{at:02}"
            tiers[name] = Tier.B if at < good else Tier.C
            if owner is not None:
                owners[name] = owner
    return fairness_of(rated(tiers), {}, owners, dict.fromkeys(tiers, 30), FAIRNESS_LIMITS)


def test_providers_are_compared_by_who_controls_them_those_that_declared_it() -> None:
    found = by_owner({Ownership.STATE: (20, 2), Ownership.PRIVATE: (5, 25)}, undeclared=(3, 0))
    told = {one.group: (one.good, one.of, one.others_of, one.finding) for one in found.comparisons}
    assert told == {
        "state": (20, 22, 30, FairnessFinding.NO_TILT),
        "private": (5, 30, 22, FairnessFinding.TILT),
    }
    divisions = {one.division: (one.placed, one.finding) for one in found.divisions}
    assert (found.rated, found.good) == (55, 28)
    assert divisions[FairnessDivision.OWNERSHIP] == (52, FairnessFinding.TILT)


def test_a_division_in_which_nobody_can_be_compared_cannot_tell() -> None:
    found = by_owner({Ownership.STATE: (4, 4)})
    assert found.comparisons == ()
    assert {one.finding for one in found.divisions} == {FairnessFinding.CANNOT_TELL}
    assert {one.division: one.placed for one in found.divisions} == {
        FairnessDivision.DISTRICT: 0,
        FairnessDivision.OWNERSHIP: 8,
        FairnessDivision.SIZE: 8,
    }


def test_everybody_sees_the_comparisons_of_which_no_small_number_can_be_told() -> None:
    state, private, foreign = Ownership.STATE, Ownership.PRIVATE, Ownership.FOREIGN

    def shown(report: RatingFairness) -> set[str]:
        return {one.group for one in open_comparisons(report, 5)}

    assert shown(by_owner({state: (6, 5), private: (9, 12)})) == {"state", "private"}
    assert shown(by_owner({state: (4, 9), private: (9, 12)})) == set()
    assert shown(by_owner({state: (11, 0), private: (9, 12)})) == set()
    assert shown(by_owner({state: (6, 5), private: (9, 12), foreign: (1, 1)})) == {"private"}
    assert shown(by_owner({state: (6, 5), private: (9, 12)}, undeclared=(1, 1))) == set()
    assert shown(by_owner({state: (6, 5), private: (9, 12)}, undeclared=(5, 5))) == {"state", "private"}


SIDES = st.tuples(st.integers(0, 14), st.integers(0, 14))


@given(sides=st.lists(SIDES, min_size=1, max_size=6), undeclared=SIDES)
def test_whatever_is_shown_tells_of_nobody_left_out(sides: list[tuple[int, int]], undeclared: tuple[int, int]) -> None:
    """Who knows all that is shown, and the totals, subtracts it: what is left is nobody, or five at least on either side."""
    report = by_owner(dict(zip(Ownership, sides, strict=False)), undeclared)
    shown = open_comparisons(report, 5)
    for one in shown:
        assert min(one.good, one.of - one.good, one.others_good, one.others_of - one.others_good) >= 5
        rest = (report.good - one.good - one.others_good, report.rated - one.of - one.others_of)
        assert rest == (0, 0) or min(rest[0], rest[1] - rest[0]) >= 5
    if shown:
        good, of = sum(one.good for one in shown), sum(one.of for one in shown)
        left = (report.good - good, report.rated - of)
        assert left == (0, 0) or min(left[0], left[1] - left[0]) >= 5
