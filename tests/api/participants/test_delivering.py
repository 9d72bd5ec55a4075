"""Deliveries of a program that is killed, and beside a receiver that hangs (plan P8): nothing is lost, nobody else waits."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import psutil
import pytest

from api.server.operations import Operations
from tests.api.conftest import Built, lived_in
from tests.api.participants.receivers import hangs, receiving, says
from tests.live_city import DOCUMENTS, RIGHTS, SCHEMA, LiveCity
from zhenduan.background.delivering import delivering
from zhenduan.egress import EGRESS_NETWORKS, EGRESS_PLAIN, Egress, egress_of

LOCAL = {EGRESS_NETWORKS: "127.0.0.0/8", EGRESS_PLAIN: "yes"}
EGRESS: Egress = egress_of(LOCAL)
STARTS_WITHIN = 150.0
"""Seconds: on a crowded machine a program takes them to start, and what it makes stands behind."""


@pytest.fixture
def city(built: Callable[..., Built], copied: Callable[[Built, Path], Built], tmp_path: Path) -> Iterator[LiveCity]:
    with lived_in(copied(built("sqlite", None), tmp_path / "city")) as opened:
        services = replace(opened.installation.services, plain_endpoints=True, may_be_sent_to=EGRESS.permits_host)
        operations = Operations(services, SCHEMA, RIGHTS, documents=DOCUMENTS)
        made = LiveCity(replace(opened.installation, services=services), operations, opened.tokens)
        made.tokens["erp"] = opened.installation.accounts.issue_partner_key("erp", "*", timedelta(days=1)).token
        yield made


def registered(city: LiveCity, url: str) -> str:
    done = city.done("erp", "registerEndpoint", "endpoint { id }", url=url, perSecond=1000)
    return str(done["endpoint"]["id"])


@contextmanager
def projecting(city: LiveCity) -> Iterator[subprocess.Popen[bytes]]:
    """The program that folds, and below it what sends, both killed in the end."""
    given = (sys.executable, "-m", "zhenduan", "--data", str(city.installation.services.blobs.folder.parent), "project")
    with subprocess.Popen(given, env=os.environ | LOCAL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as started:  # noqa: S603 - ours
        try:
            yield started
        finally:
            if started.poll() is None:
                for one in psutil.Process(started.pid).children(recursive=True):
                    one.kill()
                started.kill()


def sender(program: int) -> psutil.Process:
    """The process below a program that sends, once it does: the one that stands behind it."""
    deadline = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < deadline:
        for one in psutil.Process(program).children(recursive=True):
            with suppress(psutil.NoSuchProcess):
                if one.nice() > psutil.Process(program).nice():
                    return one
        time.sleep(0.05)
    raise AssertionError("nothing sends")


def test_what_sends_stands_behind_its_program_and_another_takes_its_place(city: LiveCity) -> None:
    """plan P7, P8: killed alone it is made again, and it does not outlive its program."""
    with receiving() as receiver, projecting(city) as program:
        registered(city, receiver.url)
        first = sender(program.pid)
        diagnosis = city.opened()
        assert receiver.until(1, STARTS_WITHIN), "nothing was sent"
        first.kill()
        gone, _ = psutil.wait_procs([first], 10)
        assert gone
        city.done("district", "withdrawDiagnosis", diagnosis=diagnosis, reason="重复立项")
        assert len(receiver.until(2, STARTS_WITHIN)) == 2
        second = sender(program.pid)
        assert second.pid != first.pid
        program.send_signal(signal.SIGTERM)
        assert program.wait(STARTS_WITHIN) == 0
        gone, _ = psutil.wait_procs([second], STARTS_WITHIN)
        assert gone


def test_killed_between_send_and_record_it_sends_again_under_the_same_id_and_loses_nothing(city: LiveCity) -> None:
    with receiving() as receiver:
        endpoint = registered(city, receiver.url)
        held = threading.Event()
        receiver.answer = lambda handler, one: (held.wait(20), says(204)(handler, one))[1]
        with projecting(city):
            deadline = time.monotonic() + STARTS_WITHIN
            status = "{ webhookEndpoints { nodes { status } } }"
            while time.monotonic() < deadline:
                if city.data("erp", status)["webhookEndpoints"]["nodes"] == [{"status": "ACTIVE"}]:
                    break
                time.sleep(0.1)
            diagnosis = city.opened()
            assert receiver.until(1), "nothing was sent"
        held.set()
        receiver.answer = says(204)
        city.done("district", "withdrawDiagnosis", diagnosis=diagnosis, reason="重复立项")
        with projecting(city):
            receiver.until(3, STARTS_WITHIN)
            time.sleep(1)
        first, again, following, *more = receiver.received
        assert (again.identity, again.body) == (first.identity, first.body)
        assert following.event["type"] == "diagnosis.case-withdrawn.v1"
        assert more == []
        log = "query($id: ID!) { webhookDeliveries(endpoint: $id) { nodes { event status } } }"
        told = city.data("erp", log, id=endpoint)["webhookDeliveries"]["nodes"]
        assert {one["status"] for one in told} == {"DELIVERED"}


def test_a_receiver_that_hangs_delays_no_other(city: LiveCity) -> None:
    with receiving() as slow, receiving() as quick:
        slow.answer = hangs(30)
        registered(city, slow.url)
        registered(city, quick.url)
        with delivering(city.installation.services, EGRESS, seconds=0.05):
            deadline = time.monotonic() + 30
            status = "{ webhookEndpoints { nodes { status } } }"
            while time.monotonic() < deadline:
                if {one["status"] for one in city.data("erp", status)["webhookEndpoints"]["nodes"]} == {"ACTIVE"}:
                    break
                time.sleep(0.05)
            diagnosis = city.opened()
            assert slow.until(1)
            city.done("district", "withdrawDiagnosis", diagnosis=diagnosis, reason="重复立项")
            began = time.monotonic()
            assert len(quick.until(2, 10)) == 2
            assert time.monotonic() - began < 5
            assert len(slow.received) == 1
