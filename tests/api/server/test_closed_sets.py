"""Closed sets (plan P1): what can have only some values is an enumeration of the schema, never a text to be guessed at."""

import re
import types
from collections.abc import Iterator
from enum import Enum
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from graphql import GraphQLInputObjectType, GraphQLInterfaceType, GraphQLObjectType, get_named_type
from pydantic import BaseModel

from api.kit.row_mapping import DECLARED
from domain.events import CAPABILITIES, EVENTS
from tests.live_city import SCHEMA

TEXTS = {
    **dict.fromkeys(
        (
            *("Answer.dimension", "DimensionWeightInput.dimension", "Indicator.dimension", "IndicatorInput.dimension"),
            "PlannedImprovement.dimension",
            *("PrefillOffer.dimension", "DeferredQuestion.dimension"),
        ),
        "a dimension of an edition, by its authored key; those of selection are five",
    ),
    **dict.fromkeys(("MendItem.part", "MendItemInput.part"), "what of an application is to be mended, in the city's own words"),
    **dict.fromkeys(
        ("ShadowObstacleCount.subject", "ShadowReason.subject", "ShadowReasonCount.subject"),
        "an indicator, a gate, a dimension or an edition, by its authored key; those of feedback are four",
    ),
    "CheapestImprovementPlan.standardStatus": "what a reader must be told of the standard, in its own words",
    "Consent.purpose": "what the firm lets the bank use its results for, in its own words",
    "DraftText.status": "what a reader must be told of the standard, in its own words",
    "Edition.status": "what a reader must be told of the standard, in its own words",
    "GrantConsentInput.purpose": "what the firm lets the bank use its results for, in its own words",
    "ResultCredential.purpose": "as above",
    **dict.fromkeys(
        ("PartnerContract.purpose", "GrantPartnerContractInput.purpose"), "what the objects may be used for, in own words"
    ),
    **dict.fromkeys(("Package.purpose", "RequestPackageInput.purpose"), "what it is handed over for, in own words"),
    "Query.auditTrail(kind)": "the beginning of a published name; one that begins none is refused",
    **dict.fromkeys(
        ("RegisterEndpointInput.kinds", "WebhookEndpoint.kinds"), "kinds of public events or whole public names, as of the feed"
    ),
    "Subscription.publicEvents(kind)": "a kind of public events or a whole public name; one that is neither is refused",
    **dict.fromkeys(
        ("PolicyTest.dimension", "ScoreTestInput.dimension"),
        "a dimension of an edition, by its authored key; those of selection are five",
    ),
    "PolicyTest.kind": "which of the inputs of a test it was; each has its own fields, and a new one is a new name",
    **dict.fromkeys(
        ("PolicyTest.oneOf", "IndustryTestInput.oneOf"),
        "codes of industries or districts, or values of closed sets, as the kind says",
    ),
    **dict.fromkeys(
        ("FollowUpChange.unit", "MeasuredChangeInput.unit", "DealChange.unit", "DealChangeInput.unit"),
        "what a number is counted in, as the firm writes it",
    ),
    "RawNumber.unit": "what a number is counted in, as an edition writes it",
    "CaseStudyChange.unit": "what a number is counted in, as the firm reported it",
    "RawNumberInput.unit": "what a number is counted in, as an edition writes it",
    "Result.standardStatus": "what a reader must be told of the standard, in its own words",
    "SubsidyBase.sizeClass": "the stored rule takes any class of the statistical rule to come",
    "SubsidyBaseInput.sizeClass": "the stored rule takes any class of the statistical rule to come",
    "UserError.field": "path of a field of an input, which is another in every mutation",
}
"""Text under a name that elsewhere has a closed set -> why it is a text."""
TYPES = SCHEMA._schema.type_map  # noqa: SLF001 - strawberry has no other way to it


def _is_closed(annotation: Any) -> bool:
    """Whether an annotation is of some values alone, in a list or beside None included."""
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return True
    if get_origin(annotation) is Literal:
        return len(get_args(annotation)) > 1
    if get_origin(annotation) in (Union, types.UnionType, list, tuple):
        return any(_is_closed(part) for part in get_args(annotation))
    return any(_is_closed(part) for part in get_args(annotation)[:1]) if hasattr(annotation, "__metadata__") else False


def _models(kind: Any) -> Iterator[type]:
    """A model and whatever models it is made of."""
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        yield kind
        for one in kind.model_fields.values():
            yield from _models(one.annotation)
    for part in get_args(kind):
        yield from _models(part)


def _closed_names() -> dict[str, str]:
    """Name of a field that has a closed set in some fact, command or row -> where."""
    commands = [command for capability in CAPABILITIES.values() for command in capability.commands]
    found = {}
    for kind in {model for one in (*EVENTS.values(), *commands) for model in _models(one)}:
        found |= {name: kind.__name__ for name, one in kind.model_fields.items() if _is_closed(one.annotation)}
    for shown in DECLARED.values():
        found |= {name: shown.row.__name__ for name, one in get_type_hints(shown.row).items() if _is_closed(one)}
    return found


def _texts() -> Iterator[tuple[str, str]]:
    """(coordinate, name) of every text that leaves or that a read is asked by."""
    for kind in TYPES.values():
        if kind.name.startswith("__") or not isinstance(kind, GraphQLObjectType | GraphQLInterfaceType | GraphQLInputObjectType):
            continue
        for name, field in kind.fields.items():
            if get_named_type(field.type).name == "String":
                yield f"{kind.name}.{name}", name
            for argument, given in getattr(field, "args", {}).items():
                if get_named_type(given.type).name == "String":
                    yield f"{kind.name}.{name}({argument})", argument


def test_no_text_holds_a_closed_set() -> None:
    closed = _closed_names()
    assert {"role", "status", "mark"} <= closed.keys()

    def of_a_closed_set(name: str) -> bool:
        words = re.sub(r"([A-Z])", r"_\1", name).lower()
        return words in closed or any(words.endswith(f"_{one}") for one in closed)

    found = {where for where, name in _texts() if of_a_closed_set(name)}
    assert found == TEXTS.keys()
