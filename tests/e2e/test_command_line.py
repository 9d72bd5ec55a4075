"""The command line 命令行: from an empty folder to a city with a roster, and what it says when something is wrong."""

import json
import os
import re
import socket
import subprocess
import sys
from argparse import ArgumentParser, _SubParsersAction
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest

from interop.proof import verify_dossier as verifier
from zhenduan.__main__ import READER_GONE, main, parser

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
        ("password", "nobody", "--generate", "--reason", "遗忘"),
        ("partner-key", "feed", "--organisation", "310199", "--reason", "数据共享"),
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


def commands() -> dict[str, ArgumentParser]:
    (action,) = [one for one in parser()._actions if isinstance(one, _SubParsersAction)]  # noqa: SLF001 - there is no other way
    return dict(action.choices)


def test_every_command_says_what_it_is_in_both_languages_under_one_heading() -> None:
    listed = [line.split() for line in parser().format_help().splitlines() if re.match(r"  [a-z]", line)]
    named = [words for words in listed if words[0] in commands()]
    assert [words[0] for words in named] == list(commands())
    for words in named:
        assert re.search(r"[一-鿿]", words[1]), words
        assert re.search(r"[a-z]{2}", " ".join(words[2:])), words


@pytest.mark.parametrize("command", commands())
def test_every_argument_of_a_command_is_explained(command: str) -> None:
    assert commands()[command].format_usage().startswith(f"usage: zhenduan {command} ")
    for action in commands()[command]._actions:  # noqa: SLF001 - there is no other way
        assert action.help, (command, action.dest)


HEAVY = {
    "api", "projections", "domain.events", "pydantic", "sqlalchemy", "weasyprint", "strawberry", "uvicorn", "openpyxl", "jinja2",
    "httpx2", "starlette",
}
"""What none of these needs; all rules alone cost a second of processor time."""
LIGHT = (
    ["--help"],
    ["--version"],
    ["completion", "bash"],
    ["verify-proof", "none", "--log-key", "x"],
    ["verify-dossier", "none", "--log-key", "x"],
)


