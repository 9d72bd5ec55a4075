"""Readiness (plan P5): read models that nobody keeps current are told of, until they are."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy.exc import OperationalError
from starlette.testclient import TestClient

from api.app import create_app
from api.participants import organisations
from api.server import health
from domain.participants.organisations import OrganisationKind, RegisterOrganisation
from projections import ReadModels
from tests.live_city import ENTERPRISE, LiveCity

OPENING = {"enterprise": ENTERPRISE, "campaign": "2024", "purpose": "INITIAL", "form": "BRIEF", "edition": "2023"}
ROSTER = """企业名称,统一社会信用代码,所在区,行业代码,从业人员期末人数,营业收入（万元）
示例电子有限公司,9144030071526726XG,松江区,C39,80,3000"""


@pytest.mark.parametrize("limit", [{}, {"lag_seconds": 20.0}, {"lag_seconds": 120.0}], ids=str)
@pytest.mark.parametrize("seconds", [30, 90])
def test_read_models_that_are_further_behind_than_the_setting_allows_are_a_reason_not_to_be_ready(
    city: LiveCity, monkeypatch: pytest.MonkeyPatch, seconds: int, limit: dict[str, float]
) -> None:
    services = city.installation.services
    city.opened()
    services.models.catch_up()
    later = replace(services, clock=lambda: services.clock() + timedelta(seconds=seconds))
    with TestClient(create_app(later, **limit)) as client:
        assert client.get("/health/ready").status_code == 200  # whatever the time, there is nothing that they lack
    size = services.journal.head().size
    with monkeypatch.context() as behind:
        behind.setattr(ReadModels, "position", lambda _models: size - 1)  # nobody has folded the last entry
        with TestClient(create_app(later, **limit)) as client:
            told = client.get("/health/ready")
    codes = [reason["code"] for reason in told.json().get("reasons", ())]
    assert (told.status_code, codes) == ((503, ["PROJECTOR"]) if seconds > limit.get("lag_seconds", 60) else (200, []))
    with TestClient(create_app(later, **limit)) as client:
        assert client.get("/health").status_code == 200


@pytest.mark.parametrize(("seconds", "status"), [(90, 200), (700, 503)])
def test_read_models_that_catch_up_keep_the_process_ready_for_a_bounded_time(
    city: LiveCity, monkeypatch: pytest.MonkeyPatch, seconds: int, status: int
) -> None:
    services = city.installation.services
    for name in ("p7", "p8", "p9"):
        city.send(RegisterOrganisation(organisation=name, kind=OrganisationKind.PROVIDER, name=name))
    services.models.catch_up()
    monkeypatch.setattr(health, "KEPT_SECONDS", 0.0)
    later = replace(services, clock=lambda: services.clock() + timedelta(seconds=seconds))
    size = services.journal.head().size
    stands = [size - 3, size - 2, size - 1, size - 1]
    with monkeypatch.context() as behind, TestClient(create_app(later)) as client:
        told = []
        for position in stands:
            behind.setattr(ReadModels, "position", lambda _models, position=position: position)
            told.append(client.get("/health/ready").status_code)
    assert told == [503, status, status, 503]  # nothing is known of what came before the first look; then it stands still


SEND = """mutation($input: %s!) { done: %s(input: $input) { %s { id } position version userErrors { code } } }"""


@pytest.mark.parametrize("name", ["openDiagnosis", "registerOrganisation", "importRoster"])
def test_a_command_whose_outcome_cannot_be_read_yet_says_so_and_never_answers_null_alone(
    city: LiveCity, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    field, given = {
        "openDiagnosis": ("diagnosis", OPENING),
        "registerOrganisation": ("organisation", {"organisation": "p9", "kind": "PROVIDER", "name": "示例诊断服务九所"}),
        "importRoster": ("rosterImport", {"year": 2024}),
    }[name]
    if name == "importRoster":
        given = given | {"sha256": city.uploaded("district", "名单.csv", ROSTER.encode(), kind="roster")}
    monkeypatch.setattr(ReadModels, "wait_for", lambda _models, _position, _timeout=0.0: False)
    who = "city" if name == "registerOrganisation" else "district"
    told = city.ask(who, SEND % (name[0].upper() + name[1:] + "Input", name, field), input=given)
    done = told["data"]["done"]
    assert (done["userErrors"], done[field]) == ([], None), told
    assert done["position"]
    (error,) = told["errors"]
    assert (error["path"], error["extensions"]["code"]) == (["done", field], "OUTCOME_NOT_YET_VISIBLE")


@pytest.mark.parametrize(
    ("fails", "code"), [(None, "OUTCOME_OUT_OF_SIGHT"), (OperationalError("lost", None, OSError(5, "EIO")), "UNAVAILABLE")]
)
def test_what_a_command_did_is_told_although_its_thing_cannot_be_shown(
    city: LiveCity, monkeypatch: pytest.MonkeyPatch, fails: Exception | None, code: str
) -> None:
    def loaded(*_given: object) -> dict[str, object]:
        if fails is not None:
            raise fails
        return {}

    monkeypatch.setattr(organisations, "load_organisations", loaded)
    given = {"organisation": "p9", "kind": "PROVIDER", "name": "示例诊断服务九所"}
    told = city.ask("city", SEND % ("RegisterOrganisationInput", "registerOrganisation", "organisation"), input=given)
    done = told["data"]["done"]
    assert (done["userErrors"], done["organisation"], bool(done["position"]), done["version"]) == ([], None, True, 1)
    assert [(one["path"], one["extensions"]["code"]) for one in told["errors"]] == [(["done", "organisation"], code)]
