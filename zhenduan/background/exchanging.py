"""Exchanging 对接传送: packages that were ordered are sent, receipts and results fetched, by whatever transport is set. plan P8.

An attempt is a fact before a byte leaves, which one process alone gets to state, and a fact after. Who is killed in between leaves
one without an end: it is looked for where the transport can tell, and is unknown otherwise. It is never sent again by itself.
"""

import logging
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from hashlib import sha256

from api.downloads.packages import leave_in_package, signature_of
from api.kit.services import Services
from domain.access import Everything, Role
from domain.diagnosis.external.batch import SendResultBatch, sender_of
from domain.instants import microseconds
from domain.kernel import Command, Refused, cause_of
from domain.participants.enterprises import organisation_code
from domain.programme.packages.events import PackageMade
from domain.programme.packages.sending import BeginSending, EndSending
from domain.programme.packages.state import RECEIPTS_AT_MOST, UNDER_WAY, package_stream
from domain.programme.packages.terms import MODELS, Counterpart, SendingFault, SendingStatus
from interop.exchange.receipt_form import read_receipt
from interop.exchange.results_form import batch_name, named_file
from interop.external_results.rules import RESULT_FILE_NAME
from journal import Caller
from journal.blobs import BlobDamaged
from journal.outages import say_failed
from projections.participants.enterprises import registered_codes
from projections.programme.packages import PackageRow, sent_packages
from zhenduan.background.intervals import at_intervals
from zhenduan.exchange.transport import LONGEST_SECONDS, Carried, Outgoing, ResultsFile, Transport

LOOK_SECONDS = 30.0
PAUSES = (60, 600, 3_600, 6 * 3_600)
"""Seconds from an attempt that surely failed to the next; after the last the program gives up, and a person is told."""
STALE_SECONDS = 2 * LONGEST_SECONDS
"""After so long an attempt without an end is nobody's any more."""
MICROSECONDS = 1_000_000
SYSTEM = Caller("system-exchanging", Role.SYSTEM, "", Everything())
ENTRY_POINT = "sendPackage"
MAY_BE_ANSWERED = frozenset(SendingStatus) - {SendingStatus.ORDERED}
NO_FILE = Carried(SendingStatus.FAILED, SendingFault.FILE_MISSING)

log = logging.getLogger(__name__)


def counterpart_caller(counterpart: Counterpart) -> Caller:
    """As whom the program sends in what a counterpart reported 代为报送身份."""
    return Caller(f"counterpart-{counterpart.value}", Role.SYSTEM, "", Everything())


