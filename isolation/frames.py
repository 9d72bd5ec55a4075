"""Frames 帧: what this process and its children say to one another over a socket, each with its kind and length."""

import socket
import struct

HEAD = struct.Struct(">cQ")

RESULT, FAULT, MEMORY, PROGRESS, COST = b"R", b"F", b"M", b"P", b"C"
"""Of a child: its bytes; a traceback, ours to mend; memory used up; a number on the way; microseconds of the processor."""


def send(line: socket.socket, kind: bytes, payload: bytes) -> None:
    """Send one frame."""
    line.sendall(HEAD.pack(kind, len(payload)))
    line.sendall(payload)


def receive(line: socket.socket, most: int) -> tuple[bytes, bytes] | None:
    """One frame; None where the other side has ended, or says that it will send more than `most` bytes."""
    head = _exactly(line, HEAD.size)
    if head is None:
        return None
    kind, size = HEAD.unpack(head)
    payload = _exactly(line, size) if size <= most else None
    return None if payload is None else (kind, payload)


def _exactly(line: socket.socket, size: int) -> bytes | None:
    found, done = bytearray(size), 0
    with memoryview(found) as rest:
        while done < size:
            try:
                taken = line.recv_into(rest[done:])
            except ConnectionError:
                return None
            if not taken:
                return None
            done += taken
    return bytes(found)
