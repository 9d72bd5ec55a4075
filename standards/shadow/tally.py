"""Shadow tally 影子测算累计: a migration matrix and counts over any number of diagnoses, in constant space. plan S4, S5."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict

from standards.described import DescribedEnum
from standards.edition.text import GRADES
from standards.shadow.rescore import MoveReasonKind, Rescored, RescoringObstacle, RescoringObstacleKind


class Slicing(DescribedEnum):
    """What counts are broken down by · 分项依据.

    Each names a member of `Subject`; an edition tells the industry.
    """

    DISTRICT = "district", "District · 所在区"
    SIZE_CLASS = "size_class", "Size class · 规模类型"
    EDITION = "edition", "Edition it was diagnosed under · 标准版本"
    DIVISION = "division", "Two-digit division of the industry code · 行业大类"


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


@dataclass(frozen=True, slots=True)
class Subject:
    """Whose diagnosis it is 测算对象: district, size class, key of its edition, division of its industry code."""

    district: str
    size_class: str
    edition: str
    division: str


class ShadowCounts(_Part):
    """How diagnoses fare 测算计数: same grade, higher, lower, and not to be re-scored."""

    same: int = 0
    up: int = 0
    down: int = 0
    not_rescorable: int = 0

    @property
    def rescored(self) -> int:
        """How many were re-scored."""
        return self.same + self.up + self.down


class Slice(_Part):
    """Counts of one district, size class, edition or division · 分项计数."""

    by: str
    key: str
    counts: ShadowCounts


class ReasonCount(_Part):
    """How many diagnoses moved for a reason 原因计数; one may have several."""

    kind: MoveReasonKind
    subject: str
    diagnoses: int


class ObstacleCount(_Part):
    """How many diagnoses an obstacle stands against 不可测算计数; one may have several."""

    kind: RescoringObstacleKind
    subject: str
    diagnoses: int


class ShadowResult(_Part):
    """What an edition would do 影子测算汇总.

    matrix: grade before, 0 to 10 -> grade after, 0 to 10 -> diagnoses; 0 = below grade 1. reworded: how many re-scored
    diagnoses rest on an answer to a question that is worded otherwise: read with caution.
    """

    counts: ShadowCounts
    matrix: tuple[tuple[int, ...], ...]
    slices: tuple[Slice, ...]
    reasons: tuple[ReasonCount, ...]
    obstacles: tuple[ObstacleCount, ...]
    reworded: int


class ShadowTally:
    """Counts so far 累计; its size depends on the numbers of grades, districts, editions and indicators alone."""

    def __init__(self) -> None:
        self._matrix = [[0] * (GRADES + 1) for _ in range(GRADES + 1)]
        self._slices: Counter[tuple[str, str, str]] = Counter()
        self._counts: Counter[str] = Counter()
        self._reasons: Counter[tuple[MoveReasonKind, str]] = Counter()
        self._obstacles: Counter[tuple[RescoringObstacleKind, str]] = Counter()
        self._reworded = 0

    def add(self, subject: Subject, before: int, found: Rescored | tuple[RescoringObstacle, ...], *, reworded: bool) -> None:
        """One more diagnosis. before: its grade as issued. reworded: whether a question it answers is worded otherwise."""
        if isinstance(found, Rescored):
            self._matrix[before][found.grade] += 1
            self._reworded += reworded
            fate = "same" if found.grade == before else "up" if found.grade > before else "down"
            reasons = found.moved.reasons if found.moved is not None else ()
            self._reasons.update({(one.kind, one.subject) for one in reasons})
        else:
            fate = "not_rescorable"
            self._obstacles.update({(one.kind, one.subject) for one in found})
        self._counts[fate] += 1
        for by in Slicing:
            self._slices[by, getattr(subject, by), fate] += 1

    def result(self) -> ShadowResult:
        """What is known after the diagnoses so far."""
        keys = sorted({(by, key) for by, key, _ in self._slices}, key=lambda one: (list(Slicing).index(Slicing(one[0])), one[1]))
        return ShadowResult(
            counts=_counts(self._counts.__getitem__),
            matrix=tuple(map(tuple, self._matrix)),
            slices=tuple(
                Slice(by=by, key=key, counts=_counts(lambda fate, by=by, key=key: self._slices[by, key, fate]))  # type: ignore[misc]
                for by, key in keys
            ),
            reasons=tuple(
                ReasonCount(kind=kind, subject=subject, diagnoses=number)
                for (kind, subject), number in sorted(self._reasons.items())
            ),
            obstacles=tuple(
                ObstacleCount(kind=kind, subject=subject, diagnoses=number)
                for (kind, subject), number in sorted(self._obstacles.items())
            ),
            reworded=self._reworded,
        )


def _counts(of: Callable[[str], int]) -> ShadowCounts:
    return ShadowCounts(same=of("same"), up=of("up"), down=of("down"), not_rescorable=of("not_rescorable"))
