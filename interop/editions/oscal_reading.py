"""OSCAL reader 开放控制目录格式读取: the edition that a catalog or profile of ours states, with what it imports. plan S1–S5, P8."""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from pydantic import ValidationError

from standards import Edition, EditionMalformed, IndustryEdition

ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
Json = Mapping[str, Any]


class NotOurOscal(EditionMalformed):
    """A document that is no catalog or profile of an edition 不是标准的目录或配置; says where, and what is wrong."""


def plain_text(markup: str) -> str:
    """The text that an escaped one shows 去转义."""
    return ESCAPED.sub(r"\1", markup)


def edition_of_oscal(document: Json, others: Mapping[str, Json]) -> Edition:
    """The edition that a document states 读取标准版本.

    Args:
        document: a catalog, or a profile over catalogs.
        others: href -> what a profile imports under it.

    Raises:
        NotOurOscal: it is neither, an import is not at hand, or what it states is no edition.
    """
    if "profile" in document:
        return _of_profile(document["profile"], others)
    if "catalog" not in document:
        raise NotOurOscal("neither a catalog nor a profile")
    catalog = document["catalog"]
    return _edition(catalog["metadata"], catalog, _controls(catalog))


def _of_profile(profile: Json, others: Mapping[str, Json]) -> Edition:
    """As the resolution rules of OSCAL say, for what our profiles use: all but some, parameters set, groups as they are."""
    catalogs: list[Json] = []
    controls: list[Json] = []
    for place, one in enumerate(_need(profile, "imports", "profile")):
        where = f"profile.imports[{place}]"
        href = _need(one, "href", where)
        if href not in others or "catalog" not in others[href]:
            raise NotOurOscal(f"{where}.href: {href} is no catalog at hand")
        gone = {identity for chosen in one.get("exclude-controls", ()) for identity in chosen["with-ids"]}
        found = _controls(others[href]["catalog"])
        if strangers := sorted(gone - {control["id"] for control in found}):
            raise NotOurOscal(f"{where}.exclude-controls: {strangers} are not in {href}")
        catalogs.append(others[href]["catalog"])
        controls += [control for control in found if control["id"] not in gone]
    known = {param["id"] for control in controls for param in control["params"]}
    settings = {}
    for place, one in enumerate(profile.get("modify", {}).get("set-parameters", ())):
        if one["param-id"] not in known:
            raise NotOurOscal(f"profile.modify.set-parameters[{place}]: no parameter {one['param-id']}")
        settings[one["param-id"]] = one["values"]
    controls = [
        {
            **control,
            "params": [{**one, "values": settings.get(one["id"], one["values"])} for one in control["params"]],
        }
        for control in controls
    ]
    order = [group["id"] for group in catalogs[0]["groups"]]
    controls.sort(key=lambda control: order.index(_prop(control, "dimension")) if _prop(control, "dimension") in order else 0)
    return _edition(profile["metadata"], catalogs[0], controls)


def _controls(catalog: Json) -> list[Json]:
    """All controls in the order that their sort-id gives."""
    found = [control for group in _need(catalog, "groups", "catalog") for control in _need(group, "controls", "catalog.groups")]
    return sorted(found, key=lambda control: _prop(control, "sort-id"))


def _need(within: Json, name: str, where: str) -> Any:  # noqa: ANN401 - any JSON value
    if name not in within:
        raise NotOurOscal(f"{where}: {name} is missing")
    return within[name]


def _prop(within: Json, name: str) -> str:
    found = _optional(within, name)
    if found is None:
        raise NotOurOscal(f"{within.get('id') or within.get('title') or 'document'}: no property {name}")
    return found


def _optional(within: Json, name: str) -> str | None:
    for one in within.get("props", ()):
        if one["name"] == name:
            return plain_text(one["remarks"]) if one.get("class") == "exact-in-remarks" else str(one["value"])
    return None


def _edition(metadata: Json, scale: Json, controls: Iterable[Json]) -> Edition:
    """The edition of the metadata of one document, the scale of another and the controls of all."""
    params = list(_need(scale, "params", "catalog"))

    def of(kind: str) -> list[Json]:
        return [one for one in params if one.get("class") == kind]

    key = str(metadata["version"])
    made = {
        "key": key,
        "title": _prop(metadata, "edition-title"),
        "status": _prop(metadata, "status"),
        "source": {"document": _prop(metadata, "source"), "mark": _prop(metadata, "mark")},
        "dimensions": [
            {
                "id": _prop(one, "dimension"),
                "name": plain_text(one["label"]),
                "weight": one["values"][0],
                "base": _prop(one, "base") == "yes",
            }
            for one in of("dimension-weight")
        ],
        "indicators": [_indicator(control) for control in controls],
        "points": {_prop(one, "level"): one["values"][0] for one in of("points")},
        "multi_base_points": next((one["values"][0] for one in of("multi-base")), None),
        "level_names": [plain_text(one["label"]) for one in of("level")],
        "grade_names": [plain_text(one["label"]) for one in of("grade")],
        "below_grade_name": next((plain_text(one["label"]) for one in of("below-grade")), None),
        "bands": [one["values"][0] for one in of("grade")],
        "gates": _gates(of("gate")),
    }
    model = IndustryEdition if "-" in key else Edition
    try:
        return model.model_validate(made)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise NotOurOscal(f"{'.'.join(map(str, first['loc'])) or key}: {first['msg']}") from error


def _gates(params: Iterable[Json]) -> dict[str, Any]:
    found: dict[str, Any] = {"security": []}
    for one in params:
        kind = _prop(one, "gate")
        gate = {prop["name"]: _prop(one, prop["name"]) for prop in one["props"] if prop["name"] not in ("gate", "mark")}
        if kind == "security":
            found[kind].append(gate)
        else:
            found[kind] = gate
    return found


def _indicator(control: Json) -> dict[str, Any]:
    identity = str(control["id"])
    parts = _need(control, "parts", identity)
    params = {one["id"]: one["values"][0] for one in _need(control, "params", identity)}

    def each(name: str, read: Callable[[Json], Any]) -> list[Any]:
        return [read(part) for part in parts if part["name"] == name]

    def text(name: str) -> str:
        return "".join(each(name, lambda part: plain_text(part["prose"])))

    statements = each("statement", lambda part: [plain_text(level["prose"]) for level in part["parts"]])
    return {
        "id": identity,
        "dimension": _prop(control, "dimension"),
        "subdimension": _prop(control, "subdimension"),
        "name": plain_text(control["title"]),
        "weight_in_dimension": params.get(f"{identity}-weight"),
        "in_brief": _prop(control, "brief") == "yes",
        "key": _prop(control, "key") == "yes",
        "kind": _prop(control, "kind"),
        "numbers": each(
            "raw-number",
            lambda part: {
                "name": _prop(part, "name"),
                "label": plain_text(part["title"]),
                "unit": _prop(part, "unit"),
                "at_most": _optional(part, "at-most"),
            },
        ),
        "upper_bounds": [value for name, value in params.items() if name.startswith(f"{identity}-bound-")],
        "options": each(
            "option",
            lambda part: {
                "name": _prop(part, "name"),
                "label": plain_text(part["title"]),
                "points": _prop(part, "points"),
            },
        ),
        "better": _optional(control, "better"),
        "levels": statements[0] if statements else [],
        "evidence": text("evidence"),
        "maps_to": text("mapping"),
        "source": {"document": text("source"), "mark": _prop(control, "mark")},
    }
