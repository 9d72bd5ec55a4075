"""Site form (plan P3, P5): every edition's questionnaire is an XLSForm that pyxform takes without a warning."""

import io
import re
from decimal import Decimal

import orjson
import pytest
from openpyxl import load_workbook
from pyxform.xls2xform import convert

from domain.kernel import Refused
from interop.questionnaires.site_form import name_of, site_form_of
from interop.questionnaires.stamp import Stamp, sealed, unsealed
from interop.questionnaires.submission_reading import read_submission
from standards import Edition, Form, english_terms, load, published_editions

KEYS = ("2023", "2023-major-equipment")
SECRET = b"s" * 32
EDITION = load("2023")
CHOICE, RATIO = (next(item for item in EDITION.of(Form.BRIEF) if item.kind == kind) for kind in ("choice", "ratio"))
STAMP = Stamp(case="d1", edition_digest="0" * 64, version=7, given={})


def token() -> str:
    edition = load("2023")
    xform = str(converted(edition, Form.BRIEF).xform)
    return xform.partition('/zd_stamp" type="string" calculate="\'')[2].partition("'")[0]


def converted(edition: Edition, form: Form):  # type: ignore[no-untyped-def] # noqa: ANN201 - the library has no types
    text, seal = sealed(STAMP, SECRET)
    return convert(io.BytesIO(site_form_of(edition, form, "d1", 7, text, seal)), file_type=".xlsx")


@pytest.mark.parametrize("form", Form)
@pytest.mark.parametrize("key", KEYS)
def test_the_questionnaire_is_an_xlsform_without_a_warning(key: str, form: Form) -> None:
    edition = load(key)
    made = converted(edition, form)
    assert made.warnings == []
    asked = edition.of(form)
    assert all(f"/{name_of(item.id, 'reason')}" in made.xform for item in asked)
    assert made.xform.count('lang="中文 (zh)"') == made.xform.count('lang="English (en)"') == 1
    ratio = next(item for item in asked if item.kind == "ratio")
    assert f"{name_of(ratio.id, 'na')}" in made.xform
    assert 'constraint=". &gt; 0"' in made.xform


@pytest.mark.parametrize("key", published_editions())
def test_every_name_of_an_edition_has_an_english_one_on_file_and_the_form_says_what_has_none(key: str) -> None:
    edition, terms = load(key), english_terms().terms
    said = {dimension.name for dimension in edition.dimensions} | {item.name for item in edition.indicators}
    said |= {text for item in edition.indicators for number in item.numbers for text in (number.label, number.unit)}
    said |= {option.label for item in edition.indicators for option in item.options}
    assert said - terms.keys() == set()
    english = [line for line in survey_of(edition) if line]
    assert [line for line in english if re.search("[一-鿿]", line)] == [], "each sentence is whole in one language"
    assert any("The standard has no English edition" in line for line in english)


def survey_of(edition: Edition) -> list[str]:
    """All that the English form says."""
    text, seal = sealed(STAMP, SECRET)
    book = load_workbook(io.BytesIO(site_form_of(edition, Form.FULL, "d1", 7, text, seal)), read_only=True)
    found: list[str] = []
    for name in ("survey", "choices"):
        head, *rows = book[name].iter_rows(values_only=True)
        places = [place for place, title in enumerate(head) if str(title).endswith("English (en)")]
        found += [str(row[place] or "") for row in rows for place in places]
    return found


@pytest.mark.parametrize("parted", ["kobo", "odata", "csv"])
def test_what_a_tablet_filled_in_is_read_alike_however_it_was_given_out(parted: str) -> None:
    edition = load("2023")
    choice, ratio, multi = (
        next(item for item in edition.of(Form.BRIEF) if item.kind == kind) for kind in ("choice", "ratio", "multi")
    )
    part, whole = (number.name for number in ratio.numbers)
    option = multi.options[0].name
    said = {
        f"section_{choice.dimension}/{choice.id}_level": "l2_5",
        f"section_{choice.dimension}/{choice.id}_file": "17.jpg",
        f"section_{ratio.dimension}/{ratio.id}_n_{part}": "30",
        f"section_{ratio.dimension}/{ratio.id}_n_{whole}": "40.50",
        f"section_{ratio.dimension}/{ratio.id}_reason": "台账为准",
        f"section_{multi.dimension}/{multi.id}_choices": option,
        "zd_stamp": token(),
        "meta/instanceID": "uuid:abc",
    }
    if parted == "kobo":
        data = orjson.dumps({"results": [said | {"_attachments": [{"filename": "x/17.jpg"}]}]})
    elif parted == "odata":
        nested: dict[str, object] = {}
        for path, value in said.items():
            group, _, name = path.rpartition("/")
            into = nested.setdefault(group, {}) if group else nested
            assert isinstance(into, dict)
            into[name] = value
        data = orjson.dumps({"value": [nested]})
    else:
        head = ",".join(path.replace("/", "-") for path in said)
        data = f"{head}\n{','.join(said.values())}\n".encode("utf-8-sig")
    read = read_submission(data, edition, Form.BRIEF)
    assert (read.count, read.instance, read.unread) == (1, "abc", ())
    assert unsealed(read.stamp, read.seal, SECRET) == STAMP
    assert set(read.findings) == {choice.id, ratio.id, multi.id}
    assert read.findings[choice.id].answer.level == Decimal("2.5")
    assert read.findings[ratio.id].answer.numbers == {part: Decimal(30), whole: Decimal("40.5")}
    assert read.findings[ratio.id].reason == "台账为准"
    assert read.findings[multi.id].answer.choices == (option,)
    assert read.files == {"17.jpg": [choice.id]}


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b"[1, 2]", b"a,b\n", b'{"results": {}}', b"\xff\xfe"])
def test_what_is_no_form_is_no_form(data: bytes) -> None:
    assert read_submission(data, load("2023"), Form.BRIEF).count == 0


