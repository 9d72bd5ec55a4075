"""Campaigns 诊断批次 in the schema: which there are, who is in them, how far they have come. plan G1–G4, T2, P5."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Annotated, Any

import strawberry

from api.diagnosis.campaign_limits import CampaignStageLimits, LimitsOfCampaign, build_limits
from api.diagnosis.diagnoses import Diagnosis, load_diagnoses
from api.kit.context import Context
from api.kit.edges import Edge, Loader, led_to
from api.kit.enums import enum_type
from api.kit.filter_values import districts_in, require_some, require_units, with_keys
from api.kit.ids import CampaignID, OrganisationID, key_of
from api.kit.lists import Listed, listing, single
from api.kit.mutations import Payload, ServerFields
from api.kit.nodes import Node, NodeKind
from api.kit.paging import AtLeast
from api.kit.parts import parts, wanted_parts
from api.kit.published import argument, field, published, published_filter
from api.kit.row_mapping import shown
from api.kit.years import require_year
from api.participants.enterprises import Enterprise, checked_filter, load_enterprises
from api.participants.organisations import Organisation, load_organisations
from api.participants.places import District
from domain.access import Role
from domain.diagnosis.campaigns import INVITED_AT_ONCE, InviteFirms, RemindFirms
from domain.diagnosis.participations import CampaignStep, ParticipationStatus
from domain.diagnosis.state import Purpose
from domain.governance.working_calendar import WorkingCalendar, working_days_between
from domain.instants import city_day, utc_moment
from domain.kernel import Command, IdOf, Rule
from domain.masks import PARTICIPATIONS, SIGNED_IN
from domain.participants.organisations import OrganisationKind
from projections.diagnosis import campaigns as rows_of
from projections.diagnosis.campaign_targets import UnitRow, units
from projections.diagnosis.campaigns import (
    CampaignFilter,
    CampaignRow,
    ParticipationFilter,
    ParticipationRow,
    SteppedRow,
)
from projections.governance.working_calendar import calendar_now
from projections.participants.enterprises import EnterpriseFilter

ParticipationID = Annotated[strawberry.ID, IdOf("participation")]
SUBDISTRICT_PROGRESS = frozenset({Role.CITY, Role.DISTRICT, Role.SUBDISTRICT, Role.AUDITOR})
"""Progress of a campaign by subdistrict against its share of the target 街镇进度: each subdistrict its own. plan G4, P5."""
FIRMS_OR_FILTER = Rule(
    "FIRMS_OR_FILTER",
    "plan G2",
    "请列出企业，或给出筛选条件（空条件即本单位全部企业），两者择一",
    "Name the firms, or give a filter, one of the two; an empty filter is every firm of the sender's own",
)
TOO_MANY_FIRMS = Rule(
    "TOO_MANY_FIRMS",
    "plan G2",
    "符合条件的企业超过 {at_most} 家，请缩小范围分次办理",
    "More than {at_most} firms fit; narrow the filter and send it in parts",
)
NO_FIRMS_FOUND = Rule(
    "NO_FIRMS_FOUND",
    "plan G2",
    "没有符合条件的企业，请核对筛选条件",
    "No firm fits; check the filter",
)

enum_type(CampaignStep)


@published(PARTICIPATIONS)
class CampaignProgress:
    """How many firms of a campaign are at one step, of those in the caller's scope · 批次进度. plan G2, P5"""

    step: CampaignStep = field("How far they have come · 环节")
    firms: int = field("How many firms are there · 企业数")
    longest: int = field("Working days that the first of them has been there · 最长停留工作日")


@published(SUBDISTRICT_PROGRESS, row=UnitRow)
class CampaignSubdistrict:
    """How far the firms of one subdistrict have come in a campaign, against its share of the target · 街镇批次进度. plan G4, P5"""

    district: District = field("District, as its division code · 区")
    subdistrict: OrganisationID | None = field("Subdistrict; null: firms of the district that lie in none · 街镇")
    unit: Organisation | None = field("The subdistrict; null of none · 街镇", by="subdistrict")
    target: int | None = field(
        "Firms to have their report in the campaign; without a subdistrict, what the district left to none. Null: the district "
        "has split no target over it · 分解数"
    )
    firms: int = field("Firms in the campaign · 批次内企业数")
    reported: int = field("Of these, firms with an issued report · 已出具报告企业数")
    progress: list[CampaignProgress] = field("How far they have come, in the order of the process · 批次进度", made=True)


