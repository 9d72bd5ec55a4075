"""Wiring 组装: one installation opened, everything made once and closed together."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

from argon2 import PasswordHasher

from api.kit.ports import Transparency
from api.kit.services import Services
from domain.access import Everything, Role
from interop.foreign_files import ForeignFiles
from journal import Caller, is_demo, open_journal
from journal.blobs import Blobs
from journal.disclosure_log.stores import open_disclosures
from journal.outages import require_writable
from journal.secrets.firm_salt import FirmSalt
from journal.secrets.personal import PersonalKeys
from journal.secrets.vault import Vault, derived, master_key, open_vault
from journal.transparency.log_key import LogKeyUnusable
from journal.transparency.transparency_log import SigningRefused, TransparencyLog, open_log
from projections import ReadModels, open_read_models
from projections.engine.row_security import READERS
from projections.governance.computation_leases import open_computation_leases
from projections.participants import people
from projections.participants.deliveries import open_deliveries
from projections.standard.shadow_progress import open_shadow_leases
from zhenduan.accounts.accounts import LocalAccounts
from zhenduan.accounts.credentials import SignedCredentials
from zhenduan.accounts.memberships import acting
from zhenduan.accounts.second_factors import SecondFactors
from zhenduan.accounts.single_sign_on import SingleSignOn
from zhenduan.accounts.uploads import SignedUploads
from zhenduan.accounts.witnesses import Witnesses
from zhenduan.finishers import finishers
from zhenduan.installation_folder import begin_installation, require_installation
from zhenduan.settings import Settings

Clock = Callable[[], datetime]


def now() -> datetime:
    """The machine's clock, UTC."""
    return datetime.now(UTC)


def operator(name: str) -> Caller:
    """The person at the machine's own command line 运维人员, as the journal records it."""
    return Caller(f"operator-{name}", Role.SYSTEM, "", Everything())


@dataclass(frozen=True)
class Installation:
    """An opened installation 已打开的系统: the program, and the accounts and witnesses that only the command line adds to."""

    services: Services
    accounts: LocalAccounts
    log: TransparencyLog
    witnesses: Witnesses
    vault: Vault


