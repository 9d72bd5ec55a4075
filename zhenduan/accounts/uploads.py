"""Uploads 上传: a signed ticket, the bytes, and the record that one organisation has sent them. plan P1, P5.

A hash opens nothing by itself: only the organisation that sent a file may cite it in a command. Archives are not taken
as evidence: what a reviewer cannot open and look at proves nothing, and nobody here unpacks strangers' archives.
"""

import base64
import hmac
import secrets
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

import orjson
from sqlalchemy import BigInteger, Column, Connection, MetaData, String, Table, delete, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError

from api.kit.ports import Ticket, Upload, UploadKind
from domain.access import Role, head_of
from domain.command_rights import not_allowed
from domain.events import COMMANDS
from domain.instants import microseconds
from domain.kernel import Rule
from interop.foreign_files import ForeignFiles
from isolation import preload
from journal import Caller
from journal.blobs import Blobs
from journal.secrets.vault import SCHEMA, Vault, derived
from zhenduan.accounts.file_types import FileType, Problem, cleaned, framed_problem, type_of

META = MetaData(schema=SCHEMA)
USED_TICKETS = Table(
    "used_upload_tickets",
    META,
    Column("id", String, primary_key=True),
    Column("expires_at", BigInteger, nullable=False),
)
UPLOADS = Table(
    "uploads",
    META,
    Column("role", String, primary_key=True),
    Column("organisation", String, primary_key=True),
    Column("sha256", String, primary_key=True),
    Column("filename", String, nullable=False),
    Column("media_type", String, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("received_at", BigInteger, nullable=False),
)

UNCITED = Table(
    "uncited_files",
    META,
    Column("sha256", String, primary_key=True),
    Column("since", BigInteger, nullable=False),
)
"""Files that no unit may cite: those being taken in, and those that were cited by nobody in time (`uncited_uploads`)."""

CONTENTS = "zhenduan.accounts.file_contents"
"""The module that follows the structure of what was sent; it is loaded in processes apart and nowhere else."""
preload(CONTENTS)
MIB = 1024 * 1024
KINDS: dict[UploadKind, tuple[int, frozenset[str], str]] = {
    UploadKind.EVIDENCE: (20 * MIB, frozenset({"pdf", "png", "jpg", "jpeg", "xlsx", "docx", "csv", "txt"}), "AttachEvidence"),
    UploadKind.ROSTER: (10 * MIB, frozenset({"xlsx", "csv"}), "ImportRoster"),
    UploadKind.WORKBOOK: (10 * MIB, frozenset({"xlsx"}), "TakeInWorkbook"),
    UploadKind.SUBMISSION: (10 * MIB, frozenset({"json", "csv"}), "TakeInSubmission"),
    UploadKind.RESULTS: (10 * MIB, frozenset({"xlsx", "csv", "json"}), "SendResultBatch"),
}
"""What an upload is for -> bytes at most, file name endings taken, and the command that will cite it."""
TICKET_LIFETIME = timedelta(minutes=15)
A_DAY = timedelta(hours=24)
MOST_OF_A_DAY = 2_048 * MIB
"""Bytes that one unit sends within `A_DAY`: a hundred of the largest files. Else one login fills the disk for the whole city."""
LONGEST_NAME = 200

# Rules

UPLOAD_NAME_UNUSABLE = Rule(
    "UPLOAD_NAME_UNUSABLE",
    "plan P5",
    "文件名为空或超过 {most} 个字符",
    "The file name is empty or longer than {most} characters",
)
UPLOAD_TYPE_REFUSED = Rule(
    "UPLOAD_TYPE_REFUSED",
    "plan P5",
    "不接受该类型的文件；可上传：{accepted}",
    "Files of this type are not taken; taken are: {accepted}",
)
UPLOAD_TICKET_INVALID = Rule(
    "UPLOAD_TICKET_INVALID", "plan P5", "上传凭证无效或已过期", "The upload ticket is invalid or has expired"
)
UPLOAD_TICKET_USED = Rule("UPLOAD_TICKET_USED", "plan P5", "上传凭证已使用", "The upload ticket was used already")
UPLOAD_EMPTY = Rule("UPLOAD_EMPTY", "plan P5", "文件为空", "The file is empty")
UPLOAD_TOO_LARGE = Rule(
    "UPLOAD_TOO_LARGE", "plan P5", "文件超过 {mebibytes} MiB", "The file is larger than {mebibytes} MiB"
)
UPLOADS_TOO_MUCH = Rule(
    "UPLOADS_TOO_MUCH",
    "plan P5",
    "本单位 24 小时内上传的文件将超过 {mebibytes} MiB；请稍后再传，或合并、压缩材料",
    "What your unit sends within 24 hours would exceed {mebibytes} MiB; send it later, or put files together and reduce them",
)
UPLOAD_CONTENT_DIFFERS = Rule(
    "UPLOAD_CONTENT_DIFFERS",
    "plan P5",
    "文件内容与扩展名 .{ending} 不符：{says}",
    "The content does not fit the ending .{ending}: {says_in_english}",
)


class SignedUploads:
    """Uploads by signed ticket 凭证上传; `api.kit.services.Uploads` is what requests see of it.

    The ticket itself says who may send what until when, so a replica that never issued it can receive the bytes.

    acts_now: whether somebody still acts in a role for an organisation; a ticket ends with that.
    """

    def __init__(
        self,
        vault: Vault,
        blobs: Blobs,
        secret: bytes,
        clock: Callable[[], datetime],
        foreign: ForeignFiles | None = None,
        acts_now: Callable[[str, str, str], bool] = lambda _actor, _role, _organisation: True,
    ) -> None:
        self._vault = vault
        self._blobs = blobs
        self._key = derived(secret, "sign upload tickets")
        self._clock = clock
        self._foreign = foreign or ForeignFiles()
        self._acts_now = acts_now
        vault.create(META)

    def ticket(self, caller: Caller, kind: UploadKind, filename: str) -> Ticket:
        """A permission for one upload 上传凭证, for the caller's organisation.

        Raises:
            Refused: ROLE_NOT_ALLOWED, UPLOAD_NAME_UNUSABLE, UPLOAD_TYPE_REFUSED.
        """
        _, revocations, command = KINDS[kind]
        if caller.role not in COMMANDS[command]:
            raise not_allowed(COMMANDS[command], caller.role)
        name = cleaned(filename)
        if not 0 < len(name) <= LONGEST_NAME:
            raise UPLOAD_NAME_UNUSABLE.refuse(most=LONGEST_NAME)
        _accepted(name, revocations)
        expires_at = self._clock() + TICKET_LIFETIME
        unit = (_unit_role(caller), caller.organisation)
        claims = [secrets.token_hex(16), kind, *unit, name, microseconds(expires_at), caller.actor, caller.role]
        body = orjson.dumps(claims)
        signed = base64.urlsafe_b64encode(self._signature(body) + body).rstrip(b"=").decode()
        return Ticket(f"/uploads/{signed}", expires_at)

    def _signature(self, body: bytes) -> bytes:
        return hmac.new(self._key, body, sha256).digest()

    def _claims(self, ticket: str) -> tuple[str, str, str, str, str, int, str, str] | None:
        """(id, kind, role of the unit, organisation, file name, expiry, actor, role of the actor) that a ticket in force states."""
        try:
            raw = base64.urlsafe_b64decode(ticket.encode("ascii") + b"=" * (-len(ticket) % 4))
        except ValueError:
            return None
        signature, body = raw[:32], raw[32:]
        if not hmac.compare_digest(signature, self._signature(body)):
            return None
        identity, kind, role, organisation, name, expires_at, actor, acting = orjson.loads(body)
        if expires_at <= microseconds(self._clock()):
            return None
        return identity, kind, role, organisation, name, expires_at, actor, acting

    def limit(self, ticket: str) -> int:
        """Bytes a ticket may bring at most 大小上限; 0 when it is not in force."""
        claims = self._claims(ticket)
        return KINDS[UploadKind(claims[1])][0] if claims is not None else 0

    def holder(self, ticket: str) -> str:
        """Whose ticket it is 凭证所属: role and organisation; empty when it is not in force."""
        claims = self._claims(ticket)
        return f"{claims[2]}/{claims[3]}" if claims is not None else ""

    def receive(self, ticket: str, data: bytes) -> Upload:
        """Check and keep the bytes of a ticket 接收文件. A refused transfer leaves the ticket in force.

        Raises:
            Refused: UPLOAD_TICKET_INVALID, UPLOAD_TICKET_USED, UPLOAD_EMPTY, UPLOAD_TOO_LARGE, UPLOADS_TOO_MUCH,
                UPLOAD_CONTENT_DIFFERS, FILE_TOO_COSTLY, WORK_BUSY, WORK_SHARE_USED.
        """
        claims = self._claims(ticket)
        if claims is None:
            raise UPLOAD_TICKET_INVALID.refuse()
        identity, kind, role, organisation, name, expires_at, actor, acting = claims
        if not self._acts_now(actor, acting, organisation):
            raise UPLOAD_TICKET_INVALID.refuse()
        with self._vault.reading() as connection:
            if connection.execute(select(USED_TICKETS.c.id).where(USED_TICKETS.c.id == identity)).first() is not None:
                raise UPLOAD_TICKET_USED.refuse()
        largest, revocations, _ = KINDS[UploadKind(kind)]
        if not data:
            raise UPLOAD_EMPTY.refuse()
        if len(data) > largest:
            raise UPLOAD_TOO_LARGE.refuse(mebibytes=largest // MIB)
        file_type = _accepted(name, revocations)
        if (problem := self._problem(file_type, data, f"{role}/{organisation}")) is not None:
            says, says_in_english = problem
            raise UPLOAD_CONTENT_DIFFERS.refuse(ending=file_type.ending, says=says, says_in_english=says_in_english)
        now = microseconds(self._clock())
        upload = Upload(sha256=sha256(data).hexdigest(), filename=name, media_type=file_type.media_type, size=len(data))
        row = {
            "role": role,
            "organisation": organisation,
            "sha256": upload.sha256,
            "filename": name,
            "media_type": upload.media_type,
            "size": upload.size,
            "received_at": now,
        }
        self._take_ticket(identity, expires_at, row)
        try:
            self._blobs.put(data)
        except BaseException:
            with self._vault.writing() as connection:
                connection.execute(delete(USED_TICKETS).where(USED_TICKETS.c.id == identity))
            raise
        with self._vault.writing() as connection:
            again = ("filename", "media_type", "size", "received_at")
            upsert(connection, UPLOADS, row, ("role", "organisation", "sha256"), again)
            connection.execute(delete(UNCITED).where(UNCITED.c.sha256 == upload.sha256))
        return upload

    def _take_ticket(self, identity: str, expires_at: int, row: Mapping[str, Any]) -> None:
        """Use a ticket up before its bytes are kept, and write down that a file is coming: what nothing names later is found so.

        Raises:
            Refused: UPLOAD_TICKET_USED: it was sent twice at once, and one of them wins; UPLOADS_TOO_MUCH.
        """
        now = row["received_at"]
        try:
            with self._vault.writing() as connection:
                connection.execute(delete(USED_TICKETS).where(USED_TICKETS.c.expires_at <= now))
                connection.execute(USED_TICKETS.insert().values(id=identity, expires_at=expires_at))
                if self._sent_of_late(connection, row) + row["size"] > MOST_OF_A_DAY:
                    raise UPLOADS_TOO_MUCH.refuse(mebibytes=MOST_OF_A_DAY // MIB)
                upsert(connection, UNCITED, {"sha256": row["sha256"], "since": now}, ("sha256",), ("since",))
        except IntegrityError:
            raise UPLOAD_TICKET_USED.refuse() from None

    def _sent_of_late(self, connection: Connection, row: Mapping[str, Any]) -> int:
        """Bytes that a unit has sent within a day, in files other than that of a row."""
        mine = (UPLOADS.c.role == row["role"]) & (UPLOADS.c.organisation == row["organisation"])
        late = UPLOADS.c.received_at > microseconds(self._clock() - A_DAY)
        others = select(func.coalesce(func.sum(UPLOADS.c.size), 0)).where(mine, late, UPLOADS.c.sha256 != row["sha256"])
        return int(connection.execute(others).scalar_one())

    def _problem(self, file_type: FileType, data: bytes, holder: str) -> Problem | None:
        """What is wrong with the bytes; where their structure has to be followed to tell, in a process of its own."""
        if not file_type.structured:
            return framed_problem(file_type, data)
        said = orjson.loads(self._foreign.read(f"{CONTENTS}:problem_bytes", file_type.ending, data, holder=holder))
        return None if said is None else (str(said[0]), str(said[1]))

    def find(self, caller: Caller, sha256: str) -> Upload | None:
        """A file that this caller's organisation has sent 本组织上传的文件; None for anyone else's, and for one that is gone."""
        mine = (UPLOADS.c.role == _unit_role(caller)) & (UPLOADS.c.organisation == caller.organisation)
        with self._vault.reading() as connection:
            row = connection.execute(select(UPLOADS).where(mine, UPLOADS.c.sha256 == sha256)).one_or_none()
        if row is None or self._blobs.size(row.sha256) is None:
            return None
        return Upload(row.sha256, row.filename, row.media_type, row.size)


def upsert(connection: Connection, table: Table, row: Mapping[str, Any], keys: Sequence[str], changed: Sequence[str]) -> None:
    """Write a row, or where its keys are there already what has changed of it."""
    insert = (sqlite if connection.dialect.name == "sqlite" else postgresql).insert(table)
    again = {name: insert.excluded[name] for name in changed}
    connection.execute(insert.values(row).on_conflict_do_update(index_elements=list(keys), set_=again))


def _unit_role(caller: Caller) -> str:
    """Role that stands for the caller's unit: a file that one person of a unit sent is the whole unit's."""
    return head_of(Role(caller.role)).value


def _accepted(name: str, revocations: frozenset[str]) -> FileType:
    found = type_of(name)
    if found is None or found.ending not in revocations:
        raise UPLOAD_TYPE_REFUSED.refuse(accepted="、".join(sorted(revocations)))
    return found
