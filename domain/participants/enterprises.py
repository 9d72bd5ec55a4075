"""Enterprise 企业 and the yearly roster 名单 that brings it in. plan P1, G4.

An enterprise's identity is its own, apart from its USCC: the id is derived once, from the code of first registration.
"""

from decimal import Decimal
from typing import Annotated, Any, ClassVar, Literal
from uuid import UUID, uuid5

from pydantic import BaseModel, ConfigDict, Field

from domain.access import Place, Role, Term
from domain.command_rights import GOVERNMENT, require_right
from domain.kernel import Capability, Command, DecisionContext, Event, Facts, OnStream, Rule

ENTERPRISES_NAMESPACE = UUID("5b1f3a0e-6f0b-5f27-9a55-0d3c1c9b7e10")

# Rules

ROSTER_OUTSIDE_DISTRICT = Rule(
    "ROSTER_OUTSIDE_DISTRICT",
    "plan G4",
    "第 {row} 行（共 {count} 行）的企业不属于本区，区级名单只能包含本区企业",
    "Row {row} ({count} in all) is not in your district; a district's roster holds its own enterprises only",
)
ROSTER_TAKES_OVER = Rule(
    "ROSTER_TAKES_OVER",
    "plan G4",
    "第 {row} 行（共 {count} 行）的企业现登记在其他区，迁移须由市级办理",
    "Row {row} ({count} in all) is an enterprise on record in another district; only the city may move it",
)
ROSTER_REPEATS_ENTERPRISE = Rule(
    "ROSTER_REPEATS_ENTERPRISE",
    "plan P1",
    "第 {row} 行与第 {first} 行是同一家企业（{uscc}）",
    "Row {row} is the same enterprise as row {first} ({uscc})",
)

# Commands


class Firm(BaseModel):
    """An enterprise as a roster states it 名单行. plan P1.

    district, subdistrict: GB/T 2260 codes, six and nine digits. park, reporting_unit, group: ids of organisations; the
    reporting unit is one that the firm reports to beside its district. industry: section C of GB/T 4754 as "C" and two to
    four digits. revenue_wan: yearly revenue in ten thousand yuan. size_class: large, medium, small or micro by the
    statistical rule. above_scale: whether the stated revenue reaches the threshold of the roster's year; being on the
    roster, not this, makes an enterprise count (plan G).
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    uscc: Annotated[str, Field(min_length=1)]
    name: Annotated[str, Field(min_length=1)]
    district: Annotated[str, Field(min_length=1)]
    subdistrict: str | None = None
    park: str | None = None
    reporting_unit: str | None = None
    group: str | None = None
    industry: Annotated[str, Field(min_length=1)]
    employees: Annotated[int, Field(ge=0)]
    revenue_wan: Annotated[Decimal, Field(ge=0)]
    size_class: str
    above_scale: bool


class RosterFinding(BaseModel):
    """What a check found 校验结果: where, how grave, which rule, and what it tells people in both languages.

    row: as the spreadsheet counts, from 1; 0 = the file as a whole. column: its header as written in the file.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    row: Annotated[int, Field(ge=0)]
    column: str
    severity: Literal["refused", "warned"]
    code: str
    says: str
    says_in_english: str


class ImportRoster(Command):
    """Bring in a year's roster 导入名单.

    digest: SHA-256 of the file. rows: (row in the file, firm), only those not refused. findings: every refusal and
    warning of the reading. refused_rows: how many rows were refused, however many reasons each had; a file refused as a
    whole has no rows. accept_partial: a refused row does not block the others. unstated: what the file has no column for;
    it stays as it was, since silence takes nobody's firms out of sight.
    """

    roles: ClassVar = GOVERNMENT | {Role.SYSTEM}

    year: Annotated[int, Field(ge=2023, le=2100)] = Field(description="Year 年度")
    digest: str
    filename: str
    rows: tuple[tuple[int, Firm], ...]
    findings: tuple[RosterFinding, ...]
    refused_rows: Annotated[int, Field(ge=0)]
    accept_partial: bool = Field(
        default=False, description="Take in the good rows although some are refused 部分接收"
    )
    unstated: frozenset[Literal["subdistrict", "park", "reporting_unit", "group"]] = frozenset()


# Events


class EnterpriseRegistered(Event):
    """An enterprise enters the programme 企业已登记."""

    type: Literal["enterprise.registered.v2"] = "enterprise.registered.v2"
    firm: Firm


class EnterpriseRevised(Event):
    """A later roster states an enterprise otherwise 企业信息已更新; the whole new statement."""

    type: Literal["enterprise.revised.v2"] = "enterprise.revised.v2"
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


