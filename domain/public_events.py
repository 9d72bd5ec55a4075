"""Public events 公开事件: of which facts other systems are told, under names of their own, and of which they are not. plan P8.

One page, a decision for every stored event; a test refuses an event without one. What is published is thin: which thing, which
version of it, when, where it stands in the journal (sealed), and where to read what the thing is now. The stored fact never leaves
this way, so that it may get a new shape without its public name changing.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum

from domain.access import Role
from domain.diagnosis.opening import DiagnosisOpened
from domain.diagnosis.provider import ProviderAssigned
from domain.diagnosis.report import ReportConfirmed, ReportIssued
from domain.diagnosis.withdrawal import DiagnosisWithdrawn
from domain.kernel import Event
from domain.masks import FIRMS, FOLLOWERS, SIGNED_IN
from domain.participants.enterprises import EnterpriseRegistered, EnterpriseRevised, EnterpriseTakenOffRoster
from domain.providers.listings.events import (
    ListingLapsed,
    ProviderListed,
    ProviderRemoved,
    ProviderRestored,
    ProviderSuspended,
    ProviderWarned,
    TagGained,
    TagLost,
    WarningCorrected,
)
from domain.standard.editions import EditionPublished, EditionPutInForce, EditionRetired, IndustryEditionPublished
from domain.standard.revision.consultation import ConsultationClosed, ConsultationOpened
from domain.standard.revision.publication import RevisionAbandoned, RevisionPublished


class Sight(Enum):
    """How it is judged who may see an event 可见判定: as the subscription of its kind judges it.

    PLACED: by where its firm lies, and outside the cases what is told as it happens. DIRECTORY: open to every caller that is
    signed in. STANDARD: of an edition likewise, of a revision once that is public.
    """

    PLACED = "placed"
    DIRECTORY = "directory"
    STANDARD = "standard"


@dataclass(frozen=True)
class PublicEvent:
    """A fact as other systems are told of it 公开事件.

    name: its published name, `kind.what-happened.vN`, never the stored one. thing: the kind of the thing's id. readers: roles
    that may be told at all. sight: how each is judged then.
    """

    name: str
    thing: str
    readers: frozenset[Role]
    sight: Sight

    @property
    def kind(self) -> str:
        """Kind of events 类别, by which a follower chooses: the beginning of the name."""
        return self.name.partition(".")[0]


def _diagnosis(what: str) -> PublicEvent:
    return PublicEvent(f"diagnosis.{what}", "diagnosis", FOLLOWERS, Sight.PLACED)


def _firm(what: str) -> PublicEvent:
    return PublicEvent(f"enterprise.{what}", "enterprise", FIRMS, Sight.PLACED)


def _directory(what: str) -> PublicEvent:
    return PublicEvent(f"directory.{what}", "organisation", SIGNED_IN, Sight.DIRECTORY)


def _standard(what: str, thing: str) -> PublicEvent:
    return PublicEvent(f"standard.{what}", thing, SIGNED_IN, Sight.STANDARD)


PUBLIC_EVENTS: Mapping[type[Event], PublicEvent] = {
    DiagnosisOpened: _diagnosis("case-opened.v1"),
    ProviderAssigned: _diagnosis("provider-named.v1"),
    ReportIssued: _diagnosis("report-out.v1"),
    ReportConfirmed: _diagnosis("report-accepted.v1"),
    DiagnosisWithdrawn: _diagnosis("case-withdrawn.v1"),
    EnterpriseRegistered: _firm("added.v1"),
    EnterpriseRevised: _firm("changed.v1"),
    EnterpriseTakenOffRoster: _firm("left-roster.v1"),
    ProviderListed: _directory("provider-listed.v1"),
    TagGained: _directory("industry-gained.v1"),
    TagLost: _directory("industry-lost.v1"),
    ProviderWarned: _directory("provider-warned.v1"),
    WarningCorrected: _directory("warning-lifted.v1"),
    ProviderSuspended: _directory("provider-suspended.v1"),
    ProviderRemoved: _directory("provider-removed.v1"),
    ProviderRestored: _directory("provider-restored.v1"),
    ListingLapsed: _directory("listing-lapsed.v1"),
    EditionPublished: _standard("edition-out.v1", "edition"),
    IndustryEditionPublished: _standard("industry-edition-out.v1", "edition"),
    EditionPutInForce: _standard("edition-in-force.v1", "edition"),
    EditionRetired: _standard("edition-retired.v1", "edition"),
    ConsultationOpened: _standard("consultation-opened.v1", "revision"),
    ConsultationClosed: _standard("consultation-closed.v1", "revision"),
    RevisionPublished: _standard("revision-out.v1", "revision"),
    RevisionAbandoned: _standard("revision-abandoned.v1", "revision"),
}
"""Event -> what other systems are told of it."""
NAMES = tuple(sorted({one.name for one in PUBLIC_EVENTS.values()}))
KINDS = tuple(sorted({one.kind for one in PUBLIC_EVENTS.values()}))
"""What a follower may choose by: whole names, and the kinds that they begin with."""


def unknown_kinds(given: Iterable[str]) -> list[str]:
    """What of a choice is neither a kind nor a whole name 未知类别."""
    return [one for one in given if one not in KINDS and one not in NAMES]


def names_of(given: Iterable[str]) -> frozenset[str]:
    """The public names that kinds and whole names say together."""
    chosen = frozenset(given)
    return frozenset(name for name in NAMES if name in chosen or name.partition(".")[0] in chosen)


PARTIES_AND_OFFICES: Mapping[str, str] = {
    "assessment": "accepted.v1 withdrawn.v1",
    "assignment": "made.v1 ended.v1 conflict_declared.v1",
    "attendance": "invited.v1 signed_up.v1 declined.v1 signed_in.v1 code_mistaken.v1 recorded.v1 struck.v1",
    "batch": "held.v1 rows_accepted.v1 rows_rejected.v1",
    "campaign": "planned.v1 extended.v1 firms_invited.v1 firms_reminded.v1 closed.v1",
    "campaigntarget": "split.v1",
    "consent": "granted.v1 revoked.v1",
    "credential": "issued.v1 revoked.v1",
    "demand": "published.v1 naming_set.v1 withdrawn.v1 agreed.v1 delivered.v1 reopened.v1",
    "diagnosis": "listing_exception_recorded.v1 tie_exception_recorded.v1 answers_saved.v1 truth_pledged.v1"
    " workbook_taken_in.v1 prefill_taken.v1 questions_deferred.v1 questions_resumed.v1 submission_taken_in.v1"
    " self_assessment_submitted.v1 accepted.v1 evidence_attached.v1 site_visit_planned.v1 site_visit_agreed.v1"
    " site_visit_declined.v1 site_visit_cancelled.v1 signed_in_on_site.v1 interview_recorded.v1 site_visit_recorded.v2"
    " answers_verified.v1 expert_review_recorded.v1 scored.v1 report_handed_in.v1 report_reviewed.v1"
    " report_objected_to.v1 objections_answered.v1 workbook_taken_in.v1"
    " arbitration_requested.v1 arbiter_opinion_given.v1 arbiter_opinion_struck.v1 arbitration_decided.v1"
    " arbitration_settled.v1 report_filed.v1 reader_appointed.v1 reading_held.v1",
    "docket": "proceeding_filed.v1",
    "feedback": "given.v1 taken_up.v1 answered.v1 second_instance_asked.v1 closed.v1",
    "filings": "number_given.v1",
    "followup": "began.v1 planned.v1 reported.v1 reminded.v1 escalated.v1 closed.v1",
    "gapconsent": "given.v1 ended.v1 naming_set.v1",
    "implementation": "gaps_listed.v1 applied.v1 certified.v1 refused.v1 stopped.v1",
    "offer": "made.v1 member_agreed.v1 member_left.v1 withdrawn.v1 accepted.v1 declined.v1 delivered.v1"
    " outcome_reported.v1 ended.v1",
    "participation": "invited.v1 reminded.v1 declined.v1 exempted.v1 started.v1",
    "proceeding": "opened.v1 notice_served.v2 deadline_moved.v1 statement_given.v2 time_to_answer_ended.v1 hearing_set.v1"
    " hearing_held.v1 decided.v1 appealed.v1 appeal_decided.v1 became_final.v1 withdrawn.v1",
    "question": "asked.v1 answered.v1 published.v1",
    "quota": "feedback_counted.v1",
    "schedule": "set.v1",
    "session": "planned.v1 announced.v1 moved.v1 cancelled.v1 firms_invited.v1 seats_taken.v1 attendance_recorded.v1",
    "stage": "began.v2 reminded.v2 escalated.v2 extended.v2 ended.v1",
}
"""Kept inside: what happens within a case is its parties' until a report is out (plan P4); whom a firm trusts is the firm's."""
SELECTION_AND_MONEY: Mapping[str, str] = {
    "agreement": "requested.v1 computed.v1",
    "application": "put_forward.v1 saved.v1 document_attached.v1 submitted.v1 returned.v1 accepted.v1 withdrawn.v1 assessed.v1"
    " objected_to.v1",
    "calibration": "set.v1 given.v1 computed.v1",
    "call": "opened.v1 extended.v1 application_received.v1 closed.v1 marking_drawn.v1 marker_given.v1 marker_released.v1"
    " marker_taken_off.v1 third_markers_asked.v1 marking_closed.v1 outcome_published.v1 objections_over.v1 directory_adopted.v1",
    "certificate": "granted.v1 endorsed.v1 suspended.v1 restored.v1 name_shown.v1",
    "directory": "begun.v1",
    "draw": "committed.v1 frame_fixed.v1 beacon_recorded.v1 revealed.v1 drawn.v1 adjudicated.v1",
    "exam": "enrolled.v1 begun.v1 answers_saved.v1 handed_in.v1 timed_out.v1 marked.v1 practical_marked.v1",
    "marking": "assigned.v1 sealed.v1 conflict_declared.v1 taken_back.v1 opened.v1",
    "matching": "requested.v1 computed.v1 adopted.v1",
    "package": "requested.v2 made.v1 handed_over.v1 withdrawn.v1 sending_ordered.v1 sending_begun.v1 sent.v1 sending_failed.v1"
    " arrival_unknown.v1 receipt_entered.v1 receipt_set_aside.v1",
    "casestudy": "drafted.v1 revised.v1 approved.v1 returned.v1 consented.v1 declined.v1 consent_withdrawn.v1 published.v1"
    " taken_down.v1",
    "duty": "stated.v1 lead_named.v1 contact_named.v1 taken_on.v1 declined.v1 resigned.v1 lead_released.v1 lead_retired.v1"
    " reported.v1 later_day_asked.v1 day_moved.v1 day_kept.v1 delivered.v1 sent_back.v1 delivery_accepted.v1 withdrawn.v1"
    " reminded.v1 escalated.v1",
    "strength": "recorded.v1",
    "equating": "requested.v1 computed.v1",
    "overstatement": "requested.v1 computed.v1",
    "paper": "requested.v1 computed.v2 published.v1",
    "policy": "drafted.v2 simulated.v1 published.v1 ended.v1",
    "designation": "recorded.v2",
    "rating": "inputs_fixed.v2 computed.v2 published.v1 objected.v1 final.v1",
    "reassessment": "assigned.v1 given.v1",
    "screening": "requested.v1 computed.v1",
    "servicelist": "recorded.v1",
    "signal": "raised.v1 answered.v1 closed.v1",
    "solution": "published.v1 revised.v1 withdrawn.v1 tie_found.v1 case_named.v1 case_unnamed.v1",
    "subsidy": "district_recorded.v1 district_withdrawn.v1 computed.v1 approved.v1 clawed_back.v1",
    "tie": "declared.v1 ended.v1",
    "uplift": "requested.v1 computed.v1",
    "training": "published.v1 session_planned.v1 attendance_recorded.v1",
}
"""Kept inside: how providers are chosen, examined, rated and paid. What comes of it is a move of the directory, which is public;
a certificate has a credential and a status list of its own."""
HOUSE: Mapping[str, str] = {
    "calendar": "set.v1",
    "contact": "reminded.v1 escalated.v1",
    "crosswalk": "proposed.v1 changed.v1 reviewed.v1 published.v1",
    "endpoint": "registered.v1 verified.v1 secret_rotated.v1 disabled.v1 enabled.v1 test_asked.v1 redelivery_asked.v1",
    "enterprise": "stated.v1",
    "headquarters": "named.v1 ended.v1 corrected.v1",
    "identifiers": "salt_drawn.v1",
    "improvement": "costs_set.v1",
    "mapping": "set.v1",
    "openendpoints": "changed.v1",
    "organisation": "registered.v2 revised.v1 retired.v1 ownership_declared.v1",
    "partner": "key_issued.v1 key_revoked.v1",
    "person": "registered.v1 joined.v1 membership_granted.v2 membership_ended.v1 contact_confirmed.v1 erased.v1 password_set.v1"
    " second_factors_reset.v1 sign_on_linked.v1 sign_on_unlinked.v1",
    "revision": "drafted.v1 changed.v1 commented.v1 comment_answered.v1 reviewers_named.v1 reviewed.v1",
    "roster": "imported.v2 unchanged.v1 blocked.v2",
    "rule": "set.v1 proposed.v1 simulated.v1",
    "shadow": "requested.v1 completed.v1 failed.v1",
    "slot": "taken.v1 released.v1",
    "supplydemand": "changed.v1",
    "target": "set.v1",
    "unittarget": "set.v1",
}
"""Kept inside: people and keys, drafts and who judges them, the programme's own parameters. Of a roster each firm that
it changes is told by itself."""

KEPT_INSIDE: frozenset[str] = frozenset(
    f"{kind}.{what}"
    for group in (PARTIES_AND_OFFICES, SELECTION_AND_MONEY, HOUSE)
    for kind, names in group.items()
    for what in names.split()
)
"""Published names, as they are stored, of the facts that no other system is told of 不对外公开的事实."""
