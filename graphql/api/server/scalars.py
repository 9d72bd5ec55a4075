"""Scalars · 标量: the library's, each with the words of ours and the address of what specifies its form."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

from strawberry.schema.types.base_scalars import DateDefinition, DateTimeDefinition, DecimalDefinition
from strawberry.types.scalar import ScalarDefinition

SCALARS: Mapping[object, ScalarDefinition] = {
    date: replace(
        DateDefinition,
        description="A day of the calendar, full-date of RFC 3339 such as 2024-06-30 · 日期",
        specified_by_url="https://www.rfc-editor.org/rfc/rfc3339#section-5.6",
    ),
    datetime: replace(
        DateTimeDefinition,
        description="A moment, date-time of RFC 3339; answers are in UTC, or bear their zone · 时刻",
        specified_by_url="https://www.rfc-editor.org/rfc/rfc3339#section-5.6",
    ),
    Decimal: replace(
        DecimalDefinition,
        description="An exact decimal number as a string, numeric-string of General Decimal Arithmetic · 十进制数",
        specified_by_url="https://speleotrove.com/decimal/daconvs.html#refnumsyn",
    ),
}
"""Type of Python -> the scalar that shows it."""
