"""Signal rule 异常信号规则: from where on a likeness or a pattern is a signal, and how long there is to answer. plan V5.

Each signal comes with the share of honest records that would raise it, as the method found it by simulation.
"""

from decimal import Decimal
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from domain.governance.rule_bodies.body import AtLeastOne, RuleBody, RuleKind, Some, WorkingDays
from domain.governance.rule_bodies.sampling import Share
from domain.kernel import Part, Sha256

Rate = Annotated[Decimal, Field(ge=0, le=1, max_digits=5, decimal_places=4)]
"""Share of honest records 误报率: 0 to 1, to four places."""
RunQuantile = Annotated[Decimal, Field(gt=0, lt=1, max_digits=5, decimal_places=4)]


class FalsePositiveRates(Part):
    """Share of honest records that raise each kind of signal · 误报率表."""

    copied_text: Rate = Field(description="Of pairs of texts · 文本雷同误报率")
    reused_evidence: Rate = Field(description="Of files · 佐证重复误报率")
    straight_line: Rate = Field(description="Of self-assessments · 连续相同作答误报率")
    overlapping_visits: Rate = Field(description="Of pairs of one person's visits · 到访重叠误报率")


class SignalRule(RuleBody):
    """Signals: thresholds, rates of false positives, time to answer; a signal is never a verdict · 异常信号规则."""

    clause: ClassVar = "plan V5"

    kind: Literal[RuleKind.SIGNALS] = RuleKind.SIGNALS
    answer_days: WorkingDays = Field(description="Working days that the one concerned has to answer · 答复期限")
    similarity_at_least: Share = Field(description="Share of wording that two texts have in common, at least · 文本相似度下限")
    tail_share: Share = Field(
        description="Share of pairs from different providers that may lie above the threshold, once there are enough · 尾部比例"
    )
    common_share: Share = Field(description="Share of the texts above which wording is common and left out · 通用措辞比例")
    common_texts_at_least: AtLeastOne = Field(description="Texts from which on wording can be common · 通用措辞最低文本数")
    shingles_at_least: AtLeastOne = Field(description="Runs of five letters that a text must have left · 文本最低片段数")
    file_bytes_at_least: Some = Field(description="Bytes from which on a file is compared · 文件最低字节数")
    issued_forms: Annotated[tuple[Sha256, ...], Field(max_length=1000)] = Field(
        default=(), description="SHA-256 of forms that the programme hands out, which all may file · 统一下发的表单"
    )
    run_at_least: AtLeastOne = Field(description="Equal answers in a row, at least · 连续相同作答下限")
    run_quantile: RunQuantile = Field(description="Quantile of verified runs that it must exceed · 核验作答分位数")
    verified_runs_at_least: AtLeastOne = Field(
        description="Verified cases of edition and industry without which none is judged · 核验样本最低数"
    )
    overlap_minutes: Some = Field(description="Minutes of overlap that are no signal · 到访重叠容许分钟")
    false_positives: FalsePositiveRates = Field(description="Share of honest records that raise each kind · 误报率表")
