"""Codec 编码 of events: canonical JSON bytes, read back by the published name. Old shapes are upcast on read, never rewritten."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import reduce
from typing import Any, NamedTuple

import orjson

from domain.diagnosis.on_site import SiteVisitRecorded
from domain.diagnosis.opening import DiagnosisOpened
from domain.diagnosis.report import ReportConfirmed, ReportIssued
from domain.diagnosis.stages import StageBegan, StageEscalated, StageExtended, StageReminded
from domain.events import EVENTS
from domain.governance.proceedings.hearing import StatementGiven
from domain.governance.proceedings.opening import NoticeServed
from domain.kernel import Capability, Event, name_of
from domain.participants.endpoints.events import EndpointRegistered
from domain.participants.enterprises import EnterpriseRegistered, EnterpriseRevised
from domain.participants.organisations import OrganisationRegistered
from domain.participants.people.memberships import MembershipGranted
from domain.participants.rosters.bringing_in import RosterBlocked, RosterImported
from domain.programme.designations import DesignationRecorded
from domain.programme.packages.events import PackageRequested
from domain.programme.papers.paper import PaperComputed
from domain.programme.policies.policy import PolicyDrafted
from domain.providers.ratings.events import RatingComputed, RatingInputsFixed
from journal.entries import Entry

Data = dict[str, Any]


class Upcaster(NamedTuple):
    """How the data under a former name reads under the next one 升级: that name, and the data from the old."""

    name: str
    data: Callable[[Data], Data]


def _without_reporting_unit(data: Data) -> Data:
    """A firm that was stated before rosters named a reporting unit had none."""
    return {**data, "firm": {**data["firm"], "reporting_unit": None}}


def _of_no_year(data: Data) -> Data:
    """A firm that was stated before entries bore the roster's year."""
    return {**data, "year": None}


def _without_plan(data: Data) -> Data:
    """A visit that was recorded afterwards, from before there were plans; who was there was counted and not named."""
    return {**data, "plan": None, "team": [], "place": None, "began_at": None}


def _without_number(data: Data) -> Data:
    """A report from before a number to verify it by was printed on its cover."""
    return {**data, "file": {**data["file"], "number": None, "address": None}}


def _without_check_code(data: Data) -> Data:
    """A report from before a code stood beside its grade."""
    return {**data, "file": {**data["file"], "check_code": None}}


def _not_said_why(data: Data) -> Data:
    """A rating from before it said why a provider is not ranked."""
    return {**data, "providers": [{**one, "unranked": None} for one in data["providers"]]}


def _report_within(**added: Any) -> Callable[[Data], Data]:  # noqa: ANN401 - plain JSON
    """A roster's answer from when the entry held the whole report; of its firms it was not said where they lie."""

    def upcast(data: Data) -> Data:
        rest = {key: value for key, value in data.items() if key not in ("findings", "enterprises")}
        severities = [found["severity"] for found in data["findings"]]
        counts = {name: severities.count(name) for name in ("refused", "warned")}
        members = {"members": {"": data["enterprises"]}} if "enterprises" in data else {}
        return {**rest, **counts, **members, **added, "report": None}

    return upcast


