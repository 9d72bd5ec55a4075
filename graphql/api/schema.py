"""Schema 模式: the doors of every capability in one place. plan P1–P7."""

import strawberry

from api.audit_trail import AuditTrailQueries, Subscription
from api.coverage import CoverageQueries
from api.diagnosis import DiagnosisQueries
from api.editions import EditionQueries
from api.enterprises import EnterpriseQueries
from api.filling import FILLED, THINGS
from api.mutations import mutation_type
from api.organisations import OrganisationQueries
from api.people import PeopleQueries
from api.rosters import RosterQueries
from api.sessions import SessionMutations, SessionQueries


@strawberry.type(description="What can be read 查询")
class Query(
    SessionQueries,
    EnterpriseQueries,
    DiagnosisQueries,
    CoverageQueries,
    EditionQueries,
    OrganisationQueries,
    PeopleQueries,
    RosterQueries,
    AuditTrailQueries,
):
    """Every root field answers through the caller's scope."""


QUERY = Query
MUTATION = mutation_type(FILLED, THINGS, SessionMutations)
SUBSCRIPTION = Subscription
