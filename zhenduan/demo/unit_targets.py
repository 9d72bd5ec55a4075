"""Targets of units in the demo city 示例单位目标: each year every district's, one reporting unit's, some towns'. plan G4, I5."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from math import ceil

from domain.access import Role
from domain.kernel import Command
from domain.programme.unit_targets import SetUnitTarget
from journal import Caller
from zhenduan.demo.firms import DemoFirm
from zhenduan.demo.people import SHOWN_DISTRICT, People
from zhenduan.demo.rosters import FIRST_ROSTER

PERCENT = {2023: 20, 2024: 60}
"""Of a unit's firms, by the plan; all of them in every other year."""
AFTER_ROSTER, OF_FIRST = (3, 5), FIRST_ROSTER + timedelta(days=3)
"""Month and day once a later year's roster is in, and the day for the first one."""


def unit_targets(people: People, rosters: Mapping[int, Sequence[DemoFirm]]) -> Iterator[tuple[date, Caller, Command]]:
    """What the city and the shown district set once each year's roster was in."""
    city = people.callers[Role.CITY, people.data.organisations.city.id]
    district = people.callers[Role.DISTRICT, SHOWN_DISTRICT]
    for year, firms in rosters.items():
        day = OF_FIRST if year == FIRST_ROSTER.year else date(year, *AFTER_ROSTER)
        asked = PERCENT.get(year, 100)
        told = {"year": year, "clause": f"plan G4，{asked}%（示例）", "mark": "I"}
        districts, towns = Counter(one.district for one in firms), Counter(one.subdistrict for one in firms)
        zones = Counter(one.reporting_unit for one in firms)
        for who, counts in ((city, districts), (district, towns), (city, zones)):
            for unit, count in sorted((unit, count) for unit, count in counts.items() if unit):
                if who is city or unit.startswith(SHOWN_DISTRICT):
                    yield day, who, SetUnitTarget(unit=unit, firms=ceil(count * asked / 100), on_roster=count, **told)
