"""Settings 设置: where everything lies, from the environment and the command line."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

DATA = "ZHENDUAN_DATA"
DATABASE = "ZHENDUAN_DATABASE"
ORIGIN = "ZHENDUAN_ORIGIN"
CITY_DATA = Path("var/city")
DEMO_DATA = Path("var/demo")


@dataclass(frozen=True)
class Settings:
    """Where one installation keeps its things 设置.

    data: folder of the master key, the files, and on SQLite of the databases.
    database: a PostgreSQL address; None = embedded SQLite files in `data`.
    origin: name of the log where its key is made, a URL without scheme; empty = one is drawn.
    """

    data: Path
    database: str | None = None
    origin: str = ""

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
    def master_key(self) -> Path:
        """File of the master key; keep it out of the backups of everything else."""
        return self.data / "master.key"

    @property
    def log_key(self) -> Path:
        """File of the key that checkpoints are signed with."""
        return self.data / "log.key"

    @property
    def files(self) -> Path:
        """Folder of evidence and reports, by hash."""
        return self.data / "files"


def from_environment(
    usual: Path = CITY_DATA, data: Path | None = None, environment: Mapping[str, str] = os.environ
) -> Settings:
    """Settings of the environment 读取设置.

    Args:
        usual: the data folder when neither `data` nor ZHENDUAN_DATA names one.
        data: as given on the command line; it comes first.
        environment: ZHENDUAN_DATA names the folder, ZHENDUAN_DATABASE a PostgreSQL address, ZHENDUAN_ORIGIN the log.
    """
    return Settings(data or Path(environment.get(DATA) or usual), environment.get(DATABASE) or None, environment.get(ORIGIN, ""))
