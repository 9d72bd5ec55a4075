"""Consents 企业授权 in the schema: which bank may see a firm's results, for what and until when. plan R4."""

from collections.abc import Sequence
from datetime import date

import strawberry

from api.kit.context import Context
from api.kit.edges import led_to
from api.kit.periods import ENDED_BY_FIRST_DAY, is_ended_by_first_day
from api.kit.published import field, published
from api.kit.row_mapping import shown
from api.participants.organisations import Organisation
from domain.access import Mask
from domain.masks import CONSENTS
from projections.participants.consents import ConsentRow, consents_of


@published(CONSENTS, mask=Mask.CONSENTS, row=ConsentRow)
class Consent:
    """Consent of an enterprise to a bank: it opens the results' summary, never an answer · 授权. plan R4"""

    id: strawberry.ID = field("Id of the consent; pass it to `revokeConsent` · 授权标识")
    bank: Organisation | None = field("Bank; null: it is not entered as an organisation · 银行", by="bank")
    purpose: str = field("What for · 用途")
    since: date = field("First day · 起始日")
    until: date = field("Last day; a revoked one ended the day before · 截止日")
    ended_by_first_day: bool = field(ENDED_BY_FIRST_DAY, made=True)


def load_consents(context: Context, ids: Sequence[str], wanted: frozenset[str]) -> dict[str, list[Consent]]:
    """Consents of many firms, which the caller has judged."""
    found = consents_of(context.snapshot, ids)
    bank = led_to(context, (Consent, "bank"), (row for rows in found.values() for row in rows), wanted)

    def of(row: ConsentRow) -> Consent:
        ended = is_ended_by_first_day(row.since, row.until)
        return Consent(**shown(Consent, row), bank=bank(row.bank), ended_by_first_day=ended)

    return {firm: [of(row) for row in rows] for firm, rows in found.items()}
