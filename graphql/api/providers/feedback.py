"""Feedback 企业反馈 in the schema: what a firm said, to those who may know; to a provider what has a name. plan P6."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any

import orjson
import strawberry

from api.diagnosis.diagnoses import Diagnosis, load_diagnoses
from api.governance.proceedings import Proceeding, load_proceedings
from api.kit.context import Context
from api.kit.edges import Edge, Loader, led_to
from api.kit.enums import enum_type
from api.kit.filter_values import require_some, require_units, with_keys
from api.kit.ids import PersonID, key_of
from api.kit.lists import Listed, listing, single
from api.kit.mutations import Payload, ServerFields, new_id
from api.kit.nodes import Node, NodeKind
from api.kit.paging import AtLeast, below, wanted_fields
from api.kit.parts import parts, wanted_parts
from api.kit.published import argument, field, published, published_filter
from api.kit.row_mapping import shown
from api.kit.years import require_year
from api.participants.enterprises import Enterprise, load_enterprises
from api.participants.organisations import Organisation, load_organisations
from domain.access import POSITIONS, Mask, Role
from domain.diagnosis.state import diagnosis_stream
from domain.disclosures import ALL_FIRMS
from domain.governance.rule_bodies.feedback import FeedbackRule
from domain.governance.rule_bodies.rating import RatingRule
from domain.instants import city_day, city_midnight, microseconds, utc_moment
from domain.kernel import Command, IdOf, cause_of
from domain.masks import ACTORS, OF_THE_FIRM, RATINGS_READ
from domain.participants.organisations import OrganisationKind
from domain.providers.feedback.giving import GiveFeedback
from domain.providers.feedback.state import (
    FeedbackKind,
    FeedbackMilestone,
    FeedbackOutcome,
    FeedbackStatus,
    FeedbackSubject,
    feedback_stream,
)
from journal.secrets.personal import KeyMissing
from projections.governance.dated_rules import body_on
from projections.providers import feedback as rows_of
from projections.providers.feedback import FeedbackFilter, FeedbackRow

FeedbackID = Annotated[strawberry.ID, IdOf("feedback")]
FEEDBACK_READ = OF_THE_FIRM | RATINGS_READ
"""Feedback of firms 企业反馈: each firm its own, city and auditor, the provider what was said to it by name. plan P6."""
FEEDBACK_MEANS = RATINGS_READ
"""How firms answered of each provider 反馈汇总: a provider is told its own. plan P6."""
ERASED = "已删除"
KEY_LOST = "密钥缺失"
PERCENT = 100

published_filter(FeedbackFilter)
enum_type(FeedbackSubject)


@published(FEEDBACK_READ, row=rows_of.FeedbackScoreRow)
class FeedbackScore:
    """A score from 1 to 5 of one subject · 评分项. plan P6"""

    subject: FeedbackSubject = field("What is scored · 评价对象")
    indicator: str | None = field("Which indicator; null of other subjects · 指标编号")
    score: int = field("From 1, bad, to 5, good · 评分")


@published(FEEDBACK_READ, row=FeedbackRow)
class Feedback(Node):
    """What a firm said after a milestone, and what became of it · 企业反馈. plan P6

    Of anonymous feedback the city is shown who wrote, about which job and when, only where the reader handles it.
    """

    id: FeedbackID = field("Its id, drawn at random · 反馈标识")
    kind: FeedbackKind = field("Feedback or complaint · 反馈类别")
    status: FeedbackStatus = field("How far it has come · 反馈状态")
    provider: Organisation | None = field("Provider that had the job; null where none had · 服务商", by="provider")
    anonymous: bool = field("Whether the provider is not to know who wrote · 是否匿名")
    scores: list[FeedbackScore] = field("Scores · 各项评分", made=True)
    text: str | None = field("In words; once its author is erased, a word that says so · 文字说明", mask=Mask.PROCESS_SECRETS)
    milestone: FeedbackMilestone | None = field("Step that it is about · 反馈环节", made=True)
    about: strawberry.ID | None = field("Fact of that step, stream and version · 所涉步骤", made=True)
    enterprise: Enterprise | None = field("Firm that wrote · 企业", by="enterprise")
    diagnosis: Diagnosis | None = field("Job that it is about · 诊断", by="diagnosis")
    given_at: datetime | None = field("When it was given, UTC · 提交时间", made=True)
    due: date | None = field("Until when it is to be replied to; null where nothing is due · 答复期限")
    overdue: bool = field("Whether that day is over · 是否逾期", made=True)
    handler: PersonID | None = field("Person who handles it · 受理人标识", roles=ACTORS)
    reply: str | None = field("First reply · 答复", mask=Mask.PROCESS_SECRETS)
    ask_until: date | None = field("Last day to ask for a second instance · 申请复核截止日")
    grounds: str | None = field("Why a second instance was asked for · 复核理由", mask=Mask.PROCESS_SECRETS)
    second_reply: str | None = field("Reply in the second instance · 复核答复", mask=Mask.PROCESS_SECRETS)
    proceeding: Proceeding | None = field("Proceeding about it; null where none was opened · 办理程序", by="proceeding")
    outcome: FeedbackOutcome | None = field("What came of it; null before it is closed · 办理结果")
    causes: list[strawberry.ID] = field("Facts that it led to, stream and version · 所引事实", made=True)
    reason: str | None = field("Why it was closed so · 办结说明")


@published(FEEDBACK_MEANS, row=rows_of.SubjectMean)
class FeedbackMean:
    """Mean of one subject over firms, each counted once · 对象均值. plan P6"""

    subject: FeedbackSubject = field("What was scored · 评价对象")
    mean: Decimal = field("From 1, bad, to 5, good · 均值")


@published(FEEDBACK_MEANS, row=rows_of.Pool)
class FeedbackPool:
    """What anonymous firms said of a provider in a quarter that is over, from as many as the rule says · 匿名汇总. plan P6"""

    quarter: str = field("Quarter, such as 2024Q2 · 季度")
    firms: int = field("How many firms · 企业数")
    means: list[FeedbackMean] = field("Mean of each subject that as many scored · 各对象均值", made=True)


@published(FEEDBACK_MEANS)
class ProviderFeedback:
    """How the firms of a provider's jobs of a year answered; silence is counted as silence · 服务商反馈情况. plan P6"""

    provider: Organisation | None = field("Provider · 服务商")
    asked: int = field("Jobs of the year that have a report · 应反馈项目数")
    answered: int | None = field("Jobs whose firm said anything; to a provider null where it could tell who · 已反馈项目数")
    silent: int | None = field("Jobs whose firm said nothing; null likewise · 未反馈项目数")
    thin: bool | None = field("Whether fewer answered than the rating rule asks for; null likewise · 是否反馈不足")
    pools: list[FeedbackPool] = field("Anonymous answers, quarter by quarter · 匿名汇总")


