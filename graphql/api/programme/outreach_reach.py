"""Reach of outreach 宣讲覆盖 in the schema: by unit how many firms were reached, and what followed a session. plan T2, T3."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Annotated

import strawberry

from api.kit.context import Context
from api.kit.edges import Edge, Loader, led_to
from api.kit.ids import OrganisationID, OutreachSessionID, id_of, key_of
from api.kit.paging import AtLeast, wanted_fields
from api.kit.parts import parts, wanted_parts
from api.kit.published import argument, field, published
from api.kit.row_mapping import shown
from api.kit.years import require_year
from api.participants.organisations import Organisation, load_organisations
from domain.access import Role
from domain.command_rights import LIAISONS
from domain.governance.rule_bodies.body import RuleKind
from domain.governance.rule_bodies.outreach import OutreachRule
from methods.misgrade_rate import in_percent, wilson
from projections.governance.dated_rules import rule_on
from projections.programme import outreach_reach as rows
from projections.programme.appraisal import percent
from projections.programme.outreach_reach import FollowerCount, OutreachGroup, OutreachUnitKind, UnitReach
from projections.programme.outreach_sessions import outreach_sessions_by_id
from standards.edition.text import SourceMark

OUTREACH_OFFICE = LIAISONS | {Role.AUDITOR}
"""How far outreach reached the firms of the scope, and what followed a session 宣讲成效. plan T2, T3."""


@published(OUTREACH_OFFICE, row=UnitReach)
class UnitOutreach:
    """How far outreach reached the firms of one unit in a year, and how regular it is · 单位宣讲覆盖. plan T2, T3"""

    id: OrganisationID = field("Id of the unit · 单位标识")
    unit: Organisation | None = field("District, subdistrict or park · 单位", by="id")
    firms: int = field("Firms of the caller's scope that the year's roster states there · 名单企业数")
    sessions: int = field("Sessions held that some firm of it was invited or came to · 已办场次")
    invited: int = field("Firms invited to some session · 受邀企业数")
    came: int = field("Firms that came to some session · 到会企业数")
    never_invited: int = field("Firms neither invited nor come · 从未受邀企业数")
    weeks: int | None = field("Weeks between its sessions, by its schedule; null of none · 间隔周数")
    last_on: date | None = field("Day of the last session held by it or for it; null of none · 最近举办日")
    next_on: date | None = field("Day of the next session announced; null of none · 下次举办日")
    due_on: date | None = field("Day by which its schedule asks for one; null without a schedule · 应办日")
    overdue: bool = field("Whether that day is over · 是否逾期")


@published(OUTREACH_OFFICE)
class OutreachReach:
    """How far outreach reached the firms of the scope in a year, by unit · 宣讲覆盖. plan T2, T3"""

    year: int = field("Year · 年度")
    by: OutreachUnitKind = field("Kind of the units · 单位类别")
    units: list[UnitOutreach] = parts(UnitOutreach, "The units, in order of id · 各单位", place=lambda one: (one.id,))


@published(OUTREACH_OFFICE)
class OutreachFollowers:
    """Firms of one group that had no diagnosis of the year, and of them those that started one in time · 后续启动. plan T2"""

    group: OutreachGroup = field("Which firms · 对照组别")
    firms: int = field("How many they are · 企业数")
    started: int | None = field("Firms that started a diagnosis; null: too few firms to tell · 启动诊断企业数")
    percent: Decimal | None = field("`started` over `firms`, rounded down; null: too few to tell · 启动比例")
    low: Decimal | None = field("Lower end of its 90 percent interval, in percent; null: too few to tell · 下限")
    high: Decimal | None = field("Upper end of its 90 percent interval, in percent; null: too few to tell · 上限")


@published(OUTREACH_OFFICE)
class OutreachFollowUp:
    """What followed a session among the firms of the scope: groups side by side, and no cause · 宣讲后续. plan T2"""

    session: OutreachSessionID = field("The session · 场次标识")
    days: int = field("Days within which a started diagnosis counts · 观察天数")
    until: datetime = field("When these days are over, UTC · 观察截止时间")
    complete: bool = field("Whether they are over; before, the numbers still grow · 观察是否结束")
    firms_at_least: int = field("Firms of a group without which nothing is said of its share · 最少企业数")
    rule_since: date = field("First day of the rule that was applied · 规则起始日")
    mark: SourceMark = field("Mark of the rule's source · 来源标记")
    groups: list[OutreachFollowers] = field("Firms that came, that were absent, and alike that were not invited · 各组")


def _followers(group: OutreachGroup, found: FollowerCount, least: int) -> OutreachFollowers:
    if found.firms < least:
        return OutreachFollowers(group=group, firms=found.firms, started=None, percent=None, low=None, high=None)
    interval = in_percent(wilson(Fraction(found.started), Fraction(found.firms)))
    return OutreachFollowers(
        group=group,
        firms=found.firms,
        started=found.started,
        percent=percent(found.started, found.firms),
        low=interval.low,
        high=interval.high,
    )


@strawberry.type
class OutreachReachQueries:
    """Query fields: reach of outreach."""

    @field(
        "How far outreach reached the firms of the scope in a year, and which units are behind their schedule · 宣讲覆盖. plan T3",
        roles=OUTREACH_OFFICE,
    )
    def outreach_reach(
        self,
        info: strawberry.Info[Context, None],
        year: Annotated[int, argument("Year · 年度")],
        by: Annotated[OutreachUnitKind, argument("Kind of units · 单位类别")],
        overdue: Annotated[bool | None, argument("Whether a session is overdue by the schedule; none = any · 是否逾期")] = None,
        at_least: AtLeast = None,
    ) -> OutreachReach:
        """Reach by unit.

        Raises:
            Refused: YEAR_OUT_OF_RANGE.
        """
        require_year(year)
        context = info.context
        snapshot = context.at_least(at_least)
        now = context.services.clock()
        found = [one for one in rows.reach(snapshot, context.scope, by, year, now) if overdue is None or one.overdue is overdue]
        unit = led_to(context, (UnitOutreach, "unit"), found, wanted_parts(wanted_fields(info), "units"))
        return OutreachReach(
            year=year, by=by, units=[UnitOutreach(**shown(UnitOutreach, one), unit=unit(one.id)) for one in found]
        )

    @field(
        "What followed a session among the firms that the roster of its year states in the scope; null when there is no such "
        "session that the caller sees, or it has not begun or was cancelled · 宣讲后续. plan T2",
        roles=OUTREACH_OFFICE,
    )
    def outreach_follow_up(
        self,
        info: strawberry.Info[Context, None],
        outreach_session: Annotated[strawberry.ID, argument("The session · 场次标识")],
        at_least: AtLeast = None,
    ) -> OutreachFollowUp | None:
        """What followed it."""
        context = info.context
        snapshot, now = context.at_least(at_least), context.services.clock()
        key = key_of(outreach_session, "session")
        row = outreach_sessions_by_id(snapshot, context.scope, [key]).get(key)
        if row is None or not rows.was_held(row, now):
            return None
        known = rule_on(snapshot, RuleKind.OUTREACH, date.fromisoformat(row.held_on)).rule
        rule = known.body
        assert isinstance(rule, OutreachRule)  # noqa: S101 - of its kind
        found = rows.followed(snapshot, context.scope, row, rule.follow_days)
        until = rows.last_moment(row, rule.follow_days)
        return OutreachFollowUp(
            session=id_of("session", row.id),
            days=rule.follow_days,
            until=until,
            complete=until < now,
            firms_at_least=rule.firms_at_least,
            rule_since=known.since,
            mark=known.source.mark,
            groups=[_followers(group, found[group], rule.firms_at_least) for group in OutreachGroup],
        )


QUERIES = OutreachReachQueries
EDGES: Mapping[Edge, Loader] = {(UnitOutreach, "unit"): load_organisations}
