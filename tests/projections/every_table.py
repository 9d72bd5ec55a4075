"""A city that has rows in every table of the read models 全表城市, and the read models of it on each engine."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import orjson
import pytest

from domain.access import Everything, Nothing, Role
from domain.diagnosis.arbitration import GiveArbiterOpinion, RequestArbitration, SettleArbitration
from domain.diagnosis.assignments import AssignExpert, ReleaseExpert
from domain.diagnosis.campaign_limits import SetCampaignLimits
from domain.diagnosis.campaign_targets import SplitCampaignTarget, SubdistrictShare
from domain.diagnosis.campaigns import InviteFirms, PlanCampaign
from domain.diagnosis.deferrals import DeferQuestions
from domain.diagnosis.equatings.equating import RequestEquating
from domain.diagnosis.external.batch import AcceptBatchRows, SendResultBatch
from domain.diagnosis.external.rows import ReadRow
from domain.diagnosis.filing import FileReport
from domain.diagnosis.follow_up import PlanFollowUp
from domain.diagnosis.follow_up_facts import PlannedMeasure
from domain.diagnosis.objections import AnswerObjections, ObjectionAnswer, ObjectionItem, ObjectToReport
from domain.diagnosis.on_site import VerifyAnswers
from domain.diagnosis.provider import AcceptDiagnosis
from domain.diagnosis.readings import AppointReader, RecordReading
from domain.diagnosis.report import ConfirmReport, IssueReport
from domain.diagnosis.result_credentials import IssueResultCredential
from domain.diagnosis.review import HandInReport, ReviewCheck, ReviewItem, ReviewReport
from domain.diagnosis.scoring import RecordExpertReview, ScoreDiagnosis
from domain.diagnosis.self_assessment import AnswerGiven, PledgeTruth, SaveAnswers, SubmitSelfAssessment
from domain.diagnosis.state import ArbiterFinding, Deferral, ExpertRecommendation, Purpose, VerifiedAnswer
from domain.diagnosis.visits import AgreeToVisit, PlanSiteVisit, RecordInterview, SignInOnSite
from domain.governance.contact_reminders import RemindOfContact
from domain.governance.dated_rules import ProposeRule, SetRule, dated_rule_on
from domain.governance.proceedings.hearing import GiveStatement
from domain.governance.proceedings.opening import OpenProceeding, ServeNotice, WithdrawProceeding
from domain.governance.proceedings.state import ProceedingKind
from domain.governance.qualification import CertificateGrade
from domain.governance.rule_bodies.body import RuleKind
from domain.governance.ties import DeclareTie, EndTie, TieKind
from domain.governance.working_calendar import Holiday, SetWorkingCalendar
from domain.instants import city_day, microseconds
from domain.kernel import stream_of
from domain.participants.consents import GrantConsent, RevokeConsent
from domain.participants.endpoints.commands import RegisterEndpoint
from domain.participants.enterprises import Firm
from domain.participants.headquarters import NameHeadquarters
from domain.participants.organisations import OrganisationKind, RegisterOrganisation
from domain.participants.people.memberships import GrantMembership
from domain.participants.people.registration import InvitePerson, RegisterPerson
from domain.programme.demands.demand import PublishDemand
from domain.programme.demands.gap_consent import ConsentToChainLeader, SetSupplierNaming
from domain.programme.demands.offer_commands import MakeOffer
from domain.programme.demands.service_list import RecordServiceList
from domain.programme.demands.solution import PublishSolution
from domain.programme.designations import RecordDesignation
from domain.programme.implementation_facts import ImplementationStandard, StandardGap
from domain.programme.implementations import ListStandardGaps
from domain.programme.packages.making import RequestPackage
from domain.programme.packages.terms import Counterpart, PackageClassification, PackageGranularity
from domain.programme.papers.paper import PaperKind, RequestPaper
from domain.programme.policies.conditions import Designation
from domain.programme.policies.policy import DraftPolicy
from domain.programme.sessions.question import AskOutreachQuestion
from domain.programme.sessions.schedule import SetOutreachSchedule
from domain.programme.sessions.session import AnnounceOutreachSession, InviteToOutreachSession, PlanOutreachSession
from domain.programme.sessions.state import OutreachKind
from domain.programme.targets import Measure, SetTarget
from domain.programme.unit_targets import SetUnitTarget
from domain.programme.uplifts.uplift import RequestUplift
from domain.providers.calibration import SetCalibrationCases
from domain.providers.certificates import GrantCertificate
from domain.providers.exams.enrolment import EnrolForExam
from domain.providers.exams.paper import commitment_of
from domain.providers.feedback.giving import GiveFeedback
from domain.providers.feedback.handling import TakeUpFeedback
from domain.providers.feedback.state import FeedbackKind, FeedbackMilestone, FeedbackScore, FeedbackSubject
from domain.providers.matching.matching import RequestMatching
from domain.providers.overstatements.overstatement import RequestOverstatement
from domain.providers.ratings.numbers import ProviderInputs
from domain.providers.ratings.rating import FixRatingInputs
from domain.providers.subsidies.subsidy import RecordDistrictSubsidy
from domain.providers.training import PublishTraining
from domain.standard.crosswalks.crosswalk import ChangeCrosswalk, ProposeCrosswalk, PublishCrosswalk, ReviewCrosswalk
from domain.standard.crosswalks.state import crosswalk_id
from domain.standard.edition_mapping import mapping_command
from domain.standard.editions import PublishEdition
from domain.standard.improvement_costs import SetImprovementCosts
from domain.standard.revision.state import Verdict
from journal import Journal, NewEntry, open_journal
from projections import ReadModels, open_read_models
from projections.participants.enterprises import EnterpriseFilter
from standards import CostUnit, edition_mappings, load_composition, training_text
from standards.external.crosswalk import CrosswalkRow
from tests.firm_ids import SALT, firm_id
from tests.projections.named_contact import contact_named
from tests.revising_city import put_to_consultation, review_erratum, shadow_runs
from tests.selecting_city import SelectingCity, adopt
from tests.small_city import CITY, ENTERPRISE, FILLER, FIRM, PROVIDER, City, caller, loan, opening, roster, sections
from tests.test_registry import HISTORIES

ANY = EnterpriseFilter()
TODAY = city_day(datetime.now(UTC))
PROGRAM = replace(caller(Role.SYSTEM, ""), scope=Everything())
LAST_DAY, QUARTER = TODAY + timedelta(days=30), f"{TODAY.year}Q{(TODAY.month + 2) // 3}"
USCCS = ("91330100799655058B", "91110000802100433B", "9144030071526726XG")


def firm(uscc: str, **rest: object) -> Firm:
    return FIRM.model_copy(update={"uscc": uscc, **rest})


OTHERS = (
    firm(USCCS[0], name="示例临港新材料有限公司", district="310115", park="lingang", reporting_unit="lingang", group="g1"),
    firm(USCCS[1], name="示例嘉定汽车零部件有限公司", district="310114", subdistrict="310114001"),
    firm(USCCS[2], name="示例电子有限公司", district="310117", group="g1"),
)


CONSENTING = firm_id(USCCS[0])
FEEDBACK = GiveFeedback(
    feedback="f1",
    diagnosis="d1",
    milestone=FeedbackMilestone.REPORT,
    about="diagnosis/d1/1",
    kind=FeedbackKind.COMPLAINT,
    scores=(FeedbackScore(subject=FeedbackSubject.PROVIDER, score=2),),
    text="现场访谈准备不足",
    anonymous=True,
)


NO_JOBS = ProviderInputs(provider="p1", jobs=0, comparable=True, components=())


@pytest.fixture
def journal(url: str) -> Iterator[Journal]:
    """A demo's, because a directory takes weeks."""
    opened = open_journal(url, demo=True)
    yield opened
    opened.close()


