"""Standard implementation 贯标: a diagnosed firm lists its gaps to a standard, applies, and is certified. plan I4, I5.

One stream a firm, with a state for each standard. The firm says what is missing and that it applied; that a certificate was granted
or refused, the administration records out of the certifying body's document. What is on file is never a score.
"""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, ClassVar, assert_never

from pydantic import Field

from domain.access import Role
from domain.command_rights import CONFIRMERS, GOVERNMENT, require_right
from domain.diagnosis.answers import INDICATOR_UNKNOWN
from domain.diagnosis.state import Diagnosis, Status, diagnosis_stream, pinned_edition
from domain.kernel import (
    NOT_FOUND,
    Capability,
    Command,
    DecisionContext,
    DiagnosisRef,
    EnterpriseRef,
    Facts,
    Label,
    Refused,
    Rule,
    Stream,
    Text,
    refuse_step,
    refuse_together,
    stream_of,
)
from domain.participants.enterprises import enterprise_stream, place_of_named
from domain.programme.implementation_facts import (
    STEP_AFTER,
    ImplementationEvent,
    Implementations,
    ImplementationStandard,
    ImplementationStep,
    StandardCertificateAppliedFor,
    StandardCertificateRecorded,
    StandardCertificateRefused,
    StandardGap,
    StandardGapsListed,
    StandardImplementationStopped,
    StandardProgress,
)
from domain.standard.editions import edition_stream
from domain.stated_dates import require_not_too_far_ahead
from domain.stated_sources import StatedDocument, StatedMark, stated_source

GAPS_AT_MOST = 100
NEXT_STEPS: Mapping[ImplementationStep, tuple[str, str]] = {
    ImplementationStep.DIAGNOSED: ("请企业先列出差距", "first the firm lists its gaps"),
    ImplementationStep.GAPS_LISTED: ("请企业整改后申请", "the firm closes them and applies"),
    ImplementationStep.APPLIED: (
        "须由市级或区级登记证书或未通过，或由企业中止",
        "the city or its district records the certificate or the refusal, or the firm stops",
    ),
    ImplementationStep.CERTIFIED: ("需要时请企业重新列出差距", "the firm lists its gaps anew where that is needed"),
    ImplementationStep.STOPPED: ("要继续的，请企业重新列出差距", "to go on, the firm lists its gaps anew"),
}

# Rules

IMPLEMENTATION_WITHOUT_REPORT = Rule(
    "IMPLEMENTATION_WITHOUT_REPORT",
    "plan I4",
    "差距清单须以本企业已出具报告的诊断为依据；请引用该诊断",
    "A gap list rests on a diagnosis of the firm that has its report; name that one",
)
IMPLEMENTATION_STEP_WRONG = Rule(
    "IMPLEMENTATION_STEP_WRONG",
    "plan I4",
    "该项贯标的环节为“{status_name}”，此时不能办理这一步；{next_step}",
    "With this standard the firm is at the step {status}, from which this one does not follow; {next_step_in_english}",
)
IMPLEMENTATION_DAY_OUT_OF_RANGE = Rule(
    "IMPLEMENTATION_DAY_OUT_OF_RANGE",
    "plan I4",
    "该日期须在 {earliest} 至 {latest} 之间，不早于前一环节，也不晚于今天",
    "The day lies between {earliest} and {latest}, not before the step before it and not after today",
)
CERTIFICATE_DAYS_REVERSED = Rule(
    "CERTIFICATE_DAYS_REVERSED",
    "plan I4",
    "证书有效期截止日 {until} 早于获证日 {certified_on}，请更正",
    "The certificate ends on {until}, before it was granted on {certified_on}; correct one of them",
)

# Commands


class ImplementationCommand(Command):
    """A command about one firm and one standard 贯标命令."""

    enterprise: EnterpriseRef = Field(description="Firm · 企业标识")
    standard: ImplementationStandard = Field(description="Standard · 贯标标准")


