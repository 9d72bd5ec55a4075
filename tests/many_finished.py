"""Many finished diagnoses 大量已完成诊断: one that real commands led there, the others beside it as rows, of drawn levels."""

from collections.abc import Iterator
from random import Random
from typing import Any

from sqlalchemy import Table, create_engine

from projections import ReadModels
from projections.diagnosis.diagnoses_fold import ANSWERS, DIAGNOSES
from projections.engine.places import ENTERPRISES
from projections.engine.snapshot import Snapshot
from standards import Form, Process
from tests.rules.firms import answer_at
from tests.small_city import EDITION

DISTRICTS = ("310101", "310112", "310114", "310115", "310117")
SIZES = ("large", "medium", "small", "micro")
CHUNK = 500
ROWS = {table.name: table for table in (DIAGNOSES, ANSWERS, ENTERPRISES)}


def multiply(models: ReadModels, url: str, number: int, seed: int = 1) -> None:
    """Put `number` more finished diagnoses of the full form beside the one that the read models hold."""
    chance = Random(seed)  # noqa: S311 - draws that are meant to be repeatable
    with models.reading() as snapshot:
        tables = {name: snapshot[table] for name, table in ROWS.items()}
        case, firm = (_first(snapshot, table) for table in (DIAGNOSES, ENTERPRISES))
        answer = _first(snapshot, ANSWERS)
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg2://", 1))
    for start in range(0, number, CHUNK):
        rows: dict[str, list[dict[str, Any]]] = {name: [] for name in tables}
        for place in range(start, min(start + CHUNK, number)):
            for name, row in _finished(place, chance, case, firm, answer):
                rows[name].append(row)
        with engine.begin() as connection:
            for name, found in rows.items():
                connection.execute(tables[name].insert(), found)
    engine.dispose()


def _first(snapshot: Snapshot, table: Table) -> dict[str, Any]:
    (row, *_) = snapshot.rows(snapshot[table].select().limit(1))
    return dict(zip((column.name for column in table.columns), row, strict=True))


def _finished(
    place: int, chance: Random, case: dict[str, Any], firm: dict[str, Any], answer: dict[str, Any]
) -> Iterator[tuple[str, dict[str, Any]]]:
    identity, enterprise = f"m{place:06d}", f"firm-{place:06d}"
    base = chance.choice((1, 2, 2, 3, 3, 3, 4, 4, 5))
    answers = {
        item.id: answer_at(item, min(5, max(1, base + chance.choice((-1, 0, 0, 0, 1))))) for item in EDITION.indicators
    }
    process = Process(site_visit=True, expert_review=chance.random() < 0.5)
    issued = EDITION.issue(EDITION.measure(Form.FULL, answers), process)
    yield (
        ENTERPRISES.name,
        firm
        | {"id": enterprise, "uscc": enterprise, "district": chance.choice(DISTRICTS), "size_class": chance.choice(SIZES)},
    )
    yield (
        DIAGNOSES.name,
        case
        | {
            "id": identity,
            "enterprise": enterprise,
            "form": "full",
            "visits": 1,
            "expert_reviews": int(process.expert_review),
            "grade": issued.grade,
            "result": None,
        },
    )
    for indicator, found in answers.items():
        text = found.model_dump_json()
        yield ANSWERS.name, answer | {"diagnosis": identity, "indicator": indicator, "given": text, "verified": text}
