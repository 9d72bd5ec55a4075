"""A firm's whole year (plan P1, P3–P6, G1, V5, R2): invited, diagnosed offline and on site, disputed, sampled, read, repeated.

Each step is asked over HTTP by whoever the plan names, who signed in for it; the program's own acts are done by the day.
"""

import io
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import orjson
import pytest
from openpyxl import load_workbook
from pypdf import PdfReader

from domain.access import Role
from interop.questionnaires.layout import COMPUTED, YES, lines_of, title_of
from standards import Form
from tests.e2e.programme_days import NEVER, Programme, programme_from
from tests.live_city import EDITION, ENTERPRISE, sections
from zhenduan.background.computing import compute_waiting

BEGAN = datetime(2025, 1, 6, 2, tzinfo=UTC)
FIRM, TOWN = f"enterprise/{ENTERPRISE}", "organisation/310117001"
JOINING = (
    *(("sun", Role.ARBITER, "experts"), ("zhou", Role.ARBITER, "experts"), ("wu", Role.ARBITER, "experts")),
    *(("chief", Role.CITY, "city"), ("handler", Role.CITY, "city"), ("sampler", Role.SAMPLER, "experts")),
)
FUNCTIONS = ["生产", "质量", "设备", "信息化"]
CHECKS = [{"item": item, "met": True} for item in ("EVIDENCE", "REASONS", "VISIT", "SCORING", "ADVICE", "SECRETS")]
PROCESS = {
    "visitsByPlan": True, "diagnosticiansAtLeast": 2, "functionsAtLeast": 4, "reviewedOnly": True,
    "arbitersAtLeast": 3, "filed": True, "read": True,
}
DISPUTED = "Z01"


@pytest.fixture(params=["sqlite", "postgres"])
def programme(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Programme]:
    """The small city on the sixth of January 2025: its experts known, its diagnosticians certified, its process in force."""
    address = "sqlite" if request.param == "sqlite" else request.getfixturevalue("new_database")()
    with programme_from(BEGAN, tmp_path / "city", address, JOINING) as year:
        rule = {"since": year.today, "source": "诊断过程管理通知", "mark": "I", "body": {"process": PROCESS}}
        year.says("city", "setRule", **rule)
        for person in ("provider", "diagnostician"):
            stated = {"person": f"person/{person}", "grade": "DIAGNOSTICIAN", "editions": ["edition/2023"]}
            year.says("city", "grantCertificate", **stated, since=year.today, recognised="试点期间考核合格")
        yield year


def workbook(book_of_the_case: bytes) -> bytes:
    """The downloaded workbook as the firm filled it in, without a network: level 2 wherever it may be stated."""
    book = load_workbook(io.BytesIO(book_of_the_case))
    said = {"numbers": 10, "choices": YES}
    for section in dict.fromkeys(item.dimension for item in EDITION.of(Form.BRIEF)):
        sheet = book[title_of(EDITION, section)]
        for line in lines_of(EDITION, Form.BRIEF, section):
            level = 1 if EDITION.by_id[line.indicator].numbers else 2  # of numbers that did not change
            value = (said | {"level": level}).get(line.field.partition(".")[0])
            if line.field != COMPUTED and value is not None:
                sheet[line.cell].value = value  # type: ignore[union-attr] # nothing there is merged
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()


def tablet(form: bytes) -> bytes:
    """The site form as a tablet exports it: one finding that differs from the firm's own answer, and why."""
    survey = load_workbook(io.BytesIO(form))["survey"]
    head = [cell.value for cell in survey[1]]
    row = next(row for row in survey.iter_rows(values_only=True) if row[1] == "zd_stamp")
    stamp = str(row[head.index("calculation")]).strip("'")
    found = {f"{DISPUTED}_level": "l1", f"{DISPUTED}_reason": "现场未见第二厂区的规划"}
    return orjson.dumps({"zd_stamp": stamp, "meta/instanceID": "uuid:visit-1", **found})