@published(FEEDBACK_MEANS)
class YearFeedback:
    """How firms answered of the jobs of a year · 年度反馈情况. plan P6"""

    year: int = field("Year · 年度")
    providers: list[ProviderFeedback] = parts(
        ProviderFeedback, "By provider, in order of id; to a provider its own alone · 各服务商反馈情况"
    )


def _opened(context: Context, person: str | None, name: str, sealed: str | None) -> str | None:
    if sealed is None or person is None:
        return None
    try:
        return context.services.keys.open(person, name, sealed) or ERASED
    except KeyMissing:
        return KEY_LOST


def knows_who_wrote(context: Context, row: FeedbackRow) -> bool:
    """Whether the caller may know of a feedback who wrote it, about which job and when 可知悉反馈人."""
    role = context.role
    if not row.anonymous or role == Role.AUDITOR or role in POSITIONS[Role.ENTERPRISE]:  # a firm sees its own alone
        return True
    return role == Role.CITY and context.caller.actor in (row.handler, row.first_handler)


EVERY_FIRM = (ALL_FIRMS, "")
"""As whose data anonymous words are written down that somebody read: the log is read by the city, and would tell who wrote."""


def build_feedback(context: Context, rows: Sequence[FeedbackRow], wanted: frozenset[str]) -> list[Feedback]:
    """Feedback of rows, without what tells who wrote where the caller may not know.

    Whoever reads another's words is written down: of anonymous ones without the firm, which the log would tell the city.
    """
    masks = context.disclosure_notes.masks("Feedback", wanted)
    known = {row.id: knows_who_wrote(context, row) for row in rows}
    if context.role not in POSITIONS[Role.ENTERPRISE]:
        named = [(row.enterprise, feedback_stream(row.id)) for row in rows if not row.anonymous]
        context.disclosure_notes.note(masks, named)
        if any(known[row.id] for row in rows if row.anonymous):
            context.disclosure_notes.note(masks, [EVERY_FIRM])
    kept = [row if known[row.id] else _without_writer(row) for row in rows]
    named_edges = ("provider", "enterprise", "diagnosis", "proceeding")
    edges = {name: led_to(context, (Feedback, name), kept, wanted) for name in named_edges}
    scores = rows_of.scores_of(context.snapshot, [row.id for row in rows]) if "scores" in wanted else {}
    today = city_day(context.services.clock()).isoformat()
    return [
        Feedback(
            **shown(Feedback, row),
            provider=edges["provider"](row.provider),
            enterprise=edges["enterprise"](row.enterprise),
            diagnosis=edges["diagnosis"](row.diagnosis),
            proceeding=edges["proceeding"](row.proceeding),
            scores=[FeedbackScore(**shown(FeedbackScore, one)) for one in scores.get(row.id, ())],
            text=_opened(context, row.author, f"text {row.id}", row.sealed_text) if "text" in wanted else None,
            grounds=_opened(context, row.asked_by, f"grounds {row.id}", row.sealed_grounds) if "grounds" in wanted else None,
            milestone=FeedbackMilestone(row.milestone) if known[row.id] else None,
            about=strawberry.ID(row.about) if known[row.id] else None,
            given_at=utc_moment(row.given_at) if known[row.id] else None,
            overdue=row.due is not None and row.due < today,
            causes=[strawberry.ID(one) for one in orjson.loads(row.causes)],
        )
        for row in kept
    ]


