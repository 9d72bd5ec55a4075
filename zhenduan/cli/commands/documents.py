"""Commands of registered documents 查询登记命令."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from zhenduan.cli.declaring import Adds
    from zhenduan.settings import Settings


def _documents(settings: "Settings", given: argparse.Namespace) -> int:
    from zhenduan.cli import persisted_documents

    if given.act == "add":
        return persisted_documents.add(settings, given.files)
    if given.act == "remove":
        return persisted_documents.remove(settings, given.ids)
    return persisted_documents.listed(settings)


def add_to(command: "Adds") -> None:
    """Add the command."""
    added = command("documents", _documents, "登记查询文档 register the documents that clients ask for by id", json=True)
    acts = added.add_subparsers(dest="act", required=True, metavar="ACT", help="动作 what to do with them")
    one = acts.add_parser("add", help="登记 register documents: .graphql files, .json manifests, or folders of them")
    one.add_argument("files", type=Path, nargs="+", metavar="FILE", help="文件 file or folder")
    acts.add_parser("list", help="列出 print the registered ids")
    one = acts.add_parser("remove", help="注销 take documents out")
    one.add_argument("ids", nargs="+", metavar="ID", help="编号 id, sha256:…")