def invited(year: Programme) -> None:
    """February and March: the city plans the campaign, the district splits its target, invites, and reminds one subdistrict."""
    year.on("2025-02-10")
    days = {"since": "2025-03-01", "until": "2025-12-31"}
    year.says("city", "planCampaign", campaign="2025", name="2025 年度首次诊断", purpose="INITIAL", **days)
    year.on("2025-03-10")
    shares = [{"subdistrict": TOWN, "firms": 1}]
    year.says("district", "splitCampaignTarget", campaign="2025", district="organisation/310117", firms=1, shares=shares)
    year.says("district", "inviteFirms", campaign="2025", filter={})
    (part,) = year.read("enterprise", "{ participations { nodes { status campaign { name } } } }")["participations"]["nodes"]
    assert part == {"status": "INVITED", "campaign": {"name": "2025 年度首次诊断"}}
    year.on("2025-04-08")
    year.says("district", "remindFirms", campaign="2025", filter={"subdistrict": [TOWN]})


def opened(year: Programme, campaign: str, purpose: str) -> str:
    asked = {"enterprise": FIRM, "campaign": campaign, "purpose": purpose, "form": "BRIEF", "edition": "2023"}
    case = str(year.says("enterprise", "openDiagnosis", "diagnosis { id }", **asked)["diagnosis"]["id"])
    year.says("district", "assignProvider", diagnosis=case, provider="organisation/p1")
    return case


def filled_offline(year: Programme) -> str:
    """May: the firm fills in a workbook without a network; its confirmer pledges, and it is submitted."""
    year.on("2025-05-06")
    case = opened(year, "2025", "INITIAL")
    book = workbook(year.download("filler", f"/diagnoses/{case}/questionnaire.xlsx"))
    year.on("2025-05-09")
    sha256 = year.uploaded("filler", "WORKBOOK", "离线问卷.xlsx", book)
    year.says("filler", "takeInWorkbook", diagnosis=case, sha256=sha256)
    assert year.refused("stranger", "takeInWorkbook", diagnosis=case, sha256=sha256) == "NOT_FOUND"
    year.says("confirmer", "pledgeTruth", diagnosis=case)
    year.says("filler", "submitSelfAssessment", diagnosis=case)
    return case


def visited(year: Programme, case: str, day: str) -> None:
    """Two certified people come as agreed, sign in, speak with four functions, and close the visit."""
    year.says("provider", "acceptDiagnosis", diagnosis=case)
    team = ["person/provider", "person/diagnostician"]
    year.says("diagnostician", "planSiteVisit", diagnosis=case, day=day, team=team, functions=FUNCTIONS, agenda="请备设备台账")
    year.says("filler", "agreeToVisit", diagnosis=case)
    year.on(day)
    for who in ("provider", "diagnostician"):
        year.says(who, "signInOnSite", diagnosis=case, place="一号厂房")
    assert year.refused("provider", "closeSiteVisit", diagnosis=case, notes="已看") == "VISIT_INCOMPLETE"
    for function in FUNCTIONS:
        year.says("diagnostician", "recordInterview", diagnosis=case, function=function, notes=f"{function}：已看现场")
    year.says("provider", "closeSiteVisit", diagnosis=case, notes="与自评大体一致")


def verified(year: Programme, case: str, level: int, *, but: str = "") -> None:
    for section, answers in sections(level).items():
        left = [one | {"reason": "按现场记录"} for one in answers if one["indicator"] != but]
        year.says("diagnostician", "verifyAnswers", diagnosis=case, section=section, answers=left)


def issued(year: Programme, case: str) -> None:
    """Scored, handed in by its author, passed by another, issued."""
    year.says("diagnostician", "scoreDiagnosis", diagnosis=case)
    assert year.refused("provider", "issueReport", diagnosis=case) == "REPORT_NOT_REVIEWED"
    year.says("diagnostician", "handInReport", diagnosis=case, summary="与自评不同的指标均写明理由")
    year.says("reviewer", "reviewReport", diagnosis=case, passed=True, conclusion="同意出具", checks=CHECKS)
    year.says("reviewer", "issueReport", diagnosis=case)


