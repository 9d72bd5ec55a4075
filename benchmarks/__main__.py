"""Benchmarks 基准: `python -m benchmarks [NAME …] [SIZE=VALUE …] [--smoke] [--engine postgres|sqlite]`; all of them without a name.

Each measures against a named peer in one run on one machine, and all end in one table of ratios. SIZE=VALUE overrides what the
benchmark's `Sizes` names, where it has such a size: `python -m benchmarks projections entries=1000000 rounds=1`.
"""

import argparse
import os
import sys
from collections.abc import Iterator
from dataclasses import fields, replace
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

from benchmarks.measuring import ENGINES, Bench, Compared, say

NAMES = tuple(sorted(path.stem for path in Path(__file__).parent.glob("*.py") if "\ndef compare(" in path.read_text("utf-8")))


def rows(name: str, bench: Bench, given: dict[str, str]) -> Iterator[Compared]:
    """What a benchmark finds, at its full sizes or at its small ones."""
    benchmark = import_module(f"benchmarks.{name}")
    sizes: Any = benchmark.SMOKE if bench.small else benchmark.SIZES
    known = {one.name: type(getattr(sizes, one.name)) for one in fields(sizes)}
    changed = {size: value for size, value in given.items() if size in known}
    sizes = replace(sizes, **{size: _value(known[size], value) for size, value in changed.items()})
    found: Iterator[Compared] = benchmark.compare(bench, sizes)
    yield from found


def _value(kind: type[Any], text: str) -> Any:  # noqa: ANN401 - of the size's own type
    return tuple(map(int, text.split(","))) if kind is tuple else kind(text)


def as_table(found: list[tuple[str, Compared]], loads: tuple[float, float]) -> str:
    """The one table, as Markdown."""
    lines = [
        f"{datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores, load {loads[0]:.1f} before and {loads[1]:.1f} after.",
        "",
        "| benchmark | what | against | × wall clock | × processor | goal | |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for name, row in found:
        processor = f"{row.processor:.2f}" if row.processor is not None else ""
        verdict = "" if row.goal is None else f"≥ {row.goal:g} {'met' if row.wall >= row.goal else 'MISSED'}"
        lines.append(f"| {name} | {row.what} | {row.against} | {row.wall:.2f} | {processor} | {verdict} | {row.note} |")
    return "\n".join(lines)


def main() -> int:
    """Run those that are named, and print the table; 1 when one of them failed."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("what", nargs="*", metavar="NAME|SIZE=VALUE", help=", ".join(NAMES))
    options.add_argument("--smoke", action="store_true", help="small sizes: does it run at all")
    options.add_argument("--engine", choices=ENGINES)
    given = options.parse_intermixed_args()
    sizes = dict(one.split("=", 1) for one in given.what if "=" in one)
    names = [one for one in given.what if "=" not in one] or NAMES
    if unknown := set(names) - set(NAMES):
        options.error(f"no benchmark {', '.join(sorted(unknown))}; there are {', '.join(NAMES)}")
    bench = Bench((given.engine,) if given.engine else ENGINES, small=given.smoke)
    before, found, failed = os.getloadavg()[0], list[tuple[str, Compared]](), False
    for name in names:
        say(f"\n== {name}")
        try:
            found += [(name, row) for row in rows(name, bench, sizes)]
        except Exception as error:  # noqa: BLE001 - the others are measured nevertheless
            failed = True
            say(f"{name} failed: {type(error).__name__}: {error}")
    print(as_table(found, (before, os.getloadavg()[0])))
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
