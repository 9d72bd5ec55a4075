"""Case studies (plan R5): the firm consents to exactly this text, which names it only where it agreed to that."""

from typing import Any

import pytest

from domain.command_rights import ROLE_NOT_ALLOWED
from domain.diagnosis.follow_up_facts import FollowUp, follow_up_stream
from domain.diagnosis.state import Purpose, diagnosis_stream
from domain.kernel import LISTED_TWICE, NOT_FOUND
from domain.participants.enterprises import Enterprise, enterprise_stream
from domain.participants.organisations import Organisation, OrganisationKind, organisation_stream
from domain.programme.case_studies.case_study import (
    CASE_STUDIES,
    CASE_STUDY_CHANGE_UNKNOWN,
    CASE_STUDY_LATER_UNFIT,
    CASE_STUDY_NAMES_FIRM,
    CASE_STUDY_NAMING_NOT_AGREED,
    CASE_STUDY_OWN_TEXT,
    CASE_STUDY_TEXT_CHANGED,
    CASE_STUDY_UPLIFT_UNSETTLED,
    CASE_STUDY_WITHOUT_BASIS,
)
from domain.programme.case_studies.commands import (
    ApproveCaseStudy,
    ConsentToCaseStudy,
    DeclineCaseStudy,
    DraftCaseStudy,
    PublishCaseStudy,
    ReturnCaseStudy,
    ReviseCaseStudy,
    TakeDownCaseStudy,
    WithdrawCaseStudyConsent,
)
from domain.programme.case_studies.state import (
    CASE_STUDY_STATUS,
    CaseStudy,
    CaseStudyStatus,
    YearsOfUplift,
    case_study_stream,
)
from domain.programme.papers.paper import (
    PAPER_CASE_WITHDRAWN,
    PAPERS,
    PaperKind,
    PublishPaper,
    RecordPaper,
    RequestPaper,
)
from domain.programme.papers.tables import PaperCell, PaperTable, PaperTableName
from domain.programme.uplifts.uplift import uplift_stream
from tests.rules.cases import FIRM
from tests.rules.diagnosis import test_follow_up, test_readings
from tests.rules.given import AT, Given, given
from tests.rules.programme.test_uplifts import REQUEST, asked, record

OF = {"case_study": "c1"}
WHY = {"reason": "内部已调整"}
TEXT = {
    "title": "小批量生产的排产改进",
    "situation": "排产靠人工，订单变更后须半天重排。",
    "done": "上线排产系统并与设备联网。",
    "brought": "重排时间明显缩短。",
}
DRAFT = DraftCaseStudy(**OF, **TEXT, enterprise="e1", diagnosis="d1", changes=(1,))
REVISED = ReviseCaseStudy(**OF, **TEXT | {"brought": "重排由半天缩到半小时。"})
UPLIFT = YearsOfUplift(first_year=2023, second_year=2024, edition="2023")
OWN = FIRM.model_copy(update={"name": "上海恒远达精密机械有限公司", "subdistrict": "310117001", "park": "park"})
FILED = test_readings.filed().state
SECOND = FILED.model_copy(update={"purpose": Purpose.REPEAT})
WORLD: dict[str, Any] = {
    enterprise_stream("e1"): Enterprise(**OWN.model_dump(), stated={2023: OWN.model_copy(update={"name": "上海旧名称仪表厂"})}),
    diagnosis_stream("d1"): FILED,
    diagnosis_stream("d2"): SECOND,
    follow_up_stream("d1"): test_follow_up.report(test_follow_up.planned()).state,
    uplift_stream(2023, 2024, "2023"): asked().when(record(), "system").state,
    organisation_stream("310117001"): Organisation(kind=OrganisationKind.SUBDISTRICT, name="岳阳街道"),
    organisation_stream("park"): Organisation(kind=OrganisationKind.PARK, name="松江西部园区"),
}


def drafted(**changes: Any) -> Given:
    case = given(CASE_STUDIES).having_read(WORLD)
    return case.when(DRAFT.model_copy(update=changes), "district", "310117", "li").happened("casestudy.drafted.v1")


def digest(case: Given) -> str:
    assert isinstance(case.state, CaseStudy)
    return case.state.text.sha256


def approved(case: Given) -> Given:
    command = ApproveCaseStudy(**OF, text_sha256=digest(case))
    return case.when(command, "district", "310117", "wang").happened("casestudy.approved.v1")


def firm(case: Given, command: Any) -> Given:
    return case.when(command, "confirmer", "e1", "sun")


def consented(**changes: Any) -> Given:
    case = approved(drafted(**changes))
    consent = ConsentToCaseStudy(**OF, text_sha256=digest(case), named=changes.get("named", False))
    return firm(case, consent).happened("casestudy.consented.v1")


def published() -> Given:
    return consented().when(PublishCaseStudy(**OF), "city").happened("casestudy.published.v1")


def status(case: Given) -> CaseStudyStatus:
    assert case.facts
    assert isinstance(case.state, CaseStudy)
    return case.state.status


