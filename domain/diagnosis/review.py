"""Internal review 机构内审: the report is handed in, read by another of the provider, and passed or returned. plan P4, V5."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from domain.access import Mask
from domain.command_rights import DIAGNOSTICIANS, REVIEWERS
from domain.diagnosis.on_site import PROCESS_RULE
from domain.diagnosis.provider import require_own_work
from domain.diagnosis.report import SCORE_OUTDATED, IssueReport, issue_report
from domain.diagnosis.state import (
    PROCEEDINGS_READERS,
    Diagnosis,
    DiagnosisCommand,
    ReportReview,
    Status,
    require_status,
)
from domain.governance.dated_rules import rule_in_force
from domain.governance.rule_bodies.process import ProcessRule
from domain.kernel import DecisionContext, Event, Facts, Part, Rule, Text
from domain.person_id_fields import PersonId
from standards.described import DescribedEnum


class ReviewItem(DescribedEnum):
    """What an internal review looks at · 内审项目."""

    EVIDENCE = "evidence", "Every level rests on evidence on file or seen on site · 佐证充分"
    REASONS = "reasons", "Every difference from the self-assessment has its reason · 差异理由"
    VISIT = "visit", "The visit is recorded as it was · 现场记录"
    SCORING = "scoring", "Score and grade follow from the verified answers · 评分与定级"
    ADVICE = "advice", "What is advised follows from what was found · 建议可行"
    SECRETS = "secrets", "The report tells nothing that its readers may not know · 保密"


# Rules

REPORT_NOT_HANDED_IN = Rule(
    "REPORT_NOT_HANDED_IN",
    "plan P4",
    "报告尚未提交内审，或内审已经完成；请先由编制人提交内审",
    "The report is not handed in for review, or the review is over; its author hands it in first",
)
REVIEW_UNDER_WAY = Rule(
    "REVIEW_UNDER_WAY",
    "plan P4",
    "报告已在内审中或已通过内审，无须再次提交；评分之后有变化的，请重新评分后再提交",
    "The report is under review or has passed it; where something changed, score again and hand it in anew",
)
REVIEWED_BY_AUTHOR = Rule(
    "REVIEWED_BY_AUTHOR",
    "plan P4",
    "内审须由编制人以外的人员进行，请交由本机构其他内审人办理",
    "A report is reviewed by another than its author; let another reviewer of your organisation do it",
)
REVIEW_FORM_INCOMPLETE = Rule(
    "REVIEW_FORM_INCOMPLETE",
    "plan P4",
    "内审表须逐项填写且每项一次，尚缺或重复：{listed}",
    "The form of the review takes each item once; missing or repeated: {listed_in_english}",
)
REVIEW_CONTRADICTS = Rule(
    "REVIEW_CONTRADICTS",
    "plan P4",
    "内审结论与内审表不符：各项均符合方可通过，退回须至少一项不符合",
    "The conclusion contradicts the form: it passes where every item is met, and is returned where at least one is not",
)
REPORT_NOT_REVIEWED = Rule(
    "REPORT_NOT_REVIEWED",
    "plan P4",
    "自规则施行之日起，报告须经机构内审通过后出具；请先由编制人提交内审，由其他内审人通过",
    "Since the rule is in force a report is issued only after it has passed internal review; hand it in and let another review it",
)

# Commands


class ReviewCheck(Part):
    """One item of the form · 内审表单项."""

    item: ReviewItem = Field(description="What was looked at · 内审项目")
    met: bool = Field(description="Whether it is as it should be · 是否符合")
    note: Annotated[str, Field(max_length=2000)] | None = Field(default=None, description="What was found · 说明")


class HandInReport(DiagnosisCommand):
    """Hand the report in for internal review, by its author · 报告提交内审."""

    roles: ClassVar = DIAGNOSTICIANS

    summary: Text = Field(description="What the reviewer should know · 编制说明")


class ReviewReport(DiagnosisCommand):
    """Review a report that was handed in: let it pass, or return it for rework · 报告内审."""

    roles: ClassVar = REVIEWERS

    passed: bool = Field(description="Whether it passes; else it is returned · 是否通过")
    checks: Annotated[tuple[ReviewCheck, ...], Field(min_length=1, max_length=20)] = Field(
        description="The form, each item once · 内审表"
    )
    conclusion: Text = Field(description="Conclusion, and what is to be reworked · 内审结论")


# Events


class ReviewFact(Event):
    """A fact of an internal review 内审事实."""

    told_to: ClassVar = PROCEEDINGS_READERS
    masks: ClassVar = frozenset({Mask.PROCESS_SECRETS})


class ReportHandedIn(ReviewFact):
    """The report is handed in 报告已提交内审."""

    type: Literal["diagnosis.report_handed_in.v1"] = "diagnosis.report_handed_in.v1"
    says: ClassVar = "提交了报告内审：{summary}"
    says_in_english: ClassVar = "handed the report in for internal review: {summary}"
    author: PersonId
    summary: str


class ReportReviewed(ReviewFact):
    """The report was reviewed 报告已内审."""

    type: Literal["diagnosis.report_reviewed.v1"] = "diagnosis.report_reviewed.v1"
    says: ClassVar = "完成了报告内审，{result}：{conclusion}"
    says_in_english: ClassVar = (
        "concluded the internal review of the report, {passed:?passed|returned for changes}: {conclusion}"
    )
    reviewer: PersonId
    passed: bool
    checks: tuple[ReviewCheck, ...]
    conclusion: str

    @property
    def result(self) -> str:
        """What came of it 内审结果."""
        return "通过" if self.passed else "退回修改"


# Decide: what may happen


def hand_in_report(command: HandInReport, diagnosis: Diagnosis, context: DecisionContext) -> Facts:
    """Once a scoring, and again after it was returned 提交内审."""
    require_status(diagnosis, Status.SCORED)
    require_own_work(diagnosis, context)
    if diagnosis.outdated:
        raise SCORE_OUTDATED.refuse()
    if diagnosis.review is not None and diagnosis.review.passed is not False:
        raise REVIEW_UNDER_WAY.refuse()
    return (ReportHandedIn(author=context.by, summary=command.summary),)


def review_report(command: ReviewReport, diagnosis: Diagnosis, context: DecisionContext) -> Facts:
    """By another than the author, on the whole form 内审."""
    require_status(diagnosis, Status.SCORED)
    require_own_work(diagnosis, context)
    if diagnosis.outdated:
        raise SCORE_OUTDATED.refuse()
    if diagnosis.review is None or diagnosis.review.passed is not None:
        raise REPORT_NOT_HANDED_IN.refuse()
    if context.by == diagnosis.review.author:
        raise REVIEWED_BY_AUTHOR.refuse()
    named = [check.item for check in command.checks]
    if odd := [item for item in ReviewItem if named.count(item) != 1]:
        listed, english = ("、".join(one.names[0] for one in odd), ", ".join(one.value for one in odd))
        raise REVIEW_FORM_INCOMPLETE.refuse(path="checks", listed=listed, listed_in_english=english)
    if command.passed is not all(check.met for check in command.checks):
        raise REVIEW_CONTRADICTS.refuse(path="passed")
    return (ReportReviewed(reviewer=context.by, **command.model_dump(exclude={"diagnosis"})),)


def issue_reviewed(command: IssueReport, diagnosis: Diagnosis, context: DecisionContext) -> Facts:
    """Let a report out; where the rule of the day asks for a review, only one that has passed it 出具报告."""
    facts = issue_report(command, diagnosis, context)
    asked = rule_in_force(context.read.get(PROCESS_RULE), ProcessRule, context.day).reviewed_only
    if asked and not (diagnosis.review is not None and diagnosis.review.passed):
        raise REPORT_NOT_REVIEWED.refuse()
    return facts


# Evolve: what has happened


def review_after(diagnosis: Diagnosis, event: ReportHandedIn | ReportReviewed) -> ReportReview:
    """The review of the report in hand, after one more fact."""
    if isinstance(event, ReportHandedIn):
        return ReportReview(author=event.author)
    assert diagnosis.review is not None, "what is reviewed was handed in"  # noqa: S101 - guards replay, not input
    return diagnosis.review.model_copy(update={"passed": event.passed})
