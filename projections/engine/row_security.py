"""Row security 行级安全: PostgreSQL refuses the rows outside a caller's scope once more, whatever a query forgot. plan P7.

The first check is the WHERE condition that every read carries (`projections.engine.scope`). This is the second: a snapshot that is
read through a scope acts as a role that owns nothing, and the policies of the tables compare each row with the scope, which
a setting of the transaction carries. The policies read where a firm lies through views of the owner, because a policy that
asked a table with a policy that asks it back would never end.

The setting holds a scope as tags, "district=310117", one for each way a thing may be inside. A union has the tags of its
parts; of an intersection one part stands, so the policy is never narrower than the scope and is as narrow for every scope that
a role has (`domain.access.scope_of`).
"""

# ruff: noqa: S608 - policies and views are made of the names of our own tables and columns; a scope travels as a parameter

from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import assert_never

from sqlalchemy import Connection, Table, inspect, text

from domain.access import AllOf, AnyOf, Everything, Is, Nothing, OpenTo, Outside, Scope, sees_only_issued

READER = "zhenduan_reader"
"""The role that snapshots are read in through a scope of one place; it owns nothing and logs in nowhere."""
PARTY_READER = "zhenduan_party_reader"
"""The same for every other scope: of a party to some diagnoses (provider, expert, bank), of several places. Its policies look
into more tables, and a page of a district would pay for that as well."""
INSIDE = (READER, PARTY_READER)
OUTSIDE = tuple(f"{reader}_outside" for reader in INSIDE)
"""The same for readers who are no party to the cases (`domain.access.Outside`): PostgreSQL keeps from them the very columns that
are not out (`PARTIES_ALONE`), whatever a query asks for."""
READERS = INSIDE + OUTSIDE
PARTIES_ALONE = "parties_alone"
"""Mark of a column that only the parties to a case read: readers outside have no privilege to it."""
WHOLE_CITY = "*"
SEPARATOR = "\n"
PLACES = {
    "enterprise": "id",
    "district": "district",
    "subdistrict": "subdistrict",
    "park": "park",
    "reporting_unit": "reporting_unit",
    "group": '"group"',
}
"""Coordinate -> column of the enterprise's row."""
PARTS = {
    **dict.fromkeys(
        ("answers", "evidence", "reports", "objections", "site_visits", "expert_reviews", "stages", "diagnosis_periods"),
        ("diagnoses", "diagnosis"),
    ),
    **dict.fromkeys(
        ("visit_plans", "visit_sign_ins", "visit_interviews", "internal_reviews", "arbitrations", "arbiter_opinions"),
        ("diagnoses", "diagnosis"),
    ),
    **dict.fromkeys(
        ("filings", "readings", "follow_ups", "follow_up_rounds", "stage_passages", "rework_steps", "passage_heads"),
        ("diagnoses", "diagnosis"),
    ),
    **dict.fromkeys(("deferred_questions", "answer_savings", "submitted_forms", "peer_results"), ("diagnoses", "diagnosis")),
    **dict.fromkeys(
        (
            "enterprise_periods",
            "roster_figures",
            "group_cases",
            "group_results",
            "participations",
            "implementations",
            "attendances",
            "result_credentials",
            "external_results",
            "result_batch_rows",
            "gap_consents",
            "peer_firms",
        ),
        ("enterprises", "enterprise"),
    ),
    "feedback_scores": ("feedback", "feedback"),
}
"""Tables whose rows belong to a row of another -> that table, and the column that names the row."""
VIEWED = {
    "enterprises": ", ".join(PLACES.values()),
    "diagnoses": "id, enterprise, provider",
    "consents": "enterprise, bank, since, until",
    "assignments": "diagnosis, expert, since, until, role",
}
"""Tables that the policies of others look into, through a view of the owner -> the columns of that view: where things lie,
and nothing that they hold."""
EXPERT = ("term.expert", "term.expert || '/' || term.role")
"""How a tag calls an expert: in any role, and in the one that it was assigned in."""
OUT = {"answers": "mine.issued_through IS NOT NULL", "evidence": "mine.issued_through >= {table}.version"}
"""Tables of parts of a case -> when a row is out."""
ROW_SECURED = ("enterprises", "diagnoses", "proceedings", "feedback", "signals", *PARTS)
"""Tables of the firms' own data, of proceedings, of feedback and of signals, which have policies. The trail's entries have none: an
answer of the past looks up in them which position a moment is, whoever asks."""

TAGS = "(SELECT string_to_array(current_setting('zhenduan.scope', true), E'\\n'))"

WHOLE = f"{TAGS} @> ARRAY['{WHOLE_CITY}']"


