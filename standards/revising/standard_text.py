"""Revising 修订 the standard: its authoring form, changed clause by clause and composed into editions. plan S1–S5.

A draft may pass through states that do not hold as a whole, such as weights that do not add up yet: each line is sound by
itself, what is missing is told as problems, and only a draft without problems composes. The overlays are composed anew over
the changed plain part; one that no longer fits is a problem with its place.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from hashlib import sha256
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from standards.edition.composition import (
    Composition,
    CompositionRefused,
    CompositionRule,
    Drop,
    Overlay,
    Reband,
    Reweight,
    compose,
    plain_origins,
)
from standards.edition.edition import Edition
from standards.edition.text import EditionText, Indicator, Problem
from standards.edition.value_faults import said_of
from standards.revising import changes as c

P = TypeVar("P", bound=BaseModel)
L = TypeVar("L", Drop, Reweight, Reband)
OVERLAY_LISTS = ("adds", "drops", "reweights", "rebands")
Fault = Literal["unknown", "repeated", "collides", "misfit", "plain_only"]


class AuthoredStandard(BaseModel):
    """The whole standard as it is authored 标准编制稿: the plain part, what each industry changes of it, and how far it may.

    overlays: in order of the industry, each with its changes in order of the indicator.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    plain: EditionText
    overlays: tuple[Overlay, ...]
    rule: CompositionRule

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the canonical JSON, hexadecimal; two drafts that say the same have the same."""
        return sha256(self.model_dump_json().encode()).hexdigest()

    @property
    def overlay_of(self) -> Mapping[str, Overlay]:
        """Industry -> its overlay."""
        return {overlay.industry: overlay for overlay in self.overlays}


class ComposedStandard(BaseModel):
    """What a draft composes to 编制稿组合结果: the plain edition first, then one an industry; none while problems remain."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    compositions: tuple[Composition, ...]
    problems: tuple[Problem, ...]


class ChangeRefused(ValueError):  # noqa: N818 - an answer, which the rules of a revision turn into a refusal
    """A change cannot be made of a draft 改动不成立.

    what, says: which thing or bound it meets, in English and in Chinese.
    fault: the clause or industry is unknown, an indicator id repeats, two changes collide, the value does not fit the line, or
    the clause is the plain part's alone.
    """

    def __init__(self, fault: Fault, change: c.StandardChange, what: str = "", says: str = "") -> None:
        super().__init__(f"{c.clause_of(change)}: {fault} {what}".strip())
        self.fault = fault
        self.clause = c.clause_of(change)
        self.industry = change.industry
        self.what = what
        self.says = says or what


class NotAuthored(ValueError):  # noqa: N818 - an answer
    """Published editions do not tell how they were authored 无法还原编制稿; key: the one that is not given back."""

    def __init__(self, key: str) -> None:
        super().__init__(f"edition {key} is not what its origins say")
        self.key = key


# From published editions to the authoring form


def authored(plain: Edition, industries: Iterable[Composition], rule: CompositionRule) -> AuthoredStandard:
    """The authoring form of published editions 还原编制稿, read from them and their origins and held against their digests.

    Raises:
        NotAuthored: an industry edition is not composed of the plain one as its origins say.
    """
    overlays = []
    for one in industries:
        overlay = _overlay_of(plain, one)
        try:
            again = compose(plain, overlay, rule).edition.digest
        except CompositionRefused:
            again = ""
        if again != one.edition.digest:
            raise NotAuthored(one.edition.key)
        overlays.append(overlay)
    return AuthoredStandard(
        plain=EditionText.model_validate(plain.model_dump()),
        overlays=tuple(sorted(overlays, key=lambda overlay: overlay.industry)),
        rule=rule,
    )


def _overlay_of(plain: Edition, composition: Composition) -> Overlay:
    """A change without a reason made room for those that were stated, so it is none of the overlay."""
    edition = composition.edition
    found: dict[str, list[BaseModel]] = {"adds": [], "drops": [], "reweights": [], "rebands": []}
    for origin in composition.origins:
        item = edition.by_id.get(origin.indicator)
        if item is None:
            found["drops"].append(Drop(indicator=origin.indicator, reason=origin.reason or "-"))
        elif origin.fate == "added":
            found["adds"].append(item)
        for change in origin.changes:
            if change.reason is None or item is None:
                continue
            if change.field == "upper_bounds":
                band = Reband(indicator=item.id, upper_bounds=item.upper_bounds, reason=change.reason)
                found["rebands"].append(band)
            else:
                weight = Reweight(indicator=item.id, weight_in_dimension=item.weight_in_dimension, reason=change.reason)
                found["reweights"].append(weight)
    named = {"name": edition.title.removeprefix(f"{plain.title}·").removesuffix("版"), "source": edition.source}
    overlay = Overlay.model_validate({"industry": edition.key.partition("-")[2], **named, **found})
    return _in_order(overlay)


