"""Report 名单导入报告 of a roster file, a file of its own: kept before the entry that cites it, read by its hash. plan P1."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from domain.kernel import Rule, Unfinished
from domain.participants.rosters.findings import RosterReport
from journal import Accepted, Finish
from journal.blobs import Blobs

ROSTER_FINDINGS_REMOVED = Rule(
    "ROSTER_FINDINGS_REMOVED",
    "plan P1",
    "该文件曾被整份退回，校验结果保存至 {latest}，现已清除；请重新提交文件",
    "The file was returned whole and its findings were kept until {latest}; send the file again",
)


def require_kept(until: date | None, today: date) -> None:
    """Refuse findings whose time is over 保存期. until: their last day; None = they stay.

    Raises:
        Refused: ROSTER_FINDINGS_REMOVED.
    """
    if until is not None and today > until:
        raise ROSTER_FINDINGS_REMOVED.refuse(latest=until)


def keep_report(blobs: Blobs) -> Finish:
    """Keeps a file's report once the rules answer it 留存报告, so that the journal holds its digest and counts alone."""

    def finish(accepted: Accepted) -> Mapping[str, Any]:
        for fact in accepted.facts:
            if isinstance(fact, Unfinished):
                blobs.put(fact.file)
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
