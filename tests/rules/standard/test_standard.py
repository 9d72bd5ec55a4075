"""The standard as data (plan S1, S2): what the files hold, and what the reader refuses."""

import shutil
from decimal import Decimal
from pathlib import Path

import pytest
from pydantic import ValidationError

from standards import Answer, EditionMalformed, Form, edition_of_json, load, published_editions
from standards.edition.reader import HERE, read_edition
from tests.rules.firms import EDITION


def test_the_edition_has_57_indicators_30_of_them_brief_17_of_them_key() -> None:
    assert len(EDITION.indicators) == 57
    assert len(EDITION.of(Form.BRIEF)) == 30
    assert len([item for item in EDITION.indicators if item.key]) == 17


def test_the_edition_says_that_it_is_not_official_and_every_line_has_a_mark() -> None:
    assert "非官方" in EDITION.status
    assert {item.source.mark for item in EDITION.indicators} == {"I"}


def test_the_plain_edition_is_to_the_letter_the_one_that_was_published() -> None:
    assert EDITION.digest == "aa46b988e2fddfdead94aacfa6e67769981b88d6b23b854b5acf80a0ee7c4fee"


@pytest.mark.parametrize("key", published_editions())
def test_every_edition_on_file_loads_under_its_own_key_and_survives_being_written_down(key: str) -> None:
    edition = load(key)
    assert edition.key == key
    assert edition_of_json(edition.model_dump_json()).digest == edition.digest


@pytest.mark.parametrize(
    ("file", "old", "new", "says"),
    [
        ("edition.yaml", 'key: "2023"', "key: 2023.10", "in quotes"),
        ("edition.yaml", "weight: 25", "weight: 24", "add up to 99"),
        ("edition.yaml", "title:", "colour: red\ntitle:", "colour"),
        ("edition.yaml", "status:", "title: 另一个\nstatus:", "repeated key"),
        ("edition.yaml", "indicator: F08", "indicator: F99", "unknown indicator F99"),
        ("edition.yaml", '"32.5", "45"', '"45", "32.5"', "bands do not rise"),
        ("edition.yaml", '"2": "50"', '"2": "30"', "points do not rise"),
        ("edition.yaml", '  "3": "65"\n', "", "missing for a whole level"),
        ("edition.yaml", "including: D2", "including: F", "unknown base dimension"),
        ("edition.yaml", '"95"]', '"105"]', "less than or equal to 100"),
        ("edition.yaml", "id: D2,", "id: D1,", "repeat"),
        ("base.yaml", "dimension: D1", "dimension: D7", "unknown dimensions"),
        ("base.yaml", "id: Z02", "id: Z01", "repeat"),
        ("base.yaml", "weight_in_dimension: 20", "weight_in_dimension: 19", "add up to 99"),
        ("base.yaml", '      - "有零散的数字化目标"\n', "", "levels"),
        ("base.yaml", "kind: ratio", "kind: choice", "raw numbers"),
        ("base.yaml", "mark: I", "mark: X", "mark"),
    ],
)
def test_a_malformed_edition_is_refused_with_the_place(
    tmp_path: Path, file: str, old: str, new: str, says: str
) -> None:
    folder = tmp_path / "2023"
    shutil.copytree(HERE / "2023", folder)
    path = folder / file
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(EditionMalformed, match=says):
        read_edition(folder)


NUMBERS = {"devices_digital": Decimal(5), "devices_total": Decimal(10)}
BEFORE_AFTER = {"before": Decimal(1), "after": Decimal(2)}


@pytest.mark.parametrize(
    ("code", "indicator", "answer"),
    [
        ("INDICATOR_UNKNOWN", "Q99", Answer(level=Decimal(1))),
        ("INDICATOR_NOT_IN_FORM", "Z02", Answer(level=Decimal(1))),
        ("ANSWER_OFF_SCALE", "Z01", Answer(level=Decimal("3.2"))),
        ("ANSWER_KIND_WRONG", "Z01", Answer(numbers=NUMBERS)),
        ("ANSWER_KIND_WRONG", "X03", Answer(level=Decimal(3))),
        ("ANSWER_KIND_WRONG", "Z01", Answer(level=Decimal(1), not_applicable=True, reason="无")),
        ("ANSWER_KIND_WRONG", "X03", Answer(numbers={**NUMBERS, "robots": Decimal(1)})),
        ("ANSWER_KIND_WRONG", "B08", Answer(level=Decimal(3), choices=("staff",))),
        ("ANSWER_KIND_WRONG", "B08", Answer(level=Decimal(3), numbers={**BEFORE_AFTER, "robots": Decimal(1)})),
        ("RAW_NUMBER_INVALID", "B08", Answer(level=Decimal(3), numbers={**BEFORE_AFTER, "after": Decimal(-1)})),
        ("ANSWER_KIND_WRONG", "G06", Answer(level=Decimal(3))),
        ("ANSWER_KIND_WRONG", "G06", Answer(choices=("staff",), numbers=NUMBERS)),
        ("RAW_NUMBER_MISSING", "X03", Answer(numbers={"devices_total": Decimal(10)})),
        ("RAW_NUMBER_INVALID", "X03", Answer(numbers={**NUMBERS, "devices_digital": Decimal(11)})),
        ("RAW_NUMBER_INVALID", "X03", Answer(numbers={**NUMBERS, "devices_digital": Decimal(-1)})),
        ("RAW_NUMBER_INVALID", "X03", Answer(numbers=dict.fromkeys(NUMBERS, Decimal(0)))),
        ("RAW_NUMBER_INVALID", "B01", Answer(numbers={"scenes_covered": Decimal(17)})),
        ("RAW_NUMBER_MISSING", "B08", Answer(level=Decimal(3), numbers={"before": Decimal(1)})),
        ("CHOICE_UNKNOWN", "G06", Answer(choices=("staff", "robots"))),
        ("CHOICE_UNKNOWN", "G06", Answer(choices=("staff", "staff"))),
        ("REASON_MISSING", "Z01", Answer(not_applicable=True, reason=" ")),
    ],
)
def test_an_answer_that_cannot_be_taken_is_named_with_its_code(code: str, indicator: str, answer: Answer) -> None:
    problem = EDITION.check(Form.BRIEF, indicator, answer)
    assert problem is not None
    assert problem.code == code
    assert problem.detail
    assert problem.detail_in_english


def test_a_changed_copy_of_an_edition_is_validated_and_has_a_digest_of_its_own() -> None:
    assert EDITION.model_copy().digest == EDITION.digest
    assert EDITION.model_copy(update={"title": "修订稿"}).digest != EDITION.digest
    with pytest.raises(ValidationError):
        EDITION.model_copy(update={"dimensions": EDITION.dimensions[1:]})


def test_every_dimension_is_asked_about_in_the_brief_form() -> None:
    full_only = [
        item.model_copy(update={"in_brief": item.in_brief and item.dimension != "D1"}) for item in EDITION.indicators
    ]
    with pytest.raises(ValidationError, match="D1 has no indicator in the brief form"):
        EDITION.model_copy(update={"indicators": tuple(full_only)})
