"""OSCAL 开放控制目录格式 of the standard: a plain edition as a catalog, an industry edition as a profile over it. plan S1–S5, P8.

Groups are dimensions, controls are indicators; a weight and a bound are parameters, because these are what a profile sets.
Weights of dimensions, points, bands and gates are parameters of the catalog itself, which every resolver carries over;
numbers are text, exact. Dates come from the publication: the same bytes for the same edition.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid5

import orjson

from interop.editions.oscal_reading import NotOurOscal, edition_of_oscal
from standards import Edition, Indicator, Origin
from standards.edition.composition import ChangedField
from standards.edition.terms_zh import KINDS, gates_in_words

OSCAL_VERSION = "1.2.1"
NS = "urn:zhenduan:oscal:1"
"""Namespace of our own properties and parts; a name in it never changes its meaning."""
NAMES = UUID("6f0d7c52-6c1b-5a53-9d8e-0b1f7a2f4c11")
"""Namespace of the identifiers: one is a function of the edition's digest and the kind of document."""
MEANT = re.compile(r"([\\`*_\[<{&])|(?m:^(\s*)([#>+=~-]|\d+(?=[.)])))")
"""What Markdown would read as more than itself: some characters anywhere, some where a line begins."""
STRING = re.compile(r"\S(.*\S)?")
LINE = "以上内容未经核对，不作为官方数值引用。"
Json = dict[str, Any]


def file_name(key: str, part: str = "") -> str:
    """Name of an edition's document 文件名; part: empty, or `additions` of an industry edition."""
    return f"{key}.{part}.oscal.json" if part else f"{key}.oscal.json"


def as_bytes(document: Json) -> bytes:
    """A document as it is sent and kept, indented: people read it too."""
    return orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def oscal_documents(
    edition: Edition, origins: Sequence[Origin], published_at: datetime, plain: Edition | None = None
) -> Mapping[str, Json]:
    """The documents that an edition is in OSCAL, by file name 开放控制目录文件.

    A profile, with the catalog of what the industry adds, where the edition is just that over `plain`; checked by reading
    it back. Else one catalog with everything: of a plain edition, or where the plain one is not at hand or is not the base.

    Args:
        edition: plain or for an industry.
        origins: of every indicator, those dropped included.
        published_at: when it was published, which is when it was last modified: an edition never changes.
        plain: the plain edition that an industry's was composed over.
    """
    if plain is not None and edition.key.partition("-")[0] == plain.key != edition.key:
        made = _overlay(edition, origins, published_at, plain)
        base = {file_name(plain.key): _catalog(plain, (), published_at)}
        try:
            if edition_of_oscal(made[file_name(edition.key)], {**made, **base}).digest == edition.digest:
                return made
        except NotOurOscal:
            pass
    return {file_name(edition.key): _catalog(edition, origins, published_at)}


def _overlay(edition: Edition, origins: Sequence[Origin], published_at: datetime, plain: Edition) -> dict[str, Json]:
    added = [item for item in edition.indicators if item.id not in plain.by_id]
    made = {file_name(edition.key): _profile(edition, origins, published_at, plain, has_additions=bool(added))}
    if added:
        name = file_name(edition.key, "additions")
        made[name] = {
            "catalog": {
                "uuid": _uuid(edition, "additions"),
                "metadata": _metadata(edition, published_at, f"{edition.title}：行业新增指标"),
                "groups": _groups(edition, {item.id for item in added}, dict.fromkeys((i.id for i in added), "industry")),
            }
        }
    return made


def _uuid(edition: Edition, kind: str) -> str:
    return str(uuid5(NAMES, f"{edition.digest}/{kind}"))


def literal(text: str) -> str:
    """A text that Markdown shows as it is 转义; `plain_text` of the reader takes it back to the letter."""
    return MEANT.sub(_escaped, text)


def _escaped(found: re.Match[str]) -> str:
    if found[1]:
        return rf"\{found[1]}"
    number = found[3].isdigit()  # a digit cannot be escaped, the point behind it can
    return f"{found[2]}{found[3]}\\" if number else f"{found[2]}\\{found[3]}"


def _line(text: str) -> str:
    return literal(" ".join(text.split("\n")))


def _prop(name: str, value: object, remarks: str = "", *, ours: bool = True) -> Json:
    """A property; a value that OSCAL's strings do not take (a line end, outer space) is kept whole in the remarks."""
    text = str(value)
    made: Json = {"name": name, **({"ns": NS} if ours else {})}
    if STRING.fullmatch(text):
        return {**made, "value": text, **({"remarks": literal(remarks)} if remarks else {})}
    return {**made, "value": " ".join(text.split()) or "-", "remarks": literal(text), "class": "exact-in-remarks"}


