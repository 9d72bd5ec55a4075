"""A small API over a small program: a schema of traps, accounts in a dictionary, and a real server for sockets."""

import asyncio
import socket
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import strawberry
import uvicorn
from graphql import GraphQLError
from starlette.applications import Starlette

from api.app import create_app
from api.kit.context import Context
from api.kit.ports import Identified, Ticket, Upload
from api.kit.published import FieldRights
from api.kit.second_factors import SignedIn
from api.kit.services import Services
from api.server.field_rights import EVERYONE, SIGNED_IN
from domain.access import Role, scope_of
from domain.kernel import Rule
from journal import Caller, open_journal
from journal.blobs import Blobs
from journal.disclosure_log.stores import open_disclosures
from projections import open_read_models
from projections.governance.computation_leases import open_computation_leases
from projections.participants.deliveries import open_deliveries
from projections.standard.shadow_progress import open_shadow_leases
from zhenduan.connections import bounded
from zhenduan.limits import ConnectionLimits

NOT_TODAY = Rule("NOT_TODAY", "plan P5", "今日不可（{day}）", "Not today ({day})")
NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


def identified(role: Role, organisation: str = "310117", *, until: datetime | None = None) -> Identified:
    caller = Caller(actor=f"{role}-person", role=role, organisation=organisation, scope=scope_of(role, organisation))
    return Identified(caller=caller, membership="m1", expires_at=until or NOW + timedelta(days=1))


@dataclass
class SmallAccounts:
    """Sessions in a dictionary; tests end and change them there."""

    sessions: dict[str, Identified] = field(default_factory=dict)

    def identify(self, token: str, _snapshot: object = None) -> Identified | None:
        return self.sessions.get(token)

    def sign_in(self, _login: str, _password: str, _source: str = "") -> SignedIn | None:
        return None

    def sign_out(self, token: str) -> None:
        self.sessions.pop(token, None)

    def has_partner_key(self, _actor: str, _organisation: str | None) -> bool:
        return True

    def act_as(self, _token: str, _membership: str) -> bool:
        return False


HOLDERS = {"t1": "li", "t1-again": "li", "t-other": "wang"}


@dataclass
class SmallUploads:
    """Two tickets of one holder and one of another, ten bytes each, no spaces."""

    received: list[bytes] = field(default_factory=list)

    def ticket(self, _caller: Caller, _kind: str, _filename: str) -> Ticket:
        return Ticket(path="/uploads/t1", expires_at=NOW)

    def limit(self, ticket: str) -> int:
        return 10 if ticket in HOLDERS else 0

    def holder(self, ticket: str) -> str:
        return HOLDERS.get(ticket, "")

    def receive(self, _ticket: str, data: bytes) -> Upload:
        if b" " in data:
            raise NOT_TODAY.refuse(day=1)
        self.received.append(data)
        return Upload(sha256="a" * 64, filename="规划.txt", media_type="text/plain", size=len(data))

    def find(self, _caller: Caller, _sha256: str) -> Upload | None:
        return None


@dataclass
class Held:
    """A query that is under way until the test lets it go."""

    begun: threading.Event = field(default_factory=threading.Event)
    let_go: threading.Event = field(default_factory=threading.Event)


HELD: dict[str, Held] = {}


@strawberry.type
class Row:
    name: str
    amount: int


@strawberry.type
class Seen:
    """What an operation saw of its own context."""

    context: str
    role: str
    thread: str


def _seen(context: Context) -> Seen:
    return Seen(context=str(id(context.snapshot)), role=context.role, thread=threading.current_thread().name)


@strawberry.type
class Query:
    @strawberry.field
    def hello(self, name: str = "world") -> str:
        return f"hello {name}"

    @strawberry.field
    def rows(self, count: int = 1) -> list[Row]:
        return [Row(name="r", amount=2**40) for _ in range(count)]

    @strawberry.field
    def maybe(self) -> str | None:
        raise RuntimeError("password=hunter2 " * 2_000)

    @strawberry.field
    def refused(self) -> str | None:
        raise NOT_TODAY.refuse(day=3)

    @strawberry.field
    def coded(self) -> str | None:
        raise GraphQLError("told", extensions={"code": "TOLD"})

    @strawberry.field
    def secret(self) -> str:
        return "for the city"

    @strawberry.field
    def seen(self, info: strawberry.Info[Context, None]) -> Seen:
        return _seen(info.context)

    @strawberry.field
    def held(self, name: str) -> str:
        held = HELD.setdefault(name, Held())
        held.begun.set()
        assert held.let_go.wait(30)
        return name

    @strawberry.field
    def slow(self, seconds: float) -> str:
        time.sleep(seconds)
        return "done"


@strawberry.type
class Mutation:
    @strawberry.mutation
    def bump(self) -> int:
        return 1


