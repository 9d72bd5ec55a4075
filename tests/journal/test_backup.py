"""Backup and restore 备份与恢复: online, whole, checked before it is usable, and without a single secret (plan P5)."""

import json
import threading
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from domain.programme.packages.events import PackageFile, PackageMade
from journal import Journal, NewEntry, Verified, open_journal, verify
from journal.backup.format import BackupRefused, Manifest, from_canonical, open_backup
from journal.backup.restore import NotEmpty, Restored, restore
from journal.backup.write import back_up
from journal.blobs import Blobs
from journal.codec import encode
from journal.digests import SHA256
from journal.disclosure_log.disclosure_log import START, DisclosuresInUse, Written, broken, linked
from journal.disclosure_log.index import BY_FIRM
from journal.disclosure_log.stores import open_disclosures
from journal.entries import canonical
from journal.transparency.signed_notes import Note, SigningKey, SigningKind
from journal.transparency.transparency_log import SigningRefused, TransparencyLog, contradicted, open_log
from tests.journal.forging import fill
from tests.journal.writers import now

MADE_AT = datetime(2026, 11, 24, 8, tzinfo=UTC)
DISTRICT = SigningKey.generate("310117.example/witness", SigningKind.COSIGNATURE)
REPORT = b"%PDF-1.7 a report"


def read_rows() -> list[Written]:
    """Three rows of a disclosure log, of two processes in turn."""
    found, chains = list[Written](), {"a": (0, START), "b": (0, START)}
    for at, writer in enumerate("aba"):
        number, before = chains[writer]
        content = (at, "li", "district", "310117", "Query.enterprises", '{"everything":true}', '[[["revenue"],[["f1","."]]]]')
        chains[writer] = (number + 1, linked(before, writer, number + 1, content))
        found.append(Written(*content, 2, writer, *chains[writer]))
    return found


@pytest.fixture
def log(journal: Journal, url: str, tmp_path: Path) -> Iterator[TransparencyLog]:
    opened = open_log(journal, url, tmp_path / "log.key", "log.example/city")
    yield opened
    opened.close()


@pytest.fixture
def blobs(tmp_path: Path) -> Blobs:
    return Blobs(tmp_path / "files")


def lived_in(journal: Journal, log: TransparencyLog, blobs: Blobs) -> None:
    """A journal with entries, a file, a remembered outcome and a cosigned checkpoint."""
    fill(journal, 5)
    digest = blobs.put(REPORT)
    state = json.dumps({"file": {"pdf": digest}, "standard": "f" * 64}, separators=(",", ":")).encode()
    entry = NewEntry("report/1", 1, "diagnosis.report_issued.v1", state, actor="李", role="provider", reason="出具报告")
    journal.append([entry], now(), ("李", "k1", "digest", '{"结果":1}'))
    note = log.checkpoint()
    log.accept(str(Note(note.text, (*note.signatures, DISTRICT.sign(note.text, 1_700_000_000)))), DISTRICT.verifier)
    fill(journal, 3, "thing/b")
    log.checkpoint()


def backed_up(path: Path, journal: Journal, log: TransparencyLog, blobs: Blobs) -> Manifest:
    return back_up(path, journal, log, blobs, MADE_AT, disclosures=read_rows())


def elsewhere(
    path: Path, url: str, folder: Path, key: Path, *, unsigned: bool = False
) -> tuple[Restored, Journal, TransparencyLog, Blobs]:
    """The backup brought back into an installation of its own."""
    folder.mkdir(exist_ok=True)
    (folder / "log.key").write_text(key.read_text("utf-8"), "utf-8")
    (folder / "log.key").chmod(0o600)
    with open_backup(path) as backup:
        journal = open_journal(url, digest=backup.digest)
        log, blobs = open_log(journal, url, folder / "log.key"), Blobs(folder / "files")
        return restore(backup, journal, blobs, log.keys().verifiers, unsigned=unsigned), journal, log, blobs


