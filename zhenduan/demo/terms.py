"""Terms 期限 of the demo city: a bank by consent, experts by an assignment, a provider kept away by a tie, a partner by a contract.

plan R4, V3, V5, P8.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta

from api.kit.credentials import ALPHABET, DRAWN
from domain.access import Role
from domain.diagnosis.assignments import AssignExpert
from domain.diagnosis.opening import OpenDiagnosis
from domain.diagnosis.result_credentials import IssueResultCredential
from domain.governance.ties import DeclareTie, TieKind
from domain.kernel import Command
from domain.participants.consents import GrantConsent
from domain.participants.partner_contracts import FullEventKind, GrantPartnerContract
from domain.participants.people.granting_rights import KIND_OF_HEAD
from journal import Caller
from zhenduan.demo.data import DemoData
from zhenduan.demo.people import People, draw_id

TERM = timedelta(days=3 * 365)
"""So long a visitor of the demo finds them open: the city is built once and shown for a long time."""
HELD_BESIDE = (
    *(Role.REPORTING_UNIT, Role.READER, Role.SAMPLER, Role.BANK, Role.SUPPORT, Role.SUPPLIER, Role.OPERATOR),
    *(Role.MARKER, Role.ARBITER),
)
"""Roles of the organisations beside the programme's own, one person each."""
EXPERTS_SHOWN = (Role.READER, Role.SAMPLER)
SOLD = date(2023, 8, 1)
"""First day of the ties that are shown; the supply has long ceased to bar."""
PURPOSE = "授信评估（示例）"
PARTNER = "demo-partner"
PARTNERS_PURPOSE = "产业园区服务平台展示（示例）"


def beside(data: DemoData) -> dict[Role, str]:
    """Role -> the organisation beside the programme's own that it is held for 其他单位."""
    kinds = {one.kind: one.id for one in data.organisations.others}
    return {role: kinds[KIND_OF_HEAD[role]] for role in HELD_BESIDE}


def handed_over(
    people: People, shown: Mapping[Role, str], opening: OpenDiagnosis, since: date
) -> Iterator[tuple[Caller, Command]]:
    """A firm hands the bank the result that it has confirmed, signed 结果凭证.

    opening: of the case. since: first day of the consent.
    """
    firm, consent = opening.enterprise, draw_id(people.chance)
    term = {"bank": shown[Role.BANK], "purpose": PURPOSE, "since": since, "until": since + TERM}
    speaks = people.meet(Role.ENTERPRISE, firm)
    number = f"ZDR-{since.year}-{''.join(people.chance.choice(ALPHABET) for _ in range(DRAWN))}"
    yield speaks, GrantConsent(enterprise=firm, consent=consent, **term)
    yield speaks, IssueResultCredential(enterprise=firm, diagnosis=opening.diagnosis, consent=consent, number=number)


def terms(
    people: People, shown: Mapping[Role, str], firms: Sequence[str], cases: Sequence[str], since: date
) -> Iterator[tuple[Caller, Command]]:
    """Who grants what, to the people who may sign in 授权与指派.

    Args:
        people: of the demo, all met before.
        shown: role -> unit of those who may sign in.
        firms: enterprises that let the bank see their results.
        cases: diagnoses that the experts are assigned to.
        since: the first day.
    """
    city = people.callers[Role.CITY, people.data.organisations.city.id]
    until = since + TERM
    for firm in firms:
        granting = GrantConsent(
            enterprise=firm, consent=draw_id(people.chance), bank=shown[Role.BANK], purpose=PURPOSE, since=since, until=until
        )
        yield people.meet(Role.ENTERPRISE, firm), granting
    for role in EXPERTS_SHOWN:
        expert = people.callers[role, shown[role]].actor
        for case in cases:
            assignment = draw_id(people.chance)
            yield city, AssignExpert(
                diagnosis=case, assignment=assignment, expert=expert, role=role, since=since, until=until
            )
    named = {"provider": shown[Role.PROVIDER], "party": shown[Role.ENTERPRISE]}
    sold = {"since": SOLD, "last": SOLD + timedelta(days=30), "source": "设备采购合同及验收单（示例）"}
    yield people.callers[Role.PROVIDER, shown[Role.PROVIDER]], DeclareTie(kind=TieKind.VENDOR, **named, **sold)
    others = sorted(one.id for one in people.data.organisations.providers if one.id != shown[Role.PROVIDER])
    owned = {"party": shown[Role.GROUP], "since": SOLD, "source": "企业登记信息（示例）"}
    yield city, DeclareTie(provider=others[-1], kind=TieKind.OWNERSHIP, **owned)
    agreed = {"contract": "demo-contract", "partner": PARTNER, "purpose": PARTNERS_PURPOSE, "is_known": True}
    yield city, GrantPartnerContract(**agreed, kinds=(FullEventKind.ENTERPRISE,), until=until)
