"""Deliveries of a process that is killed, and beside a receiver that hangs (plan P8): nothing is lost, nobody else waits."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import psutil
import pytest

from api.server.operations import Operations
from domain.instants import microseconds
from tests.api.conftest import Built, lived_in
from tests.api.participants.conftest import NEVER, Clock
from tests.api.participants.receivers import receiving, says
from tests.live_city import DOCUMENTS, RIGHTS, SCHEMA, LiveCity
from zhenduan import serving
from zhenduan.background import delivering_apart as apart
from zhenduan.background.delivering import Delivering, delivering
from zhenduan.egress import EGRESS_NETWORKS, EGRESS_PLAIN, Egress, egress_of
from zhenduan.settings import Settings

EGRESS: Egress = egress_of({EGRESS_NETWORKS: "127.0.0.0/8", EGRESS_PLAIN: "yes"})
STARTS_WITHIN = 150.0
"""Seconds: on a crowded machine a process takes them to start, and what it makes stands behind."""
LEASES_ARE_OVER = timedelta(seconds=60)
STATUSES = "{ webhookEndpoints { nodes { status } } }"


@pytest.fixture
def city(built: Callable[..., Built], copied: Callable[[Built, Path], Built], tmp_path: Path) -> Iterator[LiveCity]:
    with lived_in(copied(built("sqlite", None), tmp_path / "city")) as opened:
        services = replace(opened.installation.services, plain_endpoints=True, may_be_sent_to=EGRESS.permits_host)
        operations = Operations(services, SCHEMA, RIGHTS, documents=DOCUMENTS)
        made = LiveCity(replace(opened.installation, services=services), operations, opened.tokens)
        made.tokens["erp"] = opened.installation.accounts.issue_partner_key("erp", "*", timedelta(days=1)).token
        yield made


def settings_of(city: LiveCity) -> Settings:
    return Settings(city.installation.services.blobs.folder.parent, egress=EGRESS)


def registered(city: LiveCity, url: str) -> str:
    done = city.done("erp", "registerEndpoint", "endpoint { id }", url=url, perSecond=1000)
    return str(done["endpoint"]["id"])


def until_active(city: LiveCity, *let_go: str) -> None:
    """Wait until the handshake of every endpoint is answered, and until nobody is at some of them any more."""
    services, deadline = city.installation.services, time.monotonic() + STARTS_WITHIN

    def is_free(endpoint: str) -> bool:
        return services.deliveries.lease(endpoint.split("/")[1], "nobody", microseconds(services.clock()), 0)

    while {one["status"] for one in city.data("erp", STATUSES)["webhookEndpoints"]["nodes"]} != {"ACTIVE"} or not all(
        map(is_free, let_go)
    ):
        assert time.monotonic() < deadline, "no handshake"
        time.sleep(0.05)


def sender() -> psutil.Process:
    """The process below this one that sends, once it does: the one that stands as far behind as that."""
    own, deadline = psutil.Process(), time.monotonic() + STARTS_WITHIN
    while time.monotonic() < deadline:
        for one in own.children(recursive=True):
            with suppress(psutil.NoSuchProcess):
                if one.nice() == own.nice() + apart.BOUNDS.niceness and one.status() != psutil.STATUS_ZOMBIE:
                    return one
        time.sleep(0.05)
    raise AssertionError("nothing sends")


def test_what_sends_stands_behind_its_program_and_another_takes_its_place(
    city: LiveCity, monkeypatch: pytest.MonkeyPatch
) -> None:
    """plan P7, P8: killed alone it is made again, and it does not outlive its program."""
    monkeypatch.setattr(apart, "AGAIN_SECONDS", 0.2)
    with receiving() as receiver:
        endpoint = registered(city, receiver.url)
        with apart.delivering_apart(city.installation.services, settings_of(city)):
            first = sender()
            until_active(city, endpoint)
            first.kill()
            psutil.wait_procs([first], 10)
            diagnosis = city.opened()
            second = sender()
            assert second.pid != first.pid
            assert [one.event["subject"] for one in receiver.until(1, STARTS_WITHIN)] == [diagnosis]
        gone, _ = psutil.wait_procs([second], STARTS_WITHIN)
        assert gone


class BegunError(Exception):
    """What was to be begun is."""


@pytest.mark.parametrize("program", ["serve", "project"])
def test_whichever_program_keeps_time_sends(city: LiveCity, program: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def begun(_services: object, given: Settings) -> None:
        assert given.egress == EGRESS
        raise BegunError

    monkeypatch.setattr(serving, "delivering_apart", begun)
    over = threading.Event()
    over.set()
    monkeypatch.setattr(serving, "_told_to_stop", lambda: over)  # signals are the tests' own
    monkeypatch.setattr("uvicorn.Server.run", lambda *_of: None)
    settings, listening = settings_of(city), socket.create_server(("127.0.0.1", 0))
    monkeypatch.setattr(serving, "address_taken", lambda *_at: [listening])
    with listening, pytest.raises(BegunError):
        _ = serving.project(settings) if program == "project" else serving.serve(settings, "127.0.0.1", 0, project=True)


def test_killed_between_send_and_record_it_sends_again_under_the_same_id_and_loses_nothing(city: LiveCity) -> None:
    services = city.installation.services
    with receiving() as receiver:
        endpoint, held = registered(city, receiver.url), threading.Event()
        Delivering(services, EGRESS).serve(endpoint.split("/")[1], NEVER)
        until_active(city)
        receiver.answer = lambda handler, one: (held.wait(STARTS_WITHIN), says(204)(handler, one))[1]
        with apart.delivering_apart(services, settings_of(city)):
            killed = sender()
            diagnosis = city.opened()
            assert receiver.until(1, STARTS_WITHIN), "nothing was sent"
            killed.kill()
        held.set()
        receiver.answer = says(204)
        city.done("district", "withdrawDiagnosis", diagnosis=diagnosis, reason="重复立项")
        assert services.models.wait_for(services.journal.wait_beyond(0, 0), 30)
        late = Clock(services.clock, LEASES_ARE_OVER)
        Delivering(replace(services, clock=late), EGRESS).serve(endpoint.split("/")[1], NEVER)
        first, again, following = receiver.received
        assert (again.identity, again.body) == (first.identity, first.body)
        assert following.event["type"] == "diagnosis.case-withdrawn.v1"
        log = "query($id: ID!) { webhookDeliveries(endpoint: $id) { nodes { event status } } }"
        told = city.data("erp", log, id=endpoint)["webhookDeliveries"]["nodes"]
        assert {one["status"] for one in told} == {"DELIVERED"}


def test_a_receiver_that_hangs_delays_no_other(city: LiveCity) -> None:
    with receiving() as slow, receiving() as quick:
        held = threading.Event()
        slow.answer = lambda handler, one: (held.wait(30), says(204)(handler, one))[1]
        registered(city, slow.url)
        registered(city, quick.url)
        with delivering(city.installation.services, EGRESS, seconds=0.05):
            until_active(city)
            diagnosis = city.opened()
            assert slow.until(1)
            city.done("district", "withdrawDiagnosis", diagnosis=diagnosis, reason="重复立项")
            began = time.monotonic()
            assert len(quick.until(2, 10)) == 2
            assert time.monotonic() - began < 5
            assert len(slow.received) == 1
            held.set()  # else the end of the block waits for it
