"""External models 外部模型 (plan P8, S2): editions of others' models, each number with its mark."""

from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from standards import ExternalEdition, external_edition, external_editions, model_in_force
from standards.edition.text import SourceMark

EDITIONS = external_editions()
MODELS = sorted({one.model for one in EDITIONS})


def made(**changed: Any) -> ExternalEdition:
    text = {
        "model": "ours",
        "edition": "1",
        "name": "甲",
        "english": "A",
        "number": "GB/T 1",
        "since": "2020-01-01",
        "maturity": True,
        "source": {"document": "甲", "mark": "V"},
        "levels": [{"rank": 1, "name": "一级", "english": "Level 1"}],
        "nodes": [{"id": "a", "name": "甲", "english": "A"}, {"id": "b", "parent": "a", "name": "乙", "english": "B"}],
    }
    return ExternalEdition.model_validate(text | changed)


@pytest.mark.parametrize(
    ("model", "day", "key"),
    [
        ("dcmm", date(2018, 9, 30), None),
        ("dcmm", date(2018, 10, 1), "dcmm-2018"),
        ("dcmm", date(2026, 6, 30), "dcmm-2018"),
        ("dcmm", date(2026, 7, 1), "dcmm-2025"),
        ("cmmm", date(2021, 4, 30), None),
        ("cmmm", date(2030, 1, 1), "cmmm-2020"),
        ("sme", date(2024, 9, 3), "sme-2022"),
        ("sme", date(2024, 9, 4), "sme-2024"),
        ("unheard-of", date(2026, 7, 1), None),
    ],
)
def test_the_day_of_an_assessment_chooses_the_edition(model: str, day: date, key: str | None) -> None:
    found = model_in_force(model, day)
    assert (found.key if found else None) == key


@pytest.mark.parametrize("model", MODELS)
def test_no_day_has_two_editions_of_a_model(model: str) -> None:
    of_model = [one for one in EDITIONS if one.model == model and not one.draft]
    for before, after in pairwise(of_model):
        assert before.until is not None
        assert after.since is not None
        assert before.until < after.since


def test_a_draft_is_chosen_by_no_day() -> None:
    draft = external_edition("cmmm-draft")
    assert draft is not None
    assert not any(draft.speaks_on(date(year, 1, 1)) for year in range(2000, 2100))


@pytest.mark.parametrize(
    ("key", "domains", "items", "levels"),
    [
        ("dcmm-2018", 8, 28, 5),
        ("dcmm-2025", 9, 33, 5),
        ("cmmm-2020", 4, 20, 5),
        ("cmmm-draft", 5, 25, 5),
        ("integration-2013", 2, 6, 4),
        ("integration-management-2017", 0, 0, 5),
        ("sme-2022", 4, 4, 4),
        ("sme-2024", 7, 31, 4),
        ("internet-security-2024", 1, 1, 3),
        ("transformation-2025", 5, 5, 5),
        ("state-owned-firms-1", 0, 0, 0),
    ],
)
def test_each_edition_has_the_parts_and_levels_of_its_source(key: str, domains: int, items: int, levels: int) -> None:
    edition = external_edition(key)
    assert edition is not None
    top = [node for node in edition.nodes if node.parent is None]
    assert (len(top), len(edition.leaves), len(edition.levels)) == (domains, items, levels)


def test_ten_of_the_sixteen_scenes_of_a_small_firm_are_binding() -> None:
    edition = external_edition("sme-2024")
    assert edition is not None
    scenes = [node for node in edition.nodes if node.scene and node.parent]
    assert (len(scenes), sum(node.binding for node in scenes)) == (16, 10)


@pytest.mark.parametrize("label", ["稳健级", "Robust", " 3 "])
def test_a_result_has_a_level_of_its_edition(label: str) -> None:
    edition = model_in_force("dcmm", date(2026, 7, 1))
    assert edition is not None
    level = edition.level_of(label)
    assert level is not None
    assert level.rank == 3
    assert edition.level_of("集成级") is None
    assert edition.level_of("6") is None


def test_what_is_from_memory_says_so() -> None:
    cmmm = external_edition("cmmm-2020")
    dcmm = external_edition("dcmm-2018")
    assert cmmm is not None
    assert dcmm is not None
    assert SourceMark.M in cmmm.marks()
    assert SourceMark.M not in dcmm.marks()
    discrete = [weight for node in cmmm.nodes for weight in node.weights if weight.variant == "discrete"]
    assert {weight.source.mark for weight in discrete} == {SourceMark.M}


@pytest.mark.parametrize("key", ["dcmm-2018", "dcmm-2025", "integration-2013", "internet-security-2024", "transformation-2025"])
def test_no_cut_off_is_made_up_where_none_was_found(key: str) -> None:
    edition = external_edition(key)
    assert edition is not None
    assert edition.level_rule is None


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"nodes": [{"id": "b", "parent": "a", "name": "乙", "english": "B"}]}, "does not stand before it"),
        ({"nodes": [{"id": "a", "name": "甲", "english": "A"}] * 2}, "used twice"),
        ({"levels": [{"rank": 2, "name": "二级", "english": "Level 2"}]}, "ranked from 1"),
        ({"levels": []}, "unless results bear labels"),
        ({"free_levels": True}, "unless results bear labels"),
        ({"draft": True}, "unless it is a draft"),
        ({"since": None}, "unless it is a draft"),
        (
            {"level_rule": {"scale": "5", "conditions": [{"rank": 2, "score": "1"}], "source": {"document": "甲", "mark": "M"}}},
            "something of each level",
        ),
        (
            {
                "nodes": [
                    {
                        "id": "a",
                        "name": "甲",
                        "english": "A",
                        "weights": [{"variant": "other", "share": "1", "source": {"document": "甲", "mark": "M"}}],
                    }
                ]
            },
            "variant that the edition lacks",
        ),
        ({"nodes": [{"id": "a", "name": "甲", "english": "A", "weight": 5}]}, "not permitted"),
    ],
)
def test_a_file_that_is_at_odds_with_itself_is_not_taken(changed: dict[str, Any], why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        made(**changed)


def test_every_edition_has_a_file_of_its_name() -> None:
    folder = Path(__file__).parents[3] / "standards" / "external"
    assert {path.stem for path in folder.glob("*.yaml")} == {one.key for one in EDITIONS}
