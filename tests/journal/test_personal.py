"""Keys of personal data 个人信息密钥: sealed text is bound to its person and field, and erasure is for good. decision 0009."""

import sqlite3
import stat
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError, OperationalError

from journal.outages import is_outage
from journal.secrets.personal import KEYS, KeyDestroyed, KeyMissing, PersonalKeys, SealBroken
from journal.secrets.vault import MasterKeyUnusable, Vault, derived, master_key, open_vault

MASTER = bytes(range(32))
PROPERTY = settings(max_examples=40)
names = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=40)


@pytest.fixture
def vault(url: str) -> Iterator[Vault]:
    opened = open_vault(url)
    yield opened
    opened.close()


@pytest.fixture
def keys(vault: Vault) -> PersonalKeys:
    return PersonalKeys(vault, MASTER)


@PROPERTY
@given(person=names, field=names, text=st.text(st.characters(codec="utf-8")))
def test_what_is_sealed_opens_again_and_shows_nothing_of_itself(
    keys: PersonalKeys, person: str, field: str, text: str
) -> None:
    sealed = keys.seal(person, field, text)
    assert keys.open(person, field, sealed) == text
    assert sealed.isascii()
    assert len(text) < 5 or text not in sealed


@PROPERTY
@given(one=st.tuples(names, names), other=st.tuples(names, names))
def test_a_seal_opens_for_its_own_person_and_field_only(
    keys: PersonalKeys, one: tuple[str, str], other: tuple[str, str]
) -> None:
    assume(one != other)
    sealed = keys.seal(*one, "张三")
    keys.seal(*other, "李四")
    with pytest.raises(SealBroken):
        keys.open(*other, sealed)


def test_the_border_between_person_and_field_cannot_be_shifted(keys: PersonalKeys) -> None:
    sealed = keys.seal("ab", "c", "张三")
    assert keys.seal("a", "bc", "张三") != sealed
    with pytest.raises(SealBroken):
        keys.open("a", "bc", sealed)


@PROPERTY
@given(at=st.integers(0, 200), letter=st.sampled_from("AZaz09-_.=*"))
def test_an_altered_seal_is_refused(keys: PersonalKeys, at: int, letter: str) -> None:
    sealed = keys.seal("u1", "name", "张三丰先生")
    at %= len(sealed)
    altered = sealed[:at] + letter + sealed[at + 1 :]
    assume(altered != sealed)
    with pytest.raises(SealBroken):
        keys.open("u1", "name", altered)


@pytest.mark.parametrize("broken", ["", "p1.", "张三", "p1.AAAA", "p2.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"])
def test_what_was_never_a_seal_is_refused(keys: PersonalKeys, broken: str) -> None:
    keys.seal("u1", "name", "张三")
    with pytest.raises(SealBroken):
        keys.open("u1", "name", broken)


def test_the_same_text_seals_alike_for_one_person_and_differently_for_another(keys: PersonalKeys) -> None:
    assert keys.seal("u1", "name", "张三") == keys.seal("u1", "name", "张三")
    assert keys.seal("u1", "name", "张三") != keys.seal("u2", "name", "张三")
    assert keys.seal("u1", "name", "张三") != keys.seal("u1", "phone", "张三")


def test_an_erased_person_opens_as_nothing_and_gets_no_new_key(keys: PersonalKeys) -> None:
    sealed, other = keys.seal("u1", "name", "张三"), keys.seal("u2", "name", "李四")
    keys.destroy("u1")
    assert keys.open("u1", "name", sealed) is None
    assert keys.open("u2", "name", other) == "李四"
    with pytest.raises(KeyDestroyed):
        keys.seal("u1", "name", "张三")


def test_erasure_holds_before_the_first_text_and_twice(keys: PersonalKeys) -> None:
    keys.destroy("u1")
    keys.destroy("u1")
    with pytest.raises(KeyDestroyed):
        keys.seal("u1", "name", "张三")


def test_a_key_destroyed_by_one_process_is_gone_for_another(url: str) -> None:
    one, other = open_vault(url), open_vault(url)
    here, there = PersonalKeys(one, MASTER), PersonalKeys(other, MASTER)
    sealed = here.seal("u1", "name", "张三")
    assert there.open("u1", "name", sealed) == "张三"
    here.destroy("u1")
    assert there.open("u1", "name", sealed) is None
    one.close()
    other.close()


def test_a_lost_key_is_not_taken_for_an_erased_person(keys: PersonalKeys) -> None:
    with pytest.raises(KeyMissing):
        keys.open("u1", "name", "p1.AAAA")


def test_threads_that_seal_a_persons_first_text_at_once_draw_one_key(keys: PersonalKeys) -> None:
    with ThreadPoolExecutor(8) as threads:
        sealed = list(threads.map(lambda n: keys.seal("u1", "name", f"张{n}"), range(8)))
    assert [keys.open("u1", "name", text) for text in sealed] == [f"张{n}" for n in range(8)]


