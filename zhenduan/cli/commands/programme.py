"""Commands of the programme's data 名单命令. plan P1."""

import argparse
import getpass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from zhenduan.cli.declaring import Adds
    from zhenduan.settings import Settings


def _import_roster(settings: "Settings", given: argparse.Namespace) -> int:
    from zhenduan.cli import rosters

    return rosters.import_roster(
        settings,
        given.file,
        given.year,
        getpass.getuser(),
        accept_partial=given.accept_partial,
        confirm=given.confirm,
        findings=given.findings,
    )


def _roster_template(given: argparse.Namespace) -> int:
    from zhenduan.cli import rosters

    return rosters.roster_template(given.file)


def _reports(settings: "Settings", given: argparse.Namespace) -> int:
    from zhenduan.cli import reports

    return reports.export_reports(settings, given)


def add_to(command: "Adds") -> None:
    """Add the commands."""
    says = "导出本区报告 write a district's latest reports into a folder; begun anew, it goes on"
    added = command("reports", _reports, says, json=True)
    added.add_argument("district", help="区代码 code of the district, such as 310117")
    added.add_argument("--out", type=Path, required=True, help="文件夹 folder; what lies there already is left")
    added.add_argument("--campaign", help="批次 of this campaign alone")
    added.add_argument("--anew", action="store_true", help="全部重新生成 make every one again from the journal, kept files or not")
    added.add_argument("--processes", type=int, help="进程数 how many print at once; as many as there are cores by default")
    added = command("import-roster", _import_roster, "导入名单 bring in a year's roster, xlsx or csv", json=True)
    added.add_argument("file", type=Path, help="文件 file")
    added.add_argument("--year", type=int, required=True, help="年度 year of the roster")
    added.add_argument("--confirm", action="append", default=[], metavar="ROW:CODE", help="确认一条校验结果 confirm a finding")
    added.add_argument("--findings", type=Path, metavar="FILE", help="批注名单 write the sheet with its findings as comments")
    added.add_argument("--accept-partial", action="store_true", help="部分接收 take in the good rows although some are refused")
    added = command.alone("roster-template", _roster_template, "名单模板 write an empty roster with drop-downs and help, .xlsx")
    added.add_argument("file", type=Path, help="文件 file")
