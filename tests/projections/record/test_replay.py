"""The past 往期: what was known on any past day is what a replay to that point gives; on both engines."""

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import select

from domain.access import Attribute, Everything, Is, Role, Scope
from domain.diagnosis.objections import AnswerObjections, ObjectionAnswer, ObjectionItem, ObjectToReport
from domain.diagnosis.on_site import VerifyAnswers
from domain.diagnosis.opening import OpenDiagnosis
from domain.diagnosis.provider import AssignProvider
from domain.diagnosis.report import ConfirmReport, IssueReport
from domain.diagnosis.scoring import ScoreDiagnosis
from domain.diagnosis.state import Purpose, VerifiedAnswer
from domain.participants.organisations import OrganisationKind, RegisterOrganisation
from domain.programme.targets import Measure, SetTarget
from journal import Journal
from projections import ReadModels, Snapshot, open_read_models
from projections.as_of import replay as replayed
from projections.diagnosis.diagnoses_fold import ANSWERS, DIAGNOSES, EVIDENCE, REPORTS
from projections.diagnosis.proceedings import PROCEEDINGS
from projections.engine.places import ENTERPRISES
from projections.participants.organisations import ORGANISATION_READ_MODEL, ORGANISATIONS
from projections.programme import coverage
from projections.standard.editions import EDITIONS, EDITIONS_READ_MODEL
from standards import Form
from tests.firm_ids import firm_id
from tests.small_city import CITY, ENTERPRISE, FILLER, FIRM, PROVIDER, City, caller, roster, sections

NEIGHBOUR = FIRM.model_copy(update={"uscc": "91330100799655058B", "name": "示例临港新材料有限公司", "district": "310115"})
YEAR = datetime.now(UTC).year
"""The first report comes now, so this year's roster is the one it counts in."""


@pytest.fixture
def city(journal: Journal) -> City:
    """Two firms; one with two diagnoses by two providers, an objection, another name and another district since."""
    city = City(journal)
    city.send(CITY, RegisterOrganisation(organisation="p2", kind=OrganisationKind.PROVIDER, name="示例服务二所"))
    city.send(CITY, roster(year=YEAR, digest="5" * 64))
    city.issued()
    renamed = FIRM.model_copy(update={"name": "示例更名有限公司"})
    city.send(CITY, roster(year=YEAR, digest="1" * 64, rows=((2, renamed), (3, NEIGHBOUR))))
    item = ObjectionItem(indicator="Z01", reason="证据未计")
    city.send(FILLER, ObjectToReport(diagnosis="d1", items=(item,)))
    reply = ObjectionAnswer(indicator="Z01", upheld=True, reason="采纳")
    city.send(PROVIDER, AnswerObjections(diagnosis="d1", answers=(reply,)))
    better = {"Z01": VerifiedAnswer(answer=sections(4)["D1"]["Z01"], reason="补充证据")}
    city.send(PROVIDER, VerifyAnswers(diagnosis="d1", section="D1", answers=better))
    city.send(PROVIDER, ScoreDiagnosis(diagnosis="d1"))
    city.send(PROVIDER, IssueReport(diagnosis="d1"))
    opening = OpenDiagnosis(
        diagnosis="d2", enterprise=ENTERPRISE, campaign="2025", purpose=Purpose.REPEAT,
        form=Form.BRIEF, edition="2023", provider="p1",
    )  # fmt: skip
    city.send(CITY, opening)
    city.send(CITY, AssignProvider(diagnosis="d2", provider="p2"))
    moved = FIRM.model_copy(update={"name": "示例更名有限公司", "district": "310115"})
    city.send(CITY, roster(year=YEAR, digest="2" * 64, rows=((2, moved),)))
    city.send(FILLER, ConfirmReport(diagnosis="d1"))
    return city


@pytest.fixture
def models(city: City, url: str, tmp_path: Path) -> Iterator[ReadModels]:
    opened = open_read_models(f"sqlite:///{tmp_path / 'read.db'}" if url.startswith("sqlite") else url, city.journal)
    opened.catch_up()
    yield opened
    opened.close()


def rows(snapshot: Snapshot, enterprise: str, cases: tuple[str, ...]) -> dict[str, list[tuple[object, ...]]]:
    """Every row that the read models have of a firm and its diagnoses."""
    found = {ENTERPRISES.name: select(snapshot[ENTERPRISES]).where(snapshot[ENTERPRISES].c.id == enterprise)}
    found[DIAGNOSES.name] = select(snapshot[DIAGNOSES]).where(snapshot[DIAGNOSES].c.id.in_(cases))
    for table in (ANSWERS, EVIDENCE, REPORTS, *PROCEEDINGS):
        found[table.name] = select(snapshot[table]).where(snapshot[table].c.diagnosis.in_(cases))
    return {name: sorted((tuple(row) for row in snapshot.rows(query)), key=repr) for name, query in found.items()}


def test_any_past_state_is_what_a_replay_to_that_point_gives(city: City, models: ReadModels, tmp_path: Path) -> None:
    replay = open_read_models(f"sqlite:///{tmp_path / 'replay.db'}", city.journal)
    neighbour = firm_id(NEIGHBOUR.uscc)
    with models.reading() as today:
        for position in range(1, city.journal.head().size + 1):
            replay.catch_up(limit=1)
            for enterprise, cases in ((ENTERPRISE, ("d1", "d2")), (neighbour, ())):
                found = replayed.of_enterprise(today, Everything(), enterprise, position)
                assert found is not None
                with replayed.replayed(found) as then, replay.reading() as wanted:
                    assert rows(then, enterprise, cases) == rows(wanted, enterprise, cases), position
    replay.close()


