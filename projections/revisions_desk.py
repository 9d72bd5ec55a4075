"""Revisions desk 修订台: revisions of the standard, their drafts, and what was said of them. plan S5.

A draft (its text, changes and reviews) is seen through a scope that admits it: it lies with its named reviewers, and nowhere
else (`domain.standards_revision_rules`). From the moment a consultation is announced, the text on consultation and every
comment with what became of it are open to every signed-in role.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import orjson
from sqlalchemy import BigInteger, Column, Index, Integer, MetaData, Select, String, Table, exists, func, or_, select
from sqlalchemy.sql import ColumnElement

from domain.access import Attribute, Scope
from domain.standards_revision import DraftChange, DraftChanged
from journal import Entry
from projections.desk import Desk, Row, Tables, data, key
from projections.reading import Reading
from projections.scope import NOWHERE, to_sql
from standards import (
    AnyEdition,
    AuthoredStandard,
    ComposedStandard,
    Composition,
    Problem,
    changed,
    clause_label,
    composed,
)

META = MetaData()

REVISIONS = Table(
    "revisions",
    META,
    Column("id", String, primary_key=True),
    Column("kind", String, nullable=False),
    Column("base", String, nullable=False),
    Column("key", String, nullable=False),
    Column("title", String, nullable=False),
    Column("why", String, nullable=False),
    Column("status", String, nullable=False),
    Column("draft_version", Integer, nullable=False),
    Column("standard", String, nullable=False),
    Column("reviewers", String, nullable=False),
    Column("public", Integer, nullable=False),
    Column("consulted_version", Integer),
    Column("consulted", String),
    Column("since", String),
    Column("until", String),
    Column("comments", Integer, nullable=False),
    Column("unanswered", Integer, nullable=False),
    Column("drafted_at", BigInteger, nullable=False),
    Column("published_at", BigInteger),
    Column("in_force_from", String),
)
"""standard, consulted: JSON of the draft as it stands and of the text on consultation. public: 1 once that was announced."""
CHANGES = Table(
    "revision_changes",
    META,
    Column("revision", String, primary_key=True),
    Column("draft_version", Integer, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("industry", String),
    Column("clause", String, nullable=False),
    Column("label", String, nullable=False),
    Column("before", String),
    Column("after", String),
    Column("reason", String, nullable=False),
    Column("comment", String),
    Column("at", BigInteger, nullable=False),
)
COMMENTS = Table(
    "revision_comments",
    META,
    Column("revision", String, primary_key=True),
    Column("id", String, primary_key=True),
    Column("number", Integer, nullable=False),
    Column("industry", String),
    Column("clause", String, nullable=False),
    Column("label", String, nullable=False),
    Column("text", String, nullable=False),
    Column("role", String, nullable=False),
    Column("organisation", String, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("disposition", String),
    Column("answer", String),
    Column("answered_at", BigInteger),
    Index("ix_number", "revision", "number"),
)
REVIEWERS = Table(
    "revision_reviewers",
    META,
    Column("revision", String, primary_key=True),
    Column("person", String, primary_key=True),
)
REVIEWS = Table(
    "revision_reviews",
    META,
    Column("revision", String, primary_key=True),
    Column("position", BigInteger, primary_key=True),
    Column("reviewer", String, nullable=False),
    Column("draft_version", Integer, nullable=False),
    Column("verdict", String, nullable=False),
    Column("grounds", String, nullable=False),
    Column("at", BigInteger, nullable=False),
)


def fold(tables: Tables, entries: Sequence[Entry]) -> None:
    """Revisions as drafted, changed, consulted on, reviewed and ended."""
    for entry in entries:
        if entry.type == "revision.drafted.v1":
            _drafted(tables, entry)
            continue
        row = tables[REVISIONS].get(key(entry))
        if row is None:
            raise LookupError(f"{entry.stream} has no draft before position {entry.position}")
        FOLDS[entry.type](tables, entry, row)


def _drafted(tables: Tables, entry: Entry) -> None:
    found = data(entry)
    named = {name: found[name] for name in ("kind", "base", "key", "title", "why")}
    tables[REVISIONS].put(
        {
            "id": key(entry),
            **named,
            "status": "drafting",
            "draft_version": 1,
            "standard": AuthoredStandard.model_validate(found["standard"]).model_dump_json(),
            "reviewers": "[]",
            "public": 0,
            **dict.fromkeys(("consulted_version", "consulted", "since", "until", "published_at", "in_force_from")),
            "comments": 0,
            "unanswered": 0,
            "drafted_at": entry.at,
        }
    )


@lru_cache(maxsize=4)
def _standard(body: str) -> AuthoredStandard:
    """A draft read once for the many comments on it."""
    return AuthoredStandard.model_validate_json(body)


def _changed(tables: Tables, entry: Entry, row: Row) -> None:
    """The draft anew, and a line for each change; a line that comes or goes is named as its change names it."""
    made = DraftChanged.model_validate_json(entry.state).changes
    before = _standard(row["standard"])
    after = changed(before, [one.change for one in made])
    version = row["draft_version"] + 1
    for number, one in enumerate(made, 1):
        tables[CHANGES].put(
            {
                "revision": row["id"],
                "draft_version": version,
                "number": number,
                "industry": one.change.industry,
                "clause": one.clause,
                "label": _label(before, after, one),
                "before": one.before,
                "after": one.after,
                "reason": one.change.reason,
                "comment": one.comment,
                "at": entry.at,
            }
        )
    tables[REVISIONS].change(row["id"], standard=after.model_dump_json(), draft_version=version)


def _label(before: AuthoredStandard, after: AuthoredStandard, change: DraftChange) -> str:
    own = [overlay for one in (before, after) for overlay in one.overlays if overlay.industry == change.change.industry]
    lines = [*(item for overlay in own for item in overlay.adds), *before.plain.indicators]
    return clause_label(after.plain, change.clause, *lines)


def _opened(tables: Tables, entry: Entry, row: Row) -> None:
    found = data(entry)
    tables[REVISIONS].change(
        row["id"],
        status="consulting",
        public=1,
        consulted_version=found["draft_version"],
        consulted=row["standard"],
        since=found["since"],
        until=found["until"],
    )


def _commented(tables: Tables, entry: Entry, row: Row) -> None:
    found, number = data(entry), row["comments"] + 1
    text = _standard(row["consulted"])
    own = [item for overlay in text.overlays if overlay.industry == found["industry"] for item in overlay.adds]
    told = {name: found[name] for name in ("industry", "clause", "text", "role", "organisation")}
    tables[COMMENTS].put(
        {
            "revision": row["id"],
            "id": found["comment"],
            "number": number,
            "label": clause_label(text.plain, found["clause"], *own),
            **told,
            "at": entry.at,
            **dict.fromkeys(("disposition", "answer", "answered_at")),
        }
    )
    tables[REVISIONS].change(row["id"], comments=number, unanswered=row["unanswered"] + 1)


def _answered(tables: Tables, entry: Entry, row: Row) -> None:
    found = data(entry)
    known = tables[COMMENTS].get(row["id"], found["comment"])
    if known is not None and known["disposition"] is None:
        tables[REVISIONS].change(row["id"], unanswered=row["unanswered"] - 1)
    tables[COMMENTS].change(
        row["id"], found["comment"], disposition=found["disposition"], answer=found["reason"], answered_at=entry.at
    )


def _reviewers_named(tables: Tables, entry: Entry, row: Row) -> None:
    named = data(entry)["reviewers"]
    for person in set(orjson.loads(row["reviewers"])) - set(named):
        tables[REVIEWERS].remove(row["id"], person)
    for person in named:
        tables[REVIEWERS].put({"revision": row["id"], "person": person})
    tables[REVISIONS].change(row["id"], reviewers=orjson.dumps(named).decode())


def _reviewed(tables: Tables, entry: Entry, row: Row) -> None:
    tables[REVIEWS].put({"revision": row["id"], "position": entry.position, **data(entry), "at": entry.at})


def _published(tables: Tables, entry: Entry, row: Row) -> None:
    since = data(entry)["since"]
    tables[REVISIONS].change(row["id"], status="published", public=1, published_at=entry.at, in_force_from=since)


FOLDS: Mapping[str, Callable[[Tables, Entry, Row], None]] = {
    "revision.changed.v1": _changed,
    "revision.consultation_opened.v1": _opened,
    "revision.consultation_closed.v1": lambda t, _entry, row: t[REVISIONS].change(row["id"], status="consulted"),
    "revision.commented.v1": _commented,
    "revision.comment_answered.v1": _answered,
    "revision.reviewers_named.v1": _reviewers_named,
    "revision.reviewed.v1": _reviewed,
    "revision.published.v1": _published,
    "revision.abandoned.v1": lambda t, _entry, row: t[REVISIONS].change(row["id"], status="abandoned"),
}

REVISIONS_DESK = Desk(
    "revisions_desk",
    (REVISIONS, CHANGES, COMMENTS, REVIEWERS, REVIEWS),
    fold,
    frozenset({"revision.drafted.v1", *FOLDS}),
)

# Reading


@dataclass(frozen=True, slots=True)
class RevisionRow:
    """A revision 修订. standard, consulted: JSON of `standards.AuthoredStandard`; days as ISO text; reviewers: JSON list."""

    id: str
    kind: str
    base: str
    key: str
    title: str
    why: str
    status: str
    draft_version: int
    standard: str
    reviewers: str
    public: int
    consulted_version: int | None
    consulted: str | None
    since: str | None
    until: str | None
    comments: int
    unanswered: int
    drafted_at: int
    published_at: int | None
    in_force_from: str | None

    @property
    def named_reviewers(self) -> list[str]:
        """People who are to review it 评审人."""
        found: list[str] = orjson.loads(self.reviewers)
        return found


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """A change of a draft 改动; draft_version: the one that it made."""

    revision: str
    draft_version: int
    number: int
    industry: str | None
    clause: str
    label: str
    before: str | None
    after: str | None
    reason: str
    comment: str | None
    at: int


@dataclass(frozen=True, slots=True)
class CommentRow:
    """A comment 意见 and what became of it. number: from 1, in the order they came."""

    revision: str
    id: str
    number: int
    industry: str | None
    clause: str
    label: str
    text: str
    role: str
    organisation: str
    at: int
    disposition: str | None
    answer: str | None
    answered_at: int | None


@dataclass(frozen=True, slots=True)
class ReviewRow:
    """What a reviewer said of a draft version 评审意见."""

    revision: str
    position: int
    reviewer: str
    draft_version: int
    verdict: str
    grounds: str
    at: int


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


def _admitted(reading: Reading, scope: Scope) -> ColumnElement[bool]:
    """Whether a scope admits the draft of a revision: a draft lies with its reviewers."""
    table, reviewers = reading[REVISIONS], reading[REVIEWERS]

    def is_reviewer(person: str, _day: str) -> ColumnElement[bool]:
        return exists().where(reviewers.c.revision == table.c.id, reviewers.c.person == person)

    return to_sql(scope, {**NOWHERE, Attribute.ASSIGNMENT: is_reviewer})


def _visible(reading: Reading, scope: Scope) -> ColumnElement[bool]:
    return or_(reading[REVISIONS].c.public == 1, _admitted(reading, scope))


def revisions(reading: Reading, scope: Scope, first: int, *, after: str | None = None) -> list[RevisionRow]:
    """Revisions that are public or whose draft the scope admits, in order of id."""
    table = reading[REVISIONS]
    query = select(table).where(_visible(reading, scope)).order_by(table.c.id).limit(first)
    if after is not None:
        query = query.where(table.c.id > after)
    return [RevisionRow(*row) for row in reading.rows(query)]


def revision_count(reading: Reading, scope: Scope) -> int:
    """How many of them there are."""
    query = select(func.count()).select_from(reading[REVISIONS]).where(_visible(reading, scope))
    return int(reading.rows(query)[0][0])


def revision(reading: Reading, scope: Scope, identity: str) -> RevisionRow | None:
    """One revision; None when it does not exist, or is neither public nor admitted."""
    table = reading[REVISIONS]
    rows = reading.rows(select(table).where(table.c.id == identity, _visible(reading, scope)))
    return RevisionRow(*rows[0]) if rows else None


def drafts_admitted(reading: Reading, scope: Scope, revisions_shown: Sequence[str]) -> frozenset[str]:
    """Of some revisions those whose draft the scope admits 可见草案."""
    table = reading[REVISIONS]
    query = select(table.c.id).where(reading.among(table.c.id, revisions_shown), _admitted(reading, scope))
    return frozenset(str(row[0]) for row in reading.rows(query)) if revisions_shown else frozenset()


def _of_drafts(reading: Reading, scope: Scope, table: Table, revisions_shown: Sequence[str]) -> Select[tuple[object, ...]]:
    """Rows of a table that belong to drafts, of those that the scope admits."""
    drafts = reading[REVISIONS]
    joined = table.join(drafts, drafts.c.id == table.c.revision)
    return select(table).select_from(joined).where(reading.among(drafts.c.id, revisions_shown), _admitted(reading, scope))


def changes(reading: Reading, scope: Scope, revisions_shown: Sequence[str]) -> list[ChangeRow]:
    """Changes of the drafts of some revisions 改动, in the order they were made; only of drafts that the scope admits."""
    table = reading[CHANGES]
    query = _of_drafts(reading, scope, table, revisions_shown)
    return [
        ChangeRow(*row) for row in reading.rows(query.order_by(table.c.revision, table.c.draft_version, table.c.number))
    ]


def reviews(reading: Reading, scope: Scope, revisions_shown: Sequence[str]) -> list[ReviewRow]:
    """Reviews of the drafts of some revisions 评审意见, in the order they came; only of drafts that the scope admits."""
    table = reading[REVIEWS]
    query = _of_drafts(reading, scope, table, revisions_shown).order_by(table.c.revision, table.c.position)
    return [ReviewRow(*row) for row in reading.rows(query)]


def comments(
    reading: Reading, scope: Scope, identity: str, first: int, *, after: int = 0, unanswered: bool = False
) -> list[CommentRow]:
    """Comments on a revision 意见, in the order they came, beyond a number; none of a revision that is not visible."""
    query = _comments(reading, scope, identity, reading[COMMENTS], unanswered=unanswered)
    table = reading[COMMENTS]
    query = query.where(table.c.number > after).order_by(table.c.number).limit(first)
    return [CommentRow(*row) for row in reading.rows(query)]


def comment_count(reading: Reading, scope: Scope, identity: str, *, unanswered: bool = False) -> int:
    """How many of them there are."""
    query = _comments(reading, scope, identity, func.count(), unanswered=unanswered)
    return int(reading.rows(query)[0][0])


def _comments(
    reading: Reading,
    scope: Scope,
    identity: str,
    wanted: object,
    *,
    unanswered: bool,
) -> Select[tuple[object, ...]]:
    table, known = reading[COMMENTS], reading[REVISIONS]
    joined = table.join(known, known.c.id == table.c.revision)
    query = select(wanted).select_from(joined).where(known.c.id == identity, _visible(reading, scope))  # type: ignore[call-overload]
    found: Select[tuple[object, ...]] = query.where(table.c.disposition.is_(None)) if unanswered else query
    return found


@lru_cache(maxsize=16)
def _composed(body: str) -> tuple[str, ComposedStandard]:
    """A draft's digest and what it composes to, kept for as long as it is asked for: 20 ms each."""
    standard = _standard(body)
    return standard.digest, composed(standard)


