"""Commands of editions (plan S3, S5): an industry edition published from its file, two compared, one written out."""

import json
from pathlib import Path

import pytest
from openpyxl import load_workbook

from interop.editions.oscal_reading import edition_of_oscal
from standards import load, published_editions
from zhenduan.__main__ import main


def begun(folder: Path) -> str:
    """The folder of a city that has just begun."""
    assert main(["--data", str(folder / "city"), "init"]) == 0
    return str(folder / "city")


def test_an_industry_edition_is_published_once_and_the_journal_holds(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = begun(tmp_path)
    for says in ("published: 2023-automotive", "published before: 2023-automotive"):
        assert main(["--data", data, "publish-edition", "2023-automotive"]) == 0
        assert says in capsys.readouterr().out
    assert main(["--data", data, "verify"]) == 0
    assert main(["--data", data, "rebuild"]) == 0


def test_several_editions_are_published_in_their_order_and_none_beside_one_that_is_not_on_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = begun(tmp_path)
    assert main(["--data", data, "publish-edition", "2023-energy", "1999"]) == 2
    assert "no edition 1999" in capsys.readouterr().err
    keys = ["2023-energy", "2023", "2023-energy"]
    assert main(["--data", data, "publish-edition", *keys, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)["editions"]
    assert found == [{"key": key, "before": before} for key, before in zip(keys, (False, False, True), strict=True)]


def test_two_editions_are_compared_in_lines_that_can_be_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = str(tmp_path / "city")
    assert main(["--data", data, "diff-editions", "2023", "2023-automotive"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("2023 → 2023-automotive：")
    assert len(lines) == int(lines[0].split("：")[1].split(" ")[0]) + 1
    assert "新增指标 A02：混线排产（D2，维度内权重 6）" in lines
    assert "指标 C08“采购与供应链管理”的维度内权重：7 → 8.5" in lines
    assert not (tmp_path / "city").exists()


@pytest.mark.parametrize("keys", [("2023", "1999"), ("2023-cheese", "2023"), ("2023", "../2023")])
def test_an_edition_that_is_not_on_file_is_not_compared(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], keys: tuple[str, str]
) -> None:
    assert main(["--data", str(tmp_path / "city"), "diff-editions", *keys]) == 2
    assert "no edition" in capsys.readouterr().err


def test_the_mapping_on_file_is_set_once_its_editions_are_published(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = begun(tmp_path)
    assert main(["--data", data, "set-edition-mapping"]) == 1
    assert "EDITION_UNKNOWN" in capsys.readouterr().err
    assert main(["--data", data, "publish-edition", *published_editions()]) == 0
    for says in ("set: 2023-07-28", "set before: 2023-07-28"):
        assert main(["--data", data, "set-edition-mapping"]) == 0
        assert says in capsys.readouterr().out


def test_a_comparison_is_written_as_markdown_and_pdf(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = str(tmp_path / "city")
    asked = ["--data", data, "diff-editions", "2023", "2023-automotive", "--format"]
    assert main([*asked, "md"]) == 0
    assert capsys.readouterr().out.startswith("# 标准修订对照 2023 → 2023 汽车版\n")
    assert main([*asked, "pdf"]) == 2
    assert "--out" in capsys.readouterr().err
    assert main([*asked, "pdf", "--out", str(tmp_path / "d.pdf")]) == 0
    assert (tmp_path / "d.pdf").read_bytes().startswith(b"%PDF-")
    assert not (tmp_path / "city").exists()


def test_a_published_edition_is_written_out_with_all_that_it_refers_to(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data, folder = begun(tmp_path), tmp_path / "standard"
    asked = ["--data", data, "export-edition", "2023-automotive", "--out", str(folder)]
    assert main(asked) == 2
    assert "not published" in capsys.readouterr().err
    assert main(["--data", data, "publish-edition", "2023", "2023-automotive"]) == 0
    assert main([*asked, "--format", "oscal"]) == 0
    found = {file.name: json.loads(file.read_bytes()) for file in folder.iterdir()}
    assert set(found) == {"2023.oscal.json", "2023-automotive.oscal.json", "2023-automotive.additions.oscal.json"}
    edition = load("2023-automotive")
    assert edition_of_oscal(found["2023-automotive.oscal.json"], found).digest == edition.digest
    assert main(asked) == 0
    assert {file.suffix for file in folder.iterdir()} == {".json", ".xlsx", ".pdf"}


def test_an_edited_workbook_is_checked_and_its_changes_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data, file = begun(tmp_path), tmp_path / "2023.xlsx"
    assert main(["--data", data, "publish-edition", "2023"]) == 0
    assert main(["--data", data, "export-edition", "2023", "--format", "xlsx", "--out", str(tmp_path)]) == 0
    capsys.readouterr()
    check = ["--data", data, "check-workbook", str(file)]
    assert main(check) == 0
    said = capsys.readouterr().out
    assert load("2023").digest in said
    assert "0 处差异" in said
    book = load_workbook(file)
    book["等级描述"]["C2"] = "有书面计划"
    book.save(file)
    assert main(check) == 0
    assert "指标 Z01“数字化战略与规划”的第 1 级描述：" in capsys.readouterr().out
    assert main([*check, "--against", "2023-energy"]) == 0
    assert main([*check, "--against", "1999"]) == 2
    book["维度"]["C2"] = 16
    book.save(file)
    capsys.readouterr()
    assert main(check) == 1
    assert "add up to 101" in capsys.readouterr().err
    file.write_text("不是工作簿")
    assert main(check) == 1
    assert "FILE_NOT_XLSX" in capsys.readouterr().err
