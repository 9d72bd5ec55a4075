"""Gaps of a chain leader's suppliers 链上薄弱指标 in the schema, and the consents that they rest on. plan R2, R4."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Annotated

import strawberry

from api.kit.context import Context
from api.kit.edges import Edge, Loader, led_to
from api.kit.lists import Listed, listing
from api.kit.mutations import Payload
from api.kit.paging import AtLeast
from api.kit.parts import parts
from api.kit.periods import ENDED_BY_FIRST_DAY, is_ended_by_first_day
from api.kit.published import field, published
from api.kit.row_mapping import all_shown, shown
from api.participants.enterprises import Enterprise, load_enterprises
from api.standard.editions import editions_of
from domain.access import Role
from domain.governance.rule_bodies.publication import PublicationRule
from domain.kernel import Command, IdOf
from domain.masks import CHAIN_LEADERS, DEMANDS_READ
from domain.programme.demands.gap_consent import ConsentToChainLeader, EndChainLeaderConsent, SetSupplierNaming
from projections.governance.dated_rules import body_on
from projections.programme.demands import gaps as rows
from projections.programme.demands.gaps import SupplierGap as GapState
from projections.programme.demands.read_model import GapConsentRow


@published(CHAIN_LEADERS, row=GapState)
class SupplierGap:
    """Indicator by what consenting firms reach in it · 链上薄弱指标. plan R2"""

    indicator: str = field("Id of the indicator · 指标编号")
    name: str = field("Its name in the firms' editions · 指标名称")
    firms: int = field("Consenting firms that it applies to · 企业数")
    points: Decimal = field("Mean of their points, 0–100, to the nearest five · 平均得分（取整到五分）")


@published(CHAIN_LEADERS)
class SupplierGaps:
    """Weak indicators of the firms that consent to the caller's chain leader · 链上薄弱指标汇总. plan R2"""

    firms_at_least: int = field("Firms from which on anything is shown · 最少企业数")
    firms: int | None = field("Consenting firms with a result; null: too few · 企业数")
    gaps: list[SupplierGap] = parts(SupplierGap, "Indicators, the weakest first; none of too few firms · 薄弱指标")


@published(DEMANDS_READ, row=GapConsentRow)
class ChainLeaderConsent:
    """Consent of a firm to a chain leader, to count its weak indicators among others' · 链主授权. plan R2"""

    enterprise: Enterprise | None = field("Firm that consents · 企业", by="enterprise")
    leader: Annotated[strawberry.ID, IdOf("")] = field("Group or firm that leads the chain, as the consent names it · 链主单位")
    since: date = field("First day · 起始日")
    until: date = field("Last day; one that was taken back ended the day before · 截止日")
    ended_by_first_day: bool = field(ENDED_BY_FIRST_DAY, made=True)
    named: bool = field("Whether the leader is shown the firm's name, as that of its supplier · 是否具名")


def _build(context: Context, found: Sequence[GapConsentRow], wanted: frozenset[str]) -> list[ChainLeaderConsent]:
    enterprise = led_to(context, (ChainLeaderConsent, "enterprise"), found, wanted)
    return [
        ChainLeaderConsent(
            **shown(ChainLeaderConsent, row),
            enterprise=enterprise(row.enterprise),
            ended_by_first_day=is_ended_by_first_day(row.since, row.until),
        )
        for row in found
    ]


CONSENTS: Listed[None, GapConsentRow, ChainLeaderConsent] = Listed(
    name="chainLeaderConsents",
    node=ChainLeaderConsent,
    rows=rows.gap_consents,
    count=rows.gap_consent_count,
    build=_build,
)


@strawberry.type
class SupplierGapQueries:
    """Query fields: gaps of a chain leader's suppliers."""

    @listing(CONSENTS, "Consents to chain leaders of the firms in the scope · 链主授权列表. plan R2", roles=DEMANDS_READ)
    def chain_leader_consents(self) -> None:
        """A page of consents."""

    @field(
        "Weak indicators of the firms that consent to the caller's group, or to the caller's firm where it is designated a chain "
        "leader; else null · 链上薄弱指标. plan R2",
        roles=CHAIN_LEADERS,
    )
    def supplier_gaps(self, info: strawberry.Info[Context, None], at_least: AtLeast = None) -> SupplierGaps | None:
        """From so many firms on as the rule of published aggregates says."""
        context = info.context
        rule = body_on(context.at_least(at_least), PublicationRule, context.today)
        leader, day = context.caller.organisation, context.today.isoformat()
        whole = context.whole
        if context.role != Role.GROUP and not rows.leads_a_chain(whole, leader, day):
            return None
        results = rows.consenting_results(whole, leader, day)
        editions = editions_of(context, sorted({one.edition for one in results}))
        gaps = rows.gaps_of(results, editions, rule.firms_at_least, rule.weakest_indicators)
        firms = len(results) if len(results) >= rule.firms_at_least else None
        return SupplierGaps(firms_at_least=rule.firms_at_least, firms=firms, gaps=all_shown(SupplierGap, gaps))


def _find(context: Context, key: str, command: Command, wanted: frozenset[str]) -> ChainLeaderConsent | None:
    assert isinstance(command, ConsentToChainLeader | EndChainLeaderConsent | SetSupplierNaming)  # noqa: S101 - the capability has no other commands
    found = rows.gap_consents_by_id(context.snapshot, context.scope, f"{key}.{command.leader}")
    return next(iter(_build(context, found, wanted)), None)


QUERIES = SupplierGapQueries
EDGES: Mapping[Edge, Loader] = {(ChainLeaderConsent, "enterprise"): load_enterprises}
PAYLOADS: Mapping[str, Payload] = {"gapconsent": Payload("chain_leader_consent", ChainLeaderConsent, _find)}
"""Capability -> what its payloads carry 返回对象."""
