"""Field rights 字段权利: which role may read which field of the schema. plan P7.

Keys are GraphQL coordinates; "Type.*" covers the fields of a type that have no row of their own. Read beside rights.py,
which says who may send which command.
"""

from collections.abc import Mapping

from domain.access import EXPERTS, POSITIONS, Role
from domain.command_rights import APPOINTERS, BY_THE_PROGRAM, LIAISONS
from domain.events import COMMANDS
from domain.standard.revision.revision import DRAFT_READERS

ANYONE = frozenset(Role)
SIGNED_IN = ANYONE - {Role.PUBLIC, Role.SYSTEM}
AUDIT = frozenset({Role.AUDITOR})
OF_THE_FIRM = POSITIONS[Role.ENTERPRISE]
OF_THE_PROVIDER = POSITIONS[Role.PROVIDER]

TOTALS = SIGNED_IN - OF_THE_PROVIDER - EXPERTS - {Role.OPERATOR, Role.SUPPLIER, Role.BANK}
"""Coverage 汇总: a support body reads nothing else of the firms. A firm counts whoever diagnosed it, so the count would tell
a provider of the work of its rivals."""
FIRMS = SIGNED_IN - {Role.OPERATOR, Role.SUPPLIER, Role.SUPPORT}
"""Enterprises and diagnoses at all 企业数据. The operator runs the platform and sees no business data."""
OUTCOMES = FIRMS - {Role.PARTNER}
"""Totals and grades: another system uses a firm's result with the firm's consent alone, and none is on record. plan R4."""
FINANCE = OF_THE_PROVIDER | {
    *OF_THE_FIRM - {Role.DEPARTMENT_FILLER},
    Role.CITY,
    Role.DISTRICT,
    Role.REPORTING_UNIT,
    Role.GROUP,
    Role.AUDITOR,
}
"""Mask "revenue" 经营数据: revenue and head count. Not for subdistricts, parks, experts, banks and partners."""
ANSWERS = OF_THE_FIRM | OF_THE_PROVIDER | EXPERTS - {Role.MARKER} | {
    Role.CITY,
    Role.DISTRICT,
    Role.GROUP,
    Role.AUDITOR,
}
"""Mask "process secrets" 工艺秘密: answers and evidence tell how a firm makes things. Not for subdistricts, parks, reporting
units, banks and partners."""
REPORTS = ANSWERS - {Role.DEPARTMENT_FILLER}
TRAIL_DOOR = FIRMS - EXPERTS - {Role.BANK, Role.PARTNER}
"""Who took part in which role is no partner's business, nor a bank's or an expert's."""
FOLLOWERS = FIRMS - {Role.BANK}
TRAIL = OF_THE_FIRM - {Role.DEPARTMENT_FILLER} | OF_THE_PROVIDER | {
    Role.CITY,
    Role.DISTRICT,
    Role.GROUP,
    Role.AUDITOR,
}
"""What an entry holds repeats answers and revenue: only roles that read both."""
DOSSIERS = frozenset(
    {Role.CITY, Role.ENTERPRISE, Role.CONFIRMER, Role.PROVIDER, Role.REVIEWER, Role.AUDITOR}
)
"""A dossier shows entries whole, their places in the journal included: who speaks for the parties of the diagnosis, the city,
the auditor."""
EXPORTS = AUDIT
"""The trail with its proofs is the auditor's alone."""
UPLOADERS = COMMANDS["AttachEvidence"] | COMMANDS["ImportRoster"] - {Role.SYSTEM}
GROUPS = frozenset({Role.CITY, Role.GROUP, Role.AUDITOR})
"""A sum over a group's members: with the results that a district sees taken out, it would tell those of the other districts. All
three read revenue, results and every member one by one."""
ROSTERS = frozenset({Role.CITY, Role.DISTRICT, Role.AUDITOR})
NAMES = APPOINTERS - {Role.SYSTEM}
"""Mask "contacts" 联系方式: names and phones are for those who appoint, each of their own unit and below. An auditor proves
who acted by the opaque id."""
PEOPLE = NAMES | AUDIT
NETWORK = OF_THE_FIRM | LIAISONS | {Role.GROUP}
CONTACTS = NETWORK | OF_THE_PROVIDER
CONSENTS = OF_THE_FIRM - {Role.DEPARTMENT_FILLER} | {Role.CITY, Role.AUDITOR}
"""A bank learns of its own consent by what it sees, and of no other bank's."""
DRAFTS = DRAFT_READERS - {Role.SYSTEM}
"""A draft's changes, problems and reviews: the city, the auditor, and of the experts those whom its scope admits as reviewers.
The text on consultation and the comments on it are open to every signed-in role. plan S5."""

