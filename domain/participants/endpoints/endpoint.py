"""Endpoint 推送端点: an address of a partner's system that public events are sent to, from registration to its end. plan P8.

registered → handshake → active ⇄ disabled. Whose it is, is said by the keys of a partner (`Endpoint.owner`); to everyone else it
is not there. What may be sent to it is judged when it is sent, not here.
"""

import re
from datetime import timedelta
from typing import assert_never

from domain.command_rights import require_right
from domain.instants import SHANGHAI
from domain.kernel import NOT_FOUND, Capability, DecisionContext, Facts, OnStream, Refused, Rule, Unscoped
from domain.participants.endpoints.commands import (
    MOST_ENDPOINTS,
    MOST_HANDSHAKES_A_DAY,
    DisableEndpoint,
    EnableEndpoint,
    EndpointCommand,
    RedeliverEvents,
    RegisterEndpoint,
    RotateEndpointSecret,
    SendTestEvent,
    StopEndpoint,
    VerifyEndpoint,
)
from domain.participants.endpoints.events import (
    EndpointDisabled,
    EndpointEnabled,
    EndpointEvent,
    EndpointRedeliveryAsked,
    EndpointRegistered,
    EndpointSecretRotated,
    EndpointTestAsked,
    EndpointVerified,
)
from domain.participants.endpoints.open_endpoints import (
    handshake_begun,
    handshakes_on,
    open_before,
    open_endpoints,
    opened_or_closed,
)
from domain.participants.endpoints.state import (
    KEPT_REDELIVERIES,
    Endpoint,
    EndpointStatus,
    EndpointStop,
    Redelivery,
    endpoint_stream,
)

CITY = "*"
MOST_ASKED_A_DAY = KEPT_REDELIVERIES
LARGEST_PORT = 65_535
ADDRESS = re.compile(
    r"(https?)://([0-9A-Za-z](?:[0-9A-Za-z.-]*[0-9A-Za-z])?|\[[0-9A-Fa-f:.]+\])(?::([0-9]{1,5}))?(?:[/?][!-~]*)?", re.ASCII
)
"""Scheme, host as it is looked up (a name of other letters in its ASCII form), port, path and query; nothing before the host."""

# Rules

ENDPOINT_EXISTS = Rule(
    "ENDPOINT_EXISTS", "plan P8", "该标识的推送端点已存在，请另取标识", "An endpoint of this id exists already; take another id"
)
ENDPOINT_URL = Rule(
    "ENDPOINT_URL",
    "plan P8",
    "推送地址应以 https:// 开头，写明主机和路径，不含用户名、密码和片段",
    "Give an address such as https://host[:port]/path, without user, password or fragment",
)
ENDPOINT_DISTRICT = Rule(
    "ENDPOINT_DISTRICT",
    "plan P8",
    "密钥的范围是 {scope}，不能订阅 {code}；请只订阅范围内的区",
    "The key is for {scope}; events of {code} cannot be had with it; ask for districts of its scope alone",
)
ENDPOINTS_AT_MOST = Rule(
    "ENDPOINTS_AT_MOST",
    "plan P8",
    "一个合作方至多同时有 {at_most} 个推送端点，请先停用一个",
    "A partner has at most {at_most} endpoints at a time; disable one first",
)
ENDPOINT_DISABLED = Rule(
    "ENDPOINT_DISABLED",
    "plan P8",
    "该推送端点已停用；要使用请先恢复",
    "The endpoint is disabled; enable it first",
)
ENDPOINT_ENABLED = Rule(
    "ENDPOINT_ENABLED",
    "plan P8",
    "该推送端点正在推送，无须恢复；因 Retry-After 暂停的，发送测试事件或重发即恢复推送",
    "Events are sent to the endpoint; nothing is to enable. A test event or a redelivery ends a pause that a Retry-After made",
)
ENDPOINT_NOT_VERIFIED = Rule(
    "ENDPOINT_NOT_VERIFIED",
    "plan P8",
    "该推送端点还没有完成握手；请让它原样返回 challenge，恢复该端点即可立即再次握手",
    "The endpoint has not answered its handshake; have it echo the challenge; enabling it has another one sent at once",
)
ENDPOINT_HANDSHAKE = Rule(
    "ENDPOINT_HANDSHAKE",
    "plan P8",
    "第 {handshake} 次握手已不在等待",
    "Handshake {handshake} is not waited for",
)
ENDPOINT_HANDSHAKES_A_DAY = Rule(
    "ENDPOINT_HANDSHAKES_A_DAY",
    "plan P8",
    "登记与恢复推送端点合计每天至多 {at_most} 次，各发出一次握手；请明日再试",
    "At most {at_most} handshakes a day, one with each registration and each enabling; ask tomorrow",
)
ENDPOINT_RANGE = Rule(
    "ENDPOINT_RANGE",
    "plan P8",
    "重发的起始事件应不晚于截止事件",
    "The first event to be sent again stands behind the last; swap them",
)
ENDPOINT_ASKED_OFTEN = Rule(
    "ENDPOINT_ASKED_OFTEN",
    "plan P8",
    "测试与重发合计每天至多 {at_most} 次，请明日再试，或一次请求较长的范围",
    "At most {at_most} tests and redeliveries a day; ask tomorrow, or for a longer stretch at once",
)
ENDPOINT_OVERLAP = Rule(
    "ENDPOINT_OVERLAP",
    "plan P8",
    "上一次轮换的并存期至北京时间 {until}，此前只能以 0 小时轮换",
    "The last rotation overlaps until {until}, Shanghai time; before that, rotate with 0 hours only",
)