@published(SIGNED_IN, placed=False, row=CampaignRow)
class Campaign(Node):
    """Campaign: a round of diagnoses with its purpose and days · 诊断批次. plan G1–G4"""

    id: CampaignID = field("Its id, which diagnoses cite · 批次标识")
    name: str = field("What it is called · 批次名称")
    purpose: Purpose = field("Why its diagnoses are made · 诊断目的")
    year: int = field("Year of its first day · 年度")
    since: date = field("First day · 起始日")
    until: date = field("Last day, itself included · 截止日")
    follows: CampaignID | None = field("Campaign whose firms it measures again; null of none · 所接续的批次")
    planned_at: datetime = field("When it was planned, UTC · 设立时间")
    closed_at: datetime | None = field("When it was closed, UTC; null while it is open · 结束时间")
    conclusion: str | None = field("What came of it; null before · 批次结论")
    stage_limits: CampaignStageLimits = field(
        "Limits of the stages for a diagnosis opened in it today, or on its first or last day where today is before or after it · "
        "当前适用的环节时限. plan P5",
        made=True,
    )
    stage_limits_stated: list[CampaignStageLimits] = parts(
        CampaignStageLimits,
        "Limits that it has stated itself, in order of their first day; none: it goes by the city's rule · 历次批次时限. plan P5",
        place=lambda one: (one.since.isoformat(),),
        made=True,
    )
    progress: list[CampaignProgress] | None = field(
        "How far the firms in the caller's scope have come, in the order of the process · 批次进度. plan G2", roles=PARTICIPATIONS
    )
    subdistricts: list[CampaignSubdistrict] | None = parts(
        CampaignSubdistrict,
        "The same by subdistrict, against the target that the district has split · 街镇进度. plan G4, P5",
        place=lambda one: (one.district.code, one.subdistrict or ""),
        nullable=True,
        roles=SUBDISTRICT_PROGRESS,
    )


@published(PARTICIPATIONS, row=ParticipationRow)
class Participation(Node):
    """Part of one firm in one campaign: invited, started, and how far it has come · 参诊. plan G2, T2"""

    id: ParticipationID = field("Its id · 参诊标识")
    campaign: Campaign | None = field("The campaign · 诊断批次", by="campaign")
    enterprise: Enterprise | None = field("The firm · 企业", by="enterprise")
    status: ParticipationStatus = field("How far it has come before its diagnosis says more · 参诊状态")
    step: CampaignStep = field("How far it has come, its diagnosis included · 环节", made=True)
    step_since: datetime = field("Since when, UTC · 进入该环节的时间", made=True)
    age: int = field("Working days at this step, until today · 停留工作日", made=True)
    invited_at: datetime | None = field("When it was last invited, UTC; null where it came by itself · 邀请时间")
    reminders: int = field("How often it was reminded · 催办次数")
    reminded_on: date | None = field("Day of the last reminder; null before · 最近催办日")
    reason: str | None = field("Why it declined or was exempted · 理由")
    diagnosis: Diagnosis | None = field("Its diagnosis; null before it is opened · 诊断", by="diagnosis")


published_filter(CampaignFilter)
published_filter(ParticipationFilter)


def _age(calendar: WorkingCalendar, since: int, today: date) -> int:
    return working_days_between(city_day(utc_moment(since)), today, calendar)


