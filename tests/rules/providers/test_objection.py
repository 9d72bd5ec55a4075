"""Objections to a result (plan V1, V4): in time, by a proceeding; what it grants reaches the result, what is open holds it up."""

from decimal import Decimal

import pytest

from domain.governance.dated_rules import DatedRule, DatedRules, defaults_of, rule_stream
from domain.governance.proceedings.docket import PROCEEDINGS_AT_MOST, PROCEEDINGS_TOO_MANY, Docket, docket_of
from domain.governance.proceedings.state import (
    PROCEEDING_NOT_CONCLUDED,
    Proceeding,
    ProceedingKind,
    ProceedingOutcome,
    ProceedingStatus,
    proceeding_stream,
)
from domain.governance.qualification import Certificate, CertificateGrade, CertificateTerm, certificate_stream
from domain.governance.rule_bodies.body import RuleKind
from domain.kernel import LISTED_TWICE, OnStream
from domain.providers.applications.commands import ObjectToResult, RevisedScore, ReviseResult
from domain.providers.applications.events import ApplicationAssessed
from domain.providers.applications.objection import INDUSTRY_NOT_APPLIED_FOR, NO_RESULT_YET, OBJECTION_LATE
from domain.providers.applications.state import SelectionDimension, SelectionResult, Shortfall
from domain.providers.calls.commands import AdoptDirectory, EndObjections, PublishOutcome
from domain.providers.calls.events import ObjectionsOver
from domain.providers.calls.outcome import OBJECTIONS_NOT_CARRIED_OUT, OBJECTIONS_OPEN
from domain.providers.calls.results import results_under
from domain.providers.calls.stages import CALL_OUT_OF_ORDER
from domain.providers.calls.state import call_stream
from domain.providers.marking.marking import MARK_OUT_OF_RANGE
from tests.rules.providers.calls import (
    ADOPTING,
    FULL,
    PUBLISHING,
    YEAR,
    Played,
    later,
    marked,
    opened,
    published,
    saving,
)
from tests.rules.providers.test_application import own

LOW = dict.fromkeys(FULL, 13)
"""A mark of sixty-five: five below the line."""
OBJECT = ObjectToResult(year=YEAR, provider="p1", proceeding="o1", asked="重新核定人员得分", grounds="漏计三名高级诊断师")
REVISE = ReviseResult(
    year=YEAR, provider="p1", proceeding="o1", scores=(RevisedScore(dimension=SelectionDimension.STAFF, points=Decimal("19.5")),)
)


def objected() -> Played:
    played = published("p1", "p2", totals={"p1": [LOW, LOW]})
    played.asked(OBJECT, "provider", "p1", at=later(PUBLISHING, 2)).happened(
        "application.objected_to.v1", "proceeding.opened.v1", "docket.proceeding_filed.v1"
    )
    return played


def concluded(played: Played, outcome: ProceedingOutcome) -> None:
    found: Proceeding = played.states[proceeding_stream("o1")]
    ended = {"status": ProceedingStatus.FINAL, "outcome": outcome}
    played.states[proceeding_stream("o1")] = found.model_copy(update=ended)


def test_an_objection_is_a_proceeding_about_the_result_that_cites_it() -> None:
    found: Proceeding = objected().states[proceeding_stream("o1")]
    assert (found.about, found.cause) == ("application/2024.p1", "application/2024.p1/9")


def test_an_objection_to_a_result_counts_among_the_proceedings_that_the_provider_opens() -> None:
    played = published("p1", "p2", totals={"p1": [LOW, LOW]})
    at = later(PUBLISHING, 2)
    docket = docket_of(ProceedingKind.MARK_OBJECTION, "p1", None)
    assert docket is not None
    played.states[docket] = Docket(filed=(at.date(),) * PROCEEDINGS_AT_MOST)
    played.asked(OBJECT, "provider", "p1", at=at).refused(PROCEEDINGS_TOO_MANY)


def test_an_objection_after_its_day_before_the_outcome_or_without_result_is_refused() -> None:
    published("p1").asked(OBJECT, "provider", "p1", at=ADOPTING).refused(OBJECTION_LATE)
    marked("p1").asked(OBJECT, "provider", "p1", at=PUBLISHING).refused(CALL_OUT_OF_ORDER)
    played = opened("p1", "p2")
    own(played, saving("p1"))
    played.states |= {name: one for name, one in published("p2").states.items() if name == "call/2024"}
    played.asked(OBJECT, "provider", "p1", at=later(PUBLISHING, 2)).refused(NO_RESULT_YET)


