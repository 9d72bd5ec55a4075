"""Solutions, the yearly list and consents to chain leaders (plan R2, R3): published, tied, named by the firm's own word."""

from datetime import date, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from domain.access import Role
from domain.command_rights import ROLE_NOT_ALLOWED
from domain.diagnosis.answers import INDICATOR_UNKNOWN
from domain.governance.ties import TieKind
from domain.kernel import LISTED_TWICE, NOT_FOUND, OnStream
from domain.participants.enterprises import enterprise_stream
from domain.participants.organisations import Organisation, OrganisationKind, organisation_stream
from domain.programme.demands import gap_consent as chain
from domain.programme.demands import service_list as yearly
from domain.programme.demands import solution as publishing
from domain.programme.demands.gap_consent import GAP_CONSENTS
from domain.programme.demands.register import OpenEntry, SupplyDemandChanged, SupplyDemandRegister, seller_register
from domain.programme.demands.service_list import SERVICE_LISTS
from domain.programme.demands.solution import SOLUTIONS
from domain.programme.demands.solution_facts import SolutionCase, SolutionCaseNamed, SolutionTie, SolutionWithdrawn
from domain.programme.designations import DesignationRecorded, Designations, designation_stream
from domain.programme.policies.conditions import Designation
from domain.stated_dates import DATE_TOO_FAR_AHEAD
from standards.edition.text import Source
from tests.rules import cases
from tests.rules.given import AT, Given, given

TODAY = AT.date()
PUBLISHED = ("solution.published.v1", "supplydemand.changed.v1")
SUPPLIER = Organisation(kind=OrganisationKind.SUPPLIER, name="示例方案商")
WORLD = {
    **cases.WORLD,
    organisation_stream("s1"): SUPPLIER,
    organisation_stream("s2"): SUPPLIER,
    organisation_stream("g1"): Organisation(kind=OrganisationKind.GROUP, name="示例集团"),
    enterprise_stream("e2"): cases.FIRM,
}
PUBLISH = publishing.PublishSolution(
    solution="m1",
    seller="s1",
    title="车间数据采集",
    summary="设备联网与数据采集",
    edition="2023",
    indicators=("Z01", "Z04"),
    industries=("C34",),
    sizes=("medium", "small"),
    cases=(SolutionCase(industry="C34", text="产线停机时间下降三成"), SolutionCase(text="能耗下降")),
)
OF = {"solution": "m1"}
REVISE = publishing.ReviseSolution(**PUBLISH.model_dump(exclude={"seller"}) | {"summary": "设备联网、数据采集与看板"})
WITHDRAW = publishing.WithdrawSolution(**OF, reason="产品停售")
TIE = publishing.FindSolutionTie(**OF, provider="p1", kind=TieKind.OWNERSHIP, source="工商登记")
NAME = publishing.AgreeToSolutionCase(**OF, enterprise="e1", case=1)
UNNAME = publishing.EndSolutionCaseConsent(**OF, enterprise="e1", case=1)


def supplier(case: Given, command: Any, unit: str = "s1") -> Given:
    return case.when(command, "supplier", unit)


def fresh() -> Given:
    return given(SOLUTIONS).having_read(WORLD)


def many(count: int, until: date | None = None) -> tuple[OpenEntry, ...]:
    """So many others that are open."""
    return tuple(OpenEntry(id=str(number), until=until) for number in range(count))


def published(**changes: Any) -> Given:
    return supplier(fresh(), PUBLISH.model_copy(update=changes)).accepted


def test_a_supplier_publishes_revises_and_withdraws_its_solution_and_nobody_else_does() -> None:
    case = published()
    case.happened(*PUBLISHED)
    assert [one.id for one in case.state.indicators] == ["Z01", "Z04"]
    supplier(case, REVISE.model_copy(update={"summary": PUBLISH.summary})).refused(publishing.SOLUTION_UNCHANGED)
    supplier(case, REVISE).happened("solution.revised.v1")
    for command in (REVISE, WITHDRAW):
        supplier(case, command, "s2").refused(NOT_FOUND)
        case.when(command, "provider", "s1").refused(NOT_FOUND)
    supplier(case, PUBLISH).refused(NOT_FOUND)
    supplier(fresh(), PUBLISH, "s2").refused(NOT_FOUND)
    supplier(fresh(), WITHDRAW).refused(NOT_FOUND)
    case.when(WITHDRAW, "enterprise", "e1").refused(ROLE_NOT_ALLOWED)
    supplier(case, WITHDRAW).happened("solution.withdrawn.v1", "supplydemand.changed.v1")
    supplier(case, REVISE).refused(publishing.SOLUTION_STATUS, status="withdrawn", status_name="已撤回")


