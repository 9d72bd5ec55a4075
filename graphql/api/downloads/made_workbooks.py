"""Made workbooks 生成的工作簿: a spreadsheet that is made for whoever asks, or why there is none to them."""

from collections.abc import Callable

from starlette.responses import Response

from api.downloads.files import NOTHING_RUNS, attachment
from api.downloads.refusals import given_out, not_found, of_rule
from api.server.http import ALWAYS
from domain.command_rights import ROLE_NOT_ALLOWED
from domain.kernel import Refused
from interop.editions.sheets import MEDIA_TYPE
from interop.rosters.reports import ROSTER_FINDINGS_REMOVED

MadeFile = tuple[bytes, str]
"""A file and its name."""


def made_workbook(make: Callable[[], MadeFile | None]) -> Response:
    """What `make` gives, as a download: 404 where it is none, else what it is refused by; 503 where it may be asked again."""
    return given_out(_given, _refused)(make)


STATUS_OF = {ROLE_NOT_ALLOWED: 403, ROSTER_FINDINGS_REMOVED: 410}
"""What else refuses may be asked again."""


def _refused(refused: Refused) -> Response:
    return of_rule(refused, STATUS_OF.get(refused.rule, 503))


def _given(make: Callable[[], MadeFile | None]) -> Response:
    found = make()
    if found is None:
        return not_found()
    content, name = found
    headers = {**ALWAYS, "content-disposition": attachment(name), "content-security-policy": NOTHING_RUNS}
    return Response(content, 200, headers, media_type=MEDIA_TYPE)
