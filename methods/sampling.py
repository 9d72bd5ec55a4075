"""Sampling 抽样: which jobs are assessed again, drawn so that anyone can repeat it. Method e. plan V5, P6.

Consistent sampling (Rivest): a job is drawn if its ticket, a hash of seed and job, lies below its inclusion probability π.
Jobs are independent of each other and a larger π only adds jobs. Whole numbers and fractions throughout.
"""

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from hashlib import sha256

SEED_FORM = "zhenduan-sample-1"
"""First line of what a seed is made of: says the form."""
_TICKETS = 2**256


def inclusion_probability(base: Fraction, expected_jobs: int, floor: int, risk: Fraction | None) -> Fraction:
    """Inclusion probability π 入样概率 of a provider's job, at most 1.

    base: everybody's. floor: jobs a year that are to be drawn of every provider at least. risk: π of the risk class, None for jobs
    outside it.
    """
    return min(Fraction(1), max(base, Fraction(floor, max(expected_jobs, 1)), risk or Fraction(0)))


def commitment(secret: bytes) -> str:
    """What is published of the secret before the period begins 承诺值: its SHA-256."""
    return sha256(secret).hexdigest()


def frame_bytes(probabilities: Mapping[str, Fraction]) -> bytes:
    """The frame 抽样框 as a file: a line `job,numerator,denominator` each, in order of the job's id, LF."""
    lines = (f"{job},{chance.numerator},{chance.denominator}\n" for job, chance in sorted(probabilities.items()))
    return "".join(lines).encode()


def frame_root(frame: bytes) -> str:
    """SHA-256 of the frame, which is written down before the beacon is drawn."""
    return sha256(frame).hexdigest()


def seed_of(secret: bytes, beacon: str, root: str) -> str:
    """Seed 随机种子 of a draw, from the secret once revealed, the public beacon of a later day, and the frame."""
    return sha256(f"{SEED_FORM}\n{secret.hex()}\n{beacon}\n{root}".encode()).hexdigest()


def ticket(seed: str, job: str) -> str:
    r"""Ticket 抽签号 of a job: 64 hexadecimal digits; the smaller, the earlier.

    `printf '%s\n%s' SEED JOB | sha256sum` repeats it.
    """
    return sha256(f"{seed}\n{job}".encode()).hexdigest()


def is_drawn(seed: str, job: str, chance: Fraction) -> bool:
    """Whether a job is drawn at its inclusion probability."""
    return int(ticket(seed, job), 16) * chance.denominator < chance.numerator * _TICKETS


def in_ticket_order(seed: str, jobs: Iterable[str]) -> Sequence[str]:
    """Jobs in the order in which they are looked at."""
    return sorted(jobs, key=lambda job: ticket(seed, job))


def drawn(seed: str, probabilities: Mapping[str, Fraction]) -> Sequence[str]:
    """The sample 样本, in ticket order."""
    return in_ticket_order(seed, (job for job, chance in probabilities.items() if is_drawn(seed, job, chance)))
