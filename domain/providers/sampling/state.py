"""State of a draw 抽样状态: its facts, and what they come to. plan V5."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import ClassVar, Literal, assert_never

from pydantic import BaseModel, ConfigDict, Field

from domain.governance.proceedings.state import Opening, ProceedingKind
from domain.kernel import DecisionContext, Event, Part, Rule, Stream, key_of, stream_of
from domain.providers.sampling.status import DrawStatus, RiskClass
from methods.sampling import frame_bytes

SAMPLE_NOT_MATERIAL = Rule(
    "SAMPLE_NOT_MATERIAL",
    "plan V5",
    "该抽样未裁定该服务商的这项诊断差异重大，不能据以立案；请核对月份与诊断",
    "This draw adjudicated no such job of the provider as materially different; check month and diagnosis",
)

# Events


class FrameJob(Part):
    """A job of a frame with its inclusion probability as a fraction 抽样框条目."""

    diagnosis: str
    provider: str
    expected: int
    risk: RiskClass | None
    numerator: int
    denominator: int

    @property
    def probability(self) -> Fraction:
        """Inclusion probability π 入样概率."""
        return Fraction(self.numerator, self.denominator)


class DrawnJob(Part):
    """A job that was drawn 样本. ticket: 64 hexadecimal digits; the smaller, the earlier."""

    diagnosis: str
    provider: str
    ticket: str
    numerator: int
    denominator: int

    @property
    def probability(self) -> Fraction:
        """Inclusion probability π 入样概率."""
        return Fraction(self.numerator, self.denominator)


class DrawCommitted(Event):
    """The secret of a month's draw is committed to 抽样密值已承诺."""

    type: Literal["draw.committed.v1"] = "draw.committed.v1"
    says: ClassVar = "承诺了抽样密值，公开随机数取自{source}"
    says_in_english: ClassVar = "committed to the secret of the draw; the public random number comes from {source}"
    commitment: str
    source: str


class FrameFixed(Event):
    """The frame of a draw 抽样框已确定. plan: the sampling plan, as stream/version; None = the default. root: SHA-256 of it."""

    type: Literal["draw.frame_fixed.v1"] = "draw.frame_fixed.v1"
    says: ClassVar = "确定了抽样框，共 {jobs:count} 项，公开随机数产生于 {beacon_day}"
    says_in_english: ClassVar = (
        "fixed the sampling frame; jobs: {jobs:count}, day of the public random number: {beacon_day}"
    )
    plan: str | None
    plan_since: date
    position: int
    beacon_day: date
    jobs: tuple[FrameJob, ...]
    root: str


class BeaconRecorded(Event):
    """The public beacon was recorded 公开随机数已录入."""

    type: Literal["draw.beacon_recorded.v1"] = "draw.beacon_recorded.v1"
    says: ClassVar = "录入公开随机数 {beacon}"
    says_in_english: ClassVar = "recorded the public random number {beacon}"
    beacon: str


class DrawRevealed(Event):
    """The secret is known to all 抽样密值已揭示."""

    type: Literal["draw.revealed.v1"] = "draw.revealed.v1"
    says: ClassVar = "揭示了抽样密值"
    says_in_english: ClassVar = "revealed the secret of the draw"
    secret: str


class JobsDrawn(Event):
    """The sample 样本已抽取, in ticket order."""

    type: Literal["draw.drawn.v1"] = "draw.drawn.v1"
    says: ClassVar = "抽取了 {jobs:count} 项"
    says_in_english: ClassVar = "drew jobs: {jobs:count}"
    seed: str
    jobs: tuple[DrawnJob, ...]


