"""Passkeys · 通行密钥 (WebAuthn): a key in a person's own device that signs for our address and no other. plan P7."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

NAME = "诊断 Zhenduan"
LARGEST_ANSWER = 16 * 1024
"""Characters of what a browser sends of a passkey."""
LIFETIME_MILLISECONDS = 300_000

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Passkey:
    """A passkey as it is kept 通行密钥. counter: how often it says it was used; 0 where it does not count."""

    credential: bytes
    public_key: bytes
    counter: int


@dataclass(frozen=True)
class Address:
    """Our public address as browsers see it 对外地址. host: what passkeys are bound to."""

    host: str
    origin: str


def address_of(home: str) -> Address | None:
    """The address that passkeys may be bound to; None where there is none: browsers sign over TLS or for this machine alone."""
    parts = urlsplit(home)
    if parts.hostname is None or not (parts.scheme == "https" or parts.hostname == "localhost"):
        return None
    return Address(parts.hostname, f"{parts.scheme}://{parts.netloc}")


def registration_options(address: Address, login: str, person: str, challenge: bytes, known: Sequence[bytes]) -> str:
    """What a browser makes a passkey by, as JSON 登记选项; `known` are those that the person has already."""
    from webauthn import generate_registration_options, options_to_json
    from webauthn.helpers.structs import (
        AuthenticatorSelectionCriteria,
        PublicKeyCredentialDescriptor,
        ResidentKeyRequirement,
        UserVerificationRequirement,
    )

    return options_to_json(
        generate_registration_options(
            rp_id=address.host,
            rp_name=NAME,
            user_name=login,
            user_id=person.encode()[:64],
            challenge=challenge,
            timeout=LIFETIME_MILLISECONDS,
            exclude_credentials=[PublicKeyCredentialDescriptor(id=one) for one in known],
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.DISCOURAGED, user_verification=UserVerificationRequirement.PREFERRED
            ),
        )
    )


def registered(address: Address, answer: str, challenge: bytes) -> Passkey | None:
    """The passkey that a browser has made; None where its answer is not to be believed."""
    from webauthn import verify_registration_response

    try:
        made = verify_registration_response(
            credential=answer[: LARGEST_ANSWER + 1],
            expected_challenge=challenge,
            expected_rp_id=address.host,
            expected_origin=address.origin,
        )
    except Exception as refused:  # noqa: BLE001 - a stranger's bytes may upset the library in any way; the reason is logged
        log.warning("a passkey was not taken: %.200r", refused)
        return None
    return Passkey(made.credential_id, made.credential_public_key, made.sign_count)


def authentication_options(address: Address, challenge: bytes, known: Sequence[bytes]) -> str:
    """What a browser signs with one of the person's passkeys, as JSON 验证选项."""
    from webauthn import generate_authentication_options, options_to_json
    from webauthn.helpers.structs import PublicKeyCredentialDescriptor

    return options_to_json(
        generate_authentication_options(
            rp_id=address.host,
            challenge=challenge,
            timeout=LIFETIME_MILLISECONDS,
            allow_credentials=[PublicKeyCredentialDescriptor(id=one) for one in known],
        )
    )


def signed_by(address: Address, answer: str, challenge: bytes, known: Sequence[Passkey]) -> Passkey | None:
    """Which of a person's passkeys signed the challenge, with its new counter; None for none of them.

    A counter that does not grow is a copied key's, and refused.
    """
    from webauthn import verify_authentication_response
    from webauthn.helpers import parse_authentication_credential_json

    try:
        given = parse_authentication_credential_json(answer[: LARGEST_ANSWER + 1])
        kept = next((one for one in known if one.credential == given.raw_id), None)
        if kept is None:
            return None
        found = verify_authentication_response(
            credential=given,
            expected_challenge=challenge,
            expected_rp_id=address.host,
            expected_origin=address.origin,
            credential_public_key=kept.public_key,
            credential_current_sign_count=kept.counter,
        )
    except Exception as refused:  # noqa: BLE001 - as above
        log.warning("a passkey was refused: %.200r", refused)
        return None
    return Passkey(kept.credential, kept.public_key, found.new_sign_count)
