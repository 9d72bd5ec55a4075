"""Clauses 条款 of a draft: whether there is one, what it is called, and what it says now. plan S5.

A clause is written as `standards.edition.difference` writes it: the whole (""), a line (indicators.Z01), a member of it
(indicators.Z01.weight_in_dimension) or anything between. Of an industry only what it states of its own says something.
"""

from collections.abc import Mapping
from typing import Any

from standards.edition.composition import Overlay
from standards.edition.difference import Path, clauses_of, label_of, leaves_of, line_in_short, said
from standards.edition.text import EditionText, Indicator
from standards.revising.standard_text import AuthoredStandard

DROPPED = "删减"
WHOLE = "全文"


def is_clause(text: EditionText, clause: str) -> bool:
    """Whether a text has a clause, or clauses below it 条款是否存在; the empty one is the whole."""
    wanted = _path(clause)
    return any(path[: len(wanted)] == wanted for path in clauses_of(text))


def clause_label(text: EditionText, clause: str, *more: Indicator) -> str:
    """What a clause is called 条款名称; more: lines that the text has not, or no longer."""
    named = {item.id: item.name for item in more}
    path = _path(clause)
    if not path:
        return WHOLE
    label = label_of(path, text)
    unnamed = f"“{path[1]}”" if len(path) > 1 and path[1] in named else None
    return label.replace(unnamed, f"“{named[path[1]]}”") if unnamed is not None else label


def clause_in_words(clause: str) -> str:
    """What a clause is called where no text is at hand 条款称谓: its lines by their ids."""
    path = _path(clause)
    return label_of(path) if path else WHOLE


def stated_at(standard: AuthoredStandard, industry: str | None, clause: str) -> str | None:
    """What a draft states at a clause 条款内容, its parts in one line; None where it states nothing.

    industry: None = the plain part; of an industry, what its overlay states, not what it takes over.
    """
    if industry is None:
        return _said_at(clauses_of(standard.plain), clause)
    overlay = standard.overlay_of.get(industry)
    return _said_at(_stated_by(overlay), clause) if overlay is not None else None


def _stated_by(overlay: Overlay) -> Mapping[Path, Any]:
    found: dict[Path, Any] = dict(leaves_of({"indicators": [item.model_dump() for item in overlay.adds]}))
    found |= {("indicators", item.id): line_in_short(item) for item in overlay.adds}
    found |= {("indicators", one.indicator): DROPPED for one in overlay.drops}
    for weight in overlay.reweights:
        found["indicators", weight.indicator, "weight_in_dimension"] = weight.weight_in_dimension
    for band in overlay.rebands:
        found["indicators", band.indicator, "upper_bounds"] = " / ".join(map(str, band.upper_bounds))
    return found


def _said_at(clauses: Mapping[Path, Any], clause: str) -> str | None:
    wanted = _path(clause)
    if wanted in clauses:
        return said(clauses[wanted])
    parts = [said(value) for path, value in clauses.items() if path[: len(wanted)] == wanted]
    return " / ".join(parts) if parts else None


def _path(clause: str) -> Path:
    """The parts of a clause; a level of half a step, "points.1.5", is one part."""
    head, _, rest = clause.partition(".")
    if head == "points" and rest:
        return (head, rest)
    return tuple(clause.split(".")) if clause else ()
