"""Equating 等值 of an edition with another body's model: asked for by the city, worked out by the program, kept. plan P8.

One stream an edition and an external edition; asked for again, it is worked out again, and the former result stays in its history.
"""

from datetime import date
from typing import Annotated, ClassVar, Literal, NamedTuple, assert_never

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from domain.command_rights import CITY, require_right
from domain.diagnosis.equatings.numbers import EquatingResult
from domain.governance.computations import RecordComputation
from domain.kernel import (
    NOT_FOUND,
    Capability,
    Cause,
    Command,
    DecisionContext,
    EditionRef,
    Event,
    Facts,
    Rule,
    Stream,
    stream_of,
)
from domain.person_id_fields import PersonId
from domain.standard.crosswalks.state import ExternalKey
from domain.standard.editions import PublishedEdition, edition_stream
from standards import ExternalEdition, external_edition
from standards.described import DescribedEnum

# Rules

EQUATING_MODEL_UNFIT = Rule(
    "EQUATING_MODEL_UNFIT",
    "plan P8",
    "没有外部模型版本 {external_edition}，或其等级不是成熟度阶梯，或仍是草案；请从外部模型清单中另选",
    "There is no external edition {external_edition}, or it is a draft, or its levels are no ladder; take another of the list",
)
EQUATING_EDITION_UNKNOWN = Rule(
    "EQUATING_EDITION_UNKNOWN",
    "plan P8",
    "没有发布这个标准版本，不能等值，请从已发布的标准版本中选取",
    "There is no such published edition to equate; take one that is published",
)
EQUATING_UNDER_WAY = Rule(
    "EQUATING_UNDER_WAY",
    "plan P8",
    "该等值测算正在进行，请待完成后再申请",
    "This equating is being worked out; ask again once it is done",
)

# Commands


class EquatingCommand(Command):
    """A command about the equating of an edition with another model 等值命令."""

    external_edition: ExternalKey = Field(description="Key of the external edition, such as dcmm-2018 · 外部模型版本")
    edition: EditionRef = Field(description="Edition of our standard that the totals are of · 标准版本")


class RequestEquating(EquatingCommand):
    """Ask which levels of another body's model firms with like totals hold, which the program works out · 申请等值测算."""

    roles: ClassVar = CITY


class RecordEquating(RecordComputation, EquatingCommand):
    """Record what an equating came to 记录等值测算结果. requested: version of the request. rule: as stream/version."""

    requested: Annotated[int, Field(ge=1)]
    rule: Cause | None
    result: EquatingResult


class EquatingOutcome(NamedTuple):
    """What an equating came to, by names of the command that records it 计算结果."""

    position: int
    input_digest: str
    result: EquatingResult


EQUATING_OUTCOME: TypeAdapter[EquatingOutcome] = TypeAdapter(EquatingOutcome)

AnyEquatingCommand = RequestEquating | RecordEquating

# Events


class EquatingRequested(Event):
    """An equating was asked for 等值测算已申请."""

    type: Literal["equating.requested.v1"] = "equating.requested.v1"
    says: ClassVar = "申请测算标准版本 {edition} 与外部模型 {external_edition} 的等值"
    says_in_english: ClassVar = (
        "asked for an equating of the edition {edition} with the external model {external_edition}"
    )
    external_edition: str
    edition: str
    requested_by: PersonId


class EquatingComputed(Event):
    """An equating was worked out 等值已测算. position: of the journal, up to which facts were read."""

    type: Literal["equating.computed.v1"] = "equating.computed.v1"
    says: ClassVar = "按方法 {method} 测算了等值：有配对企业 {firms} 家，须有 {needed} 家"
    says_in_english: ClassVar = (
        "computed the equating by method {method}: {firms} firms with both results, {needed} needed"
    )
    method: str
    rule: str | None
    position: int
    input_digest: str
    day: date
    result: EquatingResult

    @property
    def firms(self) -> int:
        """Firms with both 配对企业数."""
        return self.result.firms

    @property
    def needed(self) -> int:
        """Firms that the rule asks for 所需企业数."""
        return self.result.needed


EquatingEvent = EquatingRequested | EquatingComputed

# State


class EquatingStatus(DescribedEnum):
    """How far an equating has come · 等值测算状态."""

    REQUESTED = "requested", "Asked for; the program works it out · 测算中"
    COMPUTED = "computed", "Worked out · 已测算"


class Equating(BaseModel):
    """An equating as it stands 等值测算. requested: version of the fact that asked for it last. computed: the latest result."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    version: int
    status: EquatingStatus
    external_edition: str
    edition: str
    requested: int
    computed: EquatingComputed | None = None


def has_ladder(model: ExternalEdition) -> bool:
    """Whether totals may be equated with its levels: a ladder of its own, and no draft 可否等值."""
    return model.maturity and not model.draft and not model.free_levels and len(model.levels) > 1


# Decide: what may happen


def decide(command: AnyEquatingCommand, equating: Equating | None, context: DecisionContext) -> Facts:
    """Raises Refused: any rule above."""
    require_right(command, context.role)
    match command:
        case RequestEquating(external_edition=key, edition=edition):
            model = external_edition(key)
            if model is None or not has_ladder(model):
                raise EQUATING_MODEL_UNFIT.refuse(path="external_edition", external_edition=key)
            published: PublishedEdition | None = context.read.get(edition_stream(edition))
            if published is None:
                raise EQUATING_EDITION_UNKNOWN.refuse(path="edition")
            if equating is not None and equating.status is EquatingStatus.REQUESTED:
                raise EQUATING_UNDER_WAY.refuse()
            return (EquatingRequested(external_edition=key, edition=edition, requested_by=context.by),)
        case RecordEquating():
            if equating is None:
                raise NOT_FOUND.refuse()
            if equating.status is not EquatingStatus.REQUESTED or equating.requested != command.requested:
                return ()
            told = command.model_dump(include={"method", "rule", "position", "input_digest"})
            return (EquatingComputed(**told, result=command.result, day=context.day),)
        case never:
            assert_never(never)


# Evolve: what has happened


def evolve(equating: Equating | None, event: EquatingEvent) -> Equating:
    """The equating after one more fact."""
    if isinstance(event, EquatingRequested):
        version, last = (1, None) if equating is None else (equating.version + 1, equating.computed)
        told = event.model_dump(include={"external_edition", "edition"})
        return Equating(version=version, status=EquatingStatus.REQUESTED, requested=version, computed=last, **told)
    assert equating is not None, "a history starts with EquatingRequested"  # noqa: S101 - guards replay, not input
    return equating.model_copy(update={"version": equating.version + 1, "status": EquatingStatus.COMPUTED, "computed": event})


# What the decider reads


def equating_stream(external: str, edition: str) -> Stream:
    """Stream of the equating of an edition with an external edition."""
    return stream_of("equating", f"{external}.{edition}")


def _reads(command: AnyEquatingCommand, _equating: Equating | None) -> tuple[Stream, ...]:
    return (edition_stream(command.edition),) if isinstance(command, RequestEquating) else ()


EQUATINGS = Capability(
    name="equating",
    commands=tuple(AnyEquatingCommand.__args__),
    events=tuple(EquatingEvent.__args__),
    stream=lambda command: equating_stream(command.external_edition, command.edition),
    reads=_reads,
    decide=decide,
    evolve=evolve,
)
