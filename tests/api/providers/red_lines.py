"""A concluded proceeding on a red line, put into the journal as it would stand after its weeks."""

from datetime import UTC, datetime

from domain.governance.proceedings.state import proceeding_stream
from domain.instants import microseconds
from journal import NewEntry
from journal.codec import encode
from tests.live_city import LiveCity
from tests.rules.qualified import red_line


def suspended(city: LiveCity, person: str, reason: str) -> None:
    """Suspend a person's certificate through the API, after such a proceeding."""
    entries = [
        NewEntry(proceeding_stream("r1"), version, event.type, encode(event), actor="city", role="city", organisation="city")
        for version, event in enumerate(red_line(person), 1)
    ]
    city.installation.services.journal.append(entries, microseconds(datetime.now(UTC)))
    city.done("city", "suspendCertificate", "certificate { status }", person=person, proceeding="r1", reason=reason)
