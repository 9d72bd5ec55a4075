"""Row security 行级安全 (plan P7): what a query forgot, PostgreSQL refuses; proved with raw connections that own nothing."""

from collections.abc import Iterator
from contextlib import closing
from datetime import date
from typing import Any

import psycopg2
import pytest
from hypothesis import given, settings
from sqlalchemy import select

from domain.access import AllOf, AnyOf, Attribute, Everything, Is, Nothing, OpenTo, Role, Scope, scope_of
from domain.participants.organisations import OrganisationKind, RegisterOrganisation
from journal import open_journal
from projections import READ_MODELS, ReadModels, open_read_models
from projections.diagnosis.diagnoses_fold import ANSWERS, DIAGNOSES, EVIDENCE, REPORTS
from projections.diagnosis.proceedings import PROCEEDINGS
from projections.engine.pages import Page
from projections.engine.places import ENTERPRISES
from projections.engine.row_security import ROW_SECURED, SEPARATOR, reader_of, tags
from projections.providers.feedback import FEEDBACK as FEEDBACK_TABLE
from projections.providers.feedback import FEEDBACK_SCORES
from tests.projections.engine.test_reads import scopes
from tests.projections.every_table import CONSENTING, FEEDBACK, OTHERS, TODAY, open_to_others
from tests.small_city import CITY, ENTERPRISE, FILLER, City, roster

Secured = tuple[ReadModels, str]


@pytest.fixture(scope="module")
def secured(new_database: Any) -> Iterator[Secured]:
    address = new_database()
    journal = open_journal(address)
    city = City(journal)
    city.send(CITY, roster(digest="3" * 64, rows=tuple(enumerate(OTHERS, 3))))
    city.issued()
    city.send(CITY, RegisterOrganisation(organisation="experts", kind=OrganisationKind.EXPERT_GROUP, name="experts"))
    open_to_others(city)
    models = open_read_models(address, journal)
    models.catch_up()
    yield models, address
    models.close()
    journal.close()


def raw(address: str, scope: Scope | None, statement: str) -> list[tuple[Any, ...]]:
    """What a connection reads that acts as the reader, with a scope set or none, and no condition of its own."""
    with closing(psycopg2.connect(address)) as connection, connection.cursor() as cursor:
        if scope is not None:
            cursor.execute("SELECT set_config('zhenduan.scope', %s, true)", (SEPARATOR.join(tags(scope)),))
        cursor.execute(f"SET LOCAL ROLE {reader_of(scope or Nothing())}")
        cursor.execute(statement)
        return cursor.fetchall()


def policies(address: str) -> list[tuple[Any, ...]]:
    with closing(psycopg2.connect(address)) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT oid, polname FROM pg_policy ORDER BY oid")
        return cursor.fetchall()


def named(models: ReadModels, table: Any) -> str:
    with models.reading() as snapshot:
        return str(snapshot[table].name)


@pytest.mark.parametrize(
    ("scope", "firms", "answers"),
    [
        (Everything(), 4, True),
        (Nothing(), 0, False),
        (None, 0, False),
        (scope_of(Role.DISTRICT, "310117"), 2, True),
        (scope_of(Role.DISTRICT, "310115"), 1, False),
        (scope_of(Role.ENTERPRISE, ENTERPRISE), 1, True),
        (scope_of(Role.PROVIDER, "p1"), 1, True),
        (scope_of(Role.REPORTING_UNIT, "lingang"), 1, False),
        (scope_of(Role.BANK, "bank", on=TODAY), 1, False),
        (scope_of(Role.BANK, "bank", on=date(2020, 1, 1)), 0, False),
        (scope_of(Role.READER, "experts", "zhou", TODAY), 1, True),
        (scope_of(Role.SAMPLER, "experts", "wu", TODAY), 0, False),
        (scope_of(Role.SAMPLER, "experts", "zhou", TODAY), 0, False),
    ],
)
def test_a_raw_connection_without_any_condition_reads_what_its_scope_holds(
    secured: Secured, scope: Scope | None, firms: int, answers: bool  # noqa: FBT001 - a case of the test
) -> None:
    models, address = secured
    assert len(raw(address, scope, f"SELECT id FROM {named(models, ENTERPRISES)}")) == firms
    assert bool(raw(address, scope, f"SELECT 1 FROM {named(models, ANSWERS)}")) == answers
    assert bool(raw(address, scope, f"SELECT 1 FROM {named(models, DIAGNOSES)}")) == answers


