"""Process log 过程日志: what happened in the cases of a scope, as OCEL 2.0 in JSON, made as it is sent. plan P5.

OCEL is the object-centric event log that tools of process mining read.

An entry of the trail is an event; it is about a diagnosis, its firm and provider, and where so a visit, a report or a proceeding,
and was done by a person, who is named by a pseudonym of this installation. What was said in it does not leave.
"""

import hmac
from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from domain.access import Scope
from domain.diagnosis import report, visits
from domain.diagnosis.on_site import SiteVisitRecorded
from domain.instants import utc_moment
from domain.kernel import Event, key_of, kind_of
from journal.codec import EVENT_OF
from projections import ReadModels
from projections.diagnosis.case_parties import CaseParties
from projections.record import audit_trail
from projections.record.audit_trail import EntryFilter, EntryRow

BATCH = 1_000
"""Entries held in memory at a time."""
TYPES = ["diagnosis.", "stage.", "proceeding.", "followup."]
"""Beginnings of the names of what happens in a case."""
EVENT_ATTRIBUTES = {"role": "string", "version": "integer", "stage": "string"}
OBJECT_TYPES = ("diagnosis", "firm", "provider", "visit", "report", "proceeding", "person")
OF_A_VISIT: frozenset[type[Event]] = frozenset(visits.VisitEvent.__args__) | {SiteVisitRecorded}


def process_log(
    models: ReadModels, scope: Scope, role: str, cases: Mapping[str, CaseParties], secret: bytes, last: int
) -> Iterator[bytes]:
    """The log, piece by piece 过程日志.

    Args:
        models: give the entries.
        scope: whose cases.
        role: to whom; what is not told to it is left out.
        cases: diagnosis -> its parties, of those within the scope.
        secret: of this installation, from which pseudonyms follow.
        last: position up to which it goes.
    """
    told = _Told(cases, secret)
    where = EntryFilter(types=TYPES, by=last)
    yield b'{"events":['
    after, comma = 0, b""
    while True:
        with models.reading() as snapshot:
            rows = audit_trail.entries(snapshot, scope, role, BATCH, where, after=after)
        made = [orjson.dumps(told.event(row)) for row in rows]
        if made:
            yield comma + b",".join(made)
            after, comma = rows[-1].position, b","
        if len(rows) < BATCH:
            break
    yield b'],"objects":['
    objects = sorted(told.objects.items())
    for start in range(0, len(objects), BATCH):
        part = objects[start : start + BATCH]
        listed = [{"id": name, "type": kind, "attributes": [], "relationships": []} for name, kind in part]
        yield (b"," if start else b"") + b",".join(map(orjson.dumps, listed))
    attributes = [{"name": name, "type": kind} for name, kind in EVENT_ATTRIBUTES.items()]
    kinds = [{"name": name, "attributes": attributes} for name in sorted(told.kinds)]
    things = [{"name": name, "attributes": []} for name in OBJECT_TYPES]
    yield b'],"eventTypes":' + orjson.dumps(kinds) + b',"objectTypes":' + orjson.dumps(things) + b"}"


class _Told:
    """What has been told of so far. objects: id -> type. kinds: names of events."""

    def __init__(self, cases: Mapping[str, CaseParties], secret: bytes) -> None:
        self._cases, self._secret = cases, secret
        self._visits: dict[str, int] = {}
        self.objects: dict[str, str] = {}
        self.kinds: set[str] = set()

    def event(self, row: EntryRow) -> dict[str, object]:
        """An entry as an event of the log."""
        said: dict[str, Any] = orjson.loads(row.data)
        found = {"role": row.role, "version": row.version} | ({"stage": said["stage"]} if "stage" in said else {})
        self.kinds.add(row.type)
        return {
            "id": f"{row.stream}/{row.version}",
            "type": row.type,
            "time": utc_moment(row.at).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "attributes": [{"name": name, "value": value} for name, value in found.items()],
            "relationships": [
                {"objectId": name, "qualifier": qualifier} for qualifier, name in self._about(row, said) if name is not None
            ],
        }

    def _about(self, row: EntryRow, said: Mapping[str, Any]) -> Iterator[tuple[str, str | None]]:
        key = key_of(row.stream)
        yield "done by", self._object("person", self._pseudonym(row.actor))
        if kind_of(row.stream) == "proceeding":
            yield "part of", self._object("proceeding", key)
            return
        yield "part of", self._object("diagnosis", key)
        parties = self._cases.get(key)
        if parties is not None:
            yield "about", self._object("firm", parties.enterprise)
            if parties.provider is not None:
                yield "by", self._object("provider", parties.provider)
        event = EVENT_OF.get(row.type)
        if event in OF_A_VISIT:
            began = event in (visits.SiteVisitPlanned, SiteVisitRecorded) and said.get("plan") is None
            visit = row.version if began else said.get("plan") or self._visits.get(key, row.version)
            self._visits[key] = visit
            yield "at", self._object("visit", f"{key}.{visit}")
        if event in (report.ReportIssued, report.ReportConfirmed):
            yield "of", self._object("report", f"{key}.{said.get('version')}")

    def _object(self, kind: str, key: str) -> str:
        name = f"{kind}/{key}"
        self.objects[name] = kind
        return name

    def _pseudonym(self, actor: str) -> str:
        return hmac.digest(self._secret, b"process log " + actor.encode(), "sha256").hex()[:16]
