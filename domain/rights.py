"""Rights 权利: which role may send which command and read which field. plan P7.

The one table that drives the checks, the schema's descriptions and the docs. A field without a row fails at start-up.
"""

from collections.abc import Mapping

from domain.access import Role
from domain.language import Command, Rule

ROLE_NOT_ALLOWED = Rule(
    "ROLE_NOT_ALLOWED",
    "plan P7",
    "当前所任角色不能执行该操作",
    "The role {role} may not do this",
)

CITY = frozenset({Role.CITY})
GOVERNMENT = frozenset({Role.CITY, Role.DISTRICT})
LIAISONS = frozenset({Role.CITY, Role.DISTRICT, Role.SUBDISTRICT, Role.PARK})
ENTERPRISE = frozenset({Role.ENTERPRISE})
PROVIDER = frozenset({Role.PROVIDER})
READERS = frozenset(Role) - {Role.SYSTEM}

COMMANDS: Mapping[str, frozenset[Role]] = {
    # organisations and people (plan O2, P7)
    "RegisterOrganisation": CITY | {Role.SYSTEM},
    "RegisterPerson": CITY | {Role.SYSTEM},
    "GrantMembership": CITY | {Role.SYSTEM},
    "EndMembership": CITY | {Role.SYSTEM},
    "ErasePerson": CITY | {Role.SYSTEM},
    # standard (plan S1, S5)
    "PublishEdition": CITY | {Role.SYSTEM},
    # programme (plan G)
    "SetTarget": CITY | {Role.SYSTEM},
    # roster (plan P1)
    "ImportRoster": GOVERNMENT | {Role.SYSTEM},
    # diagnosis (plan P3, P4, P5, P6)
    "OpenDiagnosis": LIAISONS | ENTERPRISE,
    "AssignProvider": GOVERNMENT | ENTERPRISE,
    "SaveAnswers": ENTERPRISE,
    "PledgeTruth": ENTERPRISE,
    "SubmitSelfAssessment": ENTERPRISE,
    "AcceptDiagnosis": PROVIDER,
    "AttachEvidence": ENTERPRISE | PROVIDER,
    "RecordSiteVisit": PROVIDER,
    "VerifyAnswers": PROVIDER,
    "RecordExpertReview": CITY,
    "ScoreDiagnosis": PROVIDER,
    "IssueReport": PROVIDER,
    "ConfirmReport": ENTERPRISE,
    "ObjectToReport": ENTERPRISE,
    "AnswerObjections": PROVIDER,
    "WithdrawDiagnosis": GOVERNMENT,
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
