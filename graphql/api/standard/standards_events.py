"""Standards events 标准动态 in the schema: editions and revisions as they move. plan S5."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from datetime import datetime
from enum import Enum

import strawberry

from api.kit.context import Context
from api.kit.event_names import in_english, in_words
from api.kit.ids import id_of
from api.kit.paging import After
from api.kit.published import field, published, subscription
from api.kit.row_mapping import shown
from api.server.subscriptions import BATCH, follow
from domain.access import Role, Scope
from domain.masks import SIGNED_IN
from domain.standard.revision.state import draft_scope
from projections import Snapshot
from projections.standard import revisions
from projections.standard.revision_rows import StandardsEventRow


@strawberry.enum(description="What an event of the standard is about · 标准动态对象")
class StandardsSubject(Enum):
    """A revision or an edition."""

    REVISION = strawberry.enum_value("revision", description="A revision · 标准修订")
    EDITION = strawberry.enum_value("edition", description="A published edition · 标准版本")


@published(SIGNED_IN, placed=False, row=StandardsEventRow)
class StandardsEvent:
    """Something happened to the standard; read the subject for what it is now · 标准动态. plan S5"""

    cursor: str = field("Pass it as `after` to go on from here · 续订令牌")
    subject: StandardsSubject = field("What it is about · 对象", made=True)
    id: strawberry.ID = field("Id of the revision or edition · 标识", made=True)
    type: str = field("Published name of the fact · 事实名称")
    what: str = field("What happened, in Chinese · 事实")
    what_in_english: str = field("What happened, in English · 事实（英文）")
    at: datetime = field("When, UTC · 时间")
    role: Role = field("Role acted in · 角色")


@strawberry.type
class StandardsSubscription:
    """Events of the standard as they happen."""

    @subscription(
        "Events of editions and revisions, each once and in order; of a draft only for whom it is open to. after: cursor of "
        "the last event seen; without it, from now on · 标准动态. plan S5",
        roles=SIGNED_IN,
    )
    async def standards_events(
        self, info: strawberry.Info[Context, None], after: After = None
    ) -> AsyncGenerator[StandardsEvent, None]:
        """Events beyond a cursor, for ever."""
        context, cursors = info.context, info.context.cursors

        def read(snapshot: Snapshot, role: Role, scope: Scope, position: int) -> list[StandardsEventRow]:
            return revisions.standards_events(snapshot, draft_scope(role, scope), BATCH, after=position)

        def made(row: StandardsEventRow) -> StandardsEvent:
            return StandardsEvent(
                **shown(StandardsEvent, row),
                cursor=cursors.seal(row.position),
                subject=StandardsSubject(row.kind),
                id=id_of(row.kind, row.subject),
                what=in_words(row.type),
                what_in_english=in_english(row.type),
            )

        async with aclosing(follow(context, after, ("standardsEvents",), read, made)) as events:
            async for event in events:
                yield event


SUBSCRIPTIONS = StandardsSubscription
