"""Documents of a draft 草案文件: what a revision would publish, and how that differs from what is in force. plan S5.

The text on consultation is open to every signed-in role, the draft as it stands to those whom its scope admits; so are the
reasons of its changes, and a document holds no more of them than its reader may see.
"""

import re
from collections.abc import Mapping
from hashlib import sha256
from typing import Literal

from domain.access import Scope
from interop.editions.documents import KEY, MARKDOWN, PDF, Document, DocumentKind, published, workbook
from interop.editions.sheets import MEDIA_TYPE as WORKBOOK
from projections import Snapshot
from projections.documents import as_markdown, comparison, print_comparison, print_standard, standard_sheet
from projections.report.wording import short_name
from projections.standard import editions, revisions
from projections.standard.revisions import DraftEditions

Which = Literal["current", "consulted"]
NAME = re.compile(rf"(?P<key>{KEY})\.(?P<kind>pdf|xlsx|difference\.pdf|difference\.md)")
MEDIA: Mapping[str, str] = {"pdf": PDF, "xlsx": WORKBOOK, "difference.pdf": PDF, "difference.md": MARKDOWN}
"""Kind of a draft's document -> media type."""


def draft_paths(revision: str, which: Which, replaces: str) -> tuple[tuple[str, DocumentKind, str], ...]:
    """Path, kind and media type of every document of one edition of a draft 草案文件名录."""
    kinds = {
        "pdf": DocumentKind.PDF,
        "xlsx": DocumentKind.XLSX,
        "difference.pdf": DocumentKind.DIFFERENCE_PDF,
        "difference.md": DocumentKind.DIFFERENCE_MARKDOWN,
    }
    return tuple(
        (f"/revisions/{revision}/{which}/{replaces}.{ending}", kind, MEDIA[ending]) for ending, kind in kinds.items()
    )


def find_draft_document(snapshot: Snapshot, scope: Scope, revision: str, which: str, name: str) -> Document | None:
    """The document of a draft 查找草案文件; None where there is none, the draft does not compose or is not open to the scope.

    Args:
        snapshot: the snapshot.
        scope: whose drafts the caller may see.
        revision: id of the revision.
        which: `current`, the draft as it stands, or `consulted`, the text on consultation.
        name: key of the published edition that would be replaced, with `.pdf`, `.xlsx`, `.difference.pdf` or `.difference.md`.
    """
    asked = NAME.fullmatch(name)
    if asked is None or which not in ("current", "consulted"):
        return None
    read = revisions.draft_editions if which == "current" else revisions.consulted_editions
    draft = read(snapshot, scope, revision)
    row = editions.edition(snapshot, asked["key"])
    if draft is None or row is None or asked["key"] not in draft.compositions:
        return None
    old, made = published(row), draft.compositions[asked["key"]]
    edition, origins, kind = made.edition, made.origins, asked["kind"]
    called = f"{short_name(edition)} 草案第 {draft.version} 稿"
    if kind in ("pdf", "xlsx"):

        def text(holder: str) -> bytes:
            if kind == "xlsx":
                return workbook(edition, origins, None)
            return print_standard(standard_sheet(edition, origins, None), holder).pdf

        return Document(f"{revision}/{which}/{name}", f"{called}.{kind}", MEDIA[kind], (edition.digest,), text)
    reasons = _reasons(snapshot, scope, draft, edition.key)
    told = sha256(repr(sorted(reasons.items())).encode()).hexdigest()

    def compared(holder: str) -> bytes:
        shown = comparison(old.edition, edition, reasons, (short_name(old.edition), called))
        return print_comparison(shown, holder).pdf if kind == "difference.pdf" else as_markdown(shown).encode()

    stamps = (old.stamp, edition.digest, str(draft.version), told)
    title = f"修订对照 {old.edition.key} → {called}.{kind.removeprefix('difference.')}"
    return Document(f"{revision}/{which}/{name}", title, MEDIA[kind], stamps, compared)


def _reasons(snapshot: Snapshot, scope: Scope, draft: DraftEditions, key: str) -> Mapping[str, str]:
    """Clause -> the last reason given for changing it, up to the draft's version, as far as the scope sees its changes 修订理由."""
    industry = key.partition("-")[2] or None
    return {
        change.clause: change.reason
        for change in revisions.changes(snapshot, scope, [draft.revision])
        if change.draft_version <= draft.version and change.industry in (None, industry)
    }
