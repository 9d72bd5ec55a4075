"""Sentences that people read (plan P7): in Chinese a role is its Chinese name, and no opaque id stands in any sentence."""

import re
from enum import StrEnum
from functools import cache
from string import Formatter
from typing import Any

import pytest

from domain.access import ROLE_NAMES
from domain.events import CAPABILITIES, EVENTS
from domain.kernel import Event, Rule
from tests.rules.test_completeness import rules

IDENTIFIER = r"^[0-9A-Za-z][0-9A-Za-z._-]{0,63}$"
READ_BY_PEOPLE = frozenset({"edition", "external_edition", "headquarters", "indicator", "key", "organisation", "plain", "section"})
"""Ids that are names: the key of an edition or of an industry, an indicator, a dimension; of an organisation its division code."""
COMMANDS = [command for capability in CAPABILITIES.values() for command in capability.commands]
RULES = {rule.code: rule for rule in rules()}


def placeholders(sentence: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(sentence) if name}


@cache
def ids() -> set[str]:
    """Names of the fields that hold an id in any command."""
    found = set()
    for command in COMMANDS:
        for name, schema in command.model_json_schema()["properties"].items():
            if IDENTIFIER in [part.get("pattern") for part in (schema, *schema.get("anyOf", []))]:
                found.add(name)
    return found


@cache
def enumerations() -> set[str]:
    """Names of the fields that hold one of several codes in any command."""
    found = set()
    for command in COMMANDS:
        for name, field in command.model_fields.items():
            kind: Any = field.annotation
            if isinstance(kind, type) and issubclass(kind, StrEnum):
                found.add(name)
    return found


@pytest.mark.parametrize("code", sorted(RULES))
def test_no_sentence_of_a_rule_holds_an_opaque_id_and_none_in_chinese_a_code(code: str) -> None:
    rule: Rule = RULES[code]
    opaque = {name for one in ids() - READ_BY_PEOPLE for name in (one, f"{one}s")}
    assert placeholders(rule.says) & opaque == set()
    assert placeholders(rule.says_in_english) & opaque == set()
    assert placeholders(rule.says) & enumerations() == set()


@pytest.mark.parametrize("event", EVENTS.values(), ids=lambda event: event.__name__)
def test_no_sentence_of_the_trail_holds_an_opaque_id(event: type[Event]) -> None:
    raw = {name for _, name, kind, _ in Formatter().parse(event.says) if name and not kind}
    assert raw & (ids() - READ_BY_PEOPLE | {"organisation"}) == set()


def test_what_is_looked_for_is_there() -> None:
    assert {"provider", "membership", "comment", "person"} <= ids()
    assert {"role", "kind", "purpose", "form"} <= enumerations()


def test_every_role_has_a_name_in_chinese_without_a_letter_of_its_code() -> None:
    assert [name for name, _ in ROLE_NAMES.values() if re.search("[A-Za-z_]", name)] == []


PREPOSITIONS = "为于以向在对将就按经自因"
VERBS = frozenset(
    re.findall(
        "..",
        "上报中止交卷作出保存修改停用公布公开公示决定出具列出办理办结列入发布取消受理吊销同意启动填写备案"
        "完成定于导入封存建立开启开始延期录入要求指定指派抽取抽签承诺报名报告接受推荐提交提出提起提醒提问"
        "揭示授予授权撤回撤销收到收回暂停更新未同未将未能未接核验注销登记确定确认答复终止终结结束编发记录记载"
        "设定设立评定评审请求谢绝计划输入送回送达退回邀请采纳锁定附上颁发解除废止删除再次催办申报申明申请"
        "裁定批准恢复截止作为修订制作审核撤下更换认定起草退出验收",
    )
)
"""With what a predicate of Chinese may begin: it follows who acted, and a noun beside a noun would read as one thing."""


@pytest.mark.parametrize("event", EVENTS.values(), ids=lambda event: event.__name__)
def test_a_sentence_of_the_trail_goes_on_after_who_acted_with_what_was_done(event: type[Event]) -> None:
    begins = re.sub(r"^\{[^}]*\}", "", event.says)
    assert begins[0] in PREPOSITIONS or begins[:2] in VERBS, event.says


@pytest.mark.parametrize("event", EVENTS.values(), ids=lambda event: event.__name__)
def test_a_sentence_of_the_trail_tells_a_value_of_a_closed_set_by_its_name_and_money_in_yuan(event: type[Event]) -> None:
    raw = {name for _, name, kind, _ in Formatter().parse(event.says) if name and not kind}
    of = {name: field.annotation for name, field in event.model_fields.items()}
    assert [name for name in raw if isinstance(one := of.get(name), type) and issubclass(one, StrEnum)] == []
    assert raw & {"clause"} == set() or event.says.startswith("设定")
    assert " 分" not in event.says, "money is said in yuan, with the kind of that name"
