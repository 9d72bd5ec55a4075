"""Markdown 纯文本: a comparison for plain reading and for line-by-line tools. plan S5."""

import re
from collections.abc import Iterator, Sequence

from projections.documents.comparison import ClauseChange, EditionComparison, LineChange

MEANT = re.compile(r"([\\`*_{}\[\]<>|#~!&])")
"""Characters that Markdown would read as more than themselves."""
NONE = "—"
FATES = {"added": "新增", "dropped": "删去", "changed": "修改"}


def literal(text: str) -> str:
    """A text that Markdown shows as it is 转义, on one line: no markup, no HTML, no cell that ends early."""
    return MEANT.sub(r"\\\1", " ".join(text.split()))


def as_markdown(shown: EditionComparison) -> str:
    """A comparison as Markdown 对照表, every text in it literal."""
    return "\n".join(_lines(shown)) + "\n"


def _lines(shown: EditionComparison) -> Iterator[str]:
    yield f"# {literal(shown.title)}"
    yield ""
    for name, edition in ((shown.was, shown.old), (shown.becomes, shown.new)):
        yield f"- {literal(name)}：{literal(edition.title)}（{literal(edition.status)}），摘要 `{edition.digest}`"
    yield ""
    if not shown.sections:
        yield "两个版本各条款一致。"
        return
    yield (
        f"共 {shown.differences} 处差异：新增指标 {shown.indicators('added')} 项，删去 {shown.indicators('dropped')} 项，"
        f"修改 {shown.indicators('changed')} 项，沿用 {shown.kept} 项。"
    )
    yield ""
    yield from _table(
        ("章节", "新增指标", "删去指标", "修改指标", "差异条款"),
        [
            (
                literal(section.title),
                *(str(section.count(fate)) for fate in ("added", "dropped", "changed")),
                str(section.differences),
            )
            for section in shown.sections
        ],
    )
    for section in shown.sections:
        yield ""
        yield f"## {literal(section.title)}"
        if section.clauses:
            yield ""
            yield from _clauses(section.clauses)
        for line in section.lines:
            yield ""
            yield from _line(line)


def _line(line: LineChange) -> Iterator[str]:
    yield f"### {line.id} {literal(line.name)}（{FATES[line.fate]}）"
    yield ""
    if line.reason:
        yield f"理由：{literal(line.reason)}"
        yield ""
    if line.clauses:
        yield from _clauses(line.clauses)
        return
    sides = ("原文", "新文") if line.fate == "dropped" else ("新文", "原文")
    yield from _table(("条款", sides[0]), [(literal(label), literal(text)) for label, text in line.whole])


def _clauses(clauses: Sequence[ClauseChange]) -> Iterator[str]:
    yield from _table(
        ("条款", "原文", "新文", "理由"),
        [
            (
                literal(one.label),
                NONE if one.before is None else literal(one.before),
                NONE if one.after is None else literal(one.after),
                literal(one.reason) or NONE,
            )
            for one in clauses
        ],
    )


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(heads)} |"
    yield f"|{' --- |' * len(heads)}"
    for row in rows:
        yield f"| {' | '.join(row)} |"
