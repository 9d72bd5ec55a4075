"""Citations 引用: each clause of the plan, decision, mark and working paper that is cited anywhere stands on its page."""

import os
import re
from collections.abc import Collection, Iterator
from functools import cache
from io import StringIO
from pathlib import Path
from tokenize import COMMENT, STRING, generate_tokens

import pytest
from graphql import ObjectTypeDefinitionNode, StringValueNode, parse

from domain.access import Role
from domain.events import COMMANDS
from projections.report.wording import MARKS
from standards.edition.text import SourceMark
from zhenduan.pages.access_page import roles_in_words

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
SKIPPED = {"build", "var", "static", "fonts", "oscal", "node_modules", "__pycache__"}
"""Folders of what is made or comes from elsewhere."""

ONE = r"[A-Z]\d+(?:\s?[–-]\s?[A-Z]?\d+)?"
CITED = re.compile(rf"(?:\b[Pp]lan(?:'s)?|工作方案) ({ONE}(?:(?:, | and |、){ONE})*)")
"""plan P5 · plan S1–S5, P8 · the plan's P7 · 工作方案 S5; a list ends where something else than a clause follows."""
NAMED_TEST = r"\[[a-z0-9 ]+\]\(\.\./tests/[\w/]+\.py\)"
"""A test on the plan's page, its name in words."""
DECISION = re.compile(r"\bdecisions? ((?:\d+)(?:(?:, | and )\d+)*)")
PAPER = re.compile(r"\b((?:facts|interop) \d+\.\d+)(?: and (\d+\.\d+))?")


@cache
def ours() -> tuple[str, ...]:
    """Every file that is not made and comes from nowhere else, as its path from the root; what is skipped is not gone through."""
    found: list[str] = []
    for folder, folders, files in os.walk(ROOT):
        folders[:] = [one for one in folders if not one.startswith(".") and one not in SKIPPED and not one.endswith(".egg-info")]
        found += [Path(folder, one).relative_to(ROOT).as_posix() for one in files if not one.startswith(".")]
    return tuple(sorted(found))


@cache
def texts() -> tuple[tuple[str, str], ...]:
    """(path, text) of everything that is written here by hand or printed from it."""
    kinds = (".py", ".md", ".yaml", ".graphql", ".toml", ".html", ".css")
    mine = Path(__file__).relative_to(ROOT).as_posix()
    return tuple((path, (ROOT / path).read_text("utf-8")) for path in ours() if path.endswith(kinds) and path != mine)


def clauses(text: str) -> Iterator[str]:
    """Every clause that a text cites, those within a range too."""
    for found in CITED.finditer(text):
        for one in re.findall(ONE, found[1]):
            first, _, last = re.sub(r"\s", "", one).replace("–", "-").partition("-")
            end = int(re.sub(r"\D", "", last or first))
            yield from (f"{first[0]}{number}" for number in range(int(first[1:]), end + 1))
            if last and last[0].isalpha() and last[0] != first[0]:
                yield last


def decisions(text: str) -> Iterator[str]:
    for found in DECISION.finditer(text):
        yield from re.findall(r"\d+", found[1])


def papers(text: str) -> Iterator[str]:
    for first, second in PAPER.findall(text):
        yield first
        if second:
            yield f"{first.split()[0]} {second}"


def plan() -> list[str]:
    return re.findall(r'(?m)^\| <a id="(\w+)"></a>\1 \|', (DOCS / "plan.md").read_text("utf-8"))


def test_every_clause_of_the_plan_stands_once_each_with_its_cells_and_chinese() -> None:
    assert plan() == [f"{letter}{n}" for letter, many in zip("GSPVTOIR", (4, 5, 8, 6, 3, 3, 5, 5), strict=True)
                      for n in range(1, many + 1)]  # fmt: skip
    for line in (DOCS / "plan.md").read_text("utf-8").splitlines():
        if line.startswith('| <a id="'):
            _, says, chinese, done, _, tested = line.strip("| ").split(" | ")
            assert len(says) > 10
            assert re.search(r"[一-鿿]", chinese), line
            assert re.fullmatch(r"`\w+`(, `\w+`)*", done), line
            assert re.fullmatch(rf"{NAMED_TEST}(; {NAMED_TEST})*", tested), line


