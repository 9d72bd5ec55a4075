"""What is protected and what is kept of a reading (plan P5, P7): masks have fixed bits, a scope is read back as it was."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.access import AllOf, AnyOf, Attribute, Everything, Is, Nothing, OpenTo, Outside, Role, Scope, scope_of
from domain.disclosures import MASK_BITS, bits_of, scope_spelled, spelled, why
from domain.masks import MASK_NAMES

LEAVES: st.SearchStrategy[Scope] = st.one_of(
    st.just(Everything()),
    st.just(Nothing()),
    st.builds(Is, st.sampled_from(Attribute), st.text()),
    st.builds(OpenTo, st.sampled_from(Attribute), st.text(), st.dates()),
)
SCOPES: st.SearchStrategy[Scope] = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.builds(AnyOf, st.tuples(inner, inner)), st.builds(AllOf, st.tuples(inner)), st.builds(Outside, inner)
    ),
)


@given(SCOPES)
def test_a_scope_is_read_back_as_it_was_kept(scope: Scope) -> None:
    assert scope_spelled(spelled(scope)) == scope


@pytest.mark.parametrize("kept", [[], ["is"], ["is", "mood", "x"], ["most"], ["open", "consents", "b", "someday"]])
def test_what_is_no_scope_is_refused(kept: list[str]) -> None:
    with pytest.raises(ValueError, match=r".+"):
        scope_spelled(kept)


def test_a_mask_keeps_its_bit_for_ever() -> None:
    assert MASK_BITS == {
        "contacts": 1,
        "revenue": 2,
        "process secrets": 4,
        "outcome": 8,
        "result and report": 16,
        "trail": 32,
        "consents": 64,
    }, "rows are kept with these bits: a new mask goes to the end"
    assert bits_of(("revenue", "outcome", "revenue")) == 10
    assert set(MASK_NAMES) == set(MASK_BITS)


@pytest.mark.parametrize("role", Role)
def test_every_role_says_why_it_could_read(role: Role) -> None:
    chinese, english = why(role, scope_of(role, "unit", "person", date(2026, 5, 1)))
    assert chinese.startswith("以“")
    assert english.startswith("as ")
