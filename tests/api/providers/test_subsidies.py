"""Subsidies through the API (plan I1, I2): the city's with every line, each provider its own once approved, payment list."""

from io import BytesIO
from typing import Any

from openpyxl import load_workbook
from starlette.testclient import TestClient

from api.app import create_app
from domain.access import Everything, Role
from domain.governance.rule_bodies.subsidy import SubsidisedWork
from domain.instants import microseconds
from domain.kernel import Command
from domain.providers.ratings.events import RatingFinal
from domain.providers.ratings.rating import PublishRating
from domain.providers.ratings.state import rating_stream
from domain.providers.subsidies.numbers import JobCount, ProviderJobs
from domain.providers.subsidies.subsidy import ApproveSubsidy, ComputeSubsidy
from journal import Caller, NewEntry
from journal.codec import encode
from projections.providers.subsidies import subsidy_of
from projections.providers.subsidy_jobs import confirmed_jobs, counted, jobs_of_year
from tests.api.providers.test_ratings import YEAR, computed
from tests.live_city import LiveCity

SUBSIDY = """query($y: Int!) { subsidy(year: $y) { status ratio rating providers { nodes {
  provider { name } tier coefficient jobs due paid takenBack } } } }"""
TOTALS = """query($y: Int!) { subsidy(year: $y) {
  status due paid inputDigest leftOut { nodes { diagnosis cause } } byDistricts { nodes { diagnosis } } } }"""
JOBS = (
    ProviderJobs(provider="p1", counts=(JobCount(work=SubsidisedWork.FULL, size_class="large", jobs=10),)),
    ProviderJobs(provider="p2", counts=(JobCount(work=SubsidisedWork.BRIEF, size_class="micro", jobs=5),)),
)


def send(city: LiveCity, command: Command, by: str = "li") -> None:
    """By a person of the city."""
    city.installation.services.send(Caller(by, Role.CITY, "city", Everything()), command)
    city.installation.services.models.catch_up()


def final(city: LiveCity) -> None:
    """A rating that became final in a journal of before; no clock is turned forward to the end of its time."""
    computed(city)
    send(city, PublishRating(year=YEAR))
    services, fact = city.installation.services, RatingFinal(round=1)
    version = len(services.journal.read(rating_stream(YEAR))) + 1
    entry = NewEntry(rating_stream(YEAR), version, fact.type, encode(fact), actor="li", role=Role.CITY, organisation="city")
    services.journal.append([entry], microseconds(services.clock()))
    services.models.catch_up()


def paid(city: LiveCity) -> str:
    """A year that is approved; the digest of its inputs."""
    final(city)
    send(city, ComputeSubsidy(year=YEAR, position=1, jobs=JOBS, left_out=()))
    with city.installation.services.models.reading() as snapshot:
        found = subsidy_of(snapshot, YEAR)
    assert found is not None
    assert found.computed is not None
    send(city, ApproveSubsidy(year=YEAR, input_digest=found.computed.input_digest), by="wang")
    return found.computed.input_digest


def test_a_subsidy_is_the_citys_alone_until_it_is_approved_and_then_each_provider_sees_its_own_line(
    city: LiveCity,
) -> None:
    waits = "query($y: Int!) { subsidyWaitsFor(year: $y) }"
    assert city.data("city", SUBSIDY, y=YEAR)["subsidy"] is None
    assert {city.data(who, waits, y=YEAR)["subsidyWaitsFor"] for who in ("city", "district", "provider")} == {"RATING"}
    digest = paid(city)
    assert {city.data(who, waits, y=YEAR)["subsidyWaitsFor"] for who in ("city", "district", "provider")} == {None}
    whole = city.data("auditor", TOTALS, y=YEAR)["subsidy"]
    assert (whole["status"], whole["inputDigest"], whole["leftOut"]["nodes"]) == ("APPROVED", digest, [])
    lines = city.data("city", SUBSIDY, y=YEAR)["subsidy"]["providers"]["nodes"]
    assert [one["jobs"] for one in lines] == [10, 5]
    assert str(sum(int(one["paid"]) for one in lines)) == whole["paid"]
    [mine] = city.data("provider", SUBSIDY, y=YEAR)["subsidy"]["providers"]["nodes"]
    assert mine == lines[0]
    assert city.data("rival", SUBSIDY, y=YEAR)["subsidy"]["providers"]["nodes"] == lines[1:]
    withheld = city.ask("provider", TOTALS, y=YEAR)["data"]["subsidy"]
    assert [withheld[name] for name in ("due", "paid", "inputDigest", "leftOut")] == [None] * 4
    assert withheld["byDistricts"]["nodes"] == []
    assert "errors" in city.ask("enterprise", SUBSIDY, y=YEAR)
    assert city.refused("city", "computeSubsidy", year=YEAR) == "SUBSIDY_APPROVED_ALREADY"


def test_it_is_computed_over_the_api_from_what_is_on_record_once_the_rating_is_final(city: LiveCity) -> None:
    assert city.refused("city", "computeSubsidy", year=YEAR) == "SUBSIDY_RATING_NOT_FINAL"
    assert city.refused("provider", "computeSubsidy", year=YEAR) == "ROLE_NOT_ALLOWED"
    computed(city)
    assert city.refused("city", "computeSubsidy", year=YEAR) == "SUBSIDY_RATING_NOT_FINAL"
    assert city.data("provider", SUBSIDY, y=YEAR)["subsidy"] is None


