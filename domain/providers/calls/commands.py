"""Commands of a year's call 征集命令, all of them the city's. plan V1, V2."""

from datetime import date
from typing import Annotated, ClassVar

from pydantic import Field

from domain.command_rights import CITY
from domain.kernel import Command, PersonRef, Text
from domain.providers.calls.state import Year
from domain.providers.marking.marking import OpenedMark

Number = Annotated[int, Field(ge=1, le=100_000, description="Anonymous number of the application · 匿名编号")]


class CallCommand(Command):
    """A command about a year's call 征集命令."""

    roles: ClassVar = CITY

    year: Year


class OpenCall(CallCommand):
    """Open the year's call: providers apply, under the selection rule in force today · 开启征集."""

    applications_until: date = Field(description="Last day on which an application is taken · 申报截止日")
    mending_until: date = Field(description="Last day on which a returned application is mended · 补正截止日")
    marking_until: date = Field(description="Last day of marking · 评分截止日")
    objections_until: date = Field(description="Last day for objections to the outcome · 异议截止日")


class ExtendCall(CallCommand):
    """Put dates of the call off; what is not given stays · 延期征集."""

    applications_until: date | None = Field(default=None, description="Later last day for applications · 申报截止日")
    mending_until: date | None = Field(default=None, description="Later last day for mending · 补正截止日")
    marking_until: date | None = Field(default=None, description="Later last day of marking · 评分截止日")
    objections_until: date | None = Field(default=None, description="Later last day for objections · 异议截止日")
    reason: Text = Field(description="Why it is put off · 延期理由")


class CloseCall(CallCommand):
    """Close the call once its time is over: what is complete by then is marked · 截止征集."""


class DrawMarking(CallCommand):
    """Draw numbers and markers from the committed seed: two markers for each application, none in conflict · 抽签分配评分.

    seed: filled by the program.
    """

    markers: Annotated[tuple[PersonRef, ...], Field(min_length=2, max_length=500)] = Field(
        description="People who mark, each an expert who marks today · 评分专家"
    )
    seed: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class GiveMarker(CallCommand):
    """Give an application a marker: in place of one who stood back, or as the third · 补充评分人."""

    number: Number
    marker: PersonRef = Field(description="Person who marks · 评分专家")


class TakeBackMarking(CallCommand):
    """Take an application back from a marker who does not mark it; give it to another then · 收回评分任务."""

    number: Number
    marker: PersonRef = Field(description="Person who has not marked · 评分专家")
    reason: Text = Field(description="Why · 收回理由")


class CloseMarking(CallCommand):
    """Close marking: every mark is opened, or, where two differ by more than the rule says, a third asked first · 截止评分.

    opened: every sealed mark as the program opens it, for the rule alone while a third is asked for.
    """

    opened: Annotated[tuple[OpenedMark, ...], Field(max_length=10_000)] = Field(repr=False)


class PublishOutcome(CallCommand):
    """Publish what became of every application, for objection · 公示遴选结果."""


class EndObjections(CallCommand):
    """End the time for objections, once it is over and every objection is decided · 结束公示."""


class AdoptDirectory(CallCommand):
    """Adopt the year's directory: it holds from today on · 发布名录."""

    leaving: Annotated[int, Field(ge=0, le=100_000)] | None = Field(
        default=None, description="How many leave the directory by it, to confirm that they do; none = nobody · 确认退出家数"
    )


AnyCallCommand = (
    OpenCall
    | ExtendCall
    | CloseCall
    | DrawMarking
    | GiveMarker
    | TakeBackMarking
    | CloseMarking
    | PublishOutcome
    | EndObjections
    | AdoptDirectory
)
