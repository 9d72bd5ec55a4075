"""The end of an edition 废止 (plan S5): retired by itself."""

from datetime import date, timedelta

from domain.kernel import NOT_FOUND
from domain.standard.editions import (
    EDITIONS,
    RETIRED_ALREADY,
    RETIRED_IN_PAST,
    EditionRetired,
    PublishedEdition,
    RetireEdition,
)
from tests.rules.given import given
from tests.rules.revisions import (
    LAST_DAY,
    TODAY,
    city,
    published,
)


def retiring(since: date = LAST_DAY) -> RetireEdition:
    return RetireEdition(edition="2023", since=since, reason="试行期满")


def test_an_edition_is_retired_by_itself_from_today_or_a_later_day_and_that_is_not_put_off() -> None:
    case = given(EDITIONS)
    case.state = published("2023")
    city(case, retiring(TODAY - timedelta(days=1))).refused(RETIRED_IN_PAST)
    city(case, retiring()).then(EditionRetired(since=LAST_DAY, reason="试行期满"))
    city(case, retiring()).refused(RETIRED_ALREADY, retired=LAST_DAY)
    city(case, retiring(LAST_DAY + timedelta(days=1))).refused(RETIRED_ALREADY, retired=LAST_DAY)
    assert city(case, retiring(TODAY)).accepted
    assert isinstance(case.state, PublishedEdition)
    assert case.state.is_retired_on(TODAY)


def test_what_is_not_published_is_not_retired() -> None:
    city(given(EDITIONS), retiring()).refused(NOT_FOUND)
