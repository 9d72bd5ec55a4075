"""HTTP 接口传送: a package put to a counterpart's address, its receipts and results asked for, by the one way we ask. plan P8.

Below the address: `PUT packages/<package>.note`, then `.zip`, whose answer may be a receipt; `GET receipts/<package>`;
`GET results`, which lists names, and `GET results/<name>`. The form is ours: no interface of any counterpart is known.
"""

import logging
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import orjson

from domain.programme.packages.terms import SendingFault, SendingStatus, TransportKind
from interop.exchange.receipt_form import LARGEST_RECEIPT
from zhenduan.exchange.transport import LARGEST_RESULTS, LONGEST_SECONDS, Carried, Outgoing
from zhenduan.fetch import Fetch, Fetched, FetchFailed, fetch

ASKING_SECONDS = 30.0
LARGEST_LIST = 256 * 1024
MOST_FILES = 1_000
BLOCK = 1 << 20
SUCCESS = range(200, 300)
SURELY_NOT = frozenset({*range(300, 500), 503})
"""Answers of who took nothing; of any other that is no success it is unknown."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class HttpFile:
    """A file of results that a counterpart offers 接口报送文件; it stays listed there, and is known by its name and bytes."""

    name: str
    content: bytes

    def over(self, why: str) -> None:
        """Say why it was not taken, in our log: the counterpart's list is its own."""
        if why:
            log.warning("报送文件未予接收 a file of results was not taken: %s: %s", self.name, why)


@dataclass(frozen=True)
class Http:
    """Transport by HTTP. address: as the operator set it. token: sent as a bearer's; empty = none."""

    address: str
    token: str = field(default="", repr=False)
    fetch: Fetch = fetch
    kind: TransportKind = TransportKind.HTTP
    _seen: dict[str, str] = field(default_factory=dict)

    def carry(self, outgoing: Outgoing) -> Carried:
        """Put the signature, then the package; only of the latter may it be unknown whether it arrived."""
        media = "text/plain; charset=utf-8"
        noted = self._put(f"packages/{outgoing.package}.note", media, ASKING_SECONDS, content=outgoing.note)
        if noted.came_to is not SendingStatus.SENT:
            return Carried(SendingStatus.FAILED, noted.fault, noted.code)
        sizes = {"content-length": str(outgoing.size), "idempotency-key": outgoing.sha256}
        path, blocks = f"packages/{outgoing.package}.zip", _blocks(outgoing)
        return self._put(path, "application/zip", LONGEST_SECONDS, sizes, content=blocks)

    def _put(
        self,
        path: str,
        media: str,
        seconds: float,
        headers: Mapping[str, str] | None = None,
        **given: Any,  # noqa: ANN401 - as the client takes it
    ) -> Carried:
        try:
            answer = self._asked(path, seconds, LARGEST_RECEIPT, "PUT", {"content-type": media, **(headers or {})}, **given)
        except FetchFailed as failed:
            return Carried(SendingStatus.FAILED if _never_began(failed) else SendingStatus.UNKNOWN)
        if answer.status in SUCCESS:
            return Carried(SendingStatus.SENT, receipt=answer.body.strip())
        if answer.status in SURELY_NOT:
            return Carried(SendingStatus.FAILED, SendingFault.NOT_TAKEN, answer.status)
        return Carried(SendingStatus.UNKNOWN, code=answer.status)

    def is_there(self, package: str, sha256: str) -> bool:  # noqa: ARG002 - as of any transport
        """Never told by this one; a receipt tells."""
        return False

    def receipts(self, packages: Iterable[str]) -> Iterator[tuple[str, bytes]]:
        """What is answered for each package; who does not answer at all is not asked for the others now."""
        for package in packages:
            try:
                answer = self._asked(f"receipts/{quote(package)}", ASKING_SECONDS, LARGEST_RECEIPT)
            except FetchFailed as failed:
                log.info("未能查询回执 receipts could not be asked for: %s", failed)
                return
            if answer.status in SUCCESS and answer.body.strip():
                yield package, answer.body

    def results(self) -> Iterator[HttpFile]:
        """Files that are listed and were not given out yet."""
        try:
            listed = self._asked("results", ASKING_SECONDS, LARGEST_LIST)
            for name, digest in _names(listed):
                if self._seen.get(name) == digest:
                    continue
                answer = self._asked(f"results/{quote(name)}", ASKING_SECONDS, LARGEST_RESULTS)
                if answer.status in SUCCESS:
                    yield HttpFile(name, answer.body)
                    self._seen[name] = digest
        except FetchFailed as failed:
            log.info("未能查询报送文件 results could not be asked for: %s", failed)

    def _asked(
        self,
        path: str,
        seconds: float,
        largest: int,
        method: str = "GET",
        headers: Mapping[str, str] | None = None,
        **given: Any,  # noqa: ANN401 - as the client takes it
    ) -> Fetched:
        told = {**(headers or {}), **({"authorization": f"Bearer {self.token}"} if self.token else {})}
        return self.fetch(
            f"{self.address.rstrip('/')}/{path}",
            longest_seconds=seconds,
            largest_bytes=largest,
            method=method,
            headers=told,
            **given,
        )


async def _blocks(outgoing: Outgoing) -> AsyncIterator[bytes]:
    while block := outgoing.file.read(BLOCK):
        yield block


def _never_began(failed: FetchFailed) -> bool:
    """Whether no connection was made, so that nothing can have arrived."""
    import httpx2  # noqa: PLC0415 - as in `fetch`

    return isinstance(failed.__cause__, httpx2.ConnectError | httpx2.InvalidURL)


def _names(listed: Fetched) -> list[tuple[str, str]]:
    """Names that a list says, with the digest beside each; nothing of a list that is none."""
    try:
        said = orjson.loads(listed.body) if listed.status in SUCCESS else {}
    except orjson.JSONDecodeError:
        return []
    found = said.get("results") if isinstance(said, dict) else None
    rows = [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []
    named = [(one.get("name"), one.get("sha256")) for one in rows[:MOST_FILES]]
    return [(name, digest) for name, digest in named if isinstance(name, str) and isinstance(digest, str)]
