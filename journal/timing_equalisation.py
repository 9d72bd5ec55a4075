"""Absent alike 同途未找到: what is not there and what is out of scope are refused after the same work. plan P7.

A command on a foreign thing reads and folds its history and what that names; a command on nothing has nothing to read, and the time
that its refusal takes would tell. So before `NOT_FOUND` is answered the way is gone a second time, as complement of the first:
where a stream was there none is read, and where none was its neighbour by name stands in for it. All ways together are the same
statements, whichever came first, and as many histories. What a kept state saved the first time is read and folded all the same.
"""

from domain.kernel import Capabilities
from journal.deciding import DecisionBasis, PendingCommand
from journal.journal import Journal


def go_the_other_way(journal: Journal, capabilities: Capabilities, asked: PendingCommand) -> None:
    """Read and fold what was saved, and what the command on a thing of the other sort would have read.

    asked: the command that is refused, with the streams that it was decided on.
    """

    def saved(stream: str) -> str:
        return stream if stream in asked.kept else _nothing(stream)

    def complement(stream: str) -> str:
        """Itself where the first way had no cause to read it, nothing where it was, or its neighbour."""
        if stream not in asked.read:
            return stream
        neighbour = journal.neighbour(stream)
        return neighbour if not asked.read[stream] and neighbour is not None else _nothing(stream)

    for chosen in (saved, complement):
        basis = DecisionBasis(journal, capabilities, chosen=chosen)
        basis.survey((asked,))
        for stream in basis.streams.values():
            _ = stream.state


def _nothing(stream: str) -> str:
    """The name of no stream: none has a blank in it."""
    return f"{stream} "
