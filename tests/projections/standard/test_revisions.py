"""Revisions (plan S5): drafts through a scope, what is public, and the editions that a draft would be published as."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from domain.access import Attribute, Everything, Is, Nothing, OpenTo, Role, Scope
from domain.instants import city_day
from domain.participants.organisations import OrganisationKind, RegisterOrganisation
from domain.participants.people.registration import InvitePerson
from domain.standard.revision.consultation import CloseConsultation
from domain.standard.revision.publication import PublishRevision
from domain.standard.revision.review import NameReviewers
from journal import Journal, open_journal
from projections import ReadModels, open_read_models
from projections.engine.pages import Page
from projections.standard import editions, revisions
from projections.standard.revisions import BY_NUMBER, CommentFilter
from standards import edition_of_json, load
from standards.revising.changes import DimensionWeight
from tests.revising_city import CONSULTED, ERRATUM, REVIEWER, SHIFT, changing, put_to_consultation, review_erratum
from tests.small_city import CITY, City

TODAY = city_day(datetime.now(UTC))
AS_REVIEWER = OpenTo(Attribute.ASSIGNMENT, REVIEWER, TODAY)
OUTSIDE: tuple[Scope, ...] = (
    Nothing(),
    Is(Attribute.DISTRICT, "310117"),
    Is(Attribute.ENTERPRISE, REVIEWER),
    OpenTo(Attribute.ASSIGNMENT, "wu", TODAY),
    OpenTo(Attribute.CONSENT, REVIEWER, TODAY),
)


@pytest.fixture
def city(journal: Journal) -> City:
    city = City(journal)
    city.send(CITY, RegisterOrganisation(organisation="experts", kind=OrganisationKind.EXPERT_GROUP, name="专家组"))
    held = {"membership": "m1", "role": Role.READER, "organisation": "experts", "since": TODAY}
    city.send(CITY, InvitePerson.model_validate({"person": REVIEWER, "name": "x", **held}))
    put_to_consultation(city)
    review_erratum(city)
    return city


@pytest.fixture
def models(city: City, url: str, tmp_path: Path) -> Iterator[ReadModels]:
    opened = open_read_models(f"sqlite:///{tmp_path / 'read.db'}" if url.startswith("sqlite") else url, city.journal)
    opened.catch_up()
    yield opened
    opened.close()
UNANSWERED = CommentFilter(CONSULTED, unanswered=True)
WHOLE, THE_REST = Page(10, BY_NUMBER), Page(10, BY_NUMBER, (1,))


def test_a_draft_is_read_by_whom_its_scope_admits_and_its_editions_bear_the_keys_of_those_they_replace(
    models: ReadModels,
) -> None:
    with models.reading() as snapshot:
        found = revisions.draft_editions(snapshot, Everything(), CONSULTED)
        assert found is not None
        assert (found.revision, found.version, found.problems, list(found.editions)) == (CONSULTED, 2, (), ["2023"])
        assert found.editions["2023"].key == "2027"
        assert revisions.draft_editions(snapshot, AS_REVIEWER, ERRATUM) is not None
        for scope in (*OUTSIDE, AS_REVIEWER):
            assert revisions.draft_editions(snapshot, scope, CONSULTED) is None
        assert revisions.draft_editions(snapshot, Everything(), "nothing") is None


def test_a_draft_that_does_not_hold_has_no_editions_and_says_why(city: City, models: ReadModels) -> None:
    city.send(CITY, changing(ERRATUM, SHIFT[0], version=2))
    models.catch_up()
    with models.reading() as snapshot:
        found = revisions.draft_editions(snapshot, Everything(), ERRATUM)
    assert found is not None
    assert (found.version, dict(found.editions)) == (3, {})
    assert [problem.rule for problem in found.problems] == ["WEIGHTS_NOT_100"]


@pytest.mark.parametrize("scope", OUTSIDE)
def test_outside_its_scope_a_draft_is_in_no_list_no_count_and_no_event(models: ReadModels, scope: Scope) -> None:
    with models.reading() as snapshot:
        assert [row.id for row in revisions.revisions(snapshot, scope, Page(10))] == [CONSULTED]
        assert revisions.revision_count(snapshot, scope) == 1
        assert revisions.revision(snapshot, scope, ERRATUM) is None
        assert revisions.drafts_admitted(snapshot, scope, [CONSULTED, ERRATUM]) == frozenset()
        assert revisions.changes(snapshot, scope, [CONSULTED, ERRATUM]) == []
        assert revisions.reviews(snapshot, scope, [CONSULTED, ERRATUM]) == []
        told = revisions.standards_events(snapshot, scope, 100)
    assert [row.type for row in told] == [
        "edition.published.v1",
        "revision.consultation_opened.v1",
        "revision.commented.v1",
        "revision.commented.v1",
        "revision.comment_answered.v1",
    ]
    assert {row.subject for row in told} == {"2023", CONSULTED}


def test_a_reviewer_sees_the_draft_that_is_to_be_reviewed_and_its_events(models: ReadModels) -> None:
    with models.reading() as snapshot:
        assert {row.id for row in revisions.revisions(snapshot, AS_REVIEWER, Page(10))} == {CONSULTED, ERRATUM}
        [change] = revisions.changes(snapshot, AS_REVIEWER, [CONSULTED, ERRATUM])
        assert change.clause == "indicators.Z01.evidence"
        assert [row.verdict for row in revisions.reviews(snapshot, AS_REVIEWER, [ERRATUM])] == ["approve"]
        told = [row.type for row in revisions.standards_events(snapshot, AS_REVIEWER, 100) if row.subject == ERRATUM]
    assert told == [
        "revision.drafted.v1",
        "revision.changed.v1",
        "revision.reviewers_named.v1",
        "revision.reviewed.v1",
    ]


def test_comments_are_read_by_everyone_page_by_page_with_what_became_of_them(models: ReadModels) -> None:
    with models.reading() as snapshot:
        first, second = revisions.comments(snapshot, Nothing(), CommentFilter(CONSULTED), WHOLE)
        assert (first.number, first.clause, first.label, first.disposition) == (1, "dimensions.F", "维度 F", "partly")
        assert (second.number, second.label, second.disposition) == (2, "全文", None)
        assert [one.number for one in revisions.comments(snapshot, Nothing(), CommentFilter(CONSULTED), THE_REST)] == [2]
        assert [one.number for one in revisions.comments(snapshot, Nothing(), UNANSWERED, WHOLE)] == [2]
        assert revisions.comment_count(snapshot, Nothing(), CommentFilter(CONSULTED)) == 2
        assert revisions.comment_count(snapshot, Nothing(), CommentFilter(CONSULTED, unanswered=True)) == 1
        assert revisions.comments(snapshot, Nothing(), CommentFilter(ERRATUM), WHOLE) == []


def test_the_text_on_consultation_stays_what_it_was_while_the_draft_moves_on(url: str, tmp_path: Path) -> None:
    began = datetime.now(UTC) - timedelta(days=60)
    with closing(open_journal(url, demo=True)) as journal:
        city = City(journal, clock=lambda: began)
        put_to_consultation(city)
        city.clock = lambda: began + timedelta(days=31)
        city.send(CITY, CloseConsultation(revision=CONSULTED))
        back = (("D1", "14.5"), ("F", "10.5"))
        values = [{"dimension": dimension, "weight": weight, "reason": "放缓"} for dimension, weight in back]
        city.send(CITY, changing(CONSULTED, *map(DimensionWeight.model_validate, values), version=2))
        models_url = f"sqlite:///{tmp_path / 'read.db'}" if url.startswith("sqlite") else url
        with closing(open_read_models(models_url, journal)) as models:
            models.catch_up()
            with models.reading() as snapshot:
                consulted = revisions.consulted_editions(snapshot, Nothing(), CONSULTED)
                draft = revisions.draft_editions(snapshot, Everything(), CONSULTED)
                assert revisions.draft_editions(snapshot, Nothing(), CONSULTED) is None
    assert consulted is not None
    assert draft is not None
    assert (consulted.version, draft.version) == (2, 3)
    assert [str(found.editions["2023"].dimensions[0].weight) for found in (consulted, draft)] == ["14", "14.5"]


def test_what_is_published_is_to_the_bit_the_draft_and_its_term_is_told(city: City, models: ReadModels) -> None:
    with models.reading() as snapshot:
        draft = revisions.draft_editions(snapshot, Everything(), ERRATUM)
    since = TODAY + timedelta(days=10)
    city.send(CITY, PublishRevision(revision=ERRATUM, draft_version=2, since=since))
    models.catch_up()
    with models.reading() as snapshot:
        new, old = editions.edition(snapshot, "2023.1"), editions.edition(snapshot, "2023")
        shown = revisions.revision(snapshot, Nothing(), ERRATUM)
    assert draft is not None
    assert new is not None
    assert old is not None
    assert edition_of_json(new.body) == draft.editions["2023"]
    assert (new.digest, new.in_force_from, new.retired_from) == (draft.editions["2023"].digest, since.isoformat(), None)
    assert (old.digest, old.in_force_from, old.retired_from) == (load("2023").digest, None, since.isoformat())
    assert shown is not None
    assert (shown.status, shown.in_force_from) == ("published", since.isoformat())


def test_who_is_left_out_of_a_later_list_of_reviewers_sees_the_draft_no_more(city: City, models: ReadModels) -> None:
    held = {"membership": "m1", "role": Role.READER, "organisation": "experts", "since": TODAY}
    city.send(CITY, InvitePerson.model_validate({"person": "wu", "name": "x", **held}))
    city.send(CITY, NameReviewers(revision=ERRATUM, reviewers=("wu",)))
    models.catch_up()
    with models.reading() as snapshot:
        assert revisions.draft_editions(snapshot, AS_REVIEWER, ERRATUM) is None
        assert revisions.draft_editions(snapshot, OpenTo(Attribute.ASSIGNMENT, "wu", TODAY), ERRATUM) is not None
