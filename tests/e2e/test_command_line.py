"""The command line 命令行: from an empty folder to a city with a roster, and what it says when something is wrong."""

from pathlib import Path

import pytest

from zhenduan.__main__ import main, parser

ROWS = (
    "企业名称,统一社会信用代码,所在区,行业代码,从业人员期末人数,营业收入（万元）",
    "示例电子有限公司,9144030071526726XG,松江区,C39,80,3000",
)


def run(data: Path, *arguments: str) -> int:
    return main(["--data", str(data), *arguments])


def test_a_city_begins_with_its_districts_its_standard_a_roster_and_a_person(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    roster = tmp_path / "2024年名单.csv"
    roster.write_text("\n".join(ROWS), "gb18030")
    data = tmp_path / "city"
    assert run(data, "init") == 0
    assert run(data, "init") == 0
    assert "there already: 17" in capsys.readouterr().out
    assert run(data, "publish-edition", "2023") == 0
    assert run(data, "import-roster", str(roster), "--year", "2024") == 0
    assert "new 1" in capsys.readouterr().out
    assert run(data, "import-roster", str(roster), "--year", "2024") == 0
    assert "nothing changed" in capsys.readouterr().out
    assert run(data, "invite", "wang", "--name", "王示例", "--role", "city", "--organisation", "city") == 0
    assert "login: wang" in capsys.readouterr().out
    assert run(data, "verify") == 0
    assert "intact" in capsys.readouterr().out
    assert run(data, "rebuild") == 0


def test_a_refused_roster_says_row_and_column_and_ends_with_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    roster = tmp_path / "名单.csv"
    roster.write_text("\n".join((*ROWS, "示例坏行有限公司,9111,松江区,C34,1,1")), "utf-8")
    data = tmp_path / "city"
    assert run(data, "init") == 0
    capsys.readouterr()
    assert run(data, "import-roster", str(roster), "--year", "2024") == 1
    said = capsys.readouterr().out
    assert "第 3 行" in said
    assert "统一社会信用代码" in said
    assert run(data, "import-roster", str(roster), "--year", "2024", "--accept-partial") == 0
    assert run(data, "import-roster", str(tmp_path / "none.csv"), "--year", "2024") == 2


@pytest.mark.parametrize(
    "arguments",
    [
        ("publish-edition", "1999"),
        ("invite", "wang", "--name", "王", "--role", "king", "--organisation", "city"),
        ("invite", "wang", "--name", "王", "--role", "city", "--organisation", "nowhere"),
        ("password", "nobody", "--generate"),
        ("partner-key", "feed", "--organisation", "310199"),
    ],
)
def test_what_cannot_be_done_is_said_and_leaves_nothing_behind(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...]
) -> None:
    assert run(tmp_path / "city", "init") == 0
    capsys.readouterr()
    assert run(tmp_path / "city", *arguments) in (1, 2)
    captured = capsys.readouterr()
    assert captured.err.strip()
    assert "password" not in captured.out


def test_an_unreachable_database_is_told_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ZHENDUAN_DATABASE", f"postgresql://nobody@/none?host={tmp_path}")
    assert run(tmp_path / "city", "init") == 2
    assert "cannot open" in capsys.readouterr().err


def test_every_command_says_what_it_is_in_both_languages() -> None:
    text = parser().format_help()
    for command in ("demo", "serve", "project", "rebuild", "verify", "init", "invite", "import-roster", "publish-edition"):
        assert command in text
