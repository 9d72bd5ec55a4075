"""SSSOM of a crosswalk 对照的 SSSOM 文件: a table with tabs under a header of metadata. plan P8.

A published version alone, and no person of it: who proposed and who reviewed stands in the journal.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from standards import AnyEdition
from standards.external.crosswalk import CrosswalkRow
from standards.external.model import ExternalEdition

MEDIA_TYPE = "text/tab-separated-values"
LICENSE = "https://w3id.org/sssom/license/unspecified"
"""Under which terms a crosswalk may be used is the city's to say, and has not been said."""
MANUAL = "semapv:ManualMappingCuration"
"""Every row was drawn by people; none follows from others."""
COLUMNS = (
    "subject_id",
    "subject_label",
    "predicate_id",
    "object_id",
    "object_label",
    "mapping_justification",
    "confidence",
    "comment",
)


@dataclass(frozen=True)
class PublishedCrosswalk:
    """A published version of a crosswalk with the two editions that it lies between 已发布的对照."""

    id: str
    title: str
    version: int
    published_on: date
    source: str
    mark: str
    rows: tuple[CrosswalkRow, ...]


def sssom_of(crosswalk: PublishedCrosswalk, edition: AnyEdition, model: ExternalEdition) -> str:
    """The file of a published version 导出 SSSOM."""
    names = {indicator.id: indicator.name for indicator in edition.indicators}
    lines = [f"# {line}" for line in _header(crosswalk, edition, model)]
    lines.append("\t".join(COLUMNS))
    lines += ["\t".join(map(_cell, _values(row, names, model))) for row in crosswalk.rows]
    return "\n".join(lines) + "\n"


def _header(crosswalk: PublishedCrosswalk, edition: AnyEdition, model: ExternalEdition) -> list[str]:
    """YAML of the metadata; each value is written as JSON, which is YAML too."""
    prefixes: Mapping[str, str] = {
        "indicator": f"urn:zhenduan:indicator:{edition.key}:",
        "edition": "urn:zhenduan:edition:",
        "node": f"urn:zhenduan:external:{model.key}:",
        "model": "urn:zhenduan:external:",
        "semapv": "https://w3id.org/semapv/vocab/",
        "skos": "http://www.w3.org/2004/02/skos/core#",
    }
    said = {
        "mapping_set_id": f"urn:zhenduan:crosswalk:{crosswalk.id}:{crosswalk.version}",
        "mapping_set_version": str(crosswalk.version),
        "mapping_set_title": crosswalk.title,
        "mapping_set_description": f"{crosswalk.source}（{crosswalk.mark}）",
        "license": LICENSE,
        "subject_source": f"edition:{edition.key}",
        "subject_source_version": edition.key,
        "object_source": f"model:{model.key}",
        "object_source_version": model.number,
        "mapping_date": crosswalk.published_on.isoformat(),
    }
    return [
        *(f"{name}: {json.dumps(value, ensure_ascii=False)}" for name, value in said.items()),
        "curie_map:",
        *(f"  {prefix}: {json.dumps(uri)}" for prefix, uri in prefixes.items()),
    ]


def _values(row: CrosswalkRow, names: Mapping[str, str], model: ExternalEdition) -> tuple[str, ...]:
    node = model.by_id.get(row.node)
    return (
        f"indicator:{row.indicator}",
        names.get(row.indicator, row.indicator),
        row.relation.predicate,
        f"node:{row.node}",
        node.name if node is not None else row.node,
        MANUAL,
        format(row.confidence.normalize(), "f"),
        row.rationale,
    )


def _cell(value: str) -> str:
    """A value on one line of the table; quoted where a quotation mark would begin a quotation."""
    flat = " ".join(value.split())
    return '"' + flat.replace('"', '""') + '"' if '"' in flat else flat
