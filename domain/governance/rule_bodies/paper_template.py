"""Template of papers 刊物模板: title, introduction, parts in their order and the words beside each, in both languages. plan R5.

What a paper must show stays out of it: day, position and digests of each table, and the marks of what is withheld.
"""

import re
from collections.abc import Sequence
from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, model_validator

from domain.governance.rule_bodies.body import RuleBody, RuleKind
from domain.kernel import Label, Part, Text
from standards.described import DescribedEnum


class PaperPartName(DescribedEnum):
    """Part of a paper, named as the table that it shows · 刊物部分."""

    COVERAGE = "coverage", "Coverage by district · 分区诊断覆盖"
    TARGETS = "targets", "Targets and what was reached · 目标完成情况"
    GRADES = "grades", "Grades by district · 分区档次分布"
    HEAT = "heat", "Means by district and industry · 区与行业得分"
    INDICATORS = "indicators", "Weakest indicators · 薄弱指标"
    MOVEMENT = "movement", "Movement since the year before · 同比变动"
    MEMBERS = "members", "Firms of groups · 集团成员企业分布"
    SUPPLIERS = "suppliers", "Firms that supply a chain leader · 链上供应企业分布"
    BUYERS = "buyers", "Firms that agreed on a solution · 供需成交企业分布"
    UPLIFT = "uplift", "Uplift from first to second diagnosis · 提升幅度"


class PaperPart(Part):
    """A part of a paper and the words beside its table · 刊物组成部分."""

    part: PaperPartName = Field(description="Which part · 部分")
    title: Label | None = Field(default=None, description="Its title in Chinese; none = the table's own · 中文标题")
    title_in_english: Label | None = Field(default=None, description="Its title in English; none = the table's own · 英文标题")
    note: Text | None = Field(default=None, description="How it is to be read, in Chinese; none = the usual words · 中文说明")
    note_in_english: Text | None = Field(default=None, description="The same in English; none = nothing · 英文说明")


PaperParts = Annotated[tuple[PaperPart, ...], Field(min_length=1, max_length=len(PaperPartName))]
PLACEHOLDERS = ("kind", "year", "edition")
"""What a title or an introduction may have filled in 占位."""
BRACES = re.compile(r"\{([^{}]*)\}|[{}]")


class PaperTemplate(RuleBody):
    """Template of white papers, research briefs and case collections · 刊物模板."""

    clause: ClassVar = "plan R5"

    kind: Literal[RuleKind.PAPER_TEMPLATE] = RuleKind.PAPER_TEMPLATE
    title: Label = Field(description="Title in Chinese; {kind}, {year} and {edition} are filled in · 中文标题")
    title_in_english: Label = Field(description="Title in English, filled in alike · 英文标题")
    introduction: Text | None = Field(default=None, description="Introduction in Chinese, filled in alike · 中文引言")
    introduction_in_english: Text | None = Field(default=None, description="Introduction in English, filled in alike · 英文引言")
    white_paper: PaperParts = Field(description="Parts of a white paper, in their order · 白皮书组成")
    research_brief: PaperParts = Field(description="Parts of a research brief, in their order · 研究简报组成")

    @model_validator(mode="after")
    def _can_be_set(self) -> Self:
        for parts in (self.white_paper, self.research_brief):
            if len({one.part for one in parts}) < len(parts):
                raise ValueError("a part of a paper is named twice")
        texts = (self.title, self.title_in_english, self.introduction, self.introduction_in_english)
        if any(not set(_placeholders(text)) <= set(PLACEHOLDERS) for text in texts if text is not None):
            raise ValueError("a title or an introduction holds a placeholder other than {kind}, {year} and {edition}")
        return self


def _placeholders(text: str) -> Sequence[str]:
    """What stands in braces; a lone brace is one that has no name."""
    return [found.group(1) or "" for found in BRACES.finditer(text)]


def filled_in(text: str, *, kind: str, year: int, edition: int) -> str:
    """A text of a template as it is printed 填写占位."""
    told = {"kind": kind, "year": str(year), "edition": str(edition)}
    return BRACES.sub(lambda found: told[found.group(1)], text)
