"""Result credentials 结果凭证 in the schema: the confirmed result of a diagnosis as a bank may verify it offline. plan R4.

A credential tells what the consent opens, never an answer. Anyone is told by a number whether it holds, and nothing of the firm.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Annotated, Any

import strawberry

from api.kit.context import Context
from api.kit.credentials import CREDENTIAL, drawn_number, seconds, verify_url
from api.kit.edges import Edge, Loader, led_to
from api.kit.enums import enum_type
from api.kit.ids import DiagnosisID, id_of
from api.kit.lists import Listed, listing
from api.kit.mutations import Payload, ServerFields
from api.kit.ports import CredentialSigner
from api.kit.printed_numbers import as_printed
from api.kit.published import argument, field, published
from api.kit.row_mapping import shown
from api.participants.enterprises import Enterprise, load_enterprises
from api.participants.organisations import Organisation, load_organisations
from domain.access import Mask
from domain.diagnosis.result_credentials import CredentialStatus, IssueResultCredential, ResultCredentialCommand
from domain.diagnosis.state import diagnosis_stream
from domain.instants import city_day, city_midnight, utc_moment
from domain.kernel import Command
from domain.masks import ANYONE, RESULT_CREDENTIALS
from projections.diagnosis import result_credentials as rows
from projections.diagnosis.diagnoses import diagnoses_by_id
from projections.diagnosis.diagnoses_fold import DiagnosisRow
from projections.diagnosis.result_credentials import CredentialFilter, HeldCredential
from projections.engine.pages import Page
from projections.engine.places import EnterpriseRow
from projections.participants.enterprises import enterprises_by_id

enum_type(CredentialStatus)

TYPE = "/results/diagnosis"
STATUS_PATH = "/results/status-list"
STATUSES: Mapping[CredentialStatus, int] = {
    CredentialStatus.VALID: 0,
    CredentialStatus.REVOKED: 1,
    CredentialStatus.EXPIRED: 1,
}
"""Status -> its number in the list."""


@published(RESULT_CREDENTIALS, row=HeldCredential)
class ResultCredential:
    """Result of a diagnosis, signed for a bank by the firm's consent · 结果凭证. plan R4"""

    number: str = field("Number, which anyone may verify it by · 凭证编号")
    verify_url: str = field(
        "Address at which anyone with a browser verifies it, to be printed or shown as a QR code; a path of this server where its "
        "public address is not set · 公开核验地址",
        made=True,
    )
    enterprise: Enterprise | None = field("The firm whose result it is · 企业", by="enterprise")
    diagnosis: DiagnosisID = field("Diagnosis · 诊断标识")
    report: int = field("Version of the confirmed report · 报告版次")
    consent: strawberry.ID | None = field("Consent that it rests on · 授权标识", mask=Mask.CONSENTS)
    bank: Organisation | None = field("Bank that it was issued to · 银行", by="bank", mask=Mask.CONSENTS)
    purpose: str | None = field("What the bank may use it for · 用途", mask=Mask.CONSENTS)
    until: date = field("Last day of the consent as it was granted · 截止日")
    issued_at: datetime = field("When it was issued, UTC · 签发时间")
    revoked_at: datetime | None = field("When it was taken back, UTC; null where it was not · 撤销时间")
    status: CredentialStatus = field("What it is worth today · 当前状态", made=True)
    credential: str | None = field(
        "The result as a signed credential (SD-JWT VC), to be verified offline with algorithm Ed25519 (RFC 9864); its key is at "
        "/.well-known/jwt-vc-issuer, its status at /results/status-list; null unless it is valid · 结果凭证文本",
        mask=Mask.OUTCOME,
        made=True,
    )


@published(ANYONE, placed=False)
class VerifiedResult:
    """What anyone is shown of a result credential: whether it holds, nothing of the firm or its result · 结果凭证核验. plan R4"""

    number: str = field("Its number · 凭证编号")
    status: CredentialStatus = field("What it is worth today · 当前状态")
    issued_on: date = field("Day of the city on which it was issued · 签发日")
    until: date = field("Last day that it may be relied on · 截止日")
    verified_on: date = field("The day in the city that this is said of · 核验日期")
    synthetic: bool = field("Whether it is of a demo · 是否示例数据")


def _token(
    signer: CredentialSigner, one: HeldCredential, firm: EnterpriseRow, case: DiagnosisRow, index: int
) -> str:
    """A result as an SD-JWT VC: what a consent opens of it, and for whom; of the moment of its issue, whenever it is asked for."""
    until, issued = date.fromisoformat(one.until), seconds(utc_moment(one.issued_at))
    claims: dict[str, Any] = {
        "vct": signer.issuer + TYPE,
        "jti": one.number,
        "iat": issued,
        "nbf": issued,
        "exp": seconds(city_midnight(until + timedelta(days=1))),
        "status": {"status_list": {"idx": index, "uri": signer.issuer + STATUS_PATH}},
        "aud": id_of("organisation", one.bank),
        "purpose": one.purpose,
        "number": one.number,
        "enterprise": {"uscc": firm.uscc, "name": firm.name},
        "diagnosis": {
            "case_number": case.case_number,
            "edition": case.edition,
            "form": str(case.form),
            "report": one.report,
            "grade": case.grade,
            "grade_name": case.grade_name,
            "level": case.level,
            "level_name": case.level_name,
            "measured_grade": case.measured_grade,
            "verified_total": case.verified_total,
        },
    }
    return signer.signed(CREDENTIAL, claims) + "~"


