"""Lists of groups 集团清单 in the schema: held against the roster of a year. plan O3."""

from typing import Annotated

import strawberry

from api.kit.context import Context
from api.kit.enums import enum_type
from api.kit.ids import EnterpriseID, GroupID, id_of, key_of
from api.kit.paging import AtLeast
from api.kit.parts import parts
from api.kit.published import argument, field, published
from api.kit.years import require_year
from api.participants.places import District
from api.programme.demands import district_of
from domain.access import Place, admits
from domain.masks import GROUPS
from domain.participants.group_lists import GroupListFinding, ListedFirm, compared
from projections.participants.group_lists import StatedMember, stated_members

GROUP_LISTS = GROUPS
"""Lists of groups held against the roster 集团清单核对. plan O3."""
enum_type(GroupListFinding)


@published(GROUP_LISTS, row=ListedFirm)
class GroupListLine:
    """A firm of a group's list or of the roster, and how the two agree · 集团清单核对行. plan O3"""

    uscc: str = field("Credit code, as the list or the roster has it · 统一社会信用代码")
    finding: GroupListFinding = field("How list and roster agree · 核对结果")
    enterprise: EnterpriseID | None = field(
        "The firm; null: no roster that you see states it in the group · 企业标识", made=True
    )
    name: str | None = field("Its name; null as `enterprise` · 企业名称", made=True)
    district: District | None = field("Its district by the roster of the year; null: that does not state it · 所在区", made=True)
    moved_from: District | None = field("Its district by the roster of the year before, where that was another · 迁出区", made=True)


@published(GROUP_LISTS)
class GroupListCheck:
    """A group's list of its firms above scale held against the roster of a year · 集团清单核对. plan O3"""

    group: GroupID = field("The group · 集团标识")
    year: int = field("Year of the roster · 名单年度")
    agreed: int = field("Firms that both name · 一致企业数")
    not_on_roster: int = field("Firms that only the list names, those that left included · 名单未载企业数")
    not_listed: int = field("Firms that only the roster states in the group · 清单漏列企业数")
    moved: int = field("Firms of the roster that lay in another district by the roster before · 区间迁移企业数")
    lines: list[GroupListLine] = parts(
        GroupListLine, "Every firm of either, in order of credit codes · 逐家结果", place=lambda one: (one.uscc,)
    )


def _line(one: ListedFirm, known: dict[str, StatedMember], now: dict[str, StatedMember]) -> GroupListLine:
    firm, here = known.get(one.uscc), now.get(one.uscc)
    return GroupListLine(
        uscc=one.uscc,
        finding=one.finding,
        enterprise=id_of("enterprise", firm.enterprise) if firm is not None else None,
        name=firm.name if firm is not None else None,
        district=district_of(here.district) if here is not None else None,
        moved_from=district_of(one.moved_from) if one.moved_from is not None else None,
    )


@strawberry.type
class GroupListQueries:
    """Query fields: lists of groups."""

    @field(
        "A list of a group's firms above scale, by their credit codes, held against the roster of a year; nothing of it is kept. "
        "Null when there is no such group in the scope · 集团清单核对. plan O3",
        roles=GROUP_LISTS,
    )
    def group_list_check(
        self,
        info: strawberry.Info[Context, None],
        group: Annotated[strawberry.ID, argument("Id of the group · 集团标识")],
        year: Annotated[int, argument("Year of the roster · 名单年度")],
        listed: Annotated[list[str], argument("Credit codes that the group lists, 500 at most · 清单所列统一社会信用代码")],
        at_least: AtLeast = None,
    ) -> GroupListCheck | None:
        """The list and the roster, firm by firm.

        Raises:
            Refused: YEAR_OUT_OF_RANGE, GROUP_LIST_OUT_OF_RANGE.
        """
        require_year(year)
        context, identity = info.context, key_of(group, "group", "organisation")
        snapshot = context.at_least(at_least)
        now, before = (stated_members(snapshot, context.scope, identity, one) for one in (year, year - 1))
        found = compared(
            listed, {code: one.district for code, one in now.items()}, {code: one.district for code, one in before.items()}
        )
        if not admits(context.scope, Place(group=identity)) or not (now or before):
            return None
        counts = {finding: sum(one.finding is finding for one in found) for finding in GroupListFinding}
        return GroupListCheck(
            group=id_of("group", identity),
            year=year,
            agreed=counts[GroupListFinding.AGREED],
            not_on_roster=counts[GroupListFinding.NOT_ON_ROSTER] + counts[GroupListFinding.LEFT],
            not_listed=counts[GroupListFinding.NOT_LISTED],
            moved=sum(one.moved_from is not None for one in found),
            lines=[_line(one, before | now, now) for one in found],
        )


QUERIES = GroupListQueries
