"""Inputs taken as they are specified 严格输入: extreme numbers, dates and decimals, headers, invisible signs (plan P1)."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from pydantic import BaseModel, Field
from starlette.testclient import TestClient

from api.app import create_app
from api.kit.command_inputs import input_type
from tests.live_city import ENTERPRISE, SCHEMA, LiveCity


def test_a_year_without_a_roster_has_no_roll_up(city: LiveCity) -> None:
    for year in (-(2**31), -1, 0, 1, 1999, 9999, 10**9):
        [error] = city.ask("group", f'{{ group(id: "g1", year: {year}) {{ rollUp {{ members }} }} }}')["errors"]
        assert error["extensions"]["code"] == "YEAR_OUT_OF_RANGE", year
    assert city.data("group", '{ group(id: "g1", year: 2099) { rollUp { members } } }') == {"group": None}
    assert city.data("group", '{ group(id: "g1") { id } }')["group"] is not None


@pytest.mark.parametrize("written", ["2024-W01-1", "20240101", "2024-1-1", " 2024-01-01", "２０２４-01-01"])
def test_a_date_is_written_one_way(city: LiveCity, written: str) -> None:
    given = {"enterprise": ENTERPRISE, "bank": "bank", "purpose": "授信", "since": written, "until": city.today}
    query = "mutation($input: GrantConsentInput!) { grantConsent(input: $input) { userErrors { code } } }"
    answer = city.ask("confirmer", query, input=given)
    assert answer["errors"][0]["extensions"].get("code") != "INTERNAL_ERROR"
    assert not answer.get("data")


@pytest.mark.parametrize("name", ["Date", "DateTime"])
def test_a_day_and_a_moment_lie_in_years_that_somebody_means(name: str) -> None:
    """At the ends of the calendar nothing can be counted from a day: a working day after 9999-12-31 was a fault."""
    scalar: Any = SCHEMA._schema.type_map[name]  # noqa: SLF001 - as below
    rest = "" if name == "Date" else "T00:00:00Z"
    for day in ("0001-01-01", "1899-12-31", "2200-01-01", "9999-12-31"):
        with pytest.raises(Exception, match="between 1900 and 2199"):
            scalar.parse_value(day + rest)
    assert [scalar.parse_value(day + rest).year for day in ("1900-01-01", "2024-02-29", "2199-12-31")] == [1900, 2024, 2199]


@pytest.mark.parametrize("written", ["2024-01-01", "2024-01-01T08:00:00", "20240101T080000Z", "2024-W01-1T08:00:00Z", "1704067200"])
def test_a_moment_is_written_one_way_and_bears_its_zone(written: str) -> None:
    scalar: Any = SCHEMA._schema.type_map["DateTime"]  # noqa: SLF001 - as below
    with pytest.raises(Exception, match="ASCII"):
        scalar.parse_value(written)
    written_well = ("2024-01-01T08:00:00Z", "2024-01-01T16:00:00.000000+08:00")
    assert scalar.parse_value(written_well[0]) == scalar.parse_value(written_well[1])


@pytest.mark.parametrize("written", ["1_0", "１２", " 1", "1 ", "NaN", "Infinity", "0x1", "٣", "1E+3", "1e3", "5e-1", "0E0"])
def test_a_decimal_is_ascii_digits_sign_and_point(written: str) -> None:
    decimal: Any = SCHEMA._schema.type_map["Decimal"]  # noqa: SLF001 - strawberry has no other door to it
    with pytest.raises(Exception, match="ASCII"):
        decimal.parse_value(written)
    assert [str(decimal.parse_value(one)) for one in ("-1.50", "+2", "0.1", 3)] == ["-1.50", "2", "0.1", "3"]
    assert [str(decimal.parse_value(one)) for one in (1e3, 1e14, 0.5)] == ["1000.0", "100000000000000.0", "0.5"]
    assert [decimal.serialize(Decimal(one)) for one in ("1E+3", "1E-9", "0E+2")] == ["1000", "0.000000001", "0"]


@pytest.mark.parametrize("arrived", [1e22, 12345678901234567.0, 0.1234567890123456, -1e15])
def test_a_number_of_which_digits_were_lost_on_the_way_is_not_taken_for_what_is_left(arrived: float) -> None:
    decimal: Any = SCHEMA._schema.type_map["Decimal"]  # noqa: SLF001 - as above
    with pytest.raises(Exception, match="15 digits as a string"):
        decimal.parse_value(arrived)


@pytest.mark.parametrize("written", ["-0", "-0.00", -0.0])
def test_a_number_of_nothing_has_no_sign(written: str | float) -> None:
    """Kept as it was written, it stood in the trail and in a sheet as -0."""
    decimal: Any = SCHEMA._schema.type_map["Decimal"]  # noqa: SLF001 - as above
    assert str(decimal.parse_value(written)) in ("0", "0.00", "0.0")
    assert str(decimal.parse_value("-0.01")) == "-0.01"


@pytest.fixture
def client(city: LiveCity) -> Iterator[TestClient]:
    with TestClient(create_app(city.installation.services)) as opened:
        yield opened


def test_a_packed_body_and_two_authorizations_are_refused(city: LiveCity, client: TestClient) -> None:
    asked = {"query": "{ __typename }"}
    assert client.post("/graphql", json=asked, headers={"content-encoding": "identity"}).status_code == 200
    assert client.post("/graphql", json=asked, headers={"content-encoding": "gzip"}).status_code == 415
    token = ("authorization", f"Bearer {city.tokens['city']}")
    for path in ("/graphql", f"/provenance/{ENTERPRISE}"):
        sent = client.request("POST" if path == "/graphql" else "GET", path, json=asked, headers=[token, token])
        assert sent.status_code == 400


def test_a_search_looks_past_what_draws_nothing(city: LiveCity) -> None:
    query = "query($text: String) { enterprises(filter: {text: $text}) { totalCount } }"
    found = city.data("city", query, text="示例")["enterprises"]
    assert found["totalCount"]
    assert city.data("city", query, text="\u200b示\u2060例\ufeff")["enterprises"] == found


class _Worded(BaseModel):
    """A command's part whose mapping does not say what its keys are called · 部分."""

    words: dict[str, str] = Field(description="Words · 文字")


def test_a_mapping_whose_key_says_nothing_of_itself_stops_the_program() -> None:
    """In the schema it is a list whose items name their key: nobody could say how."""
    with pytest.raises(TypeError, match="the key of the mapping words says nothing of itself"):
        input_type(_Worded)
