"""The `eventsourcing` library's own cases for recorders, on the journal of both engines (plan P5)."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from eventsourcing.application import Application, ProcessingEvent
from eventsourcing.dispatch import singledispatchmethod
from eventsourcing.domain import Aggregate, event
from eventsourcing.persistence import DataError, NotSupportedError, OperationalError, ProgrammingError, StoredEvent
from eventsourcing.projection import EventSourcedProjection, EventSourcedProjectionRunner
from eventsourcing.tests import persistence as cases
from eventsourcing.utils import Environment

from journal import Journal, Verified, open_journal, verify
from journal.engines.eventsourcing_adapter import (
    JournalAggregateRecorder,
    JournalApplicationRecorder,
    JournalFactory,
    JournalProcessRecorder,
    JournalTrackingRecorder,
)

MODULE = "journal.engines.eventsourcing_adapter"


class OnSQLite:
    @pytest.fixture(autouse=True)
    def _address(self, tmp_path: Path) -> None:
        self.url = f"sqlite:///{tmp_path / 'journal.db'}"


class OnPostgres:
    @pytest.fixture(autouse=True)
    def _address(self, database: str) -> None:
        self.url = database


class OverJournal:
    """Opens the journal for the recorder of a case, and holds afterwards that every event in it is proven."""

    url: str

    @pytest.fixture(autouse=True)
    def _journal(self, _address: None) -> Iterator[None]:
        self.journal: Journal = open_journal(self.url)
        yield
        assert isinstance(verify(self.journal), Verified)
        self.journal.close()


class Aggregates(OverJournal):
    def create_recorder(self) -> JournalAggregateRecorder:
        return JournalAggregateRecorder(self.journal)


class Applications(OverJournal):
    EXPECT_CONTIGUOUS_NOTIFICATION_IDS = True

    def create_recorder(self) -> JournalApplicationRecorder:
        return JournalApplicationRecorder(self.journal)

    def test_insert_subscribe(self) -> None:
        self.optional_test_insert_subscribe()  # type: ignore[attr-defined] # of the library's case, optional only by name


class NonInterleaving(OverJournal):
    def create_recorder(self) -> JournalApplicationRecorder:
        return JournalApplicationRecorder(self.journal)


class Trackings(OverJournal):
    def create_recorder(self) -> JournalTrackingRecorder:
        recorder = JournalTrackingRecorder(self.journal)
        recorder.create_table()
        return recorder


class Processes(OverJournal):
    def create_recorder(self) -> JournalProcessRecorder:
        recorder = JournalProcessRecorder(self.journal)
        recorder.create_table()
        return recorder


class OwnTracking(JournalTrackingRecorder):
    pass


class Factories:
    url: str
    factory: JournalFactory

    def setUp(self) -> None:
        self.env = Environment("TestCase", {"PERSISTENCE_MODULE": MODULE, "JOURNAL_URL": self.url})
        super().setUp()  # type: ignore[misc] # of the library's case

    def expected_factory_class(self) -> type[JournalFactory]:
        return JournalFactory

    def expected_aggregate_recorder_class(self) -> type[JournalAggregateRecorder]:
        return JournalAggregateRecorder

    def expected_application_recorder_class(self) -> type[JournalApplicationRecorder]:
        return JournalApplicationRecorder

    def expected_tracking_recorder_class(self) -> type[JournalTrackingRecorder]:
        return JournalTrackingRecorder

    def expected_process_recorder_class(self) -> type[JournalProcessRecorder]:
        return JournalProcessRecorder

    def tracking_recorder_subclass(self) -> type[JournalTrackingRecorder]:
        return OwnTracking

    def test_snapshots_are_refused(self) -> None:
        with pytest.raises(NotSupportedError):
            self.factory.aggregate_recorder("snapshots")

    def test_an_address_is_needed(self) -> None:
        with pytest.raises(OSError, match="JOURNAL_URL"):
            JournalFactory({})


class TestAggregateOnSQLite(OnSQLite, Aggregates, cases.AggregateRecorderTestCase):
    pass


class TestAggregateOnPostgres(OnPostgres, Aggregates, cases.AggregateRecorderTestCase):
    pass


class TestApplicationOnSQLite(OnSQLite, Applications, cases.ApplicationRecorderTestCase[JournalApplicationRecorder]):
    pass


class TestApplicationOnPostgres(OnPostgres, Applications, cases.ApplicationRecorderTestCase[JournalApplicationRecorder]):
    pass


class TestNonInterleavingOnSQLite(OnSQLite, NonInterleaving, cases.NonInterleavingNotificationIDsBaseCase):
    pass


class TestNonInterleavingOnPostgres(OnPostgres, NonInterleaving, cases.NonInterleavingNotificationIDsBaseCase):
    pass


class TestTrackingOnSQLite(OnSQLite, Trackings, cases.TrackingRecorderTestCase):
    pass


class TestTrackingOnPostgres(OnPostgres, Trackings, cases.TrackingRecorderTestCase):
    pass


class TestProcessOnSQLite(OnSQLite, Processes, cases.ProcessRecorderTestCase):
    pass


class TestProcessOnPostgres(OnPostgres, Processes, cases.ProcessRecorderTestCase):
    pass


class TestFactoryOnSQLite(OnSQLite, Factories, cases.InfrastructureFactoryTestCase[JournalFactory]):
    pass


class TestFactoryOnPostgres(OnPostgres, Factories, cases.InfrastructureFactoryTestCase[JournalFactory]):
    pass


class Notice(Aggregate):
    """An aggregate of the library's own style, beside our streams."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    @event("Added")
    def add(self, line: str) -> None:
        self.lines.append(line)