@pytest.fixture
def city(journal: Journal) -> City:
    city = SelectingCity(journal, datetime.now(UTC) - timedelta(days=30))
    adopt(city)
    contact = contact_named(city, TODAY)
    city.clock = lambda: datetime.now(UTC)
    city.send(PROGRAM, RemindOfContact(person="lian", membership="m1", confirmed_on=contact))
    city.send(CITY, roster(digest="3" * 64, rows=tuple(enumerate(OTHERS, 3))))
    costs = {**dict.fromkeys(("choice", "ratio", "count", "outcome"), (1, 2, 3, 4, 5)), "option": 1}
    city.send(CITY, SetImprovementCosts(edition="2023", since=TODAY, unit=CostUnit.EFFORT, source="试验", mark="P", **costs))
    city.send(CITY, SetTarget(year=2024, measure=Measure.SHARE_DIAGNOSED, at_least=Decimal(60), clause="plan G2", mark="V"))
    object_and_confirm(city, city.issued())
    city.send(CITY, RegisterPerson(person="u1", name="x"))
    grant = GrantMembership(person="u1", membership="m1", role=Role.ENTERPRISE, organisation=ENTERPRISE, since="2024-01-01")
    city.send(CITY, grant)
    open_to_others(city)
    outreach(city)
    supply(city)
    map_editions(city)
    map_to_another_model(city)
    put_to_consultation(city)
    review_erratum(city)
    shadow_runs(city)
    govern(city)
    certify(city)
    set_under_way(city)
    sampled(journal)
    return city


