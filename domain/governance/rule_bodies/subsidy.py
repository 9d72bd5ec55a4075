"""Subsidy rule 补贴规则: base amounts, coefficients, cap and budget of the yearly subsidy. plan I1."""

from decimal import Decimal
from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, model_validator

from domain.governance.rule_bodies.body import Fen, RuleBody, RuleKind
from domain.kernel import Part
from standards.described import DescribedEnum
from standards.edition.mapping import SizeClass

Coefficient = Annotated[Decimal, Field(ge=0, le=10, max_digits=4, decimal_places=2)]
"""Factor of a tier 系数: 0 to 10, to two places."""


class SubsidisedWork(DescribedEnum):
    """What a subsidy is paid for · 补贴对象."""

    BRIEF = "brief", "Diagnosis by the brief questionnaire · 简版诊断"
    FULL = "full", "Diagnosis by the full questionnaire · 完整版诊断"
    GROUP = "group", "Diagnosis of a group's headquarters · 集团总部诊断"


class SubsidyBase(Part):
    """Base amount of one confirmed job · 补贴基数."""

    work: SubsidisedWork = Field(description="What was done · 补贴对象")
    size_class: Annotated[str, Field(pattern=r"^[a-z]{1,20}$")] | None = Field(
        default=None, description="Size class of the firm; none = any other · 规模类型"
    )
    fen: Fen = Field(description="Amount of one job, in fen · 金额（分）")


class TierCoefficients(Part):
    """Factor of each tier, by which the base is multiplied · 各档系数."""

    a: Coefficient = Field(description="Factor of tier A · Ａ档系数")
    b: Coefficient = Field(description="Factor of tier B · Ｂ档系数")
    c: Coefficient = Field(description="Factor of tier C · Ｃ档系数")
    d: Coefficient = Field(description="Factor of tier D · Ｄ档系数")
    unrated: Coefficient = Field(description="Factor of a provider without a rating yet · 未评价的系数")


class SubsidyRule(RuleBody):
    """Subsidy of providers: bases by work and size, factors by tier, cap and budget · 补贴规则."""

    clause: ClassVar = "plan I1"
    needs_simulation: ClassVar = True

    kind: Literal[RuleKind.SUBSIDY] = RuleKind.SUBSIDY
    bases: Annotated[tuple[SubsidyBase, ...], Field(min_length=1, max_length=40)] = Field(
        description="Base amounts, each of one kind of work and size · 补贴基数"
    )
    coefficients: TierCoefficients = Field(description="Factors of the tiers · 各档系数")
    cap: Fen = Field(description="Most that one provider is paid for a year, in fen · 单个服务商年度上限（分）")
    budget: Fen = Field(description="What the city pays for a year at most, in fen · 年度预算（分）")

    @model_validator(mode="after")
    def _say_each_base_once(self) -> Self:
        named = [(base.work, base.size_class) for base in self.bases]
        if len(named) != len(set(named)):
            raise ValueError("a base is stated twice")
        return self

    def names_unknown_size(self) -> bool:
        """Whether a base would never be paid."""
        return any(base.size_class not in (None, *SizeClass) for base in self.bases)
