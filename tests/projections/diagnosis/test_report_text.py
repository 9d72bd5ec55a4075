"""The words of a printed report 报告文字: Chinese commas, and no citation of our papers. plan P4."""

import re
from decimal import Decimal

import pytest

from projections.report import wording
from standards import load, published_editions
from tests.rules.firms import EDITION


@pytest.mark.parametrize("key", published_editions())
def test_no_text_of_a_published_edition_is_printed_with_an_ascii_comma_or_a_citation_of_our_papers(key: str) -> None:
    edition = load(key)
    said = [edition.title, edition.status, edition.source.document]
    for item in edition.indicators:
        said += [item.name, item.evidence, item.source.document]
        said += [wording.described(item, level) for level in range(1, 6)]
    printed = [wording.chinese(text) for text in said]
    assert [text for text in printed if re.search(r"\D,|,\D|;|facts", text)] == []


@pytest.mark.parametrize(
    ("said", "printed"),
    [
        ("采集,存储;分析", "采集，存储；分析"),
        ("对接ERP/MES, 并回写", "对接ERP/MES，并回写"),
        ("营收 21,000 万元", "营收 21,000 万元"),
        ("复原的规则（facts 2.3）", "复原的规则"),
        ("plain, English; text", "plain, English; text"),
    ],
)
def test_the_standards_text_is_set_with_chinese_commas_and_numbers_keep_theirs(said: str, printed: str) -> None:
    assert wording.chinese(said) == printed


@pytest.mark.parametrize("identity", ["X03", "X02"])
def test_a_level_of_a_number_is_described_by_the_bounds_that_the_edition_scores_with(identity: str) -> None:
    item = EDITION.by_id[identity].model_copy(update={"upper_bounds": tuple(map(Decimal, ("1", "2.5", "4", "6")))})
    assert wording.described(item, 3).removeprefix("比率").startswith("超过 2.5")
    assert "不超过 4" in wording.described(item, 3)
    assert "超过 6" in wording.described(item, 5)
