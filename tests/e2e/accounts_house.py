"""A house with accounts 账号环境: a city, its local accounts and a clock that a test sets."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from domain.access import Role
from domain.instants import city_day
from domain.participants.organisations import OrganisationKind, RegisterOrganisation
from domain.participants.people.memberships import EndMembership, GrantMembership
from domain.participants.people.registration import RegisterPerson
from journal import open_journal
from journal.secrets.vault import Vault, open_vault
from projections import ReadModels, open_read_models
from tests.small_city import CITY, City
from zhenduan.accounts.accounts import LocalAccounts
from zhenduan.accounts.second_factors import SecondFactors
from zhenduan.accounts.sessions import SessionLimits
from zhenduan.accounts.sign_in_limits import SignInLimits

CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
PASSWORD = "一把很长的示例密码 2024"
MINUTE = timedelta(minutes=1)


@dataclass
class Clock:
    now: datetime = field(default_factory=lambda: datetime.now(UTC))

    def __call__(self) -> datetime:
        return self.now


@dataclass
class House:
    """A small city with people, and the accounts over it."""

    city: City
    models: ReadModels
    vault: Vault
    clock: Clock
    accounts: LocalAccounts
    factors: SecondFactors

    def grant(self, person: str, membership: str, role: Role, organisation: str, until: date | None = None) -> None:
        since = city_day(self.clock.now) - timedelta(days=30)
        command = GrantMembership(
            person=person, membership=membership, role=role, organisation=organisation, since=since, until=until
        )
        self.city.send(CITY, command)
        self.models.catch_up()

    def end(self, person: str, membership: str, on: date) -> None:
        self.city.send(CITY, EndMembership(person=person, membership=membership, on=on))
        self.models.catch_up()

    def more(self, **limits: SignInLimits | SessionLimits) -> LocalAccounts:
        return LocalAccounts(self.vault, self.models, self.city.journal, self.clock, self.factors, hasher=CHEAP, **limits)  # type: ignore[arg-type]


@pytest.fixture
def house(url: str, tmp_path: Path) -> Iterator[House]:
    journal = open_journal(url)
    city = City(journal)
    district = RegisterOrganisation(organisation="310117", kind=OrganisationKind.DISTRICT, name="松江区")
    city.send(CITY, district)
    city.send(CITY, RegisterPerson(person="u1", name="x"))
    sqlite = url.startswith("sqlite")
    models = open_read_models(f"sqlite:///{tmp_path / 'rows.db'}" if sqlite else url, journal)
    vault = open_vault(f"sqlite:///{tmp_path / 'vault.db'}" if sqlite else url)
    clock = Clock()
    factors = SecondFactors(vault, bytes(32))
    accounts = LocalAccounts(vault, models, journal, clock, factors, hasher=CHEAP)
    made = House(city, models, vault, clock, accounts, factors)
    made.grant("u1", "m1", Role.DISTRICT, "310117")
    made.accounts.register("li", PASSWORD, "u1")
    yield made
    vault.close()
    models.close()
    journal.close()


def token(house: House) -> str:
    opened = house.accounts.sign_in("li", PASSWORD)
    assert opened is not None
    return opened.token
