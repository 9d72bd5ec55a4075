"""Instants · 时刻: what the journal counts, as moments of UTC, and the days and times of the city they fall on.

The journal counts microseconds of UTC since 1970. The plan's days and years begin at midnight in the city. Whatever converts
one into the other does it here, and its name says the zone of what it gives.
"""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")
"""The city's calendar 本市日历."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def utc_moment(microseconds: int) -> datetime:
    """The moment, in UTC, of so many microseconds since 1970; exact."""
    return _EPOCH + timedelta(0, 0, microseconds)  # by place: a third quicker than by name, and lists show hundreds


def microseconds(moment: datetime) -> int:
    """Microseconds since 1970 of any aware moment; exact."""
    return (moment - _EPOCH) // _MICROSECOND


def city_moment(microseconds: int) -> datetime:
    """The same moment as `utc_moment`, on the city's clock 北京时间."""
    return utc_moment(microseconds).astimezone(SHANGHAI)


def city_day(moment: datetime) -> date:
    """The day in the city 本市日期 of any aware moment."""
    return moment.astimezone(SHANGHAI).date()


def city_midnight(day: date) -> datetime:
    """The moment, in UTC, with which a day of the city begins 本市零时."""
    return datetime(day.year, day.month, day.day, tzinfo=SHANGHAI).astimezone(UTC)


def city_time(day: date, clock: str) -> datetime:
    """The moment, in UTC, of a time of the city's clock on a day, such as "09:30" 本市时刻."""
    hours, minutes = map(int, clock.split(":"))
    return datetime(day.year, day.month, day.day, hours, minutes, tzinfo=SHANGHAI).astimezone(UTC)


def city_minute(moment: datetime) -> str:
    """A moment as the city's clock shows it to the minute, such as "2024-05-06 09:30" 北京时间."""
    return f"{moment.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"


def months_after(day: date, months: int) -> date:
    """The same day so many months later 数月后同日; the last of that month where it has no such day."""
    first, following = (
        date(count // 12, count % 12 + 1, 1) for count in (day.year * 12 + day.month - 1 + months + more for more in (0, 1))
    )
    return first.replace(day=min(day.day, (following - first).days))