def test_a_district_records_what_it_pays_and_sees_its_own_alone(city: LiveCity) -> None:
    diagnosis, year = city.issued(), int(city.today[:4])
    own = "query($y: Int!) { subsidy(year: $y) { status byDistricts { nodes { diagnosis district amount source } } } }"
    given: dict[str, Any] = {"diagnosis": diagnosis, "fen": "100000", "source": "区级补贴通知"}
    assert city.refused("district", "recordDistrictSubsidy", year=YEAR, **given) == "SUBSIDY_JOB_OTHER_YEAR"
    assert city.refused("district", "recordDistrictSubsidy", year=year, **given) == "DIAGNOSIS_WRONG_STATUS"
    city.done("enterprise", "confirmReport", diagnosis=diagnosis)
    assert city.refused("pudong", "recordDistrictSubsidy", year=year, **given) == "NOT_FOUND"
    sent = city.done("district", "recordDistrictSubsidy", "subsidy { byDistricts { nodes { amount } } }", year=year, **given)
    assert sent["subsidy"]["byDistricts"]["nodes"] == [{"amount": "100000"}]
    [seen] = city.data("district", own, y=year)["subsidy"]["byDistricts"]["nodes"]
    assert (seen["district"], seen["source"]) == ("310117", "区级补贴通知")
    assert city.data("pudong", own, y=year)["subsidy"]["byDistricts"]["nodes"] == []
    assert city.refused("district", "recordDistrictSubsidy", year=year, **given) == "DISTRICT_SUBSIDY_RECORDED"
    back = {"year": year, "diagnosis": diagnosis, "reason": "金额有误"}
    assert city.refused("pudong", "withdrawDistrictSubsidy", **back) == "NOT_FOUND"
    done = city.done("district", "withdrawDistrictSubsidy", "subsidy { byDistricts { nodes { amount } } }", **back)
    assert done["subsidy"]["byDistricts"]["nodes"] == []
    again = city.done("district", "recordDistrictSubsidy", "subsidy { byDistricts { nodes { amount } } }", year=year, **given)
    assert again["subsidy"]["byDistricts"]["nodes"] == [{"amount": "100000"}]


def test_jobs_are_the_years_confirmed_diagnoses_by_kind_and_size_without_those_left_out(city: LiveCity) -> None:
    diagnosis, year = city.issued(), int(city.today[:4])
    city.done("enterprise", "confirmReport", diagnosis=diagnosis)
    city.installation.services.models.catch_up()
    with city.installation.services.models.reading() as snapshot:
        [job] = jobs_of_year(snapshot, Everything(), year)
        [found] = confirmed_jobs(snapshot, Everything(), year)
        assert confirmed_jobs(snapshot, Everything(), year, {job.diagnosis}) == ()
        assert jobs_of_year(snapshot, Everything(), YEAR) == []
        assert jobs_of_year(snapshot, Everything(), year, only=["nothing"]) == []
    assert (found.provider, found.counts) == ("p1", counted([job]))
    assert (job.work, found.counts[0].jobs) == (SubsidisedWork.BRIEF, 1)


def test_the_treasury_gets_a_list_of_what_is_paid_and_nobody_else(city: LiveCity) -> None:
    path = f"/subsidies/{YEAR}/payments.xlsx"
    with TestClient(create_app(city.installation.services, project=False)) as client:

        def fetched(who: str | None, at: str = path) -> Any:
            return client.get(at, headers={"authorization": f"Bearer {city.tokens[who]}"} if who else {})

        assert fetched("city").status_code == 404
        paid(city)
        assert [fetched(who).status_code for who in ("provider", "district", None)] == [404, 404, 401]
        assert [fetched("city", f"/subsidies/{odd}/payments.xlsx").status_code for odd in (1, 10**30)] == [404, 404]
        answer = fetched("auditor")
    rows = list(load_workbook(BytesIO(answer.content)).worksheets[0].iter_rows(values_only=True))
    assert rows[0][6] == "实付金额（元）"
    assert [row[1:5] for row in rows[1:3]] == [("p1", "示例诊断服务一所", "甲档", 10), ("p2", rows[2][2], "乙档", 5)]
    assert rows[3][6] == rows[1][6] + rows[2][6]
    assert rows[4][7] == subsidy_digest(city)


def subsidy_digest(city: LiveCity) -> str:
    return str(city.data("city", TOTALS, y=YEAR)["subsidy"]["inputDigest"])


def test_up_to_where_jobs_were_counted_is_the_auditors_as_it_counts_what_the_city_does(city: LiveCity) -> None:
    paid(city)
    asked = 'query { auditTrail(kind: "subsidy.computed.", first: 1) { nodes { data } } }'
    said = {who: city.data(who, asked)["auditTrail"]["nodes"][0]["data"] for who in ("city", "auditor")}
    assert [("position" in said[who]) for who in ("city", "auditor")] == [False, True]
