"""What is issued 案外所见: what of a diagnosis leaves the case, as columns of its row. plan P4, P7.

A case's parties read its row as it stands; everyone else (`domain.access.Outside`) reads these columns in its place, in answers,
filters, counts and lists of the past alike: until the first report that it is in progress, from then on what the latest report
holds, whatever is scored anew after it.
"""

from collections.abc import Mapping
from typing import Any

import orjson
from sqlalchemy import BigInteger, Boolean, Column, FromClause, Integer, String, Table
from sqlalchemy.sql import ColumnElement

from domain.access import Scope, sees_only_issued
from domain.diagnosis import objections, report
from domain.diagnosis.arbitration import ArbitrationRequested, ArbitrationSettled
from domain.diagnosis.case import STATUS_AFTER
from domain.diagnosis.objections import ReportObjectedTo
from domain.diagnosis.opening import DiagnosisOpened
from domain.diagnosis.provider import ProviderAssigned
from domain.diagnosis.report import ReportConfirmed, ReportIssued
from domain.diagnosis.state import IN_PROGRESS, DiagnosisStatus, status_after_objections
from domain.diagnosis.withdrawal import DiagnosisWithdrawn
from domain.kernel import Event
from journal import Entry
from projections.engine.read_model import event_of
from projections.engine.row_security import PARTIES_ALONE

CONTESTED: frozenset[type[Event]] = frozenset({ReportObjectedTo, ArbitrationRequested})
"""Facts with which a report is contested."""
ENDS_DISPUTE: Mapping[type[Event], str] = {objections.ObjectionsAnswered: "answers", ArbitrationSettled: "findings"}
"""Fact that ends a dispute about a report -> its member that holds, item by item, what was upheld."""


def upheld_in(event: type[Event], found: Mapping[str, Any]) -> bool | None:
    """Whether a fact that ends a dispute upheld any item; None of another fact."""
    return any(one["upheld"] for one in found[ENDS_DISPUTE[event]]) if event in ENDS_DISPUTE else None


STATUS_OUTSIDE: Mapping[type[Event], str] = {
    DiagnosisOpened: IN_PROGRESS,
    **{event: STATUS_AFTER[event].value for event in (ReportIssued, ReportConfirmed, DiagnosisWithdrawn)},
    **{event: STATUS_AFTER[event].value for event in CONTESTED},
}
"""Event -> status that it gives a case outside it. That a report is objected to is told, for a grade that is contested is none to
lend on; what becomes of the objection is told by the next report, or by the report standing again."""
CONTESTED_STATUSES = frozenset(STATUS_AFTER[event].value for event in CONTESTED)
"""Statuses outside the case of a report that is contested, until the next report or until it stands again."""
SHOWN_OUTSIDE: frozenset[type[Event]] = frozenset((STATUS_OUTSIDE.keys() | {ProviderAssigned}) - CONTESTED)
"""Facts of a diagnosis whose entries are told outside it as they happen; the others come out with the report they led to. An
objection's entry holds what the firm says of the case, so it is among those."""

HELD: Mapping[str, type[Integer | String | Boolean]] = {
    "self_total": String,
    "verified_total": String,
    "measured_grade": Integer,
    "grade": Integer,
    "level": Integer,
    "grade_name": String,
    "level_name": String,
    "held_back": Boolean,
    "result": String,
    "answered": Integer,
    "visits": Integer,
    "expert_reviews": Integer,
}
"""Columns of a diagnosis' row that a report holds; outside they are those of the latest report, NULL before the first."""

SEEN_AS = {
    "status": "outside_status",
    "status_since": "outside_status_since",
    "version": "outside_version",
    "changed_at": "outside_changed_at",
    **{name: f"issued_{name}" for name in HELD},
}
"""Column of the row -> the one that is read in its place outside the case."""


OF_REPORTS = ("issued_version", "issued_through", "issued_points", "first_issued_at")
"""Columns that reports alone write."""