def test_an_application_of_the_library_writes_into_the_same_proven_journal(url: str) -> None:
    with Application[Any](env={"PERSISTENCE_MODULE": MODULE, "JOURNAL_URL": url}) as application:
        notice = Notice()
        notice.add("通知")
        assert [recording.notification.id for recording in application.save(notice)] == [1, 2]
        assert application.repository.get(notice.id).lines == ["通知"]
        journal = application.factory.journal  # type: ignore[attr-defined] # a JournalFactory
        assert verify(journal) == Verified(2, journal.head().root)
        assert {entry.stream for entry in journal.since(0, 10)} == {f"aggregate/{notice.id}"}


class Echo(EventSourcedProjection[UUID]):
    """Writes one aggregate of its own for each event that it follows."""

    name = "echo"

    @singledispatchmethod
    def policy(self, _domain_event: Any, processing_event: ProcessingEvent[UUID]) -> None:
        processing_event.collect_events(Notice())


def test_an_application_that_follows_writes_its_events_and_its_position_together(url: str, tmp_path: Path) -> None:
    env = {"PERSISTENCE_MODULE": MODULE, "JOURNAL_URL": url, "ECHO_JOURNAL_URL": f"sqlite:///{tmp_path / 'echo.db'}"}
    with EventSourcedProjectionRunner(
        application_class=Application[UUID], projection_class=Echo, env=env
    ) as runner:
        for _ in range(3):
            recordings = runner.app.save(Notice())
        runner.wait(recordings[-1].notification.id, timeout=10)
        assert runner.projection.recorder.max_notification_id() == 3
    runner.app.factory.close()  # once nobody follows any more
    runner.projection.factory.close()


def test_a_stream_of_ours_is_read_by_its_name_and_never_taken_for_a_uuid(journal: Journal) -> None:
    recorder = JournalApplicationRecorder(journal)
    recorder.insert_events([StoredEvent("diagnosis/d1", 1, "thing.happened.v1", b"{}")])
    assert [n.originator_id for n in recorder.select_notifications(None, 10)] == ["diagnosis/d1"]
    assert [e.originator_version for e in recorder.select_events("diagnosis/d1")] == [1]
    with pytest.raises(DataError):
        recorder.insert_events([StoredEvent(f"aggregate/{uuid4()}", 1, "thing.happened.v1", b"{}")])


def test_an_error_of_the_driver_carries_the_librarys_name(journal: Journal) -> None:
    with pytest.raises((ProgrammingError, OperationalError)):
        JournalTrackingRecorder(journal).max_tracking_id("nobody made the table")


def test_the_recorders_bring_no_second_driver_along() -> None:
    told = "import sys, journal.engines.eventsourcing_adapter; print('psycopg' in sys.modules)"
    found = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)  # noqa: S603 - our own
    assert found.stdout == "False\n"
