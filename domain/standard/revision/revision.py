"""Revision 标准修订: the whole standard drafted anew, consulted on, reviewed, published — or abandoned. plan S5.

Drafted → changed … → consultation opened → commented, closed, each comment answered → reviewers named → reviewed → published.
This page holds commands, facts and state; what may happen is decided in standards_revision_rules.py.
"""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Annotated, ClassVar, Literal, assert_never

from pydantic import BaseModel, ConfigDict, Field

from domain.access import EXPERTS, Nothing, Role, Scope
from domain.command_rights import CITY, CITY_AND_SYSTEM, HELD_BY_PEOPLE
from domain.kernel import Command, Event, Identifier, Label, Text
from domain.persons import PersonId
from standards import AuthoredStandard, CompositionRule, StandardChange, changed

DRAFT_READERS = EXPERTS | {Role.CITY, Role.AUDITOR, Role.SYSTEM}
"""Roles that may see a draft at all 草案可见角色: the city, the auditor, and of the experts those named as its reviewers."""



def draft_scope(role: str, scope: Scope) -> Scope:
    """A role's scope of drafts 草案范围: its own where it may see drafts at all, else nothing.

    A support body sees firms all over the city and no draft.
    """
    return scope if role in DRAFT_READERS else Nothing()


Clause = Annotated[str, Field(pattern=r"^([a-z_]+(\.[A-Za-z0-9_-]+)*)?$", max_length=120)]
"""Clause path 条款, as `standards.edition.difference` writes it; empty = the whole."""
Industry = Annotated[str, Field(pattern=r"^[a-z]+(-[a-z]+)*$", max_length=40)]
PlainKey = Annotated[str, Field(pattern=r"^\d{4}(\.\d{1,3})?$")]
"""Key of a plain edition 版本号: a year, and after a point the number of an erratum."""
DraftVersion = Annotated[int, Field(ge=1, le=2**31 - 1)]
INDUSTRIES_AT_MOST = 40
CHANGES_AT_MOST = 200
REVIEWERS_AT_MOST = 30


class RevisionKind(StrEnum):
    """What a revision is 修订类别: a new edition, or an erratum of one."""

    REVISION = "revision"
    ERRATUM = "erratum"


class RevisionStatus(StrEnum):
    """How far a revision has come 修订状态."""

    DRAFTING = "drafting"
    CONSULTING = "consulting"
    CONSULTED = "consulted"
    PUBLISHED = "published"
    ABANDONED = "abandoned"


REVISION_STATUS_NAMES: Mapping[RevisionStatus, str] = {
    RevisionStatus.DRAFTING: "起草中",
    RevisionStatus.CONSULTING: "征求意见中",
    RevisionStatus.CONSULTED: "征求意见已结束",
    RevisionStatus.PUBLISHED: "已发布",
    RevisionStatus.ABANDONED: "已终止",
}
"""What people call a status 状态名称."""


class Disposition(StrEnum):
    """What became of a comment 意见处理: adopted, partly adopted, rejected."""

    ADOPTED = "adopted"
    PARTLY = "partly"
    REJECTED = "rejected"


class Verdict(StrEnum):
    """What a reviewer says of a draft 评审结论: approve it, or return it."""

    APPROVE = "approve"
    RETURN = "return"


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


# Commands


class _About(Command):
    revision: Identifier = Field(description="Revision of the standard 修订标识")


class DraftRevision(_About):
    """Draft a revision 起草修订 of a published plain edition and of all its industry editions, under a new key.

    industries: of the published industry editions. rule: how far an overlay may go from the plain part.
    """

    roles: ClassVar = CITY

    kind: RevisionKind = Field(description="REVISION or ERRATUM · 修订类别")
    base: PlainKey = Field(description="Key of the published plain edition to begin from 基础版本")
    key: PlainKey = Field(description="Key of the plain edition that it becomes · 版本号")
    title: Label = Field(description="Title 标题")
    why: Text = Field(description="Why the standard is revised 修订理由")
    industries: Annotated[tuple[Industry, ...], Field(max_length=INDUSTRIES_AT_MOST)] = Field(
        description="GB/T 4754 divisions a provider serves, such as C34 服务行业. plan V2"
    )
    rule: CompositionRule


class ProposedChange(_Part):
    """One change of a draft 拟议改动; comment: the one that it answers."""

    change: StandardChange = Field(description="One change: exactly one field is set 拟议改动. plan S5")
    comment: Identifier | None = Field(default=None, description="Id of a comment 意见标识")


