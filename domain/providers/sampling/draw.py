"""Draw 抽样: a month's confirmed jobs, drawn by a secret committed to before and a public beacon of after. Method e. plan V5.

One stream a month: committed, frame fixed, beacon recorded, revealed and drawn, then each drawn job as it was adjudicated. Without
the beacon, who knows the secret could choose the frame; without the secret, everyone would know the jobs at once (decision 0061).
"""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, ClassVar, Literal, assert_never

from pydantic import BaseModel, ConfigDict, Field

from domain.command_rights import CITY, require_right
from domain.governance.dated_rules import DatedRules, dated_rule_on, rule_stream
from domain.governance.proceedings.state import Opening, ProceedingKind
from domain.governance.rule_bodies.body import RuleKind
from domain.governance.rule_bodies.sampling import SamplingPlan
from domain.kernel import (
    NOT_FOUND,
    Capability,
    Command,
    Count,
    DecisionContext,
    Event,
    Facts,
    Identifier,
    IdOf,
    Label,
    Part,
    Refused,
    Rule,
    Sha256,
    Stream,
    Unscoped,
    key_of,
    refuse_step,
    stream_of,
)
from domain.providers.sampling.status import NEXT_STEPS, DrawStatus, RiskClass
from domain.stated_dates import require_programme_date
from methods.sampling import commitment, drawn, frame_bytes, frame_root, inclusion_probability, seed_of, ticket

SAMPLING_RULE = rule_stream(RuleKind.SAMPLING)

DrawMonth = Annotated[str, Field(pattern=r"^20[2-9][0-9]\.(0[1-9]|1[0-2])$"), IdOf("draw")]
Secret = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


# Rules

DRAW_STATUS = Rule(
    "DRAW_STATUS",
    "plan V5",
    "该月抽样目前为“{status_name}”，此时不能办理这一步；{next_step}",
    "The draw of this month is {status}; this step does not follow from there; {next_step_in_english}",
)
DRAW_COMMITTED_LATE = Rule(
    "DRAW_COMMITTED_LATE",
    "plan V5",
    "抽样密值须在当月开始之前承诺，最迟 {latest}",
    "The secret is committed to before the month begins, by {latest}",
)
DRAW_MONTH_RUNNING = Rule(
    "DRAW_MONTH_RUNNING",
    "plan V5",
    "抽样框在当月结束后确定，最早 {earliest}",
    "The frame is fixed once the month is over, from {earliest} on",
)
BEACON_NOT_LATER = Rule(
    "BEACON_NOT_LATER",
    "plan V5",
    "公开随机数须产生于定框之后，最早 {earliest}",
    "The beacon is drawn after the frame is fixed, on {earliest} at the earliest",
)
BEACON_NOT_YET = Rule(
    "BEACON_NOT_YET",
    "plan V5",
    "约定的公开随机数产生于 {earliest}，届时再录入",
    "The beacon that was named is drawn on {earliest}; record it then",
)
FRAME_NAMES_A_JOB_TWICE = Rule(
    "FRAME_NAMES_A_JOB_TWICE",
    "plan V5",
    "抽样框中同一诊断出现两次，请重新定框",
    "A job stands twice in the frame; fix it anew",
)
SECRET_NOT_THE_COMMITTED_ONE = Rule(
    "SECRET_NOT_THE_COMMITTED_ONE",
    "plan V5",
    "揭示的密值与承诺值不符，未作任何变更；请由运维核对密库",
    "The secret revealed is not the one committed to; nothing was changed, have the operator check the vault",
)

SAMPLE_NOT_MATERIAL = Rule(
    "SAMPLE_NOT_MATERIAL",
    "plan V5",
    "该抽样未裁定该服务商的这项诊断差异重大，不能据以立案；请核对月份与诊断",
    "This draw adjudicated no such job of the provider as materially different; check month and diagnosis",
)

# Commands


class DrawCommand(Command):
    """A command about the draw of one month 抽样命令."""

    roles: ClassVar = CITY

    draw: DrawMonth = Field(description="Year and month, such as 2024.06 · 抽样月份")


