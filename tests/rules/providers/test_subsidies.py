"""Yearly subsidy (plan I1, I2): on a final rating, four eyes, once, within cap and budget, taken back only after a hearing."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st
from pydantic import ValidationError

from domain.command_rights import ROLE_NOT_ALLOWED
from domain.diagnosis.state import WRONG_STATUS, Diagnosis, Purpose, Status, diagnosis_stream
from domain.governance.dated_rules import rule_in_force
from domain.governance.proceedings.opening import OpenProceeding
from domain.governance.proceedings.state import (
    PROCEEDING_NOT_CONCLUDED,
    Proceeding,
    ProceedingKind,
    ProceedingOutcome,
    ProceedingStatus,
    proceeding_stream,
)
from domain.governance.rule_bodies.subsidy import SubsidisedWork, SubsidyRule
from domain.kernel import NOT_FOUND
from domain.participants.enterprises import enterprise_stream
from domain.providers.ratings.numbers import Tier
from domain.providers.ratings.state import YearOfRating, rating_stream
from domain.providers.ratings.status import RatingStatus
from domain.providers.subsidies.clawback import (
    CLAWBACK_DONE,
    CLAWBACK_NOT_OVERTURNED,
    CLAWBACK_NOT_PAID,
    ClawBackSubsidy,
)
from domain.providers.subsidies.events import (
    DistrictSubsidyRecorded,
    DistrictSubsidyWithdrawn,
    LeftOutJob,
    SubsidyApproved,
    SubsidyComputed,
)
from domain.providers.subsidies.numbers import JobCount, ProviderJobs, compute_subsidy
from domain.providers.subsidies.state import SUBSIDY_STATUS, SubsidyStatus, YearOfSubsidy, subsidy_stream
from domain.providers.subsidies.subsidy import (
    DISTRICT_SUBSIDY_NOT_RECORDED,
    DISTRICT_SUBSIDY_RECORDED,
    SUBSIDIES,
    SUBSIDY_APPROVED_ALREADY,
    SUBSIDY_BY_THE_SAME,
    SUBSIDY_JOB_OTHER_YEAR,
    SUBSIDY_OF_NOTHING,
    SUBSIDY_OTHER_RUN,
    SUBSIDY_PAID_BY_CITY,
    SUBSIDY_RATING_NOT_FINAL,
    ApproveSubsidy,
    ComputeSubsidy,
    RecordDistrictSubsidy,
    WithdrawDistrictSubsidy,
)
from standards import Form
from tests.rules.given import Given, given
from tests.rules.governance.proceedings import before
from tests.rules.providers.test_rating import computed as rated
from tests.small_city import FIRM

RULE = rule_in_force(None, SubsidyRule, date(2023, 12, 31))
OPENED = datetime(2023, 10, 2, 8, tzinfo=UTC)


def full(jobs: int) -> JobCount:
    return JobCount(work=SubsidisedWork.FULL, size_class="medium", jobs=jobs)


JOBS = (ProviderJobs(provider="p03", counts=(full(3),)), ProviderJobs(provider="p11", counts=(full(10),)))
LEFT_OUT = (LeftOutJob(diagnosis="d9", provider="p11", cause="subsidy/2023/1"),)
COMPUTE = ComputeSubsidy(year=2023, position=40, jobs=JOBS, left_out=LEFT_OUT)
FINAL = YearOfRating(status=RatingStatus.FINAL, version=4, published=rated()[1])


def ready(rating: YearOfRating | None = FINAL) -> Given:
    return given(SUBSIDIES).having_read({rating_stream(2023): rating})


def computed() -> Given:
    return ready().when(COMPUTE, "city", by="li").happened("subsidy.computed.v1")


def approved() -> Given:
    case = computed()
    return case.when(ApproveSubsidy(year=2023, input_digest=case.state.computed.input_digest), "city", by="wang").accepted


def proceeding(**changes: Any) -> dict[str, Proceeding]:
    stated = {
        "kind": ProceedingKind.CLAWBACK,
        "about": subsidy_stream(2023),
        "cause": "subsidy/2023/2",
        "provider": "p11",
        "enterprise": None,
        "district": None,
        "applicant_role": "city",
        "opened_on": date(2024, 4, 1),
        "opened_by": "li",
        "status": ProceedingStatus.FINAL,
        "outcome": ProceedingOutcome.UPHELD,
    }
    return {proceeding_stream("x1"): Proceeding(**(stated | changes))}


def taking(*diagnoses: str, counts: tuple[JobCount, ...] | None = None, provider: str = "p11") -> ClawBackSubsidy:
    counts = (full(len(diagnoses)),) if counts is None else counts
    found = tuple(f"f-{one}" for one in diagnoses)
    return ClawBackSubsidy(
        year=2023, provider=provider, proceeding="x1", diagnoses=diagnoses, counts=counts, findings=found
    )


def findings(*diagnoses: str, **changes: Any) -> dict[str, Proceeding]:
    """A concluded proceeding on each job, in which the sample's finding was upheld."""
    [stated] = proceeding().values()
    one = stated.model_copy(update={"kind": ProceedingKind.SAMPLE_FINDING, "cause": "draw/2023.06/9"} | changes)
    return {proceeding_stream(f"f-{job}"): one.model_copy(update={"about": diagnosis_stream(job)}) for job in diagnoses}


