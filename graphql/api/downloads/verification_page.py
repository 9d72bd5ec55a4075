"""Verification page 公开核验页: whether a report, certificate or credential holds, for anyone with its number. plan P4, T1, R4.

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

from api.kit.printed_numbers import as_printed, printed_grade
from api.server.http import ALWAYS, QUERIES
from api.server.messages import GraphQLRequest, GraphQLResponse
from api.server.operations import Operations
from domain.diagnosis.report import ReportStatus
from domain.diagnosis.result_credentials import CredentialStatus
from domain.governance.qualification import CertificateStatus

PATH = "/verify/number"
NUMBER = re.compile(r"ZD[DRS]-\d{4}-[0-9A-Z]{1,32}", re.ASCII)
"""How numbers look that were ever printed; nothing else is looked for."""
QUERY = """query VerifyNumber($number: String!, $checkCode: String, $uscc: String, $grade: Int, $sha256: String) {
  verifyReport(number: $number, checkCode: $checkCode, uscc: $uscc, grade: $grade, sha256: $sha256) {
    number version status issuedOn agrees verifiedOn synthetic
  }
  verifyCertificate(number: $number) { number status since until verifiedOn synthetic }
  verifyResult(number: $number) { number status issuedOn until verifiedOn synthetic }
}"""
HASH = re.compile(r"[0-9A-Fa-f]{64}", re.ASCII)
"""A file's SHA-256, which is taken in the place of the code."""
Both = tuple[str, str]
"""What is said, in Chinese and in English."""
TITLE: Both = ("公开核验", "Public verification")
KINDS: Mapping[str, tuple[type[CertificateStatus | CredentialStatus | ReportStatus], Both]] = {
    "verifyReport": (ReportStatus, ("诊断报告", "Report of a diagnosis")),
    "verifyCertificate": (CertificateStatus, ("诊断师证书", "Certificate of a diagnostician")),
    "verifyResult": (CredentialStatus, ("诊断结果凭证", "Credential of a diagnosis result")),
}
ASK: Both = (
    "请输入报告、证书或结果凭证上的编号，例如 ZDD-2024-000000000001、ZDS-2024-000000000001 或 ZDR-2024-000000000001。",
    "Enter the number on a report, certificate or credential: ZDD-2024-000000000001, ZDS-2024-000000000001, ZDR-2024-000000000001.",
)
UNKNOWN: Both = ("没有此编号，请核对后重新输入。", "There is no such number; check it and enter it again.")
LATER: Both = ("暂时无法核验，请稍后重试。", "It cannot be checked now; try again later.")
VALID: Both = ("有效", "Valid")
HOLDING = frozenset({CertificateStatus.VALID, CredentialStatus.VALID, ReportStatus.ISSUED, ReportStatus.CONFIRMED})
"""What may be relied on."""
COMPARE: Both = (
    "如需核对报告，请填写等级旁的核验码（或文件的 SHA-256）、信用代码和等级（1 至 10，未达级填 0）；本页不显示企业和结果。",
    "To check it, enter the code beside its grade (or its file's SHA-256), credit code and grade (0 to 10); no result is shown.",
)
NOT_COMPARED: Both = (
    "未作核对：只有同时填写等级旁的核验码，才核对信用代码和等级。",
    "Nothing was compared: credit code and grade are compared only with the code that stands beside the grade.",
)
AGREES: Both = ("所填内容与记录一致。", "What was entered agrees with the record.")
DIFFERS: Both = (
    "所填内容与记录不一致；请核对后重新填写，仍不一致的，请向所在区主管部门反映。",
    "What was entered does not agree with the record; check and enter it again, and report it to the district if it still differs.",
)
GRADES = range(11)
"""0 is below every grade 未达级."""
GRADE_UNREADABLE: Both = (
    "等级应为 0 至 10 的整数，未达级填 0。",
    "The grade is a whole number from 0 to 10; 0 is below every grade.",
)
NOT_VALID: Both = ("当前无效：", "Not valid now: ")
SAMPLE: Both = ("示例数据，不具官方效力。", "Sample data without official standing.")
STYLE = (
    ":root{color-scheme:light dark}body{font:1rem/1.6 system-ui,sans-serif;max-width:34rem;margin:2rem auto;padding:0 1rem}"
    "p{margin:.3rem 0}.v{font-size:1.3rem;font-weight:600}input{font:inherit;width:100%;box-sizing:border-box;padding:.4rem}"
    "button{font:inherit;margin:.6rem 0;padding:.4rem 1rem}label{display:block;margin:.5rem 0}"
    "h1{font-size:1.5rem}main+form{border-top:1px solid;margin-top:1rem;padding-top:.5rem}"
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


def _input(name: str, label: str, value: str, *, required: bool) -> str:
    needed = " required" if required else ""
    field = f'<input name="{name}" autocomplete="off" maxlength="64"{needed} value="{escape(value)}">'
    return f"<label>{label}{field}</label>"


def _form(asked: Both, *inputs: str) -> str:
    return f'<form action="{PATH}" method="get">{_said(asked)}{"".join(inputs)}<button>核验 · Check</button></form>'


def _comparison(number: str, check_code: str, uscc: str, grade: str) -> str:
    """A form for what a paper says."""
    hidden = f'<input type="hidden" name="number" value="{escape(number)}">'
    stated = (
        _input("checkCode", "核验码 · Code beside the grade", check_code, required=True),
        _input("uscc", "统一社会信用代码 · Unified social credit code", uscc, required=False),
        _input("grade", "等级 · Grade", grade, required=False),
    )
    return _form(COMPARE, hidden, *stated)


def page(number: str, *told: str) -> bytes:
    """The page with what is told of a number 页面, and a form for another."""
    title = f"{TITLE[0]} · {TITLE[1]}"
    return (
        f'<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>{title}</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{STYLE}</style></head><body>'
        f"<h1>{title}</h1><main>{''.join(told)}</main>"
        f"{_form(ASK, _input('number', '编号 · Number', number, required=True))}</body></html>"
    ).encode()


def _days(one: Mapping[str, Any]) -> Both:
    if "version" in one:
        return (
            f"第 {one['version']} 版，出具日 {one['issuedOn']}，核验日期 {one['verifiedOn']}。",
            f"Version {one['version']}, issued on {one['issuedOn']}; checked on {one['verifiedOn']}.",
        )
    since = one.get("since") or one.get("issuedOn")
    return (
        f"起始日 {since}，截止日 {one['until']}，核验日期 {one['verifiedOn']}。",
        f"From {since} until {one['until']}; checked on {one['verifiedOn']}.",
    )


def _verdict(status: CertificateStatus | CredentialStatus | ReportStatus) -> str:
    """Whether it may be relied on; of a report also what it is, for one that is issued is not yet confirmed."""
    chinese, english = status.names
    if status not in HOLDING:
        return _said((f"{NOT_VALID[0]}{chinese}", f"{NOT_VALID[1]}{english}"), "v")
    if isinstance(status, ReportStatus):
        return _said((f"{VALID[0]}：{chinese}", f"{VALID[1]}: {english}"), "v")
    return _said(VALID, "v")


def sentences_of(found: Mapping[str, Any]) -> tuple[str, ...]:
    """What anyone is told: the kind, whether it holds, and its days; nothing else of it 核验结论."""
    for name, (statuses, kind) in KINDS.items():
        one = found.get(name)
        if one is not None:
            sample = (_said(SAMPLE),) if one["synthetic"] else ()
            agrees = {None: (), True: (_said(AGREES),), False: (_said(DIFFERS, "v"),)}[one.get("agrees")]
            number = f"<p>{escape(one['number'])}</p>"
            return (_verdict(statuses[one["status"]]), *agrees, _said(kind), number, _said(_days(one)), *sample)
    return (_said(UNKNOWN, "v"),)


def _grade(given: str) -> int | None:
    """The grade that a paper states; None where nothing was entered.

    Raises:
        ValueError: it is no grade.
    """
    grade = printed_grade(given)
    if grade is not None and grade not in GRADES:
        raise ValueError(given)
    return grade


class VerificationPage:
    """Where a printed link leads 公开核验页."""

    def __init__(self, operations: Operations) -> None:
        self._operations = operations

    def routes(self) -> list[Route]:
        """By the number in the address, and by a form."""
        return [Route(PATH, self._asked), Route("/verify/{number}", self._linked)]

    async def _linked(self, request: Request) -> Response:
        return await self._answer(str(request.path_params["number"]), request.query_params)

    async def _asked(self, request: Request) -> Response:
        return await self._answer(request.query_params.get("number", ""), request.query_params)

    async def _answer(self, given: str, stated: Mapping[str, str]) -> Response:
        if not given.strip():
            return HTMLResponse(page(""), 200, HEADERS)
        number = as_printed(given)
        if NUMBER.fullmatch(number) is None:
            return HTMLResponse(page("", *sentences_of({})), 404, HEADERS)
        code, uscc, written = (stated.get(name, "")[:64] for name in ("checkCode", "uscc", "grade"))
        try:
            grade = _grade(written)
        except ValueError:
            return HTMLResponse(page(number, _said(GRADE_UNREADABLE, "v"), _comparison(number, code, uscc, "")), 400, HEADERS)
        hashed = HASH.fullmatch(code.strip()) is not None
        said = {
            "checkCode": None if hashed else as_printed(code) or None,
            "sha256": code.strip().lower() if hashed else None,
            "uscc": as_printed(uscc) or None,
            "grade": grade,
        }
        asked = GraphQLRequest(QUERY, {"number": number, **said}, is_own=True)
        answer: GraphQLResponse = await self._operations.answered(self._operations.run, asked, None, QUERIES)
        if "errors" in answer.payload:
            return HTMLResponse(page(number, _said(LATER, "v")), 503, {**HEADERS, "retry-after": "5"})
        found = answer.payload["data"]
        known = any(found[name] is not None for name in KINDS)
        compared: tuple[str, ...] = ()
        if found["verifyReport"] is not None:
            lacks_code = not hashed and said["checkCode"] is None and (said["uscc"] is not None or grade is not None)
            compared = (*((_said(NOT_COMPARED, "v"),) if lacks_code else ()), _comparison(number, code, uscc, written))
        return HTMLResponse(page(number, *sentences_of(found), *compared), 200 if known else 404, HEADERS)
