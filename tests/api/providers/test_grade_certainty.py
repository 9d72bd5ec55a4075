"""Grade certainty over the API (plan P6): how probable each grade is where enough jobs were assessed again blind, else why not."""

from decimal import Decimal
from typing import Any

import orjson
import pytest

from domain.diagnosis.state import diagnosis_stream
from domain.instants import microseconds
from domain.kernel import Event
from domain.providers.sampling.state import DrawCommitted, DrawnJob, JobsDrawn, SampleAdjudicated, draw_stream
from journal import NewEntry
from tests.live_city import LiveCity

CERTAINTY = """query($id: ID!) { gradeCertainty(diagnosis: $id) {
  basis grade error before pairsAtLeast mark chances { grade percent } } }"""


def reassessed(city: LiveCity, pairs: int, year: int) -> None:
    """So many jobs of the base sample, each found three points lower or higher by others, in a draw of a year."""
    jobs = [f"job{number}" for number in range(pairs)]
    of = {"provider": "p1", "numerator": 1, "denominator": 20}
    drawn = tuple(DrawnJob(diagnosis=job, ticket=f"{number:064x}", **of) for number, job in enumerate(jobs))
    facts: list[Event] = [DrawCommitted(commitment="a" * 64, source="双色球"), JobsDrawn(seed="5" * 64, jobs=drawn)]
    for number, job in enumerate(jobs):
        total = Decimal(53 if number % 2 else 47)
        told = {"issued_total": Decimal(50), "issued_grade": 5, "totals": (total,), "adjudicated_total": total}
        told |= {"adjudicated_grade": 5, "material": False, "plan": None, "plan_since": f"{year}-01-01", "causes": ()}
        facts.append(SampleAdjudicated(diagnosis=job, **of, **told))
    services, stream = city.installation.services, draw_stream(f"{year}.06")
    entries = [
        NewEntry(stream, number, fact.model_dump()["type"], state_of(fact)) for number, fact in enumerate(facts, 1)
    ]
    services.journal.append(entries, microseconds(services.clock()))
    services.models.catch_up()


def state_of(fact: Event) -> bytes:
    return orjson.dumps(fact.model_dump(mode="json", exclude={"type"}), option=orjson.OPT_SORT_KEYS)


def told(city: LiveCity, who: str, case: str) -> Any:
    return city.data(who, CERTAINTY, id=case)["gradeCertainty"]


def test_a_grade_carries_its_probability_where_thirty_jobs_were_assessed_again(city: LiveCity) -> None:
    case, year = city.issued(), int(city.today[:4])
    reassessed(city, 30, year - 1)
    found = told(city, "enterprise", case)
    assert (found["basis"], found["error"], found["before"]) == ("ESTIMATED", "2.1", year)
    assert sum(Decimal(one["percent"]) for one in found["chances"]) in range(98, 103)
    likeliest = max(found["chances"], key=lambda one: Decimal(one["percent"]))
    assert likeliest["grade"] == found["grade"], "the grade stands as it was issued"
    assert told(city, "district", case) == found


@pytest.mark.parametrize(("pairs", "ago"), [(29, 1), (40, 0)])
def test_with_too_few_jobs_or_jobs_of_this_year_alone_none_is_told_and_why(city: LiveCity, pairs: int, ago: int) -> None:
    case = city.issued()
    reassessed(city, pairs, int(city.today[:4]) - ago)
    found = told(city, "provider", case)
    assert (found["basis"], found["error"], found["chances"]) == ("TOO_FEW_PAIRS", None, None)
    assert (found["pairsAtLeast"], found["mark"]) == (30, "I")


def test_before_a_report_and_out_of_scope_there_is_none_and_what_is_read_is_written_down(city: LiveCity) -> None:
    case = city.scored()
    assert told(city, "enterprise", case) is None
    city.done("provider", "issueReport", diagnosis=case)
    assert told(city, "rival", case) is None
    assert told(city, "pudong", case) is None
    assert told(city, "district", case) is not None
    who_read = "{ disclosures(ofOthers: true) { nodes { entryPoint firms { subject } } } }"
    read = city.data("enterprise", who_read)["disclosures"]["nodes"]
    firms = [firm for one in read if one["entryPoint"] == "Query.gradeCertainty" for firm in one["firms"]]
    assert {firm["subject"] for firm in firms} == {diagnosis_stream(case.removeprefix("diagnosis/"))}


def test_whoever_reads_no_report_reads_no_probability(city: LiveCity) -> None:
    case = city.issued()
    assert city.ask("supplier", CERTAINTY, id=case)["errors"][0]["extensions"]["code"] == "FORBIDDEN"
