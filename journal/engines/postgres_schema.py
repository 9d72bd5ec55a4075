"""Schema of the journal on PostgreSQL 日志表结构: the tables, what guards them, and the append as one stored function.

The guards stop mistakes and every ordinary role: UPDATE, DELETE and TRUNCATE of entries and of remembered outcomes, and any
change of the head but growth. They fire under `session_replication_role = replica` too (ENABLE ALWAYS). Their limit: the
tables' owner and a superuser can drop them. What such a one then changes, `verify` finds; a consistent rewrite of everything,
head included, is found only against a checkpoint kept outside. plan P5.
"""

import logging
from hashlib import sha256
from typing import Any

import psycopg2

from journal.digests import SHA256, Digest
from journal.entries import CLOCK_DRIFT, DEMO_TYPE, LARGEST_JUMP, MAGIC, HeadBroken, check_algorithm

log = logging.getLogger(__name__)

CHANNEL = "journal"
SCHEMA_LOCK = 7_239_001
APPEND_LOCK = 7_239_002

CLOCK_REFUSED = "ZD001"
HEAD_BROKEN = "ZD002"

TABLES = """
CREATE TABLE IF NOT EXISTS entries (
    position bigint PRIMARY KEY, at bigint NOT NULL, stream text COLLATE "C" NOT NULL, version bigint NOT NULL,
    type text NOT NULL, state bytea NOT NULL, actor text NOT NULL, role text NOT NULL, organisation text NOT NULL,
    reason text NOT NULL, correlation text NOT NULL, causation text NOT NULL, idempotency_key text NOT NULL,
    leaf bytea NOT NULL, CONSTRAINT entries_version UNIQUE (stream, version));
CREATE INDEX IF NOT EXISTS entries_at ON entries (at);
CREATE TABLE IF NOT EXISTS head (one boolean PRIMARY KEY DEFAULT true CHECK (one), size bigint NOT NULL,
    at bigint NOT NULL, frontier bytea NOT NULL, root bytea NOT NULL, algorithm text NOT NULL DEFAULT 'sha256')
    WITH (fillfactor = 10);
ALTER TABLE head ADD COLUMN IF NOT EXISTS algorithm text NOT NULL DEFAULT 'sha256';
CREATE TABLE IF NOT EXISTS outcomes (actor text NOT NULL, idempotency_key text NOT NULL, digest text NOT NULL,
    outcome text NOT NULL, PRIMARY KEY (actor, idempotency_key));
"""

GUARDS = """
CREATE OR REPLACE FUNCTION journal_refuse_change() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'append-only'; END $$;
CREATE OR REPLACE TRIGGER entries_keep BEFORE UPDATE OR DELETE OR TRUNCATE ON entries
    FOR EACH STATEMENT EXECUTE FUNCTION journal_refuse_change();
CREATE OR REPLACE TRIGGER outcomes_keep BEFORE UPDATE OR DELETE OR TRUNCATE ON outcomes
    FOR EACH STATEMENT EXECUTE FUNCTION journal_refuse_change();
CREATE OR REPLACE TRIGGER head_stays BEFORE DELETE OR TRUNCATE ON head
    FOR EACH STATEMENT EXECUTE FUNCTION journal_refuse_change();
CREATE OR REPLACE TRIGGER head_grows BEFORE UPDATE ON head
    FOR EACH ROW WHEN (NEW.size <= OLD.size OR NEW.at < OLD.at OR NEW.algorithm <> OLD.algorithm)
    EXECUTE FUNCTION journal_refuse_change();
ALTER TABLE entries ENABLE ALWAYS TRIGGER entries_keep;
ALTER TABLE outcomes ENABLE ALWAYS TRIGGER outcomes_keep;
ALTER TABLE head ENABLE ALWAYS TRIGGER head_stays;
ALTER TABLE head ENABLE ALWAYS TRIGGER head_grows;
"""

TEXT = "int4send(octet_length({0}[i])) || convert_to({0}[i], 'UTF8')"
"""A text as `entries.canonical` writes it; the database's encoding is UTF-8."""

