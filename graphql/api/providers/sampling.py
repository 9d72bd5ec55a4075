"""Sampling 抽样评估 in the schema: each draw with what repeats it, who assesses what, and what a year comes to. plan V5."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from hashlib import sha256
from typing import Annotated, Any

import strawberry

from api.kit.context import Context
from api.kit.enums import enum_type
from api.kit.ids import DiagnosisID, OrganisationID, PersonID, id_of, key_of
from api.kit.mutations import Payload, ServerFields
from api.kit.paging import wanted_fields
from api.kit.parts import parts, wanted_parts
from api.kit.published import argument, field, published
from api.kit.years import require_year
from domain.access import Role
from domain.governance.rule_bodies.sampling import SamplingPlan
from domain.kernel import Command
from domain.masks import RATING_INPUTS, RATINGS_READ
from domain.providers.sampling.draw import CommitDraw, FixFrame, RevealDraw
from domain.providers.sampling.reassessment import Reassessment, ReassessmentStatus
from domain.providers.sampling.state import Draw, draw_stream, frame_of
from domain.providers.sampling.status import DrawStatus, RiskClass
from methods.sampling_replay import REPLAY_SCRIPT
from projections.governance.dated_rules import body_on
from projections.providers import sampling as rows

SAMPLES_READ = RATINGS_READ
"""Draws and what they come to 抽样: a provider is shown its own jobs, once drawn, and the city's rate. plan V5."""
ASSESSMENTS_READ = RATING_INPUTS | {Role.SAMPLER}
"""Who assesses which job again 盲评: an assessor its own. plan V5."""
enum_type(DrawStatus)
enum_type(ReassessmentStatus)
enum_type(RiskClass)
SECRET = "secret of a draw"  # noqa: S105 - what the secret is derived for


@published(SAMPLES_READ)
class SampledJob:
    """A job that was drawn, and what it came to · 样本. plan V5

    To a provider those of its own: they are drawn once their reports are confirmed.
    """

    diagnosis: DiagnosisID = field("Job that was drawn · 诊断标识")
    provider: OrganisationID = field("Provider that made it · 服务商标识")
    ticket: str = field("Its ticket, 64 hexadecimal digits; the smaller, the earlier · 抽签号")
    probability: str = field("Its inclusion probability, as a fraction · 入样概率")
    status: ReassessmentStatus | None = field("How far its re-assessment has come; null before · 复评状态")
    issued_total: Decimal | None = field("Total that was issued; null before it is settled · 出具总分")
    adjudicated_total: Decimal | None = field("Total that it came to; null before it is settled · 裁定总分")
    adjudicated_grade: int | None = field("Grade that it came to; null before it is settled · 裁定档次")
    material: bool | None = field("Whether the difference is material; null before it is settled · 是否重大误评")


@published(SAMPLES_READ)
class SampleDraw:
    """Draw of the confirmed jobs of a month, with all that repeats it · 抽样. plan V5"""

    month: str = field("Year and month, such as 2024.06 · 抽样月份")
    status: DrawStatus = field("How far it has come · 抽样状态")
    commitment: str = field("SHA-256 of the secret, written down before the month · 承诺值")
    source: str = field("Public draw that is the beacon · 公开随机数来源")
    beacon_day: date | None = field("Day of the beacon; null before the frame is fixed · 公开随机数产生日")
    root: str | None = field("SHA-256 of the frame; null before it is fixed · 抽样框摘要")
    frame_size: int | None = field("Jobs of the frame; null before it is fixed · 抽样框项数")
    frame: str | None = field(
        "The frame as a file, a line `job,numerator,denominator` each; null before it is fixed · 抽样框文件", roles=RATING_INPUTS
    )
    beacon: str | None = field("The beacon, letter by letter; null before it is recorded · 公开随机数")
    secret: str | None = field("The secret, once revealed · 密值")
    seed: str | None = field("Seed of the tickets, once drawn · 随机种子")
    replay: str = field("Script of nine lines that repeats it: `replay.py frame.csv SECRET BEACON` · 复算脚本")
    jobs: list[SampledJob] = parts(SampledJob, "Jobs that were drawn, in ticket order · 样本")


