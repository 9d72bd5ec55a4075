"""SM3 国密杂凑: what holds under SHA-256 holds under SM3 on either engine, and the two are mixed nowhere (plan P5).

The decisive tests of the journal are run again here over a journal that was made with SM3.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from uuid import uuid4

import psycopg2
import pytest
from eventsourcing.persistence import InfrastructureFactory, StoredEvent

from journal import Broken, HeadBroken, Journal, Verified, open_journal, verify
from journal.digests import SHA256, SM3
from journal.engines import postgres
from journal.entries import ClockRefused, DigestDiffers
from journal.transparency.transparency_log import TransparencyLog, open_log
from tests.journal.test_backup import blobs, test_all_that_was_recorded_comes_back_on_either_engine
from tests.journal.test_checkpoints import (
    Forge,
    test_a_changed_key_goes_on_where_the_old_one_stopped,
    test_a_database_set_back_to_a_backup_with_its_checkpoints_is_known_by_the_file_beside_the_key,
    test_a_forged_head_is_not_signed,
    test_a_rewrite_with_every_hash_right_is_signed_by_nobody_and_found_by_any_checkpoint,
    test_checkpoints_extend_each_other,
)
from tests.journal.test_group_commit import (
    piled_up,
    test_a_refused_append_fails_no_other_of_its_group,
    test_appends_that_wait_together_are_committed_together,
    test_of_threads_that_race_for_versions_one_wins_each_version,
)
from tests.journal.test_journal import (
    test_a_clock_far_from_the_machines_is_refused,
    test_a_snapshot_does_not_move_while_others_append,
    test_a_taken_version_leaves_nothing_half_written,
    test_an_idempotency_key_is_kept_with_the_entries_or_not_at_all,
    test_positions_are_gapless_and_streams_keep_their_order,
    test_the_head_carries_the_root_over_all_entries,
    test_time_never_runs_backwards,
)
from tests.journal.test_proof_files import test_an_entry_changed_after_it_was_signed_for_is_not_proven
from tests.journal.test_tampering import (
    Intruder,
    filled,
    test_a_removed_tail_is_found,
    test_an_entry_rewritten_with_its_own_right_hash_is_found_by_the_head,
    test_any_changed_byte_of_an_entry_is_found_at_its_position,
    test_any_changed_byte_of_the_head_is_found,
    test_head_and_outcomes_cannot_be_changed_by_mistake,
    test_two_entries_that_changed_places_are_found,
)
from tests.journal.test_witness import (
    clock,
    district,
    test_a_log_set_back_and_grown_again_is_refused,
    test_a_log_set_back_is_refused,
    test_a_proof_that_does_not_hold_is_refused,
    test_a_witness_signs_what_extends_what_it_saw,
    test_two_histories_shown_to_two_districts_are_not_both_cosigned,
)
from tests.journal.writers import appends, entry, now, processes, statement

__all__ = [
    "Forge",
    "blobs",
    "clock",
    "district",
    "test_a_changed_key_goes_on_where_the_old_one_stopped",
    "test_a_clock_far_from_the_machines_is_refused",
    "test_a_database_set_back_to_a_backup_with_its_checkpoints_is_known_by_the_file_beside_the_key",
    "test_a_forged_head_is_not_signed",
    "test_a_log_set_back_and_grown_again_is_refused",
    "test_a_log_set_back_is_refused",
    "test_a_proof_that_does_not_hold_is_refused",
    "test_a_refused_append_fails_no_other_of_its_group",
    "test_a_removed_tail_is_found",
    "test_a_rewrite_with_every_hash_right_is_signed_by_nobody_and_found_by_any_checkpoint",
    "test_a_snapshot_does_not_move_while_others_append",
    "test_a_taken_version_leaves_nothing_half_written",
    "test_a_witness_signs_what_extends_what_it_saw",
    "test_all_that_was_recorded_comes_back_on_either_engine",
    "test_an_entry_changed_after_it_was_signed_for_is_not_proven",
    "test_an_entry_rewritten_with_its_own_right_hash_is_found_by_the_head",
    "test_an_idempotency_key_is_kept_with_the_entries_or_not_at_all",
    "test_any_changed_byte_of_an_entry_is_found_at_its_position",
    "test_any_changed_byte_of_the_head_is_found",
    "test_appends_that_wait_together_are_committed_together",
    "test_checkpoints_extend_each_other",
    "test_head_and_outcomes_cannot_be_changed_by_mistake",
    "test_of_threads_that_race_for_versions_one_wins_each_version",
    "test_positions_are_gapless_and_streams_keep_their_order",
    "test_the_head_carries_the_root_over_all_entries",
    "test_time_never_runs_backwards",
    "test_two_entries_that_changed_places_are_found",
    "test_two_histories_shown_to_two_districts_are_not_both_cosigned",
]

ORIGIN = "log.example/city"


@pytest.fixture
def journal(url: str) -> Iterator[Journal]:
    """An empty SM3 journal on each engine in turn."""
    opened = open_journal(url, digest=SM3)
    yield opened
    opened.close()


@pytest.fixture
def log(journal: Journal, url: str, tmp_path: Path) -> Iterator[TransparencyLog]:
    opened = open_log(journal, url, tmp_path / "log.key", ORIGIN)
    yield opened
    opened.close()


@pytest.mark.parametrize(
    ("data", "digest"),
    [
        (b"abc", "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"),
        (b"abcd" * 16, "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732"),
    ],
)
def test_sm3_is_that_of_the_national_standard(data: bytes, digest: str) -> None:
    """GB/T 32905-2016, appendix A."""
    assert SM3.of(data).hex() == digest


def test_the_two_algorithms_share_no_hash_of_anything() -> None:
    assert SM3.empty != SHA256.empty
    assert SM3.leaf(b"x") != SHA256.leaf(b"x")
    assert SM3.node(b"l" * 32, b"r" * 32) != SHA256.node(b"l" * 32, b"r" * 32)


def test_the_choice_is_made_once_and_outlives_the_process(journal: Journal, url: str) -> None:
    filled(journal)
    for asked in (None, SM3):
        with closing(open_journal(url, digest=asked)) as again:
            assert again.head().digest == SM3
            assert verify(again) == Verified(5, journal.head().root, "sm3")
    with pytest.raises(DigestDiffers, match="made with sm3, sha256 is asked for"):
        open_journal(url, digest=SHA256)


def test_a_journal_of_sha256_does_not_become_one_of_sm3_even_while_empty(url: str) -> None:
    open_journal(url).close()
    with pytest.raises(DigestDiffers, match="made with sha256, sm3 is asked for"):
        open_journal(url, digest=SM3)


@pytest.mark.parametrize("column", ["", ", size = size + 1"])
def test_the_algorithm_of_the_head_is_not_changed_by_mistake(journal: Journal, url: str, column: str) -> None:
    filled(journal)
    with pytest.raises((sqlite3.Error, psycopg2.Error), match="append-only"):
        statement(url, f"UPDATE head SET algorithm = 'sha256'{column}")


@pytest.mark.parametrize(
    ("name", "found"),
    [
        (b"sha256", Broken(1, "内容与散列不符 the content does not match its hash")),
        (b"md5", Broken(0, "杂凑算法不明 the head names no algorithm that is known")),
        (b"", Broken(0, "杂凑算法不明 the head names no algorithm that is known")),
    ],
)
def test_an_algorithm_changed_past_the_guards_is_found_and_nothing_is_appended(
    journal: Journal, url: str, name: bytes, found: Broken
) -> None:
    filled(journal)
    with closing(Intruder(url)) as intruder:
        assert intruder.write("head", "algorithm", "true", name)
    assert verify(journal) == found
    if isinstance(journal, postgres.PostgresRecorder) or found.position == 0:
        with pytest.raises(HeadBroken):
            journal.append([entry("thing/b", 1)], now())


def test_bytes_that_are_no_text_are_no_algorithm(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'journal.db'}"  # PostgreSQL lets nobody store such
    with closing(open_journal(url, digest=SM3)) as journal:
        filled(journal)
        with closing(Intruder(url)) as intruder:
            assert intruder.write("head", "algorithm", "true", b"s\xff")
        assert verify(journal) == Broken(0, "杂凑算法不明 the head names no algorithm that is known")


def test_the_stored_function_appends_nothing_to_an_sm3_journal(database: str) -> None:
    with closing(open_journal(database, digest=SM3)) as journal:
        head = journal.head()
        journal._algorithm = "sha256"  # type: ignore[attr-defined] # noqa: SLF001 - as a writer that knows no better
        journal._undisturbed = 0  # type: ignore[attr-defined] # noqa: SLF001 - and asks the function, as where others append
        with pytest.raises(HeadBroken, match="not hashed with SHA-256"):
            journal.append([entry("thing/a", 1)], now())
        assert journal.head() == head


def test_a_journal_from_before_there_was_a_choice_is_sha256s(url: str) -> None:
    with closing(open_journal(url)) as journal:
        filled(journal)
        head = journal.head()
        with closing(Intruder(url)) as intruder:
            intruder.run("ALTER TABLE head DROP COLUMN algorithm" + ("" if intruder.sqlite else " CASCADE"))
            if not intruder.sqlite:
                intruder.run("COMMENT ON FUNCTION journal_append IS 'an older one'")
    with closing(open_journal(url)) as journal:
        assert journal.head() == head
        journal.append([entry("thing/b", 1)], now())
        assert verify(journal) == Verified(6, journal.head().root, "sha256")
    with pytest.raises((sqlite3.Error, psycopg2.Error), match="append-only"):
        statement(url, "UPDATE head SET algorithm = 'sm3', size = size + 1")


def test_a_wrong_clock_in_a_group_fails_no_other(journal: Journal, url: str) -> None:
    odd = [entry("thing/odd", 1)]
    append = journal.append

    def by_clocks(given: list[object], at: int, *rest: object) -> object:
        return append(given, at + 40 * 86_400_000_000 if given is odd else at, *rest)  # type: ignore[arg-type]

    journal.append = by_clocks  # type: ignore[method-assign, assignment]
    outcomes, sizes = piled_up(journal, url, [([entry(f"thing/{n}", 1)], None) for n in range(3)] + [(odd, None)])
    assert sizes == [1, 3]
    assert [type(outcome) for outcome in outcomes] == [list, list, list, ClockRefused]
    assert verify(journal) == Verified(3, journal.head().root, "sm3")


def test_appends_inside_a_transaction_commit_with_it_or_not_at_all(journal: Journal) -> None:
    with journal.transaction():
        journal.append([entry("thing/a", 1)], now())
        journal.append([entry("thing/a", 2)], now())

    def interrupted() -> None:
        with journal.transaction():
            journal.append([entry("thing/a", 3)], now())
            raise LookupError

    with pytest.raises(LookupError):
        interrupted()
    assert journal.head().size == 2
    assert verify(journal) == Verified(2, journal.head().root, "sm3")


def test_processes_that_append_at_once_leave_no_gap(journal: Journal, url: str) -> None:
    """They open the journal with no setting, and the head tells each what to hash with."""
    with processes(appends, url, [(name, 15) for name in "abcd"]) as failures:
        assert failures() == []
    assert [one.position for one in journal.since(0, 100)] == list(range(1, 61))
    assert verify(journal) == Verified(60, journal.head().root, "sm3")


def test_an_application_of_the_library_may_write_an_sm3_journal(url: str) -> None:
    environment = {"PERSISTENCE_MODULE": "journal.engines.eventsourcing_adapter", "JOURNAL_URL": url}
    factory = InfrastructureFactory.construct(environment | {"JOURNAL_DIGEST": "sm3"})
    factory.application_recorder().insert_events([StoredEvent(uuid4(), 1, "thing.happened.v1", b"{}")])
    factory.close()
    with closing(open_journal(url)) as journal:
        assert verify(journal) == Verified(1, journal.head().root, "sm3")
    with pytest.raises(DigestDiffers):
        InfrastructureFactory.construct(environment | {"JOURNAL_DIGEST": "sha256"})
    with pytest.raises(OSError, match="none of sha256, sm3"):
        InfrastructureFactory.construct(environment | {"JOURNAL_DIGEST": "md5"})
