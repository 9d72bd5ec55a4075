"""Submission reader 现场核验数据读取: what ODK and Kobo give out of a form, as CSV or JSON. plan P3, P5.

Both name a question by its path, parted by "/", "-" or as nested objects; the last part is the question's own name.
"""

import base64
import binascii
import csv
import io
from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from pathlib import PurePath
from typing import Any

import orjson
from pydantic import ValidationError

from domain.diagnosis.state import VerifiedAnswer
from interop.questionnaires.reading import SubmissionReading
from interop.questionnaires.site_form import ABSENT, CHOSEN, EVIDENCE, LEVEL, NUMBER, REASON, STAMP, name_of
from standards import Answer, Edition, Form, Indicator

INSTANCE = ("instanceID", "__id", "KEY", "_uuid")
"""Where the id of a filled form stands, the surest first."""
DEEPEST = 20
LONGEST_VALUE = 10_000


def read_submission(data: bytes, edition: Edition, form: Form) -> SubmissionReading:
    """What the one filled form of a file says 读取现场核验数据; of a file with none or several only how many."""
    forms = list(_forms(data))
    if len(forms) != 1:
        return SubmissionReading(count=len(forms))
    values = forms[0]
    token, _, seal = values.get(STAMP, "").partition(".")
    try:
        stamp = base64.urlsafe_b64decode(token).decode()
    except (binascii.Error, ValueError):
        stamp = ""
    instance = next((values[name] for name in INSTANCE if values.get(name)), "").removeprefix("uuid:")
    findings: dict[str, VerifiedAnswer] = {}
    files: dict[str, list[str]] = {}
    unread: list[str] = []
    for item in edition.of(form):
        found = _finding(item, values, unread)
        if found is not None:
            findings[item.id] = found
        if photograph := values.get(name_of(item.id, EVIDENCE)):
            files.setdefault(PurePath(photograph).name[:200], []).append(item.id)
    return SubmissionReading(
        count=1,
        instance=instance[:200],
        stamp=stamp,
        seal=seal,
        findings=findings,
        files=files,
        unread=tuple(unread),
    )


def _forms(data: bytes) -> Iterator[dict[str, str]]:
    """Every filled form of a file: question -> value, as text."""
    text = data.removeprefix(b"\xef\xbb\xbf").lstrip()
    if text[:1] in (b"{", b"["):
        try:
            said = orjson.loads(text)
        except orjson.JSONDecodeError:
            return
        listed = said if isinstance(said, list) else said.get("results", said.get("value", [said]))
        for one in listed if isinstance(listed, list) else []:
            if isinstance(one, dict):
                yield dict(_flat(one))
        return
    rows = csv.DictReader(io.StringIO(text.decode("utf-8", errors="replace"), newline=""), delimiter=_delimiter(text))
    for row in rows:
        told = ((name, value) for name, value in row.items() if isinstance(name, str) and isinstance(value, str))
        yield {_own(name): value.strip()[:LONGEST_VALUE] for name, value in told}


def _delimiter(text: bytes) -> str:
    head = text.partition(b"\n")[0]
    return ";" if head.count(b";") > head.count(b",") else ","


def _own(name: str) -> str:
    """A question's own name, of its path."""
    return name.replace("-", "/").rsplit("/", 1)[-1]


def _flat(said: Mapping[str, Any], depth: int = 0) -> Iterator[tuple[str, str]]:
    for name, value in said.items():
        if isinstance(value, Mapping) and depth < DEEPEST:
            yield from _flat(value, depth + 1)
        elif isinstance(value, str | int | float) and not isinstance(value, bool):
            yield _own(name), str(value).strip()[:LONGEST_VALUE]


def _finding(item: Indicator, values: Mapping[str, str], unread: list[str]) -> VerifiedAnswer | None:
    """What was found of an indicator; None where nothing was filled in or something cannot be read."""
    reason = values.get(name_of(item.id, REASON)) or None
    if values.get(name_of(item.id, ABSENT)) == "yes":
        said: dict[str, Any] = {"not_applicable": True, "reason": reason}
    else:
        said = {}
        if level := values.get(name_of(item.id, LEVEL)):
            said["level"] = _number(level.removeprefix("l").replace("_", "."))
        numbers = {one.name: values.get(name_of(item.id, f"{NUMBER}_{one.name}")) for one in item.numbers}
        if given := {name: _number(value) for name, value in numbers.items() if value}:
            said["numbers"] = given
        if item.options and (chosen := values.get(name_of(item.id, CHOSEN))):
            said["choices"] = tuple(chosen.split())
        if not said:
            return None
    try:
        return VerifiedAnswer(answer=Answer.model_validate(said), reason=reason)
    except ValidationError as problem:
        fields = {".".join(map(str, error["loc"])) for error in problem.errors(include_url=False)}
        unread += sorted(f"{item.id} {field}"[:200] for field in fields)
        return None


def _number(text: str) -> Decimal | str:
    """A number; the text itself where it is none, for the check to refuse."""
    try:
        number = Decimal(text)
    except InvalidOperation:
        return text
    exact = number.is_finite() and abs(number.adjusted()) <= DEEPEST
    return Decimal(f"{number.normalize():f}") if exact else text
