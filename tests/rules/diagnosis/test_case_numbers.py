"""Case numbers 案号 (plan P4): read back as people write them, and one that was misheard is refused."""

import pytest

from domain.diagnosis.case_numbers import CASE_NUMBER_MISTYPED, case_number, read_case_number
from domain.kernel import Refused
from tests.rules.given import REFUSED

NUMBER = case_number("d1")


@pytest.mark.parametrize(
    "said",
    [NUMBER, NUMBER.replace("-", ""), NUMBER.replace("-", " "), f" {NUMBER} ", NUMBER.translate({ord("-"): "－", ord("1"): "１"})],
)
def test_a_number_is_read_as_people_write_it(said: str) -> None:
    assert read_case_number(said, "filter.caseNumber") == NUMBER


OFF_BY_ONE = NUMBER[:-1] + str((int(NUMBER[-1]) + 1) % 10)


@pytest.mark.parametrize("said", ["", "1", NUMBER[:-1], NUMBER + "0", OFF_BY_ONE, "案号", NUMBER.replace(NUMBER[0], "x")])
def test_a_number_that_was_misheard_is_refused_with_the_place_to_look(said: str) -> None:
    with pytest.raises(Refused) as caught:
        read_case_number(said, "filter.caseNumber")
    assert (caught.value.rule, caught.value.facts["path"]) == (CASE_NUMBER_MISTYPED, "filter.caseNumber")
    assert "封面" in caught.value.says
    REFUSED.add(CASE_NUMBER_MISTYPED.code)
