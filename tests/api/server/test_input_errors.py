"""Errors of an input (plan P5): all at once, each with its place as the client wrote it, its bound, and both languages."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from api.kit.input_errors import CHINESE, ENGLISH, EXAMPLES, IDENTIFIER, IDS, VALUE_ERRORS, malformed
from domain.events import CAPABILITIES
from domain.kernel import Command, Rule
from domain.participants.endpoints.commands import RegisterEndpoint
from standards import Form
from tests.live_city import EDITION, LiveCity

ROOT = Path(__file__).parents[3]
RATIO = next(item for item in EDITION.of(Form.BRIEF) if item.kind == "ratio")
SECTION = RATIO.dimension
CHOICES = [item for item in EDITION.of(Form.BRIEF) if item.dimension == SECTION and item.kind == "choice"]


def told(city: LiveCity, who: str, mutation: str, **given: Any) -> list[dict[str, Any]]:
    name = mutation[0].upper() + mutation[1:]
    document = (
        f"mutation($input: {name}Input!) {{ {mutation}(input: $input) {{ "
        "userErrors { code field bound message messageInEnglish } } }"
    )
    return list(city.data(who, document, input=given)[mutation]["userErrors"])


def test_all_wrong_answers_are_told_at_once_as_the_client_wrote_them(city: LiveCity) -> None:
    diagnosis = city.opened()
    part, whole = (number.name for number in RATIO.numbers)
    numbers = [{"name": whole, "value": "10"}, {"name": part, "value": "11"}]
    answers = [
        {"indicator": CHOICES[0].id, "answer": {"level": "3"}},
        {"indicator": CHOICES[1].id, "answer": {"level": "4.25"}},
        {"indicator": RATIO.id, "answer": {"numbers": numbers}},
    ]
    errors = told(city, "enterprise", "saveAnswers", diagnosis=diagnosis, section=SECTION, answers=answers)
    assert {(one["code"], one["field"]) for one in errors} == {
        ("ANSWER_OFF_SCALE", "answers.1.answer.level"),
        ("RAW_NUMBER_INVALID", "answers.2.answer.numbers.1.value"),
    }
    bounds = {one["code"]: one["bound"] for one in errors}
    assert bounds["RAW_NUMBER_INVALID"] == "≥ 0, ≤ 10"
    assert bounds["ANSWER_OFF_SCALE"].split(", ")[:3] == ["0", "1", "1.5"]
    assert city.data("enterprise", "query($id: ID!) { diagnosis(id: $id) { answers { indicator } } }", id=diagnosis)[
        "diagnosis"
    ]["answers"] == []


def test_a_date_outside_its_bounds_names_the_field_and_the_bound(city: LiveCity) -> None:
    diagnosis = city.submitted()
    city.done("provider", "acceptDiagnosis", diagnosis=diagnosis)
    visit = {"diagnosticians": 2, "functions": ["生产"], "notes": "无异常", "visitedOn": "1900-01-01"}
    [error] = told(city, "provider", "recordSiteVisit", diagnosis=diagnosis, **visit)
    assert (error["code"], error["field"], error["bound"]) == ("VISIT_BEFORE_OPENING", "visitedOn", f"≥ {city.today}")


@pytest.mark.parametrize(
    ("change", "field", "bound", "chinese"),
    [
        ({"diagnosticians": 0}, "diagnosticians", "≥ 1", "不得小于 1"),
        ({"diagnosticians": 1001}, "diagnosticians", "≤ 1000", "不得大于 1000"),
        ({"functions": []}, "functions", "≥ 1", "至少 1 项"),
        ({"functions": ["生产", "\u200b"]}, "functions.1", "≥ 1", "不能为空"),
        ({"functions": ["生产", "质\u202e量"]}, "functions.1", None, "控制字符"),
        ({"notes": "长" * 2001}, "notes", "≤ 2000", "最多 2000 个字"),
        ({"diagnosis": "a/b"}, "diagnosis", None, "例如 diagnosis-1"),
    ],
)
def test_malformed_input_names_its_bound_or_gives_an_example(
    city: LiveCity, change: dict[str, Any], field: str, bound: str | None, chinese: str
) -> None:
    visit = {"diagnosis": "d1", "visitedOn": city.today, "diagnosticians": 2, "functions": ["生产"], "notes": "无异常"}
    [error] = told(city, "provider", "recordSiteVisit", **visit | change)
    assert (error["code"], error["field"], error["bound"]) == ("MALFORMED_INPUT", field, bound)
    assert chinese in error["message"]
    assert not re.search("[一-鿿]", error["messageInEnglish"])


def test_a_period_in_the_wrong_order_names_the_field_to_put_right(city: LiveCity) -> None:
    given = {"name": "新人", "role": "DISTRICT", "organisation": "310117", "since": city.today, "until": "2024-01-01"}
    [error] = told(city, "city", "invitePerson", **given)
    assert (error["field"], error["message"]) == ("until", "截止日不得早于起始日")


def patterns(schema: Any) -> Iterator[str]:
    if isinstance(schema, dict):
        if isinstance(schema.get("pattern"), str):
            yield schema["pattern"]
        for inner in schema.values():
            yield from patterns(inner)
    elif isinstance(schema, list):
        for inner in schema:
            yield from patterns(inner)


COMMANDS = [command for capability in CAPABILITIES.values() for command in capability.commands]


def test_every_pattern_of_a_command_has_an_example_that_fits_it() -> None:
    wanted = {pattern for command in COMMANDS for pattern in patterns(command.model_json_schema())}
    decimals = {pattern for pattern in wanted if pattern.startswith("^(?!")}  # what the library writes of exact numbers
    assert wanted - decimals - EXAMPLES.keys() == {IDENTIFIER}
    assert [pattern for pattern, example in EXAMPLES.items() if not re.search(pattern, example)] == []


NAMED_OTHERWISE = {
    "answers": "indicator",
    "jobs": "diagnosis",
    "externalEdition": "external_edition",
    "outreachSession": "outreach-session",
    "outreachQuestion": "outreach-question",
    "caseStudy": "case-study",
}
"""Field -> how the example of its id begins, where that is not the field's own name."""
WITH_AN_ID = [command for command in COMMANDS if IDENTIFIER in patterns(command.model_json_schema())]


