"""Head as this process left it 所知头部: an append that believes it is right or writes nothing, whoever else appends (plan P5)."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing
from urllib.parse import urlsplit

import psycopg2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from journal import Journal, KeyReused, NewEntry, Verified, VersionTaken, verify
from journal.digests import SHA256, SM3, Digest
from journal.engines.postgres import UNDISTURBED, PostgresRecorder
from tests.journal import writers
from tests.journal.writers import now


def entry(stream: str, **rest: str) -> NewEntry:
    return writers.entry(stream, 1, **rest)


@pytest.fixture(params=[SHA256, SM3], ids=lambda digest: digest.name)
def two(request: pytest.FixtureRequest, database: str) -> Iterator[tuple[PostgresRecorder, PostgresRecorder]]:
    """Two processes' recorders over one journal."""
    digest: Digest = request.param
    with closing(PostgresRecorder(database, digest=digest)) as one, closing(PostgresRecorder(database)) as other:
        yield one, other


def test_what_another_process_appended_is_never_written_over(two: tuple[PostgresRecorder, PostgresRecorder]) -> None:
    one, other = two
    for number in range(4):
        one.append([entry(f"a/{number}")], now())
    other.append([entry("b/1"), entry("b/2")], now())
    written = one.append([entry("a/9")], now())
    assert [found.position for found in written] == [7]
    assert isinstance(verify(one), Verified)
    assert one.read("a/9") == written


def test_a_refused_append_leaves_the_next_one_right(two: tuple[PostgresRecorder, PostgresRecorder]) -> None:
    one, other = two
    one.append([entry("a/1")], now(), ("li", "k", "d", "o"))
    with pytest.raises(VersionTaken):
        one.append([entry("a/2"), entry("a/1")], now())
    with pytest.raises(KeyReused):
        one.append([entry("a/3")], now(), ("li", "k", "d", "o"))
    one.append([entry("a/4")], now(), ("li", "k2", "d", "o"))
    one.append([], now(), ("li", "k3", "d", "o"))
    one.append([entry("a/5")], now())
    other.append([entry("a/6")], now())
    assert [found.stream for found in one.since(0, 9)] == ["a/1", "a/4", "a/5", "a/6"]
    assert isinstance(verify(other), Verified)


def test_what_is_only_remembered_later_in_a_group_moves_no_time(journal: Journal) -> None:
    at = now()
    journal.append_all([([entry("a/1")], at, None), ([], at + 5, ("li", "k", "d", "o"))])
    assert journal.head().at == journal.since(0, 1)[0].at == at
    journal.append([entry("a/2")], at + 6)
    assert isinstance(verify(journal), Verified)


def undone(recorder: PostgresRecorder) -> None:
    with recorder.transaction():
        recorder.append([entry("a/2")], now())
        raise LookupError


def test_after_a_transaction_that_was_undone_the_head_is_asked_for_again(two: tuple[PostgresRecorder, PostgresRecorder]) -> None:
    one, _ = two
    one.append([entry("a/1")], now())
    with pytest.raises(LookupError):
        undone(one)
    with one.transaction():
        one.append([entry("a/3"), entry("a/4")], now())
    one.append([entry("a/5")], now())
    assert [found.position for found in one.since(0, 9)] == [1, 2, 3, 4]
    assert isinstance(verify(one), Verified)


def test_texts_come_back_as_they_were_whichever_statement_wrote_them(two: tuple[PostgresRecorder, PostgresRecorder]) -> None:
    one, other = two
    texts = ('"', "\\", "{a,b}", "NULL", "", "，松江 𠮷", "line\nend\ttab", "%s $1 '")
    one.append([entry(f"a/{number}", reason=text) for number, text in enumerate(texts)], now(), ("li", '"k\\', "{d}", "NULL"))
    for number, text in enumerate(texts):
        one.append([entry(f"b/{number}", reason=text)], now())
    assert [found.reason for found in other.since(0, 99)] == [*texts, *texts]
    assert other.outcome("li", '"k\\') == ("{d}", "NULL")
    assert isinstance(verify(other), Verified)


@given(turns=st.lists(st.tuples(st.integers(0, 2), st.integers(1, 3)), min_size=1, max_size=4 * UNDISTURBED))
def test_however_processes_take_turns_the_journal_is_one(database: str, turns: Sequence[tuple[int, int]]) -> None:
    with closing(psycopg2.connect(database)) as connection, connection.cursor() as cursor:
        connection.autocommit = True
        cursor.execute("DROP DATABASE IF EXISTS taking_turns")
        cursor.execute("CREATE DATABASE taking_turns")
    address = urlsplit(database)._replace(path="/taking_turns").geturl()
    with ExitStack() as stack:
        recorders = [stack.enter_context(closing(PostgresRecorder(address))) for _ in range(3)]
        expected = []
        for turn, (who, count) in enumerate(turns):
            written = recorders[who].append([entry(f"t/{turn}-{number}") for number in range(count)], now())
            expected += [found.stream for found in written]
        found = recorders[0].since(0, 99)
        assert [one.stream for one in found] == expected
        assert [one.position for one in found] == list(range(1, len(found) + 1))
        assert isinstance(verify(recorders[0]), Verified)
