"""Why a tier is what it is (plan V5): the sentence states the probability that the rule was applied to."""

from decimal import Decimal

import pytest

from domain.governance.dated_rules import rule_in_force
from domain.governance.rule_bodies.rating import RatingRule
from domain.providers.ratings.numbers import (
    ComponentSample,
    ProviderInputs,
    ProviderRating,
    RatingComponent,
    Tier,
    UnrankedReason,
    compute,
)
from domain.providers.ratings.tier_reasons import tier_reason
from tests.rules.given import AT

RULE = rule_in_force(None, RatingRule, AT.date())
MIDDLES = ("95", "88", "84", "78", "72", "69", "66", "62", "59.7", "50", "40", "30")


def rated(last: Tier | None, jobs: int = 400) -> dict[str, ProviderRating]:
    """A year of twelve providers from good to bad, all of the same tier before."""
    inputs = []
    for at, middle in enumerate(MIDDLES):
        parts = tuple(
            ComponentSample(component=one, jobs=jobs, mean=Decimal(middle), variance=Decimal(100), spread=(1, jobs))
            for one in RatingComponent
        )
        inputs.append(ProviderInputs(provider=f"p{at:02}", jobs=jobs, comparable=True, components=parts))
    before = {} if last is None else {one.provider: last for one in inputs}
    return {one.provider: one for one in compute(inputs, before, RULE).providers}


def test_a_first_tier_is_the_likeliest() -> None:
    found = rated(None)["p00"]
    said = tier_reason(found, RULE)
    assert found.tier is Tier.A
    assert said.chinese == f"首次定档为甲档：该档的概率 {found.chances[0]} 最大。"
    assert said.english == f"First tier, tier A: it is the likeliest, with a probability of {found.chances[0]}."


def test_a_move_states_how_sure_it_was_and_what_the_rule_asks_for() -> None:
    found = rated(Tier.C)
    up, down, kept = (tier_reason(found[one], RULE) for one in ("p00", "p11", "p07"))
    assert (found["p00"].tier, found["p11"].tier, found["p07"].tier) == (Tier.A, Tier.D, Tier.C)
    assert up.chinese.startswith("由丙档升至甲档：达到甲档及以上的概率为 ")
    assert up.english.startswith("Up from tier C to tier A: ")
    assert down.chinese.startswith("由丙档降至丁档：低于丙档最低分的概率为 ")
    assert down.chinese.endswith(f"不低于降档所需的 {RULE.down_at_least}；一年至多降一档。")
    assert kept.chinese.startswith("维持上年的丙档：达到更高档的概率 ")
    assert "；低于本档最低分的概率 " in kept.chinese
    assert kept.english.startswith("Tier C stays: the probability of a better tier is ")


def test_the_best_tier_names_no_better_one_and_the_lowest_none_below() -> None:
    assert "更高档" not in tier_reason(rated(Tier.A)["p00"], RULE).chinese
    assert "低于本档" not in tier_reason(rated(Tier.D)["p11"], RULE).chinese


def test_a_newcomer_of_whom_the_lowest_tier_is_likeliest_but_not_sure_is_told_so() -> None:
    found = [one for one in rated(None, jobs=40).values() if one.tier is Tier.C and one.chances[3] > one.chances[2]]
    assert found, "the year holds one between"
    assert [tier_reason(one, RULE).chinese.startswith("首次定档为丙档：最低档的概率 ") for one in found] == [True] * len(found)


@pytest.mark.parametrize("last", [Tier.B, None])
def test_who_is_not_ranked_keeps_its_tier_and_is_told_why(last: Tier | None) -> None:
    found = rated(last, jobs=2)["p00"]
    assert (found.unranked, found.tier) == (UnrankedReason.FEW_JOBS, last)
    said = tier_reason(found, RULE)
    assert said.chinese == ("维持上年的乙档：任务数不足。" if last else "未定档：任务数不足。")
    assert said.english.endswith("fewer jobs than the rule asks for.")