@pytest.mark.parametrize("target", ["sqlite", "postgres"])
def test_all_that_was_recorded_comes_back_on_either_engine(
    journal: Journal,
    log: TransparencyLog,
    blobs: Blobs,
    tmp_path: Path,
    target: str,
    new_database: Callable[[], str],
) -> None:
    lived_in(journal, log, blobs)
    manifest = backed_up(tmp_path / "b.zip", journal, log, blobs)
    assert (manifest.size, manifest.files, manifest.outcomes, manifest.missing) == (9, 1, 1, ())
    url = f"sqlite:///{tmp_path / 'there' / 'journal.db'}" if target == "sqlite" else new_database()
    done, other, other_log, files = elsewhere(tmp_path / "b.zip", url, tmp_path / "there", tmp_path / "log.key")
    with closing(other), closing(other_log):
        assert other.head() == journal.head() == done.head
        assert other.since(0, 100) == journal.since(0, 100)
        assert other.outcome("李", "k1") == ("digest", '{"结果":1}')
        assert isinstance(verify(other), Verified)
        assert other_log.checkpoints() == log.checkpoints()
        assert contradicted(other, log.checkpoints()) is None
        for size in (6, 9):
            assert other_log.signed(size) == log.signed(size)
        assert other_log.checkpoint() == log.checkpoint()
        [report] = [entry for entry in other.since(0, 100) if b"pdf" in entry.state]
        assert files.get(json.loads(report.state)["file"]["pdf"]) == REPORT
        more = fill(other, 1, "thing/c")
        assert more[0].position == 10
        assert isinstance(verify(other), Verified)
        assert other_log.checkpoint() != log.signed()


@pytest.mark.parametrize("target", ["sqlite", "postgres"])
def test_the_disclosure_log_comes_back_on_either_engine_and_into_an_empty_one_alone(
    whole: tuple[Path, Path], tmp_path: Path, target: str, new_database: Callable[[], str]
) -> None:
    url = f"sqlite:///{tmp_path / 'disclosures.db'}" if target == "sqlite" else new_database()
    with closing(open_disclosures(url)) as disclosures, open_backup(whole[0]) as backup:
        assert backup.broken_disclosures() == (0, [])
        assert disclosures.load(backup.disclosures()) == 3
        assert list(disclosures.rows()) == read_rows()
        with disclosures.reading() as connection:
            assert list(broken(connection)) == []
            [(firm, held)] = connection.execute(select(BY_FIRM.c.firm, BY_FIRM.c.reads))
            assert (firm, len(json.loads(held))) == ("f1", 3)
        with pytest.raises(DisclosuresInUse):
            disclosures.load(backup.disclosures())
        with pytest.raises(DisclosuresInUse):
            disclosures.require_unused()
        assert list(disclosures.rows()) == read_rows()


@pytest.mark.parametrize("target", ["sqlite", "postgres"])
def test_a_backup_that_changes_while_it_is_read_leaves_no_row_of_the_disclosure_log(
    tmp_path: Path, target: str, new_database: Callable[[], str]
) -> None:
    def cut() -> Iterator[Written]:
        yield from read_rows()
        raise BackupRefused

    url = f"sqlite:///{tmp_path / 'disclosures.db'}" if target == "sqlite" else new_database()
    with closing(open_disclosures(url)) as disclosures:
        with pytest.raises(BackupRefused):
            disclosures.load(cut())
        assert list(disclosures.rows()) == []


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([read_rows()[0], *read_rows()[2:]], []),
        (read_rows()[:-1], []),
        (read_rows()[1:], ["a: 缺第 1 条 row 1 is missing before 2"]),
        ([read_rows()[0]._replace(person="wang"), *read_rows()[1:]], ["a/1: 内容与链值不符 the row is not what was written"]),
    ],
    ids=["a whole chain is gone", "the last row is gone", "the first row is gone", "a row was changed"],
)
def test_a_disclosure_log_is_backed_up_as_it_is_and_what_its_chains_tell_is_said(
    journal: Journal, log: TransparencyLog, blobs: Blobs, tmp_path: Path, rows: list[Written], said: list[str]
) -> None:
    manifest = back_up(tmp_path / "b.zip", journal, log, blobs, MADE_AT, disclosures=rows)
    assert manifest.disclosures == len(rows)
    with open_backup(tmp_path / "b.zip") as backup:
        backup.checked(log.keys().verifiers)
        assert backup.broken_disclosures() == (len(said), said)
        assert list(backup.disclosures()) == rows