DISCLOSURES = OF_THE_FIRM - {Role.DEPARTMENT_FILLER} | {Role.CITY, Role.AUDITOR}
"""Who read whose data: each firm of its own, the city and the auditor of all. Nobody is told what others look at besides."""
OUTCOME_FIELDS = ("selfTotal", "verifiedTotal", "measuredGrade", "grade", "level", "gradeName", "levelName")
MOVER_FIELDS = ("before", "after", "totalBefore", "totalAfter", "reasons", "sentence")

SHADOW_TOTALS = DRAFT_READERS - {Role.SYSTEM}
"""What a draft would do, for who may see drafts: of the experts those named as its reviewers."""
SHADOW_FIRMS = frozenset({Role.CITY, Role.AUDITOR})
"""Who would move. Others are shown blurred counts (api/standard/shadow.py)."""

READ_FIELDS: Mapping[str, frozenset[Role]] = {
    # doors
    "Query.viewer": ANYONE,
    "Query.enterprise": FIRMS,
    "Query.enterprises": FIRMS,
    "Query.diagnosis": FIRMS,
    "Query.diagnoses": FIRMS,
    "Query.coverage": TOTALS,
    "Query.editions": SIGNED_IN,
    "Query.edition": SIGNED_IN,
    "Query.editionDifference": SIGNED_IN,
    "Query.editionFor": FIRMS,
    "Query.editionMappings": SIGNED_IN,
    "Query.group": GROUPS,
    "Query.cheapestImprovement": REPORTS,
    "Query.improvementCosts": SIGNED_IN,
    "Query.improvementCostTables": SIGNED_IN,
    "Query.revision": SIGNED_IN,
    "Query.revisions": SIGNED_IN,
    "Query.comments": SIGNED_IN,
    "Query.revisionText": SIGNED_IN,
    "Query.shadow": SHADOW_TOTALS,
    "Query.shadowMovers": SHADOW_FIRMS,
    "Query.organisations": SIGNED_IN,
    "Query.people": PEOPLE,
    "Query.liaisonNetwork": NETWORK,
    "Query.rosterImports": ROSTERS,
    "Query.auditTrail": TRAIL_DOOR,
    "Query.disclosures": DISCLOSURES,
    "Subscription.diagnosisEvents": FOLLOWERS,
    "Subscription.standardsEvents": SIGNED_IN,
    "Mutation.signIn": ANYONE,
    "Mutation.signOut": ANYONE,
    "Mutation.actAs": SIGNED_IN,
    "Mutation.requestUpload": UPLOADERS,
    "Mutation.issueInvitation": NAMES,
    "Mutation.exportPerson": frozenset({Role.CITY}),
    "Mutation.acceptInvitation": ANYONE,
    # oneself
    "Viewer.*": ANYONE,
    "Membership.*": ANYONE,
    "Session.*": ANYONE,
    "SignInPayload.*": ANYONE,
    "SignOutPayload.*": ANYONE,
    "ActAsPayload.*": SIGNED_IN,
    "RequestUploadPayload.*": UPLOADERS,
    "IssueInvitationPayload.*": NAMES,
    "ExportPersonPayload.*": frozenset({Role.CITY}),
    "ExportPersonPayload.export": frozenset({Role.CITY}),
    "Invitation.*": NAMES,
    "AcceptInvitationPayload.*": ANYONE,
    "UploadTicket.*": UPLOADERS,
    "UserError.*": ANYONE,
    "PageInfo.*": ANYONE,
    # enterprises (plan P1)
    "Enterprise.*": FIRMS,
    "Enterprise.employees": FINANCE,
    "Enterprise.revenueWan": FINANCE,
    "Enterprise.contacts": CONTACTS,
    "Enterprise.consents": CONSENTS,
    "Consent.*": CONSENTS,
    "EnterpriseConnection.*": FIRMS,
    "EnterpriseEdge.*": FIRMS,
    # diagnosis (plan P3, P4, S4)
    "Diagnosis.*": FIRMS,
    **{f"Diagnosis.{name}": OUTCOMES for name in OUTCOME_FIELDS},
    "EditionBasis.*": FIRMS,
    "EditionBasis.reason": TRAIL,
    "Diagnosis.answers": ANSWERS,
    "Diagnosis.evidence": ANSWERS,
    "Diagnosis.result": REPORTS,
    "Diagnosis.reports": REPORTS,
    "DiagnosisConnection.*": FIRMS,
    "DiagnosisEdge.*": FIRMS,
    "Answer.*": ANSWERS,
    "Statement.*": ANSWERS,
    "NamedNumber.*": ANSWERS,
    "Evidence.*": ANSWERS,
    "Report.*": REPORTS,
    "Result.*": REPORTS,
    "DimensionScore.*": REPORTS,
    "IndicatorScore.*": REPORTS,
    "Gate.*": REPORTS,
    # groups (plan S3, O3)
    "Group.*": GROUPS,
    "GroupMember.*": GROUPS,
    "GroupMember.revenueWan": GROUPS,
    "GroupMember.result": GROUPS,
    "GroupRollUp.*": GROUPS,
    "GroupRollUp.total": GROUPS,
    "GroupRollUp.dimensions": GROUPS,
    "RolledUpScore.*": GROUPS,
    "EditionCount.*": GROUPS,
    "CurrentResult.*": GROUPS,
    "HeadquartersSeat.*": GROUPS,
    # what-if (plan S4, R2)
    "CheapestImprovementPlan.*": REPORTS,
    "PlannedImprovement.*": REPORTS,
    "ImprovementOutcome.*": REPORTS,
    "ImprovementObstacle.*": REPORTS,
    "ImprovementCosts.*": SIGNED_IN,
    "StepCost.*": SIGNED_IN,
    # coverage (plan G)
    "Coverage.*": TOTALS,
    "Coverage.removals": ROSTERS,
    "RosterRemoval.*": ROSTERS,
    "DistrictCoverage.*": TOTALS,
    "CityTarget.*": TOTALS,
    # the standard (plan S1, S5)
    "Edition.*": SIGNED_IN,
    "EditionDocument.*": SIGNED_IN,
    "Dimension.*": SIGNED_IN,
    "Indicator.*": SIGNED_IN,
    "IndicatorOrigin.*": SIGNED_IN,
    "IndicatorChange.*": SIGNED_IN,
    "EditionDifference.*": SIGNED_IN,
    "ApplicableEdition.*": FIRMS,
    "EditionMapping.*": SIGNED_IN,
    "IndustryCodes.*": SIGNED_IN,
    "FormOfSize.*": SIGNED_IN,
    "Revision.*": SIGNED_IN,
    "Revision.draft": DRAFTS,
    "RevisionConnection.*": SIGNED_IN,
    "RevisionEdge.*": SIGNED_IN,
    "RevisionDraft.*": DRAFTS,
    "DraftProblem.*": DRAFTS,
    "DraftChange.*": DRAFTS,
    "DraftReview.*": DRAFTS,
    "DraftText.*": SIGNED_IN,
    "Consultation.*": SIGNED_IN,
    "StandardComment.*": SIGNED_IN,
    "StandardsEvent.*": SIGNED_IN,
    "StandardCommentConnection.*": SIGNED_IN,
    "StandardCommentEdge.*": SIGNED_IN,
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
    "LiaisonNode.*": NETWORK,
    "LiaisonNodeConnection.*": NETWORK,
    "LiaisonNodeEdge.*": NETWORK,
    "Contact.*": CONTACTS,
    # rosters (plan P1)
    "RosterImport.*": ROSTERS,
    "RosterImportConnection.*": ROSTERS,
    "RosterImportEdge.*": ROSTERS,
    "RosterFinding.*": ROSTERS,
    "LeftOut.*": ROSTERS,
    # audit trail (plan P5)
    "AuditEntry.*": TRAIL_DOOR,
    "AuditEntry.position": AUDIT,
    "AuditEntry.actor": frozenset({Role.AUDITOR, Role.CITY}),
    "AuditEntry.reason": TRAIL,
    "AuditEntry.sentence": TRAIL,
    "AuditEntry.data": TRAIL,
    "AuditEntryConnection.*": TRAIL_DOOR,
    "AuditEntryEdge.*": TRAIL_DOOR,
    "DiagnosisEvent.*": FOLLOWERS,
    # who read it (plan P5, P7)
    "Disclosure.*": DISCLOSURES,
    "Disclosure.person": frozenset({Role.AUDITOR, Role.CITY}),
    "DisclosedFirm.*": DISCLOSURES,
    "DisclosureConnection.*": DISCLOSURES,
    "DisclosureEdge.*": DISCLOSURES,
    # what a draft would do (plan S5)
    "ShadowRun.*": SHADOW_TOTALS,
    "ShadowRun.inputDigest": AUDIT,
    **{
        f"{name}.*": SHADOW_TOTALS
        for name in (
            "ShadowOutcome",
            "ShadowCounts",
            "ShadowMatrixRow",
            "ShadowSlice",
            "ShadowReasonCount",
            "ShadowObstacleCount",
            "EditionSensitivity",
            "ParameterSensitivity",
            "NearestMove",
        )
    },
    "ShadowMover.*": SHADOW_FIRMS,
    **{f"ShadowMover.{name}": SHADOW_FIRMS for name in MOVER_FIELDS},
    "ShadowReason.*": SHADOW_FIRMS,
    "ShadowMoverConnection.*": SHADOW_FIRMS,
    "ShadowMoverEdge.*": SHADOW_FIRMS,
}

