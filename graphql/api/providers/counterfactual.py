"""Another rule, and work to reassign 名录推演与改派: a year's marks under other rules, open work of who is out. plan V1, V4."""

from datetime import date
from decimal import Decimal
from typing import Annotated

import strawberry

from api.diagnosis.diagnoses import DIAGNOSES, Diagnosis
from api.kit.context import Context
from api.kit.ids import OrganisationID, id_of
from api.kit.paging import wanted_fields
from api.kit.parts import parts, wanted_parts
from api.kit.published import argument, field, published
from api.kit.years import require_year
from api.providers.applications import SelectionResult, result_shown
from domain.command_rights import GOVERNMENT
from domain.diagnosis.state import Status
from domain.governance.dated_rules import DATED_RULES, DatedRules, dated_rule_on, rule_stream
from domain.governance.rule_bodies.body import RuleKind
from domain.governance.rule_bodies.selection import SelectionRule
from domain.governance.standing import DirectoryStanding
from domain.kernel import Rule, fold
from domain.masks import SELECTION_OFFICE
from domain.providers.applications.state import Application
from domain.providers.calls.results import Assessed, results_of, results_under
from domain.providers.marking.marking import Mark
from journal.codec import decode
from projections.diagnosis.diagnoses import DiagnosisFilter
from projections.engine.pages import Page
from projections.providers import directory, selection
from projections.providers.directory import DirectoryFilter

# Rules

MARKS_NOT_OPEN = Rule(
    "MARKS_NOT_OPEN",
    "plan V1",
    "{year} 年没有已公开的评分，无从推演；请在评分截止后查询",
    "No marks of {year} are open, so nothing can be worked out; ask once marking is closed",
)
OTHER_RULE_UNKNOWN = Rule(
    "OTHER_RULE_UNKNOWN",
    "plan V4",
    "没有第 {proposal} 号遴选规则草案，请核对草案号",
    "There is no proposal {proposal} of the selection rule; check the number",
)
OTHER_RULE_NOT_CHOSEN = Rule(
    "OTHER_RULE_NOT_CHOSEN",
    "plan V4",
    "请填规则的日期或草案号，二者必填其一且只填其一",
    "Give either a day whose rule is meant or the number of a proposal: one of the two",
)
FINISHED = frozenset({Status.CONFIRMED.value, Status.WITHDRAWN.value})
MOST_CASES = 1_000
"""Open cases of one provider that are listed at most."""


@published(SELECTION_OFFICE)
class CounterfactualEntry:
    """What would have become of an applicant under another rule · 推演结果. plan V1, V4"""

    provider: OrganisationID = field("Provider · 服务商标识")
    was_listed: bool = field("Whether it was selected under the call's own rule · 实际是否入选")
    would_be_listed: bool = field("Whether it would have been under the other rule · 推演是否入选")
    total: Decimal | None = field("Its total, as it was · 实际总分")
    result: SelectionResult = field("Its result under the other rule · 推演结果明细")


@published(GOVERNMENT | SELECTION_OFFICE)
class WorkToReassign:
    """Open work of a provider that is suspended or removed · 待改派诊断. plan V4"""

    provider: OrganisationID = field("Provider · 服务商标识")
    standing: DirectoryStanding = field("How it stands in the directory · 在录状态")
    diagnoses: list[Diagnosis] = parts(
        Diagnosis, "Its diagnoses that are not finished, within the scope · 未完成的诊断", place=lambda one: (one.id,)
    )


