"""Open endpoints 未停用推送端点: which of a partner's are not disabled, and how many handshakes it had today. plan P8.

Every registration and every return reads and writes this one stream of its partner, so that of those that are sent at one moment
each is decided on the others before it: the bounds hold, which a count in a read model can't promise.
"""

from collections.abc import Mapping
from datetime import date
from typing import ClassVar, Literal, assert_never

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


class HandshakeBegun(Event):
    """A partner had a handshake sent 已发起握手: to what it registered or enabled. number: of that scope's on that day."""

    type: Literal["openendpoints.handshake_begun.v1"] = "openendpoints.handshake_begun.v1"
    says: ClassVar = "开始了 {day} 的第 {number} 次推送端点握手"
    says_in_english: ClassVar = "had handshake {number} of {day} sent to an endpoint"
    organisation: str
    day: date
    number: int


OpenEndpointsEvent = OpenEndpointsChanged | HandshakeBegun


class Handshakes(Part):
    """Handshakes that were begun on a day 当日握手次数, the latest on which there were any."""

    day: date
    count: int


class OpenEndpoints(Part):
    """A partner's open endpoints 未停用推送端点: scope of its keys -> ids; a scope that is missing was never written down.

    handshakes: scope -> how many of its latest day.
    """

    of_scope: Mapping[str, tuple[str, ...]] = {}
    handshakes: Mapping[str, Handshakes] = {}


def open_endpoints(owner: str) -> Stream:
    """Stream of the open endpoints of a partner."""
    return stream_of("openendpoints", owner)


def open_before(context: DecisionContext, owner: str, organisation: str, found: tuple[str, ...] = ()) -> frozenset[str] | None:
    """What is open with keys of a scope; None where that was never written down and nothing was found.

    found: ids by the read model, which counts once: endpoints from before this stream was written are in no other place.
    """
    written: OpenEndpoints = context.read.get(open_endpoints(owner)) or OpenEndpoints()
    return frozenset(written.of_scope.get(organisation, found)) if organisation in written.of_scope or found else None


def handshakes_on(context: DecisionContext, owner: str, organisation: str) -> int:
    """How many handshakes were begun today, the city's day, with keys of a scope 当日已握手次数."""
    written: OpenEndpoints = context.read.get(open_endpoints(owner)) or OpenEndpoints()
    latest = written.handshakes.get(organisation)
    return latest.count if latest is not None and latest.day == context.day else 0


def handshake_begun(owner: str, organisation: str, day: date, number: int) -> OnStream:
    """The fact that one more was begun."""
    return OnStream(open_endpoints(owner), HandshakeBegun(organisation=organisation, day=day, number=number))


def opened_or_closed(owner: str, organisation: str, now_open: frozenset[str]) -> OnStream:
    """The fact that others are open now."""
    return OnStream(open_endpoints(owner), OpenEndpointsChanged(organisation=organisation, endpoints=tuple(sorted(now_open))))


def _no_command(_command: Command, _state: OpenEndpoints | None, _context: DecisionContext) -> Facts:
    """No command addresses what is open."""
    raise NOT_FOUND.refuse()


def evolve(state: OpenEndpoints | None, event: OpenEndpointsEvent) -> OpenEndpoints:
    """What is open, and was asked for, after one more fact."""
    before = state if state is not None else OpenEndpoints()
    match event:
        case OpenEndpointsChanged(organisation=scope, endpoints=endpoints):
            return before.model_copy(update={"of_scope": {**before.of_scope, scope: endpoints}})
        case HandshakeBegun(organisation=scope, day=day, number=number):
            latest = {**before.handshakes, scope: Handshakes(day=day, count=number)}
            return before.model_copy(update={"handshakes": latest})
        case never:
            assert_never(never)


OPEN_ENDPOINTS = Capability(
    name="openendpoints",
    commands=(),
    events=tuple(OpenEndpointsEvent.__args__),
    stream=lambda _command: Stream(""),
    decide=_no_command,
    evolve=evolve,
)
