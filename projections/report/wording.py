"""Wording 措辞: what the report calls roles, levels and answers. Chinese, as a chief executive reads it. plan P4."""

import re
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

from domain.access import ROLE_NAMES
from domain.diagnosis.opening import chosen_otherwise
from domain.diagnosis.state import FORM_NAMES, Diagnosis, Purpose
from standards import Answer, Edition, Form, Indicator, Raise, external_edition
from standards.edition.mapping import SizeClass
from standards.edition.punctuation import punctuated
from standards.edition.text import SourceMark
from standards.scoring.answers import unshown
from standards.scoring.measure import rounded

ROLES: Mapping[str, str] = {role.value: chinese for role, (chinese, _) in ROLE_NAMES.items()}
"""Role -> its one name 角色名称, positions inside a unit apart."""
OTHER_ROLE = "其他角色"
OTHER_ORGANISATION = "其他机构"
"""What stands for an organisation whose name is not known here: its id says nothing to a reader."""
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
SIZES: Mapping[str, str] = {size.value: size.names[0] for size in SizeClass}
MARKS: Mapping[SourceMark, str] = {mark: mark.names[0] for mark in SourceMark}
"""What a mark beside a number means 数据标记."""

NOT_APPLICABLE = "不适用"
CITATION = re.compile(r"\s*[（(](?:facts|models|architecture) [\d.]+[)）]")


def external_number(key: str) -> str:
    """Number of the standard of an external edition 外部标准号, by the edition's key."""
    edition = external_edition(key)
    return edition.number if edition is not None else key


def number(value: Decimal) -> str:
    """A number without the zeros that say nothing: 3, 2.5, 21000."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def change(value: Decimal | int) -> str:
    """By how much something changed, with its sign 变化: "+3.20", "−1", "0.00"."""
    return f"+{value}" if value > 0 else str(value).replace("-", "−")


def exact(value: Decimal) -> str:
    """An effective weight or a contribution with all its four decimals: 3.7500."""
    return f"{value:.4f}"


def level(value: Decimal | None) -> str:
    """A maturity level 等级: "3 级", "2.5 级", or not applicable."""
    return NOT_APPLICABLE if value is None else f"{number(value)} 级"


def described(indicator: Indicator, reached: Decimal | int) -> str:
    """What the standard says of a level 0–5 等级描述; of a half step, the level below it. A ratio's or count's is its band."""
    whole = int(reached)
    if not whole:
        return "尚未达到 1 级"
    if indicator.upper_bounds:
        return _band(indicator, whole)
    return chinese(indicator.levels[whole - 1])


def _band(indicator: Indicator, level: int) -> str:
    """The numbers that are at a level, as an industry may have adjusted them 分级区间: "比率超过 10%，不超过 20%"."""
    bounds = [number(bound) for bound in indicator.upper_bounds]
    what, unit = ("比率", "%") if indicator.kind == "ratio" else ("", f" {indicator.numbers[0].unit}")
    lower, upper = bounds[level - 2] if level > 1 else None, bounds[level - 1] if level <= len(bounds) else None
    if lower is None:
        return f"{what}不超过 {upper}{unit}"
    return f"{what}超过 {lower}{unit}" + (f"，不超过 {upper}{unit}" if upper is not None else "")


def chinese(text: str) -> str:
    """A text of the standard as it is printed 中文排印: punctuated as Chinese is, no citation of our own papers.

    Numbers keep theirs. What a person wrote is quoted as it is and does not pass here.
    """
    return punctuated(CITATION.sub("", text))


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


MEDIA: Mapping[str, str] = {
    "application/pdf": "PDF 文件",
    "image/jpeg": "JPEG 图片",
    "image/png": "PNG 图片",
    "text/csv": "CSV 表格",
    "text/plain": "文本",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "Excel 表格",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "Word 文档",
    "application/zip": "压缩包",
}


def media(media_type: str) -> str:
    """A kind of file in words 文件类型."""
    return MEDIA.get(media_type, "其他文件")


def size(count: int) -> str:
    """A file's size 文件大小."""
    kilobytes = 1024
    if count < kilobytes:
        return f"{count} B"
    if count < kilobytes**2:
        return f"{count // kilobytes} KB"
    return f"{count * 10 // kilobytes**2 / 10:.1f} MB"


def applicability(state: Diagnosis, titles: Mapping[str, str]) -> str:
    """Which edition and form applied to the firm, by what, and why it was another 适用依据; "" before a mapping held.

    titles: key of an edition -> its title.
    """
    applied = state.applicable
    if applied is None:
        return ""
    by = BASES[applied.basis].format(code=applied.code)
    said = (
        f"自 {applied.since} 起的标准适用表（标记 {applied.source.mark}：{MARKS[applied.source.mark]}）按{by}与企业规模"
        f"适用{edition_name(applied.edition, titles)}（{FORMS[applied.form]}）"
    )
    if not chosen_otherwise(state.edition, state.form, applied):
        return f"{said}，本诊断即依此进行"
    return f"{said}；本诊断另选{edition_name(state.edition, titles)}（{FORMS[state.form]}），理由：{state.reason}"


def edition_name(key: str, titles: Mapping[str, str]) -> str:
    """An edition as its cover has it 标准名称: "《规上制造业数字化诊断标准（2023 版）》"."""
    return f"《{titles[key]}》"


def short_name(edition: Edition) -> str:
    """An edition in a word beside others 简称: its year, and what its title says after the dot: "2023", "2023 重大装备版"."""
    return f"{edition.key.partition('-')[0]} {edition.title.partition('·')[2]}".strip()


def raised(one: Raise) -> str:
    """An indicator and how far to raise it 提升项: "X03 生产设备联网率（升至 4 级）", "G06 …（加选数据专员）"."""
    labels = {option.name: option.label for option in one.indicator.options}
    chosen = "、".join(labels[name] for name in one.after.options)
    return f"{one.indicator.id} {one.indicator.name}（{f'加选{chosen}' if chosen else f'升至 {number(one.after.level)} 级'}）"


def dimension(edition: Edition, identity: str) -> str:
    """A dimension by id and name 维度."""
    return next((f"{d.id} {d.name}" for d in edition.dimensions if d.id == identity), identity)
