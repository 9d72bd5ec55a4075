"""Policies 政策 in the schema: what they ask, what they would come to, and how each firm stands, clause by clause. plan I2, I3."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any
from uuid import uuid4

import strawberry

from api.kit.context import Context
from api.kit.edges import Loader, led_to
from api.kit.enums import enum_type
from api.kit.ids import EditionID, EnterpriseID, OrganisationID, id_of, key_of
from api.kit.lists import Listed, Occasion, listing, single
from api.kit.mutations import Payload, ServerFields
from api.kit.nodes import Node, NodeKind
from api.kit.paging import AtLeast
from api.kit.published import argument, field, published
from api.kit.row_mapping import all_shown, shown
from api.kit.row_plans import Holds
from api.participants.enterprises import Enterprise, load_enterprises
from domain.access import Mask, Nothing, Place, Role, Scope, admits
from domain.kernel import Command, IdOf
from domain.masks import AUDIT, POLICY_CHECKS, POLICY_DRAFTS, SIGNED_IN
from domain.programme.policies import conditions
from domain.programme.policies.conditions import EveryTest, PolicyVerdict
from domain.programme.policies.policy import DraftPolicy, PolicyDrafted, PolicySimulated, PolicyStatus
from domain.programme.policies.policy import Policy as PolicyState
from domain.programme.policies.simulation import PolicyCount
from domain.programme.policies.terms import PolicyPurpose
from projections.programme import policies as rows
from projections.programme import policy_firms
from projections.programme.policies import PolicyFilter, PolicyRow
from projections.programme.policy_firms import PolicyCheckFilter, PolicyCheckRow
from standards.edition.text import SourceMark

PolicyID = Annotated[strawberry.ID, IdOf("policy")]
for _enum in (PolicyStatus, PolicyVerdict):
    enum_type(_enum)


@published(SIGNED_IN)
class PolicyTest:
    """One test of a firm by a policy; what its kind has no need of is null or empty · 政策条件. plan I3"""

    kind: str = field(f"What it is about: {', '.join(conditions.KINDS)} · 类别")
    excluded: bool = field("Whether the firm must not be so · 是否排除")
    at_least: Decimal | None = field("Grade or points at least · 下限")
    at_most: Decimal | None = field("Points at most · 上限")
    dimension: str | None = field("Dimension of the score; null: the total · 维度")
    within_months: int | None = field("Months since the report at most · 报告月数")
    one_of: list[str] = field("Designations, districts, parks, industries or sizes, any of these · 任一取值")
    question: str | None = field("What an expert is asked · 判断事项")


@published(SIGNED_IN)
class PolicyClause:
    """Clause of a policy, met by any of its tests · 政策条款. plan I3"""

    title: str = field("What it asks, in words · 条款名称")
    any_of: list[PolicyTest] = field("Tests, any of which meets it · 条件")


@published(SIGNED_IN)
class PolicyTerms:
    """What a policy says, with its source · 政策内容. plan I2"""

    title: str = field("Name · 政策名称")
    purpose: PolicyPurpose = field("What it pays or grants for · 用途")
    since: date = field("First day · 起始日")
    until: date | None = field("Last day; null: until it is ended · 截止日")
    fen: Decimal = field("Amount for one firm, in fen · 单家金额（分）")
    budget_fen: Decimal | None = field("Budget in all, in fen; null: unbounded · 预算（分）")
    combinable: bool = field("Whether it may be taken beside another for the same purpose · 是否可叠加")
    edition: EditionID = field("Edition of the standard whose dimensions it speaks of · 所引标准")
    clauses: list[PolicyClause] = field("Clauses, all of which must hold · 条款")
    source: str = field("Document that it comes from · 来源")
    mark: SourceMark = field("Mark of the source · 来源标记")


@published(POLICY_DRAFTS, row=PolicyCount)
class PolicyCounts:
    """How the firms of a district would stand · 分区测算. plan I2"""

    district: OrganisationID = field("District · 区")
    meets: int = field("Firms that meet it · 符合家数")
    fails: int = field("Firms that do not · 不符合家数")
    evidence_missing: int = field("Firms of which something asked is not on record · 缺少依据家数")
    needs_expert: int = field("Firms that an expert must judge · 待专家判断家数")
    overlapping: int = field("Of those that meet it, who meets another that it may not be taken beside · 重复补贴家数")


@published(POLICY_DRAFTS)
class PolicySimulation:
    """How all firms would stand to a draft, worked out before it is published · 政策测算. plan I2"""

    number: int = field("Draft that was simulated · 草案序号")
    method: str = field("Method and version · 方法")
    day: date = field("Day on which firms were held against it · 测算日")
    position: int | None = field("Journal position up to which facts were looked at · 截止位置", roles=AUDIT)
    input_digest: str = field("SHA-256 of what went in · 输入摘要")
    fen: Decimal = field("Cost for the firms that meet it, within the budget, in fen · 预计金额（分）")
    most_fen: Decimal = field("Cost if all that is open came out well, in fen · 最高金额（分）")
    districts: list[PolicyCounts] = field("By district · 分区")


@published(SIGNED_IN, row=PolicyRow)
class Policy(Node):
    """Policy of the city or a district: as published, and for its administration as drafted · 政策. plan I2, I3"""

    id: PolicyID = field("Its id · 政策标识")
    district: OrganisationID | None = field("District whose policy it is; null: the city's · 区")
    status: PolicyStatus = field("How far it has come · 政策状态")
    changed_at: datetime = field("When it was first drafted, published or ended, UTC · 变更时间")
    version: int | None = field("Version of its stream; pass it as `expectedVersion` · 版本", roles=POLICY_DRAFTS)
    in_force: PolicyTerms | None = field("What is published; null before · 已发布内容")
    draft: PolicyTerms | None = field("Draft that is not published, for its administration · 草案", roles=POLICY_DRAFTS)
    simulation: PolicySimulation | None = field("Latest simulation; null before · 测算", roles=POLICY_DRAFTS)
    reason: str | None = field("Why it was ended; null while it is not · 终止理由")


@published(POLICY_CHECKS, mask=Mask.OUTCOME)
class PolicyClauseCheck:
    """How a firm stands to one clause · 条款比对. plan I3"""

    title: str = field("What the clause asks · 条款名称")
    verdict: PolicyVerdict = field("How the firm stands to it · 结论")
    tests: list[PolicyVerdict] = field("How it stands to each test, in their order · 各条件结论")


@published(POLICY_CHECKS, row=PolicyCheckRow)
class PolicyCheck:
    """How a firm stands to a policy by what is on record, clause by clause; it grants and refuses nothing · 政策比对. plan I3"""

    id: EnterpriseID = field("Id of the firm · 企业标识")
    enterprise: Enterprise | None = field("Firm · 企业", by="id")
    verdict: PolicyVerdict = field("How it stands to it all · 结论", mask=Mask.OUTCOME)
    clauses: list[PolicyClauseCheck] = field(
        "Clauses; of a district's policy the first is where the firm lies · 逐条", mask=Mask.OUTCOME, made=True
    )
    contested: bool | None = field(
        "Whether its latest report is under objection or arbitration, so that nothing of it is met or failed yet · 报告是否有争议",
        mask=Mask.OUTCOME,
    )
    overlapping: list[PolicyID] = field(
        "Policies for the same purpose that it meets as well and may not take beside this one · 可能重复的政策",
        mask=Mask.OUTCOME,
        made=True,
    )


def _test(one: EveryTest) -> PolicyTest:
    told = one.model_dump()
    listed = told.get("one_of", ())
    return PolicyTest(
        kind=one.kind,
        excluded=one.excluded,
        at_least=Decimal(told["at_least"]) if "at_least" in told else None,
        at_most=told.get("at_most"),
        dimension=told.get("dimension"),
        within_months=told.get("within_months"),
        one_of=list(listed),
        question=told.get("question"),
    )


def _terms(one: PolicyDrafted) -> PolicyTerms:
    terms = one.terms
    return PolicyTerms(
        title=terms.title,
        purpose=terms.purpose,
        since=terms.since,
        until=terms.until,
        fen=Decimal(terms.fen),
        budget_fen=Decimal(terms.budget_fen) if terms.budget_fen is not None else None,
        combinable=terms.combinable,
        edition=id_of("edition", terms.edition),
        clauses=[PolicyClause(title=each.title, any_of=[_test(test) for test in each.any_of]) for each in terms.clauses],
        source=one.source.document,
        mark=one.source.mark,
    )


def _simulation(one: PolicySimulated) -> PolicySimulation:
    return PolicySimulation(
        number=one.number,
        method=one.method,
        day=one.day,
        position=one.position,
        input_digest=one.input_digest,
        fen=Decimal(one.fen),
        most_fen=Decimal(one.most_fen),
        districts=all_shown(PolicyCounts, one.districts),
    )


def _own(context: Context, district: str | None) -> bool:
    """Whether the caller reads the drafts of a policy: the city's those of the city, a district its own."""
    return admits(_drafting(context), Place(district=district))


