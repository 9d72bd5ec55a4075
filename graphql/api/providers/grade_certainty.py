"""Grade certainty 档次把握 in the schema: how probable each grade is, from jobs assessed again blind. plan P6. Method i.

It answers "which is the true grade" of a total, and changes none: no grade is withheld for it, and none is rounded.
"""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Annotated

import strawberry

from api.diagnosis.diagnoses import HOLDS
from api.kit.context import Context
from api.kit.enums import enum_type
from api.kit.ids import DiagnosisID, id_of, key_of
from api.kit.paging import AtLeast
from api.kit.published import argument, field, published
from api.standard.editions import editions_of
from domain.access import Mask
from domain.diagnosis.scoring import DiagnosisScored
from domain.governance.rule_bodies.body import RuleKind
from domain.governance.rule_bodies.sampling import SamplingPlan
from domain.masks import REPORTS
from methods.grade_probability import grade_probabilities, measurement_error
from methods.rounding import rounded
from projections.diagnosis import diagnoses
from projections.governance.dated_rules import rule_on
from projections.providers.base_sample import blind_differences
from standards.described import DescribedEnum
from standards.edition.text import SourceMark

MASKS: frozenset[str] = frozenset({Mask.RESULT_AND_REPORT})


class CertaintyBasis(DescribedEnum):
    """Whether the probabilities of a grade are given, and why they are not · 档次概率依据."""

    ESTIMATED = "estimated", "From jobs that were assessed again blind · 据盲评估计"
    TOO_FEW_PAIRS = "too_few_pairs", "Too few jobs were assessed again to tell · 盲评样本不足"
    HELD_BY_GATE = "held_by_gate", "A gate holds the grade below that of the total; of gates nothing is estimated · 受门槛所限"


enum_type(CertaintyBasis)


@published(REPORTS, mask=Mask.RESULT_AND_REPORT)
class GradeChance:
    """How probable it is that a grade is the true one · 档次概率. plan P6"""

    grade: int = field("Grade, 0 = below grade 1 · 档次")
    percent: Decimal = field("Whole percent; what rounds to nothing is left out · 概率")


@published(REPORTS, mask=Mask.RESULT_AND_REPORT)
class GradeCertainty:
    """How sure the grade of a report is; it changes none · 档次把握. plan P6"""

    diagnosis: DiagnosisID = field("The diagnosis · 诊断标识")
    basis: CertaintyBasis = field("Whether probabilities are given, and why not · 依据")
    grade: int = field("Grade by the total, as issued · 档次")
    error: Decimal | None = field("Standard error of one assessment, in points; null where none is given · 测量标准误")
    chances: list[GradeChance] | None = field("Grades that are probable, the lowest first; null where none is given · 各档概率")
    before: int = field("Year before which the jobs were drawn that it rests on · 所据样本年度上限")
    pairs_at_least: int = field("Jobs of the base sample without which nothing is given · 最低对数")
    rule_since: date = field("First day of the rule that says so · 规则起始日")
    mark: SourceMark = field("Mark of the rule's source · 来源标记")


@strawberry.type
class GradeCertaintyQueries:
    """Query fields: how sure a grade is."""

    @field(
        "How sure the grade of an issued report is; null when there is no such report to the caller · 档次把握. plan P6",
        roles=REPORTS,
    )
    def grade_certainty(
        self,
        info: strawberry.Info[Context, None],
        diagnosis: Annotated[strawberry.ID, argument("Id of the diagnosis · 诊断标识")],
        at_least: AtLeast = None,
    ) -> GradeCertainty | None:
        """The probability of each grade by the total, or why none is told."""
        context = info.context
        snapshot, key = context.at_least(at_least), key_of(diagnosis, "diagnosis")
        row = diagnoses.diagnoses_by_id(snapshot, context.scope, [key]).get(key)
        if row is None or row.issued_version is None or row.result is None:
            return None
        scored, year = DiagnosisScored.model_validate_json(row.result), context.today.year
        known = rule_on(snapshot, RuleKind.SAMPLING, context.today).rule
        plan = known.body
        assert isinstance(plan, SamplingPlan)  # noqa: S101 - of its kind
        context.disclosure_notes.note(MASKS, HOLDS.held([row]))
        differences = blind_differences(snapshot, year)
        measured = measurement_error(differences) if len(differences) >= plan.pairs_at_least else None
        basis, chances = CertaintyBasis.ESTIMATED, None
        if scored.issued.grade != scored.verified.band_grade:
            basis = CertaintyBasis.HELD_BY_GATE
        elif measured is None or not measured.error:
            basis = CertaintyBasis.TOO_FEW_PAIRS
        else:
            bands = editions_of(context, [row.edition])[row.edition].bands
            chances = _chances(grade_probabilities(scored.verified.total, measured.error, bands, None))
        return GradeCertainty(
            diagnosis=id_of("diagnosis", row.id),
            basis=basis,
            grade=scored.issued.grade,
            error=rounded(Fraction(measured.error), 1) if measured is not None and chances is not None else None,
            chances=chances,
            before=year,
            pairs_at_least=plan.pairs_at_least,
            rule_since=known.since,
            mark=known.source.mark,
        )


def _chances(found: Sequence[Decimal]) -> list[GradeChance]:
    percents = [rounded(100 * Fraction(one), 0) for one in found]
    return [GradeChance(grade=grade, percent=percent) for grade, percent in enumerate(percents) if percent]


QUERIES = GradeCertaintyQueries
