"""Story of the demo city 示例城市的经过: every act of its people, each with its moment, in the order of time."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import count
from operator import itemgetter
from random import Random

from domain.access import Everything, Role
from domain.diagnosis.opening import OpenDiagnosis
from domain.diagnosis.report import ConfirmReport, IssueReport
from domain.diagnosis.state import diagnosis_stream
from domain.instants import city_day
from domain.kernel import Command
from domain.participants.firm_ids import enterprise_id
from domain.participants.headquarters import NameHeadquarters
from domain.participants.organisations import OrganisationKind, RegisterOrganisation
from domain.programme.demands.offer_commands import AcceptOffer
from domain.programme.targets import SetTarget
from domain.providers.matching.matching import RequestMatching
from domain.standard.edition_mapping import mapping_command
from domain.standard.editions import PublishEdition
from interop.code_lists import names_of_codes
from journal import Caller
from standards import edition_mappings, load_composition, published_editions
from zhenduan.demo.after_reports import arbitrated
from zhenduan.demo.call_at_marking import call_at_marking
from zhenduan.demo.call_to_come import call_to_come
from zhenduan.demo.campaigns import invited, planned
from zhenduan.demo.case_studies import case_studies
from zhenduan.demo.cases import diagnosed
from zhenduan.demo.certificates import certificates
from zhenduan.demo.crosswalks import crosswalks
from zhenduan.demo.data import DemoData, seats
from zhenduan.demo.diagnosis_story import Act, Timed
from zhenduan.demo.directory_moves import moves
from zhenduan.demo.duties import duties
from zhenduan.demo.external import external_results
from zhenduan.demo.finished_cases import finished
from zhenduan.demo.firms import DemoFirm, Unused, draw_firms, next_year, roster_file
from zhenduan.demo.implementations import implementations
from zhenduan.demo.liaisons import liaisons
from zhenduan.demo.office_hours import later, office_time
from zhenduan.demo.outreach import earlier_sessions, outreach
from zhenduan.demo.packages import packages
from zhenduan.demo.papers import papers
from zhenduan.demo.peers import peers
from zhenduan.demo.people import SECOND_LOGINS, SHOWN_DISTRICT, People, draw_id, organisations
from zhenduan.demo.policies import policies
from zhenduan.demo.proceedings import concluded, pending
from zhenduan.demo.rated_jobs import rated_jobs
from zhenduan.demo.ratings import rated_years
from zhenduan.demo.revision import steps
from zhenduan.demo.rosters import (
    DEMO_SALT,
    FIRST_ROSTER,
    Rosters,
    import_of,
    steady,
    steady_in_the_district,
    units_named,
)
from zhenduan.demo.sampling import sampled
from zhenduan.demo.screenings import screened
from zhenduan.demo.selected_people import SelectionOffice, founded, office, selected_providers, taking_part
from zhenduan.demo.selection import FIRST, SECOND, called, set_rule
from zhenduan.demo.supply import supply
from zhenduan.demo.terms import HELD_BESIDE, beside, handed_over, terms
from zhenduan.demo.training import EDITION
from zhenduan.demo.unit_targets import unit_targets
from zhenduan.demo.whole_year import whole_year

BEGINNING = date(2023, 8, 7)
"""The plan was issued on 2023-07-28; the demo's city begins soon after."""
FIRST_DRAFT = date(2023, 8, 15)
LATER_ROSTERS = (3, 1)
"""Month and day of each later year's roster: so no two acts lie over a year apart, which the journal's clock refuses."""
EARLIEST_PRESENT = date(2025, 3, 2)
FIRMS_MATCHED = 12
FIRMS_MAPPED = 2
OPERATOR = Caller("operator-demo", Role.SYSTEM, "", Everything())
FIRST_MINUTE = 60
"""After the offices open, from which on the acts of a selection follow one another."""


@dataclass(frozen=True)
class Story:
    """All acts in the order of time 全部经过. people: login -> id of the person who may sign in by it."""

    acts: tuple[Timed, ...]
    people: Mapping[str, str]