def columns() -> list[Column[Any]]:
    """The columns that a diagnosis' row has for readers outside the case.

    issued_version: of the latest report. issued_through: version of the stream that it was issued at. first_issued_at: time of the
    first report. reopened: indicators whose objections were upheld since, as JSON.
    """
    return [
        Column("outside_status", String, nullable=False),
        Column("outside_status_since", BigInteger, nullable=False),
        Column("outside_version", Integer, nullable=False),
        Column("outside_changed_at", BigInteger, nullable=False),
        *(Column(f"issued_{name}", kind) for name, kind in HELD.items() if name != "result"),
        Column("issued_version", Integer),
        Column("issued_through", Integer),
        Column("first_issued_at", BigInteger),
        Column("reopened", String),
    ]


def whole_results() -> list[Column[Any]]:
    """The columns of a diagnosis' row that hold results whole, to stand last: SQLite reads through what stands before a column.

    issued_points: see `points_text`.
    """
    return [Column(name, String) for name in ("issued_points", "result", "issued_result")]


def points_text(result: object) -> str | None:
    """What a result reaches in each indicator that applies 各指标得分: a line each, its id = its exact points; None of no result.

    Kept beside the whole result, for the means of a city ask of each firm some fifty numbers out of it.
    """
    if result is None:
        return None
    scores = orjson.loads(str(result))["verified"]["indicators"]
    return "\n".join(f"{one['id']}={one['points']}" for one in scores if one["points"] is not None)


def holds_a_result(cases: FromClause) -> ColumnElement[bool]:
    """Whether what the latest report of a case holds is a result: of a case that was withdrawn it is none any more 有无结果."""
    return cases.c.outside_status != DiagnosisStatus.WITHDRAWN.value


def keep_inside(table: Table, *names: str) -> None:
    """Mark columns as the parties' alone: PostgreSQL gives readers outside no privilege to them (`engine/row_security.py`)."""
    for name in names:
        table.c[name].info[PARTIES_ALONE] = True


def column(table: Table, scope: Scope, name: str) -> Column[Any]:
    """The column of a diagnosis' row that a scope reads under a name."""
    return table.c[SEEN_AS[name] if name in SEEN_AS and sees_only_issued(scope) else name]


def seen(table: Table, scope: Scope, name: str) -> ColumnElement[Any]:
    """A column of a diagnosis' row as a scope sees it, under its own name."""
    found = column(table, scope, name)
    return found if found.name == name else found.label(name)


def opened(entry: Entry) -> dict[str, object]:
    """The columns of a case that was just opened."""
    empty = dict.fromkeys([*(f"issued_{name}" for name in HELD), *OF_REPORTS, "reopened"])
    return empty | _shown_outside(entry, IN_PROGRESS, {"outside_version": 0}) | {"outside_status_since": entry.at}


def since(entry: Entry, changes: Mapping[str, object], before: Mapping[str, object]) -> dict[str, object]:
    """Of the statuses, inside and outside the case, those that begin with a fact, and when."""
    began = (name for name in ("status", "outside_status") if name in changes and changes[name] != before.get(name))
    return {f"{name}_since": entry.at for name in began}


def followed(entry: Entry, found: Mapping[str, Any], case: Mapping[str, object]) -> dict[str, object]:
    """What one more fact changes in the columns of a case."""
    match event_of(entry):
        case report.ReportIssued:
            held = {f"issued_{name}": case[name] for name in HELD}
            own = {"issued_version": found["version"], "issued_through": entry.version, "reopened": None}
            own |= {"issued_points": points_text(case["result"]), "first_issued_at": case["first_issued_at"] or entry.at}
            return held | own | _shown_outside(entry, STATUS_OUTSIDE[event_of(entry)], case)
        case report.ReportConfirmed:
            own = {"issued_version": found["version"], "issued_through": entry.version}
            return own | _shown_outside(entry, STATUS_OUTSIDE[event_of(entry)], case)
        case event if upheld_in(event, found) is False:
            return _shown_outside(entry, status_after_objections(upheld=False).value, case)
        case event if event in STATUS_OUTSIDE:
            return _shown_outside(entry, STATUS_OUTSIDE[event], case)
        case event if event in SHOWN_OUTSIDE:
            return _shown_outside(entry, str(case["outside_status"]), case)
    return {}


def _shown_outside(entry: Entry, status: str, before: Mapping[str, Any]) -> dict[str, object]:
    """The version outside counts what is told there: that of the stream would count what is not."""
    version = before["outside_version"] + (event_of(entry) in SHOWN_OUTSIDE)
    return {"outside_status": status, "outside_version": version, "outside_changed_at": entry.at}
