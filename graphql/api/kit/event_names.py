"""Event names 事实名称: what the published name of a stored event says in words, for whatever page tells of it."""

import re

from domain.events import EVENTS
from journal.entries import DEMO_TYPE

CHINESE_WORDS = re.compile(r"[\u4e00-\u9fff]+")


def in_words(name: str) -> str:
    """What a published name says in Chinese 事实名称: the Chinese of its event's own first line."""
    if name == DEMO_TYPE:
        return "日志已标记为示例"
    found = CHINESE_WORDS.search(_first_line(name))
    return found.group() if found is not None else name


def in_english(name: str) -> str:
    """What a published name says in English 事实英文名称: the first sentence of its event's own first line."""
    if name == DEMO_TYPE:
        return "The journal was marked as a demo"
    plain = " ".join(CHINESE_WORDS.sub("", _first_line(name)).replace(" ,", ",").split())
    return re.split(" ?[;.:]( |$)", plain)[0] or name


def _first_line(name: str) -> str:
    same = (event for other, event in EVENTS.items() if _unversioned(other) == _unversioned(name))
    event = EVENTS.get(name) or next(same, None)
    return (event.__doc__ or "").splitlines()[0] if event is not None else ""


def _unversioned(name: str) -> str:
    """A published name without its version: what was published anew says the same in words."""
    return name.rsplit(".v", 1)[0]
