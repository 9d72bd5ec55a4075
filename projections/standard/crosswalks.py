"""Crosswalk read model 对照台: crosswalks to external models, their rows under review, and every published version. plan P8, S2.

What is published is open to everyone, a crosswalk without a version to whoever may see drafts.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import orjson
from sqlalchemy import MetaData, Select, Table, func, select

from domain.standard.crosswalks.crosswalk import (
    CrosswalkChanged,
    CrosswalkProposed,
    CrosswalkPublished,
    CrosswalkReviewed,
)
from domain.standard.revision.state import Verdict
from journal import Entry
from projections.engine.columns import Long, chosen, columns
from projections.engine.pages import Page
from projections.engine.read_model import ReadModel, Tables, data, event_of, key
from projections.engine.snapshot import Snapshot
from standards.edition.text import SourceMark
from standards.external.crosswalk import CrosswalkRow

META = MetaData()


class CrosswalkRecord(NamedTuple):
    """A crosswalk 对照. rows: JSON list of rows under review with proposer and verdicts. published_at: of its latest version."""

    id: str
    edition: str
    external_edition: str
    title: str
    source: str
    mark: SourceMark
    draft_version: int
    rows: str
    version: int
    published_at: Long | None


class CrosswalkVersionRecord(NamedTuple):
    """A published version of a crosswalk 对照版本. rows: JSON list."""

    crosswalk: str
    version: int
    rows: str
    model_digest: str
    published_at: Long

    @property
    def parsed(self) -> tuple[CrosswalkRow, ...]:
        """Its rows."""
        return tuple(CrosswalkRow.model_validate(one) for one in orjson.loads(self.rows))


class ProposedRecord(NamedTuple):
    """A row under review 评审中的对照行. approvals: of people. returned: whether one of them returns it."""

    row: CrosswalkRow
    proposer: str
    approvals: int
    returned: bool


TABLE = Table("crosswalks", META, *columns(CrosswalkRecord, "id"))
VERSIONS = Table("crosswalk_versions", META, *columns(CrosswalkVersionRecord, "crosswalk", "version"))


def fold(tables: Tables, entries: Sequence[Entry]) -> None:
    """Crosswalks as proposed, reviewed and published."""
    table = tables[TABLE]
    for entry in entries:
        found, identity, event = data(entry), key(entry), event_of(entry)
        if event is CrosswalkProposed:
            named = {name: found[name] for name in ("edition", "external_edition", "title")}
            stated = {"source": found["source"]["document"], "mark": found["source"]["mark"]}
            begun = {"draft_version": 1, "rows": "[]", "version": 0, "published_at": None}
            table.put({"id": identity, **named, **stated, **begun})
            continue
        row = table.get(identity)
        if row is None:
            raise LookupError(f"{entry.stream} was not begun before position {entry.position}")
        if event is CrosswalkPublished:
            rows = {"rows": orjson.dumps(found["rows"]).decode(), "model_digest": found["model_digest"]}
            tables[VERSIONS].put({"crosswalk": identity, "version": found["version"], **rows, "published_at": entry.at})
            table.change(identity, version=found["version"], published_at=entry.at)
            continue
        draft = {_pair(one["row"]): one for one in orjson.loads(row["rows"])}
        if event is CrosswalkChanged:
            draft |= {_pair(one): {"row": one, "proposer": found["proposer"], "verdicts": {}} for one in found["rows"]}
            for pair in map(_pair, found["removed"]):
                draft.pop(pair, None)
            table.change(identity, draft_version=row["draft_version"] + 1)
        else:
            for pair in map(_pair, found["rows"]):
                draft[pair]["verdicts"][found["reviewer"]] = found["verdict"]
        table.change(identity, rows=orjson.dumps([draft[pair] for pair in sorted(draft)]).decode())


def _pair(row: dict[str, Any]) -> tuple[str, str]:
    return row["indicator"], row["node"]


CROSSWALK_READ_MODEL = ReadModel(
    "crosswalks",
    (TABLE, VERSIONS),
    fold,
    frozenset({CrosswalkProposed, CrosswalkChanged, CrosswalkReviewed, CrosswalkPublished}),
)


def crosswalks(snapshot: Snapshot, page: Page, *, drafts: bool) -> list[CrosswalkRecord]:
    """A page of the crosswalks, by id. drafts: whether those that were never published are among them."""
    table = snapshot[TABLE]

    def query() -> Select[Any]:
        return page.of(_open(select(*chosen(table, CrosswalkRecord)), table, drafts=drafts), table.c.__getitem__)

    return [CrosswalkRecord._make(row) for row in snapshot.prepared(None, query, **page.values)]


def crosswalk_count(snapshot: Snapshot, *, drafts: bool) -> int:
    """How many of them there are."""
    table = snapshot[TABLE]
    return int(snapshot.rows(_open(select(func.count()).select_from(table), table, drafts=drafts))[0][0])


def crosswalks_by_id(snapshot: Snapshot, ids: Sequence[str], *, drafts: bool) -> dict[str, CrosswalkRecord]:
    """Crosswalks of some ids; drafts: whether those that were never published are open to the reader."""
    table = snapshot[TABLE]
    query = select(*chosen(table, CrosswalkRecord)).where(snapshot.among(table.c.id, ids))
    found = [CrosswalkRecord._make(row) for row in snapshot.rows(query)] if ids else []
    return {row.id: row for row in found if drafts or row.version}


def versions_of(snapshot: Snapshot, ids: Sequence[str]) -> dict[str, list[CrosswalkVersionRecord]]:
    """Every published version of some crosswalks, oldest first."""
    table = snapshot[VERSIONS]
    query = select(*chosen(table, CrosswalkVersionRecord)).where(snapshot.among(table.c.crosswalk, ids))
    found: dict[str, list[CrosswalkVersionRecord]] = {}
    for row in snapshot.rows(query.order_by(table.c.crosswalk, table.c.version)) if ids else ():
        record = CrosswalkVersionRecord._make(row)
        found.setdefault(record.crosswalk, []).append(record)
    return found


def latest_of_edition(snapshot: Snapshot, edition: str) -> list[tuple[CrosswalkRecord, CrosswalkVersionRecord]]:
    """The published crosswalks of an edition with their latest version, by model."""
    table, versions = snapshot[TABLE], snapshot[VERSIONS]
    joined = table.join(versions, (versions.c.crosswalk == table.c.id) & (versions.c.version == table.c.version))
    wanted = (*chosen(table, CrosswalkRecord), *chosen(versions, CrosswalkVersionRecord))
    width = len(CrosswalkRecord._fields)
    query = select(*wanted).select_from(joined).where(table.c.edition == edition).order_by(table.c.external_edition)
    return [
        (CrosswalkRecord._make(row[:width]), CrosswalkVersionRecord._make(row[width:]))
        for row in map(tuple, snapshot.rows(query))
    ]


def proposed_rows(record: CrosswalkRecord) -> list[ProposedRecord]:
    """The rows of a crosswalk under review, in order of their ends."""
    found = []
    for one in orjson.loads(record.rows):
        said = list(one["verdicts"].values())
        row = CrosswalkRow.model_validate(one["row"])
        found.append(ProposedRecord(row, one["proposer"], said.count(Verdict.APPROVE), Verdict.RETURN in said))
    return found


def _open(query: Select[Any], table: Table, *, drafts: bool) -> Select[Any]:
    return query if drafts else query.where(table.c.version > 0)
