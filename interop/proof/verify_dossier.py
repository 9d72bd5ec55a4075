"""Verifier of dossiers 卷宗核验程序: one file, standard library and `cryptography` only, for an auditor who trusts nobody.

    python verify_dossier.py FILE --log-key KEY [--witness-key KEY …] [--known CHECKPOINT] [--extract FOLDER]

It needs no server, no database and none of our other code; copy it anywhere. It holds its own copy of every rule it
checks, so that a mistake in ours does not excuse itself. Read it in this order: `verify` (the four steps), then each step:
1. The file: canonical JSON, nothing in it twice, its own digest.
2. The checkpoint: a C2SP signed note, signed by the log and co-signed by the witnesses whose keys you brought.
3. The entries: each one's bytes are a leaf of the log (RFC 6962; SM3 where the log's name ends in "/sm3") at the place that
   the entry itself states.
4. The decision: exactly the entries it rests on, and the same result when it is worked out again from the answers by the
   published standard; of a provider, the moves of its listing, a rating from the table of inputs, a subsidy to the fen. Only
   bytes that step 3 has proved are looked at here, and what a file states as the rules on file, which the verdict names.
A step that finds a fault ends the check, because the next would look at bytes nobody vouches for.

What it cannot show:
- That the story ends where the file ends. A proof is that something is in the log, never that nothing else is: whoever hands
  you a file can leave out the latest entries of a diagnosis that went on (an objection, another scoring, a withdrawal). So the
  result is stated as of its last entry, and only a confirmed or withdrawn diagnosis, after which nothing may follow, is final.
  Of the firm and the provider it shows the statements up to the same entry: that none was cut off the log itself has signed
  (`heads`). A file of the first format lacks that: of a final diagnosis, too, later statements may have been left out, and it
  is said of which one name and code are. Ask the log's keeper for the newest.
- Words. A sentence of an exported trail and the version of the rules are the server's statements, and said to be.
- That the log holds one history of each stream, or that its keeper shows others the same log. The first is checked over the
  whole log (an exported trail of everything, which this file checks too, or a backup); the second is what the witnesses'
  co-signatures are for. plan P5, S4.
"""

import argparse
import base64
import binascii
import codecs
import json
import math
import os
import re
import struct
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

FORMAT = "zhenduan.dossier.v2"
ON_FILE_FORMAT = "zhenduan.dossier.v3"
"""Of decisions about providers: with `on_file`, what of their rules came with the program and stands in no entry."""
OLDER_FORMAT = "zhenduan.dossier.v1"
"""Without `heads`: statements of firm and provider may have been cut off its end."""
HEADS_FORMAT = "zhenduan.stream-heads.v1"
TRAIL_FORMAT = "zhenduan.audit-trail.v2"
TRAIL_LINES = {
    "zhenduan.audit-trail.v1": {"content", "proof", "entry", "sentence"},
    TRAIL_FORMAT: {"content", "proof", "entry", "stated"},
}
"""Format of a trail -> what a line of it may hold. `entry` must be what the proved bytes say; `sentence`, and all of `stated`,
are the server's words, which nothing proves."""
TRAIL_HEAD = {"format", "algorithm", "checkpoint"}
PROOF_LINES = {"sha256": "c2sp.org/tlog-proof@v1", "sm3": "zhenduan.tlog-proof-sm3.v1"}
"""Algorithm of the log's tree -> first line of its proofs. Everything else in a dossier is SHA-256."""
ENTRY_MAGIC = b"zhenduan.entry.v1"
ED25519, COSIGNATURE = 1, 4
HASH_SIZE = 32
CHECKPOINT_LINES = 4
"""Origin, size, root, and what is behind the last line end."""
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
Data = dict[str, Any]


class Fault(Exception):  # noqa: N818 - what a check found, told to the reader
    """What is wrong and where 核验不通过: a code, the place in the dossier, a sentence in both languages."""

    def __init__(self, code: str, where: str, says: str) -> None:
        """Where and says may quote what nobody vouches for, so nothing in them can steer a terminal."""
        self.code, self.where, self.says = code, _printable(where), _printable(says)
        super().__init__(f"{code} · {self.where} · {self.says}")


def _printable(text: str) -> str:
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in text)


def _shown(value: object) -> str:
    """A value as JSON, with nothing in it that could steer a terminal."""
    return "\n".join(map(_printable, json.dumps(value, ensure_ascii=False, indent=2).split("\n")))


@dataclass(frozen=True)
class Verdict:
    """What came out 核验结论. faults: empty = everything holds. result: worked out again here, not read from the file.

    stated: what the file says and no proof covers. size, witnessed: of the checkpoint, and when each witness signed it.
    as_of: time of the last entry; the result is that of this moment. final: nothing may follow it. kind: of decision.
    last_statements: stream of the firm and of each provider -> number and time of the last statement in the file; name and code
    are as of it. complete: the log signed that up to the last entry there is no other; a file of the first format cannot show it.
    """

    faults: tuple[Fault, ...] = ()
    result: Data = field(default_factory=dict)
    stated: Data = field(default_factory=dict)
    size: int = 0
    witnessed: Mapping[str, datetime] = field(default_factory=dict)
    as_of: datetime = EPOCH
    final: bool = False
    last_statements: Mapping[str, tuple[int, datetime]] = field(default_factory=dict)
    complete: bool = False
    kind: str = "grade"

    @property
    def holds(self) -> bool:
        """Whether every check passed."""
        return not self.faults


Keys = str | Sequence[str]
"""One verifier key of the log, or several where it was changed in time."""


def verify(content: bytes, log_key: Keys, witness_keys: Sequence[str] = (), known: str | None = None) -> Verdict:
    """Check a dossier 核验卷宗.

    Args:
        content: the file.
        log_key: verifier key of the log, as it was published ("name+id+base64"), or several where it was changed in time;
            never taken from the dossier.
        witness_keys: of the witnesses that must all have co-signed.
        known: a checkpoint that you hold from before; a dossier may not go back behind it.
    """
    try:
        dossier = read(carried(content))
        checkpoint = open_checkpoint(dossier["checkpoint"], log_key, witness_keys, known)
        check_algorithm(dossier, checkpoint)
        entries = [prove(checkpoint, number, item) for number, item in enumerate(dossier["entries"], 1)]
        result = decided(dossier, entries)
        check_files(dossier, result)
        complete = dossier["format"] != OLDER_FORMAT
        if complete:
            check_heads(dossier["heads"], log_key, entries)
        as_of = EPOCH + timedelta(microseconds=entries[-1].at)
    except Fault as fault:
        return Verdict((fault,))
    except (KeyError, TypeError, ValueError, AttributeError, IndexError, ArithmeticError, RecursionError) as problem:
        said = f"格式不符 the content is not shaped as it must be: {type(problem).__name__} {problem}"
        return Verdict((Fault("MALFORMED", "dossier", said),))
    stated: Data = {name: dossier[name] for name in ("rules", "on_file") if name in dossier}
    final = result["status"] in FINAL
    last = last_statements(entries)
    return Verdict((), result, stated, checkpoint.size, checkpoint.witnessed, as_of, final, last, complete, dossier["kind"])


def last_statements(entries: Sequence["Entry"]) -> dict[str, tuple[int, datetime]]:
    """The last statement of the firm and of each provider that a dossier holds: its number and time."""
    kept = [entry for entry in entries if entry.stream.startswith(("enterprise/", "organisation/"))]
    return {entry.stream: (entry.version, EPOCH + timedelta(microseconds=entry.at)) for entry in kept}


# What editors and mail do to a file on its way: undone before anything is looked at, so that it is not taken for forgery. It
# makes no signature hold that did not hold.

MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def carried(raw: bytes) -> bytes:
    """A text as it was written: UTF-8, LF, one line end at the end; what is no text stays as it is."""
    encodings = [name for mark, name in MARKS if raw.startswith(mark)][:1]
    if not encodings and b"\0" in raw:
        encodings = ["utf-16-le" if raw[1:2] == b"\0" else "utf-16-be"]
    for encoding in encodings or ("utf-8", "gb18030"):
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        text = text.replace("\r\n", "\n").replace("\r", "\n").strip("\n \ufeff\x1a") + "\n"
        return text.encode(errors="surrogatepass")
    return raw


# Step 1: the file


def as_text(dossier: Mapping[str, Any]) -> bytes:
    """The one way to write a dossier 规范写法: JSON, keys sorted, two blanks a level, UTF-8, one line end at the end."""
    return (json.dumps(dossier, ensure_ascii=False, sort_keys=True, indent=2) + "\n").encode()


def digest_of(dossier: Mapping[str, Any]) -> str:
    """SHA-256 of a dossier without its own digest 摘要: it names damage, and proves nothing against a forger."""
    return sha256(as_text({name: value for name, value in dossier.items() if name != "digest"})).hexdigest()


MEMBERS = {"format": str, "kind": str, "subject": str, "checkpoint": str, "entries": list, "files": dict}
MEMBERS |= {"result": dict, "rules": dict, "digest": str}
OLDER = {"algorithm": "sha256"}
"""What a dossier of before there was a choice of algorithm does not say."""


def read(content: bytes) -> Data:
    """A dossier's members, every byte of it accounted for."""
    try:
        dossier = json.loads(content.decode())
    except ValueError as problem:
        said = "不是完整的 JSON，或在传送中受损 not whole JSON, or damaged on its way"
        raise Fault("NOT_JSON", f"byte {getattr(problem, 'pos', '?')}", said) from problem
    if not isinstance(dossier, dict) or dossier.get("format") not in (FORMAT, OLDER_FORMAT, ON_FILE_FORMAT):
        raise Fault("FORMAT_UNKNOWN", "format", f"不是 {FORMAT} 卷宗 not a dossier of this format")
    members = MEMBERS | ({} if dossier["format"] == OLDER_FORMAT else {"heads": str})
    members |= {"on_file": dict} if dossier["format"] == ON_FILE_FORMAT else {}
    for name, kind in members.items():
        if not isinstance(dossier.get(name), kind):
            raise Fault("MALFORMED", name, "缺失或类型不符 missing, or of the wrong type")
    unsaid = OLDER["algorithm"] if dossier["format"] == OLDER_FORMAT else None
    if dossier.get("algorithm", unsaid) not in tuple(PROOF_LINES):
        raise Fault("ALGORITHM_UNKNOWN", "algorithm", "杂凑算法不明 an algorithm that is not known")
    if odd := sorted(dossier.keys() - members.keys() - OLDER.keys()):
        raise Fault("MALFORMED", odd[0], "多余的内容 a member that does not belong here")
    written = as_text(dossier)
    if written != content:
        place = next((i for i, (a, b) in enumerate(zip(written, content, strict=False)) if a != b), len(written))
        raise Fault("NOT_CANONICAL", f"byte {place}", "未按规范书写 not written in the one canonical way")
    if digest_of(dossier) != dossier["digest"]:
        raise Fault("DIGEST_DIFFERS", "digest", "卷宗内容与其摘要不符 some byte of the dossier was changed")
    return dossier


def decoded(text: str, where: str) -> bytes:
    """Base64 in its one canonical spelling."""
    try:
        found = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as problem:
        raise Fault("MALFORMED", where, "不是 Base64 not base64") from problem
    if base64.b64encode(found).decode() != text:
        raise Fault("MALFORMED", where, "Base64 写法不规范 base64 not in its canonical spelling")
    return found


# Step 2: the checkpoint (C2SP signed note, tlog-checkpoint, tlog-cosignature)


@dataclass(frozen=True)
class Key:
    """A verifier key 公钥: name, the four bytes that name it in a note, its kind, the Ed25519 key."""

    name: str
    id: bytes
    kind: int
    public: bytes


def parse_key(text: str, kind: int) -> Key:
    """A key from "name+hex id+base64(kind ‖ key)"; the id must be the one that the key gives.

    kind: a log signs in one way and a witness in another, so that the log's own key never passes for a witness.
    """
    try:
        name, identity, rest = text.strip().split("+", 2)
        raw = base64.b64decode(rest, validate=True)
        found = Key(name, bytes.fromhex(identity), raw[0], raw[1:])
        whole = bool(name) and len(found.public) == HASH_SIZE and found.kind == kind
    except (ValueError, IndexError):
        whole = False
    if not whole or found.id != sha256(found.name.encode() + b"\n" + raw).digest()[:4]:
        raise Fault("KEY_MALFORMED", f"key “{text[:80]}”", "不是此用途的公钥 not a verifier key of this kind")
    return found


