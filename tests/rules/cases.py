"""A diagnosis of the brief form on its way, each step through the rules: opened, submitted, accepted … confirmed."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from domain.diagnosis.case import DIAGNOSES
from domain.diagnosis.evidence import AttachEvidence
from domain.diagnosis.objections import AnswerObjections, ObjectionAnswer, ObjectionItem, ObjectToReport
from domain.diagnosis.on_site import RecordSiteVisit, VerifyAnswers
from domain.diagnosis.opening import OpenDiagnosis
from domain.diagnosis.provider import AcceptDiagnosis
from domain.diagnosis.report import ConfirmReport, IssueReport
from domain.diagnosis.review import HandInReport, ReviewCheck, ReviewItem, ReviewReport
from domain.diagnosis.scoring import ScoreDiagnosis
from domain.diagnosis.self_assessment import AnswerGiven, PledgeTruth, SaveAnswers, SubmitSelfAssessment
from domain.diagnosis.state import Purpose, VerifiedAnswer
from domain.diagnosis.withdrawal import WithdrawDiagnosis
from domain.kernel import Command
from domain.participants.enterprises import Firm, enterprise_stream
from domain.participants.organisations import Organisation, OrganisationKind, organisation_stream
from domain.standard.editions import PublishedEdition, edition_stream
from standards import Answer, Form
from tests.rules.firms import EDITION, answer_at
from tests.rules.given import AT, MADE, Given, given

FIRM = Firm(
    uscc="91310000132260250X",
    name="示例精密机械有限公司",
    district="310117",
    industry="C34",
    employees=320,
    revenue_wan=Decimal(21000),
    size_class="medium",
    above_scale=True,
)
WORLD: Mapping[str, Any] = {
    edition_stream("2023"): PublishedEdition(edition=EDITION, digest=EDITION.digest),
    enterprise_stream("e1"): FIRM,
    organisation_stream("p1"): Organisation(kind=OrganisationKind.PROVIDER, name="示例服务商"),
    organisation_stream("p2"): Organisation(kind=OrganisationKind.PROVIDER, name="另一服务商"),
    organisation_stream("310117"): Organisation(kind=OrganisationKind.DISTRICT, name="松江区"),
}
FILE = MADE["file"]
OPENING = OpenDiagnosis(
    diagnosis="d1",
    enterprise="e1",
    campaign="2024",
    purpose=Purpose.INITIAL,
    form=Form.BRIEF,
    edition="2023",
    provider="p1",
)


def by_section(answers: Mapping[str, Answer]) -> dict[str, dict[str, Answer]]:
    """Answers of the brief form, by dimension."""
    found: dict[str, dict[str, Answer]] = {}
    for item in EDITION.of(Form.BRIEF):
        if item.id in answers:
            found.setdefault(item.dimension, {})[item.id] = answers[item.id]
    return found


def uniform(level: int) -> dict[str, Answer]:
    return {item.id: answer_at(item, level) for item in EDITION.of(Form.BRIEF)}


def save(section: str, answers: Mapping[str, Answer], replaces: int = 0) -> SaveAnswers:
    given_answers = {i: AnswerGiven(answer=answer, replaces=replaces) for i, answer in answers.items()}
    return SaveAnswers(diagnosis="d1", section=section, answers=given_answers)


def verify(section: str, answers: Mapping[str, Answer], reason: str | None = None) -> VerifyAnswers:
    found = {i: VerifiedAnswer(answer=answer, reason=reason) for i, answer in answers.items()}
    return VerifyAnswers(diagnosis="d1", section=section, answers=found)


def firm(case: Given, command: Command) -> Given:
    return case.when(command, "enterprise", "e1")


def provider(case: Given, command: Command) -> Given:
    return case.when(command, "provider", "p1")


def opened(**changes: Any) -> Given:
    command = OpenDiagnosis.model_validate(OPENING.model_dump() | changes)
    return given(DIAGNOSES).having_read(WORLD).when(command, "city").accepted


def filled(answers: Mapping[str, Answer] | None = None) -> Given:
    case = opened()
    for section, part in by_section(answers or uniform(3)).items():
        case = firm(case, save(section, part)).accepted
    return case


def submitted(answers: Mapping[str, Answer] | None = None) -> Given:
    case = firm(filled(answers), PledgeTruth(diagnosis="d1"))
    return firm(case, SubmitSelfAssessment(diagnosis="d1")).accepted


def accepted(answers: Mapping[str, Answer] | None = None) -> Given:
    return provider(submitted(answers), AcceptDiagnosis(diagnosis="d1")).accepted


VISIT = RecordSiteVisit(
    diagnosis="d1", visited_on=AT.date(), diagnosticians=2, functions=("生产", "质量"), notes="无异常"
)
EVIDENCE = AttachEvidence(
    diagnosis="d1",
    sha256="e" * 64,
    filename="数字化规划.pdf",
    media_type="application/pdf",
    size=1234,
    indicators=("Z01", "Z04"),
)


def verified(found: Mapping[str, Answer] | None = None, *, visited: bool = True) -> Given:
    case = accepted()
    if visited:
        case = provider(case, VISIT).accepted
    for section, part in by_section(found or uniform(3)).items():
        case = provider(case, verify(section, part, "现场所见不同")).accepted
    return case


def scored(*, visited: bool = True) -> Given:
    return provider(verified(visited=visited), ScoreDiagnosis(diagnosis="d1")).accepted


HAND_IN = HandInReport(diagnosis="d1", summary="三项与自评不同，理由见各指标")


def reviewed(*unmet: ReviewItem, **changes: Any) -> ReviewReport:
    """A review that passes, or returns the report for some items."""
    checks = tuple(ReviewCheck(item=item, met=item not in unmet) for item in ReviewItem)
    stated: dict[str, Any] = {"passed": not unmet, "checks": checks, "conclusion": "符合要求" if not unmet else "请补理由"}
    return ReviewReport(diagnosis="d1", **stated | changes)


def issued() -> Given:
    return provider(scored(), IssueReport(diagnosis="d1")).accepted


def objection(*indicators: str) -> ObjectToReport:
    return ObjectToReport(
        diagnosis="d1", items=tuple(ObjectionItem(indicator=i, reason="与实际不符") for i in indicators)
    )


def answered(**upheld: bool) -> AnswerObjections:
    return AnswerObjections(
        diagnosis="d1",
        answers=tuple(ObjectionAnswer(indicator=i, upheld=is_so, reason="已核") for i, is_so in upheld.items()),
    )


def objected(*indicators: str) -> Given:
    return firm(issued(), objection(*(indicators or ("Z01",)))).accepted


def confirmed() -> Given:
    return firm(issued(), ConfirmReport(diagnosis="d1")).accepted


def withdrawn() -> Given:
    return opened().when(WithdrawDiagnosis(diagnosis="d1", reason="企业停产"), "district", "310117").accepted
