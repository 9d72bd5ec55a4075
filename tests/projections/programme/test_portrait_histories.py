"""Portrait 画像 (plan R1) of any history: what the fold keeps of results tells the same as the whole results worked out anew."""

import tempfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import orjson
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.access import Attribute, Everything, Is, Scope
from domain.instants import city_midnight, microseconds
from journal import Journal, NewEntry, open_journal
from methods.mean_interval import mean_interval
from projections import Snapshot, open_read_models
from projections.diagnosis.diagnoses_fold import DIAGNOSES, DIAGNOSIS_READ_MODEL, REPORTS
from projections.diagnosis.firms import ENTERPRISE_READ_MODEL
from projections.engine.places import ENTERPRISES
from projections.participants.rosters import ENDLESS, MEMBERS, ROSTER_READ_MODEL
from projections.programme.portrait import INTERVAL_FROM, SHOWN_PLACES, TOLD_FROM, portrayed_firms, reached, weakest
from projections.standard.edition_mapping import EDITION_MAPPING_READ_MODEL
from projections.standard.editions import EDITIONS_READ_MODEL
from tests.small_city import FIRM

YEAR = 2025
FIRMS = tuple(f"f{number}" for number in range(6))
CASES = {f"c{number}": FIRMS[number % len(FIRMS)] for number in range(10)}
DISTRICTS, EDITIONS = ("310115", "310117"), ("2023", "2024")
LOOKED_INTO = (
    ENTERPRISE_READ_MODEL, DIAGNOSIS_READ_MODEL, ROSTER_READ_MODEL, EDITIONS_READ_MODEL, EDITION_MAPPING_READ_MODEL,
)  # fmt: skip
POINTS = st.fixed_dictionaries({one: st.sampled_from((None, "0", "12.5", "65")) for one in ("Z01", "Z02", "Z03")})
HAPPENINGS = st.one_of(
    st.tuples(st.just("stated"), st.sampled_from(FIRMS), st.tuples(st.sampled_from((YEAR - 1, YEAR)), st.sampled_from(DISTRICTS))),
    st.tuples(st.just("scored"), st.sampled_from(tuple(CASES)), st.tuples(st.integers(0, 9), POINTS)),
    st.tuples(st.sampled_from(("report_issued", "report_issued", "report_confirmed", "withdrawn")), st.sampled_from(tuple(CASES)),
              st.none()),
)  # fmt: skip
Happening = tuple[str, str, Any]


def scored(case: str, grade: int, points: str | None) -> Happening:
    return "scored", case, (grade, {"Z01": points, "Z02": "65", "Z03": None})


REPORTED: tuple[Happening, ...] = tuple(
    happening for case in tuple(CASES)[: len(FIRMS)] for happening in (scored(case, 3, "12.5"), ("report_issued", case, None))
)
"""A result of every firm."""


class Writer:
    """Appends facts a month apart, from the autumn before the year on; a report's versions count up."""

    def __init__(self, journal: Journal) -> None:
        self.journal = journal
        self.versions: defaultdict[str, int] = defaultdict(int)
        self.reports: defaultdict[str, int] = defaultdict(int)
        self.at = datetime(YEAR - 1, 10, 20, tzinfo=city_midnight(date(YEAR, 1, 1)).tzinfo)

    def append(self, stream: str, name: str, **found: Any) -> None:
        self.versions[stream] += 1
        entry = NewEntry(stream, self.versions[stream], name, orjson.dumps(found), "li", "city", "city")
        self.journal.append([entry], microseconds(self.at))

    def begin(self) -> None:
        for firm in FIRMS:
            self.state(firm, YEAR, DISTRICTS[0])
        for number, (case, firm) in enumerate(CASES.items()):
            opened = {"enterprise": firm, "campaign": "2024", "purpose": "initial", "form": "brief"}
            self.append(f"diagnosis/{case}", "diagnosis.opened.v1", **opened, edition=EDITIONS[number % 4 == 3],
                        edition_digest="x", provider="p1")  # fmt: skip

    def state(self, firm: str, year: int, district: str) -> None:
        stream = f"enterprise/{firm}"
        stated = FIRM.model_dump(mode="json") | {"district": district, "uscc": f"USCC-{firm}"}
        self.append(stream, f"enterprise.{'revised' if stream in self.versions else 'registered'}.v2", firm=stated, year=year)

    def write(self, history: Sequence[Happening]) -> None:
        for what, subject, value in history:
            if what == "stated":
                self.state(subject, *value)
                continue
            self.append(f"diagnosis/{subject}", f"diagnosis.{what}.v1", **self.fact(what, subject, value))
            self.at += timedelta(days=30)

    def fact(self, what: str, case: str, value: Any) -> dict[str, Any]:
        if what == "withdrawn":
            return {"reason": "r"}
        if what == "scored":
            grade, points = value
            scores = [{"id": one, "points": told} for one, told in points.items()]
            issued = {"grade": grade, "level": 1, "grade_name": "档", "level_name": "级"}
            verified = {"total": f"{grade}0.25", "grade": grade, "band_grade": grade, "indicators": scores}
            return {"verified": verified, "issued": issued}
        self.reports[case] += 1
        return {"version": self.reports[case], "file": {"pdf": "a" * 64, "rendered_at": 1, "number": None, "check_code": None}}


