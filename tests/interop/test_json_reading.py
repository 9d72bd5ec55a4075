"""What a text from elsewhere is wrong with, where it is no JSON that can be read, is said with its place in both languages."""

import re

import pytest

from interop.json_reading import FAULTS, JSONUnreadable, read_json

NINES = "9" * 5_000
UNREADABLE: list[tuple[bytes | str, str, str]] = [
    (f'{{"variables": {{"名": [1, {{"b": {NINES}}}]}}}}', "variables.名.1.b（第 1 行第 31 列）：数字过长", "308 digits"),
    ('{"a": [[], {}, 2, -1e400]}', "a.3（第 1 行第 19 列）：数字过长或过大，最多 308 位", "a.3 (line 1, column 19): the number"),
    ("[" * 2_000 + "]" * 2_000, "第 1 行第 1026 列：嵌套过深，最多 1024 层", "nested too deeply"),
    ('{"a": "中\\"],", "b":\n "\\ud800"}', "b（第 2 行第 3 列）：文字中有半个字符", "half a character"),
    ('"\\udc00x"', "第 1 行第 2 列：文字中有半个字符", "half a character"),
    (b'"\xff"', "文字不是 UTF-8 编码", "not encoded in UTF-8"),
    ('"\ud800"', "文字不是 UTF-8 编码", "not encoded in UTF-8"),
    (b"\xef\xbb\xbf{}", "开头有字节顺序标记", "byte order mark"),
    ('{"a":', "a（第 1 行第 6 列）：没有写完", "it ends too early"),
    ('{"a": "\x01"}', "文字中有未转义的控制字符", "not escaped"),
    ('{"a": 1} x', "第 1 行第 10 列：对象之后还有其他内容", "after its end"),
    ('{"a": 01}', "a（第 1 行第 7 列）：数字不能以多余的 0 开头", "a zero too many"),
    ('{"a": 1,}', "末尾多了一个逗号", "a comma too many"),
    ('{"a": NaN}', "a（第 1 行第 7 列）起不是有效的 JSON", "this is not valid JSON"),
    ("}", "第 1 行第 1 列起不是有效的 JSON", "line 1, column 1"),
]


@pytest.mark.parametrize(("text", "chinese", "english"), UNREADABLE, ids=[english for *_, english in UNREADABLE])
def test_what_is_wrong_and_where_is_said_whole_in_each_language(text: bytes | str, chinese: str, english: str) -> None:
    with pytest.raises(JSONUnreadable) as refused:
        read_json(text)
    assert chinese in refused.value.chinese
    assert english in refused.value.english
    assert not re.search(r"[a-z]{2,} [a-z]{2,}", refused.value.chinese)


def test_each_limit_of_the_reader_is_met_above() -> None:
    told = "\n".join(chinese for _, chinese, _ in UNREADABLE)
    assert [says for _, says, _ in FAULTS if says[:6] not in told] == []


def test_a_path_without_end_is_not_told_whole() -> None:
    with pytest.raises(JSONUnreadable) as refused:
        read_json(f'{{"{"x" * 9_000}": 1e999}}')
    assert len(refused.value.chinese) < 200