EVERY_JOB = tuple(f"d{number}" for number in range(1, 31))


def test_it_rests_on_confirmed_jobs_and_the_tiers_of_a_rating_that_is_final() -> None:
    """Three full jobs in tier C, ten in tier A, at 6,000 yuan each: 12,600 and 72,000 yuan."""
    [fact] = computed().facts
    assert isinstance(fact, SubsidyComputed)
    lines = {one.provider: (one.tier, one.coefficient, one.due, one.paid) for one in fact.providers}
    assert lines["p03"] == (Tier.C, Decimal("0.7"), 1_260_000, 1_260_000)
    assert lines["p11"] == (Tier.A, Decimal("1.2"), 7_200_000, 7_200_000)
    assert (fact.rating, fact.rule, fact.due, fact.paid, fact.ratio) == ("rating/2023/4", None, 8_460_000, 8_460_000, 1)
    assert fact.left_out == LEFT_OUT
    for status in (RatingStatus.PUBLISHED, RatingStatus.COMPUTED):
        ready(YearOfRating(status=status)).when(COMPUTE, "city").refused(SUBSIDY_RATING_NOT_FINAL, year=2023)
    ready(None).when(COMPUTE, "city").refused(SUBSIDY_RATING_NOT_FINAL)
    ready().when(COMPUTE, "district").refused(ROLE_NOT_ALLOWED)


def test_a_year_without_a_confirmed_job_has_no_subsidy_and_one_whose_jobs_districts_pay_comes_to_nothing() -> None:
    """Nothing at all is a wrong year or one too early; what districts pay for is left out with its reason, and shown."""
    bare = COMPUTE.model_copy(update={"jobs": (), "left_out": ()})
    ready().when(bare, "city").refused(SUBSIDY_OF_NOTHING, path="year", year=2023)
    [fact] = ready().when(COMPUTE.model_copy(update={"jobs": ()}), "city").happened("subsidy.computed.v1").facts
    assert (fact.due, fact.left_out) == (0, LEFT_OUT)


def test_another_person_approves_what_was_computed_last_and_only_once() -> None:
    case = computed()
    digest = case.state.computed.input_digest
    approve = ApproveSubsidy(year=2023, input_digest=digest)
    case.when(approve, "city", by="li").refused(SUBSIDY_BY_THE_SAME)
    case.when(ApproveSubsidy(year=2023, input_digest="a" * 64), "city", by="wang").refused(SUBSIDY_OTHER_RUN, input_digest=digest)
    ready().when(approve, "city", by="wang").refused(SUBSIDY_STATUS, status="recorded")
    case = case.when(approve, "city", by="wang").then(SubsidyApproved(input_digest=digest, paid=8_460_000, approved_by="wang"))
    case.when(approve, "city", by="zhao").refused(SUBSIDY_APPROVED_ALREADY, year=2023)
    case.when(COMPUTE, "city").refused(SUBSIDY_APPROVED_ALREADY, year=2023)


DIAGNOSED = Diagnosis(
    enterprise="e1",
    campaign="2023",
    purpose=Purpose.INITIAL,
    form=Form.FULL,
    edition="2023",
    edition_digest="a",
    provider="p11",
    applicable=None,
    reason=None,
    status=Status.CONFIRMED,
)
RECORD = RecordDistrictSubsidy(year=2023, diagnosis="d9", fen=100_000, source="区级通知")
WITHDRAW = WithdrawDistrictSubsidy(year=2023, diagnosis="d9", reason="金额有误")


def on_record(case: Given, diagnosis: Diagnosis = DIAGNOSED, of: str = "d9") -> Given:
    """A case of a firm of the district, opened in 2023."""
    known = case.having_read({diagnosis_stream(of): diagnosis, enterprise_stream("e1"): FIRM})
    return known.having_begun(diagnosis_stream(of), OPENED)


