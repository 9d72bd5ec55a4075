"""Verifier of dossiers 卷宗核验程序: one file, standard library and `cryptography` only, for an auditor who trusts nobody.

    python verify_dossier.py FILE --log-key KEY [--witness-key KEY …] [--known CHECKPOINT] [--extract FOLDER]

It needs no server, no database and none of our other code; copy it anywhere. It holds its own copy of every rule it
checks, so that a mistake in ours does not excuse itself. Read it in this order: `verify` (the four steps), then each step:
1. The file: canonical JSON, nothing in it twice, its own digest.
2. The checkpoint: a C2SP signed note, signed by the log and co-signed by the witnesses whose keys you brought.
3. The entries: each one's bytes are a leaf of the log (RFC 6962; SM3 where the log's name ends in "/sm3") at the place that
   the entry itself states.
4. The decision: exactly the entries it rests on, and the same result when it is worked out again from the answers by the
   published standard. Only bytes that step 3 has proved are looked at here.
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
import os
import re
import struct
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

FORMAT = "zhenduan.dossier.v2"
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
    as_of: time of the last entry; the result is that of this moment. final: nothing may follow it.
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
        complete = dossier["format"] == FORMAT
        if complete:
            check_heads(dossier["heads"], log_key, entries)
        as_of = EPOCH + timedelta(microseconds=entries[-1].at)
    except Fault as fault:
        return Verdict((fault,))
    except (KeyError, TypeError, ValueError, AttributeError, IndexError, ArithmeticError, RecursionError) as problem:
        said = f"格式不符 the content is not shaped as it must be: {type(problem).__name__} {problem}"
        return Verdict((Fault("MALFORMED", "dossier", said),))
    stated = {"rules": dossier["rules"]}
    final = result["status"] in FINAL
    last = last_statements(entries)
    return Verdict((), result, stated, checkpoint.size, checkpoint.witnessed, as_of, final, last, complete)


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
    if not isinstance(dossier, dict) or dossier.get("format") not in (FORMAT, OLDER_FORMAT):
        raise Fault("FORMAT_UNKNOWN", "format", f"不是 {FORMAT} 卷宗 not a dossier of this format")
    members = MEMBERS | ({"heads": str} if dossier["format"] == FORMAT else {})
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
    "answers_saved": ("enterprise filler department_filler", "open"),
    "truth_pledged": ("enterprise confirmer", "open"),
    "self_assessment_submitted": ("enterprise filler confirmer", "open"),
    "accepted": ("provider", "submitted"),
    "evidence_attached": (
        "enterprise filler department_filler provider diagnostician",
        "open submitted accepted scored objected",
    ),
    "site_visit_recorded": ("provider diagnostician", "accepted scored"),
    "answers_verified": ("provider diagnostician", "accepted scored"),
    "expert_review_recorded": ("city reader", "accepted scored"),
    "scored": ("provider diagnostician", "accepted scored"),
    "report_issued": ("provider reviewer", "scored"),
    "report_confirmed": ("enterprise confirmer", "issued"),
    "report_objected_to": ("enterprise confirmer", "issued"),
    "objections_answered": ("provider diagnostician reviewer", "objected"),
    "withdrawn": ("city district", "open submitted accepted scored issued objected"),
}
"""Step of a diagnosis -> the roles that may record it, and the statuses in which. A firm's roles act for the firm of the
diagnosis, a provider's for the provider named last; the others judge the work of neither."""
SHAPES: Mapping[str, str] = {"opened": "v1 v2"}
"""Step -> the published shapes of it; of every other step there is one."""
FINAL = frozenset({"confirmed", "withdrawn"})
"""Statuses in which no step may follow."""


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


DECISIONS: Mapping[str, Callable[[Data, Sequence[Entry]], Data]] = {"grade": grade}
"""Kind of decision -> how it is worked out again from its entries."""


def decided(dossier: Data, entries: Sequence[Entry]) -> Data:
    """The result of the decision that the dossier is about."""
    if dossier["kind"] not in DECISIONS:
        raise Fault("KIND_UNKNOWN", "kind", "不认识该类决定 this verifier knows no such kind of decision")
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
        out("诊断尚未终结 NOT FINAL: 此后可能还有条目，本文件无法排除 what came after may have been left out; ask for the newest\n")
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
