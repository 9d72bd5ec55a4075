"""The operating manual and platform guide (plan T1): printed from what is enforced, and from the role pages; Markdown and PDF."""

import re
from io import BytesIO
from pathlib import Path

from pypdf import PdfReader

from domain.events import COMMANDS
from domain.governance.qualification import NOT_CERTIFIED
from domain.providers.exams.enrolment import EXAM_TOO_SOON
from zhenduan.__main__ import main
from zhenduan.pages.manual_page import as_html, manual

PAGES = Path(__file__).parents[2] / "docs" / "roles"


def test_the_manual_holds_every_command_of_a_providers_people_and_every_rule_of_their_work() -> None:
    text = manual()
    for name, roles in COMMANDS.items():
        if "diagnostician" in roles:
            assert f"| `{name[0].lower()}{name[1:]}` |" in text, name
    for rule in (NOT_CERTIFIED, EXAM_TOO_SOON):
        assert f"| `{rule.code}` | {rule.clause} | {rule.says} |" in text
    assert "| 及格分数线 | 80 |" in text
    assert "| 是否须持证上岗 | 否 |" in text
    assert "setRule" not in text


def test_the_guide_is_the_role_pages_themselves_a_level_lower() -> None:
    text = manual(PAGES)
    assert "## 诊断师 · for a diagnostician" in text
    assert "### 姓名是否公开" in text
    assert re.findall(r"\]\([^)]*\.md\)", text) == []
    kept = (PAGES / "diagnostician.md").read_text("utf-8").split("```graphql\n")[1].split("```")[0]
    assert kept in text


def test_html_in_a_page_is_shown_as_text() -> None:
    assert "<script>" not in as_html("<script>alert(1)</script>\n\n| a |\n| --- |\n| <b>x</b> |\n")


def test_it_is_printed_as_markdown_and_as_pdf(tmp_path: Path) -> None:
    out = tmp_path / "manual"
    assert main(["manual", "--format", "pdf"]) == 2
    assert main(["manual", "--roles", str(tmp_path)]) == 2
    assert main(["manual", "--roles", str(PAGES), "--out", str(out.with_suffix(".md"))]) == 0
    assert out.with_suffix(".md").read_text("utf-8") == manual(PAGES)
    assert main(["manual", "--roles", str(PAGES), "--format", "pdf", "--out", str(out.with_suffix(".pdf"))]) == 0
    read = PdfReader(BytesIO(out.with_suffix(".pdf").read_bytes()))
    assert "操作手册" in read.pages[0].extract_text()
    assert len(read.pages) > 5
