"""What an earlier version wrote of a provider's year stays readable 旧版卷宗 (plan V4, V5, I1): journal, backup, four dossiers.

golden/rated_year/ holds them, written before ownership was on record.
"""

import shutil
import tarfile
from contextlib import closing
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from interop.proof import verify_dossier as verifier
from interop.proof.dossier import dossier
from journal import Broken, Verified, open_journal, verify
from journal.backup.format import BackupRefused, open_backup
from journal.backup.restore import restore
from journal.blobs import Blobs
from journal.transparency.signed_notes import VerifierKey
from journal.transparency.transparency_log import open_log
from projections import open_read_models
from projections.providers.directory import DirectoryFilter, directory
from projections.providers.named_in_cases import cases_of_provider
from projections.providers.ratings import inputs_of, rating_of
from projections.providers.subsidies import subsidy_of
from tests.journal.test_tampering import Intruder

KEPT = Path(__file__).parents[2] / "golden" / "rated_year"
SIZE, ROOT = 85, "877f078d97f239c5b39ab9a983f6ea3aec5d92eb7a1b42cdde3701f51e5dae92"
YEAR = 2025
TOLD = {"grade": {"grade": 5}, "move": {"status": "listed"}, "rating": {"of": 12}, "subsidy": {"paid": 1_350_000_000}}
"""Kind of a dossier -> some of what it says."""


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("kept")
    for name in ("journal", "documents"):
        with tarfile.open(KEPT / f"{name}.tar.xz") as archive:
            archive.extractall(folder, filter="data")
    return folder


@pytest.fixture(scope="module")
def documents(kept: Path) -> Path:
    return kept / "documents"


def checked(documents: Path, content: bytes) -> verifier.Verdict:
    return verifier.verify(content, (documents / "log.vkey").read_text("utf-8").strip())


def test_the_journal_holds_to_its_root(kept: Path) -> None:
    with closing(open_journal(f"sqlite:///{kept / 'journal.db'}")) as journal:
        found = verify(journal)
    assert isinstance(found, Verified)
    assert (found.size, found.root.hex()) == (SIZE, ROOT)


def test_its_facts_are_folded_into_the_directory_the_rating_and_the_subsidy_of_then(kept: Path, tmp_path: Path) -> None:
    journal_url, models_url = f"sqlite:///{kept / 'journal.db'}", f"sqlite:///{tmp_path / 'models.db'}"
    with closing(open_journal(journal_url)) as journal, closing(open_read_models(models_url, journal)) as models:
        models.catch_up()
        with models.reading() as snapshot:
            listed = directory(snapshot, DirectoryFilter())
            rating, inputs, subsidy = rating_of(snapshot, YEAR), inputs_of(snapshot, YEAR, 1), subsidy_of(snapshot, YEAR)
    assert [(one.id, one.listing.standing.value) for one in listed] == [("p1", "listed")]
    assert rating is not None
    assert rating.published is not None
    assert (len(rating.published.providers), inputs["p1"].inputs.jobs) == (12, 2)
    assert [one.score for one in rating.published.providers[0].parts] == [Decimal("70.4713"), Decimal("75.0000")]
    assert subsidy is not None
    assert subsidy.status.value == "approved"


@pytest.mark.parametrize("kind", TOLD)
def test_a_dossier_that_was_given_away_holds_and_says_what_it_said(documents: Path, kind: str) -> None:
    verdict = checked(documents, (documents / f"{kind}.dossier.json").read_bytes())
    assert verdict.faults == ()
    assert verdict.result.items() >= TOLD[kind].items()


def test_a_dossier_made_today_of_a_rating_that_was_computed_then_holds(documents: Path, tmp_path: Path) -> None:
    """What its event did not say yet is stated as not kept, and the verifier says the same."""
    url = f"sqlite:///{tmp_path / 'restored.db'}"
    key = VerifierKey.parse((documents / "log.vkey").read_text("utf-8").strip())
    with closing(open_journal(url)) as journal:
        with open_backup(documents / "city.backup") as backup:
            restore(backup, journal, Blobs(tmp_path / "files"), [key], with_checkpoints=False)
        with closing(open_read_models(f"sqlite:///{tmp_path / 'models.db'}", journal)) as models:
            models.catch_up()
            with models.reading() as snapshot:
                jobs = cases_of_provider(snapshot, "p1")
        with closing(open_log(journal, url, tmp_path / "log.key", "example.org/log")) as log:
            content = dossier(journal, log, f"rating/{YEAR}.p1", "rating", jobs=jobs)
            verdict = verifier.verify(content, str(log.keys().signing.verifier))
    assert verdict.faults == ()
    assert (verdict.result["of"], verdict.result["unranked"]) == (12, None)


@pytest.mark.parametrize("kind", TOLD)
@settings(deadline=None, max_examples=20)
@given(place=st.floats(0, 1, exclude_max=True), other=st.integers(1, 255))
def test_one_flipped_byte_of_it_is_told(documents: Path, kind: str, place: float, other: int) -> None:
    whole = (documents / f"{kind}.dossier.json").read_bytes()
    content = bytearray(whole)
    content[int(place * len(content))] ^= other
    try:
        carried = verifier.carried(bytes(content)) == whole
    except UnicodeError:
        carried = False
    assert carried or checked(documents, bytes(content)).faults


@pytest.mark.parametrize("engine", ["sqlite", "postgres"])
def test_its_backup_comes_back_on_either_engine(
    documents: Path, tmp_path: Path, engine: str, request: pytest.FixtureRequest
) -> None:
    url = f"sqlite:///{tmp_path / 'restored.db'}" if engine == "sqlite" else request.getfixturevalue("new_database")()
    key = VerifierKey.parse((documents / "log.vkey").read_text("utf-8").strip())
    with closing(open_journal(url)) as journal, open_backup(documents / "city.backup") as backup:
        restore(backup, journal, Blobs(tmp_path / "files"), [key], with_checkpoints=False)
        found = verify(journal)
    assert isinstance(found, Verified)
    assert (found.size, found.root.hex()) == (SIZE, ROOT)


def test_one_flipped_byte_of_the_backup_or_of_the_journal_is_told(kept: Path, documents: Path, tmp_path: Path) -> None:
    key = VerifierKey.parse((documents / "log.vkey").read_text("utf-8").strip())
    content = bytearray((documents / "city.backup").read_bytes())
    content[len(content) // 2] ^= 1
    damaged = tmp_path / "damaged.backup"
    damaged.write_bytes(content)
    with pytest.raises(BackupRefused), open_backup(damaged) as backup:
        backup.checked([key])
    url = f"sqlite:///{shutil.copy(kept / 'journal.db', tmp_path)}"
    with closing(Intruder(url)) as intruder:
        state = intruder.bytes_of("entries", "state", "position = 80")
        assert isinstance(state, bytes)
        assert intruder.write("entries", "state", "position = 80", bytes([state[0] ^ 1]) + state[1:])
    with closing(open_journal(url)) as journal:
        found = verify(journal)
    assert isinstance(found, Broken)
    assert found.position == 80