MASKS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("联系方式", "contacts", ("Person.name", "Person.phone", "Enterprise.contacts", "Contact.*", "ExportPersonPayload.export")),
    ("经营数据", "revenue", ("Enterprise.employees", "Enterprise.revenueWan", "GroupMember.revenueWan")),
    (
        "工艺秘密",
        "process secrets",
        ("Diagnosis.answers", "Diagnosis.evidence", "Answer.*", "Statement.*", "NamedNumber.*", "Evidence.*"),
    ),
    (
        "诊断结果",
        "outcome",
        (
            *(f"Diagnosis.{name}" for name in OUTCOME_FIELDS),
            "GroupMember.result",
            "CurrentResult.*",
            "GroupRollUp.total",
            "GroupRollUp.dimensions",
            "RolledUpScore.*",
            *(f"ShadowMover.{name}" for name in MOVER_FIELDS),
        ),
    ),
    (
        "详细结果与报告",
        "result and report",
        (
            "Diagnosis.result",
            "Diagnosis.reports",
            "Result.*",
            "DimensionScore.*",
            "IndicatorScore.*",
            "Gate.*",
            "Report.*",
            "Query.cheapestImprovement",
            "CheapestImprovementPlan.*",
            "PlannedImprovement.*",
            "ImprovementOutcome.*",
            "ImprovementObstacle.*",
        ),
    ),
    ("轨迹内容", "trail", ("AuditEntry.reason", "AuditEntry.sentence", "AuditEntry.data", "EditionBasis.reason")),
    ("对银行的授权", "consents", ("Enterprise.consents", "Consent.*")),
)
"""Masks 字段遮蔽, as (中文, English, fields): what a role sees of a thing in its scope and what not; reading such a field is
written down (domain/disclosures.py). plan P7, R4."""

