"""Deadlines 时限: when a request's work on a database must be over; the database stops it, and undoes it whole. plan P5."""

import time

from domain.kernel import Refused, Rule

DEADLINE_EXCEEDED = Rule(
    "DEADLINE_EXCEEDED",
    "plan P5",
    "处理时间超过上限，已中止；请缩小范围或稍后重试",
    "It took longer than it may and was stopped; ask for less, or try again later",
)
CLOCKS_DIFFER = 0.1
"""Seconds by which the database may find a deadline passed before we do."""


def milliseconds_left(until: float) -> int:
    """Whole milliseconds to a deadline on the monotonic clock, one at least 剩余毫秒.

    Raises:
        Refused: DEADLINE_EXCEEDED.
    """
    left = until - time.monotonic()
    if left <= 0:
        raise DEADLINE_EXCEEDED.refuse()
    return max(int(left * 1000), 1)


def late(until: float) -> Refused | None:
    """What a statement that the database stopped is refused by, where the deadline was why; None = it was not."""
    return DEADLINE_EXCEEDED.refuse() if time.monotonic() >= until - CLOCKS_DIFFER else None
