"""Enterprise 企业 and the yearly roster 名单 that brings it in. plan P1, G4.

An enterprise's identity is its own, apart from its USCC: the id is derived once, from the code of first registration.
"""

from decimal import Decimal
from typing import Any, Literal
from uuid import UUID, uuid5

from pydantic import BaseModel, ConfigDict

from domain.access import Place, Role
from domain.language import Capability, Command, Elsewhere, Event, Facts, Occasion, Rule
from domain.rights import require_right

ENTERPRISES_NAMESPACE = UUID("5b1f3a0e-6f0b-5f27-9a55-0d3c1c9b7e10")

# Rules

ROSTER_OUTSIDE_DISTRICT = Rule(
    "ROSTER_OUTSIDE_DISTRICT",
    "plan G4",
    "第 {row} 行的企业不属于本区，区级名单只能包含本区企业",
    "Row {row} is not in your district; a district's roster holds its own enterprises only",
)

# Commands


class Firm(BaseModel):
    """An enterprise as a roster states it 名单行. revenue_wan: yearly revenue in ten thousand yuan."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    uscc: str
    name: str
    district: str
    subdistrict: str | None = None
    park: str | None = None
    group: str | None = None
    industry: str
    employees: int
    revenue_wan: Decimal
    size_class: str
    above_scale: bool


class RosterFinding(BaseModel):
    """What a check found 校验结果: row (1-based as in the file), column, severity refused or warned, code, sentence."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    row: int
    column: str
    severity: Literal["refused", "warned"]
    code: str
    says: str


class ImportRoster(Command):
    """Bring in a year's roster 导入名单.

    rows: (row in the file, firm), only those not refused. findings: every refusal and warning of the reading.
    accept_partial: a refused row does not block the others.
    """

    year: int
    digest: str
    filename: str
    rows: tuple[tuple[int, Firm], ...]
    findings: tuple[RosterFinding, ...]
    refused_rows: int
    accept_partial: bool = False


# Events


class EnterpriseRegistered(Event):
    """An enterprise enters the programme 企业已登记."""

    type: Literal["enterprise.registered.v1"] = "enterprise.registered.v1"
    firm: Firm


class EnterpriseRevised(Event):
    """A later roster states an enterprise otherwise 企业信息已更新; the whole new statement."""

    type: Literal["enterprise.revised.v1"] = "enterprise.revised.v1"
    firm: Firm


class RosterImported(Event):
    """A file was taken into the year's roster 名单已导入, with the report per row.

    enterprises: ids of all firms of the file, which join the year's snapshot (the denominator of coverage, plan G4).
    """

    type: Literal["roster.imported.v1"] = "roster.imported.v1"
    year: int
    digest: str
    filename: str
    enterprises: tuple[str, ...]
    registered: int
    revised: int
    unchanged: int
    refused_rows: int
    findings: tuple[RosterFinding, ...]


class RosterBlocked(Event):
    """A file was not taken in because rows were refused 名单被退回; nothing but this report changed."""

    type: Literal["roster.blocked.v1"] = "roster.blocked.v1"
    year: int
    digest: str
    filename: str
    refused_rows: int
    findings: tuple[RosterFinding, ...]


EnterpriseEvent = EnterpriseRegistered | EnterpriseRevised
RosterEvent = RosterImported | RosterBlocked

# State


class Roster(BaseModel):
    """A year's roster so far 年度名单: digests of the files taken in and blocked."""

    model_config = ConfigDict(frozen=True)

    imported: frozenset[str] = frozenset()
    blocked: frozenset[str] = frozenset()


def enterprise_id(uscc: str) -> str:
    """Id of the enterprise first registered under a USCC 企业标识."""
    return str(uuid5(ENTERPRISES_NAMESPACE, uscc))


def enterprise_stream(enterprise: str) -> str:
    """Stream of one enterprise."""
    return f"enterprise/{enterprise}"


def place_of(enterprise: str, firm: Firm, provider: str | None = None) -> Place:
    """Where an enterprise's things lie 归属, from its current statement."""
    return Place(
        enterprise=enterprise,
        district=firm.district,
        subdistrict=firm.subdistrict,
        park=firm.park,
        group=firm.group,
        provider=provider,
    )


# Decide: what may happen


def decide(command: ImportRoster, roster: Roster | None, occasion: Occasion) -> Facts:
    """The same file twice changes nothing; an unchanged firm yields no fact.

    Raises:
        Refused: ROLE_NOT_ALLOWED, ROSTER_OUTSIDE_DISTRICT.
    """
    require_right(command, occasion.role)
    known = roster or Roster()
    if command.digest in known.imported:
        return ()
    if command.refused_rows and not command.accept_partial:
        if command.digest in known.blocked:
            return ()
        return (RosterBlocked(**command.model_dump(exclude={"rows", "accept_partial"})),)
    if occasion.role == Role.DISTRICT:
        for row, firm in command.rows:
            if firm.district != occasion.organisation:
                raise ROSTER_OUTSIDE_DISTRICT.refuse(row=row)
    facts: list[Elsewhere] = []
    unchanged = registered = 0
    ids = []
    for _, firm in command.rows:
        identity = enterprise_id(firm.uscc)
        stream = enterprise_stream(identity)
        ids.append(identity)
        before: Firm | None = occasion.read.get(stream)
        if before is None:
            facts.append(Elsewhere(stream, EnterpriseRegistered(firm=firm)))
            registered += 1
        elif before == firm:
            unchanged += 1
        else:
            facts.append(Elsewhere(stream, EnterpriseRevised(firm=firm)))
    report = RosterImported(
        year=command.year,
        digest=command.digest,
        filename=command.filename,
        enterprises=tuple(ids),
        registered=registered,
        revised=len(facts) - registered,
        unchanged=unchanged,
        refused_rows=command.refused_rows,
        findings=command.findings,
    )
    return (report, *facts)


# Evolve: what has happened


def evolve(roster: Roster | None, event: RosterEvent) -> Roster:
    """The roster after one more fact."""
    known = roster or Roster()
    match event:
        case RosterImported(digest=digest):
            return known.model_copy(update={"imported": known.imported | {digest}})
        case RosterBlocked(digest=digest):
            return known.model_copy(update={"blocked": known.blocked | {digest}})


def evolve_enterprise(_firm: Firm | None, event: EnterpriseEvent) -> Firm:
    """The enterprise after one more fact: the latest statement stands."""
    return event.firm


ROSTERS: Capability[Any, Any, Any] = Capability(
    name="roster",
    commands=(ImportRoster,),
    events=(RosterImported, RosterBlocked),
    stream=lambda command: f"roster/{command.year}",
    reads=lambda command, _roster: tuple(enterprise_stream(enterprise_id(firm.uscc)) for _, firm in command.rows),
    place=lambda _command, _roster, _read: None,
    decide=decide,
    evolve=evolve,
)


def _not_addressed(_command: Command, _firm: Firm | None, _occasion: Occasion) -> Facts:
    raise AssertionError("an enterprise is only written through a roster")


ENTERPRISES: Capability[Any, Any, Any] = Capability(
    name="enterprise",
    commands=(),
    events=(EnterpriseRegistered, EnterpriseRevised),
    stream=lambda _command: "",
    reads=lambda _command, _firm: (),
    place=lambda _command, _firm, _read: Place(),
    decide=_not_addressed,
    evolve=evolve_enterprise,
)