class ChangeDraft(_About):
    """Change a draft 修改草案, as it stood at a draft version; the set of changes is taken whole or not at all."""

    roles: ClassVar = CITY

    draft_version: DraftVersion = Field(description="Version of the draft that was seen 所见草案稿次; any other is refused")
    changes: Annotated[tuple[ProposedChange, ...], Field(min_length=1, max_length=CHANGES_AT_MOST)] = Field(
        description="Changes, taken together or not at all; their order means nothing 改动"
    )


class OpenConsultation(_About):
    """Put a draft to consultation 公开征求意见, from one day in the city to another, both included; its text is frozen."""

    roles: ClassVar = CITY

    draft_version: DraftVersion = Field(description="Version of the draft that was seen 所见草案稿次; any other is refused")
    since: date = Field(description="First day 起始日")
    until: date = Field(description="Last day; none = open-ended 截止日")


class CloseConsultation(_About):
    """Close a consultation 结束征求意见, once its last day is over; the text may be changed again."""

    roles: ClassVar = CITY_AND_SYSTEM


class CommentOnDraft(_About):
    """Comment on the text on consultation 提出意见: on a clause, or on the whole.

    industry: of the industry edition meant; None = the plain part.
    """

    roles: ClassVar = HELD_BY_PEOPLE

    comment: Identifier = Field(description="Id of a comment 意见标识")
    industry: Industry | None = Field(
        default=None, description="Industry whose edition is meant, such as automotive; none = the plain part 行业版本"
    )
    clause: Clause = Field(
        default="",
        description="Clause of the standard, such as indicators.Z01.weight_in_dimension; empty for the whole · 条款",
    )
    text: Text = Field(description="What is said 文字")


class AnswerComment(_About):
    """Say what became of a comment, and why 答复意见; a later answer replaces an earlier one."""

    roles: ClassVar = CITY

    comment: Identifier = Field(description="Id of a comment 意见标识")
    disposition: Disposition = Field(description="ADOPTED, PARTLY or REJECTED 意见处理")
    reason: Text = Field(description="Why 理由")


class NameReviewers(_About):
    """Send a draft to review by named experts 送审; whom a later list leaves out is no reviewer any more."""

    roles: ClassVar = CITY

    reviewers: Annotated[tuple[Identifier, ...], Field(min_length=1, max_length=REVIEWERS_AT_MOST)] = Field(
        description="People who review, by id 评审人标识"
    )


class ReviewDraft(_About):
    """Approve a draft version or return it, with grounds 评审草案, as a named reviewer."""

    roles: ClassVar = EXPERTS

    draft_version: DraftVersion = Field(description="Version of the draft that was seen 所见草案稿次; any other is refused")
    verdict: Verdict = Field(description="APPROVE or RETURN 评审结论")
    grounds: Text = Field(description="Grounds of the review 评审理由")


class PublishRevision(_About):
    """Publish a draft as editions 发布修订, the plain one and one an industry, in force from a day on; those before retire then."""

    roles: ClassVar = CITY

    draft_version: DraftVersion = Field(description="Version of the draft that was seen 所见草案稿次; any other is refused")
    since: date = Field(description="First day 起始日")


class AbandonRevision(_About):
    """Give a revision up 终止修订, with the reason."""

    roles: ClassVar = CITY

    reason: Text = Field(description="Why 理由")


RevisionCommand = (
    DraftRevision
    | ChangeDraft
    | OpenConsultation
    | CloseConsultation
    | CommentOnDraft
    | AnswerComment
    | NameReviewers
    | ReviewDraft
    | PublishRevision
    | AbandonRevision
)

# Events


class RevisionDrafted(Event):
    """A draft of a new edition was begun 已起草修订; bases: key -> digest of each published edition it was begun from."""

    type: Literal["revision.drafted.v1"] = "revision.drafted.v1"
    says: ClassVar = "以版本 {base} 为基础起草了{kind:term} {key}：{why}"
    kind: RevisionKind
    base: str
    bases: dict[str, str]
    key: str
    title: str
    why: str
    standard: AuthoredStandard


class DraftChange(_Part):
    """One change as it was made 已作改动. before, after: what the draft states there; None = nothing."""

    change: StandardChange
    clause: str
    before: str | None
    after: str | None
    comment: str | None


class DraftChanged(Event):
    """The draft was changed 草案已修改, clause by clause, each with its reason."""

    type: Literal["revision.changed.v1"] = "revision.changed.v1"
    says: ClassVar = "修改了草案：{clauses:listed}"
    changes: tuple[DraftChange, ...]

    @property
    def clauses(self) -> tuple[str, ...]:
        """Clauses that the changes are about 所改条款."""
        return tuple(change.clause for change in self.changes)


