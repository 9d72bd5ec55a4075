"""Work of listed providers, and moves of the directory with their proceedings, as the roles' pages say. plan V3, V4, T1."""

from tests.e2e.programme_days import Programme
from tests.e2e.provider_selection import P1, P2
from tests.live_city import ENTERPRISE, OTHER_ENTERPRISE, sections

FIRMS = {"enterprise": f"enterprise/{ENTERPRISE}", "stranger": f"enterprise/{OTHER_ENTERPRISE}"}
"""Login -> its firm, both of general equipment (C34)."""


def opened(years: Programme, firm: str, provider: str, campaign: str) -> str:
    asked = {"enterprise": FIRMS[firm], "campaign": campaign, "purpose": "INITIAL", "form": "BRIEF", "edition": "2023"}
    case = str(years.says(firm, "openDiagnosis", "diagnosis { id }", **asked)["diagnosis"]["id"])
    years.says({"enterprise": "district", "stranger": "pudong"}[firm], "assignProvider", diagnosis=case, provider=provider)
    return case


def assessed(years: Programme, case: str, firm: str) -> None:
    for section, answers in sections(3).items():
        years.says(firm, "saveAnswers", diagnosis=case, section=section, answers=answers)
    years.says(firm, "pledgeTruth", diagnosis=case)
    years.says(firm, "submitSelfAssessment", diagnosis=case)


def reported(years: Programme, case: str, firm: str, by: str) -> None:
    """Assessed by the firm, verified by the provider as it was stated, and a report issued."""
    assessed(years, case, firm)
    years.says(by, "acceptDiagnosis", diagnosis=case)
    visit = {"visitedOn": years.today, "diagnosticians": 2, "functions": ["生产", "质量"], "notes": "与自评一致"}
    years.says(by, "recordSiteVisit", diagnosis=case, **visit)
    for section, answers in sections(3).items():
        years.says(by, "verifyAnswers", diagnosis=case, section=section, answers=answers)
    years.says(by, "scoreDiagnosis", diagnosis=case)
    years.says(by, "issueReport", diagnosis=case)


def worked(years: Programme) -> tuple[str, str]:
    """March: each provider has a case; the first confirms its own, the second leaves one lying: its two."""
    years.on("2025-03-17")
    for firm, by, provider in (("enterprise", "provider", P1), ("stranger", "rival", P2)):
        candidates = years.read(firm, "query($id: ID!) { providerCandidates(enterprise: $id) { provider } }", id=FIRMS[firm])
        assert {one["provider"] for one in candidates["providerCandidates"]} == {P1, P2}
        case = opened(years, firm, provider, "2025-1")
        reported(years, case, firm, by)
        years.says(firm, "confirmReport", diagnosis=case)
    left = opened(years, "enterprise", P2, "2025-2")
    assessed(years, left, "enterprise")
    return case, left


# Moves of the directory (plan V4)


def heard(years: Programme, proceeding: str, by: str, hearing: str) -> None:
    """Notice, statement, hearing: the provider asks for one, and it is held on its day, not before."""
    years.says("city", "serveNotice", proceeding=proceeding)
    years.says(by, "giveStatement", proceeding=proceeding, text="情况有出入，请求听证", asksHearing=True)
    assert years.refused("chief", "decideProceeding", proceeding=proceeding, outcome="UPHELD", reasons="属实") != ""
    years.says("city", "setHearing", proceeding=proceeding, day=hearing, venue="301 室")
    years.on(hearing)
    said = {"attended": ["APPLICANT", "RESPONDENT"], "minutes": "双方陈述并质证"}
    told = years.says("city", "recordHearing", "proceeding { status due overdue }", proceeding=proceeding, **said)["proceeding"]
    assert (told["status"], told["overdue"]) == ("HEARD", False)
    assert told["due"] > hearing, "what is due now is the decision"


def appealed(years: Programme, proceeding: str, by: str, outcome: str) -> str:
    """Decided for the office by another than who opened it, appealed against, and decided by a third; its last fact."""
    years.says("chief", "decideProceeding", proceeding=proceeding, outcome="UPHELD", reasons="事实清楚")
    years.says(by, "appealDecision", proceeding=proceeding, grounds="未采信提交的材料")
    assert years.refused("chief", "decideAppeal", proceeding=proceeding, outcome=outcome, reasons="同前") != ""
    thing = "version proceeding { id status outcome }"
    told = years.says("director", "decideAppeal", thing, proceeding=proceeding, outcome=outcome, reasons="复核如此")
    assert (told["proceeding"]["status"], told["proceeding"]["outcome"]) == ("FINAL", outcome)
    return f"{proceeding}/{told['version']}"


