"""Command of shadow re-scoring (plan S4, S5): a matrix in Chinese, for editions published and on file."""

from pathlib import Path

import pytest

from domain.standard.revision.state import RevisionKind
from standards.revising.changes import DimensionWeight
from tests.revising_city import CONSULTED, changing, drafting, put_to_consultation
from tests.small_city import CITY, City
from zhenduan.__main__ import main
from zhenduan.settings import Settings
from zhenduan.wiring import opened


@pytest.fixture
def data(tmp_path: Path) -> str:
    with opened(Settings(tmp_path / "city"), create=True) as installation:
        city = City(installation.services.journal)
        city.issued()
        put_to_consultation(city)
        city.send(CITY, drafting("unfinished", "2028", RevisionKind.REVISION))
        half = DimensionWeight.model_validate({"dimension": "D1", "weight": 14, "reason": "未改完"})
        city.send(CITY, changing("unfinished", half))
    return str(tmp_path / "city")


def test_under_the_same_edition_nobody_moves(data: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--data", data, "shadow", "2023", "--sensitivity"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert "已测算 1：不变 1、上升 0、下降 0；不可测算 0；问题表述有变 0" in lines
    [row] = [line for line in lines if line.startswith("5 档\t")]
    assert row.split("\t")[6] == "1"
    assert "各档最低分·五档 60：减：无变动；增至 65.01（+5.01）变动 1 家，如 d1" in lines


def test_what_an_industry_edition_asks_anew_is_counted(data: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--data", data, "shadow", "2023-automotive", "--of", "2023"]) == 0
    out = capsys.readouterr().out
    assert "不可测算 1" in out
    assert "草案新问指标 A01，原诊断没有答案：1" in out


@pytest.mark.parametrize("arguments", [["1999"], ["2023", "--of", "1999"]])
def test_an_edition_that_is_nowhere_is_said_so(
    data: str, capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    assert main(["--data", data, "shadow", *arguments]) == 2
    assert "no edition" in capsys.readouterr().err


def test_a_draft_is_re_scored_by_its_revision(data: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--data", data, "shadow", CONSULTED]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "2023 → 2027"
    assert "已测算 1：不变 1、上升 0、下降 0；不可测算 0；问题表述有变 0" in lines


def test_a_draft_that_does_not_hold_as_a_whole_is_said_so(data: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--data", data, "shadow", "unfinished"]) == 1
    assert "各维度权重合计 99" in capsys.readouterr().err