class ListStandardGaps(ImplementationCommand):
    """List what is missing for a standard, after a report; again, until it is applied for, and anew afterwards · 列出贯标差距."""

    roles: ClassVar = CONFIRMERS | {Role.FILLER}

    diagnosis: DiagnosisRef = Field(description="Diagnosis of the firm that it rests on · 所依诊断")
    gaps: Annotated[tuple[StandardGap, ...], Field(min_length=1, max_length=GAPS_AT_MOST)] = Field(
        description="What is missing · 差距清单"
    )


class ApplyForStandardCertificate(ImplementationCommand):
    """Say that the firm applied to a certifying body, and when · 申报贯标评定."""

    roles: ClassVar = CONFIRMERS

    applied_on: date = Field(description="Day of the application · 申请日")
    body: Label = Field(description="Certifying body · 评定机构")


class RecordStandardCertificate(ImplementationCommand):
    """Record the certificate that a body granted · 登记贯标证书."""

    roles: ClassVar = GOVERNMENT

    certified_on: date = Field(description="Day of the certificate · 获证日")
    until: date | None = Field(default=None, description="Its last day; none = it holds on · 截止日")
    achieved: Label = Field(description="Level that was reached, as the certificate says it · 评定等级")
    source: StatedDocument
    mark: StatedMark


class RecordStandardRefusal(ImplementationCommand):
    """Record that an application was refused, with the reason; the gap list stands and may be mended · 登记未通过评定."""

    roles: ClassVar = GOVERNMENT

    reason: Text = Field(description="Why, as the body says it · 未通过原因")


class StopStandardImplementation(ImplementationCommand):
    """Stop before the certificate, with the reason; a new gap list begins it anew · 中止贯标."""

    roles: ClassVar = CONFIRMERS

    reason: Text = Field(description="Why · 中止原因")


# Decide: what may happen


def decide(command: ImplementationCommand, known: Implementations | None, context: DecisionContext) -> Facts:
    """Raises Refused: any rule above, INDICATOR_UNKNOWN, or those of stated dates."""
    require_right(command, context.role)
    if context.read.get(enterprise_stream(command.enterprise)) is None:
        raise NOT_FOUND.refuse()
    progress = known.standards.get(command.standard) if known is not None else None
    step = progress.step if progress is not None else ImplementationStep.DIAGNOSED
    steps: frozenset[ImplementationStep] = frozenset({ImplementationStep.APPLIED})
    match command:
        case ListStandardGaps():
            if step is ImplementationStep.APPLIED:
                raise _wrong(step)
            return _listed(command, progress, context)
        case ApplyForStandardCertificate():
            steps = frozenset({ImplementationStep.GAPS_LISTED})
        case StopStandardImplementation():
            steps = frozenset({ImplementationStep.GAPS_LISTED, ImplementationStep.APPLIED})
        case _:
            pass
    if progress is None or step not in steps:
        raise _wrong(step)
    return (_done(command, progress, context),)


def _wrong(step: ImplementationStep) -> Refused:
    return refuse_step(IMPLEMENTATION_STEP_WRONG, step, NEXT_STEPS)


def _listed(command: ListStandardGaps, progress: StandardProgress | None, context: DecisionContext) -> Facts:
    """It rests on a report of the firm's own; whose it is not, of a diagnosis nothing is told. The same again is none."""
    case: Diagnosis | None = context.read.get(diagnosis_stream(command.diagnosis))
    if case is None or case.enterprise != command.enterprise or case.reports == 0 or case.status is Status.WITHDRAWN:
        raise IMPLEMENTATION_WITHOUT_REPORT.refuse(path="diagnosis")
    known = {item.id for item in pinned_edition(case, context).of(case.form)}
    refuse_together(
        INDICATOR_UNKNOWN.refuse(path=f"gaps.{place}.indicator", indicator=gap.indicator)
        for place, gap in enumerate(command.gaps)
        if gap.indicator not in known
    )
    made = StandardGapsListed(standard=command.standard, diagnosis=command.diagnosis, gaps=command.gaps)
    stands = progress is not None and progress.step is ImplementationStep.GAPS_LISTED and progress.listed == made
    return () if stands else (made,)


