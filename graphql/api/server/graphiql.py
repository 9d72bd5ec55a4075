"""GraphiQL: the page to explore the API with, from our own files; it loads nothing from anywhere else.

`scripts/graphiql` fetches the libraries at build time; without them the API works and the page says what is missing.
"""

from pathlib import Path

from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

OURS = Path(__file__).parent / "page"
FETCHED = Path(__file__).parent / "static"
LIBRARIES = ("react.production.min.js", "react-dom.production.min.js", "graphiql.min.js", "graphiql.min.css")
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "font-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""The editor writes its styles as it goes, hence 'unsafe-inline' for styles; nothing else, and nothing from elsewhere."""
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "vary": "accept, authorization",
}
MISSING = (
    "GraphiQL 的文件尚未生成，请运行 scripts/graphiql；接口本身可用 POST 访问。\n"
    "GraphiQL's files are not built yet: run scripts/graphiql. The API itself answers to POST.\n"
)


def page() -> Response:
    """The page 查询页, or why there is none."""
    if all((FETCHED / name).exists() for name in LIBRARIES):
        return FileResponse(OURS / "graphiql.html", headers=HEADERS, media_type="text/html; charset=utf-8")
    return PlainTextResponse(MISSING, 404, HEADERS)


def _file(path: Path) -> Route:
    async def serve(_request: object) -> Response:
        return FileResponse(path, headers={**HEADERS, "cache-control": "no-cache"})

    return Route(f"/graphiql/{path.name}", serve, methods=["GET"])


def routes() -> list[BaseRoute]:
    """One route a file: nothing else in these folders is served."""
    ours = [OURS / "page.js", OURS / "page.css", OURS / "reference.css"]
    return [_file(path) for path in (*ours, *(FETCHED / name for name in LIBRARIES)) if path.exists()]
