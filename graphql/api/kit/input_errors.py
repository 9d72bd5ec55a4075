"""Errors of an input 输入错误: where, in both languages, what it may be, and an example; every one of them at once."""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError
from strawberry.utils.str_converters import to_camel_case

from api.kit.command_inputs import MAPPINGS, key_called
from api.kit.user_errors import UserError
from domain.kernel import Refused, stream_of

Place = Sequence[int | str]


def user_errors(refused: Refused, sent: object = None) -> list[UserError]:
    """All that rules say no to in a command 全部拒绝原因; sent: the input as the client wrote it, for the paths."""
    found = []
    for one in (refused, *refused.further):
        error = UserError.of(one)
        path = one.facts.get("path")
        error.field = as_sent(sent, str(path).split(".")) if path else None
        error.bound = bound_of(one.facts)
        found.append(error)
    return found


def bound_of(facts: Mapping[str, object]) -> str | None:
    """What a field may be 可取范围, from the facts of a refusal: "≥ 2024-05-06, ≤ 2026-11-28", or a list; None = none."""
    low, high = (next((facts[name] for name in names if name in facts), None) for names in BOUNDS)
    allowed = facts.get("allowed")
    parts = [] if low is None else [f"≥ {_spelt(low)}"]
    parts += [] if high is None else [f"≤ {_spelt(high)}"]
    parts += [", ".join(map(str, allowed))] if isinstance(allowed, tuple | list) and allowed else []
    return ", ".join(parts) or None


BOUNDS = (("at_least", "earliest"), ("at_most", "latest"))


def _spelt(bound: object) -> str:
    return f"{bound:f}" if hasattr(bound, "as_tuple") else str(bound)


def as_sent(sent: object, place: Place) -> str:
    """Path of a member of a command as the client wrote it 字段路径: mappings are lists there, their keys found by position.

    sent: the input; None where it is not known, then the path is the command's own.
    """
    told: list[str] = []
    at: Any = sent
    rest = list(place)
    while rest:
        name = str(rest.pop(0))
        told.append(to_camel_case(name))
        entries = getattr(at, name, None) if dataclasses.is_dataclass(at) else _item(at, name)
        key = MAPPINGS.get(type(at), {}).get(name)
        if isinstance(entries, list) and key is not None and rest:
            index = next((i for i, entry in enumerate(entries) if getattr(entry, key.name) == rest[0]), None)
            if index is None:
                return ".".join(told)  # the key that is missing stands nowhere in what was sent
            rest.pop(0)
            told.append(str(index))
            entries = entries[index]
            if not rest and hasattr(entries, "value"):
                told.append("value")
        at = entries
    return ".".join(told)


def _item(at: object, name: str) -> object:
    return at[int(name)] if isinstance(at, list) and name.isdigit() and int(name) < len(at) else None


def malformed(problem: ValidationError, sent: object = None) -> list[UserError]:
    """What is wrong with an input 输入错误, a reason each; sent: the input as the client wrote it, for the paths.

    A list that is too short only because its items are wrong is not told of: its items are.
    """
    found = problem.errors(include_url=False, include_input=False)
    wrong = [error["loc"] for error in found]
    told = []
    for error in found:
        if error["type"] == "too_short" and any(_lies_within(loc, error["loc"]) for loc in wrong):
            continue
        context: Mapping[str, Any] = error.get("ctx", {})
        message = error["msg"].removeprefix("Value error, ")
        path, chinese = VALUE_ERRORS.get(message, ("", None))
        facts = {**context, "expected": _listed(context)}
        says = chinese or CHINESE.get(error["type"], "格式不正确").format(**facts)
        if error["type"] != "value_error":  # which says in words of ours what is wrong; the library's are for programmers
            message = ENGLISH.get(error["type"], "not in the form that is asked for").format(**facts).replace("、", ", ")
        example = _example(str(context.get("pattern")), error["loc"])
        if example is not None:
            says, message = f"{says}，例如 {example}", f"{message}, such as {example}"
        told.append(
            UserError.malformed(as_sent(sent, error["loc"] or ([path] if path else [])), says, message, _bound(context))
        )
    return told


