"""A whole case explored (plan P3–P6, R2): in whatever order it is gone through, it follows the model and comes to an end.

Real commands over a real journal, arbitration, filing, reading and follow-up included. The model is one page: which step may be
taken when. Wherever a case has come, those it waits for can bring it to its end.
"""

from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from shutil import copyfile
from tempfile import TemporaryDirectory

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from domain.access import Everything, Role
from domain.diagnosis.arbitration import (
    ArbiterFinding,
    DecideArbitration,
    GiveArbiterOpinion,
    RequestArbitration,
    SettleArbitration,
)
from domain.diagnosis.filing import FileReport
from domain.diagnosis.follow_up import CloseFollowUp, PlanFollowUp, ReportFollowUp
from domain.diagnosis.follow_up_facts import PlannedMeasure
from domain.diagnosis.objections import AnswerObjections, ObjectionAnswer, ObjectionItem, ObjectToReport
from domain.diagnosis.on_site import VerifiedAnswer, VerifyAnswers
from domain.diagnosis.provider import AcceptDiagnosis
from domain.diagnosis.readings import AppointReader, RecordReading
from domain.diagnosis.report import ConfirmReport, IssueReport
from domain.diagnosis.scoring import ScoreDiagnosis
from domain.diagnosis.self_assessment import AnswerGiven, PledgeTruth, SaveAnswers, SubmitSelfAssessment
from domain.diagnosis.state import Diagnosis, ExpertRecommendation, Status, diagnosis_stream
from domain.diagnosis.withdrawal import WithdrawDiagnosis
from domain.events import CAPABILITIES
from domain.governance.proceedings.decision import EndTimeToAppeal
from domain.governance.proceedings.hearing import EndTimeToAnswer
from domain.governance.proceedings.opening import ServeNotice, WithdrawProceeding
from domain.instants import city_day
from domain.kernel import Command, Refused, fold
from domain.participants.organisations import OrganisationKind, RegisterOrganisation
from domain.participants.people.memberships import GrantMembership
from domain.participants.people.registration import RegisterPerson
from journal import Caller, open_journal
from journal.codec import decode
from tests.small_city import CITY, FILLER, FIRM, PROVIDER, City, caller, sections

BEGIN = datetime(2024, 5, 6, 4, 0, tzinfo=UTC)
ITEM = "Z01"
DISTRICT = caller(Role.DISTRICT, FIRM.district)
SYSTEM = replace(caller(Role.SYSTEM, ""), scope=Everything())
DECIDER = replace(CITY, actor="another")
READER = replace(caller(Role.READER, "experts"), actor="lu", scope=Everything())
ARBITERS = tuple(replace(caller(Role.ARBITER, "experts"), actor=f"arbiter{n}", scope=Everything()) for n in range(3))


@dataclass(frozen=True)
class Model:
    """All that decides which step may be taken next."""

    status: Status = Status.OPEN
    verified: bool = False
    dismissed: bool = False
    arbitrated: bool = False
    proceeding: str = ""
    opinions: int = 0
    for_firm: bool = False
    filed: bool = False
    read: bool = False
    appointed: bool = False
    planned: bool = False
    reported: frozenset[int] = frozenset()
    closed: bool = False

    @property
    def ended(self) -> bool:
        return self.status is Status.WITHDRAWN or self.closed


S = Status
Move = tuple[Callable[[Model], bool], Callable[[Model], Model]]


def to(**changes: object) -> Callable[[Model], Model]:
    return lambda model: replace(model, **changes)  # type: ignore[arg-type]


def scored(model: Model) -> bool:
    return model.status in (S.ACCEPTED, S.SCORED) and model.verified


def settled(model: Model) -> Model:
    """As the arbiters decided; of what was withdrawn nothing changes. They name an answer, so nothing is verified anew."""
    after = S.ACCEPTED if model.for_firm and model.proceeding == "final" else S.ISSUED
    return replace(model, status=after, arbitrated=True, proceeding="", opinions=0)


