"""Events 事件: the one registry of published event names, and of the capabilities that own them."""

from collections.abc import Mapping
from typing import Any

from domain.assignments import ASSIGNMENTS
from domain.consents import CONSENTS
from domain.diagnosis_rules import DIAGNOSES
from domain.edition_mapping import EDITION_MAPPINGS
from domain.editions import EDITIONS
from domain.enterprises import ENTERPRISES, ROSTERS
from domain.headquarters import HEADQUARTERS
from domain.improvement_costs import IMPROVEMENT_COSTS
from domain.language import Capability, Event
from domain.organisations import ORGANISATIONS
from domain.people_rules import PEOPLE
from domain.shadow import SHADOWS
from domain.slots import SLOTS
from domain.standards_revision_rules import REVISIONS
from domain.targets import TARGETS

CAPABILITIES: Mapping[str, Capability[Any, Any, Any]] = {
    capability.name: capability
    for capability in (
        ASSIGNMENTS,
        CONSENTS,
        DIAGNOSES,
        EDITIONS,
        EDITION_MAPPINGS,
        ENTERPRISES,
        HEADQUARTERS,
        IMPROVEMENT_COSTS,
        ORGANISATIONS,
        PEOPLE,
        REVISIONS,
        ROSTERS,
        SHADOWS,
        SLOTS,
        TARGETS,
    )
}
"""Kind of a stream (the part before "/") -> its capability."""

EVENTS: Mapping[str, type[Event]] = {
    event.model_fields["type"].default: event
    for capability in CAPABILITIES.values()
    for event in capability.events
}
"""Published name -> the model its stored bytes are read with."""
