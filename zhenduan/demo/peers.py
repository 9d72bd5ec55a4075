"""Peers of the demo city 同类企业: six firms alike, of which the last reads where it stands among the others."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import groupby
from random import Random

from domain.diagnosis.state import Purpose
from domain.instants import city_day
from domain.participants.firm_ids import enterprise_id
from standards import edition_for, edition_mappings, load
from standards.edition.mapping import DIVISION
from zhenduan.demo.campaigns import campaign_of
from zhenduan.demo.cases import cast_of, joining, until
from zhenduan.demo.data import DemoData, Ending
from zhenduan.demo.diagnosis_story import DemoCase, Timed, acts
from zhenduan.demo.firms import DemoFirm
from zhenduan.demo.people import SHOWN_DISTRICT, People, draw_id
from zhenduan.demo.rosters import DEMO_SALT, FIRST_ROSTER, size_of

ALIKE = 6
"""A batch of five, and who reads where it stands among them."""
DAYS_BEFORE = (26, 25, 24, 23, 22, 2)
"""How many days before the present each report comes out: the last is scored when the others are out."""
FIRST_NUMBER = 901
"""Number of the first of these cases; those of the others lie below."""
YEAR_UNDER_WAY = 3
"""Month from which on reports of some weeks lie within the present's year; before it they are those of the year before."""


def peers(data: DemoData, chance: Random, people: People, firms: list[DemoFirm], present: datetime) -> Iterator[Timed]:
    """Their cases from opening to report, of firms that have none yet; nothing where no six are alike."""
    last = present if present.month >= YEAR_UNDER_WAY else present.replace(year=present.year - 1, month=12, day=21)
    for number, (firm, days) in enumerate(zip(_alike(data, firms), DAYS_BEFORE, strict=False), FIRST_NUMBER):
        ends = last - timedelta(days=days)
        applies = edition_for(edition_mappings(), firm.industry, size_of(firm, FIRST_ROSTER.year), city_day(ends))
        by = next(one for one in data.organisations.providers if one.id == data.owner_firm.provider)
        case = DemoCase(
            id=draw_id(chance),
            number=number,
            enterprise=enterprise_id(DEMO_SALT, firm.uscc),
            firm=firm,
            campaign=campaign_of(Purpose.INITIAL, city_day(ends).year),
            purpose=Purpose.INITIAL,
            form=applies.form,
            reason=None,
            ending=Ending.ISSUED,
            cast=cast_of(data, chance, people, firm, by, planned=False),
        )
        done = list(acts(case, data, load(applies.edition), chance))
        found = until([act.days for act in done], [chance.randrange(420) for _ in done], ends)
        yield from joining(people, case, found[0])
        yield from (Timed(at, act, case.id) for at, act in zip(found, done, strict=True))


def _alike(data: DemoData, firms: list[DemoFirm]) -> list[DemoFirm]:
    """Six firms of one division and size that the shown provider serves and no group holds, one of the shown district last."""
    served = next(one.industries for one in data.organisations.providers if one.id == data.owner_firm.provider)

    def kind(firm: DemoFirm) -> tuple[str, str]:
        return firm.industry[:DIVISION], size_of(firm, FIRST_ROSTER.year)

    free = sorted((one for one in firms if not one.group and one.industry in served), key=kind)
    for _, found in groupby(free, kind):
        alike = sorted(found, key=lambda firm: firm.district == SHOWN_DISTRICT)
        if len(alike) >= ALIKE and alike[-1].district == SHOWN_DISTRICT:
            return [*alike[: ALIKE - 1], alike[-1]]
    return []
