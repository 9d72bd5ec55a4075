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
