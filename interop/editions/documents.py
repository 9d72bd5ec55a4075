"""Documents of the standard 标准文件: which a published edition has, under which names, and what is in each. plan S1–S5, P8.

The server and the command line give out the same bytes under the same names, so that links between OSCAL documents
hold wherever all of them lie side by side.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from domain.instants import city_day, utc_moment
from interop.editions.oscal import as_bytes, file_name, oscal_documents
from interop.editions.sheets import MEDIA_TYPE as WORKBOOK
from interop.foreign_files import WORKER
from isolation import Bounds, run
from projections import Snapshot
from projections.documents import (
    as_markdown,
    comparison,
    print_comparison,
    print_standard,
    standard_sheet,
)
from projections.documents.comparison import reasons_of
from projections.standard import editions
from projections.standard.editions import EditionRow
from standards import Edition, Origin, edition_of_json, origins_of_json, plain_origins
from standards.described import DescribedEnum

PDF, JSON, MARKDOWN = "application/pdf", "application/json", "text/markdown; charset=utf-8"
KEY = r"\d{4}(?:\.\d+)?(?:-[a-z]+(?:-[a-z]+)*)?"
ONE = re.compile(rf"(?P<key>{KEY})\.(?P<kind>pdf|xlsx|oscal\.json|additions\.oscal\.json)")
TWO = re.compile(rf"(?P<old>{KEY})\.\.\.(?P<new>{KEY})\.(?P<kind>pdf|md)")
BOUNDS = Bounds(memory_mib=512, cpu_seconds=20, wall_seconds=60.0, written_mib=64)
"""Of one workbook. 2026-11-28: 0.07 s of a core."""


class DocumentKind(DescribedEnum):
    """What a document of an edition is · 文件种类."""

    PDF = "PDF", "The text of the standard, to be printed · 标准文本"
    XLSX = "XLSX", "The standard as a workbook · 标准工作簿"
    OSCAL = "OSCAL", "The standard as a catalogue of OSCAL · 标准目录"
    OSCAL_ADDITIONS = "OSCAL_ADDITIONS", "What an industry adds, as a catalogue of OSCAL · 行业新增目录"
    DIFFERENCE_PDF = "DIFFERENCE_PDF", "Comparison with another edition, to be printed · 版本对照"
    DIFFERENCE_MARKDOWN = "DIFFERENCE_MARKDOWN", "Comparison with another edition, as text · 版本对照文本"


@dataclass(frozen=True)
class PublishedStandard:
    """A published edition with where its lines come from and when it was published 已发布标准."""

    edition: Edition
    origins: tuple[Origin, ...]
    published_at: datetime

    @property
    def stamp(self) -> str:
        """What its documents are functions of, besides the code 版本印记."""
        return f"{self.edition.digest}@{self.published_at.isoformat()}"


@dataclass(frozen=True)
class Document:
    """A document that can be made 标准文件. stamps: of the editions that it is made of; name and stamps tell it apart.

    make: told whom the work is counted for.
    """

    name: str
    title: str
    media_type: str
    stamps: tuple[str, ...]
    make: Callable[[str], bytes]


def published(row: EditionRow) -> PublishedStandard:
    """A published edition as the read model holds it, read."""
    edition = edition_of_json(row.body)
    origins = origins_of_json(row.origins) or plain_origins(edition)
    return PublishedStandard(edition, origins, utc_moment(row.published_at))


def find_document(snapshot: Snapshot, name: str) -> Document | None:
    """The document of a name 查找文件; None where there is none: no such name, or an edition that is not published.

    Published editions are open to every signed-in role (plan S5): who may ask is the caller's to decide.

    Args:
        snapshot: the snapshot.
        name: `2023.pdf`, `2023.xlsx`, `2023.oscal.json`, `2023-energy.additions.oscal.json`, `2023...2025.pdf` or `.md`.
    """

    def standard(key: str) -> PublishedStandard | None:
        row = editions.edition(snapshot, key)
        return published(row) if row is not None else None

    if (two := TWO.fullmatch(name)) is not None:
        old, new = standard(two["old"]), standard(two["new"])
        return _compared(name, old, new, two["kind"]) if old is not None and new is not None else None
    one = ONE.fullmatch(name)
    if one is None or (found := standard(one["key"])) is None:
        return None
    if one["kind"] in ("pdf", "xlsx"):
        return _standing(name, found, one["kind"])
    plain, _, industry = one["key"].partition("-")
    base = standard(plain) if industry else None
    return _oscal(found, base).get(name)


def documents_of(found: PublishedStandard, plain: PublishedStandard | None) -> Mapping[str, Document]:
    """Every document of an edition by its name 全部文件; plain: the published edition that an industry's was composed over."""
    key = found.edition.key
    names = [(f"{key}.{kind}", kind) for kind in ("pdf", "xlsx")]
    return {**{name: _standing(name, found, kind) for name, kind in names}, **_oscal(found, plain)}