def standing(years: Programme, provider: str) -> tuple[str, list[str]]:
    """How a provider stands to everyone, and what it came by."""
    asked = f'{{ whyListed(provider: "{provider}") {{ entry {{ standing history {{ nodes {{ type causes }} }} }} }} }}'
    entry = years.publicly(asked)["whyListed"]["entry"]
    return entry["standing"], [one["type"].split(".")[1] for one in entry["history"]["nodes"]]


def removed(years: Programme, left: str) -> None:
    """Warned with time to correct, proceeded against by its district, heard, its appeal lost, removed; its open work is told."""
    years.on("2025-04-07")
    warning = {"provider": P2, "causes": ["listing/p2/1"], "reason": "报告逾期两次"}
    assert years.refused("city", "warnProvider", **warning, due="2025-04-11") == "CORRECTION_IN_THE_PAST"
    years.says("city", "warnProvider", **warning, due="2025-05-08")
    years.on("2025-05-12")
    alone = {"provider": P2, "causes": ["listing/p2/2"], "reason": "到期未整改"}
    assert years.refused("city", "removeProvider", **alone) == "PROCEEDING_NOT_CONCLUDED"
    opening = {"kind": "DIRECTORY_MOVE", "provider": P2, "about": "listing/p2", "cause": "listing/p2/2"}
    given = opening | {"asked": "移出名录", "grounds": "到期未整改"}
    proceeding = years.says("district", "openProceeding", "proceeding { id }", **given)["proceeding"]["id"]
    heard(years, proceeding, "rival", "2025-05-26")
    last = appealed(years, proceeding, "rival", "UPHELD")
    years.says("city", "removeProvider", provider=P2, causes=[last], reason="整改未完成，经听证和申诉移出名录")
    assert years.refused("rival", "acceptDiagnosis", diagnosis=left) == "PROVIDER_REMOVED"
    asked = "{ workToReassign { provider standing diagnoses { nodes { id } } } }"
    for who in ("city", "district"):
        told = {"provider": P2, "standing": "REMOVED", "diagnoses": {"nodes": [{"id": left}]}}
        assert years.read(who, asked)["workToReassign"] == [told]
    assert years.read("pudong", asked)["workToReassign"] == []
    assert standing(years, P2) == ("REMOVED", ["listed", "warned", "removed"])


def suspended_and_cleared(years: Programme) -> None:
    """A red line suspends at once, pending its hearing; the appeal is won, and the provider is restored."""
    years.on("2025-06-09")
    opening = {"kind": "RED_LINE", "provider": P1, "about": "listing/p1", "cause": "listing/p1/1"}
    stopped = {"provider": P1, "reason": "涉嫌代填自评，听证前先行暂停"}
    assert years.refused("city", "suspendProvider", **stopped, causes=["listing/p1/1"]) == "SUSPENSION_NEEDS_PROCEEDING"
    asked = opening | {"asked": "认定代填自评", "grounds": "自评文字相同"}
    proceeding = years.says("city", "openProceeding", "proceeding { id }", **asked)["proceeding"]["id"]
    years.says("city", "suspendProvider", **stopped, causes=[f"{proceeding}/1"])
    case = {"enterprise": FIRMS["enterprise"], "campaign": "2025-3", "purpose": "INITIAL", "form": "BRIEF", "edition": "2023"}
    assert years.refused("district", "openDiagnosis", **case, provider=P1) == "PROVIDER_SUSPENDED"
    heard(years, proceeding, "provider", "2025-06-23")
    decided = {"proceeding": proceeding, "outcome": "UPHELD", "reasons": "属实"}
    assert years.refused("city", "decideProceeding", **decided) == "DECIDED_BY_THE_SAME", "another decides than who opened"
    last = appealed(years, proceeding, "provider", "DISMISSED")
    years.says("city", "restoreProvider", provider=P1, causes=[last], reason="申诉成立，恢复")
    assert standing(years, P1) == ("LISTED", ["listed", "suspended", "restored"])


