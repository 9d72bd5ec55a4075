"""The program for tests that run many of its commands: loaded once, forked for each, so that none spends two seconds on its start.

Begun as `python -m tests.forked_program SOCKET`; `tests/forked_command.py SOCKET ARGUMENT…` runs one command there, with its own
folder, environment and streams, and ends as that ends. What a start by itself does is tried by the tests that begin `-m zhenduan`.
"""

import gc
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path

COMMAND = Path(__file__).with_name("forked_command.py")
LOADED = ("zhenduan.wiring", "zhenduan.__main__", "journal.backup.restore")
LARGEST_CALL = 1 << 20


def serve(address: str) -> None:
    for module in LOADED:
        import_module(module)
    gc.freeze()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(address)
        listening.listen()
        sys.stdout.write("listening\n")
        sys.stdout.flush()
        while True:
            call, _ = listening.accept()
            with call:
                if os.fork() == 0:
                    listening.close()
                    answer(call)


def answer(call: socket.socket) -> None:
    """One command in a process of its own, as if it had been started for it."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    said, streams, _, _ = socket.recv_fds(call, LARGEST_CALL, 3)
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
    given = json.loads(said)
    os.chdir(given["folder"])
    os.environ.clear()
    os.environ.update(given["environment"])
    code = 1
    try:
        code = import_module("zhenduan.__main__").main(given["arguments"])
    except SystemExit as ended:
        code = int(ended.code or 0)
    except BaseException:  # noqa: BLE001 - it is told as the interpreter tells it
        sys.excepthook(*sys.exc_info())
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        call.sendall(bytes([code]))
        os._exit(code)


@contextmanager
def loaded(folder: Path, root: Path) -> Iterator[str]:
    """The address of a program that is loaded."""
    address = str(folder / "program")
    around = os.environ | {"PYTHONPATH": f"{root}:{root / 'graphql'}"}
    begun = subprocess.Popen(  # noqa: S603 - this file
        [sys.executable, "-m", "tests.forked_program", address], cwd=root, env=around, stdout=subprocess.PIPE, text=True
    )
    with begun:
        assert begun.stdout is not None
        assert begun.stdout.readline() == "listening\n"
        yield address
        begun.kill()


if __name__ == "__main__":
    serve(sys.argv[1])
