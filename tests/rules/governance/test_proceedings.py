"""Due process (plan P6, V4): whoever is to be moved, charged or overruled is told, heard, decided on by others, may appeal."""

from datetime import date, timedelta
from typing import Any

import pytest

from domain.access import Place, admits, scope_of
from domain.command_rights import ROLE_NOT_ALLOWED
from domain.events import CAPABILITIES
from domain.governance.dated_rules import DATED_RULES, SetRule, rule_in_force, rule_stream
from domain.governance.proceedings.decision import (
    APPEAL_NOT_YOURS,
    DECIDED_BY_THE_SAME,
    HEARING_COMES_FIRST,
    TIME_TO_APPEAL_OVER,
)
from domain.governance.proceedings.docket import (
    DOCKETS,
    PROCEEDINGS_AT_MOST,
    PROCEEDINGS_TOO_MANY,
    Docket,
    ProceedingFiled,
    docket_of,
)
from domain.governance.proceedings.hearing import (
    DEADLINE_NOT_LATER,
    HEARING_NOT_YET,
    HEARING_TOO_SOON,
    NOT_YOURS_TO_ANSWER,
    TIME_NOT_OVER,
    TIME_TO_ANSWER_OVER,
)
from domain.governance.proceedings.opening import (
    FIRM_TO_BE_NAMED,
    ITEMS_GO_TO_ARBITRATION,
    NOT_YOURS_TO_WITHDRAW,
    OBJECTION_BY_THE_RESULT,
    PROCEEDING_EXISTS,
    PROCEEDING_NOT_YOURS_TO_OPEN,
)
from domain.governance.proceedings.proceeding import PROCEEDINGS
from domain.governance.proceedings.state import (
    OF_A_FIRM,
    OF_A_PROVIDER,
    OFFICE,
    PROCEEDING_NOT_CONCLUDED,
    PROCEEDING_STATUS,
    ProceedingKind,
    ProceedingOutcome,
    ProceedingStatus,
    require_concluded,
)
from domain.governance.proceedings.subjects import CAUSE_UNKNOWN
from domain.governance.rule_bodies.body import RuleKind
from domain.governance.rule_bodies.ladder import LadderRule
from domain.kernel import NOT_FOUND, Command, Refused, Unscoped
from tests.rules.given import REFUSED, Given, given
from tests.rules.governance.proceedings import (
    APPEAL,
    APPEAL_DECISION,
    CHIEF,
    CLERK,
    DAY,
    DECIDED,
    DECISION,
    DIRECTOR,
    END_ANSWER,
    END_APPEAL,
    EXTENSION,
    HEARING,
    MINUTES,
    ON_RECORD,
    OPENED,
    RESTS_ON,
    SERVE,
    STATEMENT,
    WITHDRAWAL,
    WORLD,
    answered,
    appealed,
    asking,
    before,
    city,
    decided,
    heard,
    notified,
    on,
    opened,
    opener_of,
    respondent,
)

KINDS = list(ProceedingKind)


@pytest.mark.parametrize("kind", KINDS)
def test_a_proceeding_runs_from_its_cause_to_a_final_decision(kind: ProceedingKind) -> None:
    case = city(heard(kind), DECISION, at=DECIDED).happened("proceeding.decided.v1")
    case = case.when(END_APPEAL, "system", at=on(case.state.appeal.due + DAY)).happened("proceeding.became_final.v1")
    assert case.state.status is ProceedingStatus.FINAL
    about, cause = RESTS_ON[kind]
    assert require_concluded(case.state, kind, about) is case.state
    assert (case.state.cause, case.state.opened_by, case.state.decided_by) == (cause, CLERK, CHIEF)


@pytest.mark.parametrize("kind", ProceedingKind)
def test_who_opens_what(kind: ProceedingKind) -> None:
    may = {"provider"} if kind in OF_A_PROVIDER else {"enterprise", "confirmer"} if kind in OF_A_FIRM else {"city", "system"}
    may |= {"district"} if kind in (ProceedingKind.DIRECTORY_MOVE, ProceedingKind.RED_LINE) else set()
    for role in ("city", "district", "provider", "enterprise", "confirmer", "system"):
        organisation = {"provider": "p1", "enterprise": "e1", "confirmer": "e1", "district": "310117"}.get(role, "")
        case = before().when(asking(kind), role, organisation)
        if role in may and kind is ProceedingKind.MARK_OBJECTION:
            case.refused(OBJECTION_BY_THE_RESULT, path="kind")
        elif role in may and kind is ProceedingKind.ITEM_OBJECTION:
            case.refused(ITEMS_GO_TO_ARBITRATION, path="kind")
        elif role in may:
            counted = ("docket.proceeding_filed.v1",) if kind in OF_A_PROVIDER | OF_A_FIRM else ()
            case.happened("proceeding.opened.v1", *counted)
        else:
            case.refused(PROCEEDING_NOT_YOURS_TO_OPEN, path="kind")


