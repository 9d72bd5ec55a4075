"""Reading 读取: one connection and one snapshot, which every read of an operation goes through."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Executable, Table


class Reading:
    """One snapshot of the read models 快照. position: the journal position the rows stand at.

    Indexing with a desk's table gives that table in the generation of this snapshot.
    """

    def __init__(self, connection: Connection, tables: Mapping[str, Table], position: int) -> None:
        self._connection = connection
        self._tables = tables
        self.position = position

    def __getitem__(self, table: Table) -> Table:
        return self._tables[table.name]

    def rows(self, query: Executable) -> Sequence[Any]:
        """The rows of a query."""
        return self._connection.execute(query).all()
