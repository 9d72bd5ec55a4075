"""OSCAL assessment results 评估结果 of a package: each issued result, its gates as findings, its numbers as properties. plan P8.

OSCAL knows no graded maturity, so score, level and grade are properties of our own namespace; a gate holds or does not.
"""

from datetime import UTC, datetime
from typing import Any, NamedTuple
from uuid import uuid5

import orjson

from domain.programme.packages.state import package_stream
from interop.editions.oscal import NAMES, NS, OSCAL_VERSION, literal
from interop.packages.lines import PackagedResult
from standards import AnyEdition, Gate

Json = dict[str, Any]


class AssessedResult(NamedTuple):
    """An issued result with its gates, and when its report was issued 结果与门槛. key: of the case."""

    key: str
    line: PackagedResult
    gates: tuple[Gate, ...]
    issued_at: datetime


EMPTY, SEAM = b'"results":[]', b'"results":['


def frame(package: str, edition: AnyEdition, requested_at: datetime) -> tuple[bytes, bytes]:
    """The document of a package before its results and after them 文档首尾; it follows from the package alone."""
    document = {
        "assessment-results": {
            "uuid": _uuid(package, "assessment-results"),
            "metadata": {
                "title": f"{literal(edition.title)}：已出具结果",
                "last-modified": _moment(requested_at),
                "version": edition.key,
                "oscal-version": OSCAL_VERSION,
                "props": [_prop("edition-digest", edition.digest), _prop("edition-status", edition.status)],
            },
            "import-ap": {"href": f"urn:zhenduan:edition:{edition.key}"},
            "results": [],
        }
    }
    before, after = orjson.dumps(document, option=orjson.OPT_APPEND_NEWLINE).rsplit(EMPTY, 1)
    return before + SEAM, b"]" + after


def assessed(package: str, one: AssessedResult) -> bytes:
    """A result as it stands in the document, without what parts it from the next 单项结果."""
    return orjson.dumps(_result(package, one))


def _result(package: str, one: AssessedResult) -> Json:
    line = one.line
    numbers = {"total": line.total, "grade": line.grade, "level": line.level, "case-number": line.case_number}
    made: Json = {
        "uuid": _uuid(package, one.key),
        "title": literal(line.name),
        "description": f"{literal(line.grade_name)}，总分 {line.total}",
        "start": _moment(one.issued_at),
        "props": [
            _prop("uscc", line.uscc),
            _prop("report-version", line.report_version),
            *(_prop(name, value) for name, value in numbers.items()),
            *(_prop(f"score-{dimension.id}", dimension.score) for dimension in line.dimensions),
        ],
        "reviewed-controls": {"control-selections": [{"include-all": {}}]},
    }
    findings = [_finding(package, one.key, gate) for gate in one.gates]
    return made | ({"findings": findings} if findings else {})


def _finding(package: str, key: str, gate: Gate) -> Json:
    target = f"{gate.code}-{gate.level}"
    status = {"state": "satisfied", "reason": "pass"} if gate.holds else {"state": "not-satisfied", "reason": "fail"}
    return {
        "uuid": _uuid(package, f"{key}/{target}"),
        "title": target,
        "description": literal(gate.says),
        "target": {"type": "objective-id", "target-id": target, "status": status},
    }


def _prop(name: str, value: object) -> Json:
    return {"name": name, "ns": NS, "value": str(value)}


def _uuid(package: str, of: str) -> str:
    return str(uuid5(NAMES, f"{package_stream(package)}/{of}"))


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
