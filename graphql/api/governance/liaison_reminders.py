"""Liaison reminders 联络人确认提醒 in the schema: units whose contacts are to be confirmed by the liaison rule. plan O2."""

from dataclasses import replace
from datetime import timedelta

import strawberry

from api.kit.context import Context
from api.kit.lists import listing
from api.participants.liaisons import GAPS
from domain.governance.rule_bodies.liaison import LiaisonRule
from domain.masks import GAPS_READ
from projections.governance.dated_rules import body_on
from projections.participants.liaison_gaps import GapFilter

TO_CONFIRM = replace(GAPS, name="liaisonsToConfirm")


@strawberry.type
class LiaisonReminderQueries:
    """Query fields: contacts that are to be confirmed."""

    @listing(
        TO_CONFIRM,
        "Units of the scope with a contact that the liaison rule has confirmed again by now or within its notice, in order of id · "
        "待确认联络人. plan O2",
        roles=GAPS_READ,
    )
    def liaisons_to_confirm(self, info: strawberry.Info[Context, None]) -> GapFilter:
        """A page of the units whose contacts are to be confirmed."""
        context = info.context
        rule = body_on(context.snapshot, LiaisonRule, context.today)
        before = context.today - timedelta(rule.confirmed_days - rule.notice_days)
        return GapFilter(confirmed_before=before.isoformat())


QUERIES = LiaisonReminderQueries
