"""Cases of the demo city 示例案件: which firms are diagnosed, by whom, when, and how far each case goes."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import count
from random import Random

from domain.access import Role
from domain.diagnosis.state import Purpose
from domain.instants import city_day
from domain.participants.firm_ids import enterprise_id
from standards import Form, edition_for, edition_mappings, load
from zhenduan.demo.arbitrations import laid_before
from zhenduan.demo.campaigns import campaign_of
from zhenduan.demo.data import DemoData, Ending, Provider
from zhenduan.demo.diagnosis_story import Act, Cast, DemoCase, Timed, acts
from zhenduan.demo.firms import DemoFirm
from zhenduan.demo.office_hours import moments
from zhenduan.demo.offline_forms import offline
from zhenduan.demo.people import People, draw_id
from zhenduan.demo.rosters import DEMO_SALT, FIRST_ROSTER, size_of
from zhenduan.demo.screenings import told_alike
from zhenduan.demo.training import EDITION

PAST_FROM, PAST_DAYS = date(2023, 9, 4), 330
"""A finished diagnosis began on one of so many days from here on."""
IN_GROUP = frozenset({Ending.CONFIRMED, Ending.REISSUED, Ending.ISSUED})
"""Ends with a result, which go first of all to firms of the group whose people may sign in: so its roll-up has something to add."""
REPEATED = 2
"""So many firms with a confirmed report are diagnosed again now."""


def diagnosed(
    data: DemoData,
    chance: Random,
    people: People,
    firms: tuple[DemoFirm, Mapping[str, DemoFirm], list[DemoFirm]],
    present: datetime,
) -> Iterator[Timed]:
    """Those of the owner's firm, of a group's headquarters, and of the others, each taken once."""
    owned, named, others = firms
    seat = named.get(data.owner_firm.group)
    shown = next(one for one in data.organisations.providers if one.id == data.owner_firm.provider)
    numbers = count(1)
    confirmed: list[DemoFirm] = []
    for ending, wanted in sorted(data.cases.items(), key=lambda one: not one[1].past):
        for index in range(wanted.count):
            number = next(numbers)
            again = ending is Ending.OPENED and index < min(REPEATED, len(confirmed))
            owners = ending is Ending.PARTLY_ANSWERED and index == 0
            by = shown if index == 0 else None  # whoever signs in as a provider finds every state
            of_group = data.owner_firm.group if ending in IN_GROUP else ""
            if again or owners:
                firm = confirmed[index] if again else owned
            else:
                firm = seat if ending is Ending.CONFIRMED and index == 0 and seat else _taken(others, by, of_group)
            if ending is Ending.CONFIRMED:
                confirmed.append(firm)
            began = PAST_FROM + timedelta(days=chance.randrange(PAST_DAYS))
            year = began.year if wanted.past else city_day(present).year
            size, purpose = size_of(firm, FIRST_ROSTER.year), Purpose.REPEAT if again else Purpose.INITIAL
            applies = edition_for(edition_mappings(), firm.industry, size, began, headquarters=firm is seat)
            otherwise = owners or number % data.otherwise.every == 0
            case = DemoCase(
                id=draw_id(chance),
                number=number,
                enterprise=enterprise_id(DEMO_SALT, firm.uscc),
                firm=firm,
                campaign=campaign_of(purpose, year),
                purpose=purpose,
                form=Form.BRIEF if otherwise else applies.form,
                reason=chance.choice(data.otherwise.reasons) if otherwise else None,
                ending=ending,
                cast=cast_of(data, chance, people, firm, by, planned=by is not None and not wanted.past),
            )
            edition = load(EDITION if otherwise else applies.edition)
            done = list(acts(case, data, edition, chance))
            if case.cast.second is not None:  # of each ending one, with whoever signs in as a provider
                done = offline(ending, edition, case.form, told_alike(ending, done))
            if ending is Ending.OBJECTED and index + 1 == wanted.count:
                done += laid_before(people, case, done)
            days, minutes = [act.days for act in done], [chance.randrange(420) for _ in done]
            ends = present - timedelta(days=chance.randint(1, 18))
            found = moments(days, minutes, began) if wanted.past else until(days, minutes, ends)
            yield from joining(people, case, found[0])
            yield from (Timed(at, act, case.id) for at, act in zip(found, done, strict=True))


def _taken(firms: list[DemoFirm], by: Provider | None, group: str) -> DemoFirm:
    """The next firm, of those that a provider serves where one is named, first those of a group; it is not taken again."""
    served = [at for at, firm in enumerate(firms) if by is None or firm.industry in by.industries]
    return firms.pop(next((at for at in served if firms[at].group == group), served[0]) if group else served[0])


def cast_of(
    data: DemoData, chance: Random, people: People, firm: DemoFirm, by: Provider | None, *, planned: bool
) -> Cast:
    """Who acts in a firm's case, served by a provider or by one that serves its industry; planned: its visit is by two."""
    serving = [one.id for one in data.organisations.providers if firm.industry in one.industries]
    provider = by.id if by is not None else chance.choice(serving)
    return Cast(
        city=people.callers[Role.CITY, data.organisations.city.id],
        district=people.callers[Role.DISTRICT, firm.district],
        enterprise=people.meet(Role.ENTERPRISE, enterprise_id(DEMO_SALT, firm.uscc)),
        provider=people.callers[Role.PROVIDER, provider],
        second=people.meet(Role.DIAGNOSTICIAN, provider) if planned else None,
    )


def until(days: Sequence[int], minutes: Sequence[int], ends: datetime) -> list[datetime]:
    """The moments of acts of which the last lies at or shortly before an end."""
    start = city_day(ends)
    while (found := moments(days, minutes, start))[-1] > ends:
        start -= timedelta(days=1)
    return found


def joining(people: People, case: DemoCase, opens: datetime) -> Iterator[Timed]:
    """The firm's person is brought in the day before the firm's first diagnosis opens."""
    if case.purpose is Purpose.REPEAT:
        return
    at = opens - timedelta(days=1)
    for command in people.joining(case.cast.enterprise, city_day(at)):
        yield Timed(at, Act(0, case.cast.city, command))