class CommitDraw(DrawCommand):
    """Commit to the secret of a month's draw before the month begins, and name the public beacon · 承诺抽样密值."""

    commitment: Sha256 = Field(description="SHA-256 of the secret · 承诺值")
    source: Label = Field(description="Public draw that will be the beacon, such as a lottery by name · 公开随机数来源")


class FrameEntry(Part):
    """A job that may be drawn 抽样框条目. expected: jobs of its provider in the year, as many as are on record."""

    diagnosis: Identifier
    provider: Identifier
    expected: Annotated[int, Field(ge=1, le=10**9)]
    risk: RiskClass | None


class FixFrame(DrawCommand):
    """Fix the frame: every job that was confirmed in the month, with its inclusion probability · 确定抽样框."""

    beacon_day: date = Field(description="Day on which the beacon will be drawn, after today · 公开随机数产生日")
    position: Count
    jobs: Annotated[tuple[FrameEntry, ...], Field(max_length=100_000)]


class RecordBeacon(DrawCommand):
    """Record the public beacon as it was drawn · 录入公开随机数."""

    beacon: Annotated[str, Field(pattern=r"^[^\r\n\t]{1,200}$")] = Field(
        description="The beacon, letter by letter · 公开随机数"
    )


class RevealDraw(DrawCommand):
    """Reveal the secret, and draw · 揭示密值并抽取."""

    secret: Secret = Field(repr=False, description="The secret, 32 bytes in hexadecimal · 密值")


AnyDrawCommand = CommitDraw | FixFrame | RecordBeacon | RevealDraw

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
    commitment: str
    source: str


class FrameFixed(Event):
    """The frame of a draw 抽样框已确定. plan: the sampling plan, as stream/version; None = the default. root: SHA-256 of it."""

    type: Literal["draw.frame_fixed.v1"] = "draw.frame_fixed.v1"
    says: ClassVar = "确定了抽样框，共 {jobs:count} 项，公开随机数产生于 {beacon_day}"
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
    beacon: str


class DrawRevealed(Event):
    """The secret is known to all 抽样密值已揭示."""

    type: Literal["draw.revealed.v1"] = "draw.revealed.v1"
    says: ClassVar = "揭示了抽样密值"
    secret: str


class JobsDrawn(Event):
    """The sample 样本已抽取, in ticket order."""

    type: Literal["draw.drawn.v1"] = "draw.drawn.v1"
    says: ClassVar = "抽取了 {jobs:count} 项"
    seed: str
    jobs: tuple[DrawnJob, ...]


class SampleAdjudicated(Event):
    """What a drawn job comes to 样本已裁定. totals: of the blind assessments, in order; by: how it was settled.

    material: the adjudicated grade is another and the total differs by more than the plan says. causes: the assessments.
    """

    type: Literal["draw.adjudicated.v1"] = "draw.adjudicated.v1"
    says: ClassVar = "裁定了一项样本：出具总分 {issued_total}，裁定总分 {adjudicated_total}{found}"
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

    model_config = ConfigDict(frozen=True)

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


def sampling_plan(day: date, context: DecisionContext) -> tuple[str | None, date, SamplingPlan]:
    """The plan in force on a day: as stream/version, None of the default; its first day; what it says."""
    rules: DatedRules | None = context.read.get(SAMPLING_RULE)
    found = dated_rule_on(rules, RuleKind.SAMPLING, day)
    assert isinstance(found.body, SamplingPlan)  # noqa: S101 - of its kind
    return found.cause, found.since, found.body


def frame_of(jobs: tuple[FrameJob, ...]) -> bytes:
    """The frame as a file 抽样框文件: a line `job,numerator,denominator` each."""
    return frame_bytes({one.diagnosis: one.probability for one in jobs})


# Decide: what may happen


