"""Records of a job 任务记录: what a year's rating counts of a diagnosis, as columns of its row, kept as its facts come. plan V5.

The counts are those of the rows of answers, visits, files and objections; a year has as many diagnoses as a rating can read in
seconds, and some forty times as many of those rows (decision 0113).
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Column, Integer, String

from domain.diagnosis import arbitration, evidence, objections, on_site, report, self_assessment
from domain.kernel import Event
from journal import Entry
from projections.engine.read_model import Row, Rows, event_of

COUNTS = ("files", "files_reported", "answers_verified", "answers_unreasoned", "overturned")
NAMES = ("visited_on", "most_on_site", *COUNTS, "items_overturned")
READ_BY_TIME = (
    "opened_at", "id", "provider", "status", "enterprise", "campaign", "first_issued_at", "visited_on", "most_on_site", *COUNTS,
)
"""What a rating asks of every job, by when it was opened: in one index, so that no row is read for it (decision 0145)."""


def columns() -> list[Column[Any]]:
    """The columns that a diagnosis' row has for the rating.

    visited_on: day of the first visit. most_on_site: diagnosticians of the visit that had most. files: of evidence;
    files_reported: those that were there when the latest report went out. answers_verified: that a provider found;
    answers_unreasoned: those of them that are not the firm's and say no reason. items_overturned: indicators whose objection was
    upheld, as JSON; overturned: how many.
    """
    return [
        Column("visited_on", String),
        Column("most_on_site", Integer),
        *(Column(name, Integer, nullable=False) for name in COUNTS),
        Column("items_overturned", String, nullable=False),
    ]


def opened() -> Row:
    """The columns of a case that was just opened."""
    return {"visited_on": None, "most_on_site": None, **dict.fromkeys(COUNTS, 0), "items_overturned": "[]"}


CHANGES: Mapping[type[Event], Callable[[Mapping[str, Any]], Iterable[str]]] = {
    self_assessment.AnswersSaved: lambda found: found["answers"],
    on_site.AnswersVerified: lambda found: found["answers"],
    objections.ObjectionsAnswered: lambda found: _upheld(found["answers"]),
    arbitration.ArbitrationSettled: lambda found: _upheld(found["findings"]),
}
"""Fact -> indicators whose answers it changes."""


def _upheld(items: Iterable[Mapping[str, Any]]) -> list[str]:
    return [str(one["indicator"]) for one in items if one["upheld"]]


class VerifiedAnswers(NamedTuple):
    """Of the answers that a fact changes 变动答案: how many are verified, and how many were corrected without a reason."""

    verified: int
    unreasoned: int


def verified(answers: Rows, identity: str, entry: Entry, found: Mapping[str, Any]) -> VerifiedAnswers:
    """As the rows of answers stand, before the fact changes them or after."""
    event = event_of(entry)
    indicators = CHANGES[event](found) if event in CHANGES else ()
    rows = [row for one in indicators if (row := answers.get(identity, one)) is not None and row["verified"] is not None]
    return VerifiedAnswers(len(rows), sum(row["verified"] != row["given"] and row["difference"] is None for row in rows))


def followed(entry: Entry, found: Mapping[str, Any], case: Row, before: VerifiedAnswers, after: VerifiedAnswers) -> Row:
    """What one more fact changes in the columns of a case; before, after: the answers that it changes."""
    match event_of(entry):
        case on_site.SiteVisitRecorded:
            first = min(str(case["visited_on"] or found["visited_on"]), str(found["visited_on"]))
            return {"visited_on": first, "most_on_site": max(case["most_on_site"] or 0, found["diagnosticians"])}
        case evidence.EvidenceAttached:
            return {"files": case["files"] + 1}
        case report.ReportIssued | report.ReportConfirmed:
            return {"files_reported": case["files"]}
    changes: Row = {}
    if before != after:
        changes["answers_verified"] = case["answers_verified"] + after.verified - before.verified
        changes["answers_unreasoned"] = case["answers_unreasoned"] + after.unreasoned - before.unreasoned
    if event_of(entry) is objections.ObjectionsAnswered and (upheld := _upheld(found["answers"])):
        overturned = sorted({*orjson.loads(case["items_overturned"]), *upheld})
        changes |= {"items_overturned": orjson.dumps(overturned).decode(), "overturned": len(overturned)}
    return changes