def object_and_confirm(city: City, case: str) -> None:
    """An objection upheld, a review by experts, and the report issued anew and confirmed."""
    items = tuple(ObjectionItem(indicator=one, reason="证据未计") for one in ("Z01", "Z04"))
    city.send(FILLER, ObjectToReport(diagnosis=case, items=items))
    replies = tuple(ObjectionAnswer(indicator=i, upheld=i == "Z01", reason="已核") for i in ("Z01", "Z04"))
    city.send(PROVIDER, AnswerObjections(diagnosis=case, answers=replies))
    (section, found), *_ = ((one, a["Z01"]) for one, a in sections(3).items() if "Z01" in a)
    again = {"Z01": VerifiedAnswer(answer=found)}
    city.send(PROVIDER, VerifyAnswers(diagnosis=case, section=section, answers=again))
    city.send(CITY, RecordExpertReview(diagnosis=case, conclusion="同意"))
    city.send(PROVIDER, ScoreDiagnosis(diagnosis=case))
    city.send(PROVIDER, HandInReport(diagnosis=case, summary="一项经异议重新核验"))
    checks = tuple(ReviewCheck(item=item, met=True) for item in ReviewItem)
    city.send(caller(Role.REVIEWER, "p1"), ReviewReport(diagnosis=case, passed=True, checks=checks, conclusion="符合要求"))
    city.send(PROVIDER, IssueReport(diagnosis=case))
    arbitrate(city, case)
    city.send(FILLER, ConfirmReport(diagnosis=case))
    city.send(caller(Role.DISTRICT, FIRM.district), FileReport(diagnosis=case))
    read_with_the_firm(city, case)
    measures = (PlannedMeasure(indicator="Z01", recommendation=1, text="编制规划", by=TODAY + timedelta(days=90)),)
    city.send(FILLER, PlanFollowUp(diagnosis=case, measures=measures))


def read_with_the_firm(city: City, case: str) -> None:
    """An expert is appointed and reads the report with the firm."""
    held = {"membership": "m3", "role": Role.READER, "organisation": "experts", "since": TODAY}
    city.send(CITY, RegisterPerson(person="lu", name="x"))
    city.send(CITY, GrantMembership(person="lu", **held))
    city.send(CITY, AppointReader(diagnosis=case, assignment="r1", expert="lu", until=TODAY))
    reader = replace(caller(Role.READER, "experts"), actor="lu", scope=Everything())
    advice = (ExpertRecommendation(indicator="Z01", text="先做数字化规划"),)
    city.send(reader, RecordReading(diagnosis=case, held_on=TODAY, findings="基础较好", recommendations=advice))