def test_no_directory_while_an_objection_is_open() -> None:
    played = objected()
    played.asked(EndObjections(year=YEAR), "city", at=ADOPTING).refused(OBJECTIONS_OPEN, count=1, names="服务商 p1")
    played.asked(AdoptDirectory(year=YEAR), "city", at=ADOPTING).refused(CALL_OUT_OF_ORDER)
    concluded(played, ProceedingOutcome.DISMISSED)
    played.city(EndObjections(year=YEAR), ADOPTING)
    played.city(AdoptDirectory(year=YEAR), ADOPTING)
    assert played.states.get("listing/p1") is None


def test_what_is_granted_changes_the_result_by_a_fact_that_cites_the_decision() -> None:
    played = objected()
    played.asked(REVISE, "city", at=ADOPTING).refused(PROCEEDING_NOT_CONCLUDED)
    concluded(played, ProceedingOutcome.UPHELD)
    twice = REVISE.model_copy(update={"scores": REVISE.scores * 2})
    above = REVISE.model_copy(update={"scores": (RevisedScore(dimension=SelectionDimension.STAFF, points=Decimal(26)),)})
    played.asked(twice, "city", at=ADOPTING).refused(LISTED_TWICE, path="scores.1")
    played.asked(above, "city", at=ADOPTING).refused(MARK_OUT_OF_RANGE, at_most=25)
    (fact,) = played.city(REVISE, ADOPTING).facts
    result = played.application("p1").result
    assert result is not None
    assert (str(result.total), result.tags, result.is_listed) == ("71.5", ("C34", "C35"), True)
    assert fact.causes == ("proceeding/o1/1",)  # type: ignore[union-attr] # the result assessed anew
    industries = [{"industry": "C35", "points": "14.5"}]
    tagged = ReviseResult.model_validate(REVISE.model_dump() | {"industries": industries})
    played.city(tagged, ADOPTING)
    result = played.application("p1").result
    assert result is not None
    assert (result.tags, result.is_listed) == (("C34",), True)
    played.asked(tagged, "city", at=ADOPTING).then()
    other = ReviseResult.model_validate(REVISE.model_dump() | {"industries": [{"industry": "C13", "points": "15"}]})
    played.asked(other, "city", at=ADOPTING).refused(INDUSTRY_NOT_APPLIED_FOR, division="C13")


@pytest.mark.parametrize("outcome", [ProceedingOutcome.UPHELD, ProceedingOutcome.PARTLY])
def test_the_time_for_objections_does_not_end_before_what_was_granted_has_reached_the_result(outcome: ProceedingOutcome) -> None:
    played = objected()
    concluded(played, outcome)
    end = EndObjections(year=YEAR)
    played.asked(end, "city", at=ADOPTING).refused(OBJECTIONS_NOT_CARRIED_OUT, count=1, names="服务商 p1（o1）")
    played.city(REVISE, ADOPTING)
    facts = played.city(end, ADOPTING).facts
    assert isinstance(facts[-1], ObjectionsOver)
    assert facts[-1].changed == 1


def test_what_was_granted_and_leaves_every_point_as_it_is_is_recorded_and_changes_no_result() -> None:
    played = objected()
    concluded(played, ProceedingOutcome.PARTLY)
    unchanged = ReviseResult(year=YEAR, provider="p1", proceeding="o1")
    played.asked(unchanged, "city", at=ADOPTING).happened("application.assessed.v1")
    played.asked(unchanged, "city", at=ADOPTING).then()
    facts = played.city(EndObjections(year=YEAR), ADOPTING).facts
    assert isinstance(facts[-1], ObjectionsOver)
    assert facts[-1].changed == 0


