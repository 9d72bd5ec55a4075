"""Portrait of the manufacturers of a scope 画像: grades, industries by district, weakest indicators, movement in a year. plan R1.

Of firms on a year's roster, each by the latest diagnosis reported by the end of the year. A mean over fewer than five firms is not
told, an interval not from fewer than eleven, where Student's t is good enough.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from itertools import chain, starmap
from typing import Any, NamedTuple

from sqlalchemy import Select, and_, select

from domain.access import Scope
from domain.instants import city_midnight, microseconds
from domain.programme.papers.tables import Movement
from methods.mean_interval import MeanInterval, counted_mean_interval
from projections.diagnosis.diagnoses import diagnosis_columns
from projections.diagnosis.diagnoses_fold import DIAGNOSES
from projections.diagnosis.issued import holds_a_result
from projections.engine.places import ENTERPRISES
from projections.engine.scope import to_sql
from projections.engine.snapshot import Snapshot
from projections.participants.rosters import MEMBERS, held, member_columns
from standards.edition.mapping import DIVISION

TOLD_FROM, INTERVAL_FROM = 5, 11
SHOWN_PLACES = 2
LOOKED_UP = 2_000
"""Cases whose points are read in one statement."""


class PortrayedFirm(NamedTuple):
    """A firm of a year's roster with its result 画像企业. diagnosis: id of the case that it is the result of."""

    id: str
    district: str
    industry: str
    edition: str
    grade: int
    total: Decimal
    diagnosis: str


class YearEnds(NamedTuple):
    """Firms with a result by the end of the year before a year, and by the end of its own 年末企业, each in order of id."""

    before: list[PortrayedFirm]
    now: list[PortrayedFirm]


def portrayed_firms(snapshot: Snapshot, scope: Scope, year: int, *, former: bool = True) -> YearEnds:
    """Firms on a year's roster that have a result, by the end of the year before and by the end of its own 有结果企业.

    A firm that moved out of the scope has none there. former: whether those of the year before are told; else there are none.
    """
    cases, firms, members = (snapshot[table] for table in (DIAGNOSES, ENTERPRISES, MEMBERS))
    stated = and_(members.c.year == year, held(members, None), members.c.off_reason.is_(None))
    on_roster = and_(members.c.enterprise == firms.c.id, stated)
    begins, ends = (microseconds(city_midnight(date(one, 1, 1))) for one in (year, year + 1))
    query = (
        select(firms.c.id, members.c.district, members.c.industry, cases.c.edition, cases.c.issued_grade)
        .add_columns(cases.c.issued_verified_total, cases.c.id, cases.c.first_issued_at)
        .select_from(cases.join(firms, firms.c.id == cases.c.enterprise).join(members, on_roster))
        .where(to_sql(scope, diagnosis_columns(snapshot)), to_sql(scope, member_columns(snapshot)))
        .where(cases.c.first_issued_at < ends, cases.c.issued_grade.is_not(None), holds_a_result(cases))
        .order_by(members.c.enterprise, cases.c.first_issued_at, cases.c.id)
    )
    rows = snapshot.rows(query)
    latest = ({row[0]: row for row in rows if row[-1] < until} for until in (begins if former else 0, ends))
    return YearEnds(*(list(starmap(_portrayed, found.values())) for found in latest))


def _portrayed(
    firm: str, district: str, industry: str, edition: str, grade: int, total: str, case: str, _at: int
) -> PortrayedFirm:
    return PortrayedFirm(firm, district, industry[:DIVISION], edition, grade, Decimal(total), case)


def reached(snapshot: Snapshot, found: Sequence[PortrayedFirm]) -> dict[str, str]:
    """Firm -> what it reaches in each indicator that applies to it, as `points_text` writes it 各指标得分."""
    cases = snapshot[DIAGNOSES]

    def query() -> Select[Any]:
        return select(cases.c.enterprise, cases.c.issued_points).where(snapshot.listed(cases.c.id, "ids"))

    texts: dict[str, str] = {}
    for start in range(0, len(found), LOOKED_UP):
        ids = [one.diagnosis for one in found[start : start + LOOKED_UP]]
        texts.update(snapshot.prepared(("reached",), query, ids=ids))
    return texts


def reached_in(line: str) -> tuple[str, str]:
    """The indicator that a line of it is of, and the exact points."""
    indicator, _, points = line.rpartition("=")
    return indicator, points


def published_mean(values: Mapping[Decimal, int]) -> MeanInterval:
    """The mean of some firms' values, each with how many reach it, as far as they tell one 均值."""
    return counted_mean_interval(values, SHOWN_PLACES, mean_from=TOLD_FROM, interval_from=INTERVAL_FROM)


class PortraitCell(NamedTuple):
    """Firms of one industry in one district 热力图单元."""

    district: str
    industry: str
    firms: int
    mean: Decimal | None
    low: Decimal | None
    high: Decimal | None


def cells(found: Iterable[PortrayedFirm]) -> list[PortraitCell]:
    """Industries by district 区与行业, in order."""
    grouped: defaultdict[tuple[str, str], list[Decimal]] = defaultdict(list)
    for one in found:
        grouped[one.district, one.industry].append(one.total)
    return [PortraitCell(*place, len(totals), *published_mean(Counter(totals))) for place, totals in sorted(grouped.items())]


class WeakIndicator(NamedTuple):
    """An indicator by what firms reach in it 指标得分: points 0–100, of one edition."""

    edition: str
    indicator: str
    firms: int
    mean: Decimal | None
    low: Decimal | None
    high: Decimal | None


def weakest(found: Iterable[PortrayedFirm], texts: Mapping[str, str]) -> list[WeakIndicator]:
    """Indicators that enough firms tell of, of each edition the weakest first 薄弱指标. texts: what each firm `reached`."""
    editions: defaultdict[str, list[str]] = defaultdict(list)
    for firm in found:
        editions[firm.edition].append(texts[firm.id])
    values: defaultdict[tuple[str, str], Counter[Decimal]] = defaultdict(Counter)
    for edition, of_edition in editions.items():
        lines = chain.from_iterable(map(str.splitlines, of_edition))  # counted in one go: half a million, of a whole city
        for line, firms in Counter(lines).items():
            indicator, points = reached_in(line)
            values[edition, indicator][Decimal(points)] += firms
    told = [WeakIndicator(*named, points.total(), *published_mean(points)) for named, points in values.items()]
    known = [one for one in told if one.mean is not None]
    return sorted(known, key=lambda one: (one.edition, one.mean, one.indicator))


def moved(was: PortrayedFirm | None, now: PortrayedFirm) -> str:
    """How a firm's grade moved between the ends of two years, as a field of `Movement`."""
    if was is None:
        return "new"
    if was.edition != now.edition:
        return "other_edition"
    return "risen" if now.grade > was.grade else "fallen" if now.grade < was.grade else "same"


def movement(before: Iterable[PortrayedFirm], now: Iterable[PortrayedFirm]) -> Movement:
    """Grades of the same firms at the ends of two years 同比变动; new: without a result at the end of the former."""
    former = {one.id: one for one in before}
    counts = Counter(moved(former.get(one.id), one) for one in now)
    return Movement(*(counts[name] for name in Movement._fields))
