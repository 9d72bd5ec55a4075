"""Supply meets demand in the demo city 示例供需对接: solutions, a demand with an offer, consents to a chain leader. plan R2, R3."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from itertools import islice

from domain.access import Role
from domain.diagnosis.opening import OpenDiagnosis
from domain.kernel import Command
from domain.programme.demands.demand import PublishDemand
from domain.programme.demands.gap_consent import ConsentToChainLeader, SetSupplierNaming
from domain.programme.demands.offer_commands import AcceptOffer, MakeOffer
from domain.programme.demands.service_list import RecordServiceList
from domain.programme.demands.solution import PublishSolution
from domain.programme.demands.solution_facts import SolutionCase
from journal import Caller
from standards import load
from zhenduan.demo.people import People, draw_id

DONE_WITHIN, READY_WITHIN = timedelta(days=180), timedelta(days=120)
CONSENTED = timedelta(days=3 * 365)
"""So long a visitor of the demo finds the gaps: the city is built once and shown for a long time."""
ASKED_FOR, FIRMS_CONSENTING, FIRMS_NAMED = 2, 100, 3
PRICE, BUDGET = 38_000_000, 50_000_000


def supply(
    people: People, shown: Mapping[Role, str], cases: Sequence[OpenDiagnosis], day: date
) -> Iterator[tuple[Caller, Command]]:
    """What suppliers, the first firm of `cases` and the city did. cases: with a report, confirmed ones first."""
    first, *_ = cases
    supplier, provider = (people.callers[role, shown[role]] for role in (Role.SUPPLIER, Role.PROVIDER))
    city = people.callers[Role.CITY, people.data.organisations.city.id]
    asked = [one.id for one in load(first.edition).of(first.form) if one.kind == "choice"][:ASKED_FOR]
    solution, product = (draw_id(people.chance) for _ in range(2))
    of = {"edition": first.edition, "indicators": tuple(asked)}
    case = SolutionCase(industry="C34", text="十二台设备联网后停机时间下降三成（示例）")
    networked = {"title": "车间设备联网（示例）", "summary": "设备联网、数据采集与看板", "cases": (case,)}
    yield supplier, PublishSolution(solution=solution, seller=supplier.organisation, **networked, **of)
    planned = {"title": "数字化规划咨询（示例）", "summary": "诊断之后的规划与实施咨询"}
    yield provider, PublishSolution(solution=product, seller=provider.organisation, **planned, **of)
    listed = {"suppliers": (supplier.organisation,), "source": "年度推荐目录（示例）", "mark": "I"}
    yield city, RecordServiceList(year=day.year, **listed)
    text = {"text": "希望先联网关键设备，边生产边改造（示例）", "budget_to": BUDGET, "by": day + DONE_WITHIN}
    offer = {"solutions": (solution,), "text": "四个月完成，含培训（示例）", "price": PRICE, "ready_by": day + READY_WITHIN}
    others = (one for one in cases if one.edition == first.edition and one.enterprise != first.enterprise)
    for number, bought in enumerate((first, *islice(others, 1))):
        buyer = people.meet(Role.ENTERPRISE, bought.enterprise)
        demand = draw_id(people.chance)
        of_firm = {"enterprise": bought.enterprise, "diagnosis": bought.diagnosis, "indicators": tuple(asked)}
        yield buyer, PublishDemand(demand=demand, **of_firm, **text)
        yield supplier, MakeOffer(demand=demand, supplier=supplier.organisation, **offer)
        if number:  # the first firm's is left open, for other sellers too
            yield buyer, AcceptOffer(demand=demand, supplier=supplier.organisation)
    yield from _consents(people, shown, cases, day)


def _consents(
    people: People, shown: Mapping[Role, str], cases: Sequence[OpenDiagnosis], day: date
) -> Iterator[tuple[Caller, Command]]:
    """Firms with a report let the firm that leads a chain count their gaps, enough of them, and some want to be known to it.

    They let their own group do so too, which is told nothing: it reads its members one by one.
    """
    firms = [one for one in dict.fromkeys(case.enterprise for case in cases[:FIRMS_CONSENTING]) if one != shown[Role.ENTERPRISE]]
    for number, firm in enumerate(firms):
        who = people.meet(Role.ENTERPRISE, firm)
        for leader in (shown[Role.GROUP], shown[Role.ENTERPRISE]):
            yield who, ConsentToChainLeader(enterprise=firm, leader=leader, until=day + CONSENTED)
        if number < FIRMS_NAMED:
            yield who, SetSupplierNaming(enterprise=firm, leader=shown[Role.ENTERPRISE], named=True)
