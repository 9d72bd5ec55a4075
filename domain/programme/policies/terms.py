"""Terms of a policy 政策内容: what it grants, from when, to whom, and what it rests on. plan I2, I3."""

from datetime import date
from typing import Annotated

from pydantic import Field

from domain.governance.rule_bodies.body import Fen
from domain.kernel import EditionRef, Label, Part
from domain.programme.policies.conditions import DistrictTest, PolicyClause
from standards.described import DescribedEnum


class PolicyPurpose(DescribedEnum):
    """What a policy pays or grants for; two for the same purpose may pay twice · 政策用途."""

    DIAGNOSIS = "diagnosis", "Taking part in a diagnosis · 诊断补贴"
    TRANSFORMATION = "transformation", "A project of digital transformation · 数字化改造补贴"
    CERTIFICATION = "certification", "Full implementation of a standard · 贯标补贴"
    SELECTION = "selection", "Being chosen for a list, such as chain leaders · 评选推荐"
    PROJECT = "project", "A project of the nation or the city · 国家和市级项目"
    PARK_PILOT = "park_pilot", "A pilot of a platform in a park · 平台加园区试点"
    FUND = "fund", "An industry or special fund · 产业基金与专项资金"
    LOAN = "loan", "Interest or guarantee of a loan · 贷款贴息"
    LAND = "land", "Land or space in a park · 园区用地"


class PolicyTerms(Part):
    """What a policy says · 政策内容."""

    title: Label = Field(description="Name of the policy · 政策名称")
    purpose: PolicyPurpose = Field(description="What it pays or grants for · 用途")
    since: date = Field(description="First day · 起始日")
    until: date | None = Field(default=None, description="Last day; none = until it is ended · 截止日")
    fen: Fen = Field(description="Amount for one firm, in fen; 0 = it grants no money · 单家金额（分）")
    budget_fen: Fen | None = Field(default=None, description="Budget in all, in fen; none = unbounded · 预算（分）")
    combinable: bool = Field(description="Whether it may be taken beside another for the same purpose · 是否可叠加")
    edition: EditionRef = Field(description="Edition of the standard whose dimensions it speaks of · 所引标准")
    clauses: Annotated[tuple[PolicyClause, ...], Field(min_length=1, max_length=20)] = Field(
        description="Clauses, all of which must hold · 条款（须全部满足）"
    )

    def holds_on(self, day: date) -> bool:
        """Whether it is in its time on a day 是否在有效期内."""
        return self.since <= day and (self.until is None or day <= self.until)

    def day_of_simulation(self, today: date) -> date:
        """The day on which firms are held against a draft 测算日: today, or its first day where that is to come."""
        return max(today, self.since)

    def clauses_for(self, district: str | None) -> tuple[PolicyClause, ...]:
        """Its clauses, of a district's policy after the one that the firm lies there 含属地条款."""
        if district is None:
            return self.clauses
        return (PolicyClause(title="企业在本区", any_of=(DistrictTest(one_of=(district,)),)), *self.clauses)