def answered(upheld: bool) -> Move:  # noqa: FBT001 - of the answer
    after = {"status": S.ACCEPTED, "verified": False} if upheld else {"status": S.ISSUED, "dismissed": True}
    return lambda m: m.status is S.OBJECTED and not m.proceeding, to(**after)


def opined(for_firm: bool) -> Move:  # noqa: FBT001 - of the opinions
    return (
        lambda m: m.proceeding == "answered" and not (m.opinions and m.for_firm is for_firm),
        lambda m: replace(m, opinions=len(ARBITERS), for_firm=for_firm),
    )


def months(number: int) -> Move:
    return (
        lambda m: m.filed and m.planned and not m.closed and number not in m.reported,
        lambda m: replace(m, reported=m.reported | {number}),
    )


WAYS: Mapping[str, Move] = {
    "submit": (lambda m: m.status is S.OPEN, to(status=S.SUBMITTED)),
    "accept": (lambda m: m.status is S.SUBMITTED, to(status=S.ACCEPTED)),
    "verify": (lambda m: m.status in (S.ACCEPTED, S.SCORED) and not m.verified, to(verified=True)),
    "score": (scored, to(status=S.SCORED)),
    "issue": (lambda m: m.status is S.SCORED, to(status=S.ISSUED)),
    "object": (lambda m: m.status is S.ISSUED and not m.dismissed, to(status=S.OBJECTED)),
    "uphold": answered(upheld=True),
    "dismiss": answered(upheld=False),
    "request": (lambda m: m.status is S.ISSUED and m.dismissed and not m.arbitrated, to(status=S.OBJECTED, proceeding="opened")),
    "serve": (lambda m: m.proceeding == "opened", to(proceeding="notified")),
    "silence": (lambda m: m.proceeding == "notified", to(proceeding="answered")),
    "opine_for_firm": opined(for_firm=True),
    "opine_against": opined(for_firm=False),
    "decide": (lambda m: m.proceeding == "answered" and m.opinions > 0, to(proceeding="decided")),
    "no_appeal": (lambda m: m.proceeding == "decided", to(proceeding="final")),
    "give_up": (lambda m: m.proceeding in ("opened", "notified", "answered"), to(proceeding="withdrawn")),
    "settle": (lambda m: m.proceeding in ("final", "withdrawn"), settled),
    "confirm": (lambda m: m.status is S.ISSUED, to(status=S.CONFIRMED)),
    "file": (lambda m: m.status is S.CONFIRMED and not m.filed, to(filed=True)),
    "appoint": (lambda m: m.filed and not m.read and not m.appointed, to(appointed=True)),
    "read": (lambda m: m.filed and m.appointed and not m.read, to(read=True)),
    "plan": (lambda m: m.filed and not m.planned and not m.closed, to(planned=True)),
    "report_6": months(6),
    "report_12": months(12),
    "close": (lambda m: m.filed and not m.closed, to(closed=True)),
    "withdraw": (lambda m: m.status in (S.OPEN, S.SUBMITTED, S.ACCEPTED, S.SCORED), to(status=S.WITHDRAWN)),
}
"""The model: step -> whether it may be taken, and what it leads to."""
ISSUED = "submit accept verify score issue"
HEARD = f"{ISSUED} object dismiss request serve silence"
PATHS = (
    "",
    ISSUED,
    f"{HEARD} opine_for_firm decide no_appeal settle",
    f"{HEARD} opine_against",
    f"{HEARD} give_up",
    f"{ISSUED} object uphold",
    f"{ISSUED} confirm file appoint",
    f"{ISSUED} confirm file plan report_6",
    f"{HEARD} opine_against decide no_appeal settle confirm file",
)
"""Ways that an example begins with."""
WAIT = {"silence": 60, "no_appeal": 60, "report_6": 250, "report_12": 430, "close": 430}
"""Days that a step comes after the one before it: those of time and those that a time must pass for."""


