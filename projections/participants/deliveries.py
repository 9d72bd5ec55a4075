"""Deliveries 推送: what is to be sent to which endpoint, what came of it, who is at it; beside the journal, being no fact. plan P8.

A row stands from when an event was looked at until it was taken, and its attempts with it: a worker that is killed leaves it
waiting, and the next sends it again under the same id. An endpoint is one worker's at a time, by a lease, as a shadow run is.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Engine,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    UniqueConstraint,
    and_,
    bindparam,
    create_engine,
    event,
    exists,
    func,
    or_,
    select,
    text,
)
from sqlalchemy.exc import IntegrityError
from sqlalchemy.sql import ColumnElement

from journal.engines.group_commit import GroupCommit
from journal.engines.postgres_engine import postgres_engine
from journal.engines.sqlite import owners_file, to_wal
from projections.engine.columns import Long, columns
from projections.engine.pages import By, Order, Page
from projections.engine.runner import SCHEMA_LOCK
from standards.described import DescribedEnum

META = MetaData()
MICROSECONDS = 1_000_000
OUTAGE_SECONDS = 60
"""So long must an endpoint have failed, without one success, for its next success to be the end of an outage."""
FEED, TEST, HANDSHAKE = 0, -1, -2
"""Rounds that are no redelivery; those count from 1."""
NUMBER = BigInteger().with_variant(Integer, "sqlite")


class DeliveryStatus(DescribedEnum):
    """What has become of an event for an endpoint · 推送状态."""

    WAITING = "waiting", "To be sent, or to be sent again · 待推送"
    DELIVERED = "delivered", "Taken by the endpoint · 已送达"
    DEAD = "dead", "Every attempt failed; ask for it again · 未送达"
    WITHHELD = "withheld", "Not the partner's to know when its turn came, or a handshake that another replaced · 不予推送"


class DeliveryRow(NamedTuple):
    """An event for an endpoint 推送条目. Times in microseconds of UTC.

    round: `FEED`, `TEST`, `HANDSHAKE`, else which redelivery. number: its position in the journal, or which test or handshake.
    code: the last answer's.
    """

    id: Long
    endpoint: str
    round: int
    number: Long
    thing: str
    event: str
    status: DeliveryStatus
    attempts: int
    planned_at: Long
    due_at: Long
    code: int | None


class AttemptRow(NamedTuple):
    """One attempt 推送尝试. sent, headers: JSON of those sent and answered. body: first bytes of the answer, as text."""

    delivery: Long
    number: int
    at: Long
    milliseconds: int
    code: int | None
    failure: str | None
    sent: str
    headers: str
    body: str


class EndpointPlace(NamedTuple):
    """Where an endpoint stands 推送进度. failing_since: of the failures in a row, 0 = none. tests …: how many were taken up."""

    failures: int
    failing_since: Long
    paused_until: Long
    tests: int
    redeliveries: int
    handshakes: int


PLACES = Table(
    "delivery_places",
    META,
    Column("endpoint", String, primary_key=True),
    Column("worker", String, nullable=False),
    Column("leased_until", BigInteger, nullable=False),
    *columns(EndpointPlace),
)
ROUNDS = Table(
    "delivery_rounds",
    META,
    Column("endpoint", String, primary_key=True),
    Column("round", Integer, primary_key=True, autoincrement=False),
    Column("reached", BigInteger, nullable=False),
    Column("last", BigInteger),
)
DELIVERIES = Table(
    "deliveries",
    META,
    Column("id", NUMBER, primary_key=True, autoincrement=True),
    *columns(DeliveryRow, but=("id",)),
    UniqueConstraint("endpoint", "round", "number"),
    Index("ix_deliveries_due", "endpoint", "status", "due_at"),
    Index("ix_deliveries_thing", "endpoint", "round", "thing", "number"),
)
ATTEMPTS = Table(
    "delivery_attempts",
    META,
    *columns(AttemptRow, "delivery", "number"),
)
ENDED = (
    DELIVERIES.update()
    .where(DELIVERIES.c.id == bindparam("of"))
    .values(status=bindparam("to"), attempts=bindparam("made"), due_at=bindparam("due"), code=bindparam("answered"))
)
LEASE = text(
    "INSERT INTO delivery_places (endpoint, worker, leased_until, failures, failing_since, paused_until, tests, redeliveries, "
    "handshakes) VALUES (:endpoint, :worker, :until, 0, 0, 0, 0, 0, 0) "
    "ON CONFLICT (endpoint) DO UPDATE SET worker = excluded.worker, leased_until = excluded.leased_until "
    "WHERE delivery_places.worker = excluded.worker OR delivery_places.leased_until < :now"
)
"""One statement, so that of two who try one is let in; the same on both engines."""


class Planned(NamedTuple):
    """An event that is to be sent 待推送事件."""

    number: int
    thing: str
    event: str


@dataclass(frozen=True)
class Ended:
    """What an attempt came to 尝试结果. due_at: of the next one. pause_until: it is left alone until then, or 0."""

    status: DeliveryStatus
    attempt: AttemptRow
    due_at: int
    pause_until: int = 0


@dataclass(frozen=True)
class DeliveryFilter:
    """Which deliveries are looked for 推送筛选; None = any. endpoint: the caller has judged it; None = there is none.

    missing: dead letters alone that no other sending brought either.
    """

    endpoint: str | None
    status: DeliveryStatus | None = None
    missing: bool = False


NEWEST_FIRST: Order = (By("id", descending=True),)


class Deliveries:
    """The rows of what is to be sent 推送台账."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._recording: GroupCommit[tuple[DeliveryRow, Ended], EndpointPlace] = GroupCommit(self._recorded)
        with engine.begin() as connection:
            if engine.dialect.name != "sqlite":
                connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": SCHEMA_LOCK})
            META.create_all(connection)

    def lease(self, endpoint: str, worker: str, now: int, seconds: float) -> bool:
        """Take an endpoint, or keep it; False while another is at it. now: microseconds of UTC."""
        given = {"endpoint": endpoint, "worker": worker, "now": now, "until": now + int(seconds * MICROSECONDS)}
        with self._engine.begin() as connection:
            return connection.execute(LEASE, given).rowcount == 1

    def release(self, endpoint: str, worker: str) -> None:
        """Let another take it at once."""
        mine = (PLACES.c.endpoint == endpoint, PLACES.c.worker == worker)
        with self._engine.begin() as connection:
            connection.execute(PLACES.update().where(*mine).values(leased_until=0))

    def place(self, endpoint: str) -> EndpointPlace:
        """Where an endpoint that was leased once stands."""
        query = select(*(PLACES.c[name] for name in EndpointPlace._fields)).where(PLACES.c.endpoint == endpoint)
        with self._engine.begin() as connection:
            row = connection.execute(query).first()
        return EndpointPlace(*row) if row is not None else EndpointPlace(0, 0, 0, 0, 0, 0)

    def begin_rounds(self, endpoint: str, rounds: Mapping[int, tuple[int, int | None]], redeliveries: int) -> None:
        """Begin rounds that are not begun yet: round -> (position reached, last position). redeliveries: how many were taken up."""
        known = select(ROUNDS.c.round).where(ROUNDS.c.endpoint == endpoint)
        with self._engine.begin() as connection:
            begun = set(connection.execute(known).scalars())
            for number, (reached, last) in rounds.items():
                if number not in begun:
                    connection.execute(ROUNDS.insert().values(endpoint=endpoint, round=number, reached=reached, last=last))
            connection.execute(PLACES.update().where(PLACES.c.endpoint == endpoint).values(redeliveries=redeliveries))

    def rounds(self, endpoint: str) -> list[tuple[int, int, int | None]]:
        """(round, position reached, last position) of those that are not over, the oldest redelivery behind the feed."""
        t = ROUNDS.c
        query = select(t.round, t.reached, t.last).where(t.endpoint == endpoint).order_by(t.round)
        with self._engine.begin() as connection:
            found = [(int(one), int(reached), last) for one, reached, last in connection.execute(query)]
        return [one for one in found if one[2] is None or one[1] < one[2]]

    def plan(self, endpoint: str, round_: int, planned: Sequence[Planned], now: int, looked: int | Mapping[str, int]) -> None:
        """Write down what is to be sent, and how far was looked; both or nothing.

        looked: a position; of what is no round of the feed, columns of `EndpointPlace`.
        """
        rows = [
            {
                "endpoint": endpoint,
                "round": round_,
                **one._asdict(),
                "status": DeliveryStatus.WAITING.value,
                "attempts": 0,
                "planned_at": now,
                "due_at": now,
            }
            for one in planned
        ]
        with self._engine.begin() as connection:
            if rows:
                connection.execute(DELIVERIES.insert(), rows)
            if isinstance(looked, int):
                own = (ROUNDS.c.endpoint == endpoint, ROUNDS.c.round == round_)
                connection.execute(ROUNDS.update().where(*own).values(reached=looked))
            else:
                connection.execute(PLACES.update().where(PLACES.c.endpoint == endpoint).values(**looked))

    def resume(self, endpoint: str, now: int) -> None:
        """End the pause that an answer wished for, because its partner wishes otherwise 结束暂停: what it put off is due now."""
        paused = select(PLACES.c.paused_until).where(PLACES.c.endpoint == endpoint).scalar_subquery()
        waits = (DELIVERIES.c.endpoint == endpoint, DELIVERIES.c.status == DeliveryStatus.WAITING.value)
        with self._engine.begin() as connection:
            connection.execute(DELIVERIES.update().where(*waits, DELIVERIES.c.due_at == paused).values(due_at=now))
            connection.execute(PLACES.update().where(PLACES.c.endpoint == endpoint).values(paused_until=0))

    def give_up_handshakes(self, endpoint: str) -> None:
        """Send no handshake that waits: another takes its place."""
        waits = (DELIVERIES.c.status == DeliveryStatus.WAITING.value, DELIVERIES.c.round == HANDSHAKE)
        with self._engine.begin() as connection:
            changed = DELIVERIES.update().where(DELIVERIES.c.endpoint == endpoint, *waits)
            connection.execute(changed.values(status=DeliveryStatus.WITHHELD.value))

    def waiting(self, endpoint: str) -> int:
        """How many are still to be sent 待推送数."""
        own = (DELIVERIES.c.endpoint == endpoint, DELIVERIES.c.status == DeliveryStatus.WAITING.value)
        with self._engine.begin() as connection:
            return int(connection.execute(select(func.count()).select_from(DELIVERIES).where(*own)).scalar_one())

    def due(self, endpoint: str, now: int, most: int, *, verified: bool) -> list[DeliveryRow]:
        """What is to be sent now, in order 到期推送: of each thing the earliest that waits, and nothing behind it in its round.

        verified: else handshakes alone. A test event goes before all events: it is to show how things stand.
        """
        t, before = DELIVERIES.c, DELIVERIES.alias("before")
        held = exists().where(
            before.c.endpoint == t.endpoint,
            before.c.round == t.round,
            before.c.thing == t.thing,
            before.c.number < t.number,
            before.c.status == DeliveryStatus.WAITING.value,
        )
        kinds = t.round > HANDSHAKE if verified else t.round == HANDSHAKE
        own = and_(t.endpoint == endpoint, t.status == DeliveryStatus.WAITING.value, t.due_at <= now, kinds)
        ordered = select(*(t[name] for name in DeliveryRow._fields)).where(own, ~held).order_by(t.round >= FEED, t.id)
        with self._engine.begin() as connection:
            return [_row(row) for row in connection.execute(ordered.limit(most))]

    def withhold(self, delivery: int) -> None:
        """Send it never: it is not the partner's to know."""
        with self._engine.begin() as connection:
            connection.execute(
                DELIVERIES.update().where(DELIVERIES.c.id == delivery).values(status=DeliveryStatus.WITHHELD.value)
            )

    def record(self, delivery: DeliveryRow, ended: Ended) -> EndpointPlace:
        """Write down what an attempt came to, and what that makes of the endpoint; where it stands then.

        In one transaction with what others have to write at that moment: it is on the disk when this returns.
        """
        return self._recording.submit((delivery, ended))

    def _recorded(self, items: Sequence[tuple[DeliveryRow, Ended]]) -> Sequence[EndpointPlace | BaseException]:
        try:
            return self._record(items)
        except IntegrityError as error:  # an attempt that another worker wrote down spoils no other's
            return [error] if len(items) == 1 else [outcome for one in items for outcome in self._recorded([one])]

    def _record(self, items: Sequence[tuple[DeliveryRow, Ended]]) -> list[EndpointPlace]:
        every = [ended.attempt for _, ended in items]
        changed = [
            {"of": delivery.id, "to": ended.status.value, "made": one.number, "due": ended.due_at, "answered": one.code}
            for (delivery, ended), one in zip(items, every, strict=True)
        ]
        known = select(PLACES.c.endpoint, *(PLACES.c[name] for name in EndpointPlace._fields))
        places: dict[str, EndpointPlace] = {}
        with self._engine.begin() as connection:
            connection.execute(ATTEMPTS.insert(), [one._asdict() for one in every])
            connection.execute(ENDED, changed)
            for endpoint, *rest in connection.execute(known.where(PLACES.c.endpoint.in_({one.endpoint for one, _ in items}))):
                places[endpoint] = EndpointPlace(*rest)
            found = []
            for delivery, ended in items:
                places[delivery.endpoint] = _moved(connection, delivery.endpoint, places[delivery.endpoint], ended)
                found.append(places[delivery.endpoint])
        return found

    def forget(self, endpoint: str, before: int) -> None:
        """Delete the log of what was planned before a moment and waits no more."""
        over = and_(
            DELIVERIES.c.endpoint == endpoint,
            DELIVERIES.c.planned_at < before,
            DELIVERIES.c.status != DeliveryStatus.WAITING.value,
        )
        with self._engine.begin() as connection:
            connection.execute(ATTEMPTS.delete().where(ATTEMPTS.c.delivery.in_(select(DELIVERIES.c.id).where(over))))
            connection.execute(DELIVERIES.delete().where(over))

    def page(self, where: DeliveryFilter, page: Page) -> list[DeliveryRow]:
        """A page of the log of one endpoint 推送记录."""
        columns = (DELIVERIES.c[name] for name in DeliveryRow._fields)
        query = page.of(select(*columns).where(*_sought(where)), DELIVERIES.c.__getitem__)
        with self._engine.begin() as connection:
            return [_row(row) for row in connection.execute(query, page.values)]

    def count(self, where: DeliveryFilter) -> int:
        """How many there are 推送记录数."""
        with self._engine.begin() as connection:
            return int(connection.execute(select(func.count()).select_from(DELIVERIES).where(*_sought(where))).scalar_one())

    def arrived(self, deliveries: Sequence[int]) -> set[int]:
        """Which of many deliveries are of an event that arrived, by themselves or by another sending 已到达的推送."""
        query = select(DELIVERIES.c.id).where(DELIVERIES.c.id.in_(deliveries), _brought())
        with self._engine.begin() as connection:
            return set(connection.execute(query).scalars())

    def attempts(self, deliveries: Sequence[int]) -> dict[int, list[AttemptRow]]:
        """The attempts of many deliveries, the first first."""
        found: dict[int, list[AttemptRow]] = {}
        t = ATTEMPTS.c
        query = select(*(t[name] for name in AttemptRow._fields)).where(t.delivery.in_(deliveries)).order_by(t.delivery, t.number)
        with self._engine.begin() as connection:
            for row in connection.execute(query):
                found.setdefault(row[0], []).append(AttemptRow(*row))
        return found

    def close(self) -> None:
        """Let go of every connection."""
        self._engine.dispose()


