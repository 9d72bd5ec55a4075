"""Settings 设置: where everything lies, from the environment and the command line."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from domain.programme.packages.terms import Counterpart
from journal.digests import DIGESTS, Digest
from zhenduan.accounts.provider_settings import ProviderSettings
from zhenduan.egress import Egress, EgressUnusable, egress_of
from zhenduan.exchange.counterpart_settings import CounterpartsUnusable, transports_of
from zhenduan.exchange.transport import Transport
from zhenduan.limits import LimitUnusable, ServerLimits, limits_of
from zhenduan.logs import LogForm

DATA = "ZHENDUAN_DATA"
DATABASE = "ZHENDUAN_DATABASE"
ORIGIN = "ZHENDUAN_ORIGIN"
OIDC_ISSUER = "ZHENDUAN_OIDC_ISSUER"
OIDC_CLIENT = "ZHENDUAN_OIDC_CLIENT"
OIDC_SECRET = "ZHENDUAN_OIDC_SECRET"  # noqa: S105 - the name of a variable
HOME = "ZHENDUAN_HOME"
DIGEST = "ZHENDUAN_DIGEST"
LOG = "ZHENDUAN_LOG"
SECOND_FACTOR_FROM = "ZHENDUAN_SECOND_FACTOR_FROM"
CORS_ORIGINS = "ZHENDUAN_CORS_ORIGINS"
DOCUMENTS = "ZHENDUAN_DOCUMENTS"
ROW_SECURITY = "ZHENDUAN_ROW_SECURITY"
CITY_DATA = Path("var/city")
DEMO_DATA = Path("var/demo")


@dataclass(frozen=True)
class Settings:
    """Where one installation keeps its things 设置.

    data: folder of the master key, the files, and on SQLite of the databases.
    database: a PostgreSQL address; None = embedded SQLite files in `data`.
    provider: the identity provider of single sign-on; None = local accounts only.
    origin: name of the log where its key is made, a URL without scheme; empty = one is drawn.
    digest: what the journal hashes with, SHA-256 or SM3; None = as it was made, SHA-256 for a new one. plan P5.
    log: how the lines of the running log are written.
    home: our public address, which passkeys are bound to; empty = no passkeys.
    second_factor_from: the day from which city, operator and auditor need a second factor; None = never.
    limits: of a serving process.
    documents_only: only registered documents are run.
    cors_origins: pages of other origins that may read answers and open sockets, as a browser names them; none = none.
    egress: where partners' endpoints may lie.
    transports: how each counterpart's platform is reached, of those that have one.
    row_security: on PostgreSQL, a server without row policies is not ready; False = the operator goes on without.
    """

    data: Path
    database: str | None = None
    origin: str = ""
    provider: ProviderSettings | None = None
    digest: Digest | None = None
    log: LogForm = LogForm.CONSOLE
    home: str = ""
    second_factor_from: date | None = None
    limits: ServerLimits = field(default_factory=ServerLimits)
    cors_origins: tuple[str, ...] = ()
    documents_only: bool = False
    egress: Egress = field(default_factory=Egress)
    transports: Mapping[Counterpart, Transport] = field(default_factory=dict)
    row_security: bool = True

    @property
    def journal_url(self) -> str:
        """Address of the journal."""
        return self.database or f"sqlite:///{self.data / 'journal.db'}"

    @property
    def models_url(self) -> str:
        """Address of the read models: on SQLite a file of their own, so that a rebuild never blocks an append."""
        return self.database or f"sqlite:///{self.data / 'models.db'}"

    @property
    def vault_url(self) -> str:
        """Address of the vault of secrets."""
        return self.database or f"sqlite:///{self.data / 'vault.db'}"

    @property
    def disclosures_url(self) -> str:
        """Address of the disclosure log: on SQLite a file of its own, so that it never waits for the journal."""
        return self.database or f"sqlite:///{self.data / 'disclosures.db'}"

    @property
    def deliveries_url(self) -> str:
        """Address of what is to be sent to partners and of the log of it: on SQLite a file of its own, which no rebuild touches."""
        return self.database or f"sqlite:///{self.data / 'deliveries.db'}"

    @property
    def master_key(self) -> Path:
        """File of the master key; keep it out of the backups of everything else."""
        return self.data / "master.key"

    @property
    def log_key(self) -> Path:
        """File of the key that checkpoints are signed with."""
        return self.data / "log.key"

    @property
    def documents(self) -> Path:
        """Folder of registered documents, by digest."""
        return self.data / "documents"

    @property
    def files(self) -> Path:
        """Folder of evidence and reports, by hash."""
        return self.data / "files"

    @property
    def exports(self) -> Path:
        """Folder of bulk exports, while they are given out."""
        return self.data / "exports"


class SettingUnknown(ValueError):  # noqa: N818 - says which one
    """A setting has a value that does not exist 设置无效."""


def from_environment(
    usual: Path = CITY_DATA, data: Path | None = None, environment: Mapping[str, str] = os.environ
) -> Settings:
    """Settings of the environment 读取设置.

    Args:
        usual: the data folder when neither `data` nor ZHENDUAN_DATA names one.
        data: as given on the command line; it comes first.
        environment: ZHENDUAN_DATA names the folder, ZHENDUAN_DATABASE a PostgreSQL address, ZHENDUAN_ORIGIN the log;
            ZHENDUAN_OIDC_ISSUER, _CLIENT and, of a confidential client, _SECRET the identity provider, and ZHENDUAN_HOME
            our own public address, which the provider sends browsers back to; ZHENDUAN_DIGEST the algorithm of a journal
            that is yet to be made; ZHENDUAN_LOG the form of the running log;
            ZHENDUAN_SECOND_FACTOR_FROM the day from which some roles need a second factor; ZHENDUAN_CORS_ORIGINS exact origins,
            apart by commas or spaces; ZHENDUAN_EGRESS_NETWORKS and ZHENDUAN_EGRESS_PLAIN where partners' endpoints may lie
            (`zhenduan.egress`); ZHENDUAN_COUNTERPARTS the file of transports (`zhenduan.exchange.counterpart_settings`);
            ZHENDUAN_ROW_SECURITY=off serves on PostgreSQL without row policies;
            ZHENDUAN_DOCUMENTS=only runs no documents but registered ones; `zhenduan.limits` names
            those of the limits.

    Raises:
        SettingUnknown: no algorithm or form of that name, a limit that is no number, or an origin that no browser would send.
    """
    wanted = environment.get(DIGEST, "")
    if wanted and wanted not in DIGESTS:
        raise SettingUnknown(f"{DIGEST}: 没有该杂凑算法 no such algorithm: {wanted}；可选 one of: {'、'.join(DIGESTS)}")
    form = environment.get(LOG) or LogForm.CONSOLE
    if form not in set(LogForm):
        raise SettingUnknown(f"{LOG}: 没有该日志格式 no such form: {form}；可选 one of: {'、'.join(LogForm)}")
    try:
        limits, egress, transports = limits_of(environment), egress_of(environment), transports_of(environment)
    except (LimitUnusable, EgressUnusable, CounterpartsUnusable) as unusable:
        raise SettingUnknown(str(unusable)) from None
    return Settings(
        data=data or Path(environment.get(DATA) or usual),
        database=environment.get(DATABASE) or None,
        origin=environment.get(ORIGIN, ""),
        provider=_provider(environment),
        digest=DIGESTS.get(wanted),
        log=LogForm(form),
        home=environment.get(HOME, ""),
        second_factor_from=_day(environment.get(SECOND_FACTOR_FROM, "")),
        limits=limits,
        cors_origins=_origins(environment.get(CORS_ORIGINS, "")),
        documents_only=_documents(environment.get(DOCUMENTS, "")),
        egress=egress,
        transports=transports,
        row_security=_row_security(environment.get(ROW_SECURITY, "")),
    )


def _row_security(text: str) -> bool:
    if text not in ("", "required", "off"):
        raise SettingUnknown(f"{ROW_SECURITY}: 须为 required 或 off，is neither required nor off: {text}")
    return text != "off"


def _documents(text: str) -> bool:
    if text not in ("", "all", "only"):
        raise SettingUnknown(f"{DOCUMENTS}: 须为 all 或 only，is neither all nor only: {text}")
    return text == "only"


ORIGIN_OF_A_PAGE = re.compile(r"https?://(?:[a-z0-9-]+(?:\.[a-z0-9-]+)*|\[[0-9a-f:]+\])(?::\d{1,5})?")
"""As a browser writes it: scheme, host in lower case, port where it is not the usual one; no path, no pattern."""


def _origins(text: str) -> tuple[str, ...]:
    origins = tuple(text.replace(",", " ").split())
    for origin in origins:
        if not ORIGIN_OF_A_PAGE.fullmatch(origin):
            raise SettingUnknown(
                f"{CORS_ORIGINS}: 须为确切的来源，如 not an exact origin, such as https://city.example: {origin}"
            )
    return origins


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise SettingUnknown(f"{SECOND_FACTOR_FROM}: 须为日期，如 not a date, such as 2027-01-01: {text}") from None


def _provider(environment: Mapping[str, str]) -> ProviderSettings | None:
    issuer = environment.get(OIDC_ISSUER)
    if not issuer:
        return None
    secret = environment.get(OIDC_SECRET, "")
    return ProviderSettings(issuer, environment.get(OIDC_CLIENT, ""), environment.get(HOME, ""), secret)
