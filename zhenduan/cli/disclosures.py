"""Disclosures at the command line 命令行披露: the log as JSON Lines, and what a command reads itself. plan P5, P7."""

import argparse
import getpass
import sys
from collections.abc import Iterator, Mapping, Sequence

import orjson

from api.kit.as_of import moment_in
from api.kit.disclosure_notes import DisclosureNotes
from domain.access import ROLE_NAMES, Everything, Mask, Role
from domain.disclosures import ALL_FIRMS, why
from domain.instants import microseconds, utc_moment
from domain.kernel import Refused, stream_of
from domain.masks import MASK_NAMES
from journal.disclosure_log.disclosure_log import broken
from projections.participants.enterprises import enterprises_by_id
from projections.participants.organisations import organisations_by_id
from projections.participants.scope_names import names_in
from projections.record import audit_trail
from projections.record.disclosures import DisclosureFilter, DisclosureRow, disclosures
from zhenduan.settings import Settings
from zhenduan.wiring import Installation, opened, operator

FORMAT = "zhenduan.disclosures.v1"
BATCH = 1_000
WHOLE_ENTRIES = frozenset({"process secrets", "outcome", "result and report", "trail"})
"""What entries that are shown whole hold of a firm."""


def write_down(installation: Installation, entry_point: str, subjects: Sequence[str] | None, masks: frozenset[str]) -> None:
    """Write down what a command is about to give out of firms' data 命令行披露: of some subjects' firms, or of every one.

    Raises:
        DisclosureNotWritten: then nothing is given out.
    """
    disclosure_notes = DisclosureNotes(entry_point)
    if subjects is None:
        disclosure_notes.note(masks, [(ALL_FIRMS, "")])
    else:
        with installation.services.models.reading() as snapshot:
            firms = audit_trail.firms_of(snapshot, subjects)
        disclosure_notes.note(masks, ((firm, stream) for stream, firm in firms.items()))
    disclosure_notes.leave(installation.services, operator(getpass.getuser()))


def lines(installation: Installation, where: DisclosureFilter) -> Iterator[bytes]:
    """The log line by line 逐行导出, latest first; chain, writer and number let two exports be compared."""
    yield _line({"format": FORMAT})
    before = None
    with installation.services.disclosures.reading() as connection:
        while rows := disclosures(connection, Everything(), BATCH, where, before=before):
            with installation.services.models.reading() as snapshot:
                names = names_in(snapshot, Everything(), [row.scope for row in rows])
                firms = enterprises_by_id(snapshot, Everything(), sorted({one.firm for row in rows for one in row.disclosed}))
                units = organisations_by_id(snapshot, sorted({row.organisation for row in rows}))
            called = {**names, **{one: unit.name for one, unit in units.items()}, **{one: firm.name for one, firm in firms.items()}}
            for row in rows:
                yield _line(_plain(row, called))
            before = rows[-1].id


def _plain(row: DisclosureRow, names: Mapping[str, str]) -> dict[str, object]:
    """A record, whatever it names by id also by name. names: id -> name of units and firms."""
    chinese, english = why(row.role, row.scope, names)
    return {
        "at": utc_moment(row.at).isoformat(),
        "person": row.person,
        "role": row.role,
        "roleName": ROLE_NAMES[Role(row.role)][0],
        "organisation": row.organisation,
        "organisationName": names.get(row.organisation),
        "door": row.entry_point,
        "firms": [
            {**one._asdict(), "firmName": names.get(one.firm), "maskNames": [MASK_NAMES[Mask(mask)] for mask in one.masks]}
            for one in row.disclosed
        ],
        "why": chinese,
        "whyInEnglish": english,
        "writer": row.writer,
        "number": row.number,
        "chain": row.chain.hex(),
    }


def _line(made: dict[str, object]) -> bytes:
    return orjson.dumps(made, option=orjson.OPT_APPEND_NEWLINE)


def export_disclosures(settings: Settings, given: argparse.Namespace) -> int:
    """Print the log 导出披露日志, or check that it is whole; 2 where a kind of fields is asked for that there is not."""
    if given.mask not in (None, *MASK_NAMES):
        sys.stderr.write(f"没有该字段类别 no such kind of fields: {given.mask}；可选 one of: {'、'.join(sorted(MASK_NAMES))}\n")
        return 2
    with opened(settings) as installation:
        if given.check:
            with installation.services.disclosures.reading() as connection:
                faults = 0
                for fault in broken(connection):
                    faults += 1
                    sys.stderr.write(f"{fault}\n")
            if not faults:
                sys.stdout.write("披露日志完整 the disclosure log is whole\n")
            return 1 if faults else 0
        try:
            since, until = (microseconds(moment_in(text)) if text else None for text in (given.since, given.until))
        except Refused as refused:
            sys.stderr.write(f"{refused.rule.code}：{refused.says}\n")
            return 1
        person, role, mask = ([one] if one is not None else None for one in (given.person, given.role, given.mask))
        person = person and [person[0].removeprefix(stream_of("person", ""))]
        firm = given.enterprise and given.enterprise.removeprefix(stream_of("enterprise", ""))
        where = DisclosureFilter(firm, person, role, masks=mask, since=since, until=until)
        for line in lines(installation, where):
            sys.stdout.buffer.write(line)
        sys.stdout.flush()
    return 0