def test_a_seller_has_so_many_solutions_and_no_more_until_one_is_withdrawn() -> None:
    register = seller_register("s1")
    full = SupplyDemandRegister(entries=many(publishing.SOLUTIONS_AT_MOST))
    case = fresh().having_read({register: full})
    supplier(case, PUBLISH).refused(publishing.SOLUTIONS_TOO_MANY, most=publishing.SOLUTIONS_AT_MOST)
    supplier(published().having_read({register: SupplyDemandRegister(entries=(OpenEntry(id="m1"),))}), WITHDRAW).then(
        SolutionWithdrawn(reason="产品停售"), OnStream(register, SupplyDemandChanged(entries=()))
    )
    supplier(case.having_read({register: SupplyDemandRegister(entries=full.entries[1:])}), PUBLISH).happened(*PUBLISHED)
    assert len(case.read[register].entries) == publishing.SOLUTIONS_AT_MOST


def test_what_a_solution_names_is_on_record_each_once() -> None:
    supplier(fresh(), PUBLISH.model_copy(update={"edition": "1999"})).refused(publishing.SOLUTION_EDITION_UNKNOWN, path="edition")
    twice = supplier(fresh(), PUBLISH.model_copy(update={"indicators": ("Z01", "Q99", "Z01")}))
    assert twice.told == {(INDICATOR_UNKNOWN.code, "indicators.1"), (LISTED_TWICE.code, "indicators.2")}
    tied = PUBLISH.model_copy(update={"ties": (SolutionTie(provider="s1", kind=TieKind.OWNERSHIP),)})
    supplier(fresh(), tied).refused(publishing.SOLUTION_TIE_UNKNOWN, path="ties.0.provider")
    with pytest.raises(ValidationError):
        publishing.PublishSolution.model_validate(PUBLISH.model_dump() | {"indicators": ()})


def test_a_providers_own_product_and_every_tie_is_on_record_whoever_says_it() -> None:
    own = fresh().when(PUBLISH.model_copy(update={"seller": "p1"}), "provider", "p1").accepted
    assert own.state.providers == {"p1"}
    stated = published(ties=(SolutionTie(provider="p2", kind=TieKind.VENDOR),))
    assert stated.state.providers == {"p2"}
    stated.when(TIE, "city").happened("solution.tie_found.v1")
    assert stated.state.providers == {"p1", "p2"}
    stated.when(TIE, "city").refused(publishing.SOLUTION_TIE_KNOWN)
    stated.when(TIE.model_copy(update={"provider": "s1"}), "city").refused(publishing.SOLUTION_TIE_UNKNOWN, path="provider")
    supplier(stated, REVISE)
    assert stated.state.providers == {"p1"}, "what the city found stays, whatever the supplier states"


def test_a_firm_alone_says_that_it_is_named_and_takes_it_back() -> None:
    case = published()
    firm = cases.firm
    firm(case, UNNAME).refused(publishing.SOLUTION_CASE_UNNAMED)
    firm(case, NAME.model_copy(update={"case": 3})).refused(publishing.SOLUTION_CASE_UNKNOWN, number=3)
    firm(case, NAME).then(SolutionCaseNamed(case=1, enterprise="e1"))
    firm(case, NAME).refused(publishing.SOLUTION_CASE_TAKEN)
    case.when(UNNAME.model_copy(update={"enterprise": "e2"}), "enterprise", "e2").refused(publishing.SOLUTION_CASE_UNNAMED)
    supplier(case, NAME).refused(ROLE_NOT_ALLOWED)
    firm(case, UNNAME).happened("solution.case_unnamed.v1")
    assert case.state.named == {}


def test_a_case_that_reads_otherwise_names_nobody_and_a_consent_ends_after_withdrawal_too() -> None:
    case = cases.firm(published(), NAME).accepted
    supplier(case, REVISE)
    assert case.state.named == {1: "e1"}
    supplier(case, REVISE.model_copy(update={"cases": PUBLISH.cases[1:]}))
    assert case.state.named == {}
    case = cases.firm(published(), NAME).accepted
    supplier(case, WITHDRAW)
    cases.firm(case, UNNAME).happened("solution.case_unnamed.v1")


LIST = yearly.RecordServiceList(year=2024, suppliers=("s1", "p1"), source="推荐目录（示例）", mark="I")


def test_the_city_records_a_years_list_whole_and_with_its_mark() -> None:
    case = given(SERVICE_LISTS).having_read(WORLD).when(LIST, "city").accepted
    case.happened("servicelist.recorded.v1")
    case.when(LIST, "city").refused(yearly.SERVICE_LIST_UNCHANGED)
    case.when(LIST.model_copy(update={"suppliers": ("s1",)}), "city").happened("servicelist.recorded.v1")
    case.when(LIST.model_copy(update={"year": 2025}), "city").refused(yearly.SERVICE_LIST_AHEAD, latest=2024)
    wrong = case.when(LIST.model_copy(update={"suppliers": ("s1", "g1")}), "city")
    wrong.refused(yearly.SERVICE_LIST_SUPPLIER_UNKNOWN, path="suppliers.1")
    case.when(LIST, "supplier", "s1").refused(ROLE_NOT_ALLOWED)


