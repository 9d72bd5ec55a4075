"""What was written before the house moved is opened, verified and read as it was (plan P5).

golden/before_the_move/ holds an installation and the documents that it gave away, written by the version of that tag.
"""

import json
import shutil
import tarfile
from base64 import b64decode
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import orjson
import pytest

from api.server.operations import Operations
from domain.kernel import fold
from domain.participants.enterprises import ENTERPRISES, enterprise_stream
from domain.participants.firm_ids import enterprise_id, unsalted_id
from interop.editions.workbook_reading import read_workbook
from interop.rosters.roster_reading import read_roster
from journal import open_journal
from journal.codec import decode
from standards import load
from tests.live_city import DOCUMENTS, RIGHTS, SCHEMA, LiveCity
from tests.small_city import roster
from zhenduan.__main__ import main
from zhenduan.settings import Settings
from zhenduan.wiring import opened, operator

KEPT = Path(__file__).parents[1] / "golden" / "before_the_move"
SIZE, ROOT = 692, "ac2082f4c21268b8d315de1ef7f833e8c31dfb59cacf87ee646a8a316c00c572"
CONFIRMED = "6c58e587-5c9a-4f0d-9063-6fd85b9bb6b7"
AFTER = datetime(2026, 6, 2, 4, tzinfo=UTC)
"""The day after the last entry."""


def unpacked(name: str, folder: Path) -> Path:
    with tarfile.open(KEPT / name) as archive:
        archive.extractall(folder, filter="data")
    return folder


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The installation's folder, its read models as they were."""
    return unpacked("installation.tar.xz", tmp_path_factory.mktemp("written")) / "city"


