"""Fold of diagnoses 诊断台: rows of cases, answers, evidence and reports, as they come of the events. plan P3–P5."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import orjson
from sqlalchemy import (
    Column,
    Index,
    Integer,
    MetaData,
    String,
    Table,
)

from domain.access import Role
from domain.diagnosis import (
    arbitration,
    evidence,
    objections,
    on_site,
    prefill,
    provider,
    report,
    scoring,
    self_assessment,
    workbook,
)
from domain.diagnosis.case import DIAGNOSES as CASE
from domain.diagnosis.case import STATUS_AFTER
from domain.diagnosis.case_numbers import case_number
from domain.diagnosis.opening import DiagnosisOpened
from domain.diagnosis.report import ReportKind
from domain.diagnosis.state import DiagnosisStatus, Purpose, status_after_objections
from domain.kernel import cited, key_of
from journal import Entry
from projections.diagnosis import (
    arbitrations,
    filings,
    follow_ups,
    internal_reviews,
    issued,
    job_records,
    proceedings,
    readings,
    stages,
    visits,
)
from projections.engine.columns import Long, columns
from projections.engine.read_model import ReadModel, Tables, data, event_of, key
from standards import Form

META = MetaData()
TOTALS = frozenset({"self_total", "verified_total"})
"""Columns of exact text."""


class DiagnosisRow(NamedTuple):
    """A diagnosis as the read model shows it 诊断. Times in microseconds of UTC; totals exact, as text.

    To a reader outside the case what its report holds is that of the latest one, and None before the first (`issued.py`).

    applicable: JSON of `standards.ApplicableEdition`, what applied when it was opened; reason: why it was opened under another.
    issued_version: of the latest report; issued_through: version of the stream that it was issued at. held_back: whether a gate
    keeps the grade below what the total reaches.
    """

    id: str
    case_number: str
    enterprise: str
    campaign: str
    purpose: Purpose
    form: Form
    edition: str
    provider: str | None
    status: DiagnosisStatus
    status_since: Long
    version: int
    opened_at: Long
    changed_at: Long
    answered: int | None
    visits: int | None
    expert_reviews: int | None
    self_total: str | None
    verified_total: str | None
    measured_grade: int | None
    grade: int | None
    level: int | None
    grade_name: str | None
    level_name: str | None
    held_back: bool | None
    result: str | None
    applicable: str | None
    reason: str | None
    opened_by_role: Role
    opened_by_organisation: str
    issued_version: int | None
    issued_through: int | None


WRITTEN_APART = ("issued_version", "issued_through", "result")
"""Columns of the row that `issued` places in the table."""
REPORTED = ("outside_status", "edition", "issued_grade", "issued_verified_total")
"""What a city's means ask of every reported case, beside when it was: in the index, so that no row is read for it."""
DIAGNOSES = Table(
    "diagnoses",
    META,
    *columns(DiagnosisRow, "id", never_null=("answered", "visits", "expert_reviews"), but=WRITTEN_APART),
    *issued.columns(),
    Column("visit_plan", Integer),
    Column("handed_in", Integer),
    Column("arbitration", Integer),
    *job_records.columns(),
    *issued.whole_results(),
    Index("ix_enterprise", "enterprise", "id"),
    Index("ix_reported", "enterprise", "first_issued_at", "id", *REPORTED),
    Index("ix_provider", "provider", "enterprise"),
    Index("ix_case_number", "case_number"),
    Index("ix_opened_at", *job_records.READ_BY_TIME),
    Index("ix_changed_at", "changed_at", "id"),
    Index("ix_outside_changed_at", "outside_changed_at", "id"),
)
issued.keep_inside(DIAGNOSES, *issued.SEEN_AS, "reopened", "visit_plan", "handed_in", "arbitration", *job_records.NAMES)
"""visit_plan: version at which the visit was planned that stands or is under way. handed_in: at which a report last was.
arbitration: at which the one under way was asked for."""


class AnswerRow(NamedTuple):
    """An answer, the firm's own and the verified one 答案, as JSON of `standards.Answer`.

    answered_at: in microseconds of UTC. workbook: SHA-256 of the workbook that the firm's own came by.
    prefilled_from: external result that it was taken over from.
    """

    diagnosis: str
    indicator: str
    given: str
    version: int
    verified: str | None
    difference: str | None
    answered_at: Long
    answered_by_role: Role
    workbook: str | None
    prefilled_from: str | None


ANSWERS = Table(
    "answers",
    META,
    *columns(AnswerRow, "diagnosis", "indicator"),
    Column("issued_verified", String),
    Column("issued_difference", String),
)
"""issued_verified, issued_difference: as the latest report has them, of an answer that was opened again after it."""


class EvidenceRow(NamedTuple):
    """A file that supports indicators 佐证."""

    diagnosis: str
    version: int
    sha256: str
    filename: str
    media_type: str
    size: Long
    indicators: str
    attached_at: Long
    attached_by_role: Role


EVIDENCE = Table(
    "evidence",
    META,
    *columns(EvidenceRow, "diagnosis", "version"),
    Index("ix_sha256", "sha256"),
)