def tags(scope: Scope) -> frozenset[str]:
    """A scope as tags; of a term with the day that it is judged on."""
    match scope:
        case Everything() | AllOf(scopes=()):
            return frozenset({WHOLE_CITY})
        case Nothing():
            return frozenset()
        case Is(attribute=attribute, value=value):
            return frozenset({f"{attribute.value}={value}"})
        case OpenTo(attribute=attribute, party=party, on=on, role=role):
            of = f"{party}/{role.value}" if role is not None else party
            return frozenset({f"{attribute.value}={of}@{on.isoformat()}"})
        case AnyOf(scopes=scopes):
            return frozenset[str]().union(*map(tags, scopes))
        case AllOf(scopes=scopes):
            return tags(scopes[0])
        case Outside(scope=inner):
            return tags(inner)
        case never:
            assert_never(never)


def reader_of(scope: Scope) -> str:
    """The role that a scope is read in."""
    within = scope.scope if isinstance(scope, Outside) else scope
    reader = READER if isinstance(within, Is) and within.attribute.value in PLACES else PARTY_READER
    return f"{reader}_outside" if sees_only_issued(scope) else reader


def entering(scope: Scope) -> Mapping[str, str] | None:
    """What `ENTER` is given, to read the rest of a transaction through the row policies; None for who sees everything."""
    carried = SEPARATOR.join(sorted(tags(scope)))
    if carried == WHOLE_CITY and not sees_only_issued(scope):
        return None
    return {"scope": carried, "reader": reader_of(scope)}


ENTER = "SELECT set_config('zhenduan.scope', %(scope)s, true), set_config('role', %(reader)s, true)"
"""Read the rest of a transaction through the row policies; `entering` says what it is given."""
LEAVE = "SELECT set_config('role', 'none', true)"
"""Read as who is connected, whom no policy keeps from anything."""


def create_policies(connection: Connection, tables: Mapping[str, Table], *beside: str) -> bool:
    """Put the policies on one generation of the tables, in place of any before; False where the role cannot be made.

    tables: as read models name them -> of the generation. beside: what the readers read besides, which holds no data.
    Who may not create roles asks an administrator for `READERS` once.
    """
    if not all(_has_role(connection, reader) for reader in READERS):
        return False
    named = {name: connection.dialect.identifier_preparer.quote(table.name) for name, table in tables.items()}
    statements = list(_statements(named, tables, connection.execute(SCHEMA).scalar_one()))
    statements += [f"GRANT SELECT ON {name} TO {', '.join(READERS)}" for name in beside]
    mark = sha256("\n".join(statements).encode()).hexdigest()
    marked = f"{tables['enterprises'].name}_fence"
    if connection.execute(MARK, {"view": marked}).scalar() != mark:  # a start that changes nothing locks nothing
        drop_policies(connection, tables)
        for statement in statements:
            connection.exec_driver_sql(statement)
        connection.exec_driver_sql(f"COMMENT ON VIEW {marked} IS '{mark}'")
    return True


MARK = text("SELECT obj_description(to_regclass(:view), 'pg_class')")
SCHEMA = text("SELECT quote_ident(current_schema())")


def _statements(named: Mapping[str, str], tables: Mapping[str, Table], schema: str) -> Iterator[str]:
    """What makes the row policies; `named`: tables as read models name them -> of the generation, as SQL has them.

    schema: where they are, which not every server lets everybody use.
    """
    readers = ", ".join(READERS)
    yield f"GRANT USAGE ON SCHEMA {schema} TO {readers}"
    for name, columns in VIEWED.items():
        yield f"CREATE VIEW {named[name]}_fence AS SELECT {columns} FROM {named[name]}"
        yield f"GRANT SELECT ON {named[name]}_fence TO {readers}"
    for name, table in named.items():
        told = [column.name for column in tables[name].columns if PARTIES_ALONE not in column.info]
        if len(told) == len(tables[name].columns):
            yield f"GRANT SELECT ON {table} TO {readers}"
        else:
            yield f"GRANT SELECT ON {table} TO {', '.join(INSIDE)}"
            if told:
                yield f"GRANT SELECT ({', '.join(told)}) ON {table} TO {', '.join(OUTSIDE)}"
    for name in ROW_SECURED:
        yield f"ALTER TABLE {named[name]} ENABLE ROW LEVEL SECURITY"
        for reader in READERS:
            inside = _inside(name, named, by_party=reader.startswith(PARTY_READER))
            if name in OUT and reader in OUTSIDE:
                whole = f"SELECT 1 FROM {named['diagnoses']} mine WHERE mine.id = {named[name]}.diagnosis"
                inside += f" AND EXISTS ({whole} AND {OUT[name].format(table=named[name])})"
            yield f"CREATE POLICY {reader} ON {named[name]} FOR SELECT TO {reader} USING ({inside})"


def drop_policies(connection: Connection, tables: Mapping[str, Table]) -> None:
    """Take the policies and views of one generation away, so that its tables can be dropped."""
    for name, table in tables.items():
        quoted = connection.dialect.identifier_preparer.quote(table.name)
        if name in VIEWED:
            connection.exec_driver_sql(f"DROP VIEW IF EXISTS {quoted}_fence CASCADE")
        if name in ROW_SECURED and inspect(connection).has_table(table.name):
            for reader in READERS:
                connection.exec_driver_sql(f"DROP POLICY IF EXISTS {reader} ON {quoted}")


