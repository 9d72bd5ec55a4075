"""Proceedings as rows (plan P6, P7): PostgreSQL itself refuses whom they do not concern."""

from contextlib import closing
from typing import Any

import psycopg2
import pytest

from domain.access import Nothing, Role, Scope, scope_of
from domain.governance.proceedings.opening import OpenProceeding, ServeNotice
from domain.governance.proceedings.state import ProceedingKind
from domain.participants.organisations import OrganisationKind, RegisterOrganisation
from journal import open_journal
from projections import open_read_models
from projections.engine.pages import Page
from projections.engine.row_security import SEPARATOR, reader_of, tags
from projections.governance.proceedings import BY_DUE_DAY, PROCEEDINGS, ProceedingFilter, proceedings
from tests.small_city import CITY, ENTERPRISE, FILLER, City, opening

SEEN = {
    scope_of(Role.CITY, "city"): {"c1", "m1"},
    scope_of(Role.AUDITOR, "audit"): {"c1", "m1"},
    scope_of(Role.PROVIDER, "p1"): {"c1"},
    scope_of(Role.PROVIDER, "p2"): {"m1"},
    scope_of(Role.ENTERPRISE, ENTERPRISE): {"c1"},
    scope_of(Role.ENTERPRISE, "another"): set[str](),
    scope_of(Role.DISTRICT, "310117"): {"c1"},
    scope_of(Role.DISTRICT, "310115"): {"m1"},
    scope_of(Role.PUBLIC, ""): set[str](),
}
"""Scope -> the proceedings within it."""


def lived(address: str) -> Any:
    journal = open_journal(address)
    city = City(journal)
    city.send(CITY, RegisterOrganisation(organisation="310115", kind=OrganisationKind.DISTRICT, name="浦东新区"))
    city.send(CITY, RegisterOrganisation(organisation="p2", kind=OrganisationKind.PROVIDER, name="另一服务商", parent="310115"))
    city.send(CITY, opening("d1"))
    stated = {"about": "diagnosis/d1", "cause": "diagnosis/d1/1", "asked": "更换", "grounds": "未到场"}
    kinds = ProceedingKind
    city.send(FILLER, OpenProceeding(proceeding="c1", kind=kinds.COMPLAINT, provider="p1", enterprise=ENTERPRISE, **stated))
    city.send(CITY, OpenProceeding(proceeding="m1", kind=kinds.DIRECTORY_MOVE, provider="p2", **stated | {"about": "listing/p2"}))
    city.send(CITY, ServeNotice(proceeding="m1"))
    models = open_read_models(address, journal)
    models.catch_up()
    return journal, models


@pytest.mark.parametrize("engine", ["sqlite", "postgres"])
def test_each_reads_its_own_with_and_without_a_condition(engine: str, tmp_path: Any, request: pytest.FixtureRequest) -> None:
    address = f"sqlite:///{tmp_path}/city.db" if engine == "sqlite" else request.getfixturevalue("new_database")()
    journal, models = lived(address)
    for scope, expected in SEEN.items():
        with models.reading(scope) as snapshot:
            rows = proceedings(snapshot, scope, ProceedingFilter(), Page(10, BY_DUE_DAY))
            table = snapshot[PROCEEDINGS].name
        assert {row.id for row in rows} == expected, scope
        if engine == "postgres":
            assert raw(address, scope, table) == expected, scope
    with models.reading() as snapshot:
        listed = proceedings(snapshot, scope_of(Role.CITY, "city"), ProceedingFilter(), Page(10, BY_DUE_DAY))
    assert [row.id for row in listed] == ["m1", "c1"]  # what is due comes before what has no day yet
    models.close()
    journal.close()


def raw(address: str, scope: Scope, table: str) -> set[str]:
    """What a connection reads that acts as the reader, without any condition of its own."""
    with closing(psycopg2.connect(address)) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT set_config('zhenduan.scope', %s, true)", (SEPARATOR.join(tags(scope)),))
        cursor.execute(f"SET LOCAL ROLE {reader_of(scope or Nothing())}")
        cursor.execute(f'SELECT id FROM "{table}"')
        return {str(row[0]) for row in cursor.fetchall()}