class ReportRow(NamedTuple):
    """A version of the report 报告. number: by which anyone verifies it; None of one from before numbers were printed.

    check_code: stands beside its grade; None of one from before there was such a code.
    """

    diagnosis: str
    version: int
    kind: ReportKind
    sha256: str
    rendered_at: Long
    issued_at: Long
    number: str | None
    check_code: str | None


REPORTS = Table(
    "reports",
    META,
    *columns(ReportRow, "diagnosis", "version"),
    Index("ix_report_sha256", "sha256"),
    Index("ix_report_number", "number"),
)


def fold(tables: Tables, entries: Sequence[Entry]) -> None:
    """Rows of diagnoses after more facts."""
    cases = tables[DIAGNOSES]
    cases.load((key(entry),) for entry in entries)
    answered = [entry for entry in entries if event_of(entry) in (self_assessment.AnswersSaved, on_site.AnswersVerified)]
    tables[ANSWERS].load((key(entry), indicator) for entry in answered for indicator in data(entry)["answers"])
    for entry in entries:
        found = data(entry)
        identity = key(entry)
        event = event_of(entry)
        if event in stages.EVENTS:
            stages.recorded(tables, entry)
            continue
        if event in follow_ups.EVENTS:
            follow_ups.recorded(tables, entry)
            continue
        if event is DiagnosisOpened:
            cases.put(_opened(identity, entry, found))
            continue
        case = cases.get(identity)
        if case is None:
            raise LookupError(f"{entry.stream} has no opening before position {entry.position}")
        changes: dict[str, object] = {"version": entry.version, "changed_at": entry.at}
        if (status := STATUS_AFTER.get(event)) is not None:
            changes["status"] = status.value
        changes |= issued.followed(entry, found, case)
        before = job_records.verified(tables[ANSWERS], identity, entry, found)
        changes |= _details(tables, identity, entry, found, case)
        changes |= job_records.followed(entry, found, case, before, job_records.verified(tables[ANSWERS], identity, entry, found))
        changes |= issued.since(entry, changes, case)
        proceedings.recorded(tables, identity, entry, found, case)
        changes |= visits.recorded(tables, identity, entry, found, case)
        changes |= internal_reviews.recorded(tables, identity, entry, found, case)
        changes |= arbitrations.recorded(tables, identity, entry, found, case)
        filings.recorded(tables, identity, entry, found)
        readings.recorded(tables, identity, entry, found)
        cases.change(identity, **changes)


def _opened(identity: str, entry: Entry, found: dict[str, object]) -> dict[str, object]:
    empty = dict.fromkeys(
        ("self_total", "verified_total", "measured_grade", "grade", "level", "grade_name", "level_name", "held_back", "result")
    )
    kept = ("enterprise", "campaign", "purpose", "form", "edition", "provider")
    return {
        "id": identity,
        "case_number": case_number(identity),
        **{name: found[name] for name in kept},
        "status": STATUS_AFTER[DiagnosisOpened].value,
        "status_since": entry.at,
        "version": entry.version,
        "opened_at": entry.at,
        "changed_at": entry.at,
        "answered": 0,
        "visits": 0,
        "expert_reviews": 0,
        **empty,
        "applicable": orjson.dumps(found["applicable"]).decode() if found.get("applicable") else None,
        "reason": found.get("reason"),
        "opened_by_role": entry.role,
        "opened_by_organisation": entry.organisation,
        **issued.opened(entry),
        **dict.fromkeys(("visit_plan", "handed_in", "arbitration")),
        **job_records.opened(),
    }