def names_of(key: str, origins: Sequence[Origin], *, over_plain: bool) -> tuple[tuple[str, DocumentKind, str], ...]:
    """Name, kind and media type of every document of an edition 文件名录.

    over_plain: it is an industry's and the plain edition is published, so that it is told apart from that.
    """
    found = [
        (f"{key}.pdf", DocumentKind.PDF, PDF),
        (f"{key}.xlsx", DocumentKind.XLSX, WORKBOOK),
        (file_name(key), DocumentKind.OSCAL, JSON),
    ]
    if over_plain:
        plain = key.partition("-")[0]
        if any(origin.fate == "added" for origin in origins):
            found.append((file_name(key, "additions"), DocumentKind.OSCAL_ADDITIONS, JSON))
        found += [
            (f"{plain}...{key}.pdf", DocumentKind.DIFFERENCE_PDF, PDF),
            (f"{plain}...{key}.md", DocumentKind.DIFFERENCE_MARKDOWN, MARKDOWN),
        ]
    return tuple(found)


def _standing(name: str, found: PublishedStandard, kind: str) -> Document:
    edition, origins, at = found.edition, found.origins, found.published_at

    def pdf(holder: str) -> bytes:
        return print_standard(standard_sheet(edition, origins, city_day(at)), holder).pdf

    def xlsx(_holder: str) -> bytes:
        return workbook(edition, origins, at)

    media, make = (PDF, pdf) if kind == "pdf" else (WORKBOOK, xlsx)
    return Document(name, f"{edition.title}.{kind}", media, (found.stamp,), make)


def _oscal(found: PublishedStandard, plain: PublishedStandard | None) -> Mapping[str, Document]:
    base = plain.edition if plain is not None else None
    made = oscal_documents(found.edition, found.origins, found.published_at, base)
    stamps = (found.stamp, plain.stamp if plain is not None else "")
    return {
        name: Document(name, name, JSON, stamps, lambda _holder, document=document: as_bytes(document))  # type: ignore[misc] # bound early
        for name, document in made.items()
    }


def workbook(edition: Edition, origins: Sequence[Origin], published_at: datetime | None) -> bytes:
    """The workbook of an edition 标准工作簿, made in a process of its own; see `interop.editions.workbook.workbook_of`."""
    return run(f"{WORKER}:edition_bytes", edition, tuple(origins), published_at, bounds=BOUNDS)


def _compared(name: str, old: PublishedStandard, new: PublishedStandard, kind: str) -> Document:
    def shown(holder: str) -> bytes:
        side_by_side = comparison(old.edition, new.edition, reasons_of(old.edition, new.edition, new.origins))
        return print_comparison(side_by_side, holder).pdf if kind == "pdf" else as_markdown(side_by_side).encode()

    title = f"标准修订对照 {old.edition.key} → {new.edition.key}.{kind}"
    return Document(name, title, PDF if kind == "pdf" else MARKDOWN, (old.stamp, new.stamp), shown)
