"""State of an endpoint 推送端点状态. plan P8."""

from datetime import date, datetime

from domain.access import Role
from domain.kernel import Part, Stream, stream_of
from standards.described import DescribedEnum

ENDPOINT_READERS = frozenset({Role.PARTNER, Role.CITY, Role.AUDITOR})
"""Who is told where public events are sent 推送端点知情角色: each partner of its own, the city and the auditor of all."""
KEPT_REDELIVERIES = 200


class EndpointStatus(DescribedEnum):
    """How far an endpoint has come · 推送端点状态."""

    UNVERIFIED = "unverified", "Its handshake has not been answered yet · 待握手"
    ACTIVE = "active", "Events are sent to it · 推送中"
    DISABLED = "disabled", "Nothing is sent to it · 已停用"


class EndpointStop(DescribedEnum):
    """Why nothing is sent to an endpoint any more · 停用原因."""

    PARTNER = "partner", "Its partner wished so · 合作方停用"
    FAILURES = "failures", "It failed for too long · 连续失败"
    GONE = "gone", "It answered 410: it is gone for good · 端点已撤销"


class Redelivery(Part):
    """A stretch of events that is sent again 重发范围: from a position of the journal to another, both included."""

    first: int
    last: int


class Endpoint(Part):
    """An endpoint as the rules see it 推送端点.

    owner: actor of the partner's keys, which stays the same when keys are rotated. organisation: what those keys are for, a
    district's code or "*". kinds: kinds or whole names of public events; empty = all. districts, enterprises,
    editions: empty = all.
    handshakes: how often one was begun. generation: number of the secret; the one before it is good until `overlap_until`. tests,
    redeliveries: how many were asked for. latest: the last of these redeliveries. asked, asked_on: how many of both on that day.
    """

    owner: str
    organisation: str
    url: str
    kinds: tuple[str, ...]
    districts: tuple[str, ...]
    per_second: int
    enterprises: tuple[str, ...] = ()
    editions: tuple[str, ...] = ()
    status: EndpointStatus = EndpointStatus.UNVERIFIED
    stop: EndpointStop | None = None
    handshakes: int = 1
    generation: int = 1
    overlap_until: datetime | None = None
    tests: int = 0
    redeliveries: int = 0
    latest: tuple[Redelivery, ...] = ()
    asked: int = 0
    asked_on: date | None = None

    def is_of(self, actor: str, organisation: str) -> bool:
        """Whether it belongs to whoever asks with a key of that partner and scope."""
        return (self.owner, self.organisation) == (actor, organisation)

    def asked_by(self, day: date) -> int:
        """How many tests and redeliveries were asked for on a day, the latest of its history."""
        return self.asked if self.asked_on == day else 0

    def counted(self, day: date) -> dict[str, object]:
        """What one more test or redelivery of a day changes."""
        return {"asked": self.asked_by(day) + 1, "asked_on": day}


def endpoint_stream(endpoint: str) -> Stream:
    """Stream of one endpoint."""
    return stream_of("endpoint", endpoint)
