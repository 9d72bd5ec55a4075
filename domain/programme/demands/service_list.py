"""Yearly list of service firms 工业互联网专业服务商推荐目录: which suppliers a year's list names, as its document states. plan R3.

One stream a year. Recorded again, the latest statement holds; the mark of its source is shown wherever it is told.
"""

from typing import Annotated, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

from domain.command_rights import CITY, require_right
from domain.kernel import (
    Capability,
    Command,
    DecisionContext,
    Event,
    Facts,
    OrganisationRef,
    Rule,
    Stream,
    refuse_together,
    repeated,
    stream_of,
)
from domain.participants.organisations import organisation_stream
from domain.programme.demands.state import is_seller
from domain.stated_sources import StatedDocument, StatedMark, stated_source
from standards.edition.text import Source

# Rules

SERVICE_LIST_AHEAD = Rule(
    "SERVICE_LIST_AHEAD",
    "plan R3",
    "{given} 年的名录尚未到发布之时，最晚为 {latest} 年；请核对年度",
    "There is no list of {given} yet, {latest} is the latest year; check it",
)
SERVICE_LIST_SUPPLIER_UNKNOWN = Rule(
    "SERVICE_LIST_SUPPLIER_UNKNOWN",
    "plan R3",
    "没有登记这家解决方案商或服务商，请先登记，或从组织清单中选取",
    "There is no such supplier or provider; register it first, or take one of those listed",
)
SERVICE_LIST_UNCHANGED = Rule(
    "SERVICE_LIST_UNCHANGED",
    "plan R3",
    "所填名录与已登记的一致，没有需要变更的内容",
    "This is the list on record; there is nothing to change",
)

# Commands


class RecordServiceList(Command):
    """Record which suppliers the yearly list of industrial-internet service firms names; all of it · 登记年度服务商名录."""

    roles: ClassVar = CITY

    year: Annotated[int, Field(ge=2018, le=2100)] = Field(description="Year of the list · 年度")
    suppliers: Annotated[tuple[OrganisationRef, ...], Field(max_length=1000)] = Field(
        description="Registered suppliers and providers that it names · 列入单位"
    )
    source: StatedDocument
    mark: StatedMark


# Events


class ServiceListRecorded(Event):
    """A year's list is on record 年度名录已登记."""

    type: Literal["servicelist.recorded.v1"] = "servicelist.recorded.v1"
    says: ClassVar = "登记了 {year} 年服务商名录，列入 {suppliers:count} 家（{source.document}，标记 {source.mark}）"
    says_in_english: ClassVar = (
        "recorded the list of service providers of {year}; suppliers listed: {suppliers:count} ({source.document}, "
        "mark {source.mark})"
    )
    year: int
    suppliers: tuple[str, ...]
    source: Source


# State


class ServiceList(BaseModel):
    """A year's list as it was stated last 年度名录."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    stated: ServiceListRecorded


# Decide and evolve


def decide(command: RecordServiceList, known: ServiceList | None, context: DecisionContext) -> Facts:
    """Raises Refused: any rule above."""
    require_right(command, context.role)
    if command.year > context.day.year:
        raise SERVICE_LIST_AHEAD.refuse(path="year", given=command.year, latest=context.day.year)
    problems = list(repeated("suppliers", command.suppliers))
    for place, one in enumerate(command.suppliers):
        if not is_seller(context.read.get(organisation_stream(one))):
            problems.append(SERVICE_LIST_SUPPLIER_UNKNOWN.refuse(path=f"suppliers.{place}"))
    refuse_together(problems)
    stated = ServiceListRecorded(year=command.year, suppliers=tuple(sorted(command.suppliers)), source=stated_source(command))
    if known is not None and known.stated == stated:
        raise SERVICE_LIST_UNCHANGED.refuse(path="suppliers")
    return (stated,)


def evolve(_known: ServiceList | None, event: ServiceListRecorded) -> ServiceList:
    """The list after one more fact."""
    return ServiceList(stated=event)


def service_list_stream(year: int) -> Stream:
    """Stream of one year's list."""
    return stream_of("servicelist", year)


SERVICE_LISTS = Capability(
    name="servicelist",
    commands=(RecordServiceList,),
    events=(ServiceListRecorded,),
    stream=lambda command: service_list_stream(command.year),
    reads=lambda command, _known: tuple(map(organisation_stream, dict.fromkeys(command.suppliers))),
    decide=decide,
    evolve=evolve,
)
