"""What a re-scoring calls its slices and reasons 影子测算用语: never by a code alone (plan S5)."""

import pytest

from projections.standard.shadow_words import slice_name, subject_name
from standards import load, published_editions
from standards.edition.terms_zh import gates_in_words

NAMES = {"310117": "松江区"}


@pytest.mark.parametrize("key", published_editions())
def test_every_gate_and_indicator_is_called_by_its_name(key: str) -> None:
    edition = load(key)
    codes = [code for code, _, _ in gates_in_words(edition)]
    assert codes
    for code in codes:
        assert "GATE" not in subject_name(code, [edition])
    for item in edition.indicators:
        assert subject_name(item.id, [edition]) == f"{item.id} {item.name}"
    floors = [subject_name(one.code, [edition]) for one in edition.gates.security]
    assert len(set(floors)) == len(floors)  # each by what it holds


def test_a_slice_is_called_by_the_name_of_its_code() -> None:
    edition = load("2023")
    names = {by: slice_name(by, code, {"2023": edition}, NAMES) for by, code in (("district", "310117"), ("edition", "2023"))}
    assert names == {"district": "松江区", "edition": edition.title}
    assert [slice_name("size_class", key, {}, {}) for key in ("medium", "micro")] == ["中型", "微型"]
