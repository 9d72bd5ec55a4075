"""Enterprises of the demo city 示例企业: drawn from a seed, and written as the roster files that a department would send.

Their codes pass both check digits and belong to no firm; their names begin with 示例.
"""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from random import Random

from interop.code_lists import districts
from interop.rosters.uscc import valid_uscc
from zhenduan.demo.data import DemoData, Size, seats

COLUMNS = (
    "统一社会信用代码", "企业名称", "所属区", "街镇", "园区", "企业集团", "申报单位",
    "行业代码", "从业人员", "营业收入（万元）",
)
LOWEST_REVENUE_WAN = 1_500


@dataclass(frozen=True)
class DemoFirm:
    """An enterprise of the demo 示例企业. total: points (0–100) that its verified answers aim at."""

    uscc: str
    name: str
    district: str
    subdistrict: str
    park: str
    group: str
    industry: str
    employees: int
    revenue_wan: int
    total: int
    reporting_unit: str = ""


def by_district(data: DemoData, firms: int) -> dict[str, int]:
    """Firms of each district 各区企业数: the fewest first, the rest in proportion by largest remainder, ties by code."""
    rest = firms - data.fewest_in_district * len(data.districts)
    whole = sum(data.districts.values())
    shares = {code: Fraction(count * rest, whole) for code, count in data.districts.items()}
    counted = {code: int(share) for code, share in shares.items()}
    by_remainder = sorted(shares, key=lambda code: (counted[code] - shares[code], code))
    for code in by_remainder[: rest - sum(counted.values())]:
        counted[code] += 1
    return {code: data.fewest_in_district + count for code, count in counted.items()}


class Unused:
    """Names and codes that no firm of the demo bears yet 未用名称与代码, in a drawn order."""

    def __init__(self, data: DemoData, chance: Random) -> None:
        self._chance = chance
        self._numbers: set[int] = set()
        self._names: dict[str, list[str]] = {}
        for division, industry in sorted(data.industries.items()):
            names = [f"示例{brand}{what}有限公司" for brand in data.brands for what in industry.makes]
            chance.shuffle(names)
            self._names[division] = names
        self._weights = {code: industry.weight for code, industry in sorted(data.industries.items())}

    def uscc(self) -> str:
        """A code whose check digits hold."""
        while (number := self._chance.randrange(31**6)) in self._numbers:
            pass
        self._numbers.add(number)
        return valid_uscc(number)

    def named(self) -> tuple[str, str]:
        """(division, name) of a firm; a division whose names are used up is drawn no more."""
        left = {division: weight for division, weight in self._weights.items() if self._names[division]}
        (division,) = self._chance.choices(list(left), list(left.values()))
        return division, self._names[division].pop()


def draw_firms(data: DemoData, chance: Random, unused: Unused) -> list[DemoFirm]:
    """The firms of the first roster 首年名单企业: the owner's, the groups' headquarters, the others shuffled over the districts."""
    owner = data.owner_firm
    places = [code for code, count in sorted(by_district(data, data.firms).items()) for _ in range(count)]
    places.remove(owner.district)
    for seat in seats(data).values():
        places.remove(seat.district)
    chance.shuffle(places)
    first = DemoFirm(
        uscc=unused.uscc(),
        name=owner.name,
        district=owner.district,
        subdistrict=owner.subdistrict,
        park=owner.park,
        group=owner.group,
        reporting_unit=owner.reporting_unit,
        industry=owner.industry,
        employees=owner.employees,
        revenue_wan=owner.revenue_wan,
        total=owner.total,
    )
    return [first, *_seats(data, unused), *(_firm(data, chance, unused, place) for place in places)]


def _seats(data: DemoData, unused: Unused) -> Iterator[DemoFirm]:
    for group, seat in seats(data).items():
        yield DemoFirm(uscc=unused.uscc(), subdistrict="", park="", group=group, **seat.model_dump())


def _firm(data: DemoData, chance: Random, unused: Unused, district: str) -> DemoFirm:
    division, name = unused.named()
    size: Size = chance.choices(data.sizes, [one.in_hundred for one in data.sizes])[0]
    parts = data.organisations
    towns = [town.id for town in parts.subdistricts if town.id.startswith(district)]
    parks = [park.id for park in parts.parks if park.district == district and chance.randrange(100) < park.in_hundred]
    groups = [one.id for one in parts.groups if division in one.industries and chance.randrange(100) < one.in_hundred]
    curve = data.total
    drawn = chance.gauss(curve.mean, curve.deviation) + size.offset + data.industries[division].offset
    return DemoFirm(
        uscc=unused.uscc(),
        name=name,
        district=district,
        subdistrict=chance.choice([*towns, ""]),
        park=parks[0] if parks else "",
        group=groups[0] if groups else "",
        industry=division,
        employees=chance.randint(*size.employees),
        revenue_wan=_skewed(chance, *size.revenue_wan),
        total=min(max(round(drawn), curve.least), curve.most),
    )


def _skewed(chance: Random, least: int, most: int) -> int:
    """Most firms of a class are nearer to its lower end."""
    return least + (most - least) * chance.randrange(1000) ** 2 // 1_000_000


def next_year(data: DemoData, chance: Random, unused: Unused, firms: Sequence[DemoFirm]) -> list[DemoFirm]:
    """The roster of the following year 次年名单: some firms left, some joined, and the numbers moved a little."""
    named = 1 + len(seats(data))
    leaving = set(chance.sample(range(named, len(firms)), min(data.leaving_each_year, len(firms) - named)))
    kept = []
    for number, firm in enumerate(firms):
        if number in leaving:
            continue
        revenue = firm.revenue_wan * chance.randint(92, 114) // 100
        employees = max(1, firm.employees + chance.randint(-firm.employees // 20, firm.employees // 15))
        kept.append(replace(firm, revenue_wan=max(revenue, LOWEST_REVENUE_WAN), employees=employees))
    places = chance.choices(list(data.districts), list(data.districts.values()), k=data.joining_each_year)
    return [*kept, *(_firm(data, chance, unused, place) for place in places)]


def roster_file(firms: Sequence[DemoFirm], title: str, encoding: str = "utf-8-sig") -> bytes:
    """A roster as a department writes it 名单文件: CSV with a title above the header, districts by name."""
    named = {district.code: district.name for district in districts().districts}
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([title])
    writer.writerow(COLUMNS)
    for firm in firms:
        place = (firm.subdistrict, firm.park, firm.group, firm.reporting_unit)
        writer.writerow(
            [firm.uscc, firm.name, named[firm.district], *place, firm.industry, firm.employees, firm.revenue_wan]
        )
    return text.getvalue().encode(encoding)