@published(ASSESSMENTS_READ)
class BlindAssessment:
    """A drawn job that one is to assess again, without any earlier score of it · 盲评任务. plan V5"""

    diagnosis: DiagnosisID = field("Job to assess · 诊断标识")
    month: str = field("Month of its draw · 抽样月份")
    assessor: PersonID | None = field("Person who assesses it · 抽评专家标识", roles=RATING_INPUTS)
    given: bool = field("Whether that person has assessed it · 是否已评")


@published(ASSESSMENTS_READ)
class BlindAssessments:
    """Jobs that are assessed again: to an assessor those given to it, to the city and the auditor all · 盲评任务清单. plan V5"""

    assessments: list[BlindAssessment] = parts(BlindAssessment, "In order of job · 盲评任务")


@published(SAMPLES_READ)
class SampledYear:
    """What the samples of a year say of all its jobs; to a provider of the city as a whole · 年度抽样结果. plan V5

    Each drawn job counts for as many as its probability says, so that suspicion speaks for nobody but itself.
    """

    year: int = field("Year · 年度")
    frame: int = field("Jobs that could be drawn · 抽样框项数")
    drawn: int = field("Jobs that were drawn · 样本数")
    adjudicated: int = field("Those that are settled · 已裁定数")
    missing: int = field("Those that are not, which count for nothing yet · 未裁定数")
    material: int | None = field("Material misgrades among them · 重大误评数", roles=RATING_INPUTS)
    share: Decimal | None = field("Share of material misgrades, weighted back; null before any is settled · 误评率")
    low: Decimal | None = field("Lower end of Wilson's 90 percent interval at the effective size · 下限")
    high: Decimal | None = field("Upper end of it · 上限")
    effective: Decimal | None = field("Effective size of the sample · 有效样本量")
    confirmed_at: int | None = field("Draw at which the limit was confirmed; null while it is not · 确认序号")
    refuted: bool = field("Whether the limit cannot be kept any more · 是否已否定")
    draws: list[SampleDraw] = parts(SampleDraw, "Its draws, month by month · 各月抽样")


def _job(draw: Draw, diagnosis: str, known: Mapping[str, Reassessment]) -> SampledJob:
    job, fact, again = draw.drawn[diagnosis], draw.adjudicated.get(diagnosis), known.get(diagnosis)
    return SampledJob(
        diagnosis=id_of("diagnosis", diagnosis),
        provider=id_of("organisation", job.provider),
        ticket=job.ticket,
        probability=f"{job.numerator}/{job.denominator}",
        status=again.status if again is not None else None,
        issued_total=fact.issued_total if fact else None,
        adjudicated_total=fact.adjudicated_total if fact else None,
        adjudicated_grade=fact.adjudicated_grade if fact else None,
        material=fact.material if fact else None,
    )


def build_draw(context: Context, month: str, draw: Draw) -> SampleDraw:
    """A draw as the caller is shown it: a provider its own jobs alone."""
    office = context.caller.role in RATING_INPUTS
    known = rows.reassessments(context.snapshot, month)
    frame = draw.frame
    return SampleDraw(
        month=month,
        status=draw.status,
        commitment=draw.commitment,
        source=draw.source,
        beacon_day=frame.beacon_day if frame else None,
        root=frame.root if frame else None,
        frame_size=len(frame.jobs) if frame else None,
        frame=frame_of(frame.jobs).decode() if frame and office else None,
        beacon=draw.beacon,
        secret=draw.secret,
        seed=draw.seed,
        replay=REPLAY_SCRIPT,
        jobs=[
            _job(draw, one, known) for one, job in draw.drawn.items() if office or job.provider == context.caller.organisation
        ],
    )


