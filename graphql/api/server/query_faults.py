"""What is wrong with a document or its variables, in Chinese too 查询差错: the GraphQL library says it in English alone.

Each sentence of the library that a caller commonly meets has its own in Chinese, with the same names and bounds; any other comes
after one that says in Chinese what kind of fault it is. The English stays as the library writes it, for clients that read it.
"""

import re

from graphql import GraphQLEnumType, GraphQLError, GraphQLSchema

SHOWN = 60
"""Letters of a name that are told once more in Chinese."""
UNKNOWN_VALUE = re.compile(r"does not exist in '(\w+)' enum")
SUGGESTED = re.compile(r"Did you mean (.+?)\?")
NAME = r"'([^']*)'"
SENTENCES: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(english), chinese)
    for english, chinese in (
        (rf"^Cannot query field {NAME} on type {NAME}", "类型“{1}”没有字段“{0}”"),
        (rf"^Unknown argument {NAME} on field {NAME}", "字段“{1}”没有参数“{0}”"),
        (rf"^Unknown argument {NAME} on directive {NAME}", "指令“{1}”没有参数“{0}”"),
        (rf"^Argument {NAME} of type {NAME} is required", "必须提供参数“{0}”，其类型为“{1}”"),
        (rf"^Field {NAME} must not have a selection since type {NAME}", "字段“{0}”的类型“{1}”没有子字段，不能再选取"),
        (rf"^Field {NAME} of type {NAME} must have", "字段“{0}”的类型为“{1}”，须选取其子字段"),
        (rf"^Unknown type {NAME}", "没有类型“{0}”"),
        (rf"^Unknown fragment {NAME}", "没有片段“{0}”"),
        (rf"^Unknown directive {NAME}", "没有指令“{0}”"),
        (rf"^Directive {NAME} may not be used on", "指令“{0}”不能用在此处"),
        (rf"^Fragment {NAME} is never used", "片段“{0}”未被使用，请使用或删去"),
        (rf"^Cannot spread fragment {NAME} within itself", "片段“{0}”不能包含自身"),
        (rf"^Fragment(?: {NAME})? cannot be spread here as objects of type {NAME} can never be of type {NAME}",
         "此处的对象为“{1}”，不会是片段所要求的“{2}”"),
        (rf"^Variable {NAME} is not defined", "变量“{0}”未声明"),
        (rf"^Variable {NAME} is never used", "变量“{0}”未被使用，请使用或删去"),
        (rf"^Variable {NAME} of type {NAME} used in position expecting type {NAME}",
         "变量“{0}”的类型为“{1}”，此处要求“{2}”"),
        (rf"^Variable {NAME} cannot be non-input type {NAME}", "变量“{0}”的类型“{1}”不能用作输入"),
        (rf"^Fields {NAME} conflict because", "字段“{0}”的两处选取不一致，请以别名区分"),
        (rf"^There can be only one .* named {NAME}", "“{0}”只能出现一次"),
        (r"^This anonymous operation must be the only", "文档含多个操作时，每个操作都须命名"),
        (rf"does not exist in {NAME} enum", "“{0}”没有此取值"),
        (rf"Expected value of type {NAME} to include required field {NAME}", "“{0}”须填写“{1}”"),
        (rf"Expected value of type {NAME} not to include unknown field {NAME}", "“{0}”没有字段“{1}”"),
        (rf"Expected value of type {NAME} to be an object", "“{0}”须是对象"),
        (rf"Expected value of non-null type {NAME} not to be", "“{0}”不能为空（null）"),
        (rf"Expected a value of non-null type {NAME} to be provided", "必须提供“{0}”的值"),
        (r"Int cannot represent non-integer value", "须是整数"),
        (r"Int cannot represent non 32-bit signed integer value", "整数超出 32 位的范围"),
        (r"Float cannot represent non numeric value", "须是数字"),
        (r"String cannot represent a non string value", "须是文本，请加引号"),
        (r"Boolean cannot represent a non boolean value", "须是 true 或 false"),
        (r"ID cannot represent", "标识须是文本，请加引号"),
        (r"^Variable values are nested too deeply", "变量嵌套过深"),
        (r"^Syntax Error: Unterminated string", "文本缺少结束的引号"),
        (r"^Syntax Error: Expected (.+), found <EOF>", "查询没有写完，缺少 {0}"),
        (r"^Syntax Error: Unexpected <EOF>", "查询没有写完"),
        (r"^Syntax Error: Expected (.+), found (.+?)\.$", "此处应为 {0}，实为 {1}"),
        (r"^Syntax Error: Unexpected (.+?)\.$", "此处不应出现 {0}"),
    )
)  # fmt: skip
"""English of the library -> the Chinese beside it; numbers are the groups."""


def in_chinese_too(errors: list[GraphQLError], kind: str, schema: GraphQLSchema | None = None) -> list[GraphQLError]:
    """Errors of the library with what they say in Chinese before it 双语提示.

    kind: which fault it is, in Chinese. schema: of the values of closed sets, which a refusal of another lists; None where no
    value is at fault.
    """
    for error in errors:
        found = UNKNOWN_VALUE.search(error.message)
        closed = schema.get_type(found[1]) if found is not None and schema is not None else None
        listed = f" Allowed · 可选：{'、'.join(closed.values)}" if isinstance(closed, GraphQLEnumType) else ""
        error.message = f"{kind}{_said(error.message)}{error.message}{listed}"
    return errors


def _said(english: str) -> str:
    for pattern, chinese in SENTENCES:
        found = pattern.search(english)
        if found is not None:
            meant = SUGGESTED.search(english)
            names = re.findall(NAME, meant[1]) if meant is not None else ()
            named = (one if one is None or len(one) <= SHOWN else f"{one[:SHOWN]}…" for one in found.groups())
            return chinese.format(*named) + (f"；是否想写 {'、'.join(names)}" if names else "") + "。"
    return "请按下文改正。"