def _drafting(context: Context) -> Scope:
    """Whose drafts there are for the caller: those of its own administration, and none for who writes no policy."""
    return context.scope if context.role in POLICY_DRAFTS else Nothing()


def _build(context: Context, found: Sequence[PolicyRow], _wanted: frozenset[str]) -> list[Policy]:
    return [_policy(context, row, row.state()) for row in found]


def _policy(context: Context, row: PolicyRow, state: PolicyState) -> Policy:
    own = _own(context, state.district)
    return Policy(
        **shown(Policy, row),
        version=state.version if own else None,
        in_force=_terms(state.in_force) if state.in_force is not None else None,
        draft=_terms(state.draft) if own and state.draft is not None else None,
        simulation=_simulation(state.simulation) if own and state.simulation is not None else None,
        reason=state.reason,
    )


def _checks(context: Context, found: Sequence[PolicyCheckRow], wanted: frozenset[str]) -> list[PolicyCheck]:
    enterprise = led_to(context, (PolicyCheck, "enterprise"), found, wanted)
    context.disclosure_notes.note(frozenset({Mask.OUTCOME}), HOLDS.held(found))
    return [
        PolicyCheck(
            **shown(PolicyCheck, row),
            enterprise=enterprise(row.id),
            clauses=[PolicyClauseCheck(title=one.title, verdict=one.verdict, tests=list(one.tests)) for one in row.clauses],
            overlapping=[id_of("policy", one) for one in row.overlapping],
        )
        for row in found
    ]


