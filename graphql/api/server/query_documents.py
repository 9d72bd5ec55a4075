"""Documents 查询文档: a query text parsed, weighed, validated and judged once, then kept with its compiled selections."""

import re
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

import strawberry
from graphql import (
    SKIP,
    ArgumentNode,
    DocumentNode,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    TokenKind,
    VariableDefinitionNode,
    VariableNode,
    Visitor,
    VisitorAction,
    get_operation_ast,
    parse,
    separate_operations,
    specified_rules,
    visit,
)
from strawberry.schema.schema import validate_document

from api.kit.disclosure_notes import Guarded, entry_point_of, guarded_among
from api.kit.forbidden_fields import Rows, forbidden
from api.kit.published import FieldRights
from api.server.compiled_selections import Plans
from api.server.field_rights import asked, describe_rights, resolve_rights, roles_for
from api.server.input_text_checks import literals, unusable
from api.server.introspection import introspective
from api.server.query_cost import Limits, cost_of, over_budget
from api.server.query_faults import in_chinese_too
from api.server.readable_part import Switches, readable_part, switch_names, switches_of
from domain.access import Role

KEPT_DOCUMENTS = 512
LONGEST_NUMBER = 400
"""Signs of a number in a document: more than any that is taken has, and fewer than Python reads at all."""
MANY_DIGITS = re.compile(rf"[0-9]{{{LONGEST_NUMBER}}}", re.ASCII)
NUMBERS = frozenset({TokenKind.INT, TokenKind.FLOAT})
PARTS_OF_A_DOCUMENT = 64
"""A document has a part for each role that may not read all of it, and for each value of its switches; more are cut anew."""
VAIN, TRIED_AGAIN = 8, 64
"""So often in a row an operation is begun on the event loop in vain; from then on it is tried each 64th time."""
PARSE_FAILED = "GRAPHQL_PARSE_FAILED"
VALIDATION_FAILED = "GRAPHQL_VALIDATION_FAILED"
OPERATION_UNKNOWN = "OPERATION_RESOLUTION_FAILURE"
SEVERAL_OPERATIONS = "须用 operationName 指明操作 Name one of the operations in operationName"


class Unacceptable(Exception):  # noqa: N818 - the document's fault, told to its author
    """A document that is not executed 不可执行的文档: syntax, budget, validation, or no such operation."""

    def __init__(self, code: str, errors: Iterable[GraphQLError]) -> None:
        self.errors = list(errors)
        for error in self.errors:
            error.extensions = {"code": code, **(error.extensions or {})}
        super().__init__(code)


@dataclass
class Habit:
    """How an operation was answered the last time 上次执行情况. alone: by one statement and nothing else.

    left: how often in a row it was begun on the event loop and left to the usual way (`api.server.straight_answers`).
    """

    alone: bool = False
    left: int = 0

    def may_be_straight(self) -> bool:
        """Whether it is begun on the event loop: where that was in vain time and again, once in a while."""
        if self.left < VAIN:
            return True
        self.left += 1
        return self.left % TRIED_AGAIN == 0


@dataclass(frozen=True)
class Prepared:
    """One operation of a document, ready to run any number of times 已备操作.

    coordinates: the fields it may ask for. roles: those that may read all of them. plans: see `api.server.compiled_selections`.
    wanted_fields: see `api.kit.context`.
    switches: the variables that decide what is skipped; None where nothing is. withheld: see `api.server.readable_part`.
    habit: kept as those. parts: what of it other roles may read, kept with it.
    cost: see `query_cost`. introspective: it asks for the schema alone.
    entry_point, guarded: the fields it begins with, and the protected ones among all it asks for (`api.kit.disclosure_notes`).
    below_root: the variables that the answer to one event of a subscription may depend on.
    """

    document: DocumentNode
    operation: OperationDefinitionNode
    coordinates: frozenset[str]
    roles: frozenset[Role]
    plans: Plans = field(default_factory=dict, compare=False)
    wanted_fields: dict[Hashable, frozenset[str]] = field(default_factory=dict, compare=False)
    habit: Habit = field(default_factory=Habit, compare=False)
    entry_point: str = ""
    guarded: Guarded = field(default_factory=dict)
    cost: int = 0
    introspective: bool = False
    switches: frozenset[str] | None = None
    withheld: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    parts: "dict[tuple[str, frozenset[tuple[str, bool]]], Prepared]" = field(default_factory=dict, compare=False)
    below_root: frozenset[str] = frozenset()

    @property
    def only_reads(self) -> bool:
        """Whether it reads data and does nothing else."""
        return self.kind is OperationType.QUERY and not self.introspective

    @property
    def kind(self) -> OperationType:
        """Query, mutation or subscription."""
        return self.operation.operation


