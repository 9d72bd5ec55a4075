"""A counterpart's SFTP server as the tests play it: another's, real, over a socket; it can refuse, break off and hang."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import asyncssh

USER = "zhenduan"


@dataclass
class SftpServer:
    """place: its folder. breaks: what makes it break the connection off, once each: "write", "before_name" or "after_name"."""

    place: Path
    host_key: asyncssh.SSHKey = field(default_factory=lambda: asyncssh.generate_private_key("ssh-ed25519"))
    user_key: asyncssh.SSHKey = field(default_factory=lambda: asyncssh.generate_private_key("ssh-ed25519"))
    breaks: set[str] = field(default_factory=set)
    without_replacing: bool = False
    refuses_anew: bool = False
    signed_in: int = 0
    port: int = 0

    @property
    def address(self) -> str:
        return f"sftp://{USER}@127.0.0.1:{self.port}/shared"

    def keys(self, folder: Path) -> tuple[Path, Path]:
        """Files of our own key and of the server's, as OpenSSH writes them."""
        own, known = folder / "id_ed25519", folder / "known_hosts"
        self.user_key.write_private_key(str(own))
        known.write_text(f"[127.0.0.1]:{self.port} {self.host_key.export_public_key().decode()}", "utf-8")
        return own, known


@contextmanager
def sftp_server(place: Path) -> Iterator[SftpServer]:
    """A server that runs while the block lasts, with one folder, `shared`."""
    (place / "shared").mkdir(parents=True)
    one = SftpServer(place)

    connections: list[asyncssh.SSHServerConnection] = []

    class Login(asyncssh.SSHServer):
        def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
            connections.append(conn)

        def begin_auth(self, username: str) -> bool:  # noqa: ARG002 - as asked
            return True

        def public_key_auth_supported(self) -> bool:
            return True

        def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
            allowed = username == USER and key == one.user_key.convert_to_public() and not (one.refuses_anew and one.signed_in)
            one.signed_in += allowed
            return allowed

    class Files(asyncssh.SFTPServer):
        def __init__(self, chan: asyncssh.SSHServerChannel[bytes]) -> None:
            super().__init__(chan, chroot=str(place))

        def broken_off(self, at: str) -> None:
            if at in one.breaks:
                one.breaks.remove(at)
                self.connection.abort()
                raise asyncssh.SFTPConnectionLost(at)

        def write(self, file_obj: object, offset: int, data: bytes) -> int:
            self.broken_off("write")
            return super().write(file_obj, offset, data)

        def posix_rename(self, oldpath: bytes, newpath: bytes) -> None:
            if one.without_replacing:
                raise asyncssh.SFTPOpUnsupported("no such request")
            if newpath.endswith(b".zip"):
                self.broken_off("before_name")
                super().posix_rename(oldpath, newpath)
                self.broken_off("after_name")
            else:
                super().posix_rename(oldpath, newpath)

    loop = asyncio.new_event_loop()
    started, stop = threading.Event(), asyncio.Event()

    async def serve() -> None:
        server = await asyncssh.listen("127.0.0.1", 0, server_host_keys=[one.host_key], server_factory=Login, sftp_factory=Files)
        one.port = server.get_port()
        started.set()
        await stop.wait()
        server.close()
        for connection in connections:
            connection.abort()
            await connection.wait_closed()
        await asyncio.sleep(0)  # the transports close in the next turn

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),), daemon=True)
    thread.start()
    assert started.wait(10)
    try:
        yield one
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(10)
        loop.close()
