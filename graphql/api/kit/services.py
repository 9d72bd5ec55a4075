"""Services · 服务: everything a request may need of the program, wired by `zhenduan`; see `ports` for what it asks of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from api.kit.ports import (
    Accounts,
    CredentialSigner,
    SignOn,
    Transparency,
    Uploads,
)
from domain.events import CAPABILITIES
from domain.kernel import Command
from domain.programme.packages.terms import Counterpart, TransportKind
from interop.foreign_files import ForeignFiles
from journal import Caller, Finish, Handled, Journal, handle
from journal.blobs import Blobs
from journal.disclosure_log.disclosure_log import DisclosureLog
from journal.secrets.firm_salt import FirmSalt
from journal.secrets.personal import PersonalKeys
from projections import ReadModels
from projections.governance.computation_leases import ComputationLeases
from projections.participants.deliveries import Deliveries
from projections.standard.shadow_progress import ShadowLeases
from standards import Edition


@dataclass(frozen=True)
class Services:
    """The wiring 组装: everything a request may need, made once at start-up.

    secret: 32 bytes of this installation; keys of cursors and digests are derived from it.
    demo: the data is synthetic, and whatever shows it says 示例数据.
    firm_salt: the salt of the enterprises' ids.
    finishers: what makes what the facts of a command lack once the rules accept it, by command.
    shadows: who works on which shadow re-scoring, and how far it has come.
    computations: who is at which computation.
    deliveries: what is to be sent to partners' endpoints, and the log of it.
    plain_endpoints: their addresses may be without TLS, for development. may_be_sent_to: whether a host may be named for one.
    foreign: readers of files that others made, each in a process of its own.
    disclosures: where every answer with protected data is written down before it leaves.
    editions: published editions by key, kept once read: they never change.
    transparency: None = nothing is shown of the log, and its endpoints do not exist.
    credentials: signs certificates as credentials; None = none are given.
    exports: folder of bulk exports while they are given out; None = there are none.
    transports: how each counterpart is reached, of those that the operator set a transport to.
    checks: what readiness asks besides journal and read models, by name; each raises where its store cannot be written.
    """

    journal: Journal
    models: ReadModels
    blobs: Blobs
    keys: PersonalKeys
    firm_salt: FirmSalt
    accounts: Accounts
    uploads: Uploads
    shadows: ShadowLeases
    computations: ComputationLeases
    deliveries: Deliveries
    disclosures: DisclosureLog
    clock: Callable[[], datetime]
    secret: bytes
    finishers: Mapping[type[Command], Finish] = field(default_factory=dict)
    demo: bool = False
    plain_endpoints: bool = False
    may_be_sent_to: Callable[[str], bool] = bool
    foreign: ForeignFiles = field(default_factory=ForeignFiles)
    sign_on: SignOn | None = None
    editions: dict[str, Edition] = field(default_factory=dict)
    transparency: Transparency | None = None
    credentials: CredentialSigner | None = None
    exports: Path | None = None
    transports: Mapping[Counterpart, TransportKind] = field(default_factory=dict)
    checks: Mapping[str, Callable[[], object]] = field(default_factory=dict)

    def send(
        self,
        caller: Caller,
        command: Command,
        *,
        reason: str = "",
        idempotency_key: str | None = None,
        input_digest: str | None = None,
        expected_version: int | None = None,
        causation: str = "",
        until: float | None = None,
    ) -> Handled:
        """Decide a command and append its facts; see `journal.handle`."""
        return handle(
            self.journal,
            CAPABILITIES,
            command,
            caller,
            clock=self.clock,
            reason=reason,
            idempotency_key=idempotency_key,
            input_digest=input_digest,
            expected_version=expected_version,
            finish=self.finishers.get(type(command)),
            causation=causation,
            until=until,
        )
