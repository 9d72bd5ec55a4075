"""A year's roster is a snapshot (plan G4): what its members were stays with the year, in coverage and in a group's roll-up."""

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import orjson
import pytest

from domain.access import Attribute, Everything, Is, Scope
from domain.instants import city_day, microseconds
from domain.participants.enterprises import Firm
from domain.participants.rosters.taking_off import TakeOffRoster
from journal import Journal, NewEntry
from projections import ReadModels, open_read_models
from projections.diagnosis import groups
from projections.diagnosis.groups import GroupRow
from projections.participants.enterprises import enterprises_by_id
from projections.participants.rosters import FIGURES, MEMBERS
from projections.programme import coverage
from projections.programme.coverage import RemovalRow
from tests.firm_ids import firm_id
from tests.group_city import FAR, NEAR, SEAT, diagnose, firms, register_groups
from tests.group_city import roster as group_roster
from tests.small_city import CITY, ENTERPRISE, FIRM, City, roster

TODAY = city_day(datetime.now(UTC))
YEAR = TODAY.year
SONGJIANG, PUDONG = Is(Attribute.DISTRICT, "310117"), Is(Attribute.DISTRICT, "310115")
MOVED = FIRM.model_copy(update={"district": "310115"})


@pytest.fixture
def city(journal: Journal) -> City:
    """The small city, whose firm is on the roster of 2024."""
    return City(journal)


@pytest.fixture
def models(city: City, url: str, tmp_path: Path) -> Iterator[ReadModels]:
    opened = open_read_models(f"sqlite:///{tmp_path / 'read.db'}" if url.startswith("sqlite") else url, city.journal)
    yield opened
    opened.close()


def counted(models: ReadModels, scope: Scope, year: int = 2024) -> list[tuple[str, int, int, int]]:
    models.catch_up()
    with models.reading(scope) as snapshot:
        rows = coverage.by_district(snapshot, scope, year)
        return [(row.district, row.diagnosed, row.total, row.taken_off) for row in rows]


def test_a_past_years_coverage_stays_where_it_was_when_a_firm_moves_later(city: City, models: ReadModels) -> None:
    before = {scope: counted(models, scope) for scope in (Everything(), SONGJIANG, PUDONG)}
    assert before[SONGJIANG] == [("310117", 0, 1, 0)]
    city.send(CITY, roster(year=2025, digest="2" * 64, rows=((2, MOVED),)))
    assert {scope: counted(models, scope) for scope in before} == before
    assert counted(models, PUDONG, 2025) == [("310115", 0, 1, 0)]


def test_a_roster_of_an_earlier_year_takes_no_firm_from_where_it_lies(city: City, models: ReadModels) -> None:
    city.send(CITY, roster(year=2023, digest="2" * 64, rows=((2, MOVED.model_copy(update={"name": "旧名有限公司"})),)))
    assert counted(models, PUDONG, 2023) == [("310115", 0, 1, 0)]
    with models.reading(PUDONG) as snapshot:
        assert enterprises_by_id(snapshot, PUDONG, [ENTERPRISE]) == {}
    with models.reading(SONGJIANG) as snapshot:
        assert enterprises_by_id(snapshot, SONGJIANG, [ENTERPRISE])[ENTERPRISE].name == FIRM.name


def test_a_firm_taken_off_a_years_roster_counts_no_more_and_the_reason_is_told_to_who_sees_it(
    city: City, models: ReadModels
) -> None:
    city.send(CITY, TakeOffRoster(year=2024, enterprise=ENTERPRISE, reason="年中注销"))
    assert counted(models, Everything()) == counted(models, SONGJIANG) == [("310117", 0, 0, 1)]
    with models.reading(SONGJIANG) as snapshot:
        (row,) = coverage.removals(snapshot, SONGJIANG, 2024)
        assert row == RemovalRow(ENTERPRISE, FIRM.name, "310117", "年中注销", row.at)
        assert coverage.removals(snapshot, SONGJIANG, 2024, city.journal.head().size - 1) == []
        assert [one.total for one in coverage.by_district(snapshot, SONGJIANG, 2024, city.journal.head().size - 1)] == [1]
    with models.reading(PUDONG) as snapshot:
        assert coverage.removals(snapshot, PUDONG, 2024) == []


def stored(journal: Journal, *facts: tuple[str, str, dict[str, Any]]) -> None:
    """Entries as an earlier version wrote them."""
    versions: dict[str, int] = {}
    for name, stream, state in facts:
        versions[stream] = versions.get(stream, len(journal.read(stream))) + 1
        entry = NewEntry(
            stream=stream, version=versions[stream], type=name, state=orjson.dumps(state, option=orjson.OPT_SORT_KEYS), actor="old",
            role="city", organisation="city", reason="", correlation="", causation="", idempotency_key="",
        )  # fmt: skip
        journal.append([entry], microseconds(datetime.now(UTC)))


def imported(year: int, *firms: Firm) -> tuple[str, str, dict[str, Any]]:
    ids = [firm_id(firm.uscc) for firm in firms]
    counts = {"registered": 0, "revised": 0, "unchanged": 0, "refused_rows": 0}
    return "roster.imported.v1", f"roster/{year}", {
        "year": year, "digest": f"{year:064d}", "filename": "名单.csv", "enterprises": ids, "findings": [], **counts
    }  # fmt: skip


