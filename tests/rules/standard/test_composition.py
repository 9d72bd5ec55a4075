"""Composition of "1+X+Y" (plan S1–S4): industry editions are whole, keep where each line comes from, and refuse with the place."""

import shutil
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from standards import (
    Answer,
    CompositionRefused,
    EditionMalformed,
    Form,
    Overlay,
    compose,
    load,
    load_composition,
    published_editions,
)
from standards.edition.composition import CompositionRule, Drop, Reband, Reweight
from standards.edition.reader import HERE, read_industry_edition, read_model
from tests.rules.firms import EDITION, answer_at, uniform

RULE = read_model(HERE / "2023" / "composition.yaml", CompositionRule)
OVERLAYS = {
    path.stem: read_model(path, Overlay) for path in sorted((HERE / "2023" / "industries").glob("*.yaml"))
}
INDUSTRY_KEYS = tuple(key for key in published_editions() if "-" in key)


def test_there_are_seven_industries_and_the_group_headquarters_with_the_indicators_of_each() -> None:
    assert {key: len(overlay.adds) for key, overlay in OVERLAYS.items()} == {
        "advanced-materials": 4,
        "electronics": 4,
        "biomedicine": 4,
        "energy": 4,
        "fashion": 4,
        "major-equipment": 4,
        "automotive": 4,
        "group-headquarters": 5,
    }


def test_an_indicator_of_an_industry_has_an_id_of_its_own_and_is_marked_as_ours() -> None:
    added = [item for overlay in OVERLAYS.values() for item in overlay.adds]
    assert len({item.id for item in added} | set(EDITION.by_id)) == len(added) + len(EDITION.by_id)
    assert {item.source.mark for item in added} == {"I"}
    assert all(len(set(item.levels)) == 5 for item in added)


def test_key_indicators_are_those_of_the_base_so_that_grades_stay_comparable() -> None:
    assert not any(item.key for overlay in OVERLAYS.values() for item in overlay.adds)


@pytest.mark.parametrize("key", INDUSTRY_KEYS)
@pytest.mark.parametrize("form", Form)
@pytest.mark.parametrize(("level", "grade"), [(1, 1), (2, 3), (3, 5), (4, 7), (5, 10)])
def test_a_uniform_firm_lands_in_the_grade_of_its_level_in_every_industry(
    key: str, form: Form, level: int, grade: int
) -> None:
    edition = load(key)
    measured = edition.measure(form, uniform(level, form, edition))
    assert (measured.level, measured.grade) == (level, grade)


@settings(max_examples=60)
@given(st.sampled_from(INDUSTRY_KEYS), st.data())
def test_a_better_answer_never_lowers_a_grade_in_any_industry(key: str, data: st.DataObject) -> None:
    edition = load(key)
    items = edition.indicators
    levels = data.draw(st.lists(st.integers(1, 5), min_size=len(items), max_size=len(items)))
    firm = {item.id: answer_at(item, level) for item, level in zip(items, levels, strict=True)}
    item = data.draw(st.sampled_from(items))
    low, high = sorted(data.draw(st.tuples(st.integers(1, 5), st.integers(1, 5))))
    worse, better = (edition.measure(Form.FULL, {**firm, item.id: answer_at(item, at)}) for at in (low, high))
    assert worse.total <= better.total
    assert worse.grade <= better.grade
    assert sum(one.weight for one in better.indicators) == 100


@pytest.mark.parametrize("key", INDUSTRY_KEYS)
def test_weights_add_up_and_no_kept_weight_leaves_the_bound(key: str) -> None:
    edition = load(key)
    for dimension in edition.dimensions:
        assert sum(i.weight_in_dimension for i in edition.indicators if i.dimension == dimension.id) == 100
    for identity, base in EDITION.by_id.items():
        if identity in edition.by_id:
            ratio = edition.by_id[identity].weight_in_dimension / base.weight_in_dimension
            assert Decimal("0.7") <= ratio <= Decimal("1.3"), identity


