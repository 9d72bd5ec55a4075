"""Filing over the API (plan P5): by the right district, once, after the confirmation; found by a filter, seen by the parties."""

from tests.live_city import LiveCity

FILING = "query($id: ID!) { diagnosis(id: $id) { filing { number reportVersion } } }"
LIST = "query($filed: Boolean!) { diagnoses(filter: {filed: $filed}) { totalCount nodes { id } } }"


def test_the_district_files_a_confirmed_report_once(city: LiveCity) -> None:
    case = city.issued()
    assert city.refused("district", "fileReport", diagnosis=case) == "DIAGNOSIS_WRONG_STATUS"
    city.done("enterprise", "confirmReport", diagnosis=case)
    assert city.data("district", FILING, id=case)["diagnosis"]["filing"] is None
    assert city.data("district", LIST, filed=False)["diagnoses"]["totalCount"] == 1
    assert city.refused("pudong", "fileReport", diagnosis=case) == "NOT_FOUND"
    for who in ("city", "enterprise", "provider"):
        assert city.refused(who, "fileReport", diagnosis=case) == "ROLE_NOT_ALLOWED"
    number = f"310117-{city.today[:4]}-00001"
    done = city.done("district", "fileReport", "diagnosis { filing { number reportVersion } }", diagnosis=case)
    assert done["diagnosis"]["filing"] == {"number": number, "reportVersion": 2}
    assert city.refused("district", "fileReport", diagnosis=case) == "REPORT_ALREADY_FILED"
    for who in ("enterprise", "provider", "city", "auditor"):
        assert city.data(who, FILING, id=case)["diagnosis"]["filing"]["number"] == number
    assert city.data("city", LIST, filed=True)["diagnoses"]["nodes"] == [{"id": case}]
    assert city.ask("subdistrict", FILING, id=case)["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    for who in ("pudong", "bank", "rival"):
        assert city.data(who, FILING, id=case)["diagnosis"] is None
