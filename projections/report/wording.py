"""Wording 措辞: what the report calls roles, levels and answers. Chinese, as a chief executive reads it. plan P4."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

from domain.access import ROLE_NAMES, Role
from domain.diagnosis.case import FORM_NAMES, Diagnosis, Purpose, chosen_otherwise
from domain.kernel import SHANGHAI
from standards import Answer, Edition, Form, Indicator, Raise
from standards.scoring.answers import unshown
from standards.scoring.measure import rounded

ROLES: Mapping[str, str] = {
    **{role: chinese for role, (chinese, _) in ROLE_NAMES.items()},
    Role.CITY: "市级主管部门",
    Role.DISTRICT: "区级主管部门",
    Role.SUBDISTRICT: "街镇",
    Role.PARK: "园区",
    Role.GROUP: "企业集团",
    Role.ENTERPRISE: "企业",
    Role.PROVIDER: "服务商",
    Role.AUDITOR: "审计方",
    Role.PARTNER: "合作方",
    Role.PUBLIC: "公众",
    Role.SYSTEM: "系统",
}
PURPOSES: Mapping[Purpose, str] = {
    Purpose.INITIAL: "首次诊断",
    Purpose.SAMPLE: "抽样评估",
    Purpose.REPEAT: "复诊",
}
FORMS: Mapping[Form, str] = {form: chinese for form, (chinese, _) in FORM_NAMES.items()}
BASES: Mapping[str, str] = {
    "group": "行业代码 {code}（中类）",
    "division": "行业代码 {code}（大类）",
    "headquarters": "集团总部身份",
    "plain": "行业代码（无行业版本列入）",
}
"""What decided which edition applies 适用依据."""
SIZES: Mapping[str, str] = {"large": "大型", "medium": "中型", "small": "小型", "micro": "微型"}
MARKS: Mapping[str, str] = {
    "V": "已核对公开来源",
    "V-2": "据二手来源",
    "K": "行业通识",
    "I": "项目组复原或拟定",
    "M": "凭记忆、待核",
    "P": "提案",
}
"""What a mark beside a number means 数据标记."""

NOT_APPLICABLE = "不适用"


def moment(microseconds: int) -> datetime:
    """An entry's time on the city's clock 北京时间."""
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=microseconds)).astimezone(SHANGHAI)


def number(value: Decimal) -> str:
    """A number without the zeros that say nothing: 3, 2.5, 21000."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def exact(value: Decimal) -> str:
    """An effective weight or a contribution with all its four decimals: 3.7500."""
    return f"{value:.4f}"


def level(value: Decimal | None) -> str:
    """A maturity level 等级: "3 级", "2.5 级", or not applicable."""
    return NOT_APPLICABLE if value is None else f"{number(value)} 级"


def described(indicator: Indicator, reached: Decimal | int) -> str:
    """What the standard says of a level 0–5 等级描述; of a half step, the level below it. A ratio's is its band."""
    whole = int(reached)
    if not whole:
        return "尚未达到 1 级"
    said = indicator.levels[whole - 1]
    return f"比率 {said}" if indicator.kind == "ratio" else said


def stated(indicator: Indicator, answer: Answer) -> str:
    """What an answer rests on 填报依据: its raw numbers, its options, or its reason; empty when the level says all."""
    if answer.not_applicable:
        return answer.reason or ""
    numbers = answer.numbers or {}
    match indicator.kind:
        case "multi":
            chosen = set(answer.choices or ())
            return "、".join(option.label for option in indicator.options if option.name in chosen) or "未选任何选项"
        case "ratio":
            part, whole = (numbers[raw.name] for raw in indicator.numbers)
            return f"{_raw(indicator, numbers)}，即 {rounded(Fraction(part) * 100 / Fraction(whole))}%"
        case "count":
            return _raw(indicator, numbers)
        case "outcome":
            return _outcome(indicator, answer)
        case _:
            return ""


def _outcome(indicator: Indicator, answer: Answer) -> str:
    """What was stated of an outcome and what counts 填报与计分, where they differ. plan S4."""
    numbers = answer.numbers or {}
    said = "，".join(f"{raw.label} {number(numbers[raw.name])}" for raw in indicator.numbers if numbers)
    if unshown(indicator, answer) is None:
        return said or "未提供改造前后数值，至多计 1 级"
    return f"填报 {level(answer.level)}；{f'{said}，未见向好' if numbers else '未提供改造前后数值'}，计 1 级"


def _raw(indicator: Indicator, numbers: Mapping[str, Decimal]) -> str:
    return "，".join(f"{raw.label} {number(numbers[raw.name])} {raw.unit}" for raw in indicator.numbers)


def size(count: int) -> str:
    """A file's size 文件大小."""
    kilobytes = 1024
    if count < kilobytes:
        return f"{count} B"
    if count < kilobytes**2:
        return f"{count // kilobytes} KB"
    return f"{count * 10 // kilobytes**2 / 10:.1f} MB"


def applicability(state: Diagnosis) -> str:
    """Which edition and form applied to the firm, by what, and why it was another 适用依据; "" before a mapping held."""
    applied = state.applicable
    if applied is None:
        return ""
    by = BASES[applied.basis].format(code=applied.code)
    said = (
        f"自 {applied.since} 起的标准适用表（标记 {applied.source.mark}：{MARKS[applied.source.mark]}）按{by}与企业规模"
        f"适用 {applied.edition} 版（{FORMS[applied.form]}）"
    )
    if not chosen_otherwise(state.edition, state.form, applied):
        return f"{said}，本诊断即依此进行"
    return f"{said}；本诊断另选 {state.edition} 版（{FORMS[state.form]}），理由：{state.reason}"


def raised(one: Raise) -> str:
    """An indicator and how far to raise it 提升项: "X03 生产设备联网率（升至 4 级）", "G06 …（加选数据专员）"."""
    labels = {option.name: option.label for option in one.indicator.options}
    chosen = "、".join(labels[name] for name in one.after.options)
    return f"{one.indicator.id} {one.indicator.name}（{f'加选{chosen}' if chosen else f'升至 {number(one.after.level)} 级'}）"


def dimension(edition: Edition, identity: str) -> str:
    """A dimension by id and name 维度."""
    return next((f"{d.id} {d.name}" for d in edition.dimensions if d.id == identity), identity)
