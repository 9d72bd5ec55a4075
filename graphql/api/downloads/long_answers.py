"""Long answers 长应答: what is sent piece by piece, for as long as whoever asked for it is still the same caller. plan P5, P7."""

import logging
from collections.abc import AsyncIterator, Iterator, Mapping

from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from api.downloads.streaming_places import StreamingPlace
from api.server.admission import Lane, Overloaded
from api.server.http import JSON
from api.server.messages import CallerGone
from api.server.operations import Operations
from journal import Caller

log = logging.getLogger(__name__)


class LongAnswer(StreamingResponse):
    """An answer of many pieces 长应答, each made in its turn among other bulk work: a long one takes no reader's place.

    Before each piece its caller is asked for anew. Where the session, the role or the key has ended, no further piece is made and
    the connection is closed before the answer's end, so that nobody takes a part for the whole.

    Args:
        operations: what knows who asks, and gives turns.
        token: of whoever asks.
        caller: who that was when the answer was promised.
        pieces: of the body.
        headers: of the answer.
        media_type: of the answer.
        place: what it holds as long as it is sent; None = nothing.
    """

    def __init__(
        self,
        operations: Operations,
        token: str | None,
        caller: Caller,
        pieces: Iterator[bytes],
        headers: Mapping[str, str],
        media_type: str = JSON,
        place: StreamingPlace | None = None,
    ) -> None:
        super().__init__(self._made(operations, token, caller, pieces), 200, headers, media_type=media_type)
        self._place = place

    @staticmethod
    async def _made(
        operations: Operations, token: str | None, caller: Caller, pieces: Iterator[bytes]
    ) -> AsyncIterator[bytes]:
        def next_piece() -> bytes | None:
            operations.still(token, caller)
            return next(pieces, None)

        while (piece := await operations.in_thread(next_piece, lane=Lane.BULK)) is not None:
            yield piece

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it, as long as its client and its caller stay."""
        try:
            await super().__call__(scope, receive, send)
        except (CallerGone, Overloaded) as ended:  # who comes back is told which
            log.info("长应答未发完即中断 a long answer was broken off: %s", type(ended).__name__)
