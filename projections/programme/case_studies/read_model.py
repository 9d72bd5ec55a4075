"""Case studies read model 典型案例台: each as the rules fold it. plan R5.

What is published is everybody's; before, it lies where its firm lies. So that nobody learns which firm stands behind a text that
names none, nothing is looked for by firm or place.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import Index, MetaData, Select, Table, and_, func, or_, select
from sqlalchemy.sql import ColumnElement

from domain.access import Scope
from domain.programme.case_studies.case_study import CASE_STUDIES as CASE_STUDY_CAPABILITY
from domain.programme.case_studies.state import UNREAD_BY_THE_FIRM, CaseStudy, CaseStudyStatus, CaseStudyText
from journal import Entry
from journal.codec import decode
from projections.engine.columns import Long, chosen, columns
from projections.engine.filters import one_of
from projections.engine.pages import By, Order, Page
from projections.engine.places import ENTERPRISES
from projections.engine.read_model import ReadModel, Tables, key
from projections.engine.scope import to_sql
from projections.engine.snapshot import Snapshot
from projections.participants.enterprises import enterprise_columns

META = MetaData()


class CaseStudyRow(NamedTuple):
    """A case study 典型案例. changed_at: of its latest fact, microseconds of UTC. published_on: ISO text; year: of that day.

    position: of the fact that published it, up to which its numbers were on record. body: JSON of `CaseStudy`.
    """

    id: str
    enterprise: str
    diagnosis: str
    status: CaseStudyStatus
    title: str
    text_sha256: str
    changed_at: Long
    published_on: str | None
    year: int | None
    position: Long | None
    version: int
    body: str

    def state(self) -> CaseStudy:
        """The case study as the rules see it."""
        return CaseStudy.model_validate_json(self.body)


TABLE = Table(
    "case_studies",
    META,
    *columns(CaseStudyRow, "id"),
    Index("ix_case_study_changed_at", "changed_at", "id"),
    Index("ix_case_study_firm", "enterprise"),
)


def fold(tables: Tables, entries: Sequence[Entry]) -> None:
    """Each case study by the rules' own fold."""
    table = tables[TABLE]
    for entry in entries:
        row, event = table.get(key(entry)), decode(CASE_STUDY_CAPABILITY, entry.type, entry.state)
        state: CaseStudy = CASE_STUDY_CAPABILITY.evolve(
            CaseStudy.model_validate_json(row["body"]) if row is not None else None, event
        )
        day, is_published = state.published_on, state.status is CaseStudyStatus.PUBLISHED
        told = {"enterprise": state.enterprise, "diagnosis": state.diagnosis, "status": state.status.value}
        text = {"title": state.text.title, "text_sha256": state.text.sha256, "changed_at": entry.at, "version": entry.version}
        since = {"published_on": day.isoformat() if day is not None else None, "year": day.year if day is not None else None}
        position = entry.position if is_published else None
        table.put({"id": key(entry), **told, **text, **since, "position": position, "body": state.model_dump_json()})


CASE_STUDY_READ_MODEL = ReadModel("case_studies", (TABLE,), fold, frozenset(CASE_STUDY_CAPABILITY.events))


@dataclass(frozen=True)
class CaseStudyFilter:
    """Which case studies are looked for 案例筛选; None = any. as_firm: without what the firm is not shown yet."""

    as_firm: bool
    year: int | None = None
    status: Sequence[CaseStudyStatus] | None = None


NEWEST_FIRST: Order = (By("changed_at", descending=True), By("id"))


def _sought(snapshot: Snapshot, scope: Scope, where: CaseStudyFilter) -> Iterator[ColumnElement[bool]]:
    table, firms = snapshot[TABLE], snapshot[ENTERPRISES]
    within: ColumnElement[bool] = table.c.enterprise.in_(select(firms.c.id).where(to_sql(scope, enterprise_columns(snapshot))))
    if where.as_firm:
        within = and_(within, table.c.status.not_in([one.value for one in UNREAD_BY_THE_FIRM]))
    yield or_(table.c.status == CaseStudyStatus.PUBLISHED.value, within)
    yield from one_of(snapshot, table.c.status, where.status)
    if where.year is not None:
        yield table.c.year == where.year


def case_studies(snapshot: Snapshot, scope: Scope, where: CaseStudyFilter, page: Page) -> list[CaseStudyRow]:
    """A page of the case studies 案例列表: whatever is published, and within the scope the others."""
    table = snapshot[TABLE]

    def query() -> Select[Any]:
        return page.of(select(*chosen(table, CaseStudyRow)).where(*_sought(snapshot, scope, where)), table.c.__getitem__)

    return [_row(row) for row in snapshot.prepared(None, query, **page.values)]


def _row(row: Sequence[Any]) -> CaseStudyRow:
    found = CaseStudyRow._make(row)
    return found._replace(status=CaseStudyStatus(found.status))


def case_study_count(snapshot: Snapshot, scope: Scope, where: CaseStudyFilter) -> int:
    """How many there are 案例数."""
    query = select(func.count()).select_from(snapshot[TABLE]).where(*_sought(snapshot, scope, where))
    return int(snapshot.rows(query)[0][0])


def case_studies_by_id(snapshot: Snapshot, scope: Scope, where: CaseStudyFilter, ids: Sequence[str]) -> dict[str, CaseStudyRow]:
    """Case studies of many ids, among those that are looked for."""
    table = snapshot[TABLE]
    query = select(*chosen(table, CaseStudyRow)).where(*_sought(snapshot, scope, where), snapshot.among(table.c.id, ids))
    return {row[0]: _row(row) for row in snapshot.rows(query)}


def published_in(snapshot: Snapshot, year: int) -> dict[str, str]:
    """Id -> digest of its text, of what was published in a year and still is 当年案例, in order of the day."""
    table = snapshot[TABLE]
    query = select(table.c.id, table.c.text_sha256).where(
        table.c.status == CaseStudyStatus.PUBLISHED.value, table.c.year == year
    )
    return {str(one): str(text) for one, text in snapshot.rows(query.order_by(table.c.published_on, table.c.id))}


def texts_of(snapshot: Snapshot, wanted: Mapping[str, str]) -> list[CaseStudyText]:
    """The published texts of some ids, each as its digest says 案例文稿, in order; what is published no more is left out."""
    table = snapshot[TABLE]
    query = select(*chosen(table, CaseStudyRow)).where(
        table.c.status == CaseStudyStatus.PUBLISHED.value, snapshot.among(table.c.id, list(wanted))
    )
    found = {row.id: row for row in map(_row, snapshot.rows(query))}
    return [found[one].state().text for one, text in wanted.items() if one in found and found[one].text_sha256 == text]
