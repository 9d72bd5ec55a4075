"""Mapping 标准适用 in the schema: which edition and form apply to a firm, and what decided. plan S3, S4."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Annotated

import strawberry

from api.kit.as_of import AsOf, AsOfMoment, known_then, past_context, position_of
from api.kit.context import Context
from api.kit.ids import key_of
from api.kit.mutations import Payload
from api.kit.paging import below, wanted_fields
from api.kit.published import argument, field, published
from api.standard.editions import Edition, load_editions
from domain.instants import city_day, utc_moment
from domain.kernel import Command
from domain.masks import FIRMS, SIGNED_IN
from domain.standard.edition_mapping import SetEditionMapping
from domain.standard.editions import MAPPING_STREAM
from projections.as_of import replay
from projections.participants import headquarters
from projections.participants.enterprises import enterprises_by_id
from projections.standard import edition_mapping
from projections.standard.edition_mapping import EDITION_MAPPING_READ_MODEL, MappingRow
from standards import Form, NoMappingYet, edition_for
from standards.edition.mapping import MappingBasis, SizeClass
from standards.edition.text import SourceMark


@published(SIGNED_IN)
class IndustryCodes:
    """Industry codes under one industry edition · 适用行业. plan S3"""

    industry: str = field("Industry of the edition, such as automotive · 行业版本")
    divisions: list[str] = field("Two-digit divisions of GB/T 4754 · 行业大类")
    groups: list[str] = field("Three-digit groups, which win over their division · 行业中类")


@published(SIGNED_IN)
class FormOfSize:
    """Form of a size class · 规模与版式. plan S4"""

    size_class: SizeClass = field("Size class · 规模类型")
    form: Form = field("Its questionnaire · 问卷版式")


@published(SIGNED_IN, placed=False)
class EditionMapping:
    """Mapping from a day on, until the next one begins · 标准适用表. plan S3, S4"""

    since: date = field("First day · 起始日")
    plain: str = field("Plain edition, for what no industry claims · 通用版")
    editions: list[IndustryCodes] = field("Codes of each industry edition · 各行业版本的适用行业")
    headquarters: str = field("Industry edition of group headquarters · 集团总部版")
    forms: list[FormOfSize] = field("Form of each size class; any other fills in the brief one · 各规模的版式")
    source: str = field("Where the mapping comes from · 来源")
    mark: SourceMark = field("Mark of the mapping: the plan names editions and maps none · 来源标记")
    forms_source: str = field("Where the rule of forms comes from · 版式规则的来源")
    forms_mark: SourceMark = field("Mark of the rule of forms · 版式规则的来源标记")
    set_at: datetime = field("When the city set it, UTC · 设定时间")
    as_of: AsOf | None = field("Whether any was set after the moment asked for; null for now · 事后变更")


@published(FIRMS)
class ApplicableEdition:
    """Edition and form that apply to an enterprise, and why · 适用标准. plan S3, S4"""

    key: str = field("Key of the edition, such as 2023-automotive · 版本号")
    form: Form = field("Form by size class · 问卷版式")
    basis: MappingBasis = field("What decided · 依据")
    code: str | None = field("The part of the industry code that decided; else null · 行业代码")
    since: date = field("First day of the mapping · 适用起始日")
    source: str = field("Where the mapping comes from · 来源")
    mark: SourceMark = field("Mark of the mapping: the plan names editions and maps none · 来源标记")
    form_mark: SourceMark = field("Mark of the rule of forms · 版式规则的来源标记")
    edition: Edition | None = field("The edition; null while it is not published · 标准版本")


def build_mappings(context: Context, rows: Sequence[MappingRow]) -> list[EditionMapping]:
    """Mappings of rows."""
    then = known_then(context, *MAPPING_STREAM.split("/"))
    return [
        EditionMapping(
            since=one.since,
            plain=one.plain,
            editions=[
                IndustryCodes(industry=industry, divisions=list(codes.divisions), groups=list(codes.groups))
                for industry, codes in one.editions.items()
            ],
            headquarters=one.headquarters,
            forms=[FormOfSize(size_class=SizeClass(size), form=form) for size, form in one.forms.items()],
            source=one.source.document,
            mark=one.source.mark,
            forms_source=one.forms_source.document,
            forms_mark=one.forms_source.mark,
            set_at=utc_moment(row.set_at),
            as_of=then,
        )
        for row in rows
        for one in [row.mapping]
    ]


@strawberry.type
class EditionMappingQueries:
    """Query fields: the mapping, and to what applies to a firm."""

    @field("Every mapping there has been, in order of the day it begins · 历次标准适用表. plan S3, S4", roles=SIGNED_IN)
    def edition_mappings(
        self, info: strawberry.Info[Context, None], as_of: AsOfMoment = None
    ) -> list[EditionMapping]:
        """The mappings set, now or by then."""
        context = info.context
        if as_of is not None:
            position, asked = position_of(context, as_of)
            known = replay.of_kind(context.snapshot, "mapping", EDITION_MAPPING_READ_MODEL, position)
            context = past_context(context, known, asked)
        return build_mappings(context, edition_mapping.mapping_rows(context.snapshot))

    @field(
        "The edition and form that apply to an enterprise, by the mapping in force; null when it does not exist or lies "
        "outside the scope, and before a mapping holds · 适用标准. plan S3",
        roles=FIRMS,
    )
    def edition_for(
        self,
        info: strawberry.Info[Context, None],
        enterprise: Annotated[strawberry.ID, argument("Id of the enterprise · 企业标识")],
        as_of: AsOfMoment = None,
    ) -> ApplicableEdition | None:
        """What applies to a firm within the scope, today or by what was known then."""
        context, day = info.context, info.context.today
        enterprise = strawberry.ID(key_of(enterprise, "enterprise"))
        if as_of is not None:
            position, asked = position_of(context, as_of)
            past_then = replay.of_applicable(context.snapshot, context.scope, enterprise, position)
            at = replay.recorded_at(context.snapshot, position)
            if past_then is None or at is None:
                return None
            day = city_day(asked or utc_moment(at))
            context = past_context(context, past_then, asked)
        firm = enterprises_by_id(context.snapshot, context.scope, [enterprise]).get(enterprise)
        known = edition_mapping.edition_mappings(context.snapshot)
        if firm is None or known is None:
            return None
        seat = headquarters.headquarters_on(context.snapshot, firm.group, day) if firm.group is not None else None
        try:
            found = edition_for(known, firm.industry, firm.size_class, day, headquarters=seat == firm.id)
        except NoMappingYet:
            return None
        wanted = below(wanted_fields(info), "edition")
        return ApplicableEdition(
            key=found.edition,
            form=found.form,
            basis=found.basis,
            code=found.code,
            since=found.since,
            source=found.source.document,
            mark=found.source.mark,
            form_mark=found.form_source.mark,
            edition=load_editions(context, [found.edition], wanted).get(found.edition),
        )


def _find_mapping(context: Context, _key: str, command: Command, _wanted: frozenset[str]) -> EditionMapping | None:
    assert isinstance(command, SetEditionMapping)  # noqa: S101 - the table below names it
    rows = [row for row in edition_mapping.mapping_rows(context.snapshot) if row.mapping.since == command.since]
    return next(iter(build_mappings(context, rows)), None)


QUERIES = EditionMappingQueries
PAYLOADS: Mapping[str, Payload] = {
    "mapping": Payload("edition_mapping", EditionMapping, _find_mapping),
}
"""Capability, or a command whose payload carries something else -> what its payloads carry 返回对象."""