@settings(max_examples=40)
@given(st.sampled_from(sorted(OVERLAYS)), st.randoms(use_true_random=False))
def test_the_order_of_the_changes_of_an_overlay_means_nothing(key: str, chance: Any) -> None:
    overlay = OVERLAYS[key]
    shuffled = {name: list(getattr(overlay, name)) for name in ("adds", "drops", "reweights", "rebands")}
    for changes in shuffled.values():
        chance.shuffle(changes)
    other = overlay.model_copy(update={name: tuple(changes) for name, changes in shuffled.items()})
    assert compose(EDITION, other, RULE) == compose(EDITION, overlay, RULE)


@pytest.mark.parametrize("key", published_editions())
def test_every_line_says_where_it_comes_from(key: str) -> None:
    found = load_composition(key)
    there = [one.indicator for one in found.origins if one.fate != "dropped"]
    assert there == [item.id for item in found.edition.indicators]
    assert {one.indicator for one in found.origins if one.part != "industry"} == set(EDITION.by_id)
    for one in found.origins:
        fused = one.indicator.startswith("F")
        assert one.part == ("industry" if one.indicator not in EDITION.by_id else "fused" if fused else "base")
        assert (one.industry is None) == (one.fate == "kept")
        assert bool(one.changes) == (one.fate == "changed")
        assert bool(one.reason) == (one.fate == "dropped")


def test_a_change_tells_what_was_what_is_and_why() -> None:
    origins = {one.indicator: one for one in load_composition("2023-automotive").origins}
    [reband] = origins["X03"].changes
    assert (reband.field, reband.before, reband.after) == ("upper_bounds", "10 / 20 / 40 / 60", "20 / 40 / 60 / 80")
    assert reband.reason
    [stated], [gave_way] = origins["C08"].changes, origins["C01"].changes
    assert (stated.before, stated.after, bool(stated.reason)) == ("7", "8.5", True)
    assert (gave_way.before, gave_way.after, gave_way.reason) == ("8", "6.1505", None)  # 8 / 93 of the 71.5 that are left


def test_a_dimension_that_the_industry_does_not_touch_keeps_its_lines_to_the_letter() -> None:
    edition = load("2023-automotive")
    for item in EDITION.indicators:
        if item.dimension in ("D1", "D5", "F"):
            assert edition.by_id[item.id] == item


def test_an_overlay_without_changes_gives_the_plain_questionnaire() -> None:
    nothing = OVERLAYS["energy"].model_copy(update={"adds": (), "drops": (), "reweights": (), "rebands": ()})
    found = compose(EDITION, nothing, RULE)
    assert found.edition.indicators == EDITION.indicators
    assert {one.fate for one in found.origins} == {"kept"}


WHY = "理由"