def arbitrate(city: City, case: str) -> None:
    """What was not upheld goes to an arbiter, and is withdrawn after the opinion."""
    city.send(FILLER, RequestArbitration(diagnosis=case, items=(ObjectionItem(indicator="Z04", reason="证据未计"),)))
    [opened] = [one for one in city.journal.since(0, 10_000) if one.stream.startswith("proceeding/arbitration.")]
    of = {"proceeding": opened.stream.removeprefix("proceeding/")}
    city.send(CITY, ServeNotice(**of))
    city.send(PROVIDER, GiveStatement(**of, text="与现场一致", asks_hearing=False))
    finding = ArbiterFinding(indicator="Z04", upheld=False, reason="经查")
    arbiter = replace(caller(Role.ARBITER, "experts"), scope=Everything())
    city.send(arbiter, GiveArbiterOpinion(diagnosis=case, findings=(finding,)))
    city.send(FILLER, WithdrawProceeding(**of, reason="已协商一致"))
    city.send(PROGRAM, SettleArbitration(diagnosis=case))


def map_editions(city: City) -> None:
    """A mapping that holds from tomorrow on: the plain edition for all but headquarters, of which there is one."""
    city.send(CITY, PublishEdition(**dict(load_composition("2023-group-headquarters"))))
    [authored] = edition_mappings().mappings
    city.send(CITY, RegisterOrganisation(organisation="g1", kind=OrganisationKind.GROUP, name="示例集团"))
    city.send(CITY, NameHeadquarters(group="g1", enterprise=CONSENTING, since=TODAY))
    city.send(CITY, mapping_command(authored.model_copy(update={"since": TODAY + timedelta(days=1), "editions": {}})))


def map_to_another_model(city: City) -> None:
    """A crosswalk of one row, approved by two experts and published."""
    of = {"crosswalk": crosswalk_id("2023", "cmmm-2020")}
    row = CrosswalkRow(indicator="Z01", node="people", relation="close", rationale="示例", confidence="0.5")
    stated = {"title": "示例", "source": "示例", "mark": "P"}
    city.send(CITY, ProposeCrosswalk(**of, edition="2023", external_edition="cmmm-2020", **stated))
    city.send(CITY, ChangeCrosswalk(**of, draft_version=1, rows=(row,)))
    for person in ("expert1", "expert2"):
        expert = replace(caller(Role.READER, "experts"), actor=person, scope=Everything())
        city.send(expert, ReviewCrosswalk(**of, draft_version=2, verdict=Verdict.APPROVE, grounds="示例"))
    city.send(CITY, PublishCrosswalk(**of, draft_version=2))


def govern(city: City) -> None:
    """A rule set and one proposed, next year's calendar, and a complaint that waits for its answer."""
    stated = {"since": TODAY, "source": "示例", "mark": "I"}
    for kind, command in ((RuleKind.SELECTION, SetRule), (RuleKind.RATING, ProposeRule)):
        city.send(CITY, command(body=dated_rule_on(None, kind, TODAY).body, **stated))
    holidays = (Holiday(name="元旦", first=date(2027, 1, 1), last=date(2027, 1, 3)),)
    city.send(CITY, SetWorkingCalendar(year=2027, holidays=holidays, workdays=(), source="示例", mark="I"))
    complaint = OpenProceeding(
        proceeding="x1",
        kind=ProceedingKind.COMPLAINT,
        provider="p1",
        enterprise=ENTERPRISE,
        about="diagnosis/d1",
        cause="diagnosis/d1/1",
        asked="更换诊断师",
        grounds="未按约到场",
    )
    city.send(FILLER, complaint)
    city.send(CITY, ServeNotice(proceeding="x1"))


def certify(city: City) -> None:
    """A diagnostician of the provider with a certificate, before an examination and a calibration, and a rated year."""
    city.send(CITY, GrantMembership(person="wu", membership="m2", role=Role.DIAGNOSTICIAN, organisation="p1", since=TODAY))
    certificate = GrantCertificate(
        person="wu",
        number="ZDS-2024-000000000001",
        grade=CertificateGrade.DIAGNOSTICIAN,
        editions=("2023",),
        since=TODAY,
        recognised="试点期间考核合格",
    )
    city.send(CITY, certificate)
    text = training_text("2023")
    city.send(CITY, PublishTraining(text=text))
    city.send(CITY, EnrolForExam(training="2023", person="wu", nonce="0" * 32, commitment=commitment_of("5" * 64)))
    cases = tuple(case.id for case in text.gold_cases)
    city.send(CITY, SetCalibrationCases(quarter=QUARTER, training="2023", cases=cases, closes=LAST_DAY))
    city.send(CITY, FixRatingInputs(year=2023, position=1, inputs=(NO_JOBS,)))


