"""Packages of the demo city 示例数据包: one for the pilot platform, handed over with its receipt. plan P8."""

from collections.abc import Iterator
from datetime import date

from domain.access import Role
from domain.kernel import Command
from domain.programme.packages.making import HandOverPackage, RequestPackage
from domain.programme.packages.terms import Counterpart, PackageClassification, PackageGranularity
from journal import Caller
from zhenduan.demo.people import People

PACKAGE = "miit-pilot-2024"

REQUESTED, HANDED_OVER = date(2025, 2, 27), date(2025, 2, 28)


def packages(people: People, edition: str) -> Iterator[tuple[date, Caller, Command]]:
    """The city asks for it with the crosswalk that is published, the program makes it, and the city hands it over."""
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
