"""State of a revision 修订现状: its draft, who sees it, how far it has come, and what every step asks of it. plan S5."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from domain.access import EXPERTS, Nothing, Role, Scope
from domain.kernel import Command, Part, RevisionRef, Rule, Stream, stream_of
from standards import AuthoredStandard, ComposedStandard, composed
from standards.described import DescribedEnum

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


class RevisionKind(DescribedEnum):
    """What a revision is: a new edition, or an erratum of one · 修订类别."""

    REVISION = "revision", "A new edition · 修订"
    ERRATUM = "erratum", "A correction of the edition · 勘误"


class RevisionStatus(DescribedEnum):
    """How far a revision has come · 修订状态."""

    DRAFTING = "drafting", "The draft is written · 起草中"
    CONSULTING = "consulting", "The draft is open to comments · 征求意见中"
    CONSULTED = "consulted", "The consultation is over · 征求意见已结束"
    PUBLISHED = "published", "Its editions are published · 已发布"
    ABANDONED = "abandoned", "It was given up · 已终止"


REVISION_STATUS_NAMES: Mapping[RevisionStatus, str] = {one: one.names[0] for one in RevisionStatus}
"""What people call a status 状态名称."""


class Disposition(DescribedEnum):
    """What became of a comment: adopted, partly adopted, rejected · 意见处理."""

    ADOPTED = "adopted", "Adopted whole · 采纳"
    PARTLY = "partly", "Adopted in part · 部分采纳"
    REJECTED = "rejected", "Not adopted · 不采纳"


class Verdict(DescribedEnum):
    """What a reviewer says of a draft: approve it, or return it · 评审结论."""

    APPROVE = "approve", "The draft may be published · 同意"
    RETURN = "return", "The draft goes back for changes · 退回"


# Rules

DRAFT_STALE = Rule(
    "DRAFT_STALE",
    "plan S5",
    "草案已更新至第 {current} 稿，请以最新稿为准",
    "The draft has moved on to version {current}",
)
DRAFT_ON_CONSULTATION = Rule(
    "DRAFT_ON_CONSULTATION",
    "plan S5",
    "草案正在公开征求意见，结束前不能修改、评审或发布",
    "The draft is open to comments; until that is closed it is neither changed, reviewed nor published",
)
DRAFT_INCOMPLETE = Rule(
    "DRAFT_INCOMPLETE",
    "plan S4",
    "草案还有 {count} 处不成立，先改正：{first}",
    "The draft does not hold as a whole in {count} places; the first: {first_in_english}",
)
COMMENT_UNKNOWN = Rule(
    "COMMENT_UNKNOWN",
    "plan S5",
    "该修订没有这条意见，请从其意见清单中选取",
    "The revision has no such comment; take one of those it lists",
)


# Commands


class RevisionCommand(Command):
    """A command about one revision 修订命令."""

    revision: RevisionRef = Field(description="Revision of the standard · 修订标识")


# State


class Comment(Part):
    """A comment 意见, for whom it was made, and what became of it; None = not answered yet."""

    organisation: str
    disposition: Disposition | None = None
    reason: str | None = None


class Consultation(Part):
    """A consultation 征求意见: the draft version whose text it is on, and its first and last day."""

    draft_version: int
    since: date
    until: date


class DraftReview(Part):
    """A reviewer's last word on a draft 评审意见, and on which version of it."""

    draft_version: int
    verdict: Verdict


class Revision(BaseModel):
    """A revision and its draft 标准修订. draft_version: counts up with every change. consultation: the latest."""

    model_config = ConfigDict(frozen=True, defer_build=True)

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


def require_version(draft_version: int, revision: Revision) -> None:
    """Raises Refused: DRAFT_STALE, with where the draft stands."""
    if draft_version != revision.draft_version:
        raise DRAFT_STALE.refuse(current=revision.draft_version)


def require_no_consultation(revision: Revision) -> None:
    """Raises Refused: DRAFT_ON_CONSULTATION."""
    if revision.status is RevisionStatus.CONSULTING:
        raise DRAFT_ON_CONSULTATION.refuse()


def require_whole(revision: Revision) -> ComposedStandard:
    """What the draft composes to. Raises Refused: DRAFT_INCOMPLETE, with every problem."""
    found = composed(revision.standard)
    if found.problems:
        first = found.problems[0]
        told = [f"{one.industry or ''}:{one.place}:{one.rule}" for one in found.problems]
        raise DRAFT_INCOMPLETE.refuse(
            count=len(found.problems), first=first.says, first_in_english=first.says_in_english, problems=told
        )
    return found


def revision_stream(revision: str) -> Stream:
    """Stream of one revision."""
    return stream_of("revision", revision)