def story(data: DemoData, chance: Random, present: datetime, *, applying: bool = False) -> Story:
    """The story of a seed up to the present 生成经过.

    Args:
        data: the synthetic city.
        chance: where all draws come from.
        present: no act lies after it; not before 2025-03-02, when the first two years are over.
        applying: whether the next year's call is open too, with an application to be completed.

    Raises:
        ValueError: the present lies too early.
    """
    if city_day(present) < EARLIEST_PRESENT:
        raise ValueError(f"the demo's present lies before {EARLIEST_PRESENT}")
    people = People(data, chance)
    played = list(_founding(data, people))
    unused = Unused(data, chance)
    firms = draw_firms(data, chance, unused)
    rosters = {FIRST_ROSTER.year: firms}
    for year in range(FIRST_ROSTER.year + 1, city_day(present).year + 1):
        if date(year, *LATER_ROSTERS) < city_day(present):
            rosters[year] = next_year(data, chance, unused, rosters[year - 1])
    played += _rosters(people, rosters)
    played += _targets(people, rosters)
    named, kept = _seats(data, firms), steady(rosters)
    open_to_all = [firm for firm in firms[1:] if firm.uscc in kept and firm not in named.values()]
    played += diagnosed(data, chance, people, (firms[0], named, open_to_all), present)
    played += peers(data, Random(f"peers of {data.seed}"), people, open_to_all[FIRMS_MAPPED:], present)  # noqa: S311 - a demo is drawn
    played += _finished(data, people, played, open_to_all[FIRMS_MAPPED:], present)
    shown = _shown(data, enterprise_id(DEMO_SALT, firms[0].uscc))
    played += _positions(people, shown)
    played = _arbitrated(people, played, present)
    played += _headquarters(people, named)
    played += _liaisons(people, firms, present)
    played += _certificates(people, present)
    played += _campaigns(people, rosters, played, present)
    played += _terms(people, shown, played, [firms[0], *([named[firms[0].group]] if firms[0].group in named else [])])
    played += _revision(people, shown, present)
    played += _proceedings(people, shown, played)
    selecting = office(people)
    played += _selection(people, selecting, shown[Role.PROVIDER], present, applying=applying)
    local = [enterprise_id(DEMO_SALT, firm.uscc) for firm in firms if firm.district == SHOWN_DISTRICT]
    played += _rated(people, shown, local, present)
    played += _sampled(people, shown, played)
    played += _implemented(people, played, present)
    played += _matched(people, rosters, played)
    played += _mapped(people, [firms[0], *open_to_all[:FIRMS_MAPPED]])
    played += _outreach(people, shown, rosters, present)
    played += _supplied(people, shown, played)
    played += _further(people, shown, played, present)
    played += _screened(people, shown, played)
    played += rated_jobs(data, people, played, open_to_all)
    played += whole_year(data, people, _free(played, open_to_all[FIRMS_MAPPED:]), present)
    played.sort(key=lambda timed: timed.at)
    logins = {role.value: people.callers[role, unit].actor for role, unit in shown.items()}
    # In a small city nobody has bought anything.
    buyer = next((timed.act.who for timed in played if isinstance(timed.act.what, AcceptOffer)), None)
    second = (buyer, selecting.chief, selecting.director, *selecting.markers[1:])
    return Story(tuple(played), logins | {one.login: who.actor for one, who in zip(SECOND_LOGINS, second, strict=False) if who})


def _targets(people: People, rosters: Rosters) -> Iterator[Timed]:
    """What each year's units are to have diagnosed."""
    minutes = count(150)
    for day, who, command in unit_targets(people, rosters):
        yield Timed(office_time(later(day, 0), next(minutes)), Act(0, who, command))


def _finished(
    data: DemoData, people: People, played: Sequence[Timed], firms: Sequence[DemoFirm], present: datetime
) -> Iterator[Timed]:
    """More diagnoses of the past years, of firms that have none."""
    yield from finished(data, people, _free(played, firms), city_day(present))


