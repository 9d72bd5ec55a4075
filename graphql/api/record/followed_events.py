"""Followed events 订阅事件: public events over GraphQL, typed by kind, with the thing as its reader may see it. plan P5, P7, P8.

The same events in the same order, with the same ids, as `GET /events` tells. Each is answered on a snapshot of its own, through the
scope of the moment: a thing that lies outside by then is null, as everywhere.
"""

from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

import strawberry

from api.kit import nodes
from api.kit.context import Context
from api.kit.cursors import Cursors
from api.kit.filter_values import districts_in, edition_keys_in, firm_keys_in, require_known, require_values
from api.kit.nodes import Node
from api.kit.paging import After
from api.kit.published import argument, field, published, subscription
from api.server.subscriptions import BATCH, follow
from domain.access import Role, Scope
from domain.instants import utc_moment
from domain.kernel import key_of as key_of_stream
from domain.kernel import kind_of
from domain.masks import FIRMS, FOLLOWERS, PLACE_READERS, SIGNED_IN
from domain.public_events import KINDS, NAMES, PUBLIC_EVENTS, names_of, unknown_kinds
from domain.standard.revision.state import draft_scope
from journal.codec import EVENT_OF
from projections import Snapshot
from projections.record.audit_trail import EntryRow
from projections.record.public_feed import FeedFilter, public_entries

if TYPE_CHECKING:
    from api.diagnosis.diagnoses import Diagnosis
    from api.participants.enterprises import Enterprise
    from api.participants.organisations import Organisation
    from api.standard.editions import Edition
    from api.standard.revision_parts import Revision


@published(PLACE_READERS, interface=True)
class FollowedEvent:
    """Public event, as every way of following tells it; its type by kind leads to the object itself · 公开事件. plan P8"""

    id: strawberry.ID = field("Its sealed place in the journal, the same for each reader and way of following · 事件标识")
    cursor: str = field("The same: pass it as `after` to go on from here · 续订令牌")
    type: str = field("Public name of the event · 公开事件名称")
    subject: strawberry.ID = field("Id of the object · 对象标识")
    version: int = field("Version of the object after it; of a diagnosis, which it is of its public events · 版本")
    at: datetime = field("When it was written, UTC · 时间")

    @field("The object as it is now; null where it lies outside the scope by now · 对象现状", roles=PLACE_READERS)
    def node(self, info: strawberry.Info[Context, None]) -> Node | None:
        """The thing of the subject, of whatever kind."""
        found: Node | None = _found(info, self.subject)
        return found


@published(PLACE_READERS)
class DiagnosisFollowed(FollowedEvent):
    """Public event of a diagnosis · 诊断公开事件. plan P5, P8"""

    @field("The diagnosis as it is now; null outside the scope · 诊断现状", roles=FOLLOWERS)
    def diagnosis(
        self, info: strawberry.Info[Context, None]
    ) -> Annotated["Diagnosis", strawberry.lazy("api.diagnosis.diagnoses")] | None:
        """The thing of the subject."""
        found: Diagnosis | None = _found(info, self.subject)
        return found


@published(PLACE_READERS)
class EnterpriseFollowed(FollowedEvent):
    """Public event of an enterprise · 企业公开事件. plan P1, P8"""

    @field("The enterprise as it is now; null outside the scope · 企业现状", roles=FIRMS)
    def enterprise(
        self, info: strawberry.Info[Context, None]
    ) -> Annotated["Enterprise", strawberry.lazy("api.participants.enterprises")] | None:
        """The thing of the subject."""
        found: Enterprise | None = _found(info, self.subject)
        return found


@published(PLACE_READERS)
class DirectoryFollowed(FollowedEvent):
    """Public move of the directory · 名录公开事件. plan V4, P8"""

    @field("The provider that moved, as it is now · 服务商现状", roles=SIGNED_IN)
    def provider(
        self, info: strawberry.Info[Context, None]
    ) -> Annotated["Organisation", strawberry.lazy("api.participants.organisations")] | None:
        """The thing of the subject."""
        found: Organisation | None = _found(info, self.subject)
        return found


