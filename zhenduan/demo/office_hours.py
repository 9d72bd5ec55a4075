"""Office hours of the demo city 办公时间: its working days and the moments of its people's acts, from nine in the morning."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from domain.instants import city_midnight

OPENING_HOUR = timedelta(hours=9)
WEEKEND = 5


def office_time(day: date, minute: int) -> datetime:
    """So many minutes after the offices open, in UTC."""
    return city_midnight(day) + OPENING_HOUR + timedelta(minutes=minute)


def later(day: date, working_days: int) -> date:
    """The day so many working days on; a weekend moves to Monday."""
    while working_days or day.weekday() >= WEEKEND:
        day += timedelta(days=1)
        if day.weekday() < WEEKEND and working_days:
            working_days -= 1
    return day


def moments(days: Sequence[int], minutes: Sequence[int], start: date) -> list[datetime]:
    """The moments of acts 各步时刻.

    Args:
        days: working days between each act and the one before.
        minutes: of each act, how far into the day it is drawn; within the same day, a tenth of it after the one before.
        start: first day.
    """
    day, minute = later(start, 0), 0
    found: list[datetime] = []
    for gap, drawn in zip(days, minutes, strict=True):
        if gap or not found:
            day, minute = later(day, gap), drawn
        else:
            minute += 1 + drawn // 10
        found.append(office_time(day, minute))
    return found
