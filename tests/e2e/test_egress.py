"""Egress 出站 (plan P8): an address that somebody else wrote leads to public machines alone, looked up once, followed nowhere."""

import socket
import ssl
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from ipaddress import ip_address, ip_network
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from tests.e2e.hostile_server import OK, says, serving
from zhenduan import fetch as fetching
from zhenduan import kept_connection
from zhenduan.egress import EGRESS_NETWORKS, EGRESS_PLAIN, Egress, EgressUnusable, egress_of
from zhenduan.fetch import FetchFailed, fetch
from zhenduan.kept_connection import KeptConnection

INSIDE = [
    *("10.0.0.1", "172.16.3.4", "192.168.1.1", "127.0.0.1", "127.8.8.8", "169.254.169.254", "100.64.0.1", "100.100.100.200"),
    *("0.0.0.1", "192.0.0.8", "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255", "192.0.2.1"),
    *("::", "::1", "fe80::1", "fd00::1", "fec0::1", "ff02::1", "2001:db8::1", "fd00:ec2::254"),
    *("::ffff:10.0.0.1", "::ffff:169.254.169.254", "::127.0.0.1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::a00:1", "2002:a00:1::"),
    "2001:0:4136:e378:8000:63bf:f5ff:fffe",
]
PUBLIC = ["1.1.1.1", "114.114.114.114", "2400:3200::1", "::ffff:1.1.1.1"]
LOOPBACK = Egress((ip_network("127.0.0.1/32"),), plain=True)


@pytest.mark.parametrize("address", INSIDE)
def test_what_lies_inside_is_not_asked_in_whatever_notation(address: str) -> None:
    assert not Egress().permits(ip_address(address))


@pytest.mark.parametrize("address", PUBLIC)
def test_what_is_public_is(address: str) -> None:
    assert Egress().permits(ip_address(address))


def test_an_operator_names_networks_and_never_the_metadata() -> None:
    everything = Egress((ip_network("0.0.0.0/0"), ip_network("::/0")))
    assert everything.permits(ip_address("10.2.3.4"))
    for address in "169.254.169.254", "::ffff:169.254.169.254", "fe80::1", "fd00:ec2::254", "100.100.100.200":
        assert not everything.permits(ip_address(address))
    assert Egress((ip_network("10.2.0.0/16"),)).permits(ip_address("10.2.3.4"))
    assert not Egress((ip_network("10.2.0.0/16"),)).permits(ip_address("10.3.3.4"))


@pytest.mark.parametrize("given", [{EGRESS_NETWORKS: "10.2.0.0/99"}, {EGRESS_NETWORKS: "intranet"}, {EGRESS_PLAIN: "perhaps"}])
def test_a_setting_that_is_none_is_refused(given: dict[str, str]) -> None:
    with pytest.raises(EgressUnusable):
        egress_of(given)
    assert egress_of({EGRESS_NETWORKS: "10.2.0.0/16, fd00::/8"}).networks == (ip_network("10.2.0.0/16"), ip_network("fd00::/8"))


Asked = Callable[..., fetching.Fetched]


@pytest.fixture(params=["once", "kept"])
def asked(request: pytest.FixtureRequest) -> Asked:
    """Both ways of asking an address that somebody else wrote: by a request of its own, and over a connection that is kept."""

    def once(address: str, egress: Egress = LOOPBACK) -> fetching.Fetched:
        return fetch(address, longest_seconds=5, largest_bytes=1_000, method="POST", egress=egress, content=b"x")

    def kept(address: str, egress: Egress = LOOPBACK) -> fetching.Fetched:
        with closing(KeptConnection(address, egress)) as line:
            return line.post(b"x", {}, 5)

    return once if request.param == "once" else kept


@contextmanager
def resolver(*answers: list[str] | socket.gaierror) -> Iterator[list[Any]]:
    """Names lead where they are told to, each look-up to the next answer. Yields the names that were looked up."""
    usual, seen = socket.getaddrinfo, []

    def found(host: str, port: Any, *rest: Any, **more: Any) -> Any:
        if host.replace(".", "").isdigit():
            return usual(host, port, *rest, **more)
        seen.append(host)
        told = answers[min(len(seen), len(answers)) - 1]
        if isinstance(told, socket.gaierror):
            raise told
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in told]

    socket.getaddrinfo = found  # type: ignore[assignment]
    try:
        yield seen
    finally:
        socket.getaddrinfo = usual


