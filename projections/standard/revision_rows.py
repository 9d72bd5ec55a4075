"""Rows of revisions 修订行: drafts, their changes, what was said of them, and the events that tell of it. plan S5."""

from typing import NamedTuple

import orjson
from sqlalchemy import Column, Index, Integer, MetaData, String, Table

from domain.access import Role
from domain.standard.revision.state import Disposition, RevisionKind, RevisionStatus, Verdict
from projections.engine.columns import Long, columns

META = MetaData()


class RevisionRow(NamedTuple):
    """A revision 修订. standard, consulted: JSON of `standards.AuthoredStandard`; days as ISO text; reviewers: JSON list."""

    id: str
    kind: RevisionKind
    base: str
    key: str
    title: str
    why: str
    status: RevisionStatus
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
    drafted_at: Long
    published_at: Long | None
    in_force_from: str | None

    @property
    def named_reviewers(self) -> list[str]:
        """People who are to review it · 评审人."""
        found: list[str] = orjson.loads(self.reviewers)
        return found


REVISIONS = Table(
    "revisions",
    META,
    *columns(RevisionRow, "id"),
)
"""standard, consulted: JSON of the draft as it stands and of the text on consultation. public: 1 once that was announced."""


class ChangeRow(NamedTuple):
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
    at: Long


CHANGES = Table(
    "revision_changes",
    META,
    *columns(ChangeRow, "revision", "draft_version", "number"),
)


class CommentRow(NamedTuple):
    """A comment 意见 and what became of it. number: from 1, in the order they came."""

    revision: str
    id: str
    number: int
    industry: str | None
    clause: str
    label: str
    text: str
    role: Role
    organisation: str
    at: Long
    disposition: Disposition | None
    answer: str | None
    answered_at: Long | None


COMMENTS = Table(
    "revision_comments",
    META,
    *columns(CommentRow, "revision", "id"),
    Index("ix_number", "revision", "number"),
)
REVIEWERS = Table(
    "revision_reviewers",
    META,
    Column("revision", String, primary_key=True),
    Column("person", String, primary_key=True),
)


class ReviewRow(NamedTuple):
    """What a reviewer said of a draft version 评审意见."""

    revision: str
    position: Long
    reviewer: str
    draft_version: int
    verdict: Verdict
    grounds: str
    at: Long


REVIEWS = Table(
    "revision_reviews",
    META,
    *columns(ReviewRow, "revision", "position"),
)


class StandardsEventRow(NamedTuple):
    """An event of the standard 标准动态. kind: revision or edition; subject: its id or key."""

    position: Long
    kind: str
    subject: str
    type: str
    at: Long
    role: Role


STANDARDS_EVENTS = Table(
    "standards_events",
    META,
    *columns(StandardsEventRow, "position"),
    Column("public", Integer, nullable=False),
)
"""What a follower of the standard is told, and whether everyone is."""