def _flag(name: str, *, yes: bool) -> Json:
    return _prop(name, "yes" if yes else "no")


def _metadata(edition: Edition, published_at: datetime, title: str = "") -> Json:
    at = published_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {
        "title": _line(title or edition.title),
        "published": at,
        "last-modified": at,
        "version": edition.key,
        "oscal-version": OSCAL_VERSION,
        "props": [
            _prop("edition-title", edition.title),
            _prop("status", edition.status),
            _prop("digest", edition.digest),
            _prop("source", edition.source.document),
            _prop("mark", edition.source.mark),
        ],
        "remarks": literal(edition.status if edition.source.mark == "V" else f"{edition.status}。{LINE}"),
    }


def _catalog(edition: Edition, origins: Iterable[Origin], published_at: datetime) -> Json:
    base = {dimension.id: dimension.base for dimension in edition.dimensions}
    parts = {item.id: "base" if base[item.dimension] else "fused" for item in edition.indicators}
    parts |= {origin.indicator: origin.part for origin in origins if origin.fate != "dropped"}
    return {
        "catalog": {
            "uuid": _uuid(edition, "catalog"),
            "metadata": _metadata(edition, published_at),
            "params": _scale(edition),
            "groups": _groups(edition, edition.by_id.keys(), parts),
        }
    }


def _scale(edition: Edition) -> list[Json]:
    """Everything but the indicators, as parameters of the catalog: weights of dimensions, levels, bands, points, gates."""
    mark = _prop("mark", edition.source.mark)
    found: list[Json] = [
        {
            "id": f"{item.id}-dimension-weight",
            "class": "dimension-weight",
            "props": [_prop("dimension", item.id), _flag("base", yes=item.base), mark],
            "label": _line(item.name),
            "values": [str(item.weight)],
        }
        for item in edition.dimensions
    ]
    found += [
        {"id": f"level-{level}", "class": "level", "label": _line(name), "values": [str(level)]}
        for level, name in enumerate(edition.level_names, 1)
    ]
    found.append({"id": "grade-0", "class": "below-grade", "label": _line(edition.below_grade_name), "values": ["0"]})
    found += [
        {
            "id": f"grade-{grade}",
            "class": "grade",
            "props": [mark],
            "label": _line(edition.grade_names[grade - 1]),
            "values": [str(lowest)],
        }
        for grade, lowest in enumerate(edition.bands, 1)
    ]
    found += [
        {
            "id": f"points-{level}",
            "class": "points",
            "props": [_prop("level", level), mark],
            "label": f"{level} 级分值",
            "values": [str(points)],
        }
        for level, points in edition.points.items()
    ]
    base = edition.multi_base_points
    found.append(
        {"id": "multi-base-points", "class": "multi-base", "props": [mark], "label": "多选起始分", "values": [str(base)]}
    )
    return [*found, *_gates(edition)]


def _gates(edition: Edition) -> list[Json]:
    gates = edition.gates
    stated: list[tuple[str, Json]] = [
        ("weakest_dimension", gates.weakest_dimension.model_dump()),
        ("breadth", gates.breadth.model_dump()),
        ("key_indicators", gates.key_indicators.model_dump()),
        *(("security", floor.model_dump()) for floor in gates.security),
        ("site_visit", gates.site_visit.model_dump()),
        ("expert_review", gates.expert_review.model_dump()),
    ]
    return [
        {
            "id": f"gate-{place}",
            "class": "gate",
            "props": [
                _prop("gate", kind),
                _prop("mark", edition.source.mark),
                *(_prop(field, value) for field, value in numbers.items()),
            ],
            "label": _line(name),
            "usage": literal(sentence),
        }
        for place, ((kind, numbers), (_, name, sentence)) in enumerate(
            zip(stated, gates_in_words(edition), strict=True), 1
        )
    ]


def _groups(edition: Edition, kept: Iterable[str], parts: Mapping[str, str]) -> list[Json]:
    chosen = set(kept)
    groups = []
    for dimension in edition.dimensions:
        controls = [
            _control(item, place, parts[item.id])
            for place, item in enumerate(edition.indicators, 1)
            if item.dimension == dimension.id and item.id in chosen
        ]
        if controls:
            groups.append(
                {"id": dimension.id, "class": "dimension", "title": _line(dimension.name), "controls": controls}
            )
    return groups


