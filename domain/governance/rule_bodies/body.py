"""Body of a dated rule 规则正文: what every kind has in common, and the units that its numbers are counted in. plan V4."""

from enum import Enum
from typing import Annotated, Any, ClassVar, Self, Union, get_args, get_origin

from pydantic import Field, SerializerFunctionWrapHandler, model_serializer, model_validator
from pydantic.fields import FieldInfo

from domain.kernel import Part
from standards.described import DescribedEnum

Percent = Annotated[int, Field(ge=0, le=100)]
"""Whole percent 百分数."""
Points = Annotated[int, Field(ge=0, le=100)]
"""Points of a score of one hundred 分值."""
MOST_WORKING_DAYS = 250
WorkingDays = Annotated[int, Field(ge=0, le=MOST_WORKING_DAYS)]
"""Working days in Shanghai 工作日, at most a year of them."""
Months = Annotated[int, Field(ge=0, le=120)]
"""Months of the calendar 月."""
Some = Annotated[int, Field(ge=0, le=1_000_000)]
"""How many 数量."""
AtLeastOne = Annotated[int, Field(ge=1, le=1_000_000)]
"""How many, at least one 数量."""


class Unit(Enum):
    """What an exact number counts where its type does not say it 计量."""

    FEN = "fen"


def counts_fen(field: FieldInfo) -> bool:
    """Whether a member of a model is money in fen 是否为金额, also where it may be none: that alternative bears the mark itself."""
    either = get_args(field.annotation) if get_origin(field.annotation) is Union else ()
    return Unit.FEN in (*field.metadata, *(mark for one in either for mark in get_args(one)[1:]))


Fen = Annotated[int, Field(ge=0, le=10**15), Unit.FEN]
"""Money in fen 人民币分: whole, not negative, at most ten million million yuan; more than GraphQL's 32 bits hold."""
PaidFen = Annotated[int, Field(ge=1, le=10**15), Unit.FEN]
"""Money in fen that is paid 已付金额: at least one, for nothing is no payment."""


class RuleKind(DescribedEnum):
    """What a dated rule is about · 规则类别."""

    SELECTION = "selection", "Selection of providers by their yearly marks · 遴选规则"
    LADDER = "ladder", "Steps and periods by which the directory moves · 名录调整规则"
    PROCEDURE = "procedure", "Periods of the proceedings that are not the directory's · 办理程序规则"
    STAGES = "stages", "How long each stage of a diagnosis takes · 诊断环节时限"
    RATING = "rating", "Yearly rating of providers · 年度评价规则"
    SUBSIDY = "subsidy", "Yearly subsidy of providers · 补贴规则"
    EXAM = "exam", "Examination and certificates of diagnosticians · 考试与证书规则"
    SAMPLING = "sampling", "Sampled re-assessment of diagnoses · 抽样评估方案"
    FEEDBACK = "feedback", "Feedback and complaints of firms · 企业反馈规则"
    MATCHING = "matching", "Which provider diagnoses which firm · 服务商匹配规则"
    PROCESS = "process", "Which steps a diagnosis goes through · 诊断过程规则"
    PACE = "pace", "Pace and forecast of a year's diagnoses · 进度与预测规则"
    TRANSFORMATION = "transformation", "Which firms count as digitally transforming · 数字化转型比例规则"
    SIGNALS = "signals", "Signals of copied texts and odd patterns · 异常信号规则"
    AGREEMENT = "agreement", "Agreement of assessments on each indicator · 一致性规则"
    EQUATING = "equating", "Equating of totals with levels of others' models · 等值规则"
    LIAISON = "liaison", "How often contacts of the liaison network are confirmed · 联络规则"
    PUBLICATION = "publication", "Published aggregates and the uplift · 公开统计规则"
    DELIVERY = "delivery", "Delivery of public events to partners' endpoints · 事件推送规则"
    OUTREACH = "outreach", "Sign-in to outreach sessions, and what followed them · 宣讲交流规则"
    PAPER_TEMPLATE = "paper_template", "Wording and order of white papers and briefs · 刊物模板"
    REPORT_TEMPLATE = "report_template", "Logo, wording and order of reports · 报告模板"


class LaterStated(Part):
    """A part that may have come to state more than it once did 后增条目的部分.

    What was stored before a member was there is read with that member's default, which says what was meant then, and is
    written as it was stored: so its bytes are read and written alike (decision 0025).
    """

    @model_serializer(mode="wrap")
    def _as_it_was_stated(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        fields, stated = type(self).model_fields, self.model_fields_set
        kept = {name for name, one in fields.items() if name == "kind" or one.is_required() or name in stated}
        return {name: value for name, value in handler(self).items() if name in kept}

    def whole(self) -> Self:
        """The same, every member of it stated 全部写明: so no later default speaks for it."""
        return self.model_copy(update={name: getattr(self, name) for name in type(self).model_fields})


class RuleBody(LaterStated):
    """What a rule says from its day on 规则正文. Each kind declares `kind`, one value of `RuleKind`, which tells it apart.

    Attributes:
        clause: the plan's clause that it carries out.
        needs_simulation: whether it is set only once a fact says what it would have done to the facts on record.
    """

    clause: ClassVar[str]
    needs_simulation: ClassVar[bool] = False

    kind: RuleKind

    def names_unknown_size(self) -> bool:
        """Whether it names a size class that no firm is of 规模类型不存在. Asked of what is stated, never of what is stored."""
        return False


class PartsOfHundred(Part):
    """Whole points or percent that make one hundred together 百分构成."""

    @model_validator(mode="after")
    def _make_a_hundred(self) -> Self:
        if sum(getattr(self, name) for name in type(self).model_fields) != 100:  # noqa: PLR2004 - percent
            raise ValueError("the parts do not add up to 100")
        return self


class ProcedureDays(RuleBody):
    """Periods of a proceeding 程序期限, in Shanghai working days, the day of service or decision not counted."""

    answer_days: WorkingDays = Field(description="Working days to answer a notice · 陈述申辩期限")
    hearing_notice_days: WorkingDays = Field(
        description="Working days between the notice of a hearing and its day · 听证通知期限"
    )
    decision_days: WorkingDays = Field(description="Working days to decide once the time to answer is over · 决定期限")
    appeal_days: WorkingDays = Field(description="Working days to appeal against a decision · 申诉期限")
    appeal_decision_days: WorkingDays = Field(description="Working days to decide an appeal · 申诉处理期限")
