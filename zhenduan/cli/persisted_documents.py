"""Registered documents 登记的查询文档: added from files, each judged before any is, listed and taken out."""

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from api.kit.published import declared
from api.schema import build_schema
from api.server.field_rights import resolve_rights
from api.server.persisted_documents import PersistedDocuments, document_id
from api.server.query_cost import Limits
from api.server.query_documents import Documents, Unacceptable
from interop.json_reading import read_json
from zhenduan.cli.output import answer
from zhenduan.installation_folder import require_installation
from zhenduan.settings import Settings


def texts(path: Path) -> Iterator[str]:
    """The documents of a file or of a folder's files 文件中的文档.

    A .graphql file is one document, byte by byte. A .json file is a manifest as the clients' tools write it: id -> text (Relay,
    GraphQL Code Generator), or `operations` with a `body` each (Apollo); its ids are worked out anew.

    Raises:
        ValueError: a manifest of another shape.
    """
    if path.is_dir():
        for one in sorted((*path.rglob("*.graphql"), *path.rglob("*.json"))):
            yield from texts(one)
        return
    content = path.read_bytes()
    if path.suffix != ".json":
        yield content.decode()
        return
    manifest = read_json(content)
    if isinstance(manifest, dict) and isinstance(operations := manifest.get("operations"), list):
        found = [one.get("body") for one in operations if isinstance(one, dict)]
    else:
        found = list(manifest.values()) if isinstance(manifest, dict) else [None]
    for text in found:
        if not isinstance(text, str):
            raise ValueError("不是查询清单 is no manifest of documents")  # noqa: TRY004 - the file's fault, told to its owner
        yield text


def add(settings: Settings, paths: Sequence[Path]) -> int:
    """Register every document of some files, or none where one of them is not acceptable."""
    require_installation(settings)
    schema = build_schema()
    executable = schema._schema  # noqa: SLF001 - strawberry has no other way to the executable schema
    rights = declared(schema)
    documents = Documents(executable, resolve_rights(executable, rights.rows), rights.protected, Limits())
    found: dict[str, str] = {}
    faults = []
    for path in paths:
        try:
            for text in texts(path):
                found[document_id(text)] = text
                documents.checked(text)
        except Unacceptable as problem:
            faults += [f"{path}: {error.message}" for error in problem.errors]
        except ValueError as problem:
            faults.append(f"{path}: {problem}")
    for fault in faults:
        sys.stderr.write(f"{fault}\n")
    if faults:
        return 1
    store = PersistedDocuments(settings.documents)
    for text in found.values():
        identity = store.add(text)
        answer(identity, documents=[identity])
    return 0


def listed(settings: Settings) -> int:
    """Print the registered ids."""
    require_installation(settings)
    for identity in PersistedDocuments(settings.documents).ids():
        answer(identity, documents=[identity])
    return 0


def remove(settings: Settings, identities: Sequence[str]) -> int:
    """Take documents out; 1 where one was not registered."""
    require_installation(settings)
    store = PersistedDocuments(settings.documents)
    missing = [identity for identity in identities if not store.remove(identity)]
    for identity in missing:
        sys.stderr.write(f"没有登记 not registered: {identity}\n")
    return 1 if missing else 0
