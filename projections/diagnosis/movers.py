"""Movers 变动企业: of a run over a draft whose grade would be another, through the caller's scope of firms. plan S4, S5."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

import orjson

from domain.access import Scope
from projections.diagnosis.diagnoses import diagnoses_by_id
from projections.diagnosis.rescoring import Mover
from projections.engine.pages import By, Order, Page, place_of
from projections.engine.snapshot import Snapshot
from standards.shadow.rescore import Moved

MOVERS_LOOKED_UP = 200
BY_DIAGNOSIS: Order = (By("diagnosis"),)


def mover_line(mover: Mover) -> bytes:
    """A mover as a line of the file that a run leaves behind 变动清单."""
    told = {"diagnosis": mover.diagnosis, "enterprise": mover.enterprise, "edition": mover.edition}
    return orjson.dumps(told | mover.moved.model_dump(mode="json")) + b"\n"


class RunMovers(NamedTuple):
    """Which movers are looked for: of a run, and the lines of its file."""

    run: int
    lines: bytes


def movers(snapshot: Snapshot, scope: Scope, where: RunMovers, page: Page) -> list[Mover]:
    """A page of who would move, of a run's file; of firms that the scope admits."""
    found: list[Mover] = []
    for part in _parts(_beyond(where.lines, page)):
        found += _within(snapshot, scope, part)
        if len(found) >= page.size:
            break
    return found[: page.size]


def _beyond(lines: bytes, page: Page) -> list[Mover]:
    """All of a file beyond a page's place, in the direction of the page."""
    return replace(page, size=len(lines)).cut(_read(lines), lambda mover: place_of(mover, page.order))


def mover_count(snapshot: Snapshot, scope: Scope, where: RunMovers) -> int:
    """How many of them there are."""
    return sum(len(_within(snapshot, scope, part)) for part in _parts(list(_read(where.lines))))


def _parts(movers: Sequence[Mover]) -> Iterator[Sequence[Mover]]:
    """As many at a time as one statement looks up."""
    return (movers[start : start + MOVERS_LOOKED_UP] for start in range(0, len(movers), MOVERS_LOOKED_UP))


def _within(snapshot: Snapshot, scope: Scope, part: Sequence[Mover]) -> list[Mover]:
    seen = diagnoses_by_id(snapshot, scope, [mover.diagnosis for mover in part]) if part else {}
    return [mover for mover in part if mover.diagnosis in seen]


def _read(lines: bytes) -> Iterator[Mover]:
    for line in lines.splitlines():
        told = orjson.loads(line)
        yield Mover(
            told.pop("diagnosis"), told.pop("enterprise"), told.pop("edition"), Moved.model_validate(told)
        )