def _moved(connection: Connection, endpoint: str, place: EndpointPlace, ended: Ended) -> EndpointPlace:
    """Where an endpoint stands after one more attempt.

    Whatever failed because nobody answered is due at once when somebody does, after an outage: not after one event that fails
    among others that do not.
    """
    attempt, t = ended.attempt, DELIVERIES.c
    if ended.status is DeliveryStatus.DELIVERED:
        if not place.failing_since:
            return place
        moved = place._replace(failures=0, failing_since=0, paused_until=0)
        if attempt.at - place.failing_since >= OUTAGE_SECONDS * MICROSECONDS:
            again = and_(t.endpoint == endpoint, t.status == DeliveryStatus.WAITING.value, t.attempts > 0)
            unheard = and_(again, (t.code.is_(None)) | (t.code >= 500))  # noqa: PLR2004 - of HTTP: a fault of the server
            connection.execute(DELIVERIES.update().where(unheard).values(due_at=attempt.at))
    else:
        since = place.failing_since or attempt.at
        moved = place._replace(failures=place.failures + 1, failing_since=since, paused_until=ended.pause_until)
    told = {name: getattr(moved, name) for name in ("failures", "failing_since", "paused_until")}
    connection.execute(PLACES.update().where(PLACES.c.endpoint == endpoint).values(**told))
    return moved


