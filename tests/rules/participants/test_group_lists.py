"""Lists of groups (plan O3): held against the rosters of two years, each firm told once, nothing kept."""

import pytest

from domain.kernel import Refused
from domain.participants.group_lists import GROUP_LIST_OUT_OF_RANGE, MOST_LISTED, GroupListFinding, compared
from tests.rules.given import REFUSED

NOW = {"A": "310117", "B": "310115"}
BEFORE = {"B": "310117", "C": "310117"}


def test_a_list_is_held_against_the_roster_missing_extra_and_moved() -> None:
    found = {one.uscc: (one.finding, one.moved_from) for one in compared(["a ", "C", "D"], NOW, BEFORE)}
    assert found == {
        "A": (GroupListFinding.AGREED, None),
        "B": (GroupListFinding.NOT_LISTED, "310117"),
        "C": (GroupListFinding.LEFT, None),
        "D": (GroupListFinding.NOT_ON_ROSTER, None),
    }


def test_a_firm_that_is_listed_twice_is_told_once() -> None:
    assert [one.uscc for one in compared(["A", "A", "B"], NOW, {})] == ["A", "B"]


@pytest.mark.parametrize("many", [0, MOST_LISTED + 1])
def test_an_empty_list_and_one_beyond_what_is_compared_at_once_are_refused(many: int) -> None:
    with pytest.raises(Refused) as refused:
        compared([f"C{number}" for number in range(many)], NOW, BEFORE)
    assert refused.value.rule is GROUP_LIST_OUT_OF_RANGE
    REFUSED.add(refused.value.rule.code)
