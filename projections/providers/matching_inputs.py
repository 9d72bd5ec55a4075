"""Inputs of a matching 派单输入: who of the directory may take which firm, at what cost by the rule, in how many places. plan V3.

Cost: a district that the provider has not worked in, how full it is, its tier of the latest rating that is final, and whether it
diagnosed the firm the last time. Nothing of what it sells.
"""

from collections.abc import Mapping, Sequence
from datetime import date

from sqlalchemy import func, select

from domain.access import Attribute, Everything, Is
from domain.governance.rule_bodies.matching import MatchingRule
from domain.governance.standing import TAKES_WORK
from domain.providers.matching.numbers import MatchingInputs
from domain.providers.ratings.numbers import Tier
from projections.diagnosis.diagnoses_fold import DIAGNOSES
from projections.engine.places import ENTERPRISES
from projections.engine.snapshot import Snapshot
from projections.governance.ties import ties_of_providers
from projections.participants.enterprises import enterprises_by_id
from projections.providers import directory, record_of_provider, selection
from projections.providers.certificates import certified_people
from projections.providers.directory import DirectoryFilter, DirectoryRow
from projections.providers.ratings import rated_years

DIVISION = len("C34")


def matching_inputs(snapshot: Snapshot, enterprises: Sequence[str], rule: MatchingRule, day: date) -> MatchingInputs:
    """The costs of every firm and the places of every provider, by what is on record of the whole city."""
    listed = {one.id: one for one in directory.directory(snapshot, DirectoryFilter()) if one.listing.standing in TAKES_WORK}
    firms = enterprises_by_id(snapshot, Everything(), list(enterprises))
    running = {one: known.running for one, known in record_of_provider.experience(snapshot, list(listed), "").items()}
    whole = places(snapshot, listed, rule, day)
    loads = {one: rule.full_load * min(running[one], whole[one]) // whole[one] if whole[one] else rule.full_load for one in listed}
    tiers = latest_tiers(snapshot)
    ties, worked, last = ties_of_providers(snapshot, list(listed)), districts_worked_in(snapshot), _last(snapshot, list(firms))
    costs: dict[str, Mapping[str, int]] = {}
    for identity, firm in firms.items():
        parties = frozenset({identity} | ({firm.group} if firm.group is not None else set()))
        fit = [one for one in listed if firm.industry[:DIVISION] in listed[one].listing.tags]
        free = [one for one in fit if one not in ties or not ties[one].barring(parties, day, rule.vendor_months)]
        costs[identity] = {
            one: loads[one]
            + (0 if (one, firm.district) in worked else rule.other_district)
            + _cost_of(rule, tiers.get(one))
            + (rule.repeat if last.get(identity) == one else 0)
            for one in free
        }
    return MatchingInputs(costs, {one: max(0, whole[one] - running[one]) for one in listed})


def latest_tiers(snapshot: Snapshot) -> Mapping[str, Tier]:
    """Provider -> its tier by the latest rating that is final 最近定案档次."""
    return next((found for _, one in sorted(rated_years(snapshot).items(), reverse=True) if (found := one.tiers)), {})


def _cost_of(rule: MatchingRule, tier: Tier | None) -> int:
    cost: int = getattr(rule.tiers, tier.value.lower() if tier is not None else "unrated")
    return cost


def places(snapshot: Snapshot, listed: Mapping[str, DirectoryRow], rule: MatchingRule, day: date) -> dict[str, int]:
    """Diagnoses that each provider carries at once 可承载量: of its certified people, else of those declared for the directory."""
    found = {}
    applied = {f"{row.listing.year}.{one}": one for one, row in listed.items()}
    declared = {
        applied[key]: len(row.state().staff)
        for key, row in selection.applications_by_id(snapshot, Everything(), list(applied)).items()
    }
    for one in listed:
        held = certified_people(snapshot, Is(Attribute.PROVIDER, one), day.isoformat())
        certified = sum(person.grade_on(day) is not None for person in held.values())
        found[one] = (certified or declared.get(one, 0)) * rule.slots_each
    return found


def districts_worked_in(snapshot: Snapshot) -> set[tuple[str, str]]:
    """(provider, district) of every case there was 承担过诊断的区."""
    cases, firms = snapshot[DIAGNOSES], snapshot[ENTERPRISES]
    joined = cases.join(firms, firms.c.id == cases.c.enterprise)
    query = select(cases.c.provider, firms.c.district).select_from(joined).where(cases.c.provider.is_not(None)).distinct()
    return {(str(provider), str(district)) for provider, district in snapshot.rows(query)}


def _last(snapshot: Snapshot, firms: Sequence[str]) -> dict[str, str]:
    """Firm -> the provider of its latest case that has one."""
    cases = snapshot[DIAGNOSES]
    mine = snapshot.among(cases.c.enterprise, list(firms))
    query = select(cases.c.enterprise, cases.c.provider, func.max(cases.c.opened_at)).where(mine, cases.c.provider.is_not(None))
    found: dict[str, tuple[int, str]] = {}
    for firm, provider, opened in snapshot.rows(query.group_by(cases.c.enterprise, cases.c.provider)):
        found[str(firm)] = max(found.get(str(firm), (0, "")), (int(opened), str(provider)))
    return {firm: provider for firm, (_, provider) in found.items()}


