"""Two years of the providers (plan V1–V6, T1, I1): called, marked blind, listed, moved, heard, rated, paid, paid back, restored.

Each step is what the role's page says, asked over HTTP by whoever it names, who signed in for it; of the public nobody signs in.
The program's own acts are done by the day.
"""

import io
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from domain.access import Role
from interop.proof import verify_dossier as verifier
from tests.e2e.programme_days import Programme, programme_from
from tests.e2e.provider_moves import (
    certificate_suspended,
    heard,
    opened,
    removed,
    reported,
    said,
    standing,
    suspended_and_cleared,
    walked,
    worked,
)
from tests.e2e.provider_selection import MARKERS, P1, P2, RELATED, called, listed, marked
from tests.e2e.provider_training import examined, matched, trained
from tests.live_city import sections

pytestmark = pytest.mark.pages("unset")
BEGAN = datetime(2025, 1, 6, 2, tzinfo=UTC)
JOINING = (
    *((one, Role.MARKER, "experts") for one in (*MARKERS, RELATED)),
    *((RELATED, Role.DIAGNOSTICIAN, "p2"), ("chief", Role.CITY, "city"), ("director", Role.CITY, "city")),
    *((one, Role.SAMPLER, "experts") for one in ("sampler1", "sampler2")),
    ("latecomer", Role.PROVIDER, "p3"),
)
RATING = {
    "weights": {"work": 30, "feedback": 20, "records": 15, "report": 20, "sampled": 15},
    "floors": {"a": 85, "b": 70, "c": 60}, "upAtLeast": "0.80", "downAtLeast": "0.90", "reliabilityAtLeast": "0",
    "jobsAtLeast": 1, "providersAtLeast": 2, "removalAtLeast": "0.95", "removalYears": 2, "thinBelow": 30,
    "fullWithin": "2.5", "noneFrom": "12.5", "cellJobs": 30, "cellProviders": 3, "objectionDays": 10,
    "feedbackCounts": True, "sampledCounts": True,
}  # fmt: skip
"""As by default, but that two providers with a job each are ranked: the small city has no more."""
SUBSIDY = {
    "bases": [{"work": "BRIEF", "fen": "300000"}, {"work": "FULL", "fen": "600000"}, {"work": "GROUP", "fen": "2000000"}],
    "coefficients": {"a": "1.2", "b": "1.0", "c": "0.7", "d": "0", "unrated": "1.0"}, "cap": "500000", "budget": "400000",
}  # fmt: skip


@pytest.fixture(params=["sqlite", "postgres"])
def programme(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Programme]:
    """The small city on the sixth of January 2025, with those who mark, decide, hear appeals and assess samples."""
    address = "sqlite" if request.param == "sqlite" else request.getfixturevalue("new_database")()
    with programme_from(BEGAN, tmp_path / "city", address, JOINING, ("p3",)) as years:
        yield years


# Rating (plan V5)


def rated_inputs(years: Programme, year: int) -> None:
    years.says("city", "fixRatingInputs", year=year)
    years.computed()


def published(years: Programme, year: int) -> dict[str, Any]:
    """Provider -> its line of the published rating, as the city reads it."""
    years.says("city", "publishRating", year=year)
    return lines(years, year)


def lines(years: Programme, year: int) -> dict[str, Any]:
    asked = """query($year: Int!) { rating(year: $year) { providers { nodes { provider { id } tier rankBest rankWorst score jobs
      parts { component score error } } } } }"""
    found = years.read("city", asked, year=year)["rating"]["providers"]["nodes"]
    return {one["provider"]["id"]: one for one in found}


def at_work(years: Programme, who: str) -> list[tuple[str, str, None]] | None:
    """Provider, tier and score of whom a district is shown; None of a rating that is not there for it."""
    shown = years.read(who, "{ rating(year: 2025) { providers { nodes { provider { id } tier score } } } }")["rating"]
    return shown and [(one["provider"]["id"], one["tier"], one["score"]) for one in shown["providers"]["nodes"]]


def rule_simulated(years: Programme, kind: str, body: dict[str, Any], since: str) -> dict[str, Any]:
    """A rule is set once it was simulated on the facts of record, not before: what it would come to, by name."""
    stated = {"since": since, "body": {kind.lower(): body}, "source": "拟订稿", "mark": "I"}
    assert years.refused("city", "setRule", **stated) == "RULE_NOT_SIMULATED"
    years.says("city", "proposeRule", **stated)
    years.computed()
    (found,) = years.read("city", f"{{ ruleProposals(kind: {kind}) {{ outcomes {{ name now then }} }} }}")["ruleProposals"]
    years.says("city", "setRule", **stated)
    return {one["name"]: (one["now"], one["then"]) for one in found["outcomes"]}


