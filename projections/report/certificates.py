"""Certificates 外部证书 in a report: what others certified, beside what the diagnosis says of their models. Pure. plan P4, P8.

What lies beside a certificate is an interval, worked out of the verified answers through a published crosswalk; it awards nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from domain.diagnosis.external.result import ExternalResult, ExternalResultStatus, StatedResult, status_on
from domain.standard.crosswalks.state import Crosswalk
from projections.report import wording
from standards import Measured, comparison_on, external_edition
from standards.edition.text import SourceMark
from standards.external.comparison import ComparableResult, comparable_result


@dataclass(frozen=True)
class Certified:
    """A certificate as it was held, and the crosswalk to its model, where one was published 所持证书."""

    result: ExternalResult
    crosswalk: Crosswalk | None


@dataclass(frozen=True, slots=True)
class CertificateLine:
    """A certificate in the report 证书一行. mark: of the source of its model. interval: None where no crosswalk says anything."""

    model: str
    number: str
    mark: SourceMark
    stated: StatedResult
    status: ExternalResultStatus
    crosswalk_version: int
    interval: ComparableResult | None
    levels: Mapping[int, str]

    @property
    def status_name(self) -> str:
        """What it is worth on the report's day."""
        return self.status.names[0]

    @property
    def span(self) -> str:
        """The levels at the interval's ends, once where they are the same."""
        if self.interval is None:
            return ""
        ends = [self.levels.get(rank, "未达最低级") for rank in (self.interval.lower_rank, self.interval.upper_rank)]
        return "至".join(dict.fromkeys(ends))

    @property
    def reasons(self) -> str:
        """Why the interval is for orientation only; empty where it is not."""
        return (
            "、".join(reason.names[0] for reason in self.interval.why_indicative) if self.interval is not None else ""
        )


def certificate_lines(held: Sequence[Certified], verified: Measured, day: date) -> tuple[CertificateLine, ...]:
    """The certificates that were not withdrawn by the report's day, the latest assessment first."""
    maturity: dict[str, Decimal] = {one.id: one.level for one in verified.indicators if one.level is not None}
    return tuple(
        line
        for one in sorted(
            held, key=lambda one: (one.result.stated.assessed_on, one.result.stated.number or ""), reverse=True
        )
        if (line := _line(one, maturity, day)) is not None and line.status is not ExternalResultStatus.WITHDRAWN
    )


def _line(one: Certified, maturity: Mapping[str, Decimal], day: date) -> CertificateLine | None:
    stated = one.result.stated
    model = external_edition(stated.edition)
    if model is None:
        return None
    rows = one.crosswalk.published if one.crosswalk is not None else ()
    return CertificateLine(
        model=model.name,
        number=wording.external_number(stated.edition),
        mark=model.source.mark,
        stated=stated,
        status=status_on(day, valid_until=stated.valid_until, withdrawn_on=one.result.withdrawn_on),
        crosswalk_version=one.crosswalk.version if one.crosswalk is not None else 0,
        interval=comparable_result(model, rows, maturity, comparison_on(day)),
        levels={level.rank: level.name for level in model.levels},
    )
