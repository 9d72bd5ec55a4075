"""Endpoints 推送端点 in the schema: where a partner has public events sent, and what became of each. plan P8.

A partner sees its own, by the actor and the scope of its keys; the city and the auditor see to which hosts what was sent, and
neither address nor keys.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, NamedTuple
from urllib.parse import urlsplit

import orjson
import strawberry

from api.kit.context import Context
from api.kit.enums import enum_type
from api.kit.filter_values import districts_in, edition_keys_in, firm_keys_in, require_values
from api.kit.ids import EnterpriseID, id_of, key_of
from api.kit.lists import Listed, listing
from api.kit.mutations import Payload, ServerFields, new_id
from api.kit.nodes import Node, NodeKind
from api.kit.paging import AtLeast, wanted_fields
from api.kit.published import argument, field, published
from api.kit.row_mapping import shown
from domain.access import Scope
from domain.instants import microseconds, utc_moment
from domain.kernel import Command, IdOf, Rule
from domain.masks import PARTNERS
from domain.participants.endpoints.commands import EnableEndpoint, RedeliverEvents, RegisterEndpoint
from domain.participants.endpoints.state import ENDPOINT_READERS, Endpoint, EndpointStatus, EndpointStop
from domain.public_events import KINDS, unknown_kinds
from journal.secrets.endpoint_keys import endpoint_keys
from projections import Snapshot
from projections.engine.pages import Page
from projections.participants import deliveries as delivery_rows
from projections.participants import endpoints as rows
from projections.participants.deliveries import AttemptRow, Deliveries, DeliveryFilter, DeliveryRow, DeliveryStatus
from projections.participants.endpoints import EndpointFilter, EndpointRow
from projections.record.endpoint_feed import redelivered

EndpointID = Annotated[strawberry.ID, IdOf("endpoint")]
ENDPOINTS = ENDPOINT_READERS
"""Endpoints of partners 推送端点: where public events are sent; each partner its own, the city and the auditor all."""
enum_type(EndpointStatus)
enum_type(EndpointStop)
enum_type(DeliveryStatus)

ENDPOINT_KIND = Rule(
    "ENDPOINT_KIND",
    "plan P8",
    "没有 {kind} 这类公开事件；可用类别：{kinds}，或其中事件的全名",
    "There is no public event {kind}; there are the kinds {kinds}, and the whole names of their events",
)

ENDPOINT_ADDRESS = Rule(
    "ENDPOINT_ADDRESS",
    "plan P8",
    "{host} 不在可推送的公网地址之内；请写公网主机名，或请运维人员放行该网段",
    "{host} is no public address that may be sent to; name a public host, or have the operator allow its network",
)


@published(PARTNERS)
class WebhookKey:
    """Keys that sign what is sent, by Standard Webhooks · 推送签名密钥. plan P8"""

    generation: int = field("Counts from 1, one more with each rotation · 代次")
    secret: str = field("Secret of the signatures v1, whsec_… · 对称密钥")
    public_key: str = field("Public key of the signatures v1a, whpk_… · 公钥")
    until: datetime | None = field("When it signs no more, UTC; null of the newest · 停用时间")


@published(ENDPOINTS, row=EndpointRow)
class WebhookEndpoint(Node):
    """Address of a partner's system that public events are sent to · 推送端点. plan P8"""

    id: EndpointID = field("Its id · 推送端点标识")
    owner: str | None = field("Partner, as it acts · 合作方", roles=ENDPOINTS - PARTNERS)
    scope: str = field("What its keys are for: a district's code, or * · 范围", made=True)
    host: str = field("Host that is sent to · 主机", made=True)
    url: str | None = field("Address · 推送地址", roles=PARTNERS, made=True)
    kinds: list[str] = field("Kinds of events or whole names; empty = all · 事件类别", made=True)
    districts: list[str] = field("Districts that are wanted; empty = all within the key's scope · 区", made=True)
    enterprises: list[EnterpriseID] = field("Firms that are wanted; empty = all within the key's scope · 企业", made=True)
    editions: list[str] = field("Editions of the standard, of cases and themselves; empty = all · 标准版本", made=True)
    per_second: int = field(
        "Most requests a second, one at a time: whoever answers late is sent every next event so much later · 每秒上限",
        made=True,
    )
    status: EndpointStatus = field("How far it has come · 推送端点状态")
    has_key: bool = field(
        "Whether its partner has a key now that is good for its scope; without one nothing is sent, and events wait · 有无有效密钥",
        made=True,
    )
    stop: EndpointStop | None = field("Why nothing is sent to it; null unless disabled · 停用原因", made=True)
    disabled_at: datetime | None = field("When it was disabled, UTC · 停用时间")
    registered_at: datetime = field("When it was registered, UTC · 登记时间")
    version: int = field("Version of its stream; pass it as `expectedVersion` · 版本")
    keys: list[WebhookKey] | None = field("Keys that sign now, the newest first · 签名密钥", roles=PARTNERS, made=True)
    failures: int = field("Failures in a row · 连续失败次数", made=True)
    failing_since: datetime | None = field("Since when it fails, UTC; null where it does not · 失败起始时间", made=True)
    paused_until: datetime | None = field(
        "Until when nothing is sent because it answered 429 or 503 with a Retry-After, UTC; null where it is not paused. "
        "A test event, a redelivery or enableEndpoint ends the pause · 暂停至",
        made=True,
    )
    waiting: int = field(
        "Events that wait to be sent, also while it is paused or has no key; at most 1,000 are put down at a time, and none "
        "before its first handshake was answered · 待推送数",
        made=True,
    )
    last_redelivery: int | None = field(
        "How many events the latest redelivery covers that the endpoint chooses and its partner may see now, up to 1,000; null "
        "where none was asked for · 最近一次重发的事件数",
        made=True,
    )