def arbitrated(year: Programme, case: str) -> None:
    """The firm objects, is not upheld, and goes to three arbiters, who find for it; nobody appeals, and the case follows."""
    item = {"indicator": DISPUTED, "reason": "现场未看第二厂区"}
    year.says("confirmer", "objectToReport", diagnosis=case, items=[item])
    reply = {"indicator": DISPUTED, "upheld": False, "reason": "佐证不足"}
    year.says("provider", "answerObjections", diagnosis=case, answers=[reply])
    year.says("confirmer", "requestArbitration", diagnosis=case, items=[item])
    found = "query($id: ID!) { diagnosis(id: $id) { status arbitrations { nodes { proceeding outcome } } } }"
    (asked,) = year.read("enterprise", found, id=case)["diagnosis"]["arbitrations"]["nodes"]
    year.says("handler", "serveNotice", proceeding=asked["proceeding"])
    year.on("2025-05-26")
    year.says("provider", "giveStatement", proceeding=asked["proceeding"], text="第二厂区未列入计划", asksHearing=False)
    for one in ("sun", "zhou", "wu"):
        term = {"role": "ARBITER", "since": year.today, "until": "2025-07-31"}
        year.says("city", "assignExpert", diagnosis=case, expert=f"person/{one}", **term)
        finding = {"indicator": DISPUTED, "upheld": True, "answer": {"level": "2"}, "reason": "运行记录齐全"}
        year.says(one, "giveArbiterOpinion", diagnosis=case, findings=[finding])
    assert year.refused("enterprise", "confirmReport", diagnosis=case) == "DIAGNOSIS_WRONG_STATUS"
    year.says("chief", "decideArbitration", diagnosis=case, reasons="按专家一致意见")
    year.on("2025-06-16")
    year.says("city", "commitDraw", draw="2025.07", source="示例彩票 2025 年 8 月首期")
    year.on("2025-07-02")
    assert year.read("enterprise", found, id=case)["diagnosis"] == {
        "status": "ACCEPTED",
        "arbitrations": {"nodes": [asked | {"outcome": "UPHELD"}]},
    }, "the time to appeal is over, and the case follows"


def heard(year: Programme, case: str) -> str:
    """The firm complains without its name; somebody of the city answers, and the firm reads what came of it."""
    said = {"milestone": "REPORT", "kind": "COMPLAINT", "anonymous": True, "text": "访谈只有十分钟"}
    said |= {"scores": [{"subject": "PROVIDER", "score": 2}]}
    given = str(year.says("filler", "giveFeedback", "feedback { id }", diagnosis=case, **said)["feedback"]["id"])
    year.says("handler", "takeUpFeedback", feedback=given)
    year.says("handler", "answerFeedback", feedback=given, reply="已与服务商约谈")
    (own,) = year.read("filler", "{ feedbacks { nodes { id reply } } }")["feedbacks"]["nodes"]
    assert own == {"id": given, "reply": "已与服务商约谈"}
    assert year.read("provider", "{ feedbacks { nodes { id } } }")["feedbacks"]["nodes"] == [], "anonymous to the provider"
    return given


def filed_and_read(year: Programme, case: str) -> None:
    filing = year.says("district", "fileReport", "diagnosis { filing { number } }", diagnosis=case)["diagnosis"]["filing"]
    assert filing == {"number": "310117-2025-00001"}
    year.says("district", "appointReader", diagnosis=case, expert="person/reader", until="2025-12-31")
    advice = [{"indicator": DISPUTED, "text": "两个厂区统一规划"}]
    year.on("2025-07-10")
    year.says("reader", "recordReading", diagnosis=case, heldOn=year.today, findings="基础较好", recommendations=advice)
    measure = {"indicator": DISPUTED, "recommendation": 1, "text": "编制两厂区规划", "by": "2025-12-31"}
    year.says("enterprise", "planFollowUp", diagnosis=case, measures=[measure])


def sampled(year: Programme, case: str) -> None:
    """The draw of July was committed to in June; its frame holds the case, which another assesses blind."""
    year.on("2025-08-04")
    year.says("city", "fixFrame", draw="2025.07", beaconDay="2025-08-06")
    assert year.refused("city", "recordBeacon", draw="2025.07", beacon="08 11 19 23 30 31 05") == "BEACON_NOT_YET"
    year.on("2025-08-06")
    year.says("city", "recordBeacon", draw="2025.07", beacon="08 11 19 23 30 31 05")
    year.says("city", "revealDraw", draw="2025.07")
    assert year.refused("city", "assignReassessment", diagnosis=case, draw="2025.07", assessor="person/reader") != ""
    year.says("city", "assignReassessment", diagnosis=case, draw="2025.07", assessor="person/sampler")
    answers = [one | {"reason": "按现场记录"} for section in sections(2).values() for one in section]
    year.says("sampler", "giveReassessment", diagnosis=case, answers=answers)
    told = year.read("city", "{ sampledYear(year: 2025) { frame drawn adjudicated material } }")["sampledYear"]
    assert told == {"frame": 1, "drawn": 1, "adjudicated": 1, "material": 0}