def _has_role(connection: Connection, name: str) -> bool:
    """Whether this user may act in a role; it is made where it is missing and may be made."""
    exists = connection.execute(text("SELECT 1 FROM pg_roles WHERE rolname = :name"), {"name": name}).first()
    may_create = "SELECT rolsuper OR rolcreaterole FROM pg_roles WHERE rolname = current_user"
    if exists is None:
        if not connection.execute(text(may_create)).scalar_one():
            return False
        connection.exec_driver_sql(f"CREATE ROLE {name} NOLOGIN")
        connection.exec_driver_sql(f"GRANT {name} TO CURRENT_USER")
    return bool(connection.execute(text("SELECT pg_has_role(:name, 'MEMBER')"), {"name": name}).scalar_one())


def _tagged(columns: Mapping[str, str]) -> str:
    """Whether a row bears a tag of the scope. NULL bears none."""
    borne = ", ".join(f"'{name}=' || {column}" for name, column in columns.items())
    return f"{TAGS} && ARRAY[{borne}]"


def _lies(row: str) -> str:
    """Whether an enterprise's row lies in the one place of the scope."""
    attribute, place = (f"(SELECT split_part(current_setting('zhenduan.scope', true), '=', {part}))" for part in (1, 2))
    cases = " ".join(f"WHEN '{name}' THEN {row}.{column} = {place}" for name, column in PLACES.items())
    return f"CASE {attribute} {cases} ELSE false END"


def _open_to(attribute: str, view: str, key: str, thing: str, *parties: str) -> str:
    """Whether a term of a thing holds on the day of a tag. parties: how a tag may call whose term it is."""
    day = "split_part(tag, '@', 2)"
    called = ", ".join(f"'{attribute}=' || {party} || '@' || {day}" for party in parties)
    return (
        f"EXISTS (SELECT 1 FROM {view} term, unnest({TAGS}) tag WHERE term.{key} = {thing} "
        f"AND tag IN ({called}) AND {day} BETWEEN term.since AND term.until)"
    )


def _inside(name: str, named: Mapping[str, str], *, by_party: bool) -> str:
    """The condition of a table's policy: by the one place, or by every way a thing may be inside, the cheap ones first."""
    table = named[name]
    firms, cases = f"{named['enterprises']}_fence", f"{named['diagnoses']}_fence"
    consents, assignments = f"{named['consents']}_fence", f"{named['assignments']}_fence"
    if name in PARTS:
        whole, column = PARTS[name]
        return f"EXISTS (SELECT 1 FROM {named[whole]} mine WHERE mine.id = {table}.{column})"
    if name == "proceedings":
        sides = _tagged({"enterprise": f"{table}.enterprise", "provider": f"{table}.provider"})
        where = f"SELECT firm.district FROM {firms} firm WHERE firm.id = {table}.enterprise"
        return f"{WHOLE} OR {sides} OR {_tagged({'district': f'coalesce(({where}), {table}.district)'})}"
    if name == "feedback":
        own, told = _tagged({"enterprise": f"{table}.enterprise"}), _tagged({"provider": f"{table}.provider"})
        return f"{WHOLE} OR {own} OR (NOT {table}.anonymous AND {told})"
    if name == "signals":
        own, told = _tagged({"enterprise": f"{table}.enterprise"}), _tagged({"provider": f"{table}.provider"})
        where = f"SELECT firm.district FROM {firms} firm WHERE firm.id = {table}.enterprise"
        concerned = f"({table}.concerns_firm AND {own}) OR (NOT {table}.concerns_firm AND {told})"
        return f"{WHOLE} OR {concerned} OR {_tagged({'district': f'({where})'})}"
    if name == "diagnoses":
        lies = _tagged({tag: f"firm.{column}" for tag, column in PLACES.items()}) if by_party else _lies("firm")
        of_firm = f"EXISTS (SELECT 1 FROM {firms} firm WHERE firm.id = {table}.enterprise AND {lies})"
        ways = [
            _tagged({"provider": f"{table}.provider"}),
            _open_to("consents", consents, "enterprise", f"{table}.enterprise", "term.bank"),
            _open_to("assignments", assignments, "diagnosis", f"{table}.id", *EXPERT),
            of_firm,
        ]
        return " OR ".join((WHOLE, *ways)) if by_party else of_firm
    if not by_party:
        return _lies(table)
    provider = _tagged({"provider": "mine.provider"})
    assigned = _open_to("assignments", assignments, "diagnosis", "mine.id", *EXPERT)
    work = f"mine.enterprise = {table}.id AND ({provider} OR {assigned})"
    ways = [
        _tagged({tag: f"{table}.{column}" for tag, column in PLACES.items()}),
        f"EXISTS (SELECT 1 FROM {cases} mine WHERE {work})",
        _open_to("consents", consents, "enterprise", f"{table}.id", "term.bank"),
    ]
    return " OR ".join((WHOLE, *ways))
