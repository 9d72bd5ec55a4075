"""Offered levels 预填建议: which answers the level of another's assessment offers, through the rows of a crosswalk. Pure. plan P8.

An overall level says of no part of a firm how far it has come. So it is an offer to be looked at, and never an answer by itself.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from standards.edition.edition import Edition
from standards.edition.text import LEVELS, Form
from standards.external.comparison import ComparisonRule
from standards.external.crosswalk import CrosswalkRow
from standards.external.model import ExternalEdition, ExternalLevel
from standards.scoring.answers import Answer


class OfferedAnswer(NamedTuple):
    """The answer that a result offers to an indicator, and the row of the crosswalk that it comes by 预填建议."""

    answer: Answer
    row: CrosswalkRow


def offered_answers(
    edition: Edition, form: Form, model: ExternalEdition, rows: Sequence[CrosswalkRow], level: ExternalLevel, rule: ComparisonRule
) -> dict[str, OfferedAnswer]:
    """Indicator -> what a result of some level offers, in the edition's order; nothing of a model whose levels are no ladder.

    The level of the same number, for indicators that are answered by a level alone. Of several rows of an indicator the closest
    relation counts, then the surest.
    """
    if not model.maturity or len(model.levels) > LEVELS:
        return {}
    answer = Answer(level=Decimal(level.rank))
    found: dict[str, OfferedAnswer] = {}
    for item in edition.of(form):
        mine = [row for row in rows if row.indicator == item.id and row.relation in rule.offers]
        if mine and edition.check(form, item.id, answer) is None and edition.unshown(item.id, answer) is None:
            found[item.id] = OfferedAnswer(answer, min(mine, key=lambda row: _order(row, rule)))
    return found


def _order(row: CrosswalkRow, rule: ComparisonRule) -> tuple[int, Decimal, str]:
    return rule.offers.index(row.relation), -row.confidence, row.node