def test_a_backup_is_of_one_moment_while_others_go_on(
    journal: Journal, log: TransparencyLog, blobs: Blobs, tmp_path: Path
) -> None:
    lived_in(journal, log, blobs)
    stop = threading.Event()

    def write() -> None:
        version = 0
        while not stop.is_set():
            version += 1
            entry = NewEntry("busy", version, "t.v1", b"{}", idempotency_key=str(version))
            journal.append([entry], now(), ("li", f"busy-{version}", "d", str(version)))

    writer = threading.Thread(target=write)
    writer.start()
    try:
        manifests = [backed_up(tmp_path / f"{number}.zip", journal, log, blobs) for number in range(5)]
    finally:
        stop.set()
        writer.join()
    assert manifests[-1].size > manifests[0].size
    for number, manifest in enumerate(manifests):
        with open_backup(tmp_path / f"{number}.zip") as backup:
            assert backup.checked(log.keys().verifiers).size == manifest.size
            outcomes = {row["idempotency_key"] for row in backup.rows("outcomes.jsonl")} - {"k1"}
            entries = {f"busy-{e.idempotency_key}" for e in backup.entries() if e.stream == "busy"}
            assert outcomes == entries, "an outcome without its entry would answer for what never happened"


def test_an_empty_journal_is_backed_up_too(
    journal: Journal, log: TransparencyLog, blobs: Blobs, tmp_path: Path
) -> None:
    backed_up(tmp_path / "b.zip", journal, log, blobs)
    url = f"sqlite:///{tmp_path / 'there' / 'journal.db'}"
    done, other, other_log, _ = elsewhere(tmp_path / "b.zip", url, tmp_path / "there", tmp_path / "log.key")
    with closing(other), closing(other_log):
        assert done.head.size == other.head().size == 0
        fill(other, 2)
        assert isinstance(verify(other), Verified)


def test_a_backup_goes_into_an_empty_journal_only(
    journal: Journal, log: TransparencyLog, blobs: Blobs, tmp_path: Path
) -> None:
    lived_in(journal, log, blobs)
    backed_up(tmp_path / "b.zip", journal, log, blobs)
    before = journal.head()
    with open_backup(tmp_path / "b.zip") as backup, pytest.raises(NotEmpty):
        restore(backup, journal, blobs, log.keys().verifiers)
    assert journal.head() == before
    with pytest.raises(BackupRefused, match="there already"):
        backed_up(tmp_path / "b.zip", journal, log, blobs)


def test_there_is_no_secret_in_it(journal: Journal, log: TransparencyLog, blobs: Blobs, tmp_path: Path) -> None:
    lived_in(journal, log, blobs)
    backed_up(tmp_path / "b.zip", journal, log, blobs)
    with zipfile.ZipFile(tmp_path / "b.zip") as archive:
        everything = b"".join(archive.read(name) for name in archive.namelist())
    assert b"PRIVATE+KEY" not in everything
    assert log.keys().signing.secret_text().encode() not in everything


def test_a_file_that_is_gone_or_damaged_is_named_and_the_rest_is_saved(
    journal: Journal, log: TransparencyLog, blobs: Blobs, tmp_path: Path
) -> None:
    lived_in(journal, log, blobs)
    [kept] = [path for path in (tmp_path / "files").rglob("*") if path.is_file()]
    kept.chmod(0o600)
    kept.write_bytes(b"rotten")
    assert backed_up(tmp_path / "1.zip", journal, log, blobs).missing == (kept.name,)
    kept.unlink()
    assert backed_up(tmp_path / "2.zip", journal, log, blobs).missing == (kept.name,)
    with open_backup(tmp_path / "2.zip") as backup:
        assert backup.checked(log.keys().verifiers).size == 9