class Case(RuleBasedStateMachine):
    """One case, and whatever its people do to it."""

    template: Path
    taken: set[str]

    def __init__(self) -> None:
        super().__init__()
        self.folder = TemporaryDirectory()
        path = Path(self.folder.name) / "journal.db"
        copyfile(self.template, path)
        self.journal = open_journal(f"sqlite:///{path}", demo=True)
        self.city = City.__new__(City)
        self.city.journal, self.city.blobs, self.city.clock = self.journal, None, lambda: self.at
        self.at, self.model = BEGIN, Model()

    def sent(self, name: str) -> bool:
        """Whether a step is taken: all its commands, or the first is refused and nothing is written."""
        self.at += timedelta(minutes=1)
        if name in WAIT and WAYS[name][0](self.model):
            for _ in range(2):  # meanwhile other things happen: a journal's time leaps no year
                self.at += timedelta(days=WAIT[name]) / 2
                unit = f"u{self.at:%Y%m%d%H%M}"
                self.city.send(CITY, RegisterOrganisation(organisation=unit, kind=OrganisationKind.PARK, name=unit))
        before = self.state()
        written = 0
        for who, command in self.commands(name):
            try:
                written += len(self.city.send(who, command).entries)
            except Refused:
                assert self.state().version == before.version
                return False
        return written > 0

    def commands(self, name: str) -> list[tuple[Caller, Command]]:
        """What the people do in a step."""
        of = {"diagnosis": "d1"}
        today = city_day(self.at)
        item = (ObjectionItem(indicator=ITEM, reason="证据未计"),)
        found = self.state().arbitration
        proceeding = {"proceeding": found.proceeding if found is not None else "none"}
        match name:
            case "submit":
                given = [
                    SaveAnswers(**of, section=s, answers={i: AnswerGiven(answer=a) for i, a in part.items()})
                    for s, part in sections(3).items()
                ]
                return [(FILLER, one) for one in (*given, PledgeTruth(**of), SubmitSelfAssessment(**of))]
            case "accept":
                return [(PROVIDER, AcceptDiagnosis(**of))]
            case "verify":
                return [
                    (PROVIDER, VerifyAnswers(**of, section=s, answers={i: VerifiedAnswer(answer=a) for i, a in part.items()}))
                    for s, part in sections(3).items()
                ]
            case "score":
                return [(PROVIDER, ScoreDiagnosis(**of))]
            case "issue":
                return [(PROVIDER, IssueReport(**of))]
            case "object":
                return [(FILLER, ObjectToReport(**of, items=item))]
            case "uphold" | "dismiss":
                answer = ObjectionAnswer(indicator=ITEM, upheld=name == "uphold", reason="已核")
                return [(PROVIDER, AnswerObjections(**of, answers=(answer,)))]
            case "request":
                return [(FILLER, RequestArbitration(**of, items=item))]
            case "serve":
                return [(CITY, ServeNotice(**proceeding))]
            case "silence":
                return [(SYSTEM, EndTimeToAnswer(**proceeding))]
            case "opine_for_firm" | "opine_against":
                said = {"upheld": name == "opine_for_firm", "reason": "经查"}
                answer = {"answer": sections(4)[SECTION][ITEM]} if said["upheld"] else {}
                finding = ArbiterFinding(indicator=ITEM, **said, **answer)
                return [(who, GiveArbiterOpinion(**of, findings=(finding,))) for who in ARBITERS]
            case "decide":
                return [(DECIDER, DecideArbitration(**of, reasons="依多数意见"))]
            case "no_appeal":
                return [(SYSTEM, EndTimeToAppeal(**proceeding))]
            case "give_up":
                return [(FILLER, WithdrawProceeding(**proceeding, reason="已协商一致"))]
            case "settle":
                return [(SYSTEM, SettleArbitration(**of))]
            case "confirm":
                return [(FILLER, ConfirmReport(**of))]
            case "file":
                return [(DISTRICT, FileReport(**of))]
            case "appoint":
                return [(DISTRICT, AppointReader(**of, assignment="r1", expert="lu", until=today + timedelta(days=2_000)))]
            case "read":
                advice = (ExpertRecommendation(indicator=ITEM, text="先做数字化规划"),)
                return [(READER, RecordReading(**of, held_on=today, findings="基础较好", recommendations=advice))]
            case "plan":
                measures = (PlannedMeasure(indicator=ITEM, text="编制规划", by=today),)
                return [(FILLER, PlanFollowUp(**of, measures=measures))]
            case "report_6" | "report_12":
                return [(FILLER, ReportFollowUp(**of, month=int(name.removeprefix("report_")), done="已编制规划"))]
            case "close":
                return [(DISTRICT, CloseFollowUp(**of, conclusion="基本落实"))]
            case _:
                return [(DISTRICT, WithdrawDiagnosis(**of, reason="企业停产"))]

    def state(self) -> Diagnosis:
        capability = CAPABILITIES["diagnosis"]
        history = self.journal.read(diagnosis_stream("d1"))
        found: Diagnosis = fold(capability.evolve, [decode(capability, one.type, one.state) for one in history])
        return found

    @initialize(path=st.sampled_from(PATHS))
    def come_so_far(self, path: str) -> None:
        """Not every example begins at the beginning: arbitration and follow-up lie a dozen steps behind it."""
        for name in path.split():
            self.take(name)

    @rule(name=st.sampled_from(sorted(WAYS)))
    def try_anything(self, name: str) -> None:
        """What the model allows is taken, and nothing else."""
        self.take(name)

    @rule(choice=st.integers(0, 100))
    def go_on(self, choice: int) -> None:
        """One of the steps that the model allows, so that later states are reached too."""
        able = [name for name, (may, _) in WAYS.items() if may(self.model) and name != "withdraw"]
        if able:
            self.take(able[choice % len(able)])

    def take(self, name: str) -> None:
        may, leads = WAYS[name]
        allowed = may(self.model)
        assert self.sent(name) == allowed, (name, self.model)
        if allowed:
            self.taken.add(name)
            self.model = leads(self.model)
            assert self.state().status is self.model.status, (name, self.model)

    def teardown(self) -> None:
        """Wherever it has come, it is brought to its end by the steps that are open."""
        with self.folder, closing(self.journal):
            self.bring_to_its_end()

    def bring_to_its_end(self) -> None:
        for _ in range(40):
            if self.model.ended:
                break
            able = [name for name, (may, leads) in WAYS.items() if may(self.model) and leads(self.model) != self.model]
            wanted = [name for name in able if name not in ("withdraw", "opine_against")]  # else opinions change for ever
            assert wanted, self.model
            self.take(wanted[-1])
        assert self.model.ended, self.model


[SECTION] = [name for name, part in sections(3).items() if ITEM in part]


def test_no_state_of_a_case_is_a_dead_end(tmp_path: Path) -> None:
    template = tmp_path / "journal.db"
    with closing(open_journal(f"sqlite:///{template}", demo=True)) as journal:
        city = City(journal, clock=lambda: BEGIN)
        city.opened()
        city.send(CITY, RegisterOrganisation(organisation="experts", kind=OrganisationKind.EXPERT_GROUP, name="专家"))
        city.send(CITY, RegisterPerson(person="lu", name="x"))
        role = {"person": "lu", "membership": "m1", "role": Role.READER, "organisation": "experts"}
        city.send(CITY, GrantMembership(**role, since=city_day(BEGIN)))
    found: type[Case] = type("Found", (Case,), {"template": template, "taken": set()})
    run_state_machine_as_test(found, settings=settings(max_examples=12, stateful_step_count=20))
    assert {"settle", "file", "close"} <= found.taken, "the examples go as far as that"