@pytest.mark.parametrize("kind", KINDS)
def test_who_served_its_notice_or_answered_it_does_not_decide_it_nor_its_appeal(kind: ProceedingKind) -> None:
    """Else one person of the city charges, answers and judges."""
    served = city(opened(kind), SERVE, by=DIRECTOR).accepted
    answers = ("city", "", "sun") if kind in OF_A_PROVIDER else ("provider", "p1", "sun")
    case = served.when(STATEMENT, *answers, OPENED).accepted
    case = city(city(case, HEARING).accepted, MINUTES, at=on(HEARING.day)).accepted
    for who in (CLERK, DIRECTOR, "sun"):
        city(case, DECISION, by=who, at=DECIDED).refused(DECIDED_BY_THE_SAME)
    partly = DECISION.model_copy(update={"outcome": ProceedingOutcome.PARTLY})
    case = city(case, partly, at=DECIDED).accepted.when(APPEAL, "provider", "p1", "chen", DECIDED).accepted
    for who in (CLERK, DIRECTOR, "sun", CHIEF):
        city(case, APPEAL_DECISION, by=who, at=DECIDED).refused(DECIDED_BY_THE_SAME)
    city(case, APPEAL_DECISION, by="qian", at=DECIDED).happened("proceeding.appeal_decided.v1")


@pytest.mark.parametrize("role", ["filler", "diagnostician", "reviewer", "group", "auditor", "bank", "public"])
def test_others_open_none(role: str) -> None:
    before().when(asking(), role).refused(ROLE_NOT_ALLOWED)


def test_nobody_opens_one_in_the_name_of_another_and_an_absent_provider_answers_alike() -> None:
    before().when(asking(ProceedingKind.RATING_OBJECTION), "provider", "p2").refused(NOT_FOUND)
    before().when(asking(ProceedingKind.COMPLAINT), "enterprise", "e2").refused(NOT_FOUND)
    for provider in ("p9", "310117"):
        before().when(asking(provider=provider), "city").refused(NOT_FOUND)


@pytest.mark.parametrize("kind", [ProceedingKind.COMPLAINT, ProceedingKind.RATING_OBJECTION])
def test_a_side_opens_so_many_proceedings_a_year_and_no_more(kind: ProceedingKind) -> None:
    """Else one firm keeps the office from everybody else's objections."""
    role, organisation = opener_of(kind)
    docket = docket_of(kind, "p1", "e1" if kind in OF_A_FIRM else None)
    assert docket is not None
    day = OPENED.date()
    full = Docket(filed=(day - timedelta(days=364), *[day - DAY] * (PROCEEDINGS_AT_MOST - 1)))
    again = day + DAY
    world = {**WORLD, docket: full}
    case = given(PROCEEDINGS).having_read(world).having_facts(ON_RECORD)
    refused = case.when(asking(kind), role, organisation, CLERK, OPENED)
    refused.refused(PROCEEDINGS_TOO_MANY, most=PROCEEDINGS_AT_MOST, again=again, earliest=again)
    case.when(asking(kind), role, organisation, CLERK, on(again)).happened("proceeding.opened.v1", "docket.proceeding_filed.v1")


def test_of_a_docket_only_what_counts_is_kept_and_what_the_office_opens_is_not_counted() -> None:
    docket = None
    for number in range(PROCEEDINGS_AT_MOST + 5):
        docket = DOCKETS.evolve(docket, ProceedingFiled(proceeding=f"x{number}", filed_on=OPENED.date() + number * DAY))
    assert docket.filed[0] == OPENED.date() + 5 * DAY
    assert len(docket.filed) == PROCEEDINGS_AT_MOST
    assert {kind for kind in KINDS if docket_of(kind, "p1", None if kind not in OF_A_FIRM else "e1") is None} == {
        kind for kind in KINDS if kind not in OF_A_PROVIDER | OF_A_FIRM
    }


