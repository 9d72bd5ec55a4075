"""Ways in 登录方式 (plan P5, P7): what an operator does to how a person signs in is a fact with its reason."""

from typing import Any

import pytest
from pydantic import ValidationError

from domain.command_rights import ROLE_NOT_ALLOWED
from domain.kernel import NOT_FOUND
from domain.participants.people.person import PEOPLE
from domain.participants.people.registration import ErasePerson
from domain.participants.people.state import PERSON_ERASED
from domain.participants.people.ways_in import FACTS, ResetSecondFactors
from tests.rules.given import given
from tests.rules.participants.test_people import known

REASON = "手机遗失，已当面核实"


@pytest.mark.parametrize(("command", "event"), FACTS.items())
def test_each_act_leaves_a_fact_every_time(command: Any, event: Any) -> None:
    sent = command(person="li", reason=REASON)
    once = known().when(sent, "system").then(event(reason=REASON))
    once.when(sent, "system").then(event(reason=REASON))


@pytest.mark.parametrize("reason", ["", "  ", "\u200b\u2060"])
def test_an_act_without_a_reason_is_refused(reason: str) -> None:
    with pytest.raises(ValidationError):
        ResetSecondFactors(person="li", reason=reason)


@pytest.mark.parametrize("role", ["city", "operator", "auditor", "district"])
def test_nobody_but_the_program_itself_writes_one_down(role: str) -> None:
    known().when(ResetSecondFactors(person="li", reason=REASON), role).refused(ROLE_NOT_ALLOWED, role=role)


def test_of_nobody_and_of_an_erased_person_there_is_none() -> None:
    reset = ResetSecondFactors(person="li", reason=REASON)
    given(PEOPLE).when(reset, "system").refused(NOT_FOUND)
    known().when(ErasePerson(person="li"), "city").accepted.when(reset, "system").refused(PERSON_ERASED)