def _free(played: Sequence[Timed], firms: Sequence[DemoFirm]) -> list[DemoFirm]:
    """Firms of which no case is."""
    opened = {what.enterprise for timed in played if isinstance(what := timed.act.what, OpenDiagnosis)}
    return [one for one in firms if enterprise_id(DEMO_SALT, one.uscc) not in opened]


def _shown(data: DemoData, enterprise: str) -> dict[Role, str]:
    """Role -> the unit whose person may sign in."""
    parts, owner = data.organisations, data.owner_firm
    return {
        Role.CITY: parts.city.id,
        Role.DISTRICT: owner.district,
        Role.SUBDISTRICT: owner.subdistrict,
        Role.PARK: owner.park,
        Role.GROUP: owner.group,
        **dict.fromkeys((Role.ENTERPRISE, *POSITIONS_SHOWN[Role.ENTERPRISE]), enterprise),
        **dict.fromkeys((Role.PROVIDER, *POSITIONS_SHOWN[Role.PROVIDER]), owner.provider),
        Role.AUDITOR: parts.auditor.id,
        **beside(data),
    }


POSITIONS_SHOWN = {
    Role.ENTERPRISE: (Role.FILLER, Role.DEPARTMENT_FILLER, Role.CONFIRMER),
    Role.PROVIDER: (Role.DIAGNOSTICIAN, Role.REVIEWER),
}
"""Head of a unit -> the other positions of it that may sign in."""


def _positions(people: People, shown: Mapping[Role, str]) -> Iterator[Timed]:
    """The other people of the owner's firm and of its provider, let in once the first roster has named the firm, and the others."""
    city = people.callers[Role.CITY, people.data.organisations.city.id]
    day, minutes = later(FIRST_ROSTER, 1), count()
    for role in (*(role for others in POSITIONS_SHOWN.values() for role in others), *HELD_BESIDE):
        for command in people.joining(people.meet(role, shown[role]), day):
            yield Timed(office_time(day, next(minutes)), Act(0, city, command))


def _liaisons(people: People, firms: Sequence[DemoFirm], present: datetime) -> Iterator[Timed]:
    """The contacts of every unit and of some of the shown group's firms, from the first roster on."""
    members = [enterprise_id(DEMO_SALT, one.uscc) for one in firms if one.group == people.data.owner_firm.group]
    yield from (Timed(at, Act(0, who, what)) for at, who, what in liaisons(people, members, FIRST_ROSTER, city_day(present)))


def _certificates(people: People, present: datetime) -> Iterator[Timed]:
    """Diagnosticians are certified before the first visit, and renewed; from a day on the certified alone work on site."""
    minutes = count(200)
    for day, who, command in certificates(people, city_day(present)):
        if (at := office_time(later(day, 0), next(minutes))) <= present:
            yield Timed(at, Act(0, who, command))


def _campaigns(people: People, rosters: Rosters, played: Sequence[Timed], present: datetime) -> Iterator[Timed]:
    """A campaign each year; to the latest of which there is a roster every district invites its firms."""
    minutes, last = count(330), max(rosters)
    acted = [what for timed in played if isinstance(what := timed.act.what, OpenDiagnosis)]
    opened = {what.enterprise for what in acted if what.campaign == str(last)}
    firms: dict[str, list[str]] = {}
    for firm in rosters[last]:
        firms.setdefault(firm.district, []).append(enterprise_id(DEMO_SALT, firm.uscc))
    city = people.callers[Role.CITY, people.data.organisations.city.id]
    for day, who, command in (*planned(city, BEGINNING, city_day(present).year), *invited(people, firms, last, opened)):
        if (at := office_time(later(day, 0), next(minutes))) <= present:
            yield Timed(at, Act(0, who, command))


