"""The way of one command 命令处理: one diagnosis from opening to confirmation, on both engines; and every way to be refused."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import orjson
import pytest

from domain.access import Attribute, Everything, Is, Role
from domain.diagnosis.objections import AnswerObjections, ObjectionAnswer, ObjectionItem, ObjectToReport
from domain.diagnosis.on_site import VerifyAnswers
from domain.diagnosis.provider import AcceptDiagnosis
from domain.diagnosis.report import ConfirmReport
from domain.diagnosis.scoring import ScoreDiagnosis
from domain.diagnosis.self_assessment import AnswerGiven, PledgeTruth, SaveAnswers, SubmitSelfAssessment
from domain.diagnosis.state import VerifiedAnswer
from domain.diagnosis.withdrawal import WithdrawDiagnosis
from domain.events import CAPABILITIES
from domain.kernel import NOT_FOUND, Capabilities, Command, Refused
from domain.participants.people.memberships import EndMembership
from domain.participants.people.person import PEOPLE
from domain.participants.people.registration import ErasePerson, RegisterPerson
from journal import Accepted, Caller, Conflict, Journal, Verified, handle, verify
from standards import Answer
from tests.small_city import CITY, FILLER, FIRM, PROVIDER, STRANGER, City, caller, opening, roster


@pytest.fixture
def city(journal: Journal) -> City:
    return City(journal)


def refusal(city: City, who: Caller, command: Command) -> str:
    with pytest.raises(Refused) as caught:
        city.send(who, command)
    assert caught.value.rule.clause.startswith("plan ")
    return caught.value.rule.code


def test_a_diagnosis_runs_from_opening_to_a_confirmed_report(city: City) -> None:
    name = city.issued()
    city.send(FILLER, ConfirmReport(diagnosis=name))
    entries = city.journal.read(f"diagnosis/{name}")
    assert [entry.version for entry in entries] == list(range(1, len(entries) + 1))
    assert entries[-1].type == "diagnosis.report_confirmed.v3"
    assert {entry.role for entry in entries} == {"city", "enterprise", "provider"}
    assert isinstance(verify(city.journal), Verified)
    city.send(CITY, opening("d2"))  # the slot is free again


def test_the_rules_speak_once_of_a_command_whose_facts_are_finished(city: City) -> None:
    """What costs or tells too much to make for a refused command is made after the decision, and nothing is decided anew."""
    asked: list[str] = []

    def decide(command: Any, state: Any, context: Any) -> Any:
        asked.append("decided")
        return PEOPLE.decide(command, state, context)

    def finish(_accepted: Accepted) -> Mapping[str, Any]:
        asked.append("sealed")
        return {"sealed_name": "sealed", "sealed_phone": None}

    counted = Capabilities(*(replace(one, decide=decide) if one is PEOPLE else one for one in CAPABILITIES.values()))
    command = RegisterPerson(person="wang", name="王工")
    handled = handle(city.journal, counted, command, CITY, clock=city.clock, finish=finish)
    assert asked == ["decided", "sealed"]
    assert [orjson.loads(entry.state)["sealed_name"] for entry in handled.entries] == ["sealed"]
    with pytest.raises(Refused):
        handle(city.journal, counted, command, CITY, clock=city.clock, finish=finish)
    assert asked == ["decided", "sealed", "decided"]


def test_a_second_active_diagnosis_for_subject_campaign_and_purpose_is_refused(city: City) -> None:
    city.opened()
    assert refusal(city, CITY, opening("d2")) == "DIAGNOSIS_ACTIVE_ALREADY"
    city.send(CITY, WithdrawDiagnosis(diagnosis="d1", reason="企业搬迁"))
    city.send(CITY, opening("d2"))


def test_what_is_out_of_scope_answers_as_if_it_did_not_exist(city: City) -> None:
    name = city.opened()
    assert refusal(city, STRANGER, PledgeTruth(diagnosis=name)) == "NOT_FOUND"
    assert refusal(city, STRANGER, PledgeTruth(diagnosis="nothing")) == "NOT_FOUND"
    assert refusal(city, caller(Role.DISTRICT, "310115"), WithdrawDiagnosis(diagnosis=name, reason="x")) == "NOT_FOUND"


def test_wrong_order_and_wrong_role_are_refused_with_their_own_codes(city: City) -> None:
    name = city.opened()
    assert refusal(city, PROVIDER, AcceptDiagnosis(diagnosis=name)) == "DIAGNOSIS_WRONG_STATUS"
    assert refusal(city, PROVIDER, PledgeTruth(diagnosis=name)) == "ROLE_NOT_ALLOWED"
    assert refusal(city, FILLER, SubmitSelfAssessment(diagnosis=name)) == "ANSWERS_MISSING"


def save(indicator: str, answer: Answer, section: str = "D1", replaces: int = 0) -> SaveAnswers:
    return SaveAnswers(
        diagnosis="d1", section=section, answers={indicator: AnswerGiven(answer=answer, replaces=replaces)}
    )


def test_malformed_answers_are_refused_with_their_own_codes(city: City) -> None:
    city.opened()
    level = Answer(level=Decimal(3))
    assert refusal(city, FILLER, save("Q99", level)) == "INDICATOR_UNKNOWN"
    assert refusal(city, FILLER, save("Z01", level, "D9")) == "SECTION_UNKNOWN"
    assert refusal(city, FILLER, save("Z01", level, "D2")) == "INDICATOR_NOT_IN_SECTION"
    assert refusal(city, FILLER, save("Z02", level)) == "INDICATOR_NOT_IN_FORM"
    missing = Answer(numbers={"devices_total": Decimal(9)})
    assert refusal(city, FILLER, save("X03", missing, "D3")) == "RAW_NUMBER_MISSING"


def test_two_people_conflict_per_answer_and_not_per_form(city: City) -> None:
    city.opened()
    city.send(FILLER, save("Z01", Answer(level=Decimal(3))))
    city.send(FILLER, save("Z04", Answer(level=Decimal(2))))
    assert refusal(city, FILLER, save("Z01", Answer(level=Decimal(4)))) == "ANSWER_CHANGED_MEANWHILE"
    city.send(FILLER, save("Z01", Answer(level=Decimal(4)), replaces=2))
    assert len(city.journal.read("diagnosis/d1")) == 4


def test_saving_the_same_answers_again_writes_nothing(city: City) -> None:
    city.opened()
    first = city.send(FILLER, save("Z01", Answer(level=Decimal(3))))
    again = city.send(FILLER, save("Z01", Answer(level=Decimal(3))))
    assert (again.version, again.entries) == (first.version, ())


def test_a_difference_to_the_firms_answer_needs_a_reason(city: City) -> None:
    name = city.submitted()
    city.send(PROVIDER, AcceptDiagnosis(diagnosis=name))
    lower = VerifiedAnswer(answer=Answer(level=Decimal(2)))
    command = VerifyAnswers(diagnosis=name, section="D1", answers={"Z01": lower})
    assert refusal(city, PROVIDER, command) == "DIFFERENCE_UNEXPLAINED"
    explained = lower.model_copy(update={"reason": "规划未覆盖主要业务领域"})
    city.send(PROVIDER, command.model_copy(update={"answers": {"Z01": explained}}))
    assert refusal(city, PROVIDER, ScoreDiagnosis(diagnosis=name)) == "VERIFICATION_MISSING"


def test_an_upheld_objection_reopens_the_verification_of_its_indicator(city: City) -> None:
    name = city.issued()
    item = ObjectionItem(indicator="Z01", reason="规划已更新")
    city.send(FILLER, ObjectToReport(diagnosis=name, items=(item,)))
    other = ObjectionAnswer(indicator="Z04", upheld=True, reason="属实")
    assert refusal(city, PROVIDER, AnswerObjections(diagnosis=name, answers=(other,))) == "OBJECTION_UNANSWERED"
    answer = other.model_copy(update={"indicator": "Z01"})
    city.send(PROVIDER, AnswerObjections(diagnosis=name, answers=(answer,)))
    assert refusal(city, PROVIDER, ScoreDiagnosis(diagnosis=name)) == "VERIFICATION_MISSING"


def test_a_stale_expected_version_conflicts_and_says_where_the_stream_stands(city: City) -> None:
    city.opened()
    with pytest.raises(Conflict) as caught:
        city.send(FILLER, PledgeTruth(diagnosis="d1"), expected_version=7)
    assert caught.value.version == 1


def test_a_stale_expected_version_tells_nothing_of_a_person_whom_the_sender_does_not_know(city: City) -> None:
    """plan P7: how many facts a person's record holds is as little told as that there is one."""
    city.send(CITY, RegisterPerson(person="known-to-the-city", name="x"))
    for person in ("known-to-the-city", "nobody"):
        with pytest.raises(Refused) as caught:
            city.send(FILLER, EndMembership(person=person, membership="m1", on=date(2026, 3, 2)), expected_version=7)
        assert caught.value.rule == NOT_FOUND
    with pytest.raises(Conflict):
        city.send(CITY, ErasePerson(person="known-to-the-city"), expected_version=7)


