"""Hot states 热状态: kept, they are never believed unless the journal holds the very entry that they were folded to (plan P5)."""

from collections.abc import Iterator
from contextlib import closing
from copy import deepcopy
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from domain.diagnosis.withdrawal import WithdrawDiagnosis
from domain.events import CAPABILITIES
from journal import Journal, decode, open_journal
from journal.deciding import DecisionBasis
from journal.entries import Entry, NewEntry
from journal.hot_states import MOST_BYTES, MOST_STREAMS, HotStates, Stream
from tests.small_city import CITY, City

CASES = CAPABILITIES["diagnosis"]


@pytest.fixture
def other(tmp_path: Path) -> Iterator[Journal]:
    """Another journal, where the same names have other histories."""
    with closing(open_journal(f"sqlite:///{tmp_path / 'other.db'}")) as journal:
        yield journal


def surveyed(journal: Journal, hot: HotStates | None) -> tuple[Stream, set[str]]:
    """Diagnosis d1 as a command on it finds it, and the streams that were not read anew."""
    basis = DecisionBasis(journal, CAPABILITIES, hot)
    command = WithdrawDiagnosis(diagnosis="d1", reason="x")
    asked = SimpleNamespace(capability=CASES, command=command, key=None, stream="diagnosis/d1", caller=CITY)
    basis.survey([asked])  # type: ignore[list-item]
    basis.keep()
    return basis.streams["diagnosis/d1"], basis.kept


def test_a_kept_state_is_the_folded_one_and_takes_in_what_is_new(journal: Journal) -> None:
    city, hot = City(journal), HotStates()
    city.opened()
    assert surveyed(journal, hot)[1] == set()
    assert "diagnosis/d1" in surveyed(journal, hot)[1]
    city.send(CITY, WithdrawDiagnosis(diagnosis="d1", reason="企业搬迁"))
    found, kept = surveyed(journal, hot)
    whole, _ = surveyed(journal, None)
    assert "diagnosis/d1" in kept
    assert (found.version, found.leaf, found.state, found.began) == (whole.version, whole.leaf, whole.state, whole.began)


def test_a_state_of_another_history_is_not_believed(journal: Journal, other: Journal) -> None:
    hot = HotStates()
    first = City(other)
    first.opened()
    first.send(CITY, WithdrawDiagnosis(diagnosis="d1", reason="企业搬迁"))
    surveyed(other, hot)
    City(journal).opened()
    found, kept = surveyed(journal, hot)
    assert "diagnosis/d1" not in kept
    assert (found.version, found.state) == (1, surveyed(journal, None)[0].state)


def test_a_history_as_long_that_says_something_else_is_another_one(journal: Journal, other: Journal) -> None:
    """Neither name nor version tells it: a journal set back and grown anew has both."""
    hot = HotStates()
    for where, why in ((other, "企业搬迁"), (journal, "企业注销")):
        city = City(where)
        city.opened()
        city.send(CITY, WithdrawDiagnosis(diagnosis="d1", reason=why))
    surveyed(other, hot)
    found, kept = surveyed(journal, hot)
    assert "diagnosis/d1" not in kept
    assert found.leaf == surveyed(journal, None)[0].leaf != surveyed(other, None)[0].leaf


def test_no_fold_changes_the_state_that_it_begins_from(journal: Journal) -> None:
    City(journal).issued()
    before: dict[str, Any] = {}
    for entry in journal.since(0, 999):
        capability = CAPABILITIES[entry.stream.split("/", 1)[0]]
        state = before.get(entry.stream)
        kept = deepcopy(state)
        before[entry.stream] = capability.evolve(state, decode(capability, entry.type, entry.state))
        assert state == kept, entry.type


def stream_of(weight: int) -> Stream:
    return Stream(CASES).after([NewEntry("diagnosis/x", 1, "x", b"x" * weight)], 1, b"leaf")


def test_memory_is_bounded_by_number_and_by_weight() -> None:
    hot = HotStates()
    for number in range(MOST_STREAMS + 2):
        hot.keep(f"diagnosis/{number}", stream_of(1))
        hot.get("diagnosis/0")
    assert hot.get("diagnosis/1") is None, "the longest unused went"
    assert hot.get("diagnosis/0") is not None
    for number in range(6):
        hot.keep(f"diagnosis/large-{number}", stream_of(MOST_BYTES // 5))
    assert [hot.get(f"diagnosis/large-{number}") is not None for number in range(6)] == [False, *[True] * 5]
    hot.keep("diagnosis/huge", stream_of(MOST_BYTES // 2))
    assert hot.get("diagnosis/huge") is None


def test_a_stream_that_is_no_more_is_kept_no_longer() -> None:
    hot = HotStates()
    hot.keep("diagnosis/x", stream_of(1))
    hot.keep("diagnosis/x", Stream(CASES))
    assert hot.get("diagnosis/x") is None


def test_a_stream_begins_when_its_first_entry_was_written() -> None:
    first = Entry(1, 7, "diagnosis/x", 1, "x", b"", *[""] * 7, b"leaf")
    begun = Stream(CASES).after([first], 7, b"leaf")
    assert begun.after([first], 9, b"later").began == 7
