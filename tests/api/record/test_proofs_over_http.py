"""Proofs over HTTP 证明接口: who may ask, what is answered, and a witness that looks after a real server (plan P5, P7)."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.routing import Route
from starlette.testclient import TestClient

from api.app import create_app
from domain.access import Everything, Role
from domain.participants.organisations import OrganisationKind, RegisterOrganisation
from journal import Caller
from journal.entries import canonical
from journal.transparency.checkpoints import Checkpoint, read_checkpoint
from journal.transparency.merkle import consistent
from journal.transparency.proof_files import ProofFile
from journal.transparency.signed_notes import Note, SigningKey, SigningKind, VerifierKey, from_base64
from tests.api.small_api import serving
from tests.journal.forging import rewrite
from tests.live_city import LiveCity
from zhenduan.cli import witnessing
from zhenduan.wiring import now

ASKS = (
    "/log/checkpoint",
    "/log/checkpoint?size=3",
    "/log/proof/inclusion?position=1",
    "/log/proof/consistency?from=0&to=3",
)
CITY = Caller("p", Role.CITY, "city", Everything())
DISTRICT = SigningKey.generate("310117.example/witness", SigningKind.COSIGNATURE)


@pytest.fixture
def client(city: LiveCity) -> Iterator[TestClient]:
    with TestClient(create_app(city.installation.services)) as opened:
        yield opened


@pytest.fixture
def token(city: LiveCity) -> str:
    return city.installation.witnesses.register(DISTRICT.verifier, now())[1]


def headers(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


def grow(city: LiveCity, name: str) -> Note:
    city.send(RegisterOrganisation(organisation=name, kind=OrganisationKind.PARK, name=name))
    return city.installation.log.checkpoint()


def test_auditor_city_and_witness_may_ask_and_nobody_else_learns_that_there_is_anything(
    city: LiveCity, client: TestClient, token: str
) -> None:
    size = Checkpoint.parse(city.installation.log.checkpoint().text).size
    asks = [ask.replace("=3", f"={size}") for ask in ASKS]
    for who in (city.tokens["auditor"], city.tokens["city"], token):
        for ask in asks:
            assert client.get(ask, headers=headers(who)).status_code == 200, (who, ask)
    missing = client.get("/log/checkpoint?size=999999", headers=headers(token))
    assert missing.status_code == 404
    for login in set(city.tokens) - {"auditor", "city"}:
        for ask in asks:
            refused = client.get(ask, headers=headers(city.tokens[login]))
            assert (refused.status_code, refused.content) == (404, missing.content), (login, ask)
    for ask in asks:
        assert client.get(ask).status_code == 401
        assert client.get(ask, headers=headers("zdw_" + "0" * 16 + "_" + "0" * 64)).status_code == 401
        assert client.get(ask, headers={"authorization": "Basic eA=="}).status_code == 401


def test_every_way_in_takes_the_media_types_that_it_reads_and_no_packed_or_wrapped_body(
    city: LiveCity, token: str
) -> None:
    app = create_app(city.installation.services)
    taking = [(route.path, method) for route in app.routes if isinstance(route, Route) for method in route.methods or {"POST"}]
    ways_in = [(path, method) for path, method in taking if method in ("POST", "PUT")]
    assert ("/log/cosignature", "POST") in ways_in
    wrong = [{"content-type": kind} for kind in ("multipart/form-data; boundary=x", "multipart/mixed; boundary=x")]
    packed = [{"content-encoding": "gzip", "content-type": kind} for kind in ("application/json", "text/plain")]
    foreign = [{"content-type": kind} for kind in ("application/x-www-form-urlencoded", "text/html", "text/plain; charset=gbk")]
    ticket = city.installation.services.uploads.ticket(CITY, "roster", "a.csv").path
    with TestClient(app) as client:
        for path, method in ways_in:
            where = path.replace("{ticket}", ticket.rsplit("/", 1)[-1])
            for given in (*wrong, *packed, *(foreign if method == "POST" else ())):
                answer = client.request(method, where, content=b"{}", headers=headers(token) | given)
                assert (answer.status_code, given) == (415, given), (path, answer.text)


def test_an_ended_witness_is_nobody_at_once(city: LiveCity, client: TestClient) -> None:
    witnesses = city.installation.witnesses
    note = city.installation.log.checkpoint()
    identity, token = witnesses.register(DISTRICT.verifier, now())
    assert client.get("/log/checkpoint", headers=headers(token)).text == str(note)
    assert witnesses.end(identity, now())
    assert not witnesses.end(identity, now())
    assert client.get("/log/checkpoint", headers=headers(token)).status_code == 401
    assert client.post("/log/cosignature", content=b"x", headers=headers(token)).status_code == 401
    assert [(one.id, one.ended) for one in witnesses.listing()] == [(identity, True)]


def test_what_is_asked_for_is_proven(city: LiveCity, client: TestClient, token: str) -> None:
    log, journal = city.installation.log, city.installation.services.journal
    first = Checkpoint.parse(log.checkpoint().text)
    second = Checkpoint.parse(grow(city, "park-1").text)
    got = client.get("/log/checkpoint", headers=headers(token))
    assert got.headers["content-type"] == "text/plain; charset=utf-8"
    assert read_checkpoint(Note.parse(got.text), log.keys().verifiers) == second
    assert (
        Checkpoint.parse(Note.parse(client.get(f"/log/checkpoint?size={first.size}", headers=headers(token)).text).text)
        == first
    )
    steps = client.get(f"/log/proof/consistency?from={first.size}&to={second.size}", headers=headers(token)).text
    proof = [from_base64(line) for line in steps.splitlines()]
    assert consistent(first.digest, first.root, first.size, second.root, second.size, proof)
    [entry] = journal.since(1, 1)
    for query in ("", f"&size={first.size}"):
        file = client.get(f"/log/proof/inclusion?position=2{query}", headers=headers(token)).text
        assert "extra" not in file
        assert ProofFile.parse(file).verified(canonical(2, entry.at, entry), log.keys().verifiers)


UNANSWERABLE = {
    "/log/checkpoint?size=x": 400,
    "/log/checkpoint?size=-1": 400,
    "/log/checkpoint?size=٣": 400,
    "/log/checkpoint?size=99999999999999999999": 400,
    "/log/checkpoint?size=" + "9" * 5_000: 400,
    "/log/proof/inclusion": 400,
    "/log/proof/inclusion?position=0": 404,
    "/log/proof/inclusion?position=999999": 404,
    "/log/proof/inclusion?position=1&size=2": 404,
    "/log/proof/consistency?from=1": 400,
    "/log/proof/consistency?to=1": 400,
    "/log/proof/consistency?from=1&to=2": 404,
    "/log/proof/consistency?from=999999&to=1": 404,
}


def test_what_cannot_be_answered_is_said_plainly(city: LiveCity, client: TestClient, token: str) -> None:
    city.installation.log.checkpoint()
    for ask, status in UNANSWERABLE.items():
        assert client.get(ask, headers=headers(token)).status_code == status, ask


def test_a_journal_that_was_rewritten_gives_no_proof(city: LiveCity, client: TestClient, token: str) -> None:
    log, journal = city.installation.log, city.installation.services.journal
    size = Checkpoint.parse(log.checkpoint().text).size
    entries = journal.since(0, 1000)
    rewrite(address_of(city), [*entries[:3], *entries[4:], entries[3]])
    for ask in ("/log/proof/inclusion?position=4", f"/log/proof/consistency?from=4&to={size}"):
        refused = client.get(ask, headers=headers(token))
        assert refused.status_code == 409
        assert refused.json()["errors"][0]["extensions"]["code"] == "UNPROVABLE"


def address_of(city: LiveCity) -> str:
    """Where the journal's database is."""
    recorder: Any = city.installation.services.journal
    return str(recorder.dsn) if hasattr(recorder, "dsn") else f"sqlite:///{recorder.path}"


