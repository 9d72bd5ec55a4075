"""Feedback read model 反馈台: what firms said, what became of it, and the means that a provider is told. plan P6.

A row is there for its firm, for the city and the auditor, and for the provider where the firm gave its name. It stands in order of
its id, which is drawn at random, so that no list tells when it was given.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any, NamedTuple

import orjson
from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    Integer,
    MetaData,
    ScalarSelect,
    Select,
    Table,
    and_,
    case,
    cast,
    exists,
    func,
    select,
)
from sqlalchemy.sql import ColumnElement

from domain.access import Attribute, Scope
from domain.kernel import Event
from domain.providers.feedback import giving, handling
from domain.providers.feedback.feedback import FeedbackEvent
from domain.providers.feedback.state import (
    MILESTONES,
    RATED_SUBJECTS,
    FeedbackKind,
    FeedbackMilestone,
    FeedbackOutcome,
    FeedbackStatus,
    FeedbackSubject,
)
from journal import Entry
from journal.codec import stored_names
from methods.rounding import rounded
from projections.diagnosis.diagnoses_fold import DIAGNOSES
from projections.engine.columns import Long, chosen, columns
from projections.engine.filters import one_of, sought
from projections.engine.pages import Page
from projections.engine.read_model import ReadModel, Row, Tables, data, event_of, key
from projections.engine.scope import NEVER, Columns, to_sql
from projections.engine.snapshot import Snapshot
from projections.record.audit_trail import ENTRIES

META = MetaData()
MEAN_PLACES = 2


class FeedbackRow(NamedTuple):
    """A feedback as it stands 反馈. Days as ISO text, times in microseconds of UTC; None = not so far.

    sealed_text, sealed_grounds: ciphertext under the keys of author and asker. due: until when it is to be replied to. handler:
    of the instance that runs. causes: JSON list of the facts that it led to.
    """

    id: str
    version: int
    kind: FeedbackKind
    status: FeedbackStatus
    milestone: FeedbackMilestone
    about: str
    diagnosis: str
    enterprise: str
    provider: str | None
    author: str
    anonymous: bool
    sealed_text: str | None
    given_on: str
    given_at: Long
    due: str | None
    handler: str | None
    first_handler: str | None
    reply: str | None
    ask_until: str | None
    asked_by: str | None
    sealed_grounds: str | None
    second_reply: str | None
    proceeding: str | None
    outcome: FeedbackOutcome | None
    causes: str
    reason: str | None
    closed_at: Long | None


class FeedbackScoreRow(NamedTuple):
    """A score of a feedback 评分. place: its place in it."""

    feedback: str
    place: int
    subject: FeedbackSubject
    indicator: str | None
    score: int


RATED = ("rated_scores", "rated_points")
"""Of a feedback's scores those that its provider is rated by 计入评价的评分, how many and their sum: too many to read each.

