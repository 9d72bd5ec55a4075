"""Edition 标准版本: one published composition of the standard, validated as a whole. plan S1–S4."""

from collections.abc import Container, Mapping
from decimal import Decimal
from functools import cached_property
from typing import Self

from pydantic import model_validator

from standards.edition.text import EditionText, Form
from standards.scoring import measure as measure_rows
from standards.scoring.answers import Answer, AnswerProblem, check, unshown
from standards.scoring.results import Issued, Measured, Process


class Edition(EditionText):
    """One edition of the standard 标准版本, whole: questionnaire, weights, points, bands, gates."""

    @model_validator(mode="after")
    def _is_coherent(self) -> Self:
        if self.problems:
            raise ValueError(self.problems[0].says_in_english)
        return self

    @cached_property
    def _levels(self) -> frozenset[Decimal]:
        return frozenset(self.points)

    def check(self, form: Form, indicator: str, answer: Answer) -> AnswerProblem | None:
        """What is wrong with an answer 答案检查, None when it can be taken."""
        item = self.by_id.get(indicator)
        if item is None:
            return AnswerProblem("INDICATOR_UNKNOWN", "indicator", indicator, indicator)
        if form is Form.BRIEF and not item.in_brief:
            return AnswerProblem("INDICATOR_NOT_IN_FORM", "indicator", indicator, indicator)
        return check(item, self._levels, answer)

    def unshown(self, indicator: str, answer: Answer) -> AnswerProblem | None:
        """What its numbers do not show of an outcome that can be taken 成效未证实, None where they show its level."""
        return unshown(self.by_id[indicator], answer)

    def missing(self, form: Form, answered: Container[str]) -> tuple[str, ...]:
        """Indicators of a form that are not among those answered 未填指标, in the edition's order."""
        return tuple(item.id for item in self.of(form) if item.id not in answered)

    def measure(self, form: Form, answers: Mapping[str, Answer]) -> Measured:
        """Scores and measured grade from answers alone 测评. plan S4.

        Args:
            form: which questionnaire was filled in; every indicator of it has a checked answer.
            answers: indicator id -> answer.

        Returns:
            Totals and dimension scores 0–100, computed exactly, rounded once to two decimals half up, judged as shown.

        Raises:
            NothingToScore: every indicator of a dimension is not applicable.
        """
        return measure_rows.measure(self, form, answers)

    def issue(self, measured: Measured, process: Process) -> Issued:
        """The grade a report may state 出具等级: the measured grade, capped by the gates of the process."""
        return measure_rows.issue(self, measured, process)
