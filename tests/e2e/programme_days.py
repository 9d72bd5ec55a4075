"""The programme on the days of its years: who says what over HTTP, each signed in by login and password, by a clock moved on."""

import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from starlette.testclient import TestClient

from api.app import create_app
from api.server.admission import AdmissionLimits
from domain.access import Role
from domain.instants import SHANGHAI
from domain.participants.organisations import OrganisationKind, RegisterOrganisation
from domain.participants.people.memberships import GrantMembership
from domain.participants.people.registration import RegisterPerson
from tests.api.providers.selected_city import Clock
from tests.live_city import PASSWORD, LiveCity, build_city, followed, open_city
from zhenduan.background.computing import compute_waiting
from zhenduan.background.due_acts import do_due_acts

NEVER = threading.Event()
PATIENT = AdmissionLimits(deadline_seconds=120.0, wait_seconds=60.0, standing_seconds=60.0, share=1.0)
"""A busy machine renders a report slowly; nothing here is about that."""


class Programme:
    """The programme on a day of its year: who says what over HTTP, each signed in by login and password."""

    def __init__(self, city: LiveCity, client: TestClient, clock: Clock) -> None:
        self.city, self.client, self.clock = city, client, clock
        self.tokens: dict[str, str] = {}

    def on(self, day: str) -> None:
        """The morning of a day; what the program does when a time is over was done on each day until then."""
        while self.clock.moment.astimezone(SHANGHAI).date() < date.fromisoformat(day):
            self.clock.moment += timedelta(days=1)
            do_due_acts(self.city.installation.services, NEVER)
        self.tokens = {}

    def computed(self) -> None:
        """What waits to be worked out apart from the server is."""
        services = self.city.installation.services
        services.models.catch_up()
        compute_waiting(services, NEVER)

    @property
    def today(self) -> str:
        return self.city.today

    def _token(self, who: str) -> str:
        if who not in self.tokens:
            said = "mutation($input: SignInInput!) { signIn(input: $input) { session { token } userErrors { code } } }"
            sent = {"query": said, "variables": {"input": {"login": who, "password": PASSWORD}}}
            self.tokens[who] = self.client.post("/graphql", json=sent).json()["data"]["signIn"]["session"]["token"]
        return self.tokens[who]

    def headers(self, who: str) -> dict[str, str]:
        return {"authorization": f"Bearer {self._token(who)}"}

    def read(self, who: str, query: str, **variables: Any) -> Any:
        """What is on record by now, of every object that a command touched."""
        self.city.installation.services.models.catch_up()
        return self._answered(who, query, variables)

    def _answered(self, who: str, query: str, variables: Mapping[str, Any]) -> Any:
        answer = self.client.post("/graphql", json={"query": query, "variables": variables}, headers=self.headers(who)).json()
        assert "errors" not in answer, answer
        return answer["data"]

    def publicly(self, query: str) -> Any:
        """What anyone reads, without signing in."""
        self.city.installation.services.models.catch_up()
        answer = self.client.post("/graphql", json={"query": query}).json()
        assert "errors" not in answer, answer
        return answer["data"]

    def says(self, who: str, name: str, thing: str = "", /, **given: Any) -> Any:
        """What a command is answered, which must not be refused."""
        payload = self._sent(who, name, thing, given)
        assert payload["userErrors"] == [], (name, payload["userErrors"])
        return payload

    def refused(self, who: str, name: str, /, **given: Any) -> str:
        (code,) = {str(one["code"]) for one in self._sent(who, name, "", given)["userErrors"]}
        return code

    def _sent(self, who: str, name: str, thing: str, given: Mapping[str, Any]) -> Any:
        kind = f"{name[0].upper()}{name[1:]}Input"
        asked = f"mutation($input: {kind}!) {{ {name}(input: $input) {{ {thing} userErrors {{ code message field }} }} }}"
        return self._answered(who, asked, {"input": given})[name]

    def uploaded(self, who: str, kind: str, filename: str, content: bytes) -> str:
        url = self.says(who, "requestUpload", "ticket { url }", kind=kind, filename=filename)["ticket"]["url"]
        return str(self.client.put(url, content=content, headers=self.headers(who)).json()["sha256"])

    def download(self, who: str, path: str) -> bytes:
        answer = self.client.get(path, headers=self.headers(who))
        assert answer.status_code == 200, answer.text
        return answer.content


@contextmanager
def programme_from(
    began: datetime, folder: Path, address: str, joining: Iterable[tuple[str, Role, str]], providers: Iterable[str] = ()
) -> Iterator[Programme]:
    """The small city on a morning, with more providers and people: (login, role, unit); who is named twice has both roles."""
    clock = Clock(began)
    tokens = build_city(folder, address, demo=True, clock=clock)
    with open_city(folder, address, tokens, demo=True, clock=clock) as city:
        for one in providers:
            city.send(RegisterOrganisation(organisation=one, kind=OrganisationKind.PROVIDER, name=f"示例诊断服务{one}"))
        known = set[str]()
        for login, role, unit in joining:
            if login not in known:
                known.add(login)
                city.send(RegisterPerson(person=login, name=f"示例人员{login}"))
                city.installation.accounts.register(login, PASSWORD, login)
            granted = {"person": login, "membership": f"m-{login}-{role}", "role": role, "organisation": unit}
            city.send(GrantMembership(**granted, since=date(2024, 1, 1)))
        city.installation.services.models.catch_up()
        with followed(city), TestClient(create_app(city.installation.services, admission=PATIENT)) as client:
            yield Programme(city, client, clock)
