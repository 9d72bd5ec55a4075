"""Shadow re-scoring 影子测算 of a draft: asked for by the city, done by the system, kept with the digest of its input. plan S4, S5.

One stream a revision: requested → completed or failed, and again. The work itself is no fact and its progress is none: a run that
was cut short is done anew, and a result says which draft version, which position of the journal and which rules it rests on.
"""

from typing import Annotated, ClassVar, Literal, assert_never

from pydantic import BaseModel, ConfigDict, Field

from domain.command_rights import BY_THE_PROGRAM, CITY, require_right
from domain.kernel import (
    NOT_FOUND,
    Capability,
    Command,
    DecisionContext,
    Event,
    Facts,
    Label,
    RevisionRef,
    Rule,
    Sha256,
    Stream,
    stream_of,
)
from domain.standard.revision.state import DraftVersion, Revision, require_version, require_whole, revision_stream
from standards.described import DescribedEnum
from standards.shadow.sensitivity import EditionSensitivity
from standards.shadow.tally import ShadowResult

Count = Annotated[int, Field(ge=0, le=2**53 - 1)]
RunNumber = Annotated[int, Field(ge=1, le=2**31 - 1)]
EDITIONS_AT_MOST = 100

class ShadowStatus(DescribedEnum):
    """How far a run of shadow re-scoring has come · 影子测算状态."""

    RUNNING = "running", "Asked for or at work · 进行中"
    COMPLETED = "completed", "Its result is there · 已完成"
    FAILED = "failed", "It came to nothing · 失败"


# Rules

SHADOW_RUNNING = Rule(
    "SHADOW_RUNNING",
    "plan S5",
    "第 {number} 次影子测算仍在进行，请等待其完成",
    "Shadow re-scoring {number} is still at work; wait for it to end",
)
SHADOW_NOT_RUNNING = Rule(
    "SHADOW_NOT_RUNNING",
    "plan S5",
    "第 {number} 次影子测算不在进行中；请重新请求",
    "Shadow re-scoring {number} is not at work; ask for it anew",
)

# Commands


class _About(Command):
    revision: RevisionRef = Field(description="Revision of the standard · 修订标识")


class RequestShadow(_About):
    """Ask what a draft would do to every finished diagnosis; a draft that changed meanwhile is refused · 请求影子测算."""

    roles: ClassVar = CITY

    draft_version: DraftVersion = Field(description="Version of the draft that was seen; any other is refused · 所见草案稿次")


class CompleteShadow(_About):
    """Record what a draft would do 完成影子测算.

    position: of the snapshot that was read. rules: version of the rules of re-scoring. input_digest: of draft, editions,
    position and rules. movers: hash of the file that lists who moves, one a line, and how many there are.
    """

    roles: ClassVar = BY_THE_PROGRAM

    number: RunNumber
    position: Count
    rules: Label
    input_digest: Sha256
    result: ShadowResult
    sensitivity: Annotated[tuple[EditionSensitivity, ...], Field(max_length=EDITIONS_AT_MOST)]
    movers: Sha256
    moved: Count


class FailShadow(_About):
    """Record that a run came to nothing, and why 影子测算失败."""

    roles: ClassVar = BY_THE_PROGRAM

    number: RunNumber
    reason: Label


ShadowCommand = RequestShadow | CompleteShadow | FailShadow

# Events


class ShadowRequested(Event):
    """The city asked what a draft would do 已请求影子测算.

    number: counts from 1. replaces: key of each published edition -> digest of the draft's edition in its place.
    """

    type: Literal["shadow.requested.v1"] = "shadow.requested.v1"
    says: ClassVar = "请求对第 {draft_version} 稿作影子测算"
    says_in_english: ClassVar = "asked what draft {draft_version} would do"
    number: int
    draft_version: int
    draft_digest: str
    replaces: dict[str, str]


class ShadowCompleted(Event):
    """What the draft would do 影子测算已完成; as `CompleteShadow` says it."""

    type: Literal["shadow.completed.v1"] = "shadow.completed.v1"
    says: ClassVar = "完成了第 {number} 次影子测算，{moved} 份诊断等级将变动"
    says_in_english: ClassVar = "completed shadow run {number}; diagnoses whose grade would move: {moved}"
    number: int
    position: int
    rules: str
    input_digest: str
    result: ShadowResult
    sensitivity: tuple[EditionSensitivity, ...]
    movers: str
    moved: int


class ShadowFailed(Event):
    """A run came to nothing 影子测算已失败."""

    type: Literal["shadow.failed.v1"] = "shadow.failed.v1"
    says: ClassVar = "未能完成第 {number} 次影子测算：{reason}"
    says_in_english: ClassVar = "failed at shadow run {number}: {reason}"
    number: int
    reason: str


ShadowEvent = ShadowRequested | ShadowCompleted | ShadowFailed

# State


class ShadowRuns(BaseModel):
    """Runs over one revision 历次影子测算. requested: how many there have been. running: the one at work."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    requested: int = 0
    running: int | None = None


# Decide: what may happen


def decide(command: ShadowCommand, runs: ShadowRuns | None, context: DecisionContext) -> Facts:
    """Raises Refused: any rule above; of a request, those of a draft that is stale or does not compose."""
    require_right(command, context.role)
    known = runs or ShadowRuns()
    if isinstance(command, RequestShadow):
        return (_requested(command, known, context),)
    if known.running != command.number:
        raise SHADOW_NOT_RUNNING.refuse(number=command.number)
    told = command.model_dump(exclude={"revision"})
    return (ShadowFailed(**told),) if isinstance(command, FailShadow) else (ShadowCompleted(**told),)


def _requested(command: RequestShadow, runs: ShadowRuns, context: DecisionContext) -> ShadowRequested:
    revision = context.read.get(revision_stream(command.revision))
    if not isinstance(revision, Revision):
        raise NOT_FOUND.refuse()
    if runs.running is not None:
        raise SHADOW_RUNNING.refuse(number=runs.running)
    require_version(command.draft_version, revision)
    replaces = {
        key: one.edition.digest
        for one in require_whole(revision).compositions
        if (key := revision.base + one.edition.key.removeprefix(revision.key)) in revision.bases
    }
    return ShadowRequested(
        number=runs.requested + 1,
        draft_version=revision.draft_version,
        draft_digest=revision.standard.digest,
        replaces=replaces,
    )


# Evolve: what has happened


def evolve(runs: ShadowRuns | None, event: ShadowEvent) -> ShadowRuns:
    """The runs after one more fact."""
    known = runs or ShadowRuns()
    match event:
        case ShadowRequested(number=number):
            return ShadowRuns(requested=number, running=number)
        case ShadowCompleted() | ShadowFailed():
            return known.model_copy(update={"running": None})
        case never:
            assert_never(never)


def shadow_stream(revision: str) -> Stream:
    """Stream of the runs over one revision."""
    return stream_of("shadow", revision)


SHADOWS = Capability(
    name="shadow",
    commands=tuple(ShadowCommand.__args__),
    events=tuple(ShadowEvent.__args__),
    stream=lambda command: shadow_stream(command.revision),
    reads=lambda command, _runs: (revision_stream(command.revision),),
    decide=decide,
    evolve=evolve,
)
