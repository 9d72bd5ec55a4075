"""Events of an endpoint 推送端点的事件: what of the feed its partner is told there, by the read of the feed. plan P8."""

from dataclasses import replace

from domain.access import Role, scope_of
from domain.participants.endpoints.state import Endpoint
from domain.public_events import names_of
from domain.standard.revision.state import draft_scope
from projections.engine.snapshot import Snapshot
from projections.record.audit_trail import EntryRow
from projections.record.public_feed import FeedFilter, public_entries

MOST_COUNTED = 1_000


def filter_of(endpoint: Endpoint) -> FeedFilter:
    """What an endpoint wants of the feed."""
    names = names_of(endpoint.kinds) if endpoint.kinds else None
    chosen = (endpoint.districts, endpoint.enterprises, endpoint.editions)
    return FeedFilter(names, *(frozenset(one) if one else None for one in chosen))


def entries_for(
    snapshot: Snapshot, endpoint: Endpoint, first: int, after: int, events: frozenset[str] | None = None
) -> list[EntryRow]:
    """What an endpoint's partner is told now beyond a position, by the read of the feed. events: public names; None = any."""
    where = filter_of(endpoint)
    if events is not None:
        where = replace(where, names=events if where.names is None else events & where.names)
    scope = scope_of(Role.PARTNER, endpoint.organisation)
    drafts = draft_scope(Role.PARTNER, scope)
    return public_entries(snapshot, scope, drafts, Role.PARTNER, where, first, after=after, kept=True)


def redelivered(snapshot: Snapshot, endpoint: Endpoint) -> int | None:
    """How many events the latest redelivery covers, as they are told now 最近一次重发的事件数; at most so many are counted."""
    if not endpoint.latest:
        return None
    asked = endpoint.latest[-1]
    found = entries_for(snapshot, endpoint, MOST_COUNTED, max(asked.first - 1, 0))
    return sum(one.position <= asked.last for one in found)
