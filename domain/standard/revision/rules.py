"""Rules of a revision 修订规则: in which order, by whom, and when a draft becomes editions. plan S5.

How a text is drafted is said in standards_drafting.py, who may comment and review in standards_consultation.py.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from domain.access import Place, Term
from domain.command_rights import require_right
from domain.kernel import NOT_FOUND, Capability, DecisionContext, Facts, OnStream, Rule
from domain.participants.people import person_stream
from domain.standard.edition_mapping import carried_over
from domain.standard.editions import (
    MAPPING_STREAM,
    EditionPublished,
    EditionPutInForce,
    EditionRetired,
    IndustryEditionPublished,
    PublishedEdition,
    edition_stream,
)
from domain.standard.revision import revision as r
from domain.standard.revision.consultation import (
    answer,
    close_consultation,
    comment_on,
    name_reviewers,
    open_consultation,
    review,
)
from domain.standard.revision.draft import (
    KEY_TAKEN,
    change,
    draft,
    require_no_consultation,
    require_version,
    require_whole,
)
from domain.standard.revision.revision import (
    DRAFT_READERS,
    Revision,
    RevisionKind,
    RevisionStatus,
    Verdict,
    revision_stream,
)
from domain.stated_dates import require_programme_date
from standards import Composition, IndustryEdition

# Rules

EXISTS = Rule("REVISION_EXISTS", "plan S5", "该修订已存在", "The revision already exists")
OVER = Rule(
    "REVISION_OVER",
    "plan S5",
    "修订{status_name}，不能再改动",
    "The revision is {status}; nothing is changed any more",
)
NEVER_CONSULTED = Rule(
    "CONSULTATION_NEVER_HELD",
    "plan S5",
    "修订须先公开征求意见方可发布；只有勘误可以免去",
    "A revision is put to consultation before it is published; only an erratum goes without",
)
UNANSWERED = Rule(
    "COMMENTS_UNANSWERED",
    "plan S5",
    "还有 {count} 条意见未答复",
    "{count} comments have not been answered",
)
NOT_APPROVED = Rule(
    "DRAFT_NOT_APPROVED",
    "plan S5",
    "第 {draft_version} 稿尚未经全部评审人同意（未同意 {count} 人）",
    "Draft version {draft_version} is not approved by all named reviewers ({count} have not)",
)
NOT_AFTER_TODAY = Rule(
    "IN_FORCE_TOO_EARLY",
    "plan S5",
    "施行日期 {since} 须晚于今天",
    "The day it comes into force, {since}, must lie after today",
)


# Decide: what may happen


def decide(command: r.RevisionCommand, revision: Revision | None, context: DecisionContext) -> Facts:
    """Raises Refused: any rule above, or of standards_drafting.py and standards_consultation.py."""
    require_right(command, context.role)
    if isinstance(command, r.DraftRevision):
        if revision is not None:
            raise EXISTS.refuse()
        return draft(command, context)
    if revision is None or (revision.consultation is None and context.role not in DRAFT_READERS):
        raise NOT_FOUND.refuse()
    if revision.status in (RevisionStatus.PUBLISHED, RevisionStatus.ABANDONED):
        raise OVER.refuse(status=revision.status.value, status_name=r.REVISION_STATUS_NAMES[revision.status])
    match command:
        case r.ChangeDraft():
            return change(command, revision)
        case r.OpenConsultation():
            return open_consultation(command, revision, context)
        case r.CloseConsultation():
            return close_consultation(revision, context)
        case r.CommentOnDraft():
            return comment_on(command, revision, context)
        case r.AnswerComment():
            return answer(command, revision)
        case r.NameReviewers():
            return name_reviewers(command, revision, context)
        case r.ReviewDraft():
            return review(command, revision, context)
        case r.PublishRevision():
            return _publish(command, revision, context)
        case r.AbandonRevision(reason=reason):
            return (r.RevisionAbandoned(reason=reason),)


def _publish(command: r.PublishRevision, revision: Revision, context: DecisionContext) -> Facts:
    require_no_consultation(revision)
    require_version(command.draft_version, revision)
    if revision.consultation is None and revision.kind is RevisionKind.REVISION:
        raise NEVER_CONSULTED.refuse()
    if revision.unanswered:
        raise UNANSWERED.refuse(count=len(revision.unanswered), comments=list(revision.unanswered))
    missing = _not_approving(revision)
    if missing or not revision.reviewers:
        raise NOT_APPROVED.refuse(
            draft_version=revision.draft_version, count=len(missing), reviewers=missing
        )
    if command.since <= context.day:
        raise NOT_AFTER_TODAY.refuse(path="since", since=command.since, earliest=context.day + timedelta(days=1))
    require_programme_date("since", command.since, context)
    compositions = require_whole(revision).compositions
    for one in compositions:
        if context.read.get(edition_stream(one.edition.key)) is not None:
            raise KEY_TAKEN.refuse(key=one.edition.key)
    published = r.RevisionPublished(
        draft_version=revision.draft_version,
        since=command.since,
        editions={one.edition.key: one.edition.digest for one in compositions},
    )
    return (
        published,
        *_editions(compositions, command.since),
        *_retirements(revision, command.since, context),
        *_mapping(revision, command.since, context),
    )


def _not_approving(revision: Revision) -> list[str]:
    """Reviewers who have not approved the draft as it stands now."""
    approving = {
        reviewer
        for reviewer, said in revision.reviews.items()
        if said.verdict is Verdict.APPROVE and said.draft_version == revision.draft_version
    }
    return [reviewer for reviewer in revision.reviewers if reviewer not in approving]


def _editions(compositions: tuple[Composition, ...], since: date) -> Facts:
    """In each new edition's own stream: the published fact, and from when it is in force."""
    facts: list[OnStream] = []
    for one in compositions:
        edition, stream = one.edition, edition_stream(one.edition.key)
        fact = (
            IndustryEditionPublished(edition=edition, digest=edition.digest, origins=one.origins)
            if isinstance(edition, IndustryEdition)
            else EditionPublished(edition=edition, digest=edition.digest)
        )
        facts += [OnStream(stream, fact), OnStream(stream, EditionPutInForce(since=since))]
    return tuple(facts)


