"""Time limits 期限: how long a procedure takes at least or at most, as dated data with its mark. plan S5."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from standards.edition.text import Source


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class TimeLimit(_Part):
    """A number of days that holds from a day on 程序期限; both ends of the period it limits are counted."""

    since: date
    days: Annotated[int, Field(ge=1, le=36_600)]
    source: Source


class ProgrammeBegin(_Part):
    """The first day of the programme 工作方案印发日."""

    day: date
    source: Source


Limits = Annotated[tuple[TimeLimit, ...], Field(min_length=1)]


class TimeLimits(_Part):
    """Every limit there has been 各项期限, each in order of the day it began.

    dates_ahead: how far ahead of today a date may be stated.
    """

    programme_began: ProgrammeBegin
    consultation_shortest: Limits
    consultation_longest: Limits
    dates_ahead: Limits

    @model_validator(mode="after")
    def _each_holds_from_the_programme_on(self) -> Self:
        for limits in (self.consultation_shortest, self.consultation_longest, self.dates_ahead):
            days = [limit.since for limit in limits]
            if days != sorted(set(days)) or days[0] > self.programme_began.day:
                raise ValueError("limits are not in order of the day they begin, or do not begin with the programme")
        return self


def limit_on(limits: Sequence[TimeLimit], day: date) -> TimeLimit:
    """The limit in force on a day 当日期限; before the first one began, the first."""
    begun = [limit for limit in limits if limit.since <= day]
    return begun[-1] if begun else limits[0]
