"""Fold of the revisions 修订台: drafts as they are changed, what was said of them, and the events that tell of it. plan S5.

An event is public when it is an edition's, or of a revision what everyone may see of it: its consultation, the comments on it
and their answers, its publication. What is about a draft alone is not.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache

import orjson
from sqlalchemy import MetaData

from domain.kernel import Event, key_of, kind_of
from domain.standard.editions import EDITIONS
from domain.standard.revision.consultation import (
    CommentAnswered,
    ConsultationClosed,
    ConsultationOpened,
    DraftCommentedOn,
)
from domain.standard.revision.draft import DraftChange, DraftChanged, RevisionDrafted
from domain.standard.revision.publication import RevisionAbandoned, RevisionPublished
from domain.standard.revision.review import DraftReviewed, ReviewersNamed
from domain.standard.revision.revision import REVISION_STATUS_AFTER
from journal import Entry
from projections.engine.read_model import ReadModel, Row, Tables, data, event_of, key
from projections.standard.revision_rows import CHANGES, COMMENTS, REVIEWERS, REVIEWS, REVISIONS, STANDARDS_EVENTS
from standards import (
    AuthoredStandard,
    changed,
    clause_label,
)

META = MetaData()
REVISION, EDITION = "revision", "edition"

def fold(tables: Tables, entries: Sequence[Entry]) -> None:
    """Revisions as drafted, changed, consulted on, reviewed and ended; and every event of them and of editions."""
    for entry in entries:
        kind, subject = kind_of(entry.stream), key_of(entry.stream)
        event = event_of(entry)
        public = kind == EDITION
        if kind == REVISION:
            if event is RevisionDrafted:
                _drafted(tables, entry)
            row = tables[REVISIONS].get(subject)
            if row is None:
                raise LookupError(f"{entry.stream} has no draft before position {entry.position}")
            if event is not RevisionDrafted:
                FOLDS[event](tables, entry, row)
            if (status := REVISION_STATUS_AFTER.get(event)) is not None:
                tables[REVISIONS].change(subject, status=status.value)
            public = bool(row["public"]) and event in PUBLIC
        told = {"position": entry.position, "kind": kind, "subject": subject, "type": entry.type}
        tables[STANDARDS_EVENTS].put({**told, "at": entry.at, "role": entry.role, "public": int(public)})


def _drafted(tables: Tables, entry: Entry) -> None:
    found = data(entry)
    named = {name: found[name] for name in ("kind", "base", "key", "title", "why")}
    tables[REVISIONS].put(
        {
            "id": key(entry),
            **named,
            "status": REVISION_STATUS_AFTER[RevisionDrafted].value,
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
def standard_of(body: str) -> AuthoredStandard:
    """A draft 编制稿 from its JSON, read once for the many comments on it."""
    return AuthoredStandard.model_validate_json(body)


def _changed(tables: Tables, entry: Entry, row: Row) -> None:
    """The draft anew, and a line for each change; a line that comes or goes is named as its change names it."""
    made = DraftChanged.model_validate_json(entry.state).changes
    before = standard_of(row["standard"])
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
        public=1,
        consulted_version=found["draft_version"],
        consulted=row["standard"],
        since=found["since"],
        until=found["until"],
    )


def _commented(tables: Tables, entry: Entry, row: Row) -> None:
    found, number = data(entry), row["comments"] + 1
    text = standard_of(row["consulted"])
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
    tables[REVISIONS].change(row["id"], public=1, published_at=entry.at, in_force_from=since)


def _status_alone(_tables: Tables, _entry: Entry, _row: Row) -> None:
    """Nothing changes but the status, which `fold` writes."""


FOLDS: Mapping[type[Event], Callable[[Tables, Entry, Row], None]] = {
    DraftChanged: _changed,
    ConsultationOpened: _opened,
    ConsultationClosed: _status_alone,
    DraftCommentedOn: _commented,
    CommentAnswered: _answered,
    ReviewersNamed: _reviewers_named,
    DraftReviewed: _reviewed,
    RevisionPublished: _published,
    RevisionAbandoned: _status_alone,
}

PUBLIC = frozenset(FOLDS) - {DraftChanged, ReviewersNamed, DraftReviewed}
"""Facts of a revision that everyone is told of, once it is public."""

REVISIONS_READ_MODEL = ReadModel(
    "revisions_desk",
    (REVISIONS, CHANGES, COMMENTS, REVIEWERS, REVIEWS, STANDARDS_EVENTS),
    fold,
    frozenset({RevisionDrafted, *FOLDS, *EDITIONS.events}),
)