def place_of(
    enterprise: str,
    firm: Firm,
    provider: str | None = None,
    *,
    consents: tuple[Term, ...] = (),
    assignments: tuple[Term, ...] = (),
) -> Place:
    """Where an enterprise's things lie 归属, from its current statement, and to whom they are open for a period."""
    return Place(
        enterprise=enterprise,
        district=firm.district,
        subdistrict=firm.subdistrict,
        park=firm.park,
        reporting_unit=firm.reporting_unit,
        group=firm.group,
        provider=provider,
        consents=consents,
        assignments=assignments,
    )


# Decide: what may happen


def decide(command: ImportRoster, roster: Roster | None, context: DecisionContext) -> Facts:
    """The same file twice changes nothing; an unchanged firm yields no fact; a file without an acceptable row is blocked.

    Raises:
        Refused: ROLE_NOT_ALLOWED, ROSTER_REPEATS_ENTERPRISE, ROSTER_OUTSIDE_DISTRICT, ROSTER_TAKES_OVER.
    """
    require_right(command, context.role)
    known = roster or Roster()
    if _seen(command, known):
        return ()
    if _blocked(command):
        return (RosterBlocked(**command.model_dump(exclude={"rows", "accept_partial", "unstated"})),)
    require_distinct(command)
    if context.role == Role.DISTRICT:
        require_own_district(command, context)
    facts: list[OnStream] = []
    unchanged = registered = 0
    ids = []
    for _, firm in command.rows:
        identity = enterprise_id(firm.uscc)
        stream = enterprise_stream(identity)
        ids.append(identity)
        before: Firm | None = context.read.get(stream)
        if before is None:
            facts.append(OnStream(stream, EnterpriseRegistered(firm=firm)))
            registered += 1
        elif before == (now := _completed(firm, before, command.unstated)):
            unchanged += 1
        else:
            facts.append(OnStream(stream, EnterpriseRevised(firm=now)))
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


def _completed(firm: Firm, before: Firm, unstated: frozenset[str]) -> Firm:
    """A statement with what its file does not speak of as it was; a subdistrict stays only within its district."""
    moved = firm.district != before.district
    kept = {name: getattr(before, name) for name in unstated if not (name == "subdistrict" and moved)}
    return firm.model_copy(update=kept)


def _seen(command: ImportRoster, known: Roster) -> bool:
    return command.digest in known.imported or (_blocked(command) and command.digest in known.blocked)


def _blocked(command: ImportRoster) -> bool:
    return not command.rows or (command.refused_rows > 0 and not command.accept_partial)


def require_distinct(command: ImportRoster) -> None:
    """Refuse a file that states one enterprise twice 企业重复: which statement stands would be a matter of order.

    Raises:
        Refused: ROSTER_REPEATS_ENTERPRISE (plan P1).
    """
    first: dict[str, int] = {}
    for row, firm in command.rows:
        if firm.uscc in first:
            raise ROSTER_REPEATS_ENTERPRISE.refuse(row=row, first=first[firm.uscc], uscc=firm.uscc)
        first[firm.uscc] = row


def require_own_district(command: ImportRoster, context: DecisionContext) -> None:
    """Refuse a district's file that states a firm of another district, or takes one over 区级名单归属.

    Whoever moves a firm gains the sight of its data, so a district may neither name another district nor claim a firm
    that now lies there. Naming the row tells that the firm is on record elsewhere; not where, nor anything about it.

    Raises:
        Refused: ROSTER_OUTSIDE_DISTRICT, ROSTER_TAKES_OVER (plan G4, P7).
    """
    own = context.organisation
    outside = [row for row, firm in command.rows if firm.district != own]
    if outside:
        raise ROSTER_OUTSIDE_DISTRICT.refuse(row=outside[0], count=len(outside))
    taken = [
        row
        for row, firm in command.rows
        if (before := context.read.get(enterprise_stream(enterprise_id(firm.uscc)))) is not None
        and before.district != own
    ]
    if taken:
        raise ROSTER_TAKES_OVER.refuse(row=taken[0], count=len(taken))


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


def _reads(command: ImportRoster, roster: Roster | None) -> tuple[str, ...]:
    """The firms' histories, unless the file is one that no firm's history can change the answer to."""
    if _blocked(command) or _seen(command, roster or Roster()):
        return ()
    return tuple(enterprise_stream(enterprise_id(firm.uscc)) for _, firm in command.rows)


ROSTERS: Capability[Any, Any, Any] = Capability(
    name="roster",
    commands=(ImportRoster,),
    events=(RosterImported, RosterBlocked),
    stream=lambda command: f"roster/{command.year}",
    reads=_reads,
    place=lambda _command, _roster, _read: None,
    decide=decide,
    evolve=evolve,
)


def _not_addressed(_command: Command, _firm: Firm | None, _occasion: DecisionContext) -> Facts:
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
