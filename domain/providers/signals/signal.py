"""Signal 异常信号: raised by a screening, answered by the one concerned, closed by a person as explained or upheld. plan V5.

Upheld opens nothing by itself: whoever sees a reason for a proceeding opens one, and cites the signal as its cause.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar, Literal, assert_never

from pydantic import Field

from domain.access import Mask, Place
from domain.command_rights import CONFIRMERS, GOVERNMENT, MANAGER, require_right
from domain.governance.proceedings.state import calendar_of
from domain.governance.working_calendar import CALENDAR_STREAM, Deadline, due_on
from domain.kernel import (
    NOT_FOUND,
    NOWHERE,
    Capability,
    DecisionContext,
    Event,
    Facts,
    Refused,
    Stream,
    Text,
    refuse_step,
)
from domain.participants.enterprises import Firm, enterprise_stream
from domain.person_id_fields import PersonId
from domain.providers.signals.numbers import SignalKind
from domain.providers.signals.state import (
    NEXT_STEPS,
    SIGNAL_ANSWER_AWAITED,
    SIGNAL_ANSWER_LATE,
    SIGNAL_STATUS,
    Signal,
    SignalCommand,
    SignalStatus,
    signal_stream,
)
from standards.described import DescribedEnum


class SignalOutcome(DescribedEnum):
    """How a signal is closed · 信号结论."""

    EXPLAINED = SignalStatus.EXPLAINED.value, "It is explained · 已说明"
    UPHELD = SignalStatus.UPHELD.value, "It is upheld; nothing follows by itself · 已认定"


# Commands


class AnswerSignal(SignalCommand):
    """Answer a signal that concerns one's own organisation, once, within the time for it · 答复信号."""

    roles: ClassVar = MANAGER | CONFIRMERS

    statement: Text = Field(description="What there is to say of it · 答复内容")


class CloseSignal(SignalCommand):
    """Close a signal with the reason; upheld only after the answer or the time for it · 办结信号."""

    roles: ClassVar = GOVERNMENT

    outcome: SignalOutcome = Field(description="Explained or upheld · 结论")
    reason: Text = Field(description="Why, which the one concerned reads · 理由")


AnySignalCommand = AnswerSignal | CloseSignal

# Events


class SignalRaised(Event):
    """A screening raised a signal 信号已提出. screening: the request that it follows from, as stream/version.

    expected: share of honest records that raise the like, by the rule; rule: as stream/version, None = the default.
    """

    type: Literal["signal.raised.v1"] = "signal.raised.v1"
    says: ClassVar = "提出了信号：{kind:term}，数值 {value}，阈值 {threshold}，预期误报率 {expected}"
    says_in_english: ClassVar = (
        "raised a signal ({kind:term}): value {value}, threshold {threshold}, expected rate of false alarms {expected}"
    )
    screening: str
    kind: SignalKind
    diagnosis: str
    enterprise: str
    provider: str
    section: str | None
    value: Decimal
    threshold: Decimal
    expected: Decimal
    rule: str | None
    rule_since: date
    evidence: tuple[str, ...]
    counterparts: tuple[str, ...]
    answer_by: Deadline


class SignalAnswered(Event):
    """The one concerned answered 信号已答复."""

    type: Literal["signal.answered.v1"] = "signal.answered.v1"
    masks: ClassVar = frozenset({Mask.PROCESS_SECRETS})
    says: ClassVar = "答复了信号：{statement}"
    says_in_english: ClassVar = "answered the signal: {statement}"
    statement: str
    answered_by: PersonId


class SignalClosed(Event):
    """A person closed it 信号已办结."""

    type: Literal["signal.closed.v1"] = "signal.closed.v1"
    masks: ClassVar = frozenset({Mask.PROCESS_SECRETS})
    says: ClassVar = "办结了信号，结论为{outcome:term}：{reason}"
    says_in_english: ClassVar = "closed the signal, “{outcome:term}”: {reason}"
    outcome: SignalOutcome
    reason: str
    closed_by: PersonId


SignalEvent = SignalRaised | SignalAnswered | SignalClosed

# Decide: what may happen


def decide(command: AnySignalCommand, signal: Signal | None, context: DecisionContext) -> Facts:
    """Raises Refused: any rule of signals."""
    require_right(command, context.role)
    if signal is None:
        raise NOT_FOUND.refuse()
    last = due_on(signal.answer_by, calendar_of(context))
    match command:
        case AnswerSignal(statement=statement):
            if signal.status is not SignalStatus.RAISED:
                raise _wrong_status(signal.status)
            if context.day > last:
                raise SIGNAL_ANSWER_LATE.refuse(latest=last)
            return (SignalAnswered(statement=statement, answered_by=context.by),)
        case CloseSignal(outcome=outcome, reason=reason):
            if signal.status not in (SignalStatus.RAISED, SignalStatus.ANSWERED):
                raise _wrong_status(signal.status)
            waits = signal.status is SignalStatus.RAISED and context.day <= last
            if outcome is SignalOutcome.UPHELD and waits:
                raise SIGNAL_ANSWER_AWAITED.refuse(path="outcome", latest=last)
            return (SignalClosed(outcome=outcome, reason=reason, closed_by=context.by),)
        case never:
            assert_never(never)


def _wrong_status(status: SignalStatus) -> Refused:
    return refuse_step(SIGNAL_STATUS, status, NEXT_STEPS)


# Evolve: what has happened


def evolve(signal: Signal | None, event: SignalEvent) -> Signal:
    """The signal after one more fact."""
    if isinstance(event, SignalRaised):
        return Signal(**{name: getattr(event, name) for name in ("kind", "enterprise", "provider", "answer_by")})
    assert signal is not None, "a history starts with SignalRaised"  # noqa: S101 - guards replay, not input
    match event:
        case SignalAnswered():
            status = SignalStatus.ANSWERED
        case SignalClosed(outcome=outcome):
            status = SignalStatus(outcome.value)
        case never:
            assert_never(never)
    return signal.model_copy(update={"status": status, "version": signal.version + 1})


# What the decider reads, and where its subject lies


def _reads(_command: AnySignalCommand, signal: Signal | None) -> tuple[Stream, ...]:
    return (CALENDAR_STREAM,) if signal is None else (CALENDAR_STREAM, enterprise_stream(signal.enterprise))


def _place(_command: AnySignalCommand, signal: Signal | None, read: Mapping[str, Any]) -> Place:
    """In the firm's district, and with the one concerned alone: the firm, or its provider."""
    firm: Firm | None = read.get(enterprise_stream(signal.enterprise)) if signal is not None else None
    if signal is None or firm is None:
        return NOWHERE
    if signal.concerns_firm:
        return Place(district=firm.district, enterprise=signal.enterprise)
    return Place(district=firm.district, provider=signal.provider)


SIGNALS = Capability(
    name="signal",
    commands=tuple(AnySignalCommand.__args__),
    events=tuple(SignalEvent.__args__),
    stream=lambda command: signal_stream(command.signal),
    reads=_reads,
    place=_place,
    decide=decide,
    evolve=evolve,
)
