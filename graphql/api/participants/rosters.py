"""Rosters 名单 in the schema: the report of every file that was sent. plan P1, G4."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any

import strawberry

from api.kit.context import Context
from api.kit.ids import EnterpriseID
from api.kit.lists import Listed, UpToPosition, listing
from api.kit.mutations import Payload, ServerFields
from api.kit.orders import order_enum
from api.kit.parts import parts
from api.kit.published import argument, field, published
from api.kit.row_mapping import all_shown, shown
from api.kit.uploaded_files import content_of, uploaded
from api.kit.years import require_year
from api.participants.enterprises import Enterprise, find_enterprise
from domain.kernel import Command
from domain.masks import ROSTERS
from domain.participants.rosters.comparison import ImportRoster
from domain.participants.rosters.findings import ConfirmedFinding, FindingSeverity, RosterReport, findings_kept_until
from domain.participants.rosters.findings import LeftOut as NotNamed
from domain.participants.rosters.findings import RosterFinding as Finding
from domain.participants.rosters.taking_off import TakeOffRoster
from interop.rosters.reports import read_report
from interop.rosters.roster import NAMED_UNITS, organisation_codes, roster_command
from projections.participants import rosters
from projections.participants.enterprises import registered_codes
from projections.participants.organisations import ids_by_name
from projections.participants.rosters import ImportFilter, ImportRow

REPORTS = "rosterImports"


@published(ROSTERS, row=Finding)
class RosterFinding:
    """Finding of a roster check: row, column, reason · 校验结果. plan P1"""

    row: int = field("Row of the file, from 1 · 行号")
    column: str = field("Header of the column · 列名")
    severity: FindingSeverity = field("How grave it is · 轻重")
    code: str = field("Published code · 规则代码")
    says: str = field("What is wrong · 说明")
    says_in_english: str = field("What is wrong, in English · 英文说明")


@published(ROSTERS, row=NotNamed)
class LeftOut:
    """Firm on the roster that a file does not name · 文件未列企业. plan G4"""

    enterprise: EnterpriseID = field("Id of the enterprise · 企业标识")
    uscc: str = field("Unified social credit code · 统一社会信用代码")
    name: str = field("Name by that year's roster · 企业名称")


@published(ROSTERS, row=ImportRow)
class RosterImport:
    """Report of one roster file · 名单导入报告. plan P1"""

    id: strawberry.ID = field("Id of the report · 报告标识")
    year: int = field("Year of the roster · 年度")
    filename: str = field("File name · 文件名")
    digest: str = field("SHA-256 of the file · 文件散列")
    blocked: bool = field("Whether the whole file was refused · 是否整份退回")
    registered: int = field("Firms new to the programme · 新登记")
    revised: int = field("Firms stated otherwise than before · 有更新")
    unchanged: int = field("Firms stated as before · 无变化")
    refused_rows: int = field("Rows refused · 退回行数")
    findings: list[RosterFinding] = parts(RosterFinding, "Every refusal and warning · 校验结果", made=True)
    left_out: list[LeftOut] = parts(
        LeftOut,
        "Firms of the file's districts on the year's roster that the file does not name; they stay on it · 文件未列企业",
    )
    findings_kept_until: date | None = field(
        "Last day on which the findings of a file that was returned whole can be looked at, none are listed after it; null where "
        "they stay · 校验结果保存至",
        made=True,
    )
    findings_path: str = field("Path of the file's sheet with the findings as comments in its cells · 批注名单下载路径")
    at: datetime = field("When it was taken in or refused, UTC · 时间")


def build_import(context: Context, row: ImportRow, wanted: frozenset[str]) -> RosterImport:
    """The report of a row; its file is read where the selection wants what it holds."""
    report = RosterReport(findings=())
    until = findings_kept_until(row.at, returned=row.blocked, report=row.report)
    if wanted & {"findings", "leftOut"} and (until is None or context.today <= until):
        report = read_report(context.services.blobs, row.report, row.findings)
    return RosterImport(
        **shown(RosterImport, row),
        id=strawberry.ID(context.cursors.seal_key(REPORTS, str(row.position))),
        findings=all_shown(RosterFinding, report.findings),
        left_out=all_shown(LeftOut, report.left_out),
        findings_kept_until=until,
        findings_path=f"/rosters/{row.year}/{row.digest}/findings.xlsx",
    )


IMPORTS: Listed[ImportFilter, ImportRow, RosterImport] = Listed(
    name=REPORTS,
    node=RosterImport,
    orders=order_enum(
        "RosterImportOrder",
        "What reports may be ordered by · 导入报告排序",
        at="By when the file was taken in or refused · 时间",
        refused_rows="By rows refused · 退回行数",
    ),
    rows=rosters.imports,
    count=rosters.import_count,
    order=rosters.LATEST_FIRST,
    build=lambda context, rows, wanted: [build_import(context, row, wanted) for row in rows],
    past=UpToPosition(lambda where, position: where._replace(position=position)),
)


@strawberry.type
class RosterQueries:
    """Query fields: the reports of roster files."""

    @listing(
        IMPORTS,
        "Reports of roster files, latest first; a district sees the files it sent. asOf: those sent by then; a report never "
        "changes · 名单导入报告. plan P1, P5",
        roles=ROSTERS,
    )
    def roster_imports(
        self,
        year: Annotated[int | None, argument("Year of the roster; none = all · 年度")] = None,
    ) -> ImportFilter:
        """A page of reports within the scope.

        Raises:
            Refused: YEAR_OUT_OF_RANGE.
        """
        require_year(year)
        return ImportFilter(year)


def _roster(context: Context, data: dict[str, Any]) -> dict[str, Any]:
    upload = uploaded(context, data["sha256"])
    caller = context.caller
    read = context.services.foreign.roster(content_of(context, upload), upload.filename, caller.holder)
    units = ids_by_name(context.snapshot, NAMED_UNITS)
    registered = registered_codes(context.whole, caller.scope, organisation_codes(read))
    return dict(
        roster_command(
            read,
            data["year"],
            context.services.firm_salt.known_or_drawn(context.services.clock),
            accept_partial=data.get("accept_partial", False),
            confirmed=[ConfirmedFinding.model_validate(one) for one in data.get("confirmed", ())],
            organisations=units,
            registered=registered,
        )
    )


def _find_import(context: Context, _key: str, command: Command, wanted: frozenset[str]) -> RosterImport | None:
    assert isinstance(command, ImportRoster)  # noqa: S101 - the table below names it
    own = context.caller.organisation
    row = rosters.import_of_file(context.snapshot, context.scope, command.year, command.digest, own)
    return build_import(context, row, wanted) if row is not None else None


def _find_taken_off(context: Context, _key: str, command: Command, wanted: frozenset[str]) -> Enterprise | None:
    assert isinstance(command, TakeOffRoster)  # noqa: S101 - the table below names it
    return find_enterprise(context, command.enterprise, command, wanted)


QUERIES = RosterQueries

SERVER_FIELDS: Mapping[type[Command], ServerFields] = {
    ImportRoster: ServerFields(
        frozenset({"digest", "filename", "rows", "findings", "refused_rows", "salt", "silent", "titles", "names"}),
        (("sha256", str, "SHA-256 of the uploaded file · 文件散列"),),
        _roster,
        shows_version=False,
        query_cost=5_000,
    ),
    TakeOffRoster: ServerFields(frozenset(), shows_version=False),
}
"""What the server completes 服务端补全; every other command is sent as it is."""
PAYLOADS: Mapping[str, Payload] = {
    "roster": Payload("roster_import", RosterImport, _find_import, ROSTERS),
    "TakeOffRoster": Payload("enterprise", Enterprise, _find_taken_off, ROSTERS),
}
"""Capability, or a command whose payload carries something else -> what its payloads carry 返回对象."""
