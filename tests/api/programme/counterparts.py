"""A counterpart's platform as the tests play it: a real small server that can be late, answer twice or half, and lie."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from typing import Any
from zipfile import ZipFile

from domain.programme.packages.terms import Counterpart


def receipt_of(content: bytes, **changes: Any) -> dict[str, Any]:
    """What an honest counterpart says of the package that it got."""
    with ZipFile(BytesIO(content)) as archive:
        manifest = json.loads(archive.read("manifest.json"))
    return {
        "format": "zhenduan.receipt.v1",
        "counterpart": manifest["counterpart"],
        "package": manifest["id"],
        "sha256": sha256(content).hexdigest(),
        "receipt": "回执〔2024〕1 号",
        "outcome": "taken",
        "reasons": [],
        "received_on": manifest["requested_on"],
        "counts": {"results": manifest["counts"]["results"], "files": manifest["counts"]["files"]},
    } | changes


def said(receipt: dict[str, Any], encoding: str = "utf-8") -> bytes:
    return json.dumps(receipt, ensure_ascii=False).encode(encoding)


def results_of(counterpart: Counterpart, model: str, rows: list[dict[str, Any]]) -> dict[str, Any]:
    return {"format": "zhenduan.results.v1", "counterpart": counterpart.value, "model": model, "count": len(rows), "results": rows}


@dataclass
class Platform:
    """A counterpart that answers by HTTP.

    status: of what is put. hangs: seconds before that answer. at_once: what it answers to a package. receipts: package -> what is
    given for it. results: name -> file. got: path -> bodies in order.
    """

    status: int = 201
    hangs: float = 0.0
    at_once: Any = None
    receipts: dict[str, bytes] = field(default_factory=dict)
    results: dict[str, bytes] = field(default_factory=dict)
    got: dict[str, list[bytes]] = field(default_factory=dict)
    asked_by: list[str] = field(default_factory=list)
    address: str = ""

    def packages(self) -> list[bytes]:
        return [body for path, bodies in self.got.items() if path.endswith(".zip") for body in bodies]


@contextmanager
def platform() -> Iterator[Platform]:
    """A platform that runs while the block lasts."""
    one = Platform()

    class Handler(BaseHTTPRequestHandler):
        def do_PUT(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            one.got.setdefault(self.path, []).append(body)
            one.asked_by.append(self.headers.get("authorization", ""))
            is_package = self.path.endswith(".zip")
            time.sleep(one.hangs if is_package else 0)
            self.answer(one.status if is_package else 201, one.at_once(body) if is_package and one.at_once else b"")

        def do_GET(self) -> None:
            name = self.path.rpartition("/")[2]
            if self.path == "/results":
                listed = [{"name": name, "sha256": sha256(content).hexdigest()} for name, content in one.results.items()]
                self.answer(200, json.dumps({"results": listed}).encode())
            else:
                found = (one.receipts if self.path.startswith("/receipts/") else one.results).get(name)
                self.answer(200 if found is not None else 404, found or b"")

        def answer(self, status: int, body: bytes) -> None:
            try:
                self.send_response(status)
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
            except OSError:
                pass  # who asked has gone

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    one.address = f"http://127.0.0.1:{server.server_address[1]}"
    serving = threading.Thread(target=server.serve_forever, args=(0.05,))
    serving.start()
    try:
        yield one
    finally:
        server.shutdown()
        serving.join()
        server.server_close()