def _row(row: Any) -> DeliveryRow:  # noqa: ANN401 - the library's row
    made = DeliveryRow(*row)
    return made._replace(status=DeliveryStatus(made.status))


def _brought() -> ColumnElement[bool]:
    """That the event of a delivery was taken once, by whichever sending; a test or a handshake stands for itself."""
    t, other = DELIVERIES.c, DELIVERIES.alias("other")
    same = and_(other.c.endpoint == t.endpoint, other.c.number == t.number, other.c.round >= FEED, t.round >= FEED)
    taken = exists().where(same, other.c.status == DeliveryStatus.DELIVERED.value)
    return or_(t.status == DeliveryStatus.DELIVERED.value, taken)


def _sought(where: DeliveryFilter) -> list[Any]:
    conditions = [DELIVERIES.c.endpoint == (where.endpoint or "")]
    if where.status is not None:
        conditions.append(DELIVERIES.c.status == where.status.value)
    if where.missing:
        conditions += [DELIVERIES.c.status == DeliveryStatus.DEAD.value, ~_brought()]
    return conditions


def open_deliveries(url: str) -> Deliveries:
    """The rows at an address 打开推送台账."""
    if not url.startswith("sqlite:///"):
        return Deliveries(postgres_engine(url, pool_size=4))
    owners_file(Path(url.removeprefix("sqlite:///")))
    engine = create_engine(url, connect_args={"timeout": 30, "check_same_thread": False})
    event.listen(engine, "connect", lambda connection, _record: to_wal(connection))
    return Deliveries(engine)