def rated(years: Programme, case: str) -> None:
    """January: not before the year is over; by the default rule too few jobs rank anybody, by one that was simulated two."""
    years.on("2025-12-29")
    years.says("city", "commitDraw", draw="2026.01", source="示例彩票 2026 年 2 月首期")
    assert years.refused("city", "fixRatingInputs", year=2025) == "RATING_YEAR_OPEN"
    years.on("2026-01-12")
    years.says("enterprise", "confirmReport", diagnosis=case)
    rated_inputs(years, 2025)
    assert {one["tier"] for one in lines(years, 2025).values()} == {None}, "unrated by the default rule: too few jobs"
    told = rule_simulated(years, "RATING", RATING, "2025-01-01")
    assert (told["ranked"], sum(float(told[f"expected_{tier}"][1]) for tier in "ABCD")) == (("0", "2"), pytest.approx(2, abs=0.001))
    rated_inputs(years, 2025)
    assert [at_work(years, who) for who in ("district", "pudong")] == [None, None], "not before it is published"
    found = published(years, 2025)
    assert at_work(years, "district") == [(P1, "A", None), (P2, "B", None)], "of neither more than the tier"
    assert at_work(years, "pudong") == [(P2, "B", None)]
    assert {one: (line["tier"], line["jobs"]) for one, line in found.items()} == {P1: ("A", 2), P2: ("B", 2)}
    assert {part["component"] for part in found[P1]["parts"]} >= {"WORK", "RECORDS", "REPORT"}
    shown = years.read("rival", "{ rating(year: 2025) { providers { nodes { score tier } } } }")["rating"]["providers"]["nodes"]
    assert sorted(one["score"] is None for one in shown) == [False, True], "its own score, of the other its tier alone"
    about = {"kind": "RATING_OBJECTION", "provider": P2, "about": "rating/2025", "cause": "rating/2025/5"}
    asked = about | {"asked": "重新计算工作成果", "grounds": "停产企业不应计入"}
    objection = years.says("rival", "openProceeding", "proceeding { id }", **asked)["proceeding"]["id"]
    years.says("rival", "objectToRating", year=2025, proceeding=objection)
    years.says("city", "serveNotice", proceeding=objection)
    years.says("city", "giveStatement", proceeding=objection, text="撤回的任务均未计入", asksHearing=False)
    years.on("2026-01-28")
    assert years.refused("city", "finishRating", year=2025) == "RATING_OBJECTION_OPEN"
    years.says("chief", "decideProceeding", proceeding=objection, outcome="DISMISSED", reasons="该任务并未撤回")
    years.on("2026-02-12")
    years.says("city", "finishRating", year=2025)
    public = years.publicly("{ ratingFairness(year: 2025) { rated compared withheld divisions { division placed finding } } }")
    assert public["ratingFairness"]["rated"] == 2
    assert {one["finding"] for one in public["ratingFairness"]["divisions"]} == {"CANNOT_TELL"}, "of two, nobody can tell"


# Subsidy (plan I1, I2)


def paid(years: Programme, own: str) -> None:
    """Simulated, computed by one, approved by another, once; what a district pays is left out; the treasury gets its list."""
    years.on("2026-03-02")
    given = {"year": 2025, "diagnosis": own, "fen": "100000", "source": "区级补贴通知"}
    years.says("pudong", "recordDistrictSubsidy", **given)
    told = rule_simulated(years, "SUBSIDY", SUBSIDY, "2025-01-01")
    thing = "subsidy { inputDigest due paid leftOut { nodes { diagnosis } } providers { nodes { jobs paid } } }"
    computed = years.says("city", "computeSubsidy", thing, year=2025)["subsidy"]
    assert told["paid_fen"][1] == computed["paid"]
    assert computed["leftOut"]["nodes"] == [{"diagnosis": own}]
    assert sum(int(one["paid"]) for one in computed["providers"]["nodes"]) == int(computed["paid"]) <= int(SUBSIDY["budget"])
    approval = {"year": 2025, "inputDigest": computed["inputDigest"]}
    assert years.refused("city", "approveSubsidy", **approval) == "SUBSIDY_BY_THE_SAME"
    years.says("chief", "approveSubsidy", **approval)
    assert years.refused("director", "approveSubsidy", **approval) == "SUBSIDY_APPROVED_ALREADY"
    sheet = load_workbook(io.BytesIO(years.download("city", "/subsidies/2025/payments.xlsx"))).worksheets[0]
    rows = {row[1]: row[6] for row in sheet.iter_rows(min_row=2, values_only=True)}
    assert rows["p1"] == int(computed["paid"]) / 100


def sampled(years: Programme, case: str) -> str:
    """The draw of January holds the case; two assess it blind and find far less: the fact that settled it."""
    years.says("city", "fixFrame", draw="2026.01", beaconDay="2026-03-04")
    years.on("2026-03-04")
    years.says("city", "recordBeacon", draw="2026.01", beacon="08 11 19 23 30 31 05")
    years.says("city", "revealDraw", draw="2026.01")
    answers = [one | {"reason": "按现场记录"} for section in sections(1).values() for one in section]
    for assessor in ("sampler1", "sampler2"):
        years.says("city", "assignReassessment", diagnosis=case, draw="2026.01", assessor=f"person/{assessor}")
        years.says(assessor, "giveReassessment", diagnosis=case, answers=answers)
    told = years.read("city", "{ sampledYear(year: 2026) { drawn adjudicated material } }")["sampledYear"]
    assert told == {"drawn": 1, "adjudicated": 1, "material": 1}
    asked = '{ auditTrail(subject: "draw/2026.01", last: 1) { nodes { type version } } }'
    (settled,) = years.read("city", asked)["auditTrail"]["nodes"]
    assert settled["type"].startswith("draw.adjudicated")
    return f"draw/2026.01/{settled['version']}"


