"""Versions that are shown 版本 (plan P7): of what many write together, a version counts what the others wrote."""

from typing import Any, get_args

import pytest

from api.kit.mutations import AS_SENT
from api.schema import SERVER_FIELDS
from domain.access import Role
from domain.events import CAPABILITIES
from domain.kernel import Capability, Command, IdOf

OFFICE = frozenset({Role.CITY, Role.SYSTEM})
"""Who may know how far everything of the city's has come."""
COMMANDS = [
    (capability, command)
    for capability in CAPABILITIES.values()
    for command in capability.commands
    if command.roles - OFFICE
]
"""Those that others than the city send."""
OF_ONE_PARTY = frozenset(
    {"enterprise", "organisation", "person", "diagnosis", "proceeding", "marking", "feedback", "matching", "policy", "endpoint"}
    | {"screening", "signal", "question", "demand", "casestudy"}
)
"""Kinds of things that one party, or the parties to one case, write."""


def kinds_in_key(capability: Capability, command: type[Command]) -> set[str]:
    """Kinds of the things whose ids the key of the command's stream is made of; a year or a quarter is of none."""
    found = set[str]()
    sent: Any = command.model_construct(**{name: f"<{name}>" for name in command.model_fields})
    key = str(capability.stream(sent))
    for name, field in command.model_fields.items():
        if f"<{name}>" in key:
            ids = [one for one in (*field.metadata, *get_args(field.annotation)) if isinstance(one, IdOf)]
            found |= {one.kind for one in ids}
    return found


@pytest.mark.parametrize(("capability", "command"), COMMANDS, ids=lambda one: one.__name__ if isinstance(one, type) else one.name)
def test_of_what_many_write_together_nobody_outside_the_office_is_told_or_may_guess_the_version(
    capability: Capability, command: type[Command]
) -> None:
    """Each sender would count the others: who objected, who has handed in."""
    if not kinds_in_key(capability, command) & OF_ONE_PARTY:
        assert not SERVER_FIELDS.get(command, AS_SENT).shows_version
