"""Computation 待算事项: what takes longer than a command may, and the command that records what it comes to. plan V5."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter

from domain.kernel import Command
from isolation import Bounds


@dataclass(frozen=True)
class Computation:
    """Something to be computed from facts on record, in a process of its own, and recorded once.

    function: its name as `module:function`; it returns bytes. arguments: all that it depends on. command: what records the bytes.
    key: under which it is recorded once 幂等键. cause: the fact it follows from. reason: kept with the entry.
    bounds: None = the usual.
    """

    function: str
    arguments: tuple[object, ...]
    command: Callable[[bytes], Command]
    key: str
    cause: str
    reason: str
    bounds: Bounds | None = None


def recorded_as(command: type[Command], outcome: TypeAdapter[Any], **stated: object) -> Callable[[bytes], Command]:
    """How the bytes of a computation become the command that records it.

    outcome: reads the bytes as a named tuple of the command's own fields. stated: what was known before it began.
    """
    return lambda found: command(**stated, **outcome.validate_json(found)._asdict())
