"""Facts about endpoints 推送端点事实. What was sent when is none of them: it lies beside the journal. plan P8."""

from datetime import date, datetime
from typing import ClassVar, Literal

from domain.kernel import Event
from domain.participants.endpoints.state import EndpointStop


class EndpointRegistered(Event):
    """A partner named an address to send public events to 推送端点已登记."""

    type: Literal["endpoint.registered.v3"] = "endpoint.registered.v3"
    says: ClassVar = "登记了接收公开事件的推送端点，每秒至多 {per_second} 次"
    says_in_english: ClassVar = "registered an endpoint for public events, at most {per_second} a second"
    owner: str
    organisation: str
    url: str
    kinds: tuple[str, ...]
    districts: tuple[str, ...]
    enterprises: tuple[str, ...]
    editions: tuple[str, ...]
    per_second: int


class EndpointVerified(Event):
    """An endpoint answered its handshake 推送端点握手成功."""

    type: Literal["endpoint.verified.v1"] = "endpoint.verified.v1"
    says: ClassVar = "完成了推送端点的第 {handshake} 次握手，开始推送"
    says_in_english: ClassVar = "completed handshake {handshake} of the endpoint, which is sent events from now on"
    handshake: int


class EndpointSecretRotated(Event):
    """An endpoint got another secret 推送签名密钥已轮换; the one before it goes on signing until the overlap is over."""

    type: Literal["endpoint.secret_rotated.v1"] = "endpoint.secret_rotated.v1"
    says: ClassVar = "将推送签名密钥轮换为第 {generation} 个"
    says_in_english: ClassVar = "rotated the endpoint's signing secret to number {generation}"
    generation: int
    overlap_until: datetime


class EndpointDisabled(Event):
    """Nothing is sent to an endpoint any more 推送端点已停用. failures: in a row, where the program ended it."""

    type: Literal["endpoint.disabled.v1"] = "endpoint.disabled.v1"
    says: ClassVar = "停用了推送端点，此前连续失败 {failures} 次"
    says_in_english: ClassVar = "disabled the endpoint, after {failures} failures in a row"
    stop: EndpointStop
    failures: int


class EndpointEnabled(Event):
    """Events are to be sent to an endpoint again 推送端点已恢复, once it has answered another handshake."""

    type: Literal["endpoint.enabled.v1"] = "endpoint.enabled.v1"
    says: ClassVar = "恢复推送端点，等待第 {handshake} 次握手"
    says_in_english: ClassVar = "enabled the endpoint again, which waits for handshake {handshake}"
    handshake: int


class EndpointTestAsked(Event):
    """A partner asked for a test event 已请求测试事件."""

    type: Literal["endpoint.test_asked.v1"] = "endpoint.test_asked.v1"
    says: ClassVar = "请求第 {number} 个测试事件"
    says_in_english: ClassVar = "asked for test event {number}"
    number: int
    day: date


class EndpointRedeliveryAsked(Event):
    """A partner asked for events once more 已请求重发. first, last: positions of the journal, both included."""

    type: Literal["endpoint.redelivery_asked.v1"] = "endpoint.redelivery_asked.v1"
    says: ClassVar = "请求第 {number} 次重发"
    says_in_english: ClassVar = "asked for redelivery {number}"
    number: int
    day: date
    first: int
    last: int


EndpointEvent = (
    EndpointRegistered
    | EndpointVerified
    | EndpointSecretRotated
    | EndpointDisabled
    | EndpointEnabled
    | EndpointTestAsked
    | EndpointRedeliveryAsked
)
