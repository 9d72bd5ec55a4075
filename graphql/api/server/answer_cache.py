"""Answer cache 应答缓存: an answer made of rows alone is right as long as the rows stand where they stood. decision 0055.

No answer is kept for a time: each is found by who asks and what, and given only if every read model stands in the same
generation at the same position as when it was made. Who asks is found out before, and what is protected is written down again,
each time. An answer for which anything else of the program was asked (its time, keys, files, accounts) is not kept at all,
which the context notes by itself (`api.kit.context.MadeOf`): what a new field reads, nobody has to remember to declare.
"""

from collections import OrderedDict
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from hashlib import blake2b
from threading import Lock
from typing import Any

import orjson

from api.kit.context import Context
from api.kit.disclosure_notes import Noted
from api.kit.ports import Identified
from api.kit.services import Services
from api.server.messages import GraphQLResponse, faulted_for
from projections.engine.preconditions import StandsAt

MOST_BYTES = 16 * 1024 * 1024
"""Of the bodies that a process keeps; the least recently asked for give way."""
LARGEST = 256 * 1024
"""Bytes of a body that is kept."""
OF_NO_BODY = 512
"""Bytes that an answer takes besides its body, the note of one firm in `OF_A_NOTE`."""
OF_A_NOTE = 256

Key = tuple[str, str | None, bytes, Identified | None]


@dataclass(frozen=True)
class KeptAnswer:
    """An answer as it left 已存应答. day: that it is of; None of any. noted: its protected data. tag: of its bytes and reader."""

    stands_at: StandsAt
    day: date | None
    body: bytes
    noted: Noted | None
    tag: str

    @property
    def size(self) -> int:
        """Bytes that it takes, about."""
        return len(self.body) + OF_NO_BODY + OF_A_NOTE * (len(self.noted.disclosed) if self.noted is not None else 0)


def key_of_answer(
    text: str, operation: str | None, variables: Mapping[str, Any] | None, identified: Identified | None
) -> Key | None:
    """What an answer is found by: the document, its variables, and who asks, with role, scope and the end of the session.

    None where the variables can't be written as JSON (a lone surrogate, a number of more than 64 bits): nothing is kept then.
    """
    try:
        return text, operation, orjson.dumps(variables or {}, option=orjson.OPT_SORT_KEYS), identified
    except orjson.JSONEncodeError:
        return None


class AnswerCache:
    """The answers that a process keeps 应答缓存. most: bytes of all of them; 0 keeps none."""

    def __init__(self, most: int = MOST_BYTES) -> None:
        self._most = most
        self._answers: OrderedDict[Hashable, KeptAnswer] = OrderedDict()
        self._size = 0
        self._lock = Lock()

    def again(self, key: Key, context: Context, services: Services) -> GraphQLResponse | None:
        """An answer made before that is still so, what is protected in it written down; None where there is none."""
        try:
            if (known := self._found(key, context)) is None:
                return None
            if known.noted is not None:
                context.disclosure_notes.note_again(known.noted)
            context.close()  # nobody's snapshot is held while the disk is waited for
            context.disclosure_notes.leave(services, context.caller)
        except Exception as fault:  # noqa: BLE001 - whatever it is, the caller gets its id and the log the rest
            return faulted_for(context, fault)
        return GraphQLResponse(None, body=known.body, cost=context.cost, tag=known.tag)

    def _found(self, key: Key, context: Context) -> KeptAnswer | None:
        """The answer to the same, if it still is that; the snapshot is opened only where one is kept."""
        known = self._answers.get(key)
        if known is None:
            return None
        context.require_known()
        if known.stands_at != context.snapshot.held():
            return None
        if known.day is not None and known.day != context.today:
            return None
        return self.kept(key)

    def remember(self, key: Key, context: Context, answer: GraphQLResponse) -> GraphQLResponse:
        """An answer without errors, its snapshot still open, and kept unless it was made of more than the rows of that."""
        made_of, body = context.made_of, orjson.dumps(answer.payload)
        if made_of.more or not context.has_read or len(made_of.days) > 1:
            return replace(answer, body=body)
        day = next(iter(made_of.days), None)
        return replace(answer, body=body, tag=self.keep(key, context.snapshot.stands_at, day, body, context.disclosure_notes.noted))

    def kept(self, key: Key) -> KeptAnswer | None:
        """The answer to the same as it was made last, whether or not it is still so; it gives way last."""
        with self._lock:
            if (found := self._answers.get(key)) is not None:
                self._answers.move_to_end(key)
        return found

    def keep(self, key: Key, stands_at: StandsAt, day: date | None, body: bytes, noted: Noted | None) -> str:
        """Keep an answer, unless it is too large; its tag, empty where it is not kept. See `KeptAnswer`."""
        if len(body) > min(LARGEST, self._most):
            return ""
        tag = blake2b(body + repr(key[3]).encode(), digest_size=16).hexdigest()
        new = KeptAnswer(stands_at, day, body, noted, tag)
        with self._lock:
            self._forget(key)
            self._answers[key] = new
            self._size += new.size
            while self._size > self._most:
                self._forget(next(iter(self._answers)))
        return tag

    def _forget(self, key: Hashable) -> None:
        gone = self._answers.pop(key, None)
        self._size -= gone.size if gone is not None else 0
