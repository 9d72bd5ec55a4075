"""A small city behind the API: units, firms in two districts, one person a role, each signed in."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from argon2 import PasswordHasher
from graphql import OperationType

from api.kit import mutations
from api.kit.published import declared
from api.schema import build_schema
from api.server.change_notifications import ChangeNotifications
from api.server.messages import GraphQLRequest
from api.server.operations import Operations
from api.server.query_cost import Limits
from api.server.query_documents import documents_of
from domain.access import Role
from domain.instants import city_day
from domain.kernel import Command
from domain.participants.enterprises import Firm
from domain.participants.organisations import OrganisationKind, RegisterOrganisation
from domain.participants.people.memberships import GrantMembership
from domain.participants.people.registration import RegisterPerson
from domain.participants.rosters.comparison import ImportRoster
from domain.standard.editions import PublishEdition
from standards import Answer, Form, load
from tests.firm_ids import SALT, firm_id
from tests.rules.firms import answer_at
from tests.small_city import confirming
from zhenduan.accounts.accounts import LocalAccounts
from zhenduan.settings import Settings
from zhenduan.wiring import Installation, opened, operator

EDITION = load("2023")
NO_OTHERS: Mapping[str, Answer] = MappingProxyType({})
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
"""Passwords of the tests cost little to hash."""
SCHEMA = build_schema()
RIGHTS = declared(SCHEMA)
DOCUMENTS = documents_of(SCHEMA, RIGHTS)
"""What tests ask is parsed, validated and compiled once in a process, not once for each city."""
UNBOUNDED = documents_of(SCHEMA, RIGHTS, Limits(depth=99, written=9_999, aliases=9_999, cost=10**9))
"""As `DOCUMENTS`, for tests that ask for all there is in one document."""
for _documents in (DOCUMENTS, UNBOUNDED):
    # Whoever asks for each of more documents than are kept, again and again, finds none of them: it took five times as long.
    _documents.prepare = lru_cache(2_048)(_documents.prepare.__wrapped__)
"""Built once: it holds no state of a program."""
PASSWORD = "correct horse battery"
KINDS = frozenset({OperationType.QUERY, OperationType.MUTATION})

FIRM = Firm(
    uscc="91310000132260250X",
    name="示例精密机械有限公司",
    district="310117",
    subdistrict="310117001",
    park="songjiang-park",
    reporting_unit="chemical-park",
    group="g1",
    industry="C34",
    employees=320,
    revenue_wan=Decimal(21000),
    size_class="medium",
    above_scale=True,
)
OTHER = FIRM.model_copy(
    update={
        "uscc": "91330100799655058B",
        "name": "示例临港新材料有限公司",
        "district": "310115",
        "subdistrict": None,
        "park": None,
        "reporting_unit": None,
        "group": None,
    }
)
ENTERPRISE, OTHER_ENTERPRISE = firm_id(FIRM.uscc), firm_id(OTHER.uscc)

UNITS = (
    ("city", OrganisationKind.CITY, "上海市经济和信息化委员会"),
    ("310117", OrganisationKind.DISTRICT, "松江区"),
    ("310115", OrganisationKind.DISTRICT, "浦东新区"),
    ("310117001", OrganisationKind.SUBDISTRICT, "岳阳街道"),
    ("songjiang-park", OrganisationKind.PARK, "松江园区"),
    ("g1", OrganisationKind.GROUP, "示例集团"),
    ("p1", OrganisationKind.PROVIDER, "示例诊断服务一所"),
    ("p2", OrganisationKind.PROVIDER, "示例诊断服务二所"),
    ("audit", OrganisationKind.AUDITOR, "审计局"),
    ("chemical-park", OrganisationKind.REPORTING_UNIT, "示例化学工业区"),
    ("experts", OrganisationKind.EXPERT_GROUP, "示例专家组"),
    ("support", OrganisationKind.SUPPORT, "示例支撑机构"),
    ("bank", OrganisationKind.BANK, "示例银行"),
    ("supplier", OrganisationKind.SUPPLIER, "示例方案商"),
    ("platform", OrganisationKind.OPERATOR, "示例运维单位"),
)
ABOVE = {"310117": "city", "310115": "city", "310117001": "310117", "songjiang-park": "310117"}
"""Unit -> the unit above it."""
PEOPLE = (
    ("city", Role.CITY, "city"),
    ("district", Role.DISTRICT, "310117"),
    ("pudong", Role.DISTRICT, "310115"),
    ("subdistrict", Role.SUBDISTRICT, "310117001"),
    ("park", Role.PARK, "songjiang-park"),
    ("group", Role.GROUP, "g1"),
    ("enterprise", Role.ENTERPRISE, ENTERPRISE),
    ("stranger", Role.ENTERPRISE, OTHER_ENTERPRISE),
    ("provider", Role.PROVIDER, "p1"),
    ("rival", Role.PROVIDER, "p2"),
    ("auditor", Role.AUDITOR, "audit"),
    ("filler", Role.FILLER, ENTERPRISE),
    ("department", Role.DEPARTMENT_FILLER, ENTERPRISE),
    ("confirmer", Role.CONFIRMER, ENTERPRISE),
    ("diagnostician", Role.DIAGNOSTICIAN, "p1"),
    ("reviewer", Role.REVIEWER, "p1"),
    ("unit", Role.REPORTING_UNIT, "chemical-park"),
    ("reader", Role.READER, "experts"),
    ("support", Role.SUPPORT, "support"),
    ("bank", Role.BANK, "bank"),
    ("supplier", Role.SUPPLIER, "supplier"),
    ("operator", Role.OPERATOR, "platform"),
)
CONTACTS = frozenset({"city", "district", "subdistrict", "enterprise"})
"""People who are the named contacts of their units."""

OPEN = """mutation($input: OpenDiagnosisInput!) { openDiagnosis(input: $input) {
  diagnosis { id status version } position version userErrors { code clause field message messageInEnglish } } }"""


class Tokens(dict[str, str]):
    """Token of each login; one that ran out is made anew when it is asked for, and no other."""

    def __init__(self, known: Mapping[str, str], accounts: LocalAccounts) -> None:
        super().__init__(known)
        self._accounts = accounts
        self._run_out: set[str] = set()

    def run_out(self) -> None:
        """So much later that everyone has to sign in anew."""
        self._run_out = set(self)

    def __getitem__(self, login: str) -> str:
        if login in self._run_out:
            signed_in = self._accounts.sign_in(login, PASSWORD)
            assert signed_in is not None
            self[login] = signed_in.token
        return super().__getitem__(login)

    def __setitem__(self, login: str, token: str) -> None:
        self._run_out.discard(login)
        super().__setitem__(login, token)


class Told(BaseException):
    """A subscription has told all that there was."""


class UpToNow(ChangeNotifications):
    """Ends a subscription that waits for more, so that no test waits for time to be up."""

    async def beyond(self, position: int, timeout: float | None) -> bool:  # noqa: ARG002, ASYNC109 - as the one that it stands for
        raise Told


@dataclass
class LiveCity:
    """An installation, its operations, and a token for each login.

    ready: a diagnosis whose report was issued when the city was built, for the first who asks for one; else empty.
    """

    installation: Installation
    operations: Operations
    tokens: dict[str, str] = field(default_factory=dict)
    ready: str = ""

    def send(self, command: Command) -> None:
        services, who = self.installation.services, operator("tests")
        confirming(command, lambda one: services.send(who, one))

    def ask(self, who: str | None, query: str, **variables: Any) -> dict[str, Any]:
        """The response of one operation, as its JSON."""
        token = self.tokens[who] if who is not None else None
        return self.operations.run(GraphQLRequest(query, variables), token, KINDS).payload

    def data(self, who: str | None, query: str, **variables: Any) -> Any:
        payload = self.ask(who, query, **variables)
        assert "errors" not in payload, payload
        return payload["data"]

    def do(self, who: str, name: str, thing: str = "diagnosis { id status version }", /, **given: Any) -> Any:
        """The payload of a mutation by its name."""
        kind = name[0].upper() + name[1:] + "Input"
        query = (
            f"mutation($input: {kind}!) {{ {name}(input: $input) {{ {thing} position version "
            "userErrors { code clause field message messageInEnglish } } }"
        )
        return self.data(who, query, input=given)[name]

    def done(self, who: str, name: str, thing: str = "diagnosis { id status version }", /, **given: Any) -> Any:
        payload = self.do(who, name, thing, **given)
        assert payload["userErrors"] == [], payload["userErrors"]
        return payload

    def refused(self, who: str, name: str, /, **given: Any) -> str:
        """The one code that a command was refused by, at one place or several of its input."""
        errors = self.do(who, name, "", **given)["userErrors"]
        assert all(error["message"] and error["messageInEnglish"] for error in errors)
        (code,) = {str(error["code"]) for error in errors}
        return code

    def uploaded(self, who: str, filename: str, content: bytes, kind: str = "evidence") -> str:
        """Hash of a file that was sent by its ticket."""
        query = """mutation($input: RequestUploadInput!) { requestUpload(input: $input) {
          ticket { url } userErrors { code } } }"""
        payload = self.data(who, query, input={"kind": kind.upper(), "filename": filename})["requestUpload"]
        assert payload["userErrors"] == []
        ticket = payload["ticket"]["url"].rsplit("/", 1)[1]
        return self.installation.services.uploads.receive(ticket, content).sha256

    def opened(self, provider: str | None = "p1") -> str:
        given = {
            "enterprise": ENTERPRISE,
            "campaign": "2024",
            "purpose": "INITIAL",
            "form": "BRIEF",
            "edition": "2023",
            "provider": provider,
        }
        return str(self.done("district", "openDiagnosis", **given)["diagnosis"]["id"])

    @property
    def today(self) -> str:
        """The day in the city by the installation's clock."""
        return city_day(self.installation.services.clock()).isoformat()

    def submitted(self, level: int = 3, others: Mapping[str, Answer] = NO_OTHERS) -> str:
        diagnosis = self.opened()
        for section, answers in sections(level, others).items():
            self.done("enterprise", "saveAnswers", diagnosis=diagnosis, section=section, answers=answers)
        self.done("enterprise", "pledgeTruth", diagnosis=diagnosis)
        self.done("enterprise", "submitSelfAssessment", diagnosis=diagnosis)
        return diagnosis

    def scored(self, level: int = 3, others: Mapping[str, Answer] = NO_OTHERS) -> str:
        diagnosis = self.submitted(level, others)
        self.done("provider", "acceptDiagnosis", diagnosis=diagnosis)
        visit = {"visitedOn": self.today, "diagnosticians": 2, "functions": ["生产", "质量"], "notes": "现场无异常"}
        self.done("provider", "recordSiteVisit", diagnosis=diagnosis, **visit)
        for section, answers in sections(level, others).items():
            self.done("provider", "verifyAnswers", diagnosis=diagnosis, section=section, answers=answers)
        self.done("provider", "scoreDiagnosis", diagnosis=diagnosis)
        return diagnosis

    def issued(self, level: int = 3, others: Mapping[str, Answer] = NO_OTHERS) -> str:
        if self.ready and (level, others) == (3, NO_OTHERS):
            diagnosis, self.ready = self.ready, ""
            return diagnosis
        diagnosis = self.scored(level, others)
        self.done("provider", "issueReport", diagnosis=diagnosis)
        return diagnosis