They stand in the index by diagnosis with all else that the rating asks for, so that no row is read for it (decision 0115).
"""
FEEDBACK = Table(
    "feedback",
    META,
    *columns(FeedbackRow, "id"),
    *(Column(name, Integer, nullable=False) for name in RATED),
    Index("ix_feedback_provider", "provider", "id"),
    Index("ix_feedback_enterprise", "enterprise", "id"),
    Index("ix_feedback_diagnosis", "diagnosis", "kind", "given_on", "provider", "anonymous", *RATED, "enterprise"),
)
FEEDBACK_SCORES = Table("feedback_scores", META, *columns(FeedbackScoreRow, "feedback", "place"))
STATED = ("kind", "milestone", "about", "diagnosis", "enterprise", "provider", "author", "anonymous", "sealed_text", "given_on")
LATER = (
    "handler", "first_handler", "reply", "ask_until", "asked_by", "sealed_grounds", "second_reply", "proceeding", "outcome",
    "reason", "closed_at",
)  # fmt: skip


def fold(tables: Tables, entries: Sequence[Entry]) -> None:
    """Feedback step by step."""
    table = tables[FEEDBACK]
    for entry in entries:
        found, identity, event = data(entry), key(entry), event_of(entry)
        if event is giving.FeedbackGiven:
            row: Row = {name: found[name] for name in STATED} | dict.fromkeys(LATER)
            row |= {"id": identity, "given_at": entry.at, "status": FeedbackStatus.GIVEN.value, "causes": "[]"}
            row["due"] = found["due"]["due"] if found["due"] is not None else None
            points = [one["score"] for one in found["scores"] if one["subject"] in RATED_SUBJECTS]
            row |= dict(zip(RATED, (len(points), sum(points)), strict=True))
            for place, one in enumerate(found["scores"]):
                tables[FEEDBACK_SCORES].put({"feedback": identity, "place": place, **one})
        else:
            before = table.get(identity)
            assert before is not None, "a history starts with FeedbackGiven"  # noqa: S101 - guards replay, not input
            row = {**before, **_changes(event, found, before, entry.at)}
        table.put({**row, "version": entry.version})


def _changes(event: type[Event], found: dict[str, Any], before: Row, at: int) -> Row:
    second = before["asked_by"] is not None
    match event:
        case handling.FeedbackTakenUp:
            first = before["first_handler"] or found["handler"]
            return {"status": FeedbackStatus.TAKEN_UP.value, "handler": found["handler"], "first_handler": first}
        case handling.FeedbackAnswered if second:
            return {"status": FeedbackStatus.REVIEWED.value, "second_reply": found["reply"], "due": None, "ask_until": None}
        case handling.FeedbackAnswered:
            until = found["ask_by"]["due"] if found["ask_by"] is not None else None
            return {"status": FeedbackStatus.ANSWERED.value, "reply": found["reply"], "due": None, "ask_until": until}
        case handling.SecondInstanceAsked:
            told = {"asked_by": found["author"], "sealed_grounds": found["sealed_grounds"], "proceeding": found["proceeding"]}
            told |= {"due": found["due"]["due"], "ask_until": None, "handler": None}
            return {"status": FeedbackStatus.SECOND_INSTANCE.value, **told}
        case _:
            causes = orjson.dumps(found["causes"]).decode()
            told = {"outcome": found["outcome"], "causes": causes, "reason": found["reason"]}
            return {"status": FeedbackStatus.CLOSED.value, **told, "closed_at": at, "due": None, "ask_until": None}


FEEDBACK_READ_MODEL = ReadModel(
    "feedback_desk", (FEEDBACK, FEEDBACK_SCORES), fold, frozenset(FeedbackEvent.__args__), version=2
)


@dataclass(frozen=True)
class FeedbackFilter:
    """Which feedback is looked for; of a list any of its values · 反馈筛选.

    Nothing that tells who wrote: neither firm nor diagnosis, step nor day.
    """

    kind: list[FeedbackKind] | None = sought("Feedback or complaint · 反馈类别")
    status: list[FeedbackStatus] | None = sought("How far it has come · 反馈状态")
    provider: list[str] | None = sought("Providers that it is about · 服务商", of="organisation")


def feedback_columns(snapshot: Snapshot) -> Columns:
    """How a scope reads a row: its firm's own, and a provider's where the firm gave its name; no other place tells of it."""
    table = snapshot[FEEDBACK]
    return {
        **{attribute: lambda *_value: NEVER for attribute in Attribute},
        Attribute.ENTERPRISE: lambda value: table.c.enterprise == value,
        Attribute.PROVIDER: lambda value: and_(table.c.provider == value, table.c.anonymous.is_(False)),
    }


def _asked(snapshot: Snapshot, where: FeedbackFilter) -> Iterator[ColumnElement[bool]]:
    for name in ("kind", "status", "provider"):
        yield from one_of(snapshot, snapshot[FEEDBACK].c[name], getattr(where, name))


def _query(snapshot: Snapshot, scope: Scope, where: FeedbackFilter) -> list[ColumnElement[bool]]:
    return [to_sql(scope, feedback_columns(snapshot)), *_asked(snapshot, where)]


def feedbacks(snapshot: Snapshot, scope: Scope, where: FeedbackFilter, page: Page) -> list[FeedbackRow]:
    """A page of feedback within a scope 反馈列表."""
    table = snapshot[FEEDBACK]

    def query() -> Select[Any]:
        return page.of(select(*chosen(table, FeedbackRow)).where(*_query(snapshot, scope, where)), table.c.__getitem__)

    return [FeedbackRow._make(row) for row in snapshot.prepared(None, query, **page.values)]


def feedback_count(snapshot: Snapshot, scope: Scope, where: FeedbackFilter) -> int:
    """How much feedback a filter and a scope admit 反馈数."""
    query = select(func.count()).select_from(snapshot[FEEDBACK]).where(*_query(snapshot, scope, where))
    return int(snapshot.rows(query)[0][0])


def feedback_by_id(snapshot: Snapshot, scope: Scope, ids: Sequence[str]) -> dict[str, FeedbackRow]:
    """Feedback of many ids within a scope; what lies outside is absent."""
    table = snapshot[FEEDBACK]
    wanted = _query(snapshot, scope, FeedbackFilter())
    query = select(*chosen(table, FeedbackRow)).where(*wanted, snapshot.among(table.c.id, ids))
    found = {row.id: row for row in map(FeedbackRow._make, snapshot.rows(query))}
    return {identity: found[identity] for identity in ids if identity in found}


def scores_of(snapshot: Snapshot, ids: Sequence[str]) -> dict[str, list[FeedbackScoreRow]]:
    """The scores of some feedback, in their order; the caller has judged who is shown them."""
    table = snapshot[FEEDBACK_SCORES]
    query = select(*chosen(table, FeedbackScoreRow)).where(snapshot.among(table.c.feedback, ids))
    found: dict[str, list[FeedbackScoreRow]] = {}
    for row in map(FeedbackScoreRow._make, snapshot.rows(query.order_by(table.c.feedback, table.c.place))):
        found.setdefault(row.feedback, []).append(row)
    return found


def milestone_reached(snapshot: Snapshot, diagnosis: str, milestone: FeedbackMilestone) -> int | None:
    """Version of the latest fact of a diagnosis with which a milestone was reached; None where it was not."""
    entries, names = snapshot[ENTRIES], sorted(stored_names((MILESTONES[milestone],)))
    query = select(func.max(entries.c.version)).where(entries.c.stream == diagnosis, entries.c.type.in_(names))
    found = snapshot.rows(query)[0][0]
    return int(found) if found is not None else None


class ScoreInYear(NamedTuple):
    """One score of a feedback about a job that was begun in a year 年度评分. given_on: ISO text."""

    provider: str
    feedback: str
    version: int
    diagnosis: str
    enterprise: str
    anonymous: bool
    given_on: str
    subject: FeedbackSubject
    score: int


def scores_between(
    snapshot: Snapshot,
    first: str,
    last: str,
    provider: str | None = None,
    opened: tuple[int, int] | None = None,
    diagnoses: Sequence[str] | None = None,
) -> list[ScoreInYear]:
    """Scores of feedback, complaints aside, that was given within some days 期间评分; who asks has judged what is told of it.

    opened: moments (microseconds) between which its job was opened; None = whenever. diagnoses: of these jobs alone; None = of all.
    """
    table, scores = snapshot[FEEDBACK], snapshot[FEEDBACK_SCORES]
    columns_ = (table.c.provider, table.c.id, table.c.version, table.c.diagnosis, table.c.enterprise, table.c.anonymous)
    wanted = (*columns_, table.c.given_on, scores.c.subject, scores.c.score)
    conditions = _given_between(snapshot, first, last, provider, opened)
    if diagnoses is not None:
        conditions.append(snapshot.among(table.c.diagnosis, diagnoses))
    query = select(*wanted).select_from(table.join(scores, scores.c.feedback == table.c.id)).where(*conditions)
    ordered = query.order_by(table.c.provider, table.c.id, scores.c.place)
    rows = ((*row[:-2], FeedbackSubject(row[-2]), int(row[-1])) for row in map(tuple, snapshot.rows(ordered)))
    return [ScoreInYear(*row) for row in rows]


def _given_between(
    snapshot: Snapshot, first: str, last: str, provider: str | None, opened: tuple[int, int] | None
) -> list[ColumnElement[bool]]:
    table, cases = snapshot[FEEDBACK], snapshot[DIAGNOSES]
    conditions = [
        table.c.kind == FeedbackKind.FEEDBACK.value,
        table.c.provider.is_not(None),
        table.c.given_on >= first,
        table.c.given_on <= last,
        *([table.c.provider == provider] if provider is not None else []),
    ]
    if opened is not None:
        begun = select(cases.c.id).where(cases.c.opened_at >= opened[0], cases.c.opened_at < opened[1])
        conditions.append(table.c.diagnosis.in_(begun))
    return conditions


class SubjectMean(NamedTuple):
    """Mean of one subject over firms 对象均值: a firm counts once; 1 to 5, two decimals."""

    subject: FeedbackSubject
    mean: Decimal


class Pool(NamedTuple):
    """What anonymous firms said of a provider in a quarter that is over 匿名汇总."""

    provider: str
    quarter: str
    firms: int
    means: tuple[SubjectMean, ...]


def pools(scores: Sequence[ScoreInYear], at_least: int) -> Iterator[Pool]:
    """Anonymous scores pooled by provider and quarter, from so many firms on 匿名汇总, a subject too.

    Of quarters that are over, each by itself: no two pools differ by one firm.
    """
    found: dict[tuple[str, str], dict[FeedbackSubject, dict[str, list[int]]]] = {}
    for one in scores:
        if one.anonymous:
            quarter = quarter_of(one.given_on)
            by_firm = found.setdefault((one.provider, quarter), {}).setdefault(one.subject, {})
            by_firm.setdefault(one.enterprise, []).append(one.score)
    for (provider, quarter), by_subject in sorted(found.items()):
        firms = {firm for by_firm in by_subject.values() for firm in by_firm}
        if len(firms) < at_least:
            continue
        means = tuple(
            SubjectMean(subject, rounded(_mean(by_subject[subject]), MEAN_PLACES))
            for subject in FeedbackSubject
            if len(by_subject.get(subject, ())) >= at_least
        )
        yield Pool(provider, quarter, len(firms), means)


def _mean(by_firm: dict[str, list[int]]) -> Fraction:
    each = [Fraction(sum(scores), len(scores)) for scores in by_firm.values()]
    return sum(each, Fraction(0)) / len(each)


def quarter_of(day: str) -> str:
    """The quarter of a day in ISO text, such as 2024Q2 季度."""
    return f"{day[:4]}Q{(int(day[5:7]) + 2) // 3}"


class Answering(NamedTuple):
    """How many of a provider's jobs came to a report, and how many firms said anything of theirs 反馈率."""

    provider: str
    asked: int
    answered: int


