"""Attempts 推送尝试: one event sent once to one endpoint, and what its answer makes of it. plan P8.

Headers by Standard Webhooks, body a CloudEvent. No answer is believed further than its status, `Retry-After` and the echo of
a handshake; it is cut, and what of it may be shown is text.
"""

import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson

from api.kit.cursors import Cursors
from api.record.event_shapes import CLOUD_EVENT, SOURCE
from api.record.told_entries import ToldEntry
from domain.governance.rule_bodies.delivery import DeliveryRule
from domain.instants import microseconds
from domain.kernel import CONTROL
from domain.participants.endpoints.state import Endpoint, endpoint_stream
from journal.secrets.endpoint_keys import EndpointKeys, endpoint_keys, signatures
from projections.participants.deliveries import (
    HANDSHAKE,
    MICROSECONDS,
    TEST,
    AttemptRow,
    DeliveryRow,
    DeliveryStatus,
    Ended,
)
from zhenduan.fetch import Fetched, FetchFailed
from zhenduan.kept_connection import KeptConnection

SHOWN_CHARACTERS = 1_000
SHOWN_HEADERS = 40
LONGEST_HEADER = 200
TEST_TYPE, CHALLENGE_TYPE = "endpoint.test.v1", "endpoint.challenge.v1"
HTTP_DATE = "%a, %d %b %Y %H:%M:%S GMT"
"""The one form of a moment that is sent today, RFC 9110 section 5.6.7."""
GONE, TOO_MANY, UNAVAILABLE = 410, 429, 503
ANSWERED_WELL = range(200, 300)


@dataclass(frozen=True)
class Letter:
    """What is sent 推送内容. identity: the `webhook-id`, the same for every attempt. challenge: of a handshake, to be echoed."""

    identity: str
    body: bytes
    challenge: str = ""


def letter_of(delivery: DeliveryRow, entry: ToldEntry | None, cursors: Cursors, now: datetime) -> Letter:
    """What is sent of a delivery. entry: of an event, as its reader may see it now."""
    if entry is not None:
        cursor = cursors.seal(entry.position)
        return Letter(cursor, orjson.dumps(entry.event(cursor)))
    challenge = secrets.token_urlsafe(24) if delivery.round == HANDSHAKE else ""
    what = {HANDSHAKE: "challenge", TEST: "test"}[delivery.round]
    identity = f"{what}-{delivery.endpoint}-{delivery.number}"
    told = {
        "specversion": "1.0",
        "id": identity,
        "source": SOURCE,
        "type": CHALLENGE_TYPE if challenge else TEST_TYPE,
        "subject": endpoint_stream(delivery.endpoint),
        "time": now.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z"),
        "datacontenttype": "application/json",
        "data": {"challenge": challenge} if challenge else {"test": delivery.number},
    }
    return Letter(identity, orjson.dumps(told), challenge)


def keys_in_force(installation: bytes, identity: str, endpoint: Endpoint, now: datetime) -> list[EndpointKeys]:
    """The keys that sign now, the newest first 当前密钥: those before it as well until their overlap is over."""
    generations = [endpoint.generation]
    if endpoint.overlap_until is not None and now < endpoint.overlap_until:
        generations.append(endpoint.generation - 1)
    return [endpoint_keys(installation, identity, one) for one in generations]


@dataclass(frozen=True)
class Sender:
    """Sends 推送者. installation: the secret that keys are derived from."""

    installation: bytes

    def attempt(
        self, endpoint: Endpoint, delivery: DeliveryRow, letter: Letter, rule: DeliveryRule, now: datetime, line: KeptConnection
    ) -> tuple[Ended, int | None]:
        """Send once; what came of it, and the status that was answered. line: to its machine."""
        keys = keys_in_force(self.installation, delivery.endpoint, endpoint, now)
        timestamp = int(now.timestamp())
        sent = {
            "content-type": CLOUD_EVENT,
            "webhook-id": letter.identity,
            "webhook-timestamp": str(timestamp),
            "webhook-signature": signatures(keys, letter.identity, timestamp, letter.body),
        }
        answer, failure, began = None, None, time.monotonic()
        try:
            answer = line.post(letter.body, sent, float(rule.answer_seconds))
            failure = _fault_of(answer, letter)
        except FetchFailed as failed:
            failure = _shown(f"{failed} · {failed.chinese}")
        spent = time.monotonic() - began
        row = AttemptRow(
            delivery=delivery.id,
            number=delivery.attempts + 1,
            at=microseconds(now),
            milliseconds=int(spent * 1000),
            code=answer.status if answer is not None else None,
            failure=failure,
            sent=orjson.dumps(sent).decode(),
            headers=orjson.dumps(_headers(answer.headers if answer is not None else {})).decode(),
            body=_shown(answer.body.decode("utf-8", "replace")) if answer is not None else "",
        )
        return _ended(row, answer, rule, microseconds(now) + int(spent * MICROSECONDS)), row.code


def _fault_of(answer: Fetched, letter: Letter) -> str | None:
    """Why an answer is no success, English · 中文; None where it is one."""
    if answer.status not in ANSWERED_WELL:
        english, chinese = ("; redirects are not followed", "，不跟随跳转") if answer.status in range(300, 400) else ("", "")
        return f"status {answer.status}{english} · 返回状态 {answer.status}{chinese}"
    if letter.challenge and not _echoes(answer.body, letter.challenge):
        return "the challenge was not echoed · 未回送握手挑战值"
    return None


def _echoes(body: bytes, challenge: str) -> bool:
    """Whether a handshake was answered: the challenge as it is, or as `challenge` of a JSON object."""
    if body.strip() == challenge.encode():
        return True
    try:
        told = orjson.loads(body)
    except orjson.JSONDecodeError:
        return False
    return isinstance(told, dict) and told.get("challenge") == challenge


def _ended(row: AttemptRow, answer: Fetched | None, rule: DeliveryRule, now: int) -> Ended:
    if row.failure is None:
        return Ended(DeliveryStatus.DELIVERED, row, now)
    asks = answer is not None and answer.status in (TOO_MANY, UNAVAILABLE)
    pause = _retry_after(answer, now, rule.heeded_seconds) if answer is not None and asks else 0
    if row.number > len(rule.retry_seconds):
        return Ended(DeliveryStatus.DEAD, row, now, pause)
    seconds = rule.retry_seconds[row.number - 1]
    jitter = secrets.randbelow(seconds * MICROSECONDS * rule.jitter_percent // 100 + 1)
    return Ended(DeliveryStatus.WAITING, row, max(now + seconds * MICROSECONDS + jitter, pause), pause)


def _retry_after(answer: Fetched, now: int, at_most: int) -> int:
    """The moment before which an answer wishes to be left alone, at most so many seconds ahead; 0 where it says none."""
    given = answer.headers.get("retry-after", "").strip()
    if given.isascii() and given.isdigit():
        wanted = now + min(int(given[:9]), at_most) * MICROSECONDS
    else:
        try:
            moment = datetime.strptime(given, HTTP_DATE).replace(tzinfo=UTC)
        except ValueError:
            return 0
        wanted = microseconds(moment)
    return max(0, min(wanted, now + at_most * MICROSECONDS))


def _headers(headers: Mapping[str, str]) -> dict[str, Any]:
    return {name[:LONGEST_HEADER]: _shown(value)[:LONGEST_HEADER] for name, value in list(headers.items())[:SHOWN_HEADERS]}


def _shown(text: str) -> str:
    """The beginning of what another machine said, without what no text may hold."""
    return CONTROL.sub("\N{REPLACEMENT CHARACTER}", text[:SHOWN_CHARACTERS])
