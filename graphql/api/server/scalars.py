"""Scalars · 标量: the library's, each with the words of ours and the address of what specifies its form."""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

from strawberry.exceptions import StrawberryInputCoercionError
from strawberry.schema.types.base_scalars import DateDefinition, DateTimeDefinition, DecimalDefinition
from strawberry.types.scalar import ScalarDefinition

WRITTEN: Mapping[type, tuple[re.Pattern[str], str]] = {
    date: (re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}"), "YYYY-MM-DD"),
    datetime: (
        re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?([Zz]|[+-][0-9]{2}:[0-9]{2})"),
        "YYYY-MM-DDThh:mm:ss with Z or an offset",
    ),
    Decimal: (re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)"), "[+-]digits[.digits]"),
}
"""Type -> how a value is written. Python reads week dates, full-width digits, blanks and "_" between digits as well, which other
readers of the same text do not; an exponent makes "1E+3" of what a person calls 1000. A time without its zone is nobody's."""
EXACT_DIGITS = 15
"""Of a number that is written without quotes so many arrive as they were sent; more are rounded before anybody here sees them."""
YEARS = range(1900, 2200)
"""Years of a day or moment that anybody means. At the ends of the calendar there is no day before or after to be counted to."""


def _strict(kind: type, parse: Callable[[object], object] | None) -> Callable[[object], object]:
    """A parser that takes a value only as its specification writes it 严格读取."""
    pattern, form = WRITTEN[kind]
    assert parse is not None, kind  # noqa: S101 - the library's definitions have one

    def parsed(value: object) -> object:
        if isinstance(value, str) and not pattern.fullmatch(value):
            raise StrawberryInputCoercionError(f"Write it as {form} in ASCII.")
        found = parse(value)
        if isinstance(found, date) and found.year not in YEARS:
            raise StrawberryInputCoercionError(f"Its year lies between {YEARS[0]} and {YEARS[-1]}.")
        return found

    return parsed


def _in_digits(value: object) -> str:
    """A decimal number as its digits, never with an exponent 不用指数写法."""
    return format(value, "f") if isinstance(value, Decimal) else str(value)


def _has_lost_digits(value: float) -> bool:
    """Whether more digits may have been sent than arrived 是否可能已失精度."""
    return abs(value) >= 10**EXACT_DIGITS or len(Decimal(repr(value)).normalize().as_tuple().digits) > EXACT_DIGITS


def _read_in_digits(value: object) -> object:
    """A number of JSON as the decimal that its digits spell: one with an exponent is written out, and nothing has no sign."""
    if isinstance(value, float) and _has_lost_digits(value):
        raise StrawberryInputCoercionError(f"Write a number of more than {EXACT_DIGITS} digits as a string, to keep all of them.")
    parsed = _strict(Decimal, DecimalDefinition.parse_value)(value)
    if not isinstance(parsed, Decimal) or not parsed.is_finite():
        return parsed
    return Decimal(_in_digits(parsed or parsed.copy_abs()))


SCALARS: Mapping[object, ScalarDefinition] = {
    date: replace(
        DateDefinition,
        parse_value=_strict(date, DateDefinition.parse_value),
        description="A day of the calendar, full-date of RFC 3339 such as 2024-06-30 · 日期",
        specified_by_url="https://www.rfc-editor.org/rfc/rfc3339#section-5.6",
    ),
    datetime: replace(
        DateTimeDefinition,
        parse_value=_strict(datetime, DateTimeDefinition.parse_value),
        description="A moment, date-time of RFC 3339; answers are in UTC, or bear their zone · 时刻",
        specified_by_url="https://www.rfc-editor.org/rfc/rfc3339#section-5.6",
    ),
    Decimal: replace(
        DecimalDefinition,
        serialize=_in_digits,
        parse_value=_read_in_digits,
        description="An exact decimal number as a string, numeric-string of General Decimal Arithmetic without exponent · 十进制数",
        specified_by_url="https://speleotrove.com/decimal/daconvs.html#refnumsyn",
    ),
}
"""Type of Python -> the scalar that shows it."""