class SampleAdjudicated(Event):
    """What a drawn job comes to 样本已裁定. totals: of the blind assessments, in order; by: how it was settled.

    material: the adjudicated grade is another and the total differs by more than the plan says. causes: the assessments.
    """

    type: Literal["draw.adjudicated.v1"] = "draw.adjudicated.v1"
    says: ClassVar = "裁定了一项样本：出具总分 {issued_total}，裁定总分 {adjudicated_total}{found}"
    says_in_english: ClassVar = (
        "adjudicated a sampled job: issued total {issued_total}, adjudicated total {adjudicated_total}{material:?, a "
        "material difference}"
    )
    diagnosis: str
    provider: str
    issued_total: Decimal
    issued_grade: int
    totals: tuple[Decimal, ...]
    adjudicated_total: Decimal
    adjudicated_grade: int
    material: bool
    numerator: int
    denominator: int
    plan: str | None
    plan_since: date
    causes: tuple[str, ...]

    @property
    def found(self) -> str:
        """What the sentence adds where it matters."""
        return "，差异重大" if self.material else ""

    @property
    def probability(self) -> Fraction:
        """Inclusion probability π 入样概率."""
        return Fraction(self.numerator, self.denominator)


DrawEvent = DrawCommitted | FrameFixed | BeaconRecorded | DrawRevealed | JobsDrawn | SampleAdjudicated

# State


class Draw(BaseModel):
    """The draw of a month 抽样. drawn, adjudicated: by diagnosis."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    status: DrawStatus = DrawStatus.COMMITTED
    version: int = 1
    commitment: str
    source: str
    frame: FrameFixed | None = None
    beacon: str | None = None
    secret: str | None = None
    seed: str | None = None
    drawn: dict[str, DrawnJob] = Field(default_factory=dict)
    adjudicated: dict[str, SampleAdjudicated] = Field(default_factory=dict)

    def require_contestable(self, opening: Opening, _context: DecisionContext) -> None:
        """A finding is about a job of the provider that it adjudicated as misgraded 可立案的抽评发现."""
        found = self.adjudicated.get(key_of(opening.about))
        if opening.kind is ProceedingKind.SAMPLE_FINDING and not (found and found.material and found.provider == opening.provider):
            raise SAMPLE_NOT_MATERIAL.refuse(path="cause")


def draw_stream(month: str) -> Stream:
    """Stream of the draw of one month, such as "2024.06"."""
    return stream_of("draw", month)


def first_day_of(month: str) -> date:
    """First day of a draw's month."""
    year, _, number = month.partition(".")
    return date(int(year), int(number), 1)


def day_after(month: str) -> date:
    """First day after a draw's month."""
    return (first_day_of(month) + timedelta(days=32)).replace(day=1)


def frame_of(jobs: tuple[FrameJob, ...]) -> bytes:
    """The frame as a file 抽样框文件: a line `job,numerator,denominator` each."""
    return frame_bytes({one.diagnosis: one.probability for one in jobs})


# Evolve: what has happened


def evolve(draw: Draw | None, event: DrawEvent) -> Draw:
    """The draw after one more fact."""
    if isinstance(event, DrawCommitted):
        return Draw(commitment=event.commitment, source=event.source)
    assert draw is not None, "a history starts with DrawCommitted"  # noqa: S101 - guards replay, not input
    return draw.model_copy(update={"version": draw.version + 1, **_changes(draw, event)})


def _changes(draw: Draw, event: DrawEvent) -> dict[str, object]:
    match event:
        case DrawCommitted():
            raise AssertionError("a draw is committed to once")
        case FrameFixed():
            return {"status": DrawStatus.FRAMED, "frame": event}
        case BeaconRecorded(beacon=beacon):
            return {"status": DrawStatus.BEACON, "beacon": beacon}
        case DrawRevealed(secret=secret):
            return {"secret": secret}
        case JobsDrawn(seed=seed, jobs=jobs):
            return {"status": DrawStatus.DRAWN, "seed": seed, "drawn": {one.diagnosis: one for one in jobs}}
        case SampleAdjudicated(diagnosis=diagnosis):
            return {"adjudicated": {**draw.adjudicated, diagnosis: event}}
        case never:
            assert_never(never)
