"""Export worker 导出进程: the files of a bulk export, written in a process of its own: none of it is a reader's core. plan P8."""

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import closing
from typing import Any

from interop.exports.plan import ExportedFile, MadeExport, Plan
from interop.exports.tables import batches
from interop.exports.writers import WRITERS
from projections import open_read_models


def write(plan: Plan) -> bytes:
    """Write every file of a plan from one snapshot 写出导出文件; see `made_apart`."""
    found: dict[str, ExportedFile] = {}
    with closing(open_read_models(plan.models, None)) as models, models.reading(plan.scope) as snapshot:
        for table, columns in plan.tables.items():
            path = plan.folder / f"{table}.{plan.ending}"
            counted = _Counted(plan.held.get(table))
            WRITERS[plan.ending](path, columns, counted.of(batches(snapshot, plan.scope, table)))
            with path.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
            found[table] = ExportedFile(count=counted.count, size=path.stat().st_size, sha256=digest, held=counted.held)
        return MadeExport(position=snapshot.position, tables=found).model_dump_json().encode()


class _Counted:
    """Rows on their way into a file, counted. firm: column of the firm whose data they are; None = that is not asked."""

    def __init__(self, firm: str | None) -> None:
        self._firm = firm
        self.count = 0
        self.held: list[tuple[str, str]] = []

    def of(self, found: Iterator[Sequence[Any]]) -> Iterator[Sequence[Any]]:
        """The same rows."""
        for rows in found:
            self.count += len(rows)
            if self._firm is not None:
                self.held.extend((getattr(row, self._firm), row.id) for row in rows)
            yield rows
