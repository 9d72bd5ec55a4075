"""Demands and offers (plan R2, R3): from an issued result, without a name; offers alone or together; accepted, delivered, ended."""

from datetime import date, datetime, timedelta
from typing import Any

from domain.access import Role
from domain.command_rights import ROLE_NOT_ALLOWED
from domain.diagnosis.answers import INDICATOR_UNKNOWN
from domain.diagnosis.state import diagnosis_stream
from domain.governance.ties import TieDeclared, TieKind, tie_stream
from domain.kernel import LISTED_TWICE, NOT_FOUND, OnStream
from domain.participants.organisations import organisation_stream
from domain.programme.demands import deal
from domain.programme.demands import demand as asking
from domain.programme.demands import offer as offering
from domain.programme.demands.demand import DEMANDS
from domain.programme.demands.demand_facts import DemandAgreed, DemandDelivered, DemandReopened, DemandStatus
from domain.programme.demands.offer_commands import (
    AcceptOffer,
    AgreeToOffer,
    ConfirmDelivery,
    DeclineOffer,
    EndDeal,
    LeaveOffer,
    MakeOffer,
    ReportDealOutcome,
    WithdrawOffer,
)
from domain.programme.demands.offer_facts import DealChange, OfferAccepted, OfferMember, OfferStatus
from domain.programme.demands.register import OpenEntry, SupplyDemandRegister, firm_register
from domain.programme.demands.solution import FindSolutionTie
from domain.programme.demands.state import demand_stream, solution_stream
from domain.stated_dates import DATE_TOO_FAR_AHEAD
from tests.rules import cases
from tests.rules.given import AT, Given, given
from tests.rules.programme.test_solutions import PUBLISH as SOLUTION
from tests.rules.programme.test_solutions import WITHDRAW as WITHDRAW_SOLUTION
from tests.rules.programme.test_solutions import WORLD, fresh, many, published, supplier

TODAY, DAY = AT.date(), timedelta(days=1)
DEMANDED = ("demand.published.v1", "supplydemand.changed.v1")
BY = TODAY + timedelta(days=90)
PUBLISH = asking.PublishDemand(
    demand="r1",
    enterprise="e1",
    diagnosis="d1",
    indicators=("Z01", "Z04"),
    text="车间设备联网",
    budget_from=10_000,
    budget_to=50_000,
    by=BY,
)
NAMING = asking.SetDemandNaming(demand="r1", named=True)
WITHDRAW = asking.WithdrawDemand(demand="r1", reason="计划调整")
OF = {"demand": "r1", "supplier": "s1"}
OFFER = MakeOffer(**OF, solutions=("m1",), text="三个月完成", price=30_000, ready_by=TODAY + timedelta(days=60))
MEMBERS = (OfferMember(organisation="s2", share="安装调试"), OfferMember(organisation="p1", share="咨询"))
AGREE, LEAVE = AgreeToOffer(**OF, member="s2"), LeaveOffer(**OF, member="s2", reason="人手不足")
ACCEPT, DECLINE = AcceptOffer(**OF), DeclineOffer(**OF, reason="价格偏高")
TAKE_BACK, END = WithdrawOffer(**OF, reason="重新测算"), EndDeal(**OF, reason="双方协商一致")
DELIVERED = ConfirmDelivery(**OF, delivered_on=TODAY)
CHANGE = DealChange(indicator="Z01", name="停机时间", unit="小时/月", before="12.5", after="8")
OUTCOME = ReportDealOutcome(**OF, changes=(CHANGE,))


def at_issue() -> Given:
    return given(DEMANDS).having_read({**WORLD, diagnosis_stream("d1"): cases.issued().state})


def demanded(**changes: Any) -> Given:
    return cases.firm(at_issue(), PUBLISH.model_copy(update=changes)).accepted


def market(**solutions: Any) -> Given:
    """Offers for a demand that is open, with a published solution of the first supplier."""
    told = {solution_stream(name): case.state for name, case in ({"m1": published()} | solutions).items()}
    return given(offering.OFFERS).having_read({**WORLD, **told, demand_stream("r1"): demanded().state})


def offered(**changes: Any) -> Given:
    return supplier(market(), OFFER.model_copy(update=changes)).accepted


def accepted() -> Given:
    return cases.firm(offered(), ACCEPT).accepted


def delivered() -> Given:
    return cases.firm(accepted(), DELIVERED).accepted


