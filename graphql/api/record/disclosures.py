"""Disclosures 披露 in the schema: who read whose protected data, when, in which role, and why they could. plan P5, P7."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Annotated, Any, NamedTuple

import strawberry

from api.kit.context import Context
from api.kit.filter_values import require_values
from api.kit.ids import UNITS, EnterpriseID, id_of, key_of, keys_of
from api.kit.lists import Listed, listing
from api.kit.orders import order_enum
from api.kit.published import argument, field, published
from api.kit.row_mapping import shown
from api.record.audit_trail import Since, Until, journal_time
from domain.access import ROLE_NAMES, Mask, Role, Scope
from domain.disclosures import ALL_FIRMS, why
from domain.kernel import kind_of
from domain.masks import ACTORS, DISCLOSURES, MASK_NAMES
from projections import Snapshot
from projections.engine.pages import Page
from projections.participants.scope_names import names_in
from projections.record import disclosures
from projections.record.disclosures import DisclosureFilter, DisclosureRow


@published(DISCLOSURES)
class DisclosedFirm:
    """What an answer held of one firm · 披露内容. plan P7"""

    enterprise: EnterpriseID | None = field("Id of the enterprise; null = every firm, such as the whole trail · 企业标识")
    subject: strawberry.ID = field("What was read, as kind/id, a person by the kind alone; empty for every firm · 对象")
    masks: list[Mask] = field("Kinds of protected fields · 字段遮蔽")
    mask_names: list[str] = field("The same in Chinese · 遮蔽名称")


@published(DISCLOSURES, row=DisclosureRow)
class Disclosure:
    """An answer that held protected data: written before it left · 披露记录. plan P5, P7"""

    id: strawberry.ID = field("Opaque id of the record · 记录标识", made=True)
    at: datetime = field("When it left, UTC · 时间")
    person: strawberry.ID | None = field("Opaque id of the person or machine; for auditor and city · 阅读人标识", roles=ACTORS)
    role: Role = field("Role acted in · 角色")
    role_name: str = field("Role in Chinese · 角色名称")
    organisation: strawberry.ID = field("Organisation acted for · 单位标识")
    entry_point: str = field("Where it was asked, such as Query.enterprises or GET /files · 入口")
    firms: list[DisclosedFirm] = field("What it held of which firms · 披露内容")
    why: str = field("Why the reader could, by role and scope at that moment · 可读原因. plan P7")
    why_in_english: str = field("The same in English · 英文原因")


def build_disclosure(context: Context, row: DisclosureRow, names: Mapping[str, str]) -> Disclosure:
    """The record of a row. names: id -> name of what the scopes then name."""
    chinese, english = why(row.role, row.scope, names)
    return Disclosure(
        **shown(Disclosure, row),
        id=strawberry.ID(context.cursors.seal_key("disclosures", str(row.id))),
        role_name=ROLE_NAMES[row.role][0],
        firms=[
            DisclosedFirm(
                enterprise=id_of("enterprise", one.firm) if one.firm != ALL_FIRMS else None,
                subject=strawberry.ID(_named(one.subject, context.role)),
                masks=[Mask(mask) for mask in one.masks],
                mask_names=[MASK_NAMES[Mask(mask)] for mask in one.masks],
            )
            for one in row.disclosed
        ],
        why=chinese,
        why_in_english=english,
    )


def _built(context: Context, rows: Sequence[DisclosureRow], _wanted: frozenset[str]) -> list[Disclosure]:
    names = names_in(context.snapshot, context.scope, [row.scope for row in rows])
    return [build_disclosure(context, row, names) for row in rows]


def _named(subject: str, role: str) -> str:
    """What was read, as a role may know it: that it was a person's data, and to whoever may know people which."""
    kind = kind_of(subject)
    return subject if kind != "person" or role in ACTORS else kind


class SearchedDisclosures(NamedTuple):
    """What of the log is looked for 披露检索; reading: opens the log, which is no read model of the snapshot."""

    reading: Callable[[], AbstractContextManager[Any]]
    where: DisclosureFilter


def _rows(_snapshot: Snapshot, scope: Scope, searched: SearchedDisclosures, page: Page) -> list[DisclosureRow]:
    with searched.reading() as log:
        return disclosures.page_of_disclosures(log, scope, searched.where, page)


def _count(_snapshot: Snapshot, scope: Scope, searched: SearchedDisclosures) -> int:
    with searched.reading() as log:
        return disclosures.count(log, scope, searched.where)


DISCLOSURE_LIST: Listed[SearchedDisclosures, DisclosureRow, Disclosure] = Listed(
    name="disclosures",
    node=Disclosure,
    orders=order_enum("DisclosureOrder", "What records may be ordered by · 披露记录排序", at="By when it left · 时间"),
    rows=_rows,
    count=_count,
    order=disclosures.LATEST_FIRST,
    build=_built,
)


@strawberry.type
class DisclosureQueries:
    """Query fields: the disclosure log."""

    @listing(
        DISCLOSURE_LIST,
        "Who read protected data, latest first: a firm of its own data, city and auditor of all. from, to: both included; "
        "ofOthers: without what the firm's own people read · 披露记录. plan P5, P7",
        roles=DISCLOSURES,
        query_cost=100,
    )
    def disclosures(
        self,
        info: strawberry.Info[Context, None],
        enterprise: Annotated[strawberry.ID | None, argument("Enterprise whose data was read · 企业标识")] = None,
        person: Annotated[list[strawberry.ID] | None, argument("Ids of the people or machines that read · 阅读人标识")] = None,
        role: Annotated[list[Role] | None, argument("Roles acted in · 角色")] = None,
        organisation: Annotated[list[strawberry.ID] | None, argument("Organisations it was read for · 单位标识")] = None,
        mask: Annotated[list[Mask] | None, argument("Kinds of protected fields · 字段遮蔽")] = None,
        since: Since = None,
        until: Until = None,
        of_others: Annotated[bool, argument("True without what the firm's own people read · 不含本企业人员")] = False,  # noqa: FBT002 - an argument of the schema, sent by name
    ) -> SearchedDisclosures:
        """A page of records within the scope."""
        require_values(person=person, role=role, organisation=organisation, mask=mask)
        firm, units, who = key_of(enterprise, "enterprise"), keys_of(organisation, *UNITS), keys_of(person, "person")
        where = DisclosureFilter(
            firm, who, role, units, mask, journal_time(since), journal_time(until), of_others
        )
        return SearchedDisclosures(info.context.services.disclosures.reading, where)


QUERIES = DisclosureQueries
