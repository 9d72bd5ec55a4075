"""A server that answers until it is killed; importable, so that a process can start it."""

import socket
from multiprocessing.queues import Queue
from pathlib import Path

import uvicorn

from api.app import create_app
from api.schema import build_schema
from zhenduan.settings import Settings
from zhenduan.wiring import opened

build_schema()  # once, for every process that begins from the one that has loaded this


def answer_requests(data: Path, url: str, ready: "Queue[int]") -> None:
    """Serve a city on a free port, and say which."""
    with opened(Settings(data, None if url.startswith("sqlite") else url)) as installation, socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        config = uvicorn.Config(create_app(installation.services), log_level="error")
        ready.put(int(listening.getsockname()[1]))
        uvicorn.Server(config).run([listening])
