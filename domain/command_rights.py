"""Rights 权利: which role may send which command, and which role may appoint to which. plan P7.

Read beside fields.py, which says who may read which field. The tables drive the checks, the schema's descriptions and
docs/access.md; a command without a row fails a test.
"""

from collections.abc import Mapping

from domain.access import EXPERTS, POSITIONS, Role
from domain.kernel import Command, Rule

ROLE_NOT_ALLOWED = Rule(
    "ROLE_NOT_ALLOWED",
    "plan P7",
    "当前所任角色不能执行该操作",
    "The role {role} may not do this",
)

CITY = frozenset({Role.CITY})
CITY_AND_SYSTEM = CITY | {Role.SYSTEM}
BY_THE_PROGRAM = frozenset({Role.SYSTEM})
"""What only the program itself does 程序执行; it has no door."""
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

COMMANDS: Mapping[str, frozenset[Role]] = {
    # groups (plan O3)
    "NameHeadquarters": CITY | {Role.GROUP},
    "EndHeadquarters": CITY | {Role.GROUP},
    # organisations and people (plan O2, P7)
    "RegisterOrganisation": CITY_AND_SYSTEM,
    "RegisterPerson": CITY_AND_SYSTEM,
    "InvitePerson": APPOINTERS,
    "JoinProgramme": HELD_BY_PEOPLE,
    "GrantMembership": APPOINTERS,
    "EndMembership": HELD_BY_PEOPLE | {Role.SYSTEM},
    "HandOverMembership": APPOINTERS,
    "ErasePerson": CITY_AND_SYSTEM,
    # standard (plan S1, S5)
    "PublishEdition": CITY_AND_SYSTEM,
    "SetEditionMapping": CITY_AND_SYSTEM,
    # what-if (plan R2)
    "SetImprovementCosts": CITY_AND_SYSTEM,
    "RetireEdition": CITY_AND_SYSTEM,
    "DraftRevision": CITY,
    "ChangeDraft": CITY,
    "OpenConsultation": CITY,
    "CloseConsultation": CITY_AND_SYSTEM,
    "CommentOnDraft": HELD_BY_PEOPLE,
    "AnswerComment": CITY,
    "NameReviewers": CITY,
    "ReviewDraft": EXPERTS,
    "PublishRevision": CITY,
    "AbandonRevision": CITY,
    "RequestShadow": CITY,
    "CompleteShadow": BY_THE_PROGRAM,
    "FailShadow": BY_THE_PROGRAM,
    # programme (plan G)
    "SetTarget": CITY_AND_SYSTEM,
    # roster (plan P1)
    "ImportRoster": GOVERNMENT | {Role.SYSTEM},
    # diagnosis (plan P3, P4, P5, P6)
    "OpenDiagnosis": LIAISONS | OWNER,
    "AssignProvider": GOVERNMENT | OWNER,
    "SaveAnswers": FILLERS,
    "PledgeTruth": CONFIRMERS,
    "SubmitSelfAssessment": FILLERS - {Role.DEPARTMENT_FILLER} | CONFIRMERS,
    "AcceptDiagnosis": MANAGER,
    "AttachEvidence": FILLERS | DIAGNOSTICIANS,
    "RecordSiteVisit": DIAGNOSTICIANS,
    "VerifyAnswers": DIAGNOSTICIANS,
    "RecordExpertReview": CITY | {Role.READER},
    "ScoreDiagnosis": DIAGNOSTICIANS,
    "IssueReport": REVIEWERS,
    "ConfirmReport": CONFIRMERS,
    "ObjectToReport": CONFIRMERS,
    "AnswerObjections": DIAGNOSTICIANS | REVIEWERS,
    "WithdrawDiagnosis": GOVERNMENT,
    # experts (plan V5, R2)
    "AssignExpert": CITY,
    "ReleaseExpert": CITY,
    # banks (plan R4)
    "GrantConsent": CONFIRMERS,
    "RevokeConsent": CONFIRMERS,
}


def may_send(command: type[Command], role: str) -> bool:
    """Whether a role has the right to a kind of command 是否有权."""
    return role in COMMANDS[command.__name__]


def require_right(command: Command, role: str) -> None:
    """Refuse a command whose role has no right to it 权利检查.

    Raises:
        Refused: ROLE_NOT_ALLOWED (plan P7).
    """
    if not may_send(type(command), role):
        raise ROLE_NOT_ALLOWED.refuse(role=role)