@pytest.mark.parametrize("scope", [scope_of(Role.GROUP, "g1"), scope_of(Role.BANK, "bank", on=TODAY), scope_of(Role.SUPPORT, "s")])
def test_from_outside_a_case_no_query_reaches_a_column_that_is_its_parties_alone(secured: Secured, scope: Scope) -> None:
    """plan P4, P7: not even a query that forgot the scope."""
    models, address = secured
    raw(address, scope, f"SELECT id, outside_status, issued_grade FROM {named(models, DIAGNOSES)}")
    for part in (ANSWERS, EVIDENCE, REPORTS):
        raw(address, scope, f"SELECT * FROM {named(models, part)}")
    for part in PROCEEDINGS:
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            raw(address, scope, f"SELECT diagnosis FROM {named(models, part)}")
    for column in ("status", "verified_total", "grade", "level", "result", "visits", "changed_at"):
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            raw(address, scope, f"SELECT {column} FROM {named(models, DIAGNOSES)}")
    with pytest.raises(psycopg2.errors.InsufficientPrivilege):
        raw(address, scope, f"SELECT id FROM {named(models, DIAGNOSES)} WHERE grade = 8")


def test_who_reads_can_write_nothing_and_lift_no_policy(secured: Secured) -> None:
    models, address = secured
    firms = named(models, ENTERPRISES)
    for statement in (
        f"UPDATE {firms} SET district = 'x'",
        f"DELETE FROM {firms}",
        f"ALTER TABLE {firms} DISABLE ROW LEVEL SECURITY",
        "SELECT * FROM secrets.logins",
        "SELECT * FROM entries",
    ):
        with pytest.raises((psycopg2.errors.InsufficientPrivilege, psycopg2.errors.UndefinedTable)):
            raw(address, Everything(), statement)


def test_what_the_views_of_the_policies_show_is_where_things_lie_and_nothing_they_hold(secured: Secured) -> None:
    models, address = secured
    with closing(psycopg2.connect(address)) as connection, connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {named(models, ENTERPRISES)}_fence LIMIT 0")
        columns = {column.name for column in cursor.description or ()}
    assert columns == {"id", "district", "subdistrict", "park", "reporting_unit", "group"}


@settings(max_examples=60)
@given(scope=scopes)
def test_the_row_policies_are_never_narrower_than_the_scope(secured: Secured, scope: Scope) -> None:
    from projections.diagnosis import case_parts, diagnoses  # noqa: PLC0415 - used here only
    from projections.participants import enterprises  # noqa: PLC0415 - likewise

    models, _ = secured
    found = []
    for eyes in (None, scope):
        with models.reading(eyes) as snapshot:
            firms = enterprises.enterprises(snapshot, scope, enterprises.EnterpriseFilter(), Page(100))
            cases = diagnoses.diagnoses(snapshot, scope, diagnoses.DiagnosisFilter(), Page(100))
            found.append((firms, cases, case_parts.answers(snapshot, scope, ["d1"])))
    assert found[0] == found[1]


@pytest.mark.parametrize(
    ("scope", "firms"),
    [
        *((Is(attribute, "x"), set()) for attribute in Attribute),
        (OpenTo(Attribute.CONSENT, "bank", TODAY), {CONSENTING}),
        (AnyOf((Is(Attribute.ENTERPRISE, ENTERPRISE), OpenTo(Attribute.CONSENT, "bank", TODAY))), {ENTERPRISE, CONSENTING}),
        (AllOf((Is(Attribute.ENTERPRISE, ENTERPRISE), Everything())), {ENTERPRISE}),
    ],
)
def test_a_query_that_forgot_its_scope_gets_no_row_from_outside(secured: Secured, scope: Scope, firms: set[str]) -> None:
    models, _ = secured
    with models.reading(scope) as snapshot:
        assert {row[0] for row in snapshot.rows(select(snapshot[ENTERPRISES].c.id))} == firms


