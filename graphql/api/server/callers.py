"""Callers 调用者: who a token belongs to, found out now, or known from a moment ago under a precondition. decisions 0117, 0127.

Nothing is answered by what is known alone: the database is asked in the message that reads the answer whether it still holds.
"""

from datetime import datetime
from typing import NamedTuple

from api.kit.ports import Accounts, Identified, is_key
from api.server.admission import KnownTokens, digest
from api.server.messages import CallerGone
from projections.engine.preconditions import ANYONE, Precondition

KEPT = 4_096


class KnownCaller(NamedTuple):
    """Who asks, as it was found out before, None of the public; and what must hold for it to be so still."""

    identified: Identified | None
    precondition: Precondition


class Callers:
    """Who tokens belong to 调用者识别, those known by the digests of their tokens; the oldest give way.

    tokens: takes note of which have opened something.
    """

    def __init__(self, accounts: Accounts, tokens: KnownTokens) -> None:
        self._accounts = accounts
        self._tokens = tokens
        self._known: dict[bytes, Identified] = {}

    def identify(self, token: str) -> Identified:
        """Who it belongs to, found out now.

        Raises:
            CallerGone: it belongs to nobody.
        """
        identified = self._accounts.identify(token)
        if identified is None:
            self._tokens.forget(token)
            self.forget(token)
            raise CallerGone(ended=True, of_key=is_key(token))
        self._tokens.note(token, identified.caller.actor)
        if identified.precondition is not None:
            self._known[digest(token)] = identified
            if len(self._known) > KEPT:
                self._known.pop(next(iter(list(self._known))), None)
        return identified

    def known(self, token: str | None, now: datetime) -> KnownCaller | None:
        """Who it belonged to, under a precondition that time alone has not ended; None where that is to be found out."""
        if token is None:
            return KnownCaller(None, ANYONE)
        found = self._known.get(digest(token))
        if found is None or found.precondition is None:
            return None
        return KnownCaller(found, found.precondition) if found.precondition.may_be_asked(now) else None

    def forget(self, token: str | None) -> None:
        """It is to be found out anew."""
        if token is not None:
            self._known.pop(digest(token), None)
