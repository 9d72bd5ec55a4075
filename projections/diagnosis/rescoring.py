"""Re-scoring 测算执行: every finished diagnosis of one snapshot under other editions, streamed. plan S4, S5."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from domain.access import Scope
from projections.diagnosis.finished_diagnoses import BATCH, finished_diagnoses
from projections.engine.snapshot import Snapshot
from standards import AnyEdition
from standards.shadow.rescore import Moved, Rescored, RescoringObstacle, RescoringObstacleKind, Shadow
from standards.shadow.sensitivity import EditionSensitivity, SensitivityTally
from standards.shadow.tally import ShadowResult, ShadowTally

Progress = Callable[[int], None]
"""Told how many diagnoses are done 进度."""


@dataclass(frozen=True, slots=True)
class Mover:
    """A diagnosis whose grade would be another 变动企业."""

    diagnosis: str
    enterprise: str
    edition: str
    moved: Moved


class Rescoring:
    """One pass over the finished diagnoses within a scope 测算; it holds one batch and the tallies.

    Args:
        old: published editions by key.
        new: key of a published edition -> the edition that would take its place; one without has no successor.
        sensitivity: whether to look for the smallest changes as well, which takes most of the time.
    """

    def __init__(
        self, old: Mapping[str, AnyEdition], new: Mapping[str, AnyEdition], *, sensitivity: bool = True
    ) -> None:
        self._shadows = {key: Shadow(old[key], edition) for key, edition in new.items() if key in old}
        self._tally = ShadowTally()
        wanted = self._shadows if sensitivity else {}
        self._sensitivities = {key: SensitivityTally(shadow.new) for key, shadow in wanted.items()}
        self.done = 0

    def movers(
        self, snapshot: Snapshot, scope: Scope, progress: Progress | None = None, batch: int = BATCH
    ) -> Iterator[Mover]:
        """Re-score them all, and give those that move as they come, in order of diagnosis 逐一给出变动者."""
        for row in finished_diagnoses(snapshot, scope, batch):
            finished, key = row.finished, row.subject.edition
            shadow = self._shadows.get(key)
            reworded = False
            none = RescoringObstacle(kind=RescoringObstacleKind.NO_SUCCESSOR, subject=key)
            found: Rescored | tuple[RescoringObstacle, ...] = (none,)
            if shadow is not None:
                found = shadow.rescore(finished)
                reworded = bool(shadow.reworded(finished.form))
            self._tally.add(row.subject, finished.grade, found, reworded=reworded)
            self.done += 1
            if isinstance(found, Rescored):
                if (changes := self._sensitivities.get(key)) is not None:
                    changes.add(row.id, finished.form, found.card, finished.process)
                if found.moved is not None:
                    yield Mover(row.id, row.enterprise, key, found.moved)
            if progress is not None:
                progress(self.done)

    def result(self) -> ShadowResult:
        """Matrix and counts of what was re-scored so far."""
        return self._tally.result()

    def sensitivity(self) -> tuple[EditionSensitivity, ...]:
        """Sensitivity of each edition that some diagnosis was re-scored under, by the key it would replace."""
        return tuple(
            tally.result(replaces) for replaces, tally in sorted(self._sensitivities.items()) if tally.firms
        )
