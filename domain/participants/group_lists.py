"""Lists of groups 集团清单: what a group's lead lists as its firms above scale, held against a year's roster. plan O3.

A list is compared and not kept: what is on record is the roster, and whoever brings it in corrects it.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from domain.kernel import Rule
from standards.described import DescribedEnum

MOST_LISTED = 500
GROUP_LIST_OUT_OF_RANGE = Rule(
    "GROUP_LIST_OUT_OF_RANGE",
    "plan O3",
    "一次核对 1 至 {at_most} 家企业，请分次核对",
    "A list to compare holds 1 to {at_most} firms; compare a longer one in parts",
)


class GroupListFinding(DescribedEnum):
    """What a group's list and the year's roster say of a firm · 集团清单核对结果."""

    AGREED = "agreed", "List and roster both name it in the group · 一致"
    LEFT = "left", "The list names it; only the roster of the year before stated it in the group · 上年在列，本年未载"
    NOT_ON_ROSTER = "not_on_roster", "The list names it; no roster that you see states it in the group · 名单未载"
    NOT_LISTED = "not_listed", "The roster states it in the group; the list does not name it · 清单漏列"


class ListedFirm(NamedTuple):
    """A firm by its credit code, and how list and roster agree 集团清单企业. moved_from: another district by the roster before."""

    uscc: str
    finding: GroupListFinding
    moved_from: str | None


def compared(listed: Sequence[str], now: Mapping[str, str], before: Mapping[str, str]) -> list[ListedFirm]:
    """A list held against the rosters of two years, in order of credit codes, each once 清单核对.

    Args:
        listed: credit codes that the group's lead lists.
        now: credit code -> district, of the firms that the year's roster states in the group.
        before: the same of the year before.

    Raises:
        Refused: GROUP_LIST_OUT_OF_RANGE.
    """
    if not 1 <= len(listed) <= MOST_LISTED:
        raise GROUP_LIST_OUT_OF_RANGE.refuse(path="listed", at_most=MOST_LISTED)
    named = {code.strip().upper() for code in listed}
    codes = sorted(named | now.keys())
    return [ListedFirm(code, _finding(code, named, now, before), _moved_from(code, now, before)) for code in codes]


def _finding(code: str, named: set[str], now: Mapping[str, str], before: Mapping[str, str]) -> GroupListFinding:
    if code in now:
        return GroupListFinding.AGREED if code in named else GroupListFinding.NOT_LISTED
    return GroupListFinding.LEFT if code in before else GroupListFinding.NOT_ON_ROSTER


def _moved_from(code: str, now: Mapping[str, str], before: Mapping[str, str]) -> str | None:
    district = before.get(code)
    return district if code in now and district is not None and district != now[code] else None
