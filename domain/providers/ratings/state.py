"""The rating of a year as its facts leave it 年度评价状态. plan V5."""

from pydantic import BaseModel, ConfigDict, Field

from domain.governance.proceedings.state import Opening, ProceedingKind
from domain.governance.proceedings.subjects import subject_unfit
from domain.governance.working_calendar import Deadline
from domain.kernel import DecisionContext, Refused, Rule, Stream, refuse_step, stream_of
from domain.providers.ratings.events import RatingComputed
from domain.providers.ratings.numbers import LevelEffect, Tier
from domain.providers.ratings.objection import require_objection_open
from domain.providers.ratings.status import NEXT_STEPS, NOT_BEGUN, RatingStatus

RATING_STATUS = Rule(
    "RATING_STATUS",
    "plan V5",
    "该年度评价目前为“{status_name}”，此时不能办理这一步；{next_step}",
    "The rating of this year is {status}; this step does not follow from there; {next_step_in_english}",
)

RUNNING = frozenset({RatingStatus.FIXED, RatingStatus.COMPUTED, RatingStatus.PUBLISHED})
"""Until it is final 未定案."""


class YearOfRating(BaseModel):
    """The rating of a year as it stands 年度评价.

    round, position, input_digest: of the latest inputs. positions, effects of the case mix: by round. computed: what was computed
    last; published: what is shown and, once the rating is final, holds; published_at: version of the fact that published it, 0 =
    none. objections: proceeding -> its provider.
    """

    model_config = ConfigDict(frozen=True, defer_build=True)

    status: RatingStatus = RatingStatus.FIXED
    round: int = 0
    version: int = 0
    position: int = 0
    input_digest: str = ""
    positions: dict[int, int] = Field(default_factory=dict)
    effects: dict[int, tuple[LevelEffect, ...]] = Field(default_factory=dict)
    computed: RatingComputed | None = None
    published: RatingComputed | None = None
    published_at: int = 0
    period: Deadline | None = None
    objections: dict[str, str] = Field(default_factory=dict)

    @property
    def tiers(self) -> dict[str, Tier]:
        """Tiers that hold after it 定案档次: of a rating that is final, those that have one."""
        if self.status is not RatingStatus.FINAL or self.published is None:
            return {}
        return {one.provider: one.tier for one in self.published.providers if one.tier is not None}

    @property
    def awaited(self) -> bool:
        """Whether the latest inputs still are to be computed from 待计算."""
        return self.computed is None or self.computed.round != self.round

    @property
    def unpublished(self) -> RatingComputed | None:
        """The round that was computed and not published yet 待公示轮次."""
        if self.awaited or self.computed is None or self.computed == self.published:
            return None
        return self.computed

    def require_contestable(self, opening: Opening, context: DecisionContext) -> None:
        """An objection waits until it is published, as if there were no rating before 可提异议."""
        if opening.kind is not ProceedingKind.RATING_OBJECTION:
            return
        if self.published is None or self.period is None:
            raise subject_unfit(opening.kind)
        in_status(self, RatingStatus.PUBLISHED)
        require_objection_open(self.period, {one.provider for one in self.published.providers}, opening.provider, context)


def in_status(known: YearOfRating | None, *allowed: RatingStatus) -> YearOfRating:
    """The rating, once it is in a status from which a step follows 状态要求. Raises Refused: RATING_STATUS."""
    if known is None:
        raise RATING_STATUS.refuse(**NOT_BEGUN)
    if known.status not in allowed:
        raise wrong_status(known.status)
    return known


def wrong_status(status: RatingStatus) -> Refused:
    """RATING_STATUS with the step that follows instead 下一步."""
    return refuse_step(RATING_STATUS, status, NEXT_STEPS)


def rating_stream(year: int) -> Stream:
    """Stream of the rating of one year."""
    return stream_of("rating", year)