def test_another_master_key_is_refused_at_once(vault: Vault, keys: PersonalKeys) -> None:
    keys.seal("u1", "name", "张三")
    with pytest.raises(MasterKeyUnusable):
        PersonalKeys(vault, bytes(32))


def test_no_byte_of_a_destroyed_key_is_left_in_the_file(tmp_path: Path) -> None:
    path = tmp_path / "vault.db"
    vault = open_vault(f"sqlite:///{path}")
    keys = PersonalKeys(vault, MASTER)
    keys.seal("u1", "name", "张三")
    with vault.reading() as connection:
        wrapped = connection.exec_driver_sql("SELECT wrapped FROM person_keys WHERE person = 'u1'").scalar_one()
    keys.destroy("u1")
    assert {file.name for file in tmp_path.iterdir()} > {"vault.db"}, "others have the vault open, and its log beside it"
    assert all(wrapped not in file.read_bytes() for file in tmp_path.iterdir())
    vault.close()
    assert all(wrapped not in file.read_bytes() for file in tmp_path.iterdir())


def test_a_key_destroyed_while_somebody_reads_is_gone_from_the_file_once_they_are_done(tmp_path: Path) -> None:
    path = tmp_path / "vault.db"
    vault = open_vault(f"sqlite:///{path}")
    keys = PersonalKeys(vault, MASTER)
    keys.seal("u1", "name", "张三")
    reader = sqlite3.connect(path, isolation_level=None)
    reader.execute("BEGIN")
    (wrapped,) = reader.execute("SELECT wrapped FROM person_keys WHERE person = 'u1'").fetchone()
    with ThreadPoolExecutor(1) as thread:
        done = thread.submit(keys.destroy, "u1")
        time.sleep(0.3)
        reader.execute("COMMIT")
        done.result(timeout=30)
    reader.close()
    assert all(wrapped not in file.read_bytes() for file in tmp_path.iterdir())
    vault.close()


def test_a_failure_of_the_vault_tells_no_secret(vault: Vault) -> None:
    """Whatever fails is logged with its message, and a statement's parameters are password hashes and wrapped keys."""
    PersonalKeys(vault, MASTER)
    with vault.reading() as connection:
        wrapped = connection.execute(select(KEYS.c.wrapped).where(KEYS.c.person == "")).scalar_one()
    with pytest.raises(IntegrityError) as failed, vault.writing() as connection:
        connection.execute(KEYS.insert().values(person="", wrapped=wrapped))
    assert repr(bytes(wrapped))[2:-1] not in str(failed.value)
    assert "hidden" in str(failed.value)


def test_the_vaults_file_is_its_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "vault.db"
    vault = open_vault(f"sqlite:///{path}")
    PersonalKeys(vault, MASTER)
    assert {stat.S_IMODE(file.stat().st_mode) for file in tmp_path.iterdir()} == {0o600}
    vault.close()


def test_the_master_key_is_made_once_and_read_ever_after(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "master.key"
    with ThreadPoolExecutor(8) as threads:
        drawn = set(threads.map(lambda _: master_key(path), range(8)))
    assert drawn == {master_key(path)}
    assert [len(key) for key in drawn] == [32]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [file.name for file in path.parent.iterdir()] == ["master.key"]


def test_a_master_key_that_others_may_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "master.key"
    master_key(path)
    path.chmod(0o640)
    with pytest.raises(MasterKeyUnusable, match="others"):
        master_key(path)


@pytest.mark.parametrize("content", ["", "zz" * 32, "ab" * 31, "ab" * 33])
def test_a_malformed_master_key_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "master.key"
    path.write_text(content)
    path.chmod(0o600)
    with pytest.raises(MasterKeyUnusable, match="32 bytes"):
        master_key(path)


def test_keys_of_different_purposes_differ() -> None:
    assert len({derived(MASTER, "one"), derived(MASTER, "two"), derived(bytes(32), "one")}) == 3


def test_nobody_waits_for_the_vault_longer_than_a_statement_may_take(url: str) -> None:
    """plan P5: a store that does not answer is told as one that is away, by reads and writes, and is there again afterwards."""
    with closing(open_vault(url)) as holding, closing(open_vault(url, longest_seconds=0.3)) as asking:
        PersonalKeys(holding, MASTER)
        kept = partial(asking.prepared, "keys", lambda: select(KEYS.c.person))
        with holding.writing() as connection:
            if not url.startswith("sqlite"):
                connection.execute(text("LOCK TABLE secrets.person_keys IN ACCESS EXCLUSIVE MODE"))
                with pytest.raises(TimeoutError) as caught:
                    kept()
                assert is_outage(caught.value)
            began = time.monotonic()
            with pytest.raises((TimeoutError, OperationalError)) as refused, asking.writing() as other:
                other.execute(KEYS.delete())
            assert is_outage(refused.value)
            assert time.monotonic() - began < 5
        assert kept() is not None
