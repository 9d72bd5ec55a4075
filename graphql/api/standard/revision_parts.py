"""Parts of a revision 修订内容 in the schema: draft, consultation, comments, the text of an edition to come. plan S5."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from enum import Enum

import strawberry

from api.diagnosis.diagnoses import editions_of
from api.diagnosis.parts import moment
from api.kit.as_of import AsOf, known_then
from api.kit.context import Context
from api.kit.paging import below
from api.standard.editions import (
    Dimension,
    EditionDifference,
    EditionDocument,
    Indicator,
    IndicatorOrigin,
    build_differences,
    build_indicator,
    build_origin,
)
from domain.access import Scope
from domain.standard.revision.revision import REVISION_STATUS_NAMES, RevisionStatus
from interop.editions.draft_documents import Which, draft_paths
from projections.participants import directory
from projections.report.wording import ROLES
from projections.standard import revisions
from projections.standard.revisions import ChangeRow, CommentRow, ReviewRow, RevisionRow
from standards import Composition, Problem


@strawberry.type(description="Why a draft does not hold as a whole yet 不成立之处. plan S4")
class DraftProblem:
    """The rule that is broken, and where."""

    industry: str | None = strawberry.field(description="Industry whose part it is 行业; null for the plain part")
    clause: str = strawberry.field(description="Where 条款")
    rule: str = strawberry.field(description="Code of the rule 规则代码")
    says: str = strawberry.field(description="In Chinese 说明")
    says_in_english: str = strawberry.field(description="In English 英文说明")


@strawberry.type(description="Change of a draft 改动, with its reason. plan S5")
class DraftChange:
    """One clause before and after."""

    draft_version: int = strawberry.field(description="Draft version that it made 草案稿次")
    industry: str | None = strawberry.field(description="Industry whose part was changed 行业; null for the plain part")
    clause: str = strawberry.field(description="Where 条款, such as indicators.Z01.weight_in_dimension")
    label: str = strawberry.field(description="The same in the words of the standard 条款名称")
    before: str | None = strawberry.field(description="What the draft stated there 原值; null: nothing")
    after: str | None = strawberry.field(description="What it states since 现值; null: nothing")
    reason: str = strawberry.field(description="理由")
    comment: strawberry.ID | None = strawberry.field(description="Comment that it answers 所答复的意见")
    at: datetime = strawberry.field(description="When 时间, UTC")


@strawberry.type(description="Review of a draft version 评审意见. plan S5")
class DraftReview:
    """What a named reviewer said."""

    reviewer: strawberry.ID = strawberry.field(description="Person who reviewed 评审人标识")
    draft_version: int = strawberry.field(description="Draft version that was reviewed 草案稿次")
    verdict: str = strawberry.field(description="approve 同意 or return 退回")
    grounds: str = strawberry.field(description="理由")
    counts: bool = strawberry.field(description="Whether it is of the draft as it stands; a later change voids it 是否有效")
    at: datetime = strawberry.field(description="When 时间, UTC")


@strawberry.type(description="Draft of a revision 草案: for the city, its named reviewers and the auditor. plan S5")
class RevisionDraft:
    """The draft as it stands."""

    version: int = strawberry.field(description="草案稿次, from 1; name it in a change, a review and the publication")
    digest: str = strawberry.field(description="Digest of the draft 摘要")
    problems: list[DraftProblem] = strawberry.field(description="Why it does not compose yet 不成立之处; empty: it does")
    changes: list[DraftChange] = strawberry.field(description="Changes in the order they were made 改动")
    reviewers: list[strawberry.ID] = strawberry.field(description="People who are to review it 评审人")
    reviews: list[DraftReview] = strawberry.field(description="What they said 评审意见")
    drafted_at: datetime = strawberry.field(description="When it was begun 起草时间, UTC")


@strawberry.type(description="Consultation on a draft 征求意见, the latest one. plan S5")
class Consultation:
    """Its days, and whether comments are taken."""

    since: date = strawberry.field(description="First day 起始日")
    until: date = strawberry.field(description="Last day 截止日")
    closed: bool = strawberry.field(description="Whether it is over 是否已结束")
    comment_count: int = strawberry.field(description="Comments so far 意见数")
    unanswered_count: int = strawberry.field(description="Of these not answered yet 未答复意见数")


@strawberry.type(description="Revision of the standard 标准修订. plan S5")
class Revision:
    """A revision, as far as the caller may see it."""

    id: strawberry.ID = strawberry.field(description="修订标识")
    kind: str = strawberry.field(description="revision 修订 or erratum 勘误")
    base: str = strawberry.field(description="Key of the published edition it begins from 基础版本")
    key: str = strawberry.field(description="Key of the edition to come 新版本号")
    title: str = strawberry.field(description="Title of the edition to come 标题")
    why: str = strawberry.field(description="Why the standard is revised 修订理由")
    status: str = strawberry.field(description="drafting, consulting, consulted, published or abandoned 状态")
    status_name: str = strawberry.field(description="状态名称")
    consultation: Consultation | None = strawberry.field(description="征求意见; null: never held")
    draft: RevisionDraft | None = strawberry.field(description="草案; null for whom it is not open to")
    published_at: datetime | None = strawberry.field(description="发布时间, UTC")
    in_force_from: date | None = strawberry.field(description="First day of the new editions 施行日期")
    as_of: AsOf | None = strawberry.field(description="Whether it changed after the moment asked for 事后变更; null for now")


@strawberry.type(description="Comment on the text on consultation 意见, and what became of it. plan S5")
class StandardComment:
    """Shown with the role and organisation it was made for, never with a person."""

    id: strawberry.ID = strawberry.field(description="意见标识")
    number: int = strawberry.field(description="In the order they came, from 1 序号")
    industry: str | None = strawberry.field(description="Industry whose edition is meant 行业; null for the plain part")
    clause: str = strawberry.field(description="Clause it is about 条款; empty for the whole")
    label: str = strawberry.field(description="The clause in the words of the standard 条款名称")
    text: str = strawberry.field(description="意见内容")
    role: str = strawberry.field(description="Role it was made in 角色")
    role_name: str = strawberry.field(description="角色名称")
    organisation: str | None = strawberry.field(
        description="Organisation it was made for 单位; null for a firm outside the reader's scope"
    )
    at: datetime = strawberry.field(description="When 时间, UTC")
    disposition: str | None = strawberry.field(description="adopted 采纳, partly 部分采纳 or rejected 不采纳; null: not yet")
    answer: str | None = strawberry.field(description="Why 处理理由")
    answered_at: datetime | None = strawberry.field(description="When 处理时间, UTC")


@strawberry.type(description="Text of one edition of a draft 草案文本, whole, with the origin of every line. plan S1–S5")
class DraftText:
    """What would be published."""

    key: str = strawberry.field(description="Key of the edition to come 新版本号")
    replaces: str = strawberry.field(description="Published edition that it would replace 所代替版本")
    title: str = strawberry.field(description="标题")
    status: str = strawberry.field(description="Its authority 性质")
    digest: str = strawberry.field(description="Digest that it would be published under 摘要")
    dimensions: list[Dimension] = strawberry.field(description="维度")
    indicators: list[Indicator] = strawberry.field(description="指标")
    dropped: list[IndicatorOrigin] = strawberry.field(description="Indicators that do not apply in the industry 删减指标")
    bands: list[Decimal] = strawberry.field(description="Lowest total of grades 1 to 10 各档最低分")
    differences: list[EditionDifference] = strawberry.field(
        description="Every clause in which it differs from the edition that it would replace 与现行版本的差异"
    )
    documents: list[EditionDocument] = strawberry.field(description="The same as documents 草案文件: text and comparison. plan S5")


@strawberry.enum(description="Which text of a revision 草案文本类别")
class DraftOf(Enum):
    """The draft as it stands, or the text on consultation."""

    CURRENT = strawberry.enum_value("current", description="The draft as it stands 当前草案")
    CONSULTED = strawberry.enum_value("consulted", description="The text on consultation 征求意见稿")


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text is not None else None


def build_revisions(
    context: Context, rows: Sequence[RevisionRow], shown: frozenset[str], wanted: frozenset[str], scope: Scope
) -> list[Revision]:
    """Revisions of rows; of those whose draft may be shown, the draft."""
    drafts: dict[str, RevisionDraft] = {}
    if "draft" in wanted and shown:
        drafts = _build_drafts(context, [row for row in rows if row.id in shown], below(wanted, "draft"), scope)
    return [
        Revision(
            id=strawberry.ID(row.id),
            kind=row.kind,
            base=row.base,
            key=row.key,
            title=row.title,
            why=row.why,
            status=row.status,
            status_name=REVISION_STATUS_NAMES[RevisionStatus(row.status)],
            consultation=_consultation(row),
            draft=drafts.get(row.id),
            published_at=moment(row.published_at) if row.published_at is not None else None,
            in_force_from=_day(row.in_force_from),
            as_of=known_then(context, f"revision/{row.id}"),
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
            problems=[_problem(one) for one in told.problems],
            changes=[_change(one) for one in changes if one.revision == row.id],
            reviewers=[strawberry.ID(person) for person in row.named_reviewers],
            reviews=[_review(one, row) for one in reviews if one.revision == row.id],
            drafted_at=moment(row.drafted_at),
        )
    return found


def _problem(problem: Problem) -> DraftProblem:
    return DraftProblem(
        industry=problem.industry,
        clause=problem.place,
        rule=problem.rule,
        says=problem.says,
        says_in_english=problem.says_in_english,
    )


def _change(row: ChangeRow) -> DraftChange:
    return DraftChange(
        draft_version=row.draft_version,
        industry=row.industry,
        clause=row.clause,
        label=row.label,
        before=row.before,
        after=row.after,
        reason=row.reason,
        comment=strawberry.ID(row.comment) if row.comment is not None else None,
        at=moment(row.at),
    )


def _review(review: ReviewRow, row: RevisionRow) -> DraftReview:
    return DraftReview(
        reviewer=strawberry.ID(review.reviewer),
        draft_version=review.draft_version,
        verdict=review.verdict,
        grounds=review.grounds,
        counts=review.draft_version == row.draft_version and review.reviewer in row.named_reviewers,
        at=moment(review.at),
    )


def build_comments(context: Context, rows: Sequence[CommentRow]) -> list[StandardComment]:
    """A firm is named to whom its scope shows the firm; every other organisation is on the city's open list."""
    named = sorted({row.organisation for row in rows})
    units = directory.organisations_by_id(context.snapshot, named)
    firms = directory.enterprises_by_id(context.snapshot, context.scope, [one for one in named if one not in units])
    names = {identity: unit.name for identity, unit in units.items()} | {i: firm.name for i, firm in firms.items()}
    return [
        StandardComment(
            id=strawberry.ID(row.id),
            number=row.number,
            industry=row.industry,
            clause=row.clause,
            label=row.label,
            text=row.text,
            role=row.role,
            role_name=ROLES.get(row.role, row.role),
            organisation=names.get(row.organisation),
            at=moment(row.at),
            disposition=row.disposition,
            answer=row.answer,
            answered_at=moment(row.answered_at) if row.answered_at is not None else None,
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
        key=edition.key,
        replaces=replaces,
        title=edition.title,
        status=edition.status,
        digest=edition.digest,
        dimensions=[Dimension(id=d.id, name=d.name, weight=d.weight, base=d.base) for d in edition.dimensions],
        indicators=[build_indicator(item, one) for item, one in zip(edition.indicators, kept, strict=True)],
        dropped=[build_origin(one) for one in origins if one.fate == "dropped"],
        bands=list(edition.bands),
        differences=build_differences(base, edition),
        documents=[
            EditionDocument(kind=kind, path=path, media_type=media_type)
            for path, kind, media_type in draft_paths(revision, which, replaces)
        ],
    )
