"""Entries under former names 旧名条目: every fold sees today's events, whoever shows an entry sees it as stored. plan P5."""

import json
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Any

import orjson
import pytest
from sqlalchemy import Column, Integer, MetaData, String, Table, select

from domain.events import EVENTS
from journal import Journal, NewEntry
from journal.codec import EVENT_OF, UPCASTERS
from projections import READ_MODELS, open_read_models
from projections.as_of import replay
from projections.engine.read_model import ReadModel, Tables, data, event_of
from projections.record.audit_trail import ENTRIES
from tests.journal.writers import now

GOLDEN = Path(__file__).parents[2] / "golden" / "events.json"
FORMER = [
    (kind, one)
    for kind, history in json.loads(GOLDEN.read_text("utf-8"))["histories"].items()
    for one in history
    if one["type"] in UPCASTERS
]
SEEN = Table(
    "seen", MetaData(), Column("type", String, primary_key=True), Column("entries", Integer), Column("fields", String)
)


def written(journal: Journal) -> None:
    for number, (kind, one) in enumerate(FORMER):
        state = orjson.dumps(one["state"], option=orjson.OPT_SORT_KEYS)
        journal.append([NewEntry(f"{kind}/former-{number}", 1, one["type"], state)], now())


def seeing(name: str, **rest: Any) -> ReadModel:
    def fold(tables: Tables, entries: Any) -> None:
        for one in entries:
            before = tables[SEEN].get(one.type) or {"entries": 0}
            fields = " ".join(sorted(data(one)))
            tables[SEEN].put({"type": one.type, "entries": before["entries"] + 1, "fields": fields})

    return ReadModel(name, (SEEN,), fold, **rest)


@pytest.fixture
def models_url(url: str, tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'read.db'}" if url.startswith("sqlite") else url


@pytest.mark.parametrize("rebuilt", [False, True])
def test_a_fold_sees_every_former_entry_as_todays_event(journal: Journal, models_url: str, *, rebuilt: bool) -> None:
    written(journal)
    events = frozenset(EVENT_OF[one["type"]] for _, one in FORMER)
    assert {one["type"] for _, one in FORMER} == set(UPCASTERS)
    with closing(open_read_models(models_url, journal, (seeing("seeing", listens=events),))) as models:
        models.catch_up()
        if rebuilt:
            models.rebuild()
        seen = {name: (count, fields) for name, count, fields in models.dump()["seen"]}
    assert {name: count for name, (count, _) in seen.items()} == Counter(
        name for name, event in EVENTS.items() for _, one in FORMER if EVENT_OF[one["type"]] is event
    )
    for name, (_, fields) in seen.items():
        assert set(fields.split()) == EVENTS[name].model_fields.keys() - {"type"}


def test_who_shows_an_entry_sees_the_name_and_the_data_that_are_stored(journal: Journal, models_url: str) -> None:
    written(journal)
    with closing(open_read_models(models_url, journal, (seeing("seeing", as_stored=True),))) as models:
        models.catch_up()
        seen = {name: fields.split() for name, _, fields in models.dump()["seen"]}
    assert seen == {one["type"]: sorted(one["state"]) for _, one in FORMER}


def test_the_trail_keeps_what_is_stored_and_the_replay_reads_it_as_today(journal: Journal, models_url: str) -> None:
    shown = [(kind, one) for kind, one in FORMER if kind in ("organisation", "enterprise")]
    for number, (kind, one) in enumerate(shown):
        state = orjson.dumps(one["state"], option=orjson.OPT_SORT_KEYS)
        journal.append([NewEntry(f"{kind}/former-{number}", 1, one["type"], state)], now())
    with closing(open_read_models(models_url, journal, READ_MODELS)) as models:
        models.catch_up()
        with models.reading() as snapshot:
            table = snapshot[ENTRIES]
            rows = snapshot.rows(select(table.c.stream, table.c.type, table.c.data))
            kept = {str(stream): (name, orjson.loads(stored)) for stream, name, stored in rows}
            told = {one.stream: one for one in replay.history(snapshot, sorted(kept), journal.head().size)}
    for number, (kind, one) in enumerate(shown):
        stream = f"{kind}/former-{number}"
        assert kept[stream] == (one["type"], one["state"])
        assert EVENTS[told[stream].type] is event_of(told[stream]) is EVENT_OF[one["type"]]
        event_of(told[stream]).model_validate_json(told[stream].state)
