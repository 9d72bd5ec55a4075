"""Standard implementation in the demo city 示例贯标: diagnosed firms on every step to the certificate. plan I4."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from domain.access import Role
from domain.diagnosis.report import ConfirmReport
from domain.instants import city_day
from domain.kernel import Command
from domain.programme.implementation_facts import ImplementationStandard, StandardGap
from domain.programme.implementations import (
    ApplyForStandardCertificate,
    ListStandardGaps,
    RecordStandardCertificate,
    RecordStandardRefusal,
    StopStandardImplementation,
)
from journal import Caller
from zhenduan.demo.office_hours import later, office_time
from zhenduan.demo.people import People

Step = tuple[datetime, Caller, Command]
FIRMS = 60
TO_GAPS, TO_APPLYING, TO_CERTIFICATE = 15, 60, 70
"""Working days from the confirmed report to the gap list, from there to the application, from there to the answer."""
BODY, SOURCE = "示例评定机构", {"source": "示例数据，并非真实证书", "mark": "I"}


def implementations(people: People, played: Sequence[Step]) -> Iterator[Step]:
    """Firms that confirmed their reports go on, of five one to each step."""
    city = people.callers[Role.CITY, people.data.organisations.city.id]
    first: dict[str, Step] = {}
    for step in played:
        if isinstance(step[2], ConfirmReport):
            first.setdefault(step[1].organisation, step)
    for number, (at, firm, confirmed) in enumerate(list(first.values())[:FIRMS]):
        assert isinstance(confirmed, ConfirmReport)  # noqa: S101 - as it was chosen
        standard = ImplementationStandard.DCMM if number % 3 else ImplementationStandard.INTEGRATION
        yield from _way(number, (city, firm), confirmed.diagnosis, standard, at)


def _way(
    number: int, who: tuple[Caller, Caller], diagnosis: str, standard: ImplementationStandard, confirmed_at: datetime
) -> Iterator[Step]:
    city, firm = who
    of = {"enterprise": firm.organisation, "standard": standard}
    listed = later(city_day(confirmed_at), TO_GAPS)
    applied = later(listed, TO_APPLYING)
    answered = later(applied, TO_CERTIFICATE)
    minute = 400 + number % 60
    gaps = (
        StandardGap(indicator="Z01", text="规划中没有数据管理的目标（示例）"),
        StandardGap(indicator="Z04", text="没有专人负责（示例）"),
    )
    yield office_time(listed, minute), firm, ListStandardGaps(**of, diagnosis=diagnosis, gaps=gaps)
    far = number % 5
    if far == 1:
        yield office_time(applied, minute), firm, StopStandardImplementation(**of, reason="本年度无预算（示例）")
    if far > 1:
        yield office_time(applied, minute), firm, ApplyForStandardCertificate(**of, applied_on=applied, body=BODY)
    if far == 3:  # noqa: PLR2004 - each way once in five
        yield office_time(answered, minute), city, RecordStandardRefusal(**of, reason="制度未落实（示例）")
    if far == 4:  # noqa: PLR2004 - as above
        granted = {"certified_on": answered, "until": later(answered, 750), "achieved": "二级（示例）"}
        yield office_time(answered, minute), city, RecordStandardCertificate(**of, **granted, **SOURCE)
