"""Recorders of the `eventsourcing` library over the journal 事件溯源适配: its applications write and follow the same record.

An application of the library becomes one more writer of the journal: its events stand beside ours, numbered, timed and proven
by the same head. Originator ids are streams: a UUID as "aggregate/<uuid>", a text as it is, so that "diagnosis/d1" can be read
from there too. Topics are the entries' types. Notification ids are positions: gapless, in commit order.

Chosen by PERSISTENCE_MODULE=journal.engines.eventsourcing_adapter and JOURNAL_URL; JOURNAL_DIGEST names the algorithm of
a journal that is yet to be made. Two applications that must not read one another's events need two journals. Snapshots are
refused: the journal holds facts only.
"""

import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from threading import Event, Thread
from typing import Any, TypeVar
from uuid import UUID

import psycopg2
from eventsourcing import persistence
from eventsourcing.persistence import (
    AggregateRecorder,
    ApplicationRecorder,
    DataError,
    InfrastructureFactory,
    IntegrityError,
    InternalError,
    ListenNotifySubscription,
    Notification,
    NotSupportedError,
    OperationalError,
    PersistenceError,
    ProcessRecorder,
    StoredEvent,
    Tracking,
    TrackingRecorder,
    WaitInterruptedError,
)
from eventsourcing.utils import Environment, EnvType, resolve_topic, strtobool

from journal.digests import DIGESTS
from journal.engines.postgres import PostgresRecorder
from journal.engines.postgres_schema import SCHEMA_LOCK
from journal.entries import ClockRefused, Entry, HeadBroken, NewEntry, VersionTaken
from journal.journal import Journal, open_journal

PREFIX = "aggregate/"
STOP_SECONDS = 0.1
"""A subscription that is told to stop has stopped within this time."""
POLL_SECONDS = 0.005
"""How often a waiting reader looks at a tracking position; the library's own wait sleeps 100 ms first."""


def stream_of(originator: UUID | str) -> str:
    """The stream of an originator.

    Raises:
        DataError: a text that would be read back as a UUID.
    """
    if isinstance(originator, UUID):
        return f"{PREFIX}{originator}"
    if originator.startswith(PREFIX):
        raise DataError(f"a text may not begin with {PREFIX}: {originator}")
    return originator


def originator_of(stream: str) -> UUID | str:
    """The originator of a stream."""
    return UUID(stream.removeprefix(PREFIX)) if stream.startswith(PREFIX) else stream


@contextmanager
def _errors() -> Iterator[None]:
    """The journal's refusals and the drivers' errors under the library's names, which are DB-API's."""
    try:
        yield
    except VersionTaken as error:
        raise IntegrityError(str(error)) from error
    except ClockRefused as error:
        raise OperationalError(str(error)) from error
    except HeadBroken as error:
        raise InternalError(str(error)) from error
    except (psycopg2.Error, sqlite3.Error) as error:
        names = (kind.__name__ for kind in type(error).__mro__)
        raise next((getattr(persistence, n) for n in names if hasattr(persistence, n)), PersistenceError)(
            str(error)
        ) from error


class JournalAggregateRecorder(AggregateRecorder):
    """Events by originator 聚合记录器."""

    def __init__(self, journal: Journal) -> None:
        self.journal = journal

    def insert_events(self, stored_events: Sequence[StoredEvent], **_: Any) -> Sequence[int] | None:  # noqa: ANN401 - the library's signature
        """Append all or none; IntegrityError when a version is taken."""
        self._append(stored_events)
        return None

    def _append(self, stored_events: Sequence[StoredEvent]) -> list[Entry]:
        if not stored_events:
            return []
        with _errors():
            return self.journal.append(
                [NewEntry(stream_of(e.originator_id), e.originator_version, e.topic, e.state) for e in stored_events],
                at=time.time_ns() // 1000,
            )

    def select_events(
        self,
        originator_id: UUID | str,
        *,
        gt: int | None = None,
        lte: int | None = None,
        desc: bool = False,
        limit: int | None = None,
    ) -> Sequence[StoredEvent]:
        """Events of an originator within versions, in order."""
        with _errors():
            entries = self.journal.read(stream_of(originator_id), after=-1 if gt is None else gt)
        found = [
            StoredEvent(originator_id, entry.version, entry.type, entry.state)
            for entry in entries
            if lte is None or entry.version <= lte
        ]
        return (found[::-1] if desc else found)[:limit]