def rows(snapshot: Snapshot, table: Any) -> Iterator[dict[str, Any]]:
    named = [column.name for column in table.columns]
    return (dict(zip(named, row, strict=True)) for row in snapshot.rows(snapshot[table].select()))


def whole_results(snapshot: Snapshot, district: str | None, by: int) -> dict[str, tuple[Any, ...]]:
    """Firm -> edition, grade, total and scores of its latest result by the end of a year, out of whole results and all reports."""
    until = microseconds(city_midnight(date(by + 1, 1, 1)))
    members = {one["enterprise"]: one for one in rows(snapshot, MEMBERS) if (one["year"], one["until"]) == (YEAR, ENDLESS)}
    inside = {one["id"] for one in rows(snapshot, ENTERPRISES) if district in {None, one["district"]}}
    issued: defaultdict[str, list[int]] = defaultdict(list)
    for report in rows(snapshot, REPORTS):
        issued[report["diagnosis"]].append(report["issued_at"])
    found = [
        (min(issued[case["id"]]), case["id"], case)
        for case in rows(snapshot, DIAGNOSES)
        if case["issued_result"] is not None and case["outside_status"] != "withdrawn" and case["enterprise"] in inside
        and (member := members.get(case["enterprise"])) is not None and district in {None, member["district"]}
    ]  # fmt: skip
    told = {}
    for first, _, case in sorted(found, key=lambda one: one[:2]):
        if first < until:
            result = orjson.loads(case["issued_result"])
            scores = {one["id"]: one["points"] for one in result["verified"]["indicators"] if one["points"] is not None}
            told[case["enterprise"]] = (case["edition"], result["issued"]["grade"], Decimal(result["verified"]["total"]), scores)
    return told


def check(snapshot: Snapshot, scope: Scope, district: str | None) -> int:
    """Hold a portrait against whole results; of how many firms it told."""
    before, now = portrayed_firms(snapshot, scope, YEAR)
    texts = reached(snapshot, now)
    scores = {one: dict(line.split("=") for line in text.splitlines()) for one, text in texts.items()}
    wanted = whole_results(snapshot, district, YEAR)
    assert [one.id for one in now] == sorted(wanted)
    assert {one.id: (one.edition, one.grade, one.total, scores[one.id]) for one in now} == wanted
    former = {one: told[:3] for one, told in whole_results(snapshot, district, YEAR - 1).items()}
    assert {one.id: (one.edition, one.grade, one.total) for one in before} == former
    points: defaultdict[tuple[str, str], list[Decimal]] = defaultdict(list)
    for edition, _, _, reached_by in wanted.values():
        for indicator, told in reached_by.items():
            points[edition, indicator].append(Decimal(told))
    means = {
        place: (len(all_told), *mean_interval(all_told, SHOWN_PLACES, mean_from=TOLD_FROM, interval_from=INTERVAL_FROM))
        for place, all_told in points.items()
        if len(all_told) >= TOLD_FROM
    }
    assert {one[:2]: one[2:] for one in weakest(now, texts)} == means
    return len(now)


def portrayed(history: Sequence[Happening]) -> int:
    with tempfile.TemporaryDirectory() as place:
        journal = open_journal(f"sqlite:///{Path(place) / 'journal.db'}", demo=True)
        models = open_read_models(f"sqlite:///{Path(place) / 'read.db'}", journal, LOOKED_INTO)
        writer = Writer(journal)
        writer.begin()
        writer.write(history)
        models.catch_up()
        with models.reading() as snapshot:
            found = check(snapshot, Everything(), None)
            for district in DISTRICTS:
                check(snapshot, Is(Attribute.DISTRICT, district), district)
        models.close()
        journal.close()
    return found


@settings(max_examples=15)
@given(st.lists(HAPPENINGS, max_size=25))
def test_a_portrait_after_any_history_is_that_of_the_whole_results(history: list[Happening]) -> None:
    portrayed([*REPORTED, *history])


def test_a_result_issued_anew_replaces_the_former_only_with_its_report_and_one_withdrawn_gives_way_to_the_one_before() -> None:
    assert portrayed(REPORTED[:4]) == 2
    anew = [scored("c0", 7, "65"), scored("c6", 9, None), ("report_issued", "c6", None), scored("c6", 1, "0")]
    assert portrayed([*REPORTED, *anew]) == 6
    assert portrayed([*REPORTED, *anew, ("report_issued", "c0", None), ("withdrawn", "c6", None), ("withdrawn", "c1", None)]) == 5
    assert portrayed([*REPORTED, ("stated", "f2", (YEAR, DISTRICTS[1])), ("stated", "f3", (YEAR - 1, DISTRICTS[1]))]) == 6
