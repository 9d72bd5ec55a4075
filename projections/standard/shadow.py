"""Shadow read model 测算台: what drafts would do, run by run, and who would move. plan S4, S5.

A run is seen by who may see the draft; who would move is told by `projections.diagnosis.movers`.
"""

from collections.abc import Sequence
from typing import NamedTuple

import orjson
from sqlalchemy import MetaData, Table, select

from domain.access import Scope
from domain.standard import shadow as events
from domain.standard.shadow import ShadowStatus
from journal import Entry
from projections.engine.columns import Long, columns
from projections.engine.read_model import ReadModel, Tables, data, event_of, key
from projections.engine.snapshot import Snapshot
from projections.standard.revisions import drafts_admitted
from standards.shadow.sensitivity import EditionSensitivity
from standards.shadow.tally import ShadowResult

META = MetaData()


class ShadowRow(NamedTuple):
    """A run 影子测算. status: running, completed or failed. result, sensitivity: JSON; movers: hash of the file of them."""

    revision: str
    number: int
    status: ShadowStatus
    stream_version: int
    requested_at: Long
    draft_version: int
    draft_digest: str
    ended_at: Long | None
    position: Long | None
    rules: str | None
    input_digest: str | None
    result: str | None
    sensitivity: str | None
    movers: str | None
    moved: Long | None
    failure: str | None

    def result_of_run(self) -> ShadowResult | None:
        """What the draft would do; None unless completed."""
        return ShadowResult.model_validate_json(self.result) if self.result is not None else None

    def sensitivities(self) -> list[EditionSensitivity]:
        """Sensitivity by edition; empty unless completed."""
        return [EditionSensitivity.model_validate(one) for one in orjson.loads(self.sensitivity or "[]")]


SHADOWS = Table(
    "shadows",
    META,
    *columns(ShadowRow, "revision", "number"),
)
ENDED = ("ended_at", "position", "rules", "input_digest", "result", "sensitivity", "movers", "moved", "failure")


def fold(tables: Tables, entries: Sequence[Entry]) -> None:
    """Runs as asked for, completed and failed."""
    for entry in entries:
        found, revision = data(entry), key(entry)
        number = found["number"]
        match event_of(entry):
            case events.ShadowRequested:
                tables[SHADOWS].put(
                    {
                        "revision": revision,
                        "number": number,
                        "status": "running",
                        "stream_version": entry.version,
                        "requested_at": entry.at,
                        "draft_version": found["draft_version"],
                        "draft_digest": found["draft_digest"],
                        **dict.fromkeys(ENDED),
                    }
                )
            case events.ShadowCompleted:
                told = {name: found[name] for name in ("position", "rules", "input_digest", "movers", "moved")}
                told |= {name: orjson.dumps(found[name]).decode() for name in ("result", "sensitivity")}
                tables[SHADOWS].change(revision, number, status="completed", ended_at=entry.at, **told)
            case _:
                failed = {"status": "failed", "ended_at": entry.at, "failure": found["reason"]}
                tables[SHADOWS].change(revision, number, **failed)


SHADOW_READ_MODEL = ReadModel(
    "shadow_desk",
    (SHADOWS,),
    fold,
    frozenset({events.ShadowRequested, events.ShadowCompleted, events.ShadowFailed}),
)


def shadow(snapshot: Snapshot, scope: Scope, revision: str, number: int | None = None) -> ShadowRow | None:
    """A run over a draft 影子测算, the latest unless numbered; None when there is none or the scope does not admit the draft."""
    if revision not in drafts_admitted(snapshot, scope, [revision]):
        return None
    table = snapshot[SHADOWS]
    query = select(table).where(table.c.revision == revision).order_by(table.c.number.desc()).limit(1)
    rows = snapshot.rows(query if number is None else query.where(table.c.number == number))
    return ShadowRow._make(rows[0]) if rows else None


def running(snapshot: Snapshot, scope: Scope) -> list[ShadowRow]:
    """Runs that are to be done 待测算, in the order they were asked for, of drafts that the scope admits."""
    table = snapshot[SHADOWS]
    query = select(table).where(table.c.status == "running").order_by(table.c.requested_at, table.c.revision)
    found = [ShadowRow._make(row) for row in snapshot.rows(query)]
    admitted = drafts_admitted(snapshot, scope, [row.revision for row in found])
    return [row for row in found if row.revision in admitted]


WITHHELD_BELOW = 5


def blurred(number: int) -> int | None:
    """A count as it is shown to who may not see firms 模糊计数: None for 1 to 4, else to the nearest five.

    Rounding every other count as well keeps a withheld one from being worked out of totals.
    """
    if 0 < number < WITHHELD_BELOW:
        return None
    return (number + 2) // 5 * 5