@contextmanager
def opened(
    settings: Settings,
    *,
    create: bool = False,
    demo: bool = False,
    clock: Clock = now,
    hasher: PasswordHasher | None = None,
) -> Iterator[Installation]:
    """Open an installation for as long as the block lasts 打开系统.

    create: begin one where there is none; else nothing is made. demo: begin one, its journal marked as demo while it is empty,
    which then accepts clocks of the past. hasher: of passwords; the library's usual cost when None.

    Raises:
        NotAnInstallation: there is none, or the folder holds other things or belongs to somebody else.
        MasterKeyUnusable: the master key's file is open to others, or another vault's.
        LogKeyUnusable: the log key's file is open to others, malformed, or of a log of another algorithm.
        DigestDiffers: the journal was made with another algorithm than is set.
        ValueError: demo was asked of a journal that holds something else.
    """
    (begin_installation if create or demo else require_installation)(settings)
    with ExitStack() as stack:
        master = master_key(settings.master_key)
        journal = open_journal(settings.journal_url, demo=demo, digest=settings.digest)
        stack.callback(journal.close)
        demo = is_demo(journal)  # whichever command opens it: what was made up is never shown as real
        models = open_read_models(settings.models_url, journal)
        stack.callback(models.close)
        vault = open_vault(settings.vault_url)
        stack.callback(vault.close)
        disclosures = open_disclosures(settings.disclosures_url)
        stack.callback(disclosures.close)
        shadows = open_shadow_leases(settings.models_url)
        stack.callback(shadows.close)
        computations = open_computation_leases(settings.models_url)
        stack.callback(computations.close)
        deliveries = open_deliveries(settings.deliveries_url)
        stack.callback(deliveries.close)
        log = open_log(journal, settings.journal_url, settings.log_key, settings.origin)
        stack.callback(log.close)
        witnesses = Witnesses(vault)
        blobs = Blobs(settings.files)
        keys = PersonalKeys(vault, master)
        foreign = ForeignFiles()
        provider = None
        if settings.provider is not None:
            from zhenduan.accounts.single_sign_on_provider import IdentityProvider  # noqa: PLC0415 - 0.1 s, where it is used

            provider = IdentityProvider(settings.provider, clock)
        factors = SecondFactors(
            vault, derived(master, "seal second factors"), settings.home, settings.second_factor_from
        )
        one_database = settings.database is not None
        accounts = LocalAccounts(
            vault, models, journal, clock, factors, hasher=hasher, provider=provider, one_database=one_database
        )
        sign_on = None
        if provider is not None:
            sign_on = SingleSignOn(vault, provider, accounts.subjects, accounts, clock)
        checks: dict[str, Callable[[], object]] = {
            "JOURNAL": partial(require_writable, journal),
            "VAULT": vault.require_writable,
            "FILES": blobs.require_room,
            "SIGNED": partial(_require_borne_out, log),
        }
        if settings.row_security:
            checks["ROW_SECURITY"] = partial(_require_row_security, settings, models)
        services = Services(
            journal=journal,
            models=models,
            blobs=blobs,
            keys=keys,
            firm_salt=FirmSalt(journal, derived(master, "salt of the enterprises' ids")),
            accounts=accounts,
            uploads=SignedUploads(vault, blobs, master, clock, foreign, acting(journal, accounts.partner_keys, clock)),
            finishers=finishers(journal, models, blobs, keys, demo=demo, address=settings.home),
            shadows=shadows,
            computations=computations,
            deliveries=deliveries,
            plain_endpoints=settings.egress.plain,
            may_be_sent_to=settings.egress.permits_host,
            foreign=foreign,
            disclosures=disclosures,
            clock=clock,
            secret=derived(master, "cursors and digests of the interface"),
            demo=demo,
            sign_on=sign_on,
            exports=settings.exports,
            transports={one: transport.kind for one, transport in settings.transports.items()},
            transparency=Transparency(log, witnesses, settings.journal_url),
            credentials=SignedCredentials(master, settings.home or f"https://{log.keys().signing.name}", settings.home),
            checks=checks,
        )
        yield Installation(services, accounts, log, witnesses, vault)


class RowSecurityOff(Exception):  # noqa: N818 - a state
    """PostgreSQL refuses no row 行级安全未启用: the program's user may not act in the readers' roles."""


    SAYS = f"GRANT {', '.join(READERS)}"


def is_row_security_off(settings: Settings, models: ReadModels) -> bool:
    """Whether the read models are in PostgreSQL, and no row policy was put on at this start 行级安全是否缺失."""
    return settings.database is not None and not models.row_secured


def _require_row_security(settings: Settings, models: ReadModels) -> None:
    """Whether PostgreSQL refuses rows outside a caller's scope.

    Raises:
        RowSecurityOff: it does not.
    """
    if is_row_security_off(settings, models):
        raise RowSecurityOff(RowSecurityOff.SAYS)


def _require_borne_out(log: TransparencyLog) -> None:
    """Whether the journal holds what its log has signed; a store that does not take part is told of by its own check.

    Raises:
        SigningRefused: it was set back or rewritten.
        LogKeyUnusable: what says so cannot be read.
    """
    try:
        log.require_borne_out()
    except (SigningRefused, LogKeyUnusable):
        raise
    except Exception:  # noqa: BLE001 - of a database that is away, which JOURNAL says
        return


def finish_erasures(installation: Installation) -> int:
    """Destroy what an interrupted erasure left readable 补完删除: the fact came first, the keys go now.

    Returns:
        How many people are erased.
    """
    with installation.services.models.reading() as snapshot:
        erased = people.erased_people(snapshot)
    for person in erased:
        installation.services.keys.destroy(person)
        installation.accounts.remove(person)
    return len(erased)
