"""Crosswalks 外部模型对照 in the schema: what is published for every role, what is under review for few. plan P8, S2."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any

import strawberry

from api.kit.context import Context
from api.kit.filter_values import rows_named
from api.kit.ids import CrosswalkID, PersonID, id_of, key_of
from api.kit.lists import Listed, listing
from api.kit.mutations import Payload, ServerFields
from api.kit.nodes import Node, NodeKind
from api.kit.paging import AtLeast
from api.kit.parts import parts
from api.kit.published import argument, field, published
from api.kit.row_mapping import all_shown, shown
from domain.instants import city_day, utc_moment
from domain.kernel import Command
from domain.masks import ACTORS, CROSSWALK_DRAFTS, SIGNED_IN
from domain.standard.crosswalks.crosswalk import ProposeCrosswalk, ReviewCrosswalk
from domain.standard.crosswalks.state import crosswalk_id
from interop.crosswalks.sssom import PublishedCrosswalk, sssom_of
from projections.standard import crosswalks as rows
from projections.standard import editions as editions_rows
from projections.standard.crosswalks import CrosswalkRecord, CrosswalkVersionRecord, ProposedRecord
from standards import AnyEdition, ExternalEdition, edition_of_json, external_edition
from standards.edition.text import SourceMark
from standards.external import crosswalk as mapping
from standards.external.crosswalk import CrosswalkWarning, MappingRelation, unmapped_nodes, warnings_of


@published(SIGNED_IN, placed=False, row=mapping.CrosswalkRow)
class CrosswalkRow:
    """Row of a crosswalk: how an external node stands to an indicator of ours · 对照行. plan P8"""

    indicator: str = field("Indicator of our edition · 指标编号")
    node: str = field("Node of the external edition · 外部节点标识")
    relation: MappingRelation = field("How the node stands to the indicator · 对照关系")
    rationale: str = field("Why · 对照理由")
    confidence: Decimal = field("How sure it is, above 0 to 1 · 置信度")


@published(CROSSWALK_DRAFTS)
class ProposedRow:
    """Row of a crosswalk under review · 拟议对照行. plan P8"""

    row: CrosswalkRow = field("The row as it stands · 对照行")
    proposer: PersonID | None = field("Person who proposed it · 提出人标识", roles=ACTORS)
    approvals: int = field("How many people approve it as it stands · 同意人数")
    returned: bool = field("Whether somebody returns it · 是否被退回")
    warnings: list[CrosswalkWarning] = field("What a reviewer should look at · 对照提示")


@published(SIGNED_IN, placed=False)
class CrosswalkVersion:
    """Published version of a crosswalk · 对照版本. plan P8"""

    version: int = field("From 1 · 版次")
    published_at: datetime = field("When it was published, UTC · 发布时间")
    rows: list[CrosswalkRow] = parts(CrosswalkRow, "Its rows, in order of their ends · 对照行")
    unmapped_nodes: list[str] = field("Items of the external edition that no row reaches · 未对照外部节点")
    unmapped_indicators: list[str] = field("Indicators of our edition that no row names · 未对照指标")
    sssom: str | None = field("The version as an SSSOM table; null where an end of it is no more on file · 交换文件")


@published(SIGNED_IN, placed=False, row=CrosswalkRecord)
class Crosswalk(Node):
    """Crosswalk of one of our editions to an edition of another body's model · 外部模型对照. plan P8, S2"""

    id: CrosswalkID = field("Id of the crosswalk: the keys of its two editions · 对照标识")
    edition: str = field("Key of our edition · 标准版本")
    external_edition: str = field("Key of the external edition · 外部模型版本")
    title: str = field("Title · 标题")
    source: str = field("Where it comes from · 来源")
    mark: SourceMark = field("Mark of the source · 来源标记")
    version: int = field("Latest published version; 0 before the first · 现行版次")
    published_at: datetime | None = field("When that was published, UTC · 发布时间")
    versions: list[CrosswalkVersion] = parts(CrosswalkVersion, "Every published version, oldest first · 历次版本")
    draft_version: int | None = field(
        "Version of the draft; name it in a change, a review and the publication · 草案稿次", roles=CROSSWALK_DRAFTS
    )
    draft: list[ProposedRow] | None = parts(
        ProposedRow, "Rows as they stand under review · 评审中的对照行", nullable=True, roles=CROSSWALK_DRAFTS
    )


def build_crosswalks(context: Context, records: Sequence[CrosswalkRecord]) -> list[Crosswalk]:
    """Crosswalks of rows, with their versions and what is under review."""
    versions = rows.versions_of(context.snapshot, [one.id for one in records])
    found = {key: editions_rows.edition(context.snapshot, key) for key in {record.edition for record in records}}
    editions = {key: edition_of_json(one.body) for key, one in found.items() if one is not None}
    return [
        Crosswalk(
            **shown(Crosswalk, record),
            versions=[
                _version(record, one, editions.get(record.edition), external_edition(record.external_edition))
                for one in versions.get(record.id, [])
            ],
            draft=_draft(record),
        )
        for record in records
    ]


