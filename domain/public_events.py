"""Public events 公开事件: of which facts other systems are told, under names of their own, and of which they are not. plan P8.

One page: what is not named here is kept inside, so that to forget is safe. Of a kind of which something is told, every other event
is named as kept; a test refuses one without a decision. What is published is thin: which thing, which version of it, when, where it
stands in the journal (sealed), and where to read what the thing is now. The stored fact never leaves this way, so that it may get a
new shape without its public name changing.

How providers are chosen, examined, rated and paid stays inside, and comes out as a move of the directory. People, keys, whom a firm
trusts, and the programme's own parameters stay inside.
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


KEPT_INSIDE_OF_THE_SAME: Mapping[str, str] = {
    "diagnosis": "listing_exception_recorded.v1 tie_exception_recorded.v1 answers_saved.v1 truth_pledged.v1"
    " workbook_taken_in.v1 prefill_taken.v1 questions_deferred.v1 questions_resumed.v1 submission_taken_in.v1"
    " self_assessment_submitted.v1 accepted.v1 evidence_attached.v1 site_visit_planned.v1 site_visit_agreed.v1"
    " site_visit_declined.v1 site_visit_cancelled.v1 signed_in_on_site.v1 interview_recorded.v1 site_visit_recorded.v2"
    " answers_verified.v1 expert_review_recorded.v1 scored.v1 report_handed_in.v1 report_reviewed.v1"
    " report_objected_to.v1 objections_answered.v1"
    " arbitration_requested.v1 arbiter_opinion_given.v1 arbiter_opinion_struck.v1 arbitration_decided.v1"
    " arbitration_settled.v1 report_filed.v1 reader_appointed.v1 reading_held.v1",
    "enterprise": "stated.v1",
    "revision": "drafted.v1 changed.v1 commented.v1 comment_answered.v1 reviewers_named.v1 reviewed.v1",
}
"""Kind of which something is told -> what else is stored of it and is not: what happens within a case is its parties' until a
report is out (plan P4); who drafts and who judges is the office's."""
KEPT_INSIDE: frozenset[str] = frozenset(
    f"{kind}.{what}" for kind, names in KEPT_INSIDE_OF_THE_SAME.items() for what in names.split()
)
"""Published names, as they are stored, of those facts 不对外公开的事实."""
