"""Periods (plan P7): what is ended by its first day says so wherever its days are shown, as its last day lies before its first."""

from datetime import date, timedelta
from pathlib import Path

from graphql import ObjectTypeDefinitionNode, parse

from tests.live_city import ENTERPRISE, LiveCity

ROOT = Path(__file__).parents[3]
NEVER_ENDED_BEFORE = frozenset(
    {
        *("Campaign", "Consultation", "PolicyTerms"),  # planned whole; ended later, if at all
        *("Certificate", "VerifiedCertificate"),  # so many months from the first day on
        *("DatedRule", "ExternalEdition", "FirmDesignation"),  # until the next one, which begins later
        *("Contact", "ExpertReading", "ReaderCandidate"),  # of those that hold, or as they were made
    }
)
"""Types with a first and a last day of which none ends before it begins."""


def test_every_type_with_two_days_says_so_or_never_ends_before_it_begins() -> None:
    document = parse((ROOT / "graphql" / "schema.graphql").read_text("utf-8"))
    shown = {
        one.name.value: {field.name.value for field in one.fields}
        for one in document.definitions
        if isinstance(one, ObjectTypeDefinitionNode) and one.name.value != "Query"
    }
    two_days = {name for name, fields in shown.items() if {"since", "until"} <= fields}
    says = {name for name in two_days if "endedByFirstDay" in shown[name]}
    assert says == {"Assignment", "CertificateSuspension", "ChainLeaderConsent", "Consent", "Membership"}
    assert two_days - says == NEVER_ENDED_BEFORE


def test_what_is_taken_back_on_its_first_day_says_so_and_another_does_not(city: LiveCity) -> None:
    today, before = city.today, (date.fromisoformat(city.today) - timedelta(days=1)).isoformat()
    days = {"since": today, "until": today}
    told = "enterprise { consents { nodes { id since until endedByFirstDay } } }"
    (given,) = city.done(
        "enterprise", "grantConsent", told, enterprise=ENTERPRISE, bank="bank", purpose="授信", **days
    )["enterprise"]["consents"]["nodes"]
    assert given == {"id": given["id"], **days, "endedByFirstDay": False}
    (back,) = city.done("enterprise", "revokeConsent", told, enterprise=ENTERPRISE, consent=given["id"])["enterprise"][
        "consents"
    ]["nodes"]
    assert back == given | {"until": before, "endedByFirstDay": True}
    case = city.opened()
    experts = "diagnosis { assignments { nodes { id since until endedByFirstDay } } }"
    (made,) = city.done("city", "assignExpert", experts, diagnosis=case, expert="reader", role="READER", **days)[
        "diagnosis"
    ]["assignments"]["nodes"]
    (released,) = city.done("city", "releaseExpert", experts, diagnosis=case, assignment=made["id"])["diagnosis"][
        "assignments"
    ]["nodes"]
    assert (made["endedByFirstDay"], released["until"], released["endedByFirstDay"]) == (False, before, True)
    held = "person { memberships { nodes { id since until endedByFirstDay } } }"
    granted = city.done(
        "city", "grantMembership", held, person="stranger", role="CITY", organisation="city", since=today
    )
    one = next(
        one for one in granted["person"]["memberships"]["nodes"] if one["since"] == today and one["until"] is None
    )
    ended = city.done("city", "endMembership", held, person="stranger", membership=one["id"], on=before)
    (same,) = (each for each in ended["person"]["memberships"]["nodes"] if each["id"] == one["id"])
    assert (one["endedByFirstDay"], same["endedByFirstDay"]) == (False, True)
