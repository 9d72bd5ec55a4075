"""Status of a draw 抽样状态: how far it has come, and what follows from there. plan V5."""

from collections.abc import Mapping

from standards.described import DescribedEnum


class DrawStatus(DescribedEnum):
    """How far a draw has come · 抽样状态."""

    COMMITTED = "committed", "The secret is committed to; its month runs or is over · 已承诺"
    FRAMED = "framed", "The frame is fixed; the beacon is still to come · 已定框"
    BEACON = "beacon", "The beacon is recorded; the secret is to be revealed · 已录入公开随机数"
    DRAWN = "drawn", "Revealed and drawn · 已抽取"


NEXT_STEPS: Mapping[DrawStatus, tuple[str, str]] = {
    DrawStatus.COMMITTED: ("须先在该月结束后确定抽样框", "first the frame is fixed, once the month is over"),
    DrawStatus.FRAMED: ("须先录入公开随机数", "first the public beacon is recorded"),
    DrawStatus.BEACON: ("须先公开秘密值并抽取", "first the secret is revealed and the sample drawn"),
    DrawStatus.DRAWN: ("该月已抽取完毕，请安排复评", "the sample is drawn; have it re-assessed"),
}


class RiskClass(DescribedEnum):
    """Why a job is drawn with a greater probability · 风险类别.

    Known before the frame is fixed; weighted back in every estimate, so that suspicion lowers nobody's score.
    """

    NEWCOMER = "newcomer", "First year of its provider in the directory · 首年入录"
    RED_LINE = "red_line", "A proceeding on a red line against its provider · 涉红线程序"
