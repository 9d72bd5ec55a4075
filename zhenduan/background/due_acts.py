"""Due acts 到期事项: what falls due by a day is done by the program, each act once, whoever looks and however late. plan P5.

A due act is (act, thing, day), found in the read models; it is sent as a command by the system under that triple as its idempotency
key. So two processes that look at once, one that is killed in between, and one that looks a week late all leave one fact. Whether
it is really due is for the rules to say: what they refuse is looked at again next time.
"""

import logging
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial

from api.kit.services import Services
from domain.access import Everything, Role
from domain.diagnosis.arbitration import SettleArbitration
from domain.diagnosis.follow_up import EscalateFollowUp, RemindOfFollowUp
from domain.diagnosis.follow_up_facts import follow_up_stream
from domain.diagnosis.stages import EscalateStage, RemindOfStage, stage_stream
from domain.diagnosis.state import diagnosis_stream
from domain.governance.contact_reminders import EscalateContact, RemindOfContact, contact_reminder_stream
from domain.governance.proceedings.decision import EndTimeToAppeal
from domain.governance.proceedings.hearing import EndTimeToAnswer
from domain.governance.proceedings.opening import OpenProceeding
from domain.governance.proceedings.state import ProceedingKind, ProceedingStatus, proceeding_stream
from domain.governance.rule_bodies.body import RuleKind
from domain.governance.rule_bodies.liaison import LiaisonRule
from domain.governance.standing import listing_stream
from domain.instants import city_day
from domain.kernel import Command, Refused, Stream, cause_of, cited, key_of, kind_of
from domain.programme.duties.commands import EscalateDuty, ReleaseRetiredLead, RemindOfDuty
from domain.programme.duties.state import duty_stream
from domain.providers.listings.listing import LiftSuspension
from journal import Caller
from journal.outages import say_failed
from projections import Snapshot
from projections.diagnosis.arbitrations import to_settle
from projections.diagnosis.follow_ups import rounds_due
from projections.diagnosis.stages import stages_due
from projections.governance.contact_reminders import contacts_due
from projections.governance.dated_rules import rule_on
from projections.governance.proceedings import came_to_nothing, over_by
from projections.programme.duties import duties_due, duties_of_retired
from projections.providers.directory import suspended
from projections.providers.sampling import findings_without_hearing
from zhenduan.background.intervals import at_intervals

LOOK_SECONDS = 30.0
SYSTEM = Caller("system-due-acts", Role.SYSTEM, "", Everything())

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class DueAct:
    """What falls due 到期事项. day: the last day of the time that is over. command: what does it. cause: what it follows from."""

    act: str
    thing: Stream
    day: date
    command: Command
    cause: str

    @property
    def key(self) -> str:
        """Under which it is done once 幂等键."""
        return f"{self.act}/{self.thing}/{self.day.isoformat()}"


FindDue = Callable[[Snapshot, date], Iterable[DueAct]]
"""What of a capability is due by a day of the city's calendar."""


def _proceedings(snapshot: Snapshot, today: date) -> Iterator[DueAct]:
    """Times to answer and to appeal that are over."""
    for row in over_by(snapshot, today):
        stream = proceeding_stream(row.id)
        day, cause = date.fromisoformat(row.due or ""), cause_of(stream, row.version)
        if row.status == ProceedingStatus.NOTIFIED:
            yield DueAct("end-time-to-answer", stream, day, EndTimeToAnswer(proceeding=row.id), cause)
        elif row.status == ProceedingStatus.DECIDED:
            yield DueAct("end-time-to-appeal", stream, day, EndTimeToAppeal(proceeding=row.id), cause)


def _stages(snapshot: Snapshot, today: date) -> Iterator[DueAct]:
    """Stages of cases that end soon, and those that are over."""
    for row in stages_due(snapshot, today):
        stream, due = stage_stream(row.diagnosis), date.fromisoformat(row.due)
        cause = cause_of(stream, row.version)
        if due < today:
            yield DueAct("escalate-stage", stream, due, EscalateStage(diagnosis=row.diagnosis), cause)
        else:
            yield DueAct("remind-of-stage", stream, due, RemindOfStage(diagnosis=row.diagnosis), cause)


def _follow_ups(snapshot: Snapshot, today: date) -> Iterator[DueAct]:
    """Months of follow-ups that end soon, and those that are over without a report."""
    for row in rounds_due(snapshot, today):
        stream, due = follow_up_stream(row.diagnosis), date.fromisoformat(row.due)
        of, cause = {"diagnosis": row.diagnosis, "month": row.month}, cause_of(stream, row.version)
        if due < today:
            yield DueAct(f"escalate-follow-up-{row.month}", stream, due, EscalateFollowUp(**of), cause)
        else:
            yield DueAct(f"remind-of-follow-up-{row.month}", stream, due, RemindOfFollowUp(**of), cause)


