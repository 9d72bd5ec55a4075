"""Enterprises 企业 in the schema: what a caller may see of a firm, and how it is asked for. plan P1, P7."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any

import strawberry

from api.kit.as_of import AsOf, AsOfMoment, known_then
from api.kit.context import Context
from api.kit.edges import Edge, Loader, led_to
from api.kit.filter_values import districts_in, require_known, require_some, require_units, with_keys
from api.kit.ids import EnterpriseID, key_of
from api.kit.lists import OF_NOW, FoundThen, Listed, listing, single
from api.kit.mutations import Payload, ServerFields, new_id
from api.kit.nodes import Node, NodeKind
from api.kit.orders import order_enum
from api.kit.paging import AtLeast, below
from api.kit.parts import parts, wanted_parts
from api.kit.published import argument, field, published, published_filter
from api.kit.row_mapping import shown
from api.kit.row_plans import Holds
from api.participants.consents import Consent, load_consents
from api.participants.liaisons import Contact, contacts_context, load_contacts
from api.participants.organisations import load_organisations
from api.participants.places import District, Industry, Subdistrict, Unit, load_subdistricts, load_units
from domain.access import Mask
from domain.kernel import Command
from domain.masks import CONSENTS, CONTACTS, FINANCE, FIRMS
from domain.participants.consents import GrantConsent
from domain.participants.organisations import OrganisationKind
from interop.code_lists import industries
from projections.as_of import replay, validity
from projections.engine.places import EnterpriseRow
from projections.participants import enterprises as enterprise_rows
from projections.participants.enterprises import EnterpriseFilter
from standards.edition.mapping import SizeClass

if TYPE_CHECKING:
    Diagnosis = Any  # of a later area, which adds this edge


@published(FIRMS, row=EnterpriseRow)
class Enterprise(Node):
    """Enterprise, as the latest roster states it · 企业. plan P1"""

    id: EnterpriseID = field("Identity of its own, apart from the USCC · 企业标识")
    uscc: str = field("Unified social credit code of GB 32100, 18 characters · 统一社会信用代码")
    name: str = field("Registered name · 企业名称")
    district: District = field("District · 所在区")
    subdistrict: Subdistrict | None = field("Subdistrict or town · 街镇", by="subdistrict")
    park: Unit | None = field("Industrial park · 园区", by="park")
    reporting_unit: Unit | None = field("Unit it reports to beside its district · 申报单位", by="reporting_unit")
    group: Unit | None = field("Enterprise group · 所属企业集团. plan O3", by="group")
    industry: Industry = field("Industry · 行业")
    employees: int | None = field("Employees, persons · 从业人员", roles=FINANCE, mask=Mask.REVENUE)
    revenue_wan: Decimal | None = field("Yearly revenue in ten thousand yuan · 营业收入（万元）", roles=FINANCE, mask=Mask.REVENUE)
    size_class: SizeClass = field("Size class, computed by the statistical rule · 规模类型")
    above_scale: bool = field("Whether above scale by the roster's year · 是否规模以上")
    changed_at: datetime = field("When a roster last stated it otherwise, UTC · 最近变更时间")
    synthetic: bool = field("The firm is synthetic, of a demo city · 示例数据")
    diagnosis: Annotated["Diagnosis", strawberry.lazy("api.diagnosis.diagnoses")] | None = field(
        "Latest diagnosis; null where there is none in the caller's scope · 最近一次诊断. plan P3", by="latest_diagnosis"
    )
    as_of: AsOf | None = field("Whether it changed after the moment asked for; null for now · 事后变更")
    contacts: list[Contact] | None = field(
        "Its named contacts of the day; of the past, who they were by then · 联络人. plan O3", roles=CONTACTS, mask=Mask.CONTACTS
    )
    consents: list[Consent] | None = parts(
        Consent,
        "Consents to banks, past ones included, in order of their first day · 授权. plan R4",
        place=lambda one: (one.since.isoformat(), one.id),
        nullable=True,
        roles=CONSENTS,
        mask=Mask.CONSENTS,
    )


def _begins_an_industry(given: str) -> bool:
    """Whether some code of GB/T 4754 section C begins so: "C", "C34", "C3411"."""
    digits = given[1:]
    is_code = given[:1] == "C" and (not digits or (digits.isascii() and digits.isdigit() and len(digits) <= LONGEST_INDUSTRY))
    return is_code and any(code.startswith(given[:3]) for code in industries())


LONGEST_INDUSTRY = 4


NAMED: Mapping[str, OrganisationKind] = {
    "subdistrict": OrganisationKind.SUBDISTRICT,
    "park": OrganisationKind.PARK,
    "reporting_unit": OrganisationKind.REPORTING_UNIT,
    "group": OrganisationKind.GROUP,
    "provider": OrganisationKind.PROVIDER,
}
"""Fields of the filters that name organisations -> their kind."""
published_filter(EnterpriseFilter)


HOLDS = Holds("enterprise")


def build_enterprises(context: Context, rows: Sequence[EnterpriseRow], wanted: frozenset[str]) -> list[Enterprise]:
    """Enterprises of rows, with what the selection wants beside them: one read a kind of thing, never one a row."""
    masks = context.disclosure_notes.masks("Enterprise", wanted)
    if masks:
        context.disclosure_notes.note(masks, HOLDS.held(rows))
    latest = led_to(context, (Enterprise, "diagnosis"), rows, wanted)
    subdistrict_of, park_of, reporting_unit_of, group_of = (
        led_to(context, (Enterprise, name), rows, wanted) for name in ("subdistrict", "park", "reporting_unit", "group")
    )
    contacts: Mapping[str, list[Contact]] = {}
    if "contacts" in wanted:
        ids = [row.id for row in rows]
        contacts = load_contacts(contacts_context(context, ids), ids, below(wanted, "contacts"))
    consents = load_consents(context, [row.id for row in rows], wanted_parts(wanted, "consents")) if "consents" in wanted else {}
    demo = context.demo
    return [
        Enterprise(
            **shown(Enterprise, row),
            synthetic=demo,
            subdistrict=subdistrict_of(row.subdistrict),
            park=park_of(row.park),
            reporting_unit=reporting_unit_of(row.reporting_unit),
            group=group_of(row.group),
            diagnosis=latest(row.latest_diagnosis),
            as_of=known_then(context, "enterprise", row.id),
            contacts=contacts.get(row.id, []),
            consents=consents.get(row.id, []),
        )
        for row in rows
    ]


ENTERPRISES: Listed[EnterpriseFilter, EnterpriseRow, Enterprise] = Listed(
    name="enterprises",
    node=Enterprise,
    orders=order_enum(
        "EnterpriseOrder",
        "What enterprises may be ordered by · 企业排序",
        uscc="By unified social credit code · 统一社会信用代码",
        name="By name, letter by letter · 企业名称",
        changed_at="By when a roster last stated it otherwise · 最近变更时间",
    ),
    rows=enterprise_rows.enterprises,
    count=enterprise_rows.count,
    by_id=enterprise_rows.enterprises_by_id,
    build=build_enterprises,
    holds=HOLDS,
    stored=True,
    given={**OF_NOW, "synthetic": lambda context: context.demo},
    on=lambda where, then: replace(where, day=then.day.isoformat()) if where.has_contact is not None else where,
    past=FoundThen(
        validity.enterprise_places,
        validity.enterprise_count,
        lambda context, ids, position, wanted: replay.of_enterprises(
            context.snapshot, context.scope, ids, position, diagnoses="diagnosis" in wanted
        ),
        unkept=frozenset({"contacts"}),
    ),
)
load_enterprises = ENTERPRISES.of_ids


def checked_filter(context: Context, filter: EnterpriseFilter | None) -> EnterpriseFilter:  # noqa: A002 - the argument's published name
    """A filter of firms with the keys that it names; refused where a value is none of its kind."""
    if filter is None:
        return EnterpriseFilter()
    require_some(filter)
    if unknown := [one for one in filter.industry or () if not _begins_an_industry(one)]:
        require_known("filter.industry", unknown, {code: one.name for code, one in industries().items()})
    stated = None if filter.uscc is None else [one.strip().upper() for one in filter.uscc]
    where = with_keys(replace(filter, district=districts_in("filter.district", filter.district), uscc=stated))
    require_units(context.snapshot, where, NAMED)
    return where


@strawberry.type
class EnterpriseQueries:
    """Query fields: enterprises."""

    @field("One enterprise; null when it does not exist or lies outside the scope · 企业. plan P1, P7", roles=FIRMS)
    def enterprise(
        self,
        info: strawberry.Info[Context, None],
        id: Annotated[strawberry.ID, argument("Id of the enterprise · 企业标识")],  # noqa: A002 - the argument's published name
        at_least: AtLeast = None,
        as_of: AsOfMoment = None,
    ) -> Enterprise | None:
        """One enterprise within the scope, now or as it was known then."""
        return single(info, ENTERPRISES, key_of(id, "enterprise"), at_least=at_least, as_of=as_of)

    @listing(
        ENTERPRISES,
        "Enterprises in the scope, in order of id. asOf: those known by then, found by what they were then, and shown as "
        "they were then; a cursor is of that moment · 企业列表. plan P1, P5, P7",
        roles=FIRMS,
    )
    def enterprises(
        self,
        info: strawberry.Info[Context, None],
        filter: Annotated[EnterpriseFilter | None, argument("Which to look for; none = all in the scope · 筛选条件")] = None,  # noqa: A002 - the argument's published name
    ) -> EnterpriseFilter:
        """A page of enterprises within the scope, now or as they were known then."""
        return checked_filter(info.context, filter)


def find_enterprise(context: Context, key: str, _command: Command, wanted: frozenset[str]) -> Enterprise | None:
    """The firm that a payload shows."""
    return load_enterprises(context, [key], wanted).get(key)


QUERIES = EnterpriseQueries
EDGES: Mapping[Edge, Loader] = {
    (Enterprise, "subdistrict"): load_subdistricts,
    (Enterprise, "park"): load_units,
    (Enterprise, "reporting_unit"): load_units,
    (Enterprise, "group"): load_units,
    (Consent, "bank"): load_organisations,
}
FOUND_BY_ID: Mapping[str, NodeKind] = {"enterprise": NodeKind(Enterprise, load_enterprises)}

SERVER_FIELDS: Mapping[type[Command], ServerFields] = {
    GrantConsent: ServerFields(frozenset({"consent"}), fill=new_id("consent")),
}
"""What the server completes 服务端补全; every other command is sent as it is."""
PAYLOADS: Mapping[str, Payload] = {
    "consent": Payload("enterprise", Enterprise, find_enterprise),
}
"""Capability, or a command whose payload carries something else -> what its payloads carry 返回对象."""