def test_every_clause_names_what_carries_it_out_and_a_test_cites_it() -> None:
    """Queries and mutations by their published names; no clause is left to the words of a page."""
    document = parse((ROOT / "graphql" / "schema.graphql").read_text("utf-8"))
    kinds = {one.name.value: one for one in document.definitions if isinstance(one, ObjectTypeDefinitionNode)}
    known = {field.name.value for kind in ("Query", "Mutation") for field in kinds[kind].fields}
    rows = [line for line in (DOCS / "plan.md").read_text("utf-8").splitlines() if line.startswith('| <a id="')]
    assert [name for line in rows for name in re.findall(r"`(\w+)`", line) if name not in known] == []
    tested = {clause for where, text in texts() if where.startswith("tests/") for clause in clauses(text)}
    assert [clause for clause in plan() if clause not in tested] == []
    cited = {
        str(told.value.value)
        for field in kinds["Query"].fields
        for one in field.directives or ()
        for told in one.arguments
        if one.name.value == "clause" and isinstance(told.value, StringValueNode)
    }
    assert [clause for clause in plan() if clause not in cited] == [], "no query says that it comes from it"


def test_every_clause_says_which_roles_carry_it_out() -> None:
    """Of its mutations, which are commands, the roles that may send them; without any, those that read its queries."""
    readers = dict(re.findall(r"(?m)^\| `Query\.(\w+)` \| (.*?) \|$", (DOCS / "access.md").read_text("utf-8")))
    for line in (DOCS / "plan.md").read_text("utf-8").splitlines():
        if not line.startswith('| <a id="'):
            continue
        clause, *_, done, who, _ = line.strip("| ").split(" | ")
        names = re.findall(r"`(\w+)`", done)
        acting = {role for name in names for role in COMMANDS.get(name[0].upper() + name[1:], ())} - {Role.SYSTEM}
        reading = {role for name in names for role in Role if role.value in readers.get(name, "").split(", ")}
        assert who == (roles_in_words(acting) if acting else f"read by {roles_in_words(reading)}"), clause


def test_every_clause_names_tests_that_are_there_and_whose_file_cites_it() -> None:
    for line in (DOCS / "plan.md").read_text("utf-8").splitlines():
        for says, path in re.findall(r"\[([a-z0-9 ]+)\]\(\.\./(tests/[\w/]+\.py)\)", line):
            text, clause = (ROOT / path).read_text("utf-8"), re.findall(r'<a id="(\w+)">', line)[0]
            assert re.search(rf"^def test_{says.replace(' ', '_')}\(", text, re.MULTILINE), (clause, says)
            assert clause in set(clauses(text)), (clause, path)


def test_every_clause_that_is_cited_stands_in_the_plan() -> None:
    known, cited = set(plan()), [(where, clause) for where, text in texts() for clause in clauses(text)]
    assert len(cited) > 1000
    assert [(where, clause) for where, clause in cited if clause not in known] == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("(plan P5)", ["P5"]),
        ("plan S1–S3, P5.", ["S1", "S2", "S3", "P5"]),
        ("plan S4-S5", ["S4", "S5"]),
        ("Plan P1, P2 and O2: x", ["P1", "P2", "O2"]),
        ("the plan's P7", ["P7"]),
        ("工作方案 S5、P6", ["S5", "P6"]),
        ("plan P9–P10", ["P9", "P10"]),
        ("plan X3", ["X3"]),
        ("the plan has 5", []),
    ],
)
def test_the_reader_of_citations_reads_lists_and_ranges(text: str, found: list[str]) -> None:
    assert list(clauses(text)) == found


def test_every_decision_that_is_cited_is_on_record_and_nothing_cites_a_paper_that_is_not_here() -> None:
    known = {path.name[:4] for path in (DOCS / "decisions").glob("[0-9]*.md")}
    cited = [(where, number) for where, text in texts() for number in decisions(text)]
    cited += [
        (path.name, number)
        for path in (DOCS / "decisions").glob("[0-9]*.md")
        for number in re.findall(r"(?<![\d.,])00\d\d(?![\d.,]\d)", path.read_text("utf-8"))
    ]
    assert len(cited) > 30
    assert [(where, number) for where, number in cited if number not in known] == []
    assert [where for where, text in texts() if re.search(r"\barchitecture \d|architecture\.md|house\.md", text)] == []


