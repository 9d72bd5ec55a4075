"""Packages for other bodies' platforms (plan P8): asked for with a purpose and a recipient, made once, handed over once."""

from datetime import date, timedelta
from typing import Any

import pytest

from domain.command_rights import ROLE_NOT_ALLOWED
from domain.kernel import NOT_FOUND
from domain.programme.packages.events import PackageFile, PackageHandedOver, PackageMade, PackageRequested
from domain.programme.packages.making import (
    PACKAGE_CROSSWALK_MISSING,
    PACKAGE_EXISTS,
    PACKAGE_HANDED_OVER_WHEN,
    HandOverPackage,
    RecordPackage,
    RequestPackage,
)
from domain.programme.packages.package import PACKAGES
from domain.programme.packages.state import PACKAGE_HANDED_OVER_ALREADY, PACKAGE_NOT_MADE
from domain.programme.packages.terms import Counterpart, PackageClassification, PackageGranularity, PackageStatus
from domain.standard.crosswalks.state import Crosswalk, crosswalk_stream
from domain.standard.editions import EDITION_UNKNOWN, PublishedEdition, edition_stream
from standards.edition.text import Source
from tests.rules.firms import EDITION
from tests.rules.given import AT, Given, given

DAY = AT.date()
ASKED: dict[str, Any] = {
    "counterpart": Counterpart.MIIT_PILOT,
    "recipient": "部试点平台办公室",
    "purpose": "年度试点对接",
    "classification": PackageClassification.CONFIDENTIAL,
    "granularity": PackageGranularity.FIRMS,
    "edition": "2023",
    "external_edition": None,
}
FILE = PackageFile(name="data/results.jsonl", sha256="a" * 64, sm3="b" * 64, size=90, count=3)
CONTENT: dict[str, Any] = {
    "method": "package/1",
    "position": 7,
    "input_digest": "c" * 64,
    "sha256": "d" * 64,
    "size": 900,
}
RECORD = RecordPackage(package="k1", results=3, files=(FILE,), **CONTENT)
HAND_OVER = HandOverPackage(package="k1", handed_over_on=DAY, receipt="部收〔2024〕7 号")


def asking(**changes: Any) -> RequestPackage:
    return RequestPackage(package="k1", **ASKED | changes)


def none_yet(walk: Crosswalk | None = None) -> Given:
    published = PublishedEdition(edition=EDITION, digest=EDITION.digest)
    return given(PACKAGES).having_read({edition_stream("2023"): published, crosswalk_stream("2023.dcmm-2018"): walk})


def made() -> Given:
    return none_yet().when(asking(), "city").accepted.when(RECORD, "system").accepted


def handed_over(day: date) -> Given:
    """Of a package made on a day, three days later."""
    command = HAND_OVER.model_copy(update={"handed_over_on": day})
    return made().when(command, "city", at=AT + timedelta(days=3))


def crosswalk(version: int) -> Crosswalk:
    source = Source(document="示例", mark="P")
    return Crosswalk(edition="2023", external_edition="dcmm-2018", title="示例", source=source, version=version)


def test_a_package_is_asked_for_by_the_city_with_a_recipient_and_a_purpose() -> None:
    none_yet().when(asking(), "city").then(PackageRequested(**ASKED, requested_by="li"))
    for role in ("district", "auditor", "partner"):
        none_yet().when(asking(), role).refused(ROLE_NOT_ALLOWED)
    none_yet().when(asking(edition="1999"), "city").refused(EDITION_UNKNOWN, path="edition")
    none_yet().when(asking(), "city").accepted.when(asking(purpose="另一用途"), "city").refused(PACKAGE_EXISTS)


def test_the_crosswalk_that_goes_with_it_is_published() -> None:
    wanted = asking(external_edition="dcmm-2018")
    none_yet().when(wanted, "city").refused(PACKAGE_CROSSWALK_MISSING, external_edition="dcmm-2018")
    none_yet(crosswalk(0)).when(wanted, "city").refused(PACKAGE_CROSSWALK_MISSING)
    assert none_yet(crosswalk(1)).when(wanted, "city").facts


def test_the_program_makes_it_once_and_what_it_holds_never_changes() -> None:
    case = none_yet().when(asking(), "city").accepted
    case.when(RECORD, "city").refused(ROLE_NOT_ALLOWED)
    once = case.when(RECORD, "system").then(PackageMade(**CONTENT, results=3, files=(FILE,), day=DAY)).accepted
    assert once.when(RECORD.model_copy(update={"sha256": "e" * 64}), "system").facts == ()
    once.when(asking(), "city").refused(PACKAGE_EXISTS)
    none_yet().when(RECORD, "system").refused(NOT_FOUND)


def test_it_is_handed_over_once_it_is_made_and_the_receipt_is_on_record() -> None:
    none_yet().when(asking(), "city").accepted.when(HAND_OVER, "city").refused(PACKAGE_NOT_MADE)
    done = made().when(HAND_OVER, "city")
    done.then(PackageHandedOver(handed_over_on=DAY, receipt=HAND_OVER.receipt, handed_over_by="li"))
    assert done.accepted.state.status is PackageStatus.HANDED_OVER
    assert done.accepted.when(HAND_OVER, "city").facts == ()
    other = HAND_OVER.model_copy(update={"receipt": "另一回执"})
    done.accepted.when(other, "city").refused(PACKAGE_HANDED_OVER_ALREADY, day=DAY)


@pytest.mark.parametrize("days", [-1, 1])
def test_it_was_handed_over_between_the_day_it_was_made_and_today(days: int) -> None:
    odd = HAND_OVER.model_copy(update={"handed_over_on": DAY + timedelta(days=days)})
    made().when(odd, "city").refused(PACKAGE_HANDED_OVER_WHEN, path="handed_over_on")
