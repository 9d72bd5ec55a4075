"""Workbook of a case over the API (plan P3, P5): taken down, filled in without a network, sent back; nothing in silence."""

import io
import zipfile
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from starlette.testclient import TestClient

from api.app import create_app
from interop.questionnaires.layout import COMPUTED, STAMP_SHEET, YES, InputLine, lines_of, title_of
from interop.questionnaires.workbook import workbook_of
from standards import Form
from tests.live_city import EDITION, LiveCity

SECTION = EDITION.dimensions[0].id
ANSWERS = """query($id: ID!) { diagnosis(id: $id) { answers {
  indicator dimension answeredAt answeredByRole workbook given { level notApplicable reason } } } }"""
TAKE = "mutation($input: TakeInWorkbookInput!) { takeInWorkbook(input: $input) { userErrors { code message field } version } }"


@pytest.fixture
def client(city: LiveCity) -> Iterator[TestClient]:
    with TestClient(create_app(city.installation.services)) as client:
        yield client


def download(city: LiveCity, client: TestClient, who: str, case: str) -> Any:
    return client.get(f"/diagnoses/{case}/questionnaire.xlsx", headers={"authorization": f"Bearer {city.tokens[who]}"})


def fill(line: InputLine) -> object:
    """What a firm would write in a line."""
    kind = line.field.partition(".")[0]
    return {"level": 1, "numbers": 10, "choices": YES}.get(kind)


def written(book: Workbook, section: str, value: Callable[[InputLine], object] = fill) -> int:
    sheet, count = book[title_of(EDITION, section)], 0
    for line in lines_of(EDITION, Form.BRIEF, section):
        if line.field != COMPUTED and (said := value(line)) is not None:
            sheet[line.cell].value = said  # type: ignore[union-attr] # nothing there is merged
            count += 1
    return count


def saved(book: Workbook) -> bytes:
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()


def take(city: LiveCity, who: str, case: str, content: bytes, **more: Any) -> Any:
    sha256 = city.uploaded(who, "离线问卷.xlsx", content, kind="workbook")
    return city.data(who, TAKE, input={"diagnosis": case, "sha256": sha256, **more})["takeInWorkbook"]


def codes(payload: Any) -> set[str]:
    return {one["code"] for one in payload["userErrors"]}


def test_a_workbook_comes_back_filled_in_and_says_where_its_answers_came_from(city: LiveCity, client: TestClient) -> None:
    case = city.opened()
    answer = download(city, client, "filler", case)
    assert answer.status_code == 200
    book = load_workbook(io.BytesIO(answer.content))
    sections = list(dict.fromkeys(item.dimension for item in EDITION.of(Form.BRIEF)))
    assert book.sheetnames == [*(title_of(EDITION, section) for section in sections), STAMP_SHEET]
    for section in sections:
        assert written(book, section)
    content = saved(book)
    taken = take(city, "filler", case, content)
    assert taken["userErrors"] == []
    found = city.data("filler", ANSWERS, id=case)["diagnosis"]["answers"]
    assert {one["indicator"] for one in found} == {item.id for item in EDITION.of(Form.BRIEF)}
    assert {one["answeredByRole"] for one in found} == {"FILLER"}
    assert len({one["workbook"] for one in found} - {None}) == 1
    assert take(city, "filler", case, content)["version"] == taken["version"], "the same workbook twice changes nothing"


def test_what_was_answered_since_is_kept_and_listed_until_it_is_named(city: LiveCity, client: TestClient) -> None:
    case = city.opened()
    book = load_workbook(io.BytesIO(download(city, client, "filler", case).content))
    item = next(one for one in EDITION.of(Form.BRIEF) if one.kind == "choice")
    other = next(one for one in EDITION.of(Form.BRIEF) if one.kind == "choice" and one != item)
    city.done("enterprise", "saveAnswers", diagnosis=case, section=item.dimension, answers=[answer(item.id, "4")])
    for one in (item, other):
        written(book, one.dimension, lambda line, one=one: 2 if (line.indicator, line.field) == (one.id, "level") else None)  # type: ignore[misc] # bound early
    refused = take(city, "filler", case, saved(book))
    assert codes(refused) == {"WORKBOOK_ANSWER_NEWER"}
    assert [item.id in one["message"] for one in refused["userErrors"]] == [True]
    assert levels(city, case) == {item.id: "4"}, "nothing half written"
    assert take(city, "filler", case, saved(book), overwrite=[item.id])["userErrors"] == []
    assert levels(city, case) == {item.id: "2", other.id: "2"}