def _against(where: PolicyCheckFilter, then: Occasion) -> PolicyCheckFilter:
    """What firms are held against: what is published, or for its administration the draft where there is one."""
    found = rows.policies_by_id(then.context.snapshot, _drafting(then.context), [where.policy]).get(where.policy)
    if found is None:
        return replace(where, day=then.day)
    state = found.state()
    drafted = state.draft if where.draft and _own(then.context, state.district) else None
    stated = drafted or state.in_force
    terms = stated.terms if stated is not None and state.status is not PolicyStatus.ENDED else None
    return replace(where, day=then.day, district=state.district, terms=terms)


HOLDS = Holds("enterprise")
POLICIES: Listed[PolicyFilter, PolicyRow, Policy] = Listed(
    name="policies",
    node=Policy,
    order=rows.LATEST_FIRST,
    rows=rows.policies,
    count=rows.policy_count,
    by_id=rows.policies_by_id,
    build=_build,
    scope=_drafting,
)
CHECKS: Listed[PolicyCheckFilter, PolicyCheckRow, PolicyCheck] = Listed(
    name="policyChecks",
    node=PolicyCheck,
    rows=policy_firms.policy_checks,
    count=policy_firms.policy_check_count,
    build=_checks,
    on=_against,
    holds=HOLDS,
)


@strawberry.type
class PolicyQueries:
    """Query fields: policies."""

    @field("One policy; null where there is none, or it is a draft of others · 政策. plan I2", roles=SIGNED_IN)
    def policy(
        self,
        info: strawberry.Info[Context, None],
        id: Annotated[strawberry.ID, argument("Its id · 政策标识")],  # noqa: A002 - the argument's published name
        at_least: AtLeast = None,
    ) -> Policy | None:
        """A policy that is published, or drafted within the scope."""
        return single(info, POLICIES, key_of(id, "policy"), at_least=at_least)

    @listing(
        POLICIES,
        "Policies that are published, and for their administration drafted, the latest first · 政策列表. plan I2",
        roles=SIGNED_IN,
    )
    def policies(
        self,
        status: Annotated[PolicyStatus | None, argument("How far it has come; none = any · 政策状态")] = None,
    ) -> PolicyFilter:
        """A page of policies."""
        return PolicyFilter(status)

    @listing(
        CHECKS,
        "Firms of the scope held against a policy, each explained clause by clause: a firm its own alone · 政策比对列表. plan I3",
        roles=POLICY_CHECKS,
    )
    def policy_checks(
        self,
        policy: Annotated[strawberry.ID, argument("Policy · 政策标识")],
        enterprise: Annotated[strawberry.ID | None, argument("One firm alone; none = all of the scope · 企业标识")] = None,
        verdict: Annotated[PolicyVerdict | None, argument("How they stand; none = any · 结论")] = None,
        draft: Annotated[bool, argument("Against the draft where there is one, for its administration · 是否按草案")] = False,  # noqa: FBT002 - of the schema
    ) -> PolicyCheckFilter:
        """A page of firms held against a policy."""
        asked = key_of(policy, "policy"), key_of(enterprise, "enterprise")
        return PolicyCheckFilter(policy=asked[0], enterprise=asked[1], verdict=verdict, draft=draft)


def _drafted(context: Context, data: dict[str, Any]) -> dict[str, Any]:
    """Under a new id; a district that names none drafts its own."""
    own = context.caller.organisation if context.role == Role.DISTRICT else None
    return {**data, "policy": str(uuid4()), "district": data.get("district") or own}


def _find_policy(context: Context, key: str, _command: Command, wanted: frozenset[str]) -> Policy | None:
    return POLICIES.of_ids(context, [key], wanted).get(key)


QUERIES = PolicyQueries
EDGES: Mapping[tuple[type, str], Loader] = {(PolicyCheck, "enterprise"): load_enterprises}
FOUND_BY_ID: Mapping[str, NodeKind] = {"policy": NodeKind(Policy, POLICIES.of_ids)}
SERVER_FIELDS: Mapping[type[Command], ServerFields] = {DraftPolicy: ServerFields(frozenset({"policy"}), fill=_drafted)}
PAYLOADS: Mapping[str, Payload] = {"policy": Payload("policy", Policy, _find_policy)}
"""Capability, or a command whose payload carries something else -> what its payloads carry 返回对象."""
