"""Keys of personal data 个人信息密钥: one a person, so that erasing a person is destroying a key. decision 0009.

The journal holds ciphertext only. Each person's key is drawn at random and kept in the vault, wrapped by the master key,
which lies in a file outside of it. Destroying it makes every copy of the ciphertext unreadable, in the journal, its
backups and its exports, while every proof over the stored bytes stays valid.

What remains beyond our reach, and belongs in the operator's hands: PostgreSQL may keep the wrapped key's old bytes in
free space and in its write-ahead log until they are overwritten, and so may a backup of the vault. Keep those for days.
"""

import base64
import hmac
import os
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Column, LargeBinary, MetaData, String, Table, select, update
from sqlalchemy.dialects import postgresql, sqlite

from journal.secrets.vault import KEY_BYTES, SCHEMA, MasterKeyUnusable, Vault, derived

META = MetaData(schema=SCHEMA)
KEYS = Table(
    "person_keys",
    META,
    Column("person", String, primary_key=True),
    Column("wrapped", LargeBinary),  # NULL once destroyed: the row stays, so that no new key is ever drawn
)
NONCE_BYTES = 12
WRAP = "wrap the keys of persons"
"""What the key is derived for that these are wrapped by."""
OF_NO_PERSON = ""
"""A key under this name is drawn first and unwrapped at every start: a wrong master key is found out at once."""
MARK = "p1."
"""Says how a text was sealed, so that a later way can stand beside this one."""


class KeyDestroyed(Exception):  # noqa: N818 - an answer: the person's key was destroyed
    """The person's key was destroyed 密钥已销毁; nothing is sealed for this person any more."""


class KeyMissing(LookupError):  # noqa: N818 - as the name says
    """The vault has never held a key of this person 密钥缺失: a lost or older vault, which is not the same as erasure."""


class SealBroken(ValueError):  # noqa: N818 - as the name says
    """The text was not sealed for this person and field under this key, or was altered 密文不符."""


def _associated(person: str, field: str) -> bytes:
    name = person.encode()
    return len(name).to_bytes(4) + name + field.encode()


def _written(sealed: bytes) -> str:
    return MARK + base64.urlsafe_b64encode(sealed).decode()


class PersonalKeys:
    """Seals and opens personal data 个人信息密钥, by AES-256-GCM under the person's own key.

    The nonce is the keyed hash of field and text, so the same text seals alike: a retried command is the same command,
    and a rebuilt demo city is the same city. What that shows is that one person's one field was stated twice alike.
    """

    def __init__(self, vault: Vault, master: bytes) -> None:
        """Raises MasterKeyUnusable: the vault's keys were wrapped by another master key."""
        self._vault = vault
        self._wrap = AESGCM(derived(master, WRAP))
        vault.create(META)
        self._key(OF_NO_PERSON, draw=True)

    def seal(self, person: str, field: str, text: str) -> str:
        """Ciphertext of a text 加密, bound to person and field; a person's first text draws the key.

        Raises:
            KeyDestroyed: the person was erased.
        """
        key = self._key(person, draw=True)
        if key is None:
            raise KeyDestroyed(person)
        associated, plain = _associated(person, field), text.encode()
        digest = hmac.new(derived(key, "nonce"), len(associated).to_bytes(4) + associated + plain, sha256).digest()
        nonce = digest[:NONCE_BYTES]
        sealed = nonce + AESGCM(derived(key, "seal")).encrypt(nonce, plain, associated)
        return _written(sealed)

    def open(self, person: str, field: str, sealed: str) -> str | None:
        """The text behind a ciphertext 解密; None once the person is erased, to be shown as 已删除.

        Raises:
            KeyMissing: this vault has never held the person's key.
            SealBroken: sealed for another person or field, or altered.
        """
        key = self._key(person)
        if key is None:
            return None
        try:
            raw = base64.b64decode(sealed.removeprefix(MARK), altchars=b"-_", validate=True)
            if sealed != _written(raw):  # base64 has several spellings of the same bytes; only ours is taken
                raise SealBroken(person)
            nonce, rest = raw[:NONCE_BYTES], raw[NONCE_BYTES:]
            return AESGCM(derived(key, "seal")).decrypt(nonce, rest, _associated(person, field)).decode()
        except (InvalidTag, ValueError) as error:  # ValueError: not base64, not ours, or too short for a nonce
            raise SealBroken(person) from error

    def secret(self, name: str, purpose: str) -> str:
        """A secret that follows from the key of a name 派生密值, 32 bytes in hexadecimal; its first use draws the key.

        Raises:
            KeyDestroyed: the key of the name was destroyed.
        """
        key = self._key(name, draw=True)
        if key is None:
            raise KeyDestroyed(name)
        return derived(key, purpose).hex()

    def destroy(self, person: str) -> None:
        """Destroy a person's key 销毁密钥, for good; also of a person who has none yet."""
        with self._vault.writing() as connection:
            insert = (sqlite if connection.dialect.name == "sqlite" else postgresql).insert(KEYS)
            connection.execute(insert.values(person=person, wrapped=None).on_conflict_do_nothing())
            connection.execute(update(KEYS).where(KEYS.c.person == person).values(wrapped=None))
        self._vault.scrub()

    def _key(self, person: str, *, draw: bool = False) -> bytes | None:
        """The person's key, None when destroyed. Never cached: a key destroyed by one process is gone for all at once."""
        wanted = select(KEYS.c.wrapped).where(KEYS.c.person == person)
        with self._vault.reading() as connection:
            row = connection.execute(wanted).one_or_none()
        if row is None:
            if not draw:
                raise KeyMissing(person)
            with self._vault.writing() as connection:
                insert = (sqlite if connection.dialect.name == "sqlite" else postgresql).insert(KEYS)
                fresh = self._wrapped(person, os.urandom(KEY_BYTES))
                connection.execute(insert.values(person=person, wrapped=fresh).on_conflict_do_nothing())
                row = connection.execute(wanted).one()
        return None if row.wrapped is None else self._unwrapped(person, bytes(row.wrapped))

    def _wrapped(self, person: str, key: bytes) -> bytes:
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self._wrap.encrypt(nonce, key, person.encode())

    def _unwrapped(self, person: str, wrapped: bytes) -> bytes:
        try:
            return self._wrap.decrypt(wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], person.encode())
        except InvalidTag as error:
            raise MasterKeyUnusable(
                "密库以另一主密钥封存，请放回其主密钥 the vault's keys were wrapped by another master key: put it in place"
            ) from error