def test_a_firm_looks_for_solutions_to_indicators_of_its_issued_result_without_its_name() -> None:
    case = demanded()
    case.happened(*DEMANDED)
    assert (case.state.named, case.state.provider, case.state.status) == (False, "p1", DemandStatus.OPEN)
    cases.firm(case, NAMING).happened("demand.naming_set.v1")
    cases.firm(case, NAMING).refused(asking.DEMAND_NAMING_SO)
    case.when(NAMING, "filler", "e1").refused(ROLE_NOT_ALLOWED)
    cases.firm(case, PUBLISH).refused(NOT_FOUND)
    cases.firm(case, WITHDRAW).happened("demand.withdrawn.v1", "supplydemand.changed.v1")
    cases.firm(case, WITHDRAW).refused(asking.DEMAND_STATUS, status="withdrawn")
    cases.firm(at_issue(), WITHDRAW).refused(NOT_FOUND)


def test_only_the_firms_own_result_that_stands_gives_a_demand() -> None:
    absent = given(DEMANDS).having_read(WORLD)
    cases.firm(absent, PUBLISH).refused(asking.DEMAND_WITHOUT_RESULT, path="diagnosis")
    for state in (cases.scored().state, cases.firm(cases.issued(), cases.objection("Z01")).accepted.state):
        cases.firm(absent.having_read({diagnosis_stream("d1"): state}), PUBLISH).refused(asking.DEMAND_WITHOUT_RESULT)
    other = PUBLISH.model_copy(update={"enterprise": "e2"})
    at_issue().when(other, "enterprise", "e2").refused(asking.DEMAND_WITHOUT_RESULT)


def test_indicators_are_of_the_result_each_once_and_budget_and_day_make_sense() -> None:
    case = cases.firm(at_issue(), PUBLISH.model_copy(update={"indicators": ("Z01", "Q99", "Z01")}))
    assert case.told == {(INDICATOR_UNKNOWN.code, "indicators.1"), (LISTED_TWICE.code, "indicators.2")}
    cases.firm(at_issue(), PUBLISH.model_copy(update={"budget_to": 9_999})).refused(asking.DEMAND_BUDGET_REVERSED, at_least=10_000)
    cases.firm(at_issue(), PUBLISH.model_copy(update={"budget_from": None, "budget_to": None})).happened(*DEMANDED)
    cases.firm(at_issue(), PUBLISH.model_copy(update={"by": TODAY - DAY})).refused(asking.DEMAND_DAY_PAST, earliest=TODAY)
    cases.firm(at_issue(), PUBLISH.model_copy(update={"by": date(2999, 1, 1)})).refused(DATE_TOO_FAR_AHEAD)


def test_a_firm_has_so_many_demands_whose_day_is_not_over_and_no_more() -> None:
    register = firm_register("e1")
    full = SupplyDemandRegister(entries=(OpenEntry(id="x", until=TODAY), *many(asking.DEMANDS_AT_MOST - 1, until=BY)))
    case = at_issue().having_read({register: full})
    cases.firm(case, PUBLISH).refused(asking.DEMANDS_TOO_MANY, most=asking.DEMANDS_AT_MOST, again=TODAY + DAY)
    case.when(PUBLISH, "enterprise", "e1", at=AT + DAY).happened(*DEMANDED)
    assert [one.id for one in case.read[register].entries] == [*(str(number) for number in range(29)), "r1"]
    other = demanded().having_read({register: SupplyDemandRegister(entries=(*full.entries[1:], OpenEntry(id="r1", until=BY)))})
    cases.firm(other, WITHDRAW).happened("demand.withdrawn.v1", "supplydemand.changed.v1")
    assert len(other.read[register].entries) == asking.DEMANDS_AT_MOST - 1


def test_a_demand_from_before_the_register_was_kept_is_withdrawn_all_the_same() -> None:
    case = demanded().having_read({firm_register("e1"): SupplyDemandRegister()})
    cases.firm(case, WITHDRAW).happened("demand.withdrawn.v1")


def test_a_supplier_offers_its_published_solution_and_the_firm_accepts_it() -> None:
    case = offered()
    case.happened("offer.made.v1")
    assert (case.state.status, case.facts[0].own_of) == (OfferStatus.STANDING, ())
    supplier(case, OFFER).refused(offering.OFFER_STATUS, status="standing")
    case.when(ACCEPT, "enterprise", "e2").refused(NOT_FOUND)
    supplier(case, ACCEPT).refused(ROLE_NOT_ALLOWED)
    cases.firm(case, ACCEPT).then(OfferAccepted(on=TODAY), OnStream(demand_stream("r1"), DemandAgreed(supplier="s1")))
    cases.firm(case, ACCEPT).refused(offering.OFFER_STATUS, status="accepted")