def answering(snapshot: Snapshot, first: int, after: int) -> list[Answering]:
    """By provider, of the jobs that were opened between two moments (microseconds) and have a report; the others are silent."""
    cases, table = snapshot[DIAGNOSES], snapshot[FEEDBACK]
    heard = select(table.c.diagnosis).where(table.c.kind == FeedbackKind.FEEDBACK.value).distinct().subquery()
    query = (
        select(cases.c.provider, func.count(), func.count(heard.c.diagnosis))
        .select_from(cases.outerjoin(heard, heard.c.diagnosis == cases.c.id))
        .where(cases.c.provider.is_not(None), cases.c.status.in_(REPORTED), cases.c.opened_at >= first, cases.c.opened_at < after)
        .group_by(cases.c.provider)
        .order_by(cases.c.provider)
    )
    return [Answering(str(provider), int(asked), int(said)) for provider, asked, said in snapshot.rows(query)]


REPORTED = ("issued", "objected", "confirmed")
"""Statuses of a case that has a report: its firm could say how it went."""


def is_pooled(
    snapshot: Snapshot, first: str, last: str, at_least: int, provider: str, opened: tuple[int, int]
) -> bool:
    """Whether of a provider's own work so many firms spoke without their name that what those said counts 匿名评分是否计入.

    Below, a provider would read in its rating what one of them said. No more are looked for than it takes. Days and moments: as of
    `scores_between`.
    """
    table, cases = snapshot[FEEDBACK], snapshot[DIAGNOSES]
    begun = (cases.c.id == table.c.diagnosis, cases.c.opened_at >= opened[0], cases.c.opened_at < opened[1])
    firms = (
        select(table.c.enterprise)
        .where(
            *_given_between(snapshot, first, last, provider, None),
            table.c.anonymous,
            table.c.rated_scores > 0,
            exists().where(*begun),
        )
        .distinct()
        .limit(at_least)
        .subquery()
    )
    return int(snapshot.rows(select(func.count()).select_from(firms))[0][0]) == at_least


