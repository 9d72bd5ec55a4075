"""Groups (plan S3, O3): members by the latest roster, results while their report is out, and the past from the same rows."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from domain.access import AllOf, AnyOf, Attribute, Everything, Is, Nothing, OpenTo, Role, Scope
from domain.diagnosis.on_site import VerifyAnswers
from domain.diagnosis.report import IssueReport
from domain.diagnosis.scoring import ScoreDiagnosis
from domain.diagnosis.state import Purpose, VerifiedAnswer
from domain.diagnosis.withdrawal import WithdrawDiagnosis
from domain.instants import city_day
from domain.participants.headquarters import EndHeadquarters, NameHeadquarters
from journal import Journal
from projections import ReadModels, open_read_models
from projections.diagnosis import groups
from projections.diagnosis.groups import GroupRow
from tests.group_city import FAR, IDS, NEAR, SEAT, STRANGER, answer, diagnose, firms, object_to, register_groups, roster
from tests.small_city import CITY, EDITION, City, caller, sections

TODAY = city_day(datetime.now(UTC))
G1 = Is(Attribute.GROUP, "g1")
YEAR = 2025


@dataclass
class Grouped:
    """A small city with a group, and every state of the group that was seen on the way, by position."""

    city: City
    models: ReadModels
    seen: dict[int, GroupRow | None] = field(default_factory=dict)

    def now(self, scope: Scope = Everything(), name: str = "g1", position: int | None = None) -> GroupRow:  # noqa: B008 - frozen
        found = self.maybe(scope, name, position)
        assert found is not None
        return found

    def maybe(self, scope: Scope, name: str = "g1", position: int | None = None) -> GroupRow | None:
        self.models.catch_up()
        with self.models.reading() as snapshot:
            snapshot.through(scope)
            return groups.group(snapshot, scope, name, TODAY, position)

    def send(self, who: Any, command: Any) -> None:
        self.city.send(who, command)
        self.seen[self.city.journal.head().size] = self.maybe(Everything())

    def quietly(self, who: Any, command: Any) -> None:
        self.city.send(who, command)


@pytest.fixture
def grouped(journal: Journal, url: str, tmp_path: Path) -> Iterator[Grouped]:
    city = City(journal)
    models = open_read_models(f"sqlite:///{tmp_path / 'read.db'}" if url.startswith("sqlite") else url, journal)
    made = Grouped(city, models)
    register_groups(made.quietly)
    made.send(CITY, roster(YEAR, firms()))
    yield made
    models.close()


def test_a_group_adds_up_its_members_and_shows_its_headquarters_beside_them(grouped: Grouped) -> None:
    diagnose(grouped.quietly, NEAR, "near", 4)
    diagnose(grouped.quietly, FAR, "far", 2)
    diagnose(grouped.quietly, SEAT, "seat", 5)
    diagnose(grouped.quietly, STRANGER, "stranger", 1)
    grouped.send(CITY, NameHeadquarters(group="g1", enterprise=SEAT, since=TODAY))
    found = grouped.now()
    totals = {one.enterprise: one.result.total for one in found.members if one.result is not None}
    assert set(totals) == {NEAR, FAR}
    assert totals[NEAR] > totals[FAR]
    assert found.rolled.total.mean == (60000 * totals[NEAR] + 20000 * totals[FAR]) / 80000
    assert (found.rolled.members, found.rolled.with_result, found.rolled.coverage) == (2, 2, Decimal("100.00"))
    assert found.rolled.total.weakest == (FAR,)
    assert set(found.rolled.dimensions) == {one.id for one in EDITION.dimensions}
    assert found.headquarters is not None
    assert found.headquarters.enterprise == SEAT
    assert found.headquarters.result is not None
    assert found.headquarters.result.total > totals[NEAR]


def test_a_result_counts_while_its_report_is_out_and_not_under_an_objection(grouped: Grouped) -> None:
    def counted() -> tuple[str, ...]:
        return tuple(one.result.diagnosis for one in grouped.now().members if one.result is not None)

    diagnose(grouped.send, NEAR, "first", 3)
    assert counted() == ("first",)
    diagnose(grouped.send, NEAR, "sample", 1, Purpose.SAMPLE)
    assert counted() == ("first",)
    diagnose(grouped.send, NEAR, "again", 4, Purpose.REPEAT)
    assert counted() == ("again",)
    object_to(grouped.send, NEAR, "again")
    assert counted() == ("first",)
    answer(grouped.send, "again", upheld=False)
    assert counted() == ("again",)
    grouped.send(CITY, WithdrawDiagnosis(diagnosis="again", reason="停产"))
    assert counted() == ("first",)


def test_an_older_report_is_no_newer_for_an_objection_that_is_answered_late(grouped: Grouped) -> None:
    diagnose(grouped.quietly, NEAR, "first", 3)
    object_to(grouped.quietly, NEAR, "first")
    diagnose(grouped.quietly, NEAR, "again", 4, Purpose.REPEAT)
    answer(grouped.quietly, "first", upheld=False)
    assert [one.result.diagnosis for one in grouped.now().members if one.result is not None] == ["again"]


def test_an_upheld_objection_brings_the_result_back_with_the_next_report_alone(grouped: Grouped) -> None:
    diagnose(grouped.send, NEAR, "first", 3)
    before = grouped.now().rolled.total.mean
    object_to(grouped.send, NEAR, "first")
    answer(grouped.send, "first", upheld=True)
    assert grouped.now().rolled.total.mean is None
    mine = caller(Role.PROVIDER, "p1")
    better = {"Z01": VerifiedAnswer(answer=sections(5)["D1"]["Z01"], reason="补充证据")}
    grouped.send(mine, VerifyAnswers(diagnosis="first", section="D1", answers=better))
    grouped.send(mine, ScoreDiagnosis(diagnosis="first"))
    assert grouped.now().rolled.total.mean is None
    grouped.send(mine, IssueReport(diagnosis="first"))
    after = grouped.now().rolled.total.mean
    assert before is not None
    assert after is not None
    assert after > before


def test_a_member_off_the_latest_roster_weighs_nothing_and_is_named(grouped: Grouped) -> None:
    diagnose(grouped.quietly, NEAR, "near", 4)
    diagnose(grouped.quietly, FAR, "far", 2)
    kept = firms(f2={"revenue_wan": Decimal(70000)})
    grouped.send(CITY, roster(YEAR + 1, [kept[0], *kept[2:]]))
    found = grouped.now()
    assert found.roster == YEAR + 1
    assert found.rolled.without_revenue == (NEAR,)
    assert found.rolled.total.mean == next(one.result.total for one in found.members if one.enterprise == FAR and one.result)
    assert (found.rolled.total.counted, found.rolled.total.weighed) == (2, 1)
    assert set(found.rolled.without_result) == {SEAT}


@pytest.mark.parametrize(
    "scope",
    [
        Nothing(),
        Is(Attribute.GROUP, "g2"),
        Is(Attribute.DISTRICT, "310117"),
        Is(Attribute.ENTERPRISE, NEAR),
        Is(Attribute.PROVIDER, "p1"),
        OpenTo(Attribute.CONSENT, "bank", TODAY),
        AllOf((G1, Is(Attribute.DISTRICT, "310117"))),
        AnyOf((Is(Attribute.DISTRICT, "310117"), Is(Attribute.DISTRICT, "310115"))),
    ],
)
def test_whoever_sees_less_than_the_whole_group_sees_no_sum_of_it(grouped: Grouped, scope: Scope) -> None:
    diagnose(grouped.quietly, NEAR, "near", 4)
    assert grouped.maybe(scope) is None


def test_the_group_sees_of_itself_what_the_city_sees(grouped: Grouped) -> None:
    diagnose(grouped.quietly, NEAR, "near", 4)
    grouped.send(CITY, NameHeadquarters(group="g1", enterprise=SEAT, since=TODAY))
    assert grouped.now(G1) == grouped.now()
    assert {one.enterprise for one in grouped.now(Is(Attribute.GROUP, "g2"), "g2").members} == {STRANGER}


def test_what_was_known_at_any_position_is_told_from_the_rows_of_today(grouped: Grouped) -> None:
    diagnose(grouped.send, NEAR, "near", 4)
    grouped.send(CITY, NameHeadquarters(group="g1", enterprise=SEAT, since=TODAY))
    diagnose(grouped.send, FAR, "far", 2)
    object_to(grouped.send, NEAR, "near")
    grouped.send(CITY, NameHeadquarters(group="g1", enterprise=NEAR, since=TODAY + timedelta(days=1)))
    answer(grouped.send, "near", upheld=False)
    grouped.send(CITY, roster(YEAR + 1, firms(f1={"revenue_wan": Decimal(1)}, f2={"group": "g2"}, f3={"group": "g1"})))
    grouped.send(CITY, EndHeadquarters(group="g1", on=TODAY + timedelta(days=9)))
    diagnose(grouped.send, STRANGER, "stranger", 1)
    grouped.send(CITY, WithdrawDiagnosis(diagnosis="near", reason="停产"))
    assert len({repr(row) for row in grouped.seen.values()}) > 7
    for position, seen in grouped.seen.items():
        assert grouped.now(position=position) == seen, position
    gone = grouped.now(G1, position=min(grouped.seen))
    assert FAR not in {one.enterprise for one in gone.members}
    assert set(IDS) >= {one.enterprise for one in gone.members}
