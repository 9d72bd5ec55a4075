"""Rows of a year 年度数据行: one diagnosis that real commands led through, copied in SQL into as many as a year's rating reads.

The rows are those of the read models, on SQLite; tables and scores as JSON that the rating does not read are left out. Each copy is
a firm of its own in one of 16 districts, 20 divisions and 4 sizes, with its 30 answers, a visit, a file, a report, what the firm
scored (every other without its name) and, one in twenty, a sample. The rows lie in the order of their scattered ids, in which they
are made fastest; they are read by time, so that none lies beside the next, which is worse than in a city.
"""

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

from sqlalchemy import Table

from benchmarks.diagnoses import pattern
from domain.instants import city_midnight, microseconds
from domain.providers.sampling.state import SampleAdjudicated
from interop.code_lists import district_codes
from journal import open_journal
from projections import open_read_models
from projections.diagnosis.diagnoses_fold import ANSWERS, DIAGNOSES, EVIDENCE, REPORTS
from projections.diagnosis.proceedings import SITE_VISITS
from projections.engine.places import ENTERPRISES
from projections.engine.runner import COUNTED_ROWS
from projections.providers.feedback import FEEDBACK, FEEDBACK_SCORES
from projections.providers.sampling import ADJUDICATED

YEAR = 2025
BEGAN = datetime(YEAR, 1, 6, 2, tzinfo=UTC)
PROVIDERS = 60
ID = "printf('%08x', (k * 2654435761) % 4294967296)"
"""Another for each k below 2³², since the factor is odd."""
PLACES = {1: "provider", 2: "process"}
"""Place of a score in a feedback -> what it is about."""


def filled(folder: Path, jobs: int) -> str:
    """Address of read models of a year of `PROVIDERS` × so many jobs, in an empty folder."""
    models = f"sqlite:///{folder}/read.db"
    with closing(open_journal(f"sqlite:///{folder}/journal.db", demo=True)) as journal:
        pattern(journal, lambda: BEGAN)
        with closing(open_read_models(models, journal)) as projected:
            projected.catch_up()
            with projected.reading() as snapshot:
                every = (ENTERPRISES, DIAGNOSES, ANSWERS, SITE_VISITS, EVIDENCE, REPORTS, FEEDBACK, FEEDBACK_SCORES, ADJUDICATED)
                tables = {table: snapshot[table] for table in every}
    with closing(sqlite3.connect(folder / "read.db")) as connection, connection:
        connection.execute("PRAGMA journal_mode = OFF")  # what is copied is thrown away if it fails; the program sets its own
        connection.execute("PRAGMA synchronous = OFF")
        _copied(connection, tables, PROVIDERS * jobs)
        connection.execute(f"PRAGMA analysis_limit = {COUNTED_ROWS}")
        connection.execute("ANALYZE")  # as the program has it done when it has folded so many
    return models


def _copied(connection: sqlite3.Connection, tables: Mapping[Table, Table], jobs: int) -> None:
    between = 330 * 24 * 3600 * 1_000_000 // jobs
    codes = " ".join(f"WHEN {at} THEN '{code}'" for at, code in enumerate(sorted(district_codes())[:16]))
    provider = f"'p' || (k % {PROVIDERS})"
    connection.execute("CREATE TEMP TABLE number (k INTEGER, id TEXT)")
    count = "WITH RECURSIVE one(k) AS (SELECT 1 UNION ALL SELECT k + 1 FROM one WHERE k < ?)"
    connection.execute(f"{count} INSERT INTO number SELECT k, {ID} AS id FROM one ORDER BY id", (jobs,))  # noqa: S608 - our own words
    of_job = {"diagnosis": "number.id"}
    begun = microseconds(city_midnight(date(YEAR, 1, 1)))
    firm = {
        "id": "number.id",
        "district": f"CASE (k / 7) % 16 {codes} END",
        "industry": "'C' || (13 + (k / 3) % 20)",
        "size_class": "CASE (k / 5) % 4 WHEN 0 THEN 'micro' WHEN 1 THEN 'small' WHEN 2 THEN 'medium' ELSE 'large' END",
    }
    case = {"id": "number.id", "enterprise": "number.id", "provider": provider, "opened_at": f"{begun} + k * {between}"}
    case |= dict.fromkeys(("result", "issued_result", "applicable", "issued_points"), "NULL")
    for table, changed in {
        ENTERPRISES: firm,
        DIAGNOSES: case,
        SITE_VISITS: of_job,
        EVIDENCE: of_job,
        REPORTS: of_job,
        ANSWERS: of_job,
    }.items():
        name = tables[table].name
        before = int(connection.execute(f'SELECT max(rowid) FROM "{name}"').fetchone()[0])  # noqa: S608 - our own table
        _inserted(connection, tables[table], changed, f'number CROSS JOIN "{name}" AS one ON one.rowid <= {before}', "one.")
    given = {
        "id": "number.id", "diagnosis": "number.id", "enterprise": "number.id", "provider": provider, "kind": "'feedback'",
        "given_on": f"'{YEAR}-11-20'", "anonymous": "k % 2", "version": "1", "given_at": "0", "causes": "'[]'",
        "rated_scores": "2", "rated_points": " + ".join(_score(place) for place in PLACES),
        **dict.fromkeys(("status", "milestone", "about", "author"), "'x'"),
    }  # fmt: skip
    _inserted(connection, tables[FEEDBACK], given, "number")
    for place, subject in PLACES.items():
        scored = {"feedback": "number.id", "place": f"{place}", "subject": f"'{subject}'", "score": _score(place)}
        _inserted(connection, tables[FEEDBACK_SCORES], scored, "number")
    sample = _sample().model_dump_json()
    sampled = {
        "diagnosis": "number.id", "year": f"{YEAR}", "provider": provider, "month": f"'{YEAR}.06'", "version": "1", "material": "0",
        "body": f"replace(replace('{sample}', 'DIAGNOSIS', number.id), 'PROVIDER', {provider})",
    }  # fmt: skip
    _inserted(connection, tables[ADJUDICATED], sampled, f"number WHERE (k / {PROVIDERS}) % 20 = 0")


def _score(place: int) -> str:
    return f"1 + (k / {place * 11}) % 5"


def _inserted(
    connection: sqlite3.Connection, table: Table, changed: Mapping[str, str], source: str, otherwise: str | None = None
) -> None:
    """Rows made of a source: what is changed, the rest as it stands there, or NULL."""
    names = [column.name for column in table.c]
    values = [changed.get(name, f'{otherwise}"{name}"' if otherwise else "NULL") for name in names]
    into = ", ".join(f'"{name}"' for name in names)
    connection.execute(f'INSERT INTO "{table.name}" ({into}) SELECT {", ".join(values)} FROM {source}')  # noqa: S608 - our own words


def _sample() -> SampleAdjudicated:
    total = Decimal("61.5")
    return SampleAdjudicated(
        diagnosis="DIAGNOSIS",
        provider="PROVIDER",
        issued_total=Decimal(64),
        issued_grade=3,
        totals=(total,),
        adjudicated_total=total - 3,
        adjudicated_grade=3,
        material=False,
        numerator=1,
        denominator=20,
        plan=None,
        plan_since=date(YEAR, 1, 1),
        causes=(),
    )
