"""Status of a rating 评价状态: how far that of a year has come, and what follows from there. plan V5."""

from collections.abc import Mapping

from standards.described import DescribedEnum


class RatingStatus(DescribedEnum):
    """How far the rating of a year has come · 评价状态."""

    FIXED = "fixed", "Inputs fixed; the program computes it · 计算中"
    COMPUTED = "computed", "Computed; seen by the city alone · 待公示"
    PUBLISHED = "published", "Published and open to objection · 公示中"
    FINAL = "final", "Final · 已定案"


NOT_BEGUN = {
    "status": "none",
    "status_name": "尚未评价",
    "next_step": "须先由市级部门锁定评价数据",
    "next_step_in_english": "first the city fixes its inputs",
}
NOT_PUBLISHED = {
    "status": "not published",
    "status_name": "未公示",
    "next_step": "须先由市级部门公示",
    "next_step_in_english": "first the city publishes it",
}
NEXT_STEPS: Mapping[RatingStatus, tuple[str, str]] = {
    RatingStatus.FIXED: ("须先由系统算出结果，请稍后再试", "the program computes it first; try again in a moment"),
    RatingStatus.COMPUTED: ("须先由市级部门公示", "first the city publishes it"),
    RatingStatus.PUBLISHED: ("须先办结异议，再由市级部门定案", "objections are decided first, then the city makes it final"),
    RatingStatus.FINAL: ("该年度评价已定案，不再更改", "it is final and stays"),
}
