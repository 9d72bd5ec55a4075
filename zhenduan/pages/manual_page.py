"""Manual 操作手册与平台指南: what a provider's people do and by which rules, printed from what the program itself says. plan T1.

Commands, rules, steps and the terms of examination are read where they are enforced; the role pages are taken in as they are, from
the folder that holds them. So a manual is never older than the program that printed it.
"""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from markdown_it import MarkdownIt
from pydantic import BaseModel

from domain.access import ROLE_NAMES, Role
from domain.diagnosis.state import NEXT_STEPS, STATUS_NAMES
from domain.events import CAPABILITIES
from domain.governance.dated_rules import defaults_of
from domain.governance.rule_bodies.body import RuleKind
from domain.kernel import Command
from domain.masks import OF_THE_PROVIDER
from zhenduan.pages.rules_page import listed, modules_by_code

TITLE = "操作手册与平台指南"
ENGLISH = "Operating manual and platform guide"
READERS = (Role.PROVIDER, Role.DIAGNOSTICIAN, Role.REVIEWER)
"""Whom it is for, each with a chapter of what it may do."""
AREAS = ("domain.diagnosis", "domain.providers", "domain.governance.qualification")
"""Where the rules of their work are stated."""
ROLE_PAGES = ("provider", "diagnostician", "enterprise", "expert")
"""Pages of the platform guide, in the order they are read in."""


def manual(pages: Path | None = None) -> str:
    """The manual as Markdown 操作手册.

    Args:
        pages: folder of the role pages; None leaves the guide out, as an installed program has none.
    """
    return "\n".join([*_operating(), *(_guide(pages) if pages is not None else ())]) + "\n"


def as_html(text: str) -> str:
    """A manual's Markdown as HTML 网页; HTML within it is shown as text."""
    shown: str = MarkdownIt("commonmark", {"html": False}).enable("table").render(text)
    return shown


def _operating() -> Iterator[str]:
    yield f"# {TITLE} {ENGLISH}\n"
    yield "由程序按其所执行的权利、规则与步骤印出（plan T1）；与程序不一致之处，以程序为准。\n"
    yield "## 一、一件诊断如何办理\n"
    yield from _table(("状态", "下一步"), [(STATUS_NAMES[status], step) for status, (step, _) in NEXT_STEPS.items()])
    for number, role in enumerate(READERS):
        yield f"## {'二三四'[number]}、{ROLE_NAMES[role][0]}可以做什么\n"
        rows = [(f"`{one.__name__[0].lower()}{one.__name__[1:]}`", *_said(one)) for one in _commands_of(role)]
        yield from _table(("变更", "做什么", "what it does"), rows)
    yield "## 五、培训、考试与证书的规定\n"
    for rule in defaults_of(RuleKind.EXAM):
        yield f"自 {rule.since} 起，市级部门另行设定之前适用（{rule.source.document}，标记 {rule.source.mark}）：\n"
        yield from _table(("事项", "规定"), list(_terms(rule.body)))
    yield "## 六、不予办理的情形\n"
    stated = modules_by_code()
    found = [
        (f"`{one.rule.code}`", one.rule.clause, one.rule.says)
        for one in listed()
        if any(module.startswith(AREAS) for module in stated.get(one.rule.code, ()))
    ]
    yield from _table(("代码", "条款", "说明"), found)


def _commands_of(role: Role) -> list[type[Command]]:
    """What a position of a provider may send and not everybody may, in the order of the capabilities."""
    sent = [one for part in CAPABILITIES.values() for one in part.commands if role in one.roles]
    return [one for one in sent if one.roles & OF_THE_PROVIDER]


def _said(command: type[Command]) -> tuple[str, str]:
    english, _, chinese = (command.__doc__ or "").strip().splitlines()[0].removesuffix(".").partition(" · ")
    return chinese, english


def _terms(body: BaseModel) -> Iterator[tuple[str, str]]:
    for name, field in type(body).model_fields.items():
        value, said = getattr(body, name), (field.description or "").rpartition(" · ")[2]
        if isinstance(value, BaseModel):
            yield from _terms(value)
        elif name != "kind":
            yield said, {True: "是", False: "否"}[value] if isinstance(value, bool) else str(value)


def _guide(pages: Path) -> Iterator[str]:
    """The role pages, a level of headings lower."""
    for name in ROLE_PAGES:
        text = (pages / f"{name}.md").read_text("utf-8")
        text = re.sub(r"^```.*?^```$|^#", lambda found: "##" if found[0] == "#" else found[0], text, flags=re.DOTALL | re.MULTILINE)
        text = re.sub(r"^!\[.*\n\n?", "", text, flags=re.MULTILINE)  # pictures stand beside the pages, not in what is printed
        yield re.sub(r"\[([^\]]+)\]\([^)]+\.md\)", r"\1", text)


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    yield "| " + " | ".join(head) + " |"
    yield "| " + " | ".join("---" for _ in head) + " |"
    yield from ("| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows)
    yield ""