@pytest.mark.parametrize("command", WITH_AN_ID, ids=lambda command: command.__name__)
def test_the_example_of_an_id_is_one_of_the_thing_that_the_field_names(command: type[Command]) -> None:
    """No district's code where a comment is asked for. plan P5"""
    unfit = "a/b"
    listed: dict[str, Any] = {name: [unfit] for name in ("indicators", "markers", "enterprises", "proceedings", "suppliers")}
    listed["jobs"] = [{"diagnosis": unfit}]
    sent = {name: {unfit: {}} if name == "answers" else listed.get(name, unfit) for name in command.model_fields}
    with pytest.raises(ValidationError) as caught:
        command.model_validate(sent)
    of_ids = [one for one in caught.value.errors() if one.get("ctx", {}).get("pattern") == IDENTIFIER]
    lines: Any = [{name: one[name] for name in ("type", "loc", "ctx", "input")} for one in of_ids]
    asked = malformed(ValidationError.from_exception_data(command.__name__, lines))
    assert asked
    for error in asked:
        example = error.message.rpartition("例如 ")[2]
        field = str(error.field).split(".")[0]
        own = NAMED_OTHERWISE.get(field, field)
        assert example == IDS.get(own, example), error
        assert own in IDS or example.startswith(own.removesuffix("s")), error
        assert (example == "310117") == (own in ("organisation", "parent", "district")), error


def test_no_english_sentence_of_an_error_is_the_library_s() -> None:
    """It names types of the language that the program is written in, "Tuple should have …". plan P5"""
    assert ENGLISH.keys() == CHINESE.keys() - {"value_error"}
    with pytest.raises(ValidationError) as caught:
        RegisterEndpoint.model_validate({"endpoint": "a/b", "url": "", "enterprises": ["e1"] * 101, "per_second": 0, "editions": 3})
    told = {str(error.field): error.message_in_english for error in malformed(caught.value)}
    assert told["enterprises"] == "give at most 100 items"
    assert told["perSecond"] == "give at least 1"
    assert not [one for one in told.values() if re.search(r"should|Tuple|Input|String|\^", one)]


def test_a_list_in_an_english_sentence_is_parted_by_commas() -> None:
    rule = Rule("ANY", "plan P5", "可用：{kinds}", "There are {kinds}")
    assert rule.refuse(kinds="a、b").says_in_english == "There are a, b"


def test_whatever_a_command_says_of_its_members_is_said_in_chinese_too() -> None:
    said = {
        node.exc.args[0].value
        for path in (ROOT / "domain").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Raise)
        and isinstance(node.exc, ast.Call)
        and isinstance(node.exc.func, ast.Name)
        and node.exc.func.id == "ValueError"
        and isinstance(node.exc.args[0], ast.Constant)
    }
    assert said == set(VALUE_ERRORS)


def test_no_chinese_sentence_of_an_error_holds_an_english_word() -> None:
    sentences = [*CHINESE.values(), *(chinese for _, chinese in VALUE_ERRORS.values())]
    words = {word for sentence in sentences for word in re.findall(r"(?<![{\w])[A-Za-z]{2,}(?![\w}])", sentence)}
    assert words <= {"true", "false", "PNG"}, "what is written, and the name of a form"