def test_organisations_and_editions_are_those_of_then(city: City, models: ReadModels, tmp_path: Path) -> None:
    replay = open_read_models(f"sqlite:///{tmp_path / 'replay.db'}", city.journal)
    with models.reading() as today:
        for position in range(1, 12):
            replay.catch_up(limit=1)
            for kind, read_model, table in (
                ("organisation", ORGANISATION_READ_MODEL, ORGANISATIONS),
                ("edition", EDITIONS_READ_MODEL, EDITIONS),
            ):
                with replayed.replayed(replayed.of_kind(today, kind, read_model, position)) as then, replay.reading() as wanted:
                    assert set(then.rows(select(then[table]))) == set(wanted.rows(select(wanted[table]))), position
    replay.close()


def test_what_came_later_is_counted_apart(city: City, models: ReadModels) -> None:
    history = city.journal.read("diagnosis/d1")
    with models.reading() as today:
        for known, entry in enumerate(history, 1):
            found = replayed.of_diagnosis(today, Everything(), "d1", entry.position)
            assert found is not None
            first = history[known].at if known < len(history) else None
            assert found.later["diagnosis/d1"] == replayed.Later(len(history) - known, first)


def test_a_moment_is_the_last_position_at_or_before_it(city: City, models: ReadModels) -> None:
    entries = city.journal.since(0, 1000)
    with models.reading() as today:
        assert replayed.position_at(today, entries[0].at - 1) == 0
        for entry in entries:
            assert replayed.position_at(today, entry.at) == max(e.position for e in entries if e.at <= entry.at)
            assert replayed.recorded_at(today, entry.position) == entry.at


P1, P2 = caller(Role.PROVIDER, "p1").scope, caller(Role.PROVIDER, "p2").scope
SONGJIANG, PUDONG = Is(Attribute.DISTRICT, "310117"), Is(Attribute.DISTRICT, "310115")


@pytest.mark.parametrize(
    ("scope", "seen"), [(P1, {"d1"}), (P2, {"d2"}), (SONGJIANG, None), (PUDONG, {"d1", "d2"}), (FILLER.scope, {"d1", "d2"})]
)
def test_the_scope_is_that_of_today(city: City, models: ReadModels, scope: Scope, seen: set[str] | None) -> None:
    """p1 lost the second case, the firm moved from 松江 to 浦东: who sees it now sees its past, nobody else does."""
    with models.reading() as today:
        for position in (city.journal.head().size, city.journal.read("diagnosis/d2")[0].position):
            found = replayed.of_enterprise(today, scope, ENTERPRISE, position)
            assert (found is not None) == (seen is not None)
            if found is not None and seen is not None:
                with replayed.replayed(found) as then:
                    assert {row[0] for row in then.rows(select(then[DIAGNOSES].c.id))} == seen
            for case in ("d1", "d2"):
                one = replayed.of_diagnosis(today, scope, case, position)
                assert (one is not None) == (seen is not None and case in seen)


def test_of_what_does_not_exist_there_is_no_past(models: ReadModels) -> None:
    with models.reading() as today:
        assert replayed.of_enterprise(today, Everything(), "none", 5) is None
        assert replayed.of_diagnosis(today, Everything(), "none", 5) is None


def test_coverage_of_any_past_moment_is_what_a_replay_to_that_point_gives(
    city: City, models: ReadModels, tmp_path: Path
) -> None:
    target = SetTarget(year=2024, measure=Measure.SHARE_DIAGNOSED, at_least=Decimal(60), clause="plan G2", mark="V")
    for at_least in (60, 70):
        city.send(CITY, target.model_copy(update={"at_least": Decimal(at_least)}))
    models.catch_up()
    replay = open_read_models(f"sqlite:///{tmp_path / 'replay.db'}", city.journal)
    years = (2024, YEAR)
    seen = set()
    with models.reading() as today:
        for position in range(1, city.journal.head().size + 1):
            replay.catch_up(limit=1)
            with replay.reading() as then:
                for year in years:
                    found = coverage.by_district(today, Everything(), year, position)
                    assert found == coverage.by_district(then, Everything(), year), position
                    assert coverage.targets(today, year, position) == coverage.targets(then, year), position
                    seen.add((year, tuple(found)))
    replay.close()
    assert {rows[0].diagnosed + rows[0].confirmed for year, rows in seen if rows} == {0, 1, 2}


def test_coverage_of_a_year_counts_the_firms_where_its_roster_states_them(city: City, models: ReadModels) -> None:
    first = city.journal.read("diagnosis/d1")[0].position
    with models.reading() as today:
        for position in (first, None):
            (row,) = coverage.by_district(today, SONGJIANG, 2024, position)
            assert (row.district, row.total) == ("310117", 1)  # it has moved to 浦东 since, and 2024 is over
            assert coverage.by_district(today, PUDONG, 2024, position) == []
        assert [row.total for row in coverage.by_district(today, PUDONG, YEAR)] == [2]
