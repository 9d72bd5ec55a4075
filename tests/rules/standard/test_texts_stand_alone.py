"""Texts of the standard (plan S1): one line read by itself, in a report or a plan, says all that it means."""

import pytest

from standards import load, published_editions


@pytest.mark.parametrize("key", published_editions())
def test_what_is_read_of_one_line_stands_alone_in_every_edition(key: str) -> None:
    """The published text stays, digest and all: journals pin it. A line read by itself says what 同上 means there."""
    edition, plain = load(key), load(key.partition("-")[0])
    lines = {item.id: (edition.evidence_of(item.id), edition.maps_to_of(item.id)) for item in edition.indicators}
    assert [identity for identity, texts in lines.items() if any("同上" in text or not texts[0] for text in texts)] == []
    shared = [item for item in edition.indicators if plain.by_id.get(item.id) is not None]
    for item in shared:
        if item.evidence == plain.by_id[item.id].evidence:
            assert edition.evidence_of(item.id) == plain.evidence_of(item.id), item.id
        if item.maps_to == plain.by_id[item.id].maps_to:
            assert edition.maps_to_of(item.id) == plain.maps_to_of(item.id), item.id