def test_a_district_records_what_it_pays_itself_for_a_firm_of_its_own_once_and_under_its_year() -> None:
    command = RECORD
    fact = DistrictSubsidyRecorded(diagnosis="d9", district=FIRM.district, fen=100_000, source="区级通知")

    def known() -> Given:
        return on_record(given(SUBSIDIES))

    case = known().when(command, "district").then(fact)
    case.when(command, "district").refused(DISTRICT_SUBSIDY_RECORDED)
    other = command.model_copy(update={"year": 2024})
    known().when(other, "district").refused(SUBSIDY_JOB_OTHER_YEAR, year=2023)
    given(SUBSIDIES).when(command, "district").refused(NOT_FOUND)
    known().when(command, "provider").refused(ROLE_NOT_ALLOWED)
    with pytest.raises(ValidationError):
        RecordDistrictSubsidy(year=2023, diagnosis="d9", fen=0, source="区级通知")


@pytest.mark.parametrize("status", sorted(set(Status) - {Status.CONFIRMED}))
def test_a_district_pays_for_a_confirmed_diagnosis_only(status: Status) -> None:
    case = on_record(given(SUBSIDIES), DIAGNOSED.model_copy(update={"status": status}))
    case.when(RECORD, "district").refused(WRONG_STATUS, status=status.value)


def test_what_was_recorded_wrongly_is_withdrawn_with_its_reason_and_recorded_anew() -> None:
    on_record(given(SUBSIDIES)).when(WITHDRAW, "district").refused(DISTRICT_SUBSIDY_NOT_RECORDED, path="diagnosis", year=2023)
    case = on_record(given(SUBSIDIES)).when(RECORD, "district").accepted
    case.when(WITHDRAW, "provider").refused(ROLE_NOT_ALLOWED)
    fact = DistrictSubsidyWithdrawn(diagnosis="d9", district=FIRM.district, fen=100_000, reason="金额有误")
    case = case.when(WITHDRAW, "district").then(fact)
    case = case.when(RECORD.model_copy(update={"fen": 200_000}), "district").accepted
    assert case.state.by_districts["d9"].fen == 200_000


def test_a_computation_before_a_district_pays_is_not_approved_any_more() -> None:
    case = on_record(computed(), of="d1")
    case = case.when(RECORD.model_copy(update={"diagnosis": "d1"}), "district").accepted
    approve = ApproveSubsidy(year=2023, input_digest=case.state.computed.input_digest)
    case.when(approve, "city", by="wang").refused(SUBSIDY_STATUS, status="recorded")
    case = case.when(COMPUTE, "city", by="li").accepted
    assert case.when(approve, "city", by="wang").accepted.state.status is SubsidyStatus.APPROVED


def test_what_the_citys_approved_subsidy_stands_for_no_district_pays_before_it_is_taken_back() -> None:
    record = RECORD.model_copy(update={"diagnosis": "d1"})
    case = on_record(approved(), of="d1").having_read(proceeding() | findings("d1"))
    case.when(record, "district").refused(SUBSIDY_PAID_BY_CITY, path="diagnosis", year=2023)
    case = case.when(taking("d1"), "city").accepted
    assert case.when(record, "district").accepted.state.by_districts["d1"].fen == 100_000
    assert on_record(approved()).when(RECORD, "district").accepted, "what the city left out, it did not pay"


def test_nothing_is_taken_back_before_a_concluded_proceeding_against_this_very_provider() -> None:
    paid = approved().having_read(findings("d1"))
    paid.when(taking("d1"), "city").refused(PROCEEDING_NOT_CONCLUDED)
    for wrong in (
        {"status": ProceedingStatus.DECIDED},
        {"outcome": ProceedingOutcome.DISMISSED},
        {"about": subsidy_stream(2022)},
        {"kind": ProceedingKind.SAMPLE_FINDING},
    ):
        paid.having_read(proceeding(**wrong)).when(taking("d1"), "city").refused(PROCEEDING_NOT_CONCLUDED)
    paid.having_read(proceeding(provider="p03")).when(taking("d1"), "city").refused(CLAWBACK_NOT_PAID)
    paid.having_read(proceeding())
    computed().having_read(proceeding()).when(taking("d1"), "city").refused(SUBSIDY_STATUS, status="computed")


