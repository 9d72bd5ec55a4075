"""Words 标准用语: what a reader of the standard calls its kinds, parts and gates. Chinese, as the standard is. plan S1–S4."""

from collections.abc import Mapping

from standards.edition.edition import Edition
from standards.edition.text import IndicatorKind, OutcomeDirection

KINDS: Mapping[IndicatorKind, str] = {kind: kind.names[0] for kind in IndicatorKind}
"""How an indicator is answered 填报方式."""
BETTER: Mapping[str, str] = {way.value: way.names[0] for way in OutcomeDirection}
"""OutcomeDirection of an outcome 向好方向."""
PARTS: Mapping[str, str] = {"base": "基本（1）", "fused": "融合（X）", "industry": "行业（Y）"}
"""Part of "1+X+Y" that a line belongs to 组成."""
FATES: Mapping[str, str] = {"kept": "沿用", "changed": "调整", "added": "新增", "dropped": "删减"}
"""What an industry did to a line 处理."""

Worded = tuple[str, str, str]
"""A gate in words: its code, its name, its sentence 门槛条文."""


def gates_in_words(edition: Edition) -> tuple[Worded, ...]:
    """Every gate of an edition as a sentence 门槛条文, in the order they are tried. plan S4.

    Returns:
        (code, name, sentence) of each: those of the answers first, then those of the process.
    """
    gates, levels = edition.gates, edition.level_names
    names = {dimension.id: dimension.name for dimension in edition.dimensions}
    below = gates.weakest_dimension.levels_below
    named = gates.breadth.including
    key = gates.key_indicators
    stars = f"低于该等级不超过 {key.levels_below} 级" if key.levels_below else "不低于该等级"
    found = [
        (
            gates.weakest_dimension.code,
            "短板门槛",
            f"取得某一等级，各基本维度得分所处等级低于该等级不得超过 {below} 级"
            if below
            else "取得某一等级，各基本维度得分所处等级均不得低于该等级",
        ),
        (
            gates.breadth.code,
            "广度门槛",
            f"取得某一等级，至少 {gates.breadth.at_least} 个基本维度（须含 {named} {names[named]}）得分达到该等级的最低分",
        ),
        (key.code, "关键指标门槛", f"取得某一等级，关键指标（★）均{stars}，且不少于 {key.share_percent}% 的关键指标达到该等级"),
    ]
    for floor in gates.security:
        item = edition.by_id[floor.indicator]
        reached = f"{levels[floor.from_level - 1]}（第 {floor.from_level} 级）"
        found.append((floor.code, "单项门槛", f"取得{reached}及以上，{item.id} {item.name}不低于 {floor.at_least} 级"))
    for gate, name, step in (
        (gates.site_visit, "现场门槛", "现场诊断"),
        (gates.expert_review, "评审门槛", "专家评审"),
    ):
        level = levels[gate.from_level - 1]
        found.append((gate.code, name, f"出具{level}（第 {gate.from_level} 级）及以上，须经{step}；未经的按下一等级的上档出具"))
    return tuple(found)
