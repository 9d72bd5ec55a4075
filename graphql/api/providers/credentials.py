"""Credentials 证书凭证: SD-JWT VC with a status list, verified offline by anyone and by its status online. plan T1.

A credential tells what `verifyCertificate` tells, as of the day it was fetched; that it was suspended since is in the status list.
"""

from datetime import datetime, timedelta
from typing import Any

from api.kit.credentials import CREDENTIAL, seconds
from api.kit.ports import CredentialSigner
from domain.governance.qualification import CertificateStatus
from domain.instants import city_day, city_midnight
from projections.providers.certificates import HeldCertificate

TYPE = "/certificates/diagnostician"
STATUS_PATH = "/certificates/status-list"
STATUSES = {CertificateStatus.SUSPENDED: 2, CertificateStatus.EXPIRED: 1, CertificateStatus.REPLACED: 1}
"""Status -> its number in the list: 0 valid, 1 invalid, 2 suspended; one whose first day has not come is told by its own dates."""


def credential(signer: CredentialSigner, one: HeldCertificate, index: int, name: str | None, now: datetime) -> str:
    """A certificate as an SD-JWT VC 证书凭证: no person's id; the name as far as its holder agreed.

    Args:
        signer: of this installation.
        one: the certificate.
        index: its place in the status list.
        name: the holder's, as far as the holder agreed; None = nothing of it.
        now: when it is made.
    """
    since = seconds(city_midnight(one.term.since))  # and not of the moment at which it is asked for
    claims: dict[str, Any] = {
        "vct": signer.issuer + TYPE,
        "jti": one.number,
        "iat": since,
        "nbf": since,
        "exp": seconds(city_midnight(one.term.until + timedelta(days=1))),
        "status": {"status_list": {"idx": index, "uri": signer.issuer + STATUS_PATH}},
        "number": one.number,
        "grade": one.term.grade.value,
        "editions": sorted(edition for edition, since in one.term.endorsed.items() if since <= city_day(now)),
    }
    if name is not None:
        claims["holder_name"] = name
    return signer.signed(CREDENTIAL, claims) + "~"