def _draft(record: CrosswalkRecord) -> list[ProposedRow]:
    found = rows.proposed_rows(record)
    model = external_edition(record.external_edition)
    warned = warnings_of([one.row for one in found], model) if model is not None else {}
    return [_proposed(one, warned) for one in found]


def _proposed(one: ProposedRecord, warned: Mapping[tuple[str, str], Sequence[CrosswalkWarning]]) -> ProposedRow:
    return ProposedRow(
        row=CrosswalkRow(**shown(CrosswalkRow, one.row)),
        proposer=id_of("person", one.proposer),
        approvals=one.approvals,
        returned=one.returned,
        warnings=list(warned.get(one.row.pair, ())),
    )


def _version(
    record: CrosswalkRecord, one: CrosswalkVersionRecord, edition: AnyEdition | None, model: ExternalEdition | None
) -> CrosswalkVersion:
    parsed, at = one.parsed, utc_moment(one.published_at)
    named = {row.indicator for row in parsed}
    made = PublishedCrosswalk(
        record.id, record.title, one.version, city_day(at), record.source, SourceMark(record.mark).value, parsed
    )
    return CrosswalkVersion(
        version=one.version,
        published_at=at,
        rows=all_shown(CrosswalkRow, parsed),
        unmapped_nodes=list(unmapped_nodes(parsed, model)) if model is not None else [],
        unmapped_indicators=[item.id for item in edition.indicators if item.id not in named] if edition is not None else [],
        sssom=sssom_of(made, edition, model) if edition is not None and model is not None else None,
    )


def _sees_drafts(context: Context) -> bool:
    return context.role in CROSSWALK_DRAFTS


CROSSWALKS: Listed[bool, CrosswalkRecord, Crosswalk] = Listed(
    name="crosswalks",
    node=Crosswalk,
    rows=lambda snapshot, _scope, drafts, page: rows.crosswalks(snapshot, page, drafts=drafts),
    count=lambda snapshot, _scope, drafts: rows.crosswalk_count(snapshot, drafts=drafts),
    build=lambda context, found, _wanted: build_crosswalks(context, found),
)


@strawberry.type
class CrosswalkQueries:
    """Query fields: crosswalks to others' models."""

    @field(
        "One crosswalk; null where there is none, or it was never published and its draft is not open to the caller "
        "· 外部模型对照. plan P8",
        roles=SIGNED_IN,
    )
    def crosswalk(
        self,
        info: strawberry.Info[Context, None],
        id: Annotated[strawberry.ID, argument("Id of the crosswalk · 对照标识")],  # noqa: A002 - the argument's published name
        at_least: AtLeast = None,
    ) -> Crosswalk | None:
        """A crosswalk by its id."""
        info.context.at_least(at_least)
        return _of_ids(info.context, [key_of(id, "crosswalk")]).get(key_of(id, "crosswalk"))

    @listing(
        CROSSWALKS, "Crosswalks: those published, and drafts open to the caller · 外部模型对照清单. plan P8, S2", roles=SIGNED_IN
    )
    def crosswalks(self, info: strawberry.Info[Context, None]) -> bool:
        """A page of crosswalks, in order of id; whether drafts are among them."""
        return _sees_drafts(info.context)


def _of_ids(context: Context, ids: Sequence[str], _wanted: frozenset[str] = frozenset()) -> dict[str, Crosswalk]:
    found = rows.crosswalks_by_id(context.snapshot, ids, drafts=_sees_drafts(context))
    return dict(zip(found, build_crosswalks(context, list(found.values())), strict=True))


def _find_crosswalk(context: Context, key: str, _command: Command, _wanted: frozenset[str]) -> Crosswalk | None:
    return _of_ids(context, [key]).get(key)


def _id_of_ends(_context: Context, data: dict[str, Any]) -> dict[str, Any]:
    """There is one crosswalk of each two editions, so they name it."""
    return {**data, "crosswalk": crosswalk_id(data["edition"], data["external_edition"])}


QUERIES = CrosswalkQueries
FOUND_BY_ID: Mapping[str, NodeKind] = {"crosswalk": NodeKind(Crosswalk, _of_ids)}
SERVER_FIELDS: Mapping[type[Command], ServerFields] = {
    ProposeCrosswalk: ServerFields(frozenset({"crosswalk"}), fill=_id_of_ends),
    ReviewCrosswalk: ServerFields(frozenset(), fill=rows_named, shows_version=False),
}
"""What the server completes 服务端补全; every other command is sent as it is."""
PAYLOADS: Mapping[str, Payload] = {"crosswalk": Payload("crosswalk", Crosswalk, _find_crosswalk)}
"""Capability, or a command whose payload carries something else -> what its payloads carry 返回对象."""
