"""Facts of a year's subsidy 年度补贴事实, in fen. plan I1, I2."""

from datetime import date
from decimal import Decimal
from typing import ClassVar, Literal

from domain.kernel import Cause, Event, Label, Part
from domain.person_id_fields import PersonId
from domain.providers.subsidies.numbers import JobCount, ProviderJobs, ProviderSubsidy


class LeftOutJob(Part):
    """A confirmed job that the city does not pay for 未计任务. cause: the fact why, such as a district's subsidy of it."""

    diagnosis: Label
    provider: Label
    cause: Cause


class DistrictSubsidyRecorded(Event):
    """A district pays for a diagnosis 区级补贴已登记, in fen."""

    type: Literal["subsidy.district_recorded.v1"] = "subsidy.district_recorded.v1"
    says: ClassVar = "登记了对一项诊断的区级补贴，共 {fen:yuan}（{source}）"
    says_in_english: ClassVar = "recorded a district's subsidy for a diagnosis, {fen:yuan} ({source})"
    diagnosis: str
    district: str
    fen: int
    source: str


class DistrictSubsidyWithdrawn(Event):
    """What was recorded of a district's subsidy does not hold 区级补贴登记已撤回. fen: as it was recorded."""

    type: Literal["subsidy.district_withdrawn.v1"] = "subsidy.district_withdrawn.v1"
    says: ClassVar = "撤回了对一项诊断的区级补贴登记（{fen:yuan}）：{reason}"
    says_in_english: ClassVar = "took back the record of a district's subsidy for a diagnosis ({fen:yuan}): {reason}"
    diagnosis: str
    district: str
    fen: int
    reason: str


class SubsidyComputed(Event):
    """What a year's jobs are paid 年度补贴已计算, in fen.

    rating: the fact by which the tiers are final, as stream/version. rule: as stream/version; None = the default on file.
    position: of the journal, up to which jobs were counted. ratio: of what is due, the share that the budget pays.
    """

    type: Literal["subsidy.computed.v1"] = "subsidy.computed.v1"
    says: ClassVar = "按方法 {method} 计算了年度补贴，涉及 {providers:count} 家服务商，应付 {due:yuan}，实付 {paid:yuan}"
    says_in_english: ClassVar = (
        "computed the year's subsidy by method {method}; providers: {providers:count}, due {due:yuan}, paid "
        "{paid:yuan}"
    )
    method: str
    rule: str | None
    rule_since: date
    rating: str
    position: int
    input_digest: str
    jobs: tuple[ProviderJobs, ...]
    left_out: tuple[LeftOutJob, ...]
    due: int
    paid: int
    ratio: Decimal
    providers: tuple[ProviderSubsidy, ...]
    computed_by: PersonId


class SubsidyApproved(Event):
    """A year's subsidy is to be paid 年度补贴已批准."""

    type: Literal["subsidy.approved.v1"] = "subsidy.approved.v1"
    says: ClassVar = "批准了年度补贴，共 {paid:yuan}"
    says_in_english: ClassVar = "approved the year's subsidy, {paid:yuan}"
    input_digest: str
    paid: int
    approved_by: PersonId


class SubsidyClawedBack(Event):
    """A part of what was paid is taken back 补贴已追回, in fen. counts: the jobs that were overturned."""

    type: Literal["subsidy.clawed_back.v1"] = "subsidy.clawed_back.v1"
    says: ClassVar = "经程序追回了{provider:organisation}的补贴 {fen:yuan}"
    says_in_english: ClassVar = "took back from {provider:organisation} a subsidy of {fen:yuan} after a proceeding"
    provider: str
    proceeding: str
    diagnoses: tuple[str, ...]
    counts: tuple[JobCount, ...]
    fen: int


SubsidyEvent = DistrictSubsidyRecorded | DistrictSubsidyWithdrawn | SubsidyComputed | SubsidyApproved | SubsidyClawedBack
