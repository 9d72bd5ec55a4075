"""JSON from elsewhere 外来 JSON: what a text that cannot be read is wrong with, where, in both languages.

The reader's own limits are said as limits: a number beyond a double, endless nesting, half a character. It reads no NaN and no
infinity, and nothing twice as deep as any stack.
"""

import re
from typing import Any

import orjson

LONGEST_PATH = 120
"""Characters of a place that are shown."""
DEEPEST = 1_024
"""Arrays and objects within each other that the reader takes."""
SIGN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]', re.DOTALL)
FAULTS: tuple[tuple[re.Pattern[str], str, str], ...] = tuple(
    (re.compile(said), chinese, english)
    for said, chinese, english in (
        ("number is infinity", "数字过长或过大，最多 308 位", "the number is too long or too large: at most 308 digits"),
        ("depth limit", f"嵌套过深，最多 {DEEPEST} 层", f"it is nested too deeply: at most {DEEPEST} levels"),
        ("surrogate in string", "文字中有半个字符（单独的 UTF-16 代理码）", "a text holds half a character: a lone surrogate"),
        ("not valid UTF-8", "文字不是 UTF-8 编码", "its text is not encoded in UTF-8"),
        ("byte order mark", "开头有字节顺序标记（BOM），请去掉", "it begins with a byte order mark; leave that out"),
        ("unexpected end", "没有写完", "it ends too early"),
        ("control character", "文字中有未转义的控制字符", "a text holds a control character that is not escaped"),
        ("after document", "对象之后还有其他内容", "something follows after its end"),
        ("leading zero", "数字不能以多余的 0 开头", "a number begins with a zero too many"),
        ("trailing comma", "末尾多了一个逗号", "there is a comma too many at the end"),
    )
)  # fmt: skip
"""What the reader says -> the same in Chinese and in English."""


class JSONUnreadable(ValueError):  # noqa: N818 - the sender's fault, told to it
    """A text that is no JSON which can be read 无法读取的 JSON.

    chinese, english: what is wrong, and where, with no stop. path: of members and places from 0, as "variables.input.amount"; empty
    at the top.
    """

    def __init__(self, chinese: str, english: str, path: str) -> None:
        super().__init__(f"{english} · {chinese}")
        self.chinese, self.english, self.path = chinese, english, path


def read_json(text: bytes | str) -> Any:  # noqa: ANN401 - any JSON value
    """The value that a text says 读取 JSON.

    Raises:
        JSONUnreadable: it is none, or goes beyond what is read.
    """
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise _unreadable(error) from None


def _unreadable(error: orjson.JSONDecodeError) -> JSONUnreadable:
    path = _path(error.doc, error.pos) if "depth limit" not in error.msg else ""
    chinese, english = f"第 {error.lineno} 行第 {error.colno} 列", f"line {error.lineno}, column {error.colno}"
    if path:
        chinese, english = f"{path}（{chinese}）", f"{path} ({english})"
    for pattern, says, what in FAULTS:
        if pattern.search(error.msg):
            return JSONUnreadable(f"{chinese}：{says}", f"{english}: {what}", path)
    return JSONUnreadable(f"{chinese}起不是有效的 JSON", f"{english}: this is not valid JSON", path)


def _path(text: str, end: int) -> str:
    """The members and places that lie around a place of a text, which is sound up to there."""
    around: list[str | int] = []
    last = ""
    for found in SIGN.finditer(text, 0, end):
        match sign := found[0]:
            case "{" | "[":
                around.append("" if sign == "{" else 0)
            case "}" | "]":
                around.pop()
            case ",":
                around[-1] = around[-1] + 1 if isinstance(around[-1], int) else ""
            case ":":
                around[-1] = last
            case _:
                last = sign[1:-1]
    path = ".".join(str(one) for one in around if one != "")
    return path if len(path) <= LONGEST_PATH else f"{path[:LONGEST_PATH]}…"
