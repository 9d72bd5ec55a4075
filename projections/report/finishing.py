"""Finishing 报告定稿: once the rules accept that a report goes out, it is rendered, kept by its hash, and cited. plan P4."""

import logging
from collections.abc import Mapping
from types import MappingProxyType
from typing import Protocol

from domain.diagnosis import ConfirmReport, Diagnosis, IssueReport, ReportFile
from domain.editions import PublishedEdition, edition_stream
from domain.enterprises import Firm, enterprise_stream
from domain.language import Command
from domain.organisations import Organisation, organisation_stream
from journal import Accepted, Finish
from projections.report import fonts, printing
from projections.report.sheet import Case, sheet

LOG = logging.getLogger(__name__)

NOT_RENDERED = ReportFile(pdf="0" * 64, renderer="", fonts="", rendered_at=0)
"""What a command to issue or confirm carries until it is finished 待渲染."""
NO_NAMES: Mapping[str, str] = MappingProxyType({})


class Keeping(Protocol):
    """Where bytes are kept by their hash 文件库."""

    def put(self, data: bytes) -> str:
        """Keep bytes and give their SHA-256 in hexadecimal."""


def report(case: Case) -> printing.Printed:
    """The report of a case 诊断报告: a pure function of it, byte for byte, under one renderer and one set of fonts."""
    return printing.printed(sheet(case))


def finish_report(blobs: Keeping, demo: bool, names: Mapping[str, str] = NO_NAMES) -> Finish:  # noqa: FBT001 - as the wiring names it
    """The finisher of IssueReport and ConfirmReport 报告定稿; any other command passes unchanged.

    Args:
        blobs: keeps the bytes before the fact that cites them is written.
        demo: the data is synthetic, and every page says 示例数据.
        names: code of a district or an industry -> name, from the code lists in force.
    """

    def finish(accepted: Accepted) -> Command:
        command = accepted.command
        if not isinstance(command, IssueReport | ConfirmReport):
            return command
        made = report(case_of(accepted, demo=demo, names=names))
        if made.missing:
            points = " ".join(f"U+{ord(character):04X}" for character in made.missing)
            LOG.warning("report of diagnosis %s: characters outside the font: %s", command.diagnosis, points)
        file = ReportFile(
            pdf=blobs.put(made.pdf),
            renderer=printing.renderer(),
            fonts=fonts.digest(),
            rendered_at=accepted.history[-1].position,
        )
        return command.model_copy(update={"file": file})

    return finish


def case_of(accepted: Accepted, *, demo: bool, names: Mapping[str, str]) -> Case:
    """What the report of an accepted command is made from 报告依据."""
    command, state = accepted.command, accepted.state
    assert isinstance(command, IssueReport | ConfirmReport)  # noqa: S101 - asked of these two only
    assert isinstance(state, Diagnosis)  # noqa: S101 - the rules accepted it on this state
    firm = accepted.read[enterprise_stream(state.enterprise)]
    published = accepted.read[edition_stream(state.edition)]
    assert isinstance(firm, Firm)  # noqa: S101 - a diagnosis is opened of a firm on the roster
    assert isinstance(published, PublishedEdition)  # noqa: S101 - and under a published edition
    organisations = {
        stream.removeprefix(organisation_stream("")): found.name
        for stream, found in accepted.read.items()
        if isinstance(found, Organisation)
    }
    return Case(
        diagnosis=command.diagnosis,
        history=tuple(accepted.history),
        firm=firm,
        edition=published.edition,
        at=accepted.at,
        confirmed=isinstance(command, ConfirmReport),
        demo=demo,
        names={**names, **organisations},
    )