def test_an_odd_value_is_told_and_several_forms_are_counted() -> None:
    edition = load("2023")
    choice = next(item for item in edition.of(Form.BRIEF) if item.kind == "choice")
    read = read_submission(orjson.dumps({f"{choice.id}_level": "三"}), edition, Form.BRIEF)
    assert read.unread
    assert read_submission(orjson.dumps([{"a": "1"}, {"a": "2"}]), edition, Form.BRIEF).count == 2


def answered(**more: str) -> dict[str, str]:
    return {f"{CHOICE.id}_level": "l3", f"{CHOICE.id}_reason": "台账为准", "instanceID": "uuid:abc", **more}


def csv_of(values: dict[str, str], encoding: str = "utf-8", delimiter: str = ",") -> bytes:
    return f"{delimiter.join(values)}\r\n{delimiter.join(values.values())}\r\n".encode(encoding)


@pytest.mark.parametrize(
    "data",
    [
        csv_of(answered(), "utf-8-sig"),
        csv_of(answered(), "gb18030"),
        csv_of(answered(), "utf-16", "\t"),
        csv_of(answered(), delimiter=";"),
        orjson.dumps(answered()).decode().encode("gb18030"),
    ],
)
def test_a_form_that_an_office_saved_anew_is_read_as_it_was_written(data: bytes) -> None:
    read = read_submission(data, EDITION, Form.BRIEF)
    found = read.findings[CHOICE.id]
    assert (read.instance, found.answer.level, found.reason, read.unread) == ("abc", Decimal(3), "台账为准", ())


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (csv_of(answered())[:-6] + b"\xff\xff\r\n", "FILE_ENCODING"),
        ("说明,说明说明说明\r\n".encode() + csv_of(answered(), "gb18030"), "FILE_ENCODINGS_MIXED"),
    ],
)
def test_a_form_in_no_encoding_or_in_two_is_refused_and_nothing_of_it_is_guessed(data: bytes, code: str) -> None:
    with pytest.raises(Refused) as refused:
        read_submission(data, EDITION, Form.BRIEF)
    assert refused.value.rule.code == code


@pytest.mark.parametrize(
    "reason",
    ["第\x00三", "第\ufffd三", "第\u202e三", "第\ufdd0三", "长" * 2001, "长" * 200_000],
    ids=["control", "lost", "direction", "nonchar", "long", "longest"],
)
@pytest.mark.parametrize("of", ["json", "csv"])
def test_a_text_that_was_destroyed_on_its_way_or_is_too_long_is_told_by_its_question(reason: str, of: str) -> None:
    said = answered(**{f"{CHOICE.id}_reason": reason})
    read = read_submission(orjson.dumps(said) if of == "json" else csv_of(said), EDITION, Form.BRIEF)
    assert len(read.unread) == 1
    assert read.unread[0].startswith(CHOICE.id)
    assert CHOICE.id not in read.findings


@pytest.mark.parametrize("tail", ['"台账"为准', '"台账'])
def test_a_value_with_a_quote_astray_is_told_and_the_others_are_read(tail: str) -> None:
    head = f"instanceID,{CHOICE.id}_level,{CHOICE.id}_reason"
    read = read_submission(f"{head}\nuuid:abc,l3,{tail}\n".encode(), EDITION, Form.BRIEF)
    assert (read.instance, read.unread) == ("abc", (f"{CHOICE.id}_reason",))


def test_a_row_that_a_comma_has_shifted_is_told_and_not_read_from_the_wrong_columns() -> None:
    head = f"{CHOICE.id}_reason,{CHOICE.id}_level,instanceID"
    read = read_submission(f"{head}\n台账,为准,l3,uuid:abc\n".encode(), EDITION, Form.BRIEF)
    assert "uuid:abc" in read.unread


@pytest.mark.parametrize("number", ["1_0", "1e999999999999", "1e300", "0." + "1" * 40, "NaN", "1,000", "100万"])
def test_a_number_is_read_exactly_or_told(number: str) -> None:
    name = f"{RATIO.id}_n_{RATIO.numbers[0].name}"
    read = read_submission(orjson.dumps(answered(**{name: number})), EDITION, Form.BRIEF)
    assert any(one.startswith(RATIO.id) for one in read.unread)
    assert RATIO.id not in read.findings
