"""Matching of a district's batch (plan V3): a proposal of least cost that a person adopts or changes with a reason."""

from typing import Any

import pytest
from hypothesis import given as sampled
from hypothesis import settings
from hypothesis import strategies as st

from domain.command_rights import ROLE_NOT_ALLOWED
from domain.kernel import NOT_FOUND
from domain.participants.enterprises import enterprise_stream
from domain.providers.matching.matching import (
    MATCHING_CHANGE_UNFIT,
    MATCHING_EXISTS,
    MATCHING_FIRM_TWICE,
    MATCHING_FIRM_UNKNOWN,
    MATCHING_STATUS,
    MATCHINGS,
    AdoptPlan,
    PlanChange,
    RecordPlan,
    RequestMatching,
)
from domain.providers.matching.numbers import METHOD, MatchingInputs, compute_plan, digest_of
from tests.rules.cases import FIRM
from tests.rules.given import Given, given

FIRMS = {enterprise_stream(f"e{at}"): FIRM for at in range(3)}
ELSEWHERE = {enterprise_stream("e9"): FIRM.model_copy(update={"district": "310115"})}
INPUTS = MatchingInputs({"e0": {"p1": 5, "p2": 35}, "e1": {"p1": 5, "p2": 15}, "e2": {}}, {"p1": 1, "p2": 1})
REQUEST = RequestMatching(matching="m1", district=FIRM.district, enterprises=("e1", "e0", "e2"))


def asked(request: RequestMatching = REQUEST) -> Given:
    return given(MATCHINGS).having_read(FIRMS | ELSEWHERE).when(request, "district", FIRM.district)


def recorded(inputs: MatchingInputs = INPUTS) -> RecordPlan:
    return RecordPlan(matching="m1", method=METHOD, rule=None, position=7, **compute_plan(inputs)._asdict())


def planned() -> Given:
    return asked().accepted.when(recorded(), "system").happened("matching.computed.v1")


def adopting(*changes: dict[str, Any]) -> AdoptPlan:
    return AdoptPlan(matching="m1", changes=tuple(PlanChange(**one) for one in changes))


def test_a_plan_is_asked_for_worked_out_by_the_program_and_adopted_by_a_person() -> None:
    case = planned()
    case.when(recorded(), "system").then()
    case.when(adopting(), "district", FIRM.district, by="wang").happened("matching.adopted.v1")
    [adopted] = case.facts
    assert (adopted.adopted_by, adopted.changes) == ("wang", ())  # type: ignore[union-attr]
    case.when(adopting(), "city").refused(MATCHING_STATUS)


def test_only_firms_of_the_district_are_named_each_once() -> None:
    def named(*enterprises: str) -> Given:
        return asked(REQUEST.model_copy(update={"enterprises": enterprises}))

    for unknown in ("e9", "nobody"):
        named("e0", unknown).refused(MATCHING_FIRM_UNKNOWN, path="enterprises.1", place=2)
    named("e0", "e0").refused(MATCHING_FIRM_TWICE, path="enterprises.1")
    asked().accepted.when(REQUEST, "district", FIRM.district).refused(MATCHING_EXISTS)
    given(MATCHINGS).when(adopting(), "city").refused(NOT_FOUND)
    asked().accepted.when(adopting(), "city").refused(MATCHING_STATUS)
    asked().accepted.when(recorded(), "city").refused(ROLE_NOT_ALLOWED)


def test_a_change_goes_to_whom_the_plan_lists_or_to_nobody_with_a_reason() -> None:
    case = planned()
    change = {"enterprise": "e0", "provider": "p2", "reason": "熟悉该企业工艺"}
    for odd in ({"provider": "p1"}, {"provider": "p9"}, {"enterprise": "e9"}, {"enterprise": "e2", "provider": None}):
        case.when(adopting(change | odd), "city").refused(MATCHING_CHANGE_UNFIT, path="changes.0", place=1)
    case.when(adopting(change, change), "city").refused(MATCHING_CHANGE_UNFIT, path="changes.1")
    nobody = {"enterprise": "e1", "provider": None, "reason": "企业要求延期"}
    assert case.when(adopting(change, nobody), "city").accepted


def test_the_plan_is_told_with_what_every_other_choice_would_cost() -> None:
    found = compute_plan(INPUTS)
    assert {one.enterprise: one.provider for one in found.firms} == {"e0": "p1", "e1": "p2", "e2": None}
    assert (found.cost, found.optimal, found.input_digest) == (20, True, digest_of(INPUTS))
    [other] = found.firms[0].others
    assert (other.provider, other.price) == ("p2", 20), "e0 moves for 30 more, and e1 in its place for 10 less"
    assert (found.firms[2].cost, found.firms[2].others) == (None, ())


COSTS = st.dictionaries(
    st.sampled_from([f"e{at}" for at in range(8)]),
    st.dictionaries(st.sampled_from(["p1", "p2", "p3"]), st.integers(0, 60)),
    min_size=1,
)


@settings(deadline=None, max_examples=60)
@sampled(costs=COSTS, places=st.dictionaries(st.sampled_from(["p1", "p2", "p3"]), st.integers(0, 4)))
def test_a_plan_never_takes_more_than_a_provider_has_places_for_and_is_proven_the_best(costs: Any, places: Any) -> None:
    found = compute_plan(MatchingInputs(costs, places))
    taken = [one.provider for one in found.firms if one.provider is not None]
    assert found.optimal
    assert all(taken.count(one) <= places.get(one, 0) for one in set(taken))
    assert all(one.provider is None or one.provider in costs[one.enterprise] for one in found.firms)
    turned = MatchingInputs(dict(reversed(costs.items())), dict(reversed(places.items())))
    assert compute_plan(turned) == found


@pytest.mark.parametrize("role", ["provider", "enterprise", "auditor"])
def test_nobody_else_asks_for_a_plan(role: str) -> None:
    given(MATCHINGS).having_read(FIRMS).when(REQUEST, role).refused(ROLE_NOT_ALLOWED)