def test_a_case_study_shows_the_numbers_as_they_are_on_record() -> None:
    case = drafted(later="d2", uplift=UPLIFT)
    assert isinstance(case.state, CaseStudy)
    text = case.state.text
    [change] = text.changes
    assert (change.name, str(change.before), str(change.after)) == ("设备联网率", "31.5", "62.25")
    assert text.totals is not None
    assert text.uplift is not None
    assert (text.totals.first, text.totals.later) == (FILED.verified_measured.total, SECOND.verified_measured.total)
    assert (text.uplift.low <= text.uplift.points <= text.uplift.high, text.uplift.cause) == (True, "uplift/2023.2024.2023/1")
    assert text.firm is None


def test_it_rests_on_a_report_of_the_follow_up_or_on_a_later_diagnosis() -> None:
    bare = {follow_up_stream("d1"): FollowUp(enterprise="e1", provider="p1", rounds={})}
    case = given(CASE_STUDIES).having_read(WORLD | bare)
    case.when(DRAFT, "city").refused(CASE_STUDY_WITHOUT_BASIS, path="diagnosis")
    pair = {"later": "d2", "changes": ()}
    case.when(DRAFT.model_copy(update=pair), "city").happened("casestudy.drafted.v1")
    of_no_repeat = given(CASE_STUDIES).having_read(WORLD | {diagnosis_stream("d2"): FILED})
    of_no_repeat.when(DRAFT.model_copy(update=pair), "city").refused(CASE_STUDY_LATER_UNFIT, path="later")
    for later in ("d1", "d9"):
        again = DRAFT.model_copy(update={"later": later})
        given(CASE_STUDIES).having_read(WORLD).when(again, "city").refused(CASE_STUDY_LATER_UNFIT, path="later")
    unknown = DRAFT.model_copy(update={"changes": (1, 2)})
    given(CASE_STUDIES).having_read(WORLD).when(unknown, "city").refused(CASE_STUDY_CHANGE_UNKNOWN, path="changes.1")
    twice = DRAFT.model_copy(update={"changes": (1, 1)})
    given(CASE_STUDIES).having_read(WORLD).when(twice, "city").refused(LISTED_TWICE, path="changes.1")
    unsettled = DRAFT.model_copy(update={"uplift": UPLIFT.model_copy(update={"second_year": 2025})})
    given(CASE_STUDIES).having_read(WORLD).when(unsettled, "city").refused(CASE_STUDY_UPLIFT_UNSETTLED, path="uplift")
    anew = {**WORLD, uplift_stream(2023, 2024, "2023"): asked().when(record(), "system").when(REQUEST, "city").state}
    cites = DRAFT.model_copy(update={"uplift": UPLIFT})
    given(CASE_STUDIES).having_read(anew).when(cites, "city").refused(CASE_STUDY_UPLIFT_UNSETTLED, path="uplift")


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("title", "上海恒远达精密机械有限公司的排产"),
        ("situation", "恒远达精密机械 原来靠人工"),
        ("situation", "恒－远·达 原来靠人工"),
        ("done", "由旧名称仪表厂改制而来"),
        ("done", "统一社会信用代码 9131 0000 1322 6025 0X"),
        ("done", "组织机构代码 13226025-0"),
        ("brought", "岳阳街道的企业都来参观"),
        ("brought", "松江西部园区的企业都来参观"),
        ("brought", "厂址在新桥路88号"),
    ],
)
def test_an_anonymous_text_that_tells_the_firm_is_refused_with_the_place(field: str, text: str) -> None:
    case = given(CASE_STUDIES).having_read(WORLD)
    case.when(DRAFT.model_copy(update={field: text}), "city").refused(CASE_STUDY_NAMES_FIRM, path=field)
    named = drafted(named=True, **{field: text})
    assert isinstance(named.state, CaseStudy)
    assert named.state.text.firm == OWN.name
    case = drafted()
    case.when(REVISED.model_copy(update={field: text}), "city").refused(CASE_STUDY_NAMES_FIRM, path=field)


def test_a_firm_that_is_renamed_before_the_publication_is_looked_for_again() -> None:
    renamed = Enterprise(**OWN.model_copy(update={"name": "人工排产有限公司"}).model_dump())
    texts = {"situation": "改进前，人工排产须半天重排。"}
    case = consented(**texts).having_read({enterprise_stream("e1"): renamed})
    case.when(PublishCaseStudy(**OF), "city").refused(CASE_STUDY_NAMES_FIRM, path="situation", found="人工排产")


def test_another_person_reviews_exactly_this_text() -> None:
    case = drafted()
    of = {**OF, "text_sha256": digest(case)}
    case.when(ApproveCaseStudy(**of), "district", "310117", "li").refused(CASE_STUDY_OWN_TEXT)
    case.when(ReturnCaseStudy(**of, remark="补数据"), "district", "310117", "li").refused(CASE_STUDY_OWN_TEXT)
    other = ApproveCaseStudy(**OF, text_sha256="0" * 64)
    case.when(other, "city", by="wang").refused(CASE_STUDY_TEXT_CHANGED, path="text_sha256")
    back = case.when(ReturnCaseStudy(**of, remark="补数据"), "city", by="wang")
    assert status(back) is CaseStudyStatus.RETURNED
    back.when(ApproveCaseStudy(**of), "city", by="wang").refused(CASE_STUDY_STATUS, status="returned")
    revised = back.when(REVISED, "city", by="zhou").happened("casestudy.revised.v1")
    revised.when(ApproveCaseStudy(**OF, text_sha256=digest(revised)), "city", by="li").refused(CASE_STUDY_OWN_TEXT)
    revised.when(REVISED, "city", by="zhou").then()


