"""Audit trail 审计轨迹: searched by who, as what, for whom, when; told in sentences (plan P5)."""

import json
import re
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from string import Formatter
from typing import Any

import pytest

from domain.events import EVENTS
from domain.governance.ties import TieKind
from domain.instants import microseconds
from domain.participants.ownership import Ownership
from domain.participants.rosters.bringing_in import held_back
from domain.programme.implementation_facts import ImplementationStandard
from domain.programme.packages.terms import Counterpart
from domain.programme.targets import Measure, TargetSet
from domain.standard.revision.draft import DraftChange, DraftChanged
from journal import NewEntry
from journal.journal import DEMO_STREAM, DEMO_TYPE
from projections.record.audit_trail import EntryRow
from projections.record.trail_sentences import ENGLISH, KnownNames, in_words, predicate, sentence
from standards import Answer
from standards.described import DescribedEnum
from tests.api.record.logged_reads import held, rows
from tests.live_city import ENTERPRISE, LiveCity, sections

KEPT = json.loads((Path(__file__).parents[2] / "golden" / "events.json").read_text("utf-8"))["histories"]

ASKED = """query($subject: ID, $kind: [String!], $actor: [ID!], $role: [Role!], $organisation: [ID!],
  $from: DateTime, $to: DateTime, $text: String) {
  auditTrail(subject: $subject, kind: $kind, actor: $actor, role: $role, organisation: $organisation, from: $from, to: $to,
    text: $text, first: 100) { totalCount
    nodes { type what whatInEnglish role organisation at subject sentence sentenceInEnglish } } }"""


def trail(city: LiveCity, who: str, **given: Any) -> list[dict[str, Any]]:
    answer = city.data(who, ASKED, **given)["auditTrail"]
    assert answer["totalCount"] == len(answer["nodes"])
    return list(answer["nodes"])


