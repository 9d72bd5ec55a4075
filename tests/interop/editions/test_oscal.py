"""The standard in OSCAL (plan S1–S5, P8): valid by NIST's schemas, resolved by another's tool, and read back to the digest."""

import copy
import html
import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import cmarkgfm
import pytest
from hypothesis import given
from hypothesis import strategies as st

from interop.editions.oscal import as_bytes, file_name, literal, oscal_documents
from interop.editions.oscal_reading import NotOurOscal, edition_of_oscal, plain_text
from standards import Edition, IndustryEdition, load_composition, published_editions
from tests.rules.firms import EDITION

AT = datetime(2023, 9, 1, 2, 3, 4, tzinfo=UTC)
SCHEMAS = Path(__file__).parents[1] / "oscal"
INDUSTRIES = [key for key in published_editions() if "-" in key]
TOKEN = r"(\\p{L}|_)(\\p{L}|\\p{N}|[.\\-_])*"
TOKEN_IN_PYTHON = r"([^\\W\\d]|_)(\\w|[.\\-])*"
"""The schemas' one pattern that Python's regular expressions write otherwise."""


def documents(key: str) -> Mapping[str, Any]:
    found = load_composition(key)
    return oscal_documents(found.edition, found.origins, AT, EDITION)


EVERYTHING: Mapping[str, Any] = {name: made for key in published_editions() for name, made in documents(key).items()}


def validator(kind: str) -> Any:
    from jsonschema import Draft7Validator  # noqa: PLC0415 - a second of every worker's time, where it is used

    text = (SCHEMAS / f"oscal_{kind}_schema.json").read_text("utf-8")
    assert TOKEN in text
    text = text.replace(TOKEN, TOKEN_IN_PYTHON)
    assert r"\\p{" not in text
    return Draft7Validator(json.loads(text))


VALIDATORS = {kind: validator(kind) for kind in ("catalog", "profile")}


def faults(document: Mapping[str, Any]) -> list[str]:
    (kind,) = document
    return [f"{list(fault.absolute_path)}: {fault.message}" for fault in VALIDATORS[kind].iter_errors(document)]


@pytest.mark.parametrize("name", EVERYTHING)
def test_every_document_is_valid_by_the_schema_of_its_model(name: str) -> None:
    assert faults(json.loads(as_bytes(EVERYTHING[name]))) == []


def test_the_schemas_refuse_what_is_not_oscal() -> None:
    catalog = copy.deepcopy(EVERYTHING["2023.oscal.json"])
    catalog["catalog"]["groups"][0]["controls"][0]["weight"] = "20"
    assert faults(catalog)
    profile = copy.deepcopy(EVERYTHING["2023-automotive.oscal.json"])
    del profile["profile"]["imports"]
    assert faults(profile)


@pytest.mark.parametrize("key", published_editions())
def test_an_edition_is_read_back_to_the_digest(key: str) -> None:
    sent = {name: json.loads(as_bytes(made)) for name, made in EVERYTHING.items()}
    assert edition_of_oscal(sent[file_name(key)], sent).digest == load_composition(key).edition.digest


def test_a_plain_edition_is_a_catalog_and_an_industrys_a_profile_with_a_catalog_of_what_it_adds() -> None:
    assert set(documents("2023")) == {"2023.oscal.json"}
    made = documents("2023-major-equipment")
    assert [list(made[name]) for name in ("2023-major-equipment.oscal.json", "2023-major-equipment.additions.oscal.json")] == [
        ["profile"],
        ["catalog"],
    ]
    profile = made["2023-major-equipment.oscal.json"]["profile"]
    assert [one["href"] for one in profile["imports"]] == ["2023.oscal.json", "2023-major-equipment.additions.oscal.json"]
    assert profile["imports"][0]["exclude-controls"] == [{"with-ids": ["C12"]}]
    [gone] = [one for one in profile["metadata"]["props"] if one["name"] == "dropped"]
    origins = {origin.indicator: origin for origin in load_composition("2023-major-equipment").origins}
    assert gone["remarks"] == origins["C12"].reason


