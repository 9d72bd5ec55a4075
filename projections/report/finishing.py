"""Finishing 报告定稿: once the rules accept that a report goes out, it is rendered, kept by its hash, and cited. plan P4."""

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from itertools import chain
from types import MappingProxyType
from typing import Any, Protocol

from domain.diagnosis.case import DIAGNOSES
from domain.diagnosis.report import TEMPLATE_RULE, ConfirmReport, IssueReport, ReportConfirmed, ReportFile, ReportIssued
from domain.diagnosis.state import Diagnosis, diagnosis_stream
from domain.events import CAPABILITIES
from domain.governance.dated_rules import rule_in_force
from domain.governance.rule_bodies.report_template import ReportTemplate
from domain.instants import city_day, utc_moment
from domain.kernel import kind_of
from domain.participants.enterprises import Firm, enterprise_stream
from domain.participants.organisations import Organisation, organisation_stream
from domain.standard.editions import PublishedEdition, edition_stream
from isolation import Turns
from journal import Accepted, Entry, Finish, Journal
from journal.codec import decode, folded
from projections.report import fonts, printing
from projections.report.archive import Archive
from projections.report.sheet import Case, sheet
from projections.report.verification import VerificationMark

LOG = logging.getLogger(__name__)

NO_NAMES: Mapping[str, str] = MappingProxyType({})


def unmarked(_day: date) -> None:
    """No mark, of a report that nobody is to verify 无核验标识."""


class Keeping(Protocol):
    """Where bytes are kept by their hash 文件库."""

    def put(self, data: bytes) -> str:
        """Keep bytes and give their SHA-256 in hexadecimal."""


def report(case: Case, holder: str, turns: Turns | None = None) -> printing.Printed:
    """The report of a case 诊断报告: a pure function of it, byte for byte, under one renderer and one set of fonts.

    holder: whom the setting is counted for. turns: among whose work.
    """
    return printing.printed(sheet(case), holder, turns)


def finish_report(
    blobs: Keeping,
    demo: bool,  # noqa: FBT001 - as the wiring names it
    archive: Archive,
    names: Mapping[str, str] = NO_NAMES,
    mark_of: Callable[[date], VerificationMark | None] = unmarked,
) -> Finish:
    """Makes the file of the report that IssueReport or ConfirmReport lets out 报告定稿.

    Args:
        blobs: keeps the bytes before the fact that cites them is written.
        demo: the data is synthetic, and every page says 示例数据.
        names: code of a district or an industry -> name, from the code lists in force.
        archive: what else the case names is looked up there.
        mark_of: gives a report of a day the number that anyone verifies it by.
    """

    def finish(accepted: Accepted) -> Mapping[str, Any]:
        mark = mark_of(city_day(accepted.at))
        case = case_of(accepted, demo=demo, names=names, archive=archive, mark=mark)
        made = report(case, accepted.organisation)
        if made.missing:
            points = " ".join(f"U+{ord(character):04X}" for character in made.missing)
            LOG.warning("report of diagnosis %s: characters outside the font: %s", case.diagnosis, points)
        file = ReportFile(
            pdf=blobs.put(made.pdf),
            renderer=printing.renderer(),
            fonts=fonts.digest(),
            rendered_at=case.position,
            number=mark and mark.number,
            address=mark and mark.address,
            check_code=mark and mark.check_code,
        )
        return {"file": file}

    return finish


def case_of(
    accepted: Accepted,
    *,
    demo: bool,
    names: Mapping[str, str],
    archive: Archive,
    mark: VerificationMark | None = None,
) -> Case:
    """What the report of an accepted command is made from 报告依据: everything the command read, up to the last of it."""
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
    position = max(entry.position for entry in chain(accepted.history, *accepted.others.values()))
    day = city_day(accepted.at)
    template = rule_in_force(accepted.read.get(TEMPLATE_RULE), ReportTemplate, day)
    found = archive.look_up(accepted.history, state, position)
    return Case(
        diagnosis=command.diagnosis,
        position=position,
        history=tuple(accepted.history),
        firm=firm,
        edition=published.edition,
        at=accepted.at,
        confirmed=isinstance(command, ConfirmReport),
        demo=demo,
        names={**names, **found.names, **organisations},
        titles=found.titles,
        former=found.former,
        certified=found.certified,
        role=accepted.role,
        template=template,
        sampled=archive.sampled(day, position),
        mark=mark,
        peers=archive.peers(accepted.history, state, firm, accepted.at, position),
    )


def reprint(
    journal: Journal,
    diagnosis: str,
    version: int,
    *,
    demo: bool,
    names: Mapping[str, str] = NO_NAMES,
    turns: Turns | None = None,
    archive: Archive | None = None,
) -> printing.Printed:
    """A report made again from the journal 重新生成, as it was when it went out. plan P5.

    archive: what else it names is looked up there; None = in the journal alone, which reads every report there was.

    Under the renderer and fonts whose digests its entry cites, the bytes are those that the entry's hash names. The day
    printed is that of the entry, which is the day of the command unless the writer's clock had fallen behind midnight.

    Raises:
        LookupError: the diagnosis has no report of this version.
    """
    entries = journal.read(diagnosis_stream(diagnosis))
    for entry in entries:
        fact = decode(DIAGNOSES, entry.type, entry.state)
        if isinstance(fact, ReportIssued | ReportConfirmed) and fact.version == version:
            break
    else:
        raise LookupError(f"diagnosis {diagnosis} has no report of version {version}")
    command = (IssueReport if isinstance(fact, ReportIssued) else ConfirmReport)(diagnosis=diagnosis)
    history = _up_to(fact.file.rendered_at, entries)
    state = folded(DIAGNOSES, history)
    others = journal.read_many(DIAGNOSES.reads(command, state))
    others = {stream: _up_to(fact.file.rendered_at, found) for stream, found in others.items()}
    read = {stream: folded(CAPABILITIES[kind_of(stream)], found) for stream, found in others.items()}
    accepted = Accepted(command, history, state, read, others, utc_moment(entry.at), entry.role, entry.organisation)
    file = fact.file
    mark = VerificationMark(file.number, file.address or "", file.check_code) if file.number is not None else None
    case = case_of(accepted, demo=demo, names=names, archive=archive or Archive(journal), mark=mark)
    return report(case, entry.organisation, turns)


def _up_to(position: int, entries: Sequence[Entry]) -> list[Entry]:
    return [entry for entry in entries if entry.position <= position]