def _without_writer(row: FeedbackRow) -> FeedbackRow:
    """The row as it is for those who may not know who wrote."""
    return row._replace(enterprise="", diagnosis="", sealed_text=None, sealed_grounds=None, reply=None, second_reply=None)


FEEDBACKS: Listed[FeedbackFilter, FeedbackRow, Feedback] = Listed(
    name="feedbacks",
    node=Feedback,
    rows=rows_of.feedbacks,
    count=rows_of.feedback_count,
    by_id=rows_of.feedback_by_id,
    build=build_feedback,
)
load_feedback = FEEDBACKS.of_ids


def _means(pool: rows_of.Pool) -> FeedbackPool:
    return FeedbackPool(
        **shown(FeedbackPool, pool), means=[FeedbackMean(**shown(FeedbackMean, one)) for one in pool.means]
    )


def build_provider_feedback(context: Context, year: int, wanted: frozenset[str]) -> list[ProviderFeedback]:
    """By provider, in order of id; a provider its own. Of quarters that are over alone, so that no answer tells two pools apart."""
    today, own = city_day(context.services.clock()), context.caller.organisation if context.role == Role.PROVIDER else None
    rule = body_on(context.snapshot, FeedbackRule, today)
    thin_below = body_on(context.snapshot, RatingRule, date(year, 12, 31)).thin_below
    first, after = date(year, 1, 1), date(year + 1, 1, 1)
    whole = context.whole  # what has no name is no row of the provider's; only means of it are told
    scores = rows_of.scores_between(whole, first.isoformat(), date(year, 12, 31).isoformat(), own)
    asked = rows_of.answering(whole, *(microseconds(city_midnight(day)) for day in (first, after)))
    this_quarter = rows_of.quarter_of(today.isoformat())
    pooled: dict[str, list[FeedbackPool]] = {}
    for pool in rows_of.pools([one for one in scores if rows_of.quarter_of(one.given_on) < this_quarter], rule.pool_at_least):
        pooled.setdefault(pool.provider, []).append(_means(pool))
    asked = [one for one in asked if own is None or one.provider == own]
    providers = load_organisations(context, [one.provider for one in asked], below(wanted, "provider"))
    found = []
    for one in asked:
        known = own is None or (today >= after and one.answered >= rule.pool_at_least)
        found.append(
            ProviderFeedback(
                provider=providers.get(one.provider),
                asked=one.asked,
                answered=one.answered if known else None,
                silent=one.asked - one.answered if known else None,
                thin=one.answered * PERCENT < thin_below * one.asked if known else None,
                pools=pooled.get(one.provider, []),
            )
        )
    return found


