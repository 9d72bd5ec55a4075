"""Value faults 取值问题: what a value breaks, by the validator's kind of error, whole in both languages. plan S1–S4."""

from collections.abc import Mapping
from typing import Any

LIMITS: Mapping[str, tuple[str, str]] = {
    "greater_than": ("应大于 {gt}", "must be greater than {gt}"),
    "greater_than_equal": ("不得小于 {ge}", "must not be less than {ge}"),
    "less_than": ("应小于 {lt}", "must be less than {lt}"),
    "less_than_equal": ("不得大于 {le}", "must not be greater than {le}"),
    "decimal_max_digits": ("至多 {max_digits} 位数字", "must have at most {max_digits} digits"),
    "decimal_max_places": ("至多 {decimal_places} 位小数", "must have at most {decimal_places} decimal places"),
    "string_too_short": ("不得为空", "must not be empty"),
    "string_too_long": ("至多 {max_length} 个字", "must have at most {max_length} characters"),
    "string_pattern_mismatch": ("格式不对，应符合 {pattern}", "must match {pattern}"),
    "literal_error": ("应为 {expected}", "must be {expected}"),
    "enum": ("应为 {expected}", "must be {expected}"),
    "int_parsing": ("应为整数", "must be a whole number"),
    "decimal_parsing": ("应为数字", "must be a number"),
    "too_short": ("至少应有 {min_length} 项", "must have at least {min_length} items"),
    "too_long": ("至多应有 {max_length} 项", "must have at most {max_length} items"),
}
NUMBER_ONLY_OF_ITS_KIND = "原始数值、分级上限、选项或向好方向与填报方式不符"
UNFIT = ("这里的值不成立", "this value cannot stand here")


def said_of(error: Mapping[str, Any]) -> tuple[str, str]:
    """What an error of the validator breaks: in Chinese and in English, neither of which is the validator's own."""
    if error["type"] == "value_error":  # a rule of the text itself, which says in English which
        return NUMBER_ONLY_OF_ITS_KIND, str(error["msg"]).removeprefix("Value error, ")
    known = LIMITS.get(error["type"])
    if known is None:
        return UNFIT
    limits = {name: str(one).replace(" or ", ", ") for name, one in error.get("ctx", {}).items()}
    chinese, english = (said.format(**limits) for said in known)
    return chinese, english