def _example(pattern: str, place: Place) -> str | None:
    """A text that fits a pattern; of an id, one that fits the thing it names."""
    if pattern != IDENTIFIER:
        return EXAMPLES.get(pattern)
    named = [str(part) for part in place if not str(part).isdigit()] or ["id"]
    name = named[-1]
    if name == "[key]":  # of a mapping, which the client writes as a list whose entries name their key
        name = key_called(named[-3])
    one = name if name.endswith("is") else name.removesuffix("s")
    return IDS.get(name, f"{one}-1".replace("_", "-"))


def _listed(context: Mapping[str, Any]) -> str:
    """The values that are allowed, without the words that the library joins them with."""
    return "、".join(str(context.get("expected", "")).replace("'", "").replace(" or ", ", ").split(", "))


def _bound(context: Mapping[str, Any]) -> str | None:
    signs = (("ge", "≥"), ("gt", ">"), ("le", "≤"), ("lt", "<"), ("min_length", "≥"), ("max_length", "≤"))
    parts = [f"{sign} {context[name]}" for name, sign in signs if name in context]
    parts += [_listed(context).replace("、", ", ")] if "expected" in context else []
    return ", ".join(parts) or None


def _lies_within(place: tuple[int | str, ...], outer: tuple[int | str, ...]) -> bool:
    return len(place) > len(outer) and place[: len(outer)] == outer


CHINESE: Mapping[str, str] = {
    "missing": "必填",
    "extra_forbidden": "不接受该字段",
    "string_type": "应为文字",
    "string_too_short": "不能为空，至少 {min_length} 个字",
    "string_too_long": "过长，最多 {max_length} 个字",
    "too_short": "至少 {min_length} 项",
    "too_long": "最多 {max_length} 项",
    "string_pattern_mismatch": "格式不符合要求",
    "greater_than": "须大于 {gt}",
    "greater_than_equal": "不得小于 {ge}",
    "less_than": "须小于 {lt}",
    "less_than_equal": "不得大于 {le}",
    "int_parsing": "应为整数，例如 3",
    "int_from_float": "应为整数，例如 3",
    "int_type": "应为整数，例如 3",
    "tuple_type": "应为列表",
    "list_type": "应为列表",
    "bool_type": "应为 true 或 false",
    "decimal_type": "应为数字，例如 12.5",
    "decimal_parsing": "不是有效的数字，例如 12.5",
    "finite_number": "不是有效的数字，例如 12.5",
    "decimal_max_digits": "数字过长，最多 {max_digits} 位",
    "decimal_max_places": "小数最多 {decimal_places} 位",
    "decimal_whole_digits": "整数部分最多 {whole_digits} 位",
    "date_type": "应为日期，例如 2024-05-06",
    "date_parsing": "应为日期，例如 2024-05-06",
    "date_from_datetime_parsing": "应为日期，例如 2024-05-06",
    "enum": "不在可选值之内，可选 {expected}",
    "literal_error": "不在可选值之内，可选 {expected}",
    "value_error": "取值不正确",
}
"""Kind of a problem as the library names it -> what to tell people, with the bound."""

