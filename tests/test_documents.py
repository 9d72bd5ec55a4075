"""Papers that must stay true 文档: every noun in the glossary, pages current, their examples valid, each folder described."""

import ast
import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from string import Formatter

import pytest
from graphql import GraphQLObjectType, build_schema

from domain.access import Role
from domain.events import CAPABILITIES
from domain.kernel import Rule
from tests.root_fields import may_read
from zhenduan.pages.rules_page import ROOMS, listed, page

ROOT = Path(__file__).parents[1]


def public_classes() -> Iterator[str]:
    for room in ("domain", "standards"):
        for path in sorted((ROOT / room).rglob("*.py")):
            for node in ast.parse(path.read_text("utf-8")).body:
                if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                    yield node.name


def glossary() -> list[list[str]]:
    """The rows of the glossary: 中文, English, meaning, clause, not to be confused with."""
    lines = (ROOT / "GLOSSARY.md").read_text("utf-8").splitlines()
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("| ")]
    return [row for row in rows if row[0] not in ("中文", "---")]


def nouns() -> Iterator[str]:
    """Commands and events aside, which the rules page prints as their classes describe them."""
    printed = {one.__name__ for part in CAPABILITIES.values() for one in (*part.commands, *part.events)}
    return (name for name in public_classes() if name not in printed)


def test_every_public_noun_of_the_domain_is_in_the_glossary_once() -> None:
    named = [row[1].strip("`") for row in glossary() if row[1].startswith("`")]
    assert sorted(named) == sorted(nouns())


def test_a_row_of_the_glossary_has_all_five_cells_and_its_clause() -> None:
    for row in glossary():
        assert len(row) == 5
        assert all(row), row
        assert re.search(r"[一-鿿]", row[0]), row
        assert re.fullmatch(r"plan ([GSPVTOIR]\d([–-][GSPVTOIR]\d)?)(, [GSPVTOIR]\d)*", row[3]), row


def test_what_a_word_is_confused_with_is_a_word_of_ours() -> None:
    known = set(public_classes())
    for row in glossary():
        assert set(re.findall(r"`(\w+)`", row[4])) <= known, row


def test_no_two_words_of_one_chinese_name() -> None:
    names = [row[0] for row in glossary()]
    assert sorted(set(names)) == sorted(names)


@cache
def rules_page() -> str:
    """As it is printed of every test, each of which is read for it."""
    return page(ROOT / "tests")


def test_the_rules_page_is_current() -> None:
    assert (ROOT / "RULES.md").read_text("utf-8") == rules_page(), "zhenduan rules --tests tests > RULES.md"


def test_every_command_and_every_event_is_on_the_rules_page_and_says_in_both_languages_what_it_is() -> None:
    lines = page().splitlines()
    for part in CAPABILITIES.values():
        for name in (*(one.__name__ for one in part.commands), *(one.model_fields["type"].default for one in part.events)):
            [line] = [line for line in lines if line.startswith(f"| `{name}` |")]
            assert re.search(r"[一-鿿]", line), line
            assert re.search(r"[a-z]{3}", line.rsplit("`", 1)[1]), line


def test_every_rule_of_the_domain_is_refused_by_a_test_that_the_page_names() -> None:
    page_lines = rules_page().splitlines()
    domain_codes = [one.rule.code for one in listed() if one.room == "domain"]
    assert domain_codes
    for code in domain_codes:
        [line] = [line for line in page_lines if line.startswith(f"| `{code}` |")]
        assert "| `tests/rules/" in line, line


def test_a_rule_has_a_code_a_clause_and_a_sentence_in_both_languages() -> None:
    for one in listed():
        rule = one.rule
        assert re.fullmatch(r"[A-Z][A-Z0-9_]+", rule.code), rule
        assert re.fullmatch(r"plan [GSPVTOIR]\d", rule.clause), rule
        assert re.search(r"[一-鿿]", rule.says), rule
        assert re.search(r"[a-z]", rule.says_in_english), rule
        assert not re.search(r"[一-鿿]", rule.says_in_english), rule


def refusals() -> Iterator[tuple[str, set[str], Rule]]:
    """(path:line, facts given, rule) of every `RULE.refuse(fact=…)` in the product, those with `**facts` aside."""
    named: dict[str, list[Rule]] = {}
    for one in listed():
        for name in one.names | {one.rule.code}:
            named.setdefault(name, []).append(one.rule)
    for path in sorted(p for room in ROOMS for p in Path(str(room.__path__[0])).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "refuse"):
                continue
            given = {keyword.arg for keyword in node.keywords}
            word = getattr(node.func.value, "attr", getattr(node.func.value, "id", ""))
            if None not in given:
                for rule in named.get(word, []):
                    yield f"{path.relative_to(ROOT)}:{node.lineno}", {str(name) for name in given}, rule


def test_every_refusal_fills_its_sentence_in_both_languages() -> None:
    found = list(refusals())
    assert len(found) > 50
    for where, given, rule in found:
        for sentence in (rule.says, rule.says_in_english):
            wanted = {name for _, name, _, _ in Formatter().parse(sentence) if name}
            assert wanted <= given, (where, rule.code, wanted - given)


