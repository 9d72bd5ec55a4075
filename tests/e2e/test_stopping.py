"""Stopping 停止: a server told to stop closes its databases, so that the folder holds each of them whole (plan P5)."""

import signal
import subprocess
import sys
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from zhenduan.__main__ import main

INVITED = ("--name", "王某", "--role", "city", "--organisation", "city", "--password", "correct horse battery")


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("command", ["serve", "project"])
def test_a_stop_leaves_no_write_ahead_log(tmp_path: Path, command: str, how: signal.Signals) -> None:
    data = tmp_path / "city"
    assert main(["--data", str(data), "init"]) == 0
    given = [command, "--port", "0"] if command == "serve" else [command]
    services = [sys.executable, "-m", "zhenduan", "--data", data, *given]
    with subprocess.Popen(services, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:  # noqa: S603 - our own words
        try:
            assert running.stdout is not None
            address = running.stdout.readline().strip().rpartition(" ")[2].removesuffix("/graphql") if command == "serve" else ""
            for _ in range(600):
                try:
                    if command == "project" and (data / "vault.db-wal").exists() and (data / "log.signed").exists():
                        break
                    if command == "serve":
                        with urlopen(f"{address}/health", timeout=10):  # noqa: S310 - what our own server printed
                            break
                except (URLError, OSError):
                    pass
                signal.sigtimedwait([], 0.1)
            # an account is made by another process while this one runs: the vault's log is in use by both
            assert main(["--data", str(data), "invite", "wang", *INVITED]) == 0
            assert (data / "vault.db-wal").exists(), "it is open"
        finally:
            running.send_signal(how)
            _, errors = running.communicate(timeout=60)
    assert running.returncode == 0, errors
    assert [path.name for path in data.iterdir() if path.name.endswith(("-wal", "-shm"))] == []
