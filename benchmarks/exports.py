"""Exports 批量导出: how long the files of a city's firms take, and how much memory, beside a city five times as large.

Each format is written by the export's own worker in a process of its own, of which the peak is what its memory ever held, read
from the system. `held` are those of a caller who does not see the whole city: whose data leaves is then noted row by row.
"""

import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

from api.downloads.export_tables import TABLES
from benchmarks.firms import fill
from benchmarks.measuring import NAMES, Bench, Compared, peak, say
from domain.access import AnyOf, Attribute, Is, Role, Scope, scope_of
from interop.code_lists import districts
from interop.exports.plan import MadeExport, Plan
from interop.exports.worker import write
from interop.exports.writers import WRITERS
from journal import open_journal
from projections import open_read_models

FLAT_GOAL = 1 / 1.2
SECONDS_GOAL = 5.0


@dataclass(frozen=True)
class Sizes:
    """Firms of either city."""

    small: int = 10_000
    large: int = 50_000


SIZES = Sizes()
SMOKE = Sizes(small=30, large=60)


def written(plan: Plan) -> tuple[int, float, int, int]:
    """(rows, seconds, KiB at the most, KiB before), of a process that writes a plan."""
    write(Plan(plan.models, plan.folder, plan.ending, plan.scope, {}, {}))  # what is loaded once
    before, began = peak(), time.monotonic()
    made = MadeExport.model_validate_json(write(plan))
    return sum(one.count for one in made.tables.values()), time.monotonic() - began, peak(), before


def plans(address: str, folder: Path) -> Iterator[tuple[str, Plan]]:
    """What is written: each format for who sees the whole city, and one for who sees all of its districts as districts."""
    tables = {name: TABLES[name].readable(Role.CITY) for name in ("enterprises", "diagnoses")}
    whole = scope_of(Role.CITY, "")
    parts: Scope = AnyOf(tuple(Is(Attribute.DISTRICT, one.code) for one in districts().districts))
    held: Mapping[str, str] = {name: "enterprise" if name == "diagnoses" else "id" for name in tables}
    for ending in WRITERS:
        yield ending, Plan(address, folder, ending, whole, tables, {})
    yield "csv, held", Plan(address, folder, "csv", parts, tables, held)


def compare(bench: Bench, sizes: Sizes) -> Iterator[Compared]:
    """Both cities of each engine."""
    apart_from = get_context("forkserver")  # the worker's code is loaded once, and each process of its own begins with it
    apart_from.set_forkserver_preload([__name__])
    for engine in bench.engines:
        with ExitStack() as stack:
            found: dict[tuple[str, str], tuple[int, float, int, int]] = {}
            for city, firms in (("small", sizes.small), ("large", sizes.large)):
                folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
                address = stack.enter_context(bench.postgres()) if engine == "postgres" else None
                models = address or f"sqlite:///{folder}/read.db"
                with closing(open_journal(address or f"sqlite:///{folder}/journal.db")) as journal:
                    fill(journal, firms)
                    with closing(open_read_models(models, journal)) as projected:
                        projected.catch_up()
                for name, plan in plans(models, folder):
                    with apart_from.Pool(1) as apart:
                        found[city, name] = apart.apply(written, (plan,))
                    rows, seconds, most, before = found[city, name]
                    say(
                        f"  {NAMES[engine]}, {firms:,} firms, {name}: {rows:,} rows in {seconds:.2f} s, "
                        f"{most / 1024:,.0f} MiB at the most, {(most - before) / 1024:,.1f} more than before"
                    )
            for name in dict.fromkeys(one for _, one in found):
                few, many = found["small", name], found["large", name]
                note = f"{few[2] / 1024:,.0f} and {many[2] / 1024:,.0f} MiB at the most; {few[0]:,} rows in {few[1]:.2f} s"
                where = f"{name}, {NAMES[engine]}"
                yield Compared(f"memory, {where}", "a city five times as large", few[2] / many[2], goal=FLAT_GOAL, note=note)
                yield Compared(f"an export, {where}", f"{SECONDS_GOAL:g} s", SECONDS_GOAL / few[1], goal=1.0, note=note)
