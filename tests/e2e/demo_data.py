"""What the demo's tests are built from 示例城市数据: the authored data, and a smaller city of it."""

from datetime import UTC, datetime

from zhenduan.demo.data import DemoData, demo_data

PRESENT = datetime(2026, 6, 1, 4, tzinfo=UTC)
DATA = demo_data()
IN_GROUPS = [group.model_copy(update={"in_hundred": 60}) for group in DATA.organisations.groups]
"""Of few firms, many in a group."""


SMALL: DemoData = DATA.model_copy(
    update={
        "firms": 60,
        "organisations": DATA.organisations.model_copy(update={"groups": tuple(IN_GROUPS)}),
        "joining_each_year": 3,
        "leaving_each_year": 2,
        "rated_providers": 2,
        "otherwise": DATA.otherwise.model_copy(update={"every": 4}),
        "finished": {},
        "repeated": {},
        "cases": {ending: cases.model_copy(update={"count": 1}) for ending, cases in DATA.cases.items()},
    }
)
