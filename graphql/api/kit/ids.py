"""Ids 标识 of the schema: `kind/key`, the name of the thing's stream; it says what it is of, and nothing more. plan P7.

The bare key is taken as well where a client names a thing: it is what rosters, files and people hold.
"""

from collections.abc import Sequence
from typing import Annotated, Any, get_args, overload

import strawberry

from domain.kernel import IdOf, kind_of, stream_of
from domain.kernel import key_of as key_of_stream

EnterpriseID = Annotated[strawberry.ID, IdOf("enterprise")]
OrganisationID = Annotated[strawberry.ID, IdOf("organisation")]
PersonID = Annotated[strawberry.ID, IdOf("person")]
DiagnosisID = Annotated[strawberry.ID, IdOf("diagnosis")]
EditionID = Annotated[strawberry.ID, IdOf("edition")]
CrosswalkID = Annotated[strawberry.ID, IdOf("crosswalk")]
RevisionID = Annotated[strawberry.ID, IdOf("revision")]
ProceedingID = Annotated[strawberry.ID, IdOf("proceeding")]
CampaignID = Annotated[strawberry.ID, IdOf("campaign")]
BatchID = Annotated[strawberry.ID, IdOf("batch")]
ExternalResultID = Annotated[strawberry.ID, IdOf("assessment")]
OutreachSessionID = Annotated[strawberry.ID, IdOf("session")]
SolutionID = Annotated[strawberry.ID, IdOf("solution")]
DemandID = Annotated[strawberry.ID, IdOf("demand")]
GroupID = Annotated[strawberry.ID, IdOf("group")]
UNITS = ("organisation", "enterprise", "group")
"""Kinds of things that a person can act for."""


def id_of(kind: str, key: str) -> strawberry.ID:
    """The id of a thing 标识; of kind "" the key itself: a part of a thing is asked for through it alone."""
    return strawberry.ID(stream_of(kind, key) if kind else key)


@overload
def key_of(given: str, *kinds: str) -> str: ...
@overload
def key_of(given: None, *kinds: str) -> None: ...
def key_of(given: str | None, *kinds: str) -> str | None:
    """The key that an id of one of these kinds names 取键, or a bare key; of none none.

    The id of another kind stays as it is: it names nothing, for no key has a slash.
    """
    return key_of_stream(given) if given and "/" in given and kind_of(given) in kinds else given


def keys_of(given: Sequence[str] | None, *kinds: str) -> list[str] | None:
    """The keys that several ids name; of none none."""
    return None if given is None else [key_of(one, *kinds) for one in given]


def named(annotation: Any, metadata: tuple[Any, ...] | list[Any] = ()) -> IdOf | None:  # noqa: ANN401 - of a command's field
    """What a field names by its id, itself or in a list; None where it names nothing."""
    marks = [*metadata, *getattr(annotation, "__metadata__", ())]
    own = next((mark for mark in marks if isinstance(mark, IdOf)), None)
    if own is not None:
        return own
    return next((found for part in get_args(annotation) if (found := named(part)) is not None), None)