@strawberry.type
class CounterfactualQueries:
    """Query fields: another rule, and work to reassign."""

    @field(
        "Who would be in a year's directory under another selection rule: that in force on a day, or a proposal. Points are scaled "
        "to the other weights, exactly; corrections after objections count, so that under the call's own rule this is its outcome. "
        "Certificates are those counted for the outcome, none before it; which marks count stays · 名录推演. plan V1, V4",
        roles=SELECTION_OFFICE,
    )
    def counterfactual_directory(
        self,
        info: strawberry.Info[Context, None],
        year: Annotated[int, argument("Year of the call whose marks are meant · 年度")],
        on: Annotated[date | None, argument("Day whose rule is meant; none = a proposal · 规则日期")] = None,
        proposal: Annotated[int | None, argument("Number of a proposed rule · 草案号")] = None,
    ) -> list[CounterfactualEntry]:
        """Every application that was marked, in order of provider.

        Raises:
            Refused: YEAR_OUT_OF_RANGE.
        """
        require_year(year)
        context = info.context
        rule = _other_rule(context, on, proposal)
        row = selection.call_of(context.snapshot, year)
        marks = selection.open_marks(context.snapshot, year)
        if row is None or not any(marks.values()):
            raise MARKS_NOT_OPEN.refuse(year=year)
        call = row.state()
        known = selection.numbered_applications(context.snapshot, year, marks)
        found = {one.provider: one.result for one in known.values()}
        outcome = {provider: result for provider, result in found.items() if result is not None}
        if outcome:
            then = results_under(outcome, rule, call.rule)
        else:
            then = results_of([_assessed(one, marks[number]) for number, one in known.items() if marks[number]], rule, call.rule)
        return [
            CounterfactualEntry(
                provider=id_of("organisation", provider),
                was_listed=(was := found[provider]) is not None and was.is_listed,
                would_be_listed=result.is_listed,
                total=was.total if was is not None else None,
                result=result_shown(result),
            )
            for provider, result in sorted(then.items())
        ]

    @field(
        "Open work, within the scope, of every provider that is suspended or removed, in order of provider: to be given to "
        "another · 待改派诊断. plan V4",
        roles=GOVERNMENT | SELECTION_OFFICE,
    )
    def work_to_reassign(self, info: strawberry.Info[Context, None]) -> list[WorkToReassign]:
        """Providers without any are left out."""
        context, wanted = info.context, wanted_fields(info)
        stopped = [
            row
            for standing in (DirectoryStanding.SUSPENDED, DirectoryStanding.REMOVED)
            for row in directory.directory(context.snapshot, DirectoryFilter(standing=standing.value))
        ]
        found = []
        for row in sorted(stopped, key=lambda one: one.id):
            where = DiagnosisFilter(provider=[row.id])
            cases = DIAGNOSES.rows(context.snapshot, context.scope, where, Page(MOST_CASES))
            open_cases = [case for case in cases if case.status not in FINISHED]
            if open_cases:
                nodes = DIAGNOSES.build(context, open_cases, wanted_parts(wanted, "diagnoses"))
                provider = id_of("organisation", row.id)
                found.append(WorkToReassign(provider=provider, standing=row.listing.standing, diagnoses=nodes))
        return found


def _assessed(application: Application, marks: tuple[Mark, ...]) -> Assessed:
    """Before the outcome: by the marks alone, since certificates are counted on the day that it is published."""
    return Assessed(provider=application.provider, industries=application.industries, staff=application.staff, marks=marks)


def _other_rule(context: Context, on: date | None, proposal: int | None) -> SelectionRule:
    entries = context.services.journal.read(rule_stream(RuleKind.SELECTION))
    rules: DatedRules | None = fold(DATED_RULES.evolve, (decode(DATED_RULES, one.type, one.state) for one in entries))
    if (on is None) is (proposal is None):
        raise OTHER_RULE_NOT_CHOSEN.refuse(path="on")
    if on is not None:
        body = dated_rule_on(rules, RuleKind.SELECTION, on).body
    elif proposal is not None and rules is not None and proposal in rules.proposals:
        body = rules.proposals[proposal].rule.body
    else:
        raise OTHER_RULE_UNKNOWN.refuse(path="proposal", proposal=proposal)
    assert isinstance(body, SelectionRule)  # noqa: S101 - the kind says so
    return body


QUERIES = CounterfactualQueries
