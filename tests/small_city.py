"""A small city over a journal: one firm, one provider, one edition, and the way of a diagnosis through all its states."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, TypeVar

from domain.access import Role, scope_of
from domain.diagnosis.evidence import AttachEvidence
from domain.diagnosis.on_site import RecordSiteVisit, VerifyAnswers
from domain.diagnosis.opening import OpenDiagnosis
from domain.diagnosis.provider import AcceptDiagnosis
from domain.diagnosis.report import ConfirmReport, IssueReport, ReportFile
from domain.diagnosis.scoring import ScoreDiagnosis
from domain.diagnosis.self_assessment import AnswerGiven, PledgeTruth, SaveAnswers, SubmitSelfAssessment
from domain.diagnosis.state import Purpose, VerifiedAnswer
from domain.events import CAPABILITIES
from domain.instants import city_day
from domain.kernel import Command, Refused
from domain.participants.enterprises import Firm
from domain.participants.organisations import OrganisationKind, RegisterOrganisation
from domain.participants.people.registration import InvitePerson, RegisterPerson
from domain.participants.rosters.bringing_in import ROSTER_NOTHING_TO_CONFIRM
from domain.participants.rosters.comparison import ImportRoster
from domain.participants.rosters.confirmations import (
    ROSTER_BACK_ON,
    ROSTER_DISTRICT_CHANGED,
    ROSTER_INDUSTRY_CHANGED,
    ROSTER_NAME_CHANGED,
    ROSTER_REVENUE_JUMPED,
    ROSTER_UNIT_REMOVED,
)
from domain.participants.rosters.findings import ConfirmedFinding
from domain.programme.policies.conditions import GradeTest, PolicyClause
from domain.programme.policies.policy import DraftPolicy, PublishPolicy, RecordPolicySimulation
from domain.programme.policies.simulation import METHOD, SimulationInputs, simulate
from domain.programme.policies.terms import PolicyPurpose, PolicyTerms
from domain.providers.feedback.giving import GiveFeedback
from domain.providers.feedback.handling import AskSecondInstance
from domain.standard.editions import PublishEdition
from interop.rosters.reports import keep_report
from journal import Caller, Handled, Journal, handle
from journal.blobs import Blobs
from standards import Answer, Form, load
from tests.firm_ids import SALT, firm_id
from tests.rules.firms import answer_at

EDITION = load("2023")
FIRM = Firm(
    uscc="91310000132260250X",
    name="示例精密机械有限公司",
    district="310117",
    industry="C34",
    employees=320,
    revenue_wan=Decimal(21000),
    size_class="medium",
    above_scale=True,
)
ENTERPRISE = firm_id(FIRM.uscc)
FILE = ReportFile(pdf="a" * 64, renderer="r", fonts="f", rendered_at=1, number=None, address=None, check_code=None)
SEALED = {"sealed_name": "x", "sealed_phone": None}
MADE: Mapping[type[Command], Mapping[str, Any]] = {
    IssueReport: {"file": FILE},
    ConfirmReport: {"file": FILE},
    RegisterPerson: SEALED,
    InvitePerson: SEALED,
    GiveFeedback: {"sealed_text": "x"},
    AskSecondInstance: {"sealed_grounds": "x"},
}
"""What a city whose reports and names are nobody's concern makes for its facts."""


def caller(role: Role, organisation: str) -> Caller:
    return Caller(actor=f"{role}-person", role=role, organisation=organisation, scope=scope_of(role, organisation))


CITY = caller(Role.CITY, "city")
FILLER = caller(Role.ENTERPRISE, ENTERPRISE)
PROVIDER = caller(Role.PROVIDER, "p1")
STRANGER = caller(Role.ENTERPRISE, "another")


