"""Roll-up of a group from its members (plan S3, O3): weighed by revenue, order-free, and what is missing is told."""

from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from standards.scoring.measure import rounded
from standards.scoring.roll_up import Member, RollUp, roll_up


def member(name: str, revenue: str | None, total: str | None, **dimensions: str) -> Member:
    return Member(
        id=name,
        revenue_wan=Decimal(revenue) if revenue is not None else None,
        total=Decimal(total) if total is not None else None,
        dimensions={key: Decimal(value) for key, value in dimensions.items()},
    )


GROUP = (
    member("a", "60000", "72.50", D1="80.00", D2="65.00"),
    member("b", "20000", "41.00", D1="40.00", D2="42.00"),
    member("c", "20000", "38.25", D1="35.50", D2="41.00"),
    member("d", "9000", None),
    member("e", None, "30.00", D1="30.00"),
    member("f", None, None),
)


def test_a_group_is_the_mean_of_its_members_weighed_by_revenue() -> None:
    found = roll_up(GROUP)
    assert found.total.mean == Decimal("59.35")  # (60000 × 72.5 + 20000 × 41 + 20000 × 38.25) / 100000
    assert found.dimensions["D1"].mean == Decimal("63.10")
    assert (found.total.weighed, found.total.counted) == (3, 4)


def test_coverage_counts_members_on_the_roster_and_names_those_without_a_result() -> None:
    found = roll_up(GROUP)
    assert (found.members, found.with_result, found.coverage) == (4, 3, Decimal("75.00"))
    assert (found.without_result, found.without_revenue) == (("d",), ("e",))
    thirds = roll_up([member("a", "1", "10.00"), member("b", "1", "10.00"), member("c", "1", None)])
    assert thirds.coverage == Decimal("66.66")


def test_the_weakest_quartile_is_by_nearest_rank_with_its_ties() -> None:
    found = roll_up(GROUP)
    assert (found.total.first_quartile, found.total.weakest) == (Decimal("30.00"), ("e",))
    assert found.dimensions["D2"].weakest == ("c",)
    five = [member(name, "1", total) for name, total in zip("vwxyz", ("50", "20", "30", "30", "60"), strict=True)]
    assert roll_up(five).total.weakest == ("w", "x", "y")
    assert roll_up(five).total.first_quartile == Decimal(30)


def test_a_group_of_which_nothing_is_known_has_no_mean_and_no_weakest() -> None:
    none = roll_up([])
    assert (none.members, none.coverage, none.total.mean, none.total.first_quartile) == (0, None, None, None)
    silent = roll_up([member("a", "10", None)])
    assert (silent.coverage, silent.total.mean, silent.total.weakest, silent.dimensions) == (Decimal("0.00"), None, (), {})
    weightless = roll_up([member("a", "0", "40.00"), member("b", None, "50.00")])
    assert (weightless.total.mean, weightless.total.counted) == (None, 2)


scores = st.integers(0, 10_000).map(lambda n: Decimal(n).scaleb(-2))
revenues = st.integers(1, 10**9).map(lambda n: Decimal(n).scaleb(-2))


@st.composite
def groups(draw: st.DrawFn) -> list[Member]:
    count = draw(st.integers(1, 12))
    return [
        Member(
            id=f"e{number}",
            revenue_wan=draw(st.none() | revenues),
            total=(total := draw(st.none() | scores)),
            dimensions={} if total is None else {key: draw(scores) for key in draw(st.sets(st.sampled_from("ABC")))},
        )
        for number in range(count)
    ]


def means(found: RollUp) -> list[Decimal | None]:
    return [found.total.mean, *(one.mean for one in found.dimensions.values())]


@given(groups(), st.randoms())
def test_the_order_of_the_members_means_nothing(members: list[Member], chance: st.DataObject) -> None:
    shuffled = list(members)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert roll_up(shuffled) == roll_up(members)


@given(groups(), st.integers(1, 10**6))
def test_only_the_proportions_of_the_weights_count(members: list[Member], times: int) -> None:
    scaled = []
    for one in members:
        weight = None if one.revenue_wan is None else one.revenue_wan * times
        scaled.append(one.model_copy(update={"revenue_wan": weight}))
    assert means(roll_up(scaled)) == means(roll_up(members))


@given(groups())
def test_a_mean_lies_between_the_least_and_the_greatest_of_what_it_weighs(members: list[Member]) -> None:
    found = roll_up(members)
    weighed = [one.total for one in members if one.total is not None and one.revenue_wan is not None]
    assert (found.total.mean is None) == (not weighed)
    if found.total.mean is not None:
        assert min(weighed) <= found.total.mean <= max(weighed)
        whole = sum(Fraction(one.revenue_wan) for one in members if one.total is not None and one.revenue_wan is not None)
        exact = sum(
            Fraction(one.revenue_wan) * Fraction(one.total) / whole
            for one in members
            if one.total is not None and one.revenue_wan is not None
        )
        assert found.total.mean == rounded(exact)


@given(groups())
def test_at_least_a_quarter_lies_at_or_below_the_quartile_and_less_than_a_quarter_below_it(members: list[Member]) -> None:
    rolled = roll_up(members).total
    totals = [one.total for one in members if one.total is not None]
    assert rolled.counted == len(totals)
    if totals:
        assert rolled.first_quartile in totals
        assert 4 * len(rolled.weakest) >= len(totals)
        assert 4 * sum(total < rolled.first_quartile for total in totals) < len(totals)
        by_id = {one.id: one.total for one in members}
        assert {name for name, total in by_id.items() if total is not None and total <= rolled.first_quartile} == set(
            rolled.weakest
        )


@given(groups(), scores)
def test_who_has_no_result_or_no_revenue_moves_no_mean(members: list[Member], total: Decimal) -> None:
    more = [*members, Member(id="x", revenue_wan=Decimal(10**6)), Member(id="y", revenue_wan=None, total=total)]
    assert means(roll_up(more)) == means(roll_up(members))