def _details(
    tables: Tables, identity: str, entry: Entry, found: dict[str, object], case: dict[str, object]
) -> dict[str, object]:
    """What a fact changes in the diagnosis' row beside its status; rows of other tables are written on the way."""
    answers = tables[ANSWERS]
    match event_of(entry):
        case provider.ProviderAssigned | provider.DiagnosisAccepted:
            return {"provider": found["provider"]}
        case self_assessment.AnswersSaved:
            given: dict[str, dict[str, object]] = found["answers"]  # type: ignore[assignment]
            new = 0
            for indicator, answer in given.items():
                before = answers.get(identity, indicator)
                new += before is None
                answers.put(
                    {
                        "diagnosis": identity,
                        "indicator": indicator,
                        "given": orjson.dumps(answer["answer"]).decode(),
                        "version": entry.version,
                        "verified": before["verified"] if before else None,
                        "difference": before["difference"] if before else None,
                        "issued_verified": None,
                        "issued_difference": None,
                        "answered_at": entry.at,
                        "answered_by_role": entry.role,
                        "workbook": None,
                        "prefilled_from": None,
                    }
                )
            return {"answered": int(str(case["answered"])) + new}
        case workbook.WorkbookTakenIn:
            taken: list[str] = found["indicators"]  # type: ignore[assignment]
            answers.load((identity, indicator) for indicator in taken)
            for indicator in taken:
                answers.change(identity, indicator, workbook=found["sha256"])
        case prefill.PrefillTaken:
            offered: list[str] = found["indicators"]  # type: ignore[assignment]
            answers.load((identity, indicator) for indicator in offered)
            for indicator in offered:
                answers.change(identity, indicator, prefilled_from=key_of(cited(str(found["result"]))[0]))
        case on_site.AnswersVerified:
            verified: dict[str, dict[str, object]] = found["answers"]  # type: ignore[assignment]
            for indicator, answer in verified.items():
                answers.change(
                    identity,
                    indicator,
                    verified=orjson.dumps(answer["answer"]).decode(),
                    difference=answer["reason"],
                )
        case objections.ObjectionsAnswered:
            replies: list[dict[str, object]] = found["answers"]  # type: ignore[assignment]
            upheld = [str(reply["indicator"]) for reply in replies if reply["upheld"]]
            answers.load((identity, indicator) for indicator in upheld)
            for indicator in upheld:
                before = answers.get(identity, indicator) or {}
                reported = {f"issued_{name}": before.get(name) for name in ("verified", "difference")}
                answers.change(identity, indicator, verified=None, difference=None, **reported)
            reopened = {"reopened": orjson.dumps(upheld).decode()} if upheld else {}
            return {"status": status_after_objections(upheld=bool(upheld)).value, **reopened}
        case arbitration.ArbitrationSettled:
            return _settled(tables, identity, found)
        case on_site.SiteVisitRecorded:
            return {"visits": int(str(case["visits"])) + 1}
        case scoring.ExpertReviewRecorded:
            return {"expert_reviews": int(str(case["expert_reviews"])) + 1}
        case evidence.EvidenceAttached:
            tables[EVIDENCE].put(
                {
                    "diagnosis": identity,
                    "version": entry.version,
                    **{name: found[name] for name in ("sha256", "filename", "media_type", "size")},
                    "indicators": orjson.dumps(found["indicators"]).decode(),
                    "attached_at": entry.at,
                    "attached_by_role": entry.role,
                }
            )
        case self_assessment.SelfAssessmentSubmitted:
            measured: dict[str, object] = found["measured"]  # type: ignore[assignment]
            return {"self_total": measured["total"]}
        case scoring.DiagnosisScored:
            return _scored(found)
        case report.ReportIssued | report.ReportConfirmed:
            if event_of(entry) is report.ReportIssued:
                for indicator in orjson.loads(str(case["reopened"] or "[]")):
                    answers.change(identity, indicator, issued_verified=None, issued_difference=None)
            file: dict[str, object] = found["file"]  # type: ignore[assignment]
            tables[REPORTS].put(
                {
                    "diagnosis": identity,
                    "version": found["version"],
                    "kind": STATUS_AFTER[event_of(entry)].value,
                    "sha256": file["pdf"],
                    "rendered_at": file["rendered_at"],
                    "issued_at": entry.at,
                    "number": file["number"],
                    "check_code": file["check_code"],
                }
            )
    return {}


def _settled(tables: Tables, identity: str, found: dict[str, Any]) -> dict[str, object]:
    """Answers of items that an arbitration changed: what it says, or nothing where they are verified again."""
    answers, upheld = tables[ANSWERS], [one for one in found["findings"] if one["upheld"]]
    answers.load((identity, one["indicator"]) for one in upheld)
    for one in upheld:
        before = answers.get(identity, one["indicator"]) or {}
        reported = {f"issued_{name}": before.get(name) for name in ("verified", "difference")}
        said = orjson.dumps(one["answer"]).decode() if one["answer"] is not None else None
        differs = said is not None and said != before.get("given")
        answers.change(identity, one["indicator"], verified=said, difference=one["reason"] if differs else None, **reported)
    reopened = {"reopened": orjson.dumps([one["indicator"] for one in upheld]).decode()} if upheld else {}
    return {"status": status_after_objections(upheld=bool(upheld)).value, **reopened}


def _scored(found: dict[str, object]) -> dict[str, object]:
    measured: dict[str, object] = found["verified"]  # type: ignore[assignment]
    issued: dict[str, object] = found["issued"]  # type: ignore[assignment]
    return {
        "verified_total": measured["total"],
        "measured_grade": measured["grade"],
        "grade": issued["grade"],
        "level": issued["level"],
        "grade_name": issued["grade_name"],
        "level_name": issued["level_name"],
        "held_back": int(str(issued["grade"])) < int(str(measured["band_grade"])),
        "result": orjson.dumps(found).decode(),
    }


DIAGNOSIS_READ_MODEL = ReadModel(
    "diagnosis_desk",
    (
        DIAGNOSES,
        ANSWERS,
        EVIDENCE,
        REPORTS,
        *proceedings.PROCEEDINGS,
        *visits.VISITS,
        internal_reviews.INTERNAL_REVIEWS,
        arbitrations.ARBITRATIONS,
        arbitrations.OPINIONS,
        filings.FILINGS,
        readings.READINGS,
        follow_ups.FOLLOW_UPS,
        follow_ups.ROUNDS,
        stages.STAGES,
    ),
    fold,
    frozenset(CASE.events) | stages.EVENTS | follow_ups.EVENTS,
)
