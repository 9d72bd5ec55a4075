"""Dossiers at the command line 卷宗命令: made by the operator, checked by whoever has the file and the key (plan P5)."""

import json
from datetime import date
from pathlib import Path
from typing import NamedTuple

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from domain.access import Role
from domain.instants import microseconds
from domain.providers.listings.events import ProviderListed
from interop.proof.dossier import KINDS
from journal import NewEntry
from journal.codec import encode
from tests.api.providers.test_ratings import YEAR
from tests.api.providers.test_subsidies import paid
from tests.live_city import LiveCity, followed, live_city
from zhenduan.__main__ import main

pytestmark = pytest.mark.pages("unset")


class Decided(NamedTuple):
    """A city with a decision of each kind: its data folder, the diagnosis, and by kind a path and what HTTP answered for it."""

    data: Path
    diagnosis: str
    over_http: dict[str, tuple[str, bytes]]


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Decided:
    data = tmp_path_factory.mktemp("city") / "data"
    with live_city(data, "sqlite:///") as opened, followed(opened):
        diagnosis = opened.issued()
        paid(opened)
        listed(opened)
        paths = {"grade": diagnosis, "move": "organisation/p1", "rating": f"{YEAR}/organisation/p1", "subsidy": f"{YEAR}"}
        with TestClient(create_app(opened.installation.services, project=False)) as client:
            signed_in = {"authorization": f"Bearer {opened.tokens['auditor']}"}
            asked = {kind: client.get(f"/dossiers/{kind}/{path}", headers=signed_in) for kind, path in paths.items()}
    assert {kind: one.status_code for kind, one in asked.items()} == dict.fromkeys(paths, 200)
    return Decided(data, diagnosis, {kind: (paths[kind], one.content) for kind, one in asked.items()})


def listed(city: LiveCity) -> None:
    """A provider in the directory, whose call nobody held."""
    fact = ProviderListed(year=2025, on=date.fromisoformat(city.today), tags=("C34",), rule=None, causes=("application/2025.p1/9",))
    services = city.installation.services
    entry = NewEntry("listing/p1", 1, fact.type, encode(fact), actor="li", role=Role.CITY, organisation="city")
    services.journal.append([entry], microseconds(services.clock()))
    services.models.catch_up()


def run(city: Decided, *arguments: str) -> int:
    return main(["--data", str(city.data), *arguments])


@pytest.fixture
def key(city: Decided, capsys: pytest.CaptureFixture[str]) -> str:
    assert run(city, "log-key") == 0
    return capsys.readouterr().out.splitlines()[0]


def test_a_dossier_is_made_and_checked_with_nothing_but_file_and_key(
    city: Decided, key: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, nowhere = tmp_path / "grade.dossier.json", tmp_path / "nowhere"
    assert run(city, "dossier", city.diagnosis.partition("/")[2], "--files", "--out", str(file)) == 0
    bare = file.read_bytes()
    assert run(city, "dossier", city.diagnosis, "--files", "--out", str(file)) == 0
    assert file.read_bytes() == bare
    check = ["--data", str(nowhere), "verify-dossier", str(file), "--log-key", key]
    assert main([*check, "--extract", str(tmp_path / "out")]) == 0
    assert '"grade": 5' in capsys.readouterr().out
    assert not nowhere.exists()
    (pdf,) = [found for found in (tmp_path / "out").iterdir() if len(found.name) == 64]
    assert pdf.read_bytes().startswith(b"%PDF")
    assert run(city, "verify-proof", str(tmp_path / "out" / "0001.tlog-proof"), "--log-key", key,
               "--entry", str(tmp_path / "out" / "0001.entry")) == 0  # fmt: skip
    known = tmp_path / "known"
    capsys.readouterr()
    assert run(city, "checkpoint") == 0
    known.write_text(capsys.readouterr().out, "utf-8")
    assert main([*check, "--known", str(known)]) == 0
    capsys.readouterr()
    assert main([*check, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["holds"], told["result"]["grade"], set(told["stated"]) & set(told["result"])) == (True, 5, set())
    file.write_bytes(file.read_bytes().replace(b'"grade": 5', b'"grade": 6'))
    assert main([*check, "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["holds"] is False
    assert main(check) == 1
    assert "DIGEST_DIFFERS" in capsys.readouterr().err


def test_every_kind_of_dossier_is_the_same_at_the_command_line_as_over_http(
    city: Decided, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert city.over_http.keys() == KINDS.keys()
    for kind, (path, content) in city.over_http.items():
        file = tmp_path / f"{kind}.json"
        assert run(city, "dossier", path, "--kind", kind, "--out", str(file)) == 0, kind
        assert file.read_bytes() == content, kind
    capsys.readouterr()
    assert run(city, "dossier", city.diagnosis, "--kind", "nothing", "--out", str(tmp_path / "x")) == 2
    told = capsys.readouterr().err
    assert all(kind in told for kind in KINDS)
    assert run(city, "dossier", f"{YEAR}", "--kind", "subsidy", "--files", "--out", str(tmp_path / "x")) == 2
    assert not (tmp_path / "x").exists()


def test_what_has_no_decision_leaves_no_file(
    city: Decided, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    nothing = (["organisation/none", "--kind", "move"], [f"{YEAR}", "--kind", "rating"], ["2019", "--kind", "subsidy"])
    for command in (["dossier", "diagnosis/none"], *(["dossier", *one] for one in nothing), ["provenance", "none"]):
        assert run(city, *command, "--out", str(tmp_path / "x")) == 1
        assert "NOT_FOUND" in capsys.readouterr().err
        assert not (tmp_path / "x").exists()


def test_the_trail_is_exported_and_checked(
    city: Decided, key: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "trail.jsonl"
    assert run(city, "export-trail", "--of-kind", "diagnosis.", "--from", "2024-01-01", "--out", str(file)) == 0
    assert main(["--data", str(tmp_path), "verify-dossier", str(file), "--log-key", key]) == 0
    assert "holds" in capsys.readouterr().out
    lines = file.read_bytes().splitlines(keepends=True)
    file.write_bytes(b"".join([lines[0], lines[1].replace(b'"proof":["', b'"proof":["AAAA', 1), *lines[2:]]))
    assert main(["--data", str(tmp_path), "verify-dossier", str(file), "--log-key", key]) == 1
    assert "does not hold" in capsys.readouterr().err
    assert run(city, "export-trail", "--from", "yesterday", "--out", str(file)) == 1


def test_provenance_is_written(city: Decided, tmp_path: Path) -> None:
    file = tmp_path / "d.prov.json"
    assert run(city, "provenance", city.diagnosis, "--out", str(file)) == 0
    assert f"zd:{city.diagnosis}" in json.loads(file.read_bytes())["entity"]
