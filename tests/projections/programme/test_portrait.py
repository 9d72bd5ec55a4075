"""Portrait 画像 (plan R1): enough firms tell a mean, more its interval; grades of two editions are not compared."""

from collections import Counter
from decimal import Decimal

from domain.access import Everything, Role, scope_of
from domain.programme.papers.tables import Movement
from projections import ReadModels
from projections.programme.portrait import (
    PortrayedFirm,
    cells,
    movement,
    portrayed_firms,
    published_mean,
    reached,
    weakest,
)
from tests.projections.programme.test_appraisal import YEAR, models
from tests.small_city import ENTERPRISE, FIRM

__all__ = ["models"]


def firm(number: int, total: int = 40, **rest: object) -> PortrayedFirm:
    given = {"district": "310117", "industry": "C34", "edition": "2023", "grade": 2, **rest}
    return PortrayedFirm(id=f"e{number}", total=Decimal(total), diagnosis=f"d{number}", **given)  # type: ignore[arg-type] # as given


def test_a_mean_is_told_from_five_firms_and_an_interval_from_eleven() -> None:
    told = [published_mean(Counter(map(Decimal, range(count)))) for count in (0, 4, 5, 10, 11)]
    assert [one.mean for one in told] == [None, None, Decimal(2), Decimal("4.50"), Decimal(5)]
    assert [one.low is not None for one in told] == [False] * 4 + [True]
    last = told[-1]
    assert last.low is not None
    assert last.high is not None
    assert last.mean - last.low == last.high - last.mean == Decimal("1.81")  # type: ignore[operator] # told; t 1.812 × √(11/11)
    assert published_mean({Decimal(7): 11}) == (7, 7, 7)


def test_a_district_and_an_industry_are_told_by_their_own_firms() -> None:
    found = [*(firm(n, 40) for n in range(5)), *(firm(n, 90, industry="C26") for n in range(5, 9)), firm(9, district="310115")]
    assert [(one.district, one.industry, one.firms, one.mean) for one in cells(found)] == [
        ("310115", "C34", 1, None),
        ("310117", "C26", 4, None),
        ("310117", "C34", 5, 40),
    ]


def test_an_indicator_that_does_not_apply_or_that_few_reach_is_none_of_the_weakest() -> None:
    found = [*(firm(n) for n in range(5)), *(firm(n, edition="2024") for n in range(5, 9)), firm(9)]
    texts = {one.id: "i1=40" for one in found} | {"e9": "", "e0": "i1=40\ni2=10"}
    assert [(one.edition, one.indicator, one.firms, one.mean) for one in weakest(found, texts)] == [("2023", "i1", 5, 40)]


def test_grades_of_two_editions_are_not_compared() -> None:
    before = [firm(1), firm(2), firm(3), firm(4, edition="2022"), firm(6)]
    now = [firm(1, grade=3), firm(2), firm(3, grade=1), firm(4), firm(5)]
    assert movement(before, now) == Movement(risen=1, same=1, fallen=1, other_edition=1, new=1)


def test_a_result_counts_from_the_year_of_its_first_report_within_the_scope_of_today(models: ReadModels) -> None:
    with models.reading() as snapshot:
        before, [row] = portrayed_firms(snapshot, Everything(), YEAR)
        assert (row.id, row.industry, row.district) == (ENTERPRISE, FIRM.industry[:3], FIRM.district)
        assert (before, list(reached(snapshot, [row]))) == ([], [ENTERPRISE])
        assert portrayed_firms(snapshot, scope_of(Role.DISTRICT, FIRM.district), YEAR) == ([], [])
