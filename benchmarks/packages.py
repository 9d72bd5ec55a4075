"""Packages 数据包制作: one of a city's firms, made in a process of its own within the program's bounds, beside one of few firms.

One case is led to its report by real commands; the others stand beside it as rows, each a firm with a case and a report. What is
compared: firms a second, by the clock and by processor, and the memory that the process came to at most. SQLite.
"""

import resource
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import create_engine

from benchmarks.measuring import Bench, Compared, say
from domain.programme.packages.events import PackageRequested
from domain.programme.packages.making import PACKAGE_OUTCOME
from domain.programme.packages.terms import Counterpart, PackageClassification, PackageGranularity
from interop.packages.outcome import outcome_bytes
from isolation import run
from projections import ReadModels
from projections.diagnosis.diagnoses_fold import DIAGNOSES, REPORTS
from projections.engine.places import ENTERPRISES
from tests import live_city
from zhenduan.background.package_making import BOUNDS

TABLES = (ENTERPRISES, DIAGNOSES, REPORTS)
ASKED = PackageRequested(
    counterpart=Counterpart.MIIT_PILOT,
    recipient="试点平台办公室（示例）",
    purpose="测量",
    classification=PackageClassification.CONFIDENTIAL,
    granularity=PackageGranularity.FIRMS,
    edition="2023",
    external_edition=None,
    requested_by="li",
)
FLAT = 1 / 1.2
"""Of the memory of few, so much at least is all that many take more."""
CHUNK = 1_000


@dataclass(frozen=True)
class Sizes:
    """few, many: firms with a report."""

    few: int = 1_000
    many: int = 10_000


SIZES = Sizes()
SMOKE = Sizes(few=2, many=5)


@dataclass(frozen=True)
class Made:
    """What a package took 制作耗费. mebibytes: of memory, the most at a time. size: of the package, bytes."""

    firms: int
    seconds: float
    processor: float
    mebibytes: float
    size: int


def measured(*arguments: Any) -> bytes:  # noqa: ANN401 - those of `outcome_bytes`
    """In the process apart: make it, and say what that took."""
    began = time.monotonic()
    outcome = PACKAGE_OUTCOME.validate_json(outcome_bytes(*arguments))
    used = resource.getrusage(resource.RUSAGE_SELF)
    told = {"results": outcome.results, "size": outcome.size, "kibibytes": used.ru_maxrss}
    return orjson.dumps(told | {"seconds": time.monotonic() - began, "processor": used.ru_utime + used.ru_stime})


def multiply(models: ReadModels, first: int, number: int) -> None:
    """Put firms with an issued report beside the one that the read models hold, up to a number of them."""
    with models.reading() as snapshot:
        tables = [snapshot[table] for table in TABLES]
        report = dict(zip(tables[2].c.keys(), snapshot.rows(tables[2].select().limit(1))[0], strict=True))
        case_of = tables[1].select().where(tables[1].c.id == report["diagnosis"])
        case = dict(zip(tables[1].c.keys(), snapshot.rows(case_of)[0], strict=True))
        firm_of = tables[0].select().where(tables[0].c.id == case["enterprise"])
        firm = dict(zip(tables[0].c.keys(), snapshot.rows(firm_of)[0], strict=True))
    engine = create_engine(models.address)
    for start in range(first, number, CHUNK):
        places = range(start, min(start + CHUNK, number))
        with engine.begin() as connection:
            for table, row, own in (
                (tables[0], firm, lambda place: {"id": f"firm-{place:06d}", "uscc": f"firm-{place:06d}"}),
                (tables[1], case, lambda place: {"id": f"m{place:06d}", "enterprise": f"firm-{place:06d}"}),
                (tables[2], report, lambda place: {"diagnosis": f"m{place:06d}"}),
            ):
                connection.execute(table.insert(), [row | own(place) for place in places])
    engine.dispose()


def made(models: ReadModels, files: Path, firms: int) -> Made:
    """A package of all firms that there are, made once."""
    given = (models.address, str(files), "bench", ASKED.model_dump_json(), 1_714_982_400_000_000, "bench", 10, True)
    told = orjson.loads(run("benchmarks.packages:measured", *given, bounds=BOUNDS))
    if told["results"] != firms:
        raise RuntimeError(f"{told['results']} results of {firms} firms")
    return Made(firms, told["seconds"], told["processor"], told["kibibytes"] / 1024, told["size"])


def compare(bench: Bench, sizes: Sizes) -> Iterator[Compared]:
    """Few firms, then many in the same city."""
    del bench
    with tempfile.TemporaryDirectory() as place:
        address = f"sqlite:///{place}/city/journal.db"
        tokens = live_city.build_city(Path(place) / "city", address)
        with live_city.open_city(Path(place) / "city", address, tokens) as city:
            with live_city.followed(city):
                city.issued()
            models = city.installation.services.models
            models.catch_up()
            found = []
            for before, firms in ((1, sizes.few), (sizes.few, sizes.many)):
                multiply(models, before, firms)
                found.append(made(models, city.installation.services.blobs.folder, firms))
                say(f"{found[-1]}")
    few, many = found
    what, against = f"package of {many.firms:,} firms", f"of {few.firms:,}"
    rates = [one.firms / one.seconds for one in found], [one.firms / one.processor for one in found]
    note = f"{many.seconds:.1f} s, {many.processor:.1f} s of a core, {many.size / 2**20:.1f} MiB"
    yield Compared(f"{what}, firms a second", against, rates[0][1] / rates[0][0], rates[1][1] / rates[1][0], None, note)
    memory = f"{many.mebibytes:.0f} MiB, of which {few.mebibytes:.0f} for few"
    yield Compared(f"{what}, memory", against, few.mebibytes / many.mebibytes, None, FLAT, memory)
