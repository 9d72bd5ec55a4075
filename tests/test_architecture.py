"""The arrows of the house, from the imports themselves: what a room may reach for, the standard library included."""

import ast
import re
import sys
from collections.abc import Collection, Iterator, Mapping
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from domain.events import CAPABILITIES

ROOT = Path(__file__).parents[1]

ROOMS = {
    "standards": ROOT / "standards",
    "methods": ROOT / "methods",
    "domain": ROOT / "domain",
    "isolation": ROOT / "isolation",
    "journal": ROOT / "journal",
    "projections": ROOT / "projections",
    "interop": ROOT / "interop",
    "api": ROOT / "graphql" / "api",
    "zhenduan": ROOT / "zhenduan",
}
"""Import name -> folder."""

STANDARD_LIBRARY = frozenset(sys.stdlib_module_names)
PURE = frozenset(
    {"collections", "dataclasses", "datetime", "decimal", "enum", "functools", "math", "re", "typing", "uuid", "zoneinfo"}
)
"""All of the standard library that rules may use: no clock, no chance, no file, no database, no network."""

MAY_IMPORT = {
    "standards": PURE | {"fractions", "hashlib", "itertools", "pathlib", "pydantic", "yaml"},
    "methods": PURE | {"fractions", "hashlib", "itertools", "networkx", "statistics", "unicodedata"},
    "domain": PURE | {"fractions", "hashlib", "hmac", "itertools", "methods", "standards", "pydantic", "unicodedata"},
    "isolation": STANDARD_LIBRARY | {"domain"},
    "journal": STANDARD_LIBRARY
    | {"domain", "methods", "standards", "cryptography", "eventsourcing", "orjson", "psycopg2", "sqlalchemy"},
    "projections": STANDARD_LIBRARY
    | {"domain", "isolation", "journal", "methods", "standards"}
    | {"orjson", "psycopg2", "sqlalchemy", "jinja2", "segno", "weasyprint", "fontTools"},
    "interop": STANDARD_LIBRARY
    | {"domain", "isolation", "journal", "methods", "projections", "standards"}
    | {"arro3", "cryptography", "openpyxl", "orjson", "psycopg2", "pydantic", "sqlalchemy", "tqdm", "yaml"},
    "api": STANDARD_LIBRARY
    | {"domain", "interop", "isolation", "journal", "methods", "projections", "standards"}
    | {"anyio", "cryptography", "graphql", "orjson", "pydantic", "starlette", "strawberry"},
}
"""Room -> what its files may import; their own room always. zhenduan is the program: it may import everything."""

PRINTED_ONLY = {"report": frozenset({"jinja2", "segno", "weasyprint", "fontTools"}), "documents": frozenset({"jinja2"})}
"""Folder of `projections/` that prints -> what it alone may import; documents are set by the report's renderer."""
READS_FILES = ROOT / "standards" / "edition" / "reader.py"

CLOCKS_AND_CHANCE = frozenset(
    {"now", "utcnow", "today", "fromtimestamp", "utcfromtimestamp", "time", "uuid1", "uuid4", "localtime", "gmtime"}
)
"""Names that tell the time or draw lots, wherever they hang."""
UNSAFE_BUILTINS = frozenset({"open", "print", "input", "eval", "exec", "compile", "__import__", "float"})


def files(room: str) -> list[Path]:
    return sorted(ROOMS[room].rglob("*.py"))


