"""Revision 标准修订: the whole standard drafted anew, consulted on, reviewed, published — or abandoned. plan S5.

Drafted → changed … → consultation opened → commented, closed, each comment answered → reviewers named → reviewed → published.
Each step stands in a file of its own, with its rules; here they come together.
"""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, assert_never

from domain.access import Place, Term
from domain.command_rights import require_right
from domain.kernel import NOT_FOUND, NOWHERE, Capability, Command, DecisionContext, Event, Facts, Rule, Stream, Unscoped
from domain.participants.people.state import person_stream
from domain.standard.editions import MAPPING_STREAM, edition_stream
from domain.standard.revision.consultation import (
    AnswerComment,
    CloseConsultation,
    CommentAnswered,
    CommentOnDraft,
    ConsultationClosed,
    ConsultationOpened,
    DraftCommentedOn,
    OpenConsultation,
    answer_comment,
    close_consultation,
    comment_on_draft,
    open_consultation,
)
from domain.standard.revision.draft import (
    ChangeDraft,
    DraftChanged,
    DraftRevision,
    RevisionDrafted,
    change_draft,
    draft_revision,
)
from domain.standard.revision.publication import (
    AbandonRevision,
    PublishRevision,
    RevisionAbandoned,
    RevisionPublished,
    abandon,
    publish,
)
from domain.standard.revision.review import (
    DraftReviewed,
    NameReviewers,
    ReviewDraft,
    ReviewersNamed,
    name_reviewers,
    review_draft,
)
from domain.standard.revision.state import (
    DRAFT_READERS,
    REVISION_STATUS_NAMES,
    Comment,
    Consultation,
    DraftReview,
    Revision,
    RevisionCommand,
    RevisionStatus,
    revision_stream,
)
from standards import changed

# Rules

OVER = Rule(
    "REVISION_OVER",
    "plan S5",
    "修订{status_name}，不能再改动",
    "The revision is {status}; nothing is changed any more",
)


# Decide: what may happen


Step = Callable[[Any, Revision, DecisionContext], Facts]

STEPS: Mapping[type[Command], Step] = {
    ChangeDraft: change_draft,
    OpenConsultation: open_consultation,
    CloseConsultation: close_consultation,
    CommentOnDraft: comment_on_draft,
    AnswerComment: answer_comment,
    NameReviewers: name_reviewers,
    ReviewDraft: review_draft,
    PublishRevision: publish,
    AbandonRevision: abandon,
}
"""Command -> what decides it, once there is a draft 各步骤."""


def decide(command: RevisionCommand, revision: Revision | None, context: DecisionContext) -> Facts:
    """Raises Refused: any rule of the steps, REVISION_OVER."""
    require_right(command, context.role)
    if isinstance(command, DraftRevision):
        return draft_revision(command, revision, context)
    if revision is None or (revision.consultation is None and context.role not in DRAFT_READERS):
        raise NOT_FOUND.refuse()
    if revision.status in (RevisionStatus.PUBLISHED, RevisionStatus.ABANDONED):
        raise OVER.refuse(status=revision.status.value, status_name=REVISION_STATUS_NAMES[revision.status])
    return STEPS[type(command)](command, revision, context)


# Evolve: what has happened


RevisionEvent = (
    RevisionDrafted
    | DraftChanged
    | ConsultationOpened
    | ConsultationClosed
    | DraftCommentedOn
    | CommentAnswered
    | ReviewersNamed
    | DraftReviewed
    | RevisionPublished
    | RevisionAbandoned
)


REVISION_STATUS_AFTER: Mapping[type[Event], RevisionStatus] = {
    RevisionDrafted: RevisionStatus.DRAFTING,
    ConsultationOpened: RevisionStatus.CONSULTING,
    ConsultationClosed: RevisionStatus.CONSULTED,
    RevisionPublished: RevisionStatus.PUBLISHED,
    RevisionAbandoned: RevisionStatus.ABANDONED,
}
"""Event -> the status that it gives a revision 事实后的状态. plan S5."""


def evolve(revision: Revision | None, event: RevisionEvent) -> Revision:
    """The revision after one more fact."""
    if isinstance(event, RevisionDrafted):
        return Revision(**event.model_dump(include={"kind", "base", "bases", "key", "title"}), standard=event.standard)
    assert revision is not None, "a history starts with RevisionDrafted"  # noqa: S101 - guards replay, not input
    status = {"status": REVISION_STATUS_AFTER[type(event)]} if type(event) in REVISION_STATUS_AFTER else {}
    return revision.model_copy(update=status | _consequences(revision, event))


def _consequences(revision: Revision, event: RevisionEvent) -> dict[str, object]:
    match event:
        case RevisionDrafted():
            raise AssertionError("a revision is drafted once")
        case DraftChanged(changes=changes):
            standard = changed(revision.standard, [one.change for one in changes])
            return {"standard": standard, "draft_version": revision.draft_version + 1}
        case ConsultationOpened(draft_version=version, since=since, until=until):
            opened = Consultation(draft_version=version, since=since, until=until)
            return {"consultation": opened}
        case DraftCommentedOn(comment=comment, organisation=organisation):
            return {"comments": {**revision.comments, comment: Comment(organisation=organisation)}}
        case CommentAnswered(comment=comment, disposition=disposition, reason=reason):
            answered = revision.comments[comment].model_copy(update={"disposition": disposition, "reason": reason})
            return {"comments": {**revision.comments, comment: answered}}
        case ReviewersNamed(reviewers=reviewers):
            return {"reviewers": reviewers}
        case DraftReviewed(reviewer=reviewer, draft_version=version, verdict=verdict):
            said = DraftReview(draft_version=version, verdict=verdict)
            return {"reviews": {**revision.reviews, reviewer: said}}
        case ConsultationClosed() | RevisionPublished() | RevisionAbandoned():
            return {}
        case never:
            assert_never(never)


# What the decider reads, and where its subject lies


def _reads(command: RevisionCommand, revision: Revision | None) -> tuple[Stream, ...]:
    keys: list[str] = []
    match command:
        case DraftRevision(base=base, key=key, industries=industries):
            keys = [key, base, *(f"{base}-{industry}" for industry in industries)]
        case NameReviewers(reviewers=reviewers):
            return tuple(dict.fromkeys(map(person_stream, reviewers)))
        case PublishRevision() if revision is not None:
            industries = tuple(overlay.industry for overlay in revision.standard.overlays)
            keys = [*revision.bases, revision.key, *(f"{revision.key}-{industry}" for industry in industries)]
            return (*dict.fromkeys(map(edition_stream, keys)), MAPPING_STREAM)
    return tuple(dict.fromkeys(map(edition_stream, keys)))


def _place(command: RevisionCommand, revision: Revision | None, _read: Mapping[str, Any]) -> Place | Unscoped:
    """A draft lies with its reviewers; what has been put to consultation is hidden from nobody who may comment."""
    if isinstance(command, DraftRevision):
        return Unscoped.NOT_THERE_YET
    if revision is None:
        return NOWHERE
    if isinstance(command, CommentOnDraft) and revision.consultation is not None:
        return Unscoped.OPEN_TO_ALL
    return Place(assignments=tuple(Term(reviewer, date.min, None) for reviewer in revision.reviewers))


REVISIONS = Capability(
    name="revision",
    commands=(DraftRevision, *STEPS),
    events=tuple(RevisionEvent.__args__),
    stream=lambda command: revision_stream(command.revision),
    reads=_reads,
    place=_place,
    decide=decide,
    evolve=evolve,
)
