"""Finished diagnoses of the demo city 往年诊断: more firms with a confirmed report, so that what is published tells something.

Some are diagnosed again the year after, so that an uplift has firms to be worked out from; of so few, it says that they are.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import count
from random import Random

from domain.diagnosis.state import Purpose
from domain.instants import city_midnight
from domain.participants.firm_ids import enterprise_id
from standards import Form, edition_for, edition_mappings, load
from zhenduan.demo.campaigns import campaign_of
from zhenduan.demo.cases import cast_of, joining, until
from zhenduan.demo.data import DemoData, Ending
from zhenduan.demo.diagnosis_story import DemoCase, Timed, acts
from zhenduan.demo.firms import DemoFirm
from zhenduan.demo.people import People, draw_id
from zhenduan.demo.rosters import DEMO_SALT, FIRST_ROSTER, size_of
from zhenduan.demo.training import EDITION

FIRST_NUMBER = 301
"""Number of the first of these cases; those of the others lie below it and beyond 900."""
CONFIRMED = {2023: (date(2023, 11, 20), 24)}
"""Year -> the day from which on its reports are confirmed, and within how many days; other years the usual ones."""
USUAL = ((4, 15), 220)
ON_TIME = timedelta(hours=18)
BETTER_BY = (8, 18)
"""Points of the total that a firm has gained when it is diagnosed again, between these."""
REASON = "企业列入当年首批，先按简版诊断。（示例）"


def finished(data: DemoData, people: People, firms: Sequence[DemoFirm], present: date) -> Iterator[Timed]:
    """Their cases from opening to the confirmed report, in brief form, of so many firms a year that have none yet.

    Args:
        data: how many a year, as `finished`, and of how many of the year before again, as `repeated`.
        people: of the demo.
        firms: on every roster, of which no other case is.
        present: no act lies after it.
    """
    chance = Random(f"finished cases of {data.seed}")  # noqa: S311 - a demo is drawn
    numbers, free, before = count(FIRST_NUMBER), list(firms), list[DemoFirm]()
    chance.shuffle(free)
    for year, wanted in data.finished.items():
        first, within = CONFIRMED.get(year, (date(year, *USUAL[0]), USUAL[1]))
        if first + timedelta(days=within) >= present:
            continue
        taken = [free.pop() for _ in range(min(wanted, len(free)))]
        again = [_risen(one, data, chance) for one in before[: data.repeated.get(year, 0)]]
        for firm, purpose in (*((one, Purpose.INITIAL) for one in taken), *((one, Purpose.REPEAT) for one in again)):
            day = first + timedelta(days=chance.randrange(within))
            yield from _played(data, people, chance, (firm, purpose), next(numbers), day)
        before = taken


def _risen(firm: DemoFirm, data: DemoData, chance: Random) -> DemoFirm:
    return replace(firm, total=min(firm.total + chance.randint(*BETTER_BY), data.total.most))


def _played(
    data: DemoData, people: People, chance: Random, of: tuple[DemoFirm, Purpose], number: int, ends: date
) -> Iterator[Timed]:
    firm, purpose = of
    applies = edition_for(edition_mappings(), firm.industry, size_of(firm, FIRST_ROSTER.year), ends)
    plain = (applies.edition, applies.form) == (EDITION, Form.BRIEF)
    case = DemoCase(
        id=draw_id(chance),
        number=number,
        enterprise=enterprise_id(DEMO_SALT, firm.uscc),
        firm=firm,
        campaign=campaign_of(purpose, ends.year),
        purpose=purpose,
        form=Form.BRIEF,
        reason=None if plain else REASON,
        ending=Ending.CONFIRMED,
        cast=cast_of(data, chance, people, firm, None, planned=False),
    )
    done = list(acts(case, data, load(EDITION), chance))
    found = until([act.days for act in done], [chance.randrange(420) for _ in done], city_midnight(ends) + ON_TIME)
    yield from joining(people, case, found[0])
    yield from (Timed(at, act, case.id) for at, act in zip(found, done, strict=True))
