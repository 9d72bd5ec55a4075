"""What no rule needs to look at, because a command that holds it cannot be made: sizes, huge numbers, control characters."""

import unicodedata
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given as drawn
from hypothesis import settings
from hypothesis import strategies as st
from pydantic import ValidationError

from domain.access import Place
from domain.command_rights import HELD_BY_PEOPLE
from domain.diagnosis.answers import ANSWER_RULES
from domain.diagnosis.case import DIAGNOSES
from domain.diagnosis.on_site import DIFFERENCE_UNEXPLAINED, RecordSiteVisit
from domain.diagnosis.self_assessment import AnswerGiven, PledgeTruth, SaveAnswers
from domain.diagnosis.state import DiagnosisCommand
from domain.diagnosis.withdrawal import WithdrawDiagnosis
from domain.events import CAPABILITIES
from domain.kernel import CONTROL, INVISIBLE, PLAIN, Command, IdOf, holds_control, without_invisible
from domain.participants.people.registration import RegisterPerson
from domain.reservations import RESERVATIONS
from standards import Answer, Form
from tests.rules.cases import EVIDENCE, OPENING, VISIT, WORLD, accepted, firm, opened, provider, save, verify
from tests.rules.firms import EDITION, uniform


@pytest.mark.parametrize(
    "number", ["NaN", "Infinity", "-Infinity", "1E+1000000", "1E+999999999", "1E-999999999", "9" * 21, "0.0000001", "x"]
)
def test_a_number_that_is_none_or_is_endless_is_malformed(number: str) -> None:
    with pytest.raises(ValidationError):
        Answer.model_validate({"numbers": {"devices_total": number}})
    with pytest.raises(ValidationError):
        Answer.model_validate({"level": number})


@settings(max_examples=200)
@drawn(st.decimals(allow_nan=True, allow_infinity=True), st.decimals(allow_nan=True, allow_infinity=True))
def test_whatever_number_is_sent_the_answer_is_malformed_or_checked_and_scored(part: Decimal, whole: Decimal) -> None:
    try:
        answer = Answer(numbers={"devices_digital": part, "devices_total": whole})
    except ValidationError:
        return
    if EDITION.check(Form.FULL, "X03", answer) is None:
        assert EDITION.measure(Form.FULL, uniform(3) | {"X03": answer}).total > 0


