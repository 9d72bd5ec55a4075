"""What a year's rating and subsidy wait for (plan V5, I1), also while there is nothing of them to see."""

from datetime import date

import pytest

from domain.providers.ratings.awaited import RatingStep, rating_waits_for
from domain.providers.ratings.events import RatingFinal
from domain.providers.ratings.rating import RATINGS
from domain.providers.ratings.state import YearOfRating
from domain.providers.subsidies.awaited import SubsidyStep, subsidy_waits_for
from domain.providers.subsidies.state import SubsidyStatus, YearOfSubsidy
from tests.rules.given import given
from tests.rules.providers.test_rating import computed, published

FIXED, COMPUTED = computed()
RUNNING, OVER = date(2023, 12, 31), date(2024, 1, 1)
NONE = None
ONLY_FIXED = given(RATINGS, FIXED).state
UNPUBLISHED = given(RATINGS, FIXED, COMPUTED).state
OPEN = published().state
ANEW = published(FIXED.model_copy(update={"round": 2})).state
FINAL = published(RatingFinal(round=1)).state


@pytest.mark.parametrize(
    ("rating", "today", "of_the_city", "of_a_provider"),
    [
        (NONE, RUNNING, RatingStep.YEAR_END, RatingStep.YEAR_END),
        (NONE, OVER, RatingStep.INPUTS, RatingStep.PUBLICATION),
        (ONLY_FIXED, OVER, RatingStep.COMPUTATION, RatingStep.PUBLICATION),
        (UNPUBLISHED, OVER, RatingStep.PUBLICATION, RatingStep.PUBLICATION),
        (OPEN, OVER, RatingStep.OBJECTIONS, RatingStep.OBJECTIONS),
        (ANEW, OVER, RatingStep.COMPUTATION, RatingStep.OBJECTIONS),
        (FINAL, OVER, None, None),
    ],
)
def test_what_a_rating_waits_for_is_told_to_a_provider_as_if_nothing_was_begun_before_it_is_published(
    rating: YearOfRating | None, today: date, of_the_city: RatingStep | None, of_a_provider: RatingStep | None
) -> None:
    assert rating_waits_for(rating, 2023, today, whole=True) is of_the_city
    assert rating_waits_for(rating, 2023, today, whole=False) is of_a_provider


@pytest.mark.parametrize(
    ("subsidy", "rating", "today", "of_the_city", "of_a_provider"),
    [
        (None, NONE, RUNNING, SubsidyStep.YEAR_END, SubsidyStep.YEAR_END),
        (None, OPEN, OVER, SubsidyStep.RATING, SubsidyStep.RATING),
        (SubsidyStatus.RECORDED, OPEN, OVER, SubsidyStep.RATING, SubsidyStep.RATING),
        (None, FINAL, OVER, SubsidyStep.COMPUTATION, SubsidyStep.APPROVAL),
        (SubsidyStatus.RECORDED, FINAL, OVER, SubsidyStep.COMPUTATION, SubsidyStep.APPROVAL),
        (SubsidyStatus.COMPUTED, FINAL, OVER, SubsidyStep.APPROVAL, SubsidyStep.APPROVAL),
        (SubsidyStatus.APPROVED, FINAL, OVER, None, None),
    ],
)
def test_what_a_subsidy_waits_for_is_told_to_a_provider_without_whether_it_is_computed(
    subsidy: SubsidyStatus | None,
    rating: YearOfRating | None,
    today: date,
    of_the_city: SubsidyStep | None,
    of_a_provider: SubsidyStep | None,
) -> None:
    known = YearOfSubsidy(status=subsidy) if subsidy is not None else None
    assert subsidy_waits_for(known, rating, 2023, today, whole=True) is of_the_city
    assert subsidy_waits_for(known, rating, 2023, today, whole=False) is of_a_provider