def as_input(answer: Answer) -> dict[str, Any]:
    """An answer as a client sends it."""
    sent: dict[str, Any] = {}
    if answer.level is not None:
        sent["level"] = str(answer.level)
    if answer.numbers:
        sent["numbers"] = [{"name": name, "value": str(value)} for name, value in answer.numbers.items()]
    if answer.choices is not None:
        sent["choices"] = list(answer.choices)
    return sent


def sections(level: int, others: Mapping[str, Answer] = NO_OTHERS) -> dict[str, list[dict[str, Any]]]:
    """The brief form, answered at one level everywhere but for others."""
    found: dict[str, list[dict[str, Any]]] = {}
    for item in EDITION.of(Form.BRIEF):
        entry = {"indicator": item.id, "answer": as_input(others.get(item.id) or answer_at(item, level))}
        found.setdefault(item.dimension, []).append(entry)
    return found


@contextmanager
def live_city(data: Path, url: str) -> Iterator[LiveCity]:
    """The small city, built in a folder, its databases at an address or, for SQLite, in the folder too."""
    with open_city(data, url, build_city(data, url)) as city:
        yield city


@contextmanager
def open_city(data: Path, url: str, tokens: dict[str, str], **how: Any) -> Iterator[LiveCity]:
    """A city that was built before, or a copy of one, with the tokens of its people; how: as `opened`."""
    with opened(Settings(data, None if url.startswith("sqlite") else url), hasher=CHEAP, **how) as installation:
        operations = Operations(installation.services, SCHEMA, RIGHTS, documents=DOCUMENTS)
        yield LiveCity(installation, operations, Tokens(tokens, installation.accounts))