@dataclass(frozen=True)
class Checkpoint:
    """A checkpoint whose signatures hold 检查点: the log's name, size and root, and who witnessed it when."""

    note: str
    origin: str
    size: int
    root: bytes
    witnessed: Mapping[str, datetime]

    @property
    def algorithm(self) -> str:
        """What the tree is hashed with: SM3 where the name of the log ends in "/sm3", else SHA-256.

        The name is in the signed text and in the id of the key that you brought; who swaps the algorithm needs another key.
        """
        return "sm3" if self.origin.endswith("/sm3") else "sha256"


def check_algorithm(stated: Mapping[str, Any], checkpoint: Checkpoint) -> None:
    """The algorithm that a file states is the one that the name of its log binds."""
    if stated.get("algorithm", OLDER["algorithm"]) != checkpoint.algorithm:
        raise Fault("ALGORITHM_DIFFERS", "algorithm", f"与日志不符 this log hashes with {checkpoint.algorithm}")


def parse_note(note: str) -> tuple[str, list[tuple[str, bytes]]]:
    """(text, signatures as (name, bytes)) of a signed note; only line ends may be control characters in it."""
    text, separator, tail = note.rpartition("\n\n")
    lines = tail.split("\n")
    if not separator or lines.pop() or not lines or any(c < " " and c != "\n" for c in note):
        raise Fault("CHECKPOINT_MALFORMED", "checkpoint", "不是签名文本，或在传送中受损 not a signed note, or damaged on its way")
    found = []
    for line in lines:
        dash, _, rest = line.partition(" ")
        name, _, signature = rest.partition(" ")
        if dash != "—" or not name:
            raise Fault("CHECKPOINT_MALFORMED", "checkpoint", "签名行不成立 a line is not a signature")
        found.append((name, decoded(signature, "checkpoint")))
    return text + "\n", found


def parse_checkpoint(text: str) -> tuple[str, int, bytes]:
    """(origin, size, root) of a checkpoint's text."""
    lines = text.split("\n")
    whole = len(lines) >= CHECKPOINT_LINES and lines[0] and re.fullmatch("0|[1-9][0-9]{0,18}", lines[1])
    if not whole:
        raise Fault("CHECKPOINT_MALFORMED", "checkpoint", "不是检查点 not a checkpoint")
    root = decoded(lines[2], "checkpoint")
    if len(root) != HASH_SIZE:
        raise Fault("CHECKPOINT_MALFORMED", "checkpoint", "根散列长度不符 the root is not 32 bytes")
    return lines[0], int(lines[1]), root


def _signed(key: Key, text: str, signatures: Iterable[tuple[str, bytes]]) -> datetime | None:
    """When a key signed a text (the epoch for a signature without time); None when it did not.

    A signature that bears the key's name and id and does not hold is a forgery, whatever else the note holds.
    """
    found = None
    for name, raw in signatures:
        if name != key.name or raw[:4] != key.id:
            continue
        at, message, signature = 0, text.encode(), raw[4:]
        if key.kind == COSIGNATURE:
            at = int.from_bytes(raw[4:12], "big")
            message, signature = f"cosignature/v1\ntime {at}\n{text}".encode(), raw[12:]
        try:
            Ed25519PublicKey.from_public_bytes(key.public).verify(signature, message)
            found = EPOCH + timedelta(seconds=at)
        except (InvalidSignature, OverflowError) as problem:
            raise Fault("SIGNATURE_INVALID", f"checkpoint, {name}", "签名不成立 the signature does not hold") from problem
    return found


def _keys_of_log(texts: Keys) -> list[Key]:
    """The verifier keys of one log, of which it changes one for another in time."""
    keys = [parse_key(text, ED25519) for text in ((texts,) if isinstance(texts, str) else texts)]
    if len({key.name for key in keys}) != 1:
        raise Fault("KEY_MALFORMED", "log key", "须为同一日志的密钥 the keys must be those of one log")
    return keys


def _signed_by_any(keys: Sequence[Key], text: str, signatures: Sequence[tuple[str, bytes]]) -> bool:
    return sum(_signed(key, text, signatures) is not None for key in keys) > 0  # each is tried: a forgery by any is told


def open_checkpoint(note: str, log_keys: Keys, witness_keys: Sequence[str], known: str | None) -> Checkpoint:
    """The checkpoint behind a note, once the log and every witness asked for have signed it."""
    text, signatures = parse_note(note)
    origin, size, root = parse_checkpoint(text)
    logs = _keys_of_log(log_keys)
    if origin != logs[0].name:
        raise Fault("OTHER_LOG", "checkpoint", f"属于另一日志 {origin} of another log than {logs[0].name}")
    if not _signed_by_any(logs, text, signatures):
        raise Fault("LOG_SIGNATURE_MISSING", "checkpoint", "没有该日志密钥的签名 not signed by the key of this log")
    witnessed = {}
    for key in (parse_key(text, COSIGNATURE) for text in witness_keys):
        at = _signed(key, text, signatures)
        if at is None:
            raise Fault("WITNESS_MISSING", "checkpoint", f"缺少 {key.name} 的见证签名 {key.name} has not co-signed")
        witnessed[key.name] = at
    if known is not None:
        earlier_text, earlier_signatures = parse_note(known)
        earlier_origin, earlier_size, earlier_root = parse_checkpoint(earlier_text)
        if earlier_origin != origin or not _signed_by_any(logs, earlier_text, earlier_signatures):
            raise Fault("KNOWN_CHECKPOINT_FOREIGN", "known", "所持检查点不属于该日志 the one you hold is of another log")
        if size < earlier_size:
            raise Fault("ROLLED_BACK", "checkpoint", f"检查点早于所持 {size} entries, yours has {earlier_size}")
        if size == earlier_size and root != earlier_root:
            raise Fault("SPLIT_VIEW", "checkpoint", "同一长度两个根 two histories of one length: keep both as evidence")
    return Checkpoint(note, origin, size, root, witnessed)


# Step 3: the entries (RFC 6962, C2SP tlog-proof)


@dataclass(frozen=True)
class Entry:
    """A proved entry 已证条目, taken apart from its canonical bytes."""

    position: int
    at: int
    version: int
    stream: str
    type: str
    state: bytes
    actor: str
    role: str
    organisation: str
    reason: str
    correlation: str
    causation: str
    idempotency_key: str

    @property
    def data(self) -> Data:
        """The fact as stored."""
        found: Data = json.loads(self.state)
        return found

    @property
    def where(self) -> str:
        """Its name as a cause."""
        return f"{self.stream}/{self.version}"


def parse_entry(content: bytes, where: str) -> Entry:
    """An entry from its bytes: magic, position, time, version as signed 64 bit, then ten texts, each after its length."""
    head = struct.Struct(">qqq")
    start = len(ENTRY_MAGIC)
    broken = Fault("ENTRY_MALFORMED", where, "不是日志条目 not the bytes of an entry")
    if not content.startswith(ENTRY_MAGIC):
        raise broken
    try:
        position, at, version = head.unpack_from(content, start)
        start += head.size
        texts = []
        for _ in range(10):
            (length,) = struct.unpack_from(">I", content, start)
            texts.append(content[start + 4 : start + 4 + length])
            start += 4 + length
        stream, kind, state, *rest = texts
        entry = Entry(position, at, version, stream.decode(), kind.decode(), state, *(text.decode() for text in rest))
    except (struct.error, ValueError) as problem:
        raise broken from problem
    if start != len(content):
        raise broken
    return entry


def tree_hash(algorithm: str, data: bytes) -> bytes:
    """Hash of a node of the log's tree: SHA-256, or SM3 (GB/T 32905-2016)."""
    if algorithm == "sha256":
        return sha256(data).digest()
    hashing = hashes.Hash(hashes.SM3())
    hashing.update(data)
    return hashing.finalize()