def test_a_cosignature_is_kept_for_the_witness_whose_token_it_came_with(
    city: LiveCity, client: TestClient, token: str
) -> None:
    note = city.installation.log.checkpoint()
    signed = str(Note(note.text, (*note.signatures, DISTRICT.sign(note.text, 1_700_000_000))))
    for who in ("", city.tokens["city"], city.tokens["auditor"]):
        assert client.post("/log/cosignature", content=signed, headers=headers(who) if who else {}).status_code == 401
    stranger = SigningKey.generate(DISTRICT.name, SigningKind.COSIGNATURE)
    forged = str(Note(note.text, (stranger.sign(note.text, 1_700_000_000),)))
    for body in (b"", b"\xff", forged.encode(), str(note).encode(), signed.replace("\n—", "\n\n—", 1).encode()):
        assert client.post("/log/cosignature", content=body, headers=headers(token)).status_code == 422
    assert client.post("/log/cosignature", content=b"x" * 70_000, headers=headers(token)).status_code == 413
    assert city.installation.log.signed() == note
    assert client.post("/log/cosignature", content=signed, headers=headers(token)).status_code == 204
    shown = Note.parse(client.get("/log/checkpoint", headers=headers(token)).text)
    assert shown.signed_by([DISTRICT.verifier]) == {DISTRICT.verifier: 1_700_000_000}


