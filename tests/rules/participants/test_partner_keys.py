"""Partner keys 合作方密钥 (plan P5, P8): who gave another system a key, for what, and who ended it, is a fact with its reason."""

import pytest
from pydantic import ValidationError

from domain.command_rights import ROLE_NOT_ALLOWED
from domain.participants.partner_keys import (
    PARTNER_KEY_ENDED,
    PARTNER_KEY_RECORDED,
    PARTNER_KEYS,
    IssuePartnerKey,
    PartnerKeyIssued,
    PartnerKeyRevoked,
    RevokePartnerKey,
)
from tests.rules.given import given

ISSUE = IssuePartnerKey(key="k1", partner="data-platform", organisation="310117", days=90, reason="数据共享协议")
REVOKE = RevokePartnerKey(key="k1", reason="协议到期")


def test_a_key_is_issued_once_and_ended_once() -> None:
    issued = PartnerKeyIssued(partner="data-platform", organisation="310117", days=90, reason="数据共享协议")
    case = given(PARTNER_KEYS).when(ISSUE, "system").then(issued)
    case.when(ISSUE, "system").refused(PARTNER_KEY_RECORDED)
    ended = case.when(REVOKE, "system").then(PartnerKeyRevoked(reason="协议到期"))
    ended.when(REVOKE, "system").refused(PARTNER_KEY_ENDED)


def test_a_key_of_before_the_record_is_ended_like_any_other() -> None:
    given(PARTNER_KEYS).when(REVOKE, "system").then(PartnerKeyRevoked(reason="协议到期"))


@pytest.mark.parametrize("role", ["city", "operator", "partner"])
def test_nobody_but_the_program_itself_writes_one_down(role: str) -> None:
    given(PARTNER_KEYS).when(ISSUE, role).refused(ROLE_NOT_ALLOWED, role=role)


@pytest.mark.parametrize("wrong", [{"reason": " "}, {"days": 0}, {"days": 367}])
def test_a_key_without_a_reason_or_an_end_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        IssuePartnerKey.model_validate(dict(ISSUE) | wrong)
