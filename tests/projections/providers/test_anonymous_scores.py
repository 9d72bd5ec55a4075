"""What firms said without their name counts in a rating from so many firms of a provider on (plan V5, P6), and no earlier."""

from contextlib import closing
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from benchmarks.year_rows import PROVIDERS, YEAR, filled
from domain.access import Everything
from domain.governance.dated_rules import rule_in_force
from domain.governance.rule_bodies.feedback import FeedbackRule
from domain.governance.rule_bodies.rating import RatingRule
from domain.providers.ratings.numbers import RatingComponent
from projections import open_read_models
from projections.providers.feedback import FEEDBACK
from projections.providers.rating_inputs import rating_inputs

RULE = rule_in_force(None, RatingRule, date(YEAR, 12, 31))
AT_LEAST = rule_in_force(None, FeedbackRule, date(YEAR, 12, 31)).pool_at_least


@pytest.mark.parametrize("firms", [AT_LEAST - 1, AT_LEAST])
def test_anonymous_scores_count_from_so_many_firms_on_and_named_ones_always(firms: int, tmp_path: Path) -> None:
    """Of each provider whose jobs have an odd number, all firms were anonymous; of the others none."""
    with closing(open_read_models(filled(tmp_path, firms), None)) as models, models.reading() as snapshot:
        rows = rating_inputs(snapshot, Everything(), YEAR, RULE, date(YEAR + 1, 2, 1)).rows
        table = snapshot[FEEDBACK]
        given = snapshot.rows(
            select(table.c.provider, table.c.anonymous, func.count()).where(table.c.rated_scores > 0, table.c.rated_points > 0)
            .group_by(table.c.provider, table.c.anonymous)
        )  # fmt: skip
    heard = {one.provider: part.jobs for one in rows for part in one.components if part.component is RatingComponent.FEEDBACK}
    rated = {one.provider for one in rows}
    named = {str(provider): int(count) for provider, anonymous, count in given if not anonymous and provider in rated}
    hidden = {str(provider) for provider, anonymous, _ in given if anonymous}
    assert len(named) >= PROVIDERS // 2 <= len(hidden)
    assert {one: heard.get(one) for one in named} == named
    assert hidden & heard.keys() == (hidden if firms >= AT_LEAST else set())


def test_anonymous_scores_of_one_firm_are_of_one_firm_however_many(tmp_path: Path) -> None:
    with closing(open_read_models(filled(tmp_path, AT_LEAST), None)) as models, models.reading() as snapshot:
        table = snapshot[FEEDBACK]
        snapshot._connection.execute(update(table).values(enterprise="e1"))  # noqa: SLF001 - rows that no test makes so fast
        rows = rating_inputs(snapshot, Everything(), YEAR, RULE, date(YEAR + 1, 2, 1)).rows
        hidden = {str(one) for (one,) in snapshot.rows(select(table.c.provider).where(table.c.anonymous))}
    heard = {one.provider for one in rows for part in one.components if part.component is RatingComponent.FEEDBACK}
    assert len(hidden) >= PROVIDERS // 2
    assert not hidden & heard