@pytest.mark.parametrize(
    ("text", "found"), [("decision 0014", ["0014"]), ("decisions 0009, 0026.", ["0009", "0026"]), ("decision 9", ["9"])]
)
def test_the_reader_of_decisions_reads_lists(text: str, found: list[str]) -> None:
    assert list(decisions(text)) == found


def test_every_mark_and_every_working_paper_is_explained() -> None:
    page = (DOCS / "marks.md").read_text("utf-8")
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in page.splitlines() if line.startswith("| ")]
    explained = {row[0]: row[1] for row in rows if len(row) == 4 and row[0] != "mark" and row[0] != "---"}
    assert explained == dict(MARKS)
    assert set(explained) == set(SourceMark)
    listed = {row[0] for row in rows if len(row) == 2}
    cited = {one for where, text in texts() if where != "docs/marks.md" for one in papers(text)}
    assert len(cited) > 4
    assert cited <= listed


NAMED_FILE = re.compile(r"(?<![\w/.*<-])((?:[\w-]+/)*[\w-]+\.py)\b")
"""report.py · domain/diagnosis/report.py, in prose."""
NAMED_FOLDER = re.compile(r"`((?:[\w-]+/)+)`")
HISTORY = ("docs/decisions/", "docs/releases/", "docs/trials/", "CHANGELOG.md")
"""Pages that say what was; files may have gone since."""
ROOM = re.compile(r"\w+/README\.md")


def prose(where: str, text: str) -> str:
    """What a file says in words: of a page all of it, of code its comments and docstrings."""
    if not where.endswith(".py") or not NAMED_FILE.search(text):
        return text if where.endswith(".md") else ""
    found = [token for token in generate_tokens(StringIO(text).readline) if token.type in (COMMENT, STRING)]
    return "\n".join(one.string for one in found if one.type == COMMENT or one.string.startswith('"""'))


def missing(where: str, text: str, known: Collection[str]) -> list[str]:
    """Files that prose names and that are not there; a room's own page speaks of the room, or of a path from the root.

    known: every file, as its path from the root.
    """
    within = where.removesuffix("README.md") if ROOM.fullmatch(where) else ""
    folders = NAMED_FOLDER.findall(text) if within else []
    gone = [one for one in folders if not any(path.startswith((f"{within}{one}", one)) for path in known)]
    named = {one for one in NAMED_FILE.findall(prose(where, text)) if not one.endswith("__init__.py")}  # where it must never be
    return gone + sorted(named - ends(within, tuple(known)) - set(known)) if named else gone


@cache
def ends(within: str, known: tuple[str, ...]) -> frozenset[str]:
    """Every path in a folder, and all that is left of each from any of its folders on."""
    parts = [path.split("/") for path in known if path.startswith(within)]
    return frozenset("/".join(path[first:]) for path in parts for first in range(len(path)))


def test_a_file_that_is_named_is_there() -> None:
    """A docstring or page that sends its reader to a file of before a move sends them nowhere."""
    pages = [(where, text) for where, text in texts() if where.endswith((".py", ".md")) and not where.startswith(HISTORY)]
    assert [(where, one) for where, text in pages for one in missing(where, text, ours())] == []


@pytest.mark.parametrize(
    ("where", "text", "found"),
    [
        ("domain/a.py", '"""As appointments.py says."""', ["appointments.py"]),
        ("domain/a.py", "# see domain/diagnosis/report.py and kernel.py", []),
        ("domain/a.py", "NAME = 'appointments.py'", []),
        ("standards/README.md", "Start at `scoring.py`, then `diagnosis/`", ["scoring.py"]),
        ("standards/README.md", "`improvement/` and `edition/edition.py`", ["improvement/"]),
    ],
)
def test_the_guard_sees_a_file_that_is_not_there(where: str, text: str, found: list[str]) -> None:
    known = ["domain/diagnosis/report.py", "domain/kernel.py", "standards/edition/edition.py", "diagnosis/scoring.py"]
    assert missing(where, text, known) == found
