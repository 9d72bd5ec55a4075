"""Revisions 标准修订 in the schema: drafts for those who may see them, consultations for every signed-in role. plan S5."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any
from uuid import uuid4

import strawberry

from api.kit.as_of import AsOfMoment, past_context, position_of
from api.kit.context import Context
from api.kit.ids import key_of
from api.kit.lists import Listed, listing
from api.kit.mutations import Payload, ServerFields, new_id
from api.kit.nodes import NodeKind
from api.kit.orders import order_enum
from api.kit.paging import AtLeast, wanted_fields
from api.kit.published import argument, field
from api.standard.revision_parts import (
    DraftOf,
    DraftText,
    Revision,
    StandardComment,
    build_comments,
    build_revisions,
    build_text,
)
from domain.access import Scope
from domain.kernel import Command
from domain.masks import ANYONE, SIGNED_IN
from domain.standard.revision.consultation import CommentOnDraft
from domain.standard.revision.draft import DraftRevision
from domain.standard.revision.review import ReviewDraft
from domain.standard.revision.state import draft_scope
from projections.as_of import replay
from projections.standard import editions
from projections.standard import revisions as revisions_rows
from projections.standard.revision_rows import CommentRow, RevisionRow
from projections.standard.revisions import CommentFilter, DraftEditions
from standards import composition_rule


def _drafts(context: Context) -> Scope:
    return draft_scope(context.role, context.scope)


def find_revision(context: Context, identity: str, wanted: frozenset[str]) -> Revision | None:
    """One revision as it is now, as far as the caller may see it."""
    scope = _drafts(context)
    row = revisions_rows.revision(context.snapshot, scope, identity)
    if row is None:
        return None
    shown = revisions_rows.drafts_admitted(context.snapshot, scope, [identity])
    return build_revisions(context, [row], shown, wanted, scope)[0]


def _then(context: Context, identity: str, as_of: str, wanted: frozenset[str]) -> Revision | None:
    """As it was known then: a draft that the caller may see today, or what was public then already."""
    scope = _drafts(context)
    position, asked = position_of(context, as_of)
    found = replay.of_revision(context.snapshot, scope, identity, position)
    if found is None:
        return None
    shown = revisions_rows.drafts_admitted(context.snapshot, scope, [identity])
    then = past_context(context, found, asked)
    row = revisions_rows.revision(then.snapshot, then.scope, identity)
    if row is None or not (row.public or identity in shown):
        return None
    return build_revisions(then, [row], shown, wanted, then.scope)[0]


def _build(context: Context, rows: Sequence[RevisionRow], wanted: frozenset[str]) -> list[Revision]:
    scope = _drafts(context)
    admitted = revisions_rows.drafts_admitted(context.snapshot, scope, [row.id for row in rows])
    return build_revisions(context, rows, admitted, wanted, scope)


REVISIONS: Listed[None, RevisionRow, Revision] = Listed(
    name="revisions",
    node=Revision,
    orders=order_enum(
        "RevisionOrder",
        "What revisions may be ordered by · 修订排序",
        published_at="By when it was published · 发布时间",
        key="By key of the edition to come · 新版本号",
    ),
    rows=lambda snapshot, scope, _where, page: revisions_rows.revisions(snapshot, scope, page),
    count=lambda snapshot, scope, _where: revisions_rows.revision_count(snapshot, scope),
    build=_build,
    scope=_drafts,
)
COMMENTS: Listed[CommentFilter, CommentRow, StandardComment] = Listed(
    name="comments",
    node=StandardComment,
    orders=order_enum(
        "StandardCommentOrder",
        "What comments may be ordered by · 意见排序",
        number="In the order they came · 序号",
        clause="By clause · 条款",
    ),
    rows=revisions_rows.comments,
    count=revisions_rows.comment_count,
    order=revisions_rows.BY_NUMBER,
    build=lambda context, rows, _wanted: build_comments(context, rows),
    scope=_drafts,
)


@strawberry.type
class RevisionQueries:
    """Query fields: revisions of the standard."""

    @field(
        "One revision; null when there is none, or it was never put to consultation and its draft is not open to the caller "
        "· 标准修订. plan S5",
        roles=ANYONE,
    )
    def revision(
        self,
        info: strawberry.Info[Context, None],
        id: Annotated[strawberry.ID, argument("Id of the revision · 修订标识")],  # noqa: A002 - the argument's published name
        at_least: AtLeast = None,
        as_of: AsOfMoment = None,
    ) -> Revision | None:
        """A revision, now or then."""
        context, wanted = info.context, wanted_fields(info)
        if as_of is not None:
            return _then(context, key_of(id, "revision"), as_of, wanted)
        context.at_least(at_least)
        return find_revision(context, key_of(id, "revision"), wanted)

    @listing(REVISIONS, "Revisions: those put to consultation, and drafts open to the caller · 标准修订. plan S5", roles=ANYONE)
    def revisions(self) -> None:
        """A page of revisions, in order of id."""

    @listing(
        COMMENTS,
        "Comments on a revision, in the order they came; none of one that the caller cannot see · 意见. plan S5",
        roles=SIGNED_IN,
    )
    def comments(
        self,
        revision: Annotated[strawberry.ID, argument("Id of the revision · 修订标识")],
        unanswered: Annotated[bool, argument("True for those that are not answered yet · 未答复")] = False,  # noqa: FBT002 - an argument of the schema
    ) -> CommentFilter:
        """A page of comments with what became of them."""
        return CommentFilter(key_of(revision, "revision"), unanswered)

    @field(
        "Text of one edition of a revision, with every clause in which it differs from the edition in force; null when it "
        "does not compose, or is not open to the caller. of: the text on consultation, which is open to "
        "everyone, or the draft as it stands. industry: none for the plain edition · 草案文本. plan S5",
        roles=ANYONE,
    )
    def revision_text(
        self,
        info: strawberry.Info[Context, None],
        revision: Annotated[strawberry.ID, argument("Id of the revision · 修订标识")],
        of: Annotated[DraftOf, argument("Which text of the revision · 草案文本类别")] = DraftOf.CONSULTED,
        industry: Annotated[str | None, argument("Industry, such as automotive; none = the plain edition · 行业版本")] = None,
        at_least: AtLeast = None,
    ) -> DraftText | None:
        """One edition that would be published."""
        context, revision = info.context, strawberry.ID(key_of(revision, "revision"))
        snapshot, scope = context.at_least(at_least), _drafts(context)
        read = revisions_rows.draft_editions if of is DraftOf.CURRENT else revisions_rows.consulted_editions
        found: DraftEditions | None = read(snapshot, scope, revision)
        row = revisions_rows.revision(snapshot, scope, revision)
        if found is None or row is None:
            return None
        replaces = f"{row.base}-{industry}" if industry is not None else row.base
        composition = found.compositions.get(replaces)
        return build_text(context, revision, of, replaces, composition) if composition is not None else None


def _revision(context: Context, data: dict[str, Any]) -> dict[str, Any]:
    """A revision is of the plain edition with all its industry editions, under the composition rule of its authors."""
    published = (row.key.partition("-") for row in editions.editions(context.snapshot))
    industries = sorted(industry for plain, _, industry in published if industry and plain == data["base"])
    return {**data, "revision": str(uuid4()), "industries": industries, "rule": composition_rule(data["base"])}


def _find_revision(context: Context, key: str, _command: Command, wanted: frozenset[str]) -> Revision | None:
    return find_revision(context, key, wanted)


def _load_revisions(context: Context, ids: Sequence[str], wanted: frozenset[str]) -> dict[str, Revision]:
    return {identity: one for identity in ids if (one := find_revision(context, identity, wanted)) is not None}


QUERIES = RevisionQueries
FOUND_BY_ID: Mapping[str, NodeKind] = {"revision": NodeKind(Revision, _load_revisions)}

SERVER_FIELDS: Mapping[type[Command], ServerFields] = {
    DraftRevision: ServerFields(frozenset({"revision", "industries", "rule"}), fill=_revision),
    CommentOnDraft: ServerFields(frozenset({"comment"}), fill=new_id("comment"), shows_version=False),
    ReviewDraft: ServerFields(frozenset(), shows_version=False),
}
"""What the server completes 服务端补全; every other command is sent as it is."""
PAYLOADS: Mapping[str, Payload] = {
    "revision": Payload("revision", Revision, _find_revision),
}
"""Capability, or a command whose payload carries something else -> what its payloads carry 返回对象."""
