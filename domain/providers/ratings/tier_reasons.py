"""Why a tier is what it is 定档理由: the tier before, and how sure a move was, as one sentence in each language. plan V5."""

from typing import NamedTuple

from domain.governance.rule_bodies.rating import RatingRule
from domain.providers.ratings.numbers import TIERS, ProviderRating, Tier, parameters_of
from methods.tiers import Placed, TierChances, tier_chances
from methods.yearly_rating import standard_error


class TierReason(NamedTuple):
    """Why a provider's tier is what it is 定档理由, each sentence whole in one language."""

    chinese: str
    english: str


def tier_reason(one: ProviderRating, rule: RatingRule) -> TierReason:
    """Why a provider has its tier, or none; by the probabilities that the rule was applied to. rule: of the rating."""
    if one.score is None or one.variance is None or one.rank_best is None:
        return _unranked(one)
    assert one.tier is not None  # noqa: S101 - who is ranked has a tier
    placed = Placed(one.score, standard_error(one.variance))
    chances = tier_chances(placed, parameters_of(rule).tiers.floors)
    if one.last_tier is None:
        return _first(one.tier, chances, rule)
    before, now = TIERS.index(one.last_tier), TIERS.index(one.tier)
    if now < before:
        sure = chances.or_better[now]
        return TierReason(
            f"由{_zh(one.last_tier)}升至{_zh(one.tier)}：达到{_zh(one.tier)}及以上的概率为 {sure}，"
            f"不低于升档所需的 {rule.up_at_least}。",
            f"Up from {_en(one.last_tier)} to {_en(one.tier)}: the probability of {_en(one.tier)} or better is {sure}, "
            f"not below the {rule.up_at_least} that a move up asks for.",
        )
    below = 1 - chances.or_better[before]
    if now > before:
        return TierReason(
            f"由{_zh(one.last_tier)}降至{_zh(one.tier)}：低于{_zh(one.last_tier)}最低分的概率为 {below}，"
            f"不低于降档所需的 {rule.down_at_least}；一年至多降一档。",
            f"Down from {_en(one.last_tier)} to {_en(one.tier)}: the probability of lying below the floor of "
            f"{_en(one.last_tier)} is {below}, not below the {rule.down_at_least} that a move down asks for; "
            "at most one tier a year.",
        )
    return _kept(one.tier, chances, rule)


def _unranked(one: ProviderRating) -> TierReason:
    why = one.unranked.names if one.unranked is not None else ("未参与排名", "it is not ranked")
    if one.tier is None:
        return TierReason(f"未定档：{why[0]}。", f"No tier: {why[1]}.")
    return TierReason(f"维持上年的{_zh(one.tier)}：{why[0]}。", f"The tier of the year before, {_en(one.tier)}, stays: {why[1]}.")


def _first(tier: Tier, chances: TierChances, rule: RatingRule) -> TierReason:
    sure, lowest = chances.of[TIERS.index(tier)], chances.of[-1]
    if lowest > sure:
        return TierReason(
            f"首次定档为{_zh(tier)}：最低档的概率 {lowest} 最大，但低于定为最低档所需的 {rule.down_at_least}。",
            f"First tier, {_en(tier)}: the lowest tier is the likeliest with {lowest}, which is below the {rule.down_at_least} "
            "that it asks for.",
        )
    return TierReason(
        f"首次定档为{_zh(tier)}：该档的概率 {sure} 最大。",
        f"First tier, {_en(tier)}: it is the likeliest, with a probability of {sure}.",
    )


def _kept(tier: Tier, chances: TierChances, rule: RatingRule) -> TierReason:
    place = TIERS.index(tier)
    chinese, english = list[str](), list[str]()
    if place > 0:
        better = chances.or_better[place - 1]
        chinese.append(f"达到更高档的概率 {better} 低于升档所需的 {rule.up_at_least}")
        english.append(f"the probability of a better tier is {better}, below the {rule.up_at_least} that a move up asks for")
    if place < len(TIERS) - 1:
        below = 1 - chances.or_better[place]
        chinese.append(f"低于本档最低分的概率 {below} 不足降档所需的 {rule.down_at_least}")
        english.append(f"the probability of lying below its floor is {below}, less than the {rule.down_at_least} of a move down")
    return TierReason(f"维持上年的{_zh(tier)}：{'；'.join(chinese)}。", f"{_en(tier, capital=True)} stays: {'; '.join(english)}.")


def _zh(tier: Tier) -> str:
    return tier.names[0]


def _en(tier: Tier, *, capital: bool = False) -> str:
    return f"{'T' if capital else 't'}ier {tier.value}"
