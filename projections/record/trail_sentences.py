"""Trail in words 轨迹语句: each entry as a sentence a person understands, built from its own data. plan P5.

A sentence names roles and organisations, never people, and holds no more than a reader of the entry's data may know.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from domain.access import Scope
from journal.entries import DEMO_TYPE
from projections.diagnosis import case_parts, diagnoses
from projections.engine.snapshot import Snapshot
from projections.participants import directory
from projections.record.audit_trail import EntryRow
from projections.report.wording import FORMS, PURPOSES, ROLES
from projections.standard import editions
from standards import Answer, Form

Data = dict[str, Any]

OPERATOR = "运维人员"
SHOWN = 5
"""Indicators that a sentence names before it says how many more."""


@dataclass(frozen=True)
class Known:
    """What a sentence may look at besides the entry 语境.

    dimensions: id -> "D1 数字战略". organisations: id -> name. own: indicator -> the firm's answer, of the entry's diagnosis.
    """

    dimensions: Mapping[str, str] = field(default_factory=dict)
    organisations: Mapping[str, str] = field(default_factory=dict)
    own: Mapping[str, Answer] = field(default_factory=dict)


def _listed(ids: Sequence[str]) -> str:
    named = "、".join(ids[:SHOWN])
    return named if len(ids) <= SHOWN else f"{named} 等 {len(ids)} 项"


def _section(data: Data, known: Known) -> str:
    return known.dimensions.get(data["section"], data["section"])


def _opened(data: Data, known: Known) -> str:
    provider = f"，指定{_named(data['provider'], known)}" if data["provider"] else ""
    purpose = {str(key.value): name for key, name in PURPOSES.items()}[data["purpose"]]
    return f"开启了{purpose}（批次 {data['campaign']}，标准版本 {data['edition']}）{provider}{_otherwise(data)}"


def _otherwise(data: Data) -> str:
    """What applied to the firm, and why it was opened under another; nothing where it was not."""
    applied = data.get("applicable")
    if not applied or (data["edition"], data["form"]) == (applied["edition"], applied["form"]):
        return ""
    return f"；另选标准（适用 {applied['edition']} {FORMS[Form(applied['form'])]}），理由：{data['reason']}"


def _named(organisation: str, known: Known) -> str:
    return f"“{known.organisations[organisation]}”" if organisation in known.organisations else f" {organisation} "


def _verified(data: Data, known: Known) -> str:
    answers = {indicator: Answer.model_validate(item["answer"]) for indicator, item in data["answers"].items()}
    other = sum(1 for i, answer in answers.items() if i in known.own and not answer.agrees_with(known.own[i]))
    said = f"核验了 {_section(data, known)} {len(answers)} 项"
    return f"{said}，其中 {other} 项与自评不同" if other else f"{said}，均与自评一致"


def _answered(data: Data, _known: Known) -> str:
    upheld = sum(1 for answer in data["answers"] if answer["upheld"])
    return f"答复了异议：采纳 {upheld} 项，维持 {len(data['answers']) - upheld} 项"


def _granted(data: Data, known: Known) -> str:
    until = f"至 {data['until']}" if data["until"] else "起"
    role = ROLES.get(data["role"], data["role"])
    return f"授予了{_named(data['organisation'], known)}的{role}角色，自 {data['since']} {until}"


def _of_year(data: Data) -> str:
    return f"按 {data['year']} 年名单" if data.get("year") is not None else ""


def _imported(data: Data, _known: Known) -> str:
    return (
        f"导入了 {data['year']} 年名单“{data['filename']}”：新登记 {data['registered']} 家，更新 {data['revised']} 家，"
        f"无变化 {data['unchanged']} 家，退回 {data['refused_rows']} 行"
    )


_KINDS = {"revision": "修订", "erratum": "勘误"}
_DISPOSITIONS = {"adopted": "采纳", "partly": "部分采纳", "rejected": "不采纳"}
_VERDICTS = {"approve": "同意", "return": "退回"}

PREDICATES: Mapping[str, Callable[[Data, Known], str]] = {
    **dict.fromkeys(sorted(diagnoses.OPENED), _opened),
    "diagnosis.provider_assigned.v1": lambda data, known: f"指定了服务商{_named(data['provider'], known)}",
    "diagnosis.answers_saved.v1": lambda data, known: f"保存了 {_section(data, known)} 自评 {len(data['answers'])} 项",
    "diagnosis.truth_pledged.v1": lambda _data, _known: "作出了真实性承诺",
    "diagnosis.self_assessment_submitted.v1": lambda data, _: f"提交了自评，自评总分 {data['measured']['total']}",
    "diagnosis.accepted.v1": lambda _data, _known: "受理了诊断",
    "diagnosis.evidence_attached.v1": lambda data, _: f"附上了佐证“{data['filename']}”（{_listed(data['indicators'])}）",
    "diagnosis.site_visit_recorded.v1": lambda data, _: (
        f"记录了 {data['visited_on']} 的现场诊断，诊断师 {data['diagnosticians']} 人"
    ),
    "diagnosis.answers_verified.v1": _verified,
    "diagnosis.expert_review_recorded.v1": lambda _data, _known: "记录了专家评审",
    "diagnosis.scored.v1": lambda data, _: f"完成评分：核验总分 {data['verified']['total']}，{data['issued']['grade_name']}",
    "diagnosis.report_issued.v1": lambda data, _: f"出具了第 {data['version']} 版报告，总分 {data['total']}",
    "diagnosis.report_confirmed.v1": lambda data, _: f"确认了报告，形成第 {data['version']} 版",
    "diagnosis.report_objected_to.v1": lambda data, _: f"对 {_listed([i['indicator'] for i in data['items']])} 提出了异议",
    "diagnosis.objections_answered.v1": _answered,
    "diagnosis.withdrawn.v1": lambda data, _: f"撤销了诊断：{data['reason']}",
    "headquarters.named.v1": lambda data, _: f"指定了集团总部，自 {data['since']} 起",
    "headquarters.ended.v1": lambda data, _: f"终止了集团总部，至 {data['last']}",
    "mapping.set.v1": lambda data, _: f"设定了自 {data['mapping']['since']} 起的标准适用表（通用版 {data['mapping']['plain']}）",
    "edition.published.v1": lambda data, _: f"发布了标准版本 {data['edition']['key']}“{data['edition']['title']}”",
    "edition.industry_published.v1": lambda data, _: (
        f"发布了行业版本 {data['edition']['key']}“{data['edition']['title']}”"
    ),
    **dict.fromkeys(
        ("enterprise.registered.v1", "enterprise.registered.v2", "enterprise.registered.v3"),
        lambda data, _: f"{_of_year(data)}登记了企业“{data['firm']['name']}”",
    ),
    **dict.fromkeys(
        ("enterprise.revised.v1", "enterprise.revised.v2", "enterprise.revised.v3"),
        lambda data, _: f"{_of_year(data)}更新了企业“{data['firm']['name']}”的信息",
    ),
    "enterprise.stated.v1": lambda data, _: (
        f"{_of_year(data)}记载了企业“{data['firm']['name']}”当年的信息，现状不变"
    ),
    "enterprise.taken_off_roster.v1": lambda data, _: f"将企业移出 {data['year']} 年名单：{data['reason']}",
    "consent.granted.v1": lambda data, known: (
        f"授权{_named(data['bank'], known)}自 {data['since']} 至 {data['until']} 查看诊断结果，用途：{data['purpose']}"
    ),
    "consent.revoked.v1": lambda _data, _known: "撤回了对银行的授权",
    "assignment.made.v1": lambda data, _: (
        f"指派了{ROLES.get(data['role'], data['role'])}，自 {data['since']} 至 {data['until']}"
    ),
    "assignment.ended.v1": lambda _data, _known: "解除了一项专家指派",
    "roster.imported.v1": _imported,
    "roster.imported.v2": _imported,
    "roster.blocked.v1": lambda data, _: (
        f"提交的 {data['year']} 年名单“{data['filename']}”被整份退回：{data['refused_rows']} 行有误"
    ),
    "roster.blocked.v2": lambda data, _: (
        f"提交的 {data['year']} 年名单“{data['filename']}”被整份退回：{data['refused_rows']} 行有误或待确认"
    ),
    **dict.fromkeys(
        ("organisation.registered.v1", "organisation.registered.v2"), lambda data, _: f"登记了组织“{data['name']}”"
    ),
    "person.joined.v1": lambda _data, _known: "接受邀请并加入",
    "person.registered.v1": lambda _data, _known: "登记了一名人员",
    "person.membership_granted.v1": _granted,
    "person.membership_granted.v2": _granted,
    "person.membership_ended.v1": lambda data, _: f"终止了一项任职，最后一日 {data['on']}",
    "person.erased.v1": lambda _data, _known: "删除了一名人员的个人信息，密钥已销毁",
    "improvement.costs_set.v1": lambda data, _: (
        f"设定了自 {data['costs']['since']} 起的改进成本（{data['costs']['source']['document']}，"
        f"标记 {data['costs']['source']['mark']}）"
    ),
    "edition.put_in_force.v1": lambda data, _: f"确定标准版本自 {data['since']} 起施行",
    "edition.retired.v1": lambda data, _: f"废止了标准版本，自 {data['since']} 起：{data['reason']}",
    "revision.drafted.v1": lambda data, _: f"以版本 {data['base']} 为基础起草了{_KINDS[data['kind']]} {data['key']}：{data['why']}",
    "revision.changed.v1": lambda data, _: f"修改了草案：{_listed([one['clause'] for one in data['changes']])}",
    "revision.consultation_opened.v1": lambda data, _: (
        f"就第 {data['draft_version']} 稿公开征求意见，自 {data['since']} 至 {data['until']}"
    ),
    "revision.consultation_closed.v1": lambda _data, _known: "结束了征求意见",
    "revision.commented.v1": lambda data, _: f"对{data['clause'] or '全文'}提出了意见",
    "revision.comment_answered.v1": lambda data, _: f"答复了一条意见：{_DISPOSITIONS[data['disposition']]}",
    "revision.reviewers_named.v1": lambda data, _: f"将草案送 {len(data['reviewers'])} 位专家评审",
    "revision.reviewed.v1": lambda data, _: f"评审了第 {data['draft_version']} 稿：{_VERDICTS[data['verdict']]}",
    "revision.published.v1": lambda data, _: f"发布了修订：{_listed(sorted(data['editions']))}，自 {data['since']} 起施行",
    "revision.abandoned.v1": lambda data, _: f"终止了修订：{data['reason']}",
    "shadow.requested.v1": lambda data, _: f"请求对第 {data['draft_version']} 稿作影子测算",
    "shadow.completed.v1": lambda data, _: f"完成了第 {data['number']} 次影子测算，{data['moved']} 份诊断等级将变动",
    "shadow.failed.v1": lambda data, _: f"第 {data['number']} 次影子测算失败：{data['reason']}",
    "target.set.v1": lambda data, _: f"设定了 {data['year']} 年工作目标：不低于 {data['at_least']}（{data['clause']}）",
    "slot.taken.v1": lambda _data, _known: "占用了在诊名额",
    "slot.released.v1": lambda _data, _known: "释放了在诊名额",
    DEMO_TYPE: lambda _data, _known: "将日志标记为示例",
}
"""Published name -> what its actor did 谓语. A fact without a row is named by its event's own first line."""