class JournalApplicationRecorder(JournalAggregateRecorder, ApplicationRecorder):
    """Events by originator and by position 应用记录器."""

    def insert_events(self, stored_events: Sequence[StoredEvent], **_: Any) -> Sequence[int] | None:  # noqa: ANN401 - as above
        """Append all or none, and say at which positions."""
        return [entry.position for entry in self._append(stored_events)]

    def select_notifications(
        self,
        start: int | None,
        limit: int,
        stop: int | None = None,
        topics: Sequence[str] = (),
        *,
        inclusive_of_start: bool = True,
    ) -> Sequence[Notification]:
        """Events by position, of some topics only where any are named."""
        after = 0 if start is None else start - 1 if inclusive_of_start else start
        with _errors():
            entries = self.journal.since(after, limit, topics)
        return [
            Notification(originator_of(entry.stream), entry.version, entry.type, entry.state, id=entry.position)
            for entry in entries
            if stop is None or entry.position <= stop
        ]

    def max_notification_id(self) -> int | None:
        """The last position, None while there is none."""
        with _errors():
            return self.journal.head().size or None

    def subscribe(self, gt: int | None = None, topics: Sequence[str] = ()) -> "JournalSubscription":
        """Events beyond a position, those to come included."""
        return JournalSubscription(self, gt, topics)


class JournalSubscription(ListenNotifySubscription[JournalApplicationRecorder]):
    """Follows the journal 订阅; woken by every append of any process."""

    def __init__(
        self, recorder: JournalApplicationRecorder, gt: int | None = None, topics: Sequence[str] = ()
    ) -> None:
        super().__init__(recorder, gt, topics)
        self._listening = Thread(target=self._listen, daemon=True)
        self._listening.start()

    def __exit__(self, *args: object, **kwargs: object) -> None:
        """Stop, and wait for the threads to end."""
        super().__exit__(*args, **kwargs)
        self._listening.join()

    def _listen(self) -> None:
        size = 0
        while not self._has_been_stopped:
            try:
                grown = self._recorder.journal.wait_beyond(size, STOP_SECONDS)
            except (psycopg2.Error, sqlite3.Error):  # the pull, which must not pass over it, will say so
                self._has_been_notified.set()
                return
            if grown > size:
                size = grown
                self._has_been_notified.set()


class JournalTrackingRecorder(TrackingRecorder):
    """Positions that followers have reached 跟踪记录器: one row a followed application, which only grows."""

    def __init__(self, journal: Journal) -> None:
        self.journal = journal
        self._mark = "%s" if isinstance(journal, PostgresRecorder) else "?"

    def create_table(self) -> None:
        """Make the table where it is missing; many may do so at once."""
        with _errors(), self.journal.transaction() as cursor:
            if isinstance(self.journal, PostgresRecorder):
                cursor.execute(f"SELECT pg_advisory_xact_lock({SCHEMA_LOCK})")
            cursor.execute(
                "CREATE TABLE IF NOT EXISTS tracking (application text PRIMARY KEY, notification_id bigint NOT NULL)"
            )

    def _track(self, cursor: Any, tracking: Tracking) -> None:  # noqa: ANN401 - of either driver
        found = cursor.execute(
            f"INSERT INTO tracking AS t VALUES ({self._mark}, {self._mark}) ON CONFLICT (application) DO UPDATE "  # noqa: S608 - our own mark
            "SET notification_id = excluded.notification_id WHERE t.notification_id < excluded.notification_id "
            "RETURNING notification_id",
            (tracking.application_name, tracking.notification_id),
        )
        if (found or cursor).fetchone() is None:
            raise IntegrityError(f"processed already: {tracking}")

    def insert_tracking(self, tracking: Tracking) -> None:
        """Move on; IntegrityError when the position was reached before."""
        with _errors(), self.journal.transaction() as cursor:
            self._track(cursor, tracking)

    def max_tracking_id(self, application_name: str) -> int | None:
        """The position reached, None before the first."""
        with _errors(), self.journal.snapshot() as cursor:
            found = cursor.execute(
                f"SELECT notification_id FROM tracking WHERE application = {self._mark}",  # noqa: S608 - our own mark
                (application_name,),
            )
            row: tuple[int] | None = (found or cursor).fetchone()
        return row[0] if row else None

    def wait(
        self,
        application_name: str,
        notification_id: int | None,
        timeout: float = 1.0,
        interrupt: Event | None = None,
    ) -> None:
        """Wait until a position is reached.

        Raises:
            TimeoutError: time is up first.
            WaitInterruptedError: `interrupt` was set first.
        """
        deadline = time.monotonic() + timeout
        interrupted = interrupt or Event()
        while not self.has_tracking_id(application_name, notification_id):
            if time.monotonic() > deadline:
                raise TimeoutError(f"{application_name} has not processed {notification_id}")
            if interrupted.wait(POLL_SECONDS):
                raise WaitInterruptedError


