"""What reads strangers' files and sets pages stays out of the process that serves: derived from the imports themselves."""

import ast
import importlib
import subprocess
import sys

import pytest

from isolation.processes import _PRELOADED  # the modules that are loaded apart have no other list
from tests.test_architecture import ROOMS, ROOT, files, imports

LIBRARIES = frozenset(
    {"openpyxl", "python_calamine", "zipfile", "tarfile", "zlib", "gzip", "bz2", "lzma", "zipimport"}
    | {"xml", "lxml", "html", "csv", "email", "pickle", "marshal", "plistlib", "PIL", "pypdf", "weasyprint"}
)
"""Libraries that follow a structure which whoever made the bytes has chosen, or that take seconds for what they make."""
OURS_ALONE = {
    "api.downloads.verification_page": "html.escape of what we write, and no reader of markup",
    "projections.report.printing": "zlib: states its version and unpacks nothing",
    "projections.programme.papers.csv_tables": "csv: writes the published tables, and reads none",
    "api.downloads.policy_lists": "csv: writes the firms of a policy, and reads none",
    "interop.spreadsheet_text": "openpyxl: names the types of what it is given for the checker alone, and loads nothing",
    "api.downloads.ecosystem": "csv: writes links of the caller's scope, and reads none",
    "interop.packages.archive": "zipfile: writes packages, and opens those that it wrote, found by their hash",
    "zhenduan.demo.firms": "csv: reads the demo's own list",
    "api.kit.credentials": "zlib: packs its own status list and unpacks nothing",
    "journal.backup.format": "a backup, checked against the log's key by whoever runs the command line, member by member",
    "journal.backup.write": "writes one",
    "isolation.processes": "pickle: what goes to a child; nothing that comes from one is unpickled",
    "isolation.fork_server": "pickle: what comes from the program that started it",
}
"""Module that imports one all the same -> what it does with it. None of these is given a stranger's bytes by the server."""
SERVING = """
import sys, pkgutil, importlib
import api, zhenduan.background, zhenduan.accounts, zhenduan.serving
for room in (api, zhenduan.background):
    for found in pkgutil.walk_packages(room.__path__, room.__name__ + "."):
        importlib.import_module(found.name)
print("\\n".join(sys.modules))
"""


def readers() -> dict[str, set[str]]:
    """Our modules that import such a library, anywhere in the file -> which."""
    found: dict[str, set[str]] = {}
    for room in ROOMS:
        for path in files(room):
            named = {module.partition(".")[0] for _, module in imports(ast.parse(path.read_text("utf-8")))}
            if used := named & LIBRARIES:
                parts = (room, *path.relative_to(ROOMS[room]).with_suffix("").parts)
                found[".".join(part for part in parts if part != "__init__")] = used
    return found


def preloaded() -> set[str]:
    """What our modules name for a process apart, whichever of them another test has loaded before.

    Each names it once, as it is loaded: a call of `preload` at a module's top level.
    """
    for room in ROOMS:
        for path in files(room):
            tree = ast.parse(path.read_text("utf-8"))
            if room != "isolation" and "preload(" in path.read_text("utf-8"):
                assert any(isinstance(line, ast.Expr) and ast.unparse(line).startswith("preload(") for line in tree.body), path
                importlib.import_module(".".join((room, *path.relative_to(ROOMS[room]).with_suffix("").parts)))
    return set(_PRELOADED)


@pytest.fixture(scope="module")
def loaded() -> frozenset[str]:
    """All modules of the process that serves, as it starts."""
    path = ":".join(sys.path)
    told = subprocess.run(  # noqa: S603 - our own code
        [sys.executable, "-c", SERVING], capture_output=True, text=True, check=True, env={"PYTHONPATH": path}, cwd=ROOT
    )
    return frozenset(told.stdout.split())


def test_the_process_that_serves_loads_no_module_that_reads_what_strangers_send(loaded: frozenset[str]) -> None:
    assert "api.app" in loaded
    assert {"interop.rosters.worksheets", "interop.rosters.csv_text", "interop.editions.workbook_reading"} <= readers().keys()
    assert sorted((readers().keys() & loaded) - OURS_ALONE.keys()) == []


def test_libraries_that_serve_nothing_but_that_are_not_loaded_there_at_all(loaded: frozenset[str]) -> None:
    assert sorted({"openpyxl", "weasyprint", "python_calamine", "PIL", "lxml"} & loaded) == []


def test_what_is_excepted_is_still_there() -> None:
    assert OURS_ALONE.keys() <= readers().keys()


def test_every_module_that_is_named_for_a_process_apart_is_there_and_is_loaded_by_nobody_else(loaded: frozenset[str]) -> None:
    assert len(preloaded()) >= 4
    for module in preloaded():
        room, *rest = module.split(".")
        assert (ROOMS[room].joinpath(*rest).with_suffix(".py")).exists()
    assert sorted(preloaded() & loaded) == []


def test_no_module_loads_a_reader_late(loaded: frozenset[str]) -> None:
    """An import inside a function of what the server loads would not be seen as it starts."""
    apart = (readers().keys() - OURS_ALONE.keys()) | preloaded()
    late = []
    for room in ROOMS:
        for path in files(room):
            parts = (room, *path.relative_to(ROOMS[room]).with_suffix("").parts)
            name = ".".join(part for part in parts if part != "__init__")
            if name in loaded and name != "isolation.fork_server":
                named = imports(ast.parse(path.read_text("utf-8")))
                late += [f"{name}:{line} {module}" for line, module in named if module in apart]
    assert late == []
