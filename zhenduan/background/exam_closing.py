"""Exam closing 超时收卷: papers that nobody handed in are closed once their time is over, each once. plan T1.

An act of time: whether it comes at once, late or twice, the paper is closed and marked as it stood at its end.
"""

import logging
from contextlib import AbstractContextManager

from api.kit.services import Services
from api.providers.exams import seed_of
from domain.access import Everything, Role
from domain.instants import microseconds
from domain.kernel import Refused
from domain.providers.exams.exam import TimeOutExam
from journal import Caller
from projections.providers import exams
from zhenduan.background.intervals import at_intervals

SECONDS = 15.0
"""How late a paper may be closed; no answer is taken after its end either way."""
BY_TIME = Caller("exam-closing", Role.SYSTEM, "", Everything())
REASON = "考试时间已到"

log = logging.getLogger(__name__)


def close_overdue(services: Services) -> int:
    """Close the papers whose time is over 收卷; how many were closed by this."""
    with services.models.reading() as snapshot:
        due = exams.overdue(snapshot, microseconds(services.clock()))
    closed = 0
    for row in due:
        current = row.exam.current
        if current is None:
            continue
        command = TimeOutExam(training=row.training, person=row.person, seed=seed_of(services.secret, current.nonce))
        try:
            handled = services.send(BY_TIME, command, reason=REASON, idempotency_key=f"time-out/{row.id}/{current.nonce}")
        except Refused as refused:  # it was handed in meanwhile
            log.info("exam %s was not closed: %s", row.id, refused.rule.code)
            continue
        closed += not handled.replayed
    return closed


def closing_exams(services: Services, seconds: float = SECONDS) -> AbstractContextManager[None]:
    """Close overdue papers now and at every interval while the block lasts."""
    failing = "超时试卷未能收卷 overdue papers were not closed"
    return at_intervals(lambda _stop: close_overdue(services), seconds, name="exam-closing", failing=failing, at_once=True)