def _in_order(overlay: Overlay) -> Overlay:
    """An overlay is a set of changes: kept in order of the indicator, so that two that say the same are equal."""
    lists: Mapping[str, tuple[Any, ...]] = {name: getattr(overlay, name) for name in ("drops", "reweights", "rebands")}
    ordered = {name: tuple(sorted(found, key=lambda one: one.indicator)) for name, found in lists.items()}
    return overlay.model_copy(update={**ordered, "adds": tuple(sorted(overlay.adds, key=lambda item: item.id))})


def retitled(standard: AuthoredStandard, key: str, title: str) -> AuthoredStandard:
    """The same standard under the key and title of an edition to come 新版本号与标题."""
    return _with(standard, plain=standard.plain.model_copy(update={"key": key, "title": title}))


# Changing


def changed(standard: AuthoredStandard, changes: Sequence[c.StandardChange]) -> AuthoredStandard:
    """A draft after a set of changes 修订. Pure; the order of the set means nothing.

    Args:
        standard: the draft; what the changes name is looked for here.
        changes: none collides with another.

    Returns:
        The draft, which may not hold as a whole: see `composed`.

    Raises:
        ChangeRefused: two changes collide, or one of them cannot be made.
    """
    if (pair := c.first_collision(changes)) is not None:
        raise ChangeRefused("collides", pair[1], c.clause_of(pair[0]))
    plain, overlays = standard.plain, dict(standard.overlay_of)
    for change in sorted(changes, key=lambda one: (one.industry or "", c.clause_of(one))):
        try:
            if change.industry is None:
                plain = _plain_changed(plain, change)
            elif change.industry in overlays:
                overlays[change.industry] = _overlay_changed(standard.plain, overlays[change.industry], change)
            else:
                raise ChangeRefused("unknown", change)
        except ValidationError as error:
            says, what = said_of(dict(error.errors(include_url=False)[0]))
            raise ChangeRefused("misfit", change, what, says) from error
    return _with(standard, plain=plain, overlays=tuple(overlays[industry] for industry in sorted(overlays)))


def _with(model: P, **values: object) -> P:
    """A copy with other values, validated: a plain copy would take any."""
    fields = {name: getattr(model, name) for name in type(model).model_fields}
    return type(model).model_validate(fields | values)


def _plain_changed(plain: EditionText, change: c.StandardChange) -> EditionText:
    match change:
        case c.DimensionWeight(dimension=identity, weight=weight):
            if identity not in {one.id for one in plain.dimensions}:
                raise ChangeRefused("unknown", change)
            dimensions = (_with(one, weight=weight) if one.id == identity else one for one in plain.dimensions)
            return plain.model_copy(update={"dimensions": tuple(dimensions)})
        case c.TotalBands(bands=bands):
            return plain.model_copy(update={"bands": bands})
        case c.LevelPoints(level=level, points=points):
            if level not in plain.points:
                raise ChangeRefused("unknown", change)
            return plain.model_copy(update={"points": {**plain.points, level: points}})
        case c.GateSetting():
            return plain.model_copy(update={"gates": _gates_changed(plain, change)})
        case c.EditionWording(heading=heading, text=text):
            return plain.model_copy(update={heading: text})
        case c.AddIndicator(item=item):
            if item.id in plain.by_id:
                raise ChangeRefused("repeated", change, item.id)
            if item.dimension not in {one.id for one in plain.dimensions}:
                raise ChangeRefused("misfit", change, f"unknown dimension {item.dimension}", f"没有维度 {item.dimension}")
            return plain.model_copy(update={"indicators": _placed(plain, item)})
        case c.RestoreIndicator():
            raise ChangeRefused("unknown", change)
        case c.DropIndicator(indicator=identity):
            _require_line(plain.by_id, change)
            return plain.model_copy(update={"indicators": tuple(i for i in plain.indicators if i.id != identity)})
        case _:
            _require_line(plain.by_id, change)
            lines = (_line_changed(item, change) if item.id == c.line_of(change) else item for item in plain.indicators)
            return plain.model_copy(update={"indicators": tuple(lines)})


def _placed(plain: EditionText, item: Indicator) -> tuple[Indicator, ...]:
    """A new line stands in its dimension before the first of a greater id, wherever others are added before or after."""
    found: list[Indicator] = []
    for dimension in plain.dimensions:
        mine = [one for one in plain.indicators if one.dimension == dimension.id]
        if dimension.id == item.dimension:
            mine.insert(next((at for at, one in enumerate(mine) if one.id > item.id), len(mine)), item)
        found += mine
    return tuple(found)


def _require_line(lines: Mapping[str, Indicator], change: c.StandardChange) -> None:
    if c.line_of(change) not in lines:
        raise ChangeRefused("unknown", change)


