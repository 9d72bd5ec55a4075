"""What followed an outreach session (plan T2): firms that came, absent ones and alike ones, and who of each started in time."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from domain.access import Everything, Role, scope_of
from domain.participants.enterprises import Firm
from domain.participants.organisations import OrganisationKind, RegisterOrganisation
from domain.programme.sessions.session import (
    AnnounceOutreachSession,
    CancelOutreachSession,
    InviteToOutreachSession,
    PlanOutreachSession,
    RecordOutreachAttendance,
)
from domain.programme.sessions.state import OutreachKind
from interop.rosters.uscc import valid_uscc
from journal import Journal, open_journal
from projections import open_read_models
from projections.programme.outreach_reach import (
    FollowerCount,
    OutreachGroup,
    OutreachUnitKind,
    followed,
    reach,
    was_held,
)
from projections.programme.outreach_sessions import outreach_sessions_by_id
from tests.firm_ids import firm_id
from tests.small_city import CITY, FIRM, City, opening, roster

DAY = timedelta(days=1)
BEGINS = datetime(2024, 5, 20, 1, 30, tzinfo=UTC)
FIRMS = [FIRM.model_copy(update={"uscc": valid_uscc(number), "name": f"示例{number}号有限公司"}) for number in range(1, 21)]
IDS = [firm_id(one.uscc) for one in FIRMS]
CAME, ABSENT, ALIKE = IDS[:6], IDS[6:12], IDS[12:18]
ELSEWHERE, OTHER_INDUSTRY = IDS[18], IDS[19]


@dataclass
class Clock:
    """The time it is."""

    at: datetime = field(default=BEGINS - 20 * DAY)

    def __call__(self) -> datetime:
        return self.at


def stated() -> list[Firm]:
    *rest, elsewhere, other = FIRMS
    return [*rest, elsewhere.model_copy(update={"district": "310115"}), other.model_copy(update={"industry": "C36"})]


def hold(city: City, name: str, begins: datetime) -> None:
    """A session of the city is planned and announced."""
    when = {"held_on": begins.date(), "begins": "09:30", "ends": "11:30", "place": "会议室"}
    said = {"kind": OutreachKind.BRIEFING, "topic": "填报说明", "host": "经委"}
    city.send(CITY, PlanOutreachSession(outreach_session=name, **said, **when))
    city.send(CITY, AnnounceOutreachSession(outreach_session=name))


def start(city: City, clock: Clock, firm: str, at: datetime) -> None:
    """A firm's diagnosis is opened at a moment."""
    clock.at = at
    city.send(CITY, opening(f"d-{firm[:8]}").model_copy(update={"enterprise": firm}))


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    opened = open_journal(f"sqlite:///{tmp_path / 'journal.db'}", demo=True)
    yield opened
    opened.close()


def told(
    city: City, tmp_path: Path, role: Role = Role.CITY, unit: str = "city", *, again: bool = False
) -> dict[OutreachGroup, FollowerCount]:
    models = open_read_models(f"sqlite:///{tmp_path / f'{role}-{unit}-{again}.db'}", city.journal)
    models.catch_up()
    with models.reading() as snapshot:
        session = outreach_sessions_by_id(snapshot, Everything(), ["s1"])["s1"]
        assert was_held(session, BEGINS)
        assert not was_held(session, BEGINS - DAY)
        found = followed(snapshot, scope_of(role, unit), session, 30)
    models.close()
    return dict(found)


