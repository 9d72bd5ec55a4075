"""Stamp 问卷印记: of which case, edition and moment a workbook is, and what it held then. plan P5."""

import hmac
from hashlib import sha256

import orjson
from pydantic import BaseModel, ConfigDict, ValidationError

from domain.diagnosis.workbook import WorkbookAnswer
from standards import Answer


class Stamp(BaseModel):
    """What a workbook is of 问卷印记. version: of the case's stream. given: indicator -> fingerprint of the answer that it held."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    case: str
    edition_digest: str
    version: int
    given: dict[str, str]


def fingerprint(answer: Answer) -> str:
    """What tells two answers apart 答案指纹, however their numbers are spelt."""
    numbers = {name: f"{value.normalize():f}" for name, value in sorted((answer.numbers or {}).items())}
    level = f"{answer.level.normalize():f}" if answer.level is not None else None
    said = [level, numbers, sorted(answer.choices or ()), answer.choices is None, answer.not_applicable, answer.reason or ""]
    return sha256(orjson.dumps(said)).hexdigest()[:16]


def sealed(stamp: Stamp, secret: bytes) -> tuple[str, str]:
    """A stamp as text, and the installation's seal of it 加印."""
    text = stamp.model_dump_json()
    return text, hmac.digest(secret, b"questionnaire " + text.encode(), "sha256").hex()


def unsealed(text: str, seal: str, secret: bytes) -> Stamp | None:
    """The stamp of a text 验印; None where the seal is not of it."""
    expected = hmac.digest(secret, b"questionnaire " + text.encode(errors="replace"), "sha256").hex()
    if not hmac.compare_digest(expected.encode(), seal.encode(errors="replace")):
        return None
    try:
        return Stamp.model_validate_json(text)
    except ValidationError:
        return None


def filled_in(stamp: Stamp, answers: dict[str, WorkbookAnswer]) -> dict[str, WorkbookAnswer]:
    """The answers that somebody wrote 新填答案: those that the workbook held when it was taken are nobody's new word."""
    return {name: one for name, one in answers.items() if stamp.given.get(name) != fingerprint(one.answer)}