def test_a_witness_looks_after_a_real_server(
    city: LiveCity, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    key = tmp_path / "w" / "witness.key"
    assert witnessing.make_key(key, "310117.example/witness") == 0
    assert witnessing.make_key(key, "310117.example/witness") == 2
    verifier = VerifierKey.parse(capsys.readouterr().out)
    log = city.installation.log
    origin = [str(log.keys().signing.verifier)]
    _, token = city.installation.witnesses.register(verifier, now())
    with serving(create_app(city.installation.services)) as address:

        def look(**rest: Any) -> int:
            given = {"token": token, "origin_keys": origin} | rest
            return witnessing.run(f"http://{address}/", key=key, memory=None, every=None, **given)

        assert look() == 2
        assert "no checkpoint yet" in capsys.readouterr().err
        log.checkpoint()
        assert look() == 0
        grow(city, "park-1")
        assert look() == 0
        assert look() == 0
        assert "cosigned" in capsys.readouterr().out
        note = log.signed()
        assert note is not None
        assert note.signed_by([verifier])
        assert look(token="zdw_" + "0" * 16 + "_" + "0" * 64) == 2
        said = capsys.readouterr().err
        assert "set back to before it was registered" in said, "it may be that, and a server that lies would not own it"
        swapped = SigningKey.generate(log.keys().signing.name, SigningKind.ED25519)
        assert look(origin_keys=[str(swapped.verifier)]) == 1
        assert look(origin_keys=["no key"]) == 2
        assert "REFUSED" in capsys.readouterr().err

        entries = city.installation.services.journal.since(0, 1000)
        rewrite(address_of(city), [*entries[:3], *entries[4:], entries[3]])
        head = city.installation.services.journal.head()
        text = Checkpoint(log.keys().signing.name, head.size + 1, b"\x07" * 32).text
        forged = Note(text, (log.keys().signing.sign(text),))
        add_checkpoint(log, forged)
        assert look() == 2
        assert "UNPROVABLE" in capsys.readouterr().err, "our own server will not prove what is not so"
    key.chmod(0o644)
    assert witnessing.run(f"http://{address}", token, key, origin, None, None) == 2
    assert "chmod 600" in capsys.readouterr().err
    key.chmod(0o600)
    assert witnessing.run(f"http://{address}", token, key, origin, None, None) == 2
    assert witnessing.run("file:///etc/passwd", token, key, origin, None, None) == 2


def add_checkpoint(log: Any, note: Note) -> None:
    """As one who has the log's key and the database may do."""
    log._keep(log.keys(), note, Checkpoint.parse(note.text))  # noqa: SLF001 - the deed of an insider


def test_a_log_set_back_to_before_a_witness_was_registered_is_said_to_be_set_back(
    city: LiveCity, tmp_path: Path, capsys: pytest.CaptureFixture[str], client: TestClient
) -> None:
    log, witnesses = city.installation.log, city.installation.witnesses
    key = tmp_path / "witness.key"
    assert witnessing.make_key(key, "310117.example/witness") == 0
    verifier = VerifierKey.parse(capsys.readouterr().out)
    identity, token = witnesses.register(verifier, now())
    origin = log.keys().signing.name
    with serving(create_app(city.installation.services)) as address:

        def look() -> int:
            origins = [str(log.keys().signing.verifier)]
            return witnessing.run(f"http://{address}/", token, key=key, origin_keys=origins, memory=None, every=None)

        log.checkpoint()
        assert look() == 0
        witnesses.end(identity, now())
        assert look() == 2, "it was ended, and the log still bears out what was cosigned"
        # the journal as it would be after a backup of before was put in place: it lacks what was signed for later
        size = city.installation.services.journal.head().size
        text = Checkpoint(origin, size + 7, b"\x07" * 32).text
        seen = key.with_suffix(".seen")
        own = SigningKey.parse(key.read_text("utf-8").strip())
        seen.write_text(str(Note(text, (log.keys().signing.sign(text), own.sign(text, 1)))), "utf-8")
        capsys.readouterr()
        assert look() == 1
        assert "set back to before this witness was registered" in capsys.readouterr().err
    held = seen.read_text("utf-8")
    assert client.post("/log/cosignature", content=held).status_code == 409
    forged = Note(text, (SigningKey.generate(origin, SigningKind.ED25519).sign(text),))
    for nothing in (str(forged), str(log.signed()), "x"):
        answer = client.post("/log/cosignature", content=nothing)
        assert answer.status_code == 401, "who holds no promise that was broken learns nothing"
