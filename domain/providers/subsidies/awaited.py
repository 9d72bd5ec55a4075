"""What a year's subsidy waits for 补贴待办: also while there is nothing of it to see. plan I1."""

from datetime import date

from domain.providers.ratings.state import YearOfRating
from domain.providers.ratings.status import RatingStatus
from domain.providers.subsidies.state import SubsidyStatus, YearOfSubsidy
from standards.described import DescribedEnum


class SubsidyStep(DescribedEnum):
    """What must happen next to the subsidy of a year · 补贴待办."""

    YEAR_END = "year_end", "The year must end first · 等待年度结束"
    RATING = "rating", "The rating of the year must be final · 等待年度评价定案"
    COMPUTATION = "computation", "The city must compute it · 等待市级测算"
    APPROVAL = "approval", "Another person of the city must approve it · 等待市级另一人批准"


def subsidy_waits_for(
    subsidy: YearOfSubsidy | None, rating: YearOfRating | None, year: int, today: date, *, whole: bool
) -> SubsidyStep | None:
    """The next step 补贴待办; None once it is approved.

    whole: to whom its status is shown before it is approved; to others nothing tells whether it is computed.
    """
    if subsidy is not None and subsidy.status is SubsidyStatus.APPROVED:
        return None
    if whole and subsidy is not None and subsidy.status is SubsidyStatus.COMPUTED:
        return SubsidyStep.APPROVAL
    if today.year <= year:
        return SubsidyStep.YEAR_END
    if rating is None or rating.status is not RatingStatus.FINAL:
        return SubsidyStep.RATING
    return SubsidyStep.COMPUTATION if whole else SubsidyStep.APPROVAL