@published(PLACE_READERS)
class StandardFollowed(FollowedEvent):
    """Public event of an edition or a revision of the standard · 标准公开事件. plan S5, P8"""

    @field("The edition as it is now; null of a revision · 标准版本现状", roles=SIGNED_IN)
    def edition(
        self, info: strawberry.Info[Context, None]
    ) -> Annotated["Edition", strawberry.lazy("api.standard.editions")] | None:
        """The thing of the subject, where it is an edition."""
        return _found(info, self.subject) if kind_of(self.subject) == "edition" else None

    @field("The revision as it is now; null of an edition, and outside the scope · 标准修订现状", roles=SIGNED_IN)
    def revision(
        self, info: strawberry.Info[Context, None]
    ) -> Annotated["Revision", strawberry.lazy("api.standard.revision_parts")] | None:
        """The thing of the subject, where it is a revision."""
        return _found(info, self.subject) if kind_of(self.subject) == "revision" else None


TYPES: Mapping[str, type[FollowedEvent]] = {
    "diagnosis": DiagnosisFollowed,
    "directory": DirectoryFollowed,
    "enterprise": EnterpriseFollowed,
    "standard": StandardFollowed,
}
"""Kind of public events -> the type of its events."""


def _found(info: strawberry.Info[Context, None], subject: strawberry.ID) -> Any:  # noqa: ANN401 - a thing of any type
    """The thing of an id on the snapshot of the delivery, within the scope of its caller then."""
    return nodes.found(info, [subject])[0]


def _typed_event(cursors: Cursors, row: EntryRow) -> FollowedEvent:
    public, cursor = PUBLIC_EVENTS[EVENT_OF[row.type]], cursors.seal(row.position)
    return TYPES[public.kind](
        id=strawberry.ID(cursor),
        cursor=cursor,
        type=public.name,
        subject=strawberry.ID(f"{public.thing}/{key_of_stream(row.stream)}"),
        version=row.told or row.version,
        at=utc_moment(row.at),
    )


def _where(
    kind: list[str] | None, district: list[str] | None, enterprises: list[strawberry.ID] | None, edition: list[strawberry.ID] | None
) -> FeedFilter:
    require_values(kind=kind)
    if unknown := unknown_kinds(kind or ()):
        require_known("kind", unknown, (*KINDS, *NAMES))
    places, editions = districts_in("district", district), edition_keys_in("edition", edition)
    firms = firm_keys_in("enterprises", enterprises)
    return FeedFilter(
        names_of(kind) if kind else None,
        frozenset(places) if places is not None else None,
        frozenset(firms) if firms is not None else None,
        frozenset(editions) if editions is not None else None,
    )


@strawberry.type
class FollowedEventSubscription:
    """Public events as they happen."""

    @subscription(
        "Public events that the caller may see, each once and in order, with their objects: those of `GET /events`, under the "
        "same ids. after: id of the last event seen, to go on without loss or repeat; without it, from now on · "
        "公开事件订阅. plan P8",
        roles=PLACE_READERS,
    )
    async def public_events(
        self,
        info: strawberry.Info[Context, None],
        after: After = None,
        kind: Annotated[list[str] | None, argument("Kinds of events, or their public names; none = all · 事件类别")] = None,
        district: Annotated[list[str] | None, argument("Districts of the events' firms, by code; none = all · 区")] = None,
        enterprise: Annotated[
            strawberry.ID | None, argument("Id of one firm; none = all in the scope · 企业标识", instead="Use enterprises")
        ] = None,
        edition: Annotated[
            list[strawberry.ID] | None, argument("Editions of the standard, of cases and themselves; none = all · 标准版本")
        ] = None,
        enterprises: Annotated[
            list[strawberry.ID] | None, argument("Ids of firms, as those of `GET /events`; none = all in the scope · 企业标识")
        ] = None,
    ) -> AsyncGenerator[FollowedEvent, None]:
        """Events beyond a cursor, for ever."""
        firms = enterprises if enterprise is None else [*(enterprises or ()), enterprise]
        context, where = info.context, _where(kind, district, firms, edition)

        def read(snapshot: Snapshot, role: Role, scope: Scope, position: int) -> list[EntryRow]:
            return public_entries(snapshot, scope, draft_scope(role, scope), role, where, BATCH, after=position)

        typed = partial(_typed_event, context.cursors)
        async with aclosing(follow(context, after, ("publicEvents", where), read, typed)) as events:
            async for event in events:
                yield event


SUBSCRIPTIONS = FollowedEventSubscription
