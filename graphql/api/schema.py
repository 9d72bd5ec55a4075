"""Schema 模式: the doors of every capability in one place. plan P1–P7."""

import strawberry

from api.audit_trail import AuditTrailQueries, DiagnosisSubscription
from api.coverage import CoverageQueries
from api.diagnosis import DiagnosisQueries
from api.disclosures import DisclosureQueries
from api.edition_mapping import EditionMappingQueries
from api.editions import EditionQueries
from api.enterprises import EnterpriseQueries
from api.field_rights import describe_rights
from api.filling import FILLED, THINGS
from api.groups import GroupQueries
from api.improvement import ImprovementQueries
from api.improvement_costs import ImprovementCostQueries
from api.liaisons import LiaisonQueries
from api.mutations import mutation_type
from api.organisations import OrganisationQueries
from api.people import PeopleQueries
from api.person_export import PersonExportMutations
from api.revisions import RevisionQueries
from api.rosters import RosterQueries
from api.sessions import SessionMutations, SessionQueries
from api.shadow import ShadowQueries
from api.standards_events import StandardsSubscription
from domain.fields import FIELDS


@strawberry.type(description="What can be read 查询: every door answers through the caller's scope. plan P7")
class Query(
    SessionQueries,
    EnterpriseQueries,
    DiagnosisQueries,
    CoverageQueries,
    EditionQueries,
    EditionMappingQueries,
    ImprovementQueries,
    ImprovementCostQueries,
    RevisionQueries,
    ShadowQueries,
    OrganisationQueries,
    GroupQueries,
    PeopleQueries,
    LiaisonQueries,
    RosterQueries,
    AuditTrailQueries,
    DisclosureQueries,
):
    """The root of every read."""


@strawberry.type
class OwnMutations(SessionMutations, PersonExportMutations):
    """What is no command: it changes secrets or tickets, or nothing at all."""


Mutation = mutation_type(FILLED, THINGS, OwnMutations)


@strawberry.type(description="Live events 实时动态")
class Subscription(DiagnosisSubscription, StandardsSubscription):
    """What a client may follow."""


def build_schema() -> strawberry.Schema:
    """The schema as it runs 可执行模式."""
    return strawberry.Schema(Query, Mutation, Subscription)


def schema_text() -> str:
    """The schema as it is published 模式文本, the rights of every field in its description."""
    schema = build_schema()
    describe_rights(schema._schema, FIELDS)  # noqa: SLF001 - strawberry has no other door to the executable schema
    return schema.as_str() + "\n"
