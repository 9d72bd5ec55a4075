"""Publication 发布: how a revision ends, as editions in force from a day on, or given up. plan S5."""

from datetime import date, timedelta
from typing import ClassVar, Literal

from pydantic import Field

from domain.command_rights import CITY
from domain.kernel import DecisionContext, Event, Facts, OnStream, Rule, Text
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
from domain.standard.revision.draft import KEY_TAKEN
from domain.standard.revision.state import (
    DraftVersion,
    Revision,
    RevisionCommand,
    RevisionKind,
    Verdict,
    require_no_consultation,
    require_version,
    require_whole,
)
from domain.stated_dates import require_not_too_far_ahead
from standards import Composition, IndustryEdition

# Rules

NEVER_CONSULTED = Rule(
    "CONSULTATION_NEVER_HELD",
    "plan S5",
    "修订须先公开征求意见方可发布；只有勘误可以免去",
    "A revision is put to consultation before it is published; only an erratum goes without",
)
UNANSWERED = Rule(
    "COMMENTS_UNANSWERED",
    "plan S5",
    "还有 {count} 条意见未答复；请逐条答复",
    "{count} comments have not been answered; answer each",
)
NOT_APPROVED = Rule(
    "DRAFT_NOT_APPROVED",
    "plan S5",
    "第 {draft_version} 稿尚未经全部评审人同意（未同意 {count} 人）；请待其评审",
    "Draft version {draft_version} is not approved by all named reviewers ({count} have not); wait for their reviews",
)
NOT_AFTER_TODAY = Rule(
    "IN_FORCE_TOO_EARLY",
    "plan S5",
    "施行日期 {since} 须晚于今天",
    "The day it comes into force, {since}, must lie after today",
)


# Commands


class PublishRevision(RevisionCommand):
    """Publish a draft as editions, the plain one and one an industry, in force from a day on; the former retire then · 发布修订."""

    roles: ClassVar = CITY

    draft_version: DraftVersion = Field(description="Version of the draft that was seen; any other is refused · 所见草案稿次")
    since: date = Field(description="First day · 起始日")


class AbandonRevision(RevisionCommand):
    """Give a revision up, with the reason · 终止修订."""

    roles: ClassVar = CITY

    reason: Text = Field(description="Why · 理由")


# Events


class RevisionPublished(Event):
    """The draft became editions 修订已发布, in force from a day on; editions: key -> digest."""

    type: Literal["revision.published.v1"] = "revision.published.v1"
    says: ClassVar = "发布了修订：{editions:listed}，自 {since} 起施行"
    says_in_english: ClassVar = "published the revision: {editions:listed}, in force from {since} on"
    draft_version: int
    since: date
    editions: dict[str, str]


class RevisionAbandoned(Event):
    """The revision was given up 修订已终止."""

    type: Literal["revision.abandoned.v1"] = "revision.abandoned.v1"
    says: ClassVar = "终止了修订：{reason}"
    says_in_english: ClassVar = "gave the revision up: {reason}"
    reason: str


# Decide: what may happen


def publish(command: PublishRevision, revision: Revision, context: DecisionContext) -> Facts:
    """Once it was consulted on, each comment answered and all reviewers approve it as it stands; those before retire 发布."""
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
    require_not_too_far_ahead("since", command.since, context)
    compositions = require_whole(revision).compositions
    for one in compositions:
        if context.read.get(edition_stream(one.edition.key)) is not None:
            raise KEY_TAKEN.refuse(key=one.edition.key)
    published = RevisionPublished(
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


def abandon(command: AbandonRevision, _revision: Revision, _context: DecisionContext) -> Facts:
    """At any time before it is published, with the reason 终止."""
    return (RevisionAbandoned(reason=command.reason),)
