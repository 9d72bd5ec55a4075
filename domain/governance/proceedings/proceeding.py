"""Proceeding 办理程序: opened → notice → statement or time over → hearing → decision → appeal → final. plan P6, V4.

So nobody is moved, suspended, overruled or charged without having been told and heard; what another capability does for such a
reason demands the concluded proceeding (`state.require_concluded`). Each step stands in a file of its own.
"""

from collections.abc import Callable, Mapping
from typing import Any, assert_never

from domain.access import Place
from domain.command_rights import require_right
from domain.governance.dated_rules import rule_stream
from domain.governance.proceedings.decision import (
    ARBITERS_DECIDE,
    AppealDecided,
    AppealDecision,
    DecideAppeal,
    DecideProceeding,
    DecisionAppealed,
    DecisionBecameFinal,
    EndTimeToAppeal,
    ProceedingDecided,
    appeal_decision,
    decide_appeal,
    decide_proceeding,
    end_time_to_appeal,
)
from domain.governance.proceedings.docket import docket_of, filed_lately
from domain.governance.proceedings.hearing import (
    DeadlineMoved,
    EndTimeToAnswer,
    GiveStatement,
    HearingHeld,
    HearingSet,
    MoveDeadline,
    RecordHearing,
    RunningTime,
    SetHearing,
    StatementGiven,
    TimeToAnswerEnded,
    end_time_to_answer,
    give_statement,
    move_deadline,
    record_hearing,
    set_hearing,
)
from domain.governance.proceedings.opening import (
    ITEMS_GO_TO_ARBITRATION,
    OBJECTION_BY_THE_RESULT,
    NoticeServed,
    OpenProceeding,
    ProceedingOpened,
    ProceedingWithdrawn,
    ServeNotice,
    WithdrawProceeding,
    open_proceeding,
    serve_notice,
    withdraw_proceeding,
)
from domain.governance.proceedings.state import (
    ARBITRATION_PREFIX,
    RULE_OF,
    Proceeding,
    ProceedingCommand,
    ProceedingKind,
    ProceedingStatus,
    proceeding_stream,
)
from domain.governance.proceedings.subjects import require_subject, subject_reads, subject_reads_further
from domain.governance.working_calendar import CALENDAR_STREAM
from domain.kernel import (
    NOT_FOUND,
    NOWHERE,
    Capability,
    Command,
    DecisionContext,
    Event,
    Facts,
    Stream,
    Unscoped,
    cited,
)
from domain.participants.enterprises import Firm, enterprise_stream
from domain.participants.organisations import Organisation, organisation_stream

Step = Callable[[Any, Proceeding, DecisionContext], Facts]

STEPS: Mapping[type[Command], Step] = {
    ServeNotice: serve_notice,
    MoveDeadline: move_deadline,
    GiveStatement: give_statement,
    EndTimeToAnswer: end_time_to_answer,
    SetHearing: set_hearing,
    RecordHearing: record_hearing,
    DecideProceeding: decide_proceeding,
    AppealDecision: appeal_decision,
    DecideAppeal: decide_appeal,
    EndTimeToAppeal: end_time_to_appeal,
    WithdrawProceeding: withdraw_proceeding,
}
"""Command -> what decides it, once a proceeding is open 各步骤."""


def decide(command: ProceedingCommand, proceeding: Proceeding | None, context: DecisionContext) -> Facts:
    """Raises Refused: any rule of the steps."""
    require_right(command, context.role)
    if isinstance(command, OpenProceeding):
        facts = open_proceeding(command, proceeding, context)
        if command.kind is ProceedingKind.MARK_OBJECTION:
            raise OBJECTION_BY_THE_RESULT.refuse(path="kind")
        if command.kind is ProceedingKind.ITEM_OBJECTION:  # opened by itself it would change nothing in its case
            raise ITEMS_GO_TO_ARBITRATION.refuse(path="kind")
        require_subject(command, context)
        return facts
    if proceeding is None:
        raise NOT_FOUND.refuse()
    if isinstance(command, DecideProceeding) and command.proceeding.startswith(ARBITRATION_PREFIX):
        raise ARBITERS_DECIDE.refuse()
    return STEPS[type(command)](command, proceeding, context)


# Evolve: what has happened

ProceedingEvent = (
    ProceedingOpened
    | NoticeServed
    | DeadlineMoved
    | StatementGiven
    | TimeToAnswerEnded
    | HearingSet
    | HearingHeld
    | ProceedingDecided
    | DecisionAppealed
    | AppealDecided
    | DecisionBecameFinal
    | ProceedingWithdrawn
)

STATUS_AFTER_PROCEEDING: Mapping[type[Event], ProceedingStatus] = {
    ProceedingOpened: ProceedingStatus.OPENED,
    NoticeServed: ProceedingStatus.NOTIFIED,
    StatementGiven: ProceedingStatus.ANSWERED,
    TimeToAnswerEnded: ProceedingStatus.ANSWERED,
    HearingSet: ProceedingStatus.HEARING_SET,
    HearingHeld: ProceedingStatus.HEARD,
    ProceedingDecided: ProceedingStatus.DECIDED,
    DecisionAppealed: ProceedingStatus.APPEALED,
    AppealDecided: ProceedingStatus.FINAL,
    DecisionBecameFinal: ProceedingStatus.FINAL,
    ProceedingWithdrawn: ProceedingStatus.WITHDRAWN,
}
"""Event -> the status that it gives a proceeding 事实后的状态."""


