"""Reach of outreach 宣讲覆盖: by unit how many firms were invited and came, how regular it is; what followed a session. plan T2."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Table, and_, case, exists, func, select
from sqlalchemy.sql import ColumnElement

from domain.access import Scope
from domain.instants import city_day, city_midnight, microseconds, utc_moment
from domain.programme.sessions.attendance_facts import AttendanceStatus
from domain.programme.sessions.state import OutreachStatus
from projections.diagnosis.diagnoses_fold import DIAGNOSES
from projections.engine.places import ENTERPRISES
from projections.engine.scope import to_sql
from projections.engine.snapshot import Snapshot
from projections.participants.enterprises import enterprise_columns
from projections.participants.organisations import ORGANISATIONS, NodeFilter, node_conditions
from projections.participants.rosters import MEMBERS, held, member_columns
from projections.programme.outreach_sessions import ATTENDANCES, REACHED, SCHEDULES, SESSIONS, SessionRow
from standards.described import DescribedEnum


class OutreachUnitKind(DescribedEnum):
    """Units that outreach is counted by · 宣讲统计单位."""

    DISTRICT = "district", "Districts · 区"
    SUBDISTRICT = "subdistrict", "Subdistricts · 街镇"
    PARK = "park", "Parks · 产业园区"


class OutreachGroup(DescribedEnum):
    """Firms that what followed is counted of · 对照组别."""

    CAME = "came", "Came to the session · 到会企业"
    ABSENT = "absent", "Invited and did not come · 受邀未到会企业"
    NOT_INVITED = "not_invited", "Neither invited nor come, alike those that came in district, industry and size · 未受邀同类企业"


class UnitReach(NamedTuple):
    """How far outreach reached the firms of a unit in a year 单位覆盖. sessions: held ones that firms of it were invited to.

    weeks, due_on: of its schedule, None of none; overdue: due before today. last_on: of the last session held by it or for it.
    """

    id: str
    firms: int
    sessions: int
    invited: int
    came: int
    never_invited: int
    weeks: int | None
    last_on: date | None
    next_on: date | None
    due_on: date | None
    overdue: bool


def reach(snapshot: Snapshot, scope: Scope, kind: OutreachUnitKind, year: int, now: datetime) -> list[UnitReach]:
    """Every unit of a kind within a scope, in order of id 宣讲覆盖."""
    units = snapshot[ORGANISATIONS]
    query = select(units.c.id).where(units.c.kind == kind.value, *node_conditions(snapshot, scope, NodeFilter()))
    firms, counts = _firms(snapshot, scope, kind, year), _counts(snapshot, scope, kind, year, now)
    last, following = _held(snapshot, kind, now)
    schedules = snapshot[SCHEDULES]
    set_for = {unit: (weeks, date.fromisoformat(since)) for unit, weeks, since in snapshot.rows(select(schedules))}
    made = []
    for (unit,) in sorted(snapshot.rows(query)):
        sessions, invited, came, reached = counts.get(unit, (0, 0, 0, 0))
        weeks, since = set_for.get(unit, (None, None))
        due = _due(last.get(unit), weeks, since)
        overdue = due is not None and due < city_day(now)
        many = firms.get(unit, 0)
        told = (many, sessions, invited, came, max(many - reached, 0), weeks, last.get(unit), following.get(unit), due, overdue)
        made.append(UnitReach(unit, *told))
    return made


def _due(last: date | None, weeks: int | None, since: date | None) -> date | None:
    """The day by which the next session is due: so many weeks after the last, and never before the schedule begins."""
    if weeks is None or since is None:
        return None
    return max((last or since) + timedelta(weeks=weeks), since)


def _on_roster(snapshot: Snapshot, scope: Scope, year: int) -> tuple[Table, ColumnElement[str], list[ColumnElement[bool]]]:
    """Firms where the roster of a year states them, or the latest before that has one; without any roster, where they lie today.

    Who moves later takes no figure of a past year along.
    """
    members, firms = snapshot[MEMBERS], snapshot[ENTERPRISES]
    latest = snapshot.rows(select(func.max(members.c.year)).where(members.c.year <= year, held(members, None)))[0][0]
    if latest is None:
        return firms, firms.c.id, [to_sql(scope, enterprise_columns(snapshot))]
    on = [members.c.year == latest, held(members, None), members.c.off_reason.is_(None)]
    return members, members.c.enterprise, [*on, to_sql(scope, member_columns(snapshot))]


def _firms(snapshot: Snapshot, scope: Scope, kind: OutreachUnitKind, year: int) -> dict[str, int]:
    table, _, on = _on_roster(snapshot, scope, year)
    query = select(table.c[kind.value], func.count()).where(*on).group_by(table.c[kind.value])
    return {str(unit): int(count) for unit, count in snapshot.rows(query) if unit is not None}


def _counts(
    snapshot: Snapshot, scope: Scope, kind: OutreachUnitKind, year: int, now: datetime
) -> dict[str, tuple[int, int, int, int]]:
    """Unit -> sessions held, firms invited, firms that came, firms that did either; of those on the roster."""
    parts, sessions = snapshot[REACHED], snapshot[SESSIONS]
    table, identity, on = _on_roster(snapshot, scope, year)
    unit, firm = table.c[kind.value], parts.c.enterprise
    each = (
        case((sessions.c.ends_at <= microseconds(now), sessions.c.id)),
        case((parts.c.invited, firm)),
        case((parts.c.came, firm)),
        case((parts.c.came | parts.c.invited, firm)),
    )
    first, last = (microseconds(city_midnight(date(one, 1, 1))) for one in (year, year + 1))
    query = (
        select(unit, *(func.count(one.distinct()) for one in each))
        .select_from(parts.join(sessions, sessions.c.id == parts.c.session).join(table, identity == firm))
        .where(sessions.c.status == OutreachStatus.ANNOUNCED.value, sessions.c.starts_at >= first, sessions.c.starts_at < last)
        .where(*on)
        .group_by(unit)
    )
    return {str(found): (int(a), int(b), int(c), int(d)) for found, a, b, c, d in snapshot.rows(query) if found is not None}


def _held(snapshot: Snapshot, kind: OutreachUnitKind, now: datetime) -> tuple[dict[str, date], dict[str, date]]:
    """Unit -> the day of the last session held by it or for it, and of the next one announced."""
    table, at = snapshot[SESSIONS], microseconds(now)
    last: dict[str, date] = {}
    following: dict[str, date] = {}
    for column, own in ((table.c.organiser, table.c.organiser_role == kind.value), (table.c[kind.value], None)):
        held = case((table.c.ends_at <= at, table.c.held_on))
        ahead = case((table.c.ends_at > at, table.c.held_on))
        conditions = [table.c.status == OutreachStatus.ANNOUNCED.value, column.is_not(None), *([own] if own is not None else [])]
        query = select(column, func.max(held), func.min(ahead)).where(*conditions).group_by(column)
        for unit, before, after in snapshot.rows(query):
            if before is not None:
                last[unit] = max(last.get(unit, date.min), date.fromisoformat(before))
            if after is not None:
                following[unit] = min(following.get(unit, date.max), date.fromisoformat(after))
    return last, following


@dataclass(frozen=True)
class FollowerCount:
    """Firms of a group that had no diagnosis of the year yet, and of them those that started one in time 组内计数."""

    firms: int = 0
    started: int = 0


def followed(snapshot: Snapshot, scope: Scope, session: SessionRow, days: int) -> Mapping[OutreachGroup, FollowerCount]:
    """What followed a session among the firms of a scope 宣讲后续: by group, within so many days of its beginning.

    Firms with a diagnosis of that year before it are left out of every group. Compared are firms of the same district, industry
    and size class as some firm that came, which no session of these days invited. A firm is what the roster of that year states.
    """
    firms, identity, on = _on_roster(snapshot, scope, int(session.held_on[:4]))
    parts = snapshot[ATTENDANCES]
    started, new = _started(snapshot, identity, session, days)
    mine = and_(parts.c.enterprise == identity, parts.c.session == session.id)
    alike = (firms.c.district, firms.c.industry, firms.c.size_class)
    came = case((parts.c.status == AttendanceStatus.CAME.value, 1), else_=0)
    counts = (func.count(), func.sum(case((started, 1), else_=0)))
    where = (new, *on)
    query = select(*alike, came, *counts).select_from(firms.join(parts, mine)).where(*where).group_by(*alike, came)
    found = {group: FollowerCount() for group in OutreachGroup}
    likes: set[tuple[Any, ...]] = set()

    def add(group: OutreachGroup, many: int, begun: int) -> None:
        found[group] = FollowerCount(found[group].firms + int(many), found[group].started + int(begun))

    for *place, is_in, many, begun in snapshot.rows(query):
        add(OutreachGroup.CAME if is_in else OutreachGroup.ABSENT, many, begun)
        if is_in:
            likes.add(tuple(place))
    others = select(*alike, *counts).where(*where, *_uninvited(snapshot, identity, session, days)).group_by(*alike)
    for *place, many, begun in snapshot.rows(others):
        if tuple(place) in likes:
            add(OutreachGroup.NOT_INVITED, many, begun)
    return found


def was_held(session: SessionRow, now: datetime) -> bool:
    """Whether a session has begun and was not cancelled 是否已举办."""
    return session.status == OutreachStatus.ANNOUNCED and session.starts_at <= microseconds(now)


def last_moment(session: SessionRow, days: int) -> datetime:
    """Until when a diagnosis counts as having followed a session 观察截止."""
    return utc_moment(session.starts_at) + timedelta(days=days)


def _started(
    snapshot: Snapshot, firm: ColumnElement[str], session: SessionRow, days: int
) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """Whether a firm opened a diagnosis within the days, and whether it had none of that year before."""
    cases = snapshot[DIAGNOSES].alias("followed")
    own = cases.c.enterprise == firm
    first, until = microseconds(city_midnight(date(int(session.held_on[:4]), 1, 1))), microseconds(last_moment(session, days))
    within = exists(select(cases.c.id).where(own, cases.c.opened_at >= session.starts_at, cases.c.opened_at <= until))
    before = exists(select(cases.c.id).where(own, cases.c.opened_at >= first, cases.c.opened_at < session.starts_at))
    return within, ~before


def _uninvited(
    snapshot: Snapshot, firm: ColumnElement[str], session: SessionRow, days: int
) -> Iterator[ColumnElement[bool]]:
    """In no session that begins in these days."""
    parts, sessions = snapshot[ATTENDANCES].alias("any_part"), snapshot[SESSIONS].alias("any_session")
    joined = parts.join(sessions, sessions.c.id == parts.c.session)
    held = sessions.c.starts_at >= session.starts_at, sessions.c.starts_at <= microseconds(last_moment(session, days))
    announced = sessions.c.status == OutreachStatus.ANNOUNCED.value
    yield ~exists(select(parts.c.id).select_from(joined).where(parts.c.enterprise == firm, announced, *held))
