"""Outcome of a case collection 案例集 in a process of its own: which texts are published, by their digests. plan R5."""

from contextlib import closing
from hashlib import sha256
from pathlib import Path

import orjson

from domain.programme.papers.inputs import BASIS, PaperBasis
from domain.programme.papers.paper import PAPER_OUTCOME, PaperOutcome
from domain.programme.papers.tables import PaperCell, PaperTableName
from journal.blobs import Blobs
from projections import open_read_models
from projections.programme.case_studies.read_model import published_in
from projections.programme.papers.csv_tables import table_of

METHOD = "collection/1"
"""Id and version of how cases are collected, as a collection cites it."""


def collection_bytes(address: str, files: str, year: int) -> bytes:
    """The one table of a year's case collection as JSON: the id of each case, and the digest of its text.

    Args:
        address: of the read models, which are read alone.
        files: folder of the files that are kept; no firm is counted, so nothing stands behind a cell.
        year: in which they were published.
    """
    with closing(open_read_models(address, None)) as models, models.reading() as snapshot:
        found = published_in(snapshot, year)
        cells = [PaperCell(row=identity, column=text) for identity, text in found.items()]
        digest = sha256(orjson.dumps(list(found.items()))).hexdigest()
        basis = Blobs(Path(files)).put(BASIS.dump_json(PaperBasis({}, {})))
        tables = (table_of(PaperTableName.CASES, cells),)
        return PAPER_OUTCOME.dump_json(PaperOutcome(snapshot.position, digest, tables, basis))
