"""Absent 不可见与不存在: the processor time of a command on a thing out of scope, beside that of one on nothing. plan P7.

Every command that names a thing, by everybody to whom it answers that there is none, is asked in turn about things that there are
and about ids of nothing that come just before these, many times in one process, on both engines: the neighbour of such an id is
that thing, so that both read the same histories. What an outsider could tell by time is the ratio of the two; beside it stands
what halves of the same samples differ by, which is what this machine tells of nothing. Of samples the quickest quarter counts.
"""

import random
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean, median

from benchmarks.measuring import NAMES, Bench, Compared, say
from tests import live_city
from tests.api.hidden_things import Asked, commands_on_things, is_none
from tests.api.server.test_nodes import everything


@dataclass(frozen=True)
class Sizes:
    """rounds: of each command, on a thing and on nothing each. most: commands that are measured, drawn at random."""

    rounds: int = 80
    most: int = 1_000


SIZES = Sizes()
SMOKE = Sizes(rounds=2, most=4)
BEYOND = 0.05
"""Share of the time of a command on nothing that one on a thing may differ by."""
SHOWN = 15


@dataclass(frozen=True)
class Timed:
    """One command by one sender 一项命令: seconds of the processor, of each round."""

    asked: Asked
    foreign: tuple[float, ...]
    absent: tuple[float, ...]

    @property
    def ratio(self) -> float:
        """How many times as long the command on a thing takes."""
        return quickest(self.foreign) / quickest(self.absent)

    @property
    def noise(self) -> float:
        """The same of two halves of the samples on nothing."""
        return quickest(self.absent[::2]) / quickest(self.absent[1::2])


def quickest(seconds: Sequence[float]) -> float:
    """The mean of the quickest quarter: what others on the machine do lies in the rest."""
    return fmean(sorted(seconds)[: max(len(seconds) // 4, 1)])


def compare(bench: Bench, sizes: Sizes) -> Iterator[Compared]:
    """Every command on each engine: the median of the ratios, and how far the furthest lies away."""
    for engine in bench.served_on:
        with (
            tempfile.TemporaryDirectory() as place,
            bench.postgres() if engine == "postgres" else nullcontext() as address,
            live_city.live_city(Path(place), address or "sqlite") as city,
        ):
            with live_city.followed(city):
                things = {"diagnosis": [city.opened()]} if bench.small else everything(city)
            found = sorted(_timed(city, list(commands_on_things(things)), sizes), key=lambda one: one.ratio)
        yield from _told(found, NAMES[engine])


def _timed(city: live_city.LiveCity, every: list[Asked], sizes: Sizes) -> Iterator[Timed]:
    chance = random.Random(7)  # noqa: S311 - which are drawn, repeatable
    for asked in chance.sample(every, min(sizes.most, len(every))):
        answers = {one: city.ask(asked.who, asked.query, **asked.given(one, city.today)) for one in asked.ids}
        hidden = [one for one, answer in answers.items() if is_none(answer, asked.command)]
        if not hidden:
            continue
        foreign, absent = list[float](), list[float]()
        for round_ in range(sizes.rounds + 2):
            thing = chance.choice(hidden)
            ways = [(thing, foreign), (thing[:-1], absent)]
            for identity, taken in ways if round_ % 2 else ways[::-1]:
                given = asked.given(identity, city.today)
                begun = time.process_time()
                city.ask(asked.who, asked.query, **given)
                if round_ > 1:
                    taken.append(time.process_time() - begun)
        yield Timed(asked, tuple(foreign), tuple(absent))


def _told(found: list[Timed], where: str) -> Iterator[Compared]:
    far = sorted(found, key=lambda one: -abs(one.ratio - 1))
    say(f"\n{where}: {len(found)} commands by a sender each")
    for one in far[:SHOWN]:
        times = f"{quickest(one.foreign) * 1e3:.2f} against {quickest(one.absent) * 1e3:.2f} ms"
        say(f"  × {one.ratio:.3f} (of itself {one.noise:.3f})  {one.asked.command}({one.asked.field}) by {one.asked.who}: {times}")
    beyond = [one for one in found if abs(one.ratio - 1) > BEYOND]
    noisy = [one for one in found if abs(one.noise - 1) > BEYOND]
    note = f"{len(beyond)} of {len(found)} beyond {BEYOND:.0%}, {len(noisy)} against themselves; furthest × {far[0].ratio:.2f}"
    yield Compared(f"a command on a thing out of scope, {where}", "on nothing", median(one.ratio for one in found), note=note)
