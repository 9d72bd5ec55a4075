"""Standard implementation 贯标 in the schema: the desk of diagnosed firms by a standard, and its funnel. plan I4, I5."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Annotated

import orjson
import strawberry

from api.kit.context import Context
from api.kit.edges import Edge, Loader, led_to
from api.kit.enums import enum_type
from api.kit.filter_values import districts_in, require_values
from api.kit.ids import DiagnosisID, EnterpriseID, keys_of
from api.kit.lists import Listed, listing
from api.kit.mutations import Payload
from api.kit.paging import AtLeast
from api.kit.published import argument, field, published
from api.kit.row_mapping import shown
from api.kit.row_plans import Holds
from api.participants.enterprises import Enterprise, load_enterprises
from domain.access import Mask
from domain.governance.working_calendar import working_days_between
from domain.kernel import Command
from domain.masks import ANSWERS, IMPLEMENTATIONS
from domain.programme.implementation_facts import (
    ImplementationStandard,
    ImplementationStep,
    NextImplementationStep,
    next_step,
)
from domain.programme.implementations import ImplementationCommand
from methods.misgrade_rate import in_percent, wilson
from projections.engine.pages import Page
from projections.governance.working_calendar import calendar_now
from projections.programme import implementations as rows
from projections.programme.appraisal import percent
from projections.programme.implementations import ImplementationFilter, ImplementationRow

STANDARD_GAPS = IMPLEMENTATIONS & ANSWERS
"""What a firm lacks for a standard 贯标差距 tells of its answers: of those, who reads these too. plan I4."""
enum_type(ImplementationStep)
enum_type(NextImplementationStep)


@published(STANDARD_GAPS, mask=Mask.PROCESS_SECRETS)
class StandardGap:
    """What a firm lacks for a standard, about one indicator · 贯标差距. plan I4"""

    indicator: str = field("Indicator id · 指标编号")
    text: str = field("What is missing · 差距内容")


@published(IMPLEMENTATIONS, row=ImplementationRow)
class StandardImplementation:
    """How far a diagnosed firm is with a standard, and what is next · 贯标进度. plan I4"""

    id: EnterpriseID = field("Id of the firm · 企业标识")
    enterprise: Enterprise | None = field("Firm · 企业", by="id")
    standard: ImplementationStandard = field("Standard · 贯标标准")
    step: ImplementationStep = field("How far it has come · 贯标环节")
    since: date = field("Day since when it is there; of a firm that has not begun, of its first report · 进入该环节之日")
    age: int = field("Working days at this step, until today · 停留工作日", made=True)
    next_step: NextImplementationStep = field("What is to be done next · 下一步", made=True)
    diagnosis: DiagnosisID | None = field("Diagnosis that the gap list rests on; null before · 所依诊断")
    gap_count: int | None = field("How many gaps are listed; null before · 差距数", made=True)
    gaps: list[StandardGap] | None = field(
        "What is missing; null before · 差距清单", roles=STANDARD_GAPS, mask=Mask.PROCESS_SECRETS, made=True
    )
    body: str | None = field("Certifying body of the latest application; null before · 评定机构")
    applied_on: date | None = field("Day of the latest application; null before · 申请日")
    achieved: str | None = field("Level that the latest certificate says; null of none · 评定等级")
    certified_on: date | None = field("Day of the latest certificate; null of none · 获证日")
    certified_until: date | None = field("Its last day; null: it holds on, or there is none · 证书截止日")
    reason: str | None = field("Why it was refused or stopped; null where it was not · 未通过或中止原因")


@published(IMPLEMENTATIONS)
class ImplementationFunnelStep:
    """Firms at one step of the funnel · 漏斗环节. plan I4, I5"""

    step: ImplementationStep = field("Step · 贯标环节")
    firms: int = field("How many firms are there · 企业数")
    longest: int = field("Working days that the first of them has been there · 最长停留工作日")
    next_step: NextImplementationStep = field("What is to be done next, while certificates hold · 下一步")


@published(IMPLEMENTATIONS)
class ImplementationFunnel:
    """From the diagnosis to the certificate, over the firms of the scope · 贯标漏斗. plan I4, I5"""

    standard: ImplementationStandard = field("Standard · 贯标标准")
    diagnosed: int = field("Firms with an issued report, at whatever step · 已诊断企业数")
    steps: list[ImplementationFunnelStep] = field("Where they stand, in the order of the steps · 各环节")
    holding: int = field("Firms whose certificate holds today · 持证企业数")
    percent: Decimal | None = field("`holding` over `diagnosed`, rounded down; null over nothing · 贯标转化率")
    low: Decimal | None = field("Lower end of its 90 percent interval, in percent; null over nothing · 下限")
    high: Decimal | None = field("Upper end of its 90 percent interval, in percent; null over nothing · 上限")


HOLDS = Holds("enterprise")


def _build(context: Context, found: Sequence[ImplementationRow], wanted: frozenset[str]) -> list[StandardImplementation]:
    enterprise = led_to(context, (StandardImplementation, "enterprise"), found, wanted)
    listed = [row for row in found if row.gaps is not None]
    context.disclosure_notes.note(context.disclosure_notes.masks("StandardImplementation", wanted), HOLDS.held(listed))
    today, calendar = context.today, calendar_now(context.snapshot)
    made = []
    for row in found:
        gaps = [StandardGap(**one) for one in orjson.loads(row.gaps)] if row.gaps is not None else None
        until = date.fromisoformat(row.certified_until) if row.certified_until is not None else None
        told = StandardImplementation(
            **shown(StandardImplementation, row),
            enterprise=enterprise(row.id),
            age=working_days_between(date.fromisoformat(row.since), today, calendar),
            next_step=next_step(row.step, until, today),
            gap_count=len(gaps) if gaps is not None else None,
            gaps=gaps,
        )
        made.append(told)
    return made


LISTED: Listed[ImplementationFilter, ImplementationRow, StandardImplementation] = Listed(
    name="implementations",
    node=StandardImplementation,
    rows=rows.implementations,
    count=rows.implementation_count,
    build=_build,
)


@strawberry.type
class ImplementationQueries:
    """Query fields: standard implementation."""

    @listing(LISTED, "Diagnosed firms of the scope by how far they are with a standard · 贯标列表. plan I4", roles=IMPLEMENTATIONS)
    def implementations(
        self,
        standard: Annotated[ImplementationStandard, argument("Standard · 贯标标准")],
        step: Annotated[list[ImplementationStep] | None, argument("At any of these steps; none = any · 贯标环节")] = None,
        enterprise: Annotated[list[strawberry.ID] | None, argument("Any of these firms; none = all · 企业标识")] = None,
        district: Annotated[list[str] | None, argument("In any of these districts; none = all · 区代码")] = None,
    ) -> ImplementationFilter:
        """A page of firms."""
        require_values(step=step, enterprise=enterprise)
        return ImplementationFilter(standard, step, keys_of(enterprise, "enterprise"), districts_in("district", district))

    @field("Funnel of a standard over the firms of the scope, as it stands today · 贯标漏斗. plan I4, I5", roles=IMPLEMENTATIONS)
    def implementation_funnel(
        self,
        info: strawberry.Info[Context, None],
        standard: Annotated[ImplementationStandard, argument("Standard · 贯标标准")],
        district: Annotated[str | None, argument("District, GB/T 2260 code; none = the whole scope · 区代码")] = None,
        at_least: AtLeast = None,
    ) -> ImplementationFunnel:
        """The funnel within the scope."""
        named = districts_in("district", None if district is None else [district])
        context = info.context
        snapshot = context.at_least(at_least)
        today, calendar = context.today, calendar_now(snapshot)
        found = rows.funnel(snapshot, context.scope, standard, named[0] if named else None, today)
        interval = in_percent(wilson(Fraction(found.holding), Fraction(found.diagnosed))) if found.diagnosed else None
        return ImplementationFunnel(
            standard=standard,
            diagnosed=found.diagnosed,
            steps=[
                ImplementationFunnelStep(
                    step=one.step,
                    firms=one.firms,
                    longest=working_days_between(one.first_since, today, calendar),
                    next_step=next_step(one.step, None, today),
                )
                for one in found.steps
            ],
            holding=found.holding,
            percent=percent(found.holding, found.diagnosed),
            low=interval.low if interval is not None else None,
            high=interval.high if interval is not None else None,
        )


def _find(context: Context, key: str, command: Command, wanted: frozenset[str]) -> StandardImplementation | None:
    assert isinstance(command, ImplementationCommand)  # noqa: S101 - the capability has no other commands
    where = replace(ImplementationFilter(command.standard), enterprise=[key])
    found = rows.implementations(context.snapshot, context.scope, where, Page(1))
    return next(iter(_build(context, found, wanted)), None)


QUERIES = ImplementationQueries
EDGES: Mapping[Edge, Loader] = {(StandardImplementation, "enterprise"): load_enterprises}
PAYLOADS: Mapping[str, Payload] = {"implementation": Payload("implementation", StandardImplementation, _find)}
"""Capability, or a command whose payload carries something else -> what its payloads carry 返回对象."""
