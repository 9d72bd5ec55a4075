"""Periods 时段: what is ended on its first day or before ends, by its last day, before it begins, and says so. plan P7.

Its last day stays as it is on record, the day before it was ended, so that a comparison of days finds it closed.
"""

from datetime import date
from typing import Final

ENDED_BY_FIRST_DAY: Final = (
    "Whether it was ended on its first day or before, so that no whole day of it is left and its last day lies before its first"
    " · 是否首日或此前即已终止"
)
"""What a field that says so is described by."""


def is_ended_by_first_day(since: date | str, until: date | str | None) -> bool:
    """Whether a period ends before it begins. since, until: days, both dates or both ISO text; None = open-ended."""
    return until is not None and str(until) < str(since)
