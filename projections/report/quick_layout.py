"""Quick layout 版面计算提速: steps of the library that each page takes often, the short way where nothing is to be found. plan P4.

Of a style's values nearly all are the property's first one or the parent's; of a box's lengths nearly all are pixels, and few have
round corners. The library asks of each whether it is a function, a percentage or a logical property: a fifth of a page's time. What
is anything else goes the library's own way, so that the bytes are the same, which a test holds. Of another version of the library
nothing is changed.
"""

import sys
from collections.abc import Callable, Mapping
from importlib.metadata import version
from types import ModuleType
from typing import Any

from weasyprint import css
from weasyprint.css.computed_values import PHYSICAL_FUNCTIONS
from weasyprint.css.functions import check_math
from weasyprint.css.properties import INHERITED, INITIAL_NOT_COMPUTED, INITIAL_VALUES, ZERO_PIXELS
from weasyprint.formatting_structure import boxes
from weasyprint.layout import percent
from weasyprint.text import line_break

WRITTEN_FOR = "70.0"
"""The version of the library that these steps are those of."""
OWN_RULES = frozenset({"float", "display", "position", "page"})
"""Properties that the library works out by rules of their own."""
LOGICAL = {name: of(block="ttb", inline="ltr") for name, of in PHYSICAL_FUNCTIONS.items()}
"""Physical property -> the logical one that may state it, in a text from left to right."""
PLAIN: dict[str, tuple[bool, Any]] = {
    name: (name in INHERITED, value)
    for name, value in INITIAL_VALUES.items()
    if name not in OWN_RULES
    and not name.startswith(("text_decoration_", "__"))
    and (name in INHERITED or (name not in INITIAL_NOT_COMPUTED and not check_math(value)))
}
"""Property -> whether it is inherited, and its first value: such as need no working out where no rule states them."""

_missing = css.ComputedStyle.__missing__
LENGTHS = (
    ("margin_left", 0), ("margin_right", 0), ("margin_top", 1), ("margin_bottom", 1),
    ("padding_left", 0), ("padding_right", 0), ("padding_top", 1), ("padding_bottom", 1),
    ("width", 0), ("min_width", 0), ("max_width", 0),
)  # fmt: skip
"""Lengths of a box in the library's order; whether each is of the containing block's height where the box is a page."""
SQUARE = (ZERO_PIXELS, ZERO_PIXELS)
CORNERS = tuple(f"border_{corner}_radius" for corner in ("top_left", "top_right", "bottom_right", "bottom_left"))
SIDES = tuple(f"border_{side}_width" for side in ("top", "right", "bottom", "left"))


def style_value(style: Any, name: str) -> Any:  # noqa: ANN401 - the library is untyped
    """What a style has of a property that is asked for the first time 样式取值."""
    plain = PLAIN.get(name)
    if plain is None or name in style.cascaded:
        return _missing(style, name)
    logical, parent = LOGICAL.get(name), style.parent_style
    if logical is not None and (style["direction"] != "ltr" or logical in style.cascaded):
        return _missing(style, name)
    inherited, value = plain
    if inherited:
        if parent is None:
            return _missing(style, name)
        value = parent[name]
        if check_math(value):
            return _missing(style, name)
    style[name] = value
    return value


def resolve_percentages(box: Any, containing_block: Any) -> None:  # noqa: ANN401 - as above
    """Used lengths of a box in its containing block 求用值."""
    if isinstance(containing_block, boxes.Box):
        width, height = containing_block.width, containing_block.height
    else:
        width, height = containing_block
    style, upright = box.style, height if isinstance(box, boxes.PageBox) else width
    for name, is_upright in LENGTHS:
        _resolve(box, style, name, upright if is_upright else width)
    if height == "auto":
        stated = style["height"]
        if stated == "auto" or check_math(stated) or stated.unit == "%":
            box.height = "auto"
        else:
            box.height = stated.value
        _resolve(box, style, "min_height", 0)
        _resolve(box, style, "max_height", float("inf"))
    else:
        for name in ("height", "min_height", "max_height"):
            _resolve(box, style, name, height)
    collapsed = style["border_collapse"] == "collapse"
    for name in SIDES:
        if not (collapsed and hasattr(box, name)):
            setattr(box, name, style[name])
    if style["box_sizing"] != "content-box":
        percent.adjust_box_sizing(box, "width")
        percent.adjust_box_sizing(box, "height")


def _resolve(box: Any, style: Any, name: str, of: Any) -> None:  # noqa: ANN401 - as above
    value = style[name]
    if value == "auto":
        setattr(box, name, 0 if name in ("min_width", "min_height") else value)
    elif (unit := getattr(value, "unit", None)) == "px":
        setattr(box, name, value.value)
    elif unit == "%":
        setattr(box, name, of * value.value / 100)
    else:
        percent.resolve_one_percentage(box, name, of)


def resolve_radii_percentages(box: Any) -> None:  # noqa: ANN401 - as above
    """Used radii of a box's corners 圆角."""
    style = box.style
    if any(style[name] != SQUARE for name in CORNERS):
        OWN["resolve_radii_percentages"](box)
        return
    for name in CORNERS:
        setattr(box, name, (0, 0))


def strut(style: Any) -> Any:  # noqa: ANN401 - as above
    """Height and baseline of an empty line of a style 空行高度, which is asked for with each line."""
    known = style.__dict__.get("known_strut")
    if known is None:
        known = style.known_strut = OWN["strut"](style)
    return known


OWN: Mapping[str, Callable[[Any], Any]] = {
    "resolve_percentages": percent.resolve_percentages,
    "resolve_radii_percentages": percent.resolve_radii_percentages,
    "strut": line_break.strut,
}
"""Steps of the library that several of its modules have by name, as it takes them itself."""
SHORT = {"resolve_percentages": resolve_percentages, "resolve_radii_percentages": resolve_radii_percentages, "strut": strut}


def _modules() -> list[ModuleType]:
    return [module for name, module in sys.modules.items() if name.startswith("weasyprint.") and module is not None]


def take_the_short_way() -> None:
    """Use these steps in this process from now on 启用; of another version of the library, nothing."""
    if version("weasyprint") != WRITTEN_FOR:
        return
    css.ComputedStyle.__missing__ = style_value
    for module in _modules():
        for name, short in SHORT.items():
            if getattr(module, name, None) is OWN[name]:
                setattr(module, name, short)
