"""Policies (plan I2, I3): conditions that tell firms apart, held against what is on record; unknown is never taken for no."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from domain.command_rights import ROLE_NOT_ALLOWED
from domain.kernel import LISTED_TWICE, NOT_FOUND, Rule
from domain.participants.enterprises import enterprise_stream
from domain.participants.organisations import Organisation, OrganisationKind, organisation_stream
from domain.programme.designations import (
    DESIGNATION_DAYS_REVERSED,
    DESIGNATIONS,
    DesignationRecorded,
    RecordDesignation,
)
from domain.programme.policies.conditions import (
    POLICY_CLAUSES_EXCLUDE,
    POLICY_DIMENSION_UNKNOWN,
    POLICY_INDUSTRY_UNKNOWN,
    POLICY_RANGE_EMPTY,
    POLICY_TEST_TWICE,
    Designation,
    FirmFacts,
    PolicyVerdict,
    explain,
)
from domain.programme.policies.policy import (
    POLICIES,
    POLICY_DAYS_REVERSED,
    POLICY_DISTRICT_UNKNOWN,
    POLICY_EDITION_UNKNOWN,
    POLICY_EXISTS,
    POLICY_NOT_SIMULATED,
    POLICY_PARK_UNKNOWN,
    POLICY_STATUS,
    DraftPolicy,
    EndPolicy,
    PublishPolicy,
    RecordPolicySimulation,
    RevisePolicy,
)
from domain.programme.policies.simulation import METHOD, OtherPolicy, SimulationInputs, digest_of, simulate
from domain.programme.policies.terms import PolicyTerms
from standards.edition.text import Source
from tests.rules.cases import FIRM, WORLD
from tests.rules.given import AT, Given, given

DAY = AT.date()
SINCE = date(2024, 6, 1)
OTHERS = {
    organisation_stream("310115"): Organisation(kind=OrganisationKind.DISTRICT, name="浦东新区"),
    **{organisation_stream(one): Organisation(kind=OrganisationKind.PARK, name=one) for one in ("park-a", "park-b")},
}
GRADE = {"kind": "grade", "at_least": 3}
LEADER = {"kind": "designation", "one_of": ["chain_leader"]}
EXPERT = {"kind": "expert", "question": "项目是否具有示范性"}
MEETS, FAILS, MISSING, NEEDS_EXPERT = PolicyVerdict


def clause(*tests: dict[str, Any], title: str = "条款") -> dict[str, Any]:
    return {"title": title, "any_of": tests}


def terms(*clauses: dict[str, Any], **odd: Any) -> PolicyTerms:
    said = {"title": "数字化改造补贴", "purpose": "transformation", "since": SINCE, "fen": 1_000_00, "combinable": False}
    return PolicyTerms.model_validate({**said, "edition": "2023", "clauses": clauses or (clause(GRADE),), **odd})


def stated(what: PolicyTerms) -> dict[str, Any]:
    return {"policy": "y1", "terms": what, "source": "示例文件", "mark": "I"}


def drafting(what: PolicyTerms | None = None, district: str | None = None, role: str = "city", organisation: str = "") -> Given:
    command = DraftPolicy(**stated(what or terms()), district=district)
    return given(POLICIES).having_read({**WORLD, **OTHERS}).when(command, role, organisation)


FIRMS = (
    FirmFacts("e1", "310117", "C3411", "medium", 4, Decimal(41), {"D1": Decimal(50)}, date(2024, 1, 9)),
    FirmFacts("e2", "310117", "C3411", "small", 2, Decimal(20), {"D1": Decimal(9)}, date(2021, 1, 9)),
    FirmFacts("e3", "310115", "C2611", "large"),
)


def simulated(what: PolicyTerms, district: str | None = None, *others: OtherPolicy) -> RecordPolicySimulation:
    inputs = SimulationInputs(district, what, others, FIRMS, SINCE)
    return RecordPolicySimulation(policy="y1", number=1, method=METHOD, position=3, **simulate(inputs)._asdict())


def test_a_policy_is_drafted_simulated_published_and_ended() -> None:
    case = drafting(district="310117", role="district", organisation="310117").happened("policy.drafted.v2")
    case.when(PublishPolicy(policy="y1"), "district").refused(POLICY_NOT_SIMULATED)
    case.when(EndPolicy(policy="y1", reason="到期"), "district").refused(POLICY_STATUS)
    case.when(simulated(terms(), "310117"), "system").happened("policy.simulated.v1")
    case.when(simulated(terms(), "310117"), "system").then()
    case.when(PublishPolicy(policy="y1"), "district").happened("policy.published.v1")
    case.when(PublishPolicy(policy="y1"), "district").refused(POLICY_STATUS)
    case.when(RevisePolicy(**stated(terms())), "district").then()
    case.when(RevisePolicy(**stated(terms(fen=5))), "district").happened("policy.drafted.v2")
    assert case.state.in_force.terms.fen == 1_000_00, "what is published stays until the draft is published"
    case.when(PublishPolicy(policy="y1"), "district").refused(POLICY_NOT_SIMULATED)
    case.when(EndPolicy(policy="y1", reason="到期"), "city").happened("policy.ended.v1")
    case.when(RevisePolicy(**stated(terms(fen=6))), "city").refused(POLICY_STATUS)


def test_who_drafts_and_what_is_there() -> None:
    drafting(role="provider").refused(ROLE_NOT_ALLOWED)
    drafting().accepted.when(DraftPolicy(**stated(terms())), "city").refused(POLICY_EXISTS, path="policy")
    given(POLICIES).when(PublishPolicy(policy="y1"), "city").refused(NOT_FOUND)
    drafting(district="310199").refused(POLICY_DISTRICT_UNKNOWN, path="district")
    drafting(terms(until=SINCE - timedelta(days=1))).refused(POLICY_DAYS_REVERSED, path="terms.until")
    drafting(terms(edition="2031")).refused(POLICY_EDITION_UNKNOWN, path="terms.edition")


@pytest.mark.parametrize(
    ("clauses", "rule", "path"),
    [
        ([clause({"kind": "score", "dimension": "D9", "at_least": 5})], POLICY_DIMENSION_UNKNOWN, "0.any_of.0.dimension"),
        ([clause(GRADE), clause({"kind": "score", "at_least": 60, "at_most": 50})], POLICY_RANGE_EMPTY, "1.any_of.0.at_least"),
        ([clause(GRADE, LEADER, GRADE)], POLICY_TEST_TWICE, "0.any_of.2"),
        ([clause(LEADER, LEADER | {"excluded": True})], POLICY_TEST_TWICE, "0.any_of.1"),
        ([clause(GRADE), clause(LEADER), clause(GRADE)], LISTED_TWICE, "2"),
        ([clause(LEADER), clause(LEADER | {"excluded": True})], POLICY_CLAUSES_EXCLUDE, "1"),
        ([clause(GRADE), clause({"kind": "grade", "at_least": 2, "excluded": True})], POLICY_CLAUSES_EXCLUDE, "1"),
        ([clause({"kind": "size", "one_of": [one]}) for one in ("large", "small")], POLICY_CLAUSES_EXCLUDE, "1"),
        ([clause({"kind": "district", "one_of": [one]}) for one in ("310117", "310115")], POLICY_CLAUSES_EXCLUDE, "1"),
        ([clause({"kind": "industry", "one_of": [one]}) for one in ("C34", "C35")], POLICY_CLAUSES_EXCLUDE, "1"),
        (
            [clause({"kind": "score", "at_least": 60}), clause({"kind": "score", "at_least": 5, "at_most": 50})],
            POLICY_CLAUSES_EXCLUDE,
            "1",
        ),
        ([clause({"kind": "industry", "one_of": ["C34", "C99"]})], POLICY_INDUSTRY_UNKNOWN, "0.any_of.0.one_of.1"),
        ([clause({"kind": "industry", "one_of": ["C4411"]})], POLICY_INDUSTRY_UNKNOWN, "0.any_of.0.one_of.0"),
        ([clause({"kind": "district", "one_of": ["310117", "310199"]})], POLICY_DISTRICT_UNKNOWN, "0.any_of.0.one_of.1"),
        ([clause(GRADE), clause({"kind": "park", "one_of": ["310117"]})], POLICY_PARK_UNKNOWN, "1.any_of.0.one_of.0"),
        ([clause({"kind": "park", "one_of": [one]}) for one in ("park-a", "park-b")], POLICY_CLAUSES_EXCLUDE, "1"),
    ],
)
def test_a_tree_that_cannot_be_decided_is_refused_with_its_path(clauses: list[dict[str, Any]], rule: Rule, path: str) -> None:
    drafting(terms(*clauses)).refused(rule, path=f"terms.clauses.{path}")


def test_clauses_that_only_narrow_each_other_are_taken() -> None:
    narrower = (clause({"kind": "industry", "one_of": ["C34"]}), clause({"kind": "industry", "one_of": ["C341", "C26"]}))
    assert drafting(terms(*narrower, clause(GRADE), clause({"kind": "grade", "at_least": 9, "excluded": True}))).accepted


def verdicts(firm: FirmFacts, *clauses: dict[str, Any]) -> tuple[PolicyVerdict, list[PolicyVerdict]]:
    found = explain(terms(*clauses).clauses, firm, DAY)
    return found.verdict, [one.verdict for one in found.clauses]


def test_what_is_not_on_record_is_missing_and_never_failed_whichever_way_it_is_asked() -> None:
    diagnosed, low, unknown = FIRMS
    for excluded in (False, True):
        for test in (GRADE, LEADER, {"kind": "score", "at_least": 5}, {"kind": "report", "within_months": 24}):
            assert verdicts(unknown, clause(test | {"excluded": excluded})) == (MISSING, [MISSING])
    assert verdicts(diagnosed, clause(GRADE))[0] is MEETS
    assert verdicts(low, clause(GRADE))[0] is FAILS
    assert verdicts(low, clause(GRADE | {"excluded": True}))[0] is MEETS
    assert verdicts(low, clause({"kind": "report", "within_months": 24}))[0] is FAILS
    assert verdicts(diagnosed, clause({"kind": "score", "dimension": "D2", "at_least": 5}))[0] is MISSING


def test_clauses_are_told_apart_and_what_is_failed_comes_before_what_is_missing_and_that_before_the_expert() -> None:
    diagnosed, low, unknown = FIRMS
    asked = (clause(GRADE), clause(LEADER), clause(EXPERT))
    assert verdicts(low, *asked) == (FAILS, [FAILS, MISSING, NEEDS_EXPERT])
    assert verdicts(diagnosed, *asked) == (MISSING, [MEETS, MISSING, NEEDS_EXPERT])
    assert verdicts(diagnosed, clause(GRADE), clause(EXPERT))[0] is NEEDS_EXPERT
    assert verdicts(diagnosed, clause(GRADE, EXPERT))[0] is MEETS, "one of a clause's tests is enough"
    assert verdicts(unknown, clause({"kind": "size", "one_of": ["small"]}, LEADER))[0] is MISSING


def test_who_is_in_a_park_meets_what_asks_for_it_and_who_is_in_none_is_known_not_to() -> None:
    within, park = FIRMS[0]._replace(park="park-a"), {"kind": "park", "one_of": ["park-a", "park-b"]}
    assert verdicts(within, clause(park))[0] is MEETS
    assert verdicts(FIRMS[0], clause(park))[0] is FAILS
    assert verdicts(FIRMS[0], clause(park | {"excluded": True}))[0] is MEETS


def test_a_designation_holds_for_its_days_and_is_known_to_be_over_after_them() -> None:
    def held(since: date, until: date | None) -> PolicyVerdict:
        return verdicts(FIRMS[0]._replace(designations={"chain_leader": (since, until)}), clause(LEADER))[0]

    assert held(DAY, None) is MEETS
    assert held(DAY, DAY) is MEETS
    assert held(date(2023, 8, 1), DAY - timedelta(days=1)) is FAILS
    assert held(DAY + timedelta(days=1), None) is FAILS


def test_a_simulation_says_who_how_many_at_what_cost_and_who_would_be_paid_twice() -> None:
    found = simulate(SimulationInputs(None, terms(), (), FIRMS, SINCE))
    assert [(one.district, one.meets, one.fails, one.evidence_missing) for one in found.districts] == [
        ("310115", 0, 0, 1),
        ("310117", 1, 1, 0),
    ]
    assert (found.fen, found.most_fen) == (1_000_00, 2_000_00)
    other = OtherPolicy("y2", "310117", terms(clause({"kind": "size", "one_of": ["medium"]}), since=date(2024, 1, 1)))
    twice = simulate(SimulationInputs(None, terms(), (other,), FIRMS, SINCE))
    assert [one.overlapping for one in twice.districts] == [0, 1]
    for odd in ({"combinable": True}, {"purpose": "loan"}, {"until": SINCE - timedelta(days=1)}):
        beside = terms(combinable=odd.get("combinable", False))
        apart = other._replace(terms=other.terms.model_copy(update=terms(**odd).model_dump(include=set(odd))))
        assert simulate(SimulationInputs(None, beside, (apart,), FIRMS, SINCE)).districts[1].overlapping == 0
    bounded = simulate(SimulationInputs(None, terms(budget_fen=500), (), FIRMS, SINCE))
    assert (bounded.fen, bounded.most_fen) == (500, 500)
    own = simulate(SimulationInputs("310117", terms(), (), FIRMS, SINCE))
    assert [one.district for one in own.districts] == ["310117"]


def test_a_simulation_is_of_its_inputs_whatever_their_order() -> None:
    inputs = SimulationInputs(None, terms(), (), FIRMS, SINCE)
    assert digest_of(inputs) == digest_of(inputs._replace(firms=FIRMS[::-1]))
    assert digest_of(inputs) != digest_of(inputs._replace(firms=FIRMS[1:]))


def test_a_designation_is_recorded_of_a_firm_with_its_days_and_source() -> None:
    told = {"enterprise": "e1", "designation": Designation.CHAIN_LEADER, "since": DAY, "source": "名单", "mark": "I"}
    case = given(DESIGNATIONS).having_read({enterprise_stream("e1"): FIRM})
    case.when(RecordDesignation(**told), "district", FIRM.district).happened("designation.recorded.v2")
    case.when(RecordDesignation(**told), "city").then()
    case.when(RecordDesignation(**told, until=DAY - timedelta(days=1)), "city").refused(DESIGNATION_DAYS_REVERSED, path="until")
    case.when(RecordDesignation(**{**told, "enterprise": "e9"}), "city").refused(NOT_FOUND)
    case.when(RecordDesignation(**told), "enterprise").refused(ROLE_NOT_ALLOWED)


def test_a_term_stated_later_leaves_what_was_held_on_the_days_before_it_and_after_its_last() -> None:
    def held(*terms: tuple[date, date | None]) -> list[tuple[date, date | None]]:
        known = None
        for since, until in terms:
            source = Source(document="名单", mark="I")
            stated = DesignationRecorded(designation=Designation.CHAIN_LEADER, since=since, until=until, source=source)
            known = DESIGNATIONS.evolve(known, stated)
        return [(one.since, one.until) for one in known.held[Designation.CHAIN_LEADER]]

    first, renewed = (date(2024, 1, 1), date(2026, 12, 31)), (date(2027, 1, 1), None)
    assert held(first, renewed) == [first, renewed], "a renewal that is recorded ahead takes nothing away today"
    assert held(renewed, first) == [first, renewed], "in whatever order they come"
    assert held(first, (date(2026, 7, 1), None)) == [(date(2024, 1, 1), date(2026, 6, 30)), (date(2026, 7, 1), None)]
    assert held(first, (date(2024, 1, 1), date(2025, 6, 30))) == [(date(2024, 1, 1), date(2025, 6, 30))], "put right"
    assert held(first, (date(2023, 7, 1), None)) == [(date(2023, 7, 1), None)]
