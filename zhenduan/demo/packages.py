"""Packages of the demo city 示例数据包: one handed over by hand, two sent by the program, of which one is refused. plan P8."""

from collections.abc import Iterator
from datetime import date

from domain.access import Role
from domain.kernel import Command
from domain.programme.packages.making import HandOverPackage, RequestPackage
from domain.programme.packages.sending import SendPackage
from domain.programme.packages.terms import Counterpart, PackageClassification, PackageGranularity, TransportKind
from journal import Caller
from zhenduan.demo.people import People

PACKAGE = "miit-pilot-2024"

TAKEN_PACKAGE, REFUSED_PACKAGE = "state-assets-2024", "small-firms-2024"
REQUESTED, HANDED_OVER, SENT = date(2025, 2, 26), date(2025, 2, 27), date(2025, 2, 28)
BY_FOLDER = {Counterpart.STATE_ASSETS: TransportKind.FOLDER, Counterpart.SMALL_FIRMS: TransportKind.FOLDER}


def packages(people: People, edition: str) -> Iterator[tuple[date, Caller, Command]]:
    """One is handed over by hand; two more are sent by the program, of which one is taken and one refused."""
    city = people.callers[Role.CITY, people.data.organisations.city.id]
    yield (
        REQUESTED,
        city,
        RequestPackage(
            package=PACKAGE,
            counterpart=Counterpart.MIIT_PILOT,
            recipient="试点平台办公室（示例）",
            purpose="年度试点对接（示例）",
            classification=PackageClassification.CONFIDENTIAL,
            granularity=PackageGranularity.FIRMS,
            edition=edition,
            external_edition="cmmm-2020",
        ),
    )
    yield HANDED_OVER, city, HandOverPackage(package=PACKAGE, handed_over_on=HANDED_OVER, receipt="示例回执 1 号")
    for package, counterpart, recipient in (
        (TAKEN_PACKAGE, Counterpart.STATE_ASSETS, "国资监管信息中心（示例）"),
        (REFUSED_PACKAGE, Counterpart.SMALL_FIRMS, "中小企业服务中心（示例）"),
    ):
        yield (
            SENT,
            city,
            RequestPackage(
                package=package,
                counterpart=counterpart,
                recipient=recipient,
                purpose="年度汇总报送（示例）",
                classification=PackageClassification.INTERNAL,
                granularity=PackageGranularity.COUNTS,
                edition=edition,
            ),
        )
        yield SENT, city, SendPackage(package=package, transports=BY_FOLDER)
