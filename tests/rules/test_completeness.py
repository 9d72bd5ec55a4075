"""Nothing of the domain goes untried: every command was accepted and every rule refused by some test of this folder."""

import pkgutil
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

import domain
from domain.access import scope_of, sees_the_city
from domain.events import CAPABILITIES, COMMANDS
from domain.kernel import Capability, Command, Refused, Rule
from tests.rules.given import ACCEPTED, REFUSED, SENT, Sent


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


def test_what_lies_nowhere_is_commanded_by_roles_that_see_the_whole_city() -> None:
    """A capability that says no place would hide its things from its own commanders otherwise."""
    nowhere = [one for one in CAPABILITIES.values() if one.place is Capability.place]
    assert nowhere
    roles = {role for capability in nowhere for command in capability.commands for role in command.roles}
    assert {role for role in roles if not sees_the_city(scope_of(role, ""))} == set()


def test_a_code_names_one_rule() -> None:
    found: dict[str, Rule] = {}
    for rule in rules():
        assert found.setdefault(rule.code, rule) == rule


def test_every_command_has_its_row_of_rights_and_every_row_a_command() -> None:
    commands = {command.__name__ for capability in CAPABILITIES.values() for command in capability.commands}
    assert commands == set(COMMANDS)


MAY_SAY_THE_SAME: Mapping[tuple[str, str], str] = {
    ("CorrectHeadquarters", "reason"): "of a day that stands already there is nothing to correct, whatever the reason",
    ("SetUnitTarget", "on_roster"): "what the roster counts judges a target and is no part of it",
    **{
        (name, "confirmed_on"): "a day on which the contact was not confirmed is passed over: others speak of that by now"
        for name in ("RemindOfContact", "EscalateContact")
    },
    ("DrawSalt", "sealed"): "the first salt stays, and whoever comes later takes that one",
    ("PublishEdition", "origins"): "a plain edition needs no origins, and what is sent of them is not kept",
    ("InviteToOutreachSession", "enterprises"): "who is invited stands; some of them, sent again, are no others",
    ("RecordOutreachAttendance", "enterprises"): "who came stands; some of them, sent again, are no others",
    ("InviteFirms", "enterprises"): "who is invited stands; some of them, sent again, are no others",
    **{
        ("RecordRating", name): "a round that is computed stays as it is, whoever works it out a second time"
        for name in ("components", "input_digest", "method", "providers", "rests_on", "round")
    },
    ("RecordPolicySimulation", "method"): "a policy that is simulated stays so, whoever works it out a second time",
    ("RecordRuleSimulation", "method"): "a proposal that is simulated stays so, whoever works it out a second time",
    **{
        (name, "method"): "what was computed stays as it is, whoever works it out a second time"
        for name in ("RecordPaper", "RecordUplift", "RecordEquating", "RecordOverstatement", "RecordScreening", "RecordAgreement")
    },
    ("RecordPackage", "method"): "what is made stays as it is, whoever makes it a second time",
    **{
        ("EndSending", name): "an attempt ends once; what is said of it later is no news, but that it arrived"
        for name in ("came_to", "code", "fault", "last")
    },
    **{("RecordReceipt", name): "the same receipt again changes nothing" for name in ("digest", "receipt")},
    **{
        ("RecordPaper", name): "what was computed stays as it is, whoever works it out a second time"
        for name in ("requested", "tables")
    },
    **{
        ("RecordScreening", name): "what was screened stays as it is, whoever works it out a second time"
        for name in ("known", "findings")
    },
    ("DeclareArbiterConflict", "reason"): "who has stood back stands back, whatever is said of it later",
    ("ChangeCrosswalk", "draft_version"): "rows that stand already are no change, whatever draft they are sent for",
    ("ReviewCrosswalk", "rows"): "rows that a reviewer approved stay approved; some of them, sent again, are no others",
    ("RecordPlan", "method"): "a plan that is proposed stays as it is, whoever works it out a second time",
    **{
        ("TakeInWorkbook", name): "what stands already is no change, whatever workbook says it"
        for name in ("answers", "of_version", "overwrite")
    },
    **{
        ("TakeInSubmission", name): "a form that is in stays in: it is known by its instance"
        for name in ("files", "findings", "of_version", "overwrite", "sha256")
    },
    **{
        ("SendResultBatch", name): "a batch is known by its file, model and day; sent again it changes nothing"
        for name in ("filename", "rows")
    },
    ("DeferQuestions", "indicators"): "a mark that stands so already is no change",
    ("TakePrefill", "indicators"): "what was taken over stands; some of it, sent again, is no other",
    **dict.fromkeys((("ReviseResult", "industries"), ("ReviseResult", "scores")), "points that stand already are no change"),
    ("RecordInterview", "function"): "what that function said already, in the same words, is not said anew",
    ("RecordAttendance", "people"): "who attended stands; some of them, sent again, are no others",
}
"""Command and field -> why another value of the field may change nothing."""


def varied(command: Command, name: str, others: list[Any]) -> Iterator[Command]:
    """The command with another value in one field: those that the suite sends there, and the next day or another text."""
    value, sent = getattr(command, name), dict(command)
    made = [value + timedelta(days=days) for days in (1, -1)] if isinstance(value, date) else []
    made += [f"{value}（另述）", f"{value}-2"] if type(value) is str else []
    for other in (*made, *others):
        if other != value:
            try:
                yield type(command).model_validate({**sent, name: other})
            except ValidationError:
                continue


def passed_over(sent: Sent, others: list[Sent]) -> Iterator[str]:
    """Fields of a command in which another value is accepted and changes nothing."""
    own = sent.capability.stream(sent.command)
    for name in type(sent.command).model_fields:
        values = [getattr(one.command, name) for one in others]
        for again in varied(sent.command, name, values):
            if sent.capability.stream(again) != own:
                continue
            if not isinstance(outcome := sent.again(again), Refused) and not outcome:
                yield name
                break


@pytest.mark.usefixtures("whole_folder")
def test_a_command_that_says_something_else_changes_something_or_is_refused() -> None:
    """Otherwise it is told as done, and nothing was done. plan P5"""
    kept = {command: list(sent) for command, sent in SENT.items()}
    found = {
        (command.__name__, name) for command, sent in kept.items() for one in sent for name in passed_over(one, sent)
    }
    assert found == set(MAY_SAY_THE_SAME)


def test_whom_a_stream_concerns_is_said_by_fields_and_keys_that_are_there() -> None:
    """A scope finds an entry by these: a name that no fact has would hide a stream from its own parties."""
    coordinates = {"enterprise", "provider", "district"}
    for event in (event for capability in CAPABILITIES.values() for event in capability.events):
        assert set(event.concerns) <= coordinates & set(event.model_fields), event
    for capability in CAPABILITIES.values():
        assert set(capability.key_names) <= coordinates | {"diagnosis", ""}, capability.name
