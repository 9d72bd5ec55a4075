"""Words of a plan 方案措辞: what each improvement asks of the firm, and the plan as a whole, in Chinese and English. plan R2."""

from decimal import Decimal

from projections.report.wording import number
from standards import CheapestImprovement, CostUnit, Edition, Improvement, Indicator, Rung
from standards.edition.terms_zh import gates_in_words

FEN = 100


def cost_said(cost: int, unit: CostUnit) -> tuple[str, str]:
    """A cost with its unit: "36 个工作量点", "12,300.50 元"."""
    if unit is CostUnit.EFFORT:
        return f"{cost} 个工作量点", f"{cost} effort points"
    yuan = f"{cost // FEN:,}.{cost % FEN:02}"
    return f"{yuan} 元", f"{yuan} yuan"


def level_said(level: Decimal) -> str:
    """A level 0–5: "3 级"."""
    return f"{number(level)} 级"


def descriptor(indicator: Indicator, level: Decimal) -> str:
    """What the standard says of the whole level reached 等级描述; empty below level 1."""
    return indicator.levels[int(level) - 1] if level >= 1 else ""


def needed(indicator: Indicator, rung: Rung) -> tuple[str, str]:
    """What the next answer must say 所需填报, in Chinese and English: a level, a raw number, or the options to add.

    Labels and units are the standard's own, which is Chinese.
    """
    numbers = rung.answer.numbers or {}
    match indicator.kind:
        case "multi":
            labels = {option.name: option.label for option in indicator.options}
            added = [labels[name] for name in rung.options]
            return "补齐：" + "、".join(added), "Add: " + ", ".join(added)
        case "ratio" if rung.above is not None:
            part, whole = indicator.numbers
            least, stated = number(numbers[part.name]), number(numbers[whole.name])
            share = f"“{part.label}”占“{whole.label}”须超过 {number(rung.above)}%"
            english = f"“{part.label}” must be more than {number(rung.above)} % of “{whole.label}”"
            return (
                f"{share}：按现有 {stated}{whole.unit}计，{least}{part.unit}即可",
                f"{english}: with {stated} as stated, {least} will do",
            )
        case "count" if rung.above is not None:
            (asked,) = indicator.numbers
            least = number(numbers[asked.name])
            return (
                f"“{asked.label}”须超过 {number(rung.above)}{asked.unit}，{least}{asked.unit}即可",
                f"“{asked.label}” must be more than {number(rung.above)}; {least} will do",
            )
        case "outcome":
            before, after = indicator.numbers
            better, english = ("高于", "above") if indicator.better == "higher" else ("低于", "below")
            return (
                f"达到 {level_said(rung.level)}，且“{after.label}”{better}“{before.label}”",
                f"Reach level {number(rung.level)}, and “{after.label}” {english} “{before.label}”",
            )
        case _:
            return f"达到 {level_said(rung.level)}", f"Reach level {number(rung.level)}"


def improvement_said(edition: Edition, one: Improvement, unit: CostUnit) -> tuple[str, str]:
    """One line of the plan as a sentence 改进项说明, in Chinese and English; names are the standard's own."""
    item, before, after = one.indicator, one.before, one.after
    gain = f"总分升至 {one.total_after}"
    names = {code: name for code, name, _ in gates_in_words(edition)}
    gates = f"，为解除{'、'.join(dict.fromkeys(names[code] for code in one.gates))}所须" if one.gates else ""
    cost, asked = cost_said(after.cost, unit), needed(item, after)
    held = f", which {', '.join(dict.fromkeys(one.gates))} needs" if one.gates else ""
    said = (
        f"{item.id} {item.name}：由 {level_said(before.level)}（{number(before.points)} 分）提升到 {level_said(after.level)}"
        f"（{number(after.points)} 分）。{asked[0]}。佐证：{edition.evidence_of(item.id)}。"
        f"成本 {cost[0]}，{gain}{gates}。"
    )
    return said, (
        f"{item.id}: from level {number(before.level)} ({number(before.points)} points) to level {number(after.level)} "
        f"({number(after.points)} points). {asked[1]}. It costs {cost[1]}, and the total rises to {one.total_after}{held}."
    )


def plan_said(edition: Edition, found: CheapestImprovement, unit: CostUnit) -> tuple[str, str]:
    """The plan as a whole 方案说明: (中文, English)."""
    name = edition.grade_names[found.wanted - 1]
    if found.cost is None:
        why = "；".join(obstacle.says for obstacle in found.obstacles)
        english = "; ".join(obstacle.says_in_english for obstacle in found.obstacles)
        return f"在给定条件下无法达到{name}：{why}。", f"Grade {found.wanted} cannot be reached: {english}."
    if not found.improvements:
        return f"测评结果已达到{name}，无须改进。", f"Grade {found.wanted} is reached already."
    cost, bound = cost_said(found.cost, unit), cost_said(found.bound or 0, unit)
    steps = sum(one.after.steps for one in found.improvements)
    said = (
        f"测评达到{name}：改进 {len(found.improvements)} 项指标、共 {steps} 步，成本 {cost[0]}，总分由 {found.before.total} "
        f"升至 {found.after.total}"
    )
    english = (
        f"Grade {found.wanted} by answers: {len(found.improvements)} indicators, {steps} steps, {cost[1]}; the total rises from "
        f"{found.before.total} to {found.after.total}"
    )
    if found.proven:
        said, english = f"{said}；已证明没有成本更低的方案。", f"{english}; it is proven that nothing costs less."
    else:
        said = f"{said}；计算量已用尽，这是已找到的最好方案，未证明最低，成本最低不会少于 {bound[0]}。"
        english = f"{english}; the search was cut short: not proven cheapest, nothing costs less than {bound[1]}."
    for gate in found.conditions:
        said, english = f"{said}{gate.says}。", f"{english} {gate.says_in_english}."
    return said, english