def finding(years: Programme, case: str, cause: str) -> str:
    """What the sample found is told, answered, heard and decided; its last fact, once it is final."""
    stated = {"kind": "SAMPLE_FINDING", "provider": P1, "about": case, "cause": cause}
    asked = stated | {"asked": "认定该诊断为重大误评", "grounds": "复评结论一致"}
    proceeding = years.says("city", "openProceeding", "proceeding { id }", **asked)["proceeding"]["id"]
    heard(years, proceeding, "provider", "2026-03-16")
    decision = {"proceeding": proceeding, "outcome": "UPHELD", "reasons": "复评结论一致"}
    told = years.says("chief", "decideProceeding", "version", **decision)
    years.on("2026-04-01")
    found = years.read("city", "query($id: ID!) { proceeding(id: $id) { status } }", id=proceeding)["proceeding"]
    assert found["status"] == "FINAL"
    return f"{proceeding}/{told['version']}"


def clawed_back(years: Programme, case: str, cause: str) -> None:
    """After the finding is upheld and final, by a proceeding of its own; each job once, and no job that was not overturned."""
    about = {"kind": "CLAWBACK", "provider": P1, "about": "subsidy/2025"}
    asked = about | {"asked": "追回该任务的补贴", "grounds": "抽评推翻"}
    assert years.refused("city", "openProceeding", **asked, cause=cause) == "CAUSE_UNFIT", "a finding is heard first"
    upheld = finding(years, case, cause)
    proceeding = years.says("city", "openProceeding", "proceeding { id }", **asked, cause=upheld)["proceeding"]["id"]
    heard(years, proceeding, "provider", "2026-04-15")
    given = {"year": 2025, "provider": P1, "proceeding": proceeding, "diagnoses": [case]}
    years.says("chief", "decideProceeding", proceeding=proceeding, outcome="UPHELD", reasons="复评结论一致")
    assert years.refused("city", "clawBackSubsidy", **given) == "PROCEEDING_NOT_CONCLUDED"
    years.on("2026-05-11")
    years.says("city", "clawBackSubsidy", **given)
    assert years.refused("city", "clawBackSubsidy", **given) == "CLAWBACK_DONE"
    line = years.read("provider", "{ subsidy(year: 2025) { providers { nodes { jobs paid takenBack } } } }")["subsidy"]
    (mine,) = line["providers"]["nodes"]
    assert (mine["jobs"], int(mine["takenBack"])) == (2, int(mine["paid"]) // 2)


def moved(years: Programme) -> None:
    """A year later: restored, the second confirms what it has; the first leaves its own lying; both stand in another tier."""
    years.on("2026-06-01")
    history = len(standing(years, P2)[1])
    years.says("city", "restoreProvider", provider=P2, causes=[f"listing/p2/{history}"], reason="满一年，整改完成")
    assert standing(years, P2) == ("LISTED", ["listed", "warned", "removed", "restored"])
    case = opened(years, "enterprise", P2, "2026-1")
    reported(years, case, "enterprise", "rival")
    years.says("enterprise", "confirmReport", diagnosis=case)
    opened(years, "enterprise", P1, "2026-3")
    opened(years, "enterprise", P1, "2026-2")
    years.on("2027-01-11")
    rated_inputs(years, 2026)
    after = {one: line["tier"] for one, line in published(years, 2026).items()}
    assert after == {P1: "B", P2: "A"}, "up on strong evidence, and down by one step a year, however poor"
    years.on("2027-01-28")
    years.says("city", "finishRating", year=2026)


# Evidence (plan P5)


def proved(years: Programme) -> None:
    """An auditor checks moves, rating and subsidy with nothing but file and key; one byte that was turned is told."""
    key = str(years.city.installation.log.keys().signing.verifier)
    for path in ("move/organisation/p2", "rating/2025/organisation/p1", "subsidy/2025"):
        content = years.download("auditor", f"/dossiers/{path}")
        assert verifier.verify(content, key).faults == (), path
        middle = len(content) // 2
        turned = content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]
        assert verifier.verify(turned, key).faults != (), path


def test_providers_go_through_two_years(programme: Programme) -> None:
    called(programme)
    marked(programme)
    listed(programme)
    trained(programme)
    examined(programme)
    matched(programme)
    own, left = worked(programme)
    removed(programme, left)
    suspended_and_cleared(programme)
    certificate_suspended(programme)
    programme.on("2025-11-17")
    case = opened(programme, "enterprise", P1, "2025-3")
    reported(programme, case, "enterprise", "provider")
    feedback = said(programme, case)
    rated(programme, case)
    paid(programme, own)
    settled = sampled(programme, case)
    clawed_back(programme, case, settled)
    moved(programme)
    walked(programme, feedback, settled)
    proved(programme)
