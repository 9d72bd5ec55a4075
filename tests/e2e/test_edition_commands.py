"""Commands of editions (plan S3, S5): an industry edition published from its file, and two editions compared."""

from pathlib import Path

import pytest

from standards import published_editions
from zhenduan.__main__ import main


def test_an_industry_edition_is_published_once_and_the_journal_holds(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = str(tmp_path / "city")
    for says in ("published: 2023-automotive", "published before: 2023-automotive"):
        assert main(["--data", data, "publish-edition", "2023-automotive"]) == 0
        assert says in capsys.readouterr().out
    assert main(["--data", data, "verify"]) == 0
    assert main(["--data", data, "rebuild"]) == 0


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
    data = str(tmp_path / "city")
    assert main(["--data", data, "set-edition-mapping"]) == 1
    assert "EDITION_UNKNOWN" in capsys.readouterr().err
    for key in published_editions():
        assert main(["--data", data, "publish-edition", key]) == 0
    for says in ("set: 2023-07-28", "set before: 2023-07-28"):
        assert main(["--data", data, "set-edition-mapping"]) == 0
        assert says in capsys.readouterr().out