@pytest.mark.parametrize("arguments", LIGHT, ids=" ".join)
def test_what_needs_no_installation_loads_nothing_heavy(arguments: list[str]) -> None:
    code = (
        "import sys\nfrom zhenduan.__main__ import main\n"
        f"try:\n    main({arguments!r})\nexcept SystemExit:\n    pass\n"
        f"sys.exit(' '.join({HEAVY!r} & set(sys.modules)) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)  # noqa: S603 - ours
    assert done.returncode == 0, done.stderr


BY_NEED = {"structlog", "webauthn", "joserfc", "httpx2", "weasyprint", "fontTools", "openpyxl", "networkx"}
"""What a log line, a passkey, single sign-on, a printed report, a workbook and a matching need, loaded by the first of each."""


@pytest.mark.parametrize(
    ("module", "others"),
    [("zhenduan.wiring", BY_NEED | {"strawberry", "graphql", "starlette.applications", "uvicorn"}), ("zhenduan.serving", BY_NEED)],
)
def test_what_opens_and_serves_an_installation_loads_by_need(module: str, others: set[str]) -> None:
    code = (
        f"import sys, {module}\nfrom standards.edition.reader import load_composition\n"
        f"read = ['editions'] if load_composition.cache_info().currsize else []\n"
        f"sys.exit(' '.join([*read, *({others!r} & set(sys.modules))]) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)  # noqa: S603 - ours
    assert done.returncode == 0, done.stderr


def test_the_version_is_that_of_the_package(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--version"])
    assert capsys.readouterr().out == f"zhenduan {version('zhenduan')}\n"


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish", "tcsh"])
def test_a_shell_completes_every_command(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["completion", shell]) == 0
    script = capsys.readouterr().out
    assert [name for name in commands() if name not in script] == []


def test_what_is_found_is_printed_as_one_json_object_where_that_is_asked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data, roster = tmp_path / "city", tmp_path / "2024年名单.csv"
    roster.write_text("\n".join((*ROWS, "示例坏行有限公司,9111,松江区,C34,1,1")), "gb18030")

    def found(*arguments: str) -> dict[str, Any]:
        run(data, *arguments, "--json")
        (line,) = capsys.readouterr().out.splitlines()
        return dict(json.loads(line))

    assert found("init") == {"registered": 17, "there": 0}
    assert found("publish-edition", "2023") == {"editions": [{"key": "2023", "before": False}]}
    blocked = found("import-roster", str(roster), "--year", "2024")
    assert (blocked["blocked"], blocked["refused"], [one["row"] for one in blocked["findings"]]) == (True, 1, [3])
    assert found("invite", "wang", "--name", "王", "--role", "city", "--organisation", "city")["login"] == "wang"
    assert len(found("log-key")["keys"]) == 1
    whole = found("verify")
    assert (whole["intact"], whole["algorithm"], len(whole["root"]), whole["checkpoints"]) == (True, "sha256", 64, 0)
    backup = str(tmp_path / "city.backup")
    assert found("backup", backup)["size"] == whole["size"]
    checked = found("check-backup", backup)
    assert checked == {"size": whole["size"], "root": whole["root"], "disclosures": 0, "proved": False, "missing": []}
    differences = found("diff-editions", "2023", "2023-automotive")["differences"]
    assert all(one["clause"] and one["sentence"] for one in differences)
    assert len(found("shadow", "2023-automotive", "--of", "2023")["result"]["matrix"]) == 11


def test_a_proof_that_does_not_hold_says_so_as_json_too(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "x.tlog-proof"
    file.write_text("not a proof", "utf-8")
    assert main(["verify-proof", str(file), "--log-key", "x", "--json"]) == 1
    assert json.loads(capsys.readouterr().out) == {"holds": False}


@pytest.mark.parametrize(
    "arguments", [("disclosures", "--mask", "colour"), ("dossier", "diagnosis/x", "--kind", "colour", "--out", "x")]
)
def test_a_kind_that_there_is_not_is_told_with_those_that_there_are(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...]
) -> None:
    assert run(tmp_path / "city", *arguments) == 2
    assert "one of" in capsys.readouterr().err
    assert not (tmp_path / "city").exists()


def test_a_port_in_use_is_told_in_both_languages_before_any_address(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(tmp_path / "city", "init") == 0
    capsys.readouterr()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert run(tmp_path / "city", "serve", "--port", str(port)) == 2
    told = capsys.readouterr()
    assert "端口已被占用" in told.err
    assert "cannot serve" in told.err
    assert "http" not in told.out


def test_a_password_is_not_asked_for_where_there_is_no_terminal(tmp_path: Path) -> None:
    program = [sys.executable, "-m", "zhenduan", "--data", str(tmp_path / "city"), "password", "wang", "--reason", "遗忘"]
    told = subprocess.run(  # noqa: S603 - our own program
        program, stdin=subprocess.DEVNULL, capture_output=True, text=True, start_new_session=True, check=False
    )
    assert told.returncode == 2
    assert "--generate" in told.stderr
    assert "Traceback" not in told.stderr


def test_a_key_file_that_is_not_there_is_told_as_missing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "grade.dossier.json"
    file.write_text("{}")
    assert verifier.main([str(file), "--log-key", str(tmp_path / "log.pub")]) == 2
    said = capsys.readouterr().err
    assert "没有这个文件" in said
    assert "log.pub" in said
    assert "受损" not in said


def test_who_reads_no_further_ends_a_command_quietly(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    read, written = os.pipe()
    os.close(read)
    with os.fdopen(written, "w") as nobody:
        monkeypatch.setattr(sys, "stdout", nobody)
        assert main(["rules"]) == READER_GONE
    assert capsys.readouterr().err == ""


def test_events_are_relayed_to_a_nats_server_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(tmp_path / "none", "relay", "--to", "http://127.0.0.1:4222") == 2
    assert "nats://" in capsys.readouterr().err
    assert not (tmp_path / "none").exists()
