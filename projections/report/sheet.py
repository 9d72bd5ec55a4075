"""Sheet 报告数据: what the pages of a report show, drawn from a diagnosis' entries. Pure. plan P4.

The sheet is a function of its case alone: no clock, no read model. So a report can be made again from the journal.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import cast

from domain.diagnosis.case import DIAGNOSES, DiagnosisEvent, evolve
from domain.diagnosis.case_numbers import case_number
from domain.diagnosis.peers import PeerBasis, PeerStanding, peer_standing, scores_of
from domain.diagnosis.state import Diagnosis
from domain.governance.dated_rules import rule_in_force
from domain.governance.rule_bodies.report_template import ReportTemplate
from domain.instants import city_day
from domain.participants.enterprises import Firm
from domain.providers.sampling.certainty import Certainty, certainty_of
from journal import Entry
from journal.codec import decode
from methods.peer_standing import PeerBand
from projections.report import advice, trail, wording
from projections.report.archive import NOT_SAMPLED, Former, KnownPeers, Sampled
from projections.report.certificates import CertificateLine, Certified, certificate_lines
from projections.report.former import ResultComparison, compared
from projections.report.verification import VerificationMark
from projections.report.versions import VersionChanges, version_changes
from standards import Answer, Edition, Form, Gate, Indicator, IndicatorScore, Issued, Lifting, Measured, lifting

GRADES = 10
FIRST = 3
"""Actions that the first page names at least."""
GOOD = 2
"""Level from which something is called done well."""
DEFAULT_TEMPLATE = rule_in_force(None, ReportTemplate, date.min)


class NothingToReport(ValueError):  # noqa: N818 - the rules refuse this first; only a wrong caller meets it
    """The history does not reach a score 尚未评分: there is nothing to print."""


@dataclass(frozen=True)
class Case:
    """All that a report is made from 报告依据; equal cases give equal bytes.

    diagnosis: its id. position: of the journal that the report rests on. history: entries of its stream up to there.
    firm: the enterprise as stated there. edition: the pinned edition. at: when the report is issued or confirmed; only
    its day in the city's calendar is printed. confirmed: the version the firm agreed to. demo: synthetic data, marked
    示例数据 on every page. names: id of an organisation, code of a district or an industry -> name. titles: key of an edition
    -> its title. former: the result that a repeat is compared with. certified: certificates that the firm held. role: in
    which the report is issued or confirmed. template: by which it is set. sampled: what its certainty rests on. peers: what its
    standing among firms alike rests on. mark: by which the paper is verified.
    """

    diagnosis: str
    position: int
    history: Sequence[Entry]
    firm: Firm
    edition: Edition
    at: datetime
    confirmed: bool
    demo: bool
    names: Mapping[str, str] = field(default_factory=dict)
    titles: Mapping[str, str] = field(default_factory=dict)
    former: Former | None = None
    certified: tuple[Certified, ...] = ()
    role: str = ""
    template: ReportTemplate = DEFAULT_TEMPLATE
    sampled: Sampled = NOT_SAMPLED
    mark: VerificationMark | None = None
    peers: KnownPeers | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """An indicator, self-assessed beside verified 指标对照. differs: the two answers are not the same; then a reason."""

    indicator: Indicator
    own: Answer
    own_level: Decimal | None
    verified: Answer
    score: IndicatorScore
    differs: bool
    reason: str

    @property
    def own_basis(self) -> str:
        """What the firm's answer rests on."""
        return wording.stated(self.indicator, self.own)

    @property
    def basis(self) -> str:
        """What the verified answer rests on."""
        return wording.stated(self.indicator, self.verified)

    @property
    def described(self) -> str:
        """The standard's description of the verified level."""
        return "" if self.score.level is None else wording.described(self.indicator, self.score.level)

    @property
    def next_asks(self) -> tuple[int, str] | None:
        """The next level and its description; None at the top or where not applicable."""
        if self.score.level is None or self.score.level >= len(self.indicator.levels):
            return None
        goal = int(self.score.level) + 1
        return goal, wording.described(self.indicator, goal)


