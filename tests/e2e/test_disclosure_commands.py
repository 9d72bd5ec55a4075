"""The disclosure log at the command line (plan P5, P7): exported, checked, and what a command itself gives out is in it."""

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from tests.live_city import ENTERPRISE, FIRM, OTHER_ENTERPRISE, followed, live_city
from zhenduan.__main__ import main

pytestmark = pytest.mark.pages("unset")


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A city whose firms were read by its district and city: its data folder and a diagnosis."""
    data = tmp_path_factory.mktemp("city") / "data"
    with live_city(data, "sqlite:///") as opened, followed(opened):
        diagnosis = opened.issued()
        opened.data("district", "{ enterprises { nodes { revenueWan } } }")
        opened.data("city", "{ enterprises { nodes { revenueWan } } }")
    return data, diagnosis


def exported(city: tuple[Path, str], capsys: pytest.CaptureFixture[str], *arguments: str) -> list[Any]:
    capsys.readouterr()
    assert main(["--data", str(city[0]), "disclosures", *arguments]) == 0
    head, *lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert head == {"format": "zhenduan.disclosures.v1"}
    return lines


def test_the_log_is_exported_latest_first_with_reasons_and_chains(
    city: tuple[Path, str], capsys: pytest.CaptureFixture[str]
) -> None:
    first, second = exported(city, capsys)[:2]
    assert (first["role"], second["role"]) == ("city", "district")
    assert second["why"] == "以“区级部门”身份，可见范围：区为“松江区”"
    assert (second["roleName"], second["organisationName"]) == ("区级部门", "松江区")
    assert second["person"] == "district"
    assert second["firms"] == [
        {
            "firm": ENTERPRISE,
            "firmName": FIRM.name,
            "subject": f"enterprise/{ENTERPRISE}",
            "masks": ["revenue"],
            "maskNames": ["经营数据"],
        }
    ]
    assert first["writer"] == second["writer"]
    assert first["number"] == second["number"] + 1
    assert len(first["chain"]) == 64
    assert [line["role"] for line in exported(city, capsys, "--enterprise", OTHER_ENTERPRISE)] == ["city"]
    assert [line["role"] for line in exported(city, capsys, "--role", "district", "--mask", "revenue")] == ["district"]
    assert exported(city, capsys, "--to", "2020-01-01") == []
    assert main(["--data", str(city[0]), "disclosures", "--from", "someday"]) == 1
    assert "AS_OF_MALFORMED" in capsys.readouterr().err


def test_what_a_command_gives_out_is_written_down_too(
    city: tuple[Path, str], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    data, diagnosis = city
    out = str(tmp_path / "out")
    for arguments, entry_point, firm in (
        (["dossier", diagnosis, "--out", out], "zhenduan dossier", ENTERPRISE),
        (["provenance", diagnosis, "--out", out], "zhenduan provenance", ENTERPRISE),
        (["export-trail", "--out", out], "zhenduan export-trail", "*"),
        (["export-person", "filler"], "zhenduan export-person", ENTERPRISE),
    ):
        assert main(["--data", str(data), *arguments]) == 0
        told = exported(city, capsys)[0]
        assert (told["door"], told["role"], told["firms"][0]["firm"]) == (entry_point, "system", firm)
        assert told["person"].startswith("operator-")


def test_a_log_that_was_tampered_with_is_told(city: tuple[Path, str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--data", str(city[0]), "disclosures", "--check"]) == 0
    assert "whole" in capsys.readouterr().out
    forger = sqlite3.connect(city[0] / "disclosures.db")
    forger.execute("DROP TRIGGER disclosures_keep")
    forger.execute("UPDATE disclosures SET person = 'nobody' WHERE id = (SELECT min(id) FROM disclosures)")
    forger.commit()
    forger.close()
    assert main(["--data", str(city[0]), "disclosures", "--check"]) == 1
    assert "the row is not what was written" in capsys.readouterr().err
