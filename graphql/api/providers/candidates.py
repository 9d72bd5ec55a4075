"""Candidates 候选服务商 in the schema: who of the directory takes a firm's industry, and what speaks for each. plan V3.

Never by what a provider sells: what counts is the tag, what runs at it now, what was confirmed, and no tie that it declared. Where
all that is equal a hash of firm and provider decides, which nobody can choose.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated, NamedTuple

import strawberry

from api.kit.context import Context
from api.kit.ids import EnterpriseID, OrganisationID, id_of, key_of
from api.kit.paging import wanted_fields
from api.kit.published import argument, field, published
from domain.access import Everything
from domain.command_rights import GOVERNMENT, OWNER
from domain.governance.rule_bodies.matching import MatchingRule
from domain.governance.standing import TAKES_WORK, DirectoryStanding
from domain.governance.ties import TieKind
from domain.instants import city_day
from domain.masks import MATCHINGS_READ, RATING_INPUTS, SELECTION_OFFICE
from domain.providers.ratings.numbers import Tier
from methods.matching import tie_break
from projections import Snapshot
from projections.engine.places import EnterpriseRow
from projections.governance.dated_rules import body_on
from projections.governance.ties import ties_of_providers
from projections.participants.enterprises import enterprises_by_id
from projections.participants.organisations import organisations_by_id
from projections.providers import directory, matching_inputs, record_of_provider, selection
from projections.providers.directory import DirectoryFilter, DirectoryRow

DIVISION = len("C34")
READERS = GOVERNMENT | OWNER | SELECTION_OFFICE


@published(READERS)
class ProviderCandidate:
    """Provider of the directory that takes the industry of a firm · 候选服务商. plan V3"""

    provider: OrganisationID = field("Provider · 服务商标识")
    name: str = field("Its name · 名称")
    standing: DirectoryStanding = field("How it stands · 在录状态")
    tag_since: date = field("First day of its tag of the firm's industry · 行业标签起始日")
    running: int = field("Diagnoses that it has not finished, in the whole city · 在办诊断数")
    confirmed: int = field("Reports of its that firms confirmed · 已确认诊断数")
    of_industry: int | None = field("Of these in the firm's industry · 其中本行业", roles=GOVERNMENT | SELECTION_OFFICE)
    places: int | None = field(
        "How many more it carries by its certified people and the matching rule; 0: a plan gives it none · 尚可承担数",
        roles=MATCHINGS_READ,
    )
    in_district: bool | None = field("Whether it has had a case in the firm's district · 是否承担过本区诊断", roles=MATCHINGS_READ)
    tier: Tier | None = field("Tier by the latest rating that is final; null: unrated · 最近评价档次", roles=RATING_INPUTS)
    tie: str | None = field("Tie with the firm or its group that was declared; null = none · 已申明关联")
    sentence: str = field("What speaks for it or against, in one Chinese sentence · 推荐理由")
    sentence_in_english: str = field("The same sentence, in English · 英文推荐理由")


@strawberry.type
class CandidateQueries:
    """Query fields: candidates."""

    @field(
        "Providers that may diagnose a firm in the scope, with reasons: listed with the tag of its industry. Without a "
        "declared tie first, then who has least under way, then who has most confirmed; null of a firm that is not in the scope · "
        "候选服务商. plan V3",
        roles=READERS,
    )
    def provider_candidates(
        self,
        info: strawberry.Info[Context, None],
        enterprise: Annotated[EnterpriseID, argument("Firm to be diagnosed · 企业标识")],
    ) -> list[ProviderCandidate] | None:
        """All of them: a directory is little."""
        context, identity = info.context, key_of(enterprise, "enterprise")
        firm = enterprises_by_id(context.snapshot, context.scope, [identity]).get(identity)
        return _candidates(context, firm, wanted_fields(info)) if firm is not None else None


class Weighed(NamedTuple):
    """What a plan weighs of a candidate, looked up where it is asked for 派单所计."""

    places: int | None = None
    in_district: bool | None = None
    tier: Tier | None = None


def _weighed(
    whole: Snapshot, listed: Sequence[DirectoryRow], firm: EnterpriseRow, running: Mapping[str, int], day: date
) -> list[Weighed]:
    carried = matching_inputs.places(whole, {row.id: row for row in listed}, body_on(whole, MatchingRule, day), day)
    worked, tiers = matching_inputs.districts_worked_in(whole), matching_inputs.latest_tiers(whole)
    return [
        Weighed(max(0, carried[row.id] - running[row.id]), (row.id, firm.district) in worked, tiers.get(row.id)) for row in listed
    ]


def _candidates(context: Context, firm: EnterpriseRow, wanted: frozenset[str]) -> list[ProviderCandidate]:
    division = firm.industry[:DIVISION]
    sought = directory.directory(context.snapshot, DirectoryFilter(industry=division))
    listed = [row for row in sought if row.listing.standing in TAKES_WORK]
    ids = [row.id for row in listed]
    names = {identity: one.name for identity, one in organisations_by_id(context.snapshot, ids).items()} if ids else {}
    whole = context.whole
    known = record_of_provider.experience(whole, ids, division)
    ties = _ties(context, whole, listed, firm)
    weighed = [Weighed()] * len(listed)
    if wanted & {"places", "in_district", "tier"}:
        weighed = _weighed(whole, listed, firm, {one: told.running for one, told in known.items()}, context.today)
    found = [
        _candidate(row, division, names.get(row.id, row.id), known[row.id], ties.get(row.id), more)
        for row, more in zip(listed, weighed, strict=True)
    ]
    rank = {one.provider: tie_break(firm.id, row.id) for one, row in zip(found, listed, strict=True)}
    return sorted(found, key=lambda one: (one.tie is not None, one.running, -one.confirmed, rank[one.provider]))


def _ties(context: Context, whole: Snapshot, listed: list[DirectoryRow], firm: EnterpriseRow) -> Mapping[str, tuple[str, str]]:
    """Provider -> the tie that keeps it from the firm, or that it declared when it applied for the directory it stands in.

    In Chinese and English; its own words of it are as it wrote them.
    """
    day = city_day(context.services.clock())
    months = body_on(whole, MatchingRule, day).vendor_months
    parties = frozenset({firm.id} | ({firm.group} if firm.group is not None else set()))
    declared = ties_of_providers(whole, [row.id for row in listed])
    applied = {f"{row.listing.year}.{row.id}": row.id for row in listed}
    found: dict[str, tuple[str, str]] = {}
    for identity, row in selection.applications_by_id(whole, Everything(), list(applied)).items():
        for link in row.state().links or ():
            if link.organisation is not None and link.organisation in (firm.id, firm.group):
                found[applied[identity]] = link.tie, link.tie
    for provider, held in declared.items():
        kinds = {one.kind for one in held.barring(parties, day, months)}
        if provider in found:  # of what the application declares its own words say more
            kinds -= {TieKind.OTHER}
        words = [*([found[provider]] if provider in found else []), *(kind.names for kind in TieKind if kind in kinds)]
        if words:
            found[provider] = "、".join(one for one, _ in words), ", ".join(one for _, one in words)
    return found


def _candidate(
    row: DirectoryRow,
    division: str,
    name: str,
    known: record_of_provider.Experience,
    tie: tuple[str, str] | None,
    weighed: Weighed,
) -> ProviderCandidate:
    since = row.listing.tags[division].since
    warned = row.listing.standing is DirectoryStanding.WARNED
    told = "，限期整改中" if warned else "", ", to mend its work by a day" if warned else ""
    tied = f"；已申明关联：{tie[0]}" if tie is not None else "；未申明与该企业的关联"
    tied_in_english = f"a tie with the firm is declared: {tie[1]}" if tie is not None else "no tie with the firm is declared"
    return ProviderCandidate(
        provider=id_of("organisation", row.id),
        name=name,
        standing=row.listing.standing,
        tag_since=since,
        running=known.running,
        confirmed=known.confirmed,
        of_industry=known.of_industry,
        places=weighed.places,
        in_district=weighed.in_district,
        tier=weighed.tier,
        tie=tie[0] if tie is not None else None,
        sentence=f"自 {since} 起有行业 {division} 的标签{told[0]}；在办 {known.running} 件，已确认 {known.confirmed} 件{tied}。",
        sentence_in_english=f"Tag of industry {division} since {since}{told[1]}; {known.running} under way, "
        f"{known.confirmed} confirmed; {tied_in_english}.",
    )


QUERIES = CandidateQueries