@dataclass(frozen=True, slots=True)
class Chapter:
    """A dimension with its indicators 维度. own, verified: scores 0–100."""

    id: str
    name: str
    weight: Decimal
    own: Decimal
    verified: Decimal
    level: int
    level_name: str
    contribution: Decimal
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Sheet:
    """Everything the pages show 报告数据.

    number: of the case, to be said on the telephone. version: of the report, from 1. dated: the day of issue or confirmation in
    the city's calendar. seats: (kind, name) of the organisations the firm belongs to, where their names are known. to_next:
    points missing to the next grade's band, None at the top. lifts: level -> how its gates that failed are lifted. liftable:
    whether anything lifts those in the way. afterwards: what the scoring says once every recommendation is done. by: the role
    that issues or confirms. comparison: of a repeat, with the result before it. certificates: by other
    bodies, beside what the verified answers say of their models.
    """

    number: str
    version: int
    confirmed: bool
    demo: bool
    dated: date
    firm: Firm
    district: str
    industry: str
    division: str
    size: str
    seats: tuple[tuple[str, str], ...]
    edition: Edition
    form: str
    applicability: str
    purpose: str
    campaign: str
    provider: str
    own: Measured
    verified: Measured
    issued: Issued
    band_name: str
    measured_name: str
    own_name: str
    to_next: Decimal | None
    chapters: tuple[Chapter, ...]
    obstacles: tuple[Gate, ...]
    weaknesses: tuple[advice.Weakness, ...]
    overstatements: tuple[advice.Overstatement, ...]
    lifts: Mapping[int, Lifting]
    liftable: bool
    recommendations: tuple[advice.Recommendation, ...]
    afterwards: Measured
    visits: tuple[trail.Visit, ...]
    reviews: tuple[str, ...]
    objections: tuple[trail.Objection, ...]
    evidence: tuple[trail.CitedEvidence, ...]
    steps: tuple[trail.TrailLine, ...]
    by: str
    comparison: ResultComparison | None
    certificates: tuple[CertificateLine, ...]
    marks: tuple[tuple[str, str, int], ...]
    template: ReportTemplate
    certainty: Certainty
    versions: VersionChanges | None
    mark: VerificationMark | None
    peers: PeerStanding
    alike: KnownPeers | None

    @property
    def standings(self) -> tuple[tuple[Chapter, tuple[str, PeerBand]], ...]:
        """Each dimension beside its band among the peers; none where nothing is told."""
        return tuple(zip(self.chapters, self.peers.dimensions, strict=False))

    @property
    def lines(self) -> tuple[Line, ...]:
        """Every indicator, in the edition's order."""
        return tuple(line for chapter in self.chapters for line in chapter.lines)

    @property
    def not_applicable(self) -> tuple[Line, ...]:
        """Indicators verified as not applicable."""
        return tuple(line for line in self.lines if line.score.level is None)

    @property
    def applicable(self) -> tuple[Line, ...]:
        """Indicators verified as applicable."""
        return tuple(line for line in self.lines if line.score.level is not None)

    @property
    def strongest(self) -> tuple[Line, ...]:
        """What is done best: the highest levels from the second on 强项."""
        reached = [line for line in self.applicable if (line.score.level or 0) >= GOOD]
        return tuple(sorted(reached, key=lambda line: -(line.score.points or 0))[:FIRST])

    @property
    def unsupported(self) -> tuple[Line, ...]:
        """Applicable indicators that no file supports 无佐证指标."""
        supported = {indicator for file in self.evidence for indicator in file.indicators}
        return tuple(line for line in self.applicable if line.indicator.id not in supported)

    @property
    def first_actions(self) -> tuple[advice.Recommendation, ...]:
        """What to do first: all of what lifts the gates in the way, and three at least."""
        return self.recommendations[: max(self.lifting, FIRST)]

    @property
    def lifting(self) -> int:
        """How many of the recommendations, the first of them, lift the gates in the way."""
        return sum(1 for step in self.recommendations if step.gates)

    @property
    def missing_steps(self) -> tuple[str, ...]:
        """Steps of the process that alone hold the grade back; empty where the answers do, or nothing does."""
        held = self.issued.grade < self.verified.grade
        return tuple(step for gate in self.obstacles for step in gate.lift) if held else ()

    @property
    def lifting_proven(self) -> bool:
        """Whether it is proven that fewer indicators would not lift the gates in the way."""
        return all(self.lifts[gate.level].proven for gate in self.obstacles if gate.level in self.lifts)

    def lift(self, gate: Gate) -> tuple[str, ...]:
        """What lifts a gate that failed: the step of the process, or the indicators to raise; empty where nothing does."""
        how = self.lifts.get(gate.level)
        if how is None or gate in self.issued.gates:
            return gate.lift
        return tuple(wording.raised(one) for one in how.of(gate.code))

    @property
    def title(self) -> str:
        """Title of the document, with the enterprise and the version."""
        return f"{self.firm.name} 数字化诊断报告 第 {self.version} 版"


