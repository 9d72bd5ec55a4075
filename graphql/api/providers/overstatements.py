"""Over-statements 自评偏高 in the schema: how far firms assess themselves above what is verified. plan P3, G4.

The city reads all, a district and a provider its own. It is no verdict on a firm, and no part of a rating.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal

import strawberry

from api.kit.context import Context
from api.kit.enums import enum_type
from api.kit.ids import EditionID, OrganisationID, id_of
from api.kit.lists import Listed, listing
from api.kit.mutations import Payload
from api.kit.parts import parts
from api.kit.published import field, published
from api.kit.row_mapping import shown
from domain.access import Place, Role, admits
from domain.kernel import Command
from domain.masks import AUDIT
from domain.providers.overstatements.numbers import OverstatedIndicator as IndicatorState
from domain.providers.overstatements.numbers import OverstatementShare as ShareState
from domain.providers.overstatements.numbers import OverstatementSubject, OverstatementVerdict
from domain.providers.overstatements.overstatement import OverstatementStatus
from projections.providers import overstatements as rows
from projections.providers.overstatements import OverstatementRow

OVERSTATEMENTS_READ = frozenset({Role.CITY, Role.DISTRICT, Role.PROVIDER, Role.AUDITOR})
"""Over-statement 自评偏高: the city and the auditor all, a district and a provider its own. plan P3."""
for _enum in (OverstatementStatus, OverstatementSubject, OverstatementVerdict):
    enum_type(_enum)


@published(OVERSTATEMENTS_READ, row=IndicatorState)
class OverstatedIndicator:
    """Indicator that firms over-state · 偏高指标. plan P3"""

    indicator: str = field("Indicator id, such as Z01 · 指标编号")
    firms: int = field("Firms of which both assessments state a level · 企业数")
    gap: Decimal = field("Mean of self-assessed less verified level · 平均偏高等级")


@published(OVERSTATEMENTS_READ)
class OverstatementShare:
    """Over-statement of the city, a district or a provider, in points; null where it cannot be estimated · 自评偏高指数. plan P3

    It is boasting less leniency: a small one may be a rubber stamp, so a provider's stands beside its severity alone.
    """

    subject: OverstatementSubject = field("Whose self-assessments it is of · 对象")
    organisation: OrganisationID | None = field("District or provider; null: the whole city · 区或服务商", made=True)
    firms: int | None = field("Firms with a report; null: too few to tell how many · 企业数")
    verdict: OverstatementVerdict = field("Whether it could be estimated · 结论")
    index: Decimal | None = field(
        "Mean of self-assessed less verified total, adjusted for the firms and drawn to the others' · 自评偏高指数"
    )
    low: Decimal | None = field("Lower end of its 90 percent interval · 区间下限")
    high: Decimal | None = field("Upper end of the interval · 区间上限")
    lower_quartile: Decimal | None = field("Lower quartile of the bare differences · 下四分位数")
    median: Decimal | None = field("Median of them · 中位数")
    upper_quartile: Decimal | None = field("Upper quartile of them · 上四分位数")
    severity: Decimal | None = field(
        "Points that a provider gives above the true totals of samples and calibration cases; null of city and districts · 宽严度"
    )
    severity_error: Decimal | None = field("Standard error of the severity; null likewise · 宽严度标准误")
    severity_cases: int | None = field("Cases that the severity rests on; null likewise · 宽严度案例数")
    indicators: list[OverstatedIndicator] = parts(
        OverstatedIndicator, "Indicators over-stated most, of those that enough firms answered · 偏高最多的指标", made=True
    )


@published(OVERSTATEMENTS_READ, row=OverstatementRow)
class OverstatementRun:
    """Over-statement in the cases of a year under one edition, worked out from one snapshot · 自评偏高测算. plan P3"""

    year: int = field("Year in which the cases were opened · 年度")
    edition: EditionID = field("Edition that they follow · 标准版本", made=True)
    status: OverstatementStatus = field("How far it has come · 自评偏高测算状态")
    changed_at: datetime = field("When it was asked for or worked out last, UTC · 变更时间")
    version: int = field("Version of its stream; pass it as `expectedVersion` · 版本")
    method: str | None = field("Method and version; null before · 方法", made=True)
    cut_off: date | None = field("Day as of which it was worked out; null before · 数据截至日", made=True)
    position: int | None = field("Journal position up to which facts were read · 截止位置", roles=AUDIT, made=True)
    input_digest: str | None = field("SHA-256 of what went in; null before · 输入摘要", made=True)
    shares: list[OverstatementShare] = parts(
        OverstatementShare, "City, districts and providers; to a district or a provider its own alone · 自评偏高指数", made=True
    )


def _place(one: ShareState) -> Place:
    """Where an index lies: in its district, or with its provider; the whole city's in neither."""
    match one.subject:
        case OverstatementSubject.DISTRICT:
            return Place(district=one.key)
        case OverstatementSubject.PROVIDER:
            return Place(provider=one.key)
        case _:
            return Place()


def _share(one: ShareState) -> OverstatementShare:
    told = {name: getattr(one, name) for name in ShareState.model_fields if name not in ("key", "indicators")}
    return OverstatementShare(
        **told,
        organisation=id_of("organisation", one.key) if one.key is not None else None,
        indicators=[OverstatedIndicator(**shown(OverstatedIndicator, each)) for each in one.indicators],
    )


def _run(context: Context, row: OverstatementRow) -> OverstatementRun:
    found = row.state().computed
    return OverstatementRun(
        **shown(OverstatementRun, row),
        edition=id_of("edition", row.edition),
        method=found.method if found is not None else None,
        cut_off=found.day if found is not None else None,
        position=found.position if found is not None and context.role in AUDIT else None,
        input_digest=found.input_digest if found is not None else None,
        shares=[_share(one) for one in (found.shares if found is not None else ()) if admits(context.scope, _place(one))],
    )


def _build(context: Context, found: Sequence[OverstatementRow], _wanted: frozenset[str]) -> list[OverstatementRun]:
    return [_run(context, row) for row in found]


RUNS: Listed[None, OverstatementRow, OverstatementRun] = Listed(
    name="overstatements",
    node=OverstatementRun,
    order=rows.NEWEST_FIRST,
    rows=rows.overstatements,
    count=rows.overstatement_count,
    build=_build,
)


@strawberry.type
class OverstatementQueries:
    """Query fields: over-statement."""

    @listing(
        RUNS,
        "Over-statement of the years that were asked for, the latest first; a district and a provider read their own · "
        "自评偏高列表. plan P3",
        roles=OVERSTATEMENTS_READ,
    )
    def overstatements(self) -> None:
        """A page of years."""


def _find_overstatement(context: Context, key: str, _command: Command, _wanted: frozenset[str]) -> OverstatementRun | None:
    row = rows.overstatement_of(context.snapshot, key)
    return _run(context, row) if row is not None else None


QUERIES = OverstatementQueries
PAYLOADS: Mapping[str, Payload] = {"overstatement": Payload("overstatement", OverstatementRun, _find_overstatement)}
"""Capability, or a command whose payload carries something else -> what its payloads carry 返回对象."""
