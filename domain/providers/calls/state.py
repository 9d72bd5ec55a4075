"""State of a year's call 征集现状: its dates, its rule, and how far it has come. plan V1."""

from datetime import date
from typing import Annotated

from pydantic import Field

from domain.governance.rule_bodies.selection import SelectionRule
from domain.kernel import Part, Rule, Stream, stream_of
from standards.described import DescribedEnum

Year = Annotated[int, Field(ge=2023, le=2099, description="Year of the directory that the call is for · 年度")]

# Rules

CALL_UNKNOWN = Rule(
    "CALL_UNKNOWN",
    "plan V1",
    "{year} 年的征集尚未开启，请先开启或核对年度",
    "No call was opened for {year}; open it first, or check the year",
)

# State


class CallStage(DescribedEnum):
    """How far a call has come · 征集阶段."""

    OPEN = "open", "Applications come in and are mended · 申报与补正"
    CLOSED = "closed", "Closed to applications; markers are to be drawn · 申报截止"
    MARKING = "marking", "Markers mark, each alone · 评分"
    MARKED = "marked", "All marks are open; the outcome is to be published · 评分结束"
    PUBLISHED = "published", "The outcome is open to objection · 公示"
    CONFIRMED = "confirmed", "Objections are over; the directory is to be adopted · 公示结束"
    ADOPTED = "adopted", "The directory is adopted · 名录已发布"


class CallDates(Part):
    """The last days of a call's parts, each itself included, in this order · 征集日程."""

    applications_until: date = Field(description="Last day on which an application is taken · 申报截止日")
    mending_until: date = Field(description="Last day on which a returned application is mended · 补正截止日")
    marking_until: date = Field(description="Last day of marking · 评分截止日")
    objections_until: date = Field(description="Last day for objections to the outcome · 异议截止日")

    def in_order(self) -> tuple[tuple[str, date], ...]:
        """The dates by name, the first first."""
        return tuple((name, getattr(self, name)) for name in type(self).model_fields)


class DrawnApplication(Part):
    """An application as markers know it 匿名申报: by its number alone. markers: who mark it, in the order they were given."""

    number: int
    provider: str
    markers: tuple[str, ...] = ()
    third: bool = False


class Call(Part):
    """A year's call 征集. rule: as it was when the call opened, which it keeps. applicants: in the order they applied first.

    seed_digest: SHA-256 of the seed that the order of marking is drawn from, committed when the call opened. drawn: provider ->
    its anonymous number. opened: ids of the markings that are open.
    """

    version: int
    year: int
    stage: CallStage
    dates: CallDates
    rule: SelectionRule
    rule_cause: str | None
    seed_digest: str
    seed: str | None = None
    applicants: tuple[str, ...] = ()
    markers: tuple[str, ...] = ()
    drawn: tuple[DrawnApplication, ...] = ()
    opened: tuple[str, ...] = ()
    objections: tuple[str, ...] = ()

    def numbered(self, number: int) -> DrawnApplication | None:
        """The application of an anonymous number."""
        return next((one for one in self.drawn if one.number == number), None)


def call_stream(year: int) -> Stream:
    """Stream of one year's call."""
    return stream_of("call", year)
