"""A diagnosis that was withdrawn after its report has no result (plan G2): nowhere is it counted, met or handed over as one."""

import json
from io import BytesIO
from threading import Event
from typing import Any
from zipfile import ZipFile

from tests.api.programme.reported_city import reported
from tests.api.programme.test_appraisal import firms
from tests.api.programme.test_packages import ASKED, PACKAGE
from tests.api.programme.test_policies import FIRM, GRADE, checks, published
from tests.api.programme.test_portrait import portrait
from tests.live_city import LiveCity
from zhenduan.background.computing import compute_waiting


def package(city: LiveCity) -> list[dict[str, Any]]:
    """Lines of results in a package that is made now."""
    services = city.installation.services
    made = city.done("city", "requestPackage", PACKAGE, **ASKED)["package"]
    services.models.catch_up()
    compute_waiting(services, Event())
    services.models.catch_up()
    found = city.data("city", "query($id: ID!) { package(id: $id) { sha256 } }", id=made["id"])["package"]
    content = services.blobs.get(found["sha256"])
    assert content is not None
    with ZipFile(BytesIO(content)) as archive:
        return [json.loads(line) for line in archive.read("data/results.jsonl").splitlines()]


COUNTS = """query($year: Int!, $at: String) {
  coverage(year: $year, asOf: $at) { diagnosed districts { diagnosed } } pace(year: $year, asOf: $at) { whole { diagnosed } }
  enterprises(filter: { diagnosed: true }, asOf: $at) { totalCount } }"""
OF_NOW = """query($year: Int!) { appraisalFirms(year: $year, countedAs: DIAGNOSED) { totalCount }
  implementationFunnel(standard: DCMM) { diagnosed } implementations(standard: DCMM) { totalCount } }"""


def diagnosed(city: LiveCity, year: int, moment: str | None = None) -> list[int]:
    """Firms counted as diagnosed: coverage, its districts, pace, firms; now also appraisal, a standard's list and funnel."""
    then = city.data("city", COUNTS, year=year, at=moment)
    districts = sum(one["diagnosed"] for one in then["coverage"]["districts"])
    counts = [then["coverage"]["diagnosed"], districts, then["pace"]["whole"]["diagnosed"]]
    counts.append(then["enterprises"]["totalCount"])
    if moment is None:
        now = city.data("city", OF_NOW, year=year)
        counts += [now[name]["totalCount"] for name in ("appraisalFirms", "implementations")]
        counts.append(now["implementationFunnel"]["diagnosed"])
    return counts


def counted(city: LiveCity, year: int, policy: str) -> tuple[int, int | None, str, int]:
    """Firms with a result in the portrait, grade in the appraisal, how the firm stands to a policy, results handed over."""
    told = portrait(city, "city", year)["data"]["portrait"]["withResult"]
    graded = {one["id"]: one["grade"] for one in firms(city, year=year)["data"]["appraisalFirms"]["nodes"]}
    return told, graded[FIRM], checks(city, "city", policy)[FIRM]["verdict"], len(package(city))


def test_a_result_that_was_withdrawn_is_none(city: LiveCity) -> None:
    policy = published(city, "city", GRADE)
    year = reported(city)
    [case] = city.data("city", "{ diagnoses { nodes { id grade } } }")["diagnoses"]["nodes"]
    assert counted(city, year, policy) == (1, case["grade"], "MEETS", 1)
    city.done("district", "withdrawDiagnosis", diagnosis=case["id"], reason="企业已停产")
    assert counted(city, year, policy) == (0, None, "EVIDENCE_MISSING", 0)


def test_a_firm_whose_only_result_was_withdrawn_is_not_counted_as_diagnosed_and_was_before(city: LiveCity) -> None:
    year = reported(city)
    assert diagnosed(city, year) == [1] * 7
    [case] = city.data("city", "{ diagnoses { nodes { id } } }")["diagnoses"]["nodes"]
    moment = city.installation.services.clock().isoformat()
    city.done("district", "withdrawDiagnosis", diagnosis=case["id"], reason="企业已停产")
    assert diagnosed(city, year) == [0] * 7
    assert diagnosed(city, year, moment) == [1] * 4
