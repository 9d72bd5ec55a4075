"""Diagnosis 诊断 in the schema: one firm's case with answers, evidence, result and reports. plan P3–P6, S4."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any

import strawberry

from api.diagnosis.arbitrations import Arbitration, load_arbitrations
from api.diagnosis.assignments import Assignment, load_assignments, load_experts
from api.diagnosis.comparable_results import compared_models
from api.diagnosis.diagnosis_result import Result, result_of
from api.diagnosis.edition_basis import EditionBasis, edition_basis
from api.diagnosis.filings import Filing, load_filings
from api.diagnosis.follow_ups import FollowUp, load_follow_ups
from api.diagnosis.internal_reviews import InternalReview, load_internal_reviews
from api.diagnosis.parts import Answer, Evidence, Report, load_answers, load_evidence, load_reports, verified_answers
from api.diagnosis.proceedings import (
    ExpertReview,
    Objection,
    SiteVisit,
    load_expert_reviews,
    load_objections,
    load_site_visits,
)
from api.diagnosis.readings import ExpertReading, load_readings
from api.diagnosis.stages import RunningStage, load_stages
from api.diagnosis.submissions import submitted_form
from api.diagnosis.visits import VisitPlan, load_visit_plans
from api.diagnosis.workbooks import filled_workbook
from api.kit.as_of import AsOf, AsOfMoment, day_then, known_then
from api.kit.context import Context
from api.kit.edges import Edge, Loader, led_to
from api.kit.enums import enum_type
from api.kit.filter_values import districts_in, require_known, require_some, require_units, with_keys
from api.kit.ids import CampaignID, DiagnosisID, key_of
from api.kit.lists import FoundThen, Listed, listing, single
from api.kit.mutations import Payload, ServerFields, new_id
from api.kit.nodes import Node, NodeKind
from api.kit.orders import order_enum
from api.kit.paging import AtLeast, below, distinct
from api.kit.parts import parts, wanted_parts
from api.kit.published import argument, field, published, published_filter
from api.kit.row_mapping import shown
from api.kit.row_plans import Holds, WorkedOut
from api.kit.uploaded_files import named_by_upload
from api.participants.enterprises import NAMED, Enterprise, load_enterprises
from api.participants.organisations import Organisation, load_organisations
from api.standard.editions import Edition as PublishedStandard
from api.standard.editions import editions_of, load_editions
from domain.access import Mask, Role
from domain.diagnosis.assignments import AssignExpert
from domain.diagnosis.case_numbers import read_case_number
from domain.diagnosis.evidence import AttachEvidence
from domain.diagnosis.opening import OpenDiagnosis
from domain.diagnosis.readings import AppointReader
from domain.diagnosis.report import ConfirmReport, IssueReport
from domain.diagnosis.stage_limits import overdue_since
from domain.diagnosis.state import STATUS_NAMES, DiagnosisStatus, Purpose
from domain.diagnosis.submission import TakeInSubmission
from domain.diagnosis.workbook import TakeInWorkbook
from domain.governance.rule_bodies.body import RuleKind
from domain.governance.rule_bodies.stages import StageLimits
from domain.instants import city_day, city_midnight, microseconds, utc_moment
from domain.kernel import Command
from domain.masks import ACTORS, ANSWERS, FIRMS, OUTCOMES, PROCEEDINGS, REPORTS
from projections.as_of import replay, validity
from projections.diagnosis import diagnoses as diagnoses_rows
from projections.diagnosis.diagnoses import DiagnosisFilter
from projections.diagnosis.diagnoses_fold import DiagnosisRow
from projections.engine.filters import GradeRange
from projections.governance.dated_rules import rule_on
from projections.governance.working_calendar import calendar_now
from standards import Edition, Form
from standards.edition.text import GRADES

OUT = "outside the case as the latest report holds it, null before the first"
"""Said of what leaves a case by its report alone."""


@published(FIRMS, row=DiagnosisRow)
class Diagnosis(Node):
    """Diagnosis: a firm measured against a pinned edition · 诊断. plan P3–P6"""

    id: DiagnosisID = field("Id of the diagnosis · 诊断标识")
    campaign: CampaignID = field("Id of the campaign · 批次标识")
    purpose: Purpose = field("Why it is made · 诊断目的")
    form: Form = field("Questionnaire · 问卷版式")
    edition: PublishedStandard = field("Edition of the standard, kept for ever · 标准版本. plan S5", by="edition")
    status: DiagnosisStatus = field("How far it has come; IN_PROGRESS outside the case until its report · 状态. plan P4, P7")
    status_name: str = field("Status in Chinese · 状态名称", out_of=("status", STATUS_NAMES.__getitem__))
    status_since: datetime = field("When it came into this status, UTC · 进入该状态的时间")
    overdue: bool = field("Whether it is past the last day of its stage, or stays for too long in its status · 是否超期", made=True)
    due: date | None = field(
        "Last day of the stage that runs; null where none does, and outside the case · 现行环节截止日. plan P5",
        roles=PROCEEDINGS | {Role.DEPARTMENT_FILLER},
        made=True,
    )
    case_number: str = field("Number of the case, to be said on the telephone: twelve digits, the last one a check digit · 案号")
    version: int = field("Version of its stream; pass it as `expectedVersion` · 版本")
    opened_at: datetime = field("When it was opened, UTC · 开启时间")
    changed_at: datetime = field("When it last changed, UTC · 最近变更时间")
    answered: int | None = field(f"Indicators the firm has answered; {OUT} · 已填指标数")
    visits: int | None = field(f"Visits on site; {OUT} · 现场诊断次数. plan G1")
    self_total: Decimal | None = field(
        f"Self-assessed total, 0–100, two decimals; {OUT} · 自评总分", roles=OUTCOMES, mask=Mask.OUTCOME
    )
    verified_total: Decimal | None = field(
        f"Verified total, 0–100, two decimals; {OUT} · 核验总分", roles=OUTCOMES, mask=Mask.OUTCOME
    )
    measured_grade: int | None = field(
        f"Grade by the answers alone, 0–10; {OUT} · 测评档. plan S4", roles=OUTCOMES, mask=Mask.OUTCOME
    )
    grade: int | None = field(
        f"Issued grade, 0–10; 0 = below grade 1; {OUT} · 出具档. plan S4", roles=OUTCOMES, mask=Mask.OUTCOME
    )
    level: int | None = field(
        f"Issued level, 0–5; {OUT} · 出具等级. plan S4", roles=OUTCOMES, mask=Mask.OUTCOME
    )
    grade_name: str | None = field("Name of the issued grade · 档名称", roles=OUTCOMES, mask=Mask.OUTCOME)
    level_name: str | None = field("Name of the issued level · 等级名称", roles=OUTCOMES, mask=Mask.OUTCOME)
    held_back: bool | None = field(
        "Whether a gate keeps the issued grade below what the verified total reaches; null before there is a grade "
        "· 是否被门槛压档. plan S4",
        roles=OUTCOMES,
        mask=Mask.OUTCOME,
    )
    issued_version: int | None = field(
        "Version of the latest report, of which everything that is read outside the case is; null before · 最新报告版次"
    )
    enterprise: Enterprise | None = field(
        "The diagnosed enterprise · 被诊断企业", by="enterprise"
    )
    provider: Organisation | None = field("Assigned or accepting provider · 服务商. plan V3", by="provider")
    answers: list[Answer] | None = field(
        "Answers, the firm's own and the verified ones · 答案. plan P3", roles=ANSWERS, mask=Mask.PROCESS_SECRETS
    )
    evidence: list[Evidence] | None = parts(
        Evidence,
        "Attached files, in order of their hashes · 佐证. plan P5",
        place=lambda one: (one.sha256,),
        nullable=True,
        roles=ANSWERS,
        mask=Mask.PROCESS_SECRETS,
    )
    reports: list[Report] | None = parts(
        Report, "Issued and confirmed reports · 报告. plan P4", nullable=True, roles=REPORTS, mask=Mask.RESULT_AND_REPORT
    )
    result: Result | None = field(
        "Result with every reason; null before scoring · 评分结果. plan S4", roles=REPORTS, mask=Mask.RESULT_AND_REPORT, made=True
    )
    open_objection: bool | None = field(
        "Whether an objection waits for an answer · 有无待答复的异议. plan P6",
        roles=PROCEEDINGS,
        out_of=("status", DiagnosisStatus.OBJECTED.__eq__),
    )
    objections: list[Objection] | None = parts(
        Objection,
        "Objections to its reports, with their answers · 异议. plan P6",
        nullable=True,
        roles=PROCEEDINGS,
        mask=Mask.PROCESS_SECRETS,
    )
    arbitrations: list[Arbitration] | None = parts(
        Arbitration,
        "Arbitrations of objections that the provider did not uphold · 指标异议仲裁. plan P6",
        nullable=True,
        roles=PROCEEDINGS,
        mask=Mask.PROCESS_SECRETS,
        made=True,
    )
    site_visits: list[SiteVisit] | None = parts(
        SiteVisit, "Visits on site · 现场诊断. plan P5", nullable=True, roles=PROCEEDINGS, mask=Mask.PROCESS_SECRETS
    )
    visit_plans: list[VisitPlan] | None = parts(
        VisitPlan,
        "Visits by plan: agreed, signed in, interviewed · 现场诊断计划. plan P5, T1",
        nullable=True,
        roles=PROCEEDINGS,
        mask=Mask.PROCESS_SECRETS,
        made=True,
    )
    internal_reviews: list[InternalReview] | None = parts(
        InternalReview,
        "The provider's reviews of its reports · 机构内审. plan P4",
        nullable=True,
        roles=PROCEEDINGS,
        mask=Mask.PROCESS_SECRETS,
    )
    expert_reviews: list[ExpertReview] | None = parts(
        ExpertReview,
        "Reviews by experts · 专家评审. plan S4",
        nullable=True,
        roles=PROCEEDINGS,
        mask=Mask.PROCESS_SECRETS,
        made=True,
    )
    filing: Filing | None = field(
        "Filing of its report; null before · 区级备案. plan P5", roles=PROCEEDINGS, mask=Mask.PROCESS_SECRETS, made=True
    )
    reading: ExpertReading | None = field(
        "Reading of its report with the firm; null while nobody is appointed · 专家解读. plan R2",
        roles=PROCEEDINGS,
        mask=Mask.PROCESS_SECRETS,
        made=True,
    )
    follow_up: FollowUp | None = field(
        "What follows its filing; null before · 跟踪回访. plan R2", roles=PROCEEDINGS, mask=Mask.PROCESS_SECRETS, made=True
    )
    stage: RunningStage | None = field(
        "Stage that runs, with its last day; null where none does, and outside the case · 现行环节. plan P5",
        roles=PROCEEDINGS,
        made=True,
    )
    assignments: list[Assignment] | None = parts(
        Assignment,
        "Experts it is assigned to, those released included, in order of id · 专家指派. plan V5, R2",
        place=lambda one: (one.id,),
        nullable=True,
        roles=ACTORS,
    )
    basis: EditionBasis | None = field("Why this edition and form: who, when, why · 标准选用依据. plan S3")
    as_of: AsOf | None = field("Whether it changed after the moment asked for; null for now · 事后变更")


enum_type(Purpose)
published_filter(GradeRange)
published_filter(DiagnosisFilter)


LIFTS = frozenset({"result.gates.lift", "result.gates.liftProven"})
"""What is worked out from the verified answers when it is asked for, and only then."""


HOLDS = Holds("diagnosis", firm="enterprise")


def overdue_before(context: Context) -> Mapping[str, int]:
    """Status -> the moment, in microseconds of UTC, such that what came into it earlier is overdue on the day of the answer.

    Rule and calendar are those that are known today for that day.
    """
    day, snapshot = day_then(context), (context.present or context).snapshot
    limits = rule_on(snapshot, RuleKind.STAGES, day).rule.body
    assert isinstance(limits, StageLimits)  # noqa: S101 - of that kind
    found = overdue_since(limits, day, calendar_now(snapshot))
    return {status.value: microseconds(city_midnight(day)) for status, day in found.items()}


def _pace(context: Context, rows: Sequence[tuple[Any, ...]], wanted: frozenset[str]) -> dict[str, dict[str, Any]]:
    """The running stage of diagnoses, and whether they are overdue, of (id, status, moment of the status)."""
    stages = load_stages(context, [identity for identity, _, _ in rows])
    late = overdue_before(context) if "overdue" in wanted else {}
    return {
        identity: {
            "stage": stages.get(identity),
            "due": stages[identity].due if identity in stages else None,
            "overdue": stages[identity].overdue if identity in stages else since < late.get(status, since),
        }
        for identity, status, since in rows
    }


PACE = WorkedOut(frozenset({"stage", "overdue", "due"}), ("id", "status", "status_since"), _pace)


def build_diagnoses(context: Context, rows: Sequence[DiagnosisRow], wanted: frozenset[str]) -> list[Diagnosis]:
    """Diagnoses of rows, with what the selection wants beside them: one read a kind of thing, never one a row."""
    notes = context.disclosure_notes
    masks = notes.masks("Diagnosis", wanted) | notes.masks("EditionBasis", below(wanted, "basis"))
    if masks:
        context.disclosure_notes.note(masks, HOLDS.held(rows))
    ids = [row.id for row in rows]
    firm_of = led_to(context, (Diagnosis, "enterprise"), rows, wanted)
    provider_of = led_to(context, (Diagnosis, "provider"), rows, wanted)
    published_of = led_to(context, (Diagnosis, "edition"), rows, wanted)
    editions: dict[str, Edition] = {}
    if {"answers", "evidence", "result"} & wanted:
        editions = editions_of(context, distinct(row.edition for row in rows))
    edition_of = {row.id: row.edition for row in rows}
    answers = load_answers(context, ids, edition_of, editions) if "answers" in wanted else {}
    evidence = load_evidence(context, ids, edition_of, editions) if "evidence" in wanted else {}
    reports = load_reports(context, ids) if "reports" in wanted else {}
    objections = load_objections(context, ids) if "objections" in wanted else {}
    arbitrations = load_arbitrations(context, ids) if "arbitrations" in wanted else {}
    site_visits = load_site_visits(context, ids) if "siteVisits" in wanted else {}
    visit_plans = load_visit_plans(context, ids) if "visitPlans" in wanted else {}
    internal_reviews = load_internal_reviews(context, ids) if "internalReviews" in wanted else {}
    expert_reviews = load_expert_reviews(context, ids) if "expertReviews" in wanted else {}
    filings = load_filings(context, ids) if "filing" in wanted else {}
    readings = load_readings(context, ids) if "reading" in wanted else {}
    follow_ups = load_follow_ups(context, ids) if "followUp" in wanted else {}
    asked = {"stage", "overdue", "due"} & wanted
    pace = _pace(context, [(row.id, row.status, row.status_since) for row in rows], wanted) if asked else {}
    assignments = load_assignments(context, ids, wanted_parts(wanted, "assignments")) if "assignments" in wanted else {}
    verified = verified_answers(context, ids) if LIFTS & wanted else {}
    through = compared_models(context, distinct(row.edition for row in rows)) if "result.comparable" in wanted else {}
    return [
        Diagnosis(
            **shown(Diagnosis, row),
            overdue=pace[row.id]["overdue"] if row.id in pace else False,
            due=pace[row.id]["due"] if row.id in pace else None,
            enterprise=firm_of(row.enterprise),
            provider=provider_of(row.provider),
            edition=published_of(row.edition),
            answers=answers.get(row.id, []),
            evidence=evidence.get(row.id, []),
            reports=reports.get(row.id, []),
            result=(
                result_of(
                    row.result,
                    editions[row.edition],
                    Form(row.form),
                    verified.get(row.id),
                    context.require_in_time,
                    (*through[row.edition], city_day(utc_moment(row.opened_at))) if row.edition in through else None,
                )
                if row.result and "result" in wanted
                else None
            ),
            objections=objections.get(row.id, []),
            arbitrations=arbitrations.get(row.id, []),
            site_visits=site_visits.get(row.id, []),
            visit_plans=visit_plans.get(row.id, []),
            internal_reviews=internal_reviews.get(row.id, []),
            expert_reviews=expert_reviews.get(row.id, []),
            filing=filings.get(row.id),
            reading=readings.get(row.id),
            follow_up=follow_ups.get(row.id),
            stage=pace[row.id]["stage"] if row.id in pace else None,
            assignments=assignments.get(row.id, []),
            basis=edition_basis(row) if "basis" in wanted else None,
            as_of=known_then(context, "diagnosis", row.id),
        )
        for row in rows
    ]


DIAGNOSES: Listed[DiagnosisFilter, DiagnosisRow, Diagnosis] = Listed(
    name="diagnoses",
    node=Diagnosis,
    orders=order_enum(
        "DiagnosisOrder",
        "What diagnoses may be ordered by · 诊断排序",
        opened_at="By when it was opened · 开启时间",
        changed_at="By when it last changed · 最近变更时间",
        status_since="By when it came into its status · 进入该状态的时间",
        grade="By issued grade, those without one last · 出具档",
        verified_total="By verified total, those without one last · 核验总分",
    ),
    rows=diagnoses_rows.diagnoses,
    count=diagnoses_rows.count,
    by_id=diagnoses_rows.diagnoses_by_id,
    build=build_diagnoses,
    holds=HOLDS,
    stored=True,
    worked_out=(PACE,),
    on=lambda where, then: replace(where, moment=microseconds(then.time)) if where.stuck_for_days is not None else where,
    past=FoundThen(
        validity.diagnosis_places,
        validity.diagnosis_count,
        lambda context, ids, position, _wanted: replay.of_diagnoses(context.snapshot, context.scope, ids, position),
        unkept=frozenset({"changed_at", "filing", "follow_up", "held_back", "overdue", "reading", "stage"}),
    ),
)
load_diagnoses = DIAGNOSES.of_ids


@strawberry.type
class DiagnosisQueries:
    """Query fields: diagnoses."""

    @field("One diagnosis; null when it does not exist or lies outside the scope · 诊断. plan P3, P7", roles=FIRMS)
    def diagnosis(
        self,
        info: strawberry.Info[Context, None],
        id: Annotated[strawberry.ID, argument("Id of the diagnosis · 诊断标识")],  # noqa: A002 - the argument's published name
        at_least: AtLeast = None,
        as_of: AsOfMoment = None,
    ) -> Diagnosis | None:
        """One diagnosis within the scope, now or as it was known then."""
        return single(info, DIAGNOSES, key_of(id, "diagnosis"), at_least=at_least, as_of=as_of)

    @listing(
        DIAGNOSES,
        "Diagnoses in the scope, in order of id. asOf: those opened by then, found by what they were then, and shown as "
        "they were then; a cursor is of that moment · 诊断列表. plan P3, P5, P7",
        roles=FIRMS,
    )
    def diagnoses(
        self,
        info: strawberry.Info[Context, None],
        filter: Annotated[DiagnosisFilter | None, argument("Which to look for; none = all in the scope · 筛选条件")] = None,  # noqa: A002 - the argument's published name
    ) -> DiagnosisFilter:
        """A page of diagnoses within the scope, now or as they were known then."""
        if filter is None:
            return DiagnosisFilter()
        require_some(filter)
        if filter.grade is not None:
            bounds = [str(bound) for bound in (filter.grade.least, filter.grade.most) if bound is not None]
            require_known("filter.grade", bounds, map(str, range(GRADES + 1)))
        where = with_keys(replace(filter, district=districts_in("filter.district", filter.district)))
        require_units(info.context.snapshot, where, NAMED)
        if where.overdue is not None:
            where = replace(where, late=overdue_before(info.context))
        if where.overdue is not None or where.follow_up_overdue is not None:
            where = replace(where, day=day_then(info.context).isoformat())
        if where.case_number is not None:
            return replace(where, case_number=read_case_number(where.case_number, "filter.caseNumber"))
        return where


def _find_diagnosis(context: Context, key: str, _command: Command, wanted: frozenset[str]) -> Diagnosis | None:
    return load_diagnoses(context, [key], wanted).get(key)


QUERIES = DiagnosisQueries
FOUND_BY_ID: Mapping[str, NodeKind] = {"diagnosis": NodeKind(Diagnosis, load_diagnoses)}
EDGES: Mapping[Edge, Loader] = {
    (Enterprise, "diagnosis"): load_diagnoses,
    (Diagnosis, "enterprise"): load_enterprises,
    (Diagnosis, "provider"): load_organisations,
    (Diagnosis, "edition"): load_editions,
    (Assignment, "expert"): load_experts,
}

SERVER_FIELDS: Mapping[type[Command], ServerFields] = {
    OpenDiagnosis: ServerFields(frozenset({"diagnosis"}), fill=new_id("diagnosis")),
    **dict.fromkeys((AssignExpert, AppointReader), ServerFields(frozenset({"assignment"}), fill=new_id("assignment"))),
    TakeInWorkbook: ServerFields(
        frozenset({"of_case", "edition_digest", "of_version", "answers", "unread"}), fill=filled_workbook
    ),
    TakeInSubmission: ServerFields(
        frozenset({"instance", "of_case", "edition_digest", "of_version", "findings", "files", "missing", "unread"}),
        (("photographs", list[str] | None, "SHA-256 of each uploaded photograph that the form names · 照片散列"),),
        fill=submitted_form,
    ),
    AttachEvidence: ServerFields(frozenset({"filename", "media_type", "size"}), fill=named_by_upload),
    **dict.fromkeys((IssueReport, ConfirmReport), ServerFields(frozenset(), query_cost=5_000)),
}
"""What the server completes 服务端补全; every other command is sent as it is."""
PAYLOADS: Mapping[str, Payload] = {
    "assignment": Payload("diagnosis", Diagnosis, _find_diagnosis),
    "diagnosis": Payload("diagnosis", Diagnosis, _find_diagnosis),
    "followup": Payload("diagnosis", Diagnosis, _find_diagnosis),
    "stage": Payload("diagnosis", Diagnosis, _find_diagnosis),
}
"""Capability, or a command whose payload carries something else -> what its payloads carry 返回对象."""
