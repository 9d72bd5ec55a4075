"""Firms that a year's roster states in a group 集团名单企业, by their credit codes. plan O3."""

from typing import NamedTuple

from sqlalchemy import select

from domain.access import Scope
from projections.engine.places import ENTERPRISES
from projections.engine.scope import to_sql
from projections.engine.snapshot import Snapshot
from projections.participants.enterprises import enterprise_columns
from projections.participants.rosters import MEMBERS, held


class StatedMember(NamedTuple):
    """A firm in its group by a year's roster 名单成员. name: of today. district: by that roster."""

    enterprise: str
    uscc: str
    name: str
    district: str


def stated_members(snapshot: Snapshot, scope: Scope, group: str, year: int) -> dict[str, StatedMember]:
    """Credit code -> firm that a year's roster states in a group and that lies in the scope today 集团名单企业."""
    firms, members = snapshot[ENTERPRISES], snapshot[MEMBERS]
    query = select(members.c.enterprise, firms.c.uscc, firms.c.name, members.c.district).where(
        members.c.group == group,
        members.c.year == year,
        held(members, None),
        members.c.off_reason.is_(None),
        firms.c.id == members.c.enterprise,
        to_sql(scope, enterprise_columns(snapshot)),
    )
    return {row.uscc: row for row in map(StatedMember._make, snapshot.rows(query))}
