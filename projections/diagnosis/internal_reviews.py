"""Internal reviews 机构内审: each handing in of a report, with its review once there is one, as rows beside the case. plan P4.

They are the parties' alone, as all that happens in a case before its report: outside it no column of them is read.
"""

from typing import NamedTuple

import orjson
from sqlalchemy import MetaData, Table

from domain.access import Role
from domain.diagnosis import review
from journal import Entry
from projections.diagnosis import issued
from projections.engine.columns import Long, columns
from projections.engine.read_model import Row, Tables, event_of

META = MetaData()


class InternalReviewRow(NamedTuple):
    """A handing in of a report, and its review 机构内审. version: of the stream, at which it was handed in. checks: JSON.

    passed, checks, conclusion, reviewed_at, reviewed_by_role: None until it is reviewed.
    """

    diagnosis: str
    version: int
    summary: str
    handed_in_at: Long
    handed_in_by_role: Role
    passed: bool | None
    checks: str | None
    conclusion: str | None
    reviewed_at: Long | None
    reviewed_by_role: Role | None


INTERNAL_REVIEWS = Table("internal_reviews", META, *columns(InternalReviewRow, "diagnosis", "version"))
issued.keep_inside(INTERNAL_REVIEWS, *INTERNAL_REVIEWS.c.keys())


def recorded(tables: Tables, identity: str, entry: Entry, found: Row, case: Row) -> Row:
    """Write down what a fact of a case adds, and give what it changes in the case's row; case: that row before."""
    match event_of(entry):
        case review.ReportHandedIn:
            empty = dict.fromkeys(("passed", "checks", "conclusion", "reviewed_at", "reviewed_by_role"))
            row = {"diagnosis": identity, "version": entry.version, "summary": found["summary"], **empty}
            tables[INTERNAL_REVIEWS].put({**row, "handed_in_at": entry.at, "handed_in_by_role": entry.role})
            return {"handed_in": entry.version}
        case review.ReportReviewed:
            by = {"reviewed_at": entry.at, "reviewed_by_role": entry.role}
            told = {"passed": found["passed"], "conclusion": found["conclusion"], "checks": orjson.dumps(found["checks"]).decode()}
            tables[INTERNAL_REVIEWS].load([(identity, case["handed_in"])])
            tables[INTERNAL_REVIEWS].change(identity, case["handed_in"], **told, **by)
    return {}
