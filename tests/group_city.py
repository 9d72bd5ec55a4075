"""A group of firms in two districts, and the whole way of a diagnosis for any of them."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from domain.access import Role
from domain.diagnosis.objections import AnswerObjections, ObjectionAnswer, ObjectionItem, ObjectToReport
from domain.diagnosis.on_site import RecordSiteVisit, VerifyAnswers
from domain.diagnosis.opening import OpenDiagnosis
from domain.diagnosis.provider import AcceptDiagnosis
from domain.diagnosis.report import IssueReport
from domain.diagnosis.scoring import ScoreDiagnosis
from domain.diagnosis.self_assessment import AnswerGiven, PledgeTruth, SaveAnswers, SubmitSelfAssessment
from domain.diagnosis.state import Purpose, VerifiedAnswer
from domain.instants import city_day
from domain.kernel import Command
from domain.participants.enterprises import Firm
from domain.participants.organisations import OrganisationKind, RegisterOrganisation
from domain.participants.rosters.comparison import ImportRoster
from journal import Caller
from standards import Form
from tests.firm_ids import firm_id
from tests.small_city import CITY, FIRM, caller, sections
from tests.small_city import roster as small_roster

Send = Callable[[Caller, Command], Any]

USCCS = ("91310000132260250X", "91330100799655058B", "91110000802100433B", "9144030071526726XG")
IDS = tuple(map(firm_id, USCCS))
SEAT, NEAR, FAR, STRANGER = IDS
"""The headquarters, a member in its district, one in another district, and a firm of another group."""
PLACES = (("310117", "g1"), ("310117", "g1"), ("310115", "g1"), ("310117", "g2"))
REVENUES = ("900000", "60000", "20000", "5000")


def firms(**changed: Mapping[str, Any]) -> list[Firm]:
    """The firms, some of them stated otherwise, by their place in `IDS` ("f1")."""
    return [
        FIRM.model_copy(
            update={
                "uscc": uscc,
                "name": f"示例成员{number}号有限公司",
                "district": district,
                "subdistrict": None,
                "park": None,
                "reporting_unit": None,
                "group": group,
                "revenue_wan": Decimal(REVENUES[number]),
                **changed.get(f"f{number}", {}),
            }
        )
        for number, (uscc, (district, group)) in enumerate(zip(USCCS, PLACES, strict=True))
    ]


def roster(year: int, stated: list[Firm]) -> ImportRoster:
    return small_roster(year=year, digest=f"{year:064d}", rows=tuple(enumerate(stated, 2)))


def register_groups(send: Send, *known: str) -> None:
    for name in ("g1", "g2"):
        if name not in known:
            send(CITY, RegisterOrganisation(organisation=name, kind=OrganisationKind.GROUP, name=f"示例集团{name}"))


def diagnose(
    send: Send, enterprise: str, case: str, level: int, purpose: Purpose = Purpose.INITIAL, provider: str = "p1"
) -> None:
    """A diagnosis of the brief form, every indicator at one level, up to the issued report."""
    firm, mine = caller(Role.ENTERPRISE, enterprise), caller(Role.PROVIDER, provider)
    opening = OpenDiagnosis(
        diagnosis=case,
        enterprise=enterprise,
        campaign=case,
        purpose=purpose,
        form=Form.BRIEF,
        edition="2023",
        provider=provider,
        reason="试点",
    )
    send(CITY, opening)
    for section, answers in sections(level).items():
        given = {i: AnswerGiven(answer=a) for i, a in answers.items()}
        send(firm, SaveAnswers(diagnosis=case, section=section, answers=given))
    send(firm, PledgeTruth(diagnosis=case))
    send(firm, SubmitSelfAssessment(diagnosis=case))
    send(mine, AcceptDiagnosis(diagnosis=case))
    today = city_day(datetime.now(UTC))
    visit = RecordSiteVisit(diagnosis=case, visited_on=today, diagnosticians=2, functions=("生产",), notes="无异常")
    send(mine, visit)
    for section, answers in sections(level).items():
        found = {i: VerifiedAnswer(answer=a) for i, a in answers.items()}
        send(mine, VerifyAnswers(diagnosis=case, section=section, answers=found))
    send(mine, ScoreDiagnosis(diagnosis=case))
    send(mine, IssueReport(diagnosis=case))


def object_to(send: Send, enterprise: str, case: str) -> None:
    item = ObjectionItem(indicator="Z01", reason="与实际不符")
    send(caller(Role.ENTERPRISE, enterprise), ObjectToReport(diagnosis=case, items=(item,)))


def answer(send: Send, case: str, *, upheld: bool) -> None:
    reply = ObjectionAnswer(indicator="Z01", upheld=upheld, reason="已核")
    send(caller(Role.PROVIDER, "p1"), AnswerObjections(diagnosis=case, answers=(reply,)))
