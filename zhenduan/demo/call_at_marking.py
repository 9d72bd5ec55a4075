"""A call that stands at marking in the demo city 评分中的征集: from here on everything is done by hand, by those who may sign in.

One application has both marks, so far apart that a third is asked; one has a mark and waits for the other; one has none. plan V1.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from random import Random

from domain.access import Role
from domain.governance.proceedings.state import ProceedingOutcome
from domain.governance.qualification import CertificateGrade
from domain.providers.calls.commands import CloseCall, DrawMarking, OpenCall
from domain.providers.certificates import GrantCertificate
from domain.providers.marking.drawing import drawn_markers, drawn_order
from zhenduan.demo.certificates import RECOGNISED
from zhenduan.demo.office_hours import later
from zhenduan.demo.proceedings import Played
from zhenduan.demo.selected_people import SelectedProvider, SelectionOffice
from zhenduan.demo.selection import FAILED, PASSED, SECOND, Year, applied, committed_seed, mark_of
from zhenduan.demo.training import EDITION

BESIDE = ("provider-03", "provider-04")
"""Who applies beside the provider whose people may sign in: both marks are in of the first, none of the second."""
MARKERS = 3


def call_at_marking(
    office: SelectionOffice, providers: Sequence[SelectedProvider], shown: str, present: date
) -> Iterator[Played]:
    """The call of the present year, or of the first without one, as it stands three weeks after its draw 评分中的征集.

    shown: the provider whose people may sign in.
    """
    office = replace(office, chance=Random(f"marking at {present.year}"))  # noqa: S311 - a demo is drawn
    year = _year(present)
    named = {one.id: one for one in providers}
    applicants = [named[one] for one in (shown, *BESIDE)]
    yield year.opened, office.clerk, OpenCall(
        year=year.year, applications_until=year.applications, mending_until=year.mending, marking_until=year.marking,
        objections_until=year.objections,
    )  # fmt: skip
    for place, one in enumerate(applicants):
        if one.id in BESIDE:
            yield from _certified_anew(office, one, later(year.opened, 0))
        yield from applied(year, office, one, place)
    yield year.drawn, office.clerk, CloseCall(year=year.year)
    seed, markers = committed_seed(year.year), {one.actor: one for one in office.markers[:MARKERS]}
    yield year.drawn, office.clerk, DrawMarking(year=year.year, markers=tuple(markers), seed=seed)
    order = drawn_order(seed, [one.id for one in applicants])
    given, _ = drawn_markers(seed, order, markers, {})
    for one, shares in zip(applicants, ((PASSED,), (PASSED, FAILED), ()), strict=True):
        for marker, share in zip(given[one.id], shares, strict=False):
            number = order.index(one.id) + 1
            yield year.drawn + timedelta(days=4), markers[marker], mark_of(office, year.year, number, marker, one, share)


def _year(present: date) -> Year:
    """Days around the present, of which those of marking and of objections lie ahead."""

    def on(days: int) -> date:
        return present + timedelta(days=days)

    return Year(
        max(present.year, SECOND.year + 1), on(-44), on(-28), on(-21), on(-18), on(30), on(31),
        on(75), on(32), on(40), on(70), on(76),
        failing=(), objection=(0, ProceedingOutcome.DISMISSED),
    )  # fmt: skip


def _certified_anew(office: SelectionOffice, one: SelectedProvider, since: date) -> Iterator[Played]:
    """What its people were certified for before the first call runs out after two years."""
    for who in one.staff:
        grade = CertificateGrade.SENIOR if who.role == Role.PROVIDER else CertificateGrade.DIAGNOSTICIAN
        number = f"ZDS-{since.year}-{office.chance.getrandbits(48):012X}"
        stated = {"number": number, "grade": grade, "editions": (EDITION,), "since": since, "recognised": RECOGNISED}
        yield since, office.clerk, GrantCertificate(person=who.actor, **stated)
