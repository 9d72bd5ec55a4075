"""Portrait of the manufacturers of a scope 画像: grades, industries by district, weakest indicators, movement in a year. plan R1.

Of firms on a year's roster, each by the latest diagnosis reported by the end of the year. A mean over fewer than five firms is not
told, an interval not from fewer than eleven, where Student's t is good enough.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

import orjson
from sqlalchemy import and_, func, select

from domain.access import Scope
from domain.instants import city_midnight, microseconds
from methods.mean_interval import MeanInterval, mean_interval
from projections.diagnosis.diagnoses import diagnosis_columns
from projections.diagnosis.diagnoses_fold import DIAGNOSES, REPORTS
from projections.diagnosis.issued import holds_a_result
from projections.engine.places import ENTERPRISES
from projections.engine.scope import to_sql
from projections.engine.snapshot import Snapshot
from projections.participants.rosters import MEMBERS, held, member_columns
from standards.edition.mapping import DIVISION

TOLD_FROM, INTERVAL_FROM = 5, 11
SHOWN_PLACES = 2


class PortrayedFirm(NamedTuple):
    """A firm of a year's roster with its result 画像企业. result: JSON of it, only where it was asked for."""

    id: str
    district: str
    industry: str
    edition: str
    grade: int
    total: Decimal
    result: str | None


def portrayed_firms(
    snapshot: Snapshot, scope: Scope, year: int, by: int, *, whole: bool = False
) -> list[PortrayedFirm]:
    """Firms on a year's roster that have a result reported by the end of the year `by`, in order of id 有结果企业.

    A firm that moved out of the scope has none there. whole: with the result's own text.
    """
    cases, firms, reports, members = (snapshot[table] for table in (DIAGNOSES, ENTERPRISES, REPORTS, MEMBERS))
    first = func.min(reports.c.issued_at)
    begun = select(reports.c.diagnosis, first.label("first")).group_by(reports.c.diagnosis).subquery()
    stated = and_(members.c.year == year, held(members, None), members.c.off_reason.is_(None))
    on_roster = and_(members.c.enterprise == firms.c.id, stated)
    shown = [cases.c.issued_result] if whole else []
    query = (
        select(firms.c.id, members.c.district, members.c.industry, cases.c.edition, cases.c.issued_grade)
        .add_columns(cases.c.issued_verified_total, *shown)
        .select_from(cases.join(firms, firms.c.id == cases.c.enterprise).join(members, on_roster))
        .join(begun, begun.c.diagnosis == cases.c.id)
        .where(to_sql(scope, diagnosis_columns(snapshot)), to_sql(scope, member_columns(snapshot)))
        .where(begun.c.first < microseconds(city_midnight(date(by + 1, 1, 1))), cases.c.issued_grade.is_not(None))
        .where(holds_a_result(cases))
        .order_by(firms.c.id, begun.c.first, cases.c.id)
    )
    latest = {row[0]: row for row in snapshot.rows(query)}
    return [
        PortrayedFirm(
            firm, district, industry[:DIVISION], edition, grade, Decimal(total), result[0] if result else None
        )
        for firm, district, industry, edition, grade, total, *result in latest.values()
    ]


def published_mean(values: Sequence[Decimal]) -> MeanInterval:
    """The mean of some firms' values, as far as they tell one 均值."""
    return mean_interval(values, SHOWN_PLACES, mean_from=TOLD_FROM, interval_from=INTERVAL_FROM)


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
    return [PortraitCell(*place, len(totals), *published_mean(totals)) for place, totals in sorted(grouped.items())]


class WeakIndicator(NamedTuple):
    """An indicator by what firms reach in it 指标得分: points 0–100, of one edition."""

    edition: str
    indicator: str
    firms: int
    mean: Decimal | None
    low: Decimal | None
    high: Decimal | None


def points_of(firm: PortrayedFirm) -> Iterator[tuple[str, str]]:
    """Indicators that apply to a firm, with the exact points that it reached; none where its result was not asked for."""
    for one in orjson.loads(firm.result)["verified"]["indicators"] if firm.result is not None else ():
        if one["points"] is not None:
            yield one["id"], one["points"]


def weakest(found: Iterable[PortrayedFirm]) -> list[WeakIndicator]:
    """Indicators that enough firms tell of, of each edition the weakest first 薄弱指标. found: read whole."""
    points: defaultdict[tuple[str, str], list[Decimal]] = defaultdict(list)
    for firm in found:
        for indicator, reached in points_of(firm):
            points[firm.edition, indicator].append(Decimal(reached))
    told = [WeakIndicator(*named, len(reached), *published_mean(reached)) for named, reached in points.items()]
    known = [one for one in told if one.mean is not None]
    return sorted(known, key=lambda one: (one.edition, one.mean, one.indicator))


class Movement(NamedTuple):
    """What became of the firms of a roster since the year before 同比变动. other_edition: of two editions, not compared."""

    risen: int
    same: int
    fallen: int
    other_edition: int
    new: int


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
