"""What the fold keeps of a job for the rating, counted again from the rows of answers, visits, files, objections and reports."""

from typing import Any

import orjson
from sqlalchemy import select

from projections.diagnosis.diagnoses_fold import ANSWERS, DIAGNOSES, EVIDENCE, REPORTS
from projections.diagnosis.job_records import NAMES
from projections.diagnosis.proceedings import OBJECTIONS, SITE_VISITS
from projections.engine.snapshot import Snapshot


def kept(snapshot: Snapshot) -> dict[str, dict[str, Any]]:
    """Diagnosis -> the columns that the fold keeps."""
    cases = snapshot[DIAGNOSES]
    rows = snapshot.rows(select(cases.c.id, cases.c.first_issued_at, *(cases.c[name] for name in NAMES)))
    return {row[0]: dict(zip(("first_issued_at", *NAMES), row[1:], strict=True)) for row in rows}


def counted(snapshot: Snapshot) -> dict[str, dict[str, Any]]:
    """Diagnosis -> the same, from the rows beside it."""
    cases = snapshot[DIAGNOSES]
    found: dict[str, dict[str, Any]] = {}
    for case, through in snapshot.rows(select(cases.c.id, cases.c.issued_through)):

        def of(table: Any, *names: str, case: str = case) -> list[Any]:
            rows = snapshot[table]
            return list(snapshot.rows(select(*(rows.c[name] for name in names)).where(rows.c.diagnosis == case)))

        verified = [row for row in of(ANSWERS, "verified", "given", "difference") if row[0] is not None]
        visits, files = of(SITE_VISITS, "visited_on", "diagnosticians"), of(EVIDENCE, "version")
        upheld = {indicator for indicator, one in of(OBJECTIONS, "indicator", "upheld") if one}
        found[case] = {
            "first_issued_at": min((at for (at,) in of(REPORTS, "issued_at")), default=None),
            "visited_on": min((day for day, _ in visits), default=None),
            "most_on_site": max((there for _, there in visits), default=None),
            "files": len(files),
            "files_reported": sum(version <= through for (version,) in files) if through is not None else 0,
            "answers_verified": len(verified),
            "answers_unreasoned": sum(own != given and reason is None for own, given, reason in verified),
            "overturned": len(upheld),
            "items_overturned": orjson.dumps(sorted(upheld)).decode(),
        }
    return found
