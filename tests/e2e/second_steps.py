"""Second steps 第二步: a person who signs in over HTTP, with whatever factors a test gives."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyotp
import pytest
from argon2 import PasswordHasher
from starlette.testclient import TestClient

from api.app import create_app
from domain.access import Role
from domain.participants.organisations import OrganisationKind, RegisterOrganisation
from domain.participants.people.memberships import GrantMembership
from domain.participants.people.registration import RegisterPerson
from zhenduan.settings import Settings
from zhenduan.wiring import Installation, opened, operator

CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
PASSWORD = "一把很长的示例密码 2024"
HOME = "https://zhenduan.example"
HALF_MINUTE = timedelta(seconds=30)
STEP = "secondStep { ticket mustEnrol methods passkeyOptions }"
SIGN_IN = f"signIn(input: $input) {{ session {{ token }} userErrors {{ code }} {STEP} }}"
PASS = "passSecondFactor(input: $input) { session { token } userErrors { code message messageInEnglish } }"
ENROL = "enrolSecondFactor(input: $input) { enrolment { ticket secret address passkeyOptions } userErrors { code } }"
CONFIRM = "confirmSecondFactor(input: $input) { factor recoveryCodes session { token } userErrors { code } }"


@dataclass
class Clock:
    now: datetime = field(default_factory=lambda: datetime.now(UTC))

    def __call__(self) -> datetime:
        return self.now


@dataclass
class Person:
    """A person at a browser."""

    client: TestClient
    clock: Clock
    installation: Installation
    token: str | None = None

    def ask(self, what: str, **given: Any) -> Any:
        name = what.strip("{ ").split("(")[0].split(" ")[0]
        headers = {"authorization": f"Bearer {self.token}"} if self.token else {}
        if name == "viewer":
            body = {"query": what}
        else:
            kind = name[0].upper() + name[1:] + "Input"
            body = {"query": f"mutation($input: {kind}!) {{ {what} }}", "variables": {"input": given}}  # type: ignore[dict-item] # JSON
        answer = self.client.post("/graphql", json=body, headers=headers).json()
        assert "errors" not in answer, answer
        return answer["data"][name]

    def sign_in(self, login: str = "li") -> Any:
        self.token = None
        found = self.ask(SIGN_IN, login=login, password=PASSWORD)
        self.token = found["session"]["token"] if found["session"] else None
        return found

    def enrolled(self) -> tuple[str, list[str]]:
        """(secret, recovery codes) of a time code enrolled in a session."""
        self.sign_in()
        given = self.ask(ENROL, kind="TIME_CODE", password=PASSWORD)["enrolment"]
        done = self.ask(CONFIRM, ticket=given["ticket"], name="手机", code=self.code(given["secret"]))
        assert done["userErrors"] == []
        self.clock.now += HALF_MINUTE
        return given["secret"], done["recoveryCodes"]

    def code(self, secret: str, off: int = 0) -> str:
        return pyotp.TOTP(secret).at(int(self.clock.now.timestamp()) + 30 * off)

    def step(self) -> str:
        return str(self.sign_in()["secondStep"]["ticket"])


def codes(payload: Any) -> list[str]:
    return [error["code"] for error in payload["userErrors"]]


@pytest.fixture
def clock() -> Clock:
    return Clock()


Opened = Callable[..., Person]


@pytest.fixture
def person(url: str, tmp_path: Path, clock: Clock) -> Iterator[Opened]:
    """A person of a role, in an installation with a date from which some roles need a second factor."""
    closing: list[Any] = []

    def make(role: Role = Role.CITY, since: date | None = None, home: str = HOME) -> Person:
        address = None if url.startswith("sqlite") else url
        settings = Settings(tmp_path / "data", address, home=home, second_factor_from=since)
        context = opened(settings, create=True, clock=clock, hasher=CHEAP)
        installation = context.__enter__()
        closing.append(context)
        send = installation.services.send
        kinds = {
            Role.CITY: OrganisationKind.CITY,
            Role.OPERATOR: OrganisationKind.OPERATOR,
            Role.AUDITOR: OrganisationKind.AUDITOR,
            Role.DISTRICT: OrganisationKind.DISTRICT,
        }
        units = {Role.CITY: "city", Role.OPERATOR: "op", Role.AUDITOR: "audit", Role.DISTRICT: "310117"}
        for each, unit in units.items():
            send(operator("tests"), RegisterOrganisation(organisation=unit, kind=kinds[each], name=unit))
        send(operator("tests"), RegisterPerson(person="li", name="x"))
        grant = GrantMembership(
            person="li", membership="m1", role=role, organisation=units[role], since=date(2024, 1, 1)
        )
        send(operator("tests"), grant)
        installation.services.models.catch_up()
        installation.accounts.register("li", PASSWORD, "li")
        client = TestClient(create_app(installation.services))
        client.__enter__()
        closing.append(client)
        return Person(client, clock, installation)

    yield make
    for context in reversed(closing):
        context.__exit__(None, None, None)
