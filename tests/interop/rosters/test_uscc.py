"""Unified social credit code 统一社会信用代码 (plan P1): what its two check digits catch."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interop.rosters.uscc import ALPHABET, UsccFlaw, check_digit, flaw_of, valid_uscc

NUMBERS = st.integers(0, 31**6 - 1)
DIVISIONS = st.sampled_from(["310000", "310115", "310117", "330100"])


@pytest.mark.parametrize(
    "code", ["91330100799655058B", "91310000132260250X", "91110000802100433B", "9144030071526726XG"]
)
def test_registered_codes_pass_both_check_digits(code: str) -> None:
    assert flaw_of(code) is None


@pytest.mark.parametrize("code", ["91350100M0001TGQXM", "91350211M0000XUF46", "91350203M0001FUE2P"])
def test_registered_codes_that_fail_only_the_whole_check_digit_are_told_apart(code: str) -> None:
    assert flaw_of(code) is UsccFlaw.CHECK_DIGIT


@pytest.mark.parametrize(
    ("code", "flaw"),
    [
        ("", UsccFlaw.LENGTH),
        ("91310000132260250", UsccFlaw.LENGTH),
        ("91310000132260250XX", UsccFlaw.LENGTH),
        ("9131000013226025OX", UsccFlaw.ALPHABET),
        ("9131000013226025中X", UsccFlaw.ALPHABET),
        ("91310000132260251X", UsccFlaw.ORGANISATION_CODE),
        ("913100001322602509", UsccFlaw.CHECK_DIGIT),
    ],
)
def test_the_gravest_flaw_is_named(code: str, flaw: UsccFlaw) -> None:
    assert flaw_of(code) is flaw


@given(number=NUMBERS, division=DIVISIONS)
def test_a_generated_code_is_valid(number: int, division: str) -> None:
    code = valid_uscc(number, division)
    assert flaw_of(code) is None
    assert code[2:8] == division


@given(numbers=st.sets(NUMBERS, min_size=2, max_size=20))
def test_generated_codes_differ(numbers: set[int]) -> None:
    assert len({valid_uscc(number) for number in numbers}) == len(numbers)


@given(number=NUMBERS, place=st.integers(0, 17), sign=st.characters(codec="ascii", categories=["Lu", "Nd"]))
def test_any_single_substitution_is_caught(number: int, place: int, sign: str) -> None:
    code = valid_uscc(number)
    changed = code[:place] + sign + code[place + 1 :]
    assert (flaw_of(changed) is None) == (changed == code)


@given(number=NUMBERS, place=st.integers(0, 16))
def test_two_neighbours_swapped_are_caught(number: int, place: int) -> None:
    code = valid_uscc(number)
    changed = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
    assert (flaw_of(changed) is None) == (changed == code)


@given(first=st.text(ALPHABET, min_size=17, max_size=17))
def test_exactly_one_check_digit_fits(first: str) -> None:
    fitting = [sign for sign in ALPHABET if flaw_of(first + sign) not in (UsccFlaw.CHECK_DIGIT, None)]
    assert check_digit(first) in ALPHABET
    assert len(fitting) in (0, 31)  # the organisation code inside fails for all endings or for none
    if not fitting:
        assert [sign for sign in ALPHABET if flaw_of(first + sign) is None] == [check_digit(first)]


@pytest.mark.parametrize("number", [-1, 31**6])
def test_a_number_out_of_range_gives_no_code(number: int) -> None:
    with pytest.raises(ValueError, match="out of range"):
        valid_uscc(number)