ENGLISH: Mapping[str, str] = {
    "missing": "required",
    "extra_forbidden": "no such field is taken",
    "string_type": "give a text",
    "string_too_short": "give a text of {min_length} or more characters",
    "string_too_long": "too long; give at most {max_length} characters",
    "too_short": "give at least {min_length} items",
    "too_long": "give at most {max_length} items",
    "string_pattern_mismatch": "not in the form that is asked for",
    "greater_than": "give more than {gt}",
    "greater_than_equal": "give at least {ge}",
    "less_than": "give less than {lt}",
    "less_than_equal": "give at most {le}",
    **dict.fromkeys(("int_parsing", "int_from_float", "int_type"), "give a whole number, such as 3"),
    **dict.fromkeys(("tuple_type", "list_type"), "give a list"),
    "bool_type": "give true or false",
    **dict.fromkeys(("decimal_type", "decimal_parsing", "finite_number"), "give a number, such as 12.5"),
    "decimal_max_digits": "too long a number; give at most {max_digits} digits",
    "decimal_max_places": "give at most {decimal_places} digits behind the point",
    "decimal_whole_digits": "give at most {whole_digits} digits before the point",
    **dict.fromkeys(("date_type", "date_parsing", "date_from_datetime_parsing"), "give a date, such as 2024-05-06"),
    **dict.fromkeys(("enum", "literal_error"), "no such value; it is one of {expected}"),
}
"""The same in English, and as short: the words of the library name types of its language."""

VALUE_ERRORS: Mapping[str, tuple[str, str]] = {
    "a contact would be to confirm on the day on which it was confirmed": (
        "body.notice_days",
        "提前提醒天数必须少于确认有效天数，否则刚确认的联络人当天又须确认",
    ),
    "a person or an industry is named twice": ("staff", "人员或行业重复"),
    "a dimension or an industry is marked twice": ("dimensions", "维度或行业重复评分"),
    "a subject is scored twice": ("scores", "评价对象重复评分"),
    "an indicator is named where an indicator is scored, and nowhere else": ("scores", "仅在评价指标时填写指标编号，且必须填写"),
    "until lies before since": ("until", "截止日不得早于起始日"),
    "the role is no expert's": ("role", "该角色不是专家角色，可选评分专家、仲裁专家、抽评专家、解读专家"),
    "a text holds a control character": ("", "文字中含有控制字符"),
    "a base names a size class that does not exist": ("body.bases", "补贴基数的规模类型不存在，可选大型、中型、小型、微型"),
    "the parts do not add up to 100": ("", "各项之和应为 100"),
    "the floors of the tiers do not fall from A to C": ("", "各档最低分应由 A 至 C 依次降低"),
    "delivery counts nothing, and of a year it may be all that is on record": (
        "delivery",
        "完成占比的分值不能为 0，它可能是该年度唯一有记录的部分",
    ),
    "no record counts anything": ("", "过程记录各项分值不能全为 0"),
    "items upheld count nothing, and of a year they may be all that is on record": (
        "upheld",
        "经异议维持的指标分值不能为 0，它可能是该年度唯一有记录的部分",
    ),
    "a part of a report is named twice": ("body.parts", "同一部分在报告中重复列出"),
    "a report leaves out a part that every report shows": (
        "body.parts",
        "报告须含诊断结论、版本变动、等级与门槛、指标对照、异议与答复、诊断留痕、方法说明，请补上所缺部分",
    ),
    "the logo is no PNG in Base64 of 24 KiB and 1,200 pixels a side at most": (
        "body.logo",
        "徽标须为 Base64 编码的 PNG 图像，不超过 24 千字节，每边不超过 1200 像素",
    ),
    "a part of a paper is named twice": ("", "同一部分在刊物中重复列出"),
    "a title or an introduction holds a placeholder other than {kind}, {year} and {edition}": (
        "",
        "标题或引言的占位只能是 {kind}、{year}、{edition}，请更正花括号中的文字",
    ),
    "a group or a member of one is named twice": ("body.groups", "同一分组或同一成员重复列出，每个只列一次"),
    "a member of a group is no code of what it counts together": (
        "body.groups",
        "成员与分组对象不符：区填六位区划代码，行业填大类代码（如 C34），档填 0 至 10",
    ),
    "a base is stated twice": ("bases", "同一诊断形式与规模的基数重复设定"),
}
"""What a command itself says of its members together -> (the member to put right, 中文)."""

