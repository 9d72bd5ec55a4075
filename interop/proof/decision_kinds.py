"""Kinds of decisions 决定类别: what one declares of itself to be proved by a dossier. plan P5."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from domain.kernel import Rule
from journal import Entry, Journal

Data = dict[str, Any]
History = Mapping[str, Sequence[Entry]]
"""Stream -> its entries, from the first on."""

NOTHING_DECIDED = Rule(
    "NOTHING_DECIDED", "plan P5", "该对象尚无可供核验的决定", "Nothing has been decided of it yet that a dossier could prove"
)


def nothing_on_file(_causes: History, _subject: str) -> Data:
    """A decision that rests on the journal alone."""
    return {}


@dataclass(frozen=True)
class DecisionKind:
    """A kind of decision 决定类别.

    causes(read, subject, jobs): every stream it rests on -> the entries of it, from the first on. Any kind of decision joins by
    this function; what it returns is what the dossier holds. jobs: streams of the diagnoses that it is about, as the read models
    know them, where the kind rests on some.
    result(history): what was decided, as data; `interop/proof/verify_dossier.py` must arrive at the same by itself.
    on_file(history): what of the rules came with the program and stands in no entry; stated, and proved by nothing.
    """

    causes: Callable[[Journal, str, Sequence[str]], History]
    result: Callable[[History, str], Data]
    on_file: Callable[[History, str], Data] = nothing_on_file


def up_to_the_last_of(journal: Journal, subject: str, streams: Sequence[str]) -> History:
    """The histories of a subject's stream and of others, these as they stood when the subject's last entry was written."""
    own = journal.read(subject)
    last = own[-1].position
    read = journal.read_many(list(dict.fromkeys(streams)))
    kept = {name: [one for one in entries if one.position <= last] for name, entries in read.items() if name != subject}
    return {subject: own, **{name: entries for name, entries in kept.items() if entries}}