@pytest.mark.parametrize(
    ("changes", "where", "what"),
    [
        ({"drops": (Drop(indicator="Q99", reason=WHY),)}, "drops.Q99", "no such indicator"),
        (
            {"drops": (Drop(indicator="C12", reason=WHY),) * 2},
            "drops.C12",
            "more than once",
        ),
        (
            {
                "drops": (Drop(indicator="C12", reason=WHY),),
                "reweights": (Reweight(indicator="C12", weight_in_dimension=Decimal(5), reason=WHY),),
            },
            "drops.C12",
            "depend on the order",
        ),
        (
            {"reweights": (Reweight(indicator="Z01", weight_in_dimension=Decimal("26.1"), reason=WHY),)},
            "reweights.Z01",
            "more than 30 %",
        ),
        (
            {"drops": tuple(Drop(indicator=i, reason=WHY) for i in ("Z02", "Z03"))},
            "dimensions.D1",
            "more than 30 %",
        ),
        (
            {"rebands": (Reband(indicator="Z01", upper_bounds=(), reason=WHY),)},
            "rebands.Z01",
            "only a ratio or count",
        ),
        (
            {"rebands": (Reband(indicator="X03", upper_bounds=(Decimal(1),), reason=WHY),)},
            "indicators",
            "rising upper bounds",
        ),
        ({"drops": (Drop(indicator="F08", reason=WHY),)}, "automotive", "unknown indicator F08"),
        ({"adds": (EDITION.by_id["Z01"],)}, "adds.Z01", "repeats"),
        (
            {"adds": (EDITION.by_id["Z01"].model_copy(update={"id": "A09", "dimension": "D9"}),)},
            "adds.A09.dimension",
            "unknown dimension D9",
        ),
        (
            {"adds": (EDITION.by_id["Z01"].model_copy(update={"id": "A09", "weight_in_dimension": Decimal(100)}),)},
            "dimensions.D1",
            "add up to 100",
        ),
    ],
)
def test_an_overlay_that_cannot_be_composed_is_refused_with_its_field(
    changes: Mapping[str, Any], where: str, what: str
) -> None:
    plain = OVERLAYS["automotive"].model_copy(update={"adds": (), "drops": (), "reweights": (), "rebands": ()})
    with pytest.raises(CompositionRefused, match=what) as refused:
        compose(EDITION, plain.model_copy(update=dict(changes)), RULE)
    assert refused.value.where.startswith(where)


@pytest.mark.parametrize(
    ("file", "old", "new", "says"),
    [
        ("industries/automotive.yaml", "industry: automotive", "industry: motor", "not the name of the file"),
        ("industries/automotive.yaml", "id: A02", "id: A01", r"automotive.yaml: adds.A01: the indicator id repeats"),
        ("industries/automotive.yaml", "id: A01", "id: C01", r"adds.C01: the indicator id repeats"),
        ("industries/automotive.yaml", '"8.5"', "8.5", r"automotive.yaml:\d+: write 8.5 in quotes"),
        ("industries/automotive.yaml", '"8.5"', '"9.2"', "reweights.C08: weight 9.2 of C08 is more than 30 %"),
        ("industries/automotive.yaml", "name: 汽车", "name: 汽车\nname: 车", "repeated key"),
        ("industries/automotive.yaml", "name: 汽车", "name: 汽车\ncolour: red", "automotive.yaml: colour"),
        ("industries/automotive.yaml", '      - "按周计划人工通知供应商"\n', "", "automotive.yaml: adds.0.levels"),
        ("industries/automotive.yaml", "dimension: D4", "dimension: D8", "adds.A04.dimension: unknown dimension D8"),
        ("industries/group-headquarters.yaml", "indicator: F03", "indicator: F88", "drops.F88: the plain edition has no such"),
        ("composition.yaml", "percent: 30", "percent: 20", "more than 20 %"),
        ("composition.yaml", "mark: I", "mark: X", "composition.yaml: source.mark"),
    ],
)
def test_a_malformed_industry_file_is_refused_with_the_place(
    tmp_path: Path, file: str, old: str, new: str, says: str
) -> None:
    folder = tmp_path / "2023"
    shutil.copytree(HERE / "2023", folder)
    text = (folder / file).read_text("utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1), "utf-8")
    industry = Path(file).stem if "/" in file else "automotive"
    with pytest.raises(EditionMalformed, match=says):
        read_industry_edition(folder, industry)


def test_an_answer_is_checked_against_the_questionnaire_of_the_industry() -> None:
    automotive = load("2023-automotive")
    assert automotive.check(Form.BRIEF, "A01", Answer(level=Decimal(3))) is None
    assert automotive.missing(Form.BRIEF, uniform(3, Form.BRIEF)) == ("A01", "A03")
    unknown = EDITION.check(Form.BRIEF, "A01", Answer(level=Decimal(3)))
    assert unknown is not None
    assert unknown.code == "INDICATOR_UNKNOWN"
