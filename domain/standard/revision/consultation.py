"""Consultation 征求意见 on a draft: from when to when, who says what of it, and what becomes of each comment. plan S5."""

from datetime import date, timedelta
from typing import ClassVar, Literal

from pydantic import Field

from domain.access import Role
from domain.command_rights import CITY, CITY_AND_SYSTEM, HELD_BY_PEOPLE
from domain.kernel import DecisionContext, Event, Facts, PartRef, Rule, Text
from domain.standard.revision.draft import CLAUSE_UNKNOWN
from domain.standard.revision.state import (
    COMMENT_UNKNOWN,
    Clause,
    Disposition,
    DraftVersion,
    Industry,
    Revision,
    RevisionCommand,
    RevisionStatus,
    require_no_consultation,
    require_version,
    require_whole,
)
from domain.stated_dates import LIMITS, require_not_too_far_ahead
from standards import is_clause, limit_on

COMMENTS_AT_MOST = 50
"""Comments of one organisation on one revision: far above what is said, far below what would stop a revision's stream."""


# Rules

CONSULTATION_DATES = Rule(
    "CONSULTATION_DATES",
    "plan S5",
    "征求意见期 {since} 至 {until} 不成立：最早今天（{earliest}）开始，最长 {at_most} 天",
    "A consultation from {since} to {until} cannot be: it begins today, {earliest}, or later and lasts {at_most} days at most",
)
CONSULTATION_TOO_SHORT = Rule(
    "CONSULTATION_TOO_SHORT",
    "plan S5",
    "征求意见期 {since} 至 {until} 只有 {days} 天，不得少于 {at_least} 天；截止日请填 {earliest} 或以后（依据：{source}）",
    "A consultation from {since} to {until} lasts {days} days, and it takes {at_least} at least: end it on {earliest} or later",
)
CONSULTATION_NOT_OPEN = Rule(
    "CONSULTATION_NOT_OPEN", "plan S5", "没有进行中的征求意见；请先公开征求意见", "No consultation is under way; open one first"
)
CONSULTATION_NOT_OVER = Rule(
    "CONSULTATION_NOT_OVER",
    "plan S5",
    "征求意见至 {until} 止，不能提前结束",
    "The consultation lasts until {until} and cannot be closed before that day is over",
)
COMMENTS_CLOSED = Rule(
    "COMMENTS_CLOSED",
    "plan S5",
    "只在 {since} 至 {until} 期间接受意见；请在此期间提出",
    "Comments are taken from {since} to {until} only; make them on these days",
)
COMMENT_EXISTS = Rule(
    "COMMENT_EXISTS", "plan S5", "该标识的意见已存在，请另取标识", "A comment of this id exists already; take another"
)
COMMENTS_TOO_MANY = Rule(
    "COMMENTS_TOO_MANY",
    "plan S5",
    "每个单位对一次修订最多提出 {most} 条意见，不再接受更多",
    "An organisation makes at most {most} comments on a revision; no more are taken",
)


# Commands


class OpenConsultation(RevisionCommand):
    """Put a draft to consultation, from one day in the city to another, both included; its text is frozen · 公开征求意见."""

    roles: ClassVar = CITY

    draft_version: DraftVersion = Field(description="Version of the draft that was seen; any other is refused · 所见草案稿次")
    since: date = Field(description="First day · 起始日")
    until: date = Field(description="Last day; none = open-ended · 截止日")


class CloseConsultation(RevisionCommand):
    """Close a consultation, once its last day is over; the text may be changed again · 结束征求意见."""

    roles: ClassVar = CITY_AND_SYSTEM


class CommentOnDraft(RevisionCommand):
    """Comment on the text on consultation: on a clause, or on the whole · 提出意见.

    industry: of the industry edition meant; None = the plain part.
    """

    roles: ClassVar = HELD_BY_PEOPLE

    comment: PartRef = Field(description="Id of a comment · 意见标识")
    industry: Industry | None = Field(
        default=None, description="Industry whose edition is meant, such as automotive; none = the plain part · 行业版本"
    )
    clause: Clause = Field(
        default="",
        description="Clause of the standard, such as indicators.Z01.weight_in_dimension; empty for the whole · 条款",
    )
    text: Text = Field(description="What is said · 文字")


class AnswerComment(RevisionCommand):
    """Say what became of a comment, and why; a later answer replaces an earlier one · 答复意见."""

    roles: ClassVar = CITY

    comment: PartRef = Field(description="Id of a comment · 意见标识")
    disposition: Disposition = Field(description="ADOPTED, PARTLY or REJECTED · 意见处理")
    reason: Text = Field(description="Why · 理由")


# Events


class ConsultationOpened(Event):
    """The draft is open to comments 已公开征求意见, from one day to another, both included."""

    type: Literal["revision.consultation_opened.v1"] = "revision.consultation_opened.v1"
    says: ClassVar = "就第 {draft_version} 稿公开征求意见，自 {since} 至 {until}"
    says_in_english: ClassVar = "opened draft {draft_version} to comments from {since} to {until}"
    draft_version: int
    since: date
    until: date