@pytest.fixture(scope="module")
def documents(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return unpacked("documents.tar.xz", tmp_path_factory.mktemp("given")) / "documents"


@pytest.fixture(params=["models as they were", "models folded anew"], scope="module")
def city(request: pytest.FixtureRequest, written: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveCity]:
    data = tmp_path_factory.mktemp("read") / "city"
    shutil.copytree(written, data)
    with opened(Settings(data), clock=lambda: AFTER) as installation:
        if request.param == "models folded anew":
            installation.services.models.rebuild()
        installation.services.models.catch_up()
        city = LiveCity(installation, Operations(installation.services, SCHEMA, RIGHTS, documents=DOCUMENTS))
        for login in ("city", "district", "auditor"):
            signed_in = installation.accounts.sign_in(login, f"demo-{login}-2024")
            assert signed_in is not None
            city.tokens[login] = signed_in.token
        yield city


def run(data: Path, *arguments: str) -> int:
    return main(["--data", str(data), *arguments])


def test_the_journal_holds_to_its_root_and_agrees_with_the_checkpoint_kept_elsewhere(
    written: Path, documents: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(written, "verify", "--against", str(documents / "checkpoint")) == 0
    assert f"{SIZE} 条 entries, root {ROOT}" in capsys.readouterr().out


def test_its_key_is_the_one_that_was_given_away(
    written: Path, documents: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(written, "log-key") == 0
    assert capsys.readouterr().out == (documents / "log.vkey").read_text("utf-8")


def test_a_roster_of_today_keeps_the_ids_of_its_firms_and_gives_a_new_one_an_id_that_no_code_tells(
    written: Path, tmp_path: Path
) -> None:
    data = tmp_path / "city"
    shutil.copytree(written, data)
    with opened(Settings(data), clock=lambda: AFTER) as installation:
        services = installation.services
        [stated, *_] = [entry for entry in services.journal.since(0, SIZE) if entry.type.startswith("enterprise.registered.")]
        known = fold(ENTERPRISES.evolve, (decode(ENTERPRISES, one.type, one.state) for one in services.journal.read(stated.stream)))
        new = known.present.model_copy(update={"uscc": "91310000132260250X", "name": "新企业"})
        salt = services.firm_salt.known_or_drawn(services.clock)
        command = roster(year=AFTER.year, digest="7" * 64, rows=((2, known.present), (3, new)), salt=salt)
        command = command.model_copy(update={"confirmed": ()})
        services.send(operator("tests"), command)
        (again,) = services.send(operator("tests"), command).entries
        assert again.type == "roster.unchanged.v1"
        members = orjson.loads(services.journal.read(f"roster/{AFTER.year}")[-2].state)["members"][known.district]
    assert enterprise_stream(unsalted_id(known.uscc)) == stated.stream
    assert members == [unsalted_id(known.uscc), enterprise_id(salt, new.uscc)]
    assert run(data, "verify") == 0


def test_firms_diagnoses_and_results_are_what_they_were(city: LiveCity) -> None:
    found = city.data(
        "city",
        "{ enterprises(first: 1) { totalCount } diagnoses(first: 50) { totalCount nodes { status } } "
        f'diagnosis(id: "{CONFIRMED}") {{ edition {{ key }} status selfTotal verifiedTotal grade level }} '
        "editions { key } }",
    )
    assert found["enterprises"]["totalCount"] == 69
    assert Counter(one["status"] for one in found["diagnoses"]["nodes"]) == {
        "OPEN": 2,
        "SUBMITTED": 1,
        "ACCEPTED": 3,
        "SCORED": 1,
        "ISSUED": 1,
        "OBJECTED": 1,
        "CONFIRMED": 2,
        "WITHDRAWN": 1,
    }
    assert found["diagnosis"] == {
        "edition": {"key": "2023-major-equipment"},
        "status": "CONFIRMED",
        "selfTotal": "42.76",
        "verifiedTotal": "34.79",
        "grade": 2,
        "level": 1,
    }
    assert len(found["editions"]) == 18


def test_the_past_reads_as_it_did(city: LiveCity) -> None:
    found = city.data("city", '{ diagnoses(first: 20, asOf: "2024-06-30") { nodes { status } } }')
    assert Counter(one["status"] for one in found["diagnoses"]["nodes"]) == {"CONFIRMED": 2, "WITHDRAWN": 1}


def test_each_years_roster_and_target_are_what_they_were(city: LiveCity) -> None:
    years = " ".join(f"y{year}: coverage(year: {year}) {{ total targets {{ atLeast clause }} }}" for year in range(2023, 2027))
    found = city.data("city", f"{{ {years} }}")
    assert [found[year]["total"] for year in ("y2023", "y2024", "y2025", "y2026")] == [60, 61, 62, 63]
    assert [found[year]["targets"] for year in ("y2023", "y2026")] == [[{"atLeast": "1800", "clause": "plan G1"}], []]


def test_names_open_with_their_keys_and_the_erased_stay_erased(city: LiveCity) -> None:
    nodes = city.data("city", "{ people(first: 100) { nodes { name erased } } }")["people"]["nodes"]
    assert len(nodes) == 56
    assert [one["name"] for one in nodes if one["erased"]] == ["已删除"]
    assert all(one["name"].startswith("示例·") for one in nodes if not one["erased"])


def test_a_district_sees_its_own(city: LiveCity) -> None:
    found = city.data("district", "{ enterprises(first: 1) { totalCount } diagnoses(first: 50) { totalCount } }")
    assert (found["enterprises"]["totalCount"], found["diagnoses"]["totalCount"]) == (8, 1)


def test_the_trail_tells_every_entry(city: LiveCity) -> None:
    query = """query($after: String) { auditTrail(first: 100, after: $after) {
      nodes { sentence } pageInfo { hasNextPage endCursor } } }"""
    sentences: list[str] = []
    after = None
    while True:
        page = city.data("auditor", query, after=after)["auditTrail"]
        sentences += [one["sentence"] for one in page["nodes"]]
        if not page["pageInfo"]["hasNextPage"]:
            break
        after = page["pageInfo"]["endCursor"]
    assert len(sentences) == SIZE
    assert all(sentences)


def test_the_city_goes_on_from_where_it_was(written: Path, tmp_path: Path) -> None:
    shutil.copytree(written, tmp_path / "city")
    assert run(tmp_path / "city", "invite", "new", "--name", "示例", "--role", "district", "--organisation", "310117") == 0
    assert run(tmp_path / "city", "verify") == 0
    with closing(open_journal(Settings(tmp_path / "city").journal_url)) as journal:
        assert journal.head().size > SIZE


@pytest.mark.parametrize("engine", ["sqlite", "postgres"])
def test_its_backup_comes_back_on_either_engine(
    documents: Path, written: Path, tmp_path: Path, engine: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    there, key = tmp_path / "there", (documents / "log.vkey").read_text("utf-8").strip()
    there.mkdir()
    for name in ("log.key", "master.key"):
        shutil.copy(written / name, there / name)
    if engine == "postgres":
        monkeypatch.setenv("ZHENDUAN_DATABASE", request.getfixturevalue("database"))
    backup = str(documents / "city.backup")
    assert run(there, "check-backup", backup, "--log-key", key) == 0
    assert run(there, "restore", backup, "--log-key", key, "--vault", str(written / "vault.db")) == 0
    assert run(there, "verify", "--against", str(documents / "checkpoint")) == 0
    address = Settings(there, request.getfixturevalue("database") if engine == "postgres" else None).journal_url
    with closing(open_journal(address)) as journal:
        head = journal.head()
    assert (head.size, head.root.hex()) == (SIZE, ROOT)


def test_a_dossier_a_trail_and_a_proof_that_were_given_away_hold(
    documents: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    key = (documents / "log.vkey").read_text("utf-8").strip()
    assert run(tmp_path, "verify-dossier", str(documents / "confirmed.dossier.json"), "--log-key", key) == 0
    told = capsys.readouterr().out
    assert '"grade": 2' in told
    assert CONFIRMED in told
    assert run(tmp_path, "verify-dossier", str(documents / "confirmed.trail.jsonl"), "--log-key", key) == 0
    assert run(tmp_path, "verify-proof", str(documents / "confirmed.tlog-proof"), "--log-key", key) == 0


def test_the_dossier_made_today_rests_on_the_same_entries(written: Path, documents: Path, tmp_path: Path) -> None:
    shutil.copytree(written, tmp_path / "city")
    assert run(tmp_path / "city", "dossier", f"diagnosis/{CONFIRMED}", "--out", str(tmp_path / "anew.json")) == 0
    then, anew = (
        {b64decode(one["content"]) for one in json.loads(file.read_bytes())["entries"]}
        for file in (documents / "confirmed.dossier.json", tmp_path / "anew.json")
    )
    assert then == anew


@pytest.mark.parametrize("key", ["2023", "2023-automotive"])
def test_a_workbook_of_an_edition_is_that_edition(documents: Path, key: str) -> None:
    assert read_workbook((documents / f"{key}.xlsx").read_bytes()).digest == load(key).digest


@pytest.mark.parametrize("name", ["2023年名单.csv", "2023年名单.xlsx"])
def test_a_roster_of_then_is_read_whole(documents: Path, name: str) -> None:
    snapshot = read_roster((documents / name).read_bytes(), name)
    assert (len(snapshot.firms), snapshot.refused_rows) == (60, 0)
