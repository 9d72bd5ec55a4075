"""State of a year's subsidy 年度补贴现状: how far it has come, what districts pay, what was taken back. plan I1, I2."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from domain.governance.dated_rules import DatedRules, dated_rule_on, rule_stream
from domain.governance.proceedings.state import Opening, ProceedingKind
from domain.governance.rule_bodies.body import RuleKind, Unit
from domain.governance.rule_bodies.subsidy import SubsidyRule
from domain.kernel import Command, DecisionContext, Part, Rule, Stream, refuse_step, stream_of
from domain.providers.ratings.rating import RATED_YEARS
from domain.providers.subsidies.events import SubsidyClawedBack, SubsidyComputed
from standards.described import DescribedEnum

SUBSIDY_STATUS = Rule(
    "SUBSIDY_STATUS",
    "plan I1",
    "该年度补贴目前为“{status_name}”，此时不能办理这一步；{next_step}",
    "The subsidy of this year is {status}; this step does not follow from there; {next_step_in_english}",
)

Year = Annotated[int, Field(ge=RATED_YEARS[0], le=RATED_YEARS[-1], description="Year whose jobs are paid for · 年度")]


class SubsidyCommand(Command):
    """A command about the subsidy of one year 年度补贴命令."""

    year: Year


class SubsidyStatus(DescribedEnum):
    """How far the subsidy of a year has come · 补贴状态."""

    RECORDED = "recorded", "Districts' own subsidies are recorded; to be computed, anew where it was before · 待计算"
    COMPUTED = "computed", "Computed; waits for another person's approval · 待批准"
    APPROVED = "approved", "Approved and to be paid · 已批准"


NEXT_STEPS: Mapping[SubsidyStatus, tuple[str, str]] = {
    SubsidyStatus.RECORDED: ("须先由市级部门测算", "first the city computes it"),
    SubsidyStatus.COMPUTED: ("须先由另一人批准，或重新测算", "first another person approves it, or it is computed anew"),
    SubsidyStatus.APPROVED: (
        "补贴已批准，不再更改；须收回的请办理追回",
        "it is approved and stays; what is to come back is clawed back",
    ),
}
class DistrictSubsidy(Part):
    """What a district pays for a diagnosis 区级补贴, in fen. version: of the stream, at which it was recorded."""

    district: str
    fen: Annotated[int, Unit.FEN]
    source: str
    version: int


class YearOfSubsidy(BaseModel):
    """The subsidy of a year as it stands 年度补贴. by_districts: diagnosis -> what its district pays. clawbacks: in their order."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    status: SubsidyStatus = SubsidyStatus.RECORDED
    version: int = 0
    by_districts: dict[str, DistrictSubsidy] = Field(default_factory=dict)
    computed: SubsidyComputed | None = None
    clawbacks: tuple[SubsidyClawedBack, ...] = ()

    def taken_back(self, provider: str) -> int:
        """What was taken back of a provider 已追回, in fen."""
        return sum(one.fen for one in self.clawbacks if one.provider == provider)

    def require_contestable(self, opening: Opening, _context: DecisionContext) -> None:
        """Nothing is asked back of what is not approved 可追回."""
        if opening.kind is ProceedingKind.CLAWBACK and self.status is not SubsidyStatus.APPROVED:
            raise wrong_status(self.status)

    def has_paid(self, diagnosis: str) -> bool:
        """Whether an approved subsidy stands for a confirmed diagnosis of the year 市级是否已付: not left out, not taken back."""
        left_out = {one.diagnosis for one in self.computed.left_out} if self.computed is not None else set()
        taken_back = {each for one in self.clawbacks for each in one.diagnoses}
        return self.status is SubsidyStatus.APPROVED and diagnosis not in left_out | taken_back


def subsidy_stream(year: int) -> Stream:
    """Stream of the subsidy of one year."""
    return stream_of("subsidy", year)


def subsidy_rule(year: int, context: DecisionContext) -> tuple[tuple[str | None, date], SubsidyRule]:
    """The rule that the year was lived under: the one in force on its last day."""
    rules: DatedRules | None = context.read.get(rule_stream(RuleKind.SUBSIDY))
    found = dated_rule_on(rules, RuleKind.SUBSIDY, date(year, 12, 31))
    assert isinstance(found.body, SubsidyRule)  # noqa: S101 - of its kind
    return (found.cause, found.since), found.body


def wrong_status(status: SubsidyStatus) -> Exception:
    """Refusal of a step that does not follow from here."""
    return refuse_step(SUBSIDY_STATUS, status, NEXT_STEPS)
