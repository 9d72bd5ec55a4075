"""Endpoints that are registered at one moment (plan P8): a partner has so many and no more, however many asked at once."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from domain.participants.endpoints.commands import MOST_ENDPOINTS
from tests.live_city import LiveCity

AT_ONCE = 60
OPEN = "{ webhookEndpoints(first: 100) { nodes { id status } } }"


def registered(city: LiveCity, who: str) -> Counter[str]:
    """What came of so many registrations at one moment: "made", or the code of the rule that refused."""

    def one(number: int) -> str:
        done = city.do(who, "registerEndpoint", "", url=f"https://erp.example/{number}")
        return str(done["userErrors"][0]["code"]) if done["userErrors"] else "made"

    with ThreadPoolExecutor(AT_ONCE) as people:
        return Counter(people.map(one, range(AT_ONCE)))


def test_of_sixty_at_once_twenty_are_made_and_room_is_made_by_disabling(city: LiveCity) -> None:
    for scope in "*", "310117":
        issued = city.installation.accounts.issue_partner_key("erp", scope, timedelta(days=1))
        city.tokens[scope] = issued.token
        assert registered(city, scope) == {"made": MOST_ENDPOINTS, "ENDPOINTS_AT_MOST": AT_ONCE - MOST_ENDPOINTS}
    city.installation.services.models.catch_up()
    (first, *_) = city.data("*", OPEN)["webhookEndpoints"]["nodes"]
    city.done("*", "disableEndpoint", "", endpoint=first["id"])
    assert registered(city, "*")["made"] == 1
