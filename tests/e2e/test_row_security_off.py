"""A second belt that is missing is told 行级安全缺失: at the first start, by verify, by readiness, and never silently (plan P7)."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from projections.engine import row_security
from zhenduan.__main__ import main
from zhenduan.settings import Settings, from_environment
from zhenduan.wiring import RowSecurityOff, opened


def test_without_its_roles_init_says_so_verify_says_so_and_the_server_is_not_ready(
    new_database: Callable[[], str], tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    address, data = new_database(), tmp_path / "city"
    monkeypatch.setenv("ZHENDUAN_DATABASE", address)
    monkeypatch.setattr(row_security, "_has_role", lambda *_: False)
    assert main(["--data", str(data), "init"]) == 0
    told = capsys.readouterr().err
    assert "行级安全未启用" in told
    assert "GRANT zhenduan_reader" in told
    with opened(Settings(data, address)) as installation, pytest.raises(RowSecurityOff):
        installation.services.checks["ROW_SECURITY"]()
    accepted = from_environment(data=data, environment={"ZHENDUAN_DATABASE": address, "ZHENDUAN_ROW_SECURITY": "off"})
    assert accepted.row_security is False
    monkeypatch.undo()
    monkeypatch.setenv("ZHENDUAN_DATABASE", address)
    assert main(["--data", str(data), "verify", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["rowSecurity"] is True
    with opened(accepted) as installation:
        assert "ROW_SECURITY" not in installation.services.checks
