"""Read models 读模型: exactly once, rebuilt beside the old rows, equal to a replay; on both engines."""

import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Column, MetaData, String

from domain.access import (
    Everything,
)
from journal import Entry
from projections import READ_MODELS, ReadModels, open_read_models
from projections.diagnosis.firms import ENTERPRISE_READ_MODEL
from projections.engine.read_model import Tables
from projections.participants import enterprises
from projections.record import audit_trail
from tests.projections.every_table import ANY, city, journal, models, models_url
from tests.small_city import (
    CITY,
    City,
    roster,
)

__all__ = ["city", "journal", "models", "models_url"]


def test_a_rebuild_gives_equal_rows_for_every_table(models: ReadModels) -> None:
    before = models.dump()
    assert set(before) == {table.name for read_model in READ_MODELS for table in read_model.tables}
    assert all(before.values()), [name for name, rows in before.items() if not rows]
    models.rebuild()
    assert models.dump() == before
    models.rebuild()
    assert models.dump() == before


def test_batches_of_any_size_give_the_rows_of_one_go(city: City, tmp_path: Path, models: ReadModels) -> None:
    stepwise = open_read_models(f"sqlite:///{tmp_path / 'steps.db'}", city.journal)
    size = city.journal.head().size
    for step in (1, 2, 3, 5, 1, size):
        stepwise.catch_up(limit=step)
    assert stepwise.dump() == models.dump()
    stepwise.close()


def test_a_read_model_that_never_ran_starts_from_the_beginning(city: City, models_url: str) -> None:
    first = open_read_models(models_url, city.journal, READ_MODELS[:-1])
    first.catch_up()
    first.close()
    second = open_read_models(models_url, city.journal)
    assert second.catch_up() == city.journal.head().size
    with second.reading() as snapshot:
        assert len(audit_trail.entries(snapshot, Everything(), "auditor", 1000)) == city.journal.head().size
    second.close()


def test_a_failing_fold_leaves_neither_rows_nor_position(
    city: City, models: ReadModels, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, position = models.dump(), models.position()
    city.opened("d9")
    monkeypatch.setattr("projections.engine.read_model.Tables.flush", lambda _self: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        models.catch_up()
    monkeypatch.undo()
    assert (models.dump(), models.position()) == (before, position)
    assert models.catch_up() == city.journal.head().size


def test_a_follower_shows_a_write_soon_after_it(city: City, models: ReadModels) -> None:
    stop = threading.Event()
    follower = threading.Thread(target=models.run, args=(stop,))
    follower.start()
    position = city.send(CITY, roster(year=2025)).position
    assert models.wait_for(position, 10)
    stop.set()
    follower.join()
    assert not models.wait_for(position + 1, 0.05)


def test_many_openings_at_once_of_fresh_read_models_all_succeed(city: City, models_url: str) -> None:
    opened: list[ReadModels] = []
    threads = [threading.Thread(target=lambda: opened.append(open_read_models(models_url, city.journal))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(opened) == 8
    for one in opened:
        one.close()


def test_a_rebuild_while_reading_does_not_tear_the_read(models: ReadModels) -> None:
    with models.reading() as snapshot:
        before = enterprises.count(snapshot, Everything(), ANY)
        rebuilt = threading.Thread(target=models.rebuild)
        rebuilt.start()
        rebuilt.join()
        assert enterprises.count(snapshot, Everything(), ANY) == before == 4
    with models.reading() as snapshot:
        assert enterprises.count(snapshot, Everything(), ANY) == 4


def test_a_read_model_that_a_release_has_changed_is_folded_anew_and_the_others_stay(city: City, models_url: str) -> None:
    before = open_read_models(models_url, city.journal)
    before.catch_up()
    rows = before.dump()
    before.close()
    meta = MetaData()
    wider = ENTERPRISE_READ_MODEL.tables[0].to_metadata(meta)
    wider.append_column(Column("remark", String))

    def fold(tables: Tables, entries: Sequence[Entry]) -> None:
        ENTERPRISE_READ_MODEL.fold(tables, entries)
        for entry in entries:
            if entry.stream.startswith("enterprise/"):
                tables[wider].change(entry.stream.split("/", 1)[1], remark="示例")

    changed = replace(ENTERPRISE_READ_MODEL, tables=(wider, *ENTERPRISE_READ_MODEL.tables[1:]), fold=fold)
    after = open_read_models(models_url, city.journal, [changed, *READ_MODELS[1:]])
    assert after.position() == 0
    assert after.catch_up() == city.journal.head().size
    found = after.dump()
    assert {row[-1] for row in found["enterprises"]} == {"示例"}
    assert [row[:-1] for row in found["enterprises"]] == rows["enterprises"]
    assert found["diagnoses"] == rows["diagnoses"]
    after.close()
    same = open_read_models(models_url, city.journal, [changed, *READ_MODELS[1:]])
    assert same.position() == city.journal.head().size
    same.close()