class City:
    """A small city over a journal, to which commands are sent."""

    def __init__(
        self, journal: Journal, clock: Callable[[], datetime] = lambda: datetime.now(UTC), blobs: Blobs | None = None
    ) -> None:
        self.journal = journal
        self.blobs = blobs
        self.clock = clock
        self.send(CITY, PublishEdition(edition=EDITION))
        self.send(CITY, RegisterOrganisation(organisation="p1", kind=OrganisationKind.PROVIDER, name="示例服务商"))
        self.send(CITY, roster())

    def send(self, who: Caller, command: Command, **rest: Any) -> Handled:
        if isinstance(command, ImportRoster) and self.blobs is not None:
            rest["finish"] = keep_report(self.blobs)
        if isinstance(command, tuple(MADE)):
            rest.setdefault("finish", lambda accepted: MADE[type(accepted.command)])
        return confirming(command, lambda one: handle(self.journal, CAPABILITIES, one, who, clock=self.clock, **rest))

    def opened(self, name: str = "d1") -> str:
        self.send(CITY, opening(name))
        return name

    def submitted(self, level: int = 3, name: str = "d1") -> str:
        self.opened(name)
        for section, answers in sections(level).items():
            given = {i: AnswerGiven(answer=a) for i, a in answers.items()}
            self.send(FILLER, SaveAnswers(diagnosis=name, section=section, answers=given))
        self.send(FILLER, PledgeTruth(diagnosis=name))
        self.send(FILLER, SubmitSelfAssessment(diagnosis=name))
        return name

    def issued(self, level: int = 3) -> str:
        name = self.submitted(level)
        self.send(PROVIDER, AcceptDiagnosis(diagnosis=name))
        self.send(PROVIDER, evidence(name))
        today = city_day(self.clock())
        visit = RecordSiteVisit(diagnosis=name, visited_on=today, diagnosticians=2, functions=("生产",), notes="无异常")
        self.send(PROVIDER, visit)
        for section, answers in sections(level).items():
            found = {i: VerifiedAnswer(answer=a) for i, a in answers.items()}
            self.send(PROVIDER, VerifyAnswers(diagnosis=name, section=section, answers=found))
        self.send(PROVIDER, ScoreDiagnosis(diagnosis=name))
        self.send(PROVIDER, IssueReport(diagnosis=name))
        return name


def roster(**rest: Any) -> ImportRoster:
    values = {
        "year": 2024,
        "digest": "0" * 64,
        "filename": "名单.xlsx",
        "rows": ((2, FIRM),),
        "findings": (),
        "refused_rows": 0,
        "salt": SALT,
    } | rest
    return ImportRoster(**{"confirmed": all_confirmed(values["rows"]), **values})


T = TypeVar("T")


def confirming(command: Command, send: Callable[[Command], T]) -> T:
    """Send a command; of a roster's confirmations, those that something asks."""
    try:
        return send(command)
    except Refused as refused:
        said = (refused, *refused.further)
        if not isinstance(command, ImportRoster) or refused.rule != ROSTER_NOTHING_TO_CONFIRM:
            raise
        idle = {(one.facts["row"], one.facts["code"]) for one in said}
        asked = tuple(one for one in command.confirmed if (one.row, one.code) not in idle)
        return send(command.model_copy(update={"confirmed": asked}))


def all_confirmed(rows: Sequence[tuple[int, Firm]]) -> tuple[ConfirmedFinding, ...]:
    """Every question that rows may raise, confirmed: for tests of what follows from a firm that is stated otherwise."""
    asked = (
        ROSTER_BACK_ON,
        ROSTER_DISTRICT_CHANGED,
        ROSTER_INDUSTRY_CHANGED,
        ROSTER_NAME_CHANGED,
        ROSTER_REVENUE_JUMPED,
        ROSTER_UNIT_REMOVED,
    )
    return tuple(ConfirmedFinding(row=row, code=rule.code) for row, _ in rows for rule in asked)


def opening(name: str) -> OpenDiagnosis:
    return OpenDiagnosis(
        diagnosis=name,
        enterprise=ENTERPRISE,
        campaign="2024",
        purpose=Purpose.INITIAL,
        form=Form.BRIEF,
        edition="2023",
        provider="p1",
    )


def evidence(name: str) -> AttachEvidence:
    return AttachEvidence(
        diagnosis=name,
        sha256="e" * 64,
        filename="数字化规划.pdf",
        media_type="application/pdf",
        size=1234,
        indicators=("Z01", "Z04"),
    )


def sections(level: int) -> dict[str, dict[str, Answer]]:
    found: dict[str, dict[str, Answer]] = {}
    for item in EDITION.of(Form.BRIEF):
        found.setdefault(item.dimension, {})[item.id] = answer_at(item, level)
    return found


def loan(since: date) -> PolicyTerms:
    """A policy of one clause."""
    clause = PolicyClause(title="三档及以上", any_of=(GradeTest(at_least=3),))
    told = {"title": "示例贴息", "purpose": PolicyPurpose.LOAN, "fen": 1, "combinable": True, "edition": "2023"}
    return PolicyTerms(**told, since=since, clauses=(clause,))


def publish_policy(city: "City", policy: str, since: date) -> None:
    """A policy of the city, simulated over no firm, and published."""
    city.send(CITY, DraftPolicy(policy=policy, terms=loan(since), source="示例", mark="I"))
    outcome = simulate(SimulationInputs(None, loan(since), (), (), since))
    simulated = RecordPolicySimulation(policy=policy, number=1, method=METHOD, position=1, **outcome._asdict())
    city.send(caller(Role.SYSTEM, ""), simulated)
    city.send(CITY, PublishPolicy(policy=policy))
