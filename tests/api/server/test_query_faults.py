"""What is wrong with a document or its variables is said in Chinese and in English."""

from typing import Any

import pytest
from graphql import GraphQLError

from api.server.query_faults import in_chinese_too
from tests.live_city import LiveCity

ID = "query($id: ID!) { enterprise(id: $id) { id } }"
OPENED = "mutation($input: WithdrawDemandInput!) { withdrawDemand(input: $input) { userErrors { code } } }"
FAULTS: list[tuple[str, dict[str, Any], str]] = [
    ("{ enterprises { nodes { nane } } }", {}, "查询与接口定义不符：类型“Enterprise”没有字段“nane”；是否想写 name"),
    ("{ enterprises(frist: 3) { nodes { id } } }", {}, "字段“Query.enterprises”没有参数“frist”；是否想写 first"),
    ("{ viewer @include(iff: true) { role } }", {}, "指令“@include”没有参数“iff”；是否想写 if"),
    ("{ enterprise { id } }", {}, "必须提供参数“Query.enterprise(id:)”，其类型为“ID!”"),
    ("{ viewer { role { name } } }", {}, "字段“role”的类型“Role!”没有子字段，不能再选取"),
    ("{ viewer }", {}, "字段“viewer”的类型为“Viewer!”，须选取其子字段"),
    ("query($a: Txt) { enterprise(id: $a) { id } }", {}, "没有类型“Txt”"),
    ("{ viewer { ...a } }", {}, "没有片段“a”"),
    ("{ viewer @now { role } }", {}, "没有指令“@now”"),
    ("query @skip(if: true) { viewer { role } }", {}, "指令“@skip”不能用在此处"),
    ("{ viewer { role } } fragment a on Viewer { role }", {}, "片段“a”未被使用，请使用或删去"),
    ("{ viewer { ...a } } fragment a on Viewer { role ...a }", {}, "片段“a”不能包含自身"),
    ("{ viewer { ... on Enterprise { id } } }", {}, "此处的对象为“Viewer”，不会是片段所要求的“Enterprise”"),
    ("{ enterprise(id: $id) { id } }", {}, "变量“$id”未声明"),
    ("query($id: ID) { viewer { role } }", {}, "变量“$id”未被使用，请使用或删去"),
    ("query($id: Int!) { enterprise(id: $id) { id } }", {}, "变量“$id”的类型为“Int!”，此处要求“ID!”"),
    ("query($id: Viewer) { enterprise(id: $id) { id } }", {}, "变量“$id”的类型“Viewer”不能用作输入"),
    ("{ a: viewer { role } a: viewer { actor } a: position }", {}, "字段“a”的两处选取不一致，请以别名区分"),
    ("query($id: ID!, $id: ID!) { enterprise(id: $id) { id } }", {"id": "x"}, "“$id”只能出现一次"),
    ("{ viewer { role } } query two { viewer { role } }", {}, "文档含多个操作时，每个操作都须命名"),
    ("{ datedRules(kind: NOTHING) { since } }", {}, "“RuleKind”没有此取值"),
    (OPENED, {"input": {}}, "“WithdrawDemandInput”须填写“demand”"),
    (OPENED, {"input": {"demand": "d", "why": "x"}}, "“WithdrawDemandInput”没有字段“why”"),
    (OPENED, {"input": "x"}, "变量取值与接口定义不符：变量“$input”：“WithdrawDemandInput”须是对象"),
    (ID, {"id": None}, "“ID!”不能为空（null）"),
    (ID, {}, "必须提供“ID!”的值"),
    ('{ portrait(year: "x") { position } }', {}, "须是整数"),
    ("{ portrait(year: 99999999999) { position } }", {}, "整数超出 32 位的范围"),
    ("{ portrait(year: 2026, atLeast: 3) { position } }", {}, "须是文本，请加引号"),
    ("{ viewer @include(if: 1) { role } }", {}, "须是 true 或 false"),
    ("{ enterprise(id: true) { id } }", {}, "标识须是文本，请加引号"),
    ('{ enterprise(id: "a', {}, "查询的语法有误：文本缺少结束的引号"),
    ("{ viewer { role }", {}, "查询没有写完，缺少 名称"),
    ("{ viewer(", {}, "查询没有写完"),
    ("query($id) { viewer { role } }", {}, "此处应为 ':'，实为 ')'"),
    ("} viewer {", {}, "此处不应出现 '}'"),
]


def test_each_fault_says_in_chinese_what_the_library_says_in_english(city: LiveCity) -> None:
    for query, variables, chinese in FAULTS:
        messages = [error["message"] for error in city.ask("city", query, **variables)["errors"]]
        assert any(chinese in message for message in messages), (query, messages)
        assert all(any("a" <= letter <= "z" for letter in message) for message in messages), query


def test_a_fault_that_has_no_sentence_of_its_own_says_in_chinese_which_kind_it_is() -> None:
    [error] = in_chinese_too([GraphQLError("Something else.")], "查询的语法有误：")
    assert error.message == "查询的语法有误：此处有误，原因见英文说明。 Something else."


@pytest.mark.parametrize("written", ["{long}", "-{long}", "1.{long}", "1e{long}"])
@pytest.mark.parametrize(
    "query",
    ["{ enterprises(first: %s) { totalCount } }", 'query($n: Int = %s) { verifyReport(number: "x", grade: $n) { status } }'],
)
@pytest.mark.parametrize("who", [None, "city"])
def test_a_number_without_end_is_refused_in_our_own_words(city: LiveCity, who: str | None, query: str, written: str) -> None:
    [error] = city.ask(who, query % written.format(long="9" * 5_000))["errors"]
    assert error["message"] == "数字过长，最多 400 位。 A number has at most 400 digits."
    assert error["extensions"]["code"] == "GRAPHQL_VALIDATION_FAILED"


def test_a_name_without_end_is_not_told_twice_whole() -> None:
    [error] = in_chinese_too([GraphQLError(f"Unknown type '{'x' * 5000}'.")], "")
    assert len(error.message) < 5000 + 200
