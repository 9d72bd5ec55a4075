"""Template of reports 报告模板: title, logo, parts in their order and the words beside each, from a day on. plan P4, R2.

What a report must show stays in it: how the grade came about, objections, the trail, and by what it can be checked.
"""

from typing import Annotated, ClassVar, Literal, Self

from pydantic import Base64Bytes, Field, TypeAdapter, ValidationError, model_validator

from domain.governance.rule_bodies.body import RuleBody, RuleKind
from domain.kernel import Label, Part, Text
from standards.described import DescribedEnum


class ReportPartName(DescribedEnum):
    """Part of a report, named as its chapter is by default · 报告部分."""

    CONCLUSION = "conclusion", "Grade, totals and what to do first · 诊断结论"
    SHOP_FLOOR = "shop_floor", "One page in plain words · 一页读懂"
    VERSIONS = "versions", "What changed since the version before · 版本变动"
    FORMER = "former", "Beside the diagnosis before · 与前次诊断比较"
    CERTIFICATES = "certificates", "Certificates by others and the comparable interval · 外部证书与可比区间"
    PEERS = "peers", "Where it stands among firms like it · 同类企业中的位次"
    PORTRAIT = "portrait", "The firm · 企业画像"
    GATES = "gates", "Gates of the grade · 等级与门槛"
    DIMENSIONS = "dimensions", "Dimension by dimension · 维度分析"
    COMPARISON = "comparison", "Self-assessed beside verified · 指标对照：自评与核验"
    CONTRIBUTIONS = "contributions", "What each indicator adds · 得分贡献"
    FINDINGS = "findings", "Weak and over-stated indicators · 主要发现"
    ADVICE = "advice", "What lifts the grade, in order of effect · 改进建议"
    OBJECTIONS = "objections", "Objections and their answers · 异议与答复"
    EVIDENCE = "evidence", "Files that support the answers · 佐证索引"
    TRAIL = "trail", "Who did what, and when · 诊断留痕"
    METHOD = "method", "How it was scored, and digests to check it by · 方法说明"


SHOWN_ALWAYS = frozenset({"conclusion", "versions", "gates", "comparison", "objections", "trail", "method"})
"""Parts that no template leaves out: without them a firm could not see or contest how its grade came about."""
LOGO_BYTES = 24_576
LOGO_SIDE = 1_200
"""A logo's bytes and the pixels of its longer side at most: as large as a cover prints sharply."""
PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"
BYTES: TypeAdapter[bytes] = TypeAdapter(Base64Bytes)


class ReportPart(Part):
    """A part of a report and the words above it · 报告组成部分."""

    part: ReportPartName = Field(description="Which part · 部分")
    title: Label | None = Field(default=None, description="Its title; none = its own · 标题")
    note: Text | None = Field(default=None, description="What is said above it; none = nothing · 说明")


class ReportTemplate(RuleBody):
    """Template of the reports of diagnoses · 报告模板."""

    clause: ClassVar = "plan P4"

    kind: Literal[RuleKind.REPORT_TEMPLATE] = RuleKind.REPORT_TEMPLATE
    series: Label = Field(description="What stands above the title on the cover · 系列名称")
    title: Label = Field(description="Title on the cover · 封面标题")
    title_in_english: Label = Field(description="The same in English · 英文标题")
    introduction: Text | None = Field(default=None, description="What is said under the table of contents · 卷首语")
    logo: Annotated[str, Field(max_length=LOGO_BYTES * 4 // 3 + 4)] | None = Field(
        default=None, description="PNG of the cover's logo in Base64, 24 KiB and 1,200 pixels a side at most · 徽标"
    )
    parts: Annotated[tuple[ReportPart, ...], Field(min_length=1, max_length=len(ReportPartName))] = Field(
        description="Parts of a report, in their order · 报告组成"
    )

    @model_validator(mode="after")
    def _can_be_set(self) -> Self:
        named = {one.part.value for one in self.parts}
        if len(named) < len(self.parts):
            raise ValueError("a part of a report is named twice")
        if not named >= SHOWN_ALWAYS:
            raise ValueError("a report leaves out a part that every report shows")
        if self.logo is not None and not _is_logo(self.logo):
            raise ValueError("the logo is no PNG in Base64 of 24 KiB and 1,200 pixels a side at most")
        return self


def _is_logo(text: str) -> bool:
    """A PNG by its first chunk, of sides that can be drawn; what follows is read by the renderer, apart from everything else."""
    try:
        data = BYTES.validate_python(text)
    except ValidationError:
        return False
    sides = [int.from_bytes(data[at : at + 4]) for at in (16, 20)]
    return data.startswith(PNG_SIGNATURE) and len(data) <= LOGO_BYTES and all(0 < side <= LOGO_SIDE for side in sides)
