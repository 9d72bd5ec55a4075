"""Commands of editions 标准版本命令: compared, written out as documents, and read back from a workbook. plan S1–S5, P8."""

import argparse
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from domain.kernel import Refused
from interop.editions.documents import documents_of, published
from interop.editions.workbook_reading import read_workbook
from projections.documents import Comparison, as_markdown, comparison, print_comparison
from projections.documents.comparison import reasons_of
from projections.standard import editions
from standards import EditionMalformed, difference, load, load_composition, published_editions
from zhenduan.settings import Settings
from zhenduan.wiring import opened

Run = Callable[[Settings, argparse.Namespace], int]

out = print

FORMATS: Mapping[str, tuple[str, ...]] = {
    "pdf": (".pdf",),
    "xlsx": (".xlsx",),
    "oscal": (".oscal.json",),
    "all": (".pdf", ".xlsx", ".oscal.json"),
}
"""Format asked for -> how the names of its files end."""


def _unknown(key: str) -> int:
    sys.stderr.write(f"没有版本 no edition {key}；可选 one of: {'、'.join(published_editions())}\n")
    return 2


def _diff_editions(_settings: Settings, given: argparse.Namespace) -> int:
    for key in (given.old, given.new):
        if key not in published_editions():
            return _unknown(key)
    if given.format == "pdf" and given.out is None:
        sys.stderr.write("PDF 须指定 --out / a PDF needs --out\n")
        return 2
    made = _compared(given.old, given.new, given.format)
    if given.out is None:
        out(made.decode().rstrip("\n"))
    else:
        given.out.write_bytes(made)
        out(f"已写出 written: {given.out}")
    return 0


def _compared(old: str, new: str, kind: str) -> bytes:
    if kind == "text":
        found = difference(load(old), load(new))
        lines = [f"{old} → {new}：{len(found)} 处差异 differences", *(one.sentence for one in found)]
        return "".join(f"{line}\n" for line in lines).encode()
    shown = _side_by_side(old, new)
    return print_comparison(shown).pdf if kind == "pdf" else as_markdown(shown).encode()


def _side_by_side(old: str, new: str) -> Comparison:
    was, becomes = load(old), load_composition(new)
    return comparison(was, becomes.edition, reasons_of(was, becomes.edition, becomes.origins))


def _export_edition(settings: Settings, given: argparse.Namespace) -> int:
    with opened(settings) as installation:
        models = installation.services.models
        models.catch_up()
        with models.reading() as snapshot:
            rows = {row.key: row for row in editions.editions(snapshot)}
    if given.key not in rows:
        sys.stderr.write(f"未发布 not published: {given.key}；已发布 published: {'、'.join(rows) or '—'}\n")
        return 2
    plain = rows.get(given.key.partition("-")[0]) if "-" in given.key else None
    base = published(plain) if plain is not None else None
    chosen = {
        name: document
        for name, document in documents_of(published(rows[given.key]), base).items()
        if name.endswith(FORMATS[given.format])
    }
    if base is not None and given.format in ("oscal", "all"):
        name = f"{base.edition.key}.oscal.json"  # what a profile refers to lies beside it
        chosen[name] = documents_of(base, None)[name]
    given.out.mkdir(parents=True, exist_ok=True)
    for name, document in chosen.items():
        (given.out / name).write_bytes(document.make())
        out(f"已写出 written: {given.out / name}")
    return 0


def _check_workbook(_settings: Settings, given: argparse.Namespace) -> int:
    try:
        edition = read_workbook(given.file.read_bytes())
    except EditionMalformed as malformed:
        sys.stderr.write(f"{malformed}\n")
        return 1
    except Refused as refused:
        sys.stderr.write(f"{refused.rule.code}：{refused.says} / {refused.says_in_english}\n")
        return 1
    out(f"可用 holds: {edition.key} {edition.title}，{len(edition.indicators)} 项指标 indicators，摘要 digest {edition.digest}")
    against = given.against or edition.key
    if against in published_editions():
        found = difference(load(against), edition)
        out(f"与版本 {against} 相比 against it：{len(found)} 处差异 differences")
        for one in found:
            out(one.sentence)
    elif given.against:
        return _unknown(given.against)
    return 0


def add_to(command: Callable[[str, Run, str], argparse.ArgumentParser]) -> None:
    """Add the commands. command: takes name, what runs, what it says."""
    added = command("diff-editions", _diff_editions, "比较标准版本 compare two editions on file, clause by clause")
    added.add_argument("old", help="原版本号 key of the one, such as 2023")
    added.add_argument("new", help="新版本号 key of the other, such as 2023-automotive")
    added.add_argument("--format", choices=("text", "md", "pdf"), default="text", help="格式 lines, Markdown or PDF")
    added.add_argument("--out", type=Path, help="文件 file to write; else printed")
    added = command("export-edition", _export_edition, "导出标准文件 write a published edition as PDF, Excel and OSCAL")
    added.add_argument("key", help="版本号 key, such as 2023 or 2023-automotive")
    added.add_argument("--format", choices=tuple(FORMATS), default="all", help="格式 format")
    added.add_argument("--out", type=Path, required=True, help="目录 folder to write to; what a profile refers to lies beside it")
    added = command("check-workbook", _check_workbook, "检查标准工作簿 read an edition from Excel and say what it changes")
    added.add_argument("file", type=Path, help="工作簿 .xlsx file, as export-edition writes it")
    added.add_argument("--against", help="对照版本号 edition on file to compare with; else that of its own key")
