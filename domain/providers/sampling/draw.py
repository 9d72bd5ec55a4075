"""Draw 抽样: a month's confirmed jobs, drawn by a secret committed to before and a public beacon of after. Method e. plan V5.

One stream a month: committed, frame fixed, beacon recorded, revealed and drawn, then each drawn job as it was adjudicated. Without
the beacon, who knows the secret could choose the frame; without the secret, everyone would know the jobs at once (decision 0061).
"""

from datetime import date, timedelta
from fractions import Fraction
from typing import Annotated, ClassVar, assert_never

from pydantic import Field

from domain.command_rights import CITY, require_right
from domain.governance.dated_rules import DatedRules, dated_rule_on, rule_stream
from domain.governance.rule_bodies.body import RuleKind
from domain.governance.rule_bodies.sampling import SamplingPlan
from domain.kernel import (
    NOT_FOUND,
    Capability,
    Command,
    Count,
    DecisionContext,
    Facts,
    Identifier,
    IdOf,
    Label,
    Part,
    Refused,
    Rule,
    Sha256,
    Unscoped,
    refuse_step,
)
from domain.providers.sampling.state import (
    BeaconRecorded,
    Draw,
    DrawCommitted,
    DrawEvent,
    DrawnJob,
    DrawRevealed,
    FrameFixed,
    FrameJob,
    JobsDrawn,
    day_after,
    draw_stream,
    evolve,
    first_day_of,
    frame_of,
)
from domain.providers.sampling.status import NEXT_STEPS, DrawStatus, RiskClass
from domain.stated_dates import DateName, require_not_too_far_ahead
from methods.sampling import commitment, drawn, frame_root, inclusion_probability, seed_of, ticket

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

def sampling_plan(day: date, context: DecisionContext) -> tuple[str | None, date, SamplingPlan]:
    """The plan in force on a day: as stream/version, None of the default; its first day; what it says."""
    rules: DatedRules | None = context.read.get(SAMPLING_RULE)
    found = dated_rule_on(rules, RuleKind.SAMPLING, day)
    assert isinstance(found.body, SamplingPlan)  # noqa: S101 - of its kind
    return found.cause, found.since, found.body


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
    require_not_too_far_ahead("beacon_day", command.beacon_day, context, DateName("公开随机数产生日", "day of the beacon"))
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
