"""Shadow re-scoring 影子测算: a finished diagnosis under another edition: same grade, moved and why, or untold. plan S4, S5.

Nothing is guessed. An answer is read under another edition only where that edition asks for the same: same kind, same raw numbers
in the same units, no option that was not offered. What is asked no longer is left out. A wording that changed is counted as a
caution and not as an obstacle, because the answer still reads.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from pydantic import BaseModel, ConfigDict

from standards.described import DescribedEnum
from standards.edition.edition import Edition
from standards.edition.text import Form, Indicator
from standards.scoring.answers import Answer
from standards.scoring.measure import NothingToScore, effective_weights, grade_of, rounded
from standards.scoring.results import Gate, Measured, Process
from standards.scoring.scorecard import Judge, Scale, Scorecard

RULES = "shadow-1"
"""Version of these rules: another one where the same input would give another result."""


class RescoringObstacleKind(DescribedEnum):
    """Why a diagnosis cannot be re-scored under a draft · 不可测算原因类别."""

    NO_SUCCESSOR = "no_successor", "No edition of the draft succeeds that of the diagnosis · 没有接替版本"
    NEWLY_ASKED = "newly_asked", "The draft asks an indicator that has no answer · 新问指标"
    KIND_CHANGED = "kind_changed", "An indicator is answered in another way · 填报方式已变"
    NUMBERS_CHANGED = "numbers_changed", "An indicator asks for other raw numbers · 原始数值已变"
    OPTION_ADDED = "option_added", "An indicator has an option that was not offered · 新增选项"
    DOES_NOT_READ = "does_not_read", "An answer is none under the draft · 答案不成立"
    NOTHING_TO_SCORE = "nothing_to_score", "A dimension has nothing to be scored · 没有可评指标"


OBSTACLES: Mapping[RescoringObstacleKind, tuple[str, str]] = {
    RescoringObstacleKind.NO_SUCCESSOR: (
        "草案中没有接替版本 {subject} 的版本",
        "No edition of the draft succeeds edition {subject}",
    ),
    RescoringObstacleKind.NEWLY_ASKED: (
        "草案新问指标 {subject}，原诊断没有答案",
        "The draft asks indicator {subject}, to which the diagnosis has no answer",
    ),
    RescoringObstacleKind.KIND_CHANGED: ("指标 {subject} 的填报方式已变", "Indicator {subject} is answered in another way"),
    RescoringObstacleKind.NUMBERS_CHANGED: ("指标 {subject} 的原始数值已变", "Indicator {subject} asks for other raw numbers"),
    RescoringObstacleKind.OPTION_ADDED: (
        "指标 {subject} 新增了选项，原诊断没有问过",
        "Indicator {subject} has an option that the diagnosis was not asked for",
    ),
    RescoringObstacleKind.DOES_NOT_READ: (
        "指标 {subject} 的答案在草案下不成立",
        "The answer to indicator {subject} is none under the draft",
    ),
    RescoringObstacleKind.NOTHING_TO_SCORE: (
        "维度 {subject} 在草案下没有可评指标",
        "Dimension {subject} has no indicator to be scored under the draft",
    ),
}
"""Why a diagnosis cannot be re-scored, and what people are told in Chinese and English."""
BITES, LETS_GO = "新受限于", "不再受限于"
"""How a gate that holds a grade back only now, or no longer, is told."""


def obstacle_said(kind: RescoringObstacleKind, subject: str) -> tuple[str, str]:
    """An obstacle as a line to read, in Chinese and English 不可测算说明."""
    chinese, english = OBSTACLES[kind]
    return chinese.format(subject=subject), english.format(subject=subject)


class MoveReasonKind(DescribedEnum):
    """Why a grade would be another · 变动原因类别."""

    WEIGHTS = "weights", "Weights of indicators · 权重"
    LEVELS = "levels", "Bounds of an indicator's levels · 分级上限"
    POINTS = "points", "Points of levels or options · 分值"
    BANDS = "bands", "Lowest totals of the grades · 档分"
    GATE = "gate", "A gate of the answers · 答案门槛"
    PROCESS = "process", "A gate of the process · 过程门槛"



class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class RescoringObstacle(_Part):
    """Why a diagnosis cannot be re-scored 不可测算原因. subject: the indicator, dimension or edition at fault."""

    kind: RescoringObstacleKind
    subject: str

    @property
    def sentence(self) -> str:
        """The obstacle as a line to read."""
        return obstacle_said(self.kind, self.subject)[0]


class MoveReason(_Part):
    """One cause of another grade 变动原因, in the order of judging.

    kind: weights, levels (bounds of an indicator) or points moved the total across a bound; the bounds of totals moved; a
    gate of the answers, or one of the process, bites or lets go. subject: code of the gate, or the indicator that moved most.
    """

    kind: MoveReasonKind
    subject: str
    sentence: str

    @property
    def sentence_in_english(self) -> str:
        """What moved it, in English 英文说明: of runs kept long ago too, so that it is told by what every run keeps."""
        subject = self.subject
        match self.kind:
            case MoveReasonKind.WEIGHTS:
                return f"Weights changed, most of all that of {subject}"
            case MoveReasonKind.LEVELS:
                return f"Bounds of levels changed, most of all those of {subject}"
            case MoveReasonKind.POINTS:
                return f"Points changed, most of all those of {subject}"
            case MoveReasonKind.BANDS:
                return "The lowest totals of the grades changed"
            case MoveReasonKind.GATE | MoveReasonKind.PROCESS:
                gate = "A gate of the answers" if self.kind is MoveReasonKind.GATE else "A gate of the process"
                return f"{gate} ({subject}) holds the grade back " + ("now" if self.sentence.startswith(BITES) else "no longer")


class Moved(_Part):
    """A diagnosis whose grade is another 等级变动. Grades 0–10, totals two decimals."""

    before: int
    after: int
    total_before: Decimal
    total_after: Decimal
    reasons: tuple[MoveReason, ...]

    @property
    def sentence(self) -> str:
        """The move as a line to read · 变动说明."""
        names = [f"第 {grade} 档" if grade else "未达一档" for grade in (self.before, self.after)]
        return f"{names[0]} → {names[1]}：" + "；".join(reason.sentence for reason in self.reasons)

    @property
    def sentence_in_english(self) -> str:
        """The move as a line to read, in English · 英文变动说明."""
        names = [f"grade {grade}" if grade else "below grade 1" for grade in (self.before, self.after)]
        return f"{names[0]} → {names[1]}: ".capitalize() + "; ".join(reason.sentence_in_english for reason in self.reasons)


@dataclass(frozen=True, slots=True)
class Finished:
    """A finished diagnosis as far as its grade rests on it 已完成诊断. answers: as verified. grade: as issued."""

    form: Form
    answers: Mapping[str, Answer]
    process: Process
    grade: int


@dataclass(frozen=True, slots=True)
class Rescored:
    """A diagnosis under another edition 测算结果: its new grade, its scorecard, and where it moved why."""

    grade: int
    card: Scorecard
    moved: Moved | None


class Shadow:
    """One edition read as another 影子版本: what of the old answers reads there, and what comes out.

    reworded: indicators whose question or level descriptors read otherwise, though the answer still fits.
    """

    def __init__(self, old: Edition, new: Edition) -> None:
        self.old = old
        self.new = new
        self.judge = Judge(new)
        self.scales = {form: Scale(new, form) for form in Form}
        self._asked = {form: frozenset(item.id for item in old.of(form)) for form in Form}
        self._unlike = {
            item.id: kind
            for item in new.indicators
            if item.id in old.by_id and (kind := _unlike(old.by_id[item.id], item)) is not None
        }
        self._reworded = {
            form: frozenset(
                item.id for item in new.of(form) if item.id in self._asked[form] and _reworded(old.by_id[item.id], item)
            )
            for form in Form
        }
        self._fewer = {
            item.id: offered
            for item in new.indicators
            if item.kind == "multi"
            and item.id in old.by_id
            and (offered := frozenset(option.name for option in item.options))
            != frozenset(option.name for option in old.by_id[item.id].options)
        }

    def reworded(self, form: Form) -> frozenset[str]:
        """Indicators of a form whose wording changed 表述有变的指标."""
        return self._reworded[form]

    def rescore(self, finished: Finished) -> Rescored | tuple[RescoringObstacle, ...]:
        """A finished diagnosis under the new edition, or every obstacle that stands against it 测算."""
        read: dict[str, Answer] = {}
        obstacles: list[RescoringObstacle] = []
        for item in self.new.of(finished.form):
            answer = finished.answers.get(item.id)
            if answer is None or item.id not in self._asked[finished.form]:
                obstacles.append(RescoringObstacle(kind="newly_asked", subject=item.id))
                continue
            if not answer.not_applicable:
                if (kind := self._unlike.get(item.id)) is not None:
                    obstacles.append(RescoringObstacle(kind=kind, subject=item.id))
                    continue
                if (offered := self._fewer.get(item.id)) is not None and answer.choices:
                    kept = tuple(choice for choice in answer.choices if choice in offered)
                    answer = answer.model_copy(update={"choices": kept})
            if self.new.check(finished.form, item.id, answer) is not None:
                obstacles.append(RescoringObstacle(kind="does_not_read", subject=item.id))
                continue
            read[item.id] = answer
        if obstacles:
            return tuple(obstacles)
        try:
            card = self.scales[finished.form].card(read)
        except NothingToScore as nothing:
            return (RescoringObstacle(kind="nothing_to_score", subject=nothing.dimension),)
        grade = self.judge.grade(card, finished.process)
        return Rescored(grade, card, self._why(finished, read) if grade != finished.grade else None)

    def _why(self, finished: Finished, read: Mapping[str, Answer]) -> Moved:
        before, after = self.old.measure(finished.form, finished.answers), self.new.measure(finished.form, read)
        issued_before, issued_after = (
            edition.issue(measured, finished.process) for edition, measured in ((self.old, before), (self.new, after))
        )
        by_old_bands = grade_of(self.old, after.total)
        reasons: list[MoveReason] = []
        if by_old_bands != before.band_grade:
            reasons += self._of_the_total(finished, read, before, after)
        if by_old_bands != after.band_grade:
            says = f"各档最低分调整：总分 {after.total} 由第 {by_old_bands} 档归入第 {after.band_grade} 档"
            reasons.append(MoveReason(kind=MoveReasonKind.BANDS, subject="bands", sentence=says))
        reasons += _of_gates(MoveReasonKind.GATE, before.gates, after.gates)
        reasons += _of_gates(MoveReasonKind.PROCESS, issued_before.gates, issued_after.gates)
        return Moved(
            before=issued_before.grade,
            after=issued_after.grade,
            total_before=before.total,
            total_after=after.total,
            reasons=tuple(reasons),
        )

    def _of_the_total(
        self, finished: Finished, read: Mapping[str, Answer], before: Measured, after: Measured
    ) -> list[MoveReason]:
        """What moved the total: Δ(weight)·old points, and new weight·Δ(points) parted by whether the level changed."""
        weights = [
            effective_weights(edition, finished.form, frozenset(i for i, a in answers.items() if not a.not_applicable))
            for edition, answers in ((self.old, finished.answers), (self.new, read))
        ]
        points = [{item.id: item for item in measured.indicators} for measured in (before, after)]
        names = {MoveReasonKind.WEIGHTS: "权重调整", MoveReasonKind.LEVELS: "分级上限调整", MoveReasonKind.POINTS: "分值调整"}
        effects: dict[MoveReasonKind, dict[str, Fraction]] = {kind: {} for kind in names}
        for identity in weights[0].keys() | weights[1].keys():
            was, becomes = (found.get(identity, Fraction(0)) for found in weights)
            old, new = (found.get(identity) for found in points)
            old_points = Fraction(old.points) if old is not None and old.points is not None else Fraction(0)
            new_points = Fraction(new.points) if new is not None and new.points is not None else old_points
            effects[MoveReasonKind.WEIGHTS][identity] = (becomes - was) * old_points / 100
            moved = old is not None and new is not None and old.level != new.level
            kind = MoveReasonKind.LEVELS if moved else MoveReasonKind.POINTS
            effects[kind][identity] = becomes * (new_points - old_points) / 100
        direction = 1 if after.total > before.total else -1
        found = []
        for kind, by_indicator in effects.items():
            effect = sum(by_indicator.values(), Fraction(0))
            if effect * direction <= 0:
                continue
            most = max(sorted(by_indicator), key=lambda identity: by_indicator[identity] * direction)
            says = (
                f"{names[kind]}使总分{'升' if direction > 0 else '降'} {abs(rounded(effect))}"
                f"（{before.total} → {after.total}，{most} 影响最大）"
            )
            found.append(MoveReason(kind=kind, subject=most, sentence=says))
        return found


def _of_gates(kind: MoveReasonKind, before: tuple[Gate, ...], after: tuple[Gate, ...]) -> list[MoveReason]:
    """Gates that bite after and did not before, and the other way round."""
    was, becomes = ({(gate.code, gate.level): gate for gate in gates if not gate.holds} for gates in (before, after))
    bites = [(gate, BITES) for place, gate in sorted(becomes.items()) if place not in was]
    lets_go = [(gate, LETS_GO) for place, gate in sorted(was.items()) if place not in becomes]
    return [MoveReason(kind=kind, subject=gate.code, sentence=f"{word}：{gate.says}") for gate, word in (*bites, *lets_go)]


def _unlike(old: Indicator, new: Indicator) -> RescoringObstacleKind | None:
    """Why an answer to one indicator is none to another of the same id, None where it is."""
    if old.kind != new.kind:
        return RescoringObstacleKind.KIND_CHANGED
    if [(n.name, n.unit) for n in old.numbers] != [(n.name, n.unit) for n in new.numbers]:
        return RescoringObstacleKind.NUMBERS_CHANGED
    if {option.name for option in new.options} - {option.name for option in old.options}:
        return RescoringObstacleKind.OPTION_ADDED
    return None


def _reworded(old: Indicator, new: Indicator) -> bool:
    """Whether the question, or what its levels and options stand for, is worded otherwise."""

    def wording(item: Indicator) -> tuple[object, ...]:
        labels = {option.name: option.label for option in item.options if option.name in {o.name for o in new.options}}
        return (item.name, item.levels, tuple(number.label for number in item.numbers), labels)

    return wording(old) != wording(new)
