"""Isolation 隔离: work in processes of its own, bounded in memory and time, so that readers neither wait for it nor die of it."""

from isolation.processes import Bounds, ProcessBroken, ProcessOverBounds, preload, run
from isolation.quotas import Turns

__all__ = ["Bounds", "ProcessBroken", "ProcessOverBounds", "Turns", "preload", "run"]
