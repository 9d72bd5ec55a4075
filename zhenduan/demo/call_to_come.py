"""The next year's call in the demo city 下一年度征集: open, with an application sent back, where it is asked for. plan V1."""

from collections.abc import Iterator
from datetime import date, timedelta

from domain.providers.applications.commands import ReturnApplication
from domain.providers.applications.state import MendItem
from domain.providers.calls.commands import OpenCall
from zhenduan.demo.proceedings import Played
from zhenduan.demo.selected_people import SelectedProvider, SelectionOffice
from zhenduan.demo.selection import submitted

OPENED, SUBMITTED, RETURNED = -20, -18, -12
APPLICATIONS, TO_MEND, MENDING, MARKING, OBJECTIONS = 14, 21, 28, 60, 90
"""Days from the present."""
ITEMS = (MendItem(part="人员", what="请补充人员社保证明，并在补充说明中写明（示例）"),)


def call_to_come(office: SelectionOffice, one: SelectedProvider, present: date) -> Iterator[Played]:
    """The call of the year after the present one, to which a provider applied and was sent back with time to mend.

    one: whose people may sign in. Nothing in the first weeks of a year, when that call was not to be opened yet.
    """

    def on(days: int) -> date:
        return present + timedelta(days=days)

    year = present.year + 1
    if on(OPENED).year != present.year:
        return
    yield on(OPENED), office.clerk, OpenCall(
        year=year, applications_until=on(APPLICATIONS), mending_until=on(MENDING), marking_until=on(MARKING),
        objections_until=on(OBJECTIONS),
    )  # fmt: skip
    yield from submitted(year, one, on(SUBMITTED))
    yield on(RETURNED), office.clerk, ReturnApplication(year=year, provider=one.id, items=ITEMS, mend_until=on(TO_MEND))
