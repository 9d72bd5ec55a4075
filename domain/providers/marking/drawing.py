"""Drawing of the marking 评分抽签: in which order applications are numbered and who marks which, from one committed seed. plan V1.

All follows from the seed by SHA-256, so anyone who is shown it draws the same. Nobody is drawn for an application that they have a
part in: the same organisation, the same person on both sides, or a tie that the applicant declared.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from hashlib import sha256

from domain.kernel import Rule
from domain.participants.people.state import Person
from domain.providers.applications.state import Application
from standards.described import DescribedEnum

MARKERS_EACH = 2
"""Markers of each application, before a third is asked."""

TOO_FEW_MARKERS = Rule(
    "TOO_FEW_MARKERS",
    "plan V1",
    "没有足够的评分专家：{names} 各须两名无利害关系的专家，请增加评分专家",
    "There are too few markers: {names} each need two without a conflict; name more",
)


class ConflictKind(DescribedEnum):
    """How a marker has a part in an application · 利害关系."""

    SAME_ORGANISATION = "same_organisation", "The marker holds or held a role for the applicant · 同一单位"
    SAME_PERSON = "same_person", "The marker is one of the applicant's people · 同一人员"
    DECLARED_TIE = "declared_tie", "The applicant declared a tie with the marker or the marker's organisation · 已申明关联"
    STOOD_BACK = "stood_back", "The marker declared a conflict · 本人申明回避"


def conflict(marker: str, person: Person | None, application: Application) -> ConflictKind | None:
    """How a marker has a part in an application, as far as the record tells 利害关系检查; None = in no way that it tells.

    Past roles count: whoever worked for the applicant once does not judge it.
    """
    units = {one.organisation for one in person.memberships.values()} if person is not None else set[str]()
    if application.provider in units:
        return ConflictKind.SAME_ORGANISATION
    if any(member.person == marker for member in application.staff):
        return ConflictKind.SAME_PERSON
    ties = application.links or ()
    if any(tie.person == marker or (tie.organisation is not None and tie.organisation in units) for tie in ties):
        return ConflictKind.DECLARED_TIE
    return None


def is_marker_on(person: Person | None, role: str, day: date) -> bool:
    """Whether a person may mark on a day 是否为评分专家."""
    held = person.memberships.values() if person is not None else ()
    return any(one.role == role and one.holds_on(day) for one in held)


def _lot(seed: str, *names: str) -> str:
    return sha256("\n".join((seed, *names)).encode()).hexdigest()


def drawn_order(seed: str, providers: Iterable[str]) -> tuple[str, ...]:
    """Providers in the order of their lots 抽签顺序, number 1 first; the same whatever order they come in."""
    return tuple(sorted(providers, key=lambda provider: _lot(seed, provider)))


def drawn_markers(
    seed: str, order: Sequence[str], markers: Iterable[str], kept_away: Mapping[str, frozenset[str]]
) -> tuple[dict[str, tuple[str, ...]], tuple[str, ...]]:
    """Two markers for each application 抽签分配: of those without a conflict who have the fewest so far, by lot.

    Args:
        seed: the committed seed.
        order: providers as numbered.
        markers: who marks.
        kept_away: provider -> markers in conflict.

    Returns:
        (provider -> its markers, providers that lack one).
    """
    loads = dict.fromkeys(sorted(markers), 0)
    found, lacking = {}, []
    for provider in order:
        free = [one for one in loads if one not in kept_away.get(provider, frozenset())]
        chosen = sorted(free, key=lambda one: (loads[one], _lot(seed, provider, one)))[:MARKERS_EACH]
        if len(chosen) < MARKERS_EACH:
            lacking.append(provider)
        for one in chosen:
            loads[one] += 1
        found[provider] = tuple(chosen)
    return found, tuple(lacking)
