"""Sensitivity 敏感性: the smallest change of each weight, band and gate of an edition that moves any firm's grade. plan S4, S5.

One parameter changes at a time, all else as it stands:

- a weight, in steps of 0.0001 percent (what composition writes): its siblings, that is the other dimensions, or the other
  indicators of the dimension in the full form, share the rest of 100 in proportion, exactly and not rounded again;
- the lowest total of a grade, in steps of 0.01 points (what a total is judged by), between its two neighbours;
- a threshold of a gate, level by level, count by count or percent by percent, as far as an edition may set it.

For one firm the first step that moves it follows in closed form: a total is linear in the weight of a dimension and a
quotient of two quadratics in the weight of an indicator, whose siblings may be not applicable. Over firms the minimum is kept,
so that memory does not grow with their number. Whole numbers throughout: the step told is exact.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from pydantic import BaseModel, ConfigDict

from standards.edition.difference import TERMS_ZH, label_of
from standards.edition.edition import Edition
from standards.edition.text import GRADES, LEVELS, Form
from standards.scoring.results import Process
from standards.scoring.scorecard import WEIGHT_DECIMALS, Judge, Scale, Scorecard
from standards.shadow.sensitivity_of_firm import FirmChanges, Ladder, Move

WEIGHT_STEP = Decimal(1).scaleb(-WEIGHT_DECIMALS)
BAND_STEP = Decimal("0.01")


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class NearestMove(_Part):
    """The nearest value of a parameter at which some firm's grade is another · 最近变动点.

    change: from the present value. firms: how many move there. example: one of them, by its diagnosis.
    """

    value: Decimal
    change: Decimal
    firms: int
    example: str


class Sensitivity(_Part):
    """How far one parameter may go before a grade moves 敏感性. None: no value in that direction moves anyone.

    clause: where it stands, as `Difference` says it. label: the same in the words of the standard. value: now.
    """

    clause: str
    label: str
    value: Decimal
    less: NearestMove | None
    more: NearestMove | None


class EditionSensitivity(_Part):
    """Sensitivity of every parameter of an edition 版本敏感性, over `firms` diagnoses re-scored under it.

    replaces: key of the published edition in whose place it stands.
    """

    replaces: str
    edition: str
    firms: int
    parameters: tuple[Sensitivity, ...]


@dataclass(slots=True)
class _Nearest:
    """The nearest step found so far in one direction; limit: steps that there are."""

    limit: int
    steps: int = 0
    firms: int = 0
    example: str = ""

    def offer(self, steps: int, example: str) -> None:
        if steps > self.limit or (self.firms and steps > self.steps):
            return
        if self.firms and steps == self.steps:
            self.firms += 1
            return
        self.steps, self.firms, self.example = steps, 1, example


@dataclass(slots=True)
class _Parameter:
    label: str
    ladder: Ladder
    less: _Nearest = field(init=False)
    more: _Nearest = field(init=False)

    def __post_init__(self) -> None:
        self.less, self.more = _Nearest(self.ladder.below), _Nearest(self.ladder.above)

    def result(self, clause: str) -> Sensitivity:
        return Sensitivity(
            clause=clause,
            label=self.label,
            value=self.ladder.value,
            less=self._nearest(self.less, -1),
            more=self._nearest(self.more, 1),
        )

    def _nearest(self, found: _Nearest, direction: int) -> NearestMove | None:
        if not found.firms:
            return None
        value = self.ladder.at(direction * found.steps)
        return NearestMove(value=value, change=value - self.ladder.value, firms=found.firms, example=found.example)


def _between(value: int, lowest: int, highest: int) -> Ladder:
    return Ladder(Decimal(value), Decimal(1), max(0, value - lowest), max(0, highest - value))


class SensitivityTally:
    """Sensitivity of one edition, firm by firm 敏感性累计; its size depends on the edition alone.

    Args:
        edition: what the firms are scored under.
        weight_step: percent by which weights change.
    """

    def __init__(self, edition: Edition, weight_step: Decimal = WEIGHT_STEP) -> None:
        self._edition = edition
        self._judge = Judge(edition)
        self._scales = {form: Scale(edition, form) for form in Form}
        self._step = weight_step
        self._parameters = dict(_weights(edition, weight_step)) | dict(_bands(edition)) | dict(_gates(edition))
        self.firms = 0

    def add(self, diagnosis: str, form: Form, card: Scorecard, process: Process) -> None:
        """One more firm, by the scorecard of its form under this edition."""
        self.firms += 1
        changes = FirmChanges(self._scales[form], self._judge, card, process)
        step = int(self._step * self._scales[form].weight_unit)
        for move in changes.every(step, {clause: one.ladder for clause, one in self._parameters.items()}):
            self._offer(move, diagnosis)

    def _offer(self, move: Move, diagnosis: str) -> None:
        parameter = self._parameters[move.clause]
        (parameter.more if move.steps > 0 else parameter.less).offer(abs(move.steps), diagnosis)

    def result(self, replaces: str) -> EditionSensitivity:
        """What is known after the firms so far: dimension weights, indicator weights, bands, gates."""
        return EditionSensitivity(
            replaces=replaces,
            edition=self._edition.key,
            firms=self.firms,
            parameters=tuple(one.result(clause) for clause, one in self._parameters.items()),
        )


def _weights(edition: Edition, step: Decimal) -> Iterator[tuple[str, _Parameter]]:
    for dimension in edition.dimensions:
        if len(edition.dimensions) > 1:
            label = f"{TERMS_ZH['dimensions']} {dimension.id}“{dimension.name}”的{TERMS_ZH['weight']}"
            yield f"dimensions.{dimension.id}.weight", _Parameter(label, _open_weight(dimension.weight, step))
    for item in edition.indicators:
        if sum(1 for other in edition.indicators if other.dimension == item.dimension) > 1:
            label = f"{TERMS_ZH['indicators']} {item.id}“{item.name}”的{TERMS_ZH['weight_in_dimension']}"
            clause = f"indicators.{item.id}.weight_in_dimension"
            yield clause, _Parameter(label, _open_weight(item.weight_in_dimension, step))


def _open_weight(value: Decimal, step: Decimal) -> Ladder:
    """A weight stays above 0, and leaves its siblings more than 0."""
    return Ladder(value, step, _steps_within(value, step), _steps_within(100 - value, step))


def _steps_within(room: Decimal, step: Decimal) -> int:
    whole = Fraction(room) / Fraction(step)
    return -(-whole.numerator // whole.denominator) - 1


def _bands(edition: Edition) -> Iterator[tuple[str, _Parameter]]:
    bounds = (-BAND_STEP, *edition.bands, Decimal(100) + BAND_STEP)
    for grade in range(1, GRADES + 1):
        below, value, above = bounds[grade - 1 : grade + 2]
        ladder = Ladder(value, BAND_STEP, _steps_within(value - below, BAND_STEP), _steps_within(above - value, BAND_STEP))
        yield f"bands.{grade}", _Parameter(f"{TERMS_ZH['bands']}·{edition.grade_names[grade - 1]}", ladder)


def _gates(edition: Edition) -> Iterator[tuple[str, _Parameter]]:
    gates = edition.gates
    base = sum(1 for dimension in edition.dimensions if dimension.base)
    whole: Mapping[tuple[str, ...], Ladder] = {
        ("weakest_dimension", "levels_below"): _between(gates.weakest_dimension.levels_below, 0, LEVELS - 1),
        ("breadth", "at_least"): _between(gates.breadth.at_least, 1, base),
        ("key_indicators", "levels_below"): _between(gates.key_indicators.levels_below, 0, LEVELS - 1),
        ("key_indicators", "share_percent"): _between(gates.key_indicators.share_percent, 0, 100),
    }
    floors: dict[tuple[str, ...], Ladder] = {}
    for gate in gates.security:
        rungs = tuple(sorted({*edition.points, gate.at_least}))
        place = rungs.index(gate.at_least)
        floors["security", gate.code, "from_level"] = _between(gate.from_level, 2, LEVELS)
        floors["security", gate.code, "at_least"] = Ladder(
            gate.at_least, Decimal(1), place, len(rungs) - 1 - place, rungs
        )
    process: Mapping[tuple[str, ...], Ladder] = {
        ("site_visit", "from_level"): _between(gates.site_visit.from_level, 2, LEVELS),
        ("expert_review", "from_level"): _between(gates.expert_review.from_level, 2, LEVELS),
    }
    for path, ladder in {**whole, **floors, **process}.items():
        yield ".".join(("gates", *path)), _Parameter(label_of(("gates", *path), edition), ladder)
