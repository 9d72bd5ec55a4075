"""Filling 填报过程 in the schema: which questions are deferred, and what filling in cost the firm. plan P3.

The burden is told from what the record says: when each person saved which answers. What the firm did on paper, or
before the first saving of a sitting, no record tells: so the minutes are at least so many.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from fractions import Fraction
from typing import Annotated

import strawberry

from api.diagnosis.prefill import offers_to
from api.kit.context import Context
from api.kit.enums import enum_type
from api.kit.ids import key_of
from api.kit.paging import AtLeast
from api.kit.published import argument, field, published
from api.kit.row_mapping import CONVERSIONS, shown
from api.kit.years import require_year
from api.participants.places import District
from api.standard.editions import editions_of
from domain.access import Everything, Role, sees_only_issued
from domain.diagnosis.sections import is_open_section
from domain.diagnosis.state import Deferral
from domain.governance.rule_bodies.process import ProcessRule
from domain.governance.rule_bodies.publication import PublicationRule
from domain.masks import ANSWERS, BOTTLENECKS, EXTERNAL_ASSESSMENTS, OF_THE_FIRM, OF_THE_PROVIDER
from methods.filling_burden import asked_twice, minutes_spent
from methods.quantiles import HALF, NINE_TENTHS, quantile
from projections.diagnosis import case_parts, diagnoses, filling
from projections.diagnosis.filling import DeferralRow, Filled, Saving
from projections.governance.dated_rules import body_on
from standards.described import DescribedEnum

BURDENS = BOTTLENECKS | OF_THE_FIRM - {Role.DEPARTMENT_FILLER} | OF_THE_PROVIDER
"""How long a firm filled in and what it was asked twice 填报负担: the two sides, the offices that see the case, the auditor."""
BURDEN_SHARES = BOTTLENECKS | OF_THE_FIRM - {Role.DEPARTMENT_FILLER}
"""How the burden is spread 填报负担分布: of the cases that one sees; a firm is told of the city, of enough firms."""
enum_type(Deferral)

ROUNDED = 5
"""What a number for who sees no single firm is rounded to."""


class BurdenDivision(DescribedEnum):
    """What the burden is divided by · 划分."""

    WHOLE = "whole", "All forms together · 合计"
    DISTRICT = "district", "By the district where the firm lies now · 按区"


enum_type(BurdenDivision)


@published(ANSWERS, row=DeferralRow)
class DeferredQuestion:
    """Question that is not answered yet and marked so; no answer, and in no score · 待填标记. plan P3"""

    indicator: str = field("Indicator id · 指标编号")
    name: str = field("Indicator · 指标名称", made=True)
    dimension: str = field("Its dimension · 维度", made=True)
    deferral: Deferral = field("Why it is not answered yet · 待填原因")
    deferred_at: datetime = field("When it was marked, UTC · 标记时间")
    deferred_by_role: Role = field("Role that marked it · 标记角色")


@published(BURDENS)
class FillingBurden:
    """What filling in a self-assessment cost the firm, by the times of its savings · 填报负担. plan P3"""

    minutes: int = field("Minutes between savings of one person, added up, without pauses; at least so many · 填报分钟数")
    pause_minutes: int = field("Minutes above which a gap between savings is a pause, by the rule of the day · 填报中断分钟数")
    savings: int = field("How often answers were saved · 保存次数")
    people: int = field("How many people saved answers · 填报人数")
    asked_twice: list[str] = field("Indicators that more than one person answered, in order of id · 重复填报的指标")
    prefillable: list[str] | None = field(
        "Indicators that the firm answered by itself although a certificate valid today offers an answer, in the edition's order "
        "· 本可预填的指标",
        roles=EXTERNAL_ASSESSMENTS & BURDENS,
    )


@published(BURDEN_SHARES)
class BurdenQuantile:
    """Quantile of a burden, with a 90 percent interval by order statistics · 填报负担分位数. plan P3"""

    value: int = field("So much or less in the share of forms · 数值")
    low: int | None = field("Lower end of the interval; null: too few, or not shown · 下限")
    high: int | None = field("Upper end of the interval; null: too few, or not shown · 上限")


@published(BURDEN_SHARES)
class BurdenShare:
    """How the burden of a year's forms is spread; to a firm rounded, of enough firms and an ended year · 填报负担分布. plan P3"""

    district: District | None = field("District; null: not divided by it · 区")
    forms: int | None = field("Forms that were handed in; null: not shown · 已提交份数")
    median_minutes: BurdenQuantile = field("Minutes that half of them took at most · 填报分钟数中位数")
    nine_tenths_minutes: BurdenQuantile = field("Minutes that nine tenths took at most · 填报分钟数九成分位数")
    median_asked_twice: BurdenQuantile = field(
        "Indicators that more than one person answered in half of them at most · 重复填报指标数中位数"
    )


