"""Field rights 字段权利: which role may read which field of the schema. plan P7.

Keys are GraphQL coordinates; "Type.*" covers the fields of a type that have no row of their own. Read beside rights.py,
which says who may send which command.
"""

from collections.abc import Mapping

from domain.access import Role
from domain.rights import COMMANDS

ANYONE = frozenset(Role)
SIGNED_IN = ANYONE - {Role.PUBLIC, Role.SYSTEM}
AUDIT = frozenset({Role.AUDITOR})
BUSINESS = SIGNED_IN - {Role.PARTNER}
FINANCE = BUSINESS - {Role.SUBDISTRICT, Role.PARK}
"""Revenue and head count: not for subdistricts, parks and partners."""
ANSWERS = BUSINESS - {Role.SUBDISTRICT, Role.PARK}
"""Answers and evidence tell how a firm makes things: not for subdistricts, parks and partners."""

OUTCOMES = BUSINESS
"""Totals and grades: another system uses a firm's result with the firm's consent alone, and none is on record. plan R4."""
COVERAGE = SIGNED_IN - {Role.PROVIDER}
"""A firm counts whoever diagnosed it, so the count would tell a provider of the work of its rivals."""

TRAIL = BUSINESS - {Role.SUBDISTRICT, Role.PARK}
"""What an entry holds repeats answers and revenue: the same roles as for those."""
DOSSIERS = frozenset({Role.CITY, Role.ENTERPRISE, Role.PROVIDER, Role.AUDITOR})
"""A dossier shows entries whole, their places in the journal included: the parties of the diagnosis, the city, the auditor."""
EXPORTS = AUDIT
"""The trail with its proofs is the auditor's alone."""
UPLOADERS = frozenset({Role.CITY, Role.DISTRICT, Role.ENTERPRISE, Role.PROVIDER})
ROSTERS = frozenset({Role.CITY, Role.DISTRICT, Role.AUDITOR})
PEOPLE = frozenset({Role.CITY, Role.AUDITOR})
NAMES = frozenset({Role.CITY})
"""Names and phones are the city's alone: an auditor proves who acted by the opaque id."""

READ_FIELDS: Mapping[str, frozenset[Role]] = {
    # doors
    "Query.viewer": ANYONE,
    "Query.enterprise": SIGNED_IN,
    "Query.enterprises": SIGNED_IN,
    "Query.diagnosis": SIGNED_IN,
    "Query.diagnoses": SIGNED_IN,
    "Query.coverage": COVERAGE,
    "Query.editions": SIGNED_IN,
    "Query.edition": SIGNED_IN,
    "Query.organisations": SIGNED_IN,
    "Query.people": PEOPLE,
    "Query.rosterImports": ROSTERS,
    "Query.auditTrail": BUSINESS,
    "Subscription.diagnosisEvents": SIGNED_IN,
    "Mutation.signIn": ANYONE,
    "Mutation.signOut": ANYONE,
    "Mutation.actAs": SIGNED_IN,
    "Mutation.requestUpload": UPLOADERS,
    # oneself
    "Viewer.*": ANYONE,
    "Membership.*": ANYONE,
    "Session.*": ANYONE,
    "SignInPayload.*": ANYONE,
    "SignOutPayload.*": ANYONE,
    "ActAsPayload.*": SIGNED_IN,
    "RequestUploadPayload.*": UPLOADERS,
    "UploadTicket.*": UPLOADERS,
    "UserError.*": ANYONE,
    "PageInfo.*": ANYONE,
    # enterprises (plan P1)
    "Enterprise.*": SIGNED_IN,
    "Enterprise.employees": FINANCE,
    "Enterprise.revenueWan": FINANCE,
    "EnterpriseConnection.*": SIGNED_IN,
    "EnterpriseEdge.*": SIGNED_IN,
    # diagnosis (plan P3, P4, S4)
    "Diagnosis.*": SIGNED_IN,
    **{
        f"Diagnosis.{name}": OUTCOMES
        for name in ("selfTotal", "verifiedTotal", "measuredGrade", "grade", "level", "gradeName", "levelName")
    },
    "Diagnosis.answers": ANSWERS,
    "Diagnosis.evidence": ANSWERS,
    "Diagnosis.result": ANSWERS,
    "Diagnosis.reports": ANSWERS,
    "DiagnosisConnection.*": SIGNED_IN,
    "DiagnosisEdge.*": SIGNED_IN,
    "Answer.*": ANSWERS,
    "Statement.*": ANSWERS,
    "NamedNumber.*": ANSWERS,
    "Evidence.*": ANSWERS,
    "Report.*": ANSWERS,
    "Result.*": ANSWERS,
    "DimensionScore.*": ANSWERS,
    "IndicatorScore.*": ANSWERS,
    "Gate.*": ANSWERS,
    # coverage (plan G)
    "Coverage.*": COVERAGE,
    "DistrictCoverage.*": COVERAGE,
    "CityTarget.*": COVERAGE,
    # the standard (plan S1, S5)
    "Edition.*": SIGNED_IN,
    "Dimension.*": SIGNED_IN,
    "Indicator.*": SIGNED_IN,
    "RawNumber.*": SIGNED_IN,
    "Option.*": SIGNED_IN,
    # what was known then (plan P5)
    "AsOf.*": SIGNED_IN,
    # organisations and people (plan O1-O3)
    "Organisation.*": SIGNED_IN,
    "OrganisationConnection.*": SIGNED_IN,
    "OrganisationEdge.*": SIGNED_IN,
    "Person.*": PEOPLE,
    "Person.name": NAMES,
    "Person.phone": NAMES,
    "PersonConnection.*": PEOPLE,
    "PersonEdge.*": PEOPLE,
    # rosters (plan P1)
    "RosterImport.*": ROSTERS,
    "RosterImportConnection.*": ROSTERS,
    "RosterImportEdge.*": ROSTERS,
    "RosterFinding.*": ROSTERS,
    # audit trail (plan P5): who took part in a role is no partner's business
    "AuditEntry.*": BUSINESS,
    "AuditEntry.position": AUDIT,
    "AuditEntry.actor": frozenset({Role.AUDITOR, Role.CITY}),
    "AuditEntry.reason": TRAIL,
    "AuditEntry.sentence": TRAIL,
    "AuditEntry.data": TRAIL,
    "AuditEntryConnection.*": BUSINESS,
    "AuditEntryEdge.*": BUSINESS,
    "DiagnosisEvent.*": SIGNED_IN,
}

OPEN_TYPES = frozenset({"Edition", "Organisation", "Viewer"})
"""Types whose things lie nowhere: open to every signed-in role alike. Every other type answers through the scope."""


def _camel(name: str) -> str:
    return name[0].lower() + name[1:]


FIELDS: Mapping[str, frozenset[Role]] = {
    **READ_FIELDS,
    **{f"Mutation.{_camel(command)}": SIGNED_IN for command in COMMANDS},
    **{f"{command}Payload.*": SIGNED_IN for command in COMMANDS},
    **{f"{command}Payload.person": PEOPLE for command in ("RegisterPerson", "GrantMembership", "EndMembership", "ErasePerson")},
    "ImportRosterPayload.rosterImport": ROSTERS,
}
"""All rows. A command is open to every signed-in role here, because its own rule refuses the wrong one as data."""