def certificate_suspended(years: Programme) -> None:
    """Nobody answers the notice of a red line on a certificate; it is heard, decided, and suspended for all to verify."""
    years.on("2025-07-01")
    (held,) = years.read("provider", "{ certificates { nodes { number } } }")["certificates"]["nodes"]
    number = held["number"]
    opening = {"kind": "RED_LINE", "provider": P1, "about": "certificate/diagnostician", "cause": "certificate/diagnostician/1"}
    asked = opening | {"asked": "暂停证书", "grounds": "代人签到"}
    proceeding = years.says("city", "openProceeding", "proceeding { id }", **asked)["proceeding"]["id"]
    years.says("city", "serveNotice", proceeding=proceeding)
    given = {"person": "person/diagnostician", "proceeding": proceeding, "reason": "代人签到属实"}
    assert years.refused("city", "suspendCertificate", **given) == "PROCEEDING_NOT_CONCLUDED"
    years.on("2025-07-14")
    years.says("city", "setHearing", proceeding=proceeding, day="2025-07-28", venue="301 室")
    years.on("2025-07-28")
    years.says("city", "recordHearing", proceeding=proceeding, attended=["APPLICANT"], minutes="本人未到")
    years.says("chief", "decideProceeding", proceeding=proceeding, outcome="UPHELD", reasons="签到记录属实")
    years.on("2025-08-25")
    years.says("city", "suspendCertificate", **given)
    shown = years.publicly(f'{{ verifyCertificate(number: "{number}") {{ status }} }}')["verifyCertificate"]
    assert shown == {"status": "SUSPENDED"}
    page = years.client.get(f"/verify/{number}")
    assert page.status_code == 200
    assert "暂停" in page.text


# Grounds: down from a move to what a firm said and what a sample showed, and up again (plan V4, V5)


def said(years: Programme, case: str) -> str:
    """The firm says by name what it thinks of the report."""
    given = {"diagnosis": case, "milestone": "REPORT", "kind": "FEEDBACK", "text": "现场核验细致", "anonymous": False}
    scores = [{"subject": "PROVIDER", "score": 4}]
    return str(years.says("enterprise", "giveFeedback", "feedback { id }", **given, scores=scores)["feedback"]["id"])


def walked(years: Programme, feedback: str, settled: str) -> None:
    """A warning rests on two ratings; who may know is led to the one feedback and the one sample, and back to the warning."""
    versions = [years.read("city", f"{{ rating(year: {year}) {{ version }} }}")["rating"]["version"] for year in (2025, 2026)]
    ratings = [f"rating/{year}/{version}" for year, version in zip((2025, 2026), versions, strict=True)]
    years.says("city", "warnProvider", provider=P1, causes=ratings, reason="评价下降，抽样推翻一件", due="2027-04-30")
    why = f'{{ whyListed(provider: "{P1}") {{ entry {{ history {{ nodes {{ id }} }} }} causes {{ id parent what }} }} }}'
    for who, told in (("city", True), ("auditor", True), ("provider", True), ("rival", False), ("district", False)):
        found = years.read(who, why)["whyListed"]
        parents = {one["id"]: one["parent"] for one in found["causes"]}
        assert set(ratings) <= parents.keys()
        led = [one for one in parents if one.startswith(f"{feedback}/") or one == settled]
        assert len(led) == (2 if told else 0), who
        for fact in led:
            assert (inputs := parents[fact]) is not None
            assert parents[inputs] in ratings
        assert any(one.startswith("diagnosis/") for one in parents) is told, who
    warned = found["entry"]["history"]["nodes"][-1]["id"]
    assert years.read("city", "query($id: ID!) { feedback(id: $id) { text } }", id=feedback)["feedback"]["text"] == "现场核验细致"
    up = "query($fact: ID!) { restingOn(fact: $fact) { id parent depth sentence } }"
    for who in ("city", "auditor"):
        for fact, year in ((f"{feedback}/1", 2025), (settled, 2026)):
            above = {one["id"]: one for one in years.read(who, up, fact=fact)["restingOn"]}
            counted = [one["id"] for one in above.values() if one["id"].startswith(f"rating/{year}/")]
            assert [above[one]["parent"] for one in counted] == [fact] * len(counted) != []
            assert above[warned]["parent"] in counted
            assert above[warned]["sentence"] is not None
            assert any(one.startswith("proceeding/") for one in above) is (fact == settled), "the sample was heard"
    assert [years.read("city", up, fact=one)["restingOn"] for one in ("feedback/none/1", "what", warned)] == [[], [], []]
