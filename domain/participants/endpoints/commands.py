"""Commands about endpoints 推送端点命令: a partner's own, and those of the program that sends. plan P8."""

from typing import Annotated, ClassVar

from pydantic import Field, StringConstraints

from domain.access import Role
from domain.command_rights import BY_THE_PROGRAM
from domain.kernel import Command, Count, EditionRef, EnterpriseRef, Identifier, IdOf
from domain.participants.endpoints.state import EndpointStop

PARTNERS = frozenset({Role.PARTNER})
LONGEST_URL = 1_000
MOST_ENDPOINTS = 20
"""Of one partner that are not disabled."""
MOST_HANDSHAKES_A_DAY = 60
"""With keys of one scope, to whichever addresses: as many endpoints as it may have, each three times."""
LONGEST_OVERLAP_HOURS = 168
MOST_FIRMS = 100
"""That an endpoint names; who follows more follows their district."""

EndpointRef = Annotated[Identifier, IdOf("endpoint")]
EndpointUrl = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST_URL)]
EventKind = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
DistrictCode = Annotated[str, StringConstraints(pattern=r"^\d{6}$")]

Others = Annotated[tuple[Identifier, ...], Field(max_length=1_000)]


class _About(Command):
    endpoint: EndpointRef = Field(description="Endpoint · 推送端点标识")


class RegisterEndpoint(_About):
    """Have public events sent to an address of one's own, once it has answered a handshake · 登记推送端点.

    Registering and enabling have a handshake sent each, of which there are so many a day.

    others: endpoints that the partner has already. plain_allowed: whether this installation takes addresses without TLS. The server
    says both.
    """

    roles: ClassVar = PARTNERS

    url: EndpointUrl = Field(description="Address, https · 推送地址")
    kinds: Annotated[tuple[EventKind, ...], Field(max_length=40)] = Field(
        default=(), description="Kinds of events, or their whole names; none = all · 事件类别"
    )
    districts: Annotated[tuple[DistrictCode, ...], Field(max_length=20)] = Field(
        default=(), description="Districts that are wanted, by code; none = all within the key's scope · 区"
    )
    enterprises: Annotated[tuple[EnterpriseRef, ...], Field(max_length=MOST_FIRMS)] = Field(
        default=(), description="Firms that are wanted; none = all within the key's scope · 企业"
    )
    editions: Annotated[tuple[EditionRef, ...], Field(max_length=20)] = Field(
        default=(), description="Editions of the standard, of cases and themselves; none = all · 标准版本"
    )
    per_second: Annotated[int, Field(ge=1, le=1_000)] = Field(default=20, description="Most requests a second · 每秒上限")
    others: Others = ()
    plain_allowed: bool = False


class RotateEndpointSecret(_About):
    """Have another secret; both sign until the overlap is over · 轮换签名密钥."""

    roles: ClassVar = PARTNERS

    overlap_hours: Annotated[int, Field(ge=0, le=LONGEST_OVERLAP_HOURS)] = Field(
        default=24, description="Whole hours for which the old one goes on signing; 0 = it ends at once · 并存小时数"
    )


class DisableEndpoint(_About):
    """Have nothing sent any more; what happens meanwhile is sent once it is enabled again · 停用推送端点."""

    roles: ClassVar = PARTNERS


class EnableEndpoint(_About):
    """Have another handshake sent at once, and events again from where it was left off once it is answered · 恢复推送端点.

    Of an endpoint that is disabled or waits for its handshake; it ends a pause that the endpoint's `Retry-After` made. Of
    handshakes there are so many a day, those of registrations counted.
    others: endpoints that the partner has besides, which the server says.
    """

    roles: ClassVar = PARTNERS

    others: Others = ()


class SendTestEvent(_About):
    """Have a test event sent, before all events that wait; it ends a pause that a `Retry-After` made · 发送测试事件."""

    roles: ClassVar = PARTNERS


class RedeliverEvents(_About):
    """Have events sent again, with the ids that they had: one, or a stretch of the feed · 重发事件.

    Events that the endpoint does not choose, or that its partner may not see, are not sent. It ends a pause that a
    `Retry-After` made.

    first, last: positions of the journal, both included; the server takes them from the ids of events.
    """

    roles: ClassVar = PARTNERS

    first: Count = Field(description="Position of the first · 起始位置")
    last: Count = Field(description="Position of the last · 截止位置")


class VerifyEndpoint(_About):
    """Record that a handshake was answered 握手成功. handshake: its number."""

    roles: ClassVar = BY_THE_PROGRAM

    handshake: Annotated[int, Field(ge=1, le=2**31 - 1)]


class StopEndpoint(_About):
    """Send nothing to an endpoint any more, because of how it answers 自动停用. failures: in a row, up to now."""

    roles: ClassVar = BY_THE_PROGRAM

    stop: EndpointStop
    failures: Count


EndpointCommand = (
    RegisterEndpoint
    | RotateEndpointSecret
    | DisableEndpoint
    | EnableEndpoint
    | SendTestEvent
    | RedeliverEvents
    | VerifyEndpoint
    | StopEndpoint
)