class _Used(Visitor):
    """The variables that are used anywhere but in the arguments of a subscription's own field, which choose its events."""

    def __init__(self, operation: OperationDefinitionNode) -> None:
        super().__init__()
        self.names: set[str] = set()
        self._choosing = {id(one) for root in operation.selection_set.selections for one in getattr(root, "arguments", None) or ()}

    def enter_argument(self, node: ArgumentNode, *_: object) -> VisitorAction:
        return SKIP if id(node) in self._choosing else None

    def enter_variable(self, node: VariableNode, *_: object) -> None:
        self.names.add(node.name.value)

    def enter_variable_definition(self, _node: VariableDefinitionNode, *_: object) -> VisitorAction:
        return SKIP


def variables_below_root(document: DocumentNode, operation: OperationDefinitionNode) -> frozenset[str]:
    """The variables that the answer to an event of a subscription may depend on; which events there are, others may decide."""
    used = _Used(operation)
    visit(document, used)
    return frozenset(used.names)


class Documents:
    """The documents of a schema 文档缓存; only acceptable ones are kept, the least recently used give way."""

    def __init__(self, schema: GraphQLSchema, rights: Rows, protected: Guarded, limits: Limits) -> None:
        self._schema = schema
        self.rights = rights
        self._protected = protected
        self.limits = limits
        self._known: dict[tuple[str, str | None], Prepared] = {}
        self.prepare = lru_cache(KEPT_DOCUMENTS)(self._prepare)

    def cost(self, query: str, operation_name: str | None) -> int | None:
        """What an operation that was prepared before costs, told without any work 已知费用; None where that is not known."""
        found = self._known.get((query, operation_name))
        return found.cost if found is not None else None

    def known(self, query: str, operation_name: str | None) -> Prepared | None:
        """An operation that was prepared before, without any work; None where it was not, or is not kept any more."""
        return self._known.get((query, operation_name))

    def _prepare(self, query: str, operation_name: str | None) -> Prepared:
        """An operation of a query text.

        Raises:
            Unacceptable: with everything that is wrong with the first check that fails.
        """
        document = self.checked(query)
        operation = get_operation_ast(document, operation_name)
        if operation is None:
            message = (
                f"没有该名称的操作 No operation named “{operation_name}”" if operation_name else SEVERAL_OPERATIONS
            )
            raise Unacceptable(OPERATION_UNKNOWN, [GraphQLError(message)])
        own = separate_operations(document)[operation.name.value if operation.name else ""]
        if operation.operation is not OperationType.MUTATION and (problem := unusable(literals(own))) is not None:
            raise Unacceptable(VALIDATION_FAILED, [problem])
        coordinates = asked(self._schema, own)
        cost = cost_of(self._schema, own, self.limits)
        prepared = Prepared(
            own,
            operation,
            coordinates,
            roles_for(self.rights, coordinates),
            entry_point=entry_point_of(coordinates),
            guarded=guarded_among(coordinates, self._protected),
            cost=cost,
            introspective=introspective(operation),
            switches=switch_names(own),
            below_root=variables_below_root(own, operation),
        )
        if len(self._known) >= KEPT_DOCUMENTS:
            self._known.clear()  # the next time each is found out anew
        self._known[query, operation_name] = prepared
        return prepared

    def readable(self, prepared: Prepared, role: str, variables: Mapping[str, Any]) -> Prepared:
        """The part of an operation that a role may read, with these variables 可读部分.

        Raises:
            GraphQLError: FORBIDDEN, with the fields that the role may not read and that can't be null.
        """
        if prepared.switches is None and role in prepared.roles:
            return prepared
        switches = switches_of(prepared.operation, prepared.switches or frozenset(), variables)
        key = (role, frozenset(switches.items()))
        part = prepared.parts.get(key)
        if part is None:
            part = self._part(prepared, role, switches)
            if len(prepared.parts) < PARTS_OF_A_DOCUMENT:
                prepared.parts[key] = part
        error = forbidden(self.rights, part.coordinates, role)
        if error is not None:
            raise error
        return part

    def _part(self, prepared: Prepared, role: str, switches: Switches) -> Prepared:
        cut = readable_part(self._schema, prepared.document, self.rights, role, switches)
        operation = get_operation_ast(cut.document)
        if operation is None or not operation.selection_set.selections:  # all of it is skipped, and there is nothing to cut
            return prepared
        coordinates = asked(self._schema, cut.document)
        return replace(
            prepared,
            document=cut.document,
            operation=operation,
            coordinates=coordinates,
            roles=roles_for(self.rights, coordinates),
            plans={},
            wanted_fields={},
            entry_point=entry_point_of(coordinates),
            guarded=guarded_among(coordinates, self._protected),
            withheld=cut.withheld,
            parts={},
        )

    def checked(self, query: str) -> DocumentNode:
        """A query text parsed, weighed and validated.

        Raises:
            Unacceptable: as `prepare`.
        """
        document = self._parsed(query)
        if errors := over_budget(self._schema, document, self.limits):
            raise Unacceptable(VALIDATION_FAILED, errors)
        if errors := validate_document(self._schema, document, specified_rules):
            raise Unacceptable(VALIDATION_FAILED, in_chinese_too(errors, "查询与接口定义不符：", self._schema))
        return document

    def _parsed(self, query: str) -> DocumentNode:
        try:
            document = parse(
                query,
                max_lexical_tokens=self.limits.tokens,
                max_comments=self.limits.tokens,
                max_source_length=self.limits.characters,
            )
        except GraphQLError as problem:
            raise Unacceptable(PARSE_FAILED, in_chinese_too([problem], "查询的语法有误：")) from None
        if MANY_DIGITS.search(query) is not None and (too_long := _long_number(document)) is not None:
            raise Unacceptable(VALIDATION_FAILED, [too_long])
        return document


def _long_number(document: DocumentNode) -> GraphQLError | None:
    """What is wrong with the first number of more digits than are read; None where there is none."""
    where = document.loc
    token = where.start_token if where is not None else None
    while where is not None and token is not None:
        if token.kind in NUMBERS and token.end - token.start > LONGEST_NUMBER:
            message = f"数字过长，最多 {LONGEST_NUMBER} 位。 A number has at most {LONGEST_NUMBER} digits."
            return GraphQLError(message, source=where.source, positions=[token.start])
        token = token.next
    return None


def documents_of(schema: strawberry.Schema, rights: FieldRights, limits: Limits | None = None) -> Documents:
    """The documents of a schema whose rights are told in its descriptions 文档缓存.

    Raises:
        FieldsWithoutRights: a field of the schema says nobody who may read it.
    """
    executable: GraphQLSchema = schema._schema  # noqa: SLF001 - strawberry has no other way to the executable schema
    resolved = resolve_rights(executable, rights.rows)
    describe_rights(executable, rights.rows)
    return Documents(executable, resolved, rights.protected, limits or Limits())
