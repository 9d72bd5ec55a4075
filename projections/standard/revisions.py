"""Revisions read model 修订台: revisions of the standard, their drafts, and what was said of them. plan S5.

A draft (its text, changes and reviews) is seen through a scope that admits it: it lies with its named reviewers, and nowhere
else (`domain.standard.revision`). From the moment a consultation is announced, the text on consultation and every
comment with what became of it are open to every signed-in role.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import Select, Table, and_, exists, func, or_, select
from sqlalchemy.sql import ColumnElement

from domain.access import Attribute, Scope
from projections.engine.columns import chosen
from projections.engine.pages import By, Order, Page
from projections.engine.scope import NOWHERE, to_sql
from projections.engine.snapshot import Snapshot
from projections.standard.revision_rows import (
    CHANGES,
    COMMENTS,
    REVIEWERS,
    REVIEWS,
    REVISIONS,
    STANDARDS_EVENTS,
    ChangeRow,
    CommentRow,
    ReviewRow,
    RevisionRow,
    StandardsEventRow,
)
from projections.standard.revisions_fold import REVISION, standard_of
from standards import (
    AnyEdition,
    ComposedStandard,
    Composition,
    Problem,
    composed,
)


@dataclass(frozen=True)
class DraftEditions:
    """The editions that a draft would be published as 草案版本, by the key of the published edition that each would replace.

    revision, version, digest: of the draft. problems: why it does not compose yet; then there are no editions.
    """

    revision: str
    version: int
    digest: str
    editions: Mapping[str, AnyEdition]
    problems: tuple[Problem, ...]
    compositions: Mapping[str, Composition]


def _admitted(snapshot: Snapshot, scope: Scope) -> ColumnElement[bool]:
    """Whether a scope admits the draft of a revision: a draft lies with its reviewers."""
    table, reviewers = snapshot[REVISIONS], snapshot[REVIEWERS]

    def is_reviewer(person: str, *_when: str) -> ColumnElement[bool]:
        return exists().where(reviewers.c.revision == table.c.id, reviewers.c.person == person)

    return to_sql(scope, {**NOWHERE, Attribute.ASSIGNMENT: is_reviewer})


def _visible(snapshot: Snapshot, scope: Scope) -> ColumnElement[bool]:
    return or_(snapshot[REVISIONS].c.public == 1, _admitted(snapshot, scope))


def revisions(snapshot: Snapshot, scope: Scope, page: Page) -> list[RevisionRow]:
    """A page of the revisions that are public or whose draft the scope admits."""
    table = snapshot[REVISIONS]

    def query() -> Select[Any]:
        return page.of(select(table).where(_visible(snapshot, scope)), table.c.__getitem__)

    return [RevisionRow._make(row) for row in snapshot.prepared(None, query, **page.values)]


def revision_count(snapshot: Snapshot, scope: Scope) -> int:
    """How many of them there are."""
    query = select(func.count()).select_from(snapshot[REVISIONS]).where(_visible(snapshot, scope))
    return int(snapshot.rows(query)[0][0])


def revision(snapshot: Snapshot, scope: Scope, identity: str) -> RevisionRow | None:
    """One revision; None when it does not exist, or is neither public nor admitted."""
    table = snapshot[REVISIONS]
    rows = snapshot.rows(select(table).where(table.c.id == identity, _visible(snapshot, scope)))
    return RevisionRow._make(rows[0]) if rows else None


def drafts_admitted(snapshot: Snapshot, scope: Scope, revisions_shown: Sequence[str]) -> frozenset[str]:
    """Of some revisions those whose draft the scope admits 可见草案."""
    table = snapshot[REVISIONS]
    query = select(table.c.id).where(snapshot.among(table.c.id, revisions_shown), _admitted(snapshot, scope))
    return frozenset(str(row[0]) for row in snapshot.rows(query)) if revisions_shown else frozenset()


def _of_drafts(snapshot: Snapshot, scope: Scope, table: Table, revisions_shown: Sequence[str]) -> Select[tuple[object, ...]]:
    """Rows of a table that belong to drafts, of those that the scope admits."""
    drafts = snapshot[REVISIONS]
    joined = table.join(drafts, drafts.c.id == table.c.revision)
    return select(table).select_from(joined).where(snapshot.among(drafts.c.id, revisions_shown), _admitted(snapshot, scope))


def changes(snapshot: Snapshot, scope: Scope, revisions_shown: Sequence[str]) -> list[ChangeRow]:
    """Changes of the drafts of some revisions 改动, in the order they were made; only of drafts that the scope admits."""
    table = snapshot[CHANGES]
    query = _of_drafts(snapshot, scope, table, revisions_shown)
    return [
        ChangeRow._make(row) for row in snapshot.rows(query.order_by(table.c.revision, table.c.draft_version, table.c.number))
    ]


def reviews(snapshot: Snapshot, scope: Scope, revisions_shown: Sequence[str]) -> list[ReviewRow]:
    """Reviews of the drafts of some revisions 评审意见, in the order they came; only of drafts that the scope admits."""
    table = snapshot[REVIEWS]
    query = _of_drafts(snapshot, scope, table, revisions_shown).order_by(table.c.revision, table.c.position)
    return [ReviewRow._make(row) for row in snapshot.rows(query)]


class CommentFilter(NamedTuple):
    """Which comments are looked for 意见筛选: on a revision; whether only those that are not answered yet."""

    revision: str
    unanswered: bool = False


BY_NUMBER: Order = (By("number"),)


def comments(snapshot: Snapshot, scope: Scope, where: CommentFilter, page: Page) -> list[CommentRow]:
    """A page of the comments on a revision 意见; none of a revision that is not visible."""
    table = snapshot[COMMENTS]

    def query() -> Select[Any]:
        return page.of(_comments(snapshot, scope, where, table), table.c.__getitem__)

    return [CommentRow._make(row) for row in snapshot.prepared(None, query, **page.values)]


def comment_count(snapshot: Snapshot, scope: Scope, where: CommentFilter) -> int:
    """How many of them there are."""
    return int(snapshot.rows(_comments(snapshot, scope, where, func.count()))[0][0])


def _comments(snapshot: Snapshot, scope: Scope, where: CommentFilter, wanted: object) -> Select[Any]:
    table, known = snapshot[COMMENTS], snapshot[REVISIONS]
    joined = table.join(known, known.c.id == table.c.revision)
    query = select(wanted).select_from(joined).where(known.c.id == where.revision, _visible(snapshot, scope))  # type: ignore[call-overload]
    found: Select[Any] = query.where(table.c.disposition.is_(None)) if where.unanswered else query
    return found


@lru_cache(maxsize=16)
def _composed(body: str) -> tuple[str, ComposedStandard]:
    """A draft's digest and what it composes to, kept for as long as it is asked for: 20 ms each."""
    standard = standard_of(body)
    return standard.digest, composed(standard)


