"""Groups 企业集团 in the schema: headquarters, and the roll-up of the member firms. plan S3, O3."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated

import strawberry

from api.kit.as_of import AsOf, AsOfMoment, position_of
from api.kit.context import Context
from api.kit.edges import Edge, Loader, led_to
from api.kit.ids import DiagnosisID, EnterpriseID, GroupID, id_of, key_of
from api.kit.mutations import Payload
from api.kit.nodes import Node, NodeKind
from api.kit.paging import AtLeast, below, wanted_fields
from api.kit.parts import parts
from api.kit.published import argument, field, published
from api.kit.row_mapping import all_shown, shown
from api.kit.years import require_year
from api.participants.enterprises import Enterprise, load_enterprises
from api.standard.editions import editions_of
from domain.access import Mask, Role
from domain.instants import city_day, utc_moment
from domain.kernel import Command
from domain.masks import GROUPS
from domain.participants.enterprises import enterprise_stream
from domain.participants.organisations import OrganisationKind
from projections.as_of import replay
from projections.diagnosis import groups
from projections.diagnosis.groups import GroupRow, MemberRow, ResultRow
from projections.participants.headquarters import SeatRow
from projections.participants.organisations import organisations_by_id
from standards.scoring.roll_up import RolledScore, RollUp


@published(GROUPS, mask=Mask.OUTCOME, row=ResultRow)
class CurrentResult:
    """Current result of a firm: its report is out and not under an objection · 现行结果. plan S4"""

    diagnosis: DiagnosisID = field("Id of the diagnosis · 诊断标识")
    edition: str = field("Edition of the standard · 标准版本")
    total: Decimal = field("Verified total, 0–100, two decimals · 核验总分")
    grade: int = field("Issued grade, 0–10 · 出具档")
    grade_name: str = field("Name of the issued grade · 档名称")
    level_name: str = field("Name of the issued level · 等级名称")
    issued_at: datetime = field("When the report was issued, UTC · 出具时间")


@published(GROUPS, row=MemberRow)
class GroupMember:
    """Member of a group · 成员企业. plan O3"""

    key: strawberry.Private[str]
    enterprise: Enterprise | None = field("The enterprise, as it is today · 企业", by="enterprise")
    name: str = field("Name of the enterprise · 企业名称")
    revenue_wan: Decimal | None = field(
        "Yearly revenue by the year's roster in ten thousand yuan; null: it is not on that roster · 营业收入（万元）",
        mask=Mask.REVENUE,
    )
    result: CurrentResult | None = field("Its current result; null where it has none · 现行结果", mask=Mask.OUTCOME)


def _by_key(member: GroupMember) -> tuple[str]:
    return (member.key,)


@published(GROUPS, row=SeatRow)
class HeadquartersSeat:
    """What was said of a group's headquarters, from a day on · 总部记录. plan O3"""

    since: date = field("First day · 起始日")
    enterprise: EnterpriseID | None = field("The headquarters; null: none from that day on · 集团总部")
    said_at: datetime = field("When it was said, UTC · 记录时间")
    said_by_role: Role = field("By which role · 记录角色")


@published(GROUPS, mask=Mask.OUTCOME, row=RolledScore)
class RolledUpScore:
    """One score over the members · 汇总得分"""

    id: strawberry.ID = field("Dimension id; `total` for the total score · 维度编号")
    name: str = field("Name of the dimension · 维度名称")
    mean: Decimal | None = field(
        "Weighed by revenue, two decimals, half up; null where no weight is left or members have left · 按营业收入加权均值"
    )
    weighed: int | None = field("Members in the mean; null where some have left · 计入均值企业数")
    counted: int | None = field("Members that have the score; null where some have left · 有得分企业数")
    first_quartile: Decimal | None = field(
        "Lowest score that at least a quarter of the members do not exceed, by nearest rank · 第一四分位数"
    )
    weakest: list[GroupMember] = parts(
        GroupMember, "Members at or below the first quartile, the weakest first · 后四分之一企业", made=True
    )


@published(GROUPS)
class EditionCount:
    """Members under one edition · 各版本成员数"""

    edition: str = field("Edition of the standard · 标准版本")
    members: int = field("How many firms · 企业数")


