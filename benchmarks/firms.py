"""Many firms 大量企业 for what must cost the same in a small city and a large one: entries of a journal, folded as all others are.

Each firm lies in one of the city's districts, every tenth in a park and a group; six in ten have a diagnosis. One provider has one
case in forty, another 240 in all. One name in three holds 科技, one firm in all is 示例罕见琥珀.
"""

import time
from collections.abc import Iterator
from dataclasses import fields, replace

import orjson

from domain.diagnosis.opening import DiagnosisOpened
from interop.code_lists import district_codes
from journal import Entry, Journal, NewEntry
from journal.codec import EVENT_OF
from tests.small_city import ENTERPRISE, City

BATCH = 5_000
LARGE_PROVIDER, SMALL_PROVIDER = "p1", "small-provider"
SMALL_CASES = 240
DISTRICT = "310117"
TRADES = ("精密机械", "科技", "新材料", "电子", "科技服务", "汽车零部件")
RARE = "罕见琥珀"
DIAGNOSED = 6
"""Of ten firms."""
INDUSTRIES = ("C34", "C39", "C26", "C36", "C35", "C38")


def fill(journal: Journal, firms: int) -> int:
    """Fill an empty journal with so many firms; how many entries it has then."""
    city = City(journal)
    city.opened()
    firm = journal.read(f"enterprise/{ENTERPRISE}")[0]
    case = next(one for one in journal.since(0, 1000) if EVENT_OF.get(one.type) is DiagnosisOpened)
    position, batch = 0, list[NewEntry]()
    for number in range(firms):
        batch += _of_one(firm, case, number, firms)
        if len(batch) >= BATCH or number == firms - 1:
            position = journal.append(batch, time.time_ns() // 1000)[-1].position
            batch = []
    return position


def _of_one(firm: Entry, case: Entry, number: int, firms: int) -> Iterator[NewEntry]:
    codes = sorted({one.code for one in district_codes().values()})
    data, enterprise = orjson.loads(firm.state), f"{number * 2_654_435_761 % 2**32:08x}-{number}"
    data["firm"] |= {
        "name": f"示例{RARE if number == firms // 2 else f'{number:06d}'}{TRADES[number % len(TRADES)]}有限公司",
        "uscc": f"91310000{number:09d}X",
        "district": codes[number % len(codes)],
        "park": f"park-{number % 70}" if number % 10 == 0 else None,
        "group": f"g{number % 50}" if number % 10 == 0 else None,
        "industry": INDUSTRIES[number // 7 % len(INDUSTRIES)],
    }
    yield _copy(firm, f"enterprise/{enterprise}", data)
    if number % 10 < DIAGNOSED:
        opened = orjson.loads(case.state) | {"enterprise": enterprise, "provider": _provider(number, firms)}
        yield _copy(case, f"diagnosis/c{number}", opened)


def _provider(number: int, firms: int) -> str:
    if number % 40 == 0:
        return LARGE_PROVIDER
    every = max(firms // (SMALL_CASES * 2), 2) // 10 * 10 + 1
    return SMALL_PROVIDER if number % every == 1 else f"provider-{number % 30}"


def _copy(one: Entry, stream: str, data: object) -> NewEntry:
    entry = NewEntry(**{field.name: getattr(one, field.name) for field in fields(NewEntry)})
    return replace(entry, stream=stream, version=1, state=orjson.dumps(data))