FOLDERS = [
    path.parent for path in [*ROOT.glob("*/*.py"), *ROOT.glob("docs/*/*.md")]
    if not path.parent.relative_to(ROOT).as_posix().startswith((".", "build"))
]


@pytest.mark.parametrize("folder", sorted({folder.relative_to(ROOT).parts[0] for folder in FOLDERS}))
def test_a_folder_says_what_it_is(folder: str) -> None:
    text = (ROOT / folder / "README.md").read_text("utf-8").strip()
    assert re.search(r"[一-鿿]", text)
    assert len(text.splitlines()) >= 3


@pytest.mark.parametrize("path", sorted((ROOT / "docs" / "decisions").glob("*.md")), ids=lambda path: path.stem)
def test_a_decision_names_its_alternatives_and_only_code_that_exists(path: Path) -> None:
    text = path.read_text("utf-8")
    if path.name == "README.md":
        return
    assert re.fullmatch(r"\d{4}-[a-z0-9-]+", path.stem)
    for heading in ("## Decision", "## Alternatives considered", "## Consequences"):
        assert heading in text, heading
    for named in re.findall(r"`((?:\w+/)+[\w.]+)`", text):
        assert (ROOT / named).exists(), named


@pytest.mark.parametrize("path", sorted((ROOT / "docs" / "decisions").glob("[0-9]*.md")), ids=lambda path: path.stem)
def test_the_title_of_a_decision_names_one_decision(path: Path) -> None:
    title = path.read_text("utf-8").splitlines()[0]
    named = re.fullmatch(r"# \d{4} · ([^·]+) · ([^\x00-\x7f·]+)", title)
    assert named is not None, title
    assert re.search(r"[;,]", named[1]) is None, "two decisions are two pages"


def test_no_two_decisions_have_one_number() -> None:
    """A number is given out when the work on it begins, so one may be missing for a while."""
    numbers = [path.name[:4] for path in sorted((ROOT / "docs" / "decisions").glob("[0-9]*.md"))]
    assert numbers == sorted(set(numbers))


PAGES = (ROOT / "README.md", ROOT / "docs" / "standards.md", *sorted((ROOT / "docs" / "roles").glob("*.md")))
"""Pages that show how the API is asked."""
CONTRACT = (ROOT / "graphql" / "schema.graphql").read_text("utf-8")


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_every_name_of_the_api_that_a_page_writes_is_one_of_the_contract(path: Path) -> None:
    prose = re.sub(r"^```.*?^```$", "", path.read_text("utf-8"), flags=re.DOTALL | re.MULTILINE)
    written = {name for code in re.findall(r"`([^`]+)`", prose) for name in re.findall(r"\b[a-z]+(?:[A-Z][a-z]+)+\b", code)}
    assert written <= set(re.findall(r"\w+", CONTRACT)), path


@pytest.mark.parametrize("kind", ["Enterprise", "Diagnosis"])
def test_the_banks_page_names_every_field_that_a_bank_reads(kind: str) -> None:
    page_of_banks = (ROOT / "docs" / "roles" / "bank.md").read_text("utf-8")
    found = build_schema(CONTRACT, assume_valid=True).type_map[kind]
    assert isinstance(found, GraphQLObjectType)
    own = {"id", "asOf", "synthetic", "version"}  # of the record, not of the firm
    read = {name for name in found.fields if may_read(Role.BANK, f"{kind}.{name}")} - own
    assert read
    assert {name for name in read if not re.search(rf"\b{name}\b", page_of_banks)} == set()


def test_nothing_that_is_made_or_fetched_here_is_committed() -> None:
    """A folder that moves takes its line of .gitignore along, or what npm brought lands among our own words."""
    asked = ["git", "ls-files", "--cached", "--ignored", "--exclude-standard"]
    found = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S603 - words of our own
    assert found.stdout.splitlines() == []


def test_what_developers_are_pointed_to_is_there() -> None:
    """Each path of the page for developers, and each name that it gives beside a file."""
    page = (ROOT / "DEVELOPING.md").read_text("utf-8").partition("## Where to find")[2]
    rows = [line.split(" | ", 1)[1] for line in page.splitlines() if line.startswith("| ") and "`" in line]
    assert len(rows) > 10
    for row in rows:
        for path, name in re.findall(r"`([\w/.]+/[\w.]*)`(?:, `(\w+)`)?", row):
            assert (ROOT / path).exists(), path
            assert not name or name in (ROOT / path).read_text("utf-8"), (path, name)


@pytest.mark.parametrize("room", ["standards", "journal", "projections", "interop", "graphql/api", "zhenduan"])
def test_the_tree_for_developers_names_every_folder_of_a_room_that_is_no_area(room: str) -> None:
    page = (ROOT / "DEVELOPING.md").read_text("utf-8")
    row = next(line for line in page.splitlines() if line.startswith(f"| `{room}/` |"))
    areas = {"participants", "standard", "governance", "diagnosis", "providers", "programme"}
    asked = ["git", "ls-files", room]
    held = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S603 - words of our own
    inside = [path.removeprefix(f"{room}/") for path in held.stdout.splitlines()]
    folders = {path.partition("/")[0] for path in inside if "/" in path}
    assert folders
    assert [name for name in sorted(folders - areas) if f"`{name}/`" not in row] == []