def test_the_firm_consents_to_exactly_this_text_and_another_text_needs_another_consent() -> None:
    case = approved(drafted())
    firm(drafted(), ConsentToCaseStudy(**OF, text_sha256=digest(case))).refused(NOT_FOUND)
    firm(case, ConsentToCaseStudy(**OF, text_sha256="0" * 64)).refused(CASE_STUDY_TEXT_CHANGED, path="text_sha256")
    case.when(ConsentToCaseStudy(**OF, text_sha256=digest(case)), "filler", "e1").refused(ROLE_NOT_ALLOWED)
    agreed = consented()
    changed = agreed.when(REVISED, "district", "310117", "li")
    assert status(changed) is CaseStudyStatus.DRAFTED
    changed.when(PublishCaseStudy(**OF), "city").refused(CASE_STUDY_STATUS, status="drafted")
    again = approved(changed)
    again.when(PublishCaseStudy(**OF), "city").refused(CASE_STUDY_STATUS, status="reviewed")


def test_the_firm_is_named_only_where_it_agrees_to_that_too() -> None:
    case = approved(drafted(named=True))
    consent = ConsentToCaseStudy(**OF, text_sha256=digest(case))
    firm(case, consent).refused(CASE_STUDY_NAMING_NOT_AGREED, path="named")
    firm(case, consent.model_copy(update={"named": True})).happened("casestudy.consented.v1")


def test_a_firm_declines_or_takes_its_consent_back_before_and_after_the_publication() -> None:
    assert status(firm(approved(drafted()), DeclineCaseStudy(**OF, **WHY))) is CaseStudyStatus.DECLINED
    before = firm(consented(), WithdrawCaseStudyConsent(**OF, **WHY))
    assert status(before) is CaseStudyStatus.WITHDRAWN
    before.when(PublishCaseStudy(**OF), "city").refused(CASE_STUDY_STATUS, status="withdrawn")
    after = firm(published(), WithdrawCaseStudyConsent(**OF, **WHY))
    assert status(after) is CaseStudyStatus.WITHDRAWN
    assert isinstance(after.state, CaseStudy)
    assert after.state.published_on == AT.date(), "the record stays"
    firm(after, WithdrawCaseStudyConsent(**OF, **WHY)).refused(CASE_STUDY_STATUS, status="withdrawn")


def test_a_published_text_changes_no_more_and_the_city_may_take_it_down() -> None:
    case = published()
    case.when(REVISED, "district", "310117", "li").refused(CASE_STUDY_STATUS, status="published")
    case.when(TakeDownCaseStudy(**OF, **WHY), "district", "310117").refused(ROLE_NOT_ALLOWED)
    assert status(case.when(TakeDownCaseStudy(**OF, **WHY), "city")) is CaseStudyStatus.WITHDRAWN
    assert status(case.when(REVISED, "district", "310117", "li")) is CaseStudyStatus.DRAFTED


def test_what_is_not_there_answers_alike() -> None:
    given(CASE_STUDIES).having_read(WORLD).when(DRAFT.model_copy(update={"enterprise": "e2"}), "city").refused(NOT_FOUND)
    given(CASE_STUDIES).having_read(WORLD).when(PublishCaseStudy(**OF), "city").refused(NOT_FOUND)
    drafted().when(DRAFT, "district", "310117").refused(NOT_FOUND)
    given(CASE_STUDIES).having_read(WORLD).when(DRAFT, "provider", "p1").refused(ROLE_NOT_ALLOWED)


def test_a_collection_is_published_while_every_case_of_its_draft_is_public_with_that_text() -> None:
    of = {"kind": PaperKind.CASE_COLLECTION, "year": 2024}
    case, reads = published(), case_study_stream("c1")
    cells = (PaperCell(row="c1", column=digest(case)),)
    table = PaperTable(table=PaperTableName.CASES, cells=cells, digest="a" * 64)
    told = {"method": "collection/1", "position": 9, "input_digest": "b" * 64, "basis": "c" * 64, "rule": None, "uplift": None}

    def publish(state: Any) -> Given:
        paper = given(PAPERS).having_read({reads: state}).when(RequestPaper(**of), "city")
        recorded = paper.when(RecordPaper(**of, requested=1, tables=(table,), **told), "system").happened("paper.computed.v2")
        return recorded.when(PublishPaper(**of), "city")

    publish(case.state).happened("paper.published.v1")
    publish(firm(case, WithdrawCaseStudyConsent(**OF, **WHY)).state).refused(PAPER_CASE_WITHDRAWN, cases=1)
    publish(consented(title="另一文稿").state).refused(PAPER_CASE_WITHDRAWN, cases=1)
