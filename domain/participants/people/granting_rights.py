"""Appointments 任用: who may give which role, for which unit. plan O2, O3, P7.

The city appoints anyone; a district its own people, its subdistricts' and parks', and the owners of its firms; a group its
own people and its firms' owners; every other head the people of its own unit. So the liaison network grows from its nodes.
"""

from collections.abc import Mapping

from domain.access import EXPERTS, ROLE_NAMES, Role, head_of
from domain.command_rights import HELD_BY_PEOPLE, MAY_APPOINT
from domain.kernel import DecisionContext, Rule, Stream, refuse_together
from domain.participants.enterprises import Firm, enterprise_stream
from domain.participants.organisations import Organisation, OrganisationKind, organisation_stream
from domain.participants.people.state import Membership, Person
from standards import authored_dimensions

ROLE_NOT_FOR_PEOPLE = Rule(
    "ROLE_NOT_FOR_PEOPLE",
    "plan P7",
    "该角色不授予人员；请另选角色",
    "The role {role} is not held by people; choose another role",
)
ROLE_NOT_YOURS_TO_GIVE = Rule(
    "ROLE_NOT_YOURS_TO_GIVE",
    "plan P7",
    "当前所任角色不能授予“{role_name}”；请由有权授予的单位办理",
    "The role acted in may not give the role of {role_in_english}; ask who may give it",
)
UNIT_UNKNOWN = Rule(
    "UNIT_UNKNOWN",
    "plan P7",
    "没有这个单位，或其类别与该角色不符；请从组织清单或名单中选取",
    "There is no such unit of a kind that this role is held for; take one of those listed",
)
SECTIONS_NOT_FOR_ROLE = Rule(
    "SECTIONS_NOT_FOR_ROLE",
    "plan P7",
    "部门填报人须指定所填部分，其他角色不指定",
    "A filler of some sections is given at least one; no other role has any",
)

MEMBERSHIP_SECTION_UNKNOWN = Rule(
    "MEMBERSHIP_SECTION_UNKNOWN",
    "plan P7",
    "标准没有“{section}”这一维度，可填 {listed}",
    "The standard has no dimension {section}; take one of {ids}",
)

KIND_OF_HEAD: Mapping[Role, OrganisationKind] = {
    Role.CITY: OrganisationKind.CITY,
    Role.DISTRICT: OrganisationKind.DISTRICT,
    Role.SUBDISTRICT: OrganisationKind.SUBDISTRICT,
    Role.PARK: OrganisationKind.PARK,
    Role.REPORTING_UNIT: OrganisationKind.REPORTING_UNIT,
    Role.GROUP: OrganisationKind.GROUP,
    Role.PROVIDER: OrganisationKind.PROVIDER,
    **dict.fromkeys(sorted(EXPERTS), OrganisationKind.EXPERT_GROUP),
    Role.SUPPORT: OrganisationKind.SUPPORT,
    Role.BANK: OrganisationKind.BANK,
    Role.SUPPLIER: OrganisationKind.SUPPLIER,
    Role.AUDITOR: OrganisationKind.AUDITOR,
    Role.OPERATOR: OrganisationKind.OPERATOR,
}
"""Head of a unit -> kind of the organisation. An enterprise's roles are held for an enterprise of the roster."""

Unit = Organisation | Firm
"""What a role is held for 单位."""


def unit_stream(role: Role, organisation: str) -> Stream:
    """Stream of the unit that a role is held for."""
    return enterprise_stream(organisation) if head_of(role) is Role.ENTERPRISE else organisation_stream(organisation)


def is_within_reach(role: Role, organisation: str, unit: object, context: DecisionContext) -> bool:
    """Whether a role held for a unit is the actor's to give and to take 是否可任用. unit: its folded state."""
    giver = Role(context.role)
    if giver in (Role.CITY, Role.SYSTEM):
        return True
    if head_of(role) is giver and organisation == context.organisation:
        return True
    match giver, unit:
        case Role.DISTRICT, Organisation(parent=parent):
            return parent == context.organisation
        case Role.DISTRICT, Firm(district=district):
            return district == context.organisation
        case Role.GROUP, Firm(group=group):
            return group == context.organisation
        case _:
            return False


