"""Look 取数 on PostgreSQL: histories, outcomes and the head of one moment, by one prepared statement in one round trip."""

from collections.abc import Collection, Mapping

from journal.engines.postgres_connection import JournalConnection
from journal.engines.postgres_hashing import array
from journal.entries import COLUMNS, Entry, Looked

LAST = 2**63 - 1
NAME = "journal_look"
STATEMENT = f"""
PREPARE {NAME} (text[], bigint[], bigint, text[], text[]) AS
SELECT {", ".join(f"e.{column}" for column in COLUMNS)} FROM unnest($1, $2) AS wanted (stream, known),
    LATERAL (SELECT e.position, e.at, e.stream, e.version, e.type,
        CASE WHEN e.version = wanted.known THEN '' ELSE e.state END AS state,
        e.actor, e.role, e.organisation, e.reason, e.correlation, e.causation, e.idempotency_key, e.leaf FROM entries e
        WHERE e.stream = wanted.stream AND e.version >= wanted.known AND e.position <= $3 ORDER BY e.version) e
UNION ALL
SELECT 0, 0, o.digest, 0, o.outcome, '', o.actor, '', '', '', '', '', o.idempotency_key, ''
    FROM unnest($4, $5) AS asked (actor, idempotency_key) JOIN outcomes o USING (actor, idempotency_key)
UNION ALL
SELECT -1, h.at, '', h.size, '', '', '', '', '', '', '', '', '', '' FROM head h
"""  # noqa: S608 - our own column names
EXECUTE = f"EXECUTE {NAME} (%s, %s, %s, %s, %s)"


def look(
    connection: JournalConnection,
    streams: Mapping[str, int],
    keys: Collection[tuple[str, str]],
    until: int | None,
) -> Looked:
    """See `Journal.look`."""
    found: dict[str, list[Entry]] = {stream: [] for stream in streams}
    outcomes: dict[tuple[str, str], tuple[str, str]] = {}
    size = at = 0
    connection.prepare(NAME, STATEMENT)
    with connection.cursor() as cursor:
        actors, known = [actor for actor, _ in keys], [key for _, key in keys]
        cursor.execute(
            EXECUTE,
            (
                array("text", list(streams)),
                array("bigint", list(streams.values())),
                LAST if until is None else until,
                array("text", actors),
                array("text", known),
            ),
        )
        for position, moment, stream, version, name, state, actor, role, org, reason, corr, cause, key, leaf in cursor.fetchall():
            if position > 0:
                texts = (actor, role, org, reason, corr, cause, key)
                found[stream].append(Entry(position, moment, stream, version, name, bytes(state), *texts, bytes(leaf)))
            elif position == 0:
                outcomes[actor, key] = (stream, name)
            else:
                size, at = version, moment
    for entries in found.values():
        entries.sort(key=lambda entry: entry.version)
    return Looked(size if until is None else until, at, found, outcomes)