def followed_up(year: Programme, case: str) -> None:
    """After six and twelve months the firm tells what was done and what it brought; the district closes."""
    change = {"indicator": DISPUTED, "name": "设备联网率", "unit": "%", "before": "31.5", "after": "48"}
    year.on("2026-01-12")
    year.says("enterprise", "reportFollowUp", diagnosis=case, month=6, done="已编制规划", changes=[change])
    year.on("2026-07-13")
    later = change | {"after": "62.25"}
    year.says("enterprise", "reportFollowUp", diagnosis=case, month=12, done="已接入同一平台", changes=[later])
    year.says("district", "closeFollowUp", diagnosis=case, conclusion="改进基本落实")


def report_of(year: Programme, case: str) -> str:
    asked = "query($id: ID!) { diagnosis(id: $id) { reports(last: 1) { nodes { url } } } }"
    (report,) = year.read("enterprise", asked, id=case)["diagnosis"]["reports"]["nodes"]
    return str(report["url"])


def repeated(year: Programme, first: str) -> None:
    """The year after: the same firm in the campaign that follows, verified at a higher level, and how far it rose is shown."""
    year.on("2026-07-20")
    days = {"since": "2026-07-20", "until": "2026-12-31"}
    year.says("city", "planCampaign", campaign="2026-repeat", name="2026 年度复诊", purpose="REPEAT", follows="2025", **days)
    case = opened(year, "2026-repeat", "REPEAT")
    for section, answers in sections(4).items():
        year.says("filler", "saveAnswers", diagnosis=case, section=section, answers=answers)
    year.says("confirmer", "pledgeTruth", diagnosis=case)
    year.says("filler", "submitSelfAssessment", diagnosis=case)
    visited(year, case, "2026-07-24")
    verified(year, case, 4)
    issued(year, case)
    year.says("confirmer", "confirmReport", diagnosis=case)
    totals = "query($id: ID!) { diagnosis(id: $id) { grade verifiedTotal } }"
    before, after = (year.read("enterprise", totals, id=one)["diagnosis"] for one in (first, case))
    assert (before["grade"], after["grade"]) == (3, 6)
    risen = Decimal(after["verifiedTotal"]) - Decimal(before["verifiedTotal"])
    printed = PdfReader(io.BytesIO(year.download("enterprise", report_of(year, case))))
    said = "".join("".join(page.extract_text().split()) for page in printed.pages)
    assert "与前次诊断比较" in said
    assert f"总分变化+{risen:.2f}分" in said
    year.says("city", "requestUplift", firstYear=2025, secondYear=2026, edition="2023")
    compute_waiting(year.city.installation.services, NEVER)
    told = "{ upliftRuns { nodes { status shares { nodes { district treated matched verdict } } } } }"
    (run,) = year.read("city", told)["upliftRuns"]["nodes"]
    assert {one["verdict"] for one in run["shares"]["nodes"]} == {"TOO_FEW"}, "one firm's rise is nobody's uplift"


def test_a_firm_goes_through_its_whole_year(programme: Programme) -> None:
    year = programme
    invited(year)
    case = filled_offline(year)
    year.on("2025-05-12")
    visited(year, case, "2025-05-15")
    form = tablet(year.download("diagnostician", f"/diagnoses/{case}/site-form.xlsx"))
    sha256 = year.uploaded("diagnostician", "SUBMISSION", "提交.json", form)
    year.says("diagnostician", "takeInSubmission", diagnosis=case, sha256=sha256)
    verified(year, case, 2, but=DISPUTED)
    year.on("2025-05-20")
    issued(year, case)
    complaint = heard(year, case)
    arbitrated(year, case)
    issued(year, case)
    year.says("confirmer", "confirmReport", diagnosis=case)
    filed_and_read(year, case)
    sampled(year, case)
    followed_up(year, case)
    repeated(year, case)
    assert complaint
