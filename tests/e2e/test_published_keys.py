"""Keys that an identity provider publishes: what is longer than any key in use is passed over unread. plan P7."""

import base64
import secrets

from joserfc.jwk import RSAKey

from zhenduan.accounts.published_keys import LONGEST_MEMBER, usable_keys


def test_a_key_longer_than_any_in_use_costs_nothing_and_not_the_others() -> None:
    usual = RSAKey.generate_key(2048, private=False).as_dict()
    endless = base64.urlsafe_b64encode(secrets.token_bytes(LONGEST_MEMBER)).decode().rstrip("=")
    longer = [usual | {name: endless, "kid": name} for name in ("n", "e")]
    found = usable_keys({"keys": [*longer, usual | {"kid": "usual"}]})
    assert [key.kid for key in found] == ["usual"]