@pytest.mark.parametrize(
    "changes",
    [
        {"status": ProceedingStatus.DECIDED},
        {"status": ProceedingStatus.WITHDRAWN, "outcome": None},
        {"outcome": ProceedingOutcome.DISMISSED},
        {"kind": ProceedingKind.COMPLAINT},
        {"provider": "p03"},
    ],
)
def test_of_a_job_whose_finding_was_not_upheld_nothing_is_taken_back(changes: dict[str, Any]) -> None:
    """However the proceeding of clawback went: it names only what a sample overturned."""
    case = approved().having_read(proceeding() | findings("d1") | findings("d2", **changes))
    case.when(taking("d1", "d2"), "city").refused(CLAWBACK_NOT_OVERTURNED, path="diagnoses", diagnoses="d2")
    case.when(taking("d1", "d3"), "city").refused(CLAWBACK_NOT_OVERTURNED, diagnoses="d3")
    case.when(taking("d1"), "city").happened("subsidy.clawed_back.v1")


@pytest.mark.parametrize("status", sorted(set(SubsidyStatus) - {SubsidyStatus.APPROVED}))
def test_no_clawback_is_opened_of_what_is_not_approved(status: SubsidyStatus) -> None:
    asked = OpenProceeding(
        proceeding="x9", kind=ProceedingKind.CLAWBACK, provider="p1", about="subsidy/2023", cause="proceeding/f1/7",
        asked="追回", grounds="抽评推翻",
    )  # fmt: skip
    known = before().having_read({subsidy_stream(2023): YearOfSubsidy(status=status)})
    known.when(asked, "city").refused(SUBSIDY_STATUS, status=status.value)
    paid = known.having_read({subsidy_stream(2023): YearOfSubsidy(status=SubsidyStatus.APPROVED)})
    paid.when(asked, "city").happened("proceeding.opened.v1")


def test_what_is_taken_back_is_the_overturned_jobs_part_of_what_was_paid_each_job_once() -> None:
    case = approved().having_read(proceeding() | findings(*EVERY_JOB))
    too_many = tuple(f"d{number}" for number in range(20, 31))
    for wrong in (taking("d9"), taking("d1", counts=()), taking("d1", counts=(full(2),)), taking(*too_many)):
        case.when(wrong, "city").refused(CLAWBACK_NOT_PAID, path="diagnoses")
    case = case.when(taking("d1", "d2"), "city").accepted
    assert (case.state.taken_back("p11"), case.state.taken_back("p03")) == (1_440_000, 0)
    case.when(taking("d3"), "city").refused(CLAWBACK_DONE)
    second = taking("d2").model_copy(update={"proceeding": "x2"})
    case.having_read({proceeding_stream("x2"): proceeding()[proceeding_stream("x1")]})
    case.when(second, "city").refused(CLAWBACK_NOT_PAID)
    rest = tuple(f"d{number}" for number in (1, *range(10, 19)))[1:]
    last = taking(*rest[:8]).model_copy(update={"proceeding": "x2"})
    assert case.when(last, "city").accepted.state.taken_back("p11") == 7_200_000


ROWS = st.lists(st.integers(0, 400), min_size=1, max_size=12).map(
    lambda jobs: tuple(
        ProviderJobs(provider=f"p{at:02}", counts=(full(number + 1),)) for at, number in enumerate(jobs)
    )
)


@drawn(ROWS, st.integers(0, 10**10), st.integers(0, 10**9), st.lists(st.sampled_from([*Tier, None]), min_size=12, max_size=12))
def test_the_budget_is_never_exceeded_and_the_lines_add_up_to_the_fen(
    rows: tuple[ProviderJobs, ...], budget: int, cap: int, held: list[Tier | None]
) -> None:
    tiers = {row.provider: tier for row, tier in zip(rows, held, strict=False) if tier is not None}
    rule = RULE.model_copy(update={"budget": budget, "cap": cap})
    found = compute_subsidy(rows, tiers, rule)
    assert found.paid == sum(one.paid for one in found.providers) == min(budget, found.due)
    assert all(one.paid <= one.due <= cap for one in found.providers)
    assert compute_subsidy(rows[::-1], tiers, rule) == found


@pytest.mark.parametrize("size", ["large", "micro"])
def test_a_base_of_a_size_goes_before_that_of_any_size_and_work_without_one_is_worth_nothing(size: str) -> None:
    base = RULE.bases[1].model_copy(update={"size_class": "large", "fen": 900_000})
    rule = RULE.model_copy(update={"bases": (*RULE.bases[1:2], base)})
    rows = (ProviderJobs(provider="p1", counts=(JobCount(work=SubsidisedWork.FULL, size_class=size, jobs=1),)),)
    assert compute_subsidy(rows, {}, rule).due == (900_000 if size == "large" else 600_000)
    brief = (ProviderJobs(provider="p1", counts=(JobCount(work=SubsidisedWork.BRIEF, size_class=size, jobs=1),)),)
    assert compute_subsidy(brief, {}, rule).due == 0
