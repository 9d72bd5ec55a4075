"""Dossier 卷宗: one file with exactly the entries that a decision rests on, each proved to be in the log. plan P5.

What it holds is checked, and the result worked out again, by interop/proof/verify_dossier.py, which shares no line with this file.
`algorithm` is the tree's, as the name of the log binds it; the digests of the dossier, its files and the rules are SHA-256 always.
"""

import base64
import json
from collections.abc import Mapping, Sequence
from functools import cache
from hashlib import sha256
from importlib.metadata import version
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Protocol

from domain.diagnosis.case import DIAGNOSES
from domain.diagnosis.evidence import EvidenceAttached
from domain.diagnosis.opening import DiagnosisOpened
from domain.diagnosis.provider import DiagnosisAccepted, ProviderAssigned
from domain.diagnosis.report import ReportConfirmed, ReportIssued
from domain.diagnosis.scoring import DiagnosisScored
from domain.diagnosis.state import Diagnosis
from domain.kernel import NOT_FOUND, Rule, fold, key_of, kind_of
from domain.participants.enterprises import ENTERPRISES, Firm, enterprise_stream
from domain.participants.organisations import organisation_stream
from domain.standard.editions import edition_stream
from interop.proof.decision_kinds import NOTHING_DECIDED, Data, DecisionKind
from interop.proof.provider_dossiers import OF_PROVIDERS
from journal import Entry, Journal, decode
from journal.codec import folded
from journal.entries import canonical
from journal.transparency.checkpoints import Checkpoint
from journal.transparency.proof_files import ProofFile
from journal.transparency.signed_notes import Note
from journal.transparency.subtrees import Subtrees
from journal.transparency.transparency_log import NotSigned, TransparencyLog

FORMAT = "zhenduan.dossier.v2"
FORMAT_ON_FILE = "zhenduan.dossier.v3"
"""With a member of its own for what of the rules stands in no entry."""
HEADS_FORMAT = "zhenduan.stream-heads.v1"
FILES_TOO_LARGE = Rule(
    "FILES_TOO_LARGE",
    "plan P5",
    "所引文件合计超过 {mebibytes} MiB，请不带文件制作卷宗，再按散列逐个下载",
    "The files cited are larger than {mebibytes} MiB together; take the dossier without them, and each by its hash",
)
MIB = 1024 * 1024


class Files(Protocol):
    """Where evidence and reports are kept by their hash 文件库."""

    def get(self, digest: str) -> bytes | None:
        """The bytes of a hash; None when they are not kept here."""

    def size(self, digest: str) -> int | None:
        """How many bytes a hash has; None when they are not kept here."""


def grade_causes(journal: Journal, subject: str, _jobs: Sequence[str]) -> Mapping[str, Sequence[Entry]]:
    """What a grade rests on 等级依据: the diagnosis as it stands, its edition, and firm and providers as they stood then.

    Raises:
        Refused: NOT_FOUND, NOTHING_DECIDED (plan P5).
    """
    case = journal.read(subject)
    if not case or kind_of(subject) != DIAGNOSES.name:
        raise NOT_FOUND.refuse()
    events = [decode(DIAGNOSES, entry.type, entry.state) for entry in case]
    opened = events[0]
    assert isinstance(opened, DiagnosisOpened)  # noqa: S101 - every history begins so
    if not any(isinstance(event, DiagnosisScored) for event in events):
        raise NOTHING_DECIDED.refuse()
    providers = dict.fromkeys(
        event.provider
        for event in events
        if isinstance(event, DiagnosisOpened | ProviderAssigned | DiagnosisAccepted) and event.provider
    )
    streams = [
        edition_stream(opened.edition),
        enterprise_stream(opened.enterprise),
        *map(organisation_stream, providers),
    ]
    last = case[-1].position
    read = {name: [e for e in history if e.position <= last] for name, history in journal.read_many(streams).items()}
    read[streams[0]] = read[streams[0]][:1]  # the pinned text; from when it applied is no part of what a grade rests on
    return {subject: case, **read}


