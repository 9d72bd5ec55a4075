"""Numbers that files state (plan P1, P3): one amount has one spelling."""

from decimal import Decimal

import pytest

from interop.questionnaires.written_numbers import written_number
from interop.rosters.cells import canonical


@pytest.mark.parametrize("written", ["\u0663", "\u0969", "1\u0660", "1_0", "0x10", "1e999", "NaN", "Infinity", "\u2776"])
def test_digits_of_another_alphabet_and_what_is_no_number_state_none(written: str) -> None:
    assert written_number(written) is None


def test_a_number_in_full_width_is_one() -> None:
    assert written_number("\uff11\uff12.\uff15") == Decimal("12.5")


@pytest.mark.parametrize("written", ["-0", "-0.00", "0", "0.0", "+0"])
def test_nothing_has_no_sign_in_a_file_either(written: str) -> None:
    assert str(written_number(written)) == "0"
    assert str(canonical(Decimal(written))) == "0"
