"""Persisted documents · 登记的查询文档: texts that the operator registered, asked for by their ids.

An id is `sha256:` and the digest of the text in UTF-8, 64 hexadecimal digits in lower case, as in the GraphQL-over-HTTP draft. The
store is a folder with a file a document, named by its digest: what is in a file under another name is not found.
"""

import re
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from graphql import GraphQLError

from api.server.messages import GraphQLRequest
from api.server.query_documents import Unacceptable

PREFIX = "sha256:"
ID = re.compile(r"sha256:([0-9a-f]{64})")
SUFFIX = ".graphql"
KEPT = 512

UNKNOWN = (
    "PERSISTED_DOCUMENT_UNKNOWN",
    "没有登记该文档；编号为 sha256: 加文本的摘要。 No document is registered under that id, sha256: and the digest of its text.",
)
ONLY = (
    "PERSISTED_DOCUMENTS_ONLY",
    "本系统只执行已登记的文档，请先登记。 Only registered documents are run here; have yours registered.",
)
OTHER = ("BAD_REQUEST", "documentId 与 query 不是同一文档。 The documentId is not that of the query; send one of them.")
"""Code and what the client is told."""


def document_id(text: str) -> str:
    """The id of a text 文档编号."""
    return PREFIX + sha256(text.encode()).hexdigest()


class PersistedDocuments:
    """The registered documents of an installation 登记的文档.

    Args:
        folder: where they lie; it need not exist. None = there are none.
        only: no other document is run.
        shipped: where those of our own pages lie, which need no registering.
    """

    def __init__(self, folder: Path | None = None, *, only: bool = False, shipped: Path | None = None) -> None:
        self.folder = folder
        self.only = only
        self._shipped = shipped
        self._read = lru_cache(KEPT)(_read)

    def text(self, identity: str) -> str | None:
        """The text of an id; None where none is registered, or no more."""
        own = self._path(identity)
        shipped = self._shipped / own.name if own is not None and self._shipped is not None else None
        found = next((path for path in (own, shipped) if path is not None and path.is_file()), None)
        return self._read(found) if found is not None else None

    def text_of(self, request: GraphQLRequest) -> str:
        """The text to run, of a request with a text, an id, or both; one of the program's own pages needs no registering.

        Raises:
            Unacceptable: no such document, none but registered ones are run, or text and id are of two documents.
        """
        query, identity = request.query, request.document_id
        if identity:
            found = self.text(identity)
            if found is None:
                raise _unacceptable(UNKNOWN)
            if query and query != found:
                raise _unacceptable(OTHER)
            return found
        if self.only and not request.is_own and self.text(document_id(query)) is None:
            raise _unacceptable(ONLY)
        return query

    def add(self, text: str) -> str:
        """Register a text; its id. The same text again is the same document."""
        identity = document_id(text)
        path = self._path(identity)
        assert path is not None, "an installation has a folder"  # noqa: S101 - only the command line adds
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        new = path.with_suffix(".new")
        new.write_text(text, "utf-8", newline="")
        new.replace(path)
        return identity

    def remove(self, identity: str) -> bool:
        """Take a document out; whether there was one."""
        path = self._path(identity)
        if path is None or not path.is_file():
            return False
        path.unlink()
        return True

    def ids(self) -> list[str]:
        """The registered ids, in order."""
        found = self.folder.glob(f"*{SUFFIX}") if self.folder is not None else ()
        return sorted(identity for path in found if self.text(identity := PREFIX + path.stem) is not None)

    def _path(self, identity: str) -> Path | None:
        """The file of an id; None of what is no id, so that nothing else is ever looked for."""
        digits = ID.fullmatch(identity)
        return self.folder / f"{digits[1]}{SUFFIX}" if digits is not None and self.folder is not None else None


def _unacceptable(told: tuple[str, str]) -> Unacceptable:
    code, message = told
    return Unacceptable(code, [GraphQLError(message)])


def _read(path: Path) -> str | None:
    """A document's text; None of a file that is not what its name says."""
    content = path.read_bytes()
    return content.decode() if sha256(content).hexdigest() == path.stem else None
