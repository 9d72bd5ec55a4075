"""Proceedings 办理经过: what happened in a case, as rows: objections with answers, visits on site, experts' reviews. plan P5, P6.

They are the parties' alone (`domain.access.PARTIES`): outside the case no column of them is read, on PostgreSQL by privilege too.
"""

from datetime import datetime
from typing import Any, NamedTuple

import orjson
from sqlalchemy import MetaData, Table

from domain.access import Role
from domain.diagnosis import objections, on_site, scoring
from domain.instants import microseconds
from journal import Entry
from projections.diagnosis import issued
from projections.engine.columns import Long, columns
from projections.engine.read_model import Row, Tables, event_of

META = MetaData()


class ObjectionRow(NamedTuple):
    """An objection to one indicator of one report, with its answer 异议. Times in microseconds of UTC.

    upheld, answer, answered_at, answered_by_role: None until it is answered. An indicator is objected to once a report.
    """

    diagnosis: str
    report_version: int
    indicator: str
    text: str
    raised_at: Long
    raised_by_role: Role
    upheld: bool | None
    answer: str | None
    answered_at: Long | None
    answered_by_role: Role | None


class SiteVisitRow(NamedTuple):
    """A visit on site 现场诊断. version: of the stream. visited_on: ISO text; functions: JSON.

    Of a visit by plan: plan, the version at which it was planned; place and began_at, where and when the first signed in.
    """

    diagnosis: str
    version: int
    visited_on: str
    diagnosticians: int
    functions: str
    notes: str
    recorded_at: Long
    recorded_by_role: Role
    plan: int | None
    place: str | None
    began_at: Long | None


class ExpertReviewRow(NamedTuple):
    """An experts' review 专家评审. version: of the stream."""

    diagnosis: str
    version: int
    conclusion: str
    recorded_at: Long
    recorded_by_role: Role


OBJECTIONS = Table("objections", META, *columns(ObjectionRow, "diagnosis", "report_version", "indicator"))
SITE_VISITS = Table("site_visits", META, *columns(SiteVisitRow, "diagnosis", "version"))
EXPERT_REVIEWS = Table("expert_reviews", META, *columns(ExpertReviewRow, "diagnosis", "version"))
PROCEEDINGS = (OBJECTIONS, SITE_VISITS, EXPERT_REVIEWS)
for _table in PROCEEDINGS:
    issued.keep_inside(_table, *_table.c.keys())


def recorded(tables: Tables, identity: str, entry: Entry, found: Row, case: Row) -> None:
    """Write down what a fact of a case adds to its proceedings; case: its row before."""
    by = {"recorded_at": entry.at, "recorded_by_role": entry.role}
    match event_of(entry):
        case objections.ReportObjectedTo:
            for item in found["items"]:
                tables[OBJECTIONS].put(_raised(identity, entry, case["issued_version"], item))
        case objections.ObjectionsAnswered:
            answered = {"answered_at": entry.at, "answered_by_role": entry.role}
            keys = [(identity, case["issued_version"], reply["indicator"]) for reply in found["answers"]]
            tables[OBJECTIONS].load(keys)
            for of, reply in zip(keys, found["answers"], strict=True):
                tables[OBJECTIONS].change(*of, upheld=reply["upheld"], answer=reply["reason"], **answered)
        case on_site.SiteVisitRecorded:
            visit = {name: found[name] for name in ("visited_on", "diagnosticians", "notes", "plan", "place")}
            began = {"began_at": microseconds(datetime.fromisoformat(found["began_at"])) if found["began_at"] else None}
            functions = orjson.dumps(found["functions"]).decode()
            row = {"diagnosis": identity, "version": entry.version, **visit, **began, "functions": functions}
            tables[SITE_VISITS].put(row | by)
        case scoring.ExpertReviewRecorded:
            review = {"diagnosis": identity, "version": entry.version, "conclusion": found["conclusion"]}
            tables[EXPERT_REVIEWS].put(review | by)


def _raised(identity: str, entry: Entry, report_version: object, item: dict[str, Any]) -> Row:
    return {
        "diagnosis": identity,
        "report_version": report_version,
        "indicator": item["indicator"],
        "text": item["reason"],
        "raised_at": entry.at,
        "raised_by_role": entry.role,
        **dict.fromkeys(("upheld", "answer", "answered_at", "answered_by_role")),
    }