def test_a_complaint_names_its_firm_and_a_move_of_the_directory_names_none() -> None:
    nameless = asking(ProceedingKind.COMPLAINT, enterprise=None)
    before().when(nameless, "enterprise", "e1").refused(FIRM_TO_BE_NAMED, path="enterprise")
    before().when(asking(enterprise="e1"), "city").refused(FIRM_TO_BE_NAMED)
    opened().when(asking(), "city").refused(PROCEEDING_EXISTS)


@pytest.mark.parametrize("cause", ["diagnosis/d1/8", "diagnosis/d2/1", "listing/p1/77777", "rule/rating/1"])
def test_a_cause_is_a_fact_on_record(cause: str) -> None:
    before().when(asking(cause=cause), "city").refused(CAUSE_UNKNOWN, path="cause", cause=cause)


def test_it_lies_in_the_district_that_opened_it_else_the_firm_s_else_the_provider_s() -> None:
    of_district = before().when(asking(cause="listing/p1/1"), "district", "310115").accepted
    found = [case.state.district for case in (of_district, opened(ProceedingKind.COMPLAINT), opened())]
    assert found == ["310115", "310117", "310117"]
    assert before().when(asking(provider="p2", about="listing/p2"), "city").accepted.state.district is None


def place(case: Given) -> Place:
    read = {stream: case.read.get(stream) for stream in PROCEEDINGS.reads(SERVE, case.state)}
    found = PROCEEDINGS.place(SERVE, case.state, read)
    assert not isinstance(found, Unscoped)
    return found


def test_it_is_for_the_two_sides_the_city_and_the_district_alone() -> None:
    of_firm = opened(ProceedingKind.COMPLAINT)
    seen = {
        (role, organisation): admits(scope_of(role, organisation), place(of_firm))
        for role, organisation in (
            ("city", ""),
            ("auditor", ""),
            ("district", "310117"),
            ("district", "310115"),
            ("provider", "p1"),
            ("provider", "p2"),
            ("enterprise", "e1"),
            ("enterprise", "e2"),
        )
    }
    assert list(seen.values()) == [True, True, True, False, True, False, True, False]


def test_the_time_to_answer_runs_in_working_days_from_the_notice() -> None:
    """Monday 6 May and five working days: Saturday the 11th is worked for the holiday."""
    assert notified().state.answer.due == date(2024, 5, 11)
    assert notified(ProceedingKind.COMPLAINT).state.answer.working_days == 5


def test_an_answer_comes_on_the_last_day_and_not_after_it() -> None:
    respondent(notified(), STATEMENT, on(date(2024, 5, 11))).happened("proceeding.statement_given.v2")
    late = on(date(2024, 5, 12))
    respondent(notified(), STATEMENT, late).refused(TIME_TO_ANSWER_OVER, latest=date(2024, 5, 11))
    case = notified().when(END_ANSWER, "system", at=late).happened("proceeding.time_to_answer_ended.v1")
    respondent(case, STATEMENT, late).refused(TIME_TO_ANSWER_OVER)


def test_the_time_is_not_over_before_its_last_day_is_and_over_once() -> None:
    notified().when(END_ANSWER, "system", at=on(date(2024, 5, 11))).refused(TIME_NOT_OVER, latest=date(2024, 5, 11))
    case = notified().when(END_ANSWER, "system", at=on(date(2024, 5, 20))).accepted
    assert case.state.status is ProceedingStatus.ANSWERED
    case.when(END_ANSWER, "system", at=on(date(2024, 5, 20))).then()
    decided().when(END_APPEAL, "system", at=DECIDED).refused(TIME_NOT_OVER)


def test_only_the_side_against_whom_it_is_answers() -> None:
    notified().when(STATEMENT, "provider", "p2").refused(NOT_YOURS_TO_ANSWER)
    notified().when(STATEMENT, "city").refused(NOT_YOURS_TO_ANSWER)
    notified(ProceedingKind.RATING_OBJECTION).when(STATEMENT, "provider", "p1").refused(NOT_YOURS_TO_ANSWER)
    notified(ProceedingKind.RATING_OBJECTION).when(STATEMENT, "city").happened("proceeding.statement_given.v2")


