"""Uploads 上传: a ticket is for one file of one organisation, and a file is what its name says. plan P1, P5."""

import base64
import zipfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from hashlib import sha256
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.kit.ports import Upload
from domain.access import Role
from domain.kernel import Refused
from journal import Caller
from journal.blobs import Blobs
from journal.secrets.vault import Vault, open_vault
from tests.small_city import CITY, FILLER, PROVIDER, STRANGER, caller
from zhenduan.accounts.file_contents import content_problem
from zhenduan.accounts.file_types import cleaned, type_of
from zhenduan.accounts.uploads import SignedUploads

SECRET = bytes(range(32))
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n" + b"\0\0\0\rIHDR" + b"\0\0\0\0IEND\xaeB`\x82"
AUDITOR = caller(Role.AUDITOR, "audit")


@dataclass
class Clock:
    now: datetime = field(default_factory=lambda: datetime(2024, 5, 1, tzinfo=UTC))

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def vault(url: str) -> Iterator[Vault]:
    opened = open_vault(url)
    yield opened
    opened.close()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def uploads(vault: Vault, tmp_path: Path, clock: Clock) -> SignedUploads:
    return SignedUploads(vault, Blobs(tmp_path / "blobs"), SECRET, clock)


def ticket(uploads: SignedUploads, who: Caller = FILLER, kind: str = "evidence", name: str = "规划.pdf") -> str:
    return uploads.ticket(who, kind, name).path.removeprefix("/uploads/")


def refusal(uploads: SignedUploads, held: str, data: bytes) -> str:
    with pytest.raises(Refused) as caught:
        uploads.receive(held, data)
    return caught.value.rule.code


def packed(*parts: str, size: int = 1) -> bytes:
    file = BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for part in parts:
            archive.writestr(part, b"\0" * size)
    return file.getvalue()


def workbook() -> bytes:
    file = BytesIO()
    openpyxl.Workbook().save(file)
    return file.getvalue()


def test_a_file_is_kept_by_its_hash_and_known_as_its_senders(
    uploads: SignedUploads, tmp_path: Path, clock: Clock
) -> None:
    issued = uploads.ticket(FILLER, "evidence", "数字化规划.pdf")
    assert issued.expires_at == clock.now + timedelta(minutes=15)
    received = uploads.receive(issued.path.removeprefix("/uploads/"), PDF)
    digest = sha256(PDF).hexdigest()
    assert received == Upload(digest, "数字化规划.pdf", "application/pdf", len(PDF))
    assert Blobs(tmp_path / "blobs").get(digest) == PDF
    assert uploads.find(FILLER, digest) == received


def test_a_hash_opens_nothing_for_those_who_did_not_send_the_file(uploads: SignedUploads) -> None:
    digest = uploads.receive(ticket(uploads), PDF).sha256
    assert uploads.find(STRANGER, digest) is None
    assert uploads.find(PROVIDER, digest) is None
    assert uploads.find(CITY, digest) is None
    assert uploads.find(FILLER, "0" * 64) is None
    theirs = uploads.receive(ticket(uploads, PROVIDER, name="现场.pdf"), PDF)
    assert uploads.find(PROVIDER, digest) == theirs
    mine = uploads.find(FILLER, digest)
    assert mine is not None
    assert mine.filename == "规划.pdf"


def test_a_colleague_may_attach_what_the_organisation_has_sent(uploads: SignedUploads) -> None:
    digest = uploads.receive(ticket(uploads), PDF).sha256
    colleague = Caller("another-person", FILLER.role, FILLER.organisation, FILLER.scope)
    assert uploads.find(colleague, digest) is not None


def test_a_ticket_is_used_once(uploads: SignedUploads) -> None:
    held = ticket(uploads)
    uploads.receive(held, PDF)
    assert refusal(uploads, held, PDF) == "UPLOAD_TICKET_USED"


def test_of_two_transfers_at_once_one_wins(uploads: SignedUploads, tmp_path: Path) -> None:
    held = ticket(uploads)

    def send(number: int) -> str:
        try:
            return uploads.receive(held, PDF + b"%" * number).sha256
        except Refused as refused:
            return refused.rule.code

    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(send, range(8)))
    assert answers.count("UPLOAD_TICKET_USED") == 7
    assert len([one for one in (tmp_path / "blobs").rglob("*") if one.is_file()]) == 1  # nothing lies that nobody is counted for


def test_a_transfer_that_was_refused_may_be_repeated(uploads: SignedUploads) -> None:
    held = ticket(uploads)
    assert refusal(uploads, held, PDF[:20]) == "UPLOAD_CONTENT_DIFFERS"
    assert uploads.receive(held, PDF).size == len(PDF)


def test_a_ticket_expires_and_its_use_is_forgotten_no_sooner(uploads: SignedUploads, clock: Clock) -> None:
    held, other = ticket(uploads), ticket(uploads)
    uploads.receive(held, PDF)
    clock.now += timedelta(minutes=14)
    uploads.receive(ticket(uploads), PDF)
    assert refusal(uploads, held, PDF) == "UPLOAD_TICKET_USED"
    clock.now += timedelta(minutes=1)
    assert uploads.limit(other) == 0
    assert refusal(uploads, other, PDF) == "UPLOAD_TICKET_INVALID"
    assert refusal(uploads, held, PDF) == "UPLOAD_TICKET_INVALID"


def test_another_replica_with_the_same_secret_receives_and_one_with_another_does_not(
    uploads: SignedUploads, vault: Vault, tmp_path: Path, clock: Clock
) -> None:
    held = ticket(uploads)
    stranger = SignedUploads(vault, Blobs(tmp_path / "blobs"), bytes(32), clock)
    replica = SignedUploads(vault, Blobs(tmp_path / "blobs"), SECRET, clock)
    assert refusal(stranger, held, PDF) == "UPLOAD_TICKET_INVALID"
    replica.receive(held, PDF)
    assert refusal(uploads, held, PDF) == "UPLOAD_TICKET_USED"


@settings(max_examples=60)
@given(at=st.integers(0, 10_000), bit=st.integers(0, 7))
def test_a_ticket_with_any_bit_changed_is_invalid(uploads: SignedUploads, at: int, bit: int) -> None:
    held = ticket(uploads)
    raw = bytearray(base64.urlsafe_b64decode(held + "=" * (-len(held) % 4)))
    raw[at % len(raw)] ^= 1 << bit
    forged = base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
    assert uploads.limit(forged) == 0
    assert refusal(uploads, forged, PDF) == "UPLOAD_TICKET_INVALID"


@pytest.mark.parametrize("nonsense", ["", "x", "..", "规划", "\ud800", "A" * 200])
def test_what_is_no_ticket_is_invalid(uploads: SignedUploads, nonsense: str) -> None:
    assert uploads.limit(nonsense) == 0
    assert refusal(uploads, nonsense, PDF) == "UPLOAD_TICKET_INVALID"


def test_sizes_are_limited_by_kind(uploads: SignedUploads) -> None:
    evidence, roster = ticket(uploads), ticket(uploads, CITY, "roster", "名单.csv")
    assert (uploads.limit(evidence), uploads.limit(roster)) == (20 * 2**20, 10 * 2**20)
    assert refusal(uploads, evidence, b"") == "UPLOAD_EMPTY"
    assert refusal(uploads, roster, b"x" * (10 * 2**20 + 1)) == "UPLOAD_TOO_LARGE"
    assert uploads.receive(roster, b"x" * 10 * 2**20).size == 10 * 2**20


@pytest.mark.parametrize(
    ("who", "kind", "name", "code"),
    [
        (FILLER, "evidence", "规划.exe", "UPLOAD_TYPE_REFUSED"),
        (FILLER, "evidence", "证据.zip", "UPLOAD_TYPE_REFUSED"),
        (FILLER, "evidence", "表.xlsm", "UPLOAD_TYPE_REFUSED"),
        (FILLER, "evidence", "pdf", "UPLOAD_TYPE_REFUSED"),
        (CITY, "roster", "名单.pdf", "UPLOAD_TYPE_REFUSED"),
        (FILLER, "evidence", "", "UPLOAD_NAME_UNUSABLE"),
        (FILLER, "evidence", "目录/", "UPLOAD_NAME_UNUSABLE"),
        (FILLER, "evidence", "长" * 200 + ".pdf", "UPLOAD_NAME_UNUSABLE"),
        (FILLER, "roster", "名单.csv", "ROLE_NOT_ALLOWED"),
        (CITY, "evidence", "规划.pdf", "ROLE_NOT_ALLOWED"),
        (AUDITOR, "evidence", "规划.pdf", "ROLE_NOT_ALLOWED"),
    ],
)
def test_a_ticket_is_refused_with_its_reason(
    uploads: SignedUploads, who: Caller, kind: str, name: str, code: str
) -> None:
    with pytest.raises(Refused) as caught:
        uploads.ticket(who, kind, name)
    assert caught.value.rule.code == code
    assert caught.value.rule.clause.startswith("plan ")


SHEET = workbook()
LETTER = packed("[Content_Types].xml", "word/document.xml")
TRUE = [
    ("a.pdf", PDF),
    ("a.PDF", PDF),
    ("a.png", PNG),
    ("a.jpg", b"\xff\xd8\xff\xe0" + b"x" * 9),
    ("a.jpeg", b"\xff\xd8\xff\xe0" + b"x" * 9),
    ("a.xlsx", SHEET),
    ("a.docx", LETTER),
    ("a.csv", "企业,代码\n".encode("gb18030")),
    ("a.txt", "\ufeff说明\r\n".encode()),
]
FALSE = [
    ("a.pdf", PNG),
    ("a.pdf", PDF[:-8]),
    ("a.pdf", b"\n" + PDF),
    ("a.png", PNG[:-8]),
    ("a.jpg", PNG),
    ("a.png", b"<svg onload=alert(1)>"),
    ("a.xlsx", LETTER),
    ("a.docx", SHEET),
    ("a.xlsx", SHEET[:-30]),
    ("a.xlsx", b"PK\x03\x04"),
    ("a.xlsx", packed("[Content_Types].xml", "xl/workbook.xml", "xl/vbaProject.bin")),
    ("a.xlsx", partial(packed, "[Content_Types].xml", "xl/workbook.xml", size=150 * 2**20)),
    ("a.csv", b"MZ\0\0"),
    ("a.csv", SHEET),
    ("a.txt", b"\xff\xff\xff"),
]


@pytest.mark.parametrize(("name", "data"), TRUE)
def test_a_file_that_is_what_its_name_says_is_taken(uploads: SignedUploads, name: str, data: bytes) -> None:
    assert uploads.receive(ticket(uploads, name=name), data).size == len(data)


@pytest.mark.parametrize(("name", "data"), FALSE)
def test_a_file_that_is_not_what_its_name_says_is_refused(
    uploads: SignedUploads, name: str, data: bytes | Callable[[], bytes]
) -> None:
    data = data if isinstance(data, bytes) else data()  # what takes a second to make is made where it is sent
    assert refusal(uploads, ticket(uploads, name=name), data) == "UPLOAD_CONTENT_DIFFERS"
    assert uploads.find(FILLER, sha256(data).hexdigest()) is None


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("C:\\Users\\li\\规划.pdf", "规划.pdf"),
        ("../../etc/passwd", "passwd"),
        ("report-\u202efdp.exe", "report-fdp.exe"),
        ("a\0b\r\n.pdf", "ab.pdf"),
        ("  规划   终稿 .pdf ", "规划 终稿 .pdf"),
    ],
)
def test_a_file_name_is_shown_without_folders_and_hidden_characters(sent: str, shown: str) -> None:
    assert cleaned(sent) == shown


def test_every_ticket_of_an_organisation_has_one_holder(uploads: SignedUploads) -> None:
    mine, again, others = ticket(uploads), ticket(uploads, name="台账.xlsx"), ticket(uploads, PROVIDER)
    assert uploads.holder(mine) == uploads.holder(again) != uploads.holder(others)
    assert uploads.holder("nonsense") == ""


@pytest.mark.parametrize("name", ["10-excel-unicode-text.csv", "11-dos-end-mark.csv", "17-backslashes-in-the-archive.xlsx"])
def test_a_file_as_other_programs_write_it_is_what_its_name_says(name: str) -> None:
    data = (Path(__file__).parents[1] / "interop" / "rosters" / "fixtures" / name).read_bytes()
    found = type_of(name)
    assert found is not None
    assert content_problem(found, data) is None


def test_a_file_that_could_not_be_kept_leaves_the_ticket_in_force(
    uploads: SignedUploads, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = ticket(uploads)

    def full(_blobs: Blobs, _data: bytes) -> str:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(Blobs, "put", full)
        with pytest.raises(OSError, match="No space"):
            uploads.receive(held, PDF)
    assert uploads.find(FILLER, sha256(PDF).hexdigest()) is None
    assert uploads.receive(held, PDF).size == len(PDF)


def test_a_file_that_is_not_there_any_more_may_not_be_cited(uploads: SignedUploads, tmp_path: Path) -> None:
    digest = uploads.receive(ticket(uploads), PDF).sha256
    next((tmp_path / "blobs").rglob(digest)).unlink()
    assert uploads.find(FILLER, digest) is None


def test_a_unit_sends_so_much_in_a_day_and_no_more_until_some_of_it_is_a_day_old(
    uploads: SignedUploads, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("zhenduan.accounts.uploads.MOST_OF_A_DAY", 3 * len(PDF))
    uploads.receive(ticket(uploads), PDF + b"\n")
    clock.now += timedelta(hours=12)
    uploads.receive(ticket(uploads), PDF)
    late = ticket(uploads)
    assert refusal(uploads, late, PDF + b"\n\n") == "UPLOADS_TOO_MUCH"
    uploads.receive(ticket(uploads, STRANGER), PDF + b"\n\n")
    uploads.receive(ticket(uploads), PDF)  # what is kept already takes no room
    clock.now += timedelta(hours=12, minutes=1)
    assert uploads.receive(ticket(uploads), PDF + b"\n\n").size == len(PDF) + 2


def test_a_ticket_ends_with_the_role_of_whoever_was_given_it(vault: Vault, tmp_path: Path, clock: Clock) -> None:
    gone: set[tuple[str, str, str]] = set()
    acts = lambda actor, role, unit: (actor, role, unit) not in gone  # noqa: E731 - a set that grows
    uploads = SignedUploads(vault, Blobs(tmp_path / "blobs"), SECRET, clock, acts_now=acts)
    held, others = ticket(uploads), ticket(uploads, PROVIDER)
    gone.add((FILLER.actor, FILLER.role, FILLER.organisation))
    assert refusal(uploads, held, PDF) == "UPLOAD_TICKET_INVALID"
    assert uploads.receive(others, PDF).size == len(PDF)
