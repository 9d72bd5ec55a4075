"""The runner 运行器: exactly once whoever runs it, and as true after a kill, a cut line or a rebuild as before."""

import logging
import threading
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import psycopg2
import pytest
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Integer,
    MetaData,
    String,
    Table,
    column,
    create_engine,
    event,
    func,
    select,
    text,
)
from sqlalchemy.exc import TimeoutError as NoConnectionFree

from benchmarks.diagnoses import fill
from journal import Journal, open_journal
from journal.outages import is_outage
from projections import READ_MODELS, ReadModels, open_read_models
from projections.engine import read_model, runner
from projections.engine.bulk_write import COPY_FROM, upsert
from projections.engine.places import ENTERPRISES
from projections.engine.read_model import ReadModel, Tables
from projections.engine.runner import RebuildOvertaken
from projections.record.audit_trail import AUDIT_TRAIL
from tests.forkserver import FORKSERVER
from tests.journal.writers import entry, now
from tests.projections.followers import follows

SIZE = 400
COUNTED = column("tbl", String)


@pytest.fixture
def models_url(url: str, tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'read.db'}" if url.startswith("sqlite") else url


@pytest.fixture
def models(journal: Journal, models_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[ReadModels]:
    monkeypatch.setattr(runner, "BATCH", 50)
    fill(journal, SIZE)
    with closing(open_read_models(models_url, journal)) as opened:
        yield opened


def replayed(journal: Journal, place: Path) -> Any:
    """The rows that one process gives that folds the journal from its beginning in one go."""
    with closing(open_read_models(f"sqlite:///{place / 'replayed.db'}", journal)) as fresh:
        fresh.catch_up()
        return fresh.dump()


def test_two_that_take_turns_never_trust_rows_that_the_other_has_changed(
    models: ReadModels, journal: Journal, models_url: str, tmp_path: Path
) -> None:
    with closing(open_read_models(models_url, journal)) as other:
        for step in range(SIZE):
            if (models if step % 3 else other).catch_up(limit=3 + step % 5) >= journal.head().size:
                break
        assert models.dump() == replayed(journal, tmp_path)


def test_two_processes_that_follow_at_once_fold_every_entry_once(url: str, models_url: str, tmp_path: Path) -> None:
    journal = open_journal(url)
    started, stop, told = FORKSERVER.Semaphore(0), FORKSERVER.Event(), FORKSERVER.Queue()
    followers = [FORKSERVER.Process(target=follows, args=(url, models_url, started, stop, told)) for _ in range(2)]
    for one in followers:
        one.start()
    assert started.acquire(timeout=60)
    assert started.acquire(timeout=60)
    size = fill(journal, 3_000)
    with closing(open_read_models(models_url, journal)) as models:
        assert models.wait_for(size, 60)
        stop.set()
        assert [told.get(timeout=60) for _ in followers] == ["", ""]
        for one in followers:
            one.join()
        assert models.dump() == replayed(journal, tmp_path)
    journal.close()


COUNTS = Table("counts", MetaData(), Column("stream", String, primary_key=True), Column("entries", Integer, nullable=False))


def test_two_at_once_wait_for_one_another_so_that_nothing_is_counted_twice(journal: Journal, models_url: str) -> None:
    inside, go_on = threading.Event(), threading.Event()

    def fold(tables: Tables, entries: Any) -> None:
        for one in entries:
            row = tables[COUNTS].get(one.stream) or {"stream": one.stream, "entries": 0}
            tables[COUNTS].put(row | {"entries": row["entries"] + 1})
        if len(entries) == 50:
            inside.set()
            go_on.wait(1)

    counting = ReadModel("counting", (COUNTS,), fold)
    for stream in ("thing/a", "thing/b"):
        journal.append([entry(stream, version) for version in range(1, 51)], now())
    failures: list[BaseException] = []

    def follow(one: ReadModels, limit: int | None) -> None:
        try:
            one.catch_up(limit)
        except BaseException as failure:  # noqa: BLE001 - shown by the assertion below
            failures.append(failure)

    with (
        closing(open_read_models(models_url, journal, (counting,))) as slow,
        closing(open_read_models(models_url, journal, (counting,))) as quick,
    ):
        threads = [threading.Thread(target=follow, args=(slow, 50)), threading.Thread(target=follow, args=(quick, None))]
        threads[0].start()
        assert inside.wait(10)
        threads[1].start()
        threads[1].join(0.5)
        go_on.set()
        for thread in threads:
            thread.join()
        quick.catch_up()
        assert failures == []
        assert slow.dump() == {"counts": [("thing/a", 50), ("thing/b", 50)]}


def test_a_batch_that_fails_at_its_end_moves_no_read_model_at_all(
    models: ReadModels, models_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = create_engine(models_url.replace("postgresql://", "postgresql+psycopg2://"))

    def positions() -> set[int]:
        with engine.connect() as connection:
            return set(connection.execute(select(runner.GENERATIONS.c.position)).scalars())

    models.catch_up(limit=50)
    before = models.dump()
    assert positions() == {50}
    monkeypatch.setattr(ReadModels, "_fold", fails_at_the_last(ReadModels._fold))  # noqa: SLF001 - the moment of the failure
    with pytest.raises(Killed):
        models.catch_up()
    monkeypatch.undo()
    assert positions() == {50}
    assert models.dump() == before
    engine.dispose()


def fails_at_the_last(fold: Any) -> Any:
    def folded(self: Any, connection: Any, one: ReadModel, *rest: Any) -> None:
        fold(self, connection, one, *rest)
        if one is READ_MODELS[-1]:
            raise Killed

    return folded


def test_rows_forgotten_for_want_of_room_are_read_again(
    models: ReadModels, journal: Journal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(read_model, "KEPT", 5)
    models.catch_up()
    monkeypatch.undo()
    assert models.dump() == replayed(journal, tmp_path)


def test_rows_of_two_part_keys_are_read_through_the_index_however_large_the_table() -> None:
    """SQLite without statistics reads the whole table for several pairs, which made a fold of a large city quadratic."""
    pairs = Table("pairs", MetaData(), Column("case", String, primary_key=True), Column("item", String, primary_key=True))
    engine, said = create_engine("sqlite://"), list[Any]()
    with engine.begin() as connection:
        pairs.create(connection)
        connection.execute(pairs.insert(), [{"case": f"c{one:02}", "item": f"i{two:02}"} for one in range(40) for two in range(40)])
        rows = read_model.Rows(pairs, fresh=False)
        rows.connection = connection
        event.listen(connection, "before_cursor_execute", lambda *told: said.append(told[2:4]))
        for asked in ([("c01", "i01"), ("c01", "i02"), ("c02", "i01")], [(f"c{one:02}", f"i{one:02}") for one in range(3, 30)]):
            rows.load(asked)
            assert all(rows.get(*key) == dict(zip(("case", "item"), key, strict=True)) for key in asked)
        for statement, values in list(said):
            plan = [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)]
            assert plan[0].startswith("SEARCH pairs USING"), plan
    engine.dispose()


def test_a_rebuild_beside_a_follower_and_a_writer_gives_the_rows_of_a_replay(
    models: ReadModels, journal: Journal, tmp_path: Path
) -> None:
    stop, done = threading.Event(), threading.Event()

    def write() -> None:
        version = 1
        while not done.wait(0.005):  # a hundred entries a rebuild are company enough; a flood would only be replayed for long
            journal.append([entry("thing/late", version)], now())
            version += 1

    others = [threading.Thread(target=models.run, args=(stop,)), threading.Thread(target=write)]
    for thread in others:
        thread.start()
    for _ in range(3):
        models.rebuild()
    done.set()
    others[1].join()
    assert models.wait_for(journal.head().size, 20)
    stop.set()
    others[0].join()
    assert models.dump() == replayed(journal, tmp_path)


class Killed(BaseException):
    """Ends a rebuild as a kill would."""


def killing(after: int) -> Any:
    def progress(position: int) -> None:
        if position >= after:
            raise Killed

    return progress


def test_a_rebuild_that_was_killed_is_seen_by_nobody_and_the_next_begins_anew(models: ReadModels, journal: Journal) -> None:
    models.catch_up()
    before = models.dump()
    with pytest.raises(Killed):
        models.rebuild(killing(150))
    assert models.dump() == before
    journal.append([entry("thing/later", 1)], now())
    assert models.catch_up() == journal.head().size
    after = models.dump()
    models.rebuild()
    assert models.dump() == after


def test_of_two_rebuilds_at_once_the_overtaken_one_stops(models: ReadModels, journal: Journal, models_url: str) -> None:
    models.catch_up()
    before = models.dump()
    with closing(open_read_models(models_url, journal)) as other:

        def overtake(position: int) -> None:
            if position == 100:
                with pytest.raises(Killed):
                    other.rebuild(killing(50))

        with pytest.raises(RebuildOvertaken):
            models.rebuild(overtake)
        assert models.dump() == before
        other.rebuild()
        assert models.dump() == before


def test_a_read_model_that_is_no_more_holds_nobody_up(journal: Journal, models_url: str) -> None:
    fill(journal, SIZE)
    retired = ReadModel("retired", (Table("retired_rows", MetaData(), Column("id", String, primary_key=True)),), lambda *_: None)
    with closing(open_read_models(models_url, journal, (*READ_MODELS, retired))) as before:
        before.catch_up(limit=10)
    with closing(open_read_models(models_url, journal)) as models:
        assert models.catch_up() == models.position() == journal.head().size
        with models.reading() as snapshot:
            assert snapshot.position == journal.head().size


def test_a_follower_outlives_the_cut_of_every_connection(database: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL)
    journal = open_journal(database)
    models = open_read_models(database, journal)
    stop = threading.Event()
    running = threading.Thread(target=models.run, args=(stop,))
    running.start()
    journal.append([entry("thing/a", 1)], now())
    assert models.wait_for(1, 10)
    for version in (2, 3):
        with closing(psycopg2.connect(database)) as other, other, other.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        with closing(open_journal(database)) as writer, closing(open_read_models(database, writer)) as reader:
            writer.append([entry("thing/a", version)], now())
            assert reader.wait_for(version, 20)
    stop.set()
    running.join()
    models.close()
    journal.close()


def test_an_append_does_not_wait_for_a_batch_that_is_being_folded(journal: Journal, models_url: str) -> None:
    appended: list[int] = []

    def fold(_tables: Tables, entries: Any) -> None:
        if entries[-1].stream == "thing/a":
            other = threading.Thread(target=lambda: appended.append(journal.append([entry("thing/b", 1)], now())[0].position))
            other.start()
            other.join(5)

    slow = ReadModel("slow", (Table("slow_rows", MetaData(), Column("id", String, primary_key=True)),), fold)
    journal.append([entry("thing/a", 1)], now())
    with closing(open_read_models(models_url, journal, (slow,))) as models:
        models.catch_up()
    assert appended == [2]


def test_the_write_ahead_log_shrinks_after_a_long_reader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "LOG_BYTES", 2**20)
    monkeypatch.setattr(runner, "BATCH", 50)
    log = tmp_path / "read.db-wal"
    with closing(open_journal(f"sqlite:///{tmp_path / 'journal.db'}")) as journal:
        fill(journal, SIZE)
        with closing(open_read_models(f"sqlite:///{tmp_path / 'read.db'}", journal)) as models:
            with models.reading() as snapshot:
                snapshot.rows(select(snapshot[AUDIT_TRAIL.tables[0]]))
                for _ in range(4):
                    models.rebuild()
                grown = log.stat().st_size
            for _ in range(2):
                models.rebuild()
            # what the limit says, and what is written between two checkpoints of a thousand pages
            assert log.stat().st_size < 2**20 + 1_500 * 4096 < grown


def test_the_tables_hold_only_what_is_written_past_the_toolkit() -> None:
    for one in READ_MODELS:
        for table in one.tables:
            assert {type(column.type) for column in table.columns} <= {String, Integer, BigInteger, Boolean}, table.name
            assert not [c for c in table.columns if c.default is not None or c.server_default is not None], table.name


ODD = ("", "\\N", "\\", "a\tb", "a\nb", "a\r\nb", "示例\\t", "'\"", "%s", "NULL", None)


@pytest.mark.parametrize("count", [3, COPY_FROM])
def test_texts_of_every_kind_come_back_as_they_were_written(models_url: str, count: int) -> None:
    table = Table("odd_texts", MetaData(), Column("id", Integer, primary_key=True), Column("text", String), Column("yes", Boolean))
    engine = create_engine(models_url.replace("postgresql://", "postgresql+psycopg2://"))
    rows = [(number * 100 + place, text, place % 2 == 0) for number in range(count) for place, text in enumerate(ODD)]
    with engine.begin() as connection:
        table.create(connection)
        upsert(connection, table, [(identity, "before", False) for identity, _, _ in rows[::2]])
        upsert(connection, table, rows)
        assert [tuple(row) for row in connection.execute(select(table).order_by(table.c.id))] == rows
    engine.dispose()


def test_a_row_with_a_column_of_no_table_is_refused(models: ReadModels, monkeypatch: pytest.MonkeyPatch) -> None:
    put = read_model.Rows.put
    monkeypatch.setattr(read_model.Rows, "put", lambda self, row: put(self, row | {"unheard_of": 1}))
    with pytest.raises(LookupError, match="unheard_of"):
        models.catch_up()
    assert models.position() == 0


def test_a_process_reads_on_so_many_connections_and_then_says_that_none_is_free(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Over them callers wait; who waits too long is told of an outage, which may be tried again."""
    monkeypatch.setattr(runner, "WAIT_SECONDS", 0.1)
    with closing(open_journal(database)) as journal, closing(open_read_models(database, journal)) as models, ExitStack() as stack:
        for _ in range(runner.READERS_AT_ONCE):
            stack.enter_context(models.reading())
        with pytest.raises(NoConnectionFree) as told, models.reading():
            pytest.fail("one more than there may be")
        assert is_outage(told.value)


def test_a_reader_plans_a_statement_once_and_not_for_its_values(database: str) -> None:
    with closing(open_journal(database)) as journal, closing(open_read_models(database, journal)) as models:
        with models.reading() as snapshot:
            settings = [snapshot.rows(select(func.current_setting(name)))[0][0] for name in ("plan_cache_mode", "jit")]
        assert settings == ["force_generic_plan", "off"]


def test_sqlite_has_counted_its_rows_after_a_build_and_after_a_rebuild(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By its counts it chooses the way to a district's page: without them it goes through the whole city."""
    monkeypatch.setattr(runner, "BATCH", 50)
    monkeypatch.setattr(runner, "COUNTED_FROM", 50)
    counts = "SELECT tbl FROM sqlite_stat1"
    with closing(open_journal(f"sqlite:///{tmp_path / 'journal.db'}")) as journal:
        fill(journal, SIZE)
        with closing(open_read_models(f"sqlite:///{tmp_path / 'read.db'}", journal)) as models:
            for build in (models.catch_up, models.rebuild):
                build()
                with models.reading() as snapshot:
                    counted = {name for (name,) in snapshot.rows(select(text(counts).columns(COUNTED).subquery()))}
                    assert snapshot[ENTERPRISES].name in counted