def test_what_lies_inside_a_package_is_no_file_that_could_be_gone(
    journal: Journal, log: TransparencyLog, blobs: Blobs, tmp_path: Path
) -> None:
    digest = blobs.put(b"a package")
    inside = PackageFile(name="data/results.jsonl", sha256="e" * 64, sm3="f" * 64, size=7, count=1)
    told: dict[str, Any] = {"method": "package/1", "position": 1, "input_digest": "c" * 64, "size": 9, "results": 1}
    told["day"] = MADE_AT.date()
    made = PackageMade(**told, sha256=digest, files=(inside,))
    state = encode(made)
    journal.append([NewEntry("package/1", 1, made.type, state, actor="李", role="system", reason="")], now())
    assert backed_up(tmp_path / "1.zip", journal, log, blobs).missing == ()
    blobs.remove(digest, float("inf"))
    assert backed_up(tmp_path / "2.zip", journal, log, blobs).missing == (digest,)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A backup, and the log key that goes with it; the file is the same whatever engine wrote it."""
    folder = tmp_path_factory.mktemp("whole")
    url = f"sqlite:///{folder / 'journal.db'}"
    with closing(open_journal(url)) as journal, closing(open_log(journal, url, folder / "log.key")) as log:
        blobs = Blobs(folder / "files")
        lived_in(journal, log, blobs)
        backed_up(folder / "b.zip", journal, log, blobs)
    return folder / "b.zip", folder / "log.key"


def test_a_backup_by_another_log_is_refused_by_the_key_that_is_known(whole: tuple[Path, Path]) -> None:
    stranger = SigningKey.generate("other.example/log", SigningKind.ED25519)
    with open_backup(whole[0]) as backup:
        assert backup.checked().size == 9
        with pytest.raises(BackupRefused, match="not signed by this log"):
            backup.checked([stranger.verifier])


def test_an_older_backup_does_not_make_the_log_sign_another_future(whole: tuple[Path, Path], tmp_path: Path) -> None:
    """Entries that were signed for are lost: the log must not go on as if they had never been."""
    path, key = whole
    url = f"sqlite:///{tmp_path / 'there' / 'journal.db'}"
    _, journal, log, _ = elsewhere(path, url, tmp_path / "there", key)
    with closing(journal), closing(log):
        fill(journal, 2, "thing/later")
        log.checkpoint()
    again = f"sqlite:///{tmp_path / 'there' / 'again.db'}"
    _, journal, log, _ = elsewhere(path, again, tmp_path / "there", key)
    with closing(journal), closing(log), pytest.raises(SigningRefused, match="set back"):
        log.checkpoint()


def test_a_new_log_begins_without_the_old_checkpoints(whole: tuple[Path, Path], tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'journal.db'}"
    with closing(open_journal(url)) as journal, closing(open_log(journal, url, tmp_path / "log.key")) as log:
        with open_backup(whole[0]) as backup:
            restore(backup, journal, Blobs(tmp_path / "files"), with_checkpoints=False)
        assert log.checkpoints() == []
        assert log.checkpoint()


@pytest.mark.parametrize("damaged", [b"", b"x" * 80, b"zhenduan.entry.v1" + b"\0" * 23])
def test_what_is_no_entry_is_refused(damaged: bytes) -> None:
    with pytest.raises(BackupRefused):
        from_canonical(damaged, SHA256)


def test_an_entry_comes_back_from_its_canonical_bytes(journal: Journal) -> None:
    for entry in fill(journal, 3):
        raw = canonical(entry.position, entry.at, entry)
        assert from_canonical(raw, SHA256) == entry
        with pytest.raises(BackupRefused):
            from_canonical(raw + b"x", SHA256)