@dataclass
class Ticker:
    """What the test's subscriptions wait for; `open` counts those that run."""

    values: asyncio.Queue[int] = field(default_factory=asyncio.Queue)
    open: int = 0
    loop: asyncio.AbstractEventLoop | None = None

    def tick(self, value: int) -> None:
        assert self.loop is not None
        self.loop.call_soon_threadsafe(self.values.put_nowait, value)


TICKERS: dict[str, Ticker] = {}


@strawberry.type
class Tick:
    value: int
    seen: Seen | None = None

    @strawberry.field
    def again(self, info: strawberry.Info[Context, None]) -> Seen:
        return _seen(info.context)


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def count(self, to: int) -> AsyncIterator[Tick]:
        for value in range(to):
            yield Tick(value=value)

    @strawberry.subscription
    async def ticker(self, name: str = "ticker") -> AsyncIterator[Tick]:
        ticker = TICKERS.setdefault(name, Ticker())
        ticker.loop = asyncio.get_running_loop()
        ticker.open += 1
        try:
            while True:
                yield Tick(value=await ticker.values.get())
        finally:
            ticker.open -= 1

    @strawberry.subscription
    async def moves(self, info: strawberry.Info[Context, None], after: int = 0) -> AsyncIterator[int]:
        change_notifications = info.context.change_notifications
        assert change_notifications is not None
        position = after
        while await change_notifications.beyond(position, 10):
            position = change_notifications.position
            yield position

    @strawberry.subscription
    async def failing(self) -> AsyncIterator[int]:
        yield 1
        raise RuntimeError("password=hunter2")

    @strawberry.subscription
    async def turned_away(self) -> AsyncIterator[int]:
        raise NOT_TODAY.refuse(day=3)
        yield 1


ROWS = {
    **{f"{name}.*": EVERYONE for name in ("Query", "Mutation", "Subscription", "Row", "Seen", "Tick")},
    "Query.secret": frozenset({Role.CITY}),
    "Mutation.bump": SIGNED_IN,
    "Evidence.*": frozenset({Role.DISTRICT}),
    "Report.*": frozenset({Role.DISTRICT, Role.PARK}),
}


@dataclass
class SmallApi:
    """The app, and what the tests reach behind it."""

    app: Starlette
    services: Services
    accounts: SmallAccounts
    uploads: SmallUploads

    def reader(self, name: str = "district", role: Role = Role.DISTRICT, **rest: Any) -> dict[str, str]:
        """Headers of a signed-in caller, whose token is the name."""
        self.accounts.sessions[name] = identified(role, **rest)
        return {"authorization": f"Bearer {name}"}


@contextmanager
def small_api(folder: Path, url: str | None = None, **rest: Any) -> Iterator[SmallApi]:
    journal = open_journal(url or f"sqlite:///{folder / 'journal.db'}")
    models_url = f"sqlite:///{folder / 'models.db'}" if url is None or url.startswith("sqlite") else url
    models = open_read_models(models_url, journal)
    accounts, uploads = SmallAccounts(), SmallUploads()
    shadows = open_shadow_leases(models_url)
    computations = open_computation_leases(models_url)
    deliveries = open_deliveries(f"sqlite:///{folder / 'deliveries.db'}")
    disclosures = open_disclosures(f"sqlite:///{folder / 'disclosures.db'}")
    services = Services(
        journal=journal,
        models=models,
        blobs=Blobs(folder / "files"),
        keys=cast("Any", None),
        firm_salt=cast("Any", None),
        accounts=accounts,
        uploads=uploads,
        shadows=shadows,
        computations=computations,
        deliveries=deliveries,
        disclosures=disclosures,
        clock=lambda: NOW,
        secret=b"s" * 32,
    )
    schema = strawberry.Schema(Query, Mutation, Subscription)
    app = create_app(services, schema=schema, rights=FieldRights(ROWS, {}, {}, frozenset()), **rest)
    yield SmallApi(app, services, accounts, uploads)
    disclosures.close()
    deliveries.close()
    computations.close()
    shadows.close()
    models.close()
    journal.close()


@contextmanager
def serving(app: Any, limits: ConnectionLimits | None = None) -> Iterator[str]:
    """A real server on a free port, as the program configures it: "127.0.0.1:PORT"."""
    listening = socket.create_server(("127.0.0.1", 0))  # held from here on: nobody else can take the port meanwhile
    port = listening.getsockname()[1]
    config = bounded(
        app, limits or ConnectionLimits(), host="127.0.0.1", port=port, log_level="error", timeout_graceful_shutdown=5
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, args=([listening],), daemon=True)
    thread.start()
    deadline = time.monotonic() + 20
    while not server.started:
        assert time.monotonic() < deadline, "the server did not start"
        time.sleep(0.01)
    yield f"127.0.0.1:{port}"
    server.should_exit = True
    thread.join(20)
    assert not thread.is_alive()
