"""A journal of many diagnoses 大量诊断: one led through by real commands, the others copied from it entry by entry."""

import time
from collections.abc import Callable, Iterator
from dataclasses import fields, replace
from datetime import UTC, datetime
from itertools import count

import orjson

from domain.diagnosis.opening import DiagnosisOpened
from domain.diagnosis.report import ConfirmReport
from journal import Entry, Journal, NewEntry
from journal.codec import EVENT_OF
from tests.small_city import ENTERPRISE, FILLER, City

BATCH = 2_000


def fill(journal: Journal, size: int) -> int:
    """Fill an empty journal with `size` entries or a few more; each copy is a firm of its own with its whole diagnosis."""
    firm, case = pattern(journal)
    position, batch = journal.head().size, list[NewEntry]()
    for number in count(1):
        batch += copies(firm, case, number)
        if len(batch) >= BATCH or position + len(batch) >= size:
            position = journal.append(batch, time.time_ns() // 1000)[-1].position
            batch = []
        if position >= size:
            return position
    raise AssertionError("a count does not end")


def pattern(journal: Journal, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> tuple[Entry, list[Entry]]:
    """What copies are made of, led through by real commands in an empty journal: a firm's first entry, and its diagnosis."""
    city = City(journal, clock)
    before = journal.head().size
    city.send(FILLER, ConfirmReport(diagnosis=city.issued()))
    firm = journal.read(f"enterprise/{ENTERPRISE}")[0]
    return firm, [entry for entry in journal.since(before, 1000) if entry.stream.startswith("diagnosis/")]


def copies(firm: Entry, case: list[Entry], number: int) -> Iterator[NewEntry]:
    """A firm of another number with the whole diagnosis."""
    enterprise = f"{ENTERPRISE}-{number}"
    for one in (firm, *case):
        entry = NewEntry(**{field.name: getattr(one, field.name) for field in fields(NewEntry)})
        if one is firm:
            data = orjson.loads(one.state)
            data["firm"]["name"] = f"示例{number:06d}精密机械有限公司"
            yield replace(entry, stream=f"enterprise/{enterprise}", version=1, state=orjson.dumps(data))
        elif EVENT_OF.get(one.type) is DiagnosisOpened:
            data = orjson.loads(one.state) | {"enterprise": enterprise}
            yield replace(entry, stream=f"diagnosis/c{number}", state=orjson.dumps(data))
        else:
            yield replace(entry, stream=f"diagnosis/c{number}")
