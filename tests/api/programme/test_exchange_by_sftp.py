"""Exchange by SFTP (plan P8): a host that is known by its key, a package under its name once it is whole, what may have arrived."""

import socket
from collections.abc import Iterator
from hashlib import sha256
from io import BytesIO
from pathlib import Path

import asyncssh
import pytest

from domain.programme.packages.terms import Counterpart, SendingFault, SendingStatus
from tests.api.programme.counterparts import receipt_of, results_of, said
from tests.api.programme.sftp_server import SftpServer, sftp_server
from tests.api.programme.test_exchange import BATCHES, ROW, Linked, key, linked, looked, ordered, standing
from zhenduan.exchange import sftp
from zhenduan.exchange.counterpart_settings import CounterpartsUnusable, transports_of
from zhenduan.exchange.sftp import Sftp, sftp_at
from zhenduan.exchange.transport import Carried, Outgoing

__all__ = ["linked"]

ZIP = b"PK\x03\x04" + bytes(100_000)
SENT, UNKNOWN = Carried(SendingStatus.SENT), Carried(SendingStatus.UNKNOWN)
UNREACHABLE = Carried(SendingStatus.FAILED, SendingFault.UNREACHABLE)
UNUSABLE = Carried(SendingStatus.FAILED, SendingFault.FOLDER_UNUSABLE)


@pytest.fixture
def there(tmp_path: Path) -> Iterator[SftpServer]:
    with sftp_server(tmp_path / "there") as one:
        yield one


def transport_to(server: SftpServer, folder: Path) -> Sftp:
    own, known = server.keys(folder)
    made = sftp_at(server.address, own, known)
    return Sftp(made.host, made.port, made.user, made.path, made.key_file, made.known_hosts, rests_seconds=0)


def package() -> Outgoing:
    return Outgoing("miit-pilot.2024.1", sha256(ZIP).hexdigest(), len(ZIP), b"a signature\n", BytesIO(ZIP))


def laid(server: SftpServer, name: str = "miit-pilot.2024.1.zip") -> bytes | None:
    path = server.place / "shared" / "out" / name
    return path.read_bytes() if path.exists() else None


def test_a_package_is_laid_on_the_server_and_its_receipt_and_results_come_back(
    linked: Linked, there: SftpServer, tmp_path: Path
) -> None:
    transport = transport_to(there, tmp_path)
    city = linked(transport)
    city.issued()
    sent = ordered(city)
    looked(city, transport)
    found = standing(city, sent)
    assert (found["sending"]["status"], found["sending"]["transport"], found["status"]) == ("SENT", "SFTP", "MADE")
    content = laid(there, f"{key(sent)}.zip")
    assert content is not None
    assert sha256(content).hexdigest() in (laid(there, f"{key(sent)}.note") or b"").decode()
    place = there.place / "shared" / "receipts" / key(sent)
    place.mkdir(parents=True)
    (place / "1.json").write_bytes(said(receipt_of(content)))
    looked(city, transport)
    assert standing(city, sent)["status"] == "HANDED_OVER"
    results = there.place / "shared" / "results"
    results.mkdir()
    told = said(results_of(Counterpart.DATA_MANAGEMENT, "dcmm", [ROW]))
    (results / "dcmm-march.2024-03-31.json").write_bytes(told)
    (results / "nameless.json").write_bytes(told)
    looked(city, transport, Counterpart.DATA_MANAGEMENT)
    assert [one["waiting"] for one in city.data("city", BATCHES)["resultBatches"]["nodes"]] == [1]
    assert sorted(str(one.relative_to(results)) for one in results.rglob("*") if one.is_file()) == [
        "refused/nameless.json",
        "refused/nameless.json.txt",
        "taken/dcmm-march.2024-03-31.json",
    ]


def test_it_has_its_name_once_it_is_whole_and_takes_the_place_of_what_had_it(there: SftpServer, tmp_path: Path) -> None:
    transport = transport_to(there, tmp_path)
    assert transport.carry(package()) == SENT
    assert (laid(there), transport.is_there("miit-pilot.2024.1", sha256(ZIP).hexdigest())) == (ZIP, True)
    assert transport.carry(package()) == SENT
    assert sorted(one.name for one in (there.place / "shared" / "out").iterdir()) == [
        "miit-pilot.2024.1.note",
        "miit-pilot.2024.1.zip",
    ]
    there.without_replacing = True
    assert transport.carry(package()) == SENT
    assert laid(there) == ZIP
    assert not transport.is_there("miit-pilot.2024.1", sha256(b"another").hexdigest())


