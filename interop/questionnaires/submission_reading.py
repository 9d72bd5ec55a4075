"""Submission reader 现场核验数据读取: what ODK and Kobo give out of a form, as CSV or JSON. plan P3, P5.

Both name a question by its path, parted by "/", "-" or as nested objects; the last part is the question's own name.
"""

import base64
import binascii
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import PurePath
from typing import Any

import orjson
from pydantic import ValidationError

from domain.diagnosis.state import VerifiedAnswer
from domain.kernel import holds_control
from interop.questionnaires.reading import SubmissionReading
from interop.questionnaires.site_form import ABSENT, CHOSEN, EVIDENCE, LEVEL, NUMBER, REASON, STAMP, name_of
from interop.questionnaires.written_numbers import written_number
from interop.rosters.cells import LOST, shown
from interop.rosters.csv_text import csv_rows
from interop.rosters.grid import Cell, is_blank
from interop.rosters.text_encodings import decoded
from standards import Answer, Edition, Form, Indicator

INSTANCE = ("instanceID", "__id", "KEY", "_uuid")
"""Where the id of a filled form stands, the surest first."""
DEEPEST = 20
LONGEST_VALUE = 10_000
LONGEST_NAME = 200
DELIMITERS = ",;\t"
MOST_COLUMNS = 10_000
MOST_UNREAD = 1_000
SURPLUS = "\0"
"""Name of what stands in a row beyond its header."""


def read_submission(data: bytes, edition: Edition, form: Form) -> SubmissionReading:
    """What the one filled form of a file says 读取现场核验数据; of a file with none or several only how many.

    A value that was destroyed on its way, or stands where none belongs, is told by its question and not guessed at.

    Raises:
        Refused: FILE_ENCODING, FILE_ENCODINGS_MIXED.
    """
    forms = list(_forms(data))
    if len(forms) != 1:
        return SubmissionReading(count=len(forms))
    values = {name: value for name, value in forms[0].items() if isinstance(value, str) and not _is_destroyed(value)}
    odd = sorted(name for name in forms[0].keys() - values.keys() if name != SURPLUS)
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
        destroyed = [name for name in odd if name.startswith(f"{item.id}_")]
        unread += destroyed
        found = _finding(item, values, unread) if not destroyed else None
        if found is not None:
            findings[item.id] = found
        if photograph := values.get(name_of(item.id, EVIDENCE)):
            files.setdefault(PurePath(photograph).name[:LONGEST_NAME], []).append(item.id)
    if isinstance(surplus := forms[0].get(SURPLUS), str):
        unread.append(shown(surplus))
    return SubmissionReading(
        count=1,
        instance=instance[:LONGEST_NAME],
        stamp=stamp,
        seal=seal,
        findings=findings,
        files=files,
        unread=tuple(unread[:MOST_UNREAD]),
    )


def _is_destroyed(value: str) -> bool:
    """Whether a text holds what no text may, or a sign that stands for one that was lost."""
    return holds_control(value) or LOST.search(value) is not None


def _forms(data: bytes) -> Iterator[Mapping[str, Cell]]:
    """Every filled form of a file: question -> value, as text; what cannot be read is none."""
    text = decoded(data).lstrip()
    if text[:1] in ("{", "["):
        try:
            said = orjson.loads(text)
        except orjson.JSONDecodeError:
            return
        listed = said if isinstance(said, list) else said.get("results", said.get("value", [said]))
        for one in listed if isinstance(listed, list) else []:
            if isinstance(one, dict):
                yield dict(_flat(one))
        return
    rows = csv_rows(text, max(DELIMITERS, key=text.partition("\n")[0].count), MOST_COLUMNS)
    names = [_own(one) if isinstance(one, str) else "" for one in next(rows, (0, ()))[1]]
    for _, cells in rows:
        told = (one.strip()[:LONGEST_VALUE] if isinstance(one, str) else one for one in cells)
        surplus = next((one for one in cells[len(names) :] if not is_blank(one)), None)
        yield {**dict(zip(names, told, strict=False)), SURPLUS: surplus}


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
        unread += sorted(f"{item.id} {field}"[:LONGEST_NAME] for field in fields)
        return None


def _number(text: str) -> Decimal | str:
    """A number; where it is none, a text that the check of the answer refuses."""
    number = written_number(text)
    return "" if number is None else number
