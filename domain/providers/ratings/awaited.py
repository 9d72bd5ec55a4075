"""What a year's rating waits for 评价待办: also while there is nothing of it to see. plan V5."""

from datetime import date

from domain.providers.ratings.state import YearOfRating
from domain.providers.ratings.status import RatingStatus
from standards.described import DescribedEnum


class RatingStep(DescribedEnum):
    """What must happen next to the rating of a year · 评价待办."""

    YEAR_END = "year_end", "The year must end first · 等待年度结束"
    INPUTS = "inputs", "The city must fix the inputs · 等待市级锁定输入"
    COMPUTATION = "computation", "The program must compute it · 等待系统计算"
    PUBLICATION = "publication", "The city must publish it · 等待市级公示"
    OBJECTIONS = (
        "objections",
        "Objections must be made and decided, then the city makes it final · 等待异议期满并办结后定案",
    )


def rating_waits_for(rating: YearOfRating | None, year: int, today: date, *, whole: bool) -> RatingStep | None:
    """The next step 评价待办; None once it is final.

    whole: to whom a rating is shown before it is published; to others nothing of it tells then from a rating that was not begun.
    """
    if rating is None or not (whole or rating.published is not None):
        if today.year <= year:
            return RatingStep.YEAR_END
        return RatingStep.INPUTS if whole else RatingStep.PUBLICATION
    if rating.status is RatingStatus.FINAL:
        return None
    if whole and rating.awaited:
        return RatingStep.COMPUTATION
    return RatingStep.PUBLICATION if whole and rating.unpublished is not None else RatingStep.OBJECTIONS
