"""Small editions for hypothesis: three dimensions, a few indicators of any kind, any gates; and firms that answer them."""

from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from standards import Answer, Edition, Indicator
from tests.rules.firms import EDITION

KINDS = ("choice", "choice", "ratio", "count", "multi", "outcome")
SOURCE = {"document": "试验", "mark": "I"}
LEVELS = ["一", "二", "三", "四", "五"]


def _indicator(draw: st.DrawFn, identity: str, dimension: str, weight: int, part: str) -> dict[str, Any]:
    kind = draw(st.sampled_from(KINDS))
    numbers = {"ratio": ("part", "whole"), "count": ("items",), "outcome": ("before", "after")}.get(kind, ())
    bounds = {"ratio": ["10", "25.5", "40", "60"], "count": ["2", "4", "6", "8"]}.get(kind, [])
    points = draw(st.sampled_from([(20, 50), (35, 35), (10, 60), (5, 65)]))
    options = [{"name": f"option_{'ab'[i]}", "label": "项", "points": points[i]} for i in range(2)]
    whole_numbers = draw(st.booleans())
    return {
        "id": identity,
        "dimension": dimension,
        "subdimension": part,
        "name": f"指标 {identity}",
        "weight_in_dimension": weight,
        "in_brief": True,
        "key": draw(st.booleans()),
        "kind": kind,
        "numbers": [
            {"name": name, "label": name, "unit": "个", **({"at_most": 9} if whole_numbers and kind == "count" else {})}
            for name in numbers
        ],
        "upper_bounds": bounds,
        "options": options if kind == "multi" else [],
        "better": draw(st.sampled_from(("higher", "lower"))) if kind == "outcome" else None,
        "levels": LEVELS,
        "evidence": "佐证",
        "maps_to": "",
        "source": SOURCE,
    }


@st.composite
def small_editions(draw: st.DrawFn) -> Edition:
    first = draw(st.sampled_from((20, 30, 45)))
    weights = {"D1": first, "D2": 90 - first, "F": 10}
    indicators = []
    for dimension, letter in (("D1", "A"), ("D2", "B")):
        share = draw(st.sampled_from((33, 50, 60)))
        same = draw(st.booleans())
        indicators.append(_indicator(draw, f"{letter}01", dimension, share, "甲"))
        indicators.append(_indicator(draw, f"{letter}02", dimension, 100 - share, "甲" if same else "乙"))
    indicators.append(_indicator(draw, "F01", "F", 100, "丙"))
    lowest = draw(st.sampled_from((["20"], ["20.005"], ["33.333"])))
    return Edition.model_validate(
        {
            "key": "2023",
            "title": "试验",
            "status": "试验",
            "source": SOURCE,
            "dimensions": [
                {"id": d, "name": d, "weight": weight, "base": d != "F"} for d, weight in weights.items()
            ],
            "indicators": indicators,
            "points": dict(EDITION.points),
            "multi_base_points": 30,
            "level_names": LEVELS,
            "grade_names": [f"{n}档" for n in range(1, 11)],
            "below_grade_name": "未达级",
            "bands": [*lowest, "34", "45", "52.505", "60", "67.5", "75", "82.5", "90.01", "95"],
            "gates": {
                "weakest_dimension": {"code": "WEAKEST", "levels_below": draw(st.integers(0, 3))},
                "breadth": {"code": "BREADTH", "at_least": draw(st.integers(1, 2)), "including": "D2"},
                "key_indicators": {
                    "code": "KEY",
                    "levels_below": draw(st.integers(0, 3)),
                    "share_percent": draw(st.sampled_from((0, 34, 50, 70, 100))),
                },
                "security": [{"code": "FLOOR", "indicator": "F01", "from_level": 2, "at_least": "2"}],
                "site_visit": {"code": "VISIT", "from_level": 3},
                "expert_review": {"code": "REVIEW", "from_level": 4},
            },
        }
    )


def _answer(draw: st.DrawFn, item: Indicator) -> Answer:
    levels = st.sampled_from([level for level in EDITION.points if level <= 4])
    match item.kind:
        case "choice":
            return Answer(level=draw(levels))
        case "outcome":
            numbers = draw(st.sampled_from((None, (3, 3), (0, 1), (5, 2))))
            named = None if numbers is None else dict(zip(("before", "after"), numbers, strict=True))
            return Answer(level=draw(levels), numbers=named)
        case "multi":
            return Answer(choices=draw(st.sampled_from(((), ("option_a",), ("option_b",)))))
        case "ratio":
            part, whole = draw(st.sampled_from(("0", "0.5", "1"))), draw(st.sampled_from(("1", "3", "7.5")))
            return Answer(numbers={"part": part, "whole": whole})
        case _:
            return Answer(numbers={"items": Decimal(draw(st.integers(0, 8)))})


@st.composite
def small_firms(draw: st.DrawFn, edition: Edition) -> dict[str, Answer]:
    """Any answers; at most one indicator of a dimension of two is not applicable."""
    firm = {item.id: _answer(draw, item) for item in edition.indicators}
    for identity in draw(st.sets(st.sampled_from(("A02", "B01")), max_size=2)):
        firm[identity] = Answer(not_applicable=True, reason="无此业务")
    return firm
