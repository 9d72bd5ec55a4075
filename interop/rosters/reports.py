"""Report 名单导入报告 of a roster file, a file of its own: kept before the entry that cites it, read by its hash. plan P1."""

from collections.abc import Mapping
from typing import Any

from domain.access import Role
from domain.participants.rosters.comparison import ImportRoster
from domain.participants.rosters.examination import examine
from domain.participants.rosters.findings import RosterReport
from journal import Accepted, Finish
from journal.blobs import Blobs


def keep_report(blobs: Blobs) -> Finish:
    """Keeps a file's report once the rules answer it 留存报告, so that the journal holds its digest and counts alone.

    A district is told of its own firms only, as in the decision.
    """

    def finish(accepted: Accepted) -> Mapping[str, Any]:
        command = accepted.command
        assert isinstance(command, ImportRoster)  # noqa: S101 - asked of rosters only
        seen = accepted.organisation if accepted.role == Role.DISTRICT else None
        blobs.put(examine(command, accepted.state, accepted.read, seen).report.content)
        return {}

    return finish


def report_content(blobs: Blobs, digest: str | None, findings: str | None) -> bytes:
    """The report of an answered file as it is kept, JSON 报告原文.

    Args:
        blobs: where it is kept.
        digest: its hash; None = an older entry, which held the findings itself.
        findings: those of an older entry, as JSON.

    Raises:
        LookupError: the file is not kept here.
    """
    if digest is None:
        return f'{{"findings": {findings or "[]"}}}'.encode()
    content = blobs.get(digest)
    if content is None:
        raise LookupError(f"the roster report {digest} is not kept here")
    return content


def read_report(blobs: Blobs, digest: str | None, findings: str | None) -> RosterReport:
    """The report of an answered file 读取报告; arguments and what it raises as of `report_content`."""
    return RosterReport.model_validate_json(report_content(blobs, digest, findings))
