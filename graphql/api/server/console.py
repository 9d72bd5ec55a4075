"""Console 控制台: serves the built pages of `console/`, from our own files; they load nothing from anywhere else. plan P1–P7.

`scripts/console` builds them; without them the API works and the page says what is missing. The pages are a client of the public
API like any other: nothing here knows what they ask.
"""

from pathlib import Path

from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

BUILT = Path(__file__).parent / "console_pages"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; "
    "frame-src blob:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; manifest-src 'self'"
)
"""Ant Design writes its styles as it goes, hence 'unsafe-inline' for styles; nothing else, and nothing from elsewhere.

A frame shows a PDF of evidence in the browser's own viewer: a blob that the page made, whose type the page says.
"""
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
}
FOREVER = {"cache-control": "public, max-age=31536000, immutable"}
"""Of what carries the digest of its content in its name."""
PAGES = {"/": "index.html", "/verify": "verify.html"}
MISSING = (
    "控制台的页面尚未生成，请运行 scripts/console；接口在 /graphql。\n"
    "The console is not built yet: run scripts/console. The API is at /graphql.\n"
)


class _Assets(StaticFiles):
    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers.update(HEADERS)
        if response.status_code == 200:  # noqa: PLR2004 - HTTP's own number
            response.headers.update(FOREVER)
        return response


def _page(name: str) -> Route:
    path = next(at for at, file in PAGES.items() if file == name)

    async def serve(_request: Request) -> Response:
        file = BUILT / name
        if not file.exists():
            return PlainTextResponse(MISSING, 404, HEADERS)
        return FileResponse(file, headers={**HEADERS, "cache-control": "no-cache"}, media_type="text/html; charset=utf-8")

    return Route(path, serve, methods=["GET"])


def routes() -> list[BaseRoute]:
    """The two pages, and the files that they load where they were built."""
    files = BUILT / "assets"
    return [*map(_page, PAGES.values()), *([Mount("/assets", GZipMiddleware(_Assets(directory=files)))] if files.is_dir() else ())]
