"""Documents about a provider over HTTP (plan V4, V5): why it is listed for anyone, its rating for whom the schema shows it to."""

from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader
from starlette.testclient import TestClient

from api.app import create_app
from tests.api.providers.selected_city import Selecting
from tests.api.providers.test_ratings import YEAR, computed
from tests.live_city import LiveCity

WHY = "/directory/organisation/p1/why.pdf"
REASONS = """query($y: Int!) { rating(year: $y) { providers { nodes {
  provider { name } tier tierReason tierReasonInEnglish } } } }"""


def text_of(answer: Any) -> str:
    """What a reader is shown, without the breaks of lines."""
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/pdf"
    return "".join(page.extract_text() for page in PdfReader(BytesIO(answer.content)).pages).replace("\n", "")


@pytest.mark.pages("set")
def test_why_a_provider_is_listed_is_a_page_that_anyone_prints_with_what_each_may_know(selecting: Selecting) -> None:
    city = selecting.adopted().city
    with TestClient(create_app(city.installation.services, project=False)) as client:

        def fetched(who: str | None, at: str = WHY) -> Any:
            return client.get(at, headers={"authorization": f"Bearer {city.tokens[who]}"} if who else {})

        public = text_of(fetched(None))
        assert "“示例诊断服务一所”现为“在录”" in public
        assert "示例数据" in public
        assert "listing/p1/1" in public
        assert "marker" not in public
        assert "marker" in text_of(fetched("city"))
        again = fetched(None)
        tag = again.headers["etag"]
        assert client.get(WHY, headers={"if-none-match": tag}).status_code == 304
        assert fetched(None, "/directory/organisation/nobody/why.pdf").status_code == 404
        before = selecting.day(50).isoformat()
        assert fetched(None, f"{WHY}?on={before}").status_code == 404
        assert fetched(None, f"{WHY}?on=yesterday").status_code == 400
        assert fetched(None, f"{WHY}?day={before}").status_code == 400


@pytest.mark.pages("set")
def test_a_rating_is_a_page_for_the_office_and_once_published_for_the_provider_itself_alone(city: LiveCity) -> None:
    computed(city)
    path = f"/ratings/{YEAR}/organisation/p1.pdf"
    with TestClient(create_app(city.installation.services, project=False)) as client:

        def fetched(who: str | None, at: str = path) -> Any:
            return client.get(at, headers={"authorization": f"Bearer {city.tokens[who]}"} if who else {})

        assert [fetched(who).status_code for who in ("provider", "rival", "district", None)] == [404, 404, 404, 401]
        assert "待公示" in text_of(fetched("city"))
        city.done("city", "publishRating", "rating { status }", year=YEAR)
        assert [fetched(who).status_code for who in ("rival", "enterprise")] == [404, 404]
        assert [fetched("city", f"/ratings/{odd}/organisation/p1.pdf").status_code for odd in (1999, 10**30)] == [404, 404]
        assert fetched("city", f"/ratings/{YEAR}/organisation/nobody.pdf").status_code == 404
        said = text_of(fetched("provider"))
    whole = city.data("city", REASONS, y=YEAR)["rating"]["providers"]["nodes"]
    [mine] = [one for one in whole if (one["provider"] or {}).get("name") == "示例诊断服务一所"]
    assert mine["tierReason"].startswith("首次定档为")
    assert mine["tierReason"] in said
    assert mine["tierReasonInEnglish"].replace(" ", "") in said.replace(" ", "")
    own = city.data("provider", REASONS, y=YEAR)["rating"]["providers"]["nodes"]
    assert [one["tierReason"] for one in own if one["tierReason"] is not None] == [mine["tierReason"]]