@strawberry.type
class FeedbackQueries:
    """Query fields: feedback of firms."""

    @field("One feedback; null when it does not exist or lies outside the scope · 企业反馈. plan P6", roles=FEEDBACK_READ)
    def feedback(
        self,
        info: strawberry.Info[Context, None],
        id: Annotated[strawberry.ID, argument("Its id · 反馈标识")],  # noqa: A002 - the argument's published name
        at_least: AtLeast = None,
    ) -> Feedback | None:
        """A feedback in the caller's scope."""
        return single(info, FEEDBACKS, key_of(id, "feedback"), at_least=at_least)

    @listing(
        FEEDBACKS,
        "Feedback within the caller's scope, in order of id, which tells nothing of when it was given; to a provider what firms "
        "said by name · 企业反馈列表. plan P6",
        roles=FEEDBACK_READ,
    )
    def feedbacks(
        self,
        info: strawberry.Info[Context, None],
        filter: Annotated[FeedbackFilter | None, argument("What to look for; none = all · 筛选")] = None,  # noqa: A002 - as above
    ) -> FeedbackFilter:
        """A page of feedback."""
        if filter is None:
            return FeedbackFilter()
        require_some(filter)
        where = with_keys(filter)
        require_units(info.context.snapshot, where, {"provider": OrganisationKind.PROVIDER})
        return where

    @field(
        "How the firms of the jobs of a year answered, by provider · 年度反馈情况. plan P6",
        roles=FEEDBACK_MEANS,
    )
    def year_feedback(
        self,
        info: strawberry.Info[Context, None],
        year: Annotated[int, argument("Year · 年度")],
    ) -> YearFeedback | None:
        """Answers, silence and means, by provider.

        Raises:
            Refused: YEAR_OUT_OF_RANGE.
        """
        require_year(year)
        wanted = wanted_parts(wanted_fields(info), "providers")
        return YearFeedback(year=year, providers=build_provider_feedback(info.context, year, wanted) if wanted else [])


def _given(context: Context, data: dict[str, Any]) -> dict[str, Any]:
    """An id that tells nothing, and the latest fact with which the step was reached."""
    filled = new_id("feedback")(context, data)
    diagnosis = key_of(str(data["diagnosis"]), "diagnosis")
    stream = diagnosis_stream(diagnosis)
    version = rows_of.milestone_reached(context.whole, stream, FeedbackMilestone(data["milestone"]))
    return {**filled, "about": cause_of(stream, version) if version is not None else None}


def _find_feedback(context: Context, key: str, _command: Command, wanted: frozenset[str]) -> Feedback | None:
    return load_feedback(context, [key], wanted).get(key)


QUERIES = FeedbackQueries
FOUND_BY_ID: Mapping[str, NodeKind] = {"feedback": NodeKind(Feedback, load_feedback)}
SERVER_FIELDS: Mapping[type[Command], ServerFields] = {
    GiveFeedback: ServerFields(frozenset({"feedback", "about"}), fill=_given),
}
PAYLOADS: Mapping[str, Payload] = {"feedback": Payload("feedback", Feedback, _find_feedback)}
EDGES: Mapping[Edge, Loader] = {
    (Feedback, "provider"): load_organisations,
    (Feedback, "enterprise"): load_enterprises,
    (Feedback, "diagnosis"): load_diagnoses,
    (Feedback, "proceeding"): load_proceedings,
}
