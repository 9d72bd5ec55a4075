"""Copy of the vault 密库副本: every table of it as of one moment, sealed under the master key, the same on both engines.

So a vault is saved whole while others write, and goes from SQLite to PostgreSQL and back. The file opens for nobody without
the master key of the vault it was taken from, which is kept apart from it. Keep it for days, not for years: a person's key that
is destroyed afterwards lives on in it.
"""

import base64
import json
import os
import shutil
import tempfile
import zlib
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Connection, MetaData, Table, func, select

from journal.atomic_files import whole_file
from journal.secrets.personal import KEYS, NONCE_BYTES, OF_NO_PERSON, WRAP
from journal.secrets.vault import PROBES, SCHEMA, MasterKeyUnusable, Vault, derived, open_vault

MAGIC = b"zhenduan.vault.v1\n"
SQLITE_MAGIC = b"SQLite format 3\0"
LARGEST_COPY = 4 * 1024**3
"""Bytes that a copy unpacks to at most."""
BYTES = "bytes"
"""How bytes stand in JSON: {"bytes": base64}."""

Tables = Mapping[str, Sequence[Mapping[str, Any]]]
"""Name of a table -> its rows."""


class VaultCopyRefused(ValueError):  # noqa: N818 - says what is wrong with the file
    """The copy cannot be taken 密库副本不可用: damaged, or not a copy of a vault."""


class VaultInUse(Exception):  # noqa: N818 - as the name says
    """The vault holds something already 密库不为空; two vaults are never mixed."""


def tables_of(vault: Vault) -> Tables:
    """Everything in a vault, as of one moment; no table at all where none was made yet."""
    with vault.snapshot() as connection:
        return {
            name: [dict(row) for row in connection.execute(select(table)).mappings()]
            for name, table in _declared(connection).items()
        }


def _declared(connection: Connection) -> dict[str, Table]:
    """Name -> table, as the database itself describes it: a later version's are copied by an older program too.

    Where it is tried whether anything can be written is no content of a vault.
    """
    found = MetaData()
    found.reflect(connection, schema=None if connection.dialect.name == "sqlite" else SCHEMA)
    return {table.name: table for table in found.sorted_tables if table.name != PROBES.name}


def write_copy(path: Path, vault: Vault, master: bytes) -> Tables:
    """Write a copy 备份密库, whole or not at all, its owner's alone (0600).

    Raises:
        VaultCopyRefused: the file exists.
    """
    if path.exists():
        raise VaultCopyRefused(f"文件已存在 there already: {path}")
    tables = tables_of(vault)
    plain = zlib.compress(json.dumps(tables, default=_as_json).encode())
    nonce = os.urandom(NONCE_BYTES)
    with whole_file(path) as file:
        file.write(MAGIC + nonce + _seal(master).encrypt(nonce, plain, MAGIC))
    return tables


def _seal(master: bytes) -> AESGCM:
    return AESGCM(derived(master, "seal copies of the vault"))


def _as_json(value: object) -> dict[str, str]:
    if not isinstance(value, bytes | memoryview):
        raise TypeError(f"a vault holds no {type(value).__name__}")
    return {BYTES: base64.b64encode(value).decode()}


def _from_json(found: dict[str, Any]) -> Any:  # noqa: ANN401 - any value of a row
    return base64.b64decode(found[BYTES]) if found.keys() == {BYTES} else found


def read_copy(path: Path, master: bytes) -> Tables:
    """The tables in a copy 读取密库副本: a sealed one, or a `vault.db` of SQLite with its log beside it.

    Raises:
        VaultCopyRefused: it is neither, or damaged.
        MasterKeyUnusable: it was taken of a vault under another master key.
    """
    content = path.read_bytes()
    if content.startswith(SQLITE_MAGIC):
        tables = _of_sqlite(path)
    elif content.startswith(MAGIC):
        tables = _unsealed(content.removeprefix(MAGIC), master)
    else:
        raise VaultCopyRefused(f"{path}: 不是密库副本 not a copy of a vault")
    require_master(tables, master)
    return {name: rows for name, rows in tables.items() if name != PROBES.name}  # older copies have it


