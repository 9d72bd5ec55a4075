"""Shadowing 影子测算执行: asked-for runs done in the background by the process that keeps the read models current. plan S4, S5.

A run is done by whoever holds its lease. One that is cut short leaves no fact behind: the next process begins it anew.
"""

import logging
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from functools import partial
from hashlib import sha256
from itertools import accumulate
from uuid import uuid4

import orjson
from pydantic import BaseModel, ConfigDict

from api.kit.services import Services
from domain.access import Everything, Role
from domain.events import CAPABILITIES
from domain.instants import microseconds
from domain.kernel import Command, Refused
from domain.standard.revision.state import Revision, revision_stream
from domain.standard.shadow import CompleteShadow, FailShadow, shadow_stream
from isolation import Bounds, ProcessOverBounds
from isolation import run as run_apart
from journal import Caller
from journal.codec import decode
from projections.diagnosis.finished_diagnoses import how_many
from projections.standard import shadow
from projections.standard.shadow import ShadowRow
from standards import AnyEdition
from standards.revising.standard_text import composed
from standards.shadow.rescore import RULES
from standards.shadow.sensitivity import EditionSensitivity
from standards.shadow.tally import ShadowResult
from zhenduan.background.intervals import at_intervals

RESCORED = "projections.diagnosis.rescored:outcome_bytes"
BOUNDS = Bounds(memory_mib=2_048, cpu_seconds=3_600, wall_seconds=4 * 3_600.0, written_mib=1_024)
"""Of one run. 2026-11-25: 10,000 diagnoses take 30 s of a core."""
LOOK_SECONDS = 1.0
TELL_SECONDS = 0.5
"""How often progress is told at most."""
SYSTEM = Caller("system-shadow", Role.SYSTEM, "", Everything())

log = logging.getLogger(__name__)


class Outcome(BaseModel):
    """What a re-scoring came to 测算结果; see `projections.diagnosis.rescored.outcome_bytes`."""

    model_config = ConfigDict(frozen=True)

    position: int
    result: ShadowResult
    sensitivity: tuple[EditionSensitivity, ...]
    movers: str
    moved: int
    done: int


class _CutShort(Exception):  # noqa: N818 - no fault: the process ends, or another has taken the run over
    """A run is left to another."""


def do_shadows(services: Services, stop: threading.Event, worker: str, *, reason: str = "") -> int:
    """Do every run that is asked for and that nobody else is at 执行待测算; how many were ended. reason: kept in their entries."""
    with services.models.reading() as snapshot:
        waiting = shadow.running(snapshot, Everything())
    ended = 0
    for run in waiting:
        if stop.is_set():
            break
        try:
            ended += _do(services, run, stop, worker, reason)
        except _CutShort:
            services.shadows.release(run.revision, worker)
        except ProcessOverBounds:
            log.error("影子测算超出限额 a shadow re-scoring took more than it may: %s/%s", run.revision, run.number)  # noqa: TRY400 - no fault of the code's, and there is nothing more to say
            seconds = BOUNDS.cpu_seconds
            why = f"超出限额（{seconds} 秒处理器时间、{BOUNDS.memory_mib} MiB 内存），已中止"
            _end(services, run, FailShadow(revision=run.revision, number=run.number, reason=why), reason)
            ended += 1
        except Exception:
            log.exception("影子测算失败 a shadow re-scoring failed: %s/%s", run.revision, run.number)
            _end(services, run, FailShadow(revision=run.revision, number=run.number, reason="程序出错，已记入日志"), reason)
            ended += 1
    return ended


def _do(services: Services, run: ShadowRow, stop: threading.Event, worker: str, reason: str) -> bool:
    new = _draft(services, run)
    with services.models.reading() as snapshot:
        total = how_many(snapshot, Everything())
    if not services.shadows.take(run.revision, run.number, total, worker, _now(services)):
        return False
    progress = _telling(services, run, stop, worker)
    files = str(services.blobs.folder)
    found = Outcome.model_validate_json(run_apart(RESCORED, services.models.address, files, new, bounds=BOUNDS, progress=progress))
    told = CompleteShadow(
        revision=run.revision,
        number=run.number,
        position=found.position,
        rules=RULES,
        input_digest=input_digest(run, found.position, new),
        result=found.result,
        sensitivity=found.sensitivity,
        movers=found.movers,
        moved=found.moved,
    )
    _end(services, run, told, reason)
    services.shadows.tell(run.revision, run.number, found.done, worker, _now(services))
    return True


def _draft(services: Services, run: ShadowRow) -> dict[str, AnyEdition]:
    """Published key -> the edition in its place, of the draft as it stood when the run was asked for."""
    capability = CAPABILITIES["revision"]
    events = [decode(capability, one.type, one.state) for one in services.journal.read(revision_stream(run.revision))]
    stood = accumulate(events[1:], capability.evolve, initial=capability.evolve(None, events[0]))
    revision = next((one for one in stood if one.draft_version == run.draft_version), None)
    if not isinstance(revision, Revision) or revision.standard.digest != run.draft_digest:
        raise LookupError(f"draft {run.draft_version} of {run.revision} is not the one that was asked about")
    found = (one.edition for one in composed(revision.standard).compositions)
    return {
        key: edition
        for edition in found
        if (key := revision.base + edition.key.removeprefix(revision.key)) in revision.bases
    }


def input_digest(run: ShadowRow, position: int, new: dict[str, AnyEdition]) -> str:
    """SHA-256 of all that a result follows from 输入摘要: draft, its editions, the position read, the rules' version."""
    told = {
        "draft": run.draft_digest,
        "editions": {key: edition.digest for key, edition in new.items()},
        "position": position,
        "rules": RULES,
    }
    return sha256(orjson.dumps(told, option=orjson.OPT_SORT_KEYS)).hexdigest()


def _telling(services: Services, run: ShadowRow, stop: threading.Event, worker: str) -> Callable[[int], None]:
    last = time.monotonic()

    def report(done: int) -> None:
        nonlocal last
        if stop.is_set():
            raise _CutShort
        if time.monotonic() - last >= TELL_SECONDS:
            last = time.monotonic()
            if not services.shadows.tell(run.revision, run.number, done, worker, _now(services)):
                raise _CutShort

    return report


def _end(services: Services, run: ShadowRow, command: Command, reason: str) -> None:
    with suppress(Refused):  # another process ended it meanwhile
        services.send(SYSTEM, command, reason=reason, causation=f"{shadow_stream(run.revision)}/{run.stream_version}")


def _now(services: Services) -> int:
    return microseconds(services.clock())


def shadowing(services: Services, seconds: float = LOOK_SECONDS) -> AbstractContextManager[None]:
    """Do what is asked for while the block lasts, looking at an interval."""
    look = partial(do_shadows, services, worker=str(uuid4()))
    return at_intervals(look, seconds, name="shadows", failing="影子测算未能开始 no shadow re-scoring could begin")