def test_an_extension_is_a_fact_with_its_reason_and_lets_answer_again() -> None:
    late = on(date(2024, 5, 13))
    case = city(notified(), EXTENSION, at=late).happened("proceeding.deadline_moved.v1")
    [fact] = case.facts
    assert (fact.before, fact.until, fact.reason) == (date(2024, 5, 11), date(2024, 5, 31), "负责人住院")
    respondent(case, STATEMENT, on(date(2024, 6, 1))).refused(TIME_TO_ANSWER_OVER, latest=date(2024, 5, 31))
    respondent(case, STATEMENT, on(date(2024, 5, 31))).happened("proceeding.statement_given.v2")


@pytest.mark.parametrize("until", [date(2024, 5, 11), date(2024, 5, 12)])
def test_an_extension_is_later_than_what_it_extends_and_not_in_the_past(until: date) -> None:
    moved = EXTENSION.model_copy(update={"until": until})
    city(notified(), moved, at=on(date(2024, 5, 13))).refused(DEADLINE_NOT_LATER, path="until", earliest=date(2024, 5, 13))


def test_a_hearing_has_the_working_days_of_notice_that_the_rule_gives() -> None:
    early = HEARING.model_copy(update={"day": date(2024, 5, 13)})
    city(answered(), early).refused(HEARING_TOO_SOON, path="day", days=7, earliest=date(2024, 5, 14))
    case = city(answered(), HEARING).happened("proceeding.hearing_set.v1")
    city(case, MINUTES, at=on(date(2024, 5, 19))).refused(HEARING_NOT_YET, earliest=date(2024, 5, 20))
    city(case, HEARING.model_copy(update={"day": date(2024, 5, 27)})).happened("proceeding.hearing_set.v1")
    city(case, MINUTES, at=on(date(2024, 5, 20))).refused(HEARING_NOT_YET, earliest=date(2024, 5, 27))
    city(case, MINUTES.model_copy(update={"attended": ()}), at=on(date(2024, 5, 27))).happened("proceeding.hearing_held.v1")


@pytest.mark.parametrize("kind", sorted(OFFICE))
def test_nothing_is_granted_against_a_provider_before_a_hearing(kind: ProceedingKind) -> None:
    city(answered(kind), DECISION).refused(HEARING_COMES_FIRST, path="outcome")
    city(answered(kind), DECISION.model_copy(update={"outcome": ProceedingOutcome.DISMISSED})).happened("proceeding.decided.v1")


def test_a_complaint_is_decided_without_a_hearing_unless_the_provider_asks_for_one() -> None:
    city(answered(ProceedingKind.COMPLAINT), DECISION).happened("proceeding.decided.v1")
    city(answered(ProceedingKind.COMPLAINT, asks_hearing=True), DECISION).refused(HEARING_COMES_FIRST)


def test_whoever_opened_does_not_decide_and_whoever_decided_does_not_decide_the_appeal() -> None:
    city(heard(), DECISION, by=CLERK, at=DECIDED).refused(DECIDED_BY_THE_SAME)
    for by in (CLERK, CHIEF):
        city(appealed(), APPEAL_DECISION, by=by, at=DECIDED).refused(DECIDED_BY_THE_SAME)
    case = city(appealed(), APPEAL_DECISION, by=DIRECTOR, at=DECIDED).happened("proceeding.appeal_decided.v1")
    assert (case.state.status, case.state.outcome) == (ProceedingStatus.FINAL, ProceedingOutcome.DISMISSED)


def test_an_appeal_comes_in_time_from_the_side_that_the_decision_went_against() -> None:
    due = decided().state.appeal.due
    assert due == date(2024, 6, 4)
    decided().when(APPEAL, "provider", "p1", at=on(due)).happened("proceeding.appealed.v1")
    decided().when(APPEAL, "provider", "p1", at=on(due + DAY)).refused(TIME_TO_APPEAL_OVER, latest=due)
    final = decided().when(END_APPEAL, "system", at=on(due + DAY)).accepted
    final.when(APPEAL, "provider", "p1", at=on(due + DAY)).refused(TIME_TO_APPEAL_OVER)
    decided(outcome=ProceedingOutcome.DISMISSED).when(APPEAL, "provider", "p1", at=DECIDED).refused(APPEAL_NOT_YOURS)
    granted, refused = decided(ProceedingKind.COMPLAINT), decided(ProceedingKind.COMPLAINT, ProceedingOutcome.DISMISSED)
    granted.when(APPEAL, "enterprise", "e1", at=DECIDED).refused(APPEAL_NOT_YOURS)
    refused.when(APPEAL, "enterprise", "e1", at=DECIDED).happened("proceeding.appealed.v1")
    for role, organisation in (("provider", "p1"), ("enterprise", "e1")):
        partly = decided(ProceedingKind.COMPLAINT, ProceedingOutcome.PARTLY)
        partly.when(APPEAL, role, organisation, at=DECIDED).happened("proceeding.appealed.v1")