def _editions(row: RevisionRow, version: int, body: str) -> DraftEditions:
    digest, found = _composed(body)
    compositions = {
        "-".join(part for part in (row.base, one.edition.key.partition("-")[2]) if part): one
        for one in found.compositions
    }
    editions = {name: one.edition for name, one in compositions.items()}
    return DraftEditions(row.id, version, digest, editions, found.problems, compositions)


def draft_editions(snapshot: Snapshot, scope: Scope, revision_id: str) -> DraftEditions | None:
    """The draft of a revision as it stands, composed 草案版本; None when there is none or the scope does not admit it."""
    row = revision(snapshot, scope, revision_id)
    if row is None or revision_id not in drafts_admitted(snapshot, scope, [revision_id]):
        return None
    return draft_of(row)


def draft_of(row: RevisionRow) -> DraftEditions:
    """The draft of a row that was read and admitted before, composed."""
    return _editions(row, row.draft_version, row.standard)


def consulted_editions(snapshot: Snapshot, scope: Scope, revision_id: str) -> DraftEditions | None:
    """The text on consultation, composed 征求意见稿; None when there is none, or the revision is not visible."""
    row = revision(snapshot, scope, revision_id)
    if row is None or row.consulted is None or row.consulted_version is None:
        return None
    return _editions(row, row.consulted_version, row.consulted)


def standards_events(
    snapshot: Snapshot,
    scope: Scope,
    first: int,
    *,
    after: int = 0,
    types: Sequence[str] | None = None,
    editions: Collection[str] | None = None,
) -> list[StandardsEventRow]:
    """Events of editions and revisions 标准动态, in the order of the journal, beyond a position.

    Those that are public, and those of drafts that the scope admits. types: their names, as they are stored; None = all.
    editions: keys of those that they are of alone; None = all, and the revisions'.
    """
    table, known = snapshot[STANDARDS_EVENTS], snapshot[REVISIONS]
    joined = table.outerjoin(known, and_(known.c.id == table.c.subject, table.c.kind == REVISION))
    seen = or_(table.c.public == 1, and_(known.c.id.is_not(None), _admitted(snapshot, scope)))
    query = select(*chosen(table, StandardsEventRow)).select_from(joined).where(seen, table.c.position > after)
    if types is not None:
        query = query.where(table.c.type.in_(types))
    if editions is not None:
        query = query.where(table.c.kind != REVISION, table.c.subject.in_(sorted(editions)))
    return [StandardsEventRow._make(row) for row in snapshot.rows(query.order_by(table.c.position).limit(first))]
