"""Computing 后台计算: ratings, and what proposed rules would do, worked out apart from the server and recorded by the program.

A computation is done by whoever holds its lease, and recorded under its own name as idempotency key, so that two processes that
look at once, or one that is killed in between, leave one fact; what is computed runs in a process of its own, bounded, and leaves
nothing behind where it ends early. plan V5, I1.
"""

import logging
import threading
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from functools import partial
from uuid import uuid4

from api.kit.services import Services
from domain.access import Everything, Role
from domain.instants import microseconds
from domain.kernel import Refused
from isolation import Bounds
from isolation import run as run_apart
from journal import Caller
from journal.outages import say_failed
from projections import Snapshot
from zhenduan.background.agreement_computing import requested_agreements
from zhenduan.background.computation import Computation
from zhenduan.background.equating_computing import requested_equatings
from zhenduan.background.intervals import at_intervals
from zhenduan.background.matching_computing import requested_matchings
from zhenduan.background.overstatement_computing import requested_overstatements
from zhenduan.background.package_making import waiting_packages
from zhenduan.background.paper_computing import requested_papers
from zhenduan.background.policy_simulating import drafted_policies
from zhenduan.background.rating_computing import fixed_ratings
from zhenduan.background.rule_simulating import proposed_rules
from zhenduan.background.signal_screening import requested_screenings
from zhenduan.background.uplift_computing import requested_uplifts

BOUNDS = Bounds(memory_mib=512, cpu_seconds=1_800, wall_seconds=3_600.0, written_mib=64)
"""Of one computation. 2026-11-28: a rating of 60 providers takes 2 s of a core, of 300 three minutes."""
LOOK_SECONDS = 5.0
KEEP_SECONDS = 10.0
"""How often whoever computes says so; the lease lasts three times as long."""
WORKER = str(uuid4())
"""This process, as holder of leases."""
SYSTEM = Caller("system-computing", Role.SYSTEM, "", Everything())

FindWaiting = Callable[[Services, Snapshot], Iterable[Computation]]
"""What of a capability waits to be computed."""
WAITING: tuple[FindWaiting, ...] = (
    fixed_ratings,
    proposed_rules,
    requested_matchings,
    drafted_policies,
    requested_screenings,
    requested_agreements,
    requested_equatings,
    requested_overstatements,
    requested_uplifts,
    requested_papers,
    waiting_packages,
)
"""Every reader of what waits; a capability adds its own."""

log = logging.getLogger(__name__)


def compute_waiting(services: Services, stop: threading.Event, *, reason: str = "", worker: str = WORKER) -> int:
    """Compute and record all that waits and that nobody else is at 计算待算事项; how many were recorded by this.

    reason: kept instead of each one's own. worker: names the holder of the leases.
    """
    waiting, done = list[Computation](), 0
    for find in WAITING:
        try:
            with services.models.reading() as snapshot:
                waiting.extend(find(services, snapshot))
        except Exception as fault:  # noqa: BLE001 - what one capability cannot read keeps no other's from being computed
            say_failed(log, fault, "未能查看待算事项 what is to be computed could not be looked for: %s", find.__name__)
    for one in waiting:
        if stop.is_set():
            break
        try:
            done += _computed(services, one, worker, reason)
        except Refused as refused:  # it is looked at anew, from what is on record then
            log.info("计算结果未被采纳 a result was not taken: %s: %s", one.key, refused.rule.code)
        except Exception as fault:  # noqa: BLE001 - the log has it, and the next look comes
            say_failed(log, fault, "未能计算 a computation failed: %s", one.key)
    return done


def _computed(services: Services, one: Computation, worker: str, reason: str) -> bool:
    """Compute and record, unless another is at it or it is on record by now; whether it was recorded by this."""

    def taken(_stop: threading.Event | None = None) -> bool:
        return services.computations.take(one.key, worker, microseconds(services.clock()))

    if not taken():
        return False
    failing = "计算租约未能续期 the lease of a computation could not be kept"
    try:
        with at_intervals(taken, KEEP_SECONDS, name="computation-lease", failing=failing):
            if services.journal.outcome(SYSTEM.actor, one.key) is not None:  # since it was looked for
                return False
            command = one.command(run_apart(one.function, *one.arguments, bounds=one.bounds or BOUNDS))
            handled = services.send(SYSTEM, command, reason=reason or one.reason, idempotency_key=one.key, causation=one.cause)
            return not handled.replayed
    finally:
        services.computations.release(one.key, worker)


def computing(services: Services, seconds: float = LOOK_SECONDS) -> AbstractContextManager[None]:
    """Compute what waits while the block lasts, looking at an interval."""
    failing = "未能查看待算事项 what is to be computed could not be looked for"
    return at_intervals(partial(compute_waiting, services), seconds, name="computing", failing=failing)
