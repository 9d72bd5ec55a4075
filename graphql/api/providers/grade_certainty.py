"""Grade certainty 档次把握 in the schema: how probable each grade is, from jobs assessed again blind. plan P6. Method i.

It answers "which is the true grade" of a total, and changes none: no grade is withheld for it, and none is rounded.
"""

from datetime import date
from decimal import Decimal
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
from domain.providers.sampling.certainty import CertaintyBasis, certainty_of
from projections.diagnosis import diagnoses
from projections.governance.dated_rules import rule_on
from projections.providers.base_sample import blind_differences
from standards.edition.text import SourceMark

MASKS: frozenset[str] = frozenset({Mask.RESULT_AND_REPORT})


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
        bands = editions_of(context, [row.edition])[row.edition].bands
        found = certainty_of(scored.verified, scored.issued, bands, blind_differences(snapshot, year), plan.pairs_at_least)
        chances = [GradeChance(grade=grade, percent=percent) for grade, percent in found.chances]
        return GradeCertainty(
            diagnosis=id_of("diagnosis", row.id),
            basis=found.basis,
            grade=scored.issued.grade,
            error=found.error,
            chances=chances or None,
            before=year,
            pairs_at_least=plan.pairs_at_least,
            rule_since=known.since,
            mark=known.source.mark,
        )


QUERIES = GradeCertaintyQueries
