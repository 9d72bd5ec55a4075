"""Signing on 统一认证环境: an identity provider of our own, and an installation that trusts it."""

import ssl
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
from starlette.testclient import TestClient

from api.app import create_app
from domain.access import Role
from domain.participants.organisations import OrganisationKind, RegisterOrganisation
from domain.participants.people.memberships import GrantMembership
from domain.participants.people.registration import RegisterPerson
from zhenduan.accounts.single_sign_on_provider import (
    ProviderSettings,
)
from zhenduan.settings import Settings
from zhenduan.wiring import Installation, opened, operator

HOME = "http://testserver"
PLAIN = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""Nothing here speaks TLS: to read the machine's certificates for each request took a fifth of these tests."""


VIEWER = "{ viewer { actor role organisation } }"


@dataclass
class Provider:
    address: str

    def control(self, **instructions: Any) -> dict[str, Any]:
        found: dict[str, Any] = httpx2.post(self.address + "/control", json=instructions, verify=PLAIN).json()
        return found

    def signed(self, kid: str = "k1", header: dict[str, Any] | None = None, **claims: Any) -> str:
        return str(self.control(sign=claims, kid=kid, header=header)["token"])


@pytest.fixture(scope="module")
def process() -> Iterator[str]:
    script = Path(__file__).with_name("identity_provider.py")
    with subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, text=True) as running:  # noqa: S603 - our own script
        assert running.stdout is not None
        yield running.stdout.readline().strip()
        running.terminate()


@pytest.fixture
def provider(process: str) -> Provider:
    found = Provider(process)
    found.control(published=["k1"], subject="sub-1", nonce=None)
    return found


@dataclass
class Clock:
    ahead: timedelta = timedelta(0)

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def installation(url: str, tmp_path: Path, provider: Provider, clock: Clock) -> Iterator[Installation]:
    settings = Settings(
        tmp_path / "data",
        None if url.startswith("sqlite") else url,
        provider=ProviderSettings(provider.address, "zhenduan", HOME),
    )
    with opened(settings, create=True, clock=clock) as found:
        send = found.services.send
        for unit, kind in (("310117", OrganisationKind.DISTRICT), ("audit", OrganisationKind.AUDITOR)):
            send(operator("tests"), RegisterOrganisation(organisation=unit, kind=kind, name=unit))
        send(operator("tests"), RegisterPerson(person="li", name="x"))
        for membership, role, unit in (("m1", Role.DISTRICT, "310117"), ("m2", Role.AUDITOR, "audit")):
            grant = GrantMembership(
                person="li", membership=membership, role=role, organisation=unit, since=date(2024, 1, 1)
            )
            send(operator("tests"), grant)
        found.services.models.catch_up()
        yield found


@pytest.fixture
def linked(installation: Installation, provider: Provider) -> Installation:
    installation.accounts.subjects.link(provider.address, "sub-1", "li")
    return installation


@pytest.fixture
def client(linked: Installation) -> Iterator[TestClient]:
    with TestClient(create_app(linked.services), follow_redirects=False) as found:
        yield found


def viewer(client: TestClient, token: str) -> tuple[int, Any]:
    headers = {"authorization": f"Bearer {token}", "accept": "application/graphql-response+json"}
    answer = client.post("/graphql", json={"query": VIEWER}, headers=headers)
    return answer.status_code, answer.json().get("data", {}).get("viewer")