@published(GROUPS, row=RollUp)
class GroupRollUp:
    """Roll-up of a group's member firms, the headquarters apart · 成员企业汇总. plan S3"""

    roster: int | None = field(
        "Year whose roster gives members and revenue: the one asked for, else the latest that speaks of every district "
        "in which the group had members the roster before · 名单年度",
    )
    members: int = field(
        "Members on that roster, above scale as the plan counts, those that left since included · 规上成员企业数", made=True
    )
    left: int = field(
        "Those of them that are out of sight because they left the group; then what rests on results is null · 已离开企业数"
    )
    with_result: int | None = field("Those of them with a current result; null where some have left · 有现行结果企业数", made=True)
    coverage: Decimal | None = field(
        "Members with a result over members, percent, two decimals, rounded down; null without members, or where some have left · "
        "覆盖率",
        made=True,
    )
    total: RolledUpScore = field("Total score · 总分", mask=Mask.OUTCOME, made=True)
    dimensions: list[RolledUpScore] = field("By dimension · 各维度", mask=Mask.OUTCOME, made=True)
    editions: list[EditionCount] = field("Editions that the results rest on · 所依标准版本")
    without_result: list[GroupMember] = parts(
        GroupMember, "Members on the roster without a result, in order of id · 尚无结果企业", place=_by_key, made=True
    )
    without_revenue: list[GroupMember] = parts(
        GroupMember,
        "Members with a result that the year's roster does not hold, in order of id: nothing weighs them · 无营业收入可加权企业",
        place=_by_key,
        made=True,
    )


@published(GROUPS)
class Group(Node):
    """Enterprise group, as the city, the auditor and the group itself see it · 企业集团. plan S3, O3"""

    id: GroupID = field("Id of the group · 集团标识")
    name: str = field("Name of the group · 集团名称")
    seats: list[HeadquartersSeat] = parts(HeadquartersSeat, "What was said of its headquarters · 历任总部")
    headquarters: GroupMember | None = field(
        "The headquarters with its own result, beside the roll-up and no part of it · 集团总部及其自身结果"
    )
    members: list[GroupMember] = parts(
        GroupMember, "Member firms, the headquarters apart, in order of id · 成员企业", place=_by_key
    )
    roll_up: GroupRollUp = field("What the members add up to · 成员企业汇总")
    as_of: AsOf | None = field("Whether it changed after the moment asked for; null for now · 事后变更")


Members = Mapping[str, GroupMember]
"""Key of a firm -> the member that it is."""


def _score(identity: str, name: str, rolled: RolledScore, members: Members, *, whole: bool) -> RolledUpScore:
    """whole: whether every member of the roster is in it; a part is never shown as the group's."""
    if not whole:
        return RolledUpScore(
            id=strawberry.ID(identity), name=name, mean=None, weighed=None, counted=None, first_quartile=None, weakest=[]
        )
    weakest = [members[firm] for firm in rolled.weakest]
    return RolledUpScore(**shown(RolledUpScore, rolled), id=strawberry.ID(identity), name=name, weakest=weakest)


def _roll_up(row: GroupRow, names: Mapping[str, str], members: Members) -> GroupRollUp:
    rolled, whole = row.rolled, row.left == 0
    under = sorted(one.result.edition for one in row.members if one.result is not None)
    return GroupRollUp(
        **shown(GroupRollUp, rolled),
        roster=row.roster,
        members=rolled.members + row.left,
        left=row.left,
        with_result=rolled.with_result if whole else None,
        coverage=rolled.coverage if whole else None,
        total=_score("total", "总分", rolled.total, members, whole=whole),
        dimensions=[
            _score(one, names.get(one, one), score, members, whole=whole) for one, score in rolled.dimensions.items()
        ],
        without_result=[members[firm] for firm in rolled.without_result],
        without_revenue=[members[firm] for firm in rolled.without_revenue],
        editions=[EditionCount(edition=key, members=under.count(key)) for key in dict.fromkeys(under) if whole],
    )


def _note(context: Context, row: GroupRow) -> None:
    """Note whose revenue and outcome are shown, by member or in a sum that names the weakest."""
    disclosure_notes = context.disclosure_notes
    shown = [*row.members, *((row.headquarters,) if row.headquarters is not None else ())]
    by_member = disclosure_notes.masks("GroupMember", frozenset({"revenueWan", "result"}))
    disclosure_notes.note(by_member, ((one.enterprise, enterprise_stream(one.enterprise)) for one in shown))
    summed = disclosure_notes.masks("GroupRollUp", frozenset({"total", "dimensions"}))
    rolled = (one.enterprise for one in row.members if one.result is not None)
    disclosure_notes.note(summed, ((firm, enterprise_stream(firm)) for firm in rolled))