def test_the_same_key_answers_with_the_first_outcome_and_other_input_is_refused(city: City) -> None:
    first = city.send(CITY, opening("d1"), idempotency_key="k")
    again = city.send(CITY, opening("d1"), idempotency_key="k")
    assert again.replayed
    assert (again.position, again.version) == (first.position, first.version)
    with pytest.raises(Refused) as caught:
        city.send(CITY, opening("d2"), idempotency_key="k")
    assert caught.value.rule.code == "IDEMPOTENCY_KEY_REUSED"


def test_a_roster_is_one_transaction_and_the_same_file_twice_is_answered_that_nothing_changed(city: City) -> None:
    assert [entry.type for entry in city.send(CITY, roster()).entries] == ["roster.unchanged.v1"]
    renamed = FIRM.model_copy(update={"name": "示例精密机械股份有限公司"})
    handled = city.send(CITY, roster(digest="1" * 64, rows=((2, renamed),)))
    assert [entry.type for entry in handled.entries] == ["roster.imported.v2", "enterprise.revised.v3"]


def test_a_refused_row_blocks_the_file_and_the_report_is_an_entry(city: City) -> None:
    handled = city.send(CITY, roster(digest="2" * 64, refused_rows=1))
    assert [entry.type for entry in handled.entries] == ["roster.blocked.v2"]
    partial = city.send(CITY, roster(digest="2" * 64, refused_rows=1, accept_partial=True))
    assert [entry.type for entry in partial.entries] == ["roster.imported.v2"]


def test_a_scope_of_a_union_admits_a_command_in_either_part(city: City) -> None:
    both = Caller("li", Role.CITY, "city", Is(Attribute.DISTRICT, "310117"))
    city.send(both, opening("d1"))
    assert Everything() != both.scope
