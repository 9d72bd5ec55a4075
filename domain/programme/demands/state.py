"""What demands, solutions and offers share 供需对接通用: who takes part, names of indicators and streams. plan R2, R3."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Annotated

from domain.access import POSITIONS, Role
from domain.diagnosis.answers import INDICATOR_UNKNOWN
from domain.kernel import Identifier, IdOf, Part, Refused, Stream, repeated, stream_of
from domain.participants.organisations import Organisation, OrganisationKind
from standards import Edition

SolutionRef = Annotated[Identifier, IdOf("solution")]
DemandRef = Annotated[Identifier, IdOf("demand")]

SELLERS = frozenset({Role.SUPPLIER, Role.PROVIDER})
"""Who offers solutions 供给方: suppliers, and a provider that has a product of its own, which is marked."""
SELLER_KINDS = frozenset({OrganisationKind.SUPPLIER, OrganisationKind.PROVIDER})
DEMAND_READERS = POSITIONS[Role.ENTERPRISE] - {Role.DEPARTMENT_FILLER} | {Role.CITY, Role.AUDITOR, Role.SYSTEM}
"""Who may know which firm looks for what, and from whom it buys 需求知情角色: the firm, the city, the auditor. To suppliers
a demand is without the firm; districts are told counts."""


class NamedIndicator(Part):
    """An indicator by its id and name 指标: what has both alike in two editions is the same thing to be improved."""

    id: str
    name: str


def named_indicators(edition: Edition, ids: Sequence[str]) -> tuple[NamedIndicator, ...]:
    """Indicators of an edition, all of which it has."""
    return tuple(NamedIndicator(id=one, name=edition.by_id[one].name) for one in ids)


def unknown_indicators(ids: Sequence[str], known: Sequence[str], where: str = "indicators") -> Iterator[Refused]:
    """A refusal for each indicator that is not among those known, and for each that stands twice."""
    for place, one in enumerate(ids):
        if one not in known:
            yield INDICATOR_UNKNOWN.refuse(path=f"{where}.{place}", indicator=one)
    yield from repeated(where, ids)


def is_seller(found: object, on: date | None = None) -> bool:
    """Whether an organisation may offer solutions 是否供给方. on: the day on which it must take part still; None = whenever."""
    if not isinstance(found, Organisation) or found.kind not in SELLER_KINDS:
        return False
    return on is None or not found.is_retired_on(on)


def solution_stream(solution: str) -> Stream:
    """Stream of one solution."""
    return stream_of("solution", solution)


def demand_stream(demand: str) -> Stream:
    """Stream of one demand."""
    return stream_of("demand", demand)


def offer_stream(demand: str, supplier: str) -> Stream:
    """Stream of what one supplier offers for one demand; the id of a demand has no point."""
    return stream_of("offer", f"{demand}.{supplier}")
