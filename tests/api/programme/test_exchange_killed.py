"""A process that is killed while a package is on its way (plan P8): nobody sends it again by itself, and a receipt settles it."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.api.programme.counterparts import Platform, platform, receipt_of, said
from tests.api.programme.test_exchange import Linked, key, linked, looked, ordered, standing
from zhenduan.background import exchanging
from zhenduan.exchange.http import Http

__all__ = ["linked"]

OTHER_PROCESS = """
import sys, threading
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from domain.programme.packages.terms import Counterpart
from zhenduan.background.exchanging import Exchanging
from zhenduan.exchange.http import Http
from zhenduan.settings import Settings
from zhenduan.wiring import opened

now = datetime.fromisoformat(sys.argv[3])
with opened(Settings(Path(sys.argv[1]), None)) as installation:
    services = replace(installation.services, clock=lambda: now)
    services.models.catch_up()
    Exchanging(services, {Counterpart.MIIT_PILOT: Http(sys.argv[2])}).look(threading.Event())
"""


def arrived(there: Platform) -> bool:
    for _ in range(600):
        if there.packages():
            return True
        time.sleep(0.1)
    return False


@pytest.mark.parametrize("city", ["sqlite"], indirect=True)
def test_killed_after_the_bytes_left_it_is_unknown_until_a_receipt_comes(
    linked: Linked, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with platform() as there:
        there.hangs = 8.0
        transport = Http(there.address)
        city = linked(transport)
        city.issued()
        package = ordered(city)
        now = city.installation.services.clock().isoformat()
        command = [sys.executable, "-c", OTHER_PROCESS, str(tmp_path / "data"), there.address, now]
        with subprocess.Popen(command) as process:  # noqa: S603 - our own code
            try:
                assert arrived(there), "the other process sent nothing"
            finally:
                process.kill()
        there.hangs = 0.0
        looked(city, transport)
        assert standing(city, package)["sending"]["status"] == "UNDERWAY", "another may be at it still"
        monkeypatch.setattr(exchanging, "STALE_SECONDS", -1.0)
        looked(city, transport)
        looked(city, transport)
        found = standing(city, package)["sending"]
        assert (found["status"], found["attempt"], len(there.packages())) == ("UNKNOWN", 1, 1)
        there.receipts[key(package)] = said(receipt_of(there.packages()[0]))
        looked(city, transport)
        assert standing(city, package)["status"] == "HANDED_OVER"