def build_campaigns(context: Context, rows: Sequence[CampaignRow], wanted: frozenset[str]) -> list[Campaign]:
    """Campaigns of rows, and how far the firms of the caller's scope have come in them."""
    found: Mapping[str, list[rows_of.ProgressRow]] = {}
    places: Mapping[str, list[UnitRow]] = {}
    ids = [row.id for row in rows]
    if "progress" in wanted and rows:
        found = rows_of.progress(context.snapshot, context.scope, ids)
    if "subdistricts" in wanted and rows:
        places = units(context.snapshot, context.scope, ids)
    limits = build_limits(context, rows) if {"stageLimits", "stageLimitsStated"} & wanted else {}
    each = [one for own in places.values() for one in own]
    unit = led_to(context, (CampaignSubdistrict, "unit"), each, wanted_parts(wanted, "subdistricts"))
    today, calendar = context.today, calendar_now(context.snapshot)

    def progress(steps: Sequence[rows_of.ProgressRow]) -> list[CampaignProgress]:
        return [CampaignProgress(step=one.step, firms=one.firms, longest=_age(calendar, one.longest_since, today)) for one in steps]

    return [
        Campaign(
            **shown(Campaign, row),
            stage_limits=limits.get(row.id, LimitsOfCampaign()).in_force,
            stage_limits_stated=limits.get(row.id, LimitsOfCampaign()).stated,
            progress=progress(found.get(row.id, ())),
            subdistricts=[
                CampaignSubdistrict(
                    **shown(CampaignSubdistrict, one), unit=unit(one.subdistrict), progress=progress(one.progress)
                )
                for one in places.get(row.id, ())
            ],
        )
        for row in rows
    ]


def build_participations(context: Context, rows: Sequence[SteppedRow], wanted: frozenset[str]) -> list[Participation]:
    """Firms' parts of rows, with what they lead to through the caller's scope."""
    parts = [row.part for row in rows]
    edges = {name: led_to(context, (Participation, name), parts, wanted) for name in ("campaign", "enterprise", "diagnosis")}
    today, calendar = context.today, calendar_now(context.snapshot)
    return [
        Participation(
            **shown(Participation, row.part),
            campaign=edges["campaign"](row.part.campaign),
            enterprise=edges["enterprise"](row.part.enterprise),
            diagnosis=edges["diagnosis"](row.part.diagnosis),
            step=row.step,
            step_since=utc_moment(row.step_since),
            age=_age(calendar, row.step_since, today),
        )
        for row in rows
    ]


CAMPAIGNS: Listed[CampaignFilter, CampaignRow, Campaign] = Listed(
    name="campaigns",
    node=Campaign,
    order=rows_of.BY_FIRST_DAY,
    rows=rows_of.campaigns,
    count=rows_of.campaign_count,
    by_id=rows_of.campaigns_by_id,
    build=build_campaigns,
)
PARTS: Listed[ParticipationFilter, SteppedRow, Participation] = Listed(
    name="participations",
    node=Participation,
    rows=rows_of.participations,
    count=rows_of.participation_count,
    by_id=rows_of.participations_by_id,
    build=build_participations,
)
load_campaigns, load_participations = CAMPAIGNS.of_ids, PARTS.of_ids


@strawberry.type
class CampaignQueries:
    """Query fields: campaigns and firms' parts in them."""

    @field("One campaign; null when there is none of that id · 诊断批次. plan G1", roles=SIGNED_IN)
    def campaign(
        self,
        info: strawberry.Info[Context, None],
        id: Annotated[strawberry.ID, argument("Its id · 批次标识")],  # noqa: A002 - the argument's published name
        at_least: AtLeast = None,
    ) -> Campaign | None:
        """A campaign."""
        return single(info, CAMPAIGNS, key_of(id, "campaign"), at_least=at_least)

    @listing(CAMPAIGNS, "Campaigns, the latest first · 诊断批次列表. plan G1", roles=SIGNED_IN)
    def campaigns(
        self,
        filter: Annotated[CampaignFilter | None, argument("Which to look for; none = all · 筛选条件")] = None,  # noqa: A002 - as above
    ) -> CampaignFilter:
        """A page of campaigns."""
        sought = filter or CampaignFilter()
        require_year(sought.year, "filter.year")
        return sought

    @listing(
        PARTS,
        "Parts of the firms in the caller's scope in campaigns, in order of campaign and firm · 参诊列表. plan G2, P5",
        roles=PARTICIPATIONS,
    )
    def participations(
        self,
        info: strawberry.Info[Context, None],
        filter: Annotated[ParticipationFilter | None, argument("Which to look for; none = all in the scope · 筛选条件")] = None,  # noqa: A002 - as above
    ) -> ParticipationFilter:
        """A page of firms' parts."""
        if filter is None:
            return ParticipationFilter()
        require_some(filter)
        where = with_keys(replace(filter, district=districts_in("filter.district", filter.district)))
        require_units(info.context.snapshot, where, {"subdistrict": OrganisationKind.SUBDISTRICT})
        return where


