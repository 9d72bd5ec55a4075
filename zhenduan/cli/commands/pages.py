"""Pages that the program prints of itself 说明命令: who may do what, every rule, the schema, and what a shell completes."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from zhenduan.cli.declaring import Adds

SHELLS = ("bash", "zsh", "fish", "tcsh")


def _access(_given: argparse.Namespace) -> int:
    from zhenduan.pages.access_page import page

    sys.stdout.write(page())
    return 0


def _rules(given: argparse.Namespace) -> int:
    from zhenduan.pages.rules_page import page

    sys.stdout.write(page(given.tests))
    return 0


def _schema(_given: argparse.Namespace) -> int:
    from api.schema import schema_text

    sys.stdout.write(schema_text())
    return 0


def _events(given: argparse.Namespace) -> int:
    from zhenduan.pages import event_guide, events_page

    sys.stdout.write(event_guide.page() if given.page else events_page.page())
    return 0


def _exchange(_given: argparse.Namespace) -> int:
    import json

    from interop.exchange.results_form import exchange_schemas

    sys.stdout.write(json.dumps(exchange_schemas(), ensure_ascii=False, indent=1) + "\n")
    return 0


def _manual(given: argparse.Namespace) -> int:
    from zhenduan.cli import manual

    return manual.print_manual(given.roles, given.format, given.out)


def _completion(given: argparse.Namespace) -> int:
    import shtab

    sys.stdout.write(shtab.complete(given.table, shell=given.shell))
    return 0


def add_to(command: "Adds") -> None:
    """Add the commands."""
    says = "输出权限表 print who may do what, to whose records, and which fields of these"
    command.alone("access", _access, says)
    says = "输出规则表 print every rule with its code and clause, every command and event"
    added = command.alone("rules", _rules, says)
    added.add_argument("--tests", type=Path, help="测试目录 folder of the tests that refuse them")
    command.alone("schema", _schema, "输出接口模式 print the GraphQL schema")
    added = command.alone("events", _events, "输出公开事件目录 print the catalogue of public events as AsyncAPI")
    added.add_argument("--page", action="store_true", help="供人阅读的说明页 as a page for people, with examples")
    says = "输出对接交换格式 print the forms of receipts and of counterparts' results as JSON Schema"
    command.alone("exchange", _exchange, says)
    says = "输出操作手册与平台指南 print the operating manual and the platform guide"
    added = command.alone("manual", _manual, says)
    added.add_argument("--roles", type=Path, help="各角色页目录 folder of the role pages, which make the platform guide")
    added.add_argument("--format", choices=("markdown", "pdf"), default="markdown", help="格式 format")
    added.add_argument("--out", type=Path, help="文件 file to write; a PDF needs one")
    says = '命令补全 print what a shell completes commands by: eval "$(zhenduan completion bash)"'
    added = command.alone("completion", _completion, says)
    added.add_argument("shell", choices=SHELLS, help="命令行外壳 shell")
