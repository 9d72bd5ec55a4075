"""Schema 模式: the doors of every capability in one place. plan P1–P7."""

from functools import cache

import strawberry

from api.diagnosis.diagnoses import DiagnosisQueries
from api.diagnosis.groups import GroupQueries
from api.diagnosis.improvement import ImprovementQueries
from api.filling import FILLED, THINGS
from api.kit.mutations import mutation_type
from api.kit.published import declared
from api.participants.enterprises import EnterpriseQueries
from api.participants.liaisons import LiaisonQueries
from api.participants.organisations import OrganisationQueries
from api.participants.people import PeopleQueries
from api.participants.person_export import PersonExportMutations
from api.participants.rosters import RosterQueries
from api.participants.sessions import SessionMutations, SessionQueries
from api.programme.coverage import CoverageQueries
from api.record.audit_trail import AuditTrailQueries, DiagnosisSubscription
from api.record.disclosures import DisclosureQueries
from api.server.field_rights import describe_rights
from api.standard.edition_mapping import EditionMappingQueries
from api.standard.editions import EditionQueries
from api.standard.improvement_costs import ImprovementCostQueries
from api.standard.revisions import RevisionQueries
from api.standard.shadow import ShadowQueries
from api.standard.standards_events import StandardsSubscription


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


@cache
def build_schema() -> strawberry.Schema:
    """The schema as it runs 可执行模式."""
    return strawberry.Schema(Query, Mutation, Subscription)


def schema_text() -> str:
    """The schema as it is published 模式文本, the rights of every field in its description."""
    schema = build_schema()
    describe_rights(schema._schema, declared(schema).rows)  # noqa: SLF001 - strawberry has no other door to the executable schema
    return schema.as_str() + "\n"