_WAYS = ("members", "rollUp.withoutResult", "rollUp.withoutRevenue", "rollUp.total.weakest", "rollUp.dimensions.weakest")
PLACES_OF_MEMBERS = ("headquarters", *(f"{way}.{page}" for way in _WAYS for page in ("nodes", "edges.node")))
"""Where a group shows its members, below the field that it is asked by."""


def _members(context: Context, row: GroupRow, wanted: frozenset[str]) -> Members:
    """Every member in the scope and the headquarters, each with the firm as it is today where that is wanted."""
    rows = [*row.members, *((row.headquarters,) if row.headquarters is not None else ())]
    enterprise = led_to(context, (GroupMember, "enterprise"), rows, below(wanted, *PLACES_OF_MEMBERS))
    return {
        one.enterprise: GroupMember(**shown(GroupMember, one), key=one.enterprise, enterprise=enterprise(one.enterprise))
        for one in rows
    }


def load_group(
    context: Context,
    identity: str,
    wanted: frozenset[str],
    *,
    position: int | None = None,
    asked: datetime | None = None,
    year: int | None = None,
) -> Group | None:
    """A group within the scope, now or as it was known at a position; of a year's roster, or the latest."""
    snapshot, scope = context.snapshot, context.scope
    organisation = organisations_by_id(snapshot, [identity]).get(identity)
    if organisation is None or organisation.kind != OrganisationKind.GROUP:
        return None
    day, then = context.today, None
    now = groups.group(snapshot, scope, identity, day, year=year)
    row = now
    if position is not None:
        at = replay.recorded_at(snapshot, position)
        day = city_day(asked or (utc_moment(at) if at is not None else context.services.clock()))
        row = groups.group(snapshot, scope, identity, day, position, year=year)
        then = AsOf(moment=asked, changed_later=row != now, changed_later_at=None, changes=None)
    if row is None:
        return None
    _note(context, row)
    editions = editions_of(context, sorted({one.result.edition for one in row.members if one.result is not None}))
    names = {part.id: part.name for edition in editions.values() for part in edition.dimensions}
    members = _members(context, row, wanted)
    return Group(
        id=id_of("group", identity),
        name=organisation.name,
        seats=all_shown(HeadquartersSeat, row.seats),
        headquarters=members[row.headquarters.enterprise] if row.headquarters is not None else None,
        members=[members[one.enterprise] for one in row.members],
        roll_up=_roll_up(row, names, members),
        as_of=then,
    )


RosterYear = Annotated[
    int | None,
    argument("Year of the roster: members as they were in it, with the results of reports issued by its end; none = the "
        "latest complete one, with the results of today; a year without a roster gives null · 名单年度"
    ),
]


@strawberry.type
class GroupQueries:
    """Query fields: groups."""

    @field(
        "One group with its headquarters and the roll-up of its members; null when it is none or does not lie in the scope "
        "as a whole: whoever sees some members sees no sum over all · 企业集团. plan S3, O3, P7",
        roles=GROUPS,
    )
    def group(
        self,
        info: strawberry.Info[Context, None],
        id: Annotated[strawberry.ID, argument("Id of the group · 集团标识")],  # noqa: A002 - the argument's published name
        year: RosterYear = None,
        at_least: AtLeast = None,
        as_of: AsOfMoment = None,
    ) -> Group | None:
        """One group within the scope, now or as it was known then.

        Raises:
            Refused: YEAR_OUT_OF_RANGE.
        """
        require_year(year)
        context = info.context
        context.at_least(at_least)
        if as_of is None:
            return load_group(context, _key(id), wanted_fields(info), year=year)
        position, asked = position_of(context, as_of)
        return load_group(context, _key(id), wanted_fields(info), position=position, asked=asked, year=year)


def _key(given: str) -> str:
    """The key of a group, by its own id or that of the organisation that it is."""
    return key_of(given, "group", "organisation")


def _find_group(context: Context, key: str, _command: Command, wanted: frozenset[str]) -> Group | None:
    return load_group(context, key, wanted)


def _load_groups(context: Context, ids: Sequence[str], wanted: frozenset[str]) -> dict[str, Group]:
    return {identity: group for identity in ids if (group := load_group(context, identity, wanted)) is not None}


QUERIES = GroupQueries
EDGES: Mapping[Edge, Loader] = {(GroupMember, "enterprise"): load_enterprises}
FOUND_BY_ID: Mapping[str, NodeKind] = {"group": NodeKind(Group, _load_groups)}
PAYLOADS: Mapping[str, Payload] = {
    "headquarters": Payload("group", Group, _find_group),
}
"""Capability, or a command whose payload carries something else -> what its payloads carry 返回对象."""
