"""Sealed marks 封存评分: what a marker gives is ciphertext in the journal until the city closes marking. plan V1.

Each call has a key of its own, kept as persons' keys are (`personal.py`) under the name of its stream, which no person's id can
be. A mark is sealed with a salt; the journal holds the ciphertext and the SHA-256 of salt and mark, so that whoever is shown both
later checks that no mark was changed. What is sealed fills whole blocks, so that its length tells nothing of what was written.
"""

import base64
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

import orjson

from domain.kernel import fold
from domain.providers.calls.call import CALLS
from domain.providers.calls.state import Call, call_stream
from domain.providers.marking.marking import (
    MARKINGS,
    Mark,
    Marking,
    MarkingStage,
    OpenedMark,
    digest_of,
    marking_id,
    marking_stream,
)
from journal.codec import decode
from journal.journal import Journal
from journal.secrets.personal import PersonalKeys

BLOCK = 8_192
"""Characters that a sealed mark fills, or a multiple."""
ORDER = "order of marking"
SALT_LENGTH = 32


class SealedMarks:
    """Seals and opens the marks of every call 封存评分, and holds the seeds that their orders are drawn from."""

    def __init__(self, keys: PersonalKeys) -> None:
        self._keys = keys

    def seed(self, year: int) -> str:
        """What a call's order is drawn from 抽签种子, hexadecimal: known to nobody before it is used."""
        return self._keys.secret(call_stream(year), ORDER)

    def seed_digest(self, year: int) -> str:
        """SHA-256 that commits to the seed 种子承诺, hexadecimal."""
        return sha256(self.seed(year).encode()).hexdigest()

    def sealed(self, year: int, marking: str, mark: Mark) -> Mapping[str, str]:
        """Ciphertext and digest of a mark 封存."""
        salt = self._keys.secret(call_stream(year), f"salt {marking} {sha256(mark.model_dump_json().encode()).hexdigest()}")
        salt = salt[:SALT_LENGTH]
        text = base64.b64encode(orjson.dumps({"salt": salt, "mark": mark.model_dump(mode="json")})).decode()
        filled = text.ljust(-(-len(text) // BLOCK) * BLOCK)
        return {"sealed": self._keys.seal(call_stream(year), marking, filled), "digest": digest_of(salt, mark)}

    def opened(self, year: int, marking: str, sealed: str) -> OpenedMark:
        """A mark as it was sealed 启封.

        Raises:
            KeyMissing: this vault never held the call's key.
            SealBroken: sealed for another marking, or altered.
        """
        text = self._keys.open(call_stream(year), marking, sealed)
        assert text is not None, "a call's key is never destroyed"  # noqa: S101 - there is no way to
        held: dict[str, Any] = orjson.loads(base64.b64decode(text.rstrip()))
        return OpenedMark(marking=marking, salt=held["salt"], **held["mark"])

    def waiting(self, journal: Journal, year: int) -> tuple[OpenedMark, ...]:
        """Every mark of a call that is sealed and not open yet 待公开评分, for the command that opens them together."""
        call: Call | None = fold(CALLS.evolve, (decode(CALLS, one.type, one.state) for one in journal.read(call_stream(year))))
        if call is None:
            return ()
        found = []
        for drawn in call.drawn:
            for marker in drawn.markers:
                name = marking_id(year, drawn.number, marker)
                entries = journal.read(marking_stream(name))
                marking: Marking | None = fold(MARKINGS.evolve, (decode(MARKINGS, one.type, one.state) for one in entries))
                if marking is not None and marking.stage is MarkingStage.SEALED and marking.sealed is not None:
                    found.append(self.opened(year, name, marking.sealed))
        return tuple(found)
