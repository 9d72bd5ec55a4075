"""Selection of the demo city 示例遴选: the calls of two years, how each applicant was marked, who objected. plan V1–V6."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from hashlib import sha256

from domain.governance.dated_rules import SetRule, rule_in_force
from domain.governance.proceedings.decision import DecideProceeding, EndTimeToAppeal
from domain.governance.proceedings.hearing import GiveStatement
from domain.governance.proceedings.opening import ServeNotice
from domain.governance.proceedings.state import ProceedingOutcome
from domain.governance.rule_bodies.selection import SelectionRule
from domain.providers.applications.commands import (
    AcceptApplication,
    AttachApplicationDocument,
    ObjectToResult,
    PutForward,
    ReturnApplication,
    RevisedScore,
    ReviseResult,
    SaveApplication,
    SubmitApplication,
)
from domain.providers.applications.state import MendItem, SelectionDimension, StaffMember
from domain.providers.calls.commands import (
    AdoptDirectory,
    CloseCall,
    CloseMarking,
    DrawMarking,
    EndObjections,
    GiveMarker,
    OpenCall,
    PublishOutcome,
)
from domain.providers.calls.results import MARKERS_OF_A_DISPUTE
from domain.providers.marking.drawing import drawn_markers, drawn_order
from domain.providers.marking.marking import DimensionMark, IndustryMark, SealMark, marking_id
from zhenduan.demo.files import evidence_pdf
from zhenduan.demo.proceedings import SYSTEM, Played
from zhenduan.demo.selected_people import SelectedProvider, SelectionOffice

DOCUMENTS = {one: evidence_pdf(990_000 + number) for number, one in enumerate(SelectionDimension)}
"""Dimension -> the file that every applicant of the demo supports it with."""
RULE_SET, RULE_SINCE = date(2023, 11, 27), date(2023, 12, 1)
PASSED, FAILED = (78, 95), (50, 62)
"""Percent of each weight that a marker gives who is to be listed, and who is not."""


@dataclass(frozen=True)
class Year:
    """A year's call 年度征集: its days in order, and from its applicants, by place, those of whom something is to be told.

    objection: who objects to its result, and whether it is granted. leaving: how many leave the directory by it.
    """

    year: int
    opened: date
    applications: date
    mending: date
    drawn: date
    marking: date
    published: date
    objections: date
    objected: date
    decided: date
    final: date
    adopted: date
    failing: tuple[int, ...]
    objection: tuple[int, ProceedingOutcome]
    disputed: int | None = None
    leaving: int = 0


FIRST = Year(
    2024, date(2023, 12, 4), date(2023, 12, 22), date(2023, 12, 29), date(2024, 1, 2), date(2024, 1, 26), date(2024, 1, 29),
    date(2024, 2, 9), date(2024, 1, 30), date(2024, 2, 5), date(2024, 3, 4), date(2024, 3, 6),
    failing=(9, 14, 20), objection=(9, ProceedingOutcome.UPHELD), disputed=12,
)  # fmt: skip
SECOND = Year(
    2025, date(2024, 12, 2), date(2024, 12, 20), date(2024, 12, 27), date(2024, 12, 30), date(2025, 1, 17), date(2025, 1, 20),
    date(2025, 2, 10), date(2025, 1, 21), date(2025, 1, 27), date(2025, 2, 21), date(2025, 2, 24),
    failing=(14, 31, 37), objection=(31, ProceedingOutcome.DISMISSED), leaving=3,
)  # fmt: skip


def committed_seed(year: int) -> str:
    """What the order of marking of a demo's call is drawn from 示例抽签种子: known, as all of the demo is."""
    return sha256(f"Zhenduan, demo call of {year}".encode()).hexdigest()


def set_rule(office: SelectionOffice) -> Iterator[Played]:
    """The rule that both calls keep to: fewer people than by default, since the demo's providers are small."""
    body = rule_in_force(None, SelectionRule, RULE_SET)
    small = {"certified_at_least": 2, "senior_at_least": 1, "certified_per_industry": 1}
    stated = {"source": "市级部门遴选方案（示例）", "mark": "I"}
    yield RULE_SET, office.clerk, SetRule(since=RULE_SINCE, body=body.model_copy(update=small), **stated)


def called(year: Year, office: SelectionOffice, applicants: Sequence[SelectedProvider]) -> Iterator[Played]:
    """A year's call from its opening to its directory 一年的遴选, each act with its day."""
    of, city = year.year, office.clerk
    yield year.opened, city, OpenCall(
        year=of, applications_until=year.applications, mending_until=year.mending, marking_until=year.marking,
        objections_until=year.objections,
    )  # fmt: skip
    for place, one in enumerate(applicants):
        yield from applied(year, office, one, place)
    yield year.drawn, city, CloseCall(year=of)
    seed = committed_seed(of)
    yield year.drawn, city, DrawMarking(year=of, markers=tuple(one.actor for one in office.markers), seed=seed)
    yield from _marked(year, office, applicants, seed)
    yield year.published, city, PublishOutcome(year=of)
    yield from _objection(year, office, applicants)
    yield year.adopted, city, EndObjections(year=of)
    yield year.adopted, city, AdoptDirectory(year=of, leaving=year.leaving)