def _arbitrated(people: People, played: Sequence[Timed], present: datetime) -> list[Timed]:
    """Of the case whose firm objected, what the provider did not uphold went to arbiters; filed, it was read and followed up."""
    steps = [(timed.at, timed.act.who, timed.act.what) for timed in played]
    left_out, added = arbitrated(people, [(at, who, what) for at, who, what in steps if isinstance(what, Command)])
    kept = [timed for timed in played if timed.act.what is not left_out]
    return [*kept, *(Timed(at, Act(0, who, command)) for at, who, command in added if at <= present)]


def _implemented(people: People, played: Sequence[Timed], present: datetime) -> Iterator[Timed]:
    """Diagnosed firms go on to implement a standard, as far as the present goes."""
    steps = sorted(((one.at, one.act.who, one.act.what) for one in played if isinstance(one.act.what, Command)), key=itemgetter(0))
    yield from (Timed(at, Act(0, who, command)) for at, who, command in implementations(people, steps) if at <= present)


def _outreach(people: People, shown: Mapping[Role, str], rosters: Rosters, present: datetime) -> Iterator[Timed]:
    """The shown district briefs firms that are on every roster, and plans the next session."""
    district, owner = (people.callers[role, shown[role]] for role in (Role.DISTRICT, Role.ENTERPRISE))
    firms = steady_in_the_district(rosters)
    steps = (*earlier_sessions(district, firms), *outreach(district, owner, firms, people.chance, city_day(present)))
    yield from (Timed(at, Act(0, who, command)) for at, who, command in steps if at <= present)


def _supplied(people: People, shown: Mapping[Role, str], played: Sequence[Timed]) -> Iterator[Timed]:
    """Supply meets demand once everything else has happened, from the first firm with a confirmed report on."""
    opening = {what.diagnosis: what for timed in played if isinstance(what := timed.act.what, OpenDiagnosis)}
    ordered = sorted(played, key=lambda timed: timed.at)
    reports = [what for kind in (ConfirmReport, IssueReport) for timed in ordered if isinstance(what := timed.act.what, kind)]
    cases = [opening[what.diagnosis] for what in reports]
    last = ordered[-1].at
    for minute, (who, command) in enumerate(supply(people, shown, cases, city_day(last)) if cases else (), 2):
        yield Timed(last + timedelta(minutes=minute), Act(0, who, command))


def _further(people: People, shown: Mapping[Role, str], played: Sequence[Timed], present: datetime) -> Iterator[Timed]:
    """Work of the task force, and a case study of the firm that was followed up, as far as the present goes."""
    known = [(one.at, one.act.who, one.act.what) for one in played if isinstance(one.act.what, Command)]
    steps = (*duties(people, shown, city_day(present)), *case_studies(people, known))
    yield from (Timed(at, Act(0, who, command)) for at, who, command in steps if at <= present)


def _screened(people: People, shown: Mapping[Role, str], played: Sequence[Timed]) -> Iterator[Timed]:
    """What a screening found, once everything else has happened."""
    last = max(timed.at for timed in played)
    steps = screened(people, shown, [(one.at, one.act.what) for one in played])
    yield from (Timed(last + timedelta(minutes=minute), Act(0, who, what)) for minute, (who, what) in enumerate(steps, 1))


def _mapped(people: People, firms: Sequence[DemoFirm]) -> Iterator[Timed]:
    """The starter set of crosswalks to others' models, one of it published, and what by that model was certified of a few firms."""
    minutes = count(60)
    for day, who, command in (*crosswalks(people, EDITION), *external_results(people, firms)):
        yield Timed(office_time(day, next(minutes)), Act(0, who, command))


