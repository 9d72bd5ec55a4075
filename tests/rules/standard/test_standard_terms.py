"""Gates in words (plan S4): every gate of an edition is a sentence with its code, and says the numbers that it has."""

from decimal import Decimal

import pytest

from standards import load, published_editions
from standards.edition.terms_zh import KINDS, gates_in_words
from tests.rules.firms import EDITION


@pytest.mark.parametrize("key", published_editions())
def test_every_gate_of_an_edition_is_told_once_with_its_code(key: str) -> None:
    edition = load(key)
    codes = [code for code, _, _ in gates_in_words(edition)]
    dumped = edition.gates.model_dump()
    stated = [gate["code"] for gate in [*dumped.pop("security"), *dumped.values()]]
    assert sorted(codes) == sorted(stated)


def test_a_gate_says_the_numbers_it_has() -> None:
    floor = EDITION.gates.security[1].model_copy(update={"at_least": Decimal(4), "from_level": 5})
    breadth = EDITION.gates.breadth.model_copy(update={"at_least": 5, "including": "D3"})
    weakest = EDITION.gates.weakest_dimension.model_copy(update={"levels_below": 0})
    update = {"security": (floor,), "breadth": breadth, "weakest_dimension": weakest}
    changed = EDITION.model_copy(update={"gates": EDITION.gates.model_copy(update=update)})
    said = {code: text for code, _, text in gates_in_words(changed)}
    assert "生态级（第 5 级）及以上，G03 网络与数据安全治理不低于 4 级" in said[floor.code]
    assert "至少 5 个基本维度（须含 D3 系统性解决方案）" in said[breadth.code]
    assert "均不得低于该等级" in said[weakest.code]
    assert "GATE_SECURITY_GRADING" not in said


def test_every_kind_of_indicator_has_a_word() -> None:
    assert {item.kind for key in published_editions() for item in load(key).indicators} == KINDS.keys()