FUNCTION = f"""
DROP FUNCTION IF EXISTS journal_append;
CREATE FUNCTION journal_append(
    p_at bigint, p_now bigint, streams text[], versions bigint[], types text[], states bytea[], actors text[],
    roles text[], organisations text[], reasons text[], correlations text[], causations text[], keys text[],
    remember text[]) RETURNS bigint[]
LANGUAGE plpgsql AS $$
DECLARE
    size bigint; last bigint; f bytea; n bigint; k bigint; node bytea; first text; moment bigint; made_with text;
BEGIN
    -- an advisory lock and no table lock: VACUUM and index builds hold theirs for seconds
    PERFORM pg_advisory_xact_lock({APPEND_LOCK});
    SELECT h.size, h.at, h.frontier, (SELECT e.type FROM entries e WHERE e.position = 1),
        (SELECT e.at FROM entries e WHERE e.position = h.size), h.algorithm
        INTO size, last, f, first, moment, made_with FROM head h;
    IF size > 0 AND moment IS DISTINCT FROM last OR length(f) <> 32 * bit_count(int8send(size)) THEN
        RAISE EXCEPTION USING ERRCODE = '{HEAD_BROKEN}', MESSAGE = 'the head does not fit the last entry';
    END IF;
    IF made_with <> '{SHA256.name}' THEN
        RAISE EXCEPTION USING ERRCODE = '{HEAD_BROKEN}', MESSAGE = 'the journal is not hashed with SHA-256';
    END IF;
    IF coalesce(first, types[1], '') <> '{DEMO_TYPE}' AND abs(p_at - p_now) > {CLOCK_DRIFT} THEN
        RAISE EXCEPTION USING ERRCODE = '{CLOCK_REFUSED}',
            MESSAGE = 'the clock differs from the machine''s by more than a day';
    END IF;
    IF last > 0 AND p_at - last > {LARGEST_JUMP} THEN
        RAISE EXCEPTION USING ERRCODE = '{CLOCK_REFUSED}',
            MESSAGE = 'the clock is more than a year ahead of the last entry';
    END IF;
    p_at := greatest(p_at, last);
    n := size;
    FOR i IN 1 .. coalesce(array_length(streams, 1), 0) LOOP
        node := sha256('\\x00{MAGIC.hex()}'::bytea || int8send(n + 1) || int8send(p_at) || int8send(versions[i])
            || {TEXT.format('streams')} || {TEXT.format('types')} || int4send(length(states[i])) || states[i]
            || {TEXT.format('actors')} || {TEXT.format('roles')} || {TEXT.format('organisations')}
            || {TEXT.format('reasons')} || {TEXT.format('correlations')} || {TEXT.format('causations')}
            || {TEXT.format('keys')});
        -- a plain INSERT a row: one over unnest() of fourteen arrays cost a lone entry three times as much
        INSERT INTO entries VALUES (n + 1, p_at, streams[i], versions[i], types[i], states[i], actors[i], roles[i],
            organisations[i], reasons[i], correlations[i], causations[i], keys[i], node);
        k := n;
        WHILE k & 1 = 1 LOOP
            node := sha256('\\x01'::bytea || substr(f, length(f) - 31) || node);
            f := substr(f, 1, length(f) - 32); k := k >> 1;
        END LOOP;
        f := f || node; n := n + 1;
    END LOOP;
    IF n > size THEN
        node := substr(f, length(f) - 31); k := length(f) / 32 - 1;
        WHILE k > 0 LOOP
            node := sha256('\\x01'::bytea || substr(f, (k::int - 1) * 32 + 1, 32) || node); k := k - 1;
        END LOOP;
        UPDATE head AS h SET size = n, at = p_at, frontier = f, root = node;
        PERFORM pg_notify('{CHANNEL}', '');
    END IF;
    IF remember IS NOT NULL THEN
        INSERT INTO outcomes VALUES (remember[1], remember[2], remember[3], remember[4]);
    END IF;
    RETURN ARRAY[size, p_at];
END $$;
"""  # noqa: S608 - our own constants only

GUARDING = """
SELECT count(*) FROM pg_trigger WHERE tgenabled = 'A' AND (tgrelid, tgname) IN (
    (to_regclass('entries'), 'entries_keep'), (to_regclass('outcomes'), 'outcomes_keep'),
    (to_regclass('head'), 'head_stays'), (to_regclass('head'), 'head_grows'))
"""
GUARDS_IN_ALL = 4

EDITION = sha256((TABLES + GUARDS + FUNCTION).encode()).hexdigest()
"""Written beside the function: a start on tables that are up to date takes no lock that an append would wait for."""


def is_journal(address: str) -> bool:
    """Whether the tables of a journal stand in a database; it is only looked at."""
    connection = psycopg2.connect(address)
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute("SELECT to_regclass('entries') IS NOT NULL AND to_regclass('head') IS NOT NULL")
            return cursor.fetchone() == (True,)
    finally:
        connection.close()


def prepare(cursor: Any, digest: Digest | None) -> str:  # noqa: ANN401 - the driver's own cursor type
    """Make or renew tables, guards and function 建表, inside the cursor's transaction.

    Many replicas may start at once: the first does it, the others wait and find it done.

    Returns:
        The algorithm that the journal was made with.

    Raises:
        DigestDiffers: it is not the one that is asked for.
        HeadBroken: somebody removed the head.
    """
    cursor.execute("SELECT pg_advisory_xact_lock(%s)", (SCHEMA_LOCK,))
    cursor.execute("SELECT obj_description(to_regproc('journal_append'), 'pg_proc')")
    is_current = cursor.fetchone() == (EDITION,)
    cursor.execute(GUARDING)
    is_guarded = cursor.fetchone() == (GUARDS_IN_ALL,)
    if is_current and not is_guarded:
        log.warning("guards of the journal were taken off or switched off, and are put on again: run verify, find out by whom")
    if not is_current or not is_guarded:
        cursor.execute(TABLES + GUARDS + FUNCTION)
        cursor.execute(f"COMMENT ON FUNCTION journal_append IS '{EDITION}'")
        first = digest or SHA256
        cursor.execute(
            "INSERT INTO head (one, size, at, frontier, root, algorithm) VALUES (true, 0, 0, '', %s, %s) ON CONFLICT DO NOTHING",
            (first.empty, first.name),
        )
    cursor.execute("SELECT algorithm FROM head")
    row = cursor.fetchone()
    if row is None:
        raise HeadBroken("日志头缺失 the journal has no head")
    check_algorithm(row[0], digest)
    return str(row[0])
