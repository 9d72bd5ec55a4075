"""External result 外部评估结果: what another's assessment found of a firm, accepted, corrected later, or withdrawn. plan P8.

One stream a certificate, or where there is none an assessment of a firm on a day: so a number stands for one firm alone, and what
was stated before stays in the history. It is never a score of the diagnosis, and answers nothing.
"""

from datetime import date
from decimal import Decimal
from hashlib import sha256
from typing import Annotated, ClassVar, Literal, assert_never
from unicodedata import normalize

from pydantic import Field

from domain.access import Mask
from domain.command_rights import CITY, require_right
from domain.kernel import (
    KEEPERS,
    NOT_FOUND,
    Capability,
    Command,
    DecisionContext,
    Event,
    Facts,
    Identifier,
    IdOf,
    Part,
    Rule,
    Stream,
    Text,
    stream_of,
)
from standards.described import DescribedEnum

CERTIFICATES = frozenset({"dcmm", "cmmm", "integration-management"})
"""Models whose results are certificates: numbered, and published by those who grant them. Of every other model (scores of small
firms, classes of risk, assessments of state-owned firms) no result is public."""

ExternalResultRef = Annotated[Identifier, IdOf("assessment")]


class ExternalResultStatus(DescribedEnum):
    """What an external result is worth on a day · 外部评估结果状态."""

    VALID = "valid", "It holds · 有效"
    EXPIRED = "expired", "Its last day is over · 已过期"
    WITHDRAWN = "withdrawn", "It was withdrawn by who granted it · 已撤销"
    REPLACED = "replaced", "A later statement of the same result stands in its place · 已更新"


# Rules

RESULT_WITHDRAWN_ALREADY = Rule(
    "RESULT_WITHDRAWN_ALREADY",
    "plan P8",
    "该外部评估结果已登记为撤销，无须再次登记",
    "The external result is on record as withdrawn; nothing is left to do",
)
RESULT_WITHDRAWN_WHEN = Rule(
    "RESULT_WITHDRAWN_WHEN",
    "plan P8",
    "撤销日须在 {earliest}（评估日）至 {latest}（今天）之间",
    "It can be withdrawn between {earliest}, the day of the assessment, and {latest}, today",
)

# Commands


class WithdrawExternalResult(Command):
    """Record that who granted an external result has withdrawn it · 登记外部评估结果的撤销."""

    roles: ClassVar = CITY

    assessment: ExternalResultRef = Field(description="External result · 外部评估结果标识")
    withdrawn_on: date = Field(description="Day from which it holds no more · 撤销日")
    reason: Text = Field(description="Why · 撤销原因")


# Events


class StatedResult(Part):
    """What is stated of a firm by a model 评估结果陈述. edition: key in the registry. level: its name there, or as it is labelled.

    number: of the certificate; None where there is none. variant: what of the firm, or how, was assessed.
    """

    enterprise: str
    model: str
    edition: str
    number: str | None = None
    variant: str | None = None
    level: str
    score: Decimal | None = None
    assessed_on: date
    valid_until: date | None = None
    body: str | None = None


class ExternalResultAccepted(Event):
    """An external result was accepted, the first time or as a later statement 外部评估结果已接受.

    stated_on: the day as of which its sender states it. batch: the fact of its batch. row: of the file. digest: SHA-256 of that
    file. sender: "city", or the partner as it acts.
    """

    type: Literal["assessment.accepted.v1"] = "assessment.accepted.v1"
    told_to: ClassVar = KEEPERS
    masks: ClassVar = frozenset({Mask.OUTCOME})
    says: ClassVar = "接受了外部评估结果：{stated.edition}，{stated.level}，评估日 {stated.assessed_on}（批次文件第 {row} 行）"
    says_in_english: ClassVar = (
        "accepted the external result: {stated.edition}, {stated.level}, assessed on {stated.assessed_on} (row {row} "
        "of the batch's file)"
    )
    stated: StatedResult
    stated_on: date
    batch: str
    row: int
    digest: str
    sender: str


