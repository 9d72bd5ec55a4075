"""Absent alike 同途未找到: what is not there and what is out of scope are refused after the same work. plan P7.

A command on a foreign thing reads and folds its history and what that names; a command on nothing has nothing to read, and the time
that its refusal takes would tell. So before `NOT_FOUND` is answered the way is gone a second time, as complement of the first:
where a stream was there none is read, and where none was its neighbour by name stands in for it. Both ways together are the same
statements, whichever came first, and as many histories.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from domain.kernel import Capability, Command
from journal.entries import Entry
from journal.journal import Journal

Histories = Mapping[str, list[Entry]]
States = Callable[[Histories], dict[str, Any]]


def go_the_other_way(
    journal: Journal, capability: Capability, command: Command, read: Histories, states: States
) -> None:
    """Read and fold what the command on a thing of the other sort would have read.

    Args:
        journal: the journal that was read.
        capability: of the command.
        command: the one that is refused.
        read: every history that its way read, by stream.
        states: folds histories of the streams of any capability.
    """

    def histories(streams: Sequence[str]) -> Histories:
        chosen = {stream: _stand_in(journal, stream, read) for stream in streams}
        found = journal.read_many(list(chosen.values()))
        return {stream: found[other] for stream, other in chosen.items()}

    own = capability.stream(command)
    with journal.snapshot():
        other = journal.read(_stand_in(journal, own, read))
        state = states({own: other})[own]
        wanted = capability.reads(command, state)
        beside = states(histories(wanted)) if wanted else {}
        if further := capability.reads_further(command, state, beside):
            states(histories(further))


def _stand_in(journal: Journal, stream: str, read: Histories) -> str:
    """What is read in a stream's place: itself where the first way had no cause to, nothing where it was, or its neighbour."""
    if stream not in read:
        return stream
    neighbour = journal.neighbour(stream)
    return neighbour if not read[stream] and neighbour is not None else f"{stream} "
