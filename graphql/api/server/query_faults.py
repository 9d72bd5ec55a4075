"""What is wrong with a document or its variables 查询差错, whole in Chinese and whole in English: the library knows English alone.

Each sentence of the library has its own in Chinese, with the same names and bounds; of one that a newer library brings, the Chinese
says that it has none. The English is as the library writes it. Both also stand by themselves, as extensions.
"""

import re

from graphql import GraphQLEnumType, GraphQLError, GraphQLSchema

SHOWN = 60
"""Letters of a name that are told once more in Chinese."""
UNKNOWN_VALUE = re.compile(r"does not exist in '(\w+)' enum")
SUGGESTED = re.compile(r"[Dd]id you mean (.+?)\?(?: |$)")
NAME = r"'([^']*)'"
OF_VARIABLE = re.compile(rf"^Variable {NAME} has invalid (?:default )?value(?: at ([^ :]+))?: (?=[A-Z])")
"""Comes before what is wrong with the value, with the place in it."""
IN_CHINESE = "此处有误，原因见英文说明"
"""Of a sentence of the library that has none of its own here; a test holds that none of today's is met with it."""
TOKENS = {
    "Name": "名称",
    "Int": "整数",
    "Float": "小数",
    "String": "文本",
    "BlockString": "文本块",
    "Comment": "注释",
    "<EOF>": "文末",
}
"""Kind of a sign of a document as the library names it -> 中文."""
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
        (rf"^Fragment {NAME} cannot condition on non composite type {NAME}", "片段“{0}”的条件类型“{1}”没有字段"),
        (rf"^Fragment cannot condition on non composite type {NAME}", "片段的条件类型“{0}”没有字段"),
        (rf"^Variable {NAME} is not defined", "变量“{0}”未声明"),
        (rf"^Variable {NAME} is never used", "变量“{0}”未被使用，请使用或删去"),
        (rf"^Variable {NAME} of type {NAME} used in position expecting type {NAME}",
         "变量“{0}”的类型为“{1}”，此处要求“{2}”"),
        (rf"^Variable {NAME} is of type {NAME} but must be non-nullable to be used for OneOf Input Object {NAME}",
         "变量“{0}”的类型为“{1}”，用于择一输入“{2}”时不得允许为空"),
        (rf"^Variable {NAME} cannot be non-input type {NAME}", "变量“{0}”的类型“{1}”不能用作输入"),
        (rf"^Fields {NAME} conflict because", "字段“{0}”的两处选取不一致，请以别名区分"),
        (rf"^There can be only one .* named {NAME}", "“{0}”只能出现一次"),
        (r"^This anonymous operation must be the only", "文档含多个操作时，每个操作都须命名"),
        (r"^The (.+) definition is not executable", "“{0}”是类型定义，不能在查询中执行"),
        (r"^The (.+) operation is not supported by the schema", "本接口不支持“{0}”操作"),
        (r"Subscription.* must select (?:only )?one top level field", "一个订阅只能选取一个顶层字段"),
        (r"Subscription.* must not select an introspection", "订阅的顶层字段不能是自省字段"),
        (r"Subscription.* must not use", "订阅的顶层字段不能带 @skip 或 @include"),
        (rf"^The directive {NAME} can only be used once", "指令“{0}”在此处只能用一次"),
        (r"^(?:Defer|Stream) directive cannot be used on root", "此指令不能用于该操作的顶层字段"),
        (r"^(?:Defer|Stream) directive not supported on subscription operations", "订阅中不能使用此指令，除非以 if 参数关闭"),
        (r"directive label argument must be a static string", "指令的 label 须直接写出，不能用变量"),
        (r"directive label argument must be unique", "各指令的 label 不能相同"),
        (rf"^Stream directive cannot be used on non-list field {NAME}", "字段“{0}”不是列表，不能用此指令"),
        (r"^Maximum introspection depth exceeded", "自省查询嵌套过深"),
        (r"^Too many validation errors", "错误过多，其余未再检查"),
        (rf"does not exist in {NAME} enum", "“{0}”没有此取值"),
        (rf"Enum {NAME} cannot represent non-string value", "“{0}”的取值须写成文本"),
        (rf"Enum {NAME} cannot represent non-enum value", "“{0}”的取值须写成不加引号的名称"),
        (rf"Within OneOf Input Object type {NAME}, exactly one field", "“{0}”须且只须填写一个字段，且不为空"),
        (rf"Expected value of type {NAME} to include required field {NAME}", "“{0}”须填写“{1}”"),
        (rf"Expected value of type {NAME} not to include unknown field {NAME}", "“{0}”没有字段“{1}”"),
        (rf"Expected value of type {NAME} to be an object", "“{0}”须是对象"),
        (rf"Expected value of non-null type {NAME} not to be", "“{0}”不能为空（null）"),
        (rf"Expected a value of non-null type {NAME} to be provided", "必须提供“{0}”的值"),
        (r"Int cannot represent non-integer value", "须是整数"),
        (r"Int cannot represent non 32-bit signed integer value", "整数超出 32 位的范围"),
        (r"Float cannot represent non numeric value", "须是数字"),
        (r"Write it as YYYY-MM-DD in ASCII", "日期须写成 YYYY-MM-DD，用半角字符"),
        (r"Write it as YYYY-MM-DDThh:mm:ss with Z or an offset", "时刻须写成 YYYY-MM-DDThh:mm:ss，并带 Z 或时区，用半角字符"),
        (r"Write it as \[\+-\]digits", "数字须只用半角数字、小数点与正负号"),
        (r"Write a number of more than (\d+) digits as a string", "超过 {0} 位的数字须写成文本，以免失去精度，请加引号"),
        (r"Its year lies between (\d+) and (\d+)", "年份须在 {0} 至 {1} 之间"),
        (r'Value cannot represent a (?:Date|DateTime): ".*"\. Expected a string', "日期与时刻须是文本，请加引号"),
        (r"Value cannot represent a Date:", "没有这一天"),
        (r"Value cannot represent a DateTime:", "没有这一时刻"),
        (r"Value cannot represent a Decimal:", "须是数字"),
        (r"String cannot represent a non string value", "须是文本，请加引号"),
        (r"Boolean cannot represent a non boolean value", "须是 true 或 false"),
        (r"ID cannot represent", "标识须是文本，请加引号"),
        (rf"Expected value of type {NAME}, (?:found|but encountered)", "须是“{0}”的取值"),
        (r"^Variable values are nested too deeply", "变量嵌套过深"),
        (r"^Syntax Error: Unterminated string", "文本缺少结束的引号"),
        (r"^Syntax Error: Document is nested too deeply", "查询嵌套过深"),
        (r"^Syntax Error: (?:Document|Source) contains more than (\d+)", "查询过长，最多 {0} 个词"),
        (r"^Source contains more than (\d+) code points", "查询过长，最多 {0} 个字符"),
        (r"^Syntax Error: Invalid number, unexpected digit after 0", "数字不能以多余的 0 开头"),
        (r"^Syntax Error: Invalid number, expected digit", "数字没有写完整"),
        (r"^Syntax Error: Invalid Unicode escape sequence", "文本中的 Unicode 转义有误"),
        (r"^Syntax Error: Invalid character escape sequence", "文本中的反斜杠转义有误"),
        (r"^Syntax Error: Invalid character within String", "文本中含有不能出现的字符"),
        (r"^Syntax Error: Unexpected single quote", "此处不能用单引号，请用双引号"),
        (r"^Syntax Error: (?:Unexpected|Invalid) character", "此处的字符不属于查询语言"),
        (r"^Syntax Error: Unexpected '\.\.'", "此处应为三个点 ..."),
        (r"^Syntax Error: Unexpected description, only", "说明文字只能写在类型定义前"),
        (r"^Syntax Error: Unexpected description", "省略 query 的查询前不能写说明文字"),
        (rf"^Syntax Error: Unexpected variable {NAME} in constant value", "此处不能用变量“{0}”"),
        (r"^Syntax Error: Name '(\w+)' is reserved", "“{0}”是保留字，不能作取值名称"),
        (r"^Syntax Error: Expected (.+), found <EOF>", "查询没有写完，缺少 {0}"),
        (r"^Syntax Error: Unexpected <EOF>", "查询没有写完"),
        (r"^Syntax Error: Expected (.+), found (.+?)\.$", "此处应为 {0}，实为 {1}"),
        (r"^Syntax Error: Unexpected (.+?)\.$", "此处不应出现 {0}"),
    )
)  # fmt: skip
"""English of the library -> the Chinese beside it; numbers are the groups."""