def _editions(row: RevisionRow, version: int, body: str) -> DraftEditions:
    digest, found = _composed(body)
    compositions = {
        "-".join(part for part in (row.base, one.edition.key.partition("-")[2]) if part): one
        for one in found.compositions
    }
    editions = {name: one.edition for name, one in compositions.items()}
    return DraftEditions(row.id, version, digest, editions, found.problems, compositions)


def draft_editions(reading: Reading, scope: Scope, revision_id: str) -> DraftEditions | None:
    """The draft of a revision as it stands, composed 草案版本; None when there is none or the scope does not admit it."""
    row = revision(reading, scope, revision_id)
    if row is None or revision_id not in drafts_admitted(reading, scope, [revision_id]):
        return None
    return draft_of(row)


def draft_of(row: RevisionRow) -> DraftEditions:
    """The draft of a row that was read and admitted before, composed."""
    return _editions(row, row.draft_version, row.standard)


def consulted_editions(reading: Reading, scope: Scope, revision_id: str) -> DraftEditions | None:
    """The text on consultation, composed 征求意见稿; None when there is none, or the revision is not visible."""
    row = revision(reading, scope, revision_id)
    if row is None or row.consulted is None or row.consulted_version is None:
        return None
    return _editions(row, row.consulted_version, row.consulted)