BANDS = (*(band + 1 for band in EDITION.bands[:9]), Decimal(99))


@pytest.mark.parametrize("update", [{"bands": BANDS}, {"reworded": True}])
def test_what_no_profile_can_say_of_the_plain_edition_is_a_catalog_with_everything(update: dict[str, Any]) -> None:
    found = load_composition("2023-energy")
    if update.pop("reworded", False):
        first, *rest = found.edition.indicators
        update["indicators"] = (first.model_copy(update={"name": "改写的名称"}), *rest)
    other = found.edition.model_copy(update=update)
    made = oscal_documents(other, found.origins, AT, EDITION)
    assert list(made) == ["2023-energy.oscal.json"]
    assert faults(made["2023-energy.oscal.json"]) == []
    assert edition_of_oscal(made["2023-energy.oscal.json"], {}).digest == other.digest
    assert list(oscal_documents(found.edition, found.origins, AT)) == ["2023-energy.oscal.json"]


def test_identifiers_and_times_follow_from_the_edition_and_its_publication_alone() -> None:
    uuids = [next(iter(made.values()))["uuid"] for made in EVERYTHING.values()]
    assert len(set(uuids)) == len(uuids)
    for name, made in documents("2023-automotive").items():
        assert as_bytes(made) == as_bytes(EVERYTHING[name])
        (body,) = made.values()
        assert body["metadata"]["last-modified"] == body["metadata"]["published"] == "2023-09-01T02:03:04Z"
        assert body["metadata"]["oscal-version"] == "1.2.1"
    found = load_composition("2023-automotive")
    elsewhere = AT.astimezone(timezone(timedelta(hours=8)))
    assert oscal_documents(found.edition, found.origins, elsewhere, EDITION) == documents("2023-automotive")
    changed = EDITION.model_copy(update={"title": "另一版"})
    assert oscal_documents(changed, (), AT)["2023.oscal.json"]["catalog"]["uuid"] not in uuids


def test_nothing_unverified_passes_for_official() -> None:
    for made in EVERYTHING.values():
        (body,) = made.values()
        assert "不作为官方数值" in body["metadata"]["remarks"]
        assert "非官方" in body["metadata"]["remarks"]
        for group in body.get("groups", ()):
            for control in group["controls"]:
                for param in control["params"]:
                    assert [one["value"] for one in param["props"] if one["name"] == "mark"] == ["I"]