def _of_sqlite(path: Path) -> Tables:
    """Read in a copy of the copy: to open a database writes to it."""
    with tempfile.TemporaryDirectory() as folder:
        for suffix in ("", "-wal"):
            if (beside := path.with_name(path.name + suffix)).exists():
                shutil.copy(beside, Path(folder) / f"vault.db{suffix}")
        with closing(open_vault(f"sqlite:///{folder}/vault.db")) as vault:
            return tables_of(vault)


def _unsealed(content: bytes, master: bytes) -> Tables:
    try:
        plain = _seal(master).decrypt(content[:NONCE_BYTES], content[NONCE_BYTES:], MAGIC)
    except (InvalidTag, ValueError) as error:
        raise MasterKeyUnusable(
            "密库副本损坏，或不是以此主密钥封存 the copy of the vault is damaged, or was sealed under another master key"
        ) from error
    unpacking = zlib.decompressobj()
    unpacked = unpacking.decompress(plain, LARGEST_COPY)
    if not unpacking.eof:
        raise VaultCopyRefused("密库副本过大 the copy of the vault is too large")
    found: Tables = json.loads(unpacked, object_hook=_from_json)
    return found


def require_master(tables: Tables, master: bytes) -> None:
    """Refuse tables whose keys were wrapped by another master key.

    Raises:
        MasterKeyUnusable: as it says.
    """
    wrap = AESGCM(derived(master, WRAP))
    for row in tables.get(KEYS.name, ()):
        if row["person"] == OF_NO_PERSON:
            wrapped = bytes(row["wrapped"])
            try:
                wrap.decrypt(wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], OF_NO_PERSON.encode())
            except InvalidTag as error:
                raise MasterKeyUnusable(
                    "密库以另一主密钥封存，请放回其主密钥 the vault's keys were wrapped by another master key: put it in place"
                ) from error


def load_copy(vault: Vault, tables: Tables) -> None:
    """Put a copy into a vault that holds nothing yet 恢复密库, in one transaction.

    Raises:
        VaultInUse: it holds something.
        VaultCopyRefused: it has a table that this version does not know.
    """
    with vault.writing() as connection:
        known = _ready_for(connection, tables)
        for name, rows in tables.items():
            if rows:
                connection.execute(known[name].delete())
                connection.execute(known[name].insert(), [dict(row) for row in rows])


def require_ready_for(vault: Vault, tables: Tables) -> None:
    """Refuse a copy that the vault could not take, before anything else is brought back.

    Raises:
        VaultInUse: the vault holds something already.
        VaultCopyRefused: the copy has a table that this version does not know.
    """
    with vault.snapshot() as connection:
        _ready_for(connection, tables)


def _ready_for(connection: Connection, tables: Tables) -> dict[str, Table]:
    """Name -> table of a vault that holds nothing yet and knows every table of the copy that has rows."""
    known = _declared(connection)
    if taken := sorted(name for name, table in known.items() if _holds(connection, table)):
        raise VaultInUse(f"密库不为空 the vault holds something already: {taken[0]}")
    if odd := sorted(name for name in tables if name not in known and tables[name]):
        raise VaultCopyRefused(f"密库副本来自更新的版本 the copy is of a later version, with a table {odd[0]}")
    return known


def _holds(connection: Connection, table: Table) -> bool:
    """Whether a table holds anything but the key that every vault begins with."""
    counted = select(func.count()).select_from(table)
    if table.name == KEYS.name:
        counted = counted.where(table.c.person != OF_NO_PERSON)
    return bool(connection.execute(counted).scalar_one())


def vault_exists(url: str) -> bool:
    """Whether there is a vault at an address: on PostgreSQL any database may hold one."""
    return not url.startswith("sqlite:///") or Path(url.removeprefix("sqlite:///")).exists()