Find = Callable[[Context, str, EnterpriseFilter], list[str]]


def _named_or_found(find: Find) -> Callable[[Context, dict[str, Any]], dict[str, Any]]:
    """The firms that are named, else those that a filter finds in the sender's scope."""

    def fill(context: Context, data: dict[str, Any]) -> dict[str, Any]:
        named, asked = data.pop("enterprises", None), data.pop("filter", None)
        if (named is None) is (asked is None):
            raise FIRMS_OR_FILTER.refuse(path="enterprises")
        if named is not None:
            return {**data, "enterprises": [key_of(one, "enterprise") for one in named]}
        where = checked_filter(context, EnterpriseFilter(**asked))
        found = find(context, str(data["campaign"]), replace(where, day=context.today.isoformat()))
        if len(found) > INVITED_AT_ONCE:
            raise TOO_MANY_FIRMS.refuse(path="filter", at_most=INVITED_AT_ONCE)
        if not found:
            raise NO_FIRMS_FOUND.refuse(path="filter")
        return {**data, "enterprises": found}

    return fill


def _to_invite(context: Context, campaign: str, where: EnterpriseFilter) -> list[str]:
    planned = rows_of.campaigns_by_id(context.snapshot, context.scope, [campaign]).get(campaign)
    year = planned.year if planned is not None else context.today.year
    return rows_of.to_invite(context.snapshot, context.scope, where, year, INVITED_AT_ONCE)


def _to_remind(context: Context, campaign: str, where: EnterpriseFilter) -> list[str]:
    waiting = set(rows_of.to_remind(context.snapshot, context.scope, campaign, INVITED_AT_ONCE))
    year = context.today.year
    return [one for one in rows_of.to_invite(context.snapshot, context.scope, where, year, INVITED_AT_ONCE) if one in waiting]


NAMED = ("enterprises", list[strawberry.ID] | None, "Firms of the sender's own; null where a filter is given · 企业")
FOUND = ("filter", EnterpriseFilter | None, "Which firms of the sender's own, {} for all of them · 筛选条件")


def _find_campaign(context: Context, key: str, _command: Command, wanted: frozenset[str]) -> Campaign | None:
    return load_campaigns(context, [key], wanted).get(key)


def _find_target(context: Context, key: str, _command: Command, wanted: frozenset[str]) -> Campaign | None:
    return _find_campaign(context, key.partition(".")[0], _command, wanted)


def _find_participation(context: Context, key: str, _command: Command, wanted: frozenset[str]) -> Participation | None:
    return load_participations(context, [key], wanted).get(key)


QUERIES = CampaignQueries
FOUND_BY_ID: Mapping[str, NodeKind] = {
    "campaign": NodeKind(Campaign, load_campaigns),
    "participation": NodeKind(Participation, load_participations),
}
EDGES: Mapping[Edge, Loader] = {
    (CampaignSubdistrict, "unit"): load_organisations,
    (Participation, "campaign"): load_campaigns,
    (Participation, "enterprise"): load_enterprises,
    (Participation, "diagnosis"): load_diagnoses,
}
SERVER_FIELDS: Mapping[type[Command], ServerFields] = {
    InviteFirms: ServerFields(frozenset({"enterprises"}), (NAMED, FOUND), _named_or_found(_to_invite), shows_version=False),
    RemindFirms: ServerFields(frozenset({"enterprises"}), (NAMED, FOUND), _named_or_found(_to_remind), shows_version=False),
}
PAYLOADS: Mapping[str, Payload] = {
    "campaign": Payload("campaign", Campaign, _find_campaign),
    "campaignlimits": Payload("campaign", Campaign, _find_campaign),
    "campaigntarget": Payload("campaign", Campaign, _find_target),
    "participation": Payload("participation", Participation, _find_participation),
}
"""Capability, or a command whose payload carries something else -> what its payloads carry 返回对象."""
