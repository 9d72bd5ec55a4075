"""Simulated counterpart of the demo 示例对接平台: a folder in which it takes one package and refuses another. plan P8."""

from dataclasses import replace
from hashlib import file_digest
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event

import orjson

from api.kit.services import Services
from domain.instants import city_day
from domain.programme.packages.terms import TransportKind
from interop.exchange.receipt_form import RECEIPT_FORMAT
from projections.programme.packages import packages_by_id
from zhenduan.background.exchanging import SYSTEM, Exchanging
from zhenduan.demo.packages import REFUSED_PACKAGE
from zhenduan.exchange.folder import Folder

REASON_OF_REFUSAL = "报送口径与本平台年度口径不一致（示例）"


def exchanged(services: Services, package: str, reason: str) -> None:
    """Have the program send a package into a folder, answer it there as its counterpart would, and have the answer fetched."""
    services.models.catch_up()
    with services.models.reading() as snapshot:
        row = packages_by_id(snapshot, SYSTEM.scope, [package])[package]
    with TemporaryDirectory() as place:
        folder = Folder(Path(place), rests_seconds=0)
        services = replace(services, transports={row.counterpart: TransportKind.FOLDER})
        exchange = Exchanging(services, {row.counterpart: folder}, reason)
        exchange.look(Event())
        made = row.state().made
        assert made is not None, "it was made before it was sent"  # noqa: S101
        refused = package == REFUSED_PACKAGE
        with (Path(place) / "out" / f"{package}.zip").open("rb") as file:
            digest = file_digest(file, "sha256").hexdigest()
        receipt = {
            "format": RECEIPT_FORMAT,
            "counterpart": row.counterpart,
            "package": package,
            "sha256": digest,
            "receipt": f"示例回执 {package}",
            "outcome": "refused" if refused else "taken",
            "reasons": [REASON_OF_REFUSAL] if refused else [],
            "received_on": city_day(services.clock()),
            "counts": {"results": made.results, "files": len(made.files)},
        }
        answers = Path(place) / "receipts" / package
        answers.mkdir(parents=True)
        (answers / "1.json").write_bytes(orjson.dumps(receipt))
        services.models.catch_up()
        exchange.look(Event())