def sheet(case: Case) -> Sheet:
    """The sheet of a case 报告数据.

    Raises:
        NothingToReport: the history does not reach a score.
    """
    history = [
        trail.RecordedEvent(entry, cast("DiagnosisEvent", decode(DIAGNOSES, entry.type, entry.state)))
        for entry in case.history
    ]
    state: Diagnosis | None = None
    for recorded in history:
        state = evolve(state, recorded.event)
    if state is None or state.self_measured is None or state.verified_measured is None or state.issued is None:
        raise NothingToReport(case.diagnosis)
    edition, firm, names = case.edition, case.firm, case.names
    own, verified, issued = state.self_measured, state.verified_measured, state.issued
    chapters = _chapters(edition, state, own, verified)
    reasons = {indicator: found.reason or "" for indicator, found in state.verified.items()}
    grade = issued.grade
    answers = {indicator: found.answer for indicator, found in state.verified.items()}
    lifted = advice.lifting_of(edition, state.form, answers, verified, issued)
    recommended = advice.recommendations(edition, state.form, answers, verified, lifted)
    return Sheet(
        number=case_number(case.diagnosis),
        version=state.reports + 1,
        confirmed=case.confirmed,
        demo=case.demo,
        dated=city_day(case.at),
        firm=firm,
        district=names.get(firm.district, firm.district),
        industry=names.get(firm.industry[:3], ""),
        division=names.get(case.peers.group.division, "") if case.peers is not None else "",
        size=wording.SIZES.get(firm.size_class, firm.size_class),
        seats=tuple(
            (label, names[seat])
            for label, seat in (("街镇", firm.subdistrict), ("园区", firm.park), ("企业集团", firm.group))
            if seat is not None and seat in names
        ),
        edition=edition,
        form=wording.FORMS[state.form],
        applicability=wording.applicability(state, {**case.titles, edition.key: edition.title}),
        purpose=wording.PURPOSES[state.purpose],
        campaign=state.campaign,
        provider=names.get(state.provider or "", wording.OTHER_ORGANISATION if state.provider else "未指定"),
        own=own,
        verified=verified,
        issued=issued,
        band_name=grade_name(edition, verified.band_grade),
        measured_name=grade_name(edition, verified.grade),
        own_name=grade_name(edition, own.grade),
        to_next=edition.bands[grade] - verified.total if grade < GRADES else None,
        chapters=chapters,
        obstacles=advice.obstacles(verified, issued),
        weaknesses=advice.weaknesses(edition, verified)[: advice.WEAKEST],
        overstatements=advice.overstatements(edition, own, verified, reasons),
        lifts=_lifts(edition, state.form, answers, verified, lifted),
        liftable=lifted is None or lifted.raises is not None,
        recommendations=recommended,
        afterwards=advice.total_after(edition, state.form, answers, recommended),
        visits=trail.visits(history),
        reviews=trail.reviews(history),
        objections=trail.objections(history),
        evidence=trail.evidence(history),
        steps=trail.steps(history, edition, names),
        by=wording.ROLES.get(case.role, "企业" if case.confirmed else "服务商"),
        comparison=compared(case.former, edition, verified) if case.former is not None else None,
        certificates=certificate_lines(case.certified, verified, city_day(case.at)),
        marks=_marks(chapters),
        template=case.template,
        certainty=certainty_of(verified, issued, edition.bands, *case.sampled),
        versions=version_changes(history, edition, state),
        mark=case.mark,
        peers=_standing(case, verified),
        alike=case.peers,
    )


def _standing(case: Case, verified: Measured) -> PeerStanding:
    if case.peers is None:
        return PeerStanding(PeerBasis.TOO_FEW)
    _group, owner, results, least = case.peers
    return peer_standing(verified.total, scores_of(verified), owner, results, position=case.position, at_least=least)


def _lifts(
    edition: Edition, form: Form, answers: Mapping[str, Answer], verified: Measured, nearest: Lifting | None
) -> dict[int, Lifting]:
    """How the gates that failed are lifted, a level at a time; that of the nearest level is known already."""
    known = {} if nearest is None else {nearest.level: nearest}
    levels = {gate.level for gate in verified.gates if not gate.holds}
    return {level: known.get(level) or lifting(edition, form, answers, level) for level in sorted(levels)}


def grade_name(edition: Edition, grade: int) -> str:
    """A grade with its level 等级档次: "四档（场景级）"; below grade 1 by the edition's own word."""
    if not grade:
        return edition.below_grade_name
    return f"{edition.grade_names[grade - 1]}（{edition.level_names[(grade + 1) // 2 - 1]}）"


def _chapters(edition: Edition, state: Diagnosis, own: Measured, verified: Measured) -> tuple[Chapter, ...]:
    own_scores = {score.id: score.score for score in own.dimensions}
    own_levels = {score.id: score.level for score in own.indicators}
    reached = {score.id: score for score in verified.dimensions}
    lines: dict[str, list[Line]] = {dimension.id: [] for dimension in edition.dimensions}
    for score in verified.indicators:
        indicator = edition.by_id[score.id]
        before, found = state.answers[score.id], state.verified[score.id]
        lines[indicator.dimension].append(
            Line(
                indicator=indicator,
                own=before,
                own_level=own_levels[score.id],
                verified=found.answer,
                score=score,
                differs=before != found.answer,
                reason=found.reason or "",
            )
        )
    return tuple(
        Chapter(
            id=dimension.id,
            name=dimension.name,
            weight=dimension.weight,
            own=own_scores[dimension.id],
            verified=reached[dimension.id].score,
            level=reached[dimension.id].level,
            level_name=(edition.below_grade_name, *edition.level_names)[reached[dimension.id].level],
            contribution=sum((line.score.contribution for line in lines[dimension.id]), Decimal(0)),
            lines=tuple(lines[dimension.id]),
        )
        for dimension in edition.dimensions
    )


def _marks(chapters: Sequence[Chapter]) -> tuple[tuple[str, str, int], ...]:
    """Marks of the indicators' sources 数据标记: (mark, meaning, how many indicators), in the order of the legend."""
    found = [line.indicator.source.mark for chapter in chapters for line in chapter.lines]
    return tuple((mark, said, found.count(mark)) for mark, said in wording.MARKS.items() if mark in found)