class JournalProcessRecorder(JournalTrackingRecorder, JournalApplicationRecorder, ProcessRecorder):
    """Events and the position that they follow from, in one transaction 过程记录器."""

    def insert_events(
        self,
        stored_events: Sequence[StoredEvent],
        tracking: Tracking | None = None,
        **_: Any,  # noqa: ANN401 - the library's signature
    ) -> Sequence[int] | None:
        """Append and move on, or neither."""
        if tracking is None:
            return super().insert_events(stored_events)
        with _errors(), self.journal.transaction() as cursor:
            self._track(cursor, tracking)
            return super().insert_events(stored_events)


Tracks = TypeVar("Tracks", bound=JournalTrackingRecorder)


class JournalFactory(InfrastructureFactory[JournalTrackingRecorder]):
    """Makes recorders over the journal at JOURNAL_URL 记录器工厂."""

    JOURNAL_URL = "JOURNAL_URL"
    JOURNAL_DIGEST = "JOURNAL_DIGEST"
    CREATE_TABLE = "CREATE_TABLE"

    def __init__(self, env: Environment | EnvType | None) -> None:
        super().__init__(env)
        url = self.env.get(self.JOURNAL_URL)
        if not url:
            raise OSError(f"{self.JOURNAL_URL} is not set")
        wanted = self.env.get(self.JOURNAL_DIGEST)
        if wanted and wanted not in DIGESTS:
            raise OSError(f"{self.JOURNAL_DIGEST} is none of {', '.join(DIGESTS)}")
        with _errors():
            self.journal = open_journal(url, digest=DIGESTS[wanted] if wanted else None)

    def aggregate_recorder(self, purpose: str = "events") -> AggregateRecorder:
        """Recorder of events.

        Raises:
            NotSupportedError: for snapshots.
        """
        if purpose != "events":
            raise NotSupportedError(f"the journal holds facts only, no {purpose}")
        return JournalAggregateRecorder(self.journal)

    def application_recorder(self) -> ApplicationRecorder:
        """Recorder of an application."""
        topic = self.env.get(self.APPLICATION_RECORDER_TOPIC)
        made: type[JournalApplicationRecorder] = resolve_topic(topic) if topic else JournalApplicationRecorder
        return made(self.journal)

    def tracking_recorder(
        self, tracking_recorder_class: type[JournalTrackingRecorder] | None = None
    ) -> JournalTrackingRecorder:
        """Recorder of a projection's position."""
        topic = self.env.get(self.TRACKING_RECORDER_TOPIC)
        named: type[JournalTrackingRecorder] = resolve_topic(topic) if topic else JournalTrackingRecorder
        return self._tracks(tracking_recorder_class or named)

    def process_recorder(self) -> ProcessRecorder:
        """Recorder of an application that follows another."""
        topic = self.env.get(self.PROCESS_RECORDER_TOPIC)
        made: type[JournalProcessRecorder] = resolve_topic(topic) if topic else JournalProcessRecorder
        return self._tracks(made)

    def _tracks(self, made: type[Tracks]) -> Tracks:
        recorder = made(self.journal)
        if strtobool(self.env.get(self.CREATE_TABLE) or "yes"):
            recorder.create_table()
        return recorder

    def close(self) -> None:
        """Let go of every connection."""
        self.journal.close()