def applied(year: Year, office: SelectionOffice, one: SelectedProvider, place: int) -> Iterator[Played]:
    """An application from its draft until it is complete 申报经过. place: of the applicant, by which a day is chosen."""
    named = {"year": year.year, "provider": one.id}
    day = year.opened + timedelta(days=1 + place // 5)
    if place == office.put_forward and year is FIRST:
        yield day, office.district, PutForward(**named, reason="长期服务本区企业，口碑良好（示例）")
    yield from submitted(year.year, one, day)
    staff = _staff(one)
    if place == office.returned and year is FIRST:
        items = (MendItem(part="人员", what="请补充人员社保证明，并在补充说明中写明（示例）"),)
        yield year.applications, office.clerk, ReturnApplication(**named, items=items, mend_until=year.mending)
        mended = SaveApplication(**named, industries=one.industries, staff=staff, links=(), statement="已补充社保证明（示例）")
        yield year.mending - timedelta(days=1), one.manager, mended
        yield year.mending - timedelta(days=1), one.manager, SubmitApplication(**named)
        yield year.mending, office.clerk, AcceptApplication(**named)
    else:
        yield year.applications, office.clerk, AcceptApplication(**named)


def submitted(year: int, one: SelectedProvider, day: date) -> Iterator[Played]:
    """An application with its people and documents, handed in on a day 提交申报."""
    named = {"year": year, "provider": one.id}
    yield day, one.manager, SaveApplication(**named, industries=one.industries, staff=_staff(one), links=())
    for dimension, data in DOCUMENTS.items():
        said = {"filename": f"{dimension.value}.pdf", "media_type": "application/pdf", "size": len(data)}
        yield day, one.manager, AttachApplicationDocument(
            **named, dimension=dimension, sha256=sha256(data).hexdigest(), **said
        )
    yield day, one.manager, SubmitApplication(**named)


def _staff(one: SelectedProvider) -> tuple[StaffMember, ...]:
    return tuple(StaffMember(person=who.actor, industries=one.industries) for who in one.staff)


def _marked(year: Year, office: SelectionOffice, applicants: Sequence[SelectedProvider], seed: str) -> Iterator[Played]:
    """Every marker marks what the draw gave; where two differ too much a third does, and the marks are closed again."""
    by_name = {one.id: (place, one) for place, one in enumerate(applicants)}
    who = {one.actor: one for one in office.markers}
    order = drawn_order(seed, by_name)
    given, _ = drawn_markers(seed, order, who, {})
    for number, provider in enumerate(order, 1):
        place, one = by_name[provider]
        for turn, marker in enumerate(given[provider]):
            harsh = place in year.failing or (place == year.disputed and turn == 1)
            day = year.drawn + timedelta(days=4 + number % 10)
            yield day, who[marker], mark_of(office, year.year, number, marker, one, FAILED if harsh else PASSED)
    yield year.marking, office.clerk, CloseMarking(year=year.year, opened=())
    if year.disputed is None:
        return
    disputed = applicants[year.disputed]
    number = order.index(disputed.id) + 1
    third = next(one for one in office.markers if one.actor not in given[disputed.id])
    assert len(given[disputed.id]) == MARKERS_OF_A_DISPUTE - 1  # noqa: S101 - the draw gives two
    yield year.marking, office.clerk, GiveMarker(year=year.year, number=number, marker=third.actor)
    yield year.marking, third, mark_of(office, year.year, number, third.actor, disputed, PASSED)
    yield year.marking, office.clerk, CloseMarking(year=year.year, opened=())


def mark_of(
    office: SelectionOffice, year: int, number: int, marker: str, one: SelectedProvider, share: tuple[int, int]
) -> SealMark:
    """What a marker gives an application, within a share of each weight in percent 评分."""
    weights = rule_in_force(None, SelectionRule, RULE_SET).weights

    def points(dimension: SelectionDimension) -> int:
        weight: int = getattr(weights, dimension.value)
        return weight * office.chance.randint(*share) // 100

    reason = "材料充分，与记录相符（示例）" if share is PASSED else "材料单薄，缺少案例（示例）"
    dimensions = tuple(DimensionMark(dimension=each, points=points(each), reason=reason) for each in SelectionDimension)
    experience = SelectionDimension.INDUSTRY_EXPERIENCE
    industries = tuple(IndustryMark(industry=each, points=points(experience)) for each in one.industries)
    return SealMark(marking=marking_id(year, number, marker), dimensions=dimensions, industries=industries)


def _objection(year: Year, office: SelectionOffice, applicants: Sequence[SelectedProvider]) -> Iterator[Played]:
    """One that was not listed objects; what is granted changes its result before the directory is adopted."""
    place, outcome = year.objection
    one = applicants[place]
    proceeding, named = f"mark-objection-{year.year}-1", {"year": year.year, "provider": one.id}
    of = {"proceeding": proceeding}
    asked = ObjectToResult(**named, **of, asked="重新核定人员与行业经验得分（示例）", grounds="漏计两个已验收的案例（示例）")
    yield year.objected, one.manager, asked
    yield year.objected, office.clerk, ServeNotice(**of)
    text = "已调阅申报材料与评分理由（示例）"
    yield year.objected + timedelta(days=1), office.clerk, GiveStatement(**of, text=text, asks_hearing=False)
    reasons = "两个案例属实，应予计分（示例）" if outcome is ProceedingOutcome.UPHELD else "案例验收晚于申报截止，不予计分（示例）"
    yield year.decided, office.chief, DecideProceeding(**of, outcome=outcome, reasons=reasons)
    yield year.final, SYSTEM, EndTimeToAppeal(**of)
    if outcome is ProceedingOutcome.UPHELD:
        given: Mapping[SelectionDimension, int] = {
            SelectionDimension.STAFF: 22, SelectionDimension.INDUSTRY_EXPERIENCE: 23, SelectionDimension.BASIC_CAPABILITY: 17
        }  # fmt: skip
        scores = tuple(RevisedScore(dimension=each, points=Decimal(points)) for each, points in given.items())
        industries = [{"industry": each, "points": "18"} for each in one.industries]
        stated = {**named, **of, "scores": scores, "industries": industries}
        yield year.final, office.clerk, ReviseResult.model_validate(stated)