PACKAGE = {
    "counterpart": Counterpart.MIIT_PILOT,
    "recipient": "部试点平台办公室",
    "purpose": "年度试点对接",
    "classification": PackageClassification.INTERNAL,
    "granularity": PackageGranularity.COUNTS,
    "edition": "2023",
}


def set_under_way(city: City) -> None:
    """A campaign with a firm that begins its diagnosis, a provider's tie that is over, a job that its district pays for."""
    days = {"since": TODAY, "until": TODAY + timedelta(days=200)}
    city.send(CITY, PlanCampaign(campaign="repeat", name="复诊批次", purpose=Purpose.REPEAT, follows=None, **days))
    city.send(CITY, SetCampaignLimits(campaign="repeat", since=TODAY, source="示例", mark="I"))
    share = SubdistrictShare(subdistrict="310117001", firms=1)
    city.send(CITY, SplitCampaignTarget(campaign="repeat", district="310117", firms=2, shares=(share,)))
    district = caller(Role.DISTRICT, FIRM.district)
    city.send(district, InviteFirms(campaign="repeat", enterprises=(ENTERPRISE,)))
    city.send(CITY, opening("d2").model_copy(update={"campaign": "repeat", "purpose": Purpose.REPEAT}))
    city.send(FILLER, FEEDBACK)
    city.send(CITY, TakeUpFeedback(feedback="f1"))
    tie = {"provider": "p1", "kind": TieKind.VENDOR, "party": "g1", "source": "合同"}
    city.send(CITY, DeclareTie(**tie, since=TODAY))
    city.send(CITY, EndTie(**tie, last=TODAY))
    city.send(district, RequestMatching(matching="m1", district=FIRM.district, enterprises=(ENTERPRISE,)))
    handed = {"enterprise": ENTERPRISE, "consent": "c3"}
    city.send(FILLER, GrantConsent(**handed, bank="bank", purpose="授信", since=TODAY, until=LAST_DAY))
    city.send(FILLER, IssueResultCredential(**handed, diagnosis="d1", number="ZDR-2024-000000000001"))
    city.send(FILLER, RevokeConsent(**handed))
    city.send(caller(Role.PARTNER, "*"), RegisterEndpoint(endpoint="w1", url="https://erp.example/events"))
    held = {"enterprise": ENTERPRISE, "designation": Designation.SPECIALISED, "since": TODAY, "source": "示例", "mark": "I"}
    city.send(district, RecordDesignation(**held))
    gaps = (StandardGap(indicator="Z01", text="无数据管理制度"),)
    city.send(FILLER, ListStandardGaps(enterprise=ENTERPRISE, standard=ImplementationStandard.DCMM, diagnosis="d1", gaps=gaps))
    city.send(CITY, DraftPolicy(policy="y1", terms=loan(TODAY), source="示例", mark="I"))
    city.send(CITY, RequestUplift(first_year=TODAY.year - 1, second_year=TODAY.year, edition="2023"))
    city.send(CITY, RequestEquating(external_edition="dcmm-2018", edition="2023"))
    city.send(CITY, RequestOverstatement(year=TODAY.year, edition="2023"))
    city.send(CITY, RequestPackage(package="k1", **PACKAGE))
    city.send(CITY, RequestPaper(kind=PaperKind.WHITE_PAPER, year=TODAY.year))
    city.send(CITY, RecordDistrictSubsidy(year=TODAY.year, diagnosis="d1", fen=100, source="示例"))
    others_assessment(city)
    visit(city)
    put_off(city)


