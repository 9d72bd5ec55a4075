"""Certificates 诊断师证书 in the schema: what is held, and what anyone may verify by a number. plan T1."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Annotated, Any

import strawberry

from api.kit.context import Context
from api.kit.credentials import drawn_number, verify_url
from api.kit.edges import Edge, Loader, led_to
from api.kit.enums import enum_type
from api.kit.lists import Listed, listing
from api.kit.mutations import Payload, ServerFields
from api.kit.orders import order_enum
from api.kit.paging import wanted_fields
from api.kit.periods import ENDED_BY_FIRST_DAY, is_ended_by_first_day
from api.kit.printed_numbers import as_printed
from api.kit.published import argument, field, published
from api.participants.people import PERSONS, Person
from api.providers.credentials import credential
from domain.governance.qualification import CertificateGrade, CertificateStatus, NameShown
from domain.instants import city_day, utc_moment
from domain.kernel import Command
from domain.masks import ANYONE, CERTIFICATES, CERTIFICATES_READ, OWN_CERTIFICATES
from domain.providers.certificates import CertificateCommand, GrantCertificate
from journal.secrets.personal import KeyMissing
from projections.providers import certificates as rows
from projections.providers.certificates import HeldCertificate

enum_type(CertificateGrade)
enum_type(CertificateStatus)
enum_type(NameShown)


@published(CERTIFICATES)
class Endorsement:
    """Edition that a certificate is endorsed for · 证书签注. plan T1"""

    edition: str = field("Key of the edition, such as 2023 · 标准版本")
    since: date = field("First day · 起始日")


@published(CERTIFICATES)
class CertificateSuspension:
    """Time for which a person's certificates were suspended · 证书暂停. plan T1"""

    since: date = field("First day · 起始日")
    until: date | None = field("Last day; null while it goes on · 截止日")
    ended_by_first_day: bool = field(ENDED_BY_FIRST_DAY)
    reason: str = field("Why · 理由")


@published(CERTIFICATES, row=HeldCertificate)
class Certificate:
    """Certificate of a diagnostician · 诊断师证书. plan T1"""

    number: str = field("Number, which anyone may verify it by · 证书编号")
    verify_url: str = field(
        "Address at which anyone with a browser verifies it, to be printed or shown as a QR code; a path of this server where its "
        "public address is not set · 公开核验地址",
        made=True,
    )
    grade: CertificateGrade = field("Grade · 等级", made=True)
    since: date = field("First day · 起始日", made=True)
    until: date = field("Last day · 截止日", made=True)
    granted_at: datetime = field("When it was granted, UTC · 颁发时间")
    status: CertificateStatus = field("What it is worth today · 当前状态", made=True)
    endorsements: list[Endorsement] = field("Editions that it is endorsed for · 签注", made=True)
    suspensions: list[CertificateSuspension] = field("Times of suspension · 暂停记录", made=True)
    name_shown: NameShown = field("How much of the name anyone is shown, as the holder agreed · 姓名公开方式", made=True)
    person: Person | None = field("Who holds it · 持证人", by="person", roles=CERTIFICATES_READ)


@published(ANYONE, placed=False)
class VerifiedCertificate:
    """What anyone is shown of a certificate · 证书核验结果. plan T1

    No person's id, no organisation, no reason of a suspension; the name as far as the holder agreed.
    """

    number: str = field("Its number · 证书编号")
    grade: CertificateGrade = field("Grade · 等级")
    editions: list[str] = field("Editions of the standard that it is endorsed for today · 签注的标准版本")
    since: date = field("First day · 起始日")
    until: date = field("Last day · 截止日")
    status: CertificateStatus = field("What it is worth today · 当前状态")
    verified_on: date = field("The day in the city that this is said of · 核验日期")
    holder_name: str | None = field("The holder's name as far as the holder agreed; else null · 持证人姓名")
    synthetic: bool = field("Whether it is of a demo · 是否示例数据")
    credential: str | None = field(
        "The same as a signed credential (SD-JWT VC), to be verified offline with algorithm Ed25519 (RFC 9864); its key is at "
        "/.well-known/jwt-vc-issuer, its status at /certificates/status-list · 证书凭证"
    )


