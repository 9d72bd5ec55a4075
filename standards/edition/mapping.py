"""Mapping 标准适用: which edition and form a firm is diagnosed under, by industry and size. plan S3, S4.

The mapping is dated data with its marks: the plan names the editions and gives no mapping. `industries.yaml` is its authoring
form; the city sets it into the journal (`domain/standard/edition_mapping.py`), and what applies is worked out from there.
"""

from collections import Counter
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from standards.described import DescribedEnum
from standards.edition.text import Form, Source

Division = Annotated[str, Field(pattern=r"^C\d{2}$")]
IndustryGroup = Annotated[str, Field(pattern=r"^C\d{3}$")]


class SizeClass(DescribedEnum):
    """Size class of an enterprise by the statistical rule · 规模类型."""

    LARGE = "large", "Large · 大型"
    MEDIUM = "medium", "Medium-sized · 中型"
    SMALL = "small", "Small · 小型"
    MICRO = "micro", "Micro · 微型"


class MappingBasis(DescribedEnum):
    """What decided which edition applies to a firm · 适用依据."""

    GROUP = "group", "Three-digit group of its industry code · 行业中类"
    DIVISION = "division", "Two-digit division of its industry code · 行业大类"
    HEADQUARTERS = "headquarters", "It is the headquarters of a group · 集团总部"
    PLAIN = "plain", "No industry edition claims it · 通用版"


DIVISION, GROUP = len("C36"), len("C361")
"""Lengths of a division's and a group's code."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


MANY = 200
"""Codes of one kind that an edition may claim at most: section C has 31 divisions and 179 groups."""


class IndustryCodes(_Part):
    """Industry codes under one industry edition: divisions of two digits, groups of three, which win · 适用行业."""

    divisions: Annotated[tuple[Division, ...], Field(max_length=MANY)] = Field(
        description="Two-digit divisions of GB/T 4754, such as C36 · 行业大类"
    )
    groups: Annotated[tuple[IndustryGroup, ...], Field(max_length=MANY)] = Field(
        description="Three-digit groups of GB/T 4754, such as C341, which win over their division · 行业中类"
    )


def claimed_twice(editions: Mapping[str, IndustryCodes]) -> list[str]:
    """Codes that stand under two editions, or twice under one 重复的行业代码: which one applies would be a matter of order."""
    claims = Counter(code for codes in editions.values() for code in (*codes.divisions, *codes.groups))
    return sorted(code for code, times in claims.items() if times > 1)


class EditionMapping(_Part):
    """The mapping from a day on 标准适用表.

    plain: key of the plain edition, for what no industry claims. editions: industry -> its codes. headquarters: industry
    edition of group headquarters. forms: size class -> form.
    """

    since: date
    source: Source
    plain: str
    editions: dict[str, IndustryCodes]
    headquarters: str
    forms: dict[str, Form]
    forms_source: Source

    @model_validator(mode="after")
    def _claims_no_code_twice(self) -> Self:
        if twice := claimed_twice(self.editions):
            raise ValueError(f"codes under two editions: {twice}")
        return self

    @property
    def keys(self) -> tuple[str, ...]:
        """Keys of every edition that it can name 所及标准版本, the plain one first."""
        industries = dict.fromkeys((*self.editions, self.headquarters))
        return (self.plain, *(f"{self.plain}-{industry}" for industry in industries))


class EditionMappings(_Part):
    """Every mapping there has been 历次标准适用表, in order of the day it began."""

    mappings: Annotated[tuple[EditionMapping, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _follow_each_other(self) -> Self:
        days = [one.since for one in self.mappings]
        if days != sorted(set(days)):
            raise ValueError("mappings are not in order of the day they begin")
        return self


class ApplicableEdition(_Part):
    """The edition and form that apply to a firm 适用标准, and why.

    basis: what decided: the group or division of its code, being a headquarters, or that no industry claims it. code: the
    part of the code that decided. since: first day of the mapping.
    """

    edition: str
    form: Form
    basis: MappingBasis
    code: str | None
    since: date
    source: Source
    form_source: Source


class NoMappingYet(ValueError):  # noqa: N818 - an answer, not a fault
    """No mapping holds on a day 尚无适用规则."""


def edition_for(
    mapping: EditionMappings, industry: str, size_class: str, on: date, *, headquarters: bool = False
) -> ApplicableEdition:
    """The edition and form that apply to a firm on a day 适用标准. plan S3.

    Args:
        mapping: every mapping there has been.
        industry: section C of GB/T 4754 as "C" and two to four digits.
        size_class: large, medium, small or micro; any other is asked the brief form.
        on: the day, in the city.
        headquarters: whether the firm is the headquarters of a group.

    Raises:
        NoMappingYet: the day lies before the first mapping.
    """
    held = [one for one in mapping.mappings if one.since <= on]
    if not held:
        raise NoMappingYet(f"no mapping holds on {on.isoformat()}")
    rule = held[-1]
    key, basis, code = rule.plain, "plain", None
    if headquarters:
        key, basis = f"{rule.plain}-{rule.headquarters}", "headquarters"
    else:
        groups, divisions = _by_code(rule)
        for basis_tried, codes, length in (("group", groups, GROUP), ("division", divisions, DIVISION)):
            if (claimed := codes.get(industry[:length])) is not None:
                key, basis, code = f"{rule.plain}-{claimed}", basis_tried, industry[:length]
                break
    return ApplicableEdition.model_validate(
        {
            "edition": key,
            "form": rule.forms.get(size_class, Form.BRIEF),
            "basis": basis,
            "code": code,
            "since": rule.since,
            "source": rule.source,
            "form_source": rule.forms_source,
        }
    )


def _by_code(rule: EditionMapping) -> tuple[Mapping[str, str], Mapping[str, str]]:
    groups = {code: industry for industry, codes in rule.editions.items() for code in codes.groups}
    divisions = {code: industry for industry, codes in rule.editions.items() for code in codes.divisions}
    return groups, divisions
