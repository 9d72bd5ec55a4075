"""A partner of the small city with its endpoints, what sends to them, and receivers that answer as they are told."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from ipaddress import ip_network
from typing import Any

import pytest

from api.server.operations import Operations
from domain.participants.enterprises import Firm
from domain.participants.rosters.comparison import ImportRoster
from interop.rosters.uscc import valid_uscc
from tests.api.participants.receivers import Receiver, receiving
from tests.firm_ids import SALT
from tests.live_city import DOCUMENTS, FIRM, RIGHTS, SCHEMA, LiveCity
from tests.small_city import all_confirmed
from zhenduan.background.delivering import Delivering
from zhenduan.egress import Egress

LOOPBACK = Egress((ip_network("127.0.0.0/8"),), plain=True)
NEVER = threading.Event()
ENDPOINT = "endpoint { id status stop host url failures keys { generation secret publicKey until } }"
LOG = """query($id: ID!) { webhookDeliveries(endpoint: $id, first: 100) { totalCount nodes { eventId event redelivery status
  attempts { number code failure milliseconds sent headers body } } } }"""


@dataclass
class Clock:
    """The machine's clock, set ahead as a test wishes."""

    usual: Any
    ahead: timedelta = timedelta()

    def __call__(self) -> datetime:
        now: datetime = self.usual()
        return now + self.ahead


@dataclass
class Hooks:
    """A partner of the small city, its endpoints, and what sends to them."""

    city: LiveCity
    clock: Clock
    worker: Delivering
    rosters: int = 0
    firms: int = 1

    def key(self, organisation: str = "*", partner: str = "erp") -> str:
        issued = self.city.installation.accounts.issue_partner_key(partner, organisation, timedelta(days=300))
        self.city.tokens[f"{partner} {organisation}"] = issued.token
        return issued.id

    def stated(self, *firms: Firm) -> None:
        """A roster that states some firms, whatever it asks about them confirmed."""
        self.rosters += 1
        rows = tuple(enumerate(firms, 2))
        roster = ImportRoster(
            year=2024,
            digest=f"{self.rosters:064x}",
            filename="名单.xlsx",
            rows=rows,
            findings=(),
            refused_rows=0,
            salt=SALT,
            confirmed=all_confirmed(rows),
        )
        self.city.send(roster)
        services = self.city.installation.services
        assert services.models.wait_for(services.journal.wait_beyond(0, 0), 30)

    def happens(self, count: int = 1) -> None:
        """So many events, each of a thing of its own."""
        numbers = range(self.firms, self.firms + count)
        self.firms += count
        self.stated(*(FIRM.model_copy(update={"uscc": valid_uscc(one), "name": f"示例企业{one}"}) for one in numbers))

    def register(self, receiver: Receiver, who: str = "erp *", **more: Any) -> str:
        done = self.city.done(who, "registerEndpoint", ENDPOINT, url=receiver.url, **{"perSecond": 1000, **more})
        return str(done["endpoint"]["id"])

    def serve(self, endpoint: str) -> None:
        self.worker.serve(endpoint.split("/")[1], NEVER)

    def active(self, receiver: Receiver, who: str = "erp *", **more: Any) -> str:
        """An endpoint whose handshake is over, its events so far sent."""
        endpoint = self.register(receiver, who, **more)
        self.serve(endpoint)
        self.serve(endpoint)
        assert self.of(endpoint, who)["status"] == "ACTIVE"
        return endpoint

    def of(self, endpoint: str, who: str = "erp *") -> dict[str, Any]:
        query = f"query($id: ID!) {{ webhookEndpoint(id: $id) {{ {ENDPOINT.removeprefix('endpoint {')} }}"
        found: dict[str, Any] = self.city.data(who, query, id=endpoint)["webhookEndpoint"]
        return found

    def log(self, endpoint: str, who: str = "erp *") -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.city.data(who, LOG, id=endpoint)["webhookDeliveries"]["nodes"]
        return found


@pytest.fixture
def hooks(city: LiveCity) -> Hooks:
    services = city.installation.services
    clock = Clock(services.clock)
    own = replace(services, clock=clock, plain_endpoints=True, may_be_sent_to=LOOPBACK.permits_host)
    operations = Operations(own, SCHEMA, RIGHTS, documents=DOCUMENTS)
    made = LiveCity(replace(city.installation, services=own), operations, city.tokens, city.ready)
    found = Hooks(made, clock, Delivering(own, LOOPBACK))
    found.key()
    return found


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as found:
        yield found
