"""Serving 运行: the installation behind HTTP and WebSocket, and the projector beside it."""

import logging
import resource
import signal
import socket
import sys
import threading
from contextlib import nullcontext, suppress
from types import FrameType

import uvicorn

from api.app import create_app
from api.server import console
from api.server.answer_cache import AnswerCache
from api.server.persisted_documents import PersistedDocuments
from zhenduan.accounts.uncited_uploads import UncitedUploads
from zhenduan.background.checkpointing import signing
from zhenduan.background.computing import computing
from zhenduan.background.delivering_apart import delivering_apart
from zhenduan.background.due_acts import keeping_time
from zhenduan.background.exam_closing import closing_exams
from zhenduan.background.exchanging import exchanging
from zhenduan.background.folding import FoldingApart
from zhenduan.background.shadowing import shadowing
from zhenduan.background.upload_sweeping import sweeping
from zhenduan.connections import bounded
from zhenduan.pages import schema_page
from zhenduan.settings import Settings
from zhenduan.wiring import Installation, RowSecurityOff, finish_erasures, is_row_security_off, opened

LARGEST_SOCKET_MESSAGE = 256 * 1024
GRACE_SECONDS = 5

log = logging.getLogger(__name__)


FILES_BESIDE_CONNECTIONS = 512
"""Files that databases, evidence and what is loaded may have open besides one for each connection."""


SWITCH_SECONDS = 0.002
"""How long one thread may keep the interpreter from the others; the usual 5 ms are lost at each of a read's eight statements to a
stranger's long computation."""


def _enough_files(connections: int) -> None:
    """Ask the system for as many open files as connections may need: its usual 1,024 end with nobody being let in."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = connections + FILES_BESIDE_CONNECTIONS
    if soft != resource.RLIM_INFINITY and soft < wanted:
        most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


def _bound(host: str, port: int) -> list[socket.socket]:
    """The sockets of an address 监听地址, taken and not yet listened on; port 0 = one that is free.

    Raises:
        OSError: it is in use, may not be used or is not this machine's.
    """
    taken: list[socket.socket] = []
    try:
        for family, kind, protocol, _, address in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
            made = socket.socket(family, kind, protocol)
            taken.append(made)
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if family == socket.AF_INET6:
                made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            made.bind((address[0], port or taken[0].getsockname()[1], *address[2:]))
    except OSError:
        for made in taken:
            made.close()
        raise
    return taken


def address_taken(host: str, port: int) -> list[socket.socket] | None:
    """The sockets of an address 先占地址, to be listened on or closed.

    None where it is not to be had, which is said.
    """
    try:
        return _bound(host, port)
    except OSError as error:
        why = error.strerror or str(error)
        sys.stderr.write(
            f"无法在 {host}:{port} 提供服务，端口已被占用或无权使用；可用 --port 另指定端口 "
            f"cannot serve at {host}:{port}: {why}; --port names another\n"
        )
        return None


def listen(
    installation: Installation, host: str, sockets: list[socket.socket], settings: Settings, *, project: bool
) -> int:
    """Serve an open installation at an address that was taken, until told to stop; `project` as in `serve`."""
    limits = settings.limits
    _enough_files(limits.connections.connections)
    sys.setswitchinterval(SWITCH_SECONDS)
    installation.services.models.catch_up()
    finish_erasures(installation)
    if is_row_security_off(settings, installation.services.models):
        log.critical("行级安全未启用 row-level security is off: %s", RowSecurityOff.SAYS)
    app = create_app(
        installation.services,
        project=project,
        apart=FoldingApart(installation.services.models.address, settings.journal_url),
        allowed_origins=settings.cors_origins,
        admission=limits.admission,
        lag_seconds=limits.lag_seconds,
        answers=AnswerCache(limits.kept_answers * 2**20),
        persisted=PersistedDocuments(settings.documents, only=settings.documents_only, shipped=console.BUILT / "documents"),
        reference=schema_page.page,
    )
    config = bounded(
        app,
        limits.connections,
        log_config=None,  # its lines go through ours (`zhenduan.logs`)
        log_level="warning",
        ws_max_size=LARGEST_SOCKET_MESSAGE,
        timeout_graceful_shutdown=GRACE_SECONDS,
        server_header=False,
    )
    server = uvicorn.Server(config)
    address = f"http://{host}:{sockets[0].getsockname()[1]}/"
    sys.stdout.write(f"页面 pages {address} · 接口 API {address}graphql\n")
    sys.stdout.flush()
    with (
        suppress(KeyboardInterrupt),
        signing(installation.log) if project else nullcontext(),
        shadowing(installation.services) if project else nullcontext(),
        keeping_time(installation.services) if project else nullcontext(),
        closing_exams(installation.services) if project else nullcontext(),
        computing(installation.services) if project else nullcontext(),
        delivering_apart(installation.services, settings) if project else nullcontext(),
        exchanging(installation.services, settings.transports) if project else nullcontext(),
        sweeping(_uncited(installation), installation.services, installation.log) if project else nullcontext(),
    ):
        # uvicorn has ended everything of its own before it raises the signal again; by its usual handler that would end the
        # process at once, with every database still open and what it wrote last in its log only
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        server.run(sockets)
    return 0 if server.started else 1


def _uncited(installation: Installation) -> UncitedUploads:
    return UncitedUploads(installation.vault, installation.services.blobs, installation.services.clock)


def serve(settings: Settings, host: str, port: int, *, project: bool) -> int:
    """Serve an installation until told to stop; `project` keeps the read models current in this process."""
    with opened(settings) as installation:
        sockets = address_taken(host, port)
        return 2 if sockets is None else listen(installation, host, sockets, settings, project=project)


def _told_to_stop() -> threading.Event:
    """What is set when the process is told to stop."""
    stop = threading.Event()

    def told(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, told)
    signal.signal(signal.SIGINT, told)
    return stop


def relay(settings: Settings, address: str, after: str | None) -> int:
    """Relay public events into a stream of NATS until told to stop; the read models are others' to keep current."""
    from zhenduan.background import relaying  # noqa: PLC0415 - its library is loaded where it is used

    if not address.startswith(("nats://", "tls://")):
        sys.stderr.write(f"--to 须为 nats:// 或 tls:// 地址 is no address of a NATS server, nats:// or tls://: {address}\n")
        return 2
    stop = _told_to_stop()
    with opened(settings) as installation:
        try:
            relaying.relay(installation.services, address, stop, after)
        except relaying.PlaceLostError:
            sys.stderr.write("转发流的最后一条消息已清除 the stream's last message is gone: say --after\n")
            return 1
    return 0


def project(settings: Settings) -> int:
    """Follow the journal until told to stop; several at once share the work safely."""
    stop = _told_to_stop()
    with (
        opened(settings) as installation,
        signing(installation.log),
        shadowing(installation.services),
        keeping_time(installation.services),
        closing_exams(installation.services),
        computing(installation.services),
        delivering_apart(installation.services, settings),
        exchanging(installation.services, settings.transports),
        sweeping(_uncited(installation), installation.services, installation.log),
    ):
        installation.services.models.run(stop)
    return 0