def test_places_go_by_the_totals_that_decisions_leave_and_who_loses_one_is_told_why() -> None:
    above = FULL | {"staff": 21}
    played = marked("p1", "p2", "p3", totals={"p1": [LOW, LOW], "p3": [above, above]})
    one_place = played.call.rule.model_copy(update={"listed_at_most": 1})
    played.states[call_stream(YEAR)] = played.call.model_copy(update={"rule": one_place})
    played.city(PublishOutcome(year=YEAR), PUBLISHING)
    results = {one: played.application(one).result for one in ("p1", "p2", "p3")}
    assert {one: found.shortfalls for one, found in results.items() if found is not None} == {
        "p1": (Shortfall.PASS_MARK,), "p2": (Shortfall.QUOTA,), "p3": ()
    }  # fmt: skip
    played.asked(OBJECT, "provider", "p1", at=later(PUBLISHING, 2))
    concluded(played, ProceedingOutcome.UPHELD)
    points = {one: 25 if one is SelectionDimension.STAFF else 15 for one in SelectionDimension}
    scores = tuple(RevisedScore(dimension=one, points=Decimal(given)) for one, given in points.items())
    played.city(REVISE.model_copy(update={"scores": scores}), ADOPTING)
    facts = played.city(EndObjections(year=YEAR), ADOPTING).facts
    assert isinstance(facts[-1], ObjectionsOver)
    assert facts[-1].changed == 2
    loser = played.application("p3")
    assert loser.result is not None
    assert loser.result.shortfalls == (Shortfall.QUOTA,)
    [fact] = [one.event for one in facts if isinstance(one, OnStream)]
    assert isinstance(fact, ApplicationAssessed)
    assert fact.causes == (f"application/{YEAR}.p1/{played.application('p1').result_version}",)
    played.city(AdoptDirectory(year=YEAR), ADOPTING)
    assert [name for name in ("p1", "p2", "p3") if f"listing/{name}" in played.states] == ["p1"]


def test_under_the_rule_of_the_year_a_directory_worked_out_is_the_outcome_with_what_decisions_changed() -> None:
    played = objected()
    concluded(played, ProceedingOutcome.UPHELD)
    played.city(REVISE, ADOPTING)
    played.city(EndObjections(year=YEAR), ADOPTING)
    outcome = outcome_of(played)
    rule = played.call.rule
    assert results_under(outcome, rule, rule) == outcome
    lower = rule.model_copy(update={"pass_mark": 72})
    assert {one: found.is_listed for one, found in results_under(outcome, lower, rule).items()} == {"p1": False, "p2": True}


def outcome_of(played: Played) -> dict[str, SelectionResult]:
    found = {one: played.application(one).result for one in played.call.applicants}
    return {one: result for one, result in found.items() if result is not None}


@pytest.mark.parametrize("holders", [8, 7])
def test_once_the_city_asks_for_certificates_the_rules_numbers_are_judged_by_those_on_record(holders: int) -> None:
    listed = holders == 8
    played = marked("p1")
    (default,) = (one for one in defaults_of(RuleKind.EXAM)[-1:])
    body = default.body.model_copy(update={"certified_only": True})
    rule = DatedRule(since=default.since, body=body, source=default.source, version=1)
    played.states[rule_stream(RuleKind.EXAM)] = DatedRules(version=1, rules={default.since: rule})
    application = played.application("p1")
    staff = tuple(application.staff[0].model_copy(update={"person": f"s{number}"}) for number in range(9))
    played.states["application/2024.p1"] = application.model_copy(update={"staff": staff})
    day = PUBLISHING.date()
    for number in range(holders):
        grade = CertificateGrade.SENIOR if number < 2 else CertificateGrade.DIAGNOSTICIAN
        until = later(PUBLISHING, 90).date()
        term = CertificateTerm(number=f"n{number}", grade=grade, since=day, until=until, endorsed={}, version=1)
        played.states[certificate_stream(f"s{number}")] = Certificate(version=1, terms=(term,))
    played.city(PublishOutcome(year=YEAR), PUBLISHING)
    result = played.application("p1").result
    assert result is not None
    assert (result.certified, result.senior, result.is_listed) == (holders, 2, listed)
    assert (Shortfall.CERTIFIED in result.shortfalls) is not listed
    own = played.call.rule
    assert results_under(outcome_of(played), own, own) == {"p1": result}, "certificates as they were counted"
    stricter = own.model_copy(update={"certified_at_least": 9})
    assert not results_under(outcome_of(played), stricter, own)["p1"].is_listed
