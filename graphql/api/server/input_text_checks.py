"""Texts 文本 that a read is given: short and printable, as every command's are (`domain.kernel.Command`).

PostgreSQL takes no NUL in a text and SQLite no long pattern: what nothing stored could match would end as a fault of ours.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from graphql import DocumentNode, GraphQLError, StringValueNode, Visitor, visit

from domain.kernel import holds_control

LONGEST_TEXT = 1_024
"""Far above the longest name, id or cursor."""
TEXT_UNUSABLE = "TEXT_UNUSABLE"


def unusable(texts: Iterable[str]) -> GraphQLError | None:
    """The error of texts that are too long or hold control characters 文本不可用; None when all may be looked for."""
    if not any(len(text) > LONGEST_TEXT or holds_control(text) for text in texts):
        return None
    return GraphQLError(
        f"查询所给文字含有控制字符，或超过 {LONGEST_TEXT} 个字符。"
        f"A text given to a query holds a control character or more than {LONGEST_TEXT} characters.",
        extensions={"code": TEXT_UNUSABLE},
    )


def literals(document: DocumentNode) -> list[str]:
    """Texts written in a document itself, defaults of variables included."""
    found: list[str] = []

    class Literals(Visitor):
        def enter_string_value(self, node: StringValueNode, *_: object) -> None:
            found.append(node.value)

    visit(document, Literals())
    return found


def texts_in(value: Any) -> Iterator[str]:  # noqa: ANN401 - variables as the schema coerced them
    """Texts anywhere in the variables of an operation."""
    waiting = [value]
    while waiting:
        match waiting.pop():
            case str() as text:
                yield text
            case dict() as inner:
                waiting.extend(inner.values())
            case list() as inner:
                waiting.extend(inner)