def evolve(proceeding: Proceeding | None, event: ProceedingEvent) -> Proceeding:
    """The proceeding after one more fact."""
    if isinstance(event, ProceedingOpened):
        stated = ("kind", "about", "cause", "provider", "enterprise", "district", "applicant_role", "opened_on", "opened_by")
        return Proceeding(**{name: getattr(event, name) for name in stated})
    assert proceeding is not None, "a history starts with ProceedingOpened"  # noqa: S101 - guards replay, not input
    status = STATUS_AFTER_PROCEEDING.get(type(event), proceeding.status)
    changed = {"status": status, "version": proceeding.version + 1}
    return proceeding.model_copy(update=changed | _consequences(proceeding, event))


def _consequences(proceeding: Proceeding, event: ProceedingEvent) -> dict[str, object]:
    match event:
        case ProceedingOpened():
            raise AssertionError("a proceeding is opened once")
        case NoticeServed(answer=answer, served_by=served_by):
            return {"answer": answer, "served_by": served_by}
        case DeadlineMoved(which=which, until=until):
            running = proceeding.answer if which is RunningTime.ANSWER else proceeding.appeal
            assert running is not None, "a time is moved while it runs"  # noqa: S101 - guards replay, not input
            return {which.value: running.model_copy(update={"due": until, "assumed": False})}
        case StatementGiven(asks_hearing=asks_hearing, decision=decision, stated_by=stated_by):
            return {"asks_hearing": asks_hearing, "decision": decision, "stated_by": stated_by}
        case TimeToAnswerEnded(decision=decision):
            return {"decision": decision, "time_over": True}
        case HearingSet(day=day):
            return {"hearing": day}
        case ProceedingDecided(outcome=outcome, decided_by=decided_by, appeal=appeal):
            return {"outcome": outcome, "decided_by": decided_by, "appeal": appeal, "decision": None}
        case DecisionAppealed(decision=decision):
            return {"decision": decision}
        case AppealDecided(outcome=outcome):
            return {"outcome": outcome, "decision": None}
        case HearingHeld() | DecisionBecameFinal() | ProceedingWithdrawn():
            return {}
        case never:
            assert_never(never)


# What the decider reads, and where its subject lies


def _reads(command: ProceedingCommand, proceeding: Proceeding | None) -> tuple[Stream, ...]:
    """The calendar, the rule of its periods, the firm, the provider, and what a cause cites."""
    kind = command.kind if isinstance(command, OpenProceeding) else proceeding.kind if proceeding is not None else None
    if kind is None:
        return ()
    found = [CALENDAR_STREAM, rule_stream(RULE_OF[kind])]
    enterprise = command.enterprise if isinstance(command, OpenProceeding) else proceeding.enterprise if proceeding else None
    if enterprise is not None:
        found.append(enterprise_stream(enterprise))
    if isinstance(command, OpenProceeding):
        found += [*subject_reads(command), organisation_stream(command.provider)]
        docket = docket_of(command.kind, command.provider, command.enterprise)
        found += [docket] if docket is not None else []
    elif isinstance(command, ServeNotice) and proceeding is not None:
        found.append(cited(proceeding.cause)[0])
    return tuple(dict.fromkeys(found))


def _place(command: ProceedingCommand, proceeding: Proceeding | None, read: Mapping[str, Any]) -> Place | Unscoped:
    """With both sides, and in the district of the firm as it is today, else the one that it was opened in."""
    if isinstance(command, OpenProceeding):
        return Unscoped.NOT_THERE_YET
    if proceeding is None:
        return NOWHERE
    firm: Firm | None = read.get(enterprise_stream(proceeding.enterprise)) if proceeding.enterprise is not None else None
    district = firm.district if firm is not None else proceeding.district
    return Place(enterprise=proceeding.enterprise, provider=proceeding.provider, district=district)


def _reads_further(command: ProceedingCommand, _proceeding: Proceeding | None, read: Mapping[str, Any]) -> tuple[Stream, ...]:
    """Where a proceeding is opened: the district above the provider, whose the cause is, what its side opened lately."""
    if not isinstance(command, OpenProceeding):
        return ()
    provider: Organisation | None = read.get(organisation_stream(command.provider))
    above = [organisation_stream(provider.parent)] if provider is not None and provider.parent is not None else []
    docket = docket_of(command.kind, command.provider, command.enterprise)
    found = (*above, *subject_reads_further(command, read), *(filed_lately(docket, read) if docket is not None else ()))
    return tuple(stream for stream in dict.fromkeys(found) if stream not in read)


PROCEEDINGS = Capability(
    name="proceeding",
    commands=(OpenProceeding, *STEPS),
    events=tuple(ProceedingEvent.__args__),
    stream=lambda command: proceeding_stream(command.proceeding),
    reads=_reads,
    reads_further=_reads_further,
    place=_place,
    decide=decide,
    evolve=evolve,
)