UPCASTERS: Mapping[str, Upcaster] = {
    "endpoint.registered.v1": Upcaster("endpoint.registered.v2", lambda data: {**data, "editions": []}),
    "endpoint.registered.v2": Upcaster(name_of(EndpointRegistered), lambda data: {**data, "enterprises": []}),
    "enterprise.registered.v1": Upcaster("enterprise.registered.v2", _without_reporting_unit),
    "enterprise.revised.v1": Upcaster("enterprise.revised.v2", _without_reporting_unit),
    "enterprise.registered.v2": Upcaster(name_of(EnterpriseRegistered), _of_no_year),
    "enterprise.revised.v2": Upcaster(name_of(EnterpriseRevised), _of_no_year),
    "roster.imported.v1": Upcaster(name_of(RosterImported), _report_within(left_out=[], confirmed=[])),
    "roster.blocked.v1": Upcaster(name_of(RosterBlocked), _report_within(to_confirm=0)),
    "diagnosis.opened.v1": Upcaster(name_of(DiagnosisOpened), lambda data: {**data, "applicable": None, "reason": None}),
    "diagnosis.site_visit_recorded.v1": Upcaster(name_of(SiteVisitRecorded), _without_plan),
    "diagnosis.report_issued.v1": Upcaster("diagnosis.report_issued.v2", _without_number),
    "diagnosis.report_issued.v2": Upcaster(name_of(ReportIssued), _without_check_code),
    "diagnosis.report_confirmed.v1": Upcaster("diagnosis.report_confirmed.v2", _without_number),
    "diagnosis.report_confirmed.v2": Upcaster(name_of(ReportConfirmed), _without_check_code),
    "stage.began.v1": Upcaster(name_of(StageBegan), lambda data: data),
    "stage.reminded.v1": Upcaster(name_of(StageReminded), lambda data: data),
    "stage.escalated.v1": Upcaster(name_of(StageEscalated), lambda data: data),
    "stage.extended.v1": Upcaster(name_of(StageExtended), lambda data: data),
    "paper.computed.v1": Upcaster(name_of(PaperComputed), lambda data: data),
    "rating.inputs_fixed.v1": Upcaster(name_of(RatingInputsFixed), lambda data: {**data, "effects": []}),
    "rating.computed.v1": Upcaster(name_of(RatingComputed), _not_said_why),
    "proceeding.notice_served.v1": Upcaster(name_of(NoticeServed), lambda data: {**data, "served_by": None}),
    "proceeding.statement_given.v1": Upcaster(name_of(StatementGiven), lambda data: {**data, "stated_by": None}),
    "organisation.registered.v1": Upcaster(name_of(OrganisationRegistered), lambda data: data),
    "package.requested.v1": Upcaster(name_of(PackageRequested), lambda data: data),
    "policy.drafted.v1": Upcaster(name_of(PolicyDrafted), lambda data: data),
    "designation.recorded.v1": Upcaster(name_of(DesignationRecorded), lambda data: data),
    "person.membership_granted.v1": Upcaster(
        name_of(MembershipGranted), lambda data: {**data, "sections": [], "contact": False}
    ),
}
"""Former published name -> its successor, and the data under it. plan P5."""


def _name_today(name: str) -> str:
    return _name_today(UPCASTERS[name].name) if name in UPCASTERS else name


EVENT_OF: Mapping[str, type[Event]] = {name: EVENTS[_name_today(name)] for name in (*EVENTS, *UPCASTERS)}
"""Every name that is or was published -> the event of today that its stored bytes are read as."""


def stored_names(events: Iterable[type[Event]]) -> frozenset[str]:
    """Every name that entries of these events are or were stored under 存储名: today's and all former ones."""
    wanted = frozenset(events)
    return frozenset(name for name, event in EVENT_OF.items() if event in wanted)


def encode(event: Event) -> bytes:
    """The stored bytes of an event: JSON with sorted keys, exact decimals as text; the name is stored beside them."""
    return orjson.dumps(event.model_dump(mode="json", exclude={"type"}), option=orjson.OPT_SORT_KEYS)


def _upcast(name: str, state: bytes) -> tuple[str, bytes]:
    """Today's name and bytes of stored ones."""
    if name not in UPCASTERS:
        return name, state
    data = orjson.loads(state)
    while name in UPCASTERS:
        name, upcast = UPCASTERS[name]
        data = upcast(data)
    return name, orjson.dumps(data, option=orjson.OPT_SORT_KEYS)


def current(entry: Entry) -> Entry:
    """An entry under today's name and in today's shape 现行形式, for a fold; itself where it is stored so.

    Its leaf stays that of the stored bytes.
    """
    if entry.type not in UPCASTERS:
        return entry
    name, state = _upcast(entry.type, entry.state)
    return replace(entry, type=name, state=state)


def decode(capability: Capability, name: str, state: bytes) -> Event:
    """The event behind a published name and its stored bytes.

    Raises:
        LookupError: the capability has published no such name.
    """
    name, state = _upcast(name, state)
    event = EVENTS.get(name)
    if event is None or event not in capability.events:
        raise LookupError(f"{capability.name} has published no event {name}")
    return event.model_validate_json(state)


def folded(capability: Capability, entries: Iterable[Entry], begun: Any = None) -> Any:  # noqa: ANN401 - each capability's own state
    """The state that a stream's entries give 状态, on from one that those before them gave; None of no entries at all.

    Raises:
        LookupError: as `decode`.
    """
    return reduce(capability.evolve, (decode(capability, entry.type, entry.state) for entry in entries), begun)
