"""Query cost 查询成本: what a unit of cost stands for, field by field, so that prices are measured and not guessed.

Every list and thing that a query may begin with and that needs no argument is asked for with its plain fields, and once more with
each thing below it. A query is priced as the program prices it and run alone, in its thread's processor time, over the demo city.
What takes more than three times the median for a unit, and more than a moment, is marked: it says its `query_cost` where it stands.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from statistics import median

from graphql import (
    GraphQLField,
    GraphQLSchema,
    get_named_type,
    is_leaf_type,
    is_object_type,
    is_required_argument,
    parse,
)

from api.kit.published import declared
from api.schema import build_schema
from api.server.answer_cache import AnswerCache
from api.server.http import QUERIES
from api.server.messages import GraphQLRequest
from api.server.operations import Operations
from api.server.query_cost import Limits, cost_of
from benchmarks.cities import built
from benchmarks.measuring import NAMES, Bench, Compared, say
from zhenduan.wiring import opened


@dataclass(frozen=True)
class Sizes:
    """rounds: of each query."""

    rounds: int = 15


SIZES = Sizes()
SMOKE = Sizes(rounds=1)
TOO_CHEAP = 3.0
A_MOMENT = 2.0
"""Milliseconds below which a query's beginning counts for more than what it asks for."""


def _open(field: GraphQLField) -> bool:
    return not any(map(is_required_argument, field.args.values()))


def _selection(kind: object, below: str = "") -> str:
    """The plain fields of a type, and those of one field below."""
    if not is_object_type(kind):
        return ""
    fields = kind.fields
    if "nodes" in fields:
        return f"{{ nodes {_selection(get_named_type(fields['nodes'].type), below)} }}"
    plain = [name for name, one in fields.items() if is_leaf_type(get_named_type(one.type)) and _open(one)]
    if below:
        found = get_named_type(fields[below].type)
        inside = _selection(found)
        plain.append(f"{below} {inside}" if inside else "")
    return f"{{ __typename {' '.join(plain)} }}"


def queries(schema: GraphQLSchema) -> Iterator[tuple[str, str]]:
    """(coordinates, query) of all that can be asked for without knowing anything."""
    assert schema.query_type is not None  # noqa: S101 - it has one
    for name, field in schema.query_type.fields.items():
        kind = get_named_type(field.type)
        if not _open(field) or not is_object_type(kind):
            continue
        size = "(first: 20)" if "first" in field.args else ""
        yield name, f"{{ {name}{size} {_selection(kind)} }}"
        node = get_named_type(kind.fields["nodes"].type) if "nodes" in kind.fields else kind
        for below, one in node.fields.items() if is_object_type(node) else ():
            if _open(one) and is_object_type(get_named_type(one.type)):
                yield f"{name}.{below}", f"{{ {name}{size} {_selection(kind, below)} }}"


def compare(bench: Bench, sizes: Sizes) -> Iterator[Compared]:
    """Price and run every query on the last of the engines; the dearest for its price against the usual."""
    schema, limits, engine = build_schema(), Limits(), bench.engines[-1]
    executable = schema._schema  # noqa: SLF001 - strawberry has no other way to it
    rows: list[tuple[str, int, float]] = []
    with built(bench, engine) as city, opened(city.settings) as installation:
        operations = Operations(installation.services, schema, declared(schema), answers=AnswerCache(0))
        for name, query in queries(executable):
            cost = cost_of(executable, parse(query), limits)
            request = GraphQLRequest(query)
            if "data" not in operations.run(request, city.city, QUERIES).payload:
                continue  # not for this role, or too much for one query
            taken = []
            for _ in range(sizes.rounds):
                before = time.thread_time()
                operations.run(request, city.city, QUERIES)
                taken.append(time.thread_time() - before)
            rows.append((name, cost, median(taken) * 1e3))
    counted = [row for row in rows if row[2] > A_MOMENT] or rows
    usual = median(milliseconds / cost for _, cost, milliseconds in counted)
    say(f"{'asked for':<44} {'cost':>7} {'ms':>9} {'µs a unit':>10}   usual: {usual * 1e3:.1f}")
    dearest = sorted(rows, key=lambda row: row[2] / row[1], reverse=True)
    for name, cost, milliseconds in dearest:
        mark = "  too cheap" if milliseconds > A_MOMENT and milliseconds / cost > TOO_CHEAP * usual else ""
        say(f"{name:<44} {cost:>7,} {milliseconds:>9.2f} {milliseconds / cost * 1e3:>10.1f}{mark}")
    worst = max(counted, key=lambda row: row[2] / row[1])
    ratio = usual / (worst[2] / worst[1])
    note = f"a unit takes {usual * 1e3:.1f} µs, {len(rows)} queries"
    yield Compared(f"a unit of {worst[0]}, {NAMES[engine]}", "the usual unit", ratio, ratio, round(1 / TOO_CHEAP, 2), note)