def test_a_connection_that_breaks_before_the_name_is_given_has_surely_sent_nothing(there: SftpServer, tmp_path: Path) -> None:
    transport = transport_to(there, tmp_path)
    there.breaks = {"write"}
    assert transport.carry(package()).came_to is SendingStatus.FAILED
    assert laid(there) is None


def test_one_that_breaks_while_it_is_given_is_looked_for_and_else_unknown(there: SftpServer, tmp_path: Path) -> None:
    transport = transport_to(there, tmp_path)
    there.breaks = {"after_name"}
    assert transport.carry(package()) == SENT
    there.breaks, there.refuses_anew, there.signed_in = {"after_name"}, True, 0
    assert transport.carry(package()) == UNKNOWN
    (there.place / "shared" / "out" / "miit-pilot.2024.1.zip").unlink()
    there.breaks, there.refuses_anew = {"before_name"}, False
    assert transport.carry(package()) == UNKNOWN


def test_another_host_or_another_key_gets_nothing(there: SftpServer, tmp_path: Path) -> None:
    transport = transport_to(there, tmp_path)
    asyncssh.generate_private_key("ssh-ed25519").write_private_key(str(transport.key_file))
    assert transport.carry(package()) == UNREACHABLE
    transport = transport_to(there, tmp_path)
    other = asyncssh.generate_private_key("ssh-ed25519").export_public_key().decode()
    transport.known_hosts.write_text(f"[127.0.0.1]:{there.port} {other}", "utf-8")
    before = there.signed_in
    assert transport.carry(package()) == UNREACHABLE
    assert (there.signed_in, laid(there), list(transport.receipts(["any"])), list(transport.results())) == (before, None, [], [])


def test_a_server_that_hangs_is_left_in_time_and_a_folder_that_takes_nothing_is_told(
    there: SftpServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    transport = transport_to(there, tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        monkeypatch.setattr(sftp, "CONNECTING_SECONDS", 0.3)
        hung = Sftp("127.0.0.1", silent.getsockname()[1], "u", "/shared", transport.key_file, transport.known_hosts)
        assert hung.carry(package()) == UNREACHABLE
    monkeypatch.undo()
    (there.place / "shared").rmdir()
    assert transport.carry(package()) == UNUSABLE


def test_what_still_arrives_is_hidden_or_leads_elsewhere_is_no_file(there: SftpServer, tmp_path: Path) -> None:
    resting = sftp_at(there.address, *there.keys(tmp_path))
    place = there.place / "shared" / "receipts" / "one"
    place.mkdir(parents=True)
    (place / "new.json").write_bytes(b"{}")
    assert list(resting.receipts(["one"])) == []
    (place / ".hidden.json").write_bytes(b"{}")
    (place / "link.json").symlink_to("/etc/hostname")
    (place / "note.txt").write_bytes(b"{}")
    assert list(transport_to(there, tmp_path).receipts(["none", "one"])) == [("one", b"{}")]


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("https://127.0.0.1/shared", "no address of SFTP"),
        ("sftp://127.0.0.1/shared", "no address of SFTP"),
        ("sftp://u:secret@127.0.0.1/shared", "no address of SFTP"),
        ("sftp://u@127.0.0.1", "no address of SFTP"),
        ("sftp://u@another.example/shared", "the hosts' keys have none of: another.example"),
    ],
)
def test_a_setting_that_is_no_address_or_names_an_unknown_host_is_refused_at_start(
    there: SftpServer, tmp_path: Path, address: str, says: str
) -> None:
    own, known = there.keys(tmp_path)
    settings = tmp_path / "counterparts.toml"
    lines = f'[miit_pilot]\naddress = "{{}}"\nkey_file = "{own}"\nknown_hosts = "{known}"\n'
    settings.write_text(lines.format(there.address), "utf-8")
    (made,) = transports_of({"ZHENDUAN_COUNTERPARTS": str(settings)}).values()
    assert isinstance(made, Sftp)
    settings.write_text(lines.format(address), "utf-8")
    with pytest.raises(CounterpartsUnusable, match=says):
        transports_of({"ZHENDUAN_COUNTERPARTS": str(settings)})
    own.write_text("no key", "utf-8")
    settings.write_text(lines.format(there.address), "utf-8")
    with pytest.raises(CounterpartsUnusable, match="a file of keys cannot be read"):
        transports_of({"ZHENDUAN_COUNTERPARTS": str(settings)})
