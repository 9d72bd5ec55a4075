"""A process that writes, follows and rebuilds until it is killed; importable, so that a process can start it."""

import json
import os
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from uuid import UUID

from domain.events import CAPABILITIES
from domain.kernel import Command
from domain.participants.organisations import OrganisationKind, RegisterOrganisation
from journal import Journal, handle, open_journal
from projections import open_read_models
from tests.small_city import CITY, opening

WRITERS = 3
REBUILDS = 0.3
"""Share of the victims that rebuild while they follow."""


def command_of(key: str) -> tuple[Command, int]:
    """The command that a key stands for, the same whenever it is sent; and how many entries it writes."""
    if int(key[-1], 16) % 2:
        return RegisterOrganisation(organisation=key, kind=OrganisationKind.PROVIDER, name="示例服务商"), 1
    return opening(key).model_copy(update={"campaign": key}), 3


def lines(file: Path) -> Iterator[tuple[str, str]]:
    """(what, key) of each whole line; a line that a kill cut short was never acted on."""
    for line in file.read_text().splitlines():
        try:
            what, key = json.loads(line)
        except ValueError:
            continue
        yield what, key


def send(journal: Journal, key: str) -> None:
    """Send the command of a key under that key."""
    command, _ = command_of(key)
    handle(journal, CAPABILITIES, command, CITY, clock=lambda: datetime.now(UTC), idempotency_key=key)


def suffer(url: str, models_url: str, diary: Path, seed: int) -> None:
    """Send again what may have been lost, then new commands without end; what is wanted and what is done goes into the diary."""
    chance = Random(seed)  # noqa: S311 - a reproducible choice, no secret
    journal = open_journal(url)
    models = open_read_models(models_url, journal)
    written = os.open(diary, os.O_WRONLY | os.O_APPEND)

    def note(what: str, key: str) -> None:
        os.write(written, f"{json.dumps([what, key])}\n".encode())

    noted = list(lines(diary))
    done = {key for what, key in noted if what == "done"}
    lost = [key for what, key in noted if what == "wanted" and key not in done]

    def write(keys: Random) -> None:
        while True:
            key = UUID(int=keys.getrandbits(128)).hex
            note("wanted", key)
            send(journal, key)
            note("done", key)

    threading.Thread(target=models.run, args=(threading.Event(),), daemon=True).start()
    for key in lost:
        send(journal, key)
        note("done", key)
    for number in range(WRITERS):
        threading.Thread(target=write, args=(Random(seed * WRITERS + number),), daemon=True).start()  # noqa: S311 - as above
    while True:
        if chance.random() < REBUILDS:
            models.rebuild()
        else:
            threading.Event().wait(0.05)