def _retirements(revision: Revision, since: date, context: DecisionContext) -> Facts:
    """Those that it replaces retire on that day, unless they retire before."""
    facts = []
    for key in revision.bases:
        known = context.read.get(edition_stream(key))
        assert isinstance(known, PublishedEdition)  # noqa: S101 - the revision was begun from it
        if known.retired is None or known.retired > since:
            retired = EditionRetired(since=since, reason=f"由版本 {revision.key} 代替")
            facts.append(OnStream(edition_stream(key), retired))
    return tuple(facts)


def _mapping(revision: Revision, since: date, context: DecisionContext) -> Facts:
    """Whatever applied to a firm under a replaced edition applies under the new one from that day on."""
    industries = [overlay.industry for overlay in revision.standard.overlays]
    known = context.read.get(MAPPING_STREAM)
    carried = carried_over(known, tuple(revision.bases), revision.key, industries, since)
    return tuple(OnStream(MAPPING_STREAM, fact) for fact in carried)


# What the decider reads, and where its subject lies


def _reads(command: r.RevisionCommand, revision: Revision | None) -> tuple[str, ...]:
    keys: list[str] = []
    match command:
        case r.DraftRevision(base=base, key=key, industries=industries):
            keys = [key, base, *(f"{base}-{industry}" for industry in industries)]
        case r.NameReviewers(reviewers=reviewers):
            return tuple(dict.fromkeys(map(person_stream, reviewers)))
        case r.PublishRevision() if revision is not None:
            industries = tuple(overlay.industry for overlay in revision.standard.overlays)
            keys = [*revision.bases, revision.key, *(f"{revision.key}-{industry}" for industry in industries)]
            return (*dict.fromkeys(map(edition_stream, keys)), MAPPING_STREAM)
    return tuple(dict.fromkeys(map(edition_stream, keys)))


def _place(command: r.RevisionCommand, revision: Revision | None, _read: Mapping[str, Any]) -> Place | None:
    """A draft lies with its reviewers; what has been put to consultation is hidden from nobody who may comment."""
    if isinstance(command, r.DraftRevision):
        return None
    if revision is None:
        return Place()
    if isinstance(command, r.CommentOnDraft) and revision.consultation is not None:
        return None
    return Place(assignments=tuple(Term(reviewer, date.min, None) for reviewer in revision.reviewers))


REVISIONS: Capability[Any, Any, Any] = Capability(
    name="revision",
    commands=tuple(r.RevisionCommand.__args__),
    events=tuple(r.RevisionEvent.__args__),
    stream=lambda command: revision_stream(command.revision),
    reads=_reads,
    place=_place,
    decide=decide,
    evolve=r.evolve,
)
