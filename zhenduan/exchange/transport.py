"""Transport 传送端口: how a package reaches a counterpart, and its receipts and results reach us; a class a way. plan P8."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import BinaryIO, Literal, Protocol

from domain.programme.packages.terms import SendingFault, SendingStatus, TransportKind

LARGEST_RESULTS = 10 * 2**20
"""Bytes of a file of results, as for one that a person sends."""
LONGEST_SECONDS = 600.0
"""Of one package on its way."""


@dataclass(frozen=True)
class Outgoing:
    """A package on its way 待传送数据包. note: the signature under it. file: its bytes, at their beginning."""

    package: str
    sha256: str
    size: int
    note: bytes
    file: BinaryIO


@dataclass(frozen=True)
class Carried:
    """What an attempt came to 传送结果. fault, code: of one that failed. receipt: what was answered at once, if anything."""

    came_to: Literal[SendingStatus.SENT, SendingStatus.FAILED, SendingStatus.UNKNOWN]
    fault: SendingFault = SendingFault.UNREACHABLE
    code: int | None = None
    receipt: bytes = b""


class ResultsFile(Protocol):
    """A file of results that came in 报送文件."""

    @property
    def name(self) -> str:
        """As the counterpart named it."""

    @property
    def content(self) -> bytes:
        """Its bytes."""

    def over(self, why: str) -> None:
        """Say that it was dealt with; why: it was not taken, in both languages, else empty."""


class Transport(Protocol):
    """The port 端口. Whatever stands behind it may be late, twice, half or wrong; nothing of it is believed here."""

    @property
    def kind(self) -> TransportKind:
        """Which way it is."""

    def carry(self, outgoing: Outgoing) -> Carried:
        """Send a package once."""

    def is_there(self, package: str, sha256: str) -> bool:
        """Whether it surely arrived; False = that cannot be told."""

    def receipts(self, packages: Iterable[str]) -> Iterator[tuple[str, bytes]]:
        """What lies there as receipts of these packages, again each time it is asked."""

    def results(self) -> Iterator[ResultsFile]:
        """Files of results that were not dealt with yet."""