def _done(command: ImplementationCommand, progress: StandardProgress, context: DecisionContext) -> ImplementationEvent:
    standard = command.standard
    match command:
        case ApplyForStandardCertificate(applied_on=day, body=body):
            _require_day("applied_on", day, context.first_day_of(implementation_stream(command.enterprise)), context)
            return StandardCertificateAppliedFor(standard=standard, applied_on=day, body=body)
        case RecordStandardCertificate(certified_on=day, until=until, achieved=achieved):
            _require_day("certified_on", day, progress.applied_on or day, context)
            if until is not None and until < day:
                raise CERTIFICATE_DAYS_REVERSED.refuse(path="until", until=until, certified_on=day)
            require_not_too_far_ahead("until", until, context)
            told = {"certified_on": day, "until": until, "achieved": achieved}
            return StandardCertificateRecorded(standard=standard, **told, source=stated_source(command))
        case RecordStandardRefusal(reason=reason):
            return StandardCertificateRefused(standard=standard, reason=reason)
        case StopStandardImplementation(reason=reason):
            return StandardImplementationStopped(standard=standard, reason=reason)
        case _:
            raise AssertionError(f"{type(command).__name__} leads to no step")


def _require_day(path: str, day: date, earliest: date, context: DecisionContext) -> None:
    if not earliest <= day <= context.day:
        raise IMPLEMENTATION_DAY_OUT_OF_RANGE.refuse(path=path, earliest=earliest, latest=context.day)


# Evolve: what has happened


def evolve(known: Implementations | None, event: ImplementationEvent) -> Implementations:
    """The firm's standards after one more fact."""
    standards = known.standards if known is not None else {}
    if isinstance(event, StandardGapsListed):
        progress = StandardProgress(step=STEP_AFTER[type(event)], listed=event)
        return Implementations(standards={**standards, event.standard: progress})
    changed: dict[str, Any] = {"step": STEP_AFTER[type(event)]}
    match event:
        case StandardCertificateAppliedFor(applied_on=day):
            changed["applied_on"] = day
        case StandardCertificateRecorded() | StandardCertificateRefused() | StandardImplementationStopped():
            changed["applied_on"] = None
        case never:
            assert_never(never)
    return Implementations(standards={**standards, event.standard: standards[event.standard].model_copy(update=changed)})


# What the decider reads, and where its subject lies


def implementation_stream(enterprise: str) -> Stream:
    """Stream of one firm's standards."""
    return stream_of("implementation", enterprise)


def _reads(command: ImplementationCommand, _known: Implementations | None) -> tuple[Stream, ...]:
    firm = enterprise_stream(command.enterprise)
    return (firm, diagnosis_stream(command.diagnosis)) if isinstance(command, ListStandardGaps) else (firm,)


def _reads_further(command: ImplementationCommand, _known: Implementations | None, read: Mapping[str, Any]) -> tuple[Stream, ...]:
    case: Diagnosis | None = read.get(diagnosis_stream(command.diagnosis)) if isinstance(command, ListStandardGaps) else None
    return (edition_stream(case.edition),) if case is not None else ()


IMPLEMENTATIONS = Capability(
    name="implementation",
    commands=(
        ListStandardGaps,
        ApplyForStandardCertificate,
        RecordStandardCertificate,
        RecordStandardRefusal,
        StopStandardImplementation,
    ),
    events=tuple(ImplementationEvent.__args__),
    stream=lambda command: implementation_stream(command.enterprise),
    reads=_reads,
    reads_further=_reads_further,
    place=place_of_named,
    decide=decide,
    evolve=evolve,
)
