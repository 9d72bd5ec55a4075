"""What an entry tells 条目可知范围: no more than the schema tells the same role of the thing (plan P5, P7, R4)."""

from collections.abc import Mapping
from typing import Any

import pytest

from domain.access import Mask, Role
from domain.diagnosis.arbitration import ArbitrationEvent
from domain.diagnosis.campaign_targets import CAMPAIGN_TARGET_TOLD
from domain.diagnosis.case import DIAGNOSES
from domain.diagnosis.deferrals import QuestionsDeferred, QuestionsResumed
from domain.diagnosis.evidence import EvidenceAttached
from domain.diagnosis.filing import ReportFiled
from domain.diagnosis.objections import ObjectionsAnswered, ReportObjectedTo
from domain.diagnosis.on_site import AnswersVerified, SiteVisitRecorded
from domain.diagnosis.opening import DiagnosisOpened
from domain.diagnosis.participations import PARTICIPATION_READERS
from domain.diagnosis.prefill import PrefillTaken
from domain.diagnosis.provider import (
    DiagnosisAccepted,
    ListingExceptionRecorded,
    ProviderAssigned,
    TieExceptionRecorded,
)
from domain.diagnosis.readings import ReaderAppointed, ReadingHeld
from domain.diagnosis.report import ReportConfirmed, ReportIssued
from domain.diagnosis.review import ReportHandedIn, ReportReviewed
from domain.diagnosis.scoring import DiagnosisScored, ExpertReviewRecorded
from domain.diagnosis.self_assessment import AnswersSaved, SelfAssessmentSubmitted, TruthPledged
from domain.diagnosis.state import PROCEEDINGS_READERS
from domain.diagnosis.submission import SubmissionTakenIn
from domain.diagnosis.visits import VisitEvent
from domain.diagnosis.withdrawal import DiagnosisWithdrawn
from domain.diagnosis.workbook import WorkbookTakenIn
from domain.events import CAPABILITIES, EVENTS
from domain.governance.proceedings.state import PROCEEDING_READERS
from domain.governance.ties import TOLD as TIE_TOLD
from domain.kernel import EVERYONE, KEEPERS, Capability, Event
from domain.masks import (
    ANSWERS,
    CONSENTS,
    DOSSIERS,
    FINANCE,
    FIRMS,
    FOLLOWERS,
    PROCEEDINGS,
    REPORTS,
    TRAIL,
    TRAIL_ENTRIES,
)
from domain.participants.consents import CONSENT_READERS, ConsentGranted, ConsentRevoked
from domain.participants.consents import CONSENTS as CONSENT
from domain.participants.enterprises import (
    ENTERPRISES,
    EnterpriseRegistered,
    EnterpriseRevised,
    EnterpriseStated,
    EnterpriseTakenOffRoster,
)
from domain.programme.demands.state import DEMAND_READERS
from domain.providers.applications.events import TOLD as APPLICATION_TOLD
from domain.providers.feedback.feedback import FEEDBACKS, QUOTAS
from tests.live_city import ENTERPRISE, PEOPLE, LiveCity

OF_A_FIRM = {event for capability in (CONSENT, DIAGNOSES, ENTERPRISES) for event in capability.events}
"""Events whose streams lie in a place; all others are of no firm, and only a scope without limit admits them."""
THING: Mapping[type[Event], frozenset[Role]] = {
    **dict.fromkeys((ConsentGranted, ConsentRevoked), CONSENTS),
    **dict.fromkeys((ReportObjectedTo, ObjectionsAnswered, SiteVisitRecorded, ExpertReviewRecorded), PROCEEDINGS),
    **dict.fromkeys((*VisitEvent.__args__, *ArbitrationEvent.__args__, ReportHandedIn, ReportReviewed), PROCEEDINGS),
    **dict.fromkeys((ReportFiled, ReaderAppointed, ReadingHeld), PROCEEDINGS),
    **dict.fromkeys((QuestionsDeferred, QuestionsResumed), ANSWERS),
    **dict.fromkeys((AnswersSaved, AnswersVerified, EvidenceAttached, WorkbookTakenIn, PrefillTaken, SubmissionTakenIn), ANSWERS),
    **dict.fromkeys((DiagnosisScored, ReportIssued, ReportConfirmed, SelfAssessmentSubmitted), REPORTS),
    **dict.fromkeys((EnterpriseRegistered, EnterpriseRevised, EnterpriseStated), FINANCE),
    **dict.fromkeys(
        (
            DiagnosisOpened,
            ProviderAssigned,
            ListingExceptionRecorded,
            TieExceptionRecorded,
            DiagnosisAccepted,
            TruthPledged,
            DiagnosisWithdrawn,
            EnterpriseTakenOffRoster,
        ),
        FIRMS,
    ),
}
"""Event of a firm -> who reads through the schema what the fact says."""
OTHERS: Mapping[str, frozenset[Role]] = {
    **dict.fromkeys(("participation", "attendance", "question"), PARTICIPATION_READERS),
    "campaigntarget": CAMPAIGN_TARGET_TOLD,
    **dict.fromkeys(("demand", "offer", "gapconsent"), DEMAND_READERS),
    "proceeding": PROCEEDING_READERS,
    "application": APPLICATION_TOLD,
    "tie": TIE_TOLD,
    "credential": CONSENT_READERS,
    **dict.fromkeys(("call", "campaignlimits", "directory", "listing", "unittarget"), EVERYONE),
    **dict.fromkeys(("stage", "followup"), PROCEEDINGS_READERS),
}
"""Capability whose things lie in no firm's place, and are told to others all the same -> to whom."""
HIDDEN = (CONSENTS, PROCEEDINGS)
"""Things of which the schema tells others not even that they are there."""