def test_a_tie_that_the_city_finds_after_the_offer_bars_the_provider_all_the_same() -> None:
    found = FindSolutionTie(solution="m1", provider="p1", kind=TieKind.OWNERSHIP, source="工商登记")
    tied = published().when(found, "city").state
    accepted_with = cases.firm(offered().having_read({solution_stream("m1"): tied}), ACCEPT)
    accepted_with.happened("offer.accepted.v1", "demand.agreed.v1", "tie.declared.v1")
    assert [one.stream for one in accepted_with.facts if isinstance(one, OnStream)][1] == tie_stream("p1")


def test_an_offer_is_of_its_parties_solutions_for_an_indicator_asked_for_and_in_time() -> None:
    supplier(market(), OFFER, "s2").refused(NOT_FOUND)
    supplier(given(offering.OFFERS), OFFER).refused(NOT_FOUND)
    case = supplier(market(), OFFER.model_copy(update={"solutions": ("m2", "m1", "m1")}))
    assert case.told == {(offering.OFFER_SOLUTION_FOREIGN.code, "solutions.0"), (LISTED_TWICE.code, "solutions.2")}
    for other in (supplier(fresh(), SOLUTION.model_copy(update={"seller": "s2"}), "s2"), supplier(published(), WITHDRAW_SOLUTION)):
        supplier(market(m1=other), OFFER).refused(offering.OFFER_SOLUTION_FOREIGN)
    supplier(market(m1=published(indicators=("Z02",))), OFFER).refused(offering.OFFER_COVERS_NOTHING)
    for day in (TODAY - DAY, BY + DAY):
        supplier(market(), OFFER.model_copy(update={"ready_by": day})).refused(offering.OFFER_DAY_OUT_OF_RANGE, latest=BY)



def test_a_consortium_stands_once_each_member_agreed_and_falls_when_one_leaves() -> None:
    case = offered(members=MEMBERS)
    assert case.state.status is OfferStatus.FORMING
    cases.firm(case, ACCEPT).refused(offering.OFFER_STATUS, status="forming")
    supplier(case, AGREE).refused(NOT_FOUND)
    case.when(AGREE.model_copy(update={"member": "p2"}), "provider", "p2").refused(NOT_FOUND)
    supplier(case, AGREE, "s2").happened("offer.member_agreed.v1")
    supplier(case, AGREE, "s2").refused(offering.OFFER_AGREED)
    assert case.state.status is OfferStatus.FORMING
    case.when(AGREE.model_copy(update={"member": "p1"}), "provider", "p1").happened("offer.member_agreed.v1")
    assert case.state.status is OfferStatus.STANDING
    supplier(case, LEAVE, "s2").happened("offer.member_left.v1")
    supplier(case, LEAVE, "s2").refused(offering.OFFER_STATUS, status="withdrawn")
    supplier(case, OFFER).happened("offer.made.v1")


def test_a_member_is_another_registered_seller_and_its_solutions_may_be_offered_too() -> None:
    wrong = (OfferMember(organisation="s1", share="实施"), OfferMember(organisation="g1", share="实施"), *MEMBERS[:1])
    case = supplier(market(), OFFER.model_copy(update={"members": wrong}))
    unknown = offering.OFFER_MEMBER_UNKNOWN.code
    assert case.told == {(unknown, "members.0.organisation"), (unknown, "members.1.organisation")}
    retired = WORLD[organisation_stream("s2")].model_copy(update={"last": TODAY - DAY})
    left = market().having_read({organisation_stream("s2"): retired})
    offer = OFFER.model_copy(update={"members": MEMBERS[:1]})
    supplier(left, offer).refused(offering.OFFER_MEMBER_UNKNOWN, path="members.0.organisation")
    theirs = supplier(fresh(), SOLUTION.model_copy(update={"seller": "s2"}), "s2").accepted
    supplier(market(m1=theirs), OFFER.model_copy(update={"members": MEMBERS[:1]})).happened("offer.made.v1")


