"""What is protected and what is kept of a reading (plan P5, P7): masks have fixed bits, a scope is read back as it was."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.access import (
    AllOf,
    AnyOf,
    Attribute,
    Everything,
    Is,
    Nothing,
    OpenTo,
    Outside,
    Role,
    Scope,
    ids_in,
    scope_of,
    sentence,
)
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


@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize("role", Role)
def test_no_role_is_told_an_id_and_both_languages_name_the_same(role: Role, known: bool) -> None:  # noqa: FBT001 - a case of the test
    unit, person = "3618e069-0001", "zhou-0002"
    names = {unit: "示例单位"} if known else {}
    told = why(role, scope_of(role, unit, person, date(2026, 5, 1)), names)
    for text in told:
        assert unit not in text, "a firm, a unit or a district is told by its name, or not at all"
        assert person not in text
        assert ("示例单位" in text) is (known and unit in ids_in(scope_of(role, unit, person, date(2026, 5, 1))))


@pytest.mark.parametrize("attribute", Attribute)
def test_every_attribute_of_a_scope_is_told_by_name(attribute: Attribute) -> None:
    day = date(2026, 5, 1)
    scopes = [Is(attribute, "310117")] if attribute not in (Attribute.CONSENT, Attribute.ASSIGNMENT) else []
    if attribute is not Attribute.ASSIGNMENT:
        scopes.append(OpenTo(attribute, "310117", day))
    for scope in scopes:
        for text in sentence(scope, {"310117": "松江区"}):
            assert "“松江区”" in text
            assert "310117" not in text


def test_a_consent_is_the_enterprises_to_the_bank() -> None:
    scope = OpenTo(Attribute.CONSENT, "bank-1", date(2026, 5, 1))
    assert sentence(scope, {"bank-1": "示例银行"})[1] == "the enterprise's consent to “示例银行” holds on 2026-05-01"
    assert sentence(scope)[1] == "the enterprise's consent holds on 2026-05-01"
