"""Open endpoints 未停用推送端点: which of a partner's are not disabled, written by whatever changes that. plan P8.

Every registration and every return reads and writes this one stream of its partner, so that of those that are sent at one moment
each is decided on the others before it: the bound holds, which a count in a read model can't promise.
"""

from collections.abc import Mapping
from typing import ClassVar, Literal

from domain.kernel import (
    NOT_FOUND,
    Capability,
    Command,
    DecisionContext,
    Event,
    Facts,
    OnStream,
    Part,
    Stream,
    stream_of,
)


class OpenEndpointsChanged(Event):
    """Other endpoints of a partner are open than before 未停用推送端点已变更. endpoints: ids of all, with keys of that scope."""

    type: Literal["openendpoints.changed.v1"] = "openendpoints.changed.v1"
    says: ClassVar = "更新了未停用推送端点的名单"
    says_in_english: ClassVar = "updated the list of endpoints that are not disabled"
    organisation: str
    endpoints: tuple[str, ...]


class OpenEndpoints(Part):
    """A partner's open endpoints 未停用推送端点: scope of its keys -> ids; a scope that is missing was never written down."""

    of_scope: Mapping[str, tuple[str, ...]] = {}


def open_endpoints(owner: str) -> Stream:
    """Stream of the open endpoints of a partner."""
    return stream_of("openendpoints", owner)


def open_before(context: DecisionContext, owner: str, organisation: str, found: tuple[str, ...] = ()) -> frozenset[str] | None:
    """What is open with keys of a scope; None where that was never written down and nothing was found.

    found: ids by the read model, which counts once: endpoints from before this stream was written are in no other place.
    """
    written: OpenEndpoints = context.read.get(open_endpoints(owner)) or OpenEndpoints()
    return frozenset(written.of_scope.get(organisation, found)) if organisation in written.of_scope or found else None


def opened_or_closed(owner: str, organisation: str, now_open: frozenset[str]) -> OnStream:
    """The fact that others are open now."""
    return OnStream(open_endpoints(owner), OpenEndpointsChanged(organisation=organisation, endpoints=tuple(sorted(now_open))))


def _no_command(_command: Command, _state: OpenEndpoints | None, _context: DecisionContext) -> Facts:
    """No command addresses what is open."""
    raise NOT_FOUND.refuse()


def evolve(state: OpenEndpoints | None, event: OpenEndpointsChanged) -> OpenEndpoints:
    """What is open after one more fact."""
    before = state.of_scope if state is not None else {}
    return OpenEndpoints(of_scope={**before, event.organisation: event.endpoints})


OPEN_ENDPOINTS = Capability(
    name="openendpoints",
    commands=(),
    events=(OpenEndpointsChanged,),
    stream=lambda _command: Stream(""),
    decide=_no_command,
    evolve=evolve,
)