def test_every_event_of_a_firm_says_here_who_reads_the_thing() -> None:
    assert set(THING) == OF_A_FIRM


@pytest.mark.parametrize("capability", CAPABILITIES.values(), ids=lambda capability: capability.name)
def test_an_event_that_is_told_to_others_than_its_keepers_is_judged_here(capability: Capability) -> None:
    """Persons, second factors, keys, drafts, rosters …: who writes a new event and says nothing tells nobody else."""
    told = {event for event in capability.events if event.told_to - KEEPERS}
    if told - set(THING):
        assert all(event.told_to <= OTHERS[capability.name] for event in told)


@pytest.mark.parametrize("event", sorted(OF_A_FIRM, key=lambda one: one.__name__), ids=lambda event: event.__name__)
def test_what_an_entry_holds_is_read_by_no_role_that_may_not_read_the_thing(event: type[Event]) -> None:
    assert TRAIL & event.told_to <= THING[event]
    if THING[event] in HIDDEN:
        assert (TRAIL_ENTRIES | FOLLOWERS) & event.told_to <= THING[event]


@pytest.mark.parametrize("event", EVENTS.values(), ids=lambda event: event.__name__)
def test_who_takes_entries_away_whole_is_told_of_them(event: type[Event]) -> None:
    kept_from_the_city = event in (*FEEDBACKS.events, *QUOTAS.events)  # they tell who wrote, and no dossier holds them
    assert event.told_to >= (KEEPERS - {Role.CITY} if kept_from_the_city else KEEPERS)
    if event in set(DIAGNOSES.events) | set(ENTERPRISES.events):
        assert event.told_to >= DOSSIERS


NODES = "nodes { type sentence data }"
BARE = "nodes { type at }"
ELSEWHERE = {"pudong", "stranger", "rival"}
"""People whose scope does not hold the firm."""


def consent(city: LiveCity) -> None:
    day = city.today
    given = {"enterprise": ENTERPRISE, "bank": "bank", "purpose": "授信", "since": day, "until": day}
    city.done("confirmer", "grantConsent", "enterprise { id }", **given)


def test_consents_are_in_the_trail_for_who_reads_consents_and_nobody_else(city: LiveCity) -> None:
    consent(city)
    asked = f'{{ auditTrail(kind: "consent.", first: 5) {{ totalCount {BARE} }} }}'
    for who, role, _unit in PEOPLE:
        if role in TRAIL_ENTRIES and who not in ELSEWHERE:
            found = city.data(who, asked)["auditTrail"]
            told = int(role in CONSENTS)
            assert (found["totalCount"], len(found["nodes"])) == (told, told), who
            every = city.data(who, f"{{ auditTrail(first: 100) {{ {BARE} }} }}")["auditTrail"]["nodes"]
            assert bool([node for node in every if node["type"].startswith("consent.")]) <= (role in CONSENTS)
    for who in ("district", "group"):
        asked = f'{{ auditTrail(kind: "consent.", first: 5) {{ {NODES} }} }}'
        assert city.data(who, asked)["auditTrail"]["nodes"] == []


def test_an_objection_and_its_answer_are_in_the_trail_for_the_parties_alone(city: LiveCity) -> None:
    diagnosis = city.issued()
    city.done("enterprise", "objectToReport", diagnosis=diagnosis, items=[{"indicator": "Z01", "reason": "证据未计"}])

    def kinds(who: str) -> set[str]:
        asked = f'{{ auditTrail(subject: "{diagnosis}", first: 100) {{ {BARE} }} }}'
        return {node["type"] for node in city.data(who, asked)["auditTrail"]["nodes"]}

    hidden = {event.model_fields["type"].default for event in EVENTS.values() if Role.GROUP not in event.told_to}
    assert kinds("district") & hidden
    assert kinds("group")
    assert not kinds("group") & hidden


def test_consents_read_in_the_trail_are_written_down_as_consents(city: LiveCity) -> None:
    consent(city)
    city.data("city", f'{{ auditTrail(kind: "consent.", first: 5) {{ {NODES} }} }}')
    log: Any = city.data("auditor", "{ disclosures(mask: CONSENTS) { nodes { entryPoint role firms { subject masks } } } }")
    (row,) = [node for node in log["disclosures"]["nodes"] if "auditTrail" in node["entryPoint"]]
    assert row["firms"] == [{"subject": f"consent/{ENTERPRISE}", "masks": [Mask.CONSENTS.name, Mask.TRAIL.name]}]
