"""Reading 读取: one connection and one snapshot, which every read of an operation goes through."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Select, String, Table, any_, bindparam
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.sql import ColumnElement

from domain.access import Scope
from journal.statements import Rows, Statements
from projections import row_security


class Reading:
    """One snapshot of the read models 快照. position: the journal position the rows stand at.

    Indexing with a desk's table gives that table in the generation of this snapshot.
    """

    def __init__(
        self,
        connection: Connection,
        tables: Mapping[str, Table],
        position: int,
        statements: Statements | None = None,
        *,
        fenced: bool = False,
    ) -> None:
        self._connection = connection
        self._tables = tables
        self._statements = statements
        self._fenced = fenced
        self.position = position

    def __getitem__(self, table: Table) -> Table:
        return self._tables[table.name]

    def through(self, scope: Scope) -> None:
        """Let PostgreSQL itself refuse what lies outside a scope, from here to the snapshot's end (`row_security`)."""
        if self._fenced:
            row_security.enter(self._connection, scope)

    def rows(self, query: Select[Any]) -> Rows:
        """The rows of a query, as plain tuples."""
        if self._statements is not None:
            return self._statements.rows(self._connection, query)
        return [tuple(row) for row in self._connection.execute(query)]

    def among(self, column: ColumnElement[Any], values: Sequence[str]) -> ColumnElement[bool]:
        """The condition that a column has one of several texts 属于.

        One array on PostgreSQL: a list in the statement would make another statement of each length.
        """
        if self._statements is None:
            return column.in_(list(values))
        return column == any_(bindparam(None, list(values), type_=ARRAY(String)))