def said(what: str, firm: Firm) -> tuple[str, str, dict[str, Any]]:
    return f"enterprise.{what}.v2", f"enterprise/{firm_id(firm.uscc)}", {"firm": firm.model_dump(mode="json")}


def test_of_entries_that_do_not_bear_their_year_every_year_keeps_its_own_statement(
    journal: Journal, url: str, tmp_path: Path
) -> None:
    other = FIRM.model_copy(update={"uscc": "91330100799655058B", "name": "示例乙"})
    stored(journal, imported(2023, FIRM, other), said("registered", FIRM), said("registered", other))
    stored(journal, imported(2024, FIRM, other), said("revised", MOVED))
    opened = open_read_models(f"sqlite:///{tmp_path / 'read.db'}" if url.startswith("sqlite") else url, journal)
    assert counted(opened, Everything(), 2023) == [("310117", 0, 2, 0)]
    assert counted(opened, Everything(), 2024) == [("310115", 0, 1, 0), ("310117", 0, 1, 0)]
    opened.close()


class Grouped:
    """A city with a group in two districts, and what it adds up to."""

    def __init__(self, city: City, models: ReadModels) -> None:
        self.city, self.models = city, models
        register_groups(city.send)
        city.send(CITY, group_roster(YEAR - 1, firms()))

    def seen(self, year: int | None = None, scope: Scope | None = None) -> GroupRow:
        self.models.catch_up()
        scope = scope or Everything()
        with self.models.reading(scope) as snapshot:
            found = groups.group(snapshot, scope, "g1", TODAY, year=year)
        assert found is not None
        return found


@pytest.fixture
def grouped(city: City, models: ReadModels) -> Grouped:
    return Grouped(city, models)


def ids(row: GroupRow) -> set[str]:
    return {one.enterprise for one in row.members if one.revenue_wan is not None}


def test_the_first_district_to_bring_in_a_year_makes_the_group_none_of_its_own_firms(grouped: Grouped) -> None:
    assert ids(grouped.seen()) == {SEAT, NEAR, FAR}
    stated = firms()
    grouped.city.send(CITY, group_roster(YEAR, [stated[2]]))
    assert (grouped.seen().roster, ids(grouped.seen())) == (YEAR - 1, {SEAT, NEAR, FAR})
    assert (grouped.seen(YEAR).roster, ids(grouped.seen(YEAR))) == (YEAR, {FAR})
    grouped.city.send(CITY, group_roster(YEAR, stated[:2]).model_copy(update={"digest": "8" * 64}))
    assert (grouped.seen().roster, ids(grouped.seen())) == (YEAR, {SEAT, NEAR, FAR})


def test_a_past_years_members_and_revenue_stay_when_a_firm_leaves_the_group_later(grouped: Grouped) -> None:
    before = grouped.seen(YEAR - 1)
    later = firms(f1={"group": "g2"}, f2={"revenue_wan": Decimal(30000)})
    grouped.city.send(CITY, group_roster(YEAR, later))
    assert grouped.seen(YEAR - 1) == before
    assert ids(grouped.seen()) == {SEAT, FAR}
    assert {one.enterprise for one in grouped.seen(YEAR - 1, Is(Attribute.GROUP, "g1")).members} == {SEAT, FAR}  # sight is today's


def test_a_group_counts_the_members_of_a_past_year_that_have_left_and_reads_no_more_of_them(grouped: Grouped) -> None:
    own = Is(Attribute.GROUP, "g1")
    before = grouped.seen(YEAR - 1, own)
    assert (before.rolled.members, before.left) == (3, 0)
    grouped.city.send(CITY, group_roster(YEAR, firms(f1={"group": "g2"}, f2={"group": "g2"})))
    city, group = grouped.seen(YEAR - 1), grouped.seen(YEAR - 1, own)
    assert (city.rolled.members, city.left) == (3, 0)
    assert (group.rolled.members + group.left, group.left) == (3, 2)
    assert NEAR not in str(group)
    assert FAR not in str(group)
    assert (grouped.seen(YEAR, own).rolled.members, grouped.seen(YEAR, own).left) == (1, 0)


def test_a_report_of_this_year_moves_no_result_of_a_year_that_is_over(grouped: Grouped) -> None:
    before = grouped.seen(YEAR - 1)
    diagnose(grouped.city.send, NEAR, "near", 4)
    assert grouped.seen(YEAR - 1) == before
    assert grouped.seen().rolled.with_result == 1


def test_a_member_taken_off_the_roster_is_no_member_of_that_year(grouped: Grouped) -> None:
    grouped.city.send(CITY, TakeOffRoster(year=YEAR - 1, enterprise=FAR, reason="吸收合并后注销"))
    assert {one.enterprise for one in grouped.seen().members} == {SEAT, NEAR}


def test_what_a_year_counts_by_and_the_firms_own_numbers_are_tables_of_their_own() -> None:
    assert not {"name", "revenue_wan", "employees"} & set(MEMBERS.c.keys())
    assert {"name", "revenue_wan", "employees"} <= set(FIGURES.c.keys())
