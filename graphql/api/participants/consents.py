"""Consents 企业授权 in the schema: which bank may see a firm's results, for what and until when. plan R4."""

from datetime import date

import strawberry

from api.kit.published import field, published
from domain.access import Mask
from domain.masks import CONSENTS
from projections.participants.terms import ConsentRow


@published(CONSENTS, mask=Mask.CONSENTS, row=ConsentRow)
class Consent:
    """Consent of an enterprise to a bank: it opens the results' summary, never an answer · 授权. plan R4"""

    id: strawberry.ID = field("Id of the consent; pass it to `revokeConsent` · 授权标识")
    bank: str = field("Bank · 银行标识")
    purpose: str = field("What for · 用途")
    since: date = field("First day · 起始日")
    until: date = field("Last day; a revoked one ended the day before · 截止日")