IDENTIFIER = r"^[0-9A-Za-z][0-9A-Za-z._-]{0,63}$"
"""Pattern of an id (`domain.kernel.Identifier`)."""
IDS: Mapping[str, str] = {
    **dict.fromkeys(("organisation", "parent", "district"), "310117"),
    **dict.fromkeys(("edition", "plain", "base", "key"), "2023"),
    **dict.fromkeys(("indicator", "indicators"), "Z01"),
    **dict.fromkeys(("section", "sections"), "D1"),
    **dict.fromkeys(("industry", "industries", "headquarters"), "automotive"),
    "external_edition": "dcmm-2025",
}
"""Field whose ids have a form of their own -> an id of that form."""
EXAMPLES: Mapping[str, str] = {
    r"^[0-9a-z-]{1,40}$": "2024",
    r"^[a-z]+-[a-z0-9-]{1,30}$": "area-east",
    r"^[0-9A-Za-z][0-9A-Za-z_-]{0,39}$": "2026-11-dcmm",
    r"^-?[0-9]{1,12}(\.[0-9]{1,4})?$": "61.5",
    r"^[0-9a-f]{64}$": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    r"^[a-z]+/[a-z0-9.+-]{1,100}$": "application/pdf",
    r"^\d{4}(\.\d+)?$": "2025",
    r"^\d{6}$": "310117",
    r"^[A-Z]\d{2}$": "Z01",
    r"^\d{4}(\.\d+)?-[a-z]+(-[a-z]+)*$": "2025-automotive",
    r"^[a-z_]+$": "before",
    r"^[A-Z][0-9A-Z]{1,9}$": "F05",
    r"^[a-z0-9]+(-[a-z0-9]+)*$": "data-strategy",
    r"^C\d{2}$": "C36",
    r"^C\d{3}$": "C341",
    r"^C(1[3-9]|2[0-9]|3[0-9]|4[0-3])$": "C34",
    r"^C[0-9]{2,4}$": "C34",
    r"^\d{4}(\.\d{1,3})?$": "2025",
    r"^[a-z]+(-[a-z]+)*$": "automotive",
    r"^[A-Za-z0-9_.-]{1,64}$": "breadth",
    r"^([a-z_]+(\.[A-Za-z0-9_-]+)*)?$": "indicators.Z01.weight_in_dimension",
    r"^[a-z]{1,20}$": "medium",
    r"^20[2-9][0-9]\.(0[1-9]|1[0-2])$": "2025.06",
    r"^[^\r\n\t]{1,200}$": "2025-07-02 03 11 17 20 26 32 08",
    r"^[a-z_]+/[0-9A-Za-z][0-9A-Za-z._-]{0,199}$": stream_of("organisation", "p1"),
    r"^[a-z_]+/[0-9A-Za-z][0-9A-Za-z._-]{0,199}/[1-9][0-9]{0,9}$": f"{stream_of('diagnosis', 'd1')}/12",
    r"^ZDS-[0-9]{4}-[0-9A-Z]{12}$": "ZDS-2025-0A1B2C3D4E5F",
    r"^ZDR-[0-9]{4}-[0-9A-Z]{12}$": "ZDR-2025-0A1B2C3D4E5F",
    r"^\d{4}(\.\d+)?(-[a-z]+)*$": "2025-automotive",
    r"^20[0-9]{2}Q[1-4]$": "2025Q1",
    r"^[A-Z0-9]{1,20}$": "POL01",
    r"^[A-F]$": "A",
    r"^(0|[1-4](\.5)?|5)$": "2.5",
    r"^[0-9a-f]{32}$": "d41d8cd98f00b204e9800998ecf8427e",
    r"^([01][0-9]|2[0-3]):[0-5][0-9]$": "09:30",
    r"^https://[^\s]{4,500}$": "https://meeting.example.cn/1",
    r"\S": "文字",
}
"""Pattern of a text -> a text that fits it."""