def test_a_name_is_looked_up_once_and_asked_where_it_was_judged(asked: Asked) -> None:
    """The second answer leads to another machine of the same port, as a resolver that changes its mind would."""
    with serving(says(OK + b"content-length: 2\r\n\r\nok")) as (address, seen):
        port = address.rsplit(":", 1)[1]
        with socket.create_server(("127.0.0.2", int(port))) as inside, resolver(["127.0.0.1"], ["127.0.0.2"]) as looked_up:
            assert asked(f"http://erp.example:{port}/events").body == b"ok"
            inside.settimeout(0.2)
            with pytest.raises(TimeoutError):
                inside.accept()
    assert looked_up == ["erp.example"]
    assert f"host: erp.example:{port}".encode() in seen[0].lower()


@pytest.mark.parametrize("answer", [["127.0.0.2"], ["127.0.0.1", "169.254.169.254"], ["127.0.0.1", "10.0.0.1"]])
def test_a_name_with_one_address_inside_is_not_asked_at_all(asked: Asked, answer: list[str]) -> None:
    refused = pytest.raises(FetchFailed, match="the host has no address that may be asked")
    with serving(says(OK + b"\r\n")) as (address, seen), resolver(answer), refused:
        asked(f"http://erp.example:{address.rsplit(':', 1)[1]}/events")
    assert seen == []


def test_who_wrote_a_name_is_not_told_where_it_leads_nor_whether_there_is_one(asked: Asked) -> None:
    said = []
    for answer in ["10.1.2.3"], socket.gaierror(socket.EAI_NONAME, "Name or service not known"), []:
        with resolver(answer), pytest.raises(FetchFailed) as refused:
            asked("http://db.internal/events")
        said.append(str(refused.value))
    assert set(said) == {"the host has no address that may be asked"}


def test_plain_http_is_for_development_alone(asked: Asked) -> None:
    with serving(says(OK + b"\r\n")) as (address, seen), pytest.raises(FetchFailed, match="not an https address"):
        asked(address, Egress(LOOPBACK.networks))
    assert seen == []


def test_a_redirect_is_an_answer_and_leads_nowhere(asked: Asked) -> None:
    elsewhere = b"HTTP/1.1 302 Found\r\nlocation: http://169.254.169.254/latest/meta-data/\r\ncontent-length: 0\r\n\r\n"
    with serving(says(elsewhere)) as (address, seen):
        assert asked(address).status == 302
    assert len(seen) == 1


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate of erp.example that signs itself, with its key."""
    made = tmp_path_factory.mktemp("certificate") / "erp.pem"
    named = ("-subj", "/CN=erp.example", "-addext", "subjectAltName=DNS:erp.example")
    command = ("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", *named)
    subprocess.run((*command, "-keyout", str(made), "-out", str(made) + ".crt"), check=True, capture_output=True)  # noqa: S603 - ours
    made.write_text(made.read_text() + Path(str(made) + ".crt").read_text())
    return made


def test_the_certificate_is_asked_for_and_judged_by_the_name(
    asked: Asked, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names: list[str | None] = []
    server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    server.load_cert_chain(certificate)
    server.sni_callback = lambda _line, name, _context: names.append(name)
    with socket.create_server(("127.0.0.1", 0)) as plain:

        def served() -> None:
            for _ in range(2):
                line, _ = plain.accept()
                try:
                    with server.wrap_socket(line, server_side=True) as protected:
                        got = b""
                        while not got.endswith(b"\r\n\r\nx"):  # what is left unread has the answer thrown away
                            part = protected.recv(65536)
                            if not part:
                                break
                            got += part
                        protected.sendall(OK + b"content-length: 2\r\n\r\nok")
                except OSError:
                    line.close()

        Thread(target=served, daemon=True).start()
        port = plain.getsockname()[1]
        trusted = ssl.create_default_context(cafile=str(certificate) + ".crt")
        for module in fetching, kept_connection:
            monkeypatch.setattr(module, "authorities", lambda: trusted)
        with resolver(["127.0.0.1"]):
            assert asked(f"https://erp.example:{port}/events").body == b"ok"
            with pytest.raises(FetchFailed, match=r"(?i)certificate|hostname"):
                asked(f"https://other.example:{port}/events")
    assert names == ["erp.example", "other.example"]
