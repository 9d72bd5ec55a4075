"""State of a roster 名单现状: which firms some file named, and how each file was answered. plan P1, G4."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from domain.kernel import Stream, stream_of
from domain.stated_dates import PROGRAMME_YEARS

FIRST_YEAR, LAST_YEAR = PROGRAMME_YEARS[0], PROGRAMME_YEARS[-1]


RosterYear = Annotated[int, Field(ge=FIRST_YEAR, le=LAST_YEAR)]
"""Year of a roster 名单年度."""


class Roster(BaseModel):
    """A year's roster so far 年度名单.

    members: id of every firm that some file named -> its district then, empty in older entries; whether it still counts is
    in the firm's own history. answers: digest of a file -> how it was answered last: "" = taken in, else the report's digest.
    """

    model_config = ConfigDict(frozen=True, defer_build=True)

    members: Mapping[str, str] = {}
    answers: Mapping[str, str | None] = {}


def roster_stream(year: int) -> Stream:
    """Stream of one year's roster."""
    return stream_of("roster", year)