class ConsultationOpened(Event):
    """The draft is open to comments 已公开征求意见, from one day to another, both included."""

    type: Literal["revision.consultation_opened.v1"] = "revision.consultation_opened.v1"
    says: ClassVar = "就第 {draft_version} 稿公开征求意见，自 {since} 至 {until}"
    draft_version: int
    since: date
    until: date


class ConsultationClosed(Event):
    """The consultation is over 征求意见已结束."""

    type: Literal["revision.consultation_closed.v1"] = "revision.consultation_closed.v1"
    says: ClassVar = "结束了征求意见"


class DraftCommentedOn(Event):
    """Someone commented, for an organisation 已收到意见; clause: empty = the whole."""

    type: Literal["revision.commented.v1"] = "revision.commented.v1"
    says: ClassVar = "对{clause:?@|全文}提出了意见"
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
    comment: str
    disposition: Disposition
    reason: str


class ReviewersNamed(Event):
    """The draft went to review by these people 已送审."""

    type: Literal["revision.reviewers_named.v1"] = "revision.reviewers_named.v1"
    says: ClassVar = "将草案送 {reviewers:count} 位专家评审"
    reviewers: tuple[PersonId, ...]


class DraftReviewed(Event):
    """A reviewer approved the draft version or returned it 已评审."""

    type: Literal["revision.reviewed.v1"] = "revision.reviewed.v1"
    says: ClassVar = "评审了第 {draft_version} 稿：{verdict:term}"
    reviewer: PersonId
    draft_version: int
    verdict: Verdict
    grounds: str


class RevisionPublished(Event):
    """The draft became editions 修订已发布, in force from a day on; editions: key -> digest."""

    type: Literal["revision.published.v1"] = "revision.published.v1"
    says: ClassVar = "发布了修订：{editions:listed}，自 {since} 起施行"
    draft_version: int
    since: date
    editions: dict[str, str]


class RevisionAbandoned(Event):
    """The revision was given up 修订已终止."""

    type: Literal["revision.abandoned.v1"] = "revision.abandoned.v1"
    says: ClassVar = "终止了修订：{reason}"
    reason: str


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

# State


class Comment(_Part):
    """A comment 意见, for whom it was made, and what became of it; None = not answered yet."""

    organisation: str
    disposition: Disposition | None = None
    reason: str | None = None


class Consultation(_Part):
    """A consultation 征求意见: the draft version whose text it is on, and its first and last day."""

    draft_version: int
    since: date
    until: date


class DraftReview(_Part):
    """A reviewer's last word on a draft 评审意见, and on which version of it."""

    draft_version: int
    verdict: Verdict


class Revision(_Part):
    """A revision and its draft 标准修订. draft_version: counts up with every change. consultation: the latest."""

    kind: RevisionKind
    base: str
    bases: dict[str, str]
    key: str
    title: str
    standard: AuthoredStandard
    draft_version: int = 1
    status: RevisionStatus = RevisionStatus.DRAFTING
    consultation: Consultation | None = None
    comments: dict[str, Comment] = {}
    reviewers: tuple[str, ...] = ()
    reviews: dict[str, DraftReview] = {}

    @property
    def unanswered(self) -> tuple[str, ...]:
        """Comments that nobody has answered yet 未答复意见."""
        return tuple(name for name, comment in self.comments.items() if comment.disposition is None)


# Evolve: what has happened


def evolve(revision: Revision | None, event: RevisionEvent) -> Revision:
    """The revision after one more fact."""
    if isinstance(event, RevisionDrafted):
        return Revision(**event.model_dump(include={"kind", "base", "bases", "key", "title"}), standard=event.standard)
    assert revision is not None, "a history starts with RevisionDrafted"  # noqa: S101 - guards replay, not input
    return revision.model_copy(update=_consequences(revision, event))


def _consequences(revision: Revision, event: RevisionEvent) -> dict[str, object]:
    match event:
        case RevisionDrafted():
            raise AssertionError("a revision is drafted once")
        case DraftChanged(changes=changes):
            standard = changed(revision.standard, [one.change for one in changes])
            return {"standard": standard, "draft_version": revision.draft_version + 1}
        case ConsultationOpened(draft_version=version, since=since, until=until):
            opened = Consultation(draft_version=version, since=since, until=until)
            return {"status": RevisionStatus.CONSULTING, "consultation": opened}
        case ConsultationClosed():
            return {"status": RevisionStatus.CONSULTED}
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
        case RevisionPublished():
            return {"status": RevisionStatus.PUBLISHED}
        case RevisionAbandoned():
            return {"status": RevisionStatus.ABANDONED}
        case never:
            assert_never(never)


def revision_stream(revision: str) -> str:
    """Stream of one revision."""
    return f"revision/{revision}"
