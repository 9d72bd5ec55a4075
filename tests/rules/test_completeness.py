"""Nothing of the domain goes untried: every command was accepted and every rule refused by some test of this folder."""

import pkgutil
from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path

import pytest

import domain
from domain.events import CAPABILITIES, COMMANDS
from domain.kernel import Rule
from tests.rules.given import ACCEPTED, REFUSED


def rules() -> Iterator[Rule]:
    """Every rule of the domain, those in tables included."""
    for module in pkgutil.walk_packages(domain.__path__, "domain."):
        for value in vars(import_module(module.name)).values():
            for rule in value.values() if isinstance(value, Mapping) else (value,):
                if isinstance(rule, Rule):
                    yield rule


@pytest.fixture
def whole_folder(request: pytest.FixtureRequest) -> None:
    """Skips where only a part of the folder was run: then most commands were never sent."""
    ran = {item.path for item in request.session.items}
    here = set(Path(__file__).parent.rglob("test_*.py"))
    chosen = request.config.option.keyword or request.config.option.markexpr or any("::" in a for a in request.config.args)
    if chosen or not here <= ran:
        pytest.skip("only a part of tests/rules was run")


@pytest.mark.usefixtures("whole_folder")
def test_every_command_is_accepted_at_least_once() -> None:
    commands = {command for capability in CAPABILITIES.values() for command in capability.commands}
    assert commands
    assert {command.__name__ for command in commands - ACCEPTED} == set()


@pytest.mark.usefixtures("whole_folder")
def test_every_rule_is_refused_at_least_once() -> None:
    codes = {rule.code for rule in rules()}
    assert codes
    assert codes - REFUSED == set()


def test_a_code_names_one_rule() -> None:
    found: dict[str, Rule] = {}
    for rule in rules():
        assert found.setdefault(rule.code, rule) == rule


def test_every_command_has_its_row_of_rights_and_every_row_a_command() -> None:
    commands = {command.__name__ for capability in CAPABILITIES.values() for command in capability.commands}
    assert commands == set(COMMANDS)