def _duties(snapshot: Snapshot, today: date) -> Iterator[DueAct]:
    """Duties whose lead retired, that are due soon, and that are over."""
    for row in duties_of_retired(snapshot, today):
        stream = duty_stream(row.id)
        yield DueAct("release-retired-lead", stream, today, ReleaseRetiredLead(duty=row.id), cause_of(stream, row.version))
    for row in duties_due(snapshot, today):
        stream, by, known = duty_stream(row.id), date.fromisoformat(row.by), row.state()
        cause = cause_of(stream, row.version)
        if by < today and not known.escalated:
            yield DueAct("escalate-duty", stream, by, EscalateDuty(duty=row.id), cause)
        elif by >= today and not known.reminded:
            yield DueAct("remind-of-duty", stream, by, RemindOfDuty(duty=row.id), cause)


def _contacts(snapshot: Snapshot, today: date) -> Iterator[DueAct]:
    """Contacts whose confirmation runs out soon, and those whose has run out."""
    known = rule_on(snapshot, RuleKind.LIAISON, today).rule
    rule, cause = known.body, known.cause or ""
    assert isinstance(rule, LiaisonRule)  # noqa: S101 - the kind has no other bodies
    kept = timedelta(days=rule.confirmed_days)
    over, soon = today - kept, today - kept + timedelta(days=rule.notice_days)
    for one in contacts_due(snapshot, today, over, escalated=True):
        stream, command = contact_reminder_stream(one.person, one.membership), EscalateContact(**one._asdict())
        yield DueAct("escalate-contact", stream, command.confirmed_on + kept, command, cause)
    for one in contacts_due(snapshot, today, soon, escalated=False):
        stream, remind = contact_reminder_stream(one.person, one.membership), RemindOfContact(**one._asdict())
        if remind.confirmed_on >= over:
            yield DueAct("remind-of-contact", stream, remind.confirmed_on + kept, remind, cause)


def _findings(snapshot: Snapshot, today: date) -> Iterator[DueAct]:
    """Samples that differ materially, about which nobody was heard yet: each opens a proceeding, and ends none."""
    for one in findings_without_hearing(snapshot):
        fact = one.fact
        proceeding = f"sample-finding-{fact.diagnosis}"
        opening = OpenProceeding(
            proceeding=proceeding,
            kind=ProceedingKind.SAMPLE_FINDING,
            provider=fact.provider,
            about=diagnosis_stream(fact.diagnosis),
            cause=one.cause,
            asked="认定该诊断为重大误评",
            grounds=f"抽样评估裁定总分 {fact.adjudicated_total}，出具总分 {fact.issued_total}，档次不同且差异超过方案所定分值",
        )
        yield DueAct("open-sample-finding", proceeding_stream(proceeding), today, opening, one.cause)


def _suspensions(snapshot: Snapshot, _today: date) -> Iterator[DueAct]:
    """Suspensions pending a hearing whose proceeding came to nothing."""
    for provider, listing in suspended(snapshot):
        by = [key_of(cited(cause)[0]) for cause in listing.suspended_for if kind_of(cause) == "proceeding"]
        for row in came_to_nothing(snapshot, by):
            stream, cause = listing_stream(provider), cause_of(proceeding_stream(row.id), row.version)
            act = f"lift-suspension-{listing.version}-{row.id}"
            yield DueAct(act, stream, listing.moved, LiftSuspension(provider=provider), cause)


def _arbitrations(snapshot: Snapshot, today: date) -> Iterator[DueAct]:
    """Arbitrations whose proceeding has ended, so that their cases follow."""
    for row in to_settle(snapshot):
        stream = proceeding_stream(row.proceeding)
        cause = cause_of(diagnosis_stream(row.diagnosis), row.version)
        yield DueAct("settle-arbitration", stream, today, SettleArbitration(diagnosis=row.diagnosis), cause)


ACTS: tuple[FindDue, ...] = (_proceedings, _stages, _follow_ups, _duties, _contacts, _findings, _suspensions, _arbitrations)
"""Every reader of what falls due; a capability adds its own."""


def do_due_acts(services: Services, stop: threading.Event, *, reason: str = "") -> int:
    """Do all that is due by today 办理到期事项; how many were taken. reason: kept in their entries."""
    today = city_day(services.clock())
    with services.models.reading() as snapshot:
        due = [act for find in ACTS for act in find(snapshot, today)]
    done = 0
    for act in due:
        if stop.is_set():
            break
        try:
            services.send(SYSTEM, act.command, reason=reason, idempotency_key=act.key, causation=act.cause)
            done += 1
        except Refused as refused:
            log.debug("尚未到期 not due yet: %s: %s", act.key, refused)
        except Exception as fault:  # noqa: BLE001 - the log has it, and the next look comes
            say_failed(log, fault, "到期事项未能办理 a due act could not be done: %s", act.key)
    return done


def keeping_time(services: Services, seconds: float = LOOK_SECONDS) -> AbstractContextManager[None]:
    """Do what falls due while the block lasts, looking at an interval."""
    failing = "到期事项未能查看 what is due could not be looked for"
    return at_intervals(partial(do_due_acts, services), seconds, name="due-acts", failing=failing)
