"""Event guide 事件说明页: every public event with its examples, for people, made of the AsyncAPI document. plan P8.

docs/events.md is this page; a test holds it current.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from api.record.event_objects import TABLE_OF, object_schema
from zhenduan.pages.events_page import document

HEAD = """# 公开事件目录 · public events

由 `zhenduan events --page` 根据 [asyncapi.yaml](asyncapi.yaml) 生成，请勿手改。*Generated.*

如何订阅、密钥与约定见[合作方页](roles/partner.md)。每个事件是一个 CloudEvents 1.0 对象。
“精简”人人如此，“全量”只在与市级的约定有效期间，`object` 各列见文末。
*Thin for everyone; full while a contract with the city holds, with the columns below.*

"""


def page() -> str:
    """The page as it is printed."""
    told = document()
    return HEAD + "\n".join((*_events(told["components"]["messages"]), *_objects())) + "\n"


def _events(messages: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    kind = ""
    for name, one in messages.items():
        if name.partition(".")[0] != kind:
            kind = name.partition(".")[0]
            yield f"## {kind}\n"
        yield f"### `{name}`\n\n{one['title']}。{one['summary']}\n"
        for example in one["examples"]:
            form = {"thin": "精简 thin", "full": "全量 full"}[example["name"]]
            yield f"{form}\n\n```json\n{json.dumps(example['payload'], ensure_ascii=False, indent=1)}\n```\n"


def _objects() -> Iterator[str]:
    yield "## 对象各列 Columns of objects\n"
    for thing in TABLE_OF:
        schema = object_schema(thing)
        assert schema is not None  # noqa: S101 - it has a table
        yield f"### `{thing}`\n\n| 列 column | 类型 type | 含义 meaning |\n| --- | --- | --- |"
        for name, column in schema["properties"].items():
            values = f": {', '.join(one for one in column['enum'] if one)}" if "enum" in column else ""
            yield f"| `{name}` | {' / '.join(column['type'])}{values} | {column['description']} |"
        yield ""
