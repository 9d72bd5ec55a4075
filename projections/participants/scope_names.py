"""Names of what scopes name 范围所涉名称: of units, providers and firms, as far as whoever reads them may know them. plan P7."""

from collections.abc import Iterable

from domain.access import Scope, ids_in
from projections.engine.snapshot import Snapshot
from projections.participants.enterprises import enterprises_by_id
from projections.participants.organisations import organisations_by_id


def names_in(snapshot: Snapshot, scope: Scope, told: Iterable[Scope]) -> dict[str, str]:
    """Id -> name of what the told scopes name; of firms only those within the reader's own scope."""
    return names_of(snapshot, scope, frozenset[str]().union(*map(ids_in, told)))


def names_of(snapshot: Snapshot, scope: Scope, told: Iterable[str]) -> dict[str, str]:
    """Id -> name of units and providers, and of the firms within the reader's scope."""
    ids = sorted(told)
    if not ids:
        return {}
    names = {identity: firm.name for identity, firm in enterprises_by_id(snapshot, scope, ids).items()}
    return names | {identity: unit.name for identity, unit in organisations_by_id(snapshot, ids).items()}
