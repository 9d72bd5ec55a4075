"""Disclosures in a backup 备份中的披露日志: its rows as lines, in the order they were written, each with its place in its chain."""

from collections.abc import Mapping
from typing import Any

from journal.disclosure_log.disclosure_log import Written

DISCLOSURES = "disclosures.jsonl"
TEXTS, NUMBERS = ("person", "role", "organisation", "door", "scope", "disclosed", "writer"), ("at", "masks", "number")


def as_line(row: Written) -> dict[str, Any]:
    """A row as JSON values; its chain in hexadecimal."""
    return row._asdict() | {"chain": row.chain.hex()}


def of_line(line: Mapping[str, Any]) -> Written:
    """The row behind its JSON values.

    Raises:
        ValueError: they are none of a row.
    """
    texts, numbers = [line.get(name) for name in TEXTS], [line.get(name) for name in NUMBERS]
    whole = all(isinstance(text, str) for text in texts) and all(type(number) is int for number in numbers)
    if not whole or line.keys() != {*Written._fields}:
        raise ValueError("披露行格式错误 a malformed row of the disclosure log")
    return Written(**{**line, "chain": bytes.fromhex(str(line["chain"]))})