def build_year(context: Context, year: int, wanted: frozenset[str]) -> SampledYear:
    """What a year's samples say, by the plan that it ended under."""
    draws = rows.draws_of(context.snapshot, year)
    found = rows.sampled_year(list(draws.values()), body_on(context.snapshot, SamplingPlan, date(year, 12, 31)))
    share, stopped = found.share, found.stopped
    return SampledYear(
        year=year,
        frame=found.frame,
        drawn=found.drawn,
        adjudicated=found.adjudicated,
        missing=found.missing,
        material=found.material if context.caller.role in RATING_INPUTS else None,
        share=share.share if share else None,
        low=share.interval.low if share else None,
        high=share.interval.high if share else None,
        effective=share.effective if share else None,
        confirmed_at=stopped.confirmed_at if stopped else None,
        refuted=stopped.refuted if stopped else False,
        draws=[build_draw(context, *one) for one in draws.items()] if wanted_parts(wanted, "draws") else [],
    )


@strawberry.type
class SamplingQueries:
    """Query fields: sampled re-assessment."""

    @field("What the samples of a year say · 年度抽样结果. plan V5", roles=SAMPLES_READ)
    def sampled_year(
        self,
        info: strawberry.Info[Context, None],
        year: Annotated[int, argument("Year · 年度")],
    ) -> SampledYear | None:
        """A year's samples.

        Raises:
            Refused: YEAR_OUT_OF_RANGE.
        """
        require_year(year)
        return build_year(info.context, year, wanted_fields(info))

    @field(
        "Jobs that are assessed again: an assessor those given to it, the city and the auditor all · 盲评任务. plan V5",
        roles=ASSESSMENTS_READ,
    )
    def blind_assessments(self, info: strawberry.Info[Context, None]) -> BlindAssessments:
        """Who assesses what."""
        context = info.context
        own = context.caller.actor if context.role == Role.SAMPLER else None
        found = rows.reassessments(context.snapshot, assessor=own)
        shown = [
            BlindAssessment(
                diagnosis=id_of("diagnosis", diagnosis),
                month=one.draw,
                assessor=id_of("person", one.assessors[-1]) if own is None else None,
                given=len(one.given) == len(one.assessors),
            )
            for diagnosis, one in found.items()
        ]
        return BlindAssessments(assessments=shown)


def _secret(context: Context, data: dict[str, Any]) -> str:
    return context.services.keys.secret(draw_stream(str(key_of(str(data["draw"]), "draw"))), SECRET)


def _committed(context: Context, data: dict[str, Any]) -> dict[str, Any]:
    """The commitment to a secret that nobody has seen: it is derived in the vault from a key drawn for this month."""
    return {**data, "commitment": sha256(bytes.fromhex(_secret(context, data))).hexdigest()}


def _framed(context: Context, data: dict[str, Any]) -> dict[str, Any]:
    snapshot = context.whole
    month = str(key_of(str(data["draw"]), "draw"))
    jobs = rows.frame_entries(snapshot, month) if month[:4].isdecimal() and len(month) == MONTH_LENGTH else ()
    return {**data, "position": snapshot.position, "jobs": [one.model_dump() for one in jobs]}


MONTH_LENGTH = len("2024.06")


def _revealed(context: Context, data: dict[str, Any]) -> dict[str, Any]:
    return {**data, "secret": _secret(context, data)}


def _find_draw(context: Context, key: str, _command: Command, _wanted: frozenset[str]) -> SampleDraw | None:
    draw = rows.draws_of(context.snapshot, int(key[:4])).get(key)
    return build_draw(context, key, draw) if draw is not None else None


QUERIES = SamplingQueries
SERVER_FIELDS: Mapping[type[Command], ServerFields] = {
    CommitDraw: ServerFields(frozenset({"commitment"}), fill=_committed),
    FixFrame: ServerFields(frozenset({"position", "jobs"}), fill=_framed),
    RevealDraw: ServerFields(frozenset({"secret"}), fill=_revealed),
}
PAYLOADS: Mapping[str, Payload] = {"draw": Payload("draw", SampleDraw, _find_draw, RATING_INPUTS)}
"""Capability -> what its payloads carry 返回对象."""