OPEN_TYPES = frozenset(
    {
        "DraftText",
        "Edition",
        "EditionMapping",
        "LiaisonNode",
        "Organisation",
        "Revision",
        "StandardComment",
        "StandardsEvent",
        "Viewer",
    }
)
"""Types whose things lie nowhere: open to every signed-in role alike. Every other type answers through the scope."""


PERSON_COMMANDS = (
    "RegisterPerson",
    "InvitePerson",
    "JoinProgramme",
    "GrantMembership",
    "EndMembership",
    "HandOverMembership",
    "ErasePerson",
)


def _camel(name: str) -> str:
    return name[0].lower() + name[1:]


OPEN_COMMANDS = tuple(command for command, roles in COMMANDS.items() if roles != BY_THE_PROGRAM)

FIELDS: Mapping[str, frozenset[Role]] = {
    **READ_FIELDS,
    **{f"Mutation.{_camel(command)}": SIGNED_IN for command in OPEN_COMMANDS},
    **{f"{command}Payload.*": SIGNED_IN for command in OPEN_COMMANDS},
    **{f"{command}Payload.person": PEOPLE for command in PERSON_COMMANDS},
    "ImportRosterPayload.rosterImport": ROSTERS,
    "TakeOffRosterPayload.enterprise": ROSTERS,
    "RequestShadowPayload.shadow": SHADOW_TOTALS,
}
"""All rows. A command is open to every signed-in role here, because its own rule refuses the wrong one as data."""