def test_the_trail_is_searched_by_actor_role_organisation_kind_and_time(city: LiveCity) -> None:
    subject = city.submitted()
    every = trail(city, "auditor", subject=subject)
    assert trail(city, "auditor", subject=subject, actor="district") == [n for n in every if n["role"] == "DISTRICT"]
    by_role = [n for n in every if n["role"] == "ENTERPRISE"]
    assert trail(city, "enterprise", subject=subject, role="ENTERPRISE") == by_role
    assert trail(city, "auditor", subject=subject, role=["ENTERPRISE", "DISTRICT"]) == every
    assert trail(city, "city", subject=subject, organisation=ENTERPRISE) == by_role
    assert trail(city, "auditor", subject=subject, organisation="310117", kind="diagnosis.opened") == every[:1]
    middle = every[len(every) // 2]["at"]
    early, late = trail(city, "city", subject=subject, to=middle), trail(city, "city", subject=subject, **{"from": middle})
    at_once = [n for n in every if n["at"] == middle]
    assert early + late[len(at_once) :] == every


def test_the_trail_is_searched_by_the_words_that_its_sentences_are_put_together_of(city: LiveCity) -> None:
    subject = city.submitted()
    reason = "联系人已更换，100% 属实"
    city.done("provider", "acceptDiagnosis", diagnosis=subject, reasonGiven=reason)
    every = trail(city, "auditor", subject=subject)

    def found(text: str) -> list[dict[str, Any]]:
        return trail(city, "auditor", subject=subject, text=text)

    assert found("保存 自评") == found("SAVED answers") == [one for one in every if "保存了" in one["sentence"]] != []
    assert found("区级部门") == [one for one in every if one["role"] == "DISTRICT"] != []
    assert found("松江区 开启") == found("示例诊断服务一所 开启") == every[:1], "who acted, and whom a fact names"
    assert [one["sentence"] for one in found("100%")] == [every[-1]["sentence"]]
    assert found("100_") == found("开启 自评") == [], "every word must be there, and as it is written"
    assert found(" \u200b") == every


def test_only_who_may_read_a_sentence_may_look_for_its_words_and_it_is_written_down(city: LiveCity) -> None:
    subject = city.submitted()
    (error,) = city.ask("park", '{ auditTrail(text: "区级部门") { totalCount } }')["errors"]
    assert error["extensions"]["code"] == "FORBIDDEN"
    asked = "query($text: String) { auditTrail(text: $text, first: 3) { nodes { at } } }"
    city.data("auditor", asked)
    assert rows(city) == []
    city.data("auditor", asked, text="开启")
    assert {subject: {"trail"}}.items() <= held(rows(city)[0]).items()


def test_what_no_person_sent_is_told_as_the_systems(city: LiveCity) -> None:
    city.installation.services.journal.append([NewEntry(DEMO_STREAM, 1, DEMO_TYPE, b"{}")], at=microseconds(datetime.now(UTC)))
    city.installation.services.models.catch_up()
    [entry] = trail(city, "city", subject=DEMO_STREAM)
    assert (entry["role"], entry["organisation"], entry["what"]) == ("SYSTEM", "", "日志已标记为示例")
    assert entry["sentenceInEnglish"] == "The system marked the journal as a demo"


def test_only_who_may_read_the_actor_may_look_for_one(city: LiveCity) -> None:
    for who in ("enterprise", "provider", "district", "group"):
        (error,) = city.ask(who, '{ auditTrail(actor: "district") { totalCount } }')["errors"]
        assert error["extensions"]["code"] == "FORBIDDEN"
    (error,) = city.ask("park", "{ auditTrail { nodes { sentence } } }")["errors"]
    assert error["extensions"]["fields"] == ["AuditEntry.sentence"]


def test_a_person_understands_what_happened(city: LiveCity) -> None:
    diagnosis = city.submitted()
    city.done("provider", "acceptDiagnosis", diagnosis=diagnosis)
    section, answers = next(iter(sections(3).items()))
    found = [dict(one) for one in answers]
    found[0] |= {"answer": {"level": "2"}, "reason": "规划未覆盖主要业务领域"}
    city.done("provider", "verifyAnswers", diagnosis=diagnosis, section=section, answers=found)
    told = trail(city, "enterprise", subject=diagnosis)
    said = [node["sentence"] for node in told]
    english = [node["sentenceInEnglish"] for node in told]
    assert (told[0]["whatInEnglish"], told[1]["whatInEnglish"]) == ("A diagnosis began", "Answers of a section changed")
    assert english[1] == f"Owner of the enterprise's account saved {len(answers)} of the answers of {section}"
    assert said[0] == "区级部门“松江区”开启了首次诊断（批次 2024，标准版本 2023），指定“示例诊断服务一所”"
    assert said[1] == f"企业负责人保存了 {section} 数字战略 的自评 {len(answers)} 项"
    assert said[-2:] == [
        "服务商负责人“示例诊断服务一所”受理了诊断",
        f"服务商负责人“示例诊断服务一所”核验了 {section} 数字战略 的 {len(answers)} 项，其中 1 项与自评不同",
    ]


def row(kind: str, data: str = "{}", role: str = "city", actor: str = "u1") -> EntryRow:
    return EntryRow(1, 0, "x/1", 1, kind, data, actor, role, "", "")


@pytest.mark.parametrize("stored", [one for history in KEPT.values() for one in history], ids=lambda one: one["type"])
def test_every_fact_ever_stored_is_told_in_a_sentence_without_a_gap(stored: dict[str, Any]) -> None:
    said = sentence(row(stored["type"], json.dumps(stored["state"])), KnownNames())
    assert said.in_chinese.startswith("市级部门")
    assert said.in_english.startswith("City department ")
    for one in said:
        assert not re.search(r"[{}@|]|None|True|False|<", one), one
    own_words = said.in_english
    for text in sorted(texts_of(stored["state"]), key=len, reverse=True):
        own_words = own_words.replace(text, "")
    assert not re.search(r"[\u3000-\u9fff\uff00-\uffef]", own_words), "each sentence is whole in one language"


def texts_of(stated: Any) -> set[str]:
    """The texts that a fact itself holds: names, reasons and whatever else somebody wrote."""
    if isinstance(stated, dict):
        return set().union(*map(texts_of, [*stated, *stated.values()]))
    if isinstance(stated, list):
        return set().union(*map(texts_of, stated))
    return {stated} if isinstance(stated, str) and stated else set()


def test_what_the_person_at_the_machine_did_is_told_as_such() -> None:
    erased = row("person.erased.v1", actor="operator-root", role="system")
    said = sentence(erased, KnownNames())
    assert said.in_chinese == "运维人员删除了一名人员的个人信息，密钥已销毁"
    assert said.in_english == "The operator erased a person's data and destroyed its key"


def test_long_lists_are_counted_and_equal_answers_called_equal() -> None:
    items = ",".join(f'{{"indicator": "Z{n:02d}", "reason": "r"}}' for n in range(1, 8))
    objected = row("diagnosis.report_objected_to.v1", f'{{"items": [{items}]}}', role="enterprise")
    assert sentence(objected, KnownNames()).in_chinese == "企业负责人对 Z01、Z02、Z03、Z04、Z05 等 7 项 提出了异议"
    assert sentence(objected, KnownNames()).in_english.endswith(" objected to Z01, Z02, Z03, Z04, Z05 and others, 7 in all")
    data = '{"section": "D1", "answers": {"Z01": {"answer": {"level": "3.0"}, "reason": null}}}'
    named = KnownNames(indicators={"Z01": "Z01 数字化战略与规划"})
    assert "Z01 数字化战略与规划、Z02" in sentence(objected, named).in_chinese
    assert "Z01, Z02" in sentence(objected, named).in_english
    known = KnownNames(own={"Z01": Answer(level="3")})
    said = sentence(row("diagnosis.answers_verified.v1", data, "provider"), known)
    assert said.in_chinese == "服务商负责人核验了 D1 的 1 项，均与自评一致"
    assert said.in_english.endswith(" verified 1 of the answers of D1, all as self-assessed")


def test_the_trail_names_clauses_and_measures_and_why_a_file_went_back() -> None:
    changed = DraftChange.model_construct(clause="dimensions.D1.weight", before="20", after="21", comment=None)
    drafted = DraftChanged.model_construct(changes=(changed,))
    assert predicate(drafted, KnownNames()) == "修改了草案：维度 D1 的权重"
    targets = [TargetSet(year=2026, measure=measure, at_least=Decimal(50), clause="条", mark="V") for measure in Measure]
    said = [predicate(target, KnownNames()) for target in targets]
    assert "已诊断企业数（家）不低于 50" in said[0]
    assert "诊断覆盖率（%）不低于 50" in said[1]
    assert "3 行有误或待确认" in held_back(3)
    assert "0" not in held_back(0)
    assert predicate(targets[0], KnownNames(), ENGLISH) == "set a target for 2026 (firms diagnosed) of at least 50 (条)"
    assert predicate(drafted, KnownNames(), ENGLISH) == "changed the draft: dimensions.D1.weight"


def test_the_trail_says_money_in_yuan_a_kind_by_its_name_and_a_clause_in_words() -> None:
    kept = {one["type"]: one["state"] for history in KEPT.values() for one in history}
    approved, asked, said = ("subsidy.approved.v1", "paper.requested.v1", "revision.commented.v1")
    paid = sentence(row(approved, json.dumps(kept[approved])), KnownNames())
    assert re.search(r"共 [0-9,]+\.[0-9]{2} 元$", paid.in_chinese)
    assert re.search(r", [0-9,]+\.[0-9]{2} yuan$", paid.in_english)
    assert re.search("年度(白皮书|研究简报)第", sentence(row(asked, json.dumps(kept[asked])), KnownNames()).in_chinese)
    on_a_weight = json.dumps(kept[said] | {"clause": "dimensions.D1.weight"})
    assert sentence(row(said, on_a_weight), KnownNames()).in_chinese == "市级部门对 维度 D1 的权重 提出了意见"


def closed_sets() -> set[type[DescribedEnum]]:
    """The enumerations whose values the sentences of events tell."""
    found = set()
    for event in EVENTS.values():
        for _, field, how, _ in Formatter().parse(event.says):
            if field and (how or "").partition("?")[0] == "term":
                kind = event.model_fields[field].annotation
                assert isinstance(kind, type)
                assert issubclass(kind, DescribedEnum), (event, field)
                found.add(kind)
    return found


def test_a_value_is_told_by_the_name_that_its_own_closed_set_has_for_it() -> None:
    """Two sets have a value of the same text, such as a standard of a firm and the platform of another body."""
    sets = closed_sets()
    assert {Counterpart, ImplementationStandard, TieKind, Ownership} <= sets
    told = [(one, in_words(one)) for kind in sets - {Measure} for one in kind]
    assert [(type(one).__name__, one.value, words) for one, words in told if words != one.names[0]] == []
    assert [in_words(one) for one in (Counterpart.INTEGRATION, ImplementationStandard.INTEGRATION)] == [
        "两化融合评估平台",
        "两化融合管理体系",
    ]
