"""Console pages 控制台页面: until the console can be used, in a real browser on loopback, against the second that is promised.

Each row says how many times as fast as its goal a page is, from the beginning of its loading until what it shows is drawn and the
browser rests: the page on which one signs in and a page of 50 firms, both in a profile that has nothing of the console, and the
firms again where its files are kept. Beside it the processor's seconds of browser, driver and server together.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import IO

import orjson

from api.server import console
from benchmarks.cities import built
from benchmarks.measuring import NAMES, Bench, Compared, Processor, Work, say
from benchmarks.serving import ours, server

SCRIPT = Path(__file__).parents[1] / "console" / "e2e" / "timing.mjs"
PROMISED = 1.0
"""Seconds for a page of firms on loopback; the page to sign in is held against the same."""
ASKED = {
    "first": "the page to sign in, nothing kept",
    "cold": "a page of firms, nothing kept",
    "again": "a page of firms, files kept",
}
"""What the script is asked for -> what that is."""


@dataclass(frozen=True)
class Sizes:
    """rounds: loads of each page."""

    rounds: int = 7


SIZES = Sizes()
SMOKE = Sizes(rounds=1)


@contextmanager
def _browser(url: str, token: str, rows: int) -> Iterator[subprocess.Popen[str]]:
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if chromium is None or not (console.BUILT / "index.html").exists():
        raise RuntimeError("run scripts/console and scripts/browser first; make install and make test do")
    told = {"CHROMIUM": chromium, "ZHENDUAN_URL": url, "TOKEN": token, "ROWS": str(rows)}
    command = [str(Path(sys.executable).with_name("node")), str(SCRIPT)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, env={**os.environ, **told}, stdin=pipe, stdout=pipe, text=True) as running:
        yield running
        _of(running.stdin).close()


def _of(pipe: IO[str] | None) -> IO[str]:
    assert pipe is not None  # noqa: S101 - asked for when it was started
    return pipe


def _taken(running: subprocess.Popen[str], page: str) -> float:
    """Seconds that a page took, as the browser itself counts them."""
    _of(running.stdin).write(f"{page}\n")
    _of(running.stdin).flush()
    if not (line := _of(running.stdout).readline()):
        raise RuntimeError(f"the browser ended before it showed {ASKED[page]}")
    return float(orjson.loads(line)) / 1e3


def compare(bench: Bench, sizes: Sizes) -> Iterator[Compared]:
    """Each page in turn, round by round; on one engine, since what is measured is the browser."""
    engine = bench.engines[-1]
    with ExitStack() as stack:
        city = stack.enter_context(built(bench, engine))
        _, port = stack.enter_context(server(ours(city.settings.data), _database(city.settings.database)))
        running = stack.enter_context(_browser(f"http://127.0.0.1:{port}", city.districts[0], city.rows))
        processor = Processor()
        done: dict[str, list[Work]] = {page: [] for page in ASKED}
        for _ in range(sizes.rounds):
            for page, works in done.items():
                spent = processor.seconds()
                seconds = _taken(running, page)
                works.append(Work(1, seconds, processor.seconds() - spent))
    for page, works in done.items():
        clock, spent = median(one.seconds for one in works), median(one.processor or 0.0 for one in works)
        say(f"  {ASKED[page]:<40} {clock * 1e3:>7.0f} ms, {spent * 1e3:>7.0f} ms of the processor")
        what = f"{ASKED[page]}, {city.rows} firms, {NAMES[engine]}"
        yield Compared(what, f"{PROMISED:g} s", PROMISED / clock, goal=1, note=f"{clock:.2f} s, {spent:.2f} s of a core")


def _database(address: str | None) -> dict[str, str]:
    return {} if address is None else {"ZHENDUAN_DATABASE": address}
