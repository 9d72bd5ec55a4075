"""No sentence, scope text, fact or export names a person to a role without right to know who acted (plan P5, P7).

Every query field is asked as every role, without the fields that are ids of people by right; no other text may hold one.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from graphql import OperationType

from api.kit.ids import id_of
from api.kit.ports import Identified
from api.server.messages import GraphQLRequest
from api.server.operations import Operations
from domain.access import EXPERTS, Attribute, OpenTo, Role, scope_of, sentence
from domain.events import EVENTS
from domain.masks import ACTORS
from domain.person_id_fields import person_fields, without
from journal import Caller
from tests.api.server.test_scopes import ARGUMENTS, IDS, TODAY, fill, texts
from tests.live_city import RIGHTS, SCHEMA, UNBOUNDED
from tests.root_fields import calls, together
from tests.small_city import City
from zhenduan.settings import Settings
from zhenduan.wiring import opened

PEOPLE = ("city-person", "enterprise-person", "provider-person", "zhou", *(f"filler-{number}" for number in range(4)))
SHOWN_BY_RIGHT = frozenset(
    {
        "Person.id",
        "Contact.person",
        "AuditEntry.actor",
        "Disclosure.person",
        "Assignment.expert",
        "ArbiterOpinion.arbiter",
        "ExpertReading.expert",
        "ReaderCandidate.expert",
        "Proceeding.openedBy",
        "Proceeding.decidedBy",
        "DraftReview.reviewer",
        "ProposedRow.proposer",
        "RevisionDraft.reviewers",
        "Severity.person",
    }
)
"""Fields that are ids of people; whoever has the right to one is told them."""
UNITS = {
    Role.DISTRICT: "310117",
    Role.SUBDISTRICT: "310117001",
    Role.PARK: "park1",
    Role.REPORTING_UNIT: "lingang",
    Role.GROUP: "g1",
    Role.BANK: "bank",
    Role.PARTNER: "*",
    **dict.fromkeys((Role.ENTERPRISE, Role.FILLER, Role.DEPARTMENT_FILLER, Role.CONFIRMER), IDS[2]),
    **dict.fromkeys((Role.PROVIDER, Role.DIAGNOSTICIAN, Role.REVIEWER), "p1"),
}
ROLES = sorted(set(Role) - ACTORS - {Role.SYSTEM}, key=lambda role: (role not in EXPERTS, role))
"""Experts ask first, so that others read that they did."""


@pytest.fixture(scope="module")
def ask(tmp_path_factory: pytest.TempPathFactory) -> Iterator[object]:
    folder: Path = tmp_path_factory.mktemp("people")
    with opened(Settings(folder), create=True) as installation:
        program = installation.services
        fill(City(program.journal))
        program.models.catch_up()
        program.keys.open = lambda *_sealed: "某某"  # type: ignore[method-assign] # their names were never sealed
        operations = Operations(program, SCHEMA, RIGHTS, documents=UNBOUNDED)

        def asked(role: Role, query: str, variables: dict[str, Any] | None = None) -> Any:
            person = "zhou" if role in EXPERTS else f"asks-as-{role}"
            unit = UNITS.get(role, "unit")
            who = Caller(person, role, unit, scope_of(role, unit, person, TODAY))
            identified = Identified(who, "m", datetime.now(UTC) + timedelta(hours=1))
            program.accounts.identify = lambda _token, _snapshot=None: identified  # type: ignore[method-assign]
            return operations.run(GraphQLRequest(query, variables), "any", frozenset({OperationType.QUERY})).payload

        yield asked


def test_no_role_is_told_who_acted_but_in_the_fields_that_it_has_the_right_to(ask: object) -> None:
    assert callable(ask)
    held = 0
    for role in ROLES:
        for call in together(calls(role, ARGUMENTS, without=SHOWN_BY_RIGHT)):
            for arguments, answer in call.answers(ask(role, call.query, call.variables)):
                told = "\n".join(texts(answer))
                assert not {code for code in ("INTERNAL", "QUERY_TOO_COMPLEX", "GRAPHQL_") if code in told}, (role, call.field)
                held += len(told)
                named = [person for person in PEOPLE if person in told and person not in arguments]
                assert not named, (role, call.field, arguments, named)
    assert held > 100_000


def test_a_firm_reads_that_an_expert_read_its_data_and_not_which(ask: object) -> None:
    assert callable(ask)
    ask(Role.READER, f'{{ diagnosis(id: "{id_of("diagnosis", "case-2")}") {{ verifiedTotal answers {{ indicator }} }} }}')
    told = "\n".join(texts(ask(Role.ENTERPRISE, "{ disclosures { nodes { role why whyInEnglish } } }")))
    assert "READER" in told
    assert "zhou" not in told


def test_the_sentence_of_an_assignment_names_nobody() -> None:
    for text in sentence(OpenTo(Attribute.ASSIGNMENT, "zhou", TODAY)):
        assert str(TODAY) in text
        assert "zhou" not in text


def test_facts_that_hold_people_say_so_by_type() -> None:
    holding = {name: set(person_fields(event)) for name, event in EVENTS.items() if person_fields(event)}
    assert holding == {
        "application.assessed.v1": {"marks"},
        "package.handed_over.v1": {"handed_over_by"},
        "package.requested.v2": {"requested_by"},
        "package.sending_ordered.v1": {"ordered_by"},
        "package.withdrawn.v1": {"withdrawn_by"},
        "paper.published.v1": {"published_by"},
        "paper.requested.v1": {"requested_by"},
        "equating.requested.v1": {"requested_by"},
        "overstatement.requested.v1": {"requested_by"},
        "uplift.requested.v1": {"requested_by"},
        **{name: {"contact"} for name in ("duty.lead_named.v1", "duty.contact_named.v1")},
        **{name: {"decided_by"} for name in ("duty.day_moved.v1", "duty.day_kept.v1")},
        **{name: {"author"} for name in ("casestudy.drafted.v1", "casestudy.revised.v1")},
        **{name: {"reviewer"} for name in ("casestudy.approved.v1", "casestudy.returned.v1")},
        "casestudy.consented.v1": {"consented_by"},
        "casestudy.published.v1": {"published_by"},
        "duty.delivered.v1": {"delivered_by"},
        "matching.adopted.v1": {"adopted_by"},
        "feedback.given.v1": {"author"},
        "feedback.second_instance_asked.v1": {"author"},
        "feedback.taken_up.v1": {"handler"},
        "application.saved.v1": {"person"},
        "assignment.made.v1": {"expert"},
        "call.marker_given.v1": {"marker"},
        "call.marker_released.v1": {"marker"},
        "call.marker_taken_off.v1": {"marker"},
        "call.marking_drawn.v1": {"markers"},
        "diagnosis.answers_saved.v1": {"author"},
        "diagnosis.arbiter_opinion_given.v1": {"arbiter"},
        "diagnosis.arbiter_opinion_struck.v1": {"arbiter"},
        "diagnosis.reader_appointed.v1": {"expert"},
        "diagnosis.reading_held.v1": {"expert"},
        "diagnosis.report_handed_in.v1": {"author"},
        "diagnosis.report_reviewed.v1": {"reviewer"},
        "diagnosis.signed_in_on_site.v1": {"person"},
        "diagnosis.site_visit_planned.v1": {"team"},
        "diagnosis.site_visit_recorded.v2": {"team"},
        "marking.assigned.v1": {"marker"},
        "proceeding.appeal_decided.v1": {"decided_by"},
        "proceeding.decided.v1": {"decided_by"},
        "proceeding.notice_served.v2": {"served_by"},
        "proceeding.opened.v1": {"opened_by"},
        "proceeding.statement_given.v2": {"stated_by"},
        "reassessment.assigned.v1": {"assessor"},
        "reassessment.given.v1": {"assessor"},
        "crosswalk.changed.v1": {"proposer"},
        "crosswalk.reviewed.v1": {"reviewer"},
        "revision.reviewers_named.v1": {"reviewers"},
        "revision.reviewed.v1": {"reviewer"},
        "contact.escalated.v1": {"person"},
        "contact.reminded.v1": {"person"},
        "calibration.given.v1": {"person"},
        "calibration.computed.v1": {"person"},
        "training.attendance_recorded.v1": {"people"},
        "signal.answered.v1": {"answered_by"},
        "signal.closed.v1": {"closed_by"},
        "subsidy.computed.v1": {"computed_by"},
        "subsidy.approved.v1": {"approved_by"},
    }
    kept = {"answers": {"Z01": {"author": "li", "replaces": 1}}, "items": [{"author": "wang"}, 3]}
    assert without(frozenset({"author"}), kept) == {"answers": {"Z01": {"replaces": 1}}, "items": [{}, 3]}
