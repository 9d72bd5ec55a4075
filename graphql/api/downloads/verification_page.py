"""Verification page 公开核验页: whether a certificate or a result credential holds, for anyone with its number. plan T1, R4.

A page without scripts, so that a link or a QR code that was printed works in whatever opens it, also where the console is not
built. It asks what a stranger may ask, in a stranger's place, whoever opens it; and tells whether it holds and until when, no more.
"""

import re
from base64 import b64encode
from collections.abc import Mapping
from hashlib import sha256
from html import escape
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from api.server.http import ALWAYS, QUERIES
from api.server.messages import GraphQLRequest, GraphQLResponse
from api.server.operations import Operations
from domain.diagnosis.result_credentials import CredentialStatus
from domain.governance.qualification import CertificateStatus

PATH = "/verify/number"
NUMBER = re.compile(r"ZD[RS]-\d{4}-[0-9A-Z]{1,32}", re.ASCII)
"""How numbers look that were ever printed; nothing else is looked for."""
QUERY = """query VerifyNumber($number: String!) {
  verifyCertificate(number: $number) { number status since until verifiedOn synthetic }
  verifyResult(number: $number) { number status issuedOn until verifiedOn synthetic }
}"""
Both = tuple[str, str]
"""What is said, in Chinese and in English."""
TITLE: Both = ("公开核验", "Public verification")
KINDS: Mapping[str, tuple[type[CertificateStatus | CredentialStatus], Both]] = {
    "verifyCertificate": (CertificateStatus, ("诊断师证书", "Certificate of a diagnostician")),
    "verifyResult": (CredentialStatus, ("诊断结果凭证", "Credential of a diagnosis result")),
}
ASK: Both = (
    "请输入证书或结果凭证上的编号，例如 ZDS-2024-000000000001 或 ZDR-2024-000000000001。",
    "Enter the number on the certificate or the credential, such as ZDS-2024-000000000001 or ZDR-2024-000000000001.",
)
UNKNOWN: Both = ("没有此编号，请核对后重新输入。", "There is no such number; check it and enter it again.")
LATER: Both = ("暂时无法核验，请稍后重试。", "It cannot be checked now; try again later.")
VALID: Both = ("有效", "Valid")
NOT_VALID: Both = ("当前无效：", "Not valid now: ")
SAMPLE: Both = ("示例数据，不具官方效力。", "Sample data without official standing.")
STYLE = (
    "body{font:1rem/1.6 system-ui,sans-serif;max-width:34rem;margin:2rem auto;padding:0 1rem;color-scheme:light dark}"
    "p{margin:.3rem 0}.v{font-size:1.3rem;font-weight:600}input{font:inherit;width:100%;box-sizing:border-box;padding:.4rem}"
    "button{font:inherit;margin:.6rem 0;padding:.4rem 1rem}"
)
HEADERS = {
    **ALWAYS,
    "content-security-policy": "default-src 'none'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "
    f"style-src 'sha256-{b64encode(sha256(STYLE.encode()).digest()).decode()}'",
    "referrer-policy": "no-referrer",
    "x-robots-tag": "noindex",
}


def _said(both: Both, kind: str = "") -> str:
    of = f' class="{kind}"' if kind else ""
    return "".join(f'<p lang="{tongue}"{of}>{escape(text)}</p>' for tongue, text in zip(("zh-CN", "en"), both, strict=True))


def page(number: str, *told: str) -> bytes:
    """The page with what is told of a number 页面, and a form for another."""
    title = f"{TITLE[0]} · {TITLE[1]}"
    return (
        f'<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>{title}</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{STYLE}</style></head><body>'
        f"<h1>{title}</h1><main>{''.join(told)}</main>"
        f'<form action="{PATH}" method="get">{_said(ASK)}'
        f'<input name="number" aria-label="编号 · Number" autocomplete="off" maxlength="64" required value="{escape(number)}">'
        '<button>核验 · Check</button></form></body></html>'
    ).encode()


def sentences_of(found: Mapping[str, Any]) -> tuple[str, ...]:
    """What anyone is told: the kind, whether it holds, and its days; nothing else of it 核验结论."""
    for name, (statuses, kind) in KINDS.items():
        one = found.get(name)
        if one is not None:
            status = statuses[one["status"]]
            holds = status is statuses["VALID"]
            verdict = VALID if holds else tuple(f"{a}{b}" for a, b in zip(NOT_VALID, status.names, strict=True))
            since = one.get("since") or one.get("issuedOn")
            days: Both = (
                f"起始日 {since}，截止日 {one['until']}，核验日期 {one['verifiedOn']}。",
                f"From {since} until {one['until']}; checked on {one['verifiedOn']}.",
            )
            sample = (_said(SAMPLE),) if one["synthetic"] else ()
            return (_said((verdict[0], verdict[1]), "v"), _said(kind), f"<p>{escape(one['number'])}</p>", _said(days), *sample)
    return (_said(UNKNOWN, "v"),)


class VerificationPage:
    """Where a printed link leads 公开核验页."""

    def __init__(self, operations: Operations) -> None:
        self._operations = operations

    def routes(self) -> list[Route]:
        """By the number in the address, and by a form."""
        return [Route(PATH, self._asked), Route("/verify/{number}", self._linked)]

    async def _linked(self, request: Request) -> Response:
        return await self._answer(str(request.path_params["number"]))

    async def _asked(self, request: Request) -> Response:
        return await self._answer(request.query_params.get("number", ""))

    async def _answer(self, given: str) -> Response:
        number = given.strip().upper()
        if not number:
            return HTMLResponse(page(""), 200, HEADERS)
        if NUMBER.fullmatch(number) is None:
            return HTMLResponse(page("", *sentences_of({})), 404, HEADERS)
        asked = GraphQLRequest(QUERY, {"number": number})
        answer: GraphQLResponse = await self._operations.answered(self._operations.run, asked, None, QUERIES)
        if "errors" in answer.payload:
            return HTMLResponse(page(number, _said(LATER, "v")), 503, {**HEADERS, "retry-after": "5"})
        found = answer.payload["data"]
        known = any(found[name] is not None for name in KINDS)
        return HTMLResponse(page(number, *sentences_of(found)), 200 if known else 404, HEADERS)