def _tokens(context: Context, found: Sequence[HeldCredential]) -> dict[str, str]:
    """Number -> token, of those that are valid, each of a firm and a case within the scope."""
    signer, snapshot = context.services.credentials, context.snapshot
    good = [one for one in found if one.status_on(context.today) is CredentialStatus.VALID]
    if signer is None or not good:
        return {}
    firms = enterprises_by_id(snapshot, context.scope, [one.enterprise for one in good])
    cases = diagnoses_by_id(snapshot, context.scope, [one.diagnosis for one in good])
    return {
        one.number: _token(
            signer, one, firms[one.enterprise], cases[one.diagnosis], rows.place_of(snapshot, one)
        )
        for one in good
        if one.enterprise in firms and one.diagnosis in cases
    }


def build_result_credentials(
    context: Context, found: Sequence[HeldCredential], wanted: frozenset[str]
) -> list[ResultCredential]:
    """Credentials of rows, each with its status today."""
    notes = context.disclosure_notes
    if masks := notes.masks("ResultCredential", wanted):
        notes.note(masks, ((one.enterprise, diagnosis_stream(one.diagnosis)) for one in found))
    firm, bank = (led_to(context, (ResultCredential, name), found, wanted) for name in ("enterprise", "bank"))
    tokens = _tokens(context, found) if "credential" in wanted else {}
    return [
        ResultCredential(
            **shown(ResultCredential, one),
            enterprise=firm(one.enterprise),
            bank=bank(one.bank),
            status=one.status_on(context.today),
            verify_url=verify_url(context.services.credentials, one.number),
            credential=tokens.get(one.number),
        )
        for one in found
    ]


CREDENTIALS: Listed[CredentialFilter, HeldCredential, ResultCredential] = Listed(
    name="resultCredentials",
    node=ResultCredential,
    rows=rows.result_credentials,
    count=rows.credential_count,
    order=rows.LATEST_FIRST,
    build=build_result_credentials,
)


@strawberry.type
class ResultCredentialQueries:
    """Query fields: result credentials."""

    @listing(
        CREDENTIALS,
        "Result credentials of firms within the scope, the latest first; a bank sees its own while the firm consents · "
        "结果凭证列表. plan R4",
        roles=RESULT_CREDENTIALS,
    )
    def result_credentials(
        self, number: Annotated[str | None, argument("Number; none = any · 凭证编号")] = None
    ) -> CredentialFilter:
        """A page of credentials."""
        return CredentialFilter(as_printed(number) if number is not None else None)

    @field(
        "Whether the result credential of a number holds today, for anyone; null where there is none · 结果凭证核验. plan R4",
        roles=ANYONE,
    )
    def verify_result(
        self, info: strawberry.Info[Context, None], number: Annotated[str, argument("Number of the credential · 凭证编号")]
    ) -> VerifiedResult | None:
        """What anyone may know of it."""
        context = info.context
        found = rows.verifiable(context.snapshot, as_printed(number))
        if found is None:
            return None
        return VerifiedResult(
            number=found.number,
            status=found.status_on(context.today),
            issued_on=city_day(utc_moment(found.issued_at)),
            until=date.fromisoformat(found.until),
            verified_on=context.today,
            synthetic=context.demo,
        )


def _numbered(context: Context, data: dict[str, Any]) -> dict[str, Any]:
    return {**data, "number": drawn_number("ZDR", context.today.year)}


def _find_credential(context: Context, _key: str, command: Command, wanted: frozenset[str]) -> ResultCredential | None:
    assert isinstance(command, ResultCredentialCommand)  # noqa: S101 - the table below names it
    found = rows.result_credentials(context.snapshot, context.scope, CredentialFilter(command.number), Page(1, rows.LATEST_FIRST))
    return next(iter(build_result_credentials(context, found, wanted)), None)


QUERIES = ResultCredentialQueries
SERVER_FIELDS: Mapping[type[Command], ServerFields] = {
    IssueResultCredential: ServerFields(frozenset({"number"}), fill=_numbered),
}
"""What the server completes 服务端补全; every other command is sent as it is."""
PAYLOADS: Mapping[str, Payload] = {"credential": Payload("credential", ResultCredential, _find_credential)}
"""Capability -> what its payloads carry 返回对象."""
EDGES: Mapping[Edge, Loader] = {
    (ResultCredential, "enterprise"): load_enterprises,
    (ResultCredential, "bank"): load_organisations,
}
