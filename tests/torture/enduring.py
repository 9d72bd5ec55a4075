"""A process that writes on a disk that fails, and asks again until it is answered.

python -m tests.torture.enduring JOURNAL DIARY SEED COMMANDS
"""

import json
import os
import sqlite3
import sys
import time
from random import Random
from uuid import UUID

from journal import Journal, open_journal
from tests.torture.victim import send

TRIES = 200


def patiently(url: str) -> Journal:
    """The journal, as soon as the disk lets it be opened."""
    for _ in range(TRIES):
        try:
            return open_journal(url)
        except sqlite3.Error:
            time.sleep(0.01)
    raise TimeoutError("the disk fails too often")


def endure(url: str, diary: str, seed: int, commands: int) -> None:
    """Send so many new commands, each until it is accepted; what is wanted and what is done goes into the diary."""
    journal, keys = patiently(url), Random(seed)  # noqa: S311 - a reproducible choice, no secret
    written = os.open(diary, os.O_WRONLY | os.O_APPEND)
    for _ in range(commands):
        key = UUID(int=keys.getrandbits(128)).hex
        os.write(written, f"{json.dumps(['wanted', key])}\n".encode())
        for _ in range(TRIES):
            try:
                send(journal, key)
                break
            except sqlite3.Error:
                continue
        else:
            raise TimeoutError("the disk fails too often")
        os.write(written, f"{json.dumps(['done', key])}\n".encode())


if __name__ == "__main__":
    endure(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
    os._exit(0)  # what closing would write may fail as well, and nothing is lost by it