PART = 15
"""Bits of a count of scores and of their sum: no firm gives so many of one job."""
HALF = 2 * PART


def packed_scores(snapshot: Snapshot, first: str, last: str) -> ScalarSelect[int]:
    """What firms scored of each diagnosis of a query, of its provider's work alone 任务评分; `unpacked` reads it, NULL = nothing.

    A column of that query, and one number: each further look takes as long as this. Days: as of `scores_between`.
    """
    table, cases = snapshot[FEEDBACK], snapshot[DIAGNOSES]
    scores, points = (table.c[name] for name in RATED)
    own = (table.c.diagnosis == cases.c.id, table.c.provider == cases.c.provider, scores > 0)
    place = cast(case((table.c.anonymous, 1 << HALF), else_=1), BigInteger)
    query = select(cast(func.sum(place * (scores * (1 << PART) + points)), BigInteger))
    return query.where(*own, *_given_between(snapshot, first, last, None, None)).correlate(cases).scalar_subquery()


def unpacked(packed: int, *, anonymous: bool) -> tuple[int, int]:
    """How many scores, and their sum 评分数与合计: of those with a name, and with `anonymous` of all."""
    named, unnamed = packed & ((1 << HALF) - 1), packed >> HALF
    return divmod(named + unnamed if anonymous else named, 1 << PART)


def counted(scores: Iterable[ScoreInYear], pooled: Collection[str]) -> Iterator[ScoreInYear]:
    """Scores that a provider is rated by 计入评价的评分: those of its own work, anonymous ones as `is_pooled` says."""
    return (one for one in scores if one.subject in RATED_SUBJECTS and (not one.anonymous or one.provider in pooled))
