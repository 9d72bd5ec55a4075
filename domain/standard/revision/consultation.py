"""Consultation and review 征求意见与评审 of a draft: who may say what of it, when, and what must become of it. plan S5."""

from datetime import timedelta

from domain.access import EXPERTS
from domain.kernel import DecisionContext, Facts, Rule
from domain.participants.people import Person, person_stream
from domain.standard.revision import revision as r
from domain.standard.revision.draft import (
    CLAUSE_UNKNOWN,
    COMMENT_UNKNOWN,
    require_no_consultation,
    require_version,
    require_whole,
)
from domain.standard.revision.revision import Revision, RevisionStatus
from domain.stated_dates import LIMITS, require_programme_date
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
    "CONSULTATION_NOT_OPEN", "plan S5", "没有进行中的征求意见", "No consultation is under way"
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
    "只在 {since} 至 {until} 期间接受意见",
    "Comments are taken from {since} to {until} only",
)
COMMENT_EXISTS = Rule(
    "COMMENT_EXISTS", "plan S5", "该标识的意见已存在，请另取标识", "A comment of this id exists already; take another"
)
COMMENTS_TOO_MANY = Rule(
    "COMMENTS_TOO_MANY",
    "plan S5",
    "每个单位对一次修订最多提出 {most} 条意见",
    "An organisation makes at most {most} comments on a revision",
)
REVIEWER_UNKNOWN = Rule(
    "REVIEWER_UNKNOWN",
    "plan S5",
    "评审人名单第 {number} 位今天不担任任何专家角色，不能作为评审人",
    "Number {number} of the reviewers named holds no expert's role today and cannot review",
)
REVIEWER_NOT_NAMED = Rule(
    "REVIEWER_NOT_NAMED", "plan S5", "只有指定的评审人可以评审该草案", "Only a named reviewer reviews the draft"
)


def _require_period(command: r.OpenConsultation, context: DecisionContext) -> None:
    """From today or later, and as long as people need: the shortest and the longest are dated data with their marks."""
    require_programme_date("since", command.since, context)
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


def open_consultation(command: r.OpenConsultation, revision: Revision, context: DecisionContext) -> Facts:
    """The text is whole, and stays as it is until the consultation is closed."""
    require_no_consultation(revision)
    require_version(command.draft_version, revision)
    _require_period(command, context)
    require_whole(revision)
    return (r.ConsultationOpened(draft_version=command.draft_version, since=command.since, until=command.until),)


def close_consultation(revision: Revision, context: DecisionContext) -> Facts:
    """People were promised its last day, so it isn't closed before."""
    held = revision.consultation
    if held is None or revision.status is not RevisionStatus.CONSULTING:
        raise CONSULTATION_NOT_OPEN.refuse()
    if context.day <= held.until:
        raise CONSULTATION_NOT_OVER.refuse(until=held.until)
    return (r.ConsultationClosed(),)


def comment_on(command: r.CommentOnDraft, revision: Revision, context: DecisionContext) -> Facts:
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
    return (r.DraftCommentedOn(**said, role=context.role, organisation=context.organisation),)


def answer(command: r.AnswerComment, revision: Revision) -> Facts:
    """While it runs or afterwards; a later answer replaces an earlier one, and both stay in the record."""
    known = revision.comments.get(command.comment)
    if known is None:
        raise COMMENT_UNKNOWN.refuse(comment=command.comment)
    if (known.disposition, known.reason) == (command.disposition, command.reason):
        return ()
    return (r.CommentAnswered(comment=command.comment, disposition=command.disposition, reason=command.reason),)


def name_reviewers(command: r.NameReviewers, revision: Revision, context: DecisionContext) -> Facts:
    """Only a draft that holds as a whole is sent to review; a reviewer holds an expert's role on the day."""
    require_whole(revision)
    named = tuple(dict.fromkeys(command.reviewers))
    for reviewer in named:
        person: Person | None = context.read.get(person_stream(reviewer))
        held = person.memberships.values() if person is not None else ()
        if not any(one.role in EXPERTS and one.holds_on(context.day) for one in held):
            place = command.reviewers.index(reviewer)
            raise REVIEWER_UNKNOWN.refuse(path=f"reviewers.{place}", number=place + 1, reviewer=reviewer)
    return () if named == revision.reviewers else (r.ReviewersNamed(reviewers=named),)


def review(command: r.ReviewDraft, revision: Revision, context: DecisionContext) -> Facts:
    """Of the draft as it stands: a change afterwards makes another version, which is not what was approved."""
    if context.by not in revision.reviewers:
        raise REVIEWER_NOT_NAMED.refuse()
    require_no_consultation(revision)
    require_version(command.draft_version, revision)
    require_whole(revision)
    said = command.model_dump(exclude={"revision"})
    return (r.DraftReviewed(reviewer=context.by, **said),)
