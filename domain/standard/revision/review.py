"""Review 评审 of a draft: by named experts, each of a version of it. plan S5."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from domain.access import EXPERTS
from domain.command_rights import CITY
from domain.kernel import DecisionContext, Event, Facts, PersonRef, Rule, Text, refuse_together
from domain.participants.people.state import Person, person_stream
from domain.person_id_fields import PersonId
from domain.standard.revision.state import (
    DraftVersion,
    Revision,
    RevisionCommand,
    Verdict,
    require_no_consultation,
    require_version,
    require_whole,
)

REVIEWERS_AT_MOST = 30


# Rules

REVIEWER_UNKNOWN = Rule(
    "REVIEWER_UNKNOWN",
    "plan S5",
    "评审人名单第 {number} 位今天不担任任何专家角色，不能作为评审人；请另选评审人",
    "Number {number} of the reviewers named holds no expert's role today and cannot review; name another",
)
REVIEWER_NOT_NAMED = Rule(
    "REVIEWER_NOT_NAMED", "plan S5", "只有指定的评审人可以评审该草案", "Only a named reviewer reviews the draft"
)


# Commands


class NameReviewers(RevisionCommand):
    """Send a draft to review by named experts; whom a later list leaves out is no reviewer any more · 送审."""

    roles: ClassVar = CITY

    reviewers: Annotated[tuple[PersonRef, ...], Field(min_length=1, max_length=REVIEWERS_AT_MOST)] = Field(
        description="People who review, by id · 评审人标识"
    )


class ReviewDraft(RevisionCommand):
    """Approve a draft version or return it, with grounds, as a named reviewer · 评审草案."""

    roles: ClassVar = EXPERTS

    draft_version: DraftVersion = Field(description="Version of the draft that was seen; any other is refused · 所见草案稿次")
    verdict: Verdict = Field(description="APPROVE or RETURN · 评审结论")
    grounds: Text = Field(description="Grounds of the review · 评审理由")


# Events


class ReviewersNamed(Event):
    """The draft went to review by these people 已送审."""

    type: Literal["revision.reviewers_named.v1"] = "revision.reviewers_named.v1"
    says: ClassVar = "将草案送 {reviewers:count} 位专家评审"
    says_in_english: ClassVar = "sent the draft to reviewers: {reviewers:count}"
    reviewers: tuple[PersonId, ...]


class DraftReviewed(Event):
    """A reviewer approved the draft version or returned it 已评审."""

    type: Literal["revision.reviewed.v1"] = "revision.reviewed.v1"
    says: ClassVar = "评审了第 {draft_version} 稿：{verdict:term}"
    says_in_english: ClassVar = "reviewed draft {draft_version}: {verdict:term}"
    reviewer: PersonId
    draft_version: int
    verdict: Verdict
    grounds: str


# Decide: what may happen


def name_reviewers(command: NameReviewers, revision: Revision, context: DecisionContext) -> Facts:
    """Only a draft that holds as a whole is sent to review; a reviewer holds an expert's role on the day."""
    require_whole(revision)
    named = tuple(dict.fromkeys(command.reviewers))
    unfit = []
    for reviewer in named:
        person: Person | None = context.read.get(person_stream(reviewer))
        held = person.memberships.values() if person is not None else ()
        if not any(one.role in EXPERTS and one.holds_on(context.day) for one in held):
            place = command.reviewers.index(reviewer)
            unfit.append(REVIEWER_UNKNOWN.refuse(path=f"reviewers.{place}", number=place + 1, reviewer=reviewer))
    refuse_together(unfit)
    return () if named == revision.reviewers else (ReviewersNamed(reviewers=named),)


def review_draft(command: ReviewDraft, revision: Revision, context: DecisionContext) -> Facts:
    """Of the draft as it stands: a change afterwards makes another version, which is not what was approved."""
    if context.by not in revision.reviewers:
        raise REVIEWER_NOT_NAMED.refuse()
    require_no_consultation(revision)
    require_version(command.draft_version, revision)
    require_whole(revision)
    said = command.model_dump(exclude={"revision"})
    return (DraftReviewed(reviewer=context.by, **said),)