# Decide: what may happen


def decide(command: EndpointCommand, endpoint: Endpoint | None, context: DecisionContext) -> Facts:
    """Raises Refused: any rule above; NOT_FOUND of an endpoint that is another's."""
    require_right(command, context.role)
    if isinstance(command, RegisterEndpoint):
        if endpoint is not None:
            raise ENDPOINT_EXISTS.refuse(path="endpoint")
        registered = _registered(command, context)
        opened = _opened(command, context.by, context.organisation, context)
        return registered, opened, _handshake(context.by, context.organisation, context)
    if endpoint is None:
        raise NOT_FOUND.refuse()
    if isinstance(command, VerifyEndpoint | StopEndpoint):
        return _by_the_program(command, endpoint, context)
    if not endpoint.is_of(context.by, context.organisation):
        raise NOT_FOUND.refuse()
    return _by_its_partner(command, endpoint, context)


def _opened(command: RegisterEndpoint | EnableEndpoint, owner: str, organisation: str, context: DecisionContext) -> OnStream:
    """Have one more open, where there is room for it.

    Raises:
        Refused: ENDPOINTS_AT_MOST.
    """
    others = (open_before(context, owner, organisation, command.others) or frozenset()) - {command.endpoint}
    if len(others) >= MOST_ENDPOINTS:
        raise ENDPOINTS_AT_MOST.refuse(at_most=MOST_ENDPOINTS)
    return opened_or_closed(owner, organisation, others | {command.endpoint})


def _handshake(owner: str, organisation: str, context: DecisionContext) -> OnStream:
    """Have one more handshake sent today; without a bound any partner could have us knock at others' addresses without end.

    Raises:
        Refused: ENDPOINT_HANDSHAKES_A_DAY.
    """
    number = handshakes_on(context, owner, organisation) + 1
    if number > MOST_HANDSHAKES_A_DAY:
        raise ENDPOINT_HANDSHAKES_A_DAY.refuse(at_most=MOST_HANDSHAKES_A_DAY)
    return handshake_begun(owner, organisation, context.day, number)


def _closed(identity: str, endpoint: Endpoint, why: EndpointDisabled, context: DecisionContext) -> Facts:
    """Disable one, which makes room for another."""
    before = open_before(context, endpoint.owner, endpoint.organisation)
    if before is None or identity not in before:
        return (why,)
    return why, opened_or_closed(endpoint.owner, endpoint.organisation, before - {identity})


def _registered(command: RegisterEndpoint, context: DecisionContext) -> EndpointRegistered:
    require_address(command.url, plain_allowed=command.plain_allowed)
    for place, district in enumerate(command.districts):
        if context.organisation not in (CITY, district):
            raise ENDPOINT_DISTRICT.refuse(path=f"districts.{place}", scope=context.organisation, code=district)
    return EndpointRegistered(
        owner=context.by,
        organisation=context.organisation,
        url=command.url,
        kinds=tuple(sorted(set(command.kinds))),
        districts=tuple(sorted(set(command.districts))),
        enterprises=tuple(sorted(set(command.enterprises))),
        editions=tuple(sorted(set(command.editions))),
        per_second=command.per_second,
    )


def require_address(url: str, *, plain_allowed: bool) -> None:
    """Refuse what is no address to send to.

    Raises:
        Refused: ENDPOINT_URL.
    """
    found = ADDRESS.fullmatch(url)
    if found is None or "#" in url or "\\" in url:
        raise ENDPOINT_URL.refuse(path="url")
    scheme, _host, port = found.groups()
    if not (scheme == "https" or plain_allowed) or not 0 < int(port or 1) <= LARGEST_PORT:
        raise ENDPOINT_URL.refuse(path="url")


def _by_the_program(command: VerifyEndpoint | StopEndpoint, endpoint: Endpoint, context: DecisionContext) -> Facts:
    if isinstance(command, VerifyEndpoint):
        if endpoint.status is not EndpointStatus.UNVERIFIED or command.handshake != endpoint.handshakes:
            raise ENDPOINT_HANDSHAKE.refuse(handshake=command.handshake)
        return (EndpointVerified(handshake=command.handshake),)
    if endpoint.status is EndpointStatus.DISABLED:
        raise ENDPOINT_DISABLED.refuse()
    stopped = EndpointDisabled(stop=command.stop, failures=command.failures)
    return _closed(command.endpoint, endpoint, stopped, context)


