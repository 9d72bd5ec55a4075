"""Strengths 专长: what a support body or provider is good at, from a day on, as dated data with source and mark. plan O1."""

from collections.abc import Mapping
from datetime import date
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
from domain.participants.organisations import Organisation, OrganisationKind, organisation_stream
from domain.stated_dates import require_programme_date
from domain.stated_sources import StatedDocument, StatedMark, stated_source
from standards.described import DescribedEnum
from standards.edition.text import Source

WITH_STRENGTHS = frozenset({OrganisationKind.SUPPORT, OrganisationKind.PROVIDER})
"""Kinds of bodies whose strengths are on record; a department leads by its office."""

# Rules

STRENGTHS_NOT_FOR = Rule(
    "STRENGTHS_NOT_FOR",
    "plan O1",
    "专长只为届时在册的支撑机构和服务商登记，请改填其一",
    "Strengths are recorded of support bodies and providers that take part on that day; name one of these",
)

# Commands


class Strength(DescribedEnum):
    """What a body of the task force is good at · 专长."""

    STANDARD = "standard", "Standards and scoring · 标准与评分"
    TRAINING = "training", "Training and examination · 培训与考试"
    DATA = "data", "Data and statistics · 数据与统计"
    QUALITY = "quality", "Sampling and quality control · 抽评与质量控制"
    OUTREACH = "outreach", "Outreach to firms · 宣讲与动员"
    FINANCE = "finance", "Finance for firms · 产融对接"
    RESEARCH = "research", "Research and publications · 研究与刊物"
    PLATFORM = "platform", "Platform and security · 平台与安全"


class RecordStrengths(Command):
    """Record what a support body or provider is good at from a day on; none = nothing any more · 登记专长."""

    roles: ClassVar = CITY

    organisation: OrganisationRef = Field(description="Support body or provider · 单位标识")
    since: date = Field(description="First day · 起始日")
    strengths: Annotated[tuple[Strength, ...], Field(max_length=len(Strength))] = Field(
        description="What it is good at · 专长"
    )
    source: StatedDocument
    mark: StatedMark


# Events


class StrengthsRecorded(Event):
    """What a body is good at from a day on 专长已登记; said again of one day, the latter holds."""

    type: Literal["strength.recorded.v1"] = "strength.recorded.v1"
    says: ClassVar = "登记了自 {since} 起的专长 {strengths:count} 项"
    says_in_english: ClassVar = "recorded strengths from {since} on: {strengths:count}"
    since: date
    strengths: tuple[Strength, ...]
    source: Source


# State


class Strengths(BaseModel):
    """What was recorded of one body 专长: first day -> what holds from then on."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    recorded: Mapping[date, StrengthsRecorded] = {}

    def on(self, day: date) -> frozenset[Strength]:
        """What it is good at on a day of the city's calendar 当日专长."""
        known = [since for since in self.recorded if since <= day]
        return frozenset(self.recorded[max(known)].strengths) if known else frozenset()


def strength_stream(organisation: str) -> Stream:
    """Stream of one body's strengths."""
    return stream_of("strength", organisation)


# Decide: what may happen


def decide(command: RecordStrengths, known: Strengths | None, context: DecisionContext) -> Facts:
    """Raises Refused: any rule above, LISTED_TWICE, or those of stated dates."""
    require_right(command, context.role)
    refuse_together(repeated("strengths", command.strengths))
    require_programme_date("since", command.since, context)
    body: Organisation | None = context.read.get(organisation_stream(command.organisation))
    if body is None or body.kind not in WITH_STRENGTHS or body.is_retired_on(command.since):
        raise STRENGTHS_NOT_FOR.refuse(path="organisation")
    wanted = StrengthsRecorded(since=command.since, strengths=command.strengths, source=stated_source(command))
    return () if known is not None and known.recorded.get(command.since) == wanted else (wanted,)


# Evolve: what has happened


def evolve(known: Strengths | None, event: StrengthsRecorded) -> Strengths:
    """A body's strengths after one more fact."""
    before = known.recorded if known is not None else {}
    return Strengths(recorded={**before, event.since: event})


STRENGTHS = Capability(
    name="strength",
    commands=(RecordStrengths,),
    events=(StrengthsRecorded,),
    stream=lambda command: strength_stream(command.organisation),
    reads=lambda command, _known: (organisation_stream(command.organisation),),
    decide=decide,
    evolve=evolve,
)