class ConsultationClosed(Event):
    """The consultation is over 征求意见已结束."""

    type: Literal["revision.consultation_closed.v1"] = "revision.consultation_closed.v1"
    says: ClassVar = "结束了征求意见"
    says_in_english: ClassVar = "closed the consultation"


class DraftCommentedOn(Event):
    """Someone commented, for an organisation 已收到意见; clause: empty = the whole."""

    type: Literal["revision.commented.v1"] = "revision.commented.v1"
    says: ClassVar = "对{clause:clause?@|全文}提出了意见"
    says_in_english: ClassVar = "commented on {clause:clause?@|the whole text}"
    comment: str
    industry: str | None
    clause: str
    text: str
    role: Role
    organisation: str


class CommentAnswered(Event):
    """What became of a comment, and why 意见已答复."""

    type: Literal["revision.comment_answered.v1"] = "revision.comment_answered.v1"
    says: ClassVar = "答复了一条意见：{disposition:term}"
    says_in_english: ClassVar = "answered a comment: {disposition:term}"
    comment: str
    disposition: Disposition
    reason: str


# Decide: what may happen


def open_consultation(command: OpenConsultation, revision: Revision, context: DecisionContext) -> Facts:
    """The text is whole, and stays as it is until the consultation is closed."""
    require_no_consultation(revision)
    require_version(command.draft_version, revision)
    _require_period(command, context)
    require_whole(revision)
    return (ConsultationOpened(draft_version=command.draft_version, since=command.since, until=command.until),)


def _require_period(command: OpenConsultation, context: DecisionContext) -> None:
    """From today or later, and as long as people need: the shortest and the longest are dated data with their marks."""
    require_not_too_far_ahead("since", command.since, context)
    facts = {"since": command.since, "until": command.until}
    days = (command.until - command.since).days + 1
    longest = limit_on(LIMITS.consultation_longest, context.day).days
    if command.since < context.day or not 1 <= days <= longest:
        path = "since" if command.since < context.day else "until"
        raise CONSULTATION_DATES.refuse(path=path, **facts, earliest=context.day, at_most=longest)
    shortest = limit_on(LIMITS.consultation_shortest, context.day)
    if days < shortest.days:
        earliest = command.since + timedelta(days=shortest.days - 1)
        bounds = {"days": days, "at_least": shortest.days, "earliest": earliest}
        source = shortest.source
        raise CONSULTATION_TOO_SHORT.refuse(path="until", **facts, **bounds, source=source.document, mark=source.mark)


def close_consultation(_command: CloseConsultation, revision: Revision, context: DecisionContext) -> Facts:
    """People were promised its last day, so it isn't closed before."""
    held = revision.consultation
    if held is None or revision.status is not RevisionStatus.CONSULTING:
        raise CONSULTATION_NOT_OPEN.refuse()
    if context.day <= held.until:
        raise CONSULTATION_NOT_OVER.refuse(until=held.until)
    return (ConsultationClosed(),)


def comment_on_draft(command: CommentOnDraft, revision: Revision, context: DecisionContext) -> Facts:
    """From any role that people hold, on the days of the consultation, about a clause that its text has."""
    held = revision.consultation
    if held is None or revision.status is not RevisionStatus.CONSULTING:
        raise CONSULTATION_NOT_OPEN.refuse()
    if not held.since <= context.day <= held.until:
        raise COMMENTS_CLOSED.refuse(since=held.since, until=held.until)
    if command.comment in revision.comments:
        raise COMMENT_EXISTS.refuse(comment=command.comment)
    mine = sum(1 for one in revision.comments.values() if one.organisation == context.organisation)
    if mine >= COMMENTS_AT_MOST:
        raise COMMENTS_TOO_MANY.refuse(most=COMMENTS_AT_MOST)
    texts = {one.edition.key.partition("-")[2]: one.edition for one in require_whole(revision).compositions}
    text = texts.get(command.industry or "")
    if text is None or not is_clause(text, command.clause):
        raise CLAUSE_UNKNOWN.refuse(clause=command.clause, industry=command.industry)
    said = command.model_dump(exclude={"revision"})
    return (DraftCommentedOn(**said, role=context.role, organisation=context.organisation),)


def answer_comment(command: AnswerComment, revision: Revision, _context: DecisionContext) -> Facts:
    """While it runs or afterwards; a later answer replaces an earlier one, and both stay in the record."""
    known = revision.comments.get(command.comment)
    if known is None:
        raise COMMENT_UNKNOWN.refuse(comment=command.comment)
    if (known.disposition, known.reason) == (command.disposition, command.reason):
        return ()
    return (CommentAnswered(comment=command.comment, disposition=command.disposition, reason=command.reason),)