def test_the_side_that_opened_it_withdraws_it_before_a_decision_and_no_other() -> None:
    for case in (opened(), notified(), answered(), heard()):
        city(case, WITHDRAWAL).happened("proceeding.withdrawn.v1")
    city(decided(), WITHDRAWAL).refused(PROCEEDING_STATUS, status="decided")
    city(opened(ProceedingKind.COMPLAINT), WITHDRAWAL).refused(NOT_YOURS_TO_WITHDRAW)
    opened(ProceedingKind.COMPLAINT).when(WITHDRAWAL, "enterprise", "e1").happened("proceeding.withdrawn.v1")
    opened().when(WITHDRAWAL, "provider", "p1").refused(NOT_YOURS_TO_WITHDRAW)
    of_district = before().when(asking(cause="listing/p1/1"), "district", "310115").accepted
    of_district.when(WITHDRAWAL, "district", "310115").happened("proceeding.withdrawn.v1")


def test_the_periods_are_those_of_the_rule_on_the_day_it_was_opened() -> None:
    """A rule that is set while a proceeding runs takes nothing from anybody."""
    default = rule_in_force(None, LadderRule, OPENED.date())
    longer = {"since": "2024-05-06", "body": default.model_dump() | {"answer_days": 9}, "source": "示例", "mark": "I"}
    later = {"since": "2024-05-07", "body": default.model_dump() | {"answer_days": 1}, "source": "示例", "mark": "I"}
    rules = given(DATED_RULES)
    for stated in (longer, later):
        rules = rules.when(SetRule.model_validate(stated), "city").accepted
    case = before().having_read({rule_stream(RuleKind.LADDER): rules.state}).when(asking(), "city", by=CLERK, at=OPENED)
    [fact] = case.facts
    assert (fact.rule, fact.rule_since) == ("rule/ladder/1", date(2024, 5, 6))
    assert city(case, SERVE, at=on(date(2024, 5, 8))).accepted.state.answer.working_days == 9


@pytest.mark.parametrize(
    ("kind", "about", "state"),
    [
        (ProceedingKind.RED_LINE, "listing/p1", "final"),
        (ProceedingKind.DIRECTORY_MOVE, "listing/p2", "final"),
        (ProceedingKind.DIRECTORY_MOVE, "listing/p1", "decided"),
        (ProceedingKind.DIRECTORY_MOVE, "listing/p1", "dismissed"),
        (ProceedingKind.DIRECTORY_MOVE, "listing/p1", "none"),
    ],
)
def test_only_the_concluded_proceeding_that_granted_it_is_taken(kind: ProceedingKind, about: str, state: str) -> None:
    final = decided().when(END_APPEAL, "system", at=on(date(2024, 6, 5))).accepted.state
    dismissed = city(appealed(), APPEAL_DECISION, by=DIRECTOR, at=DECIDED).accepted.state
    found = {"final": final, "decided": decided().state, "dismissed": dismissed, "none": None}[state]
    with pytest.raises(Refused) as refused:
        require_concluded(found, kind, about)
    assert refused.value.rule is PROCEEDING_NOT_CONCLUDED
    REFUSED.add(refused.value.rule.code)


@pytest.mark.parametrize("command", [one for one in PROCEEDINGS.commands if one.__name__ != "OpenProceeding"])
def test_nothing_happens_to_a_proceeding_that_there_is_not(command: type[Command]) -> None:
    of_the_office = (SERVE, END_ANSWER, END_APPEAL, HEARING, MINUTES, DECISION, APPEAL_DECISION, EXTENSION)
    by_name: dict[type[Command], Any] = {type(one): one for one in (*of_the_office, STATEMENT, APPEAL, WITHDRAWAL)}
    [role, *_] = sorted(command.roles & {"city", "provider", "system"})
    before().when(by_name[command], role).refused(NOT_FOUND)


def test_the_capability_is_registered() -> None:
    assert CAPABILITIES["proceeding"] is PROCEEDINGS
    assert opener_of(ProceedingKind.CLAWBACK) == ("city", "")