def _control(item: Indicator, place: int, part: str) -> Json:
    mark = _prop("mark", item.source.mark)
    bounds = [
        {
            "id": f"{item.id}-bound-{level}",
            "class": "upper-bound",
            "props": [mark],
            "label": f"{level} 级上限",
            "values": [str(bound)],
        }
        for level, bound in enumerate(item.upper_bounds, 1)
    ]
    weight = {
        "id": f"{item.id}-weight",
        "class": "weight",
        "props": [mark],
        "label": "维度内权重（%）",
        "values": [str(item.weight_in_dimension)],
    }
    return {
        "id": item.id,
        "class": "indicator",
        "title": _line(item.name),
        "params": [weight, *bounds],
        "props": [
            _prop("label", item.id, ours=False),
            _prop("sort-id", f"{place:04d}", ours=False),
            _prop("dimension", item.dimension),
            _prop("subdimension", item.subdimension),
            _prop("kind", item.kind),
            _flag("key", yes=item.key),
            _flag("brief", yes=item.in_brief),
            _prop("part", part),
            mark,
            *([_prop("better", item.better)] if item.better else []),
        ],
        "parts": _parts(item),
    }


def _parts(item: Indicator) -> list[Json]:
    levels = [
        {
            "id": f"{item.id}_smt.{level}",
            "name": "item",
            "props": [_prop("label", f"{level}级", ours=False), _prop("level", level)],
            "prose": literal(said),
        }
        for level, said in enumerate(item.levels, 1)
    ]
    numbers = [
        {
            "id": f"{item.id}_number.{place}",
            "name": "raw-number",
            "ns": NS,
            "title": _line(number.label),
            "props": [
                _prop("name", number.name),
                _prop("unit", number.unit),
                *([_prop("at-most", number.at_most)] if number.at_most is not None else []),
            ],
        }
        for place, number in enumerate(item.numbers, 1)
    ]
    options = [
        {
            "id": f"{item.id}_option.{place}",
            "name": "option",
            "ns": NS,
            "title": _line(option.label),
            "props": [_prop("name", option.name), _prop("points", option.points)],
        }
        for place, option in enumerate(item.options, 1)
    ]
    texts = (("evidence", item.evidence), ("mapping", item.maps_to), ("source", item.source.document))
    return [
        {"id": f"{item.id}_smt", "name": "statement", "prose": f"{KINDS[item.kind]}，五级描述如下。", "parts": levels},
        *numbers,
        *options,
        *({"id": f"{item.id}_{name}", "name": name, "ns": NS, "prose": literal(text)} for name, text in texts if text),
    ]


def _profile(
    edition: Edition, origins: Iterable[Origin], published_at: datetime, plain: Edition, *, has_additions: bool
) -> Json:
    dropped = [item.id for item in plain.indicators if item.id not in edition.by_id]
    told = {origin.indicator: origin for origin in origins}
    metadata = _metadata(edition, published_at)
    metadata["props"] += [
        _prop("dropped", identity, (told[identity].reason or "") if identity in told else "") for identity in dropped
    ]
    imports: list[Json] = [{"href": file_name(plain.key), "include-all": {}}]
    if dropped:
        imports[0]["exclude-controls"] = [{"with-ids": dropped}]
    if has_additions:
        imports.append({"href": file_name(edition.key, "additions"), "include-all": {}})
    settings, changed = [], []
    for item in edition.indicators:
        before = plain.by_id.get(item.id)
        if before is None:
            continue
        reasons = {change.field: change.reason for change in told[item.id].changes} if item.id in told else {}
        moved = [
            (f"{item.id}-bound-{level}", after, reasons.get(ChangedField.UPPER_BOUNDS))
            for level, (was, after) in enumerate(zip(before.upper_bounds, item.upper_bounds, strict=False), 1)
            if str(was) != str(after)
        ]
        if str(before.weight_in_dimension) != str(item.weight_in_dimension):
            moved.append((f"{item.id}-weight", item.weight_in_dimension, reasons.get(ChangedField.WEIGHT_IN_DIMENSION)))
        settings += [
            {
                "param-id": identity,
                "props": [_prop("reason", reason or "随所在维度的增改按比例调整")],
                "values": [str(value)],
            }
            for identity, value, reason in moved
        ]
        if moved:
            changed.append({"control-id": item.id, "adds": [{"props": [_prop("fate", "changed")]}]})
    modify = {name: lines for name, lines in (("set-parameters", settings), ("alters", changed)) if lines}
    return {
        "profile": {
            "uuid": _uuid(edition, "profile"),
            "metadata": metadata,
            "imports": imports,
            "merge": {"as-is": True},
            **({"modify": modify} if modify else {}),
        }
    }
