"""Numbers of an uplift 提升幅度数值: three estimates, of the city and of each district, and whether they agree. Method l. plan R2.

Before–after alone says too much, because who is low rises anyway; difference in strata and matching bracket the truth, so an uplift
counts as established only where both intervals lie on one side of nothing and overlap. Never per provider or firm.
"""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from hashlib import sha256
from typing import Annotated, Any, NamedTuple, assert_never

from pydantic import Field, TypeAdapter

from domain.governance.rule_bodies.publication import PublicationRule
from domain.kernel import Count, Part
from methods.uplift import Twice, before_after, difference_in_strata, interval_90, matched_effect, strata_error
from standards.described import DescribedEnum

METHOD = "l/1"
"""Id and version of the method, as results cite it. Totals are not adjusted for the severity of teams."""
TENTHS = 10


class UpliftVerdict(DescribedEnum):
    """What the estimates of an uplift come to · 提升幅度结论."""

    TOO_FEW = "too_few", "Too few matched firms; no number is shown · 匹配企业不足"
    NOT_ESTABLISHED = "not_established", "The two estimates with controls disagree, or include none · 未能确认"
    ESTABLISHED = "established", "Both estimates with controls agree that totals moved · 已确认"


class UpliftShare(Part):
    """Uplift of the city or a district 提升幅度. district: None = the city. Estimates in points, None where firms are too few.

    treated: with an action after the first diagnosis. controls: diagnosed twice without one. matched: treated with a control.
    """

    district: Annotated[str, Field(max_length=64)] | None
    treated: Count
    controls: Count
    matched: Count
    before_after: Decimal | None = None
    in_strata: Decimal | None = None
    in_strata_low: Decimal | None = None
    in_strata_high: Decimal | None = None
    matched_effect: Decimal | None = None
    matched_low: Decimal | None = None
    matched_high: Decimal | None = None
    verdict: UpliftVerdict


class UpliftFirm(NamedTuple):
    """A firm diagnosed twice 两次诊断企业. stratum: industry and size. first, second: totals under one edition."""

    id: str
    district: str
    stratum: str
    first: str
    second: str
    acted: bool


class UpliftNumbers(NamedTuple):
    """What an uplift comes to 提升幅度结果: the city first, then each district in order."""

    shares: tuple[UpliftShare, ...]
    input_digest: str


def compute_uplift(firms: Sequence[UpliftFirm], rule: PublicationRule) -> UpliftNumbers:
    """The uplift of the city and of each district, of its own firms alone."""
    ordered = sorted(firms, key=lambda one: one.id)
    districts = sorted({one.district for one in ordered})
    shares = [_share(None, ordered, rule)]
    shares += [_share(district, [one for one in ordered if one.district == district], rule) for district in districts]
    return UpliftNumbers(tuple(shares), sha256(DIGESTED.dump_json((ordered, rule.whole()))).hexdigest())


def _share(district: str | None, firms: Sequence[UpliftFirm], rule: PublicationRule) -> UpliftShare:
    treated, controls = (
        [Twice(one.id, one.stratum, Decimal(one.first), Decimal(one.second)) for one in firms if one.acted is acted]
        for acted in (True, False)
    )
    found = matched_effect(treated, controls, Fraction(rule.caliper, TENTHS), rule.controls_at_most)
    counts = {"treated": len(treated), "controls": len(controls), "matched": len(found.matched)}
    strata, error = difference_in_strata(treated, controls), strata_error(treated, controls)
    few = len(found.matched) < rule.matched_at_least
    if few or found.effect is None or found.error is None or strata is None or error is None:
        return UpliftShare(district=district, **counts, verdict=UpliftVerdict.TOO_FEW)
    by_strata, by_match = interval_90(strata, error), interval_90(found.effect, found.error)
    overlap = by_strata[0] <= by_match[1] and by_match[0] <= by_strata[1]
    moved = min(*by_strata, *by_match) > 0 or max(*by_strata, *by_match) < 0
    return UpliftShare(
        district=district,
        **counts,
        before_after=before_after(treated),
        in_strata=strata,
        in_strata_low=by_strata[0],
        in_strata_high=by_strata[1],
        matched_effect=found.effect,
        matched_low=by_match[0],
        matched_high=by_match[1],
        verdict=UpliftVerdict.ESTABLISHED if overlap and moved else UpliftVerdict.NOT_ESTABLISHED,
    )


class UpliftSaid(NamedTuple):
    """What an uplift comes to, and why, in a sentence of each language 提升幅度说明."""

    chinese: str
    english: str


def said_of(share: UpliftShare, matched_at_least: int) -> UpliftSaid:
    """Why a share shows no number, why what it shows is not established, or what is.

    matched_at_least: firms that the rule of the day asked for, below which no number is shown.
    """
    match share.verdict:
        case UpliftVerdict.TOO_FEW:
            return _said_of_few(share, matched_at_least)
        case UpliftVerdict.NOT_ESTABLISHED:
            strata, matched = _interval(share.in_strata_low, share.in_strata_high), _interval(share.matched_low, share.matched_high)
            apart = strata[0] > matched[1] or matched[0] > strata[1]
            why = "两项有对照的估计互不重叠" if apart else "两项有对照的估计中至少一项的区间含零"
            reason = "the estimates with controls do not overlap" if apart else "the interval of one with controls includes zero"
            return UpliftSaid(
                f"未能确认：{why}；三项数值须并列，不得单独引用", f"Not established: {reason}; cite the three together"
            )
        case UpliftVerdict.ESTABLISHED:
            rose = _interval(share.matched_low, share.matched_high)[0] > 0
            return UpliftSaid(
                f"已确认总分{'上升' if rose else '下降'}：两项有对照的估计相互重叠，且均在零的同侧；前后之差不得单独引用",
                f"Established that totals {'rose' if rose else 'fell'}: the estimates with controls overlap and lie on one side of "
                "zero; never cite the change before–after alone",
            )
        case never:
            assert_never(never)


def _said_of_few(share: UpliftShare, least: int) -> UpliftSaid:
    if not share.treated + share.controls:
        return UpliftSaid(
            "没有企业在前后两期各诊断一次且均可按该版本计分，无从估计，三项数值均不公布",
            "No firm was diagnosed in both times and scored under the edition: no number is shown",
        )
    counted = f"诊断两次的企业中，其间有改进行动的 {share.treated} 家，没有的 {share.controls} 家，可匹配 {share.matched} 家"
    counts = (
        f"Of the firms diagnosed twice, {share.treated} had an action in between and {share.controls} had none; "
        f"{share.matched} can be matched"
    )
    if share.matched < least:
        return UpliftSaid(
            f"{counted}，少于公开统计规则所定的 {least} 家，三项数值均不公布",
            f"{counts}, fewer than the {least} that the rule of publication asks for: no number is shown",
        )
    return UpliftSaid(
        f"{counted}，但不足以估计误差，三项数值均不公布", f"{counts}, too few to tell their error: no number is shown"
    )


def _interval(low: Decimal | None, high: Decimal | None) -> tuple[Decimal, Decimal]:
    """An interval of an estimate that is shown."""
    assert low is not None  # noqa: S101 - all three are shown together
    assert high is not None  # noqa: S101 - as above
    return low, high


DIGESTED: TypeAdapter[Any] = TypeAdapter(tuple[list[UpliftFirm], PublicationRule])
