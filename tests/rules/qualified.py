"""A rule by which only certified diagnosticians work on site, and certificates to be read beside it."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from domain.governance.dated_rules import DATED_RULES, SetRule, rule_in_force
from domain.governance.proceedings.decision import AppealDecided
from domain.governance.proceedings.opening import ProceedingOpened
from domain.governance.proceedings.proceeding import PROCEEDINGS
from domain.governance.proceedings.state import ProceedingKind, ProceedingOutcome, proceeding_stream
from domain.governance.qualification import QUALIFICATION_RULE, Certificate, CertificateGrade, certificate_stream
from domain.governance.rule_bodies.exam import ExamRule
from domain.kernel import fold
from domain.providers.certificates import CERTIFICATES, CertificateEvent, CertificateGranted
from tests.rules.given import AT, given

DEFAULT = rule_in_force(None, ExamRule, AT.date())
SINCE = date(2024, 5, 6)


def certified_only(since: date = SINCE, **changes: Any) -> Mapping[str, Any]:
    """The stream of the exam rule, by which only certified diagnosticians work on site from a day on."""
    body = DEFAULT.model_copy(update={"certified_only": True, **changes})
    command = SetRule(since=since, body=body, source="市级部门通知", mark="I")
    return {QUALIFICATION_RULE: given(DATED_RULES).when(command, "city").accepted.state}


def granted(
    *editions: str, since: date = SINCE, until: date = date(2026, 5, 5), number: str = "ZDS-2024-000000000001", **changes: Any
) -> CertificateGranted:
    """A certificate's fact."""
    stated: dict[str, Any] = {"grade": CertificateGrade.DIAGNOSTICIAN, "causes": (), "recognised": "试点期间考核合格", "rule": None}
    return CertificateGranted(
        number=number, editions=editions or ("2023",), since=since, until=until, **(stated | changes)
    )


def holding(person: str, *events: CertificateEvent) -> Mapping[str, Any]:
    """The stream of a person's certificates."""
    held: Certificate | None = fold(CERTIFICATES.evolve, events)
    return {certificate_stream(person): held}


def red_line(person: str, outcome: ProceedingOutcome = ProceedingOutcome.UPHELD) -> tuple[ProceedingOpened, AppealDecided]:
    """The first and the last fact of a proceeding on a red line that a certificate's holder crossed."""
    opened = ProceedingOpened(
        kind=ProceedingKind.RED_LINE,
        about=certificate_stream(person),
        cause=f"certificate/{person}/1",
        asked="暂停证书",
        grounds="代签现场记录",
        provider="p1",
        enterprise=None,
        district=None,
        applicant_role="city",
        opened_on=SINCE,
        opened_by="clerk",
        rule=None,
        rule_since=SINCE,
    )
    return opened, AppealDecided(outcome=outcome, reasons="查证属实", decided_by="chief")


def concluded(person: str, outcome: ProceedingOutcome = ProceedingOutcome.UPHELD) -> Mapping[str, Any]:
    """The stream of such a proceeding, which is final."""
    return {proceeding_stream("r1"): fold(PROCEEDINGS.evolve, red_line(person, outcome))}