def _keys(context: Context, identity: str, state: Endpoint) -> list[WebhookKey]:
    secret, now = context.services.secret, context.services.clock()
    overlaps = state.overlap_until is not None and now < state.overlap_until
    found = []
    for generation in (state.generation, state.generation - 1)[: 1 + overlaps]:
        keys = endpoint_keys(secret, identity, generation)
        until = None if generation == state.generation else state.overlap_until
        found.append(WebhookKey(generation=generation, secret=keys.secret_text, public_key=keys.public_text, until=until))
    return found


def _still(until: int, context: Context) -> datetime | None:
    """A moment that is to come; None of one that is over."""
    return utc_moment(until) if until > microseconds(context.services.clock()) else None


def _build(context: Context, found: Sequence[EndpointRow], wanted: frozenset[str]) -> list[WebhookEndpoint]:
    return [_endpoint(context, row, wanted) for row in found]


def _endpoint(context: Context, row: EndpointRow, wanted: frozenset[str]) -> WebhookEndpoint:
    state, log = row.state(), context.services.deliveries
    place = log.place(row.id)
    return WebhookEndpoint(
        **shown(WebhookEndpoint, row),
        host=urlsplit(state.url).hostname or "",
        scope=state.organisation,
        url=state.url,
        kinds=list(state.kinds),
        districts=list(state.districts),
        enterprises=[id_of("enterprise", one) for one in state.enterprises],
        editions=list(state.editions),
        per_second=state.per_second,
        has_key=context.services.accounts.has_partner_key(row.owner, row.organisation),
        stop=state.stop,
        keys=_keys(context, row.id, state) if context.partner is not None else [],
        failures=place.failures,
        failing_since=utc_moment(place.failing_since) if place.failing_since else None,
        paused_until=_still(place.paused_until, context),
        waiting=log.waiting(row.id) if "waiting" in wanted else 0,
        last_redelivery=redelivered(context.snapshot, state) if "lastRedelivery" in wanted else None,
    )


ENDPOINT_LIST: Listed[EndpointFilter, EndpointRow, WebhookEndpoint] = Listed(
    name="webhookEndpoints",
    node=WebhookEndpoint,
    order=rows.OLDEST_FIRST,
    rows=rows.endpoints,
    count=rows.endpoint_count,
    build=_build,
)


@published(ENDPOINTS, row=AttemptRow)
class DeliveryAttempt:
    """One request to an endpoint, and what was answered · 推送尝试. plan P8"""

    number: int = field("Counts from 1 · 次数")
    at: datetime = field("When it was sent, UTC · 时间")
    milliseconds: int = field("How long it took · 毫秒")
    code: int | None = field("Status of the answer; null without one · 状态码")
    failure: str | None = field("Why it is no success, in English and Chinese; null of one that is · 失败原因")
    sent: str = field("Headers that were sent, as JSON · 请求头", made=True)
    headers: str = field("First headers of the answer, as JSON · 应答头")
    body: str = field("First bytes of the answer, as text · 应答开头")