@strawberry.type
class FillingQueries:
    """Query fields: filling in."""

    @field(
        "Questions of a diagnosis that are deferred, in the caller's sections, in the edition's order; null when the diagnosis "
        "does not exist or lies outside the scope, and outside the case · 待填标记. plan P3, P7",
        roles=ANSWERS,
    )
    def deferred_questions(
        self,
        info: strawberry.Info[Context, None],
        diagnosis: Annotated[strawberry.ID, argument("Id of the diagnosis · 诊断标识")],
        deferral: Annotated[Deferral | None, argument("Why they are not answered yet; none = for any reason · 待填原因")] = None,
        at_least: AtLeast = None,
    ) -> list[DeferredQuestion] | None:
        """As things stand."""
        context, key = info.context, key_of(diagnosis, "diagnosis")
        context.at_least(at_least)
        case = diagnoses.diagnoses_by_id(context.snapshot, context.scope, [key]).get(key)
        if case is None or sees_only_issued(context.scope):
            return None
        edition = editions_of(context, [case.edition])[case.edition]
        marks = {one.indicator: one for one in filling.deferred(context.snapshot, context.scope, key)}
        return [
            DeferredQuestion(**shown(DeferredQuestion, marks[item.id]), name=item.name, dimension=item.dimension)
            for item in edition.indicators
            if item.id in marks and is_open_section(item.dimension, context.role, context.caller.sections)
            if deferral is None or marks[item.id].deferral == deferral
        ]

    @field(
        "What filling in a self-assessment cost the firm; null when the diagnosis does not exist or lies outside the scope "
        "· 填报负担. plan P3",
        roles=BURDENS,
    )
    def filling_burden(
        self,
        info: strawberry.Info[Context, None],
        diagnosis: Annotated[strawberry.ID, argument("Id of the diagnosis · 诊断标识")],
        at_least: AtLeast = None,
    ) -> FillingBurden | None:
        """As things stand."""
        context, key = info.context, key_of(diagnosis, "diagnosis")
        context.at_least(at_least)
        case = diagnoses.diagnoses_by_id(context.snapshot, context.scope, [key]).get(key)
        if case is None or sees_only_issued(context.scope):
            return None
        savings, pause = filling.savings_of(context.snapshot, context.scope, key), _pause(context)
        offered: list[str] | None = None
        if context.role in EXTERNAL_ASSESSMENTS:
            own = {
                one.indicator
                for one in case_parts.answers(context.snapshot, context.scope, [key])
                if one.prefilled_from is None
            }
            offered = list(dict.fromkeys(one.indicator for one in offers_to(context, case) if one.indicator in own))
        return FillingBurden(
            minutes=_minutes(savings, pause),
            pause_minutes=pause,
            savings=len(savings),
            people=len({one.person for one in savings}),
            asked_twice=list(_twice(savings)),
            prefillable=offered,
        )

    @field(
        "How the burden of the forms handed in within a year is spread: of the cases of the scope; to a firm of the whole city, "
        "rounded, of ended years and of as many firms as the rule of published aggregates says · 填报负担分布. plan P3, R5",
        roles=BURDEN_SHARES,
    )
    def burden_shares(
        self,
        info: strawberry.Info[Context, None],
        year: Annotated[int, argument("Year in which they were handed in · 年度")],
        by: Annotated[BurdenDivision, argument("What the burden is divided by · 划分")] = BurdenDivision.WHOLE,
        at_least: AtLeast = None,
    ) -> list[BurdenShare]:
        """One row a district, in order of it.

        Raises:
            Refused: YEAR_OUT_OF_RANGE.
        """
        require_year(year)
        context = info.context
        context.at_least(at_least)
        sees_firms = context.role in BOTTLENECKS
        where = (context.snapshot, context.scope) if sees_firms else (context.whole, Everything())
        groups: defaultdict[str, list[Filled]] = defaultdict(list)
        for form in filling.filled(*where, date(year, 1, 1), date(year, 12, 31)):
            groups[form.district if by is BurdenDivision.DISTRICT else ""].append(form)
        least = None if sees_firms else body_on(context.snapshot, PublicationRule, context.today).firms_at_least
        if least is not None and year >= context.today.year:  # a number would move while one firm hands in its form
            return []
        pause = _pause(context)
        return [
            _share(group, forms, pause, exact=sees_firms)
            for group, forms in sorted(groups.items())
            if least is None or _firms(forms) >= least
        ]


def _firms(forms: Iterable[Filled]) -> int:
    return len({one.enterprise for one in forms})


def _share(group: str, forms: Sequence[Filled], pause: int, *, exact: bool) -> BurdenShare:
    minutes = [_minutes(one.savings, pause) for one in forms]
    twice = [len(_twice(one.savings)) for one in forms]
    return BurdenShare(
        district=CONVERSIONS[str, District](group) if group else None,
        forms=len(forms) if exact else None,
        median_minutes=_quantile(minutes, HALF, exact=exact),
        nine_tenths_minutes=_quantile(minutes, NINE_TENTHS, exact=exact),
        median_asked_twice=_quantile(twice, HALF, exact=exact),
    )


def _quantile(values: Sequence[int], share: Fraction, *, exact: bool) -> BurdenQuantile:
    """As it is; to who sees no single firm to the nearest five, for it is what one firm took. values: at least one."""
    found = quantile(values, share)
    assert found is not None  # noqa: S101 - of some values
    if exact:
        return BurdenQuantile(value=found.value, low=found.low, high=found.high)
    return BurdenQuantile(value=(found.value + ROUNDED // 2) // ROUNDED * ROUNDED, low=None, high=None)


def _pause(context: Context) -> int:
    return body_on(context.snapshot, ProcessRule, context.today).pause_minutes


def _minutes(savings: Iterable[Saving], pause: int) -> int:
    return minutes_spent(((one.person, one.at) for one in savings), pause)


def _twice(savings: Iterable[Saving]) -> Sequence[str]:
    return asked_twice((one.person, one.indicators) for one in savings)


QUERIES = FillingQueries
