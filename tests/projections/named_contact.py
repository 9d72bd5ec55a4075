"""A contact 联络人 of whom a city's program is to remind."""

from datetime import date

from domain.access import Role
from domain.governance.dated_rules import SetRule, dated_rule_on
from domain.governance.rule_bodies.body import RuleKind
from domain.instants import city_day
from domain.participants.people.memberships import GrantMembership
from domain.participants.people.registration import RegisterPerson
from tests.small_city import CITY, City


def contact_named(city: City, today: date) -> date:
    """A contact of the provider that is to be confirmed by tomorrow, by a rule of its own; since when."""
    since, whole = city_day(city.clock()), dated_rule_on(None, RuleKind.LIAISON, today).body
    body = whole.model_copy(update={"confirmed_days": (today - since).days + 1, "notice_days": 2})
    city.send(CITY, SetRule(body=body, since=since, source="示例", mark="I"))
    city.send(CITY, RegisterPerson(person="lian", name="x"))
    held = {"role": Role.PROVIDER, "organisation": "p1", "since": since, "contact": True}
    city.send(CITY, GrantMembership(person="lian", membership="m1", **held))
    return since
