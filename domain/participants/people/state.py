"""State of a person 人员现状: the roles that are held, for which unit, in which period. plan O2, O3, P7.

Names and phones are ciphertext before they reach a command: the journal never holds them in clear (decision 0009).
"""

from datetime import date

from pydantic import BaseModel, ConfigDict

from domain.access import Role
from domain.kernel import Rule, Stream, stream_of

# Rules

PERSON_ERASED = Rule(
    "PERSON_ERASED",
    "plan P5",
    "该人员的个人信息已删除，不能恢复",
    "The person's data has been erased and does not come back",
)


# State


class Membership(BaseModel):
    """A role held for a unit 任职: from `since` to `until`, both days included.

    confirmed_on: the day on which it was last found to be still true, of a contact.
    """

    model_config = ConfigDict(frozen=True, defer_build=True)

    role: Role
    organisation: str
    since: date
    until: date | None = None
    sections: tuple[str, ...] = ()
    contact: bool = False
    confirmed_on: date | None = None

    def holds_on(self, day: date) -> bool:
        """Whether the role may be acted in on a day of the city's calendar."""
        return self.since <= day and (self.until is None or day <= self.until)

    def meets(self, since: date, until: date | None) -> bool:
        """Whether the role holds on any day of a period 时段相交; an end of None is open."""
        first = max(self.since, since)
        lasts = [last for last in (self.until, until) if last is not None]
        return not lasts or first <= min(lasts)


class Person(BaseModel):
    """A person and the roles held 人员."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    memberships: dict[str, Membership] = {}
    joined: bool = False
    erased: bool = False


def person_stream(person: str) -> Stream:
    """Stream of one person."""
    return stream_of("person", person)
