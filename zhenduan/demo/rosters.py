"""Rosters of the demo city 示例名单: the file of each year, and which firms are alike on every one of them."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from hashlib import sha256

from domain.participants.firm_ids import enterprise_id
from domain.participants.organisations import OrganisationKind
from domain.participants.rosters.comparison import ImportRoster
from interop.rosters.classification import size_class
from interop.rosters.roster import roster_command
from interop.rosters.roster_reading import read_roster
from zhenduan.demo.data import DemoData, Named
from zhenduan.demo.firms import DemoFirm
from zhenduan.demo.people import SHOWN_DISTRICT

FIRST_ROSTER = date(2023, 8, 17)
Rosters = Mapping[int, Sequence[DemoFirm]]
DEMO_SALT = sha256(b"Zhenduan, demo city").hexdigest()
"""Of the ids of its enterprises, which are known as its passwords are: the same city has the same ids."""


def units_named(data: DemoData) -> dict[str, dict[str, str]]:
    """What a roster's cells may name 名单可填的组织: kind -> id -> id."""
    parts = data.organisations
    kinds: dict[str, Sequence[Named]] = {"park": parts.parks, "group": parts.groups}
    kinds["reporting_unit"] = tuple(one for one in parts.others if one.kind is OrganisationKind.REPORTING_UNIT)
    return {kind: {one.id: one.id for one in units} for kind, units in kinds.items()}


def import_of(data: bytes, filename: str, year: int, units: Mapping[str, Mapping[str, str]]) -> ImportRoster:
    """The command that brings a file in."""
    return roster_command(read_roster(data, filename), year, DEMO_SALT, organisations=units)


def steady(rosters: Rosters) -> frozenset[str]:
    """Firms of one size class on every roster: whenever they are diagnosed, the same edition and form apply to them."""
    seen: dict[str, list[str]] = {}
    for year, firms in rosters.items():
        for firm in firms:
            seen.setdefault(firm.uscc, []).append(size_of(firm, year))
    return frozenset(uscc for uscc, sizes in seen.items() if len(sizes) == len(rosters) and len(set(sizes)) == 1)


def steady_in_the_district(rosters: Rosters) -> list[str]:
    """Ids of those of the shown district."""
    kept = steady(rosters)
    own = (firm for firm in rosters[max(rosters)] if firm.district == SHOWN_DISTRICT and firm.uscc in kept)
    return [enterprise_id(DEMO_SALT, firm.uscc) for firm in own]


def size_of(firm: DemoFirm, year: int) -> str:
    """Size class of a firm by the rule of a year."""
    return size_class(firm.employees, Decimal(firm.revenue_wan), year).key
