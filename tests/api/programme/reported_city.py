"""A live city with one report, and the roster of the year it was issued in 已出具报告的城市."""

from domain.instants import city_day
from domain.participants.rosters.comparison import ImportRoster
from tests.firm_ids import SALT
from tests.live_city import FIRM, OTHER, LiveCity


def reported(city: LiveCity) -> int:
    """Have a report issued and both firms on the roster of this year; gives the year."""
    city.issued()
    services = city.installation.services
    year = city_day(services.clock()).year
    rows = ((2, FIRM), (3, OTHER))
    city.send(ImportRoster(year=year, digest="5" * 64, filename="名单.xlsx", rows=rows, findings=(), refused_rows=0, salt=SALT))
    services.models.catch_up()
    return year