@pytest.mark.parametrize(
    "data",
    [
        {"reason": "长" * 2001},
        {"choices": ["x" * 41]},
        {"choices": ["x"] * 41},
        {"numbers": {f"n{i}": "1" for i in range(11)}},
        {"numbers": {"n" * 41: "1"}},
        {"level": "1", "colour": "red"},
    ],
)
def test_an_answer_is_no_larger_than_a_form_can_ask_for(data: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Answer.model_validate(data)


@pytest.mark.parametrize(
    "text",
    [
        *("\x00", "名\x00称", "\x1b[31m", "\x9b31m", "\ud800", "\x7f", "级一\u202e"),
        *("\u2066x", "\ufffe名称", "\uffff", "\ufdd0", "\U0010fffe"),
    ],
)
def test_no_command_holds_a_control_character_however_deep(text: str) -> None:
    """A NUL in a text stops every read model on PostgreSQL."""
    with pytest.raises(ValidationError):
        RegisterPerson(person="li", name=text)
    with pytest.raises(ValidationError):
        SaveAnswers(
            diagnosis="d1",
            section="D1",
            answers={"Z01": AnswerGiven(answer=Answer(not_applicable=True, reason=text))},
        )
    with pytest.raises(ValidationError):
        RecordSiteVisit.model_validate(VISIT.model_dump() | {"functions": ["生产", text]})


IGNORABLE = (
    *(0xAD, 0x34F, 0x61C, 0x115F, 0x1160, 0x17B4, 0x17B5, *range(0x180B, 0x1810), *range(0x200B, 0x2010)),
    *(*range(0x202A, 0x202F), *range(0x2060, 0x2070), 0x3164, *range(0xFE00, 0xFE10), 0xFEFF, 0xFFA0),
    *(*range(0xFFF0, 0xFFF9), *range(0x1BCA0, 0x1BCA4), *range(0x1D173, 0x1D17B), *range(0xE0000, 0xE1000)),
)
"""Default_Ignorable_Code_Point of Unicode 16, DerivedCoreProperties.txt."""
DRAWN_FORMATS = frozenset("\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd")
"""Format characters that have a shape: Prepended_Concatenation_Mark of Unicode 16 and the Syriac abbreviation mark."""


def test_whatever_has_no_shape_is_taken_out_or_refused() -> None:
    formats = {code for code in range(0x110000) if unicodedata.category(chr(code)) == "Cf" and chr(code) not in DRAWN_FORMATS}
    unseen = [chr(code) for code in sorted(formats | set(IGNORABLE))]
    assert len(unseen) > 4000
    assert [letter for letter in unseen if without_invisible(letter) and not holds_control(letter)] == []


def test_nothing_that_is_hidden_or_refused_is_among_what_most_texts_consist_of() -> None:
    plain = [letter for letter in map(chr, range(0x110000)) if PLAIN.fullmatch(letter)]
    assert len(plain) > 20_000
    assert [letter for letter in plain if CONTROL.search(letter) or INVISIBLE.search(letter)] == []
    assert [letter for letter in plain if (without_invisible(letter) == "") is not letter.isspace()] == []


SHOWS_NOTHING = [
    *("\u200b", "\u2060\ufeff", "\u00ad", "\u2800", "\u115f", "\ufe0f", "\u3000", "\u200d\u200d", " \u200b \u3164"),
    *("\u0301", " \u20dd\ufffd"),
]


def asks_for_text(annotation: object, metadata: list[Any]) -> bool:
    """Whether a field takes a text that must not be empty."""
    return annotation is str and any((getattr(one, "min_length", None) or 0) > 0 for one in metadata)


@pytest.mark.parametrize("text", SHOWS_NOTHING)
def test_every_text_that_a_command_asks_for_shows_something(text: str) -> None:
    """Of every command there is, by its own declaration: one that is added is held to it."""
    held = 0
    for command in (one for capability in CAPABILITIES.values() for one in capability.commands):
        for name, field in command.model_fields.items():
            if not asks_for_text(field.annotation, field.metadata):
                continue
            held += 1
            with pytest.raises(ValidationError) as refused:
                command.model_validate({name: text})
            assert [one for one in refused.value.errors() if one["loc"] == (name,) and one["type"] != "missing"], (command, name)
    assert held > 15


@pytest.mark.parametrize("text", SHOWS_NOTHING)
def test_a_text_that_shows_nothing_is_empty_in_every_command(text: str) -> None:
    """So no reason is given by it where one is due, and none of it lifts a score."""
    with pytest.raises(ValidationError):
        WithdrawDiagnosis(diagnosis="d1", reason=text)
    with pytest.raises(ValidationError):
        RecordSiteVisit.model_validate(VISIT.model_dump() | {"functions": ["生产", text]})
    away = Answer(not_applicable=True, reason=text)
    firm(opened(), save("D1", {"Z01": away})).refused(ANSWER_RULES["REASON_MISSING"], indicator="Z01")
    other = Answer(level=Decimal(5))
    provider(accepted(), verify("D1", {"Z01": other}, text)).refused(DIFFERENCE_UNEXPLAINED, indicator="Z01")


@pytest.mark.parametrize(
    ("sent", "kept"),
    [("企\u200b业停\ufeff产", "企业停产"), ("葛\U000e0100城", "葛\U000e0100城"), ("👩\u200d🔬", "👩\u200d🔬")],
)
def test_what_draws_nothing_is_taken_out_and_what_shapes_a_letter_stays(sent: str, kept: str) -> None:
    assert WithdrawDiagnosis(diagnosis="d1", reason=sent).reason == kept


def test_lines_and_tabs_are_text() -> None:
    assert WithdrawDiagnosis(diagnosis="d1", reason="一\n\t二").reason == "一\n\t二"


@pytest.mark.parametrize("identity", ["", "a/b", "../x", "甲", "a b", "x" * 65, "-a", "a\n"])
def test_an_id_never_holds_what_parts_a_streams_name(identity: str) -> None:
    with pytest.raises(ValidationError):
        PledgeTruth(diagnosis=identity)


@pytest.mark.parametrize(
    ("command", "changes"),
    [
        (OPENING, {"campaign": "2024/1"}),
        (OPENING, {"enterprise": "e1/x"}),
        (EVIDENCE, {"sha256": "E" * 64}),
        (EVIDENCE, {"size": 0}),
        (EVIDENCE, {"size": 2**53}),
        (EVIDENCE, {"media_type": "pdf"}),
        (EVIDENCE, {"filename": " "}),
        (EVIDENCE, {"indicators": []}),
        (EVIDENCE, {"indicators": ["Z01"] * 201}),
        (VISIT, {"diagnosticians": 0}),
        (VISIT, {"functions": []}),
        (VISIT, {"notes": " \n "}),
        (VISIT, {"notes": "长" * 2001}),
    ],
)
def test_a_command_is_bounded_in_every_field(command: DiagnosisCommand, changes: dict[str, Any]) -> None:
    assert type(command).model_validate(command.model_dump()) == command
    with pytest.raises(ValidationError):
        type(command).model_validate(command.model_dump() | changes)


BOUNDED_ELSEWHERE = frozenset(
    {
        *("Edition", "IndustryEdition", "Origin", "Firm", "RosterFinding", "CompositionRule", "Indicator"),
        *("ShadowResult", "EditionSensitivity", "TrainingText", "ProviderRating"),
    }
)
"""What comes from files of ours, is worked out by the program, or is bounded as a whole: a new indicator's line by
`standards.revising.changes.AddIndicator`."""


def strings(schema: Any, defs: dict[str, Any], path: str = "") -> list[str]:
    """Paths of all texts, lists and mappings of a schema that have no upper bound."""
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[1]
        return [] if name in BOUNDED_ELSEWHERE else strings(defs[name], defs, path)
    if {"type": "number"} in [{"type": part.get("type")} for part in schema.get("anyOf", [])]:
        return []  # an exact number, bounded in digits
    found = []
    if schema.get("type") == "string" and not {"maxLength", "pattern", "enum", "const", "format"} & schema.keys():
        found.append(path)
    if schema.get("type") == "array" and "maxItems" not in schema:
        found.append(path)
    if schema.get("type") == "object" and "properties" not in schema and "maxProperties" not in schema:
        found.append(path)
    for name, inner in schema.get("properties", {}).items():
        found += strings(inner, defs, f"{path}.{name}")
    for inner in [*schema.get("anyOf", []), *schema.get("oneOf", []), *schema.get("prefixItems", [])]:
        found += strings(inner, defs, path)
    for key in ("items", "additionalProperties"):
        if isinstance(schema.get(key), dict):
            found += strings(schema[key], defs, f"{path}[]")
    return found


@pytest.mark.parametrize(
    "command",
    [c for capability in CAPABILITIES.values() for c in capability.commands if c.__name__ != "ImportRoster"],
    ids=lambda command: command.__name__,
)
def test_every_text_list_and_mapping_of_a_command_has_an_upper_bound(command: type[Command]) -> None:
    """A roster is a file, bounded where it is received; an edition comes from files of ours."""
    schema = command.model_json_schema()
    assert strings(schema, schema.get("$defs", {})) == []


def test_a_slot_and_an_enterprise_are_addressed_by_no_command() -> None:
    assert RESERVATIONS.commands == ()
    assert CAPABILITIES["enterprise"].commands == ()


def test_a_diagnosis_lies_where_its_enterprise_lies_now_and_with_its_provider() -> None:
    pledge = PledgeTruth(diagnosis="d1")
    where = Place(enterprise="e1", district="310117", provider="p1")
    assert DIAGNOSES.place(OPENING, None, WORLD) == where
    assert DIAGNOSES.place(pledge, opened().state, WORLD) == where
    assert DIAGNOSES.place(pledge, None, WORLD) == Place()


def test_an_id_of_one_name_is_of_one_kind_in_every_command() -> None:
    """What the interface shows as proceeding/… is taken as that by every command that asks for a proceeding."""
    kinds: dict[str, set[str | None]] = {}
    for capability in CAPABILITIES.values():
        for command in capability.commands:
            if command.roles & HELD_BY_PEOPLE:
                for name, field in command.model_fields.items():
                    if field.annotation is str:
                        mark = next((one.kind for one in field.metadata if isinstance(one, IdOf)), None)
                        kinds.setdefault(name, set()).add(mark)
    of_things = {name: found for name, found in kinds.items() if found != {None}}
    assert {name: found for name, found in of_things.items() if len(found) > 1} == {}
    assert {"proceeding", "person", "diagnosis"} <= of_things.keys()