@contextmanager
def followed(city: LiveCity) -> Iterator[None]:
    """The read models of an open city kept current, as they are in the program; a command waits for them on a busy machine too."""
    usual, mutations.WAIT_SECONDS = mutations.WAIT_SECONDS, 60.0
    services, stop = city.installation.services, threading.Event()
    projector = threading.Thread(target=services.models.run, args=(stop,))
    projector.start()
    try:
        yield
    finally:
        stop.set()
        services.journal.wake()  # else it hears of the end a quarter of a second later, hundreds of times in the suite
        projector.join()
        mutations.WAIT_SECONDS = usual  # where nobody follows, each command would wait a minute for nothing


def build_city(data: Path, url: str, **how: Any) -> dict[str, str]:
    """Build the small city and leave it; the token of each login. how: as `opened`."""
    settings = Settings(data, None if url.startswith("sqlite") else url)
    with opened(settings, create=True, hasher=CHEAP, **how) as installation:
        services, accounts = installation.services, installation.accounts
        city = LiveCity(installation, Operations(services, SCHEMA, RIGHTS, documents=DOCUMENTS))
        for identity, kind, name in UNITS:
            city.send(RegisterOrganisation(organisation=identity, kind=kind, name=name, parent=ABOVE.get(identity)))
        city.send(PublishEdition(edition=EDITION))
        services.firm_salt.known_or_drawn(services.clock, SALT)
        roster = ImportRoster(
            year=2024,
            digest="0" * 64,
            filename="名单.xlsx",
            rows=((2, FIRM), (3, OTHER)),
            findings=(),
            refused_rows=0,
            salt=SALT,
        )
        city.send(roster)
        for login, role, unit in PEOPLE:
            city.send(RegisterPerson(person=login, name=f"示例人员{login}"))
            city.send(
                GrantMembership(
                    person=login,
                    membership=f"m-{login}",
                    role=role,
                    organisation=unit,
                    since=date(2024, 1, 1),
                    sections=("D1",) if role is Role.DEPARTMENT_FILLER else (),
                    contact=login in CONTACTS,
                )
            )
            accounts.register(login, PASSWORD, login)
        services.models.catch_up()
        for login, *_ in PEOPLE:
            signed_in = accounts.sign_in(login, PASSWORD)
            assert signed_in is not None
            city.tokens[login] = signed_in.token
        return city.tokens