def _proceedings(people: People, shown: Mapping[Role, str], played: Sequence[Timed]) -> Iterator[Timed]:
    """Two that were concluded, and a complaint of the owner's firm about the diagnosis that runs."""
    district, owner = (people.callers[role, shown[role]] for role in (Role.DISTRICT, Role.ENTERPRISE))
    others = [one.id for one in people.data.organisations.providers if one.id != shown[Role.PROVIDER] and one.last is None]
    minutes = count(240)
    for day, who, command in concluded(people, district, (shown[Role.PROVIDER], others[0])):
        yield Timed(office_time(day, next(minutes)), Act(0, who, command))
    opened = [(timed.at, what) for timed in played if isinstance(what := timed.act.what, OpenDiagnosis)]
    since, latest = max(((at, what.diagnosis) for at, what in opened if what.enterprise == owner.organisation), default=(None, ""))
    if since is not None:
        for at, who, command in pending(people, owner, shown[Role.PROVIDER], diagnosis_stream(latest), since):
            yield Timed(at, Act(0, who, command))


def _selection(
    people: People, who: SelectionOffice, shown: str, present: datetime, *, applying: bool
) -> Iterator[Timed]:
    """Two years' calls, what moved in the directory between and after them, and a call that stands at marking (plan V1-V4)."""
    providers = selected_providers(people)
    first, second, six = taking_part(providers)
    acts = (
        *founded(people, who, providers),
        *set_rule(who),
        *called(FIRST, who, first),
        *called(SECOND, who, second),
        *moves(who, six),
        *call_at_marking(who, providers, shown, city_day(present)),
        *(call_to_come(who, next(one for one in providers if one.id == shown), city_day(present)) if applying else ()),
    )
    minutes = dict[date, int]()
    for day, caller, command in acts:
        working = later(day, 0)
        minutes[working] = minutes.get(working, FIRST_MINUTE) + 1
        if (at := office_time(working, minutes[working])) <= present:
            yield Timed(at, Act(0, caller, command))


def _rated(people: People, shown: Mapping[Role, str], own: Sequence[str], present: datetime) -> Iterator[Timed]:
    """Both years rated once over, the second with an objection of the shown provider, its subsidy, policies, paper and package."""
    minutes, provider = count(300), people.callers[Role.PROVIDER, shown[Role.PROVIDER]]
    for day, who, command in (*rated_years(people, provider), *policies(people, own), *papers(people), *packages(people, EDITION)):
        if (at := office_time(day, next(minutes))) <= present:
            yield Timed(at, Act(0, who, command))


def _sampled(people: People, shown: Mapping[Role, str], played: Sequence[Timed]) -> Iterator[Timed]:
    """A month of the rated year drawn, and what of it waits for the assessor who may sign in."""
    minutes, confirmed = count(400), [timed.at for timed in played if isinstance(timed.act.what, ConfirmReport)]
    for day, who, command in sampled(people, shown, confirmed):
        yield Timed(office_time(day, next(minutes)), Act(0, who, command))


def _revision(people: People, shown: Mapping[Role, str], present: datetime) -> Iterator[Timed]:
    """The standard's revision, on consultation now; those who may sign in comment on it."""
    today, callers = city_day(present), {role: people.callers[role, unit] for role, unit in shown.items()}
    for number, step in enumerate(steps(callers[Role.CITY], callers, today, people.chance)):
        day = later(today - timedelta(days=step.days_ago), 0)
        yield Timed(office_time(day, 120 + number), step.act)


def _seats(data: DemoData, firms: Sequence[DemoFirm]) -> dict[str, DemoFirm]:
    """Group -> the firm that is its headquarters."""
    return {firm.group: firm for firm, _ in zip(firms[1:], seats(data), strict=False)}


def _terms(people: People, shown: Mapping[Role, str], played: Sequence[Timed], firms: Sequence[DemoFirm]) -> Iterator[Timed]:
    """What opens some firms and their diagnoses to a bank and to experts, after everything else that happened."""
    of = [enterprise_id(DEMO_SALT, firm.uscc) for firm in firms]
    opened = [what for timed in played if isinstance(what := timed.act.what, OpenDiagnosis) and what.enterprise in of]
    last = max(timed.at for timed in played)
    granted = terms(people, shown, of, [one.diagnosis for one in opened], city_day(last))
    opening = {what.diagnosis: what for timed in played if isinstance(what := timed.act.what, OpenDiagnosis)}
    confirming = (what.diagnosis for timed in played if isinstance(what := timed.act.what, ConfirmReport))
    confirmed = next((one for one in confirming if opening[one].enterprise not in of), None)  # those consent already
    handed = handed_over(people, shown, opening[confirmed], city_day(last)) if confirmed is not None else ()
    for minute, (who, command) in enumerate((*granted, *handed), 1):
        yield Timed(last + timedelta(minutes=minute), Act(0, who, command))


