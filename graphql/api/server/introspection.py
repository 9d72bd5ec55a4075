"""Introspection · 自省. What the schema says of itself: the same for everyone and for ever, so it is worked out once a document."""

import threading
from collections import OrderedDict
from typing import Any

import orjson
from graphql import (
    DocumentNode,
    FieldNode,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    execute_sync,
    print_ast,
)

MOST_KEPT = 3 << 20
"""Bytes of answers kept as JSON, and some ten times as many as objects; the standard one has 0.4 MiB."""
Known = tuple[dict[str, Any], bytes]
"""A response, and the same as JSON."""
SCHEMA_FIELDS = frozenset({"__schema", "__type", "__typename"})


def introspective(operation: OperationDefinitionNode) -> bool:
    """Whether an operation asks for the schema alone, in words that leave nothing open 是否只查询结构."""
    return (
        operation.operation is OperationType.QUERY
        and not operation.variable_definitions
        and all(
            isinstance(one, FieldNode) and one.name.value in SCHEMA_FIELDS for one in operation.selection_set.selections
        )
    )


class Introspection:
    """Answers of one schema 自省应答, each worked out by graphql-core itself at the first ask, one at a time."""

    def __init__(self, schema: GraphQLSchema, most: int = MOST_KEPT) -> None:
        self._schema = schema
        self._most = most
        self._size = 0
        self._turn = threading.Lock()
        self._kept: OrderedDict[str, Known] = OrderedDict()

    def answer(self, document: DocumentNode) -> Known:
        """The response to a document of one operation that is `introspective`; nobody may change it."""
        text = print_ast(document)
        with self._turn:
            found = self._kept.get(text)
            if found is not None:
                self._kept.move_to_end(text)
                return found
            payload: dict[str, Any] = dict(execute_sync(self._schema, document).formatted)
            found = payload, orjson.dumps(payload)
            size = len(text) + len(found[1])
            if size <= self._most:
                self._kept[text] = found
                self._size += size
            while self._size > self._most:
                old, (_, gone) = self._kept.popitem(last=False)
                self._size -= len(old) + len(gone)
            return found
