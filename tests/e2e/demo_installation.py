"""A demo city in an installation of its own 示例安装: its report costs nothing, so that tests may build several."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from argon2 import PasswordHasher

from api.kit.ports import Transparency
from api.kit.services import Services
from domain.diagnosis.report import ConfirmReport, IssueReport, ReportFile
from journal import Accepted, open_journal
from journal.blobs import Blobs
from journal.disclosure_log.stores import open_disclosures
from journal.secrets.firm_salt import FirmSalt
from journal.secrets.personal import PersonalKeys
from journal.secrets.vault import open_vault
from journal.transparency.transparency_log import open_log
from projections import open_read_models
from projections.governance.computation_leases import open_computation_leases
from projections.participants.deliveries import open_deliveries
from projections.standard.shadow_progress import open_shadow_leases
from tests.e2e.demo_data import PRESENT, SMALL
from zhenduan.accounts.accounts import LocalAccounts
from zhenduan.accounts.second_factors import SecondFactors
from zhenduan.accounts.uploads import SignedUploads
from zhenduan.accounts.witnesses import Witnesses
from zhenduan.demo import city as demo_city
from zhenduan.demo.files import evidence_pdf
from zhenduan.demo.people import DemoLogin
from zhenduan.finishers import finishers

MASTER = bytes(range(32))
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


class House:
    """An installation whose demo is built with a report that costs nothing.

    keys: where the keys of persons lie, so that two installations may share them. database: PostgreSQL, or SQLite files.
    """

    def __init__(self, folder: Path, keys: Path, database: str | None) -> None:
        folder.mkdir(exist_ok=True)
        files = {name: f"sqlite:///{folder / name}.db" for name in ("journal", "models", "vault")}
        self.journal = open_journal(database or files["journal"], demo=True)
        self.models = open_read_models(database or files["models"], self.journal)
        self.vault, self.keys = open_vault(database or files["vault"]), open_vault(f"sqlite:///{keys}")
        factors = SecondFactors(self.vault, bytes(32))
        self.accounts = LocalAccounts(self.vault, self.models, self.journal, self.clock, factors, hasher=CHEAP)
        self.disclosures = open_disclosures(database or f"sqlite:///{folder / 'disclosures'}.db")
        self.shadows = open_shadow_leases(database or files["models"])
        self.computations = open_computation_leases(database or files["models"])
        self.deliveries = open_deliveries(database or f"sqlite:///{folder / 'deliveries'}.db")
        self.log = open_log(self.journal, database or files["journal"], folder / "log.key", "zhenduan.example/demo")
        blobs = Blobs(folder / "files")
        personal = PersonalKeys(self.keys, MASTER)
        made = finishers(self.journal, self.models, blobs, personal, demo=True, address="")
        self.services = Services(
            journal=self.journal,
            models=self.models,
            blobs=blobs,
            keys=personal,
            firm_salt=FirmSalt(self.journal, MASTER),
            finishers={**made, IssueReport: self.plain_report, ConfirmReport: self.plain_report},
            accounts=self.accounts,
            uploads=SignedUploads(self.vault, blobs, MASTER, self.clock),
            shadows=self.shadows,
            computations=self.computations,
            deliveries=self.deliveries,
            disclosures=self.disclosures,
            clock=self.clock,
            secret=MASTER,
            demo=True,
            transparency=Transparency(self.log, Witnesses(self.vault), ""),
        )

    @staticmethod
    def clock() -> datetime:
        return PRESENT

    def open(self, seed: int = 7, progress: Callable[[int, int], None] | None = None) -> list[DemoLogin]:
        return demo_city.open_demo(self.services, self.accounts, seed=seed, data=SMALL, progress=progress)

    def plain_report(self, accepted: Accepted) -> Mapping[str, Any]:
        kept = self.services.blobs.put(evidence_pdf(accepted.history[-1].position))
        at = accepted.history[-1].position
        file = ReportFile(pdf=kept, renderer="r", fonts="f", rendered_at=at, number=None, address=None, check_code=None)
        return {"file": file}


@contextmanager
def house(folder: Path, keys: Path | None = None, database: str | None = None) -> Iterator[House]:
    made = House(folder, keys or folder / "keys.db", database)
    yield made
    for name in ("models", "disclosures", "shadows", "computations", "deliveries", "log", "vault", "keys", "journal"):
        getattr(made, name).close()
