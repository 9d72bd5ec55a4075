"""Versions 版本: what a report says otherwise than the version before it. Pure. plan P4."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from domain.diagnosis.case import evolve
from domain.diagnosis.report import ReportConfirmed, ReportIssued
from domain.diagnosis.state import Diagnosis
from domain.instants import city_day, utc_moment
from projections.report import wording
from projections.report.trail import RecordedEvent
from standards import Edition


@dataclass(frozen=True, slots=True)
class VersionChanges:
    """A report beside the version before it 版本变动. said: what came of the objections between the two, or nothing.

    changed: (what, as it was, as it is), both as they are printed.
    """

    before: int
    dated: date
    said: str
    changed: tuple[tuple[str, str, str], ...]

    @property
    def is_same(self) -> bool:
        """Whether grade, total and every level are those of the version before."""
        return not self.changed


def version_changes(history: Sequence[RecordedEvent], edition: Edition, now: Diagnosis) -> VersionChanges | None:
    """What changed since the version before; None of the first."""
    went_out = [at for at, one in enumerate(history) if isinstance(one.event, ReportIssued | ReportConfirmed)]
    if not went_out:
        return None
    last = history[went_out[-1]]
    state: Diagnosis | None = None
    for recorded in history[: went_out[-1] + 1]:
        state = evolve(state, recorded.event)
    assert state is not None  # noqa: S101 - a report follows an opening
    upheld = len(now.upheld)
    said = f"其后 {upheld} 项异议成立" if upheld else ""
    return VersionChanges(
        state.reports, city_day(utc_moment(last.entry.at)), said, tuple(_changed(state, now, edition))
    )


def _changed(was: Diagnosis, now: Diagnosis, edition: Edition) -> list[tuple[str, str, str]]:
    assert was.issued and now.issued and was.verified_measured and now.verified_measured  # noqa: S101, PT018 - both were scored
    said = [
        ("出具等级", was.issued.grade_name, now.issued.grade_name),
        ("核验总分", str(was.verified_measured.total), str(now.verified_measured.total)),
    ]
    levels = {one.id: one.level for one in was.verified_measured.indicators}
    said += [
        (f"{one.id} {edition.by_id[one.id].name}", wording.level(levels[one.id]), wording.level(one.level))
        for one in now.verified_measured.indicators
    ]
    return [(what, before, after) for what, before, after in said if before != after]