class ExternalResultWithdrawn(Event):
    """An external result was withdrawn by who granted it 外部评估结果已撤销."""

    type: Literal["assessment.withdrawn.v1"] = "assessment.withdrawn.v1"
    told_to: ClassVar = KEEPERS
    says: ClassVar = "登记了外部评估结果的撤销，自 {withdrawn_on} 起：{reason}"
    says_in_english: ClassVar = "recorded that the external result is withdrawn from {withdrawn_on}: {reason}"
    withdrawn_on: date
    reason: str


ExternalResultEvent = ExternalResultAccepted | ExternalResultWithdrawn

# State


class ExternalResult(Part):
    """An external result as it stands 外部评估结果现状, by its latest statement. version: how many statements there were."""

    stated: StatedResult
    stated_on: date
    sender: str
    version: int = 1
    withdrawn_on: date | None = None


def status_on(
    day: date, *, valid_until: date | None, withdrawn_on: date | None, replaced: bool = False
) -> ExternalResultStatus:
    """What a statement is worth on a day 结果状态."""
    if replaced:
        return ExternalResultStatus.REPLACED
    if withdrawn_on is not None and withdrawn_on <= day:
        return ExternalResultStatus.WITHDRAWN
    return ExternalResultStatus.EXPIRED if valid_until is not None and valid_until < day else ExternalResultStatus.VALID


def plain_number(number: str) -> str:
    """A certificate's number as it is compared 证书编号: half-width, upper case, without blanks."""
    return "".join(normalize("NFKC", number).split()).upper()


def result_key(stated: StatedResult) -> str:
    """Key of the result that a statement is of 结果标识: of the certificate, or of who was assessed, how, and when."""
    if stated.number is not None:
        said: tuple[str, ...] = (stated.model, plain_number(stated.number))
    else:
        said = (stated.model, stated.enterprise, stated.variant or "", stated.assessed_on.isoformat())
    return sha256("\n".join(said).encode()).hexdigest()[:32]


def external_result_stream(key: str) -> Stream:
    """Stream of one external result."""
    return stream_of("assessment", key)



# Decide: what may happen


def decide(command: WithdrawExternalResult, known: ExternalResult | None, context: DecisionContext) -> Facts:
    """Raises Refused: any rule above, NOT_FOUND, or those of stated dates."""
    require_right(command, context.role)
    if known is None:
        raise NOT_FOUND.refuse()
    if known.withdrawn_on is not None:
        raise RESULT_WITHDRAWN_ALREADY.refuse(path="assessment")
    if not known.stated.assessed_on <= command.withdrawn_on <= context.day:
        facts = {"earliest": known.stated.assessed_on, "latest": context.day}
        raise RESULT_WITHDRAWN_WHEN.refuse(path="withdrawn_on", **facts)
    return (ExternalResultWithdrawn(withdrawn_on=command.withdrawn_on, reason=command.reason),)


# Evolve: what has happened


def evolve(known: ExternalResult | None, event: ExternalResultEvent) -> ExternalResult:
    """The result after one more fact; a later statement ends a withdrawal, which stays in the history."""
    match event:
        case ExternalResultAccepted(stated=stated, stated_on=day, sender=sender):
            version = 1 if known is None else known.version + 1
            return ExternalResult(stated=stated, stated_on=day, sender=sender, version=version)
        case ExternalResultWithdrawn(withdrawn_on=day):
            assert known is not None  # noqa: S101 - what is withdrawn was accepted
            return known.model_copy(update={"withdrawn_on": day})
        case never:
            assert_never(never)


EXTERNAL_RESULTS = Capability(
    name="assessment",
    commands=(WithdrawExternalResult,),
    events=tuple(ExternalResultEvent.__args__),
    stream=lambda command: external_result_stream(command.assessment),
    decide=decide,
    evolve=evolve,
)
