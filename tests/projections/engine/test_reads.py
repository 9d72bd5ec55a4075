"""Reads of the read models 读模型查询: pages, search, coverage, and a scope in SQL as in Python. plan P3, P7."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
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
    Place,
    Role,
    Scope,
    Term,
    admits,
    scope_of,
)
from domain.participants.enterprises import place_of
from domain.participants.people.registration import ErasePerson
from projections import ReadModels
from projections.as_of import validity
from projections.diagnosis import case_parts, diagnoses
from projections.diagnosis.diagnoses import DiagnosisFilter
from projections.engine.pages import Page
from projections.participants import enterprises, people
from projections.participants.enterprises import EnterpriseFilter
from projections.programme import coverage
from projections.record import audit_trail
from tests.firm_ids import firm_id
from tests.projections.every_table import (
    ANY,
    CONSENTING,
    LAST_DAY,
    OTHERS,
    TODAY,
    USCCS,
    city,
    firm,
    journal,
    models,
    models_url,
)
from tests.small_city import (
    CITY,
    ENTERPRISE,
    FILE,
    FIRM,
    City,
    roster,
)

__all__ = ["city", "journal", "models", "models_url"]


def test_pages_neither_skip_nor_repeat(models: ReadModels) -> None:
    with models.reading() as snapshot:
        seen: list[str] = []
        while page := enterprises.enterprises(snapshot, Everything(), ANY, Page(2, beyond=(seen[-1],) if seen else None)):
            seen += [row.id for row in page]
        assert len(seen) == len(set(seen)) == 4
        assert seen == [row.id for row in enterprises.enterprises(snapshot, Everything(), ANY, Page(100))]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("临港", 1),
        ("示例", 4),
        ("临示", 0),
        ("91110000802100433b", 1),
        ("港", 1),
        ("%", 0),
        ("示例（临港）", 0),
        *((text, 1) for text in ("嘉定(分)汽车", "嘉定（分）汽车", "嘉定（分）汽车 ", "嘉定 (分) 汽车", " 9144030071526726XG")),
        ("９１４４０３００７１５２６７２６ＸＧ", 1),
        ("ＡＢ", 1),
        ("\u3000", 4),
        ("9111000\u200b0802100433B", 1),
    ],
)
def test_search_takes_a_text_as_an_import_does_and_finds_a_single_letter(
    city: City, models: ReadModels, text: str, found: int
) -> None:
    city.send(CITY, roster(digest="4" * 64, rows=((3, firm(USCCS[1], name="示例嘉定（分）汽车零部件AB有限公司")),)))
    models.catch_up()
    where, position = EnterpriseFilter(text=text), city.journal.head().size
    with models.reading() as snapshot:
        assert enterprises.count(snapshot, Everything(), where) == found
        assert len(enterprises.enterprises(snapshot, Everything(), where, Page(10))) == found
        assert validity.enterprise_count(snapshot, Everything(), where, position) == found


def test_a_renamed_firm_is_no_longer_found_by_its_old_name(city: City, models: ReadModels) -> None:
    renamed = OTHERS[0].model_copy(update={"name": "示例浦东新材料有限公司"})
    city.send(CITY, roster(digest="4" * 64, rows=((3, renamed),)))
    models.catch_up()
    with models.reading() as snapshot:
        assert enterprises.count(snapshot, Everything(), EnterpriseFilter(text="临港")) == 0
        assert enterprises.count(snapshot, Everything(), EnterpriseFilter(text="浦东")) == 1


def test_coverage_counts_firms_with_a_report_over_the_roster_of_the_year(models: ReadModels, city: City) -> None:
    year = 2024
    with models.reading() as snapshot:
        rows = {row.district: row for row in coverage.by_district(snapshot, Everything(), year)}
        assert {d: r.total for d, r in rows.items()} == {"310114": 1, "310115": 1, "310117": 2}
        [target] = coverage.targets(snapshot, year)
        assert (target.clause, target.mark, target.at_least) == ("plan G2", "V", 60)
        assert coverage.targets(snapshot, 2030) == []
    city.send(CITY, roster(year=TODAY.year, digest="5" * 64))
    models.catch_up()
    with models.reading() as snapshot:
        assert coverage.by_district(snapshot, Everything(), TODAY.year)[0].diagnosed == 1
        assert coverage.by_district(snapshot, Everything(), TODAY.year)[0].confirmed == 1


def test_an_erased_person_holds_no_membership_and_leaves_no_ciphertext(city: City, models: ReadModels) -> None:
    with models.reading() as snapshot:
        assert [m.organisation for m in people.memberships_of(snapshot, "u1", "2024-05-01")] == [ENTERPRISE]
        assert people.memberships_of(snapshot, "u1", "2023-12-31") == []
    city.send(CITY, ErasePerson(person="u1"))
    models.catch_up()
    with models.reading() as snapshot:
        assert people.memberships_of(snapshot, "u1", "2024-05-01") == []
    assert [row[1:5] for row in models.dump()["people"] if row[0] == "u1"] == [(None, None, False, True)]


VALUES = {
    Attribute.ENTERPRISE: (ENTERPRISE, "none"),
    Attribute.DISTRICT: ("310115", "310117", "310101"),
    Attribute.SUBDISTRICT: ("310114001", "none"),
    Attribute.PARK: ("lingang", "none"),
    Attribute.REPORTING_UNIT: ("lingang", "none"),
    Attribute.GROUP: ("g1", "none"),
    Attribute.PROVIDER: ("p1", "p2"),
}


PARTIES = (
    (Attribute.CONSENT, ("bank", "another"), st.none()),
    (Attribute.ASSIGNMENT, ("zhou", "wu"), st.sampled_from((None, Role.READER, Role.SAMPLER))),
)
DAYS = (TODAY - timedelta(days=1), TODAY, LAST_DAY, LAST_DAY + timedelta(days=1))
leaves = st.one_of(
    st.just(Everything()),
    st.just(Nothing()),
    *(
        st.builds(OpenTo, st.just(attribute), st.sampled_from(parties), st.sampled_from(DAYS), roles)
        for attribute, parties, roles in PARTIES
    ),
    *(st.builds(Is, st.just(attribute), st.sampled_from(values)) for attribute, values in VALUES.items()),
)


scopes = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.builds(AnyOf, st.lists(inner, max_size=3).map(tuple)),
        st.builds(AllOf, st.lists(inner, max_size=3).map(tuple)),
        st.builds(Outside, inner),
    ),
    max_leaves=6,
)


@settings(max_examples=60)
@given(scope=scopes)
def test_sql_and_python_read_a_scope_alike(models: ReadModels, scope: Scope) -> None:
    yesterday = TODAY - timedelta(days=1)
    diagnosed = {ENTERPRISE: "p1"}
    consents = {CONSENTING: (Term("bank", TODAY, LAST_DAY),), ENTERPRISE: (Term("bank", TODAY, yesterday),)}
    assignments = {ENTERPRISE: (Term("zhou", TODAY, LAST_DAY, Role.READER), Term("wu", TODAY, yesterday, Role.READER))}
    places = {
        identity: place_of(
            identity,
            one,
            diagnosed.get(identity),
            consents=consents.get(identity, ()),
            assignments=assignments.get(identity, ()),
        )
        for one in (FIRM, *OTHERS)
        for identity in (firm_id(one.uscc),)
    }
    expected = {identity for identity, place in places.items() if admits(scope, place)}
    with models.reading() as snapshot:
        seen = {row.id for row in enterprises.enterprises(snapshot, scope, ANY, Page(100))}
        assert seen == expected
        assert enterprises.count(snapshot, scope, ANY) == len(expected)
        cases = diagnoses.diagnoses(snapshot, scope, DiagnosisFilter(), Page(100))
        visible = "d1" in {case.id for case in cases}
        assert visible == (ENTERPRISE in expected)
        assert {case.enterprise for case in cases} <= expected
        assert bool(case_parts.answers(snapshot, scope, ["d1"])) == visible
        assert bool(case_parts.reports(snapshot, scope, ["d1"])) == visible
        assert bool(case_parts.files(snapshot, scope, FILE.pdf, evidence=False)) == visible
        assert bool(audit_trail.entries(snapshot, scope, "auditor", 10, audit_trail.EntryFilter(stream="diagnosis/d1"))) == visible
        everything = admits(scope, Place())
        edition = audit_trail.EntryFilter(stream="edition/2023")
        assert bool(audit_trail.entries(snapshot, scope, "auditor", 10, edition)) == everything


def test_a_district_sees_its_own_coverage_only(models: ReadModels) -> None:
    with models.reading() as snapshot:
        rows = coverage.by_district(snapshot, scope_of(Role.DISTRICT, "310115"), 2024)
    assert [(row.district, row.total) for row in rows] == [("310115", 1)]
