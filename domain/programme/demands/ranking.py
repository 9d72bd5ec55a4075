"""Ranking of solutions for a demand 方案匹配: which fit, why, and in which order; pure. plan R2.

The order is lexicographic, so that no weight has to be set: a product of a provider that diagnosed the firm, or one tied to it,
comes last, whatever else speaks for it; then more indicators of the demand, the industry named, the size named, a case in the
industry, the yearly list, and at the end title and id. What is not known of a firm speaks neither for a solution nor against it.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from standards.described import DescribedEnum
from standards.edition.mapping import DIVISION

RANKING = (
    "依次按是否为诊断过本企业的服务商的自有或关联产品（是则一律排后）、覆盖指标数、行业、规模、同行业案例、年度名录、名称排列",
    "Products of a provider that diagnosed the firm, or tied to one, come last; then by indicators, industry, size, case, list",
)
"""How solutions are ordered, in both languages."""


class MatchReason(DescribedEnum):
    """Why a solution stands where it does · 匹配理由."""

    INDICATORS = "indicators", "It raises indicators of the demand · 针对所需指标"
    INDUSTRY = "industry", "It is made for the firm's industry · 适用本行业"
    SIZE = "size", "It is made for the firm's size class · 适用本规模"
    CASE = "case", "It has a case in the firm's industry · 有同行业案例"
    LISTED = "listed", "Its supplier is on the yearly list of this year or the last · 供给单位列入本年或上年名录"
    OWN_PRODUCT = "own_product", "It is a product of a provider that diagnosed the firm, or tied to one; it comes last · 诊断方产品"


class Need(NamedTuple):
    """What a demand asks for 需求要点. indicators: (id, name). None: not known. providers: who diagnosed the firm."""

    indicators: Sequence[tuple[str, str]]
    industry: str | None
    size: str | None
    providers: frozenset[str]


class OfferedSolution(NamedTuple):
    """What a solution offers 方案要点. industries, sizes: none = any. cases: industry of each. providers: that it is tied to."""

    id: str
    title: str
    indicators: Sequence[tuple[str, str]]
    industries: Sequence[str]
    sizes: Sequence[str]
    cases: Sequence[str | None]
    is_listed: bool
    providers: frozenset[str]


class RankedSolution(NamedTuple):
    """A solution that fits, and why 匹配结果. indicators: those of the demand that it raises."""

    id: str
    indicators: tuple[str, ...]
    reasons: tuple[MatchReason, ...]

    @property
    def is_own_product(self) -> bool:
        """Whether it is a product of who diagnosed the firm, or tied to one 是否诊断方自有或关联产品."""
        return MatchReason.OWN_PRODUCT in self.reasons


def fit(need: Need, offered: OfferedSolution) -> RankedSolution | None:
    """What speaks for a solution; None where it raises nothing that is asked for, or is made for other firms."""
    covered = tuple(one for one, name in need.indicators if (one, name) in set(offered.indicators))
    industry = need.industry[:DIVISION] if need.industry is not None else None
    elsewhere = industry is not None and offered.industries and industry not in offered.industries
    other_size = need.size is not None and offered.sizes and need.size not in offered.sizes
    if not covered or elsewhere or other_size:
        return None
    return RankedSolution(offered.id, covered, tuple(_reasons(need, offered, industry)))


def _reasons(need: Need, offered: OfferedSolution, industry: str | None) -> Iterator[MatchReason]:
    yield MatchReason.INDICATORS
    if industry is not None and industry in offered.industries:
        yield MatchReason.INDUSTRY
    if need.size is not None and need.size in offered.sizes:
        yield MatchReason.SIZE
    if industry is not None and industry in offered.cases:
        yield MatchReason.CASE
    if offered.is_listed:
        yield MatchReason.LISTED
    if need.providers & offered.providers:
        yield MatchReason.OWN_PRODUCT


def ranked(need: Need, solutions: Iterable[OfferedSolution]) -> list[RankedSolution]:
    """Every solution that fits, the best first 匹配排序; the same whatever order they come in."""
    found = [(one, fitting) for one in solutions if (fitting := fit(need, one)) is not None]

    def place(pair: tuple[OfferedSolution, RankedSolution]) -> tuple[object, ...]:
        offered, fitting = pair
        speaks = (MatchReason.INDUSTRY, MatchReason.SIZE, MatchReason.CASE, MatchReason.LISTED)
        missing = tuple(reason not in fitting.reasons for reason in speaks)
        return (fitting.is_own_product, -len(fitting.indicators), *missing, offered.title, offered.id)

    return [fitting for _, fitting in sorted(found, key=place)]