def _by_its_partner(command: EndpointCommand, endpoint: Endpoint, context: DecisionContext) -> Facts:
    is_disabled = endpoint.status is EndpointStatus.DISABLED
    match command:
        case RotateEndpointSecret(overlap_hours=hours):
            if hours and endpoint.overlap_until is not None and context.at < endpoint.overlap_until:
                in_the_city = f"{endpoint.overlap_until.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
                raise ENDPOINT_OVERLAP.refuse(path="overlapHours", until=in_the_city, at_most=0)
            until = context.at + timedelta(hours=hours)
            return (EndpointSecretRotated(generation=endpoint.generation + 1, overlap_until=until),)
        case DisableEndpoint():
            if is_disabled:
                raise ENDPOINT_DISABLED.refuse()
            return _closed(command.endpoint, endpoint, EndpointDisabled(stop=EndpointStop.PARTNER, failures=0), context)
        case EnableEndpoint():
            if endpoint.status is EndpointStatus.ACTIVE:
                raise ENDPOINT_ENABLED.refuse()
            enabled = EndpointEnabled(handshake=endpoint.handshakes + 1)
            begun = _handshake(endpoint.owner, endpoint.organisation, context)
            if not is_disabled:  # it is open already, and waits for a handshake: for another one from now on
                return enabled, begun
            return enabled, _opened(command, endpoint.owner, endpoint.organisation, context), begun
        case SendTestEvent():
            _require_askable(endpoint, context)
            return (EndpointTestAsked(number=endpoint.tests + 1, day=context.day),)
        case RedeliverEvents(first=first, last=last):
            if first > last:
                raise ENDPOINT_RANGE.refuse(path="firstEvent")
            _require_askable(endpoint, context)
            number = endpoint.redeliveries + 1
            return (EndpointRedeliveryAsked(number=number, day=context.day, first=first, last=last),)
        case _:
            raise NOT_FOUND.refuse()


def _require_askable(endpoint: Endpoint, context: DecisionContext) -> None:
    refusal: Refused | None = None
    if endpoint.status is EndpointStatus.DISABLED:
        refusal = ENDPOINT_DISABLED.refuse()
    elif endpoint.status is EndpointStatus.UNVERIFIED:
        refusal = ENDPOINT_NOT_VERIFIED.refuse()
    elif endpoint.asked_by(context.day) >= MOST_ASKED_A_DAY:
        refusal = ENDPOINT_ASKED_OFTEN.refuse(at_most=MOST_ASKED_A_DAY)
    if refusal is not None:
        raise refusal


# Evolve: what has happened


def evolve(endpoint: Endpoint | None, event: EndpointEvent) -> Endpoint:
    """The endpoint after one more fact."""
    if isinstance(event, EndpointRegistered):
        return Endpoint(**event.model_dump(exclude={"type"}))
    assert endpoint is not None  # noqa: S101 - it was registered first
    match event:
        case EndpointVerified():
            return endpoint.model_copy(update={"status": EndpointStatus.ACTIVE})
        case EndpointSecretRotated(generation=generation, overlap_until=until):
            return endpoint.model_copy(update={"generation": generation, "overlap_until": until})
        case EndpointDisabled(stop=stop):
            return endpoint.model_copy(update={"status": EndpointStatus.DISABLED, "stop": stop})
        case EndpointEnabled(handshake=handshake):
            again = {"status": EndpointStatus.UNVERIFIED, "stop": None, "handshakes": handshake}
            return endpoint.model_copy(update=again)
        case EndpointTestAsked(number=number, day=day):
            return endpoint.model_copy(update={"tests": number, **endpoint.counted(day)})
        case EndpointRedeliveryAsked(number=number, day=day, first=first, last=last):
            latest = (*endpoint.latest, Redelivery(first=first, last=last))[-KEPT_REDELIVERIES:]
            return endpoint.model_copy(update={"redeliveries": number, "latest": latest, **endpoint.counted(day)})
        case never:
            assert_never(never)


ENDPOINTS = Capability(
    name="endpoint",
    commands=tuple(EndpointCommand.__args__),
    events=tuple(EndpointEvent.__args__),
    stream=lambda command: endpoint_stream(command.endpoint),
    reads=lambda _command, state: (open_endpoints(state.owner),) if state is not None else (),
    reads_of_sender=lambda command, by: (open_endpoints(by),) if isinstance(command, RegisterEndpoint) else (),
    place=lambda command, _state, _read: (
        Unscoped.NOT_THERE_YET if isinstance(command, RegisterEndpoint) else Unscoped.KNOWN_BY_RULES
    ),
    decide=decide,
    evolve=evolve,
)
