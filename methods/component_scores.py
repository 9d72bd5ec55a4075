"""Component scores 分项得分: what a provider's year is worth, part by part, 0–100 each. Method a. plan V5.

Exact fractions; the caller rounds. Inside a component the weights of the parts that are present are renormalised; nothing
present is None. Numbers and weights must be such as can be (no more confirmed than assigned, none below zero), else
`ValueError`: rules check them first.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

FULL = 100
_ANSWERS = range(1, 6)


def weighted(parts: Sequence[tuple[int | Fraction, Fraction | None]]) -> Fraction | None:
    """100 × the mean of shares (0–1) by weight, of those that are present; None when none is."""
    present = [(weight, share) for weight, share in parts if share is not None]
    whole = sum((Fraction(weight) for weight, _ in present), Fraction(0))
    return FULL * sum((weight * share for weight, share in present), Fraction(0)) / whole if whole else None


@dataclass(frozen=True)
class Workload:
    """A provider's year of work 工作量, in counts. full_load: jobs that its declared capacity holds, at least 1.

    None = not declared.
    """

    assigned: int
    confirmed: int
    due_stages: int
    on_time_stages: int
    full_load: int | None

    def __post_init__(self) -> None:
        if not (0 <= self.confirmed <= self.assigned and 0 <= self.on_time_stages <= self.due_stages and self.full_load != 0):
            raise ValueError(f"no workload can be {self}")


def work_done(work: Workload, delivery: int, punctuality: int, volume: int) -> Fraction | None:
    """Work done 工作完成: confirmed of assigned jobs, stages on time of those due, and volume, which counts up to full load only.

    delivery, punctuality, volume: weights of the three. None without an assigned job.
    """
    if not work.assigned:
        return None
    return weighted(
        (
            (delivery, Fraction(work.confirmed, work.assigned)),
            (punctuality, Fraction(work.on_time_stages, work.due_stages) if work.due_stages else None),
            (volume, min(Fraction(1), Fraction(work.confirmed, work.full_load)) if work.full_load else None),
        )
    )


def work_variance(work: Workload, delivery: int, punctuality: int, volume: int) -> Fraction | None:
    """Variance of one job's worth of `work_done`, so that divided by the jobs assigned it is that of the score.

    Delivery and punctuality as shares of independent jobs and stages; volume is taken as it is.
    """
    if not work.assigned:
        return None
    whole = delivery + (volume if work.full_load else 0) + (punctuality if work.due_stages else 0)
    delivered = Fraction(work.confirmed, work.assigned)
    found = (Fraction(FULL * delivery, whole)) ** 2 * delivered * (1 - delivered)
    if work.due_stages:
        on_time = Fraction(work.on_time_stages, work.due_stages)
        found += Fraction(FULL * punctuality, whole) ** 2 * on_time * (1 - on_time) * Fraction(work.assigned, work.due_stages)
    return found


def feedback_of_job(answers: Sequence[int | None]) -> Fraction | None:
    """Enterprise feedback 企业反馈 on one job: the mean of the answered items, 1–5 as 0, 25 … 100; None when none is answered."""
    answered = [answer for answer in answers if answer is not None]
    if any(answer not in _ANSWERS for answer in answered):
        raise ValueError("an answer is 1, 2, 3, 4 or 5")
    return feedback_of_sum(len(answered), sum(answered)) if answered else None


def feedback_of_sum(answers: int, points: int) -> Fraction:
    """The same of so many answered items, at least one, by the sum of their answers."""
    return Fraction((points - answers) * 25, answers)


def records_of_job(required: Mapping[str, int], present: Collection[str]) -> Fraction | None:
    """Process records 过程记录 of one job: weight of the required ones that are there, of all required.

    None when none is required.
    """
    whole = sum(required.values())
    return Fraction(FULL * sum(weight for name, weight in required.items() if name in present), whole) if whole else None


@dataclass(frozen=True)
class ReportQuality:
    """A report 报告 as it was judged. reading: expert reading 0–100, adjusted for severity, None when not read.

    The rest are counts.
    """

    checks: int
    checks_passed: int
    reading: Fraction | None
    items: int
    items_upheld: int

    def __post_init__(self) -> None:
        if not (0 <= self.checks_passed <= self.checks and 0 <= self.items_upheld <= self.items):
            raise ValueError(f"no report can be {self}")


def report_of_job(report: ReportQuality, checks: int, reading: int, upheld: int) -> Fraction | None:
    """Report quality 报告质量 of one job: checks passed, expert reading, items that survived objection, by their weights."""
    return weighted(
        (
            (checks, Fraction(report.checks_passed, report.checks) if report.checks else None),
            (reading, report.reading / FULL if report.reading is not None else None),
            (upheld, Fraction(report.items_upheld, report.items) if report.items else None),
        )
    )


def reassessment_points(difference: Fraction, free: Fraction, zero: Fraction) -> Fraction:
    """Points of one sampled re-assessment 抽样复评 by issued − adjudicated total.

    100 up to `free` either way, 0 from `zero`, a line between.
    """
    distance = abs(difference)
    if distance <= free:
        return Fraction(FULL)
    return Fraction(0) if distance >= zero else FULL * (zero - distance) / (zero - free)