def in_chinese_too(errors: list[GraphQLError], kind: str, schema: GraphQLSchema | None = None) -> list[GraphQLError]:
    """Errors of the library with what they say in Chinese before it 双语提示, and each language by itself among the extensions.

    kind: which fault it is, in Chinese. schema: of the values of closed sets, which a refusal of another lists; None where no
    value is at fault.
    """
    for error in errors:
        found = UNKNOWN_VALUE.search(error.message)
        closed = schema.get_type(found[1]) if found is not None and schema is not None else None
        listed = tuple(closed.values) if isinstance(closed, GraphQLEnumType) else ()
        chinese = f"{kind}{_said(error.message)}{'；可选：' + '、'.join(listed) if listed else ''}。"
        english = f"{error.message}{' Allowed: ' + ', '.join(listed) + '.' if listed else ''}"
        error.message = f"{chinese} {english}"
        error.extensions = {"messageInChinese": chinese, "messageInEnglish": english, **(error.extensions or {})}
    return errors


def _said(english: str) -> str:
    """The Chinese of a sentence, without its stop."""
    variable, where = OF_VARIABLE.match(english), ""
    if variable is not None:
        english = english[variable.end() :]
        where = f"变量“{_named(variable[1])}”" + (f"的“{_named(variable[2].lstrip('.'))}”：" if variable[2] else "：")
    for pattern, chinese in SENTENCES:
        found = pattern.search(english)
        if found is not None:
            meant = SUGGESTED.search(english)
            names = re.findall(NAME, meant[1]) if meant is not None else ()
            said = chinese.format(*map(_named, found.groups()))
            return f"{where}{said}" + (f"；是否想写 {'、'.join(names)}" if names else "")
    return f"{where}{IN_CHINESE}"


def _named(name: str | None) -> str:
    """A name as it is told once more; of a sign of a document, its kind in Chinese."""
    kind, blank, rest = (name or "").partition(" ")
    told = f"{TOKENS.get(kind, kind)}{blank}{rest}"
    return told if len(told) <= SHOWN else f"{told[:SHOWN]}…"
