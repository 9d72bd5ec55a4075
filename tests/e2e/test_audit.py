"""Advisories 漏洞核对: a known fault of what is installed fails the build, a database that cannot be reached does not."""

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

SCRIPT = Path(__file__).parents[2] / "scripts" / "audit"
LOCK = f"orjson==3.11.4 \\\n    --hash=sha256:{'0' * 64}\ntqdm==4.67.1 \\\n    --hash=sha256:{'1' * 64}\n"
FAULT = {
    "id": "GHSA-test",
    "summary": "an example",
    "affected": [
        {
            "package": {"ecosystem": "PyPI", "name": "orjson"},
            "versions": ["3.11.4"],
            "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "3.11.5"}]}],
        }
    ],
}


@contextmanager
def advisories(status: int, answers: dict[str, Any]) -> Iterator[str]:
    """Address of a database that knows of faults by package."""

    class Answers(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
            body = json.dumps(answers.get(asked["package"]["name"], {})).encode()
            self.send_response(status)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_said: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1/query"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def audited(folder: Path, address: str, **more: str) -> subprocess.CompletedProcess[str]:
    lock = folder / "some.lock"
    lock.write_text(LOCK, "utf-8")
    mine = {**os.environ, "OSV_URL": address, "NO_PROXY": "127.0.0.1", **more}
    return subprocess.run([SCRIPT, lock], env=mine, capture_output=True, text=True, check=False)  # noqa: S603 - ours


def test_a_known_fault_fails_and_is_named_with_its_remedy(tmp_path: Path) -> None:
    with advisories(200, {"orjson": {"vulns": [FAULT]}}) as address:
        done = audited(tmp_path, address)
    assert done.returncode == 1, done.stderr
    assert "orjson 3.11.4: GHSA-test 已修复版本 fixed in: 3.11.5" in done.stdout


def test_no_known_fault_passes(tmp_path: Path) -> None:
    with advisories(200, {}) as address:
        done = audited(tmp_path, address)
    assert (done.returncode, "checked 2" in done.stdout) == (0, True), done.stderr


@pytest.mark.parametrize(("required", "code"), [("", 0), ("1", 1)])
def test_a_database_that_cannot_be_reached_is_said_and_fails_only_where_it_is_required(
    tmp_path: Path, required: str, code: int
) -> None:
    with advisories(503, {}) as address:
        away = audited(tmp_path, address, ADVISORIES_REQUIRED=required)
    gone = audited(tmp_path, address, ADVISORIES_REQUIRED=required)
    for done in (away, gone):
        assert (done.returncode, "NOT CHECKED" in done.stderr) == (code, True), done


def test_an_audit_that_went_wrong_otherwise_fails(tmp_path: Path) -> None:
    with advisories(400, {}) as address:
        done = audited(tmp_path, address)
    assert done.returncode != 0
    assert "NOT CHECKED" not in done.stderr
