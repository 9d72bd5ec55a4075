"""Consents 企业授权 in the schema: which bank may see a firm's results, for what and until when. plan R4."""

from datetime import date

import strawberry

from api.kit.published import field, published
from domain.masks import CONSENTS, Mask
from projections.participants.terms import ConsentRow


@published(CONSENTS, mask=Mask.CONSENTS, row=ConsentRow)
class Consent:
    """Consent of an enterprise to a bank 授权: it opens the results' summary, never an answer. plan R4"""

    id: strawberry.ID = field("授权标识; pass it to `revokeConsent`")
    bank: str = field("Bank 银行标识")
    purpose: str = field("What for 用途")
    since: date = field("First day 起始日")
    until: date = field("Last day 截止日; a revoked one ended the day before")
