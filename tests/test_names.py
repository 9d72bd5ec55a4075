"""One word for one thing · 一词一义: no public class has the name of another, unless both are the same thing, for a reason.

No identifier is a metaphor that a reader must learn."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ROOMS = ("standards", "methods", "domain", "isolation", "journal", "projections", "interop", "graphql/api", "zhenduan")
MAY_BE_PUBLISHED = ("standards/", "methods/", "domain/", "projections/", "graphql/api/kit/")
"""Where a class lies that a type of the schema may have the name of: the type is what the schema shows of that very thing."""
STANDS_ALONE = "interop/proof/verify_dossier.py"
"""Imports nothing of ours, so it says again what an entry, a checkpoint and a verdict of its own are."""
SAME_THING = {"SecondFactors": "the accounts' second factors, and what the schema shows of one person's"}
"""Name -> why two classes have it though none of the rules below says so."""


@dataclass(frozen=True)
class Named:
    """A public class where it stands. is_published: a type or input of the schema; is_port: what a caller needs of another."""

    name: str
    path: str
    is_published: bool
    is_port: bool


def public_classes(path: str, source: str) -> Iterator[Named]:
    for node in ast.parse(source).body:
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            shown = any(ast.unparse(one).startswith(("published(", "strawberry.")) for one in node.decorator_list)
            yield Named(node.name, path, shown, any(ast.unparse(base).startswith("Protocol") for base in node.bases))


def twice(classes: list[Named]) -> dict[str, list[str]]:
    """Name -> the files of different things that have it."""
    by_name: dict[str, list[Named]] = {}
    for one in classes:
        if one.path != STANDS_ALONE and not one.is_port:
            by_name.setdefault(one.name, []).append(one)
    found = {}
    for name, all_of in by_name.items():
        shown = [one for one in all_of if one.is_published]
        beneath = [one for one in all_of if not one.is_published]
        excused = len(shown) == 1 and len(beneath) == 1 and beneath[0].path.startswith(MAY_BE_PUBLISHED)
        if len(all_of) > 1 and not excused:
            found[name] = [one.path for one in all_of]
    return found


def test_no_name_of_a_class_means_two_things() -> None:
    classes = [
        one
        for room in ROOMS
        for path in sorted((ROOT / room).rglob("*.py"))
        for one in public_classes(str(path.relative_to(ROOT)), path.read_text("utf-8"))
    ]
    assert len(classes) > len(ROOMS)
    found = twice(classes)
    assert {name: paths for name, paths in found.items() if name not in SAME_THING} == {}
    assert set(SAME_THING) <= set(found), "a reason for what is no more"


def test_the_guard_sees_one_name_of_two_things() -> None:
    place = list(public_classes("domain/access.py", "class Place: ..."))
    point = list(public_classes("projections/report/radar.py", "class Place: ..."))
    demo = list(public_classes("zhenduan/demo/data.py", "class Group: ..."))
    shown = list(public_classes("graphql/api/diagnosis/groups.py", "@published(GROUPS)\nclass Group: ..."))
    port = list(public_classes("graphql/api/kit/ports.py", "class Place(Protocol): ..."))
    assert list(twice(place + point + demo + shown)) == ["Place", "Group"]
    assert twice(place + port) == twice(shown + place) == {}


METAPHORS = {
    "door": "a field, a route or an entry point",
    "bell": "a notification",
    "belt": "a check or a policy",
    "rider": "a common argument",
    "riding": "a common argument",
    "wish": "a command or a request",
    "fence": "a row policy",
    "fenced": "under a row policy",
    "disclosing": "disclosure notes",
    "desk": "a read model",
    "handoff": "a transfer",
    "lodging": "a stored file",
}
"""Word that a reader would have to learn -> what the field calls it."""
STORED_NAMES = {
    ("journal/disclosure_log/disclosure_log.py", "door"): "the log's column",
    ("projections/record/disclosures.py", "door"): "the log's column",
    ("tests/journal/test_disclosures.py", "door"): "the log's column",
    ("projections/engine/beginnings.py", "desk"): "the column of generations",
    ("projections/engine/runner.py", "desk"): "the column of generations",
}
"""(file, identifier) -> why it stays: what is stored is never renamed."""
WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")


def identifiers(source: str) -> Iterator[str]:
    """Every name that a file gives or uses."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                yield name
            case ast.Name(id=name) | ast.arg(arg=name) | ast.Attribute(attr=name) | ast.alias(name=name):
                yield name
            case ast.keyword(arg=str(name)):
                yield name


@cache
def metaphors_in(name: str) -> set[str]:
    words = {word.lower() for word in WORDS.findall(name)}
    return {plain for word in words for plain in (word, word.removesuffix("s"), word.removesuffix("es")) if plain in METAPHORS}


def may_hold_metaphors(source: str) -> bool:
    """Whether the letters of any stand anywhere in a file: most need not be parsed."""
    lowered = source.lower()
    return any(one in lowered for one in METAPHORS)


def test_no_identifier_is_a_metaphor_that_a_reader_must_learn() -> None:
    found = {
        (str(path.relative_to(ROOT)), name)
        for room in (*ROOMS, "tests", "benchmarks", "scripts")
        for path in sorted((ROOT / room).rglob("*.py"))
        for source in (path.read_text("utf-8"),)
        if may_hold_metaphors(source)
        for name in identifiers(source)
        if metaphors_in(name)
    }
    assert found - STORED_NAMES.keys() == set(), METAPHORS
    assert STORED_NAMES.keys() <= found, "a reason for what is no more"


LEARNT = METAPHORS.keys() | {"told", "nobody's", "thing", "wishes"}
"""What no published text says either: shown, received, of no person, object."""
PUBLISHED = ("graphql/schema.graphql", "RULES.md", "docs/access.md", "docs/partners.md", "docs/operator.md", "docs/standards.md")
PLAIN_WORD = re.compile(r"(?<![`\w./\"-])[a-z]+(?:'s)?(?![\w`\"-])")
"""A word of prose: what stands in code, in a path or in a quoted name is no such."""


def learnt_in(text: str) -> list[str]:
    found = PLAIN_WORD.findall(re.sub(r"`[^`]*`", "", text).lower())
    return [word for word in found if word in LEARNT or word.removesuffix("s") in LEARNT]


@pytest.mark.parametrize("page", PUBLISHED)
def test_no_published_text_holds_a_word_that_a_reader_must_learn(page: str) -> None:
    lines = (ROOT / page).read_text("utf-8").splitlines()
    found = {f"{at}: {line.strip()}" for at, line in enumerate(lines, 1) if learnt_in(line)}
    assert found == set()


def test_the_guard_sees_such_a_word_in_prose_and_none_in_code() -> None:
    assert learnt_in("Version of the thing; things are told at the door") == ["thing", "things", "told", "door"]
    assert learnt_in("the field `thing`, `subject: rating/2024`, indoors, something, and `told_to`") == []


def test_the_guard_sees_a_metaphor_in_any_identifier() -> None:
    source = "class TrailDoor: ...\ndef f(riders):\n    x.WISHES = door_of(fenced=1)\n"
    found = sorted(name for name in identifiers(source) if metaphors_in(name))
    assert found == ["TrailDoor", "WISHES", "door_of", "fenced", "riders"]
    assert metaphors_in("indoors_bellow_offence") == set()
