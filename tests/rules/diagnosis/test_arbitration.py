"""Arbitration (plan P6): what a provider did not uphold goes to named experts; what most of them find changes the case."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from domain.access import Role, Term, admits, scope_of
from domain.command_rights import ROLE_NOT_ALLOWED
from domain.diagnosis.answers import INDICATOR_UNKNOWN
from domain.diagnosis.arbitration import (
    ARBITER_CONFLICTED,
    FINDING_UNCLEAR,
    NO_ARBITRATION,
    NOT_FOR_ARBITRATION,
    OPINION_INCOMPLETE,
    OPINIONS_MISSING,
    ArbitrationDecided,
    ArbitrationSettled,
    DecideArbitration,
    GiveArbiterOpinion,
    RequestArbitration,
    SettleArbitration,
)
from domain.diagnosis.assignments import (
    ARBITER_STOOD_BACK,
    ASSIGNMENTS,
    OPINION_STANDS,
    AssignExpert,
    Assignments,
    DeclareArbiterConflict,
    ReleaseExpert,
)
from domain.diagnosis.objections import OBJECTION_NOT_OPEN, OBJECTION_REPEATED, ObjectionItem
from domain.diagnosis.report import ConfirmReport, IssueReport
from domain.diagnosis.scoring import ScoreDiagnosis
from domain.diagnosis.stages import Stage, stage_stream
from domain.diagnosis.state import WRONG_STATUS, ArbiterFinding, Diagnosis, Status, diagnosis_stream
from domain.diagnosis.withdrawal import WithdrawDiagnosis
from domain.governance.proceedings.decision import (
    ARBITERS_DECIDE,
    DECIDED_BY_THE_SAME,
    AppealDecided,
    DecideProceeding,
    DecisionBecameFinal,
)
from domain.governance.proceedings.hearing import StatementGiven
from domain.governance.proceedings.opening import NoticeServed, ProceedingWithdrawn
from domain.governance.proceedings.proceeding import PROCEEDINGS
from domain.governance.proceedings.state import PROCEEDING_STATUS, Proceeding, ProceedingOutcome, proceeding_stream
from domain.governance.working_calendar import Deadline
from domain.kernel import Event, OnStream
from domain.participants.people.state import Membership, Person, person_stream
from standards import Answer
from tests.rules.cases import answered, firm, issued, objected, objection, provider, verify
from tests.rules.given import Given
from tests.rules.visits import asking, employed

DUE = Deadline(counted_from=date(2024, 5, 6), working_days=5, due=date(2024, 5, 13), assumed=False)
STATEMENT = StatementGiven(text="与现场一致", asks_hearing=False, decision=DUE, stated_by="chen")
DECIDE = DecideArbitration(diagnosis="d1", reasons="多数专家认定")
SETTLE = SettleArbitration(diagnosis="d1")
LATER = datetime(2024, 6, 3, 8, tzinfo=UTC)
FOUR = Answer(level=Decimal(4))


def request(*indicators: str) -> RequestArbitration:
    items = tuple(ObjectionItem(indicator=one, reason="证据未计") for one in indicators or ("Z01", "Z04"))
    return RequestArbitration(diagnosis="d1", items=items)


def dismissed() -> Given:
    return provider(objected("Z01", "Z04"), answered(Z01=False, Z04=False)).accepted


def stream(case: Given) -> Any:
    assert case.state.arbitration is not None
    return proceeding_stream(case.state.arbitration.proceeding)


def follows(case: Given, *events: Event) -> Given:
    """The proceeding goes on, by its own rules, which are tried elsewhere."""
    for event in events:
        case.read[stream(case)] = PROCEEDINGS.evolve(case.read[stream(case)], event)
    return case


def heard() -> Given:
    return follows(firm(dismissed(), request()).accepted, NoticeServed(answer=DUE, served_by="wang"), STATEMENT)


def opinion(**found: Answer | None) -> GiveArbiterOpinion:
    findings = tuple(ArbiterFinding(indicator=i, upheld=a is not None, answer=a, reason="经查") for i, a in found.items())
    return GiveArbiterOpinion(diagnosis="d1", findings=findings)


def gives(case: Given, arbiter: str, **found: Answer | None) -> Given:
    return case.when(opinion(**found), "arbiter", "experts", by=arbiter)


def opined() -> Given:
    """Two of three uphold the first item, none the second."""
    case = gives(heard(), "sun", Z01=FOUR, Z04=None).accepted
    case = gives(case, "zhou", Z01=FOUR, Z04=None).accepted
    return gives(case, "wu", Z01=None, Z04=None).accepted


def decided() -> Given:
    return opined().when(DECIDE, "city", by="clerk").accepted


def settled(case: Given, *ends: Event) -> Given:
    return follows(case, *ends).when(SETTLE, "system", at=LATER)


FINAL = DecisionBecameFinal(due=date(2024, 5, 20))


def test_the_firm_asks_for_arbitration_of_what_was_not_upheld_and_a_proceeding_is_opened() -> None:
    case = firm(dismissed(), request())
    case.happened(
        "diagnosis.arbitration_requested.v1", "proceeding.opened.v1", "docket.proceeding_filed.v1", "stage.began.v2"
    )
    proceeding: Proceeding = case.read[stream(case)]
    assert (proceeding.about, proceeding.provider, proceeding.enterprise) == ("diagnosis/d1", "p1", "e1")
    assert (case.state.status, case.read[stage_stream("d1")].stage) == (Status.OBJECTED, Stage.OBJECTION)
    firm(case, ConfirmReport(diagnosis="d1")).refused(WRONG_STATUS)
    firm(case, request("Z01")).refused(WRONG_STATUS)
    provider(case, answered(Z01=True)).refused(OBJECTION_NOT_OPEN)


def test_only_what_was_dismissed_goes_to_arbitration_and_once() -> None:
    firm(issued(), request("Z01")).refused(NOT_FOR_ARBITRATION, path="items.0.indicator", allowed=())
    firm(dismissed(), request("Z01", "Z06")).refused(NOT_FOR_ARBITRATION, path="items.1.indicator", allowed=("Z01", "Z04"))
    firm(dismissed(), request("Z01", "Z01")).refused(OBJECTION_REPEATED, path="items.1.indicator")
    firm(dismissed(), request("Q99")).refused(INDICATOR_UNKNOWN)
    case = settled(decided(), FINAL).accepted
    case = provider(provider(case, ScoreDiagnosis(diagnosis="d1")).accepted, IssueReport(diagnosis="d1")).accepted
    firm(case, request("Z04")).refused(NOT_FOR_ARBITRATION, allowed=())
    firm(case, objection("Z04")).refused(OBJECTION_REPEATED)


def test_arbiters_find_on_every_item_once_the_provider_was_heard() -> None:
    gives(dismissed(), "sun", Z01=None).refused(WRONG_STATUS)
    gives(objected("Z01"), "sun", Z01=None).refused(NO_ARBITRATION)
    early = follows(firm(dismissed(), request()).accepted, NoticeServed(answer=DUE, served_by="wang"))
    gives(early, "sun", Z01=None, Z04=None).refused(PROCEEDING_STATUS)
    gives(heard(), "sun", Z01=None).refused(OPINION_INCOMPLETE, path="findings", indicators="Z04")
    gives(heard(), "sun", Z01=None, Z04=None, Z02=None).refused(OPINION_INCOMPLETE, indicators="Z02")
    gives(heard(), "sun", Z01=Answer(level=Decimal(3)), Z04=None).refused(FINDING_UNCLEAR, path="findings.0.answer")
    contradicting = ArbiterFinding(indicator="Z01", upheld=True, answer=None, reason="经查")
    unclear = opinion(Z01=None, Z04=None)
    unclear = unclear.model_copy(update={"findings": (contradicting, unclear.findings[1])})
    heard().when(unclear, "arbiter", "experts", by="sun").refused(FINDING_UNCLEAR, indicator="Z01")
    assert ("ANSWER_OFF_SCALE", "findings.0.answer") in gives(heard(), "sun", Z01=Answer(level=Decimal(9)), Z04=None).told


def test_an_opinion_stands_until_the_decision_and_another_takes_its_place() -> None:
    case = gives(heard(), "sun", Z01=FOUR, Z04=None).accepted
    gives(case, "sun", Z01=FOUR, Z04=None).then()
    gives(case, "sun", Z01=None, Z04=None).happened("diagnosis.arbiter_opinion_given.v1")
    assert len(case.state.arbitration.opinions) == 1
    gives(decided(), "sun", Z01=None, Z04=None).refused(PROCEEDING_STATUS)


def released(case: Given, arbiter: str = "sun", role: Role = Role.ARBITER) -> Given:
    """The city takes an assignment to the case back."""
    assigned = Given(ASSIGNMENTS).having_read({diagnosis_stream("d1"): case.state})
    assigned.state = Assignments(terms={"a1": Term(arbiter, date(2024, 1, 1), date(2024, 12, 31), role)})
    return assigned.when(ReleaseExpert(diagnosis="d1", assignment="a1"), "city")


def test_the_opinion_of_an_arbiter_who_is_released_before_the_decision_counts_no_more() -> None:
    released(opined()).happened("assignment.ended.v1", "diagnosis.arbiter_opinion_struck.v1")
    struck = released(opined()).accepted.read[diagnosis_stream("d1")]
    assert set(struck.arbitration.opinions) == {"zhou", "wu"}
    for case in (released(decided()), released(opined(), "li"), released(opined(), role=Role.READER)):
        case.happened("assignment.ended.v1")


@pytest.mark.parametrize("organisation", ["p1", "e1"])
def test_who_ever_held_a_role_for_a_side_is_no_arbiter(organisation: str) -> None:
    conflicted = employed("sun", organisation, until=date(2023, 12, 31))
    gives(heard().having_read(conflicted), "sun", Z01=None, Z04=None).refused(ARBITER_CONFLICTED)


def test_nor_is_who_works_for_a_rival_of_the_provider() -> None:
    gives(heard().having_read(employed("sun", "p2")), "sun", Z01=None, Z04=None).refused(ARBITER_CONFLICTED)


def assigned(person: Mapping[str, Any], role: str = "arbiter") -> Given:
    state: Diagnosis = dismissed().state
    case = Given(ASSIGNMENTS).having_read({diagnosis_stream("d1"): state}).having_read(person)
    stated = {"diagnosis": "d1", "assignment": "a1", "expert": "sun", "since": "2024-05-06", "until": "2024-06-30"}
    return case.when(AssignExpert.model_validate({**stated, "role": role}), "city")


def test_nor_is_assigned_as_one() -> None:
    def known(*before: str) -> Mapping[str, Any]:
        held = {"m0": Membership(role=Role.ARBITER, organisation="experts", since=date(2023, 8, 1))}
        held |= {
            f"m-{one}": Membership(role=Role.DIAGNOSTICIAN, organisation=one, since=date(2023, 8, 1), until=date(2023, 12, 31))
            for one in before
        }
        return {person_stream("sun"): Person(memberships=held)}

    assert assigned(known()).facts
    assert assigned(known("p2")).facts
    assigned(known("p1")).refused(ARBITER_CONFLICTED, path="expert")


DECLARE = DeclareArbiterConflict(diagnosis="d1", reason="与企业负责人系亲属")


def before(case: Given) -> Given:
    """The assignment of an arbiter to the case as it stands."""
    held = {"m0": Membership(role=Role.ARBITER, organisation="experts", since=date(2023, 8, 1))}
    laid = assigned({person_stream("sun"): Person(memberships=held)}).accepted
    return laid.having_read({diagnosis_stream("d1"): case.state})


def test_an_arbiter_who_has_an_interest_stands_back_and_is_not_named_again() -> None:
    case = before(heard())
    scope = scope_of(Role.ARBITER, "experts", "sun", date(2024, 5, 6))
    assert admits(scope, ASSIGNMENTS.place(DECLARE, case.state, {}))
    assert not admits(scope_of(Role.ARBITER, "experts", "wu", date(2024, 5, 6)), ASSIGNMENTS.place(DECLARE, case.state, {}))
    case.when(DECLARE, "city").refused(ROLE_NOT_ALLOWED)
    case.when(DECLARE, "arbiter", "experts", by="sun").happened("assignment.conflict_declared.v1")
    assert not admits(scope, ASSIGNMENTS.place(DECLARE, case.state, {}))
    case.when(DECLARE, "arbiter", "experts", by="sun").then()
    again = {"diagnosis": "d1", "assignment": "a2", "expert": "sun", "since": "2024-05-06", "until": "2024-06-30"}
    case.when(AssignExpert.model_validate({**again, "role": "arbiter"}), "city").refused(ARBITER_STOOD_BACK, path="expert")


def test_whose_opinion_stands_tells_the_city_instead() -> None:
    opined_on = before(gives(heard(), "sun", Z01=FOUR, Z04=None).accepted)
    opined_on.when(DECLARE, "arbiter", "experts", by="sun").refused(OPINION_STANDS)


def test_what_most_arbiters_find_is_the_decision_in_the_proceeding() -> None:
    few = gives(heard(), "sun", Z01=FOUR, Z04=None).accepted
    few.when(DECIDE, "city", by="clerk").refused(OPINIONS_MISSING, at_least=3, count=1)
    one = gives(heard().having_read(asking(arbiters_at_least=1)), "sun", Z01=FOUR, Z04=None).accepted
    assert one.when(DECIDE, "city", by="clerk").facts
    case = decided()
    found, beside = case.facts
    assert [(item.indicator, item.upheld) for item in found.findings] == [("Z01", True), ("Z04", False)]
    assert isinstance(beside, OnStream)
    assert (beside.event.outcome, beside.event.reasons) == (ProceedingOutcome.PARTLY, DECIDE.reasons)
    opined().when(DECIDE, "city", by="li").refused(DECIDED_BY_THE_SAME)


def test_nobody_decides_it_in_the_proceeding_past_the_arbiters() -> None:
    case = opined()
    key = case.state.arbitration.proceeding
    other = Given(PROCEEDINGS)
    other.state = case.read[proceeding_stream(key)]
    deciding = DecideProceeding(proceeding=key, outcome=ProceedingOutcome.UPHELD, reasons="径行决定")
    other.when(deciding, "city", by="clerk").refused(ARBITERS_DECIDE)


def test_nothing_changes_before_it_is_final_and_then_the_verified_answer_does() -> None:
    case = decided()
    case.when(SETTLE, "system", at=LATER).then()
    case = settled(case, FINAL)
    settlement = case.facts[0]
    assert isinstance(settlement, ArbitrationSettled)
    assert (settlement.outcome, [one.indicator for one in settlement.upheld]) == (ProceedingOutcome.PARTLY, ["Z01"])
    assert (case.state.status, case.state.verified["Z01"].answer, case.state.outdated) == (Status.ACCEPTED, FOUR, True)
    assert case.read[stage_stream("d1")].stage is Stage.REPORT
    assert case.state.verified["Z01"].reason == "经查", "for it is not what the firm said"
    before = case.state.verified_measured.total
    case = provider(case, ScoreDiagnosis(diagnosis="d1")).accepted
    assert case.state.verified_measured.total > before
    case.when(SETTLE, "system", at=LATER).then()


def test_an_answer_that_is_found_as_the_firm_gave_it_needs_no_reason() -> None:
    case = decided()
    case.state = case.state.model_copy(update={"answers": case.state.answers | {"Z01": FOUR}})
    assert settled(case, FINAL).accepted.state.verified["Z01"].reason is None


def test_of_what_is_not_upheld_the_report_stands_and_waits_for_the_firm() -> None:
    case = heard()
    for arbiter in ("sun", "zhou", "wu"):
        case = gives(case, arbiter, Z01=None, Z04=None).accepted
    case = settled(case.when(DECIDE, "city", by="clerk").accepted, FINAL).accepted
    assert (case.state.status, case.read[stage_stream("d1")].stage) == (Status.ISSUED, Stage.CONFIRMATION)
    assert firm(case, ConfirmReport(diagnosis="d1")).facts


def test_a_tie_is_no_majority() -> None:
    case = heard().having_read(asking(arbiters_at_least=2))
    case = gives(gives(case, "sun", Z01=FOUR, Z04=None).accepted, "zhou", Z01=None, Z04=None).accepted
    found = case.when(DECIDE, "city", by="clerk").facts[0]
    assert [item.upheld for item in found.findings] == [False, False]  # type: ignore[union-attr]


@pytest.mark.parametrize(("named", "level"), [((5, 4, None), 4), ((4, 1, 2), 2), ((4, 4, 1), 4), ((1, 4, 4), 4)])
def test_of_levels_that_differ_the_median_of_those_who_uphold_counts_of_two_the_lower(
    named: tuple[int | None, ...], level: int
) -> None:
    case = heard()
    for arbiter, one in zip(("sun", "zhou", "wu"), named, strict=True):
        case = gives(case, arbiter, Z01=Answer(level=Decimal(one)) if one is not None else None, Z04=None).accepted
    found = case.when(DECIDE, "city", by="clerk").facts[0]
    assert isinstance(found, ArbitrationDecided)
    assert [(item.upheld, item.answer and item.answer.level) for item in found.findings] == [(True, level), (False, None)]


APPEAL = {"reasons": "复核", "decided_by": "chief"}


def test_an_appeal_that_turns_it_turns_every_item() -> None:
    case = settled(decided(), AppealDecided(outcome=ProceedingOutcome.DISMISSED, **APPEAL)).accepted
    assert (case.state.status, case.state.verified["Z01"].answer) == (Status.ISSUED, Answer(level=Decimal(3)))
    case = settled(decided(), AppealDecided(outcome=ProceedingOutcome.UPHELD, **APPEAL)).accepted
    assert (case.state.status, case.state.verified["Z01"].answer) == (Status.ACCEPTED, FOUR)
    assert "Z04" not in case.state.verified, "which no arbiter found on, so that the provider verifies it again"
    assert provider(case, verify("D1", {"Z04": FOUR}, "按申诉决定")).facts
    same = settled(decided(), AppealDecided(outcome=ProceedingOutcome.PARTLY, **APPEAL)).accepted
    assert same.state.verified["Z01"].answer == FOUR


def test_a_request_that_is_withdrawn_leaves_the_report_as_it_was() -> None:
    case = settled(heard(), ProceedingWithdrawn(reason="已协商一致")).accepted
    assert (case.state.status, case.state.arbitrated) == (Status.ISSUED, {"Z01", "Z04"})
    assert firm(case, ConfirmReport(diagnosis="d1")).facts


def test_a_case_that_is_withdrawn_meanwhile_is_left_alone() -> None:
    case = decided().when(WithdrawDiagnosis(diagnosis="d1", reason="停产"), "city").accepted
    case.read[proceeding_stream(case.state.arbitration.proceeding)] = PROCEEDINGS.evolve(case.read[stream(case)], FINAL)
    case.when(SETTLE, "system", at=LATER).then()