def test_an_offer_that_a_diagnosing_provider_gains_by_is_marked_and_once_accepted_ties_it() -> None:
    case = offered(members=MEMBERS)
    assert case.facts[0].own_of == ("p1",)
    agreed = supplier(case, AGREE, "s2").accepted.when(AGREE.model_copy(update={"member": "p1"}), "provider", "p1")
    agreed.happened("offer.member_agreed.v1")
    told = {"party": "e1", "since": TODAY, "last": None, "source": deal.TIE_SOURCE, "by": Role.ENTERPRISE}
    tie = TieDeclared(kind=TieKind.VENDOR, cause="offer/r1.s1/4", **told)
    assert cases.firm(case, ACCEPT).facts[2:] == (OnStream(tie_stream("p1"), tie),)
    again = offered(members=MEMBERS[1:]).having_read({tie_stream("p1"): case.read[tie_stream("p1")]})
    again.when(AGREE.model_copy(update={"member": "p1"}), "provider", "p1").happened("offer.member_agreed.v1")
    assert len(cases.firm(again, ACCEPT).facts) == 2, "a tie that goes on is not declared anew"


def test_an_offer_is_withdrawn_or_declined_and_may_then_be_made_again() -> None:
    for who, command in ((supplier, TAKE_BACK), (cases.firm, DECLINE)):
        case = who(offered(), command).accepted
        cases.firm(case, DECLINE).refused(offering.OFFER_STATUS)
        supplier(case, OFFER).happened("offer.made.v1")
    supplier(offered(), TAKE_BACK, "s2").refused(NOT_FOUND)


def test_a_demand_that_is_taken_is_none_to_who_has_not_offered_and_nothing_is_agreed_after_its_day() -> None:
    taken = {demand_stream("r1"): accepted().read[demand_stream("r1")]}
    supplier(market().having_read(taken), OFFER).refused(NOT_FOUND)
    late: dict[str, datetime] = {"at": AT + timedelta(days=91)}
    market().when(OFFER, "supplier", "s1", **late).refused(offering.DEMAND_OVER, latest=BY)
    offered().when(ACCEPT, "enterprise", "e1", **late).refused(offering.DEMAND_OVER, latest=BY)
    case = supplier(offered(), TAKE_BACK).accepted
    case.when(OFFER, "supplier", "s1", **late).refused(offering.DEMAND_OVER)
    supplier(case.having_read(taken), OFFER).refused(asking.DEMAND_STATUS, status="agreed")
    cases.firm(offered().having_read(taken), ACCEPT).refused(asking.DEMAND_STATUS)


def test_a_deal_is_delivered_and_what_it_brought_is_told_by_indicators_of_the_demand() -> None:
    case = accepted()
    cases.firm(case, OUTCOME).refused(offering.OFFER_STATUS, status="accepted")
    for day in (TODAY - DAY, TODAY + DAY):
        early = DELIVERED.model_copy(update={"delivered_on": day})
        cases.firm(case, early).refused(deal.DELIVERY_DAY_OUT_OF_RANGE, earliest=TODAY, latest=TODAY)
    cases.firm(case, DELIVERED).happened("offer.delivered.v1", "demand.delivered.v1")
    assert case.read[demand_stream("r1")].status is DemandStatus.DELIVERED
    foreign = OUTCOME.model_copy(update={"changes": (CHANGE, CHANGE.model_copy(update={"indicator": "Z02"}))})
    cases.firm(case, foreign).refused(INDICATOR_UNKNOWN, path="changes.1.indicator")
    cases.firm(case, OUTCOME).happened("offer.outcome_reported.v1")
    cases.firm(case, OUTCOME).refused(deal.DEAL_OUTCOME_UNCHANGED)
    better = OUTCOME.model_copy(update={"changes": (CHANGE.model_copy(update={"after": CHANGE.after - 1}),)})
    cases.firm(case, better).happened("offer.outcome_reported.v1")
    cases.firm(case, END).refused(offering.OFFER_STATUS, status="delivered")


def test_either_side_ends_a_deal_before_delivery_and_the_demand_is_open_again() -> None:
    for role, unit in (("enterprise", "e1"), ("supplier", "s1")):
        case = accepted().when(END, role, unit).accepted
        case.happened("offer.ended.v1", "demand.reopened.v1")
        assert case.facts[1] == OnStream(demand_stream("r1"), DemandReopened())
        assert case.read[demand_stream("r1")].status is DemandStatus.OPEN
        supplier(case, OFFER).happened("offer.made.v1")
    accepted().when(END, "supplier", "s2").refused(NOT_FOUND)
    assert OnStream(demand_stream("r1"), DemandDelivered()) in delivered().facts