def root_from(algorithm: str, content: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes | None:
    """The root that an entry's bytes and audit path lead to, None when the path does not fit index and size (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size or any(len(sibling) != HASH_SIZE for sibling in path):
        return None
    node, last, found = index, size - 1, tree_hash(algorithm, b"\x00" + content)
    for sibling in path:
        if last == 0:
            return None
        if node & 1 or node == last:
            found = tree_hash(algorithm, b"\x01" + sibling + found)
            while not node & 1 and node:
                node >>= 1
                last >>= 1
        else:
            found = tree_hash(algorithm, b"\x01" + found + sibling)
        node >>= 1
        last >>= 1
    return found if last == 0 else None


def prove(checkpoint: Checkpoint, number: int, item: Mapping[str, str]) -> Entry:
    """One item of the dossier as an entry, once its proof leads to the checkpoint's root."""
    where = f"entries[{number}]"
    if set(item) != {"content", "proof"}:
        raise Fault("MALFORMED", where, "条目应有内容与证明 an entry has content and proof, nothing else")
    content = decoded(item["content"], where)
    entry = parse_entry(content, where)
    where = f"entries[{number}] {entry.where}"
    head, separator, note = item["proof"].partition("\n\n")
    lines = head.split("\n")
    if not separator or lines[0] != PROOF_LINES[checkpoint.algorithm] or not lines[1:2] or not lines[1].startswith("index "):
        raise Fault("PROOF_MALFORMED", where, "不是证明文件 not a tlog-proof")
    if note != checkpoint.note:
        raise Fault("PROOF_FOREIGN", where, "证明依据的是另一检查点 the proof rests on another checkpoint")
    if lines[1] != f"index {entry.position - 1}":
        raise Fault("PLACE_DIFFERS", where, "证明的位置与条目所述不符 the entry states another place than its proof")
    path = [decoded(line, where) for line in lines[2:]]
    if root_from(checkpoint.algorithm, content, entry.position - 1, checkpoint.size, path) != checkpoint.root:
        raise Fault("NOT_IN_LOG", where, "该条目不在日志中，或已被更改 not an entry of this log, or changed")
    return entry


# Step 4: the decision


def as_stream(entries: Sequence[Entry], stream: str) -> list[Entry]:
    """A stream's entries, from its first on without a gap, in the order of the log."""
    mine = [entry for entry in entries if entry.stream == stream]
    if not mine:
        raise Fault("ENTRY_MISSING", stream, "缺少所依据的条目 the dossier rests on it and does not hold it")
    for version, entry in enumerate(mine, 1):
        if entry.version != version:
            raise Fault("ENTRY_MISSING", f"{stream}/{version}", "缺少该条目，或顺序不符 missing, or out of order")
    order = [(entry.position, entry.at) for entry in mine]
    if order != sorted(order):
        raise Fault("ORDER_WRONG", stream, "先后不符 the entries do not follow one another")
    return mine


def grade(dossier: Data, entries: Sequence[Entry]) -> Data:
    """The grade of a diagnosis 等级, worked out again from the answers; everything that a report stated must equal it.

    It rests on the whole history of the diagnosis, the edition it pinned, and the statement of the firm and of the
    provider from their first on.
    """
    case = as_stream(entries, dossier["subject"])
    opened = case[0].data
    if case[0].type not in ("diagnosis.opened.v1", "diagnosis.opened.v2"):
        raise Fault("ENTRY_UNEXPECTED", case[0].where, "诊断应以开启开始 a diagnosis begins with its opening")
    _reasoned(case[0])
    providers = dict.fromkeys(entry.data["provider"] for entry in case if entry.data.get("provider"))
    firm_stream, edition_stream = f"enterprise/{opened['enterprise']}", f"edition/{opened['edition']}"
    causes = [dossier["subject"], edition_stream, firm_stream, *(f"organisation/{provider}" for provider in providers)]
    for entry in entries:
        if entry.stream not in causes or entry.position > case[-1].position:
            raise Fault("ENTRY_FOREIGN", entry.where, "与该决定无关的条目 the decision does not rest on it")
    for before, after in pairwise(entries):
        if before.position >= after.position:
            raise Fault("ORDER_WRONG", after.where, "条目未按日志顺序排列，或重复 not in the order of the log, or twice")
    firm = as_stream(entries, firm_stream)
    for provider in providers:
        as_stream(entries, f"organisation/{provider}")
    [published] = as_stream(entries, edition_stream)
    edition = published.data["edition"]
    if not published.data["digest"] == opened["edition_digest"] == edition_digest(edition):
        raise Fault("EDITION_DIFFERS", published.where, "标准版本与诊断所依不符 not the edition that the diagnosis pinned")
    result = replay(case, edition)
    # what an earlier year's roster states, and being taken off one, change nothing of what the firm is
    presents = [entry for entry in firm if entry.type.startswith(("enterprise.registered.", "enterprise.revised."))]
    if not presents or presents[0] is not firm[0]:
        raise Fault("ENTRY_UNEXPECTED", firm[0].where, "企业应以登记开始 a firm begins with its registration")
    result |= {"uscc": presents[-1].data["firm"]["uscc"], "name": presents[-1].data["firm"]["name"]}
    stated = dossier["result"]
    if odd := sorted(name for name in result.keys() | stated.keys() if not _alike(stated, result, name)):
        said = "所述结果与重新推算不符 the file states another result than the entries give"
        raise Fault("RESULT_DIFFERS", f"result.{odd[0]}", said)
    return result


def _alike(stated: Data, found: Data, name: str) -> bool:
    """Whether a member is spelt alike in both: to Python 7, 7.0 and true for 1 are equal, to a reader they are not."""
    both = [json.dumps(one.get(name), sort_keys=True) for one in (stated, found)]
    return name in stated and name in found and both[0] == both[1]


OF_FIRM = "enterprise filler department_filler confirmer"
OF_PROVIDER = "provider diagnostician reviewer"
STEPS: Mapping[str, tuple[str, str]] = {
    "opened": ("city district subdistrict park reporting_unit enterprise", "-"),
    "provider_assigned": ("city district enterprise", "open submitted"),
    "listing_exception_recorded": ("city district", "open submitted"),
    "tie_exception_recorded": ("city district", "open submitted"),
    "answers_saved": ("enterprise filler department_filler", "open"),
    "workbook_taken_in": ("enterprise filler department_filler", "open"),
    "prefill_taken": ("enterprise filler department_filler", "open"),
    "questions_deferred": ("enterprise filler department_filler", "open"),
    "questions_resumed": ("enterprise filler department_filler", "open"),
    "truth_pledged": ("enterprise confirmer", "open"),
    "self_assessment_submitted": ("enterprise filler confirmer", "open"),
    "accepted": ("provider", "submitted"),
    "evidence_attached": (
        "enterprise filler department_filler provider diagnostician",
        "open submitted accepted scored objected confirmed",
    ),
    "site_visit_planned": ("provider diagnostician", "accepted scored"),
    "site_visit_agreed": ("enterprise filler confirmer", "accepted scored"),
    "site_visit_declined": ("enterprise filler confirmer", "accepted scored"),
    "site_visit_cancelled": ("provider diagnostician", "accepted scored"),
    "signed_in_on_site": ("provider diagnostician", "accepted scored"),
    "interview_recorded": ("provider diagnostician", "accepted scored"),
    "site_visit_recorded": ("provider diagnostician", "accepted scored"),
    "answers_verified": ("provider diagnostician", "accepted scored"),
    "submission_taken_in": ("provider diagnostician", "accepted scored"),
    "expert_review_recorded": ("city reader", "accepted scored"),
    "scored": ("provider diagnostician", "accepted scored"),
    "report_handed_in": ("provider diagnostician", "scored"),
    "report_reviewed": ("provider reviewer", "scored"),
    "report_issued": ("provider reviewer", "scored"),
    "report_confirmed": ("enterprise confirmer", "issued"),
    "report_objected_to": ("enterprise confirmer", "issued"),
    "objections_answered": ("provider diagnostician reviewer", "objected"),
    "arbitration_requested": ("enterprise confirmer", "issued"),
    "arbiter_opinion_given": ("arbiter", "objected"),
    "arbiter_opinion_struck": ("city", "objected"),
    "arbitration_decided": ("city", "objected"),
    "arbitration_settled": ("system", "objected"),
    "report_filed": ("district", "confirmed"),
    "reader_appointed": ("city district", "confirmed"),
    "reading_held": ("reader", "confirmed"),
    "withdrawn": ("city district", "open submitted accepted scored issued objected"),
}
"""Step of a diagnosis -> the roles that may record it, and the statuses in which. A firm's roles act for the firm of the
diagnosis, a provider's for the provider named last; the others judge the work of neither."""
SHAPES: Mapping[str, str] = {
    **dict.fromkeys(("opened", "site_visit_recorded"), "v1 v2"),
    **dict.fromkeys(("report_issued", "report_confirmed"), "v1 v2 v3"),
}
"""Step -> the published shapes of it; of every other step there is one."""
FINAL = frozenset({"confirmed", "withdrawn", "final"})
"""Statuses in which no step may follow; "final" is a rating's."""
NOT_FINAL = {
    "grade": "诊断尚未终结 the diagnosis is NOT FINAL",
    "move": "名录变动没有终局，以本文件截止时刻为准 a place in the directory is never final",
    "rating": "评价尚未定案 the rating is NOT FINAL",
    "subsidy": "补贴批准后仍可追回，以本文件截止时刻为准 a subsidy may still be taken back",
}
"""Kind of decision -> what is said of one that something may follow."""


def check_step(entry: Entry, status: str, firm: str, provider: str | None) -> str:
    """Name of a step, once its author may record it and the diagnosis stands where it may happen."""
    kind, _, rest = entry.type.partition(".")
    name, _, version = rest.rpartition(".")
    if kind != "diagnosis" or version not in SHAPES.get(name, "v1").split() or name not in STEPS:
        raise Fault("ENTRY_UNEXPECTED", entry.where, "不是诊断的步骤 no step of a diagnosis that this verifier knows")
    roles, statuses = STEPS[name]
    party = firm if entry.role in OF_FIRM.split() else provider if entry.role in OF_PROVIDER.split() else entry.organisation
    if entry.role not in roles.split() or entry.organisation != party:
        raise Fault("AUTHOR_WRONG", entry.where, "记录者不是应记录的一方 not recorded by the party whose step it is")
    if status not in statuses.split():
        raise Fault("STEP_WRONG", entry.where, f"该步骤不应发生于此时 this may not happen while it is {status}")
    return name


def _reasoned(opening: Entry) -> None:
    """Another edition or form than the one that applied has its reason; the first shape of the fact knew neither."""
    applied = opening.data.get("applicable")
    chosen = (opening.data["edition"], opening.data["form"])
    if applied is not None and chosen != (applied["edition"], applied["form"]) and not opening.data["reason"]:
        raise Fault("REASON_MISSING", opening.where, "另选标准而未写明理由 another edition than applied, and no reason")


STATUS_AFTER = {
    "self_assessment_submitted": "submitted",
    "accepted": "accepted",
    "scored": "scored",
    "report_issued": "issued",
    "report_confirmed": "confirmed",
    "report_objected_to": "objected",
    "arbitration_requested": "objected",
    "withdrawn": "withdrawn",
}


def replay(case: Sequence[Entry], edition: Data) -> Data:
    """A diagnosis from its history 重演, every number in it worked out again as the entries go by."""
    opened = case[0].data
    own: Data = {}
    verified: Data = {}
    visits = reviews = 0
    scored: Data | None = None
    outdated = False
    reports: list[Data] = []
    evidence: list[Data] = []
    check_step(case[0], "-", opened["enterprise"], None)
    status, provider = "open", opened["provider"]
    for entry in case[1:]:
        data = entry.data
        step = check_step(entry, status, opened["enterprise"], provider)
        status = STATUS_AFTER.get(step, status)
        match step:
            case "answers_saved":
                own |= {indicator: item["answer"] for indicator, item in data["answers"].items()}
            case "self_assessment_submitted":
                _same(entry, "measured", data["measured"], measure(edition, opened["form"], own))
            case "provider_assigned" | "accepted":
                provider = data["provider"]
            case "answers_verified":
                verified |= {indicator: item["answer"] for indicator, item in data["answers"].items()}
                outdated = True
            case "site_visit_recorded":
                visits += 1
                outdated = True
            case "expert_review_recorded":
                reviews += 1
                outdated = True
            case "evidence_attached":
                evidence.append({name: data[name] for name in ("sha256", "size", "media_type", "indicators")})
            case "scored":
                scored, outdated = data, False
                measured = measure(edition, opened["form"], verified)
                _same(entry, "self_measured", data["self_measured"], measure(edition, opened["form"], own))
                _same(entry, "verified", data["verified"], measured)
                _same(entry, "issued", data["issued"], issue(edition, measured, visits > 0, reviews > 0))
            case "report_issued":
                of_last = scored and (scored["verified"]["total"], scored["issued"]["grade"])
                if outdated or (data["total"], data["grade"]) != of_last:
                    said = "报告与评分不符，或评分之后资料有变 the report is not of the last scoring, or that was outdated"
                    raise Fault("REPORT_DIFFERS", entry.where, said)
                reports.append({"version": data["version"], "kind": "issued", "sha256": data["file"]["pdf"]})
            case "report_confirmed":
                reports.append({"version": data["version"], "kind": "confirmed", "sha256": data["file"]["pdf"]})
            case "objections_answered":
                upheld = {answer["indicator"] for answer in data["answers"] if answer["upheld"]}
                verified = {indicator: answer for indicator, answer in verified.items() if indicator not in upheld}
                status = "accepted" if upheld else "issued"
            case "arbitration_settled":
                changed = {one["indicator"]: one["answer"] for one in data["findings"] if one["upheld"]}
                verified = {i: a for i, a in (verified | changed).items() if a is not None}
                status, outdated = ("accepted", True) if changed else ("issued", outdated)
    if scored is None:
        raise Fault("NOT_SCORED", case[0].stream, "尚未评分 there is no grade yet")
    return {
        "diagnosis": case[0].stream.partition("/")[2],
        **{name: opened[name] for name in ("enterprise", "campaign", "purpose", "form", "edition", "edition_digest")},
        "provider": provider,
        "status": status,
        "version": len(case),
        "self_total": scored["self_measured"]["total"],
        "verified_total": scored["verified"]["total"],
        "measured_grade": scored["verified"]["grade"],
        **{name: scored["issued"][name] for name in ("grade", "level", "grade_name", "level_name")},
        "reports": reports,
        "evidence": evidence,
    }


def _same(entry: Entry, what: str, stated: Data, found: Data) -> None:
    """Refuse a stored measurement that differs from the one worked out; sentences for people aside."""
    for name, value in found.items():
        given = stated[name]
        if name == "gates":
            given = [{key: gate[key] for key in ("code", "level", "holds")} for gate in given]
        if given != value:
            raise Fault("SCORE_DIFFERS", f"{entry.where} {what}.{name}", f"评分不符 stated {given}, worked out {value}")


def check_files(dossier: Data, result: Data) -> None:
    """Attached files: each is one that an entry cites, and its bytes have the cited hash."""
    cited = {item["sha256"] for part in ("reports", "evidence") for item in result.get(part, ())}
    for digest, text in dossier["files"].items():
        if digest not in cited:
            raise Fault("FILE_FOREIGN", f"files.{digest}", "没有条目引用该文件 no entry cites it")
        if sha256(decoded(text, f"files.{digest}")).hexdigest() != digest:
            raise Fault("FILE_DIFFERS", f"files.{digest}", "文件内容与散列不符 the bytes are not those of the hash")


def check_heads(heads: str, log_keys: Keys, entries: Sequence[Entry]) -> None:
    """Hold a dossier against what the log signed: how many entries each stream had as the last one was written.

    A proof shows what is in the log and never what is not; so whoever hands a file on could cut statements off its end. The log
    signs the numbers, under a first line that is no log's name, so that it passes for no checkpoint. Editions aside: of one
    only the pinned text belongs here.
    """
    text, signatures = parse_note(heads)
    logs = _keys_of_log(log_keys)
    if not _signed_by_any(logs, text, signatures):
        raise Fault("LOG_SIGNATURE_MISSING", "heads", "没有该日志密钥的签名 not signed by the key of this log")
    last = {entry.stream: entry.version for entry in entries if not entry.stream.startswith("edition/")}
    found = [HEADS_FORMAT, logs[0].name, str(entries[-1].position), *(f"{name} {last[name]}" for name in sorted(last)), ""]
    if text.split("\n") != found:
        said = "与日志所签各对象条目数不符，有条目被略去 not as many entries as the log signed for: some were cut off"
        raise Fault("HEADS_DIFFER", "heads", said)


# Decisions about providers: moves of the directory, yearly ratings, subsidies (plan V4, V5, I1)

QUANTUM = {"score": 4, "error": 4, "reliability": 4, "variance": 6, "mean": 6, "between": 6, "within": 6}
"""Number that a float ended in -> its decimals: another machine may arrive at one more or less in the last of them."""
CHINA = timedelta(hours=8)


def only_of(entries: Sequence[Entry], streams: Callable[[str], bool]) -> None:
    """Every entry is of a stream that the decision rests on, and they stand in the order of the log."""
    for entry in entries:
        if not streams(entry.stream):
            raise Fault("ENTRY_FOREIGN", entry.where, "与该决定无关的条目 the decision does not rest on it")
    for before, after in pairwise(entries):
        if before.position >= after.position:
            raise Fault("ORDER_WRONG", after.where, "条目未按日志顺序排列，或重复 not in the order of the log, or twice")


def expect(entry: Entry, what: str, stated: object, found: object) -> None:
    """Refuse a recorded number that differs from the one worked out by more than its last decimal; all else must be alike."""
    if json.dumps(stated, sort_keys=True) == json.dumps(found, sort_keys=True):
        return
    places = QUANTUM.get(what.rpartition(".")[2].rstrip("0123456789"), 4 if "chances" in what or "rank" in what else None)
    near = places is not None and isinstance(stated, str) and isinstance(found, str)
    if near and abs(Decimal(str(stated)) - Decimal(str(found))) <= Decimal(1).scaleb(-int(places or 0)):
        return
    raise Fault("RESULT_DIFFERS", f"{entry.where} {what}", f"与重新推算不符 stated {stated}, worked out {found}")


def agree(dossier: Data, result: Data) -> Data:
    """The result, once the file states the same."""
    stated = dossier["result"]
    if odd := sorted(name for name in result.keys() | stated.keys() if not _alike(stated, result, name)):
        said = "所述结果与重新推算不符 the file states another result than the entries give"
        raise Fault("RESULT_DIFFERS", f"result.{odd[0]}", said)
    return result


def of_kind(entries: Sequence[Entry], stream: str, kind: str, author: Mapping[str, str]) -> list[tuple[Entry, str]]:
    """A stream's entries with the names of their steps, each by a role that may record it."""
    found = []
    for entry in as_stream(entries, stream):
        step = entry.type.removeprefix(f"{kind}.").rpartition(".")[0]
        if not entry.type.startswith(f"{kind}.") or step not in author:
            raise Fault("ENTRY_UNEXPECTED", entry.where, "不认识的步骤 no step that this verifier knows")
        if entry.role not in author[step].split():
            raise Fault("AUTHOR_WRONG", entry.where, "记录者不是应记录的一方 not recorded by the party whose step it is")
        found.append((entry, step))
    return found


def rule_of(entries: Sequence[Entry], kind: str, cause: str | None, last_day: str, whole: Data, result: Entry) -> Data:
    """The rule of a kind that a result names: the latest set for a day up to the year's last, else the one on file.

    whole: the body with every member. Of an entry's body each member must be in it; one that the entry lacks is on file.
    """
    stream = f"rule/{kind}"
    entries = [entry for entry in entries if entry.stream == stream and entry.position < result.position]
    sets = [entry for entry in entries if entry.type == "rule.set.v1" and entry.data["since"] <= last_day]
    latest = max(sets, key=lambda entry: (entry.data["since"], entry.version), default=None)
    if (latest.where if latest is not None else None) != cause:
        raise Fault("RULE_DIFFERS", result.where, "所依规则不是当时施行的规则 not by the rule in force on the last day of the year")
    for name, value in (latest.data["body"] if latest is not None else {}).items():
        if whole.get(name) != value:
            raise Fault("RULE_DIFFERS", f"on_file.{name}", "所附规则与条目不符 the rule on file is not the one set")
    return whole


# A move of the directory

MOVES = {
    "listed": "listed", "warned": "warned", "corrected": "listed", "suspended": "suspended", "removed": "removed",
    "restored": "listed", "lapsed": "lapsed", "tag_gained": "", "tag_lost": "",
}  # fmt: skip
"""Move -> how the provider stands after it; a tag moves nothing else."""
MOVERS = dict.fromkeys(MOVES, "city") | {"restored": "city system"}
"""Move -> who may record it: the program lifts a suspension whose proceeding came to nothing."""
FROM = {
    "warned": "listed", "corrected": "warned", "suspended": "listed warned", "removed": "warned suspended",
    "restored": "suspended removed", "tag_gained": "listed warned", "tag_lost": "listed warned suspended",
}  # fmt: skip
"""Move -> how the provider stands before it; of the others it does not matter."""
NEEDS_PROCEEDING = {"removed", "tag_lost", "suspended"}


def move(dossier: Data, entries: Sequence[Entry]) -> Data:
    """How a provider stands in the directory, and that each move was open to be made and rests on what it cites."""
    subject = dossier["subject"]
    only_of(entries, lambda stream: stream == subject or stream.startswith(("rule/", "proceeding/")))
    there = {stream: as_stream(entries, stream) for stream in dict.fromkeys(entry.stream for entry in entries)}
    standing, year, moved, due, moves = "", 0, "", None, list[Data]()
    tags: dict[str, Any] = {}
    for entry, step in of_kind(entries, subject, "listing", MOVERS):
        data = entry.data
        if not standing and step != "listed":
            raise Fault("ENTRY_UNEXPECTED", entry.where, "名录以列入开始 a place in the directory begins with being listed")
        if step in FROM and standing not in FROM[step].split():
            raise Fault("STEP_WRONG", entry.where, f"该调整不应发生于此时 this may not happen while it is {standing}")
        if data["on"] != day_of(entry):
            raise Fault("DAY_WRONG", entry.where, "所载日期不是记录之日 the day is not the one on which it was recorded")
        named = [*data["causes"], *([data["rule"]] if data["rule"] is not None else [])]
        held = sorted({cause for cause in named if cause.rpartition("/")[0] in there})
        for cause in held:
            stream, _, version = cause.rpartition("/")
            if not 1 <= int(version) <= len([one for one in there[stream] if one.position < entry.position]):
                raise Fault("CAUSE_MISSING", f"{entry.where} {cause}", "引用了当时没有的条目 it cites what was not there yet")
        if data["rule"] is not None and data["rule"] not in held:
            raise Fault("ENTRY_MISSING", data["rule"], "缺少所依据的规则 the rule that it names is not here")
        proceedings = [there[one.rpartition("/")[0]] for one in held if one.startswith("proceeding/")]
        if step in NEEDS_PROCEEDING:
            _proceeded(entry, step, subject, proceedings)
        if entry.role == "system":
            _lifted(entry, standing, subject, proceedings)
        if step == "listed":
            tags = {one: tags.get(one, data["on"]) for one in data["tags"]}
            year = data["year"]
        if step == "listed" and standing in ("warned", "suspended"):
            pass  # a warning and a suspension last until they are decided on
        elif MOVES[step]:
            standing, moved, due = MOVES[step], data["on"], data.get("due")
        if step == "tag_gained":
            tags[data["industry"]] = data["on"]
        elif step == "tag_lost":
            tags.pop(data["industry"], None)
        elif step == "lapsed":
            tags = {}
        stated = {name: data[name] for name in ("on", "rule", "causes")}
        moves.append({"version": entry.version, "type": entry.type, **stated, "held": held})
    result = {"provider": subject.partition("/")[2], "status": standing, "year": year, "tags": tags, "moved": moved, "due": due}
    return agree(dossier, result | {"moves": moves, "version": len(moves)})


def _so_far(history: Sequence[Entry], entry: Entry, subject: str) -> tuple[str, set[str], list[str]]:
    """Kind of a proceeding about a place, else none, its steps and its decisions, before an entry."""
    before = [(one.type.split(".")[1], one.data) for one in history if one.position < entry.position]
    opened = before[0][1]
    kind = opened["kind"] if opened["about"] == subject and opened["kind"] in ("directory_move", "red_line") else ""
    return kind, {step for step, _ in before}, [data["outcome"] for step, data in before if step in ("decided", "appeal_decided")]


def _proceeded(entry: Entry, step: str, subject: str, proceedings: Sequence[Sequence[Entry]]) -> None:
    """A demotion rests on a proceeding about this place that was concluded and granted it; a red line suspends at once."""
    for history in proceedings:
        kind, steps, decisions = _so_far(history, entry, subject)
        if not kind:
            continue
        if decisions[-1:] in (["upheld"], ["partly"]) and steps & {"became_final", "appeal_decided"}:
            return
        if step == "suspended" and kind == "red_line" and not decisions and "withdrawn" not in steps:
            return
    raise Fault("PROCEEDING_MISSING", entry.where, "没有已终结且成立的程序 no concluded proceeding that granted it")


def _lifted(entry: Entry, standing: str, subject: str, proceedings: Sequence[Sequence[Entry]]) -> None:
    """The program restores who was suspended pending a hearing, once each proceeding was withdrawn or dismissed in the end."""
    ended = []
    for history in proceedings:
        kind, steps, decisions = _so_far(history, entry, subject)
        dismissed = decisions[-1:] == ["dismissed"] and bool(steps & {"became_final", "appeal_decided"})
        ended.append(bool(kind) and ("withdrawn" in steps or dismissed))
    if standing != "suspended" or not ended or not all(ended):
        raise Fault("PROCEEDING_MISSING", entry.where, "程序并未撤回或最终不成立 no proceeding that came to nothing")


def day_of(entry: Entry) -> str:
    """The city's day on which an entry was written."""
    return (EPOCH + timedelta(microseconds=entry.at) + CHINA).date().isoformat()


# A rating: from the table of inputs by methods b to d, and what of the own row the own jobs show

COMPONENTS = ("work", "feedback", "records", "report", "sampled")
RATING_STEPS = {"inputs_fixed": "city", "computed": "system", "published": "city", "objected": "provider", "final": "city"}
ROW = {
    "": ("provider", "jobs", "comparable", "components"),
    "component": ("component", "jobs", "mean", "variance", "spread"),
    "count": ("work", "size_class", "jobs"),
    "subsidy": ("provider", "counts"),
}
"""Order of the members of a row, as its digest takes them."""


def table_digest(rows: Sequence[Data], row: str, parts: str, part: str) -> str:
    """SHA-256 of a table: its rows as JSON without blanks, a line each, in order of provider."""
    lines = []
    for one in sorted(rows, key=lambda one: str(one["provider"])):
        inner = [{name: item[name] for name in ROW[part]} for item in one[parts]]
        ordered = {name: inner if name == parts else one[name] for name in ROW[row]}
        lines.append(json.dumps(ordered, ensure_ascii=False, separators=(",", ":")) + "\n")
    return sha256("".join(lines).encode()).hexdigest()


def rating(dossier: Data, entries: Sequence[Entry]) -> Data:
    """A provider's rating of a year, worked out again for everybody from the table, and for its own row from its own jobs."""
    year, _, provider = dossier["subject"].removeprefix("rating/").partition(".")
    stream, before = f"rating/{year}", f"rating/{int(year) - 1}"
    others = (stream, before, "rule/rating", "rule/stages", CALENDAR)
    only_of(entries, lambda one: one in others or one.startswith(("diagnosis/", OWN_LIMITS)))
    tables: dict[int, Entry] = {}
    computed = published = None
    status = ""
    for entry, step in of_kind(entries, stream, "rating", RATING_STEPS):
        data = entry.data
        if status == "final":
            raise Fault("STEP_WRONG", entry.where, "定案之后不应再有条目 nothing follows a rating that is final")
        if step == "inputs_fixed":
            digest = table_digest(data["inputs"], "", "components", "component")
            if data["round"] != len(tables) + 1 or data["input_digest"] != digest:
                raise Fault("TABLE_DIFFERS", entry.where, "输入表与其摘要不符 not the table that its digest names")
            tables[data["round"]] = entry
            status = "fixed" if status in ("", "computed") else status
        elif step == "computed":
            fixed = tables.get(data["round"])
            if fixed is None or fixed.data["input_digest"] != data["input_digest"] or data["round"] != len(tables):
                raise Fault("TABLE_DIFFERS", entry.where, "结果不是依最近一轮输入 not from the latest table")
            computed = entry
            status = "computed" if status == "fixed" else status
        elif step in ("published", "final"):
            if computed is None or (step == "final" and published is None):
                raise Fault("STEP_WRONG", entry.where, "尚无结果可公示 there is nothing to publish yet")
            if data["round"] != (computed if step == "published" else published or computed).data["round"]:
                raise Fault("STEP_WRONG", entry.where, "所指轮次不符 another round than the one that was computed or published")
            published, status = computed, step
    shown = published or computed
    if shown is None:
        raise Fault("NOT_DECIDED", stream, "尚无评价结果 there is no rating yet")
    fixed, data = tables[shown.data["round"]], shown.data
    rule = rule_of(entries, "rating", data["rule"], f"{year}-12-31", dossier["on_file"]["rule"], shown)
    check_rated(shown, fixed.data["inputs"], tiers_of(entries, before, shown), rule)
    mine = [one for one in data["providers"] if one["provider"] == provider]
    rows = [one for one in fixed.data["inputs"] if one["provider"] == provider]
    if len(mine) != 1 or len(rows) != 1:
        raise Fault("ENTRY_MISSING", f"{shown.where} {provider}", "该服务商不在评价之列 the provider is not among those rated")
    check_row(entries, fixed, rows[0], rule, dossier["on_file"])
    result = {"year": int(year), "status": status, "version": len(as_stream(entries, stream)), "position": fixed.data["position"]}
    result |= {name: data[name] for name in ("round", "method", "rule", "input_digest", "rests_on")}
    # a first version of the entry does not say why one is not ranked: a file made since states that it was not kept
    not_kept = {"unranked": None} if shown.type == "rating.computed.v1" and "unranked" in dossier["result"] else {}
    return agree(dossier, result | {"of": len(data["providers"]), "jobs": rows[0]["jobs"], **not_kept, **mine[0]})


def tiers_of(entries: Sequence[Entry], stream: str, until: Entry) -> dict[str, str]:
    """Tiers that held of a year as an entry was written: of a rating that was final by then."""
    shown: Data = {}
    computed: Data = {}
    final = False
    for entry in (one for one in entries if one.stream == stream and one.position < until.position):
        step = entry.type.split(".")[1]
        computed = entry.data if step == "computed" else computed
        shown = computed if step == "published" or (step == "final" and computed.get("round") == entry.data["round"]) else shown
        final = final or step == "final"
    return {one["provider"]: one["tier"] for one in shown.get("providers", ()) if one["tier"] is not None} if final else {}


def at_places(value: float | Fraction, places: int) -> Decimal:
    """A number to so many decimals, half up; a float is first written with twelve. Zero has no sign."""
    if isinstance(value, Fraction):
        units = abs(value) * 10**places + Fraction(1, 2)
        whole = units.numerator // units.denominator
        return Decimal(whole if value >= 0 else -whole).scaleb(-places)
    shown = Decimal(format(value, ".12f")).quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
    return shown or abs(shown)


def check_rated(entry: Entry, rows: Sequence[Data], last: Mapping[str, str], rule: Data) -> None:
    """Every number of a rating, each step from the numbers that the step before it recorded."""
    data = entry.data
    stated = {one["provider"]: one for one in data["providers"]}
    names = [one["provider"] for one in rows]
    says_why = entry.type != "rating.computed.v1"
    if not says_why and not any(shrink(own, names, rule["prior_degrees"]) for own in by_component(rows).values()):
        names = []  # in a year of which nothing was known the former computation held nobody
    if list(stated) != sorted(stated) or sorted(stated) != sorted(names):
        raise Fault("RESULT_DIFFERS", entry.where, "评价的服务商与输入表不符 not the providers of the table")
    city = {one["component"]: one for one in data["components"]}
    seen = []
    for name, own in by_component(rows).items():
        found = shrink(own, names, rule["prior_degrees"])
        if found is None:
            continue
        seen.append(name)
        for what in ("mean", "between", "within"):
            expect(entry, f"components.{name}.{what}", city[name][what], str(found[0][what]))
        for provider in names:
            part = next(one for one in stated[provider]["parts"] if one["component"] == name)
            for what, value in zip(("score", "error", "reliability"), found[1][provider], strict=True):
                expect(entry, f"{provider}.{name}.{what}", part[what], str(value))
    if sorted(city) != sorted(seen):
        raise Fault("RESULT_DIFFERS", entry.where, "评价项目与输入表不符 not the components of the table")
    weights = {name: Fraction(rule["weights"][name]) for name in COMPONENTS}
    whole, present = sum(weights.values()), sum(weights[name] for name in seen)
    expect(entry, "rests_on", data["rests_on"], str(at_places(Fraction(present) / whole, 4)))
    for provider in names:
        expect(entry, f"{provider}.last_tier", stated[provider]["last_tier"], last.get(provider))
    if not seen:
        for provider in names:
            nothing = dict.fromkeys(("score", "variance", "reliability", "expected_rank", "rank_best", "rank_worst"))
            nothing |= {"parts": [], "chances": [], "unranked": "no_score", "tier": last.get(provider)}
            for what, none in nothing.items():
                expect(entry, f"{provider}.{what}", stated[provider][what], none)
        return
    unseen = sum((weights[name] ** 2 for name in COMPONENTS if name not in seen), Fraction(0)) / whole**2
    scores, noise = {}, {}
    for provider in names:
        parts = {one["component"]: one for one in stated[provider]["parts"]}
        scores[provider] = sum((weights[one] / present * Fraction(parts[one]["score"]) for one in seen), Fraction(0))
        errors = sum(((weights[one] / present) ** 2 * Fraction(parts[one]["error"]) ** 2 for one in seen), Fraction(0))
        noise[provider] = errors + unseen * Fraction(rule["unseen_variance"])
    mean = sum(scores.values(), Fraction(0)) / len(scores)
    spread = sum(((one - mean) ** 2 for one in scores.values()), Fraction(0)) / max(1, len(scores) - 1)
    spread += sum(noise.values(), Fraction(0)) / len(noise)
    for provider in names:
        one = stated[provider]
        expect(entry, f"{provider}.score", one["score"], str(at_places(scores[provider], 4)))
        expect(entry, f"{provider}.variance", one["variance"], str(at_places(noise[provider], 6)))
        kept = max(Fraction(0), 1 - noise[provider] / spread) if spread else Fraction(0)
        expect(entry, f"{provider}.reliability", one["reliability"], str(at_places(kept, 4)))
    check_places(entry, rows, stated, rule, says_why=says_why)


def by_component(rows: Sequence[Data]) -> dict[str, dict[str, Data]]:
    """Component -> provider -> what its jobs say of it, of the components that any row has."""
    found: dict[str, dict[str, Data]] = {}
    for name in COMPONENTS:
        own = {one["provider"]: part for one in rows for part in one["components"] if part["component"] == name}
        if own:
            found[name] = own
    return found


def shrink(own: Mapping[str, Data], names: Sequence[str], prior: int) -> tuple[dict[str, Decimal], dict[str, list[Decimal]]] | None:
    """A component drawn to the city's mean (method b): the city's numbers, and (score, error, reliability) of each provider."""
    degrees = sum(one["jobs"] - 1 for one in own.values())
    if not degrees:
        return None
    pooled = math.fsum((one["jobs"] - 1) * float(one["variance"]) for one in own.values() if one["jobs"] > 1) / degrees
    noise = {}
    for provider, one in own.items():
        alone = float(one["variance"]) if one["jobs"] > 1 else 0.0
        drawn = (prior * pooled + (one["jobs"] - 1) * alone) / (prior + one["jobs"] - 1)
        noise[provider] = float(max(at_places(drawn * (one["spread"][0] / one["spread"][1]), 6), Decimal("0.000001")))
    means = {provider: float(one["mean"]) for provider, one in own.items()}

    def center(between: float) -> tuple[float, float]:
        weights = {provider: 1 / (noise[provider] + between) for provider in own}
        whole = math.fsum(weights.values())
        return math.fsum(weights[provider] * means[provider] for provider in own) / whole, 1 / whole

    def excess(between: float) -> float:
        middle = center(between)[0]
        return math.fsum((means[one] - middle) ** 2 / (noise[one] + between) for one in own) - (len(own) - 1)

    low, high = 0.0, 1.0
    if excess(0.0) <= 0:
        high = 0.0
    while high and excess(high) > 0:
        high *= 2
    for _ in range(80 if high else 0):
        middle = (low + high) / 2
        low, high = (middle, high) if excess(middle) > 0 else (low, middle)
    between = at_places((low + high) / 2, 6)
    raw, uncertain = center(float(between))
    mean = at_places(raw, 6)
    found = {}
    for provider in names:
        kept, score, variance = 0.0, float(mean), float(between) + uncertain
        if provider in own:
            kept = float(between) / (float(between) + noise[provider])
            score = kept * means[provider] + (1 - kept) * float(mean)
            variance = kept * noise[provider] + (1 - kept) ** 2 * uncertain
            if len(own) > 3:  # noqa: PLR2004 - Morris's term needs more
                variance += 2 / (len(own) - 3) * (1 - kept) ** 2 * (means[provider] - float(mean)) ** 2
        found[provider] = [at_places(score, 4), at_places(math.sqrt(variance), 4), at_places(kept, 4)]
    return {"mean": mean, "between": between, "within": at_places(pooled, 6)}, found


def normal(limit: float, mean: float, error: float) -> float:
    """Probability that a normal variable lies below a limit."""
    if error == 0:
        return 1.0 if mean < limit else 0.0
    return math.erfc((mean - limit) / error / math.sqrt(2)) / 2


def check_places(entry: Entry, rows: Sequence[Data], stated: Mapping[str, Data], rule: Data, *, says_why: bool) -> None:
    """Ranks, chances and tiers (method d), from the recorded scores and variances, and why one is not ranked, if that is said."""
    places = {
        name: (float(one["score"]), float(at_places(math.sqrt(Decimal(one["variance"])), 4)))
        for name, one in stated.items()
    }
    inputs = {one["provider"]: one for one in rows}
    floors = [float(rule["floors"][name]) for name in "abc"]
    why = {}
    for name, one in stated.items():
        against = {
            "few_providers": len(stated) < rule["providers_at_least"],
            "not_comparable": not inputs[name]["comparable"],
            "few_jobs": inputs[name]["jobs"] < rule["jobs_at_least"],
            "unreliable": Decimal(one["reliability"]) < Decimal(rule["reliability_at_least"]),
        }
        why[name] = next((reason for reason, holds in against.items() if holds), None)
        if says_why:
            expect(entry, f"{name}.unranked", one["unranked"], why[name])
    ranked = [name for name in stated if why[name] is None]
    ranks = ranks_of({name: places[name] for name in ranked}, float(rule["interval_level"]))
    for name, one in stated.items():
        at_least = [*(1 - normal(floor, *places[name]) for floor in floors), 1.0]
        for number, (before, at) in enumerate(zip([0.0, *at_least], at_least, strict=False)):
            expect(entry, f"{name}.chances{number}", one["chances"][number], str(at_places(at - before, 4)))
        expected, best, worst = ranks.get(name, (None, None, None))
        expect(entry, f"{name}.expected_rank", one["expected_rank"], expected)
        for what, value in (("rank_best", best), ("rank_worst", worst)):
            expect(entry, f"{name}.{what}", one[what], value)
        better = [at_places(chance, 4) for chance in at_least]
        expect(entry, f"{name}.tier", one["tier"], tier_after(one, better, rule) if name in ranked else one["last_tier"])


def ranks_of(places: Mapping[str, tuple[float, float]], level: float) -> dict[str, tuple[str, int, int]]:
    """(expected rank, best, worst) of each (Goldstein and Spiegelhalter), over 64 points of equal probability."""
    order = sorted(places, key=lambda one: (places[one], one))
    nodes = []
    for node in range(64):
        low, high = -9.0, 9.0
        for _ in range(80):
            middle = (low + high) / 2
            low, high = (middle, high) if normal(middle, 0.0, 1.0) < (node + 0.5) / 64 else (low, middle)
        nodes.append((low + high) / 2)
    found = {}
    for name in order:
        score, error = places[name]
        others = [places[one] for one in order if one != name]
        better = math.fsum(1 - normal(score, other, math.hypot(noise, error)) for other, noise in others)
        counts = [0.0] * len(order)
        for z in nodes:
            above = [1.0]
            for other, noise in others:
                chance = 1 - normal(score + error * z, other, noise)
                above = [a * (1 - chance) + b * chance for a, b in zip([*above, 0.0], [0.0, *above], strict=True)]
            counts = [count + chance / 64 for count, chance in zip(counts, above, strict=True)]
        reached, tail, best, worst = 0.0, (1 - level) / 2, 0, 0
        for at, chance in enumerate(counts, 1):
            reached += chance
            best = best or (at if reached >= tail - 1e-9 else 0)
            worst = worst or (at if reached >= 1 - tail - 1e-9 else 0)
        found[name] = (str(at_places(1 + better, 4)), best or len(order), worst or len(order))
    return found


def tier_after(one: Data, better: Sequence[Decimal], rule: Data) -> str:
    """The tier of who is ranked: up on strong evidence, down one step on stronger; a newcomer the likeliest."""
    up, down = Decimal(rule["up_at_least"]), Decimal(rule["down_at_least"])
    if one["last_tier"] is None:
        chances = [Decimal(chance) for chance in one["chances"]]
        likeliest = max(range(4), key=lambda tier: (chances[tier], -tier))
        return "ABCD"[likeliest - (likeliest == 3 and chances[3] < down)]  # noqa: PLR2004 - the lowest tier
    tier = "ABCD".index(one["last_tier"])
    moved = next((higher for higher in range(tier) if better[higher] >= up), tier)
    return "ABCD"[moved + (moved == tier < 3 and 1 - better[tier] >= down)]  # noqa: PLR2004 - as above


CALENDAR = "calendar/shanghai"
OWN_LIMITS = "campaignlimits/"
"""Streams of the stage limits that campaigns state, which hold for the jobs opened in them from a day on."""


def working_day_after(day: date, count: int, years: Mapping[int, Data]) -> date:
    """The working day that comes so many after a day."""

    def worked(one: date) -> bool:
        year = years.get(one.year, {"holidays": (), "workdays": ()})
        free = any(holiday["first"] <= one.isoformat() <= holiday["last"] for holiday in year["holidays"])
        return one.isoformat() in year["workdays"] or (not free and one.weekday() < 5)  # noqa: PLR2004 - Monday to Friday

    while count > 0 or not worked(day):
        day += timedelta(days=1)
        count -= worked(day) and count > 0
    return day


def check_row(entries: Sequence[Entry], fixed: Entry, row: Data, rule: Data, on_file: Data) -> None:
    """What of the provider's own row its own jobs show: their number, the work done, and the records.

    The others rest on what firms said without their names, on draws and on other providers' jobs: they are the table's.
    """
    until = fixed.data["position"]
    years = {one["year"]: one for one in on_file["calendar"]}
    years |= {one.data["year"]: one.data for one in entries if one.stream == CALENDAR and one.position <= until}
    for stream in dict.fromkeys(entry.stream for entry in entries if entry.stream.startswith(("rule/", OWN_LIMITS, CALENDAR))):
        as_stream(entries, stream)  # a rule that another took the place of says nothing, and is there all the same
    rules = {
        (entry.stream, entry.data["since"]): entry.data  # what is set for a day again takes the place of what was
        for entry in entries
        if entry.type in ("rule.set.v1", "campaignlimits.set.v1") and entry.position <= until
    }
    streams = dict.fromkeys(entry.stream for entry in entries if entry.stream.startswith("diagnosis/"))
    jobs = [job_of([entry for entry in as_stream(entries, stream) if entry.position <= until]) for stream in streams]
    if len(jobs) != row["jobs"] or any(one["provider"] != row["provider"] or one["status"] == "withdrawn" for one in jobs):
        raise Fault("ROW_DIFFERS", fixed.where, f"任务与输入行不符 {len(jobs)} jobs, the row has {row['jobs']}")
    in_time = []
    for one in jobs:
        if one["visited_on"] is None:
            continue
        limits = on_file["stages"] | (latest_of(rules, "rule/stages", one["visited_on"]).get("body") or {})
        limits |= latest_of(rules, OWN_LIMITS + one["campaign"], one["opened_on"]).get("limits") or {}
        last = working_day_after(date.fromisoformat(one["visited_on"]), limits["report"] + limits["internal_review"], years)
        if one["reported_on"] is not None or day_of(fixed) > last.isoformat():
            in_time.append(one["reported_on"] is not None and one["reported_on"] <= last.isoformat())
    found = {}
    if jobs:
        found["work"] = work_of(jobs, in_time, rule["work_parts"])
    parts = rule["record_parts"]
    records = [
        Fraction(100 * sum(parts[name] for name in parts if one[name]), sum(parts.values()))
        for one in jobs
        if one["reported_on"] is not None
    ]
    if records:
        mean = sum(records, Fraction(0)) / len(records)
        squares = sum(((one - mean) ** 2 for one in records), Fraction(0))
        found["records"] = (len(records), mean, squares / max(1, len(records) - 1))
    for name in ("work", "records"):
        part = next((one for one in row["components"] if one["component"] == name), None)
        if (part is None) != (name not in found):
            said = "输入行与任务不符 the row has a component that the jobs do not show, or lacks one"
            raise Fault("ROW_DIFFERS", f"{fixed.where} {name}", said)
        if part is not None:
            number, mean, variance = found[name]
            told = {"component": name, "jobs": number, "mean": str(at_places(mean, 4)), "variance": str(at_places(variance, 6))}
            if {key: part[key] for key in told} != told or part["spread"] != [1, number]:
                raise Fault("ROW_DIFFERS", f"{fixed.where} {name}", f"输入行与任务不符 worked out {told}")


def latest_of(rules: Mapping[tuple[str, str], Data], stream: str, day: str) -> Data:
    """What a stream says on a day, of (stream, first day) -> what was set; nothing where it says nothing yet."""
    begun = [since for of, since in rules if of == stream and since <= day]
    return rules[stream, max(begun)] if begun else {}


def work_of(jobs: Sequence[Data], in_time: Sequence[bool], parts: Data) -> tuple[int, Fraction, Fraction]:
    """Work done: confirmed of the jobs, reports on time of those due; mean and variance of one job."""
    delivered = Fraction(sum(one["status"] == "confirmed" for one in jobs), len(jobs))
    shares = [(parts["delivery"], delivered, Fraction(1))]
    if in_time:
        shares.append((parts["punctuality"], Fraction(sum(in_time), len(in_time)), Fraction(len(jobs), len(in_time))))
    whole = sum(weight for weight, _, _ in shares)
    mean = 100 * sum((weight * share for weight, share, _ in shares), Fraction(0)) / whole
    variance = sum((Fraction(100 * weight, whole) ** 2 * share * (1 - share) * of for weight, share, of in shares), Fraction(0))
    return len(jobs), mean, variance


def job_of(case: Sequence[Entry]) -> Data:
    """What a job's history says of it: provider, campaign, status, first visit, first report, and which records are there."""
    found: Data = {"provider": case[0].data["provider"], "status": "open", "visited_on": None, "reported_on": None}
    found |= {"campaign": case[0].data["campaign"], "opened_on": day_of(case[0])}
    most, evidence = 0, False
    given: Data = {}
    verified: Data = {}
    for entry in case[1:]:
        data, step = entry.data, entry.type.split(".")[1]
        found["status"] = STATUS_AFTER.get(step, found["status"])
        if step in ("provider_assigned", "accepted"):
            found["provider"] = data["provider"]
        elif step == "site_visit_recorded":
            found["visited_on"] = min(found["visited_on"] or data["visited_on"], data["visited_on"])
            most = max(most, data["diagnosticians"])
        elif step == "report_issued":
            found["reported_on"] = found["reported_on"] or day_of(entry)
        elif step == "evidence_attached":
            evidence = evidence or found["status"] != "confirmed"
        elif step == "answers_saved":
            given |= {name: one["answer"] for name, one in data["answers"].items()}
        elif step == "answers_verified":
            verified |= data["answers"]
        elif step == "objections_answered":
            upheld = {one["indicator"] for one in data["answers"] if one["upheld"]}
            verified = {name: one for name, one in verified.items() if name not in upheld}
            found["status"] = "accepted" if upheld else "issued"
    unreasoned = any(one["answer"] != given.get(name) and one["reason"] is None for name, one in verified.items())
    there = {"visit": found["visited_on"] is not None, "two_diagnosticians": most > 1, "evidence": evidence}
    return found | there | {"reasons": not unreasoned}


# A subsidy: exact to the fen (method p)

SUBSIDY_STEPS = {
    "district_recorded": "city district", "district_withdrawn": "city district",
    "computed": "city", "approved": "city", "clawed_back": "city",
}  # fmt: skip


def subsidy(dossier: Data, entries: Sequence[Entry]) -> Data:
    """The subsidy of a year, worked out again for everybody from the confirmed jobs, the tiers and the rule."""
    stream = dossier["subject"]
    year = stream.partition("/")[2]
    only_of(entries, lambda one: one in (stream, f"rating/{year}", "rule/subsidy"))
    rule = dossier["on_file"]["rule"]
    computed = None
    status, back, recorded, known = "recorded", dict[str, int](), dict[str, str](), dict[str, str]()
    taken: list[Data] = []
    for entry, step in of_kind(entries, stream, "subsidy", SUBSIDY_STEPS):
        data = entry.data
        if step in ("district_recorded", "district_withdrawn"):
            if step == "district_recorded":
                recorded[data["diagnosis"]] = entry.where
            elif recorded.pop(data["diagnosis"], None) is None:
                raise Fault("STEP_WRONG", entry.where, "没有可撤回的登记 nothing was recorded that could be taken back")
            status = status if status == "approved" else "recorded"
        elif step == "computed":
            if status == "approved":
                raise Fault("STEP_WRONG", entry.where, "批准之后不应再计算 nothing is computed once it is approved")
            computed, status, known = entry, "computed", dict(recorded)
        elif step == "approved":
            if status != "computed":
                raise Fault("STEP_WRONG", entry.where, "批准的应是当时的计算 only what was computed last is approved")
            if computed is None or data["approved_by"] == computed.data["computed_by"] or entry.actor == computed.actor:
                raise Fault("AUTHOR_WRONG", entry.where, "批准人须为另一人 approved by nobody else than who computed it")
            if (data["input_digest"], data["paid"]) != (computed.data["input_digest"], computed.data["paid"]):
                raise Fault("RESULT_DIFFERS", entry.where, "批准的不是该次计算 another computation was approved")
            status = "approved"
        else:
            if status != "approved" or computed is None:
                raise Fault("STEP_WRONG", entry.where, "未批准不能追回 nothing is taken back that was not approved")
            expect(entry, "fen", data["fen"], back_of(computed.data, [*taken, data], rule) - back.get(data["provider"], 0))
            taken.append(data)
            back[data["provider"]] = back.get(data["provider"], 0) + data["fen"]
    if computed is None:
        raise Fault("NOT_DECIDED", stream, "尚未计算 nothing was computed yet")
    data = computed.data
    rule_of(entries, "subsidy", data["rule"], f"{year}-12-31", rule, computed)
    check_paid(computed, rule, paid_tiers(entries, data["rating"], computed))
    for one in data["left_out"]:
        if known.get(one["diagnosis"]) != one["cause"]:
            said = "未计任务没有所引依据 no entry says why it was left out"
            raise Fault("CAUSE_MISSING", f"{computed.where} {one['cause']}", said)
    result = {"year": int(year), "status": status, "version": len(as_stream(entries, stream))}
    result |= {name: data[name] for name in ("method", "rule", "rating", "input_digest", "due", "paid", "ratio", "left_out")}
    lines = [one | {"taken_back": back.get(one["provider"], 0)} for one in data["providers"]]
    return agree(dossier, result | {"providers": lines})


def paid_tiers(entries: Sequence[Entry], cause: str, computed: Entry) -> dict[str, str]:
    """The tiers by which a subsidy pays: of the rating that it names, which was final by then."""
    stream, _, version = cause.rpartition("/")
    history = as_stream(entries, stream)
    final = [one for one in history if one.version == int(version) and one.type == "rating.final.v1"]
    if not final or final[0].position >= computed.position:
        raise Fault("CAUSE_MISSING", f"{computed.where} {cause}", "所引评价未定案 it names no rating that was final by then")
    return tiers_of(entries, stream, computed)


def claim(row: Data, factor: Fraction, rule: Data) -> Fraction:
    """What jobs are worth, in fen, before any cap: base of kind and size, else of the kind for any size."""
    bases = {(one["work"], one["size_class"]): one["fen"] for one in rule["bases"]}
    found = Fraction(0)
    for one in row["counts"]:
        base = bases.get((one["work"], one["size_class"]), bases.get((one["work"], None), 0))
        found += base * factor * one["jobs"]
    return found


def factor_of(rule: Data, tier: str | None) -> Decimal:
    """Factor of a tier, or of none."""
    return Decimal(rule["coefficients"][tier.lower() if tier is not None else "unrated"])


def check_paid(entry: Entry, rule: Data, tiers: Mapping[str, str]) -> None:
    """Every line of a subsidy: worth, cap, and the budget split by the largest remainder, exact to the fen."""
    data = entry.data
    if data["input_digest"] != table_digest(data["jobs"], "subsidy", "counts", "count"):
        raise Fault("TABLE_DIFFERS", entry.where, "任务表与其摘要不符 not the table that its digest names")
    rows = {one["provider"]: one for one in data["jobs"]}
    worth = {name: claim(row, Fraction(factor_of(rule, tiers.get(name))), rule) for name, row in rows.items()}
    due = {name: math.floor(min(Fraction(rule["cap"]), one) + Fraction(1, 2)) for name, one in worth.items()}
    wanted, budget = sum(due.values()), rule["budget"]
    paid = dict(due)
    if wanted > budget:
        paid = {name: budget * one // wanted for name, one in due.items()}
        order = sorted(due, key=lambda name: (-(budget * due[name] % wanted), -due[name], name))
        for name in order[: budget - sum(paid.values())]:
            paid[name] += 1
    ratio = Fraction(budget, wanted) if wanted > budget else Fraction(1)
    for what, value in (("due", wanted), ("paid", sum(paid.values())), ("ratio", str(at_places(ratio, 4)))):
        expect(entry, what, data[what], value)
    if [one["provider"] for one in data["providers"]] != sorted(rows):
        raise Fault("RESULT_DIFFERS", entry.where, "补贴的服务商与任务表不符 not the providers of the table")
    for one in data["providers"]:
        name = one["provider"]
        told = {"tier": tiers.get(name), "coefficient": str(factor_of(rule, tiers.get(name))), "due": due[name], "paid": paid[name]}
        told |= {"jobs": sum(count["jobs"] for count in rows[name]["counts"]), "worth": str(at_places(worth[name], 4))}
        for what, value in told.items():
            expect(entry, f"{name}.{what}.", one[what], value)


def back_of(computed: Data, taken: Sequence[Data], rule: Data) -> int:
    """What is taken back of the provider of the last, all in all: the overturned jobs' part of what was paid, downwards."""
    provider = taken[-1]["provider"]
    [line] = [one for one in computed["providers"] if one["provider"] == provider]
    [row] = [one for one in computed["jobs"] if one["provider"] == provider]
    factor = Fraction(Decimal(line["coefficient"]))
    overturned = sum((claim(one, factor, rule) for one in taken if one["provider"] == provider), Fraction(0))
    whole = claim(row, factor, rule)
    return math.floor(line["paid"] * overturned / whole) if whole else 0


DECISIONS: Mapping[str, Callable[[Data, Sequence[Entry]], Data]] = {
    "grade": grade,
    "move": move,
    "rating": rating,
    "subsidy": subsidy,
}
"""Kind of decision -> how it is worked out again from its entries."""


def decided(dossier: Data, entries: Sequence[Entry]) -> Data:
    """The result of the decision that the dossier is about."""
    if dossier["kind"] not in DECISIONS:
        raise Fault("KIND_UNKNOWN", "kind", "不认识该类决定 this verifier knows no such kind of decision")
    if (dossier["format"] == ON_FILE_FORMAT) != (dossier["kind"] != "grade"):
        raise Fault("FORMAT_UNKNOWN", "format", "该类决定不用此格式 decisions of this kind have another format")
    return DECISIONS[dossier["kind"]](dossier, entries)


# The standard: answers → points → dimension scores → total → grade, all in exact fractions (plan S4)

PART_OF = {
    "": "key title status source dimensions indicators points multi_base_points level_names grade_names "
    "below_grade_name bands gates",
    "source": "document mark",
    "dimensions": "id name weight base",
    "indicators": "id dimension subdimension name weight_in_dimension in_brief key kind numbers upper_bounds options better "
    "levels evidence maps_to source",
    "numbers": "name label unit at_most",
    "options": "name label points",
    "gates": "weakest_dimension breadth key_indicators security site_visit expert_review",
    "weakest_dimension": "code levels_below",
    "breadth": "code at_least including",
    "key_indicators": "code levels_below share_percent",
    "security": "code indicator from_level at_least",
    "site_visit": "code from_level",
    "expert_review": "code from_level",
}
"""Order of the members of each part of an edition, by the name it stands under: its digest is over JSON in this order."""


def edition_digest(edition: Data) -> str:
    """SHA-256 of an edition's JSON in the order of its members, without blanks."""

    def ordered(value: object, name: str) -> object:
        if isinstance(value, list):
            return [ordered(item, name) for item in value]
        if not isinstance(value, dict) or name not in PART_OF:
            return value
        members = PART_OF[name].split()
        if sorted(members) != sorted(value):
            raise Fault("EDITION_DIFFERS", f"edition.{name}", "标准版本结构不符 an edition is not made of these members")
        return {member: ordered(value[member], member) for member in members}

    return sha256(json.dumps(ordered(edition, ""), ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()


def level_and_points(edition: Data, item: Data, answer: Data) -> tuple[Fraction, Fraction]:
    """Maturity level and points of an answer that applies."""
    scale = {Fraction(level): Fraction(points) for level, points in edition["points"].items()}
    numbers = {name: Fraction(value) for name, value in (answer["numbers"] or {}).items()}
    named = [number["name"] for number in item["numbers"]]
    match item["kind"]:
        case "choice":
            level = Fraction(answer["level"])
        case "outcome":
            level = Fraction(answer["level"])
            before, after = (numbers.get(name) for name in named)
            better = None not in (before, after) and (after > before if item["better"] == "higher" else after < before)  # type: ignore[operator]
            level = level if better else min(level, Fraction(1))
        case "multi":
            chosen = set(answer["choices"] or ())
            added = (Fraction(option["points"]) for option in item["options"] if option["name"] in chosen)
            points = Fraction(edition["multi_base_points"]) + sum(added)
            return max(level for level, needed in scale.items() if needed <= points), points
        case "ratio":
            level = _band(numbers[named[0]] * 100 / numbers[named[1]], item["upper_bounds"])
        case _:
            level = _band(numbers[named[0]], item["upper_bounds"]) if numbers[named[0]] else Fraction(0)
    return level, scale[level]


def _band(value: Fraction, upper_bounds: Iterable[str]) -> Fraction:
    return Fraction(1 + sum(value > Fraction(bound) for bound in upper_bounds))


def weights_of(edition: Data, asked: Sequence[Data], applicable: Iterable[str]) -> dict[str, Fraction]:
    """Percent of the total that each applicable indicator carries.

    The weight of one that is not applicable spreads over its sub-dimension, and where that is empty over the dimension.
    """
    present = set(applicable)
    found: dict[str, Fraction] = {}
    for dimension in edition["dimensions"]:
        mine = [item for item in asked if item["dimension"] == dimension["id"]]
        kept: dict[str, Fraction] = {}
        for group in dict.fromkeys(item["subdimension"] for item in mine):
            members = [item for item in mine if item["subdimension"] == group]
            share = sum(Fraction(item["weight_in_dimension"]) for item in members)
            there = [item for item in members if item["id"] in present]
            there_share = sum(Fraction(item["weight_in_dimension"]) for item in there)
            kept |= {item["id"]: Fraction(item["weight_in_dimension"]) * share / there_share for item in there}
        whole = sum(kept.values())
        found |= {indicator: weight * Fraction(dimension["weight"]) / whole for indicator, weight in kept.items()}
    return found


def half_up(value: Fraction) -> Fraction:
    """Two decimals, half up."""
    return Fraction((value * 100 + Fraction(1, 2)).__floor__(), 100)


def written(value: Fraction, decimals: int = 2) -> str:
    """A number of so many decimals as text."""
    units = int(value * 10**decimals)
    return f"{units // 10**decimals}.{units % 10**decimals:0{decimals}d}"


def grade_of(edition: Data, score: Fraction) -> int:
    """Grade 0–10: how many bands begin at or below a score."""
    return sum(score >= Fraction(bound) for bound in edition["bands"])


def level_of(found: int) -> int:
    """Level 0–5: two grades a level."""
    return (found + 1) // 2


def measure(edition: Data, form: str, answers: Data) -> Data:
    """What answers alone give 测评: total, dimension scores, the grade by the bands and the one the gates let through."""
    asked = [item for item in edition["indicators"] if form == "full" or item["in_brief"]]
    applies = [item for item in asked if not answers[item["id"]]["not_applicable"]]
    reached = {item["id"]: level_and_points(edition, item, answers[item["id"]]) for item in applies}
    weights = weights_of(edition, asked, reached)
    parts = {indicator: weights[indicator] * points / 100 for indicator, (_, points) in reached.items()}
    total = half_up(sum(parts.values(), Fraction(0)))
    scores = {}
    for dimension in edition["dimensions"]:
        mine = sum((parts[item["id"]] for item in applies if item["dimension"] == dimension["id"]), Fraction(0))
        scores[dimension["id"]] = half_up(mine * 100 / Fraction(dimension["weight"]))
    levels = {indicator: level for indicator, (level, _) in reached.items()}
    by_bands = grade_of(edition, total)
    tried: list[Data] = []
    found = min(by_bands, 2)
    for level in range(level_of(by_bands), 1, -1):  # where a gate fails, the next lower level is tried
        gates = gates_at(edition, asked, level, scores, levels)
        tried += gates
        if all(gate["holds"] for gate in gates):
            found = min(by_bands, 2 * level)
            break
    return {
        "total": written(total),
        "level": level_of(found),
        "grade": found,
        "band_grade": by_bands,
        "dimensions": [
            {"id": name, "score": written(score), "level": level_of(grade_of(edition, score))} for name, score in scores.items()
        ],
        "gates": tried,
    }


def gates_at(
    edition: Data, asked: Sequence[Data], level: int, scores: Mapping[str, Fraction], levels: Mapping[str, Fraction]
) -> list[Data]:
    """Every gate of the answers at a level 2–5, and whether it holds."""
    gates = edition["gates"]
    base = [dimension["id"] for dimension in edition["dimensions"] if dimension["base"]]
    weakest, breadth, stars = gates["weakest_dimension"], gates["breadth"], gates["key_indicators"]
    weak = any(level_of(grade_of(edition, scores[name])) < level - weakest["levels_below"] for name in base)
    enough = [name for name in base if scores[name] >= Fraction(edition["bands"][2 * level - 2])]
    key = [levels[item["id"]] for item in asked if item["key"] and item["id"] in levels]
    near = all(reached >= level - stars["levels_below"] for reached in key)
    share = 100 * sum(reached >= level for reached in key) >= stars["share_percent"] * len(key)
    found = [
        (weakest["code"], not weak),
        (breadth["code"], len(enough) >= breadth["at_least"] and breadth["including"] in enough),
        (stars["code"], near and share),
    ]
    found += [
        (gate["code"], levels[gate["indicator"]] >= Fraction(gate["at_least"]))
        for gate in gates["security"]
        if level >= gate["from_level"] and gate["indicator"] in levels
    ]
    return [{"code": code, "level": level, "holds": holds} for code, holds in found]


def issue(edition: Data, measured: Data, visited: bool, reviewed: bool) -> Data:  # noqa: FBT001 - two facts of the case
    """The grade a report may state 出具: the measured one, held back by the steps of the process that did not take place."""
    found, gates = measured["grade"], []
    for name, done in (("site_visit", visited), ("expert_review", reviewed)):
        gate = edition["gates"][name]
        if measured["level"] >= gate["from_level"]:
            gates.append({"code": gate["code"], "level": gate["from_level"], "holds": done})
            found = found if done else min(found, 2 * (gate["from_level"] - 1))
    level, below = level_of(found), edition["below_grade_name"]
    return {
        "level": level,
        "grade": found,
        "level_name": edition["level_names"][level - 1] if level else below,
        "grade_name": edition["grade_names"][found - 1] if found else below,
        "gates": gates,
    }


# An exported audit trail: a checkpoint, then one entry a line with its proof


@dataclass
class Seen:
    """What a trail has shown so far 已核验范围: entries, the size of the log, and whether they are all from its first on."""

    entries: int = 0
    size: int = 0
    gapless: bool = True
    stated: int = 0
    """Lines with words of the server's, which nothing proves."""

    @property
    def whole(self) -> bool:
        """Whether every entry of the log was shown."""
        return self.gapless and self.entries == self.size


def verify_trail(
    lines: Iterable[bytes],
    log_key: Keys,
    witness_keys: Sequence[str] = (),
    known: str | None = None,
    seen: Seen | None = None,
) -> Iterator[Entry]:
    """The entries of an exported audit trail 审计轨迹, each as soon as it is proved.

    As long as none is left out, the versions of each stream must follow one another, too: a log that holds a second history of
    a stream is found by its whole trail, and by nothing less.

    Args:
        lines: of the file.
        log_key: as `verify` takes it.
        witness_keys: as `verify` takes them.
        known: as `verify` takes it.
        seen: told how much was shown.

    Raises:
        Fault: the first line that does not hold.
    """
    checkpoint = None
    seen, versions, before, members = seen or Seen(), dict[str, int](), 0, set[str]()
    for number, line in enumerate(lines, 1):
        where = f"line {number}"
        try:
            item = json.loads(line, object_pairs_hook=_once)
            if checkpoint is None and item["format"] in TRAIL_LINES:
                _only(item, TRAIL_HEAD, where)
                if item["format"] == TRAIL_FORMAT and "algorithm" not in item:
                    raise Fault("MALFORMED", where, "未写明杂凑算法 it does not state its algorithm")
                members = TRAIL_LINES[item["format"]]
                checkpoint = open_checkpoint(item["checkpoint"], log_key, witness_keys, known)
                check_algorithm(item, checkpoint)
                seen.size = checkpoint.size
                continue
            _only(item, members, where)
            content = decoded(item["content"], where)
            path = [decoded(sibling, where) for sibling in item["proof"]]
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as problem:
            raise Fault("MALFORMED", where, "格式不符 not a line of an audit trail") from problem
        if checkpoint is None:
            raise Fault("MALFORMED", where, "首行应为检查点 the first line is the checkpoint")
        entry = parse_entry(content, where)
        if root_from(checkpoint.algorithm, content, entry.position - 1, checkpoint.size, path) != checkpoint.root:
            raise Fault("NOT_IN_LOG", f"{where} {entry.where}", "该条目不在日志中，或已被更改 not an entry of this log, or changed")
        _shows(entry, item, f"{where} {entry.where}")
        seen.stated += not item.keys().isdisjoint(("sentence", "stated"))
        if entry.position <= before:
            raise Fault("ORDER_WRONG", where, "未按日志顺序排列 not in the order of the log")
        seen.gapless = seen.gapless and entry.position == before + 1
        if seen.gapless:
            last = versions.get(entry.stream, -1 if entry.version == 0 else 0)  # an application of the library counts from 0
            if entry.version != last + 1:
                raise Fault("ORDER_WRONG", f"{where} {entry.where}", "流版本不连续 a second history, or a gap in one")
            versions[entry.stream] = entry.version
        before = entry.position
        seen.entries += 1
        yield entry
    if checkpoint is None:
        raise Fault("MALFORMED", "line 1", "文件为空 the file is empty")


def _once(members: Sequence[tuple[str, Any]]) -> Data:
    """A JSON object whose names are each given once: of two, readers do not agree which counts."""
    found = dict(members)
    if len(found) != len(members):
        raise ValueError("a name is given twice")
    return found


def _only(item: Data, members: set[str], where: str) -> None:
    """Refuse what does not belong into a line: nothing proves it, and a reader may believe it."""
    if members and (odd := sorted(item.keys() - members)):
        raise Fault("MALFORMED", f"{where} {odd[0]}", "多余的内容 a member that does not belong here")


def _shows(entry: Entry, item: Data, where: str) -> None:
    """What a line shows of its entry as plain data is what the proved bytes say; a line may show nothing."""
    if "entry" not in item:
        return
    names = ("position", "at", "version", "type", "actor", "role", "organisation", "reason", "data")
    found = {name: getattr(entry, name) for name in names} | {"subject": entry.stream}
    shown = item["entry"] if isinstance(item["entry"], dict) else {}
    for name in sorted(found.keys() | shown.keys()):
        if not _alike(shown, found, name):
            said = "所示内容与已证条目不符 the line shows another entry than the one proved"
            raise Fault("ENTRY_DIFFERS", f"{where} entry.{name}", said)


# The program


def _legible(known: str) -> None:
    """Refuse a checkpoint that was kept and is not one any more; that is nobody's forgery."""
    try:
        parse_note(known)
    except Fault as fault:
        raise OSError(fault.says) from fault


def _lines(file: Path) -> Iterator[bytes]:
    """The lines of a trail as they were written, however they were carried."""
    with file.open("rb") as lines:
        begin = lines.read(4)
        lines.seek(0)
        wide = next((name for mark, name in MARKS if begin.startswith(mark)), None)
        if wide is None and b"\0" in begin:
            wide = "utf-16-le" if begin[1:2] == b"\0" else "utf-16-be"
        if wide is None:
            ends = (line for raw in lines for line in raw.split(b"\r"))  # one that is only CR has no line end for Python
            yield from (carried(line) for line in ends if line.strip(b"\n \x1a"))
            return
    with file.open(encoding=wide, errors="replace") as text:
        yield from (line.encode() for line in text if line.strip("\n \x1a"))


def _text_or_file(value: str) -> str:
    """A key as given, or from the file that the value names."""
    return (value if "+" in value else carried(Path(value).read_bytes()).decode()).strip().strip("\ufeff")


def _extract(content: bytes, folder: Path) -> None:
    """Write proofs and files out for generic tools; nothing of the dossier names a path."""
    dossier = json.loads(content)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "checkpoint.txt").write_text(dossier["checkpoint"], "utf-8")
    for number, item in enumerate(dossier["entries"], 1):
        (folder / f"{number:04d}.entry").write_bytes(base64.b64decode(item["content"]))
        (folder / f"{number:04d}.tlog-proof").write_text(item["proof"], "utf-8")
    for digest, text in dossier["files"].items():
        (folder / digest).write_bytes(base64.b64decode(text))


def main(arguments: Sequence[str] | None = None) -> int:
    """Check one file: 0 it holds, 1 it does not, 2 it could not be read, or whoever read the answer went away before its end."""
    try:
        status = _checked(arguments)
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # what is left to be written goes nowhere, without a word
        return 2
    return status


def _checked(arguments: Sequence[str] | None) -> int:
    parser = argparse.ArgumentParser(description="核验卷宗或审计轨迹 check a dossier, or an exported audit trail (.jsonl)")
    parser.add_argument("file", type=Path, help="卷宗 the dossier, or an audit trail")
    says = "日志公钥或其文件，换过密钥的可给出多个 verifier key of the log, or a file with one a line; several where it was changed"
    parser.add_argument("--log-key", action="append", required=True, help=says)
    parser.add_argument("--witness-key", action="append", default=[], help="必须见证的公钥 of a witness that must have signed")
    parser.add_argument("--known", type=Path, help="此前所持检查点 a checkpoint that you hold from before")
    parser.add_argument("--extract", type=Path, help="导出目录 write proofs and files into this folder, for other tools")
    parser.add_argument("--json", action="store_true", help="输出 JSON print the verdict as one JSON object")
    given = parser.parse_args(arguments)
    out, err = sys.stdout.write, sys.stderr.write
    try:
        log_key = [line for key in given.log_key for line in _text_or_file(key).splitlines()]
        witnesses = [_text_or_file(key) for key in given.witness_key]
        known = carried(given.known.read_bytes()).decode() if given.known else None
        if known is not None:
            _legible(known)
        if given.file.suffix == ".jsonl":
            seen = Seen()
            for _ in verify_trail(_lines(given.file), log_key, witnesses, known, seen):
                pass
            if given.json:
                told = {"holds": True, "entries": seen.entries, "size": seen.size, "whole": seen.whole, "stated": seen.stated}
                out(json.dumps(told) + "\n")
                return 0
            out(f"核验通过 holds: {seen.entries} 条 entries\n")
            if seen.whole:
                out("即日志的全部条目 these are all entries of the log, one history of each stream\n")
            else:
                said = "NOT ALL of the log: what was not asked for and what was taken out look alike"
                out(f"日志共 {seen.size} 条，其余未示 {said}\n")
            if seen.stated:
                said = "sentences are the server's words, stated and not proved"
                out(f"其中 {seen.stated} 条附有语句：为服务器所写，未经证明 {said}\n")
            return 0
        content = given.file.read_bytes()
    except BrokenPipeError:
        raise
    except FileNotFoundError as missing:
        err(f"没有这个文件 no such file: {missing.filename}\n")
        return 2
    except (OSError, UnicodeDecodeError) as problem:
        err(f"无法读取，或在传送中受损 cannot read, or damaged on its way: {problem}\n")
        return 2
    except Fault as fault:
        err(f"核验不通过 does not hold: {fault}\n")
        if given.json:
            out(json.dumps({"holds": False, "faults": [str(fault)]}) + "\n")
        return 1
    verdict = verify(content, log_key, witnesses, known)
    for found in verdict.faults:
        err(f"核验不通过 does not hold: {found}\n")
    if given.json:
        out(json.dumps(_as_data(verdict)) + "\n")
    if not verdict.holds:
        return 1
    if given.extract:
        _extract(carried(content), given.extract)
    if given.json:
        return 0
    out(f"核验通过 holds, in a log of {verdict.size} entries\n")
    for name, at in verdict.witnessed.items():
        out(f"见证 witnessed by {name} at {at.isoformat()}\n")
    out("重新推算的结果 worked out again:\n" + _shown(verdict.result) + "\n")
    out(f"截至最后一条 as of its last entry: {verdict.as_of.isoformat()}\n")
    if not verdict.final:
        said = "此后可能还有条目，本文件无法排除 what came after may have been left out; ask for the newest"
        out(f"{NOT_FINAL[verdict.kind]}: {said}\n")
    said = "what was stated later may have been left out, of a final diagnosis too"
    for stream, (number, at) in verdict.last_statements.items():
        out(f"{_printable(stream)} 截至其第 {number} 条陈述 as of its statement {number}, {at.isoformat()}\n")
    if verdict.complete:
        out("至该时刻为止的陈述俱在，由日志签署 up to that moment there is no other, which the log signed\n")
    else:
        out(f"此后是否另有陈述，本文件不能证明 this file cannot show that they are the last: {said}\n")
    out("未经证明、仅为所述 stated, not proved: " + _shown(verdict.stated) + "\n")
    return 0


def _as_data(verdict: Verdict) -> Data:
    """A verdict for programs; what no proof covers stays apart under `stated`."""
    if not verdict.holds:
        return {"holds": False, "faults": [str(fault) for fault in verdict.faults]}
    return {
        "holds": True,
        "size": verdict.size,
        "witnessed": {name: at.isoformat() for name, at in verdict.witnessed.items()},
        "result": verdict.result,
        "asOf": verdict.as_of.isoformat(),
        "final": verdict.final,
        "complete": verdict.complete,
        "lastStatements": {name: [number, at.isoformat()] for name, (number, at) in verdict.last_statements.items()},
        "stated": verdict.stated,
    }


if __name__ == "__main__":
    sys.exit(main())
