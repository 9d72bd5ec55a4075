"""Rights 权利: groups of roles that commands name as their `roles`, and which role may appoint to which. plan P7.

Who may read which field is said in masks.py. They drive the checks, the schema's descriptions and docs/access.md.
"""

from collections.abc import Mapping

from domain.access import EXPERTS, POSITIONS, ROLE_NAMES, Role
from domain.kernel import Command, Refused, Rule

ROLE_NOT_ALLOWED = Rule(
    "ROLE_NOT_ALLOWED",
    "plan P7",
    "{who}不能执行该操作；{instead}",
    "{who_in_english} may not do this; {instead_in_english}",
)

CITY = frozenset({Role.CITY})
CITY_AND_SYSTEM = CITY | {Role.SYSTEM}
BY_THE_PROGRAM = frozenset({Role.SYSTEM})
"""What only the program itself does 程序执行; the API has no mutation for it."""
GOVERNMENT = frozenset({Role.CITY, Role.DISTRICT})
LIAISONS = frozenset({Role.CITY, Role.DISTRICT, Role.SUBDISTRICT, Role.PARK, Role.REPORTING_UNIT})
OWNER = frozenset({Role.ENTERPRISE})
FILLERS = frozenset({Role.ENTERPRISE, Role.FILLER, Role.DEPARTMENT_FILLER})
CONFIRMERS = frozenset({Role.ENTERPRISE, Role.CONFIRMER})
"""Who speaks for the firm: its pledge, its confirmation, its objection, its consent."""
MANAGER = frozenset({Role.PROVIDER})
DIAGNOSTICIANS = frozenset({Role.PROVIDER, Role.DIAGNOSTICIAN})
REVIEWERS = frozenset({Role.PROVIDER, Role.REVIEWER})
"""Who lets a report out: the provider's internal review."""
EXAMINEES = POSITIONS[Role.PROVIDER] | EXPERTS
"""Who is trained, examined and certified 应试人员: a provider's people, and the experts who judge their work."""

MACHINES = frozenset({Role.PARTNER, Role.PUBLIC, Role.SYSTEM})
HELD_BY_PEOPLE = frozenset(Role) - MACHINES
"""Roles that a person may be given 人员角色."""

MAY_APPOINT: Mapping[Role, frozenset[Role]] = {
    Role.SYSTEM: HELD_BY_PEOPLE,
    Role.CITY: HELD_BY_PEOPLE,
    Role.DISTRICT: frozenset({Role.DISTRICT, Role.SUBDISTRICT, Role.PARK, Role.ENTERPRISE}),
    Role.SUBDISTRICT: frozenset({Role.SUBDISTRICT}),
    Role.PARK: frozenset({Role.PARK}),
    Role.REPORTING_UNIT: frozenset({Role.REPORTING_UNIT}),
    Role.GROUP: frozenset({Role.GROUP, Role.ENTERPRISE}),
    Role.ENTERPRISE: POSITIONS[Role.ENTERPRISE],
    Role.PROVIDER: POSITIONS[Role.PROVIDER],
}
"""Role -> the roles it may give, in its own unit and the units below it 可授予的角色. plan O2, O3.

Whose scope is no unit of its own (support body, bank, supplier, expert, auditor, operator) is appointed by the city alone:
whoever appoints also reads the names of the people in its scope.
"""
APPOINTERS = frozenset(MAY_APPOINT)


def not_allowed(roles: frozenset[Role], role: str) -> Refused:
    """The refusal of a role that has no right 越权: it names the role and those that may; whoever is nobody yet signs in first."""
    named = [ROLE_NAMES[one] for one in Role if one in roles and (one is not Role.SYSTEM or roles <= BY_THE_PROGRAM)]
    chinese, english = ("、".join(one for one, _ in named), ", ".join(one for _, one in named))
    instead, instead_in_english = f"可由{chinese}执行", f"it is for: {english}"
    if role == Role.PUBLIC:
        who, who_in_english = "未登录的访客", "Whoever is not signed in"
        instead, instead_in_english = f"请先登录，{instead}", f"sign in first; {instead_in_english}"
    else:
        who, who_in_english = ROLE_NAMES[Role(role)][0], f"The role “{ROLE_NAMES[Role(role)][1]}”"
    return ROLE_NOT_ALLOWED.refuse(
        role=role, who=who, who_in_english=who_in_english, instead=instead, instead_in_english=instead_in_english
    )


def may_send(command: type[Command], role: str) -> bool:
    """Whether a role has the right to a kind of command 是否有权."""
    return role in command.roles


def require_right(command: Command, role: str) -> None:
    """Refuse a command whose role has no right to it 权利检查.

    Raises:
        Refused: ROLE_NOT_ALLOWED (plan P7).
    """
    if not may_send(type(command), role):
        raise not_allowed(command.roles, role)
