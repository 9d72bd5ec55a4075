"""What an operator does to who may act as whom leaves a fact (plan P5, P7, P8): who, when, whose, why; never a secret."""

import getpass
import json
from pathlib import Path
from typing import Any

import pytest

from domain.access import Everything, Role
from projections.record import audit_trail
from projections.record.audit_trail import EntryFilter, EntryRow
from projections.record.trail_sentences import KnownNames, sentence
from zhenduan.__main__ import main
from zhenduan.settings import Settings
from zhenduan.wiring import opened

REASON = "手机遗失，已当面核实"


def run(data: Path, *arguments: str) -> int:
    return main(["--data", str(data), *arguments])


def printed(capsys: pytest.CaptureFixture[str], data: Path, *arguments: str) -> Any:
    capsys.readouterr()
    assert run(data, *arguments, "--json") == 0
    return json.loads(capsys.readouterr().out)


def told(data: Path, kind: str) -> list[EntryRow]:
    with opened(Settings(data)) as installation:
        installation.services.models.catch_up()
        with installation.services.models.reading() as snapshot:
            return audit_trail.entries(snapshot, Everything(), Role.AUDITOR, 100, EntryFilter(types=[kind]))


def people_exported(capsys: pytest.CaptureFixture[str], data: Path, person: str) -> Any:
    capsys.readouterr()
    assert run(data, "export-person", f"person/{person}") == 0
    capsys.readouterr()
    assert run(data, "export-person", person) == 0
    return json.loads(capsys.readouterr().out)


@pytest.fixture
def city(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ZHENDUAN_OIDC_ISSUER", "https://sso.example")
    monkeypatch.setenv("ZHENDUAN_OIDC_CLIENT", "zhenduan")
    monkeypatch.setenv("ZHENDUAN_OIDC_SECRET", "x" * 32)
    monkeypatch.setenv("ZHENDUAN_HOME", "https://zhenduan.example")
    assert run(tmp_path / "city", "init") == 0
    return tmp_path / "city"


def test_password_factors_and_sign_on_are_told_in_the_trail_and_to_the_person(
    city: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    invited = printed(capsys, city, "invite", "wang", "--name", "王示例", "--role", "city", "--organisation", "city")
    person, why = invited["person"], ("--reason", REASON)
    changed = printed(capsys, city, "password", "wang", "--generate", *why)
    assert run(city, "reset-second-factor", "wang", *why) == 0
    assert run(city, "link-subject", person, "sub-7", *why) == 0
    assert run(city, "link-subject", person, "sub-7", *why) == 0  # is so already
    assert run(city, "unlink-subject", "sub-7", *why) == 0
    assert run(city, "unlink-subject", "sub-7", *why) == 0  # likewise
    expected = ["password_set", "second_factors_reset", "sign_on_linked", "sign_on_unlinked"]
    entries = told(city, "person.")[2:]
    assert [entry.type for entry in entries] == [f"person.{name}.v1" for name in expected]
    for entry in entries:
        assert (entry.stream, entry.actor) == (f"person/{person}", f"operator-{getpass.getuser()}")
        said = sentence(entry, KnownNames()).in_chinese
        assert said.startswith("运维人员")
        assert said.endswith(REASON)
        assert person not in said
        for secret in (changed["password"], invited["password"], "sub-7", "wang", "王示例"):
            assert secret not in entry.data
    about = people_exported(capsys, city, person)["about"]
    assert [(one["type"], one["data"]) for one in about[2:]] == [(e.type, {"reason": REASON}) for e in entries]
    assert all(one["at"] and one["actor"] for one in about)


def test_a_partners_key_is_told_from_issue_to_end_and_its_secret_never(
    city: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    key = printed(capsys, city, "partner-key", "feed", "--organisation", "310117", "--days", "30", "--reason", "数据共享协议")
    assert run(city, "revoke-partner-key", key["id"], "--reason", "协议到期") == 0
    issued, ended = told(city, "partner.")
    assert {issued.stream, ended.stream} == {f"partner/{key['id']}"}
    assert json.loads(issued.data) == {"partner": "feed", "organisation": "310117", "days": 30, "reason": "数据共享协议"}
    assert sentence(issued, KnownNames()).in_chinese == "运维人员为合作方“feed”签发了 30 天的密钥：数据共享协议"
    assert sentence(ended, KnownNames()).in_chinese == "运维人员吊销了一个合作方密钥：协议到期"
    assert key["token"].rsplit("_", 1)[1] not in issued.data


@pytest.mark.parametrize(
    "arguments",
    [
        ("password", "wang", "--generate"),
        ("reset-second-factor", "wang"),
        ("link-subject", "nobody", "sub-7"),
        ("partner-key", "feed", "--organisation", "310117"),
        ("revoke-partner-key", "0000000000000000"),
    ],
)
def test_without_a_reason_or_of_nobody_nothing_is_done_and_nothing_written(
    city: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...]
) -> None:
    before = len(told(city, "p"))
    with pytest.raises(SystemExit):
        run(city, *arguments)
    assert run(city, *arguments, "--reason", "\u200b ") in (1, 2)
    if arguments[0] != "partner-key":  # of nobody: there is no such person, login or key
        assert run(city, *arguments, "--reason", REASON) == 1
    assert len(told(city, "p")) == before
    with opened(Settings(city)) as installation:
        assert not installation.accounts.partner_keys.listing()
    assert "token" not in capsys.readouterr().out