# Another's tool


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A workspace of compliance-trestle with every document."""
    folder = tmp_path_factory.mktemp("trestle")
    (folder / ".trestle").mkdir()
    for name, made in EVERYTHING.items():
        (folder / name).write_bytes(as_bytes(made))
    return folder


@pytest.mark.parametrize("name", EVERYTHING)
def test_compliance_trestle_loads_every_document(workspace: Path, name: str) -> None:
    from trestle.oscal.catalog import Catalog  # noqa: PLC0415 - likewise
    from trestle.oscal.profile import Profile  # noqa: PLC0415 - likewise

    model = Profile if "profile" in EVERYTHING[name] else Catalog
    loaded = model.oscal_read(workspace / name)
    assert loaded is not None
    assert loaded.metadata.version == name.partition(".")[0]


@pytest.mark.parametrize("key", INDUSTRIES)
def test_compliance_trestle_resolves_a_profile_to_the_controls_weights_and_bounds_of_the_edition(
    workspace: Path, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from trestle.core.profile_resolver import ProfileResolver  # noqa: PLC0415 - likewise

    monkeypatch.chdir(workspace)
    resolved = ProfileResolver.get_resolved_profile_catalog(workspace, file_name(key))
    edition = load_composition(key).edition
    of_groups = {group.id: {control.id for control in group.controls} for group in resolved.groups}
    assert of_groups == {
        dimension.id: {item.id for item in edition.indicators if item.dimension == dimension.id}
        for dimension in edition.dimensions
    }
    document = {"catalog": json.loads(resolved.oscal_serialize_json())["catalog"]}
    document["catalog"]["metadata"] = EVERYTHING[file_name(key)]["profile"]["metadata"]
    read = edition_of_oscal(document, {})
    assert isinstance(read, IndustryEdition)
    assert read.by_id == edition.by_id
    rest = [name for name in Edition.model_fields if name != "indicators"]
    assert {name: getattr(read, name) for name in rest} == {name: getattr(edition, name) for name in rest}


# Markdown


@given(st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "S", "Z"]), max_size=40))
def test_a_text_is_shown_by_markdown_as_it_is_and_taken_back_to_the_letter(text: str) -> None:
    assert plain_text(literal(text)) == text
    line = " ".join(text.split())
    if line:
        shown = cmarkgfm.markdown_to_html(literal(line))
        assert html.unescape(re.sub(r"<[^>]*>", "", shown)).strip() == line


MARKUP = (
    *("1. 先", "2) 后", "- 项", "+ 项", "# 题", "> 引", "a*b*c", "x_y_z"),
    *("[甲](乙)", "<b>", "{{ insert: param, x }}", "&amp;", "\\*", "```"),
)


@pytest.mark.parametrize("text", MARKUP)
def test_markup_in_a_text_stays_text(text: str) -> None:
    shown = cmarkgfm.markdown_to_html(literal(text))
    assert shown.startswith("<p>")
    assert html.unescape(re.sub(r"</?p>", "", shown)).strip() == text
    assert "{{" not in literal(text)


def test_a_text_that_oscals_strings_do_not_take_is_kept_whole() -> None:
    first, *rest = EDITION.indicators
    odd = first.model_copy(update={"subdimension": " 战略\n规划 ", "evidence": "甲\n乙", "maps_to": ""})
    edition = EDITION.model_copy(update={"indicators": (odd, *rest), "status": "非官方\n稿", "title": "标题\n副题"})
    made = oscal_documents(edition, (), AT)["2023.oscal.json"]
    assert faults(made) == []
    assert edition_of_oscal(made, {}).digest == edition.digest


# What is not ours


def spoiled(name: str, *path: Any, value: Any = None) -> dict[str, Any]:
    made = copy.deepcopy(EVERYTHING[name])
    within: Any = made
    for step in path[:-1]:
        within = within[step]
    if value is None:
        del within[path[-1]]
    else:
        within[path[-1]] = value
    return dict(made)


CONTROL = ("catalog", "groups", 0, "controls", 0)


@pytest.mark.parametrize(
    ("document", "says"),
    [
        ({"component-definition": {}}, "neither a catalog nor a profile"),
        (spoiled("2023.oscal.json", "catalog", "groups"), "groups is missing"),
        (spoiled("2023.oscal.json", "catalog", "params"), "params is missing"),
        (spoiled("2023.oscal.json", *CONTROL, "props"), "no property sort-id"),
        (spoiled("2023.oscal.json", *CONTROL, "params", 0, "values", 0, value="19"), "add up to 99"),
        (spoiled("2023.oscal.json", *CONTROL, "parts", 0, "parts", 4), "levels"),
        (spoiled("2023-energy.oscal.json", "profile", "imports", 0, "href", value="2022.oscal.json"), "no catalog at hand"),
        (
            spoiled("2023-energy.oscal.json", "profile", "modify", "set-parameters", 0, "param-id", value="Q99-weight"),
            "no parameter Q99-weight",
        ),
        (
            spoiled("2023-major-equipment.oscal.json", "profile", "imports", 0, "exclude-controls", 0, "with-ids", value=["Q99"]),
            "Q99",
        ),
    ],
)
def test_a_document_that_states_no_edition_is_refused_with_the_place(document: dict[str, Any], says: str) -> None:
    with pytest.raises(NotOurOscal, match=says):
        edition_of_oscal(document, EVERYTHING)