def others_assessment(city: City) -> None:
    """A certificate that another granted a firm, in a batch that the city accepted."""
    row = ReadRow(row=2, uscc=FIRM.uscc, number="DCMM-31-0001", level="受管理级", assessed_on=date(2024, 3, 1))
    how = {"model": "dcmm", "stated_on": TODAY, "sender": "city", "reach": "*", "digest": "c" * 64, "filename": "证书.csv"}
    city.send(CITY, SendResultBatch(name="b1", rows=(row,), findings=(), refused_rows=0, salt=SALT, **how))
    city.send(CITY, AcceptBatchRows(batch="city.b1", rows=(2,), reason="与发证机构核对无误"))


def visit(city: City) -> None:
    """Two certified diagnosticians of the provider visit the firm by plan."""
    city.send(CITY, RegisterPerson(person="sun", name="x"))
    grant = GrantMembership(person="sun", membership="m1", role=Role.DIAGNOSTICIAN, organisation="p1", since=TODAY)
    city.send(CITY, grant)
    stated = {"grade": CertificateGrade.DIAGNOSTICIAN, "editions": ("2023",), "since": TODAY, "recognised": "试点期间考核合格"}
    city.send(CITY, GrantCertificate(person="sun", number="ZDS-2024-000000000002", **stated))
    of = {"diagnosis": "d2"}
    for section, answers in sections(3).items():
        city.send(FILLER, SaveAnswers(**of, section=section, answers={i: AnswerGiven(answer=a) for i, a in answers.items()}))
    city.send(FILLER, PledgeTruth(**of))
    city.send(FILLER, SubmitSelfAssessment(**of))
    city.send(PROVIDER, AcceptDiagnosis(**of))
    city.send(PROVIDER, PlanSiteVisit(**of, day=TODAY, team=("wu", "sun"), functions=("生产",), agenda="请备设备台账"))
    city.send(FILLER, AgreeToVisit(**of))
    on_site = replace(caller(Role.DIAGNOSTICIAN, "p1"), actor="wu")
    city.send(on_site, SignInOnSite(**of, place="一号厂房"))
    city.send(on_site, RecordInterview(**of, function="生产", notes="已看现场"))


def put_off(city: City) -> None:
    """Another firm begins its diagnosis and puts a question off."""
    city.send(CITY, opening("d3").model_copy(update={"enterprise": CONSENTING, "provider": None}))
    later = DeferQuestions(diagnosis="d3", indicators=("Z01",), deferral=Deferral.COME_BACK_LATER)
    city.send(caller(Role.FILLER, CONSENTING), later)


STORED_KEYS = {
    "draw": "2024.06", "reassessment": "d1", "screening": "s1", "signal": "g1", "agreement": "a1",
    "duty": "t1", "strength": "support", "casestudy": "c1", "partnercontract": "k1",
}
"""Kind -> key of the history that is taken as it is stored."""


def outreach(city: City) -> None:
    """A session with a firm in it and a question, and a unit's schedule."""
    city.send(CITY, RegisterOrganisation(organisation="310117", kind=OrganisationKind.DISTRICT, name="松江区"))
    city.send(CITY, SetUnitTarget(unit="310117", year=2024, firms=1, clause="plan G4", mark="I"))
    town = {"organisation": "310117001", "kind": OrganisationKind.SUBDISTRICT, "name": "岳阳街道"}
    city.send(CITY, RegisterOrganisation(**town, parent="310117"))
    when = {"held_on": LAST_DAY, "begins": "09:30", "ends": "11:30", "place": "会议室"}
    said = {"kind": OutreachKind.BRIEFING, "topic": "填报说明", "host": "经委"}
    city.send(CITY, PlanOutreachSession(outreach_session="s1", **said, **when))
    city.send(CITY, AnnounceOutreachSession(outreach_session="s1"))
    city.send(CITY, InviteToOutreachSession(outreach_session="s1", enterprises=(ENTERPRISE,)))
    city.send(FILLER, AskOutreachQuestion(outreach_question="q1", outreach_session="s1", enterprise=ENTERPRISE, text="谁填？"))
    city.send(CITY, SetOutreachSchedule(unit="310117", weeks=6, since=TODAY))