def test_an_answer_that_nobody_touched_in_the_workbook_is_no_new_word(city: LiveCity, client: TestClient) -> None:
    case = city.opened()
    item = next(one for one in EDITION.of(Form.BRIEF) if one.kind == "choice")
    city.done("enterprise", "saveAnswers", diagnosis=case, section=item.dimension, answers=[answer(item.id, "4")])
    content = download(city, client, "filler", case).content
    kept = city.data("enterprise", "query($id: ID!) { diagnosis(id: $id) { version } }", id=case)["diagnosis"]["version"]
    city.done(
        "enterprise", "saveAnswers", diagnosis=case, section=item.dimension, answers=[answer(item.id, "3", replaces=kept)]
    )
    assert take(city, "filler", case, content)["userErrors"] == []
    assert levels(city, case) == {item.id: "3"}


def test_every_cell_that_cannot_be_taken_is_told_and_nothing_is_taken(city: LiveCity, client: TestClient) -> None:
    case = city.opened()
    book = load_workbook(io.BytesIO(download(city, client, "filler", case).content))
    ratio = next(one for one in EDITION.of(Form.BRIEF) if one.kind == "ratio")
    lines = {line.field: line for line in lines_of(EDITION, Form.BRIEF, ratio.dimension) if line.indicator == ratio.id}
    sheet: Any = book[title_of(EDITION, ratio.dimension)]
    part, whole = (lines[f"numbers.{number.name}"] for number in ratio.numbers)
    sheet[part.cell], sheet[whole.cell] = "九成", "=1+1"
    sheet[lines[COMPUTED].cell] = "=99"
    refused = take(city, "filler", case, saved(book))
    told = " ".join(one["message"] for one in refused["userErrors"])
    assert codes(refused) == {"WORKBOOK_CELL_UNREADABLE"}
    assert all(f"{cell} 单元格" in told for cell in (part.cell, whole.cell, lines[COMPUTED].cell))
    written(book, SECTION)
    sheet[part.cell], sheet[whole.cell], sheet[lines[COMPUTED].cell] = 9, 3, lines[COMPUTED].formula
    refused = take(city, "filler", case, saved(book))
    assert codes(refused) == {"WORKBOOK_ANSWER_REFUSED"}
    assert part.cell in refused["userErrors"][0]["message"]
    assert levels(city, case) == {}


def test_only_the_workbook_of_this_case_as_it_was_made(city: LiveCity, client: TestClient) -> None:
    case, book = city.opened(), Workbook()
    assert codes(take(city, "filler", case, saved(book))) == {"WORKBOOK_UNKNOWN"}
    made = workbook_of(EDITION, Form.BRIEF, (SECTION,), {}, '{"case":"x"}', "0" * 64)
    assert codes(take(city, "filler", case, made)) == {"WORKBOOK_UNKNOWN"}
    content = download(city, client, "filler", case).content
    city.done("district", "withdrawDiagnosis", diagnosis=case, reason="重开")
    again = city.opened()
    assert codes(take(city, "filler", again, content)) == {"WORKBOOK_OF_ANOTHER_CASE"}
    assert codes(take(city, "filler", case, content)) == {"DIAGNOSIS_WRONG_STATUS"}
    bomb = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as archive, zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as many:
        for name in archive.namelist():
            many.writestr(name, archive.read(name))
        many.writestr("xl/more.xml", b"0" * (65 << 20))
    assert codes(take(city, "filler", again, bomb.getvalue())) == {"FILE_TOO_LARGE"}


def test_a_workbook_is_for_who_fills_in_and_a_department_has_its_own_sheets(city: LiveCity, client: TestClient) -> None:
    case = city.opened()
    for who in ("stranger", "provider", "district", "confirmer", "bank", "auditor"):
        assert download(city, client, who, case).status_code == 404, who
    assert client.get(f"/diagnoses/{case}/questionnaire.xlsx").status_code == 401
    answered = download(city, client, "department", case)
    assert answered.status_code == 200
    mine = load_workbook(io.BytesIO(answered.content)).sheetnames
    whole = load_workbook(io.BytesIO(download(city, client, "filler", case).content))
    assert 1 <= len(mine) < len(whole.sheetnames)
    for item in EDITION.dimensions:
        if title_of(EDITION, item.id) in whole.sheetnames:
            written(whole, item.id)
    assert codes(take(city, "department", case, saved(whole))) == {"WORKBOOK_ANSWER_REFUSED"}
    sha256 = city.uploaded("stranger", "离线问卷.xlsx", saved(whole), kind="workbook")
    assert city.refused("stranger", "takeInWorkbook", diagnosis=case, sha256=sha256) == "NOT_FOUND"
    assert city.refused("provider", "takeInWorkbook", diagnosis=case, sha256=sha256) == "ROLE_NOT_ALLOWED"


def answer(indicator: str, level: str, replaces: int = 0) -> dict[str, Any]:
    return {"indicator": indicator, "answer": {"level": level}, "replaces": replaces}


def levels(city: LiveCity, case: str) -> dict[str, str]:
    found = city.data("enterprise", ANSWERS, id=case)["diagnosis"]["answers"]
    return {one["indicator"]: one["given"]["level"] for one in found}
