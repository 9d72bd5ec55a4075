"""Documents that clients ask for by id 查询登记: registered from files, or none where one is at fault."""

import json
from pathlib import Path

import pytest

from api.server.persisted_documents import PersistedDocuments, document_id
from zhenduan.__main__ import main
from zhenduan.settings import DOCUMENTS, SettingUnknown, from_environment

ONE = "query One { queryCost { limit } }\n"
TWO = "{ queryCost { requested } }"


@pytest.fixture
def data(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    folder = tmp_path / "city"
    assert run(folder, "init") == 0
    capsys.readouterr()
    return folder


def run(data: Path, *arguments: str) -> int:
    return main(["--data", str(data), *arguments])


def registered(data: Path) -> list[str]:
    return PersistedDocuments(data / "documents").ids()


@pytest.mark.parametrize("manifest", [{"a": ONE, "b": TWO}, {"operations": [{"id": "x", "body": ONE}, {"id": "y", "body": TWO}]}])
def test_manifests_of_the_clients_tools_and_folders_are_read(data: Path, tmp_path: Path, manifest: object) -> None:
    (tmp_path / "queries").mkdir()
    (tmp_path / "queries" / "one.graphql").write_text(ONE, newline="")
    file = tmp_path / "manifest.json"
    file.write_text(json.dumps(manifest))
    assert run(data, "documents", "add", str(tmp_path / "queries")) == 0
    assert registered(data) == [document_id(ONE)]
    assert run(data, "documents", "add", str(file)) == 0
    assert registered(data) == sorted(map(document_id, (ONE, TWO)))


def test_what_is_registered_is_listed_and_taken_out(data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "one.graphql"
    file.write_text(ONE, newline="")
    assert run(data, "documents", "add", str(file)) == 0
    assert capsys.readouterr().out.strip() == document_id(ONE)
    assert run(data, "documents", "list") == 0
    assert capsys.readouterr().out.strip() == document_id(ONE)
    assert run(data, "documents", "remove", document_id(ONE)) == 0
    assert run(data, "documents", "remove", document_id(ONE)) == 1
    assert registered(data) == []


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("x.graphql", "{ nothing }"),
        ("x.graphql", "{ queryCost { "),
        ("x.json", "[]"),
        ("x.json", '{"a": 1}'),
        ("x.json", "{"),
        ("x.json", '{"operations": [{}]}'),
    ],
)
def test_one_document_at_fault_and_none_is_registered(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, content: str
) -> None:
    good, bad = tmp_path / "good.graphql", tmp_path / name
    good.write_text(ONE)
    bad.write_text(content)
    assert run(data, "documents", "add", str(good), str(bad)) == 1
    assert name in capsys.readouterr().err
    assert registered(data) == []


def test_the_mode_is_a_setting() -> None:
    assert from_environment(environment={DOCUMENTS: "only"}).documents_only
    assert not from_environment(environment={}).documents_only
    with pytest.raises(SettingUnknown, match=DOCUMENTS):
        from_environment(environment={DOCUMENTS: "Only"})
