"""Commands of disclosures 披露命令: the log as JSON Lines for the auditor, and what a command reads itself. plan P5, P7."""

import argparse
import getpass
import sys
from collections.abc import Callable, Iterator

import orjson

from api.diagnosis.parts import moment
from api.kit.as_of import moment_in
from api.record.audit_trail import microseconds
from api.server.disclosure_notes import Disclosing
from domain.access import Everything
from domain.disclosures import ALL_FIRMS, MASK_NAMES, why
from domain.kernel import Refused
from journal.disclosure_log.disclosure_log import broken
from projections.record import audit_trail
from projections.record.disclosures import DisclosureFilter, DisclosureRow, disclosures
from zhenduan.settings import Settings
from zhenduan.wiring import Installation, opened, operator

Run = Callable[[Settings, argparse.Namespace], int]
FORMAT = "zhenduan.disclosures.v1"
BATCH = 1_000
WHOLE_ENTRIES = frozenset({"process secrets", "outcome", "result and report", "trail"})
"""What entries that are shown whole hold of a firm."""


def write_down(installation: Installation, door: str, subject: str | None, masks: frozenset[str]) -> None:
    """Write down what a command is about to give out of firms' data 命令行披露: of one subject's firm, or of every one.

    Raises:
        DisclosureNotWritten: then nothing is given out.
    """
    disclosing = Disclosing(door)
    if subject is None:
        disclosing.note(masks, [(ALL_FIRMS, "")])
    else:
        with installation.services.models.reading() as snapshot:
            firms = audit_trail.firms_of(snapshot, [subject])
        disclosing.note(masks, ((firm, stream) for stream, firm in firms.items()))
    disclosing.leave(installation.services, operator(getpass.getuser()))


def lines(installation: Installation, where: DisclosureFilter) -> Iterator[bytes]:
    """The log line by line 逐行导出, latest first; chain, writer and number let two exports be compared."""
    yield _line({"format": FORMAT})
    before = None
    with installation.services.disclosures.reading() as connection:
        while rows := disclosures(connection, Everything(), BATCH, where, before=before):
            for row in rows:
                yield _line(_plain(row))
            before = rows[-1].id


def _plain(row: DisclosureRow) -> dict[str, object]:
    chinese, english = why(row.role, row.scope)
    return {
        "at": moment(row.at).isoformat(),
        "person": row.person,
        "role": row.role,
        "organisation": row.organisation,
        "door": row.door,
        "firms": [one._asdict() for one in row.disclosed],
        "why": chinese,
        "whyInEnglish": english,
        "writer": row.writer,
        "number": row.number,
        "chain": row.chain.hex(),
    }


def _line(made: dict[str, object]) -> bytes:
    return orjson.dumps(made, option=orjson.OPT_APPEND_NEWLINE)


def _disclosures(settings: Settings, given: argparse.Namespace) -> int:
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
        where = DisclosureFilter(given.enterprise, given.person, given.role, mask=given.mask, since=since, until=until)
        for line in lines(installation, where):
            sys.stdout.buffer.write(line)
        sys.stdout.flush()
    return 0


def add_to(command: Callable[[str, Run, str], argparse.ArgumentParser]) -> None:
    """Add the command. command: takes name, what runs, what it says."""
    added = command("disclosures", _disclosures, "导出披露日志 print who read which firms' protected data, as JSON Lines")
    added.add_argument("--check", action="store_true", help="核验 check that no row was changed, taken out or put in")
    added.add_argument("--enterprise", help="企业标识 of one firm")
    added.add_argument("--person", help="人员标识 read by one person")
    added.add_argument("--role", help="角色 read in one role, such as bank")
    added.add_argument("--mask", choices=sorted(MASK_NAMES), help="字段遮蔽 one kind of fields")
    added.add_argument("--from", dest="since", help="起 from a time with its zone")
    added.add_argument("--to", dest="until", help="止 to a time with its zone, or the end of a day")
