"""Numbers that files state (plan P1, P3): one amount has one spelling."""

from decimal import Decimal

import pytest

from interop.questionnaires.written_numbers import written_number
from interop.rosters.cells import canonical


@pytest.mark.parametrize("written", ["-0", "-0.00", "0", "0.0", "+0"])
def test_nothing_has_no_sign_in_a_file_either(written: str) -> None:
    assert str(written_number(written)) == "0"
    assert str(canonical(Decimal(written))) == "0"
