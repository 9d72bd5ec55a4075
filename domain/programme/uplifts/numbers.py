"""Numbers of an uplift 提升幅度数值: three estimates, of the city and of each district, and whether they agree. Method l. plan R2.

Before–after alone says too much, because who is low rises anyway; difference in strata and matching bracket the truth, so an uplift
counts as established only where both intervals lie on one side of nothing and overlap. Never per provider or firm.
"""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from hashlib import sha256
from typing import Annotated, Any, NamedTuple

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


DIGESTED: TypeAdapter[Any] = TypeAdapter(tuple[list[UpliftFirm], PublicationRule])
