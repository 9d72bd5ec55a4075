"""Which edition applies to a firm (plan S3): by its industry code, the group before the division; which form, by its size."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from interop.code_lists import industries
from standards import EditionMalformed, Form, NoMappingYet, edition_for, edition_mappings, published_editions
from standards.edition.mapping import EditionMappings
from standards.edition.reader import HERE, read_model

DAY = date(2024, 5, 6)
FILE = HERE / "industries.yaml"


@pytest.mark.parametrize(
    ("industry", "edition", "basis", "code"),
    [
        ("C36", "2023-automotive", "division", "C36"),
        ("C3610", "2023-automotive", "division", "C36"),
        ("C34", "2023-major-equipment", "division", "C34"),
        ("C341", "2023-energy", "group", "C341"),
        ("C3411", "2023-energy", "group", "C341"),
        ("C268", "2023-fashion", "group", "C268"),
        ("C26", "2023-advanced-materials", "division", "C26"),
        ("C3581", "2023-biomedicine", "group", "C358"),
        ("C384", "2023-energy", "group", "C384"),
        ("C385", "2023-fashion", "group", "C385"),
        ("D44", "2023", "plain", None),
    ],
)
def test_a_group_wins_over_its_division_and_what_nobody_claims_is_asked_the_plain_edition(
    industry: str, edition: str, basis: str, code: str | None
) -> None:
    found = edition_for(edition_mappings(), industry, "medium", DAY)
    assert (found.edition, found.basis, found.code) == (edition, basis, code)


def test_every_division_of_manufacturing_has_an_industry_edition_that_is_on_file() -> None:
    for code in industries():
        found = edition_for(edition_mappings(), code, "large", DAY)
        assert found.basis == "division"
        assert found.edition in published_editions()


def test_a_headquarters_has_an_edition_of_its_own_whatever_its_code() -> None:
    found = edition_for(edition_mappings(), "C36", "large", DAY, headquarters=True)
    assert (found.edition, found.basis) == ("2023-group-headquarters", "headquarters")
    assert found.edition in published_editions()


@pytest.mark.parametrize(
    ("size", "form"),
    [("large", Form.FULL), ("medium", Form.FULL), ("small", Form.BRIEF), ("micro", Form.BRIEF), ("", Form.BRIEF)],
)
def test_the_form_follows_from_the_size_class(size: str, form: Form) -> None:
    assert edition_for(edition_mappings(), "C36", size, DAY).form is form


def test_a_mapping_holds_from_its_day_until_the_next_one_begins() -> None:
    [first] = edition_mappings().mappings
    later = first.model_copy(update={"since": date(2025, 1, 1), "plain": "2025"})
    both = EditionMappings(mappings=(first, later))
    assert edition_for(both, "C36", "large", date(2024, 12, 31)).edition == "2023-automotive"
    assert edition_for(both, "C36", "large", date(2025, 1, 1)).edition == "2025-automotive"
    with pytest.raises(NoMappingYet):
        edition_for(both, "C36", "large", first.since - timedelta(days=1))


def test_nothing_of_the_mapping_passes_for_official() -> None:
    for one in edition_mappings().mappings:
        assert {one.source.mark, one.forms_source.mark} <= {"P", "I"}


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("[C36]", "[C36, C39]", "codes under two editions"),
        ("[C36]", "[C361]", "editions.automotive.divisions.0"),
        ("since: 2023-07-28", "since: soon", "mappings.0.since"),
        ("mark: P", "mark: X", "mappings.0.source.mark"),
        ("large: full", "large: long", "mappings.0.forms.large"),
    ],
)
def test_a_malformed_mapping_is_refused_with_the_place(tmp_path: Path, old: str, new: str, says: str) -> None:
    text = FILE.read_text("utf-8")
    assert old in text
    path = tmp_path / "industries.yaml"
    path.write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(EditionMalformed, match=says):
        read_model(path, EditionMappings)


def test_mappings_are_kept_in_order_of_their_days() -> None:
    [one] = edition_mappings().mappings
    with pytest.raises(ValueError, match="in order of the day"):
        EditionMappings(mappings=(one, one))