def test_what_the_program_reads_for_a_caller_is_whole_and_leaves_the_policies_on(secured: Secured) -> None:
    models, _ = secured
    with models.reading(Is(Attribute.ENTERPRISE, ENTERPRISE)) as snapshot:
        firms, whole = select(snapshot[ENTERPRISES].c.id), snapshot.whole()
        assert len(whole.rows(firms)) > 1
        assert len(whole.prepared(("every", "firm"), lambda: firms)) > 1
        assert [row[0] for row in snapshot.rows(firms)] == [ENTERPRISE]
        with pytest.raises(LookupError):  # before a statement is sent: the transaction goes on, behind the policies
            whole.prepared(("one", "firm"), lambda: firms, another="value")
        assert [row[0] for row in snapshot.rows(firms)] == [ENTERPRISE]
        assert whole.position == snapshot.position


def test_a_rebuild_carries_the_policies_over_and_an_older_snapshot_is_not_torn(secured: Secured) -> None:
    models, address = secured
    district = scope_of(Role.DISTRICT, "310117")
    with models.reading(district) as before:
        assert len(before.rows(select(before[ENTERPRISES]))) == 2
        models.rebuild()
        assert len(before.rows(select(before[DIAGNOSES]))) == 1
    models.rebuild()
    models.rebuild()
    before_start = policies(address)
    journal = open_journal(address)
    open_read_models(address, journal).close()
    journal.close()
    assert policies(address) == before_start  # a start that changes nothing makes none anew
    assert len(raw(address, district, f"SELECT id FROM {named(models, ENTERPRISES)}")) == 2
    assert len(raw(address, Nothing(), f"SELECT id FROM {named(models, ENTERPRISES)}")) == 0


def test_every_table_of_a_firms_own_data_has_row_policies() -> None:
    tables = {table.name: table for read_model in READ_MODELS for table in read_model.tables}
    holds = {name for name, table in tables.items() if {"diagnosis", "enterprise"} & set(table.c.keys())}
    assert holds - set(ROW_SECURED) == {
        "enterprise_bigrams",
        "first_reports",
        "adjudicated_samples",
        "demands",
        "case_studies",
        "designations",
        "designations_held",
        "reassessments",
        "coverage_reported",
        "coverage_subjects",
        "consents",
        "assignments",
        "audit_subjects",
        "headquarters",
        "named_suppliers",
        "offers",
        "outreach_questions",
        "outreach_reached",
        "roster_members",
        "roster_undated",
    }


def test_the_reader_uses_a_schema_that_is_closed_to_everybody_else(database: str) -> None:
    """plan P7: where an administrator has closed the schema, a scoped read still finds its rows."""
    with closing(psycopg2.connect(database)) as connection, connection, connection.cursor() as cursor:
        cursor.execute("REVOKE USAGE ON SCHEMA public FROM PUBLIC")
    with closing(open_journal(database)) as journal, closing(open_read_models(database, journal)) as models:
        City(journal)
        models.catch_up()
        with models.reading(scope_of(Role.DISTRICT, "310117")) as snapshot:
            assert len(snapshot.rows(select(snapshot[ENTERPRISES].c.id))) == 1


@pytest.mark.parametrize(
    ("scope", "anonymous", "found"),
    [
        (scope_of(Role.ENTERPRISE, ENTERPRISE), True, True),
        (scope_of(Role.PROVIDER, "p1"), True, False),
        (scope_of(Role.PROVIDER, "p1"), False, True),
        (scope_of(Role.PROVIDER, "p2"), False, False),
        (scope_of(Role.DISTRICT, "310117"), False, False),
    ],
)
def test_no_query_of_a_provider_reaches_what_a_firm_said_without_its_name(
    database: str, scope: Scope, anonymous: bool, found: bool  # noqa: FBT001 - a case of the test
) -> None:
    """plan P6: not even one that forgot the scope."""
    with closing(open_journal(database)) as journal, closing(open_read_models(database, journal)) as models:
        city = City(journal)
        city.issued()
        city.send(FILLER, FEEDBACK.model_copy(update={"anonymous": anonymous}))
        models.catch_up()
        for table in (FEEDBACK_TABLE, FEEDBACK_SCORES):
            assert bool(raw(database, scope, f"SELECT 1 FROM {named(models, table)}")) == found
