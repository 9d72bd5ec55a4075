"""Table of commands 命令表: grouped by purpose. Building it loads nothing that a command needs when it runs."""

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from zhenduan.cli.commands import documents, pages, people, programme, proof, record, running, standard
from zhenduan.cli.declaring import Adds, Run, RunAlone

GROUPS: Sequence[tuple[str, Callable[[Adds], None]]] = (
    ("运行 Run", running.add_to),
    ("人员与密钥 People and keys", people.add_to),
    ("名单与报告 Rosters and reports", programme.add_to),
    ("标准 The standard", standard.add_to),
    ("日志与备份 Record and backup", record.add_to),
    ("证明 Proof", proof.add_to),
    ("接口 The API", documents.add_to),
    ("说明 Pages that the program prints", pages.add_to),
)
"""Heading -> the commands under it, each module's own."""
USAGE = "zhenduan [--data DATA] COMMAND …"
DESCRIPTION = "数字化诊断平台 The city's digital-diagnosis platform"
EPILOG = "zhenduan COMMAND --help 说明每个命令的参数 says what a command takes"
WIDEST = 22


class _Commands:
    def __init__(self, top: "_Top") -> None:
        self.top = top
        self.parsers = top.add_subparsers(
            dest="command", required=True, metavar="COMMAND", prog="zhenduan", parser_class=argparse.ArgumentParser
        )

    def __call__(self, name: str, run: Run, says: str, *, json: bool = False) -> argparse.ArgumentParser:
        return self._added(name, says, run, None, json=json)

    def alone(self, name: str, run: RunAlone, says: str, *, json: bool = False) -> argparse.ArgumentParser:
        return self._added(name, says, None, run, json=json)

    def _added(
        self, name: str, says: str, run: Run | None, alone: RunAlone | None, *, json: bool
    ) -> argparse.ArgumentParser:
        self.top.listing.append(f"  {name:<{WIDEST}}{says}")
        added = self.parsers.add_parser(name, help=says, description=says)
        added.set_defaults(run=run, alone=alone)
        if json:
            added.add_argument("--json", action="store_true", help="输出 JSON print what was found as one JSON object")
        return added


class _Version(argparse.Action):
    """Prints which version this is 版本."""

    def __call__(self, parser: argparse.ArgumentParser, *_rest: object) -> None:
        from importlib.metadata import version

        sys.stdout.write(f"zhenduan {version('zhenduan')}\n")
        parser.exit()


class _Top(argparse.ArgumentParser):
    """The program's parser, whose help lists its commands under headings 分组帮助."""

    def __init__(self, options: argparse.ArgumentParser) -> None:
        super().__init__(prog="zhenduan", usage=USAGE, description=DESCRIPTION, parents=[options])
        self.options = options
        self.listing: list[str] = []

    def format_help(self) -> str:
        page = argparse.ArgumentParser(
            prog=self.prog,
            usage=USAGE,
            description=DESCRIPTION,
            parents=[self.options],
            formatter_class=argparse.RawDescriptionHelpFormatter,
            epilog="\n".join([*self.listing, "", EPILOG]),
        )
        return page.format_help()


def parser() -> argparse.ArgumentParser:
    """Every command with what it takes 命令表."""
    options = argparse.ArgumentParser(add_help=False)
    where = "数据目录 folder of the installation; else ZHENDUAN_DATA, else var/city, for the demo var/demo"
    options.add_argument("--data", type=Path, help=where)
    options.add_argument("--version", action=_Version, nargs=0, help="版本 print which version this is")
    top = _Top(options)
    commands = _Commands(top)
    for heading, add_to in GROUPS:
        top.listing += ["", heading] if top.listing else [heading]
        add_to(commands)
    top.set_defaults(table=top)  # what a shell completes is of all of it
    return top