def decide(command: AnyDrawCommand, known: Draw | None, context: DecisionContext) -> Facts:
    """Raises Refused: any rule above."""
    require_right(command, context.role)
    match command:
        case CommitDraw():
            if known is not None:
                raise _wrong_status(known.status)
            if context.day >= first_day_of(command.draw):
                raise DRAW_COMMITTED_LATE.refuse(path="draw", latest=first_day_of(command.draw) - timedelta(days=1))
            return (DrawCommitted(commitment=command.commitment, source=command.source),)
        case FixFrame():
            return _framed(command, _in(known, DrawStatus.COMMITTED), context)
        case RecordBeacon():
            draw = _in(known, DrawStatus.FRAMED)
            assert draw.frame is not None  # noqa: S101 - FRAMED implies it
            if context.day < draw.frame.beacon_day:
                raise BEACON_NOT_YET.refuse(earliest=draw.frame.beacon_day)
            return (BeaconRecorded(beacon=command.beacon),)
        case RevealDraw():
            return _revealed(command, _in(known, DrawStatus.BEACON))
        case never:
            assert_never(never)


def _in(known: Draw | None, allowed: DrawStatus) -> Draw:
    if known is None:
        raise NOT_FOUND.refuse()
    if known.status is not allowed:
        raise _wrong_status(known.status)
    return known


def _wrong_status(status: DrawStatus) -> Refused:
    return refuse_step(DRAW_STATUS, status, NEXT_STEPS)


def _framed(command: FixFrame, _draw: Draw, context: DecisionContext) -> Facts:
    """By the plan that the month began under, whatever is set later; π is worked out here and recorded with each job."""
    if context.day < day_after(command.draw):
        raise DRAW_MONTH_RUNNING.refuse(path="draw", earliest=day_after(command.draw))
    require_programme_date("beacon_day", command.beacon_day, context)
    if command.beacon_day <= context.day:
        raise BEACON_NOT_LATER.refuse(path="beacon_day", earliest=context.day + timedelta(days=1))
    if len({one.diagnosis for one in command.jobs}) < len(command.jobs):
        raise FRAME_NAMES_A_JOB_TWICE.refuse(path="jobs")
    cause, since, plan = sampling_plan(first_day_of(command.draw), context)
    jobs = []
    for one in sorted(command.jobs, key=lambda one: one.diagnosis):
        risk = Fraction(plan.risk_probability) if one.risk is not None else None
        chance = inclusion_probability(Fraction(plan.base_probability), one.expected, plan.jobs_per_provider, risk)
        jobs.append(FrameJob(**dict(one), numerator=chance.numerator, denominator=chance.denominator))
    framed = tuple(jobs)
    return (
        FrameFixed(
            plan=cause,
            plan_since=since,
            position=command.position,
            beacon_day=command.beacon_day,
            jobs=framed,
            root=frame_root(frame_of(framed)),
        ),
    )


def _revealed(command: RevealDraw, draw: Draw) -> Facts:
    secret = bytes.fromhex(command.secret)
    if commitment(secret) != draw.commitment:
        raise SECRET_NOT_THE_COMMITTED_ONE.refuse()
    assert draw.frame is not None and draw.beacon is not None  # noqa: S101, PT018 - BEACON implies both
    seed = seed_of(secret, draw.beacon, draw.frame.root)
    of = {one.diagnosis: one for one in draw.frame.jobs}
    jobs = tuple(
        DrawnJob(
            diagnosis=job,
            provider=of[job].provider,
            ticket=ticket(seed, job),
            numerator=of[job].numerator,
            denominator=of[job].denominator,
        )
        for job in drawn(seed, {job: one.probability for job, one in of.items()})
    )
    return (DrawRevealed(secret=command.secret), JobsDrawn(seed=seed, jobs=jobs))


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


DRAWS = Capability(
    name="draw",
    commands=tuple(AnyDrawCommand.__args__),
    events=tuple(DrawEvent.__args__),
    stream=lambda command: draw_stream(command.draw),
    reads=lambda _command, _draw: (SAMPLING_RULE,),
    place=lambda _command, _draw, _read: Unscoped.KNOWN_BY_RULES,
    decide=decide,
    evolve=evolve,
)
