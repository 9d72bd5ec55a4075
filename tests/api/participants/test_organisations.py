"""Organisations (plan O2, P2, V4): revised and retired by the city, read as they are, as they were, with or without the retired."""

from api.kit.ids import id_of
from tests.live_city import ENTERPRISE, LiveCity

THING = "organisation { id name }"
ALL = (
    "query($asOf: String, $on: Boolean) { organisations(kind: PROVIDER, takingPart: $on, asOf: $asOf) {"
    " totalCount nodes { id name industries last } } }"
)


def providers(city: LiveCity, who: str, **asked: object) -> dict[str, dict[str, object]]:
    page = city.data(who, ALL, **asked)["organisations"]
    assert page["totalCount"] == len(page["nodes"])
    return {node["id"]: node for node in page["nodes"]}


def test_a_revised_organisation_is_read_as_it_is_and_as_it_was(city: LiveCity) -> None:
    registered = {"kind": "PROVIDER", "name": "示例诊断服务九所", "industries": ["C34"]}
    city.done("city", "registerOrganisation", THING, organisation="p9", **registered)
    renamed = {"name": "示例诊断服务九所（改制）", "reason": "单位更名"}
    done = city.done("city", "reviseOrganisation", THING, organisation="p9", **renamed)
    before = providers(city, "district")[id_of("organisation", "p9")]
    assert (before["name"], before["industries"], before["last"]) == ("示例诊断服务九所（改制）", ["C34"], None)
    then = city.done("city", "reviseOrganisation", THING, organisation="p9", industries=["C34", "C36"], reason="增加服务行业")
    assert providers(city, "provider")[id_of("organisation", "p9")]["industries"] == ["C34", "C36"]
    assert providers(city, "district", asOf=done["position"])[id_of("organisation", "p9")]["industries"] == ["C34"]
    assert then["version"] == done["version"] + 1


def test_a_retired_organisation_stays_on_record_and_leaves_the_list_of_those_that_take_part(city: LiveCity) -> None:
    city.done("city", "registerOrganisation", THING, organisation="p8", kind="PROVIDER", name="示例诊断服务八所")
    today = city.today
    city.done("city", "retireOrganisation", THING, organisation="p8", last=today, reason="不再开展诊断业务")
    assert providers(city, "district")[id_of("organisation", "p8")]["last"] == today
    assert id_of("organisation", "p8") in providers(city, "district", on=True)
    assert city.refused("city", "reviseOrganisation", organisation="p8", name="又", reason="又改") == "ORGANISATION_RETIRED"


def test_whoever_is_not_the_city_is_refused_as_data(city: LiveCity) -> None:
    for who in ("district", "provider", "enterprise"):
        assert city.refused(who, "reviseOrganisation", organisation="310117", name="他", reason="试") == "ROLE_NOT_ALLOWED"


def test_a_refusal_calls_industries_by_their_names(city: LiveCity) -> None:
    city.done("city", "registerOrganisation", THING, organisation="p9", kind="PROVIDER", name="九所", industries=["C36", "C39"])
    case = {"campaign": "2024", "purpose": "INITIAL", "form": "BRIEF", "edition": "2023"}
    given = case | {"enterprise": ENTERPRISE, "provider": "p9"}
    [error] = city.do("district", "openDiagnosis", "", **given)["userErrors"]
    assert error["code"] == "PROVIDER_OTHER_INDUSTRY"
    for named in ("通用设备制造业（C34）", "汽车制造业（C36）、计算机、通信和其他电子设备制造业（C39）"):
        assert named in error["message"]