def _line_changed(item: Indicator, change: c.StandardChange) -> Indicator:
    match change:
        case c.IndicatorWeight(weight=weight):
            return _with(item, weight_in_dimension=weight)
        case c.UpperBounds(upper_bounds=bounds):
            return _with(item, upper_bounds=bounds)
        case c.IndicatorText(member=member, text=text):
            return _with(item, **{member: text})
        case c.LevelDescriptor(descriptor=number, text=text):
            return _with(item, levels=(*item.levels[: number - 1], text, *item.levels[number:]))
        case c.KeyIndicator(is_key=is_key):
            return _with(item, key=is_key)
        case c.BriefForm(in_brief=in_brief):
            return _with(item, in_brief=in_brief)
    raise AssertionError(change)


def _gates_changed(plain: EditionText, change: c.GateSetting) -> BaseModel:
    """All gates with one setting replaced; the value is read as the setting's own type reads it."""
    name, _, code = change.gate.partition(".")
    gates = plain.gates.model_dump()
    if name == "security":
        gate = next((one for one in gates["security"] if one["code"] == code), None)
    else:
        gate = gates.get(name) if not code else None
    if gate is None or change.setting not in gate or change.setting == "code":
        raise ChangeRefused("unknown", change)
    gate[change.setting] = change.value
    return type(plain.gates).model_validate(gates)


def _overlay_changed(plain: EditionText, overlay: Overlay, change: c.StandardChange) -> Overlay:
    own = {item.id: item for item in overlay.adds}
    match change:
        case c.AddIndicator(item=item):
            if item.id in own or item.id in plain.by_id:
                raise ChangeRefused("repeated", change, item.id)
            return _in_order(_with(overlay, adds=(*overlay.adds, item)))
        case c.RestoreIndicator(indicator=identity):
            kept = {n: tuple(o for o in getattr(overlay, n) if o.indicator != identity) for n in ("drops", "reweights", "rebands")}
            after = _with(overlay, **kept)
            if after == overlay:
                raise ChangeRefused("unknown", change)
            return after
        case c.DropIndicator(indicator=identity) if identity in own:
            return _with(overlay, adds=tuple(item for item in overlay.adds if item.id != identity))
        case c.DropIndicator(indicator=identity, reason=reason):
            _require_line(plain.by_id, change)
            return _in_order(_with(overlay, drops=_stated(overlay.drops, Drop(indicator=identity, reason=reason))))
        case _ if c.line_of(change) in own:
            lines = tuple(_line_changed(item, change) if item.id == c.line_of(change) else item for item in overlay.adds)
            return _with(overlay, adds=lines)
        case c.IndicatorWeight(indicator=identity, weight=weight, reason=reason):
            _require_line(plain.by_id, change)
            stated = Reweight(indicator=identity, weight_in_dimension=weight, reason=reason)
            return _in_order(_with(overlay, reweights=_stated(overlay.reweights, stated)))
        case c.UpperBounds(indicator=identity, upper_bounds=bounds, reason=reason):
            _require_line(plain.by_id, change)
            _line_changed(plain.by_id[identity], change)
            stated_bounds = Reband(indicator=identity, upper_bounds=bounds, reason=reason)
            return _in_order(_with(overlay, rebands=_stated(overlay.rebands, stated_bounds)))
        case _:
            raise ChangeRefused("plain_only", change)


def _stated(known: tuple[L, ...], one: L) -> tuple[L, ...]:
    """What an overlay states, one thing an indicator: a later statement replaces an earlier one."""
    found: list[L] = [other for other in known if other.indicator != one.indicator]
    found.append(one)
    return tuple(found)


# Composing


def composed(standard: AuthoredStandard) -> ComposedStandard:
    """The editions that a draft would be published as 组合编制稿, or every problem that keeps it from that."""
    if standard.plain.problems:
        return ComposedStandard(compositions=(), problems=standard.plain.problems)
    plain = Edition.model_validate(standard.plain.model_dump())
    found, problems = [Composition(edition=plain, origins=plain_origins(plain))], []
    for overlay in standard.overlays:
        try:
            found.append(compose(plain, overlay, standard.rule))
        except CompositionRefused as refused:
            problems.append(
                Problem(
                    industry=overlay.industry,
                    place=_clause_at(refused.where),
                    rule="OVERLAY_UNFIT",
                    says=refused.says,
                    says_in_english=refused.what,
                )
            )
    return ComposedStandard(compositions=() if problems else tuple(found), problems=tuple(problems))


def _clause_at(where: str) -> str:
    """The field of an overlay at which composing failed, as a clause path."""
    field, _, rest = where.partition(".")
    return f"indicators.{rest}" if field in OVERLAY_LISTS else where