@dataclass
class Exchanging:
    """Exchanges with each counterpart 对接执行. reason: kept in its entries."""

    services: Services
    transports: Mapping[Counterpart, Transport]
    reason: str = ""

    def look(self, stop: threading.Event) -> None:
        """Send what is due, then fetch what came; what one counterpart does keeps nothing of another's back."""
        with self.services.models.reading() as snapshot:
            rows = sent_packages(snapshot, UNDER_WAY)
        for row in rows:
            self._alone(stop, self._moved, row)
        for counterpart, transport in self.transports.items():
            self._alone(stop, self._answers, counterpart, transport)
            self._alone(stop, self._results, counterpart, transport, stop)

    def _alone(self, stop: threading.Event, act: Callable[..., None], *given: object) -> None:
        if stop.is_set():
            return
        try:
            act(*given)
        except Refused as refused:
            log.info("对接未被采纳 not taken: %s", refused.rule.code)
        except Exception as fault:  # noqa: BLE001 - the log has it, and the next look comes
            say_failed(log, fault, "对接未能进行 an exchange failed")

    def _moved(self, row: PackageRow) -> None:
        """Begin the next attempt of a sending that is due, or end one that nobody is at any more."""
        since = (microseconds(self.services.clock()) - row.changed_at) / MICROSECONDS
        sending = row.state().sending
        assert sending is not None  # noqa: S101 - it was selected by that
        if sending.status is SendingStatus.UNDERWAY and since > STALE_SECONDS:
            self._ended(row, sending.attempt, Carried(SendingStatus.SENT if self._is_there(row) else SendingStatus.UNKNOWN))
        elif sending.status is SendingStatus.ORDERED or (
            sending.status is SendingStatus.FAILED and since >= PAUSES[sending.attempt - 1]
        ):
            self._attempt(row, sending.attempt + 1)

    def _is_there(self, row: PackageRow) -> bool:
        transport, made = self.transports.get(row.counterpart), row.state().made
        return transport is not None and made is not None and transport.is_there(row.id, made.sha256)

    def _attempt(self, row: PackageRow, attempt: int) -> None:
        """Send it once, whoever else would: with whose results leave written down before, and how it ended after."""
        state, transport = row.state(), self.transports.get(row.counterpart)
        assert state.sending is not None and state.made is not None  # noqa: PT018, S101 - what is ordered is made
        kind = transport.kind if transport is not None else state.sending.transport
        begin = BeginSending(package=row.id, sending=state.sending.number, attempt=attempt, transport=kind)
        with self._outgoing(row, state.made) as outgoing:
            if transport is not None and outgoing is not None:
                leave_in_package(self.services, SYSTEM, row.id, outgoing.file, ENTRY_POINT)
            self._send(begin, row)
            if transport is None:
                carried = Carried(SendingStatus.FAILED, SendingFault.NO_TRANSPORT)
            else:
                carried = transport.carry(outgoing) if outgoing is not None else NO_FILE
        self._ended(row, attempt, carried)
        if carried.receipt:
            self._received(row, carried.receipt)

    @contextmanager
    def _outgoing(self, row: PackageRow, made: PackageMade) -> Iterator[Outgoing | None]:
        """What is to leave; None where it cannot be read or signed here, so that it surely does not."""
        note = signature_of(self.services, row.id, made)
        try:
            file = self.services.blobs.opened(made.sha256) if note is not None else None
        except BlobDamaged:
            file = None
        if file is None or note is None:
            yield None
            return
        with file:
            yield Outgoing(row.id, made.sha256, made.size, note, file)

    def _ended(self, row: PackageRow, attempt: int, carried: Carried) -> None:
        sending = row.state().sending
        assert sending is not None  # noqa: S101 - as above
        hopeless = carried.fault in (SendingFault.NO_TRANSPORT, SendingFault.FILE_MISSING)
        ended = EndSending(
            package=row.id,
            sending=sending.number,
            attempt=attempt,
            came_to=carried.came_to,
            fault=carried.fault,
            code=carried.code,
            last=hopeless or attempt > len(PAUSES),
        )
        self._send(ended, row)

    def _answers(self, counterpart: Counterpart, transport: Transport) -> None:
        """Record what lies there as receipts and was not seen."""
        with self.services.models.reading() as snapshot:
            sent = sent_packages(snapshot, MAY_BE_ANSWERED)
        mine = {row.id: row for row in sent if row.counterpart == counterpart and not _is_full(row)}
        for package, content in transport.receipts(mine):
            self._received(mine[package], content)

    def _received(self, row: PackageRow, content: bytes) -> None:
        command = read_receipt(content, row.id, row.counterpart)
        if all(one.digest != command.digest for one in row.state().receipts):
            self._send(command, row)

    def _send(self, command: Command, row: PackageRow) -> None:
        self.services.send(SYSTEM, command, reason=self.reason, causation=cause_of(package_stream(row.id), row.version))

    def _results(self, counterpart: Counterpart, transport: Transport, stop: threading.Event) -> None:
        """Hold apart what a counterpart reported, as if a person had sent it in: nothing of it counts until one accepts it."""
        for found in transport.results():
            if stop.is_set():
                return
            try:
                self._held(counterpart, found)
            except Refused as refused:
                found.over(f"{refused.says_in_english} · {refused.says}")
            else:
                found.over("")

    def _held(self, counterpart: Counterpart, found: ResultsFile) -> None:
        named = named_file(found.name)
        if named is None:
            raise RESULT_FILE_NAME.refuse()
        caller, services = counterpart_caller(counterpart), self.services
        digest = sha256(found.content).hexdigest()
        read = services.foreign.results(found.content, found.name, MODELS[counterpart], caller.actor)
        with services.models.reading() as whole:
            codes = frozenset(organisation_code(row.uscc) for row in read.rows)
            registered = registered_codes(whole, caller.scope, codes)
        sender, reach = sender_of(caller.role, caller.actor, caller.organisation)
        batch = SendResultBatch(
            name=batch_name(named.name, digest),
            model=MODELS[counterpart],
            stated_on=named.stated_on,
            sender=sender,
            reach=reach,
            digest=services.blobs.put(found.content),
            filename=found.name,
            rows=read.rows,
            findings=read.findings,
            refused_rows=read.refused_rows,
            salt=services.firm_salt.known_or_drawn(services.clock),
            registered=registered,
            titles=read.titles,
        )
        services.send(caller, batch, reason=self.reason)


def _is_full(row: PackageRow) -> bool:
    return len(row.state().receipts) >= RECEIPTS_AT_MOST


def exchanging(
    services: Services, transports: Mapping[Counterpart, Transport], seconds: float = LOOK_SECONDS
) -> AbstractContextManager[None]:
    """Exchange with the counterparts while the block lasts, looking at an interval."""
    failing = "对接平台未能查看 what is to be exchanged could not be looked for"
    return at_intervals(Exchanging(services, transports).look, seconds, name="exchanging", failing=failing)
