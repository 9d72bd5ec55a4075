"""Sheets about a provider 服务商页面数据: why it stands where it does, and its rating of a year. Pure. plan V4, V5."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

from domain.governance.rule_bodies.rating import RatingRule
from domain.governance.standing import DirectoryStanding
from domain.instants import SHANGHAI
from domain.providers.ratings.events import RatingComputed
from domain.providers.ratings.numbers import (
    TIERS,
    ComponentEstimate,
    ComponentSample,
    ProviderInputs,
    ProviderRating,
    RatingComponent,
    Tier,
)
from domain.providers.ratings.status import RatingStatus
from domain.providers.ratings.tier_reasons import TierReason, tier_reason
from methods.rounding import rounded
from methods.yearly_rating import standard_error

MOST_FACTS = 400
"""Facts that a page names one by one; of more it says how many there are, and where they are read."""
SHOWN_PLACES = 2


@dataclass(frozen=True)
class WhyListedSheet:
    """Why a provider stands where it does 在录缘由页面.

    answer: `whyListed` as the reader is given it. on: the day asked for; None = the day of making. demo: of synthetic data.
    """

    answer: Mapping[str, Any]
    on: date | None
    made: date
    demo: bool

    @property
    def entry(self) -> Mapping[str, Any]:
        """Where it stands."""
        entry: Mapping[str, Any] = self.answer["entry"]
        return entry

    @property
    def moves(self) -> Sequence[Mapping[str, Any]]:
        """What happened to it, in order."""
        moves: Sequence[Mapping[str, Any]] = self.entry["history"]["nodes"]
        return moves

    @staticmethod
    def standing(name: str) -> tuple[str, str]:
        """What a standing is called, in Chinese and in English."""
        return DirectoryStanding[name].names


@dataclass(frozen=True)
class ComponentLine:
    """A component as the page has it 分项. sample: what its own jobs said; None = none did. points: of the whole hundred."""

    component: RatingComponent
    points: int
    estimate: ComponentEstimate | None
    sample: ComponentSample | None


@dataclass(frozen=True)
class ProviderRatingSheet:
    """A provider's rating of a year 服务商年度评价页面.

    The round is that of `computed`. version: of the rating's stream, as the reader is shown it. inputs: its own row; cause: the
    fact that holds it. facts: that the row rests on, as stream/version; of_facts: how many there are. demo: of synthetic data.
    """

    year: int
    name: str
    status: RatingStatus
    version: int
    computed: RatingComputed
    objections_until: date | None
    rating: ProviderRating
    rule: RatingRule
    inputs: ProviderInputs | None
    cause: str | None
    facts: tuple[str, ...]
    of_facts: int
    made: date
    demo: bool

    @property
    def reason(self) -> TierReason:
        """Why the tier is what it is."""
        return tier_reason(self.rating, self.rule)

    @property
    def error(self) -> Decimal | None:
        """Standard error of the score; None where there is no score."""
        return standard_error(self.rating.variance) if self.rating.variance is not None else None

    @property
    def tiers(self) -> tuple[tuple[Tier, Decimal], ...]:
        """Each tier with its probability, best first; none where there is no score."""
        return tuple(zip(TIERS, self.rating.chances, strict=False))

    @property
    def lines(self) -> tuple[ComponentLine, ...]:
        """The components in their order, those that nobody was seen in too."""
        estimates = {one.component: one for one in self.rating.parts}
        samples = {one.component: one for one in self.inputs.components} if self.inputs is not None else {}
        return tuple(
            ComponentLine(one, getattr(self.rule.weights, one.value), estimates.get(one), samples.get(one))
            for one in RatingComponent
        )


def shown_number(value: Decimal | None) -> str:
    """A number of a page, to two places; a dash of none."""
    return "—" if value is None else f"{rounded(Fraction(value), SHOWN_PLACES):f}"


def shown_moment(at: str) -> str:
    """A moment of a page, in the city's time to the minute. at: ISO text with its zone."""
    return f"{datetime.fromisoformat(at).astimezone(SHANGHAI):%Y-%m-%d %H:%M}"


def shown_share(value: Decimal) -> str:
    """A probability in percent, to two places: what is 0.9012 in the record is 90.12% here."""
    return f"{value.scaleb(2):f}%"
