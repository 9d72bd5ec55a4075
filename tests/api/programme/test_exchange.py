"""Exchange with counterparts (plan P8): sent once whatever happens, receipts checked, results held apart, whoever answers how."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest

import zhenduan.exchange.http as by_http
from api.server.operations import Operations
from domain.instants import city_day
from domain.programme.packages.sending import BeginSending
from domain.programme.packages.terms import Counterpart, TransportKind
from journal.blobs import Blobs
from tests.api.programme.counterparts import Platform, platform, receipt_of, results_of, said
from tests.api.programme.test_packages import asked
from tests.api.record.logged_reads import held, rows
from tests.live_city import DOCUMENTS, FIRM, RIGHTS, SCHEMA, LiveCity
from zhenduan.background import exchanging
from zhenduan.background.exchanging import SYSTEM, Exchanging
from zhenduan.exchange.folder import Folder
from zhenduan.exchange.http import Http
from zhenduan.exchange.transport import Transport

SENDING = """package { id version status openMatters handedOverOn receipt sentAt answeredAt
  sending { number status transport attempt fault code } receipts { number outcome fault reasons results contradicts } }"""
BATCHES = "{ resultBatches { nodes { sender model filename waiting refusedRows findings { nodes { code } } } } }"
ROW = {
    "uscc": FIRM.uscc,
    "name": FIRM.name,
    "number": "DCMM-2024-001",
    "level": "稳健级",
    "assessed_on": "2024-03-05",
    "valid_until": "2027-03-04",
    "body": "评估机构（示例）",
}
PILOT = Counterpart.MIIT_PILOT

Linked = Callable[[Transport], LiveCity]


@pytest.fixture
def linked(city: LiveCity) -> Linked:
    """The city with a transport to the pilot platform, and one to the certificates of data management."""

    def made(transport: Transport) -> LiveCity:
        kinds = dict.fromkeys((PILOT, Counterpart.DATA_MANAGEMENT), transport.kind)
        services = replace(city.installation.services, transports=kinds)
        operations = Operations(services, SCHEMA, RIGHTS, documents=DOCUMENTS)
        return LiveCity(replace(city.installation, services=services), operations, city.tokens, city.ready)

    return made


@pytest.fixture
def there() -> Iterator[Platform]:
    with platform() as one:
        yield one


def looked(city: LiveCity, transport: Transport, counterpart: Counterpart = PILOT) -> None:
    """The program looks once."""
    services = city.installation.services
    services.models.catch_up()
    Exchanging(services, {counterpart: transport}).look(Event())
    services.models.catch_up()


def standing(city: LiveCity, package: str) -> dict[str, Any]:
    query = f"query($id: ID!) {{ {SENDING.replace('package {', 'package(id: $id) {', 1)} }}"
    found: dict[str, Any] = city.data("city", query, id=package)["package"]
    return found


def ordered(city: LiveCity, **changes: Any) -> str:
    made = asked(city, **changes)
    done = city.done("city", "sendPackage", SENDING, package=made["id"])["package"]
    assert (done["sending"]["status"], done["sending"]["attempt"]) == ("ORDERED", 0)
    return str(made["id"])


def folder_of(tmp_path: Path) -> Folder:
    place = tmp_path / "shared"
    place.mkdir()
    return Folder(place, rests_seconds=0)


def laid(folder: Folder, package: str, content: bytes, name: str = "1.json") -> None:
    place = folder.place / "receipts" / package
    place.mkdir(parents=True, exist_ok=True)
    (place / name).write_bytes(content)


def key(package: str) -> str:
    return package.removeprefix("package/")


def test_a_package_is_laid_into_the_folder_signed_and_its_receipt_hands_it_over(linked: Linked, tmp_path: Path) -> None:
    folder = folder_of(tmp_path)
    city = linked(folder)
    city.issued()
    package = ordered(city)
    looked(city, folder)
    found = standing(city, package)
    assert (found["sending"]["status"], found["status"], found["sentAt"] is not None) == ("SENT", "MADE", True)
    content = (folder.place / "out" / f"{key(package)}.zip").read_bytes()
    assert sha256(content).hexdigest() in (folder.place / "out" / f"{key(package)}.note").read_text("utf-8")
    [left] = [one for one in rows(city) if one.entry_point == "sendPackage"]
    assert (left.role, held(left)) == ("system", {package: {"outcome"}})
    laid(folder, key(package), said(receipt_of(content)))
    looked(city, folder)
    done = standing(city, package)
    assert (done["sending"]["status"], done["status"], done["receipt"]) == ("TAKEN", "HANDED_OVER", "回执〔2024〕1 号")
    looked(city, folder)
    assert standing(city, package)["version"] == done["version"], "the same receipt again changes nothing"


def test_the_city_sees_of_each_counterpart_what_was_sent_what_came_and_what_is_open(linked: Linked, tmp_path: Path) -> None:
    folder = folder_of(tmp_path)
    city = linked(folder)
    city.issued()
    package = ordered(city)
    looked(city, folder)
    query = "{ counterparts { counterpart model transport mark packages sent answered unanswered opened sentAt answeredAt } }"

    def seen() -> dict[str, Any]:
        listed = city.data("city", query)["counterparts"]
        assert [one["counterpart"] for one in listed] == [one.name for one in Counterpart]
        assert {one["mark"] for one in listed} == {"I"}
        found: dict[str, Any] = listed[0]
        return found

    waits = seen()
    numbers = ("transport", "packages", "sent", "answered", "unanswered", "opened")
    assert [waits[one] for one in numbers] == ["FOLDER", 1, 1, 0, 1, 0]
    content = (folder.place / "out" / f"{key(package)}.zip").read_bytes()
    laid(folder, key(package), said(receipt_of(content, outcome="refused", reasons=["统计口径不符"]), "gb18030"))
    looked(city, folder)
    refused = seen()
    assert [refused[one] for one in numbers] == ["FOLDER", 1, 1, 1, 0, 1]
    assert refused["answeredAt"] is not None
    listed = city.data("auditor", "{ packages(open: true, counterpart: MIIT_PILOT) { nodes { id openMatters } } }")
    assert listed["packages"]["nodes"] == [{"id": package, "openMatters": ["REFUSED"]}]
    assert standing(city, package)["receipts"][0]["reasons"] == ["统计口径不符"]
    assert city.data("city", "{ packages(open: false) { totalCount } }")["packages"]["totalCount"] == 0
    for who in ("district", "enterprise", "provider", "bank"):
        assert "errors" in city.ask(who, query)
        assert city.refused(who, "sendPackage", package=package) == "ROLE_NOT_ALLOWED"
        assert city.refused(who, "withdrawPackage", package=package, reason="无") == "ROLE_NOT_ALLOWED"


def test_without_a_transport_nothing_is_ordered(linked: Linked, tmp_path: Path) -> None:
    city = linked(folder_of(tmp_path))
    city.issued()
    made = asked(city, counterpart="STATE_ASSETS")
    assert city.refused("city", "sendPackage", package=made["id"]) == "PACKAGE_TRANSPORT_MISSING"


def test_by_http_it_is_put_once_and_the_receipt_in_the_answer_is_taken(linked: Linked, there: Platform) -> None:
    http = Http(there.address, token="t" * 20)
    city = linked(http)
    city.issued()
    package = ordered(city)
    there.at_once = lambda body: said(receipt_of(body))
    looked(city, http)
    assert standing(city, package)["status"] == "HANDED_OVER"
    looked(city, http)
    [content] = there.packages()
    assert sha256(content).hexdigest() == asked_digest(city, package)
    assert set(there.asked_by) == {f"Bearer {'t' * 20}"}


def asked_digest(city: LiveCity, package: str) -> str:
    return str(city.data("city", "query($id: ID!) { package(id: $id) { sha256 } }", id=package)["package"]["sha256"])


def test_who_does_not_answer_in_time_may_have_it_and_it_is_not_sent_again_until_a_person_says_so(
    linked: Linked, there: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(by_http, "LONGEST_SECONDS", 2.0)
    http = Http(there.address)
    city = linked(http)
    city.issued()
    package = ordered(city)
    there.hangs = 5.0
    looked(city, http)
    lost = standing(city, package)
    assert (lost["sending"]["status"], lost["openMatters"]) == ("UNKNOWN", ["ARRIVAL_UNKNOWN"])
    there.hangs = 0.0
    looked(city, http)
    assert len(there.packages()) == 1
    assert city.refused("city", "sendPackage", package=package) == "PACKAGE_MAY_BE_THERE"
    city.done("city", "sendPackage", SENDING, package=package, again=True)
    looked(city, http)
    assert (standing(city, package)["sending"]["status"], len(there.packages())) == ("SENT", 2)


def test_a_receipt_settles_what_was_unknown(linked: Linked, there: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(by_http, "LONGEST_SECONDS", 2.0)
    http = Http(there.address)
    city = linked(http)
    city.issued()
    package = ordered(city)
    there.hangs = 5.0
    looked(city, http)
    [content] = there.packages()
    there.receipts[key(package)] = said(receipt_of(content), "gb18030")
    looked(city, http)
    assert (standing(city, package)["status"], standing(city, package)["openMatters"]) == ("HANDED_OVER", [])


ANSWERED = [(403, "FAILED"), (503, "FAILED"), (302, "FAILED"), (500, "UNKNOWN"), (504, "UNKNOWN")]


@pytest.mark.parametrize(("status", "came_to"), ANSWERED)
def test_an_answer_that_is_no_success_is_no_arrival(linked: Linked, there: Platform, status: int, came_to: str) -> None:
    http = Http(there.address)
    city = linked(http)
    city.issued()
    package = ordered(city)
    there.status = status
    looked(city, http)
    assert standing(city, package)["sending"]["status"] == came_to


def test_what_cannot_be_reached_is_tried_again_after_a_pause_and_given_up_in_the_end(
    linked: Linked, monkeypatch: pytest.MonkeyPatch
) -> None:
    with platform() as gone:
        http = Http(gone.address)
    city = linked(http)
    city.issued()
    package = ordered(city)
    looked(city, http)
    looked(city, http)
    first = standing(city, package)["sending"]
    assert (first["status"], first["attempt"], first["fault"]) == ("FAILED", 1, "UNREACHABLE")
    monkeypatch.setattr(exchanging, "PAUSES", (0, 0))
    looked(city, http)
    looked(city, http)
    over = standing(city, package)
    assert (over["sending"]["status"], over["sending"]["attempt"], over["openMatters"]) == ("GIVEN_UP", 3, ["GIVEN_UP"])
    with platform() as back:
        city.done("city", "sendPackage", SENDING, package=package)
        looked(city, Http(back.address))
        assert len(back.packages()) == 1


def test_two_processes_that_look_at_once_send_it_once(linked: Linked, there: Platform) -> None:
    http = Http(there.address)
    city = linked(http)
    city.issued()
    package = ordered(city)
    there.hangs = 0.3
    services = city.installation.services
    services.models.catch_up()
    both = [Thread(target=Exchanging(services, {PILOT: http}).look, args=(Event(),)) for _ in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    services.models.catch_up()
    assert (len(there.packages()), standing(city, package)["sending"]["status"]) == (1, "SENT")


@pytest.mark.parametrize("arrived", [True, False])
def test_an_attempt_whose_process_was_killed_is_looked_for_and_never_made_again_by_itself(
    linked: Linked, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, arrived: bool
) -> None:
    folder = folder_of(tmp_path)
    city = linked(folder)
    city.issued()
    package = ordered(city)
    services = city.installation.services
    begun = BeginSending(package=key(package), sending=1, attempt=1, transport=TransportKind.FOLDER)
    services.send(SYSTEM, begun)
    if arrived:
        content = services.blobs.get(asked_digest(city, package))
        assert content is not None
        (folder.place / "out").mkdir()
        (folder.place / "out" / f"{key(package)}.zip").write_bytes(content)
    looked(city, folder)
    assert standing(city, package)["sending"]["status"] == "UNDERWAY", "another may be at it still"
    monkeypatch.setattr(exchanging, "STALE_SECONDS", -1.0)
    looked(city, folder)
    looked(city, folder)
    found = standing(city, package)["sending"]
    assert (found["status"], found["attempt"]) == ("SENT" if arrived else "UNKNOWN", 1)


def test_a_receipt_that_lies_or_is_half_or_another_s_is_set_aside_or_a_finding(linked: Linked, tmp_path: Path) -> None:
    folder = folder_of(tmp_path)
    city = linked(folder)
    city.issued()
    package = ordered(city)
    looked(city, folder)
    content = (folder.place / "out" / f"{key(package)}.zip").read_bytes()
    honest = receipt_of(content)
    for number, (wrong, fault) in enumerate(
        (
            (said(honest)[:40], "UNREADABLE"),
            (b"\x00" * 70_000, "UNREADABLE"),
            (said(honest | {"sha256": "0" * 64}), "OTHER_DIGEST"),
            (said(honest | {"package": "another"}), "OTHER_PACKAGE"),
            (said(honest | {"counterpart": "state_assets"}), "OTHER_PACKAGE"),
            (said(honest | {"received_on": "2001-01-01"}), "IMPOSSIBLE_DAY"),
        )
    ):
        laid(folder, key(package), wrong, f"{number}.json")
        looked(city, folder)
        told = standing(city, package)
        assert (told["receipts"][-1]["fault"], told["openMatters"]) == (fault, ["RECEIPT_SET_ASIDE"]), number
    laid(folder, key(package), said(honest | {"counts": {"results": 7, "files": 1}}), "8.json")
    looked(city, folder)
    differs = standing(city, package)
    assert (differs["status"], differs["receipts"][-1]["outcome"], differs["openMatters"]) == ("MADE", "DIFFERS", ["COUNTS_DIFFER"])
    laid(folder, key(package), said(honest), "9.json")
    looked(city, folder)
    late = standing(city, package)
    assert (late["status"], late["openMatters"]) == ("MADE", ["COUNTS_DIFFER", "RECEIPTS_CONTRADICT"])


def test_a_damaged_or_withdrawn_package_does_not_leave(linked: Linked, tmp_path: Path) -> None:
    folder = folder_of(tmp_path)
    city = linked(folder)
    city.issued()
    package = ordered(city)
    digest = asked_digest(city, package)
    path = Blobs(city.installation.services.blobs.folder)._path(digest)  # noqa: SLF001 - the disk is at fault here
    assert path is not None
    path.chmod(0o600)
    path.write_bytes(b"not the package")
    looked(city, folder)
    broken = standing(city, package)
    assert (broken["sending"]["status"], broken["sending"]["fault"]) == ("GIVEN_UP", "FILE_MISSING")
    other = ordered(city, purpose="另一用途")
    city.done("city", "withdrawPackage", SENDING, package=other, reason="口径有误")
    looked(city, folder)
    gone = standing(city, other)
    assert (gone["status"], gone["sending"]["status"], gone["openMatters"]) == ("WITHDRAWN", "ORDERED", [])
    assert not list(folder.place.glob("out/*"))


def test_a_link_in_the_folder_leads_nowhere_and_what_is_being_written_waits(linked: Linked, tmp_path: Path) -> None:
    folder = folder_of(tmp_path)
    city = linked(folder)
    city.issued()
    package = ordered(city)
    outside = tmp_path / "outside"
    outside.write_bytes(b"ours")
    (folder.place / "out").mkdir()
    (folder.place / "out" / f"{key(package)}.zip").symlink_to(outside)
    looked(city, folder)
    assert (outside.read_bytes(), standing(city, package)["sending"]["status"]) == (b"ours", "SENT")
    content = (folder.place / "out" / f"{key(package)}.zip").read_bytes()
    honest = tmp_path / "honest.json"
    honest.write_bytes(said(receipt_of(content)))
    (folder.place / "receipts" / key(package)).mkdir(parents=True)
    (folder.place / "receipts" / key(package) / "1.json").symlink_to(honest)
    looked(city, folder)
    assert standing(city, package)["receipts"] == []
    laid(folder, key(package), said(receipt_of(content))[:9], "2.json")
    looked(city, replace(folder, rests_seconds=60.0))
    assert standing(city, package)["receipts"] == []


def results(rows: list[dict[str, Any]], **changes: Any) -> dict[str, Any]:
    return results_of(Counterpart.DATA_MANAGEMENT, "dcmm", rows) | changes


def batches(city: LiveCity) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = city.data("city", BATCHES)["resultBatches"]["nodes"]
    return found


def stated(city: LiveCity) -> date:
    return city_day(city.installation.services.clock())


def test_results_in_the_folder_are_held_apart_once_and_count_when_a_person_accepts_them(linked: Linked, tmp_path: Path) -> None:
    folder = folder_of(tmp_path)
    city = linked(folder)
    place = folder.place / "results"
    place.mkdir()
    name = f"2024-03.{stated(city)}.json"
    for encoding in ("gb18030", "gb18030"):
        (place / name).write_bytes(json.dumps(results([ROW]), ensure_ascii=False).encode(encoding))
        looked(city, folder, Counterpart.DATA_MANAGEMENT)
    [batch] = batches(city)
    assert (batch["sender"], batch["model"], batch["waiting"]) == ("counterpart-data_management", "dcmm", 1)
    assert [one.name for one in place.iterdir() if one.is_file()] == []
    listed = "{ externalResults { nodes { level } } resultBatches { nodes { id } } }"
    before = city.data("city", listed)
    assert before["externalResults"]["nodes"] == []
    identity = before["resultBatches"]["nodes"][0]["id"]
    city.done("city", "acceptBatchRows", "batch { id }", batch=identity, reason="证书已核对")
    assert city.data("city", listed)["externalResults"]["nodes"] == [{"level": "稳健级"}]


def test_a_half_or_lying_file_of_results_is_a_batch_of_nothing_that_says_why(linked: Linked, there: Platform) -> None:
    http = Http(there.address)
    city = linked(http)
    whole = json.dumps(results([ROW])).encode()
    there.results[f"half.{stated(city)}.json"] = whole[: len(whole) // 2]
    there.results[f"lies.{stated(city)}.json"] = json.dumps(results([ROW], count=2)).encode()
    there.results[f"other.{stated(city)}.json"] = json.dumps(results([ROW], model="cmmm")).encode()
    there.results["no-day.json"] = whole
    there.results[f"ahead.{stated(city) + timedelta(days=3)}.json"] = whole
    for _ in range(2):
        looked(city, http, Counterpart.DATA_MANAGEMENT)
    found = {one["filename"].partition(".")[0]: one for one in batches(city)}
    assert set(found) == {"half", "lies", "other"}
    codes = {name: [one["code"] for one in batch["findings"]["nodes"]] for name, batch in found.items()}
    assert codes == {
        "half": ["RESULT_PACKAGE_MALFORMED"],
        "lies": ["RESULT_PACKAGE_COUNT"],
        "other": ["RESULT_PACKAGE_MODEL"],
    }
    there.results[f"half.{stated(city)}.json"] = whole
    looked(city, http, Counterpart.DATA_MANAGEMENT)
    assert sum(one["waiting"] for one in batches(city)) == 1
