"""Evidence 佐证: files that support the answers of a diagnosis, attached by the firm and by its provider. plan P5."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from domain.access import Mask, Role, head_of
from domain.command_rights import DIAGNOSTICIANS, FILLERS
from domain.diagnosis.answers import INDICATOR_UNKNOWN
from domain.diagnosis.follow_up_facts import FOLLOW_UP_CLOSED, FollowUp, follow_up_stream
from domain.diagnosis.provider import require_own_work
from domain.diagnosis.sections import is_open_section, section_not_yours
from domain.diagnosis.state import SECTION_LENGTH, Diagnosis, DiagnosisCommand, Status, pinned_edition, require_status
from domain.kernel import (
    EVERYONE,
    Count,
    DecisionContext,
    Event,
    Facts,
    Identifier,
    Label,
    Rule,
    Sha256,
    refuse_together,
)

MediaType = Annotated[str, Field(pattern=r"^[a-z]+/[a-z0-9.+-]{1,100}$")]

FILES_AT_MOST = 400
"""Files of one case that its firm may attach: seven for each of 57 indicators. Each may be large, and is a row of the report."""
FILES_OF_THE_PROVIDER = 100
"""So many more may its provider, whom the firm cannot keep from it."""

# Rules

EVIDENCE_REPEATED = Rule(
    "EVIDENCE_REPEATED",
    "plan P5",
    "该文件已作为这些指标的佐证，无须再次附上",
    "The file already supports these indicators; it need not be attached again",
)
EVIDENCE_TOO_MANY = Rule(
    "EVIDENCE_TOO_MANY",
    "plan P5",
    "一件诊断最多附 {most} 个佐证文件，已达上限；请将材料合并为一个文件，或以已附的文件佐证更多指标",
    "A diagnosis takes {most} files of evidence and has them; join papers into one file, or let one that it has support more "
    "indicators",
)


# Commands


class AttachEvidence(DiagnosisCommand):
    """Attach a file that was uploaded and is stored by its hash · 附上佐证.

    The firm may until the case is scored, while it objects, and while its follow-up runs; the provider once it has accepted.
    """

    roles: ClassVar = FILLERS | DIAGNOSTICIANS

    sha256: Sha256 = Field(description="SHA-256 of an uploaded file · 文件散列")
    filename: Label
    media_type: MediaType
    size: Annotated[Count, Field(gt=0)]
    indicators: Annotated[tuple[Identifier, ...], Field(min_length=1, max_length=SECTION_LENGTH)] = Field(
        description="Indicators the file supports · 所支持的指标"
    )


# Events


class EvidenceAttached(Event):
    """A file supports some indicators 佐证已附."""

    type: Literal["diagnosis.evidence_attached.v1"] = "diagnosis.evidence_attached.v1"
    told_to: ClassVar = EVERYONE
    masks: ClassVar = frozenset({Mask.PROCESS_SECRETS})
    says: ClassVar = "附上了佐证“{filename}”（{indicators:listed}）"
    says_in_english: ClassVar = "attached the evidence “{filename}” ({indicators:listed})"
    sha256: str
    filename: str
    media_type: str
    size: int
    indicators: tuple[str, ...]


# Decide: what may happen


def attach(command: AttachEvidence, diagnosis: Diagnosis, context: DecisionContext) -> Facts:
    """To indicators that it does not support yet, each in a section of the actor's own 附上佐证."""
    if head_of(Role(context.role)) is Role.PROVIDER:
        require_status(diagnosis, Status.ACCEPTED, Status.SCORED)
        require_own_work(diagnosis, context)
    else:
        in_follow_up = (Status.CONFIRMED,) if diagnosis.filed is not None else ()
        require_status(diagnosis, Status.OPEN, Status.SUBMITTED, Status.ACCEPTED, Status.OBJECTED, *in_follow_up)
        follow_up: FollowUp | None = context.read.get(follow_up_stream(command.diagnosis))
        if follow_up is not None and follow_up.closed:
            raise FOLLOW_UP_CLOSED.refuse()
    edition = pinned_edition(diagnosis, context)
    known = {item.id: item.dimension for item in edition.of(diagnosis.form)}
    problems = []
    for place, indicator in enumerate(command.indicators):
        path = f"indicators.{place}"
        if indicator not in known:
            problems.append(INDICATOR_UNKNOWN.refuse(path=path, indicator=indicator))
        elif not is_open_section(section := known[indicator], context.role, context.sections):
            problems.append(section_not_yours(edition, section, path=path))
    refuse_together(problems)
    new = tuple(i for i in dict.fromkeys(command.indicators) if (command.sha256, i) not in diagnosis.evidence)
    if not new:
        raise EVIDENCE_REPEATED.refuse()
    files = {sha256 for sha256, _ in diagnosis.evidence}
    most = FILES_AT_MOST + (FILES_OF_THE_PROVIDER if head_of(Role(context.role)) is Role.PROVIDER else 0)
    if command.sha256 not in files and len(files) >= most:
        raise EVIDENCE_TOO_MANY.refuse(path="sha256", most=most, at_most=most)
    return (EvidenceAttached(**command.model_dump(exclude={"diagnosis", "indicators"}), indicators=new),)
