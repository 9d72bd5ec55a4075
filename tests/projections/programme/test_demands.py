"""Demands and gaps as they are read (plan R2): of a firm no more than enough others share, of a chain's firms no single one."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import orjson
import pytest

from domain.instants import city_day
from domain.participants.organisations import OrganisationKind, RegisterOrganisation
from domain.programme.demands.demand_facts import DemandStatus
from domain.programme.demands.gap_consent import ConsentToChainLeader, EndChainLeaderConsent
from interop.rosters.uscc import valid_uscc
from journal import Journal, open_journal
from projections import ReadModels, open_read_models
from projections.programme.demands.demands import FirmShown, firms_behind
from projections.programme.demands.gaps import StandingResult, consenting_results, gaps_of
from projections.programme.demands.read_model import DemandRow
from standards.edition.mapping import SizeClass
from tests.firm_ids import firm_id
from tests.small_city import CITY, EDITION, ENTERPRISE, FILLER, FIRM, City, roster

TODAY = city_day(datetime.now(UTC))
K = 5
ALIKE = [FIRM.model_copy(update={"uscc": valid_uscc(number), "name": f"示例{number}号有限公司"}) for number in range(1, 11)]
"""Five in one district and size class, two of another size, one elsewhere, two of another industry."""
PLACED = [
    *(one.model_copy(update={"industry": "C3411", "size_class": "medium"}) for one in ALIKE[:5]),
    *(one.model_copy(update={"industry": "C3412", "size_class": "large"}) for one in ALIKE[5:7]),
    ALIKE[7].model_copy(update={"industry": "C34", "district": "310115", "size_class": "medium"}),
    *(one.model_copy(update={"industry": "C36"}) for one in ALIKE[8:]),
]
IDS = [firm_id(one.uscc) for one in PLACED]
MEDIUM = SizeClass.MEDIUM


@pytest.fixture
def journal(url: str) -> Iterator[Journal]:
    opened = open_journal(url)
    yield opened
    opened.close()


@pytest.fixture
def models(url: str, journal: Journal) -> Iterator[ReadModels]:
    opened = open_read_models(url, journal)
    yield opened
    opened.close()


def demand(number: int, *, named: bool = False) -> DemandRow:
    """A demand of one of the firms."""
    times = {"status_since": 1, "published_at": 1, "reason": None}
    plain = {"diagnosis": "d", "edition": "2023", "indicators": "[]", "text": "x", "by": TODAY.isoformat()}
    budget = {"budget_from": None, "budget_to": None}
    return DemandRow(str(number), IDS[number], **plain, **budget, named=named, status=DemandStatus.OPEN, **times)


def test_a_seller_is_shown_of_a_firm_what_enough_others_share_and_its_name_where_it_says_so(
    journal: Journal, models: ReadModels
) -> None:
    city = City(journal)
    city.send(CITY, roster(digest="8" * 64, rows=tuple(enumerate(PLACED, 2)), year=TODAY.year))
    models.catch_up()
    with models.reading() as whole:
        rows = [demand(0), demand(5), demand(7, named=True), demand(8)]
        shown = firms_behind(whole, rows, K, "s1")
        assert shown["0"] == FirmShown(None, FIRM.district, "C34", MEDIUM)
        assert shown["5"] == FirmShown(None, None, "C34", None), "two large firms are too few"
        assert shown["7"] == FirmShown("示例8号有限公司", None, "C34", MEDIUM), "one in its district, more in the city"
        assert shown["8"] == FirmShown(), "two firms of an industry are too few to say even that"
        assert firms_behind(whole, rows, None)["8"] == FirmShown("示例9号有限公司", FIRM.district, "C36", FIRM.size_class)


def result(points: str, indicator: str = "Z01") -> StandingResult:
    return StandingResult("2023", orjson.dumps({"verified": {"indicators": [{"id": indicator, "points": points}]}}).decode())


def test_gaps_are_of_enough_firms_to_the_nearest_five_points_the_weakest_first() -> None:
    editions = {"2023": EDITION}
    assert gaps_of([result("10")] * 4, editions, K, 10) == []
    weak, strong = [result("11"), *([result("20")] * 4)], [result("60", "Z04")] * 5
    few = [result("0", "Z05")] * 4
    found = gaps_of([*weak, *strong, *few], editions, K, 10)
    assert [(one.indicator, one.firms, one.points) for one in found] == [("Z01", 5, Decimal(20)), ("Z04", 5, Decimal(60))]
    assert [one.indicator for one in gaps_of([*weak, *strong], editions, K, 1)] == ["Z01"]
    joined = gaps_of([*weak, result("0")], editions, K, 10)
    assert joined[0].points == Decimal(15), "from 18.2 to 15.2, each told to five: who joined may have had anything from 0 to 28"


def test_a_result_counts_while_the_firm_consents_and_never_for_its_own_group(journal: Journal, models: ReadModels) -> None:
    city = City(journal)
    city.issued()
    for group in ("g1", "g2"):
        city.send(CITY, RegisterOrganisation(organisation=group, kind=OrganisationKind.GROUP, name=group))
        city.send(FILLER, ConsentToChainLeader(enterprise=ENTERPRISE, leader=group, until=TODAY + timedelta(days=9)))
    models.catch_up()
    day = TODAY.isoformat()
    with models.reading() as whole:
        [one] = consenting_results(whole, "g2", day)
        assert one.edition == "2023"
        assert consenting_results(whole, "g2", (TODAY + timedelta(days=10)).isoformat()) == []
        assert consenting_results(whole, "g1", day) == ([] if FIRM.group == "g1" else [one])
    city.send(FILLER, EndChainLeaderConsent(enterprise=ENTERPRISE, leader="g2"))
    city.send(CITY, roster(digest="9" * 64, rows=((2, FIRM.model_copy(update={"group": "g1"})),), year=TODAY.year))
    models.catch_up()
    with models.reading() as whole:
        assert consenting_results(whole, "g2", day) == []
        assert consenting_results(whole, "g1", day) == [], "a group reads its members one by one"
