"""A server that answers every connection in one way, by the bytes 不可信的服务器."""

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Event, Thread

Answer = Callable[[socket.socket], None]


@contextmanager
def serving(answer: Answer) -> Iterator[tuple[str, list[bytes]]]:
    """(address, requests seen) of a server that answers every connection in one way."""
    seen: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.05)
        stop = Event()

        def served(line: socket.socket) -> None:
            with line, suppress(OSError):
                seen.append(line.recv(65536))
                answer(line)

        def listened() -> None:
            while not stop.is_set():
                with suppress(TimeoutError):
                    Thread(target=served, args=(server.accept()[0],), daemon=True).start()

        listener = Thread(target=listened)
        listener.start()
        try:
            yield f"http://127.0.0.1:{server.getsockname()[1]}", seen
        finally:
            stop.set()
            listener.join()


def says(text: bytes) -> Answer:
    return lambda line: line.sendall(text)


def drips(text: bytes, every: float) -> Answer:
    def answer(line: socket.socket) -> None:
        line.sendall(text)
        while True:
            time.sleep(every)
            line.sendall(b"a")

    return answer


OK = b"HTTP/1.1 200 OK\r\n"
