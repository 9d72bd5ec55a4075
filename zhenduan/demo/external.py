"""External results of the demo city 示例外部证书: certificates of a few firms sent in by the city and accepted. plan P8."""

from collections.abc import Iterator, Sequence
from datetime import date
from hashlib import sha256

import orjson

from domain.access import Role
from domain.diagnosis.external.batch import AcceptBatchRows, SendResultBatch, batch_key
from domain.diagnosis.external.rows import CITY_SENDER, WHOLE_CITY, ReadRow
from domain.kernel import Command
from journal import Caller
from standards import external_edition
from zhenduan.demo.firms import DemoFirm
from zhenduan.demo.people import People
from zhenduan.demo.rosters import DEMO_SALT

MODEL, MODEL_EDITION, NAME = "cmmm", "cmmm-2020", "cmmm-2024-03"
ASSESSED_ON = date(2023, 11, 15)
STATED_ON, SENT, ACCEPTED = date(2024, 3, 20), date(2024, 3, 21), date(2024, 3, 22)
LEVELS = (1, 2, 1)
"""Of each firm, counted from the lowest: the second and third of the edition."""


def rows_of(firms: Sequence[DemoFirm]) -> tuple[ReadRow, ...]:
    """A certificate of each firm 示例证书行; no last day is stated, so that they hold whenever the demo is looked at."""
    edition = external_edition(MODEL_EDITION)
    assert edition is not None, "it is on file"  # noqa: S101
    return tuple(
        ReadRow(
            row=number,
            uscc=firm.uscc,
            name=firm.name,
            number=f"示例-CMMM-2023-{number:03d}",
            level=edition.levels[level].name,
            assessed_on=ASSESSED_ON,
            body="评估机构（示例）",
        )
        for number, (firm, level) in enumerate(zip(firms, LEVELS, strict=False), 1)
    )


def file_of(rows: Sequence[ReadRow]) -> bytes:
    """The file that such rows were read from, as a JSON package."""
    results = [row.model_dump(mode="json", exclude={"row", "silent"}) for row in rows]
    return orjson.dumps({"model": MODEL, "count": len(rows), "results": results})


def external_results(people: People, firms: Sequence[DemoFirm]) -> Iterator[tuple[date, Caller, Command]]:
    """The city sends the batch in, looks at it, and accepts what nothing is to be said of."""
    city = people.callers[Role.CITY, people.data.organisations.city.id]
    rows = rows_of(firms)
    sent = SendResultBatch(
        name=NAME,
        model=MODEL,
        stated_on=STATED_ON,
        sender=CITY_SENDER,
        reach=WHOLE_CITY,
        digest=sha256(file_of(rows)).hexdigest(),
        filename=f"{NAME}.json",
        rows=rows,
        findings=(),
        refused_rows=0,
        salt=DEMO_SALT,
    )
    yield SENT, city, sent
    batch = batch_key(CITY_SENDER, WHOLE_CITY, NAME)
    yield ACCEPTED, city, AcceptBatchRows(batch=batch, reason="证书已与发证机构核对（示例）")