def _matched(people: People, rosters: Rosters, played: Sequence[Timed]) -> Iterator[Timed]:
    """The district asks for a plan of who repeats the diagnoses of its first firms; the program works it out once it serves."""
    district = people.callers[Role.DISTRICT, SHOWN_DISTRICT]
    firms = steady_in_the_district(rosters)[:FIRMS_MATCHED]
    asked = RequestMatching(matching=draw_id(people.chance), district=SHOWN_DISTRICT, enterprises=tuple(firms))
    if firms:
        yield Timed(max(timed.at for timed in played) + timedelta(minutes=1), Act(0, district, asked))


def _headquarters(people: People, named: Mapping[str, DemoFirm]) -> Iterator[Timed]:
    """Each group names its headquarters once the first roster has named the firm (plan O3)."""
    day, minutes = later(FIRST_ROSTER, 1), count(300)
    for group, firm in named.items():
        naming = NameHeadquarters(group=group, enterprise=enterprise_id(DEMO_SALT, firm.uscc), since=FIRST_ROSTER)
        yield Timed(office_time(day, next(minutes)), Act(0, people.callers[Role.GROUP, group], naming))


# Founding: organisations, people, standard, targets


def _founding(data: DemoData, people: People) -> Iterator[Timed]:
    minutes = count()
    city = data.organisations.city
    founding = RegisterOrganisation(organisation=city.id, kind=OrganisationKind.CITY, name=city.name)
    caller = people.meet(Role.CITY, city.id)
    for command in (founding, *people.joining(caller, BEGINNING)):
        yield Timed(office_time(BEGINNING, next(minutes)), Act(0, OPERATOR, command))
    officials = [command for pair in people.officials(BEGINNING) for command in pair]
    targets = [SetTarget(**target.model_dump()) for target in data.targets]
    editions = [PublishEdition(**dict(load_composition(key))) for key in published_editions()]
    mappings = [mapping_command(mapping) for mapping in edition_mappings().mappings]
    for command in (*organisations(data), *officials, *editions, *mappings, *targets):
        yield Timed(office_time(BEGINNING, next(minutes)), Act(0, caller, command))


# Rosters: each year the city's file; before the first one a district's draft that is sent back


def _rosters(people: People, rosters: Rosters) -> Iterator[Timed]:
    city = people.callers[Role.CITY, people.data.organisations.city.id]
    district = people.callers[Role.DISTRICT, SHOWN_DISTRICT]
    first, *rest = (firm for firm in rosters[FIRST_ROSTER.year] if firm.district == SHOWN_DISTRICT)
    flawed = [replace(first, uscc=first.uscc[:-1] + "I"), replace(rest[0], industry="D44"), *rest[1:]]
    name = names_of_codes()[SHOWN_DISTRICT]
    units = units_named(people.data)
    title = f"{name}名单初稿（示例）"
    draft = import_of(roster_file(flawed, title, "gb18030"), f"{title}.csv", FIRST_ROSTER.year, units)
    yield Timed(office_time(FIRST_DRAFT, 60), Act(0, district, draft))
    for year, firms in rosters.items():
        title = f"{year}年规模以上制造业企业名单（示例）"
        day = FIRST_ROSTER if year == FIRST_ROSTER.year else date(year, *LATER_ROSTERS)
        yield Timed(office_time(day, 90), Act(0, city, import_of(roster_file(firms, title), f"{title}.csv", year, units)))