def is_known_to(role: Role, organisation: str, unit: object, context: DecisionContext, *, contact: bool) -> bool:
    """Whether the actor may know who holds a role for a unit 是否可知任职人员. unit: its folded state. plan O2.

    Everyone of one's own unit; of the units below, those whom one appoints and the unit's named contacts: a district liaises with a
    firm's owner and contact, and is not told who else has an account there.
    """
    if not is_within_reach(role, organisation, unit, context):
        return False
    giver = Role(context.role)
    is_own = head_of(role) is giver and organisation == context.organisation
    return giver in (Role.CITY, Role.SYSTEM) or is_own or contact or role in MAY_APPOINT.get(giver, frozenset())


def require_appointment(role: Role, organisation: str, sections: tuple[str, ...], context: DecisionContext) -> None:
    """Refuse a role that is not the actor's to give, or a unit out of reach 任用检查.

    A unit out of reach answers like one that does not exist.

    Raises:
        Refused: ROLE_NOT_FOR_PEOPLE, ROLE_NOT_YOURS_TO_GIVE, UNIT_UNKNOWN, SECTIONS_NOT_FOR_ROLE,
            MEMBERSHIP_SECTION_UNKNOWN (plan P7).
    """
    if role not in HELD_BY_PEOPLE:
        raise ROLE_NOT_FOR_PEOPLE.refuse(role=role.value)
    if role not in MAY_APPOINT[Role(context.role)]:
        name, name_in_english = ROLE_NAMES[role]
        raise ROLE_NOT_YOURS_TO_GIVE.refuse(path="role", role=role.value, role_name=name, role_in_english=name_in_english)
    unit = context.read.get(unit_stream(role, organisation))
    head = head_of(role)
    is_of_kind = (
        isinstance(unit, Firm)
        if head is Role.ENTERPRISE
        else isinstance(unit, Organisation) and unit.kind is KIND_OF_HEAD[head]
    )
    if not is_of_kind or not is_within_reach(role, organisation, unit, context):
        raise UNIT_UNKNOWN.refuse(path="organisation", organisation=organisation)
    if bool(sections) != (role is Role.DEPARTMENT_FILLER):
        raise SECTIONS_NOT_FOR_ROLE.refuse(path="sections")
    if not sections:
        return
    known = authored_dimensions()
    listed = {"listed": "、".join(f"{one} {name}" for one, name in known.items()), "ids": ", ".join(known)}
    refuse_together(
        MEMBERSHIP_SECTION_UNKNOWN.refuse(path=f"sections.{place}", section=section, allowed=tuple(known), **listed)
        for place, section in enumerate(sections)
        if section not in known
    )


def is_person_known(identity: str, person: Person, context: DecisionContext) -> bool:
    """Whether the actor may know of a person 是否可知人员: oneself, or who holds a role that the actor may know of.

    The city knows everyone.
    """
    if identity == context.by or context.role in (Role.CITY, Role.SYSTEM):
        return True
    return any(_is_known(held, context) for held in person.memberships.values())


def _is_known(held: Membership, context: DecisionContext) -> bool:
    unit = context.read.get(unit_stream(held.role, held.organisation))
    return is_known_to(held.role, held.organisation, unit, context, contact=held.contact)


def is_given_by_the_actor(held: Membership, context: DecisionContext) -> bool:
    """Whether a role that someone holds is the actor's to give, and so to take 是否可终止."""
    gives = MAY_APPOINT.get(Role(context.role), frozenset())
    unit = context.read.get(unit_stream(held.role, held.organisation))
    return held.role in gives and is_within_reach(held.role, held.organisation, unit, context)
