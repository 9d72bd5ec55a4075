"""Schema 模式: the fields of every capability in one place. plan P1–P7."""

from functools import cache

import strawberry
from strawberry.schema.config import StrawberryConfig

from api.diagnosis import (
    bottlenecks,
    campaigns,
    diagnoses,
    equatings,
    external_results,
    filling,
    groups,
    improvement,
    movers,
    peer_standings,
    prefill,
    reader_candidates,
    report_verification,
    result_batches,
    result_credentials,
)
from api.governance import dated_rules, liaison_reminders, proceedings, ties, working_calendar
from api.kit import nodes
from api.kit.edges import connect
from api.kit.mutations import Payload, ServerFields, mutation_type
from api.kit.published import declared
from api.kit.schema_directives import Clause, ReadableBy, cite_clauses, name_readers
from api.participants import (
    endpoints,
    enterprises,
    liaisons,
    organisations,
    partner_contracts,
    people,
    person_export,
    rosters,
    second_factors,
    sessions,
)
from api.programme import (
    appraisal,
    case_studies,
    clusters,
    coverage,
    demand_matching,
    demands,
    designations,
    duties,
    ecosystem,
    group_lists,
    implementations,
    offers,
    outreach_reach,
    outreach_sessions,
    pace,
    packages,
    papers,
    policies,
    portrait,
    solutions,
    supplier_gaps,
    target_splits,
    unit_targets,
    uplifts,
)
from api.providers import (
    agreement,
    applications,
    calibrations,
    calls,
    candidates,
    causes,
    certificates,
    counterfactual,
    directory,
    exams,
    feedback,
    grade_certainty,
    markings,
    matchings,
    overstatements,
    ratings,
    sampling,
    signals,
    subsidies,
    training,
)
from api.record import audit_trail, disclosures, followed_events
from api.server import query_cost_type
from api.server.field_rights import describe_rights
from api.server.scalars import SCALARS
from api.server.schema_words import describe_the_rest
from api.standard import (
    crosswalks,
    edition_mapping,
    editions,
    external_models,
    improvement_costs,
    revisions,
    shadow,
    standards_events,
)
from domain.kernel import Command
from domain.masks import SIGNED_IN

MODULES = (
    nodes,
    sessions,
    second_factors,
    person_export,
    enterprises,
    diagnoses,
    report_verification,
    result_credentials,
    external_results,
    prefill,
    filling,
    result_batches,
    campaigns,
    bottlenecks,
    reader_candidates,
    clusters,
    coverage,
    target_splits,
    unit_targets,
    pace,
    appraisal,
    portrait,
    papers,
    packages,
    uplifts,
    case_studies,
    duties,
    policies,
    designations,
    implementations,
    outreach_sessions,
    outreach_reach,
    solutions,
    demands,
    offers,
    demand_matching,
    supplier_gaps,
    ecosystem,
    group_lists,
    editions,
    edition_mapping,
    external_models,
    crosswalks,
    equatings,
    peer_standings,
    improvement,
    improvement_costs,
    revisions,
    shadow,
    movers,
    dated_rules,
    working_calendar,
    proceedings,
    ties,
    organisations,
    groups,
    people,
    liaisons,
    liaison_reminders,
    rosters,
    certificates,
    training,
    exams,
    calibrations,
    feedback,
    grade_certainty,
    ratings,
    sampling,
    signals,
    agreement,
    overstatements,
    calls,
    applications,
    markings,
    matchings,
    directory,
    causes,
    endpoints,
    partner_contracts,
    candidates,
    counterfactual,
    subsidies,
    audit_trail,
    followed_events,
    disclosures,
    standards_events,
    query_cost_type,
)
"""Every page of the schema. A page may have QUERIES, MUTATIONS that are no commands, SUBSCRIPTIONS, and for the commands of
the domain SERVER_FIELDS and PAYLOADS; EDGES are those that it loads, whichever area's type they start from."""


def _root(name: str, part: str, description: str) -> type:
    bases = tuple(getattr(module, part) for module in MODULES if hasattr(module, part))
    made: type = strawberry.type(type(name, bases, {}), description=description)
    return made


SERVER_FIELDS: dict[type[Command], ServerFields] = {}
PAYLOADS: dict[str, Payload] = {}
for _module in MODULES:
    SERVER_FIELDS |= getattr(_module, "SERVER_FIELDS", {})
    PAYLOADS |= getattr(_module, "PAYLOADS", {})

connect(getattr(module, "EDGES", {}) for module in MODULES)
nodes.gather(getattr(module, "FOUND_BY_ID", {}) for module in MODULES)

Query = _root("Query", "QUERIES", "What can be read: every field answers through the caller's scope · 查询. plan P7")
Mutation = mutation_type(SERVER_FIELDS, PAYLOADS, _root("OwnMutations", "MUTATIONS", ""))
Subscription = _root("Subscription", "SUBSCRIPTIONS", "Live events · 实时动态")


@cache
def build_schema() -> strawberry.Schema:
    """The schema as it runs 可执行模式, its clauses and readers told by directives."""
    made = strawberry.Schema(
        Query,
        Mutation,
        Subscription,
        types=(Clause, ReadableBy, *followed_events.TYPES.values()),
        config=StrawberryConfig(scalar_map=SCALARS),
    )
    name_readers(made._schema, declared(made).rows, SIGNED_IN)  # noqa: SLF001 - strawberry has no other way to the executable schema
    cite_clauses(made._schema)  # noqa: SLF001 - as above
    describe_the_rest(made._schema)  # noqa: SLF001 - as above
    return made


def schema_text() -> str:
    """The schema as it is published 模式文本, the rights of every field in its description."""
    schema = build_schema()
    describe_rights(schema._schema, declared(schema).rows)  # noqa: SLF001 - strawberry has no other way to the executable schema
    return schema.as_str() + "\n"
