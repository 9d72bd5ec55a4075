"""Roster files 名单文件 and firms on record, as the rules' tests state them."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from domain.kernel import Rule
from domain.participants import enterprises as e
from domain.participants.rosters.bringing_in import (
    RosterBlocked,
    RosterImported,
)
from domain.participants.rosters.comparison import ImportRoster
from domain.participants.rosters.examination import examine
from domain.participants.rosters.findings import ConfirmedFinding, RosterFinding
from domain.participants.rosters.roster import ROSTERS, RosterEvent
from tests.firm_ids import SALT, firm_id
from tests.rules.given import REFUSED, Given

FIRM = e.Firm(
    uscc="91310000132260250X",
    name="示例精密机械有限公司",
    district="310117",
    industry="C34",
    employees=320,
    revenue_wan=Decimal(21000),
    size_class="medium",
    above_scale=True,
)


GREW = FIRM.model_copy(update={"employees": 330})
OTHER = FIRM.model_copy(update={"uscc": "91310000XX0000019X", "name": "示例乙"})
ELSEWHERE = FIRM.model_copy(update={"district": "310115"})
RENAMED = FIRM.model_copy(update={"name": "示例精密机械股份有限公司"})
FINDING = RosterFinding(row=3, column="所属区", severity="refused", code="X", says="无", says_in_english="none")
YEAR = 2024
IDENTITY = firm_id(FIRM.uscc)
STREAM = e.enterprise_stream(IDENTITY)


def file_of(*firms: e.Firm, digest: str = "d", refused_rows: int = 0, **rest: Any) -> ImportRoster:
    values: dict[str, Any] = {
        "year": YEAR,
        "digest": digest,
        "filename": "名单.xlsx",
        "rows": tuple(enumerate(firms, start=2)),
        "findings": (FINDING,) * refused_rows,
        "refused_rows": refused_rows,
        "salt": SALT,
    }
    return ImportRoster(**values | rest)


def confirming(row: int, *rules: Rule) -> tuple[ConfirmedFinding, ...]:
    return tuple(ConfirmedFinding(row=row, code=rule.code) for rule in rules)


def on_record(*firms: e.Firm, year: int | None = YEAR) -> dict[str, e.Enterprise]:
    return {
        e.enterprise_stream(firm_id(firm.uscc)): e.evolve(None, e.EnterpriseRegistered(year=year, firm=firm))
        for firm in firms
    }


def given(*history: RosterEvent, firms: Mapping[str, e.Enterprise] | None = None) -> Given:
    return Given(ROSTERS, *history).having_read(dict(firms or {}))


def answered(case: Given) -> RosterImported | RosterBlocked:
    fact = case.facts[0]
    assert isinstance(fact, RosterImported | RosterBlocked)
    return fact


def present(case: Given) -> e.Firm:
    """What the firm is now."""
    known = case.read[STREAM]
    assert isinstance(known, e.Enterprise)
    return known.present


def findings(command: ImportRoster, case: Given) -> list[tuple[int, str, str]]:
    """(row, code, severity) of the report that a case rests on."""
    examined = examine(command, case.state, case.read)
    for found in examined.report.findings:
        assert "{" not in found.says + found.says_in_english
        REFUSED.add(found.code)
    return [(found.row, found.code, found.severity) for found in examined.report.findings]
