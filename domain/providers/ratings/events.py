"""Facts of a yearly rating 年度评价事件: inputs, what follows from them, published, objected to, final. plan V5."""

from datetime import date
from decimal import Decimal
from typing import ClassVar, Literal

from domain.governance.working_calendar import Deadline
from domain.kernel import Event
from domain.providers.ratings.numbers import CityComponent, LevelEffect, ProviderInputs, ProviderRating


class RatingInputsFixed(Event):
    """The table that a rating rests on 评价输入已锁定. round: counts from 1. position: of the journal, up to which facts were read.

    effects: of the case mix, taken off the scores of the table; none where the rule asks for none.
    """

    type: Literal["rating.inputs_fixed.v2"] = "rating.inputs_fixed.v2"
    says: ClassVar = "锁定了第 {round} 轮年度评价的输入，涉及 {inputs:count} 家服务商"
    says_in_english: ClassVar = "fixed the inputs of round {round} of the yearly rating; providers: {inputs:count}"
    round: int
    position: int
    input_digest: str
    inputs: tuple[ProviderInputs, ...]
    effects: tuple[LevelEffect, ...]


class RatingComputed(Event):
    """What the rule makes of the inputs 年度评价已得出.

    rule: the rating rule, as stream/version; None = the default on file. rule_since: its first day. rests_on: share of the weight
    whose components were seen of anybody; the others are missing and stand in every error. providers: each of the table.
    """

    type: Literal["rating.computed.v2"] = "rating.computed.v2"
    says: ClassVar = (
        "按方法 {method} 得出了第 {round} 轮年度评价，涉及 {providers:count} 家服务商，其中有得分的 {scored} 家"
    )
    says_in_english: ClassVar = (
        "computed round {round} of the yearly rating by method {method}; providers: {providers:count}, with a score: "
        "{scored}"
    )
    round: int
    method: str
    rule: str | None
    rule_since: date
    input_digest: str
    rests_on: Decimal
    components: tuple[CityComponent, ...]
    providers: tuple[ProviderRating, ...]

    @property
    def scored(self) -> int:
        """How many have a score 有得分家数."""
        return sum(one.score is not None for one in self.providers)


class RatingPublished(Event):
    """A rating is open to objection 评价已公示. round: the one that is shown."""

    type: Literal["rating.published.v1"] = "rating.published.v1"
    says: ClassVar = "公示了第 {round} 轮年度评价，异议期限至 {objections.due}"
    says_in_english: ClassVar = "published round {round} of the yearly rating, open to objection until {objections.due}"
    round: int
    objections: Deadline


class RatingObjected(Event):
    """A provider objects to its rating 服务商已提出异议."""

    type: Literal["rating.objected.v1"] = "rating.objected.v1"
    says: ClassVar = "对年度评价提出了异议"
    says_in_english: ClassVar = "objected to the yearly rating"
    provider: str
    proceeding: str


class RatingFinal(Event):
    """A rating holds 评价已定案. round: the one that does."""

    type: Literal["rating.final.v1"] = "rating.final.v1"
    says: ClassVar = "将年度评价定案（第 {round} 轮）"
    says_in_english: ClassVar = "made the yearly rating final (round {round})"
    round: int


RatingEvent = RatingInputsFixed | RatingComputed | RatingPublished | RatingObjected | RatingFinal
