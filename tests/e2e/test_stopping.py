"""Stopping 停止: a server told to stop closes its databases, so that the folder holds each of them whole (plan P5)."""

import signal
import socket
import subprocess
import sys
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from zhenduan.__main__ import main

INVITED = ("--name", "王某", "--role", "city", "--organisation", "city", "--password", "correct horse battery")


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("command", ["serve", "project"])
def test_a_stop_leaves_no_write_ahead_log(tmp_path: Path, command: str, how: signal.Signals) -> None:
    data, port = tmp_path / "city", free_port()
    assert main(["--data", str(data), "init"]) == 0
    given = [command, "--port", str(port)] if command == "serve" else [command]
    services = [sys.executable, "-m", "zhenduan", "--data", data, *given]
    with subprocess.Popen(services, stderr=subprocess.PIPE) as running:  # noqa: S603 - our own words
        try:
            for _ in range(600):
                try:
                    if command == "project" and (data / "vault.db-wal").exists() and (data / "log.signed").exists():
                        break
                    with urlopen(f"http://127.0.0.1:{port}/health", timeout=10):
                        break
                except (URLError, OSError):
                    signal.sigtimedwait([], 0.1)
            # an account is made by another process while this one runs: the vault's log is in use by both
            assert main(["--data", str(data), "invite", "wang", *INVITED]) == 0
            assert (data / "vault.db-wal").exists(), "it is open"
        finally:
            running.send_signal(how)
            _, errors = running.communicate(timeout=60)
    assert running.returncode == 0, errors.decode()
    assert [path.name for path in data.iterdir() if path.name.endswith(("-wal", "-shm"))] == []