def build_certificates(
    context: Context, found: Sequence[HeldCertificate], wanted: frozenset[str]
) -> list[Certificate]:
    """Certificates of rows, each with its status today."""
    today = context.today
    person = led_to(context, (Certificate, "person"), found, wanted)
    return [
        Certificate(
            number=one.number,
            grade=one.term.grade,
            since=one.term.since,
            until=one.term.until,
            granted_at=utc_moment(one.granted_at),
            status=one.held.status_of(one.term, today),
            endorsements=[Endorsement(edition=key, since=since) for key, since in sorted(one.term.endorsed.items())],
            suspensions=[
                CertificateSuspension(**stop.model_dump(), ended_by_first_day=is_ended_by_first_day(stop.since, stop.until))
                for stop in one.held.suspensions
            ],
            name_shown=one.held.name_shown,
            person=person(one.person),
            verify_url=verify_url(context.services.credentials, one.number),
        )
        for one in found
    ]


def _today(context: Context) -> str:
    return context.today.isoformat()


HELD_CERTIFICATES: Listed[str, HeldCertificate, Certificate] = Listed(
    name="certificates",
    node=Certificate,
    orders=order_enum(
        "CertificateOrder",
        "What certificates may be ordered by · 证书排序",
        number="By number · 证书编号",
        granted_at="By when it was granted · 颁发时间",
    ),
    rows=rows.certificates,
    count=rows.certificate_count,
    order=rows.BY_NUMBER,
    build=build_certificates,
)
"""What is looked for: the day on which who serves a unit is asked."""


@strawberry.type
class CertificateQueries:
    """Query fields: certificates."""

    @listing(
        HELD_CERTIFICATES,
        "Certificates of the people who serve a unit within the scope today, in order of number · 证书列表. plan T1",
        roles=CERTIFICATES_READ,
    )
    def certificates(self, info: strawberry.Info[Context, None]) -> str:
        """A page of certificates."""
        return _today(info.context)

    @field("Certificates of one's own, in the order they were granted · 本人证书. plan T1", roles=OWN_CERTIFICATES)
    def own_certificates(self, info: strawberry.Info[Context, None]) -> list[Certificate]:
        """What the caller holds."""
        context = info.context
        return build_certificates(context, rows.certificates_of(context.snapshot, context.caller.actor), wanted_fields(info))

    @field(
        "The certificate of a number as it stands today, for anyone; null where there is none · 证书核验. plan T1",
        roles=ANYONE,
    )
    def verify_certificate(
        self,
        info: strawberry.Info[Context, None],
        number: Annotated[str, argument("Number as printed on the certificate · 证书编号")],
    ) -> VerifiedCertificate | None:
        """What anyone may know of it."""
        context = info.context
        found = rows.verifiable(context.snapshot, as_printed(number))
        if found is None:
            return None
        one, now, signer = found.certificate, context.services.clock(), context.services.credentials
        today, name = city_day(now), agreed_name(context, one, found.sealed_name)
        return VerifiedCertificate(
            number=one.number,
            grade=one.term.grade,
            editions=sorted(edition for edition, since in one.term.endorsed.items() if since <= today),
            since=one.term.since,
            until=one.term.until,
            status=one.held.status_of(one.term, today),
            verified_on=today,
            holder_name=name,
            synthetic=context.demo,
            credential=credential(signer, one, found.place, name, now) if signer is not None else None,
        )


def agreed_name(context: Context, one: HeldCertificate, sealed_name: str | None) -> str | None:
    """The holder's name as far as the holder agreed that anyone sees it 公开姓名; None where it does not, or it cannot be read."""
    if one.held.name_shown is NameShown.HIDDEN or sealed_name is None:
        return None
    try:
        name = context.services.keys.open(one.person, "name", sealed_name)
    except KeyMissing:
        return None
    if name is None or one.held.name_shown is NameShown.FULL:
        return name
    return f"{name[:1]}**"


def _numbered(context: Context, data: dict[str, Any]) -> dict[str, Any]:
    return {**data, "number": drawn_number("ZDS", context.today.year)}


def _find_certificate(context: Context, key: str, command: Command, wanted: frozenset[str]) -> Certificate | None:
    assert isinstance(command, CertificateCommand)  # noqa: S101 - the table below names it
    found = rows.certificates_of(context.snapshot, key)
    return next(iter(build_certificates(context, found[-1:], wanted)), None)


QUERIES = CertificateQueries
SERVER_FIELDS: Mapping[type[Command], ServerFields] = {
    GrantCertificate: ServerFields(frozenset({"number"}), fill=_numbered),
}
"""What the server completes 服务端补全; every other command is sent as it is."""
PAYLOADS: Mapping[str, Payload] = {"certificate": Payload("certificate", Certificate, _find_certificate)}
"""Capability -> what its payloads carry 返回对象."""
EDGES: Mapping[Edge, Loader] = {(Certificate, "person"): PERSONS.of_ids}
