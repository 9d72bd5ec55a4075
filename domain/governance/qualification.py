"""Qualification 持证资格: what a diagnostician's certificate entitles to on a day, for whoever works on site. plan T1.

Certificates are granted and suspended in `domain/providers/certificates.py`; here is what every capability reads of them. Expiry is
a date, read on the day of the act: no fact says that a certificate ran out.
"""

from datetime import date

from domain.governance.dated_rules import rule_in_force, rule_stream
from domain.governance.rule_bodies.body import RuleKind
from domain.governance.rule_bodies.exam import ExamRule
from domain.kernel import DecisionContext, Part, Rule, Stream, stream_of
from standards.described import DescribedEnum

# Rules

NOT_CERTIFIED = Rule(
    "NOT_CERTIFIED",
    "plan T1",
    "自规则施行之日起，现场诊断与核验须由持证诊断师进行，您在 {day} 没有有效的诊断师证书；请先参加考试取得证书",
    "Since the rule is in force, visits and verification are for certified diagnosticians, and you hold no certificate on {day}; "
    "sit the examination and be certified first",
)
CERTIFICATE_EXPIRED = Rule(
    "CERTIFICATE_EXPIRED",
    "plan T1",
    "您的诊断师证书已于 {until} 到期，不能用于 {day} 的现场诊断或核验；请续期后再办，或由持证的同事办理",
    "Your certificate ran out on {until} and does not cover work on {day}; renew it, or let a certified colleague do it",
)
CERTIFICATE_SUSPENDED = Rule(
    "CERTIFICATE_SUSPENDED",
    "plan T1",
    "您的诊断师证书自 {since} 起暂停，{day} 不能进行现场诊断或核验；恢复之前请由持证的同事办理",
    "Your certificate is suspended from {since} on and does not cover {day}; until it is restored a certified colleague does it",
)
EDITION_NOT_ENDORSED = Rule(
    "EDITION_NOT_ENDORSED",
    "plan T1",
    "您的诊断师证书在 {day} 没有标准版本 {edition} 的签注；请先通过该版本的考试，或由有该签注的同事办理",
    "Your certificate is not endorsed for edition {edition} on {day}; pass its examination or let an endorsed colleague do it",
)

# State


class CertificateGrade(DescribedEnum):
    """Grade of a diagnostician's certificate · 诊断师等级."""

    ASSISTANT = "assistant", "Assistant diagnostician · 助理诊断师"
    DIAGNOSTICIAN = "diagnostician", "Diagnostician · 诊断师"
    SENIOR = "senior", "Senior diagnostician · 高级诊断师"

    @property
    def rank(self) -> int:
        """Its place among the grades, from 0."""
        return list(type(self)).index(self)


class NameShown(DescribedEnum):
    """How much of a holder's name anyone is shown, as the holder agreed · 姓名公开方式."""

    HIDDEN = "hidden", "Nothing of the name; so until the holder says otherwise · 不公开姓名"
    FAMILY_NAME = "family_name", "The first character alone · 仅公开姓氏"
    FULL = "full", "The whole name · 公开全名"


class CertificateStatus(DescribedEnum):
    """What a certificate is worth on a day · 证书状态."""

    VALID = "valid", "In force · 有效"
    NOT_YET_VALID = "not_yet_valid", "Its first day has not come · 尚未生效"
    SUSPENDED = "suspended", "Suspended · 暂停"
    EXPIRED = "expired", "Its last day is over · 已到期"
    REPLACED = "replaced", "Another certificate of the same holder took its place · 已被替换"


class CertificateTerm(Part):
    """One certificate as it was granted 证书: from `since` to `until`, both days included.

    endorsed: edition -> the first day of its endorsement. version: of the stream, at which it was granted.
    """

    number: str
    grade: CertificateGrade
    since: date
    until: date
    endorsed: dict[str, date]
    version: int

    def holds_on(self, day: date) -> bool:
        """Whether a day of the city's calendar lies in the term."""
        return self.since <= day <= self.until


class Suspension(Part):
    """A time of suspension 暂停期: from `since` on, until the day before it was lifted; None = it goes on."""

    since: date
    until: date | None = None
    reason: str = ""

    def holds_on(self, day: date) -> bool:
        """Whether it holds on a day."""
        return self.since <= day and (self.until is None or day <= self.until)


class Certificate(Part):
    """A person's certificates 证书: each that was granted, in order, every suspension, and how the name may be shown.

    causes: the examinations that they rest on, each of which is used once.
    """

    version: int = 0
    terms: tuple[CertificateTerm, ...] = ()
    suspensions: tuple[Suspension, ...] = ()
    name_shown: NameShown = NameShown.HIDDEN
    causes: tuple[str, ...] = ()

    def status_of(self, term: CertificateTerm, day: date) -> "CertificateStatus":
        """What one of them is worth on a day 当日状态."""
        if term.since > day:
            return CertificateStatus.NOT_YET_VALID
        if (holding := self.term_on(day)) is not None and holding.number != term.number:
            return CertificateStatus.REPLACED
        if holding is None:
            return CertificateStatus.EXPIRED
        return CertificateStatus.SUSPENDED if self.suspension_on(day) is not None else CertificateStatus.VALID

    @property
    def latest(self) -> CertificateTerm | None:
        """The one granted last, which takes the place of those before it."""
        return self.terms[-1] if self.terms else None

    def term_on(self, day: date) -> CertificateTerm | None:
        """The one that holds on a day: of several the one granted last."""
        return next((term for term in reversed(self.terms) if term.holds_on(day)), None)

    def suspension_on(self, day: date) -> Suspension | None:
        """The suspension that a day lies in."""
        return next((one for one in self.suspensions if one.holds_on(day)), None)

    def grade_on(self, day: date) -> CertificateGrade | None:
        """The grade that is held and not suspended on a day 当日等级; None without one."""
        term = self.term_on(day)
        return term.grade if term is not None and self.suspension_on(day) is None else None


def certificate_stream(person: str) -> Stream:
    """Stream of one person's certificates."""
    return stream_of("certificate", person)


QUALIFICATION_RULE = rule_stream(RuleKind.EXAM)
"""Stream of the rule that says from which day on certificates are needed."""


def require_qualified(person: str, edition: str, day: date, context: DecisionContext, path: str | None = None) -> None:
    """Refuse work on site on a day by whom the rule of that day asks for a certificate 持证检查.

    The rule in force on the day decides, so earlier work stays valid, and where the city asks for none nothing changes.

    Raises:
        Refused: NOT_CERTIFIED, CERTIFICATE_EXPIRED, CERTIFICATE_SUSPENDED, EDITION_NOT_ENDORSED (plan T1).
    """
    if not rule_in_force(context.read.get(QUALIFICATION_RULE), ExamRule, day).certified_only:
        return
    at = {} if path is None else {"path": path}
    held: Certificate | None = context.read.get(certificate_stream(person))
    term = held.term_on(day) if held is not None else None
    if held is None or term is None:
        earlier = [one.until for one in held.terms if one.until < day] if held is not None else []
        if earlier:
            raise CERTIFICATE_EXPIRED.refuse(**at, until=max(earlier), day=day)
        raise NOT_CERTIFIED.refuse(**at, day=day)
    if (suspension := held.suspension_on(day)) is not None:
        raise CERTIFICATE_SUSPENDED.refuse(**at, since=suspension.since, day=day)
    if (endorsed := term.endorsed.get(edition)) is None or endorsed > day:
        raise EDITION_NOT_ENDORSED.refuse(**at, edition=edition, day=day)
