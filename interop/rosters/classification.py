"""Classification 划型 of an enterprise by statistical rule: size class and above-scale threshold of a roster year. plan P1, G."""

from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from typing import Annotated

from pydantic import Field

from domain.kernel import Rule
from interop.code_lists import HERE, CodeList, read_codes
from standards.edition.text import SourceMark

NO_RULE_YET = Rule(
    "NO_RULE_YET",
    "plan P1",
    "没有适用于 {year} 年名单的划型标准或规模以上标准",
    "No size rule or above-scale threshold applies to a roster of {year}",
)


class EmployeesBound(CodeList):
    """Lower bound of head count 从业人员下限."""

    at_least: Annotated[int, Field(ge=0)]
    mark: SourceMark


class RevenueBound(CodeList):
    """Lower bound of yearly revenue in ten thousand yuan 营业收入下限（万元）."""

    at_least: Annotated[Decimal, Field(ge=0)]
    mark: SourceMark


class SizeName(CodeList):
    """Size class 企业规模: its key and its Chinese name."""

    key: str
    name: str


class SizeBounds(SizeName):
    """Size class with the bounds that must both be reached 规模类型及下限."""

    employees: EmployeesBound
    revenue_wan: RevenueBound


class SizeRule(CodeList):
    """Rule of size classes from a roster year on 划型标准: classes from the largest down, and what reaches none."""

    since_year: int
    since_mark: SourceMark
    classes: tuple[SizeBounds, ...]
    otherwise: SizeName


class SizeRules(CodeList):
    """Every edition of the rule 划型标准各版本."""

    source: str
    editions: Annotated[tuple[SizeRule, ...], Field(min_length=1)]


class Threshold(CodeList):
    """Above-scale threshold from a year on 规模以上标准: yearly revenue in ten thousand yuan."""

    since_year: int
    revenue_wan: Annotated[Decimal, Field(ge=0)]
    mark: SourceMark


class Thresholds(CodeList):
    """Every threshold 规模以上标准各年."""

    source: str
    thresholds: Annotated[tuple[Threshold, ...], Field(min_length=1)]


@cache
def size_rule(year: int) -> SizeRule:
    """The rule of size classes in force for a roster's year 当年划型标准.

    Raises:
        Refused: NO_RULE_YET, the year is before the oldest edition.
    """
    editions = read_codes(HERE / "size_classes.yaml", SizeRules).editions
    rule = max((each for each in editions if each.since_year <= year), key=lambda each: each.since_year, default=None)
    if rule is None:
        raise NO_RULE_YET.refuse(year=year)
    return rule


@cache
def threshold(year: int) -> Threshold:
    """The above-scale threshold in force for a roster's year 当年规模以上标准.

    Raises:
        Refused: NO_RULE_YET, the year is before the oldest threshold.
    """
    thresholds = read_codes(HERE / "above_scale.yaml", Thresholds).thresholds
    found = max((each for each in thresholds if each.since_year <= year), key=lambda each: each.since_year, default=None)
    if found is None:
        raise NO_RULE_YET.refuse(year=year)
    return found


def size_class(employees: int, revenue_wan: Decimal, year: int) -> SizeName:
    """Size class of an industrial enterprise 企业划型.

    Args:
        employees: head count at the year's end.
        revenue_wan: yearly revenue in ten thousand yuan.
        year: the roster's year.

    Returns:
        The largest class whose two bounds are both reached, else micro. plan P1.
    """
    rule = size_rule(year)
    for each in rule.classes:
        if employees >= each.employees.at_least and revenue_wan >= each.revenue_wan.at_least:
            return each
    return rule.otherwise


@cache
def size_names(year: int) -> Mapping[str, SizeName]:
    """What a size class is called in a file -> the class 规模对照: key, name, name without its ending, with 企业."""
    rule = size_rule(year)
    return {
        called: each
        for each in (*rule.classes, rule.otherwise)
        for called in (each.key, each.name, each.name.removesuffix("型"), f"{each.name}企业")
    }
