"""Uplifts 提升幅度 in the schema: the city's whole and every district, a district its own share. plan G4, R2."""

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
from domain.governance.rule_bodies.publication import PublicationRule
from domain.kernel import Command
from domain.masks import AUDIT
from domain.programme.uplifts.numbers import UpliftShare as ShareState
from domain.programme.uplifts.numbers import UpliftVerdict, said_of
from domain.programme.uplifts.uplift import UpliftStatus
from projections.governance.dated_rules import body_on
from projections.programme.uplifts import read_model as rows
from projections.programme.uplifts.read_model import UpliftRow

UPLIFTS_READ = frozenset({Role.CITY, Role.DISTRICT, Role.AUDITOR})
"""Uplift between two years 提升幅度: a district its own share. plan R2."""
for _enum in (UpliftStatus, UpliftVerdict):
    enum_type(_enum)


@published(UPLIFTS_READ)
class UpliftShare:
    """Uplift of the city or a district by three estimates, in points; null where matched firms are too few · 提升幅度. plan R2"""

    district: OrganisationID | None = field("District; null: the whole city · 区")
    treated: int = field("Firms with an action after the first diagnosis · 有改进行动企业数")
    controls: int = field("Firms diagnosed twice without one · 对照企业数")
    matched: int = field("Firms with an action that have a control to match · 匹配企业数")
    before_after: Decimal | None = field(
        "Mean change of those with an action, never to be cited alone: who is low rises anyway · 前后之差"
    )
    in_strata: Decimal | None = field("Their change less that of controls of the same industry and size · 分层对照之差")
    in_strata_low: Decimal | None = field("Lower end of its 90 percent interval · 分层对照下限")
    in_strata_high: Decimal | None = field("Upper end of the interval · 分层对照上限")
    matched_effect: Decimal | None = field("Their change less that of controls that began alike · 匹配对照之差")
    matched_low: Decimal | None = field("Lower end of its 90 percent interval · 匹配对照下限")
    matched_high: Decimal | None = field("Upper end of the interval · 匹配对照上限")
    verdict: UpliftVerdict = field("What the estimates come to · 结论")
    sentence: str = field("The same in a Chinese sentence, with the reason where no number is shown or none is established · 说明")
    sentence_in_english: str = field("The same in English · 英文说明")


@published(UPLIFTS_READ, row=UpliftRow)
class UpliftRun:
    """Uplift between the ends of two years, worked out from one snapshot under one edition · 提升幅度测算. plan R2"""

    first_year: int = field("Year by whose end the first diagnosis was reported · 前一年度")
    second_year: int = field("Year by whose end the second one was reported · 后一年度")
    edition: EditionID = field("Edition that both are scored under · 标准版本", made=True)
    status: UpliftStatus = field("How far it has come · 测算状态")
    changed_at: datetime = field("When it was asked for or worked out last, UTC · 变更时间")
    version: int = field("Version of its stream; pass it as `expectedVersion` · 版本")
    method: str | None = field("Method and version; null before · 方法", made=True)
    cut_off: date | None = field("Day as of which it was worked out; null before · 数据截至日", made=True)
    position: int | None = field("Journal position up to which facts were read · 截止位置", roles=AUDIT, made=True)
    input_digest: str | None = field("SHA-256 of what went in; null before · 输入摘要", made=True)
    matched_at_least: int | None = field(
        "Matched firms without which no number is shown, by the rule of the day that it was worked out on; null before · "
        "最少匹配企业数",
        made=True,
    )
    left_out: int | None = field("Firms that cannot be scored under the edition; null before · 未纳入企业数", made=True)
    shares: list[UpliftShare] = parts(
        UpliftShare, "The city and its districts; to a district its own alone · 分区提升幅度", made=True
    )


def _share(one: ShareState, least: int) -> UpliftShare:
    told = {name: getattr(one, name) for name in ShareState.model_fields if name != "district"}
    said = said_of(one, least)
    return UpliftShare(
        **told,
        district=None if one.district is None else id_of("organisation", one.district),
        sentence=said.chinese,
        sentence_in_english=said.english,
    )


def _run(context: Context, row: UpliftRow) -> UpliftRun:
    found = row.state().computed
    shares = found.shares if found is not None else ()
    least = body_on(context.snapshot, PublicationRule, found.day).matched_at_least if found is not None else 0
    return UpliftRun(
        **shown(UpliftRun, row),
        edition=id_of("edition", row.edition),
        method=found.method if found is not None else None,
        cut_off=found.day if found is not None else None,
        position=found.position if found is not None and context.role in AUDIT else None,
        input_digest=found.input_digest if found is not None else None,
        matched_at_least=least if found is not None else None,
        left_out=found.left_out if found is not None else None,
        shares=[_share(one, least) for one in shares if admits(context.scope, Place(district=one.district))],
    )


def _build(context: Context, found: Sequence[UpliftRow], _wanted: frozenset[str]) -> list[UpliftRun]:
    return [_run(context, row) for row in found]


RUNS: Listed[None, UpliftRow, UpliftRun] = Listed(
    name="upliftRuns",
    node=UpliftRun,
    order=rows.NEWEST_FIRST,
    rows=rows.uplifts,
    count=rows.uplift_count,
    build=_build,
)


@strawberry.type
class UpliftQueries:
    """Query fields: uplifts."""

    @listing(
        RUNS,
        "Uplifts that were asked for, the latest first; a district reads its own share of each · 提升幅度列表. plan R2, R3",
        roles=UPLIFTS_READ,
    )
    def uplift_runs(self) -> None:
        """A page of uplifts."""


def _find_uplift(context: Context, key: str, _command: Command, _wanted: frozenset[str]) -> UpliftRun | None:
    row = rows.uplift_of(context.snapshot, key)
    return _run(context, row) if row is not None else None


QUERIES = UpliftQueries
PAYLOADS: Mapping[str, Payload] = {"uplift": Payload("uplift", UpliftRun, _find_uplift)}
"""Capability, or a command whose payload carries something else -> what its payloads carry 返回对象."""
