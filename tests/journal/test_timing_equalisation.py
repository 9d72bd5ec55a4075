"""Absent and out of scope take the same way (plan P7): a refusal costs the same statements and reads the same histories."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from domain.access import Role
from domain.diagnosis.provider import AcceptDiagnosis, AssignProvider
from domain.diagnosis.scoring import ScoreDiagnosis
from domain.diagnosis.self_assessment import AnswerGiven, PledgeTruth, SaveAnswers, SubmitSelfAssessment
from domain.diagnosis.withdrawal import WithdrawDiagnosis
from domain.instants import city_day
from domain.kernel import Command, Refused
from domain.participants.consents import GrantConsent
from journal import Caller, Journal
from tests.small_city import CITY, ENTERPRISE, PROVIDER, STRANGER, City, caller, opening, sections


class Counted:
    """A journal that writes down what is asked of it: the method, and how many entries it gave."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self.asked: list[str] = []
        self.entries = 0

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._journal, name)
        if name not in ("look", "read", "read_many", "neighbour", "snapshot", "head", "outcome"):
            return found

        def asked(*arguments: Any) -> Any:
            self.asked.append(name)
            answer = found(*arguments)
            if name == "read":
                self.entries += len(answer)
            if name == "look":
                self.entries += sum(map(len, answer.entries.values()))
            return answer

        return asked


@pytest.fixture
def city(journal: Journal) -> City:
    made = City(journal)
    made.submitted()
    return made


def work(city: City, who: Caller, command: Command, *before: tuple[Caller, Command]) -> tuple[list[str], int]:
    """What a refusal asked of the journal, in any order, and how many entries it was given, once others were handled."""
    counted = Counted(city.journal)
    asked = City.__new__(City)
    asked.journal, asked.clock, asked.blobs = counted, city.clock, None  # type: ignore[assignment] # a journal that counts
    for one in before:
        asked.send(*one)
    counted.asked, counted.entries = [], 0
    with pytest.raises(Refused) as refused:
        asked.send(who, command)
    assert refused.value.rule.code == "NOT_FOUND"
    return sorted(counted.asked), counted.entries


SECTION, ANSWERS = next(iter(sections(3).items()))
DAY = city_day(datetime.now(UTC))
PUDONG = caller(Role.DISTRICT, "310115")
OF_A_CASE: tuple[tuple[Caller, Callable[[str], Command]], ...] = (
    (STRANGER, lambda name: PledgeTruth(diagnosis=name)),
    (STRANGER, lambda name: SubmitSelfAssessment(diagnosis=name)),
    (STRANGER, lambda name: AssignProvider(diagnosis=name, provider="p1")),
    (PUDONG, lambda name: WithdrawDiagnosis(diagnosis=name, reason="x")),
    (caller(Role.PROVIDER, "p2"), lambda name: AcceptDiagnosis(diagnosis=name)),
    (caller(Role.PROVIDER, "p2"), lambda name: ScoreDiagnosis(diagnosis=name)),
    (
        STRANGER,
        lambda name: SaveAnswers(
            diagnosis=name, section=SECTION, answers={i: AnswerGiven(answer=a) for i, a in ANSWERS.items()}
        ),
    ),
)


@pytest.mark.parametrize(("who", "command"), OF_A_CASE)
def test_a_command_on_a_foreign_diagnosis_and_on_none_are_the_same_work(
    city: City, who: Caller, command: Callable[[str], Command]
) -> None:
    foreign, absent = work(city, who, command("d1")), work(city, who, command("d0"))
    assert foreign == absent
    assert foreign[1] >= 10, "the history of a case was read and folded both times"


@pytest.mark.parametrize(
    "command",
    [
        lambda firm: opening("d9").model_copy(update={"enterprise": firm}),
        lambda firm: GrantConsent(
            enterprise=firm,
            consent="c1",
            bank="bank",
            purpose="授信",
            since=DAY,
            until=DAY + timedelta(days=9),
        ),
    ],
)
def test_a_command_on_a_foreign_firm_and_on_none_are_the_same_work(city: City, command: Callable[[str], Command]) -> None:
    assert work(city, STRANGER, command(ENTERPRISE)) == work(city, STRANGER, command("no-such-firm"))


@pytest.mark.parametrize(("who", "command"), OF_A_CASE[:2])
def test_a_foreign_diagnosis_whose_state_is_kept_is_read_and_folded_like_any(
    city: City, who: Caller, command: Callable[[str], Command]
) -> None:
    cold = work(city, who, command("d1"))
    hot = work(city, who, command("d1"), (PROVIDER, AcceptDiagnosis(diagnosis="d1")))
    assert hot[0] == work(city, who, command("d0"))[0], "the same statements"
    assert hot[1] >= cold[1], "no fewer entries than without the kept state"


def test_the_neighbour_of_a_stream_is_the_next_of_its_kind_or_the_first(city: City) -> None:
    city.send(CITY, WithdrawDiagnosis(diagnosis="d1", reason="x"))
    city.send(CITY, opening("d5"))
    assert city.journal.neighbour("diagnosis/d0") == "diagnosis/d1"
    assert city.journal.neighbour("diagnosis/d1") == "diagnosis/d5"
    assert city.journal.neighbour("diagnosis/d5") == "diagnosis/d1"
    assert city.journal.neighbour("consent/x") is None