@published(ENDPOINTS, row=DeliveryRow)
class WebhookDelivery:
    """Event for an endpoint, and what became of it · 推送记录. plan P8"""

    id: strawberry.ID = field("Opaque id of the record · 记录标识", made=True)
    event_id: str | None = field("Id of the event, its `webhook-id`; null of a test or a handshake · 事件标识", made=True)
    event: str = field("Public name of the event; `test`, `handshake` · 事件")
    redelivery: int | None = field("Which redelivery it is of; null of the first · 重发次数", made=True)
    status: DeliveryStatus = field("What has become of it · 推送状态")
    planned_at: datetime = field("When it was put down to be sent, UTC · 列入时间")
    due_at: datetime = field(
        "When it is or was to be sent next, UTC: not before its endpoint's pausedUntil, nor before an earlier event of the same "
        "object · 下次时间",
        made=True,
    )
    arrived: bool = field(
        "Whether its event reached the endpoint, by this or another sending; false of a dead letter that is still "
        "missing · 是否已到达",
        made=True,
    )
    attempts: list[DeliveryAttempt] = field("Every attempt, the first first · 历次尝试", made=True)


def _attempt(row: AttemptRow) -> DeliveryAttempt:
    sent = {name: value for name, value in orjson.loads(row.sent).items() if name != "webhook-signature"}
    return DeliveryAttempt(**shown(DeliveryAttempt, row), sent=orjson.dumps(sent).decode())


def _logged(context: Context, found: Sequence[DeliveryRow], _wanted: frozenset[str]) -> list[WebhookDelivery]:
    log, ids = context.services.deliveries, [row.id for row in found]
    attempts, arrived = log.attempts(ids), log.arrived(ids)
    paused = {endpoint: log.place(endpoint).paused_until for endpoint in {row.endpoint for row in found}}
    return [
        WebhookDelivery(
            **shown(WebhookDelivery, row),
            id=strawberry.ID(context.cursors.seal_key("webhookDeliveries", str(row.id))),
            event_id=context.cursors.seal(row.number) if row.round >= delivery_rows.FEED else None,
            redelivery=row.round if row.round > delivery_rows.FEED else None,
            due_at=utc_moment(max(row.due_at, paused[row.endpoint]) if row.status is DeliveryStatus.WAITING else row.due_at),
            arrived=row.id in arrived,
            attempts=[_attempt(one) for one in attempts.get(row.id, [])],
        )
        for row in found
    ]


class SearchedDeliveries(NamedTuple):
    """The log and what of it is looked for 推送检索; the log is no read model of the snapshot."""

    log: Deliveries
    where: DeliveryFilter


def _rows(_snapshot: Snapshot, _scope: Scope, sought: SearchedDeliveries, page: Page) -> list[DeliveryRow]:
    return sought.log.page(sought.where, page)


def _count(_snapshot: Snapshot, _scope: Scope, sought: SearchedDeliveries) -> int:
    return sought.log.count(sought.where)


DELIVERY_LIST: Listed[SearchedDeliveries, DeliveryRow, WebhookDelivery] = Listed(
    name="webhookDeliveries",
    node=WebhookDelivery,
    order=delivery_rows.NEWEST_FIRST,
    rows=_rows,
    count=_count,
    build=_logged,
)


def _of_ids(context: Context, keys: Sequence[str], wanted: frozenset[str]) -> dict[str, WebhookEndpoint]:
    found = rows.endpoints_by_id(context.snapshot, EndpointFilter(context.partner), keys)
    return {key: _endpoint(context, row, wanted) for key, row in found.items()}


