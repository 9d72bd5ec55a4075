"""Manual at the command line 操作手册: as Markdown or PDF, printed or written to a file. plan T1."""

import sys
from pathlib import Path

from projections.documents import print_manual as as_pdf
from zhenduan.cli.output import OPERATOR
from zhenduan.pages.manual_page import TITLE, as_html, manual


def print_manual(roles: Path | None, kind: str, file: Path | None) -> int:
    """Print the manual 输出手册; roles: folder of the role pages, None = without the guide."""
    if kind == "pdf" and file is None:
        sys.stderr.write("PDF 须指定 --out / a PDF needs --out\n")
        return 2
    if roles is not None and not (roles / "provider.md").exists():
        sys.stderr.write(f"目录中没有角色页 no role pages in {roles}\n")
        return 2
    text = manual(roles)
    if file is None:
        sys.stdout.write(text)
        return 0
    file.write_bytes(as_pdf(as_html(text), TITLE, OPERATOR).pdf if kind == "pdf" else text.encode())
    sys.stdout.write(f"已写出 written: {file}\n")
    return 0
