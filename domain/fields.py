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

READ_FIELDS: Mapping[str, frozenset[Role]] = {
    # doors
    "Query.viewer": ANYONE,
    "Query.enterprise": SIGNED_IN,
    "Query.enterprises": SIGNED_IN,
    "Query.diagnosis": SIGNED_IN,
    "Query.diagnoses": SIGNED_IN,
    "Query.coverage": SIGNED_IN,
    "Query.editions": SIGNED_IN,
    "Query.edition": SIGNED_IN,
    "Query.organisations": SIGNED_IN,
    "Query.rosterImports": frozenset({Role.CITY, Role.DISTRICT, Role.AUDITOR}),
    "Query.auditTrail": SIGNED_IN,
    "Subscription.diagnosisEvents": SIGNED_IN,
    "Mutation.signIn": ANYONE,
    "Mutation.signOut": SIGNED_IN,
    "Mutation.actAs": SIGNED_IN,
    "Mutation.requestUpload": frozenset({Role.CITY, Role.DISTRICT, Role.ENTERPRISE, Role.PROVIDER}),
    # things
    "Viewer.*": ANYONE,
    "Membership.*": ANYONE,
    "Enterprise.*": SIGNED_IN,
    "Enterprise.employees": FINANCE,
    "Enterprise.revenueWan": FINANCE,
    "Diagnosis.*": SIGNED_IN,
    "Diagnosis.answers": ANSWERS,
    "Diagnosis.evidence": ANSWERS,
    "Diagnosis.result": ANSWERS,
    "Answer.*": ANSWERS,
    "NamedNumber.*": ANSWERS,
    "Evidence.*": ANSWERS,
    "Report.*": SIGNED_IN,
    "Result.*": ANSWERS,
    "DimensionScore.*": ANSWERS,
    "IndicatorScore.*": ANSWERS,
    "Gate.*": ANSWERS,
    "Coverage.*": SIGNED_IN,
    "DistrictCoverage.*": SIGNED_IN,
    "CityTarget.*": SIGNED_IN,
    "Edition.*": SIGNED_IN,
    "Dimension.*": SIGNED_IN,
    "Indicator.*": SIGNED_IN,
    "Organisation.*": SIGNED_IN,
    "RosterImport.*": frozenset({Role.CITY, Role.DISTRICT, Role.AUDITOR}),
    "RosterFinding.*": frozenset({Role.CITY, Role.DISTRICT, Role.AUDITOR}),
    "AuditEntry.*": SIGNED_IN,
    "AuditEntry.position": AUDIT,
    "AuditEntry.actor": frozenset({Role.AUDITOR, Role.CITY}),
    "UserError.*": ANYONE,
    "PageInfo.*": ANYONE,
    "Session.*": ANYONE,
    "UploadTicket.*": SIGNED_IN,
}


def _camel(name: str) -> str:
    return name[0].lower() + name[1:]


FIELDS: Mapping[str, frozenset[Role]] = {
    **READ_FIELDS,
    **{f"Mutation.{_camel(command)}": SIGNED_IN for command in COMMANDS},
    **{f"{command}Payload.*": SIGNED_IN for command in COMMANDS},
}
"""All rows. A command is open to every signed-in role here, because its own rule refuses the wrong one as data."""