@strawberry.type
class EndpointQueries:
    """Query fields: endpoints and their logs."""

    @field("One endpoint; null when it does not exist or is another's · 推送端点. plan P8", roles=ENDPOINTS)
    def webhook_endpoint(
        self,
        info: strawberry.Info[Context, None],
        id: Annotated[strawberry.ID, argument("Its id · 推送端点标识")],  # noqa: A002 - the argument's published name
        at_least: AtLeast = None,
    ) -> WebhookEndpoint | None:
        """An endpoint of the caller's."""
        info.context.at_least(at_least)
        key = key_of(id, "endpoint")
        return _of_ids(info.context, [key], wanted_fields(info)).get(key)

    @listing(
        ENDPOINT_LIST,
        "Endpoints, the oldest first: a partner's own, by its name and the scope of its key; all for city and auditor · "
        "推送端点列表. plan P8",
        roles=ENDPOINTS,
    )
    def webhook_endpoints(self, info: strawberry.Info[Context, None]) -> EndpointFilter:
        """A page of endpoints."""
        return EndpointFilter(info.context.partner)

    @listing(
        DELIVERY_LIST,
        "What was sent to an endpoint, or is to be sent, the latest first; kept for the days that the rule `DELIVERY` says · "
        "推送记录列表. plan P8",
        roles=ENDPOINTS,
    )
    def webhook_deliveries(
        self,
        info: strawberry.Info[Context, None],
        endpoint: Annotated[strawberry.ID, argument("Endpoint · 推送端点标识")],
        status: Annotated[DeliveryStatus | None, argument("What has become of it; none = any · 推送状态")] = None,
        missing: Annotated[bool, argument("Dead letters alone that no redelivery brought either · 仅仍缺的")] = False,  # noqa: FBT002 - an argument of the schema
    ) -> SearchedDeliveries:
        """A page of the log of an endpoint; empty of another's."""
        context, key = info.context, key_of(endpoint, "endpoint")
        own = rows.endpoints_by_id(context.snapshot, EndpointFilter(context.partner), [key])
        return SearchedDeliveries(context.services.deliveries, DeliveryFilter(key if key in own else None, status, missing))


def _find(context: Context, key: str, _command: Command, wanted: frozenset[str]) -> WebhookEndpoint | None:
    return _of_ids(context, [key], wanted).get(key)


def _host(url: str) -> str:
    """The host of an address; "" of what is none, which the rules refuse."""
    try:
        return urlsplit(url.strip()).hostname or ""
    except ValueError:
        return ""


def _registering(context: Context, data: dict[str, Any]) -> dict[str, Any]:
    kinds = data.get("kinds") or ()
    require_values(kinds=data.get("kinds"), districts=data.get("districts"))
    districts = districts_in("districts", data.get("districts")) or []
    firms = firm_keys_in("enterprises", data.get("enterprises")) or []
    editions = edition_keys_in("editions", data.get("editions")) or []
    if unknown := unknown_kinds(kinds):
        raise ENDPOINT_KIND.refuse(path="kinds", kind=unknown[0][:60], kinds="、".join(KINDS))
    if (host := _host(data["url"])) and not context.services.may_be_sent_to(host):
        raise ENDPOINT_ADDRESS.refuse(path="url", host=host[:60])
    given = _beside_others(context, new_id("endpoint")(context, data))
    named = {"districts": districts, "enterprises": firms, "editions": editions}
    return {**given, **named, "plain_allowed": context.services.plain_endpoints}


def _beside_others(context: Context, data: dict[str, Any]) -> dict[str, Any]:
    """With the endpoints that the partner has besides."""
    owned = context.partner
    return {**data, "others": rows.enabled_endpoints(context.snapshot, owned) if owned is not None else ()}


def _redelivering(context: Context, data: dict[str, Any]) -> dict[str, Any]:
    """Positions of the events that were named; of one alone, it is both ends."""
    first = context.cursors.open(data.pop("first_event"))
    last = data.pop("last_event", None)
    return {**data, "first": first, "last": context.cursors.open(last) if last else first}


QUERIES = EndpointQueries
FOUND_BY_ID: Mapping[str, NodeKind] = {"endpoint": NodeKind(WebhookEndpoint, _of_ids)}
SERVER_FIELDS: Mapping[type[Command], ServerFields] = {
    RegisterEndpoint: ServerFields(frozenset({"endpoint", "others", "plain_allowed"}), fill=_registering),
    EnableEndpoint: ServerFields(frozenset({"others"}), fill=_beside_others),
    RedeliverEvents: ServerFields(
        frozenset({"first", "last"}),
        extra=(
            ("first_event", str, "Id of the first event to be sent again · 起始事件"),
            ("last_event", str | None, "Id of the last; none = the first alone · 截止事件"),
        ),
        fill=_redelivering,
    ),
}
PAYLOADS: Mapping[str, Payload] = {"endpoint": Payload("endpoint", WebhookEndpoint, _find)}
"""Capability, or a command whose payload carries something else -> what its payloads carry 返回对象."""