def sentence(row: EntryRow, known: Known, named: str) -> str:
    """An entry as one Chinese sentence 轨迹语句. named: what its fact is called, where no predicate speaks of it."""
    who = OPERATOR if row.actor.startswith("operator-") else ROLES.get(row.role, row.role or "系统")
    if row.organisation in known.organisations:
        who += _named(row.organisation, known)
    predicate = PREDICATES.get(row.type)
    if predicate is None:
        return f"{who}：{named}"
    return who + predicate(orjson.loads(row.data), known)


def told(snapshot: Snapshot, scope: Scope, rows: Sequence[EntryRow], named: Callable[[str], str]) -> list[str]:
    """Sentences of many entries, with three reads for all of them; what lies outside the scope lends them no names."""
    facts = [orjson.loads(row.data) if row.type in PREDICATES else {} for row in rows]
    ids = {row.stream.partition("/")[2] for row in rows if row.stream.startswith("diagnosis/")}
    cases = diagnoses.diagnoses_by_id(snapshot, scope, sorted(ids)) if ids else {}
    dimensions: dict[str, dict[str, str]] = {}
    for key in {case.edition for case in cases.values()}:
        if (found := editions.edition(snapshot, key)) is not None:
            dimensions[key] = {d["id"]: f"{d['id']} {d['name']}" for d in orjson.loads(found.body)["dimensions"]}
    mentioned = {row.organisation for row in rows} | {fact.get("provider") for fact in facts}
    mentioned |= {fact.get(name) for fact in facts for name in ("organisation", "bank")}
    organisations = directory.organisations_by_id(snapshot, sorted(name for name in mentioned if name))
    names = {identity: organisation.name for identity, organisation in organisations.items()}
    verified = {row.stream.partition("/")[2] for row in rows if row.type == "diagnosis.answers_verified.v1"}
    own: dict[str, dict[str, Answer]] = {}  # what the firm says cannot change once there is something to verify
    for answer in case_parts.answers(snapshot, scope, sorted(verified)) if verified else ():
        own.setdefault(answer.diagnosis, {})[answer.indicator] = Answer.model_validate_json(answer.given)
    found_sentences = []
    for row in rows:
        identity = row.stream.partition("/")[2]
        case = cases.get(identity)
        known = Known(dimensions.get(case.edition, {}) if case is not None else {}, names, own.get(identity, {}))
        found_sentences.append(sentence(row, known, named(row.type)))
    return found_sentences