def grade_result(causes: Mapping[str, Sequence[Entry]], subject: str) -> Data:
    """The grade with what it was issued on 等级结果: scores, reports and evidence by hash."""
    events = [decode(DIAGNOSES, entry.type, entry.state) for entry in causes[subject]]
    case = fold(DIAGNOSES.evolve, events)
    scored = [event for event in events if isinstance(event, DiagnosisScored)][-1]
    assert isinstance(case, Diagnosis)  # noqa: S101 - its causes hold a scoring
    stated = causes[enterprise_stream(case.enterprise)]
    firm: Firm | None = folded(ENTERPRISES, stated)
    assert firm is not None  # noqa: S101 - a diagnosis is opened of a firm on the roster
    return {
        "diagnosis": key_of(subject),
        "enterprise": case.enterprise,
        "uscc": firm.uscc,
        "name": firm.name,
        "campaign": case.campaign,
        "purpose": case.purpose.value,
        "form": case.form.value,
        "edition": case.edition,
        "edition_digest": case.edition_digest,
        "provider": case.provider,
        "status": case.status.value,
        "version": case.version,
        "self_total": str(scored.self_measured.total),
        "verified_total": str(scored.verified.total),
        "measured_grade": scored.verified.grade,
        "grade": scored.issued.grade,
        "level": scored.issued.level,
        "grade_name": scored.issued.grade_name,
        "level_name": scored.issued.level_name,
        "reports": [
            {
                "version": event.version,
                "kind": "issued" if isinstance(event, ReportIssued) else "confirmed",
                "sha256": event.file.pdf,
            }
            for event in events
            if isinstance(event, ReportIssued | ReportConfirmed)
        ],
        "evidence": [
            event.model_dump(mode="json", include={"sha256", "size", "media_type", "indicators"})
            for event in events
            if isinstance(event, EvidenceAttached)
        ],
    }


KINDS: Mapping[str, DecisionKind] = {"grade": DecisionKind(grade_causes, grade_result), **OF_PROVIDERS}
"""Kind of decision -> what it rests on and what it says 决定类别表."""


def covering(log: TransparencyLog, position: int) -> tuple[Note, Checkpoint]:
    """A checkpoint over a position 所属检查点, one that a witness has co-signed where there is one, else signed now.

    Raises:
        SigningRefused: the journal is not what was signed before; nothing is handed out of such a journal.
    """
    try:
        note = log.covering(position)
    except NotSigned:
        note = log.checkpoint()
    if log.keys().signing.verifier.id not in {signature.key_id for signature in note.signatures}:
        note = log.checkpoint()  # by the key in force, which whoever verifies is told of now
    return note, Checkpoint.parse(note.text)


def heads_of(log: TransparencyLog, entries: Sequence[Entry]) -> Note:
    """How many entries each stream had as the last of these was written 各对象条目数, signed by the log.

    Whoever hands a dossier on can cut nothing off its end then. Editions aside: of one only the pinned text is in a dossier.
    """
    key = log.keys().signing
    last = {entry.stream: entry.version for entry in entries if kind_of(entry.stream) != "edition"}
    lines = [HEADS_FORMAT, key.name, str(entries[-1].position), *(f"{name} {last[name]}" for name in sorted(last))]
    text = "".join(f"{line}\n" for line in lines)
    return Note(text, (key.sign(text),))


def dossier(
    journal: Journal,
    log: TransparencyLog,
    subject: str,
    kind: str = "grade",
    kept: Files | None = None,
    *,
    jobs: Sequence[str] = (),
) -> bytes:
    """The dossier of a decision 制作卷宗: the same bytes whenever it is made over the same checkpoint.

    Args:
        journal: where the entries stand.
        log: gives the checkpoint and the proofs.
        subject: the stream the decision is about, such as "diagnosis/0b1c…".
        kind: which decision of it.
        kept: put the reports and the evidence in too, where they are kept; else their hashes alone.
        jobs: streams of the diagnoses that it is about, where the kind rests on some.

    Returns:
        JSON, keys sorted, two blanks a level: every byte of it is checked by the verifier.

    Raises:
        Refused: NOT_FOUND, NOTHING_DECIDED (plan P5).
        SigningRefused, Unprovable: the journal is not what was signed for.
    """
    with journal.snapshot():
        causes = KINDS[kind].causes(journal, subject, jobs)
    entries = sorted((entry for history in causes.values() for entry in history), key=lambda entry: entry.position)
    note, checkpoint = covering(log, entries[-1].position)
    result = KINDS[kind].result(causes, subject)
    made: Data = {
        "format": FORMAT_ON_FILE if kind in OF_PROVIDERS else FORMAT,
        "kind": kind,
        "subject": subject,
        "algorithm": checkpoint.digest.name,
        "checkpoint": str(note),
        "entries": [
            {
                "content": _base64(canonical(entry.position, entry.at, entry)),
                "proof": str(ProofFile(entry.position - 1, path_of(log.subtrees, entry, checkpoint), note)),
            }
            for entry in entries
        ],
        "heads": str(heads_of(log, entries)),
        "files": _files(result, kept),
        "result": result,
        "rules": dict(rules_version()),
    }
    if kind in OF_PROVIDERS:
        made["on_file"] = KINDS[kind].on_file(causes, subject)
    made["digest"] = sha256(_as_text(made)).hexdigest()
    return _as_text(made)


