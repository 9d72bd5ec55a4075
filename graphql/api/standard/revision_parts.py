"""Parts of a revision 修订内容 in the schema: draft, consultation, comments, the text of an edition to come. plan S5."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from enum import Enum

import strawberry

from api.kit.as_of import AsOf, known_then
from api.kit.context import Context
from api.kit.ids import PersonID, RevisionID, id_of
from api.kit.nodes import Node
from api.kit.paging import below
from api.kit.parts import parts
from api.kit.published import field, published
from api.kit.row_mapping import all_shown, shown
from api.standard.editions import (
    Dimension,
    EditionDifference,
    EditionDocument,
    Indicator,
    IndicatorOrigin,
    build_differences,
    build_indicator,
    build_origin,
    editions_of,
)
from domain.access import Role, Scope
from domain.instants import utc_moment
from domain.masks import ACTORS, ANYONE, DRAFTS, SIGNED_IN
from domain.standard.revision.state import REVISION_STATUS_NAMES, Disposition, RevisionKind, RevisionStatus, Verdict
from interop.editions.draft_documents import Which, draft_paths
from projections.participants.enterprises import enterprises_by_id
from projections.participants.organisations import organisations_by_id
from projections.report.wording import ROLES
from projections.standard import revisions
from projections.standard.revision_rows import ChangeRow, CommentRow, ReviewRow, RevisionRow
from standards import Composition, Problem
from standards import Edition as WholeEdition


@published(DRAFTS, row=Problem)
class DraftProblem:
    """Why a draft does not hold as a whole yet · 不成立之处. plan S4"""

    industry: str | None = field("Industry whose part it is; null for the plain part · 行业")
    clause: str = field("Where · 条款")
    rule: str = field("Code of the rule · 规则代码")
    says: str = field("In Chinese · 说明")
    says_in_english: str = field("In English · 英文说明")


@published(DRAFTS, row=ChangeRow)
class DraftChange:
    """Change of a draft, with its reason · 改动. plan S5"""

    draft_version: int = field("Draft version that it made · 草案稿次")
    industry: str | None = field("Industry whose part was changed; null for the plain part · 行业")
    clause: str = field("Where, such as indicators.Z01.weight_in_dimension · 条款")
    label: str = field("The same in the words of the standard · 条款名称")
    before: str | None = field("What the draft stated there; null: nothing · 原值")
    after: str | None = field("What it states since; null: nothing · 现值")
    reason: str = field("Why · 理由")
    comment: strawberry.ID | None = field("Comment that it answers · 所答复的意见")
    at: datetime = field("When, UTC · 时间")


@published(DRAFTS, row=ReviewRow)
class DraftReview:
    """Review of a draft version · 评审意见. plan S5"""

    reviewer: PersonID | None = field("Person who reviewed · 评审人标识", roles=ACTORS)
    draft_version: int = field("Draft version that was reviewed · 草案稿次")
    verdict: Verdict = field("What is said of it · 评审结论")
    grounds: str = field("Why · 理由")
    counts: bool = field("Whether it is of the draft as it stands; a later change voids it · 是否有效")
    at: datetime = field("When, UTC · 时间")


@published(DRAFTS)
class RevisionDraft:
    """Draft of a revision: for the city, its named reviewers and the auditor · 草案. plan S5"""

    version: int = field("Version of the draft, from 1; name it in a change, a review and the publication · 草案稿次")
    digest: str = field("Digest of the draft · 摘要")
    problems: list[DraftProblem] = parts(DraftProblem, "Why it does not compose yet; empty: it does · 不成立之处")
    changes: list[DraftChange] = parts(DraftChange, "Changes in the order they were made · 改动")
    reviewers: list[PersonID] | None = field("People who are to review it · 评审人", roles=ACTORS)
    reviews: list[DraftReview] = parts(DraftReview, "What they said · 评审意见")
    drafted_at: datetime = field("When it was begun, UTC · 起草时间")


@published(ANYONE)
class Consultation:
    """Consultation on a draft, the latest one · 征求意见. plan S5"""

    since: date = field("First day · 起始日")
    until: date = field("Last day · 截止日")
    closed: bool = field("Whether it is over · 是否已结束")
    comment_count: int = field("Comments so far · 意见数")
    unanswered_count: int = field("Of these not answered yet · 未答复意见数")


@published(ANYONE, placed=False, row=RevisionRow)
class Revision(Node):
    """Revision of the standard · 标准修订. plan S5"""

    id: RevisionID = field("Id of the revision · 修订标识")
    kind: RevisionKind = field("What it is · 修订类别")
    base: str = field("Key of the published edition it begins from · 基础版本")
    key: str = field("Key of the edition to come · 新版本号")
    title: str = field("Title of the edition to come · 标题")
    why: str = field("Why the standard is revised · 修订理由")
    status: RevisionStatus = field("How far it has come · 修订状态")
    status_name: str = field("Status in Chinese · 状态名称")
    consultation: Consultation | None = field("Consultation on the draft; null: never held · 征求意见")
    draft: RevisionDraft | None = field("Draft; null for whom it is not open to · 草案", roles=DRAFTS)
    published_at: datetime | None = field("When it was published, UTC · 发布时间")
    in_force_from: date | None = field("First day of the new editions · 施行日期")
    as_of: AsOf | None = field("Whether it changed after the moment asked for; null for now · 事后变更")


@published(SIGNED_IN, placed=False, row=CommentRow)
class StandardComment:
    """Comment on the text on consultation, and what became of it · 意见. plan S5"""

    id: strawberry.ID = field("Id of the comment · 意见标识")
    number: int = field("In the order they came, from 1 · 序号")
    industry: str | None = field("Industry whose edition is meant; null for the plain part · 行业")
    clause: str = field("Clause it is about; empty for the whole · 条款")
    label: str = field("The clause in the words of the standard · 条款名称")
    text: str = field("What the comment says · 意见内容")
    role: Role = field("Role it was made in · 角色")
    role_name: str = field("Role in Chinese · 角色名称")
    organisation: str | None = field("Organisation it was made for; null for a firm outside the reader's scope · 单位", made=True)
    at: datetime = field("When, UTC · 时间")
    disposition: Disposition | None = field("What became of it; null: not yet · 意见处理")
    answer: str | None = field("Why · 处理理由")
    answered_at: datetime | None = field("When, UTC · 处理时间")


@published(ANYONE, placed=False, row=WholeEdition)
class DraftText:
    """Text of one edition of a draft, whole, with the origin of every line · 草案文本. plan S1–S5"""

    key: str = field("Key of the edition to come · 新版本号")
    replaces: str = field("Published edition that it would replace · 所代替版本")
    title: str = field("Title · 标题")
    status: str = field("Its authority · 性质")
    digest: str = field("Digest that it would be published under · 摘要")
    dimensions: list[Dimension] = field("Dimensions · 维度")
    indicators: list[Indicator] = field("Indicators · 指标", made=True)
    dropped: list[IndicatorOrigin] = field("Indicators that do not apply in the industry · 删减指标")
    bands: list[Decimal] = field("Lowest total of grades 1 to 10 · 各档最低分")
    differences: list[EditionDifference] = field(
        "Every clause in which it differs from the edition that it would replace · 与现行版本的差异"
    )
    documents: list[EditionDocument] = field("The same as documents: text and comparison · 草案文件. plan S5")


@strawberry.enum(description="Which text of a revision · 草案文本类别")
class DraftOf(Enum):
    """The draft as it stands, or the text on consultation."""

    CURRENT = strawberry.enum_value("current", description="The draft as it stands · 当前草案")
    CONSULTED = strawberry.enum_value("consulted", description="The text on consultation · 征求意见稿")


def build_revisions(
    context: Context, rows: Sequence[RevisionRow], admitted: frozenset[str], wanted: frozenset[str], scope: Scope
) -> list[Revision]:
    """Revisions of rows; admitted: those whose draft may be shown."""
    drafts: dict[str, RevisionDraft] = {}
    if "draft" in wanted and admitted:
        drafts = _build_drafts(context, [row for row in rows if row.id in admitted], below(wanted, "draft"), scope)
    return [
        Revision(
            **shown(Revision, row),
            status_name=REVISION_STATUS_NAMES[RevisionStatus(row.status)],
            consultation=_consultation(row),
            draft=drafts.get(row.id),
            as_of=known_then(context, "revision", row.id),
        )
        for row in rows
    ]


def _consultation(row: RevisionRow) -> Consultation | None:
    if row.since is None or row.until is None:
        return None
    return Consultation(
        since=date.fromisoformat(row.since),
        until=date.fromisoformat(row.until),
        closed=row.status != RevisionStatus.CONSULTING,
        comment_count=row.comments,
        unanswered_count=row.unanswered,
    )


def _build_drafts(
    context: Context, rows: Sequence[RevisionRow], wanted: frozenset[str], scope: Scope
) -> dict[str, RevisionDraft]:
    snapshot, ids = context.snapshot, [row.id for row in rows]
    changes = revisions.changes(snapshot, scope, ids) if "changes" in wanted else []
    reviews = revisions.reviews(snapshot, scope, ids) if "reviews" in wanted else []
    found = {}
    for row in rows:
        told = revisions.draft_of(row)
        found[row.id] = RevisionDraft(
            version=row.draft_version,
            digest=told.digest,
            problems=[DraftProblem(**shown(DraftProblem, one), clause=one.place) for one in told.problems],
            changes=all_shown(DraftChange, (one for one in changes if one.revision == row.id)),
            reviewers=[id_of("person", person) for person in row.named_reviewers],
            reviews=[_review(one, row) for one in reviews if one.revision == row.id],
            drafted_at=utc_moment(row.drafted_at),
        )
    return found


def _review(review: ReviewRow, row: RevisionRow) -> DraftReview:
    return DraftReview(
        **shown(DraftReview, review),
        counts=review.draft_version == row.draft_version and review.reviewer in row.named_reviewers,
    )


def build_comments(context: Context, rows: Sequence[CommentRow]) -> list[StandardComment]:
    """A firm is named to whom its scope shows the firm; every other organisation is on the city's open list."""
    named = sorted({row.organisation for row in rows})
    units = organisations_by_id(context.snapshot, named)
    firms = enterprises_by_id(context.snapshot, context.scope, [one for one in named if one not in units])
    names = {identity: unit.name for identity, unit in units.items()} | {i: firm.name for i, firm in firms.items()}
    return [
        StandardComment(
            **shown(StandardComment, row),
            role_name=ROLES.get(row.role, row.role),
            organisation=names.get(row.organisation),
        )
        for row in rows
    ]


def build_text(context: Context, revision: str, of: DraftOf, replaces: str, composition: Composition) -> DraftText:
    """The text of an edition to come, beside the one that it would replace."""
    edition, origins = composition.edition, composition.origins
    base = editions_of(context, [replaces])[replaces]
    which: Which = "current" if of is DraftOf.CURRENT else "consulted"
    kept = (one for one in origins if one.fate != "dropped")
    return DraftText(
        **shown(DraftText, edition),
        replaces=replaces,
        indicators=[build_indicator(edition, item, one) for item, one in zip(edition.indicators, kept, strict=True)],
        dropped=[build_origin(one) for one in origins if one.fate == "dropped"],
        differences=build_differences(base, edition),
        documents=[
            EditionDocument(kind=kind, path=path, media_type=media_type)
            for path, kind, media_type in draft_paths(revision, which, replaces)
        ],
    )