CONSENT = chain.ConsentToChainLeader(enterprise="e1", leader="g1", until=TODAY + timedelta(days=365))
END = chain.EndChainLeaderConsent(enterprise="e1", leader="g1")
NAMED = chain.SetSupplierNaming(enterprise="e1", leader="g1", named=True)


def leading(since: date, until: date | None = None) -> Designations:
    stated = {"designation": Designation.CHAIN_LEADER, "since": since, "until": until}
    held = DesignationRecorded(**stated, source=Source(document="名单", mark="I"))
    return Designations(held={Designation.CHAIN_LEADER: (held,)})


def test_a_firm_lets_a_chain_leader_count_its_gaps_for_a_time_and_ends_it_at_once() -> None:
    case = cases.firm(given(GAP_CONSENTS).having_read(WORLD), CONSENT).accepted
    case.happened("gapconsent.given.v1")
    cases.firm(case, CONSENT).refused(chain.GAP_CONSENT_SO)
    longer = CONSENT.model_copy(update={"until": CONSENT.until + timedelta(days=1)})
    cases.firm(case, longer).happened("gapconsent.given.v1")
    assert case.state.terms["g1"].since == TODAY
    cases.firm(case, END).then(chain.ChainLeaderConsentEnded(leader="g1", last=TODAY - timedelta(days=1)))
    assert not case.state.terms["g1"].holds_on(TODAY)
    cases.firm(case, END).refused(chain.GAP_CONSENT_NONE)
    case.when(CONSENT, "filler", "e1").refused(ROLE_NOT_ALLOWED)
    case.when(CONSENT, Role.GROUP, "g1").refused(ROLE_NOT_ALLOWED)


def test_a_supplier_is_named_to_a_chain_leader_when_it_says_so_and_while_its_consent_holds() -> None:
    fresh = given(GAP_CONSENTS).having_read(WORLD)
    cases.firm(fresh, NAMED).refused(chain.GAP_CONSENT_NONE, path="leader")
    case = cases.firm(fresh, CONSENT).accepted
    assert case.state.named == frozenset(), "a consent alone names nobody"
    cases.firm(case, NAMED).then(chain.SupplierNamingSet(leader="g1", named=True))
    cases.firm(case, NAMED).refused(chain.SUPPLIER_NAMING_SO, path="named")
    longer = cases.firm(case, CONSENT.model_copy(update={"until": CONSENT.until + timedelta(days=1)})).accepted
    assert longer.state.named == {"g1"}, "the same consent, prolonged"
    cases.firm(longer, NAMED.model_copy(update={"named": False})).then(chain.SupplierNamingSet(leader="g1", named=False))
    named = cases.firm(longer, NAMED).accepted
    ended = cases.firm(named, END).accepted
    assert cases.firm(ended, CONSENT).accepted.state.named == frozenset(), "a consent given anew begins without"
    case.when(NAMED, "filler", "e1").refused(ROLE_NOT_ALLOWED)
    case.when(NAMED, Role.GROUP, "g1").refused(ROLE_NOT_ALLOWED)


def test_a_chain_leader_is_a_group_or_a_firm_designated_one_today() -> None:
    leader = CONSENT.model_copy(update={"leader": "e2"})
    fresh = given(GAP_CONSENTS).having_read(WORLD)
    for leading_then in (None, leading(TODAY + timedelta(days=1)), leading(date(2024, 1, 1), TODAY - timedelta(days=1))):
        cases.firm(fresh.having_read({designation_stream("e2"): leading_then}), leader).refused(chain.CHAIN_LEADER_UNKNOWN)
    cases.firm(fresh, CONSENT.model_copy(update={"leader": "p1"})).refused(chain.CHAIN_LEADER_UNKNOWN)
    gone = WORLD[organisation_stream("g1")].model_copy(update={"last": TODAY - timedelta(days=1)})
    cases.firm(fresh.having_read({organisation_stream("g1"): gone}), CONSENT).refused(chain.CHAIN_LEADER_UNKNOWN)
    fresh.having_read({organisation_stream("g1"): WORLD[organisation_stream("g1")]})
    cases.firm(fresh, CONSENT.model_copy(update={"leader": "e1"})).refused(chain.CHAIN_LEADER_SELF)
    cases.firm(fresh, CONSENT.model_copy(update={"until": TODAY - timedelta(days=1)})).refused(chain.GAP_CONSENT_PAST)
    cases.firm(fresh, CONSENT.model_copy(update={"until": date(2999, 1, 1)})).refused(DATE_TOO_FAR_AHEAD)
    cases.firm(fresh.having_read({designation_stream("e2"): leading(date(2024, 1, 1))}), leader).happened("gapconsent.given.v1")
    given(GAP_CONSENTS).when(CONSENT, "enterprise", "e1").refused(NOT_FOUND)
