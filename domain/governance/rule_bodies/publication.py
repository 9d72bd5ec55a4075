"""Publication rule 公开统计规则: from how many firms a number is published, and how an uplift is estimated. plan R1, R5."""

from re import fullmatch
from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from domain.governance.rule_bodies.body import AtLeastOne, Percent, Points, RuleBody, RuleKind
from domain.kernel import Label, Part
from domain.participants.organisations import DIVISION
from standards.described import DescribedEnum

Shown = Annotated[int, Field(ge=2, le=1000)]
"""Firms behind a published number: of one alone it would be that firm's 企业数."""


GroupId = Annotated[str, StringConstraints(pattern=r"^[a-z]+-[a-z0-9-]{1,30}$")]
"""Id of a group 分组标识, which no code of a district, division or grade and no word of a table is."""


class PublishedSide(DescribedEnum):
    """What is counted together in published tables · 分组对象."""

    DISTRICT = "district", "Districts, by their GB/T 2260 codes · 区"
    INDUSTRY = "industry", "Divisions of industry, by their GB/T 4754 codes · 行业大类"
    GRADE = "grade", "Grades, 0–10 · 档"


MEMBERS: dict[PublishedSide, str] = {
    PublishedSide.DISTRICT: r"^[0-9]{6}$",
    PublishedSide.INDUSTRY: DIVISION,
    PublishedSide.GRADE: r"^([0-9]|10)$",
}
"""What a member of a group looks like 成员写法."""


class PublishedGroup(Part):
    """Districts, divisions or grades that published tables count together · 公开统计分组."""

    side: PublishedSide = Field(description="What it counts together · 分组对象")
    id: GroupId = Field(description="Its id in open data, two words joined by a hyphen such as area-east · 分组标识")
    name: Label = Field(description="Name in Chinese · 中文名称")
    name_in_english: Label = Field(description="Name in English · 英文名称")
    members: Annotated[tuple[Label, ...], Field(min_length=2, max_length=31)] = Field(
        description="Codes of the districts or divisions, or numbers of the grades · 成员"
    )

    @model_validator(mode="after")
    def _members_are_of_its_side(self) -> Self:
        for one in self.members:
            if not fullmatch(MEMBERS[self.side], one):
                raise ValueError("a member of a group is no code of what it counts together")
        return self


class PublicationRule(RuleBody):
    """Guards of published aggregates, and parameters of the uplift · 公开统计规则."""

    clause: ClassVar = "plan R5"

    kind: Literal[RuleKind.PUBLICATION] = RuleKind.PUBLICATION
    firms_at_least: Shown = Field(description="Firms behind a published number at least · 最少企业数")
    group_percent_at_most: Percent = Field(
        description="Share of a cell's firms that one group may have at most, in percent · 单一集团最高占比"
    )
    interval_firms_at_least: Shown = Field(
        description="Firms from which on a mean has an interval · 给出区间的最少企业数"
    )
    weakest_indicators: Annotated[int, Field(ge=1, le=50)] = Field(
        description="Weakest indicators that are published of each edition at most · 薄弱指标数"
    )
    caliper: Points = Field(
        description="Points of the first total by which a matched firm may differ, in tenths · 匹配卡尺（十分之一分）"
    )
    controls_at_most: Annotated[int, Field(ge=1, le=10)] = Field(
        description="Firms without an action that one firm is matched to at most · 每家最多匹配企业数"
    )
    matched_at_least: AtLeastOne = Field(description="Matched firms without which no uplift is published · 最少匹配企业数")
    groups: Annotated[tuple[PublishedGroup, ...], Field(max_length=40)] = Field(
        default=(), description="What papers count together; none = each district, division and grade by itself · 公开统计分组"
    )

    @model_validator(mode="after")
    def _nothing_is_counted_twice(self) -> Self:
        for what in ([one.id for one in self.groups], [(one.side, each) for one in self.groups for each in one.members]):
            if len(set(what)) < len(what):
                raise ValueError("a group or a member of one is named twice")
        return self
