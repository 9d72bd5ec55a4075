"""Commands of the standard 标准命令: published, compared, written out, read back, and tried before it is published. plan S1–S5."""

import argparse
import getpass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from zhenduan.cli.declaring import Adds
    from zhenduan.settings import Settings

SHOWN_MOVERS = 20


def _publish(settings: "Settings", given: argparse.Namespace) -> int:
    from zhenduan.cli import editions

    return editions.publish_editions(settings, given.keys, getpass.getuser())


def _set_mapping(settings: "Settings", _given: argparse.Namespace) -> int:
    from zhenduan.cli import editions

    return editions.set_edition_mapping(settings, getpass.getuser())


def _diff_editions(given: argparse.Namespace) -> int:
    from zhenduan.cli import editions

    return editions.diff_editions(given.old, given.new, given.format, given.out)


def _export_edition(settings: "Settings", given: argparse.Namespace) -> int:
    from zhenduan.cli import editions

    return editions.export_edition(settings, given.key, given.format, given.out)


def _check_workbook(given: argparse.Namespace) -> int:
    from zhenduan.cli import editions

    return editions.check_workbook(given.file, given.against)


def _shadow(settings: "Settings", given: argparse.Namespace) -> int:
    from zhenduan.cli import shadow

    return shadow.shadow(settings, given.edition, given.of, movers=given.movers, sensitivity=given.sensitivity)


def add_to(command: "Adds") -> None:
    """Add the commands."""
    added = command("publish-edition", _publish, "发布标准版本 publish editions on file", json=True)
    added.add_argument("keys", nargs="+", metavar="KEY", help="版本号 key, such as 2023 or 2023-automotive")
    says = "设定标准适用表 set which edition and form apply to a firm, as on file"
    command("set-edition-mapping", _set_mapping, says, json=True)
    says = "比较标准版本 compare two editions on file, clause by clause"
    added = command.alone("diff-editions", _diff_editions, says, json=True)
    added.add_argument("old", help="原版本号 key of the one, such as 2023")
    added.add_argument("new", help="新版本号 key of the other, such as 2023-automotive")
    added.add_argument("--format", choices=("text", "md", "pdf"), default="text", help="格式 lines, Markdown or PDF")
    added.add_argument("--out", type=Path, help="文件 file to write; else printed")
    says = "导出标准文件 write a published edition as PDF, Excel and OSCAL"
    added = command("export-edition", _export_edition, says, json=True)
    added.add_argument("key", help="版本号 key, such as 2023 or 2023-automotive")
    added.add_argument("--format", choices=("pdf", "xlsx", "oscal", "all"), default="all", help="格式 format")
    added.add_argument("--out", type=Path, required=True, help="目录 folder to write to; what a profile refers to lies beside it")
    says = "检查标准工作簿 read an edition from Excel and say what it changes"
    added = command.alone("check-workbook", _check_workbook, says, json=True)
    added.add_argument("file", type=Path, help="工作簿 .xlsx file, as export-edition writes it")
    added.add_argument("--against", help="对照版本号 edition on file to compare with; else that of its own key")
    added = command("shadow", _shadow, "影子测算 what another edition would do to every finished diagnosis", json=True)
    wanted = "版本号或修订标识 key of an edition, a plain one with its industries, or id of a revision for its draft"
    added.add_argument("edition", help=wanted)
    of = "只测算该版本 re-score diagnoses of this edition only; the others are counted as without successor"
    added.add_argument("--of", help=of)
    added.add_argument("--movers", type=int, default=SHOWN_MOVERS, help="列出的变动数 how many that move to list")
    added.add_argument("--sensitivity", action="store_true", help="敏感性 the smallest change that moves any firm's grade")