def supply(city: City) -> None:
    """A solution on a yearly list, a demand with an offer for it, and a consent to a group."""
    city.send(CITY, RegisterOrganisation(organisation="s1", kind=OrganisationKind.SUPPLIER, name="示例方案商"))
    city.send(CITY, RegisterOrganisation(organisation="g9", kind=OrganisationKind.GROUP, name="示例链主集团"))
    seller, stated = replace(caller(Role.SUPPLIER, "s1"), scope=Nothing()), {"edition": "2023", "indicators": ("Z01",)}
    city.send(seller, PublishSolution(solution="m1", seller="s1", title="数据采集", summary="设备联网", **stated))
    city.send(CITY, RecordServiceList(year=TODAY.year, suppliers=("s1",), source="推荐目录（示例）", mark="I"))
    asked = {"enterprise": ENTERPRISE, "diagnosis": "d1", "indicators": ("Z01",), "text": "设备联网"}
    city.send(FILLER, PublishDemand(demand="r1", **asked, by=LAST_DAY))
    offer = {"solutions": ("m1",), "text": "三个月完成", "price": 100, "ready_by": LAST_DAY}
    city.send(seller, MakeOffer(demand="r1", supplier="s1", **offer))
    city.send(FILLER, ConsentToChainLeader(enterprise=ENTERPRISE, leader="g9", until=LAST_DAY))
    city.send(FILLER, SetSupplierNaming(enterprise=ENTERPRISE, leader="g9", named=True))


def sampled(journal: Journal) -> None:
    """A month's draw from its commitment to what a job came to, a screening with a signal and a study, as stored."""
    for kind, key in STORED_KEYS.items():
        firm = {"enterprise": ENTERPRISE} if kind in ("signal", "casestudy") else {}
        stored = [
            NewEntry(stream_of(kind, key), version, one["type"], orjson.dumps(told, option=orjson.OPT_SORT_KEYS))
            for version, one in enumerate(HISTORIES[kind], 1)
            for told in [one["state"] | (firm if "enterprise" in one["state"] else {})]
        ]
        journal.append(stored, microseconds(datetime.now(UTC)))


def open_to_others(city: City) -> None:
    """A bank sees one firm by consent until the last day, an expert one diagnosis by assignment."""
    city.send(CITY, RegisterOrganisation(organisation="bank", kind=OrganisationKind.BANK, name="bank"))
    terms = {"since": TODAY, "until": LAST_DAY}
    consent = GrantConsent(enterprise=CONSENTING, consent="c1", bank="bank", purpose="授信", **terms)
    city.send(caller(Role.ENTERPRISE, CONSENTING), consent)
    taken_back = GrantConsent(enterprise=ENTERPRISE, consent="c2", bank="bank", purpose="授信", **terms)
    city.send(FILLER, taken_back)
    city.send(FILLER, RevokeConsent(enterprise=ENTERPRISE, consent="c2"))
    expert = InvitePerson(
        person="zhou", name="x", membership="m1", role=Role.READER, organisation="experts", since=TODAY
    )
    city.send(CITY, expert)
    city.send(CITY, AssignExpert(diagnosis="d1", assignment="a1", expert="zhou", role=Role.READER, **terms))
    city.send(CITY, RegisterPerson(person="wu", name="x"))
    sampler = GrantMembership(person="wu", membership="m1", role=Role.SAMPLER, organisation="experts", since=TODAY)
    city.send(CITY, sampler)
    city.send(CITY, AssignExpert(diagnosis="d1", assignment="a2", expert="wu", role=Role.SAMPLER, **terms))
    city.send(CITY, ReleaseExpert(diagnosis="d1", assignment="a2"))


@pytest.fixture
def models_url(url: str, tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'read.db'}" if url.startswith("sqlite") else url


@pytest.fixture
def models(city: City, models_url: str) -> Iterator[ReadModels]:
    opened = open_read_models(models_url, city.journal)
    opened.catch_up()
    yield opened
    opened.close()
