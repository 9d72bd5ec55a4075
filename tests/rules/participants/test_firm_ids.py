"""Ids of enterprises (plan P1, P7): nobody derives one from a public code, and the same firm has the same id for ever."""

from collections.abc import Mapping
from typing import Any

from domain.command_rights import ROLE_NOT_ALLOWED
from domain.participants import enterprises as e
from domain.participants.firm_ids import IDENTIFIERS, DrawSalt, SaltDrawn, enterprise_id, unsalted_id
from domain.participants.rosters.bringing_in import RosterImported
from domain.participants.rosters.roster import ROSTERS
from tests.firm_ids import SALT, firm_id
from tests.rules.given import Given
from tests.rules.participants.roster_files import FIRM, GREW, OTHER, YEAR, file_of

ELSEWHERE = "b7" * 32


def ids(sent_command: Given) -> set[str]:
    fact = sent_command.facts[0]
    assert isinstance(fact, RosterImported)
    return {one for ids in fact.members.values() for one in ids}


def on_record(identity: str, firm: e.Firm) -> Mapping[str, Any]:
    return {e.enterprise_stream(identity): e.evolve(None, e.EnterpriseRegistered(year=YEAR, firm=firm))}


def test_the_first_salt_stays() -> None:
    drawn = Given(IDENTIFIERS).when(DrawSalt(sealed="one"), "system").then(SaltDrawn(sealed="one"))
    drawn.when(DrawSalt(sealed="another"), "system").then()


def test_nobody_chooses_the_salt() -> None:
    Given(IDENTIFIERS).when(DrawSalt(sealed="one"), "city").refused(ROLE_NOT_ALLOWED, role="city")


def test_a_new_firm_has_an_id_that_its_code_does_not_tell() -> None:
    found = ids(Given(ROSTERS).when(file_of(FIRM, OTHER), "city"))
    assert found == {firm_id(FIRM.uscc), firm_id(OTHER.uscc)}
    assert found.isdisjoint({unsalted_id(FIRM.uscc), enterprise_id(ELSEWHERE, FIRM.uscc)})


def test_a_firm_of_an_earlier_version_keeps_its_id_beside_new_ones() -> None:
    known = Given(ROSTERS).having_read(on_record(unsalted_id(FIRM.uscc), FIRM))
    sent_command = known.when(file_of(GREW, OTHER), "city")
    assert ids(sent_command) == {unsalted_id(FIRM.uscc), firm_id(OTHER.uscc)}
    sent_command.happened("roster.imported.v2", "enterprise.revised.v3", "enterprise.registered.v3")
    sent_command.when(file_of(GREW, OTHER), "city").happened("roster.unchanged.v1")


def test_a_firm_under_either_id_is_not_left_out_of_the_file_that_names_it() -> None:
    both = {**on_record(unsalted_id(FIRM.uscc), FIRM), **on_record(firm_id(OTHER.uscc), OTHER)}
    sent_command = Given(ROSTERS).having_read(both).when(file_of(FIRM, OTHER), "city")
    again = sent_command.when(file_of(GREW, OTHER, digest="e"), "city")
    assert again.facts[0].model_dump()["left_out"] == ()


def test_a_salt_is_not_shown_where_a_command_is() -> None:
    assert SALT not in repr(file_of(FIRM))