def with_files(content: bytes, kept: Files) -> bytes:
    """A dossier that holds hashes alone, with the reports and the evidence that are kept put in 附上文件: as `dossier` makes it.

    It takes memory several times over and a second of the processor for 60 MiB, so it is done in a process apart.
    """
    made = json.loads(content)
    del made["digest"]
    made["files"] = _files(made["result"], kept)
    made["digest"] = sha256(_as_text(made)).hexdigest()
    return _as_text(made)


def streams_held(content: bytes) -> list[str]:
    """The streams whose histories a dossier holds 所附对象, by the heads that it states."""
    note = Note.parse(json.loads(content)["heads"])
    return [line.rpartition(" ")[0] for line in note.text.splitlines()[3:]]


def require_size(content: bytes, kept: Files, largest: int) -> None:
    """Refuse a dossier whose reports and evidence have more bytes together than they may.

    Raises:
        Refused: FILES_TOO_LARGE (plan P5).
    """
    if sum(kept.size(digest) or 0 for digest in _cited(json.loads(content)["result"])) > largest:
        raise FILES_TOO_LARGE.refuse(mebibytes=largest // MIB)


def path_of(subtrees: Subtrees, entry: Entry, checkpoint: Checkpoint) -> tuple[bytes, ...]:
    """Audit path of an entry under a checkpoint 证明路径.

    Raises:
        Unprovable: the entry is not what was signed for.
    """
    leaf = checkpoint.digest.leaf(canonical(entry.position, entry.at, entry))
    return tuple(subtrees.inclusion(entry.position - 1, leaf, checkpoint.size, checkpoint.root))


def _cited(result: Data) -> list[str]:
    return sorted({item["sha256"] for part in ("reports", "evidence") for item in result.get(part, ())})


def _files(result: Data, kept: Files | None) -> dict[str, str]:
    found = {digest: kept.get(digest) for digest in _cited(result)} if kept is not None else {}
    return {digest: _base64(data) for digest, data in found.items() if data is not None}


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _as_text(made: Data) -> bytes:
    return (json.dumps(made, ensure_ascii=False, sort_keys=True, indent=2) + "\n").encode()


@cache
def rules_version() -> Mapping[str, str]:
    """Which rules are running 规则版本: the package's version, and a digest each of the standard's and the rules' files.

    A statement of the server, which no proof covers: the verifier does not rely on it but on its own copy of the rules.
    """
    return {"package": version("zhenduan"), "standards": _digest(files("standards")), "domain": _digest(files("domain"))}


def _digest(folder: Traversable) -> str:
    """SHA-256 over "path NUL hash of the bytes LF" of every source and data file, in order of path."""
    lines = sorted(
        f"{name}\0{sha256(file.read_bytes()).hexdigest()}\n" for name, file in _walk(folder, "") if name.endswith((".py", ".yaml"))
    )
    return sha256("".join(lines).encode()).hexdigest()


def _walk(folder: Traversable, prefix: str) -> list[tuple[str, Traversable]]:
    found: list[tuple[str, Traversable]] = []
    for inner in folder.iterdir():
        if inner.is_dir():
            found += _walk(inner, f"{prefix}{inner.name}/")
        else:
            found.append((prefix + inner.name, inner))
    return found
