"""Serving 被测服务: a server in a process of its own, and clients that ask it as fast as it answers.

    python -m benchmarks.serving DATA [--forgetful | --project {apart,within}]

starts one over a city that was built before (`ZHENDUAN_DATABASE` as for the program); the benchmarks do so themselves.
"""

import argparse
import gc
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from multiprocessing import get_context
from multiprocessing.pool import Pool
from pathlib import Path

import psutil

from benchmarks.clients import load
from benchmarks.measuring import Processor, Work
from zhenduan.limits import KEPT_ANSWERS

STOPPED_WITHIN = 300.0
"""Seconds that a server has to let go of ten thousand connections on a busy machine."""
ADDRESS = re.compile(rb"http://127\.0\.0\.1:(\d+)/")


@contextmanager
def server(command: list[str], environment: Mapping[str, str], port: int = 0) -> Iterator[tuple[int, int]]:
    """A server process until the block ends, once it answers; (its process, its port), 0 = as it prints it.

    It makes each answer anew, unless its environment says otherwise: one client asks the same again and again.
    """
    with tempfile.TemporaryFile() as told:
        process = subprocess.Popen(
            command, env={**os.environ, KEPT_ANSWERS: "0", **environment}, stdout=told, stderr=told, start_new_session=True
        )
        try:
            deadline = time.monotonic() + 60
            while not listens(port):
                if process.poll() is not None or time.monotonic() > deadline:
                    told.seek(0)
                    raise RuntimeError(told.read().decode())
                time.sleep(0.05)
                if not port and (printed := ADDRESS.search(os.pread(told.fileno(), 10_000, 0))):
                    port = int(printed[1])
            yield process.pid, port
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(STOPPED_WITHIN)


def ours(data: Path, *, forgetful: bool = False, project: str = "") -> list[str]:
    """The command that serves a city.

    forgetful: its disclosure log keeps nothing. project: where it folds its read models, "apart" or "within"; else nobody does.
    """
    command = [sys.executable, "-m", "benchmarks.serving", str(data)]
    return [*command, *(["--forgetful"] if forgetful else []), *(["--project", project] if project else [])]


def free_port() -> int:
    """A port that nobody listens on just now, for a peer that takes none by itself."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def listens(port: int) -> bool:
    """Whether anything answers on a port."""
    if not port:
        return False
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def a_client() -> Pool:
    """A process for a client, which loads nothing but what asking needs; to be left as a context."""
    return get_context("spawn").Pool(1)


def asked(
    client: Pool, port: int, sent: bytes, seconds: float, connections: int, process: int, database: str | None
) -> Callable[[], Work]:
    """A contender: a round of load from a client's process, and what the server and its database took for it."""
    trees = Processor([process])
    if database:
        trees.of_database(database)

    def work() -> Work:
        spent = sum(spent_by(tree) for tree in trees.others)
        count, took = client.apply(load, (port, sent, seconds, connections))
        return Work(count, took, sum(spent_by(tree) for tree in trees.others) - spent)

    return work


def spent_by(root: int) -> float:
    """Seconds of the processor that a process and those below it have taken."""
    tree = psutil.Process(root)
    taken = 0.0
    for one in (tree, *tree.children(recursive=True)):
        try:
            found = one.cpu_times()
        except psutil.NoSuchProcess:
            continue
        taken += found.user + found.system + found.children_user + found.children_system
    return taken


def main() -> None:
    """Answer on a port until told to stop."""
    import uvicorn  # noqa: PLC0415 - a client's process loads no server

    from api.app import create_app  # noqa: PLC0415 - as above
    from api.server.answer_cache import AnswerCache  # noqa: PLC0415 - as above
    from journal.disclosure_log.disclosure_log import DisclosureLog  # noqa: PLC0415 - as above
    from journal.disclosure_log.loop_writer import LoopWriter  # noqa: PLC0415 - as above
    from zhenduan import serving  # noqa: PLC0415 - as above
    from zhenduan.__main__ import COLLECT_EVERY  # noqa: PLC0415 - as above
    from zhenduan.connections import bounded  # noqa: PLC0415 - as above
    from zhenduan.egress import egress_of  # noqa: PLC0415 - as above
    from zhenduan.limits import limits_of  # noqa: PLC0415 - as above
    from zhenduan.settings import Settings  # noqa: PLC0415 - as above
    from zhenduan.wiring import opened  # noqa: PLC0415 - as above

    class Forgetful(DisclosureLog):
        """A log that keeps nothing 不留存: every answer may leave at once."""

        def write(self, disclosure: object, known: object = None) -> None:
            """Nothing."""

    async def unwritten(_writer: object, _disclosure: object, _known: object) -> None:
        """Nothing, on the event loop."""

    gc.set_threshold(*COLLECT_EVERY)  # as in the program
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--forgetful", action="store_true")
    parser.add_argument("--project", choices=("apart", "within"))
    given = parser.parse_args()
    if given.project == "within":
        serving.FoldingApart = lambda *_addresses: None  # type: ignore[assignment, misc, return-value] # as it was before
    database, limits = os.environ.get("ZHENDUAN_DATABASE") or None, limits_of(os.environ)
    settings = Settings(given.data, database, limits=limits, egress=egress_of(os.environ))
    if not given.forgetful:
        sys.exit(serving.serve(settings, "127.0.0.1", 0, project=given.project is not None))
    LoopWriter.write = unwritten  # type: ignore[method-assign, assignment] # as the log that keeps nothing
    with opened(settings) as installation:
        kept = installation.services.disclosures
        services = replace(installation.services, disclosures=Forgetful(kept._store, kept._engine))  # noqa: SLF001 - never asked
        with socket.create_server(("127.0.0.1", 0)) as listening:
            sys.stdout.write(f"http://127.0.0.1:{listening.getsockname()[1]}/graphql\n")
            sys.stdout.flush()
            app = create_app(services, answers=AnswerCache(settings.limits.kept_answers * 2**20))
            config = bounded(app, settings.limits.connections, log_config=None, log_level="error", server_header=False)
            uvicorn.Server(config).run([listening])


if __name__ == "__main__":
    main()