def test_firms_that_started_before_are_in_no_group_and_late_ones_did_not_follow(journal: Journal, tmp_path: Path) -> None:
    clock = Clock()
    city = City(journal, clock)
    city.send(CITY, roster(digest="4" * 64, rows=tuple(enumerate(stated(), 2))))
    hold(city, "s1", BEGINS)
    city.send(CITY, InviteToOutreachSession(outreach_session="s1", enterprises=(*CAME, *ABSENT)))
    start(city, clock, CAME[5], BEGINS - DAY)
    clock.at = BEGINS + timedelta(hours=1)
    city.send(CITY, RecordOutreachAttendance(outreach_session="s1", enterprises=tuple(CAME)))
    hold(city, "s2", BEGINS + 10 * DAY)
    city.send(CITY, InviteToOutreachSession(outreach_session="s2", enterprises=(ALIKE[0],)))
    hold(city, "s3", BEGINS + 11 * DAY)
    city.send(CITY, InviteToOutreachSession(outreach_session="s3", enterprises=(ALIKE[1],)))
    city.send(CITY, CancelOutreachSession(outreach_session="s3", reason="场地不可用"))
    for firm, after in ((CAME[0], 1), (CAME[1], 29), (ALIKE[2], 30), (ELSEWHERE, 30), (ABSENT[0], 31)):
        start(city, clock, firm, BEGINS + after * DAY)
    found = told(city, tmp_path)
    assert found[OutreachGroup.CAME] == FollowerCount(5, 2), "one had started before"
    assert found[OutreachGroup.ABSENT] == FollowerCount(6, 0), "one started a day late"
    assert found[OutreachGroup.NOT_INVITED] == FollowerCount(6, 1), "in no session of these days; the first roster's firm is one"
    assert told(city, tmp_path, Role.DISTRICT, "310115")[OutreachGroup.CAME] == FollowerCount(), "another district's"


def reached(city: City, tmp_path: Path, role: Role, unit: str, at: datetime) -> dict[str, tuple[int, int, int, int]]:
    """Unit -> firms, invited, come, never invited, of the districts that a role sees in the year of the session."""
    models = open_read_models(f"sqlite:///{tmp_path / f'{role}-{unit}-{at:%Y}.db'}", city.journal)
    models.catch_up()
    with models.reading(scope_of(role, unit)) as snapshot:
        found = reach(snapshot, scope_of(role, unit), OutreachUnitKind.DISTRICT, 2024, at)
    models.close()
    return {one.id: (one.firms, one.invited, one.came, one.never_invited) for one in found}


def test_a_past_years_reach_and_what_followed_stay_when_a_firm_moves_later(journal: Journal, tmp_path: Path) -> None:
    clock = Clock()
    city = City(journal, clock)
    for code, name in (("310117", "松江区"), ("310115", "浦东新区")):
        city.send(CITY, RegisterOrganisation(organisation=code, kind=OrganisationKind.DISTRICT, name=name))
    city.send(CITY, roster(digest="4" * 64, rows=tuple(enumerate(FIRMS[:3], 2))))
    hold(city, "s1", BEGINS)
    city.send(CITY, InviteToOutreachSession(outreach_session="s1", enterprises=IDS[:2]))
    clock.at = BEGINS + timedelta(hours=3)
    city.send(CITY, RecordOutreachAttendance(outreach_session="s1", enterprises=IDS[:1]))
    asked = ((Role.CITY, "city"), (Role.DISTRICT, "310117"), (Role.DISTRICT, "310115"))
    followers = [told(city, tmp_path, *who) for who in asked]
    assert followers[0][OutreachGroup.NOT_INVITED] == followers[1][OutreachGroup.NOT_INVITED] == FollowerCount(2, 0)
    before = [reached(city, tmp_path, *who, clock.at) for who in asked]
    assert before[0]["310117"] == before[1]["310117"] == (4, 2, 1, 2)
    clock.at = BEGINS + 300 * DAY
    moved = tuple(enumerate((one.model_copy(update={"district": "310115", "subdistrict": None}) for one in FIRMS[:3]), 2))
    city.send(CITY, roster(year=2025, digest="5" * 64, rows=moved))
    assert [told(city, tmp_path, *who, again=True) for who in asked] == followers
    assert [reached(city, tmp_path, *who, clock.at) for who in asked] == before
