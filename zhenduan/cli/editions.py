"""Editions at the command line 标准版本: compared, written out as documents, and read back from a workbook. plan S1–S5, P8."""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from domain.kernel import Refused
from domain.standard.edition_mapping import mapping_command
from domain.standard.editions import PublishEdition
from interop.editions.documents import documents_of, published
from interop.editions.workbook_reading import as_stated
from interop.foreign_files import ForeignFiles
from projections.documents import EditionComparison, as_markdown, comparison, print_comparison
from projections.documents.comparison import reasons_of
from projections.standard import editions
from standards import EditionMalformed, difference, edition_mappings, load, load_composition, published_editions
from zhenduan.cli.output import OPERATOR, answer, refusal
from zhenduan.settings import Settings
from zhenduan.wiring import opened, operator

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


def diff_editions(old: str, new: str, kind: str, file: Path | None) -> int:
    """Compare two editions on file 比较标准版本, as lines, Markdown or PDF, printed or written to a file."""
    for key in (old, new):
        if key not in published_editions():
            return _unknown(key)
    if kind == "pdf" and file is None:
        sys.stderr.write("PDF 须指定 --out / a PDF needs --out\n")
        return 2
    made = _compared(old, new, kind)
    found = [{"clause": one.clause, "sentence": one.sentence} for one in difference(load(old), load(new))]
    if file is None:
        answer(made.decode().rstrip("\n"), old=old, new=new, differences=found)
    else:
        file.write_bytes(made)
        answer(f"已写出 written: {file}", old=old, new=new, differences=found, written=[str(file)])
    return 0


def _compared(old: str, new: str, kind: str) -> bytes:
    if kind == "text":
        found = difference(load(old), load(new))
        lines = [f"{old} → {new}：{len(found)} 处差异 differences", *(one.sentence for one in found)]
        return "".join(f"{line}\n" for line in lines).encode()
    shown = _side_by_side(old, new)
    return print_comparison(shown, OPERATOR).pdf if kind == "pdf" else as_markdown(shown).encode()


def _side_by_side(old: str, new: str) -> EditionComparison:
    was, becomes = load(old), load_composition(new)
    return comparison(was, becomes.edition, reasons_of(was, becomes.edition, becomes.origins))


def export_edition(settings: Settings, key: str, kind: str, folder: Path) -> int:
    """Write a published edition as documents into a folder 导出标准文件."""
    with opened(settings) as installation:
        models = installation.services.models
        models.catch_up()
        with models.reading() as snapshot:
            rows = {row.key: row for row in editions.editions(snapshot)}
    if key not in rows:
        sys.stderr.write(f"未发布 not published: {key}；已发布 published: {'、'.join(rows) or '—'}\n")
        return 2
    plain = rows.get(key.partition("-")[0]) if "-" in key else None
    base = published(plain) if plain is not None else None
    chosen = {
        name: document
        for name, document in documents_of(published(rows[key]), base).items()
        if name.endswith(FORMATS[kind])
    }
    if base is not None and kind in ("oscal", "all"):
        name = f"{base.edition.key}.oscal.json"  # what a profile refers to lies beside it
        chosen[name] = documents_of(base, None)[name]
    folder.mkdir(parents=True, exist_ok=True)
    for name, document in chosen.items():
        (folder / name).write_bytes(document.make(OPERATOR))
        answer(f"已写出 written: {folder / name}", written=[str(folder / name)])
    return 0


def check_workbook(file: Path, against: str | None) -> int:
    """Read an edition from Excel 检查标准工作簿, and tell what it changes of the one on file; 1 when it does not hold."""
    try:
        edition = ForeignFiles().workbook(file.read_bytes(), OPERATOR)
    except EditionMalformed as malformed:
        sys.stderr.write(f"{malformed}\n")
        return 1
    except Refused as refused:
        sys.stderr.write(f"{refused.rule.code}：{refused.says} / {refused.says_in_english}\n")
        return 1
    other = against or edition.key
    if other in published_editions():
        edition = as_stated(edition, load(other))
    answer(
        f"可用 holds: {edition.key} {edition.title}，{len(edition.indicators)} 项指标 indicators，摘要 digest {edition.digest}",
        key=edition.key,
        title=edition.title,
        indicators=len(edition.indicators),
        digest=edition.digest,
    )
    if other in published_editions():
        found = difference(load(other), edition)
        lines = [f"与版本 {other} 相比 against it：{len(found)} 处差异 differences", *(one.sentence for one in found)]
        told = [{"clause": one.clause, "sentence": one.sentence} for one in found]
        answer("\n".join(lines), against=other, differences=told)
    elif against:
        return _unknown(against)
    return 0


def publish_editions(settings: Settings, keys: Sequence[str], user: str) -> int:
    """Publish editions on file, in their order; what was published before changes nothing."""
    for key in keys:
        if key not in published_editions():
            return _unknown(key)
    with opened(settings) as installation:
        try:
            for key in keys:
                handled = installation.services.send(operator(user), PublishEdition(**dict(load_composition(key))))
                said = f"已发布 published: {key}" if handled.entries else f"此前已发布 published before: {key}"
                answer(said, editions=[{"key": key, "before": not handled.entries}])
        except Refused as refused:
            return refusal(refused)
        finally:
            installation.services.models.catch_up()
    return 0


def set_edition_mapping(settings: Settings, user: str) -> int:
    """Set the mappings on file, in order; those that were set before change nothing."""
    with opened(settings) as installation:
        for mapping in edition_mappings().mappings:
            try:
                handled = installation.services.send(operator(user), mapping_command(mapping))
            except Refused as refused:
                return refusal(refused)
            said = f"已设定 set: {mapping.since}" if handled.entries else f"此前已设定 set before: {mapping.since}"
            answer(said, mappings=[{"since": mapping.since.isoformat(), "before": not handled.entries}])
        installation.services.models.catch_up()
    return 0
