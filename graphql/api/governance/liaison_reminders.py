"""Liaison reminders 联络人确认提醒 in the schema: contacts to be confirmed by the liaison rule, and who was reminded. plan O2."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Annotated

import strawberry

from api.kit.context import Context
from api.kit.ids import PersonID
from api.kit.lists import Listed, listing
from api.kit.published import argument, field, published
from api.kit.row_mapping import shown
from api.participants.liaisons import GAPS
from domain.governance.rule_bodies.liaison import LiaisonRule
from domain.kernel import IdOf
from domain.masks import GAPS_READ, REMINDED_CONTACTS
from projections.governance.contact_reminders import (
    ContactReminderFilter,
    ContactReminderRow,
    contact_reminder_count,
    contact_reminders,
)
from projections.governance.dated_rules import body_on
from projections.participants.liaison_gaps import GapFilter
from projections.participants.scope_names import names_of

TO_CONFIRM = replace(GAPS, name="liaisonsToConfirm")


@published(REMINDED_CONTACTS, row=ContactReminderRow)
class ContactReminder:
    """Reminder that a named contact is to be confirmed, which nobody answered yet · 联络人确认提醒. plan O2"""

    id: Annotated[strawberry.ID, IdOf("contact")] = field("Its id · 提醒标识")
    person: PersonID = field("Id of the contact · 人员标识")
    membership: strawberry.ID = field("Id of the membership as a contact · 任职标识")
    organisation: strawberry.ID = field("Organisation, district code or enterprise it is held for · 单位标识")
    organisation_name: str | None = field("Its name; null of a firm outside the reader's scope · 单位名称", made=True)
    confirmed_on: date = field("Day on which the contact was last confirmed · 最近确认日")
    by: date = field("Last day on which that confirmation holds · 确认截止日")
    reminded_on: date | None = field("Day on which the program reminded of it; null: it was too late for that · 提醒日")
    escalated_on: date | None = field("Day on which it was reported as over; null while its time runs · 逾期上报日")


def _build(context: Context, rows: Sequence[ContactReminderRow], wanted: frozenset[str]) -> list[ContactReminder]:
    named = "organisationName" in wanted
    names = names_of(context.snapshot, context.scope, {row.organisation for row in rows}) if named else {}
    return [ContactReminder(**shown(ContactReminder, row), organisation_name=names.get(row.organisation)) for row in rows]


REMINDERS: Listed[ContactReminderFilter, ContactReminderRow, ContactReminder] = Listed(
    name="contactReminders", node=ContactReminder, rows=contact_reminders, count=contact_reminder_count, build=_build
)


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

    @listing(
        REMINDERS,
        "Reminders that the program gave of contacts to be confirmed and nobody answered: one's own, and those of units and firms "
        "in the scope; once confirmed, handed over or ended, a contact is in it no more · 联络人确认提醒列表. plan O2, O3",
        roles=REMINDED_CONTACTS,
    )
    def contact_reminders(
        self,
        info: strawberry.Info[Context, None],
        escalated: Annotated[bool | None, argument("Whether the time is over; none = both · 是否逾期")] = None,
    ) -> ContactReminderFilter:
        """A page of the reminders."""
        context = info.context
        return ContactReminderFilter(context.caller.actor, context.today.isoformat(), escalated)


QUERIES = LiaisonReminderQueries
