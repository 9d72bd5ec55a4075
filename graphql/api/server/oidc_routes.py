"""Sign-on 单点登录 over HTTP: /login sends the browser to the identity provider, /callback opens the session. plan P7."""

import orjson
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from api.kit.ports import SIGN_ON_PATH, SignOn
from api.server.admission import Lane
from api.server.browser_sessions import keep_session
from api.server.errors import request_error
from api.server.http import ALWAYS, HTML, JSON, accepted
from api.server.operations import Operations

COOKIE = "zhenduan_sign_on"
"""Left in the browser that began: nobody finishes in one browser what was begun in another."""
LONGEST = 4096

REFUSED = request_error(
    "SIGN_IN_FAILED", "单点登录未完成，请重新登录。", "The sign-on was not completed; begin it again."
)
UNREACHABLE = request_error(
    "SIGN_IN_BUSY", "身份提供方暂不可用，请稍后重试。", "The identity provider cannot be reached now; try again."
)


class SignOnRoutes:
    """The two steps of a browser's sign-on 登录入口."""

    def __init__(self, sign_on: SignOn, operations: Operations) -> None:
        self._sign_on = sign_on
        self._operations = operations

    def routes(self) -> list[Route]:
        """Where they are."""
        return [Route(SIGN_ON_PATH, self.login, methods=["GET"]), Route("/callback", self.callback, methods=["GET"])]

    async def login(self, _request: Request) -> Response:
        """Send the browser to the provider."""
        begun = await self._operations.in_thread(self._sign_on.begin, lane=Lane.ENTRY)
        if begun is None:
            return _error_response(UNREACHABLE, 503)
        response = RedirectResponse(begun.address, 303, dict(ALWAYS))
        response.set_cookie(
            COOKIE,
            begun.browser,
            max_age=int(begun.lifetime.total_seconds()),
            path="/callback",
            secure=begun.secure,
            httponly=True,
            samesite="lax",
        )
        return response

    async def callback(self, request: Request) -> Response:
        """To a browser the console, signed in; to others the session's token, once. One answer for all that went wrong."""
        given = request.query_params
        state, code, browser = given.get("state", ""), given.get("code", ""), request.cookies.get(COOKIE, "")
        signed_in = None
        if all(0 < len(part) <= LONGEST for part in (state, code, browser)):
            signed_in = await self._operations.in_thread(
                self._sign_on.finish, state, code, browser, lane=Lane.ENTRY
            )
        if signed_in is None:
            response = _error_response(REFUSED, 401)
        elif accepted(request.headers.get("accept"), (JSON, HTML)) == HTML:
            response = RedirectResponse("/", 303, dict(ALWAYS))
            keep_session(response, request, signed_in.token)
        else:
            session = {"token": signed_in.token, "expiresAt": signed_in.expires_at.isoformat()}
            response = Response(orjson.dumps({"session": session}), 200, dict(ALWAYS), media_type=JSON)
        response.headers["cache-control"] = "no-store"
        response.headers["referrer-policy"] = "no-referrer"
        response.delete_cookie(COOKIE, path="/callback")
        return response


def _error_response(error: dict[str, object], status: int) -> Response:
    return Response(orjson.dumps({"errors": [error]}), status, dict(ALWAYS), media_type=JSON)
