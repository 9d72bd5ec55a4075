"""Punctuation 标点: texts of the standard as Chinese is set, whatever marks the file they came from was typed with.

A published edition keeps its bytes, which its digest is over: what is changed here is only what is shown.
"""

import re

HAN = re.compile(r"[\u3400-\u9fff]")
COMMA = re.compile(r"(?<!\d),\s*|,\s*(?!\d)")
SEMICOLON = re.compile(r";\s*")
COLON = re.compile(r"(?<=[\u3400-\u9fff）”]):\s*(?!//)|(?<!\d):\s*(?=[\u3400-\u9fff（“])")
INNER = r"[^()（）]*"
BRACKETS = re.compile(rf"(?<=[\u3400-\u9fff”])\s?\(({INNER})\)|\(({INNER}[\u3400-\u9fff]{INNER})\)")


def punctuated(text: str) -> str:
    """A text with Chinese commas, semicolons, colons and brackets 中文标点, where it is Chinese; numbers keep their commas."""
    if not HAN.search(text):
        return text
    text = COLON.sub("：", SEMICOLON.sub("；", COMMA.sub("，", text)))
    return BRACKETS.sub(lambda found: f"（{found[1] if found[1] is not None else found[2]}）", text)