def imports(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """(line, imported module) of every import, those inside functions and `TYPE_CHECKING` included."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.lineno, "." * node.level + (node.module or "")


def strangers(room: str, path: Path, source: str) -> list[str]:
    """What a file of a room imports without leave, as path:line module."""
    allowed = MAY_IMPORT[room] | {room}
    if room == "projections":
        allowed -= PRINTED_ONLY["report"] - PRINTED_ONLY.get(path.parent.name, frozenset())
    if room == "standards" and path != READS_FILES:
        allowed -= {"pathlib", "yaml"}
    found = []
    for line, module in imports(ast.parse(source)):
        if module.split(".", 1)[0] not in allowed:
            found.append(f"{path.relative_to(ROOT)}:{line} {module}")
    return found


def impurities(path: Path, source: str) -> list[str]:
    """Clocks, chance, files and floating point in a file that must be pure, as path:line what."""
    found = []
    for node in ast.walk(ast.parse(source)):
        what = ""
        if isinstance(node, ast.Attribute) and node.attr in CLOCKS_AND_CHANCE:
            what = f".{node.attr}"
        elif isinstance(node, ast.ImportFrom) and (odd := CLOCKS_AND_CHANCE & {alias.name for alias in node.names}):
            what = ", ".join(sorted(odd))
        elif isinstance(node, ast.Name) and node.id in UNSAFE_BUILTINS:
            what = node.id
        elif isinstance(node, ast.Constant) and isinstance(node.value, float):
            what = f"floating-point literal {node.value}"
        if what:
            found.append(f"{path.relative_to(ROOT)}:{node.lineno} {what}")  # type: ignore[attr-defined]
    return found


@pytest.mark.parametrize("room", MAY_IMPORT)
def test_a_room_imports_only_what_its_arrows_allow(room: str) -> None:
    assert files(room)
    assert [line for path in files(room) for line in strangers(room, path, path.read_text("utf-8"))] == []


@pytest.mark.parametrize("room", ["standards", "domain"])
def test_rules_and_standard_know_no_clock_no_chance_no_file_and_no_floating_point(room: str) -> None:
    assert [line for path in files(room) for line in impurities(path, path.read_text("utf-8"))] == []


def test_methods_know_no_clock_no_chance_and_no_file_and_floats_leave_by_rounding_alone() -> None:
    """Floating point is their trade: a result that is stored is an exact decimal all the same."""
    floats = ("float", "floating-point literal")
    lines = [line for path in files("methods") for line in impurities(path, path.read_text("utf-8"))]
    assert [line for line in lines if not line.split(" ", 1)[1].startswith(floats)] == []
    made = {path.name for path in files("methods") if re.search(r"Decimal\(format\(|\.quantize\(", path.read_text("utf-8"))}
    assert made == {"rounding.py"}


@pytest.mark.parametrize(
    "line",
    [
        "import random",
        "import os.path",
        "from sqlite3 import connect",
        "import socket",
        "import time",
        "from pathlib import Path",
        "from journal import handle",
        "import sqlalchemy as sa",
        "def late():\n    import secrets",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from projections import Reading",
    ],
)
def test_the_guard_sees_an_import_that_rules_must_not_have(line: str) -> None:
    assert strangers("domain", ROOT / "domain" / "diagnosis" / "case.py", line)


@pytest.mark.parametrize(
    "line",
    [
        "at = datetime.now(UTC)",
        "day = date.today()",
        "day = today = date.today",
        "identity = uuid.uuid4()",
        "from uuid import uuid4",
        "text = open('x').read()",
        "share = float(part) / 2",
        "share = 0.8",
    ],
)
def test_the_guard_sees_a_clock_chance_a_file_and_a_float(line: str) -> None:
    assert impurities(ROOT / "domain" / "diagnosis" / "case.py", line)


@pytest.mark.parametrize(
    ("room", "file", "line"),
    [
        ("journal", "journal/journal.py", "from projections import ReadModels"),
        ("journal", "journal/journal.py", "import psycopg"),
        ("isolation", "isolation/processes.py", "from interop import rosters"),
        ("projections", "projections/engine/read_model.py", "import weasyprint"),
        ("projections", "projections/documents/printing.py", "import weasyprint"),
        ("projections", "projections/engine/read_model.py", "from interop import rosters"),
        ("interop", "interop/rosters/roster.py", "import api"),
        ("api", "graphql/api/app.py", "from zhenduan import settings"),
        ("standards", "standards/scoring/measure.py", "from pathlib import Path"),
        ("standards", "standards/scoring/measure.py", "from domain import access"),
        ("standards", "standards/scoring/measure.py", "from methods import tiers"),
        ("methods", "methods/tiers.py", "from domain import access"),
    ],
)
def test_the_guard_sees_an_arrow_that_points_backwards(room: str, file: str, line: str) -> None:
    assert strangers(room, ROOT / file, line)


def test_nothing_shadows_graphql_core_and_no_test_folder_is_a_package() -> None:
    """`graphql/__init__.py` would kill the server while plain pytest still passes."""
    assert not (ROOT / "graphql" / "__init__.py").exists()
    assert not (ROOT / "tests" / "graphql").exists()
    assert list((ROOT / "tests").rglob("__init__.py")) == []


def test_every_folder_of_the_product_is_a_known_room() -> None:
    packages = {path.parent for path in ROOT.glob("*/__init__.py")} | {ROOT / "graphql" / "api"}
    assert packages == set(ROOMS.values())


AREAS = ("participants", "standard", "governance", "diagnosis", "providers", "programme")
"""Areas of the programme, each of which may import those before it."""


CUT_BY_AREA = ("domain", "projections", "api")


def climbs(room: str, path: Path, source: str) -> list[str]:
    """Imports that a file must not have, as path:line module: of an area, those of later areas in whatever room they lie.

    The machine, which is of no area, imports none of its own room.
    """
    place = path.relative_to(ROOMS[room]).parts[0]
    allowed = AREAS[: AREAS.index(place) + 1] if place in AREAS else ()
    rooms = CUT_BY_AREA if place in AREAS else (room,)
    found = []
    for line, module in imports(ast.parse(source)):
        parts = module.split(".")
        if parts[0] in rooms and len(parts) > 1 and parts[1] in AREAS and parts[1] not in allowed:
            found.append(f"{path.relative_to(ROOT)}:{line} {module}")
    return found


@pytest.mark.parametrize(("room", "machine"), [("api", "server"), ("api", "kit"), ("projections", "engine")])
def test_the_machine_of_a_room_imports_no_area_of_it(room: str, machine: str) -> None:
    own = [path for path in files(room) if path.is_relative_to(ROOMS[room] / machine)]
    assert own
    assert [line for path in own for line in climbs(room, path, path.read_text("utf-8"))] == []


@pytest.mark.parametrize("room", CUT_BY_AREA)
def test_an_area_knows_only_the_areas_before_it(room: str) -> None:
    """What a later area adds to an earlier one's type is an edge, which the later one loads."""
    areas = [path for path in files(room) if path.relative_to(ROOMS[room]).parts[0] in AREAS]
    assert {path.relative_to(ROOMS[room]).parts[0] for path in areas} == set(AREAS)
    assert [line for path in areas for line in climbs(room, path, path.read_text("utf-8"))] == []


@pytest.mark.parametrize(
    ("room", "file", "line"),
    [
        ("api", "graphql/api/kit/paging.py", "from api.diagnosis.parts import Answer"),
        ("projections", "projections/engine/runner.py", "from projections.standard import editions"),
        ("projections", "projections/participants/enterprises.py", "from projections.diagnosis.diagnoses import DIAGNOSES"),
        ("domain", "domain/participants/people.py", "from domain.diagnosis.case import Status"),
        ("domain", "domain/standard/editions.py", "from domain.programme import targets"),
        ("api", "graphql/api/participants/enterprises.py", "def late():\n    from api.diagnosis.diagnoses import load_diagnoses"),
        ("api", "graphql/api/standard/editions.py", "from api.diagnosis.diagnoses import editions_of"),
        ("api", "graphql/api/standard/shadow.py", "from projections.diagnosis import movers"),
        ("projections", "projections/participants/enterprises.py", "from domain.diagnosis.opening import DiagnosisOpened"),
    ],
)
def test_the_guard_sees_an_import_that_climbs(room: str, file: str, line: str) -> None:
    assert climbs(room, ROOT / file, line)


STANDS_ALONE = ROOT / "interop" / "proof" / "verify_dossier.py"
"""Imports nothing of ours, so that whoever gets a dossier can read all that judges it."""
SPELT_STREAM = re.compile(rf"({'|'.join(sorted(set(CAPABILITIES) - {'application'}))})/|application/[0-9]")
"""An application's stream begins with its year; what else follows `application/` is a media type."""


def spelt_streams(path: Path, source: str) -> list[str]:
    """Names of streams put together or taken apart by hand, which `domain.kernel` alone does, as path:line what."""
    tree, found = ast.parse(source), []
    prose = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        what = ""
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in prose:
            what = node.value if SPELT_STREAM.match(node.value) else ""
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ("split", "partition"):
            of = ast.unparse(node.func.value)
            what = ast.unparse(node) if of.endswith(("stream", "subject")) and "'/'" in ast.unparse(node) else ""
        if what:
            found.append(f"{path.relative_to(ROOT)}:{node.lineno} {what}")  # type: ignore[attr-defined]
    return found


@pytest.mark.parametrize("room", ROOMS)
def test_the_name_of_a_stream_is_made_and_read_in_one_place(room: str) -> None:
    kernel = ROOMS["domain"] / "kernel.py"
    own = [path for path in files(room) if path not in (kernel, STANDS_ALONE)]
    assert [line for path in own for line in spelt_streams(path, path.read_text("utf-8"))] == []


@pytest.mark.parametrize(
    "line",
    [
        'stream = f"enterprise/{identity}"',
        'found = [entry for entry in entries if entry.stream.startswith("diagnosis/")]',
        'MAPPING = "mapping/editions"',
        'key = entry.stream.split("/", 1)[1]',
        'kind, _, key = subject.partition("/")',
    ],
)
def test_the_guard_sees_a_stream_spelt_by_hand(line: str) -> None:
    assert spelt_streams(ROOT / "projections" / "engine" / "runner.py", line)


@cache
def modules() -> dict[str, Path]:
    found = {}
    for room, folder in ROOMS.items():
        for path in files(room):
            found[".".join((room, *path.relative_to(folder).with_suffix("").parts)).removesuffix(".__init__")] = path
    return found


def arrows(source: str, known: Collection[str]) -> set[str]:
    """Modules of ours that a file imports, those under `TYPE_CHECKING` and inside functions included."""
    found, ours = set[str](), set(known)
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            submodules = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= (submodules & ours) or {node.module}
    return found & ours


@cache
def every_arrow() -> dict[str, set[str]]:
    """Module of ours -> the others that it imports."""
    known = modules()
    return {name: arrows(path.read_text("utf-8"), known) - {name} for name, path in known.items()}


def test_nothing_depends_on_the_console() -> None:
    """It is a client of the public API: the server hands out what was built and knows nothing of what it asks."""
    rooms = ["standards", "methods", "domain", "journal", "projections", "interop", "isolation", "graphql", "zhenduan"]
    sources = [path for room in rooms for path in (ROOT / room).rglob("*.py")]
    assert len(sources) > len(rooms)
    assert [path for path in sources if "console/src" in path.read_text("utf-8")] == []


def test_no_two_files_import_each_other_by_any_way_round() -> None:
    graph = every_arrow()
    assert sum(map(len, graph.values())) > len(graph)
    TopologicalSorter(graph).prepare()


def folder_arrows(module: str, reached: Collection[str], known: Mapping[str, Path]) -> set[tuple[str, str]]:
    """Arrows of a file to other folders of its room, as (from, to). What lies in the room itself brings folders together."""
    room = module.partition(".")[0]
    places = {name: known[name].relative_to(ROOMS[room]).parts for name in {module, *reached} if name.partition(".")[0] == room}
    folders = {name: parts[0] for name, parts in places.items() if len(parts) > 1}
    own = folders.pop(module, None)
    return {(own, folder) for folder in folders.values() if own not in (None, folder)}


@pytest.mark.parametrize("room", ["api", "domain", "interop", "journal", "projections", "zhenduan"])
def test_no_folder_of_a_room_points_back_by_any_way_round(room: str) -> None:
    """Not of `standards`: an edition says its own costs, training and crosswalks, which are read with its text."""
    known = modules()
    graph: dict[str, set[str]] = {}
    for module, reached in every_arrow().items():
        if module.partition(".")[0] == room:
            for folder, other in folder_arrows(module, reached, known):
                graph.setdefault(folder, set()).add(other)
    assert graph
    TopologicalSorter(graph).prepare()


@pytest.mark.parametrize(
    ("module", "line", "arrow"),
    [
        ("projections.as_of.replay", "from projections.programme.coverage import TargetRow", ("as_of", "programme")),
        ("projections.documents.paper", "def late():\n    from projections.programme import portrait", ("documents", "programme")),
        ("api.kit.lists", "from api.server.errors import masked", ("kit", "server")),
    ],
)
def test_the_guard_sees_a_folder_point_back(module: str, line: str, arrow: tuple[str, str]) -> None:
    assert folder_arrows(module, arrows(line, modules()), modules()) == {arrow}


def test_the_guard_sees_a_circle() -> None:
    known = ("domain.kernel", "domain.access")
    source = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from domain.kernel import Rule"
    graph = {"domain.access": arrows(source, known), "domain.kernel": {"domain.access"}}
    with pytest.raises(CycleError):
        TopologicalSorter(graph).prepare()


LONGEST_FILE = 450
"""Lines. What is longer holds two topics."""


def test_no_file_is_too_long_to_be_read_in_one_go() -> None:
    """But one, which whoever gets a dossier has to read alone: decision 0041."""
    written = [path for room in ROOMS for path in files(room)]
    written += [path for folder in ("tests", "benchmarks", "scripts") for path in (ROOT / folder).rglob("*.py")]
    longer = {path for path in written if len(path.read_text("utf-8").splitlines()) > LONGEST_FILE}
    assert longer == {STANDS_ALONE}
