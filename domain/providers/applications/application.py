"""Application 申报: a provider applies for the year's directory; what is incomplete is returned and mended in time. plan V1, V6."""

from collections.abc import Iterator, Mapping
from typing import Any, assert_never

from domain.access import Place, Role
from domain.command_rights import require_right
from domain.diagnosis.provider import PROVIDER_RETIRED, PROVIDER_UNKNOWN
from domain.governance.dated_rules import rule_in_force, rule_stream
from domain.governance.proceedings.docket import docket_of
from domain.governance.proceedings.state import ProceedingKind, calendar_of, proceeding_stream
from domain.governance.rule_bodies.body import RuleKind
from domain.governance.rule_bodies.ladder import LadderRule
from domain.governance.standing import DirectoryStanding, Listing, listing_stream
from domain.governance.ties import TieDeclared, TieKind, Ties, tie_stream
from domain.governance.working_calendar import CALENDAR_STREAM, add_working_days
from domain.instants import months_after
from domain.kernel import (
    NOT_FOUND,
    Capability,
    DecisionContext,
    Facts,
    OnStream,
    Refused,
    Rule,
    Stream,
    Unscoped,
    cause_of,
    cited,
    refuse_together,
)
from domain.participants.organisations import Organisation, OrganisationKind, organisation_stream
from domain.participants.people.state import Person, person_stream
from domain.providers.applications.commands import (
    AcceptApplication,
    AnyApplicationCommand,
    AttachApplicationDocument,
    ObjectToResult,
    PutForward,
    ReturnApplication,
    ReviseResult,
    SaveApplication,
    SubmitApplication,
    WithdrawApplication,
)
from domain.providers.applications.events import (
    ApplicationAccepted,
    ApplicationAssessed,
    ApplicationDocumentAttached,
    ApplicationEvent,
    ApplicationReturned,
    ApplicationSaved,
    ApplicationSubmitted,
    ApplicationWithdrawn,
    ProviderPutForward,
    ResultObjectedTo,
)
from domain.providers.applications.objection import object_to_result, revise_result
from domain.providers.applications.state import (
    Application,
    ApplicationDocument,
    ApplicationStage,
    SelectionDimension,
    application_stream,
)
from domain.providers.calls.events import ApplicationReceived
from domain.providers.calls.state import CALL_UNKNOWN, Call, CallStage, call_stream
from domain.stated_dates import DateName, require_not_too_far_ahead

# Rules

APPLICATIONS_OVER = Rule(
    "APPLICATIONS_OVER",
    "plan V1",
    "{year} 年征集的申报已于 {until} 截止，不再受理，对任何单位都不再延期；请参加下一年度征集",
    "Applications for {year} closed on {until}, no more are taken and nobody is given longer; apply to the next year's call",
)
MENDING_OVER = Rule(
    "MENDING_OVER",
    "plan V1",
    "补正已于 {until} 截止，不再受理，对任何单位都不再延期；请参加下一年度征集",
    "The time to mend ended on {until}, no more is taken and nobody is given longer; apply to the next year's call",
)
MENDING_TIME_OUTSIDE = Rule(
    "MENDING_TIME_OUTSIDE",
    "plan V1",
    "补正截止日须在 {earliest}（{days} 个工作日后）至征集的补正截止日 {latest} 之间",
    "The day to mend by lies between {earliest}, {days} working days from today, and the call's own last day for it, {latest}",
)
MENDING_TIME_TOO_SHORT = Rule(
    "MENDING_TIME_TOO_SHORT",
    "plan V1",
    "按规则须给予 {days} 个工作日补正，即至 {needed}，而征集的补正截止日为 {last}，不足此数；"
    "请先把征集延至 {needed} 或以后再退回；该日已过的，请按现有材料审核",
    "The rule gives {days} working days to mend, until {needed}, and the call's own last day for it, {last}, is before; extend the "
    "call to {needed} or later first, then return it; once that day has gone by, examine what there is",
)
APPLICATION_FIXED = Rule(
    "APPLICATION_FIXED",
    "plan V1",
    "申报现为“{stage}”，此时不能作此办理；征集未截止的可撤回后重新申报，被退回的请在补正期内修改",
    "The application is “{stage_in_english}”, which does not allow this; while applications are taken it can be withdrawn and made "
    "anew, and one that was returned is mended in its time",
)
APPLICATION_NOT_WAITING = Rule(
    "APPLICATION_NOT_WAITING",
    "plan V1",
    "申报现为“{stage}”，只有已提交的申报才能审核；请待服务商提交",
    "The application is “{stage_in_english}”; only one that is submitted is checked, wait until the provider submits it",
)
APPLICATION_INCOMPLETE = Rule(
    "APPLICATION_INCOMPLETE",
    "plan V1",
    "申报缺少{missing}，请补齐后提交",
    "The application lacks {missing_in_english}; add it, then submit",
)
STAFF_NOT_OF_PROVIDER = Rule(
    "STAFF_NOT_OF_PROVIDER",
    "plan V1",
    "所列第 {place} 名人员今天未在本机构任职，请先授予任职或移除该人员",
    "Person number {place} holds no role for your organisation today; grant one first, or leave the person out",
)
DOCUMENT_ATTACHED_ALREADY = Rule(
    "DOCUMENT_ATTACHED_ALREADY",
    "plan V1",
    "该文件已作为这一维度的材料，无须重复添加",
    "The file supports this dimension already; it need not be added again",
)
PUT_FORWARD_ALREADY = Rule(
    "PUT_FORWARD_ALREADY",
    "plan V6",
    "该服务商已由区推荐参加本年度征集，无须再次推荐",
    "The provider was put forward by a district for this year already; it need not be put forward again",
)
RE_ENTRY_TOO_EARLY = Rule(
    "RE_ENTRY_TOO_EARLY",
    "plan V4",
    "该服务商已于 {removed} 移出名录，最早自 {earliest} 起可再次申报",
    "The provider was removed from the directory on {removed} and may apply again from {earliest} on",
)

STAGE_WORDS = {one: tuple(reversed(one.description.split(" · "))) for one in ApplicationStage}

# Decide: what may happen

STATED = ("industries", "staff", "links", "statement")
"""What an application states, whole each time."""
OPEN_TO_CHANGE = frozenset({ApplicationStage.DRAFT, ApplicationStage.RETURNED, ApplicationStage.WITHDRAWN})


def decide(command: AnyApplicationCommand, application: Application | None, context: DecisionContext) -> Facts:
    """Raises Refused: any rule above."""
    require_right(command, context.role)
    call: Call | None = context.read.get(call_stream(command.year))
    if call is None:
        raise CALL_UNKNOWN.refuse(path="year", year=command.year)
    match command:
        case PutForward():
            _require_applications_open(call, context)
            _require_provider(command.provider, context)
            if application is not None and application.put_forward_by is not None:
                raise PUT_FORWARD_ALREADY.refuse()
            told = {"year": command.year, "provider": command.provider, "reason": command.reason}
            return (ProviderPutForward(**told, district=context.organisation),)
        case SaveApplication():
            return _save(command, application, call, context)
        case _ if application is None:
            raise NOT_FOUND.refuse()
        case AttachApplicationDocument():
            _require_open_to_change(application, call, context)
            document = command.model_dump(exclude={"year", "provider"})
            if any((one.sha256, one.dimension) == (command.sha256, command.dimension) for one in application.documents):
                raise DOCUMENT_ATTACHED_ALREADY.refuse(path="sha256")
            return (ApplicationDocumentAttached(**document),)
        case SubmitApplication():
            return _submit(application, call, context)
        case WithdrawApplication(reason=reason):
            if application.stage is ApplicationStage.WITHDRAWN or call.stage is not CallStage.OPEN:
                raise _fixed(application, APPLICATION_FIXED)
            return (ApplicationWithdrawn(reason=reason),)
        case ReturnApplication(items=items, mend_until=until):
            _require_waiting(application)
            latest = call.dates.mending_until
            require_not_too_far_ahead("mend_until", until, context, DateName("补正截止日", "last day to mend"))
            days = call.rule.mending_days
            earliest = add_working_days(context.day, days, calendar_of(context)).day
            if earliest > latest:
                raise MENDING_TIME_TOO_SHORT.refuse(path="mend_until", days=days, needed=earliest, last=latest)
            if not earliest <= until <= latest:
                raise MENDING_TIME_OUTSIDE.refuse(path="mend_until", days=days, earliest=earliest, latest=latest)
            return (ApplicationReturned(items=items, mend_until=until),)
        case AcceptApplication():
            _require_waiting(application)
            return (ApplicationAccepted(),)
        case ObjectToResult():
            return object_to_result(command, application, call, context)
        case ReviseResult():
            return revise_result(command, application, call, context)
        case never:
            assert_never(never)


def _require_provider(provider: str, context: DecisionContext) -> None:
    organisation = context.read.get(organisation_stream(provider))
    if not isinstance(organisation, Organisation) or organisation.kind is not OrganisationKind.PROVIDER:
        raise PROVIDER_UNKNOWN.refuse(path="provider", provider=provider)
    if organisation.is_retired_on(context.day):
        raise PROVIDER_RETIRED.refuse(path="provider", last=organisation.last)


def _require_applications_open(call: Call, context: DecisionContext) -> None:
    until = call.dates.applications_until
    if call.stage is not CallStage.OPEN or context.day > until:
        raise APPLICATIONS_OVER.refuse(year=call.year, until=until, latest=until)


def _fixed(application: Application, rule: Rule) -> Refused:
    chinese, english = STAGE_WORDS[application.stage]
    return rule.refuse(stage=chinese, stage_in_english=english)


def _require_open_to_change(application: Application | None, call: Call, context: DecisionContext) -> None:
    """While applications are taken; a returned one until its own day 可否修改."""
    if application is not None and application.stage not in OPEN_TO_CHANGE:
        raise _fixed(application, APPLICATION_FIXED)
    if application is None or application.stage is not ApplicationStage.RETURNED:
        _require_applications_open(call, context)
    elif (until := application.mend_until) is not None and (context.day > until or call.stage is not CallStage.OPEN):
        raise MENDING_OVER.refuse(until=until, latest=until)


def _require_waiting(application: Application) -> None:
    if application.stage is not ApplicationStage.SUBMITTED:
        raise _fixed(application, APPLICATION_NOT_WAITING)


def _save(command: SaveApplication, application: Application | None, call: Call, context: DecisionContext) -> Facts:
    _require_provider(command.provider, context)
    _require_open_to_change(application, call, context)
    _require_re_entry(command.provider, context)
    refuse_together(_strangers(command, context))
    stated = command.model_dump()
    if application is not None and all(getattr(command, name) == getattr(application, name) for name in STATED):
        return ()
    return (ApplicationSaved(**stated),)


def _strangers(command: SaveApplication, context: DecisionContext) -> Iterator[Refused]:
    """Of the people listed, those who hold no role for the provider today."""
    for place, member in enumerate(command.staff):
        person: Person | None = context.read.get(person_stream(member.person))
        held = person.memberships.values() if person is not None else ()
        if not any(one.organisation == command.provider and one.holds_on(context.day) for one in held):
            yield STAFF_NOT_OF_PROVIDER.refuse(path=f"staff.{place}.person", place=place + 1)


def _require_re_entry(provider: str, context: DecisionContext) -> None:
    """A removed provider waits as long as the ladder says 再次申报间隔."""
    listing: Listing | None = context.read.get(listing_stream(provider))
    if listing is None or listing.standing is not DirectoryStanding.REMOVED:
        return
    months = rule_in_force(context.read.get(rule_stream(RuleKind.LADDER)), LadderRule, context.day).re_entry_months
    earliest = months_after(listing.moved, months)
    if context.day < earliest:
        raise RE_ENTRY_TOO_EARLY.refuse(removed=listing.moved, earliest=earliest)


def _submit(application: Application, call: Call, context: DecisionContext) -> Facts:
    _require_open_to_change(application, call, context)
    _require_re_entry(application.provider, context)
    unsaid = ("申请的行业、人员和关联方申明", "the industries, the people and the declaration of ties")
    missing = [unsaid] if application.links is None else []
    supported = {one.dimension for one in application.documents}
    missing += [
        (f"“{chinese}”的材料", f"a document on “{english}”")
        for english, chinese in (one.description.split(" · ") for one in SelectionDimension if one not in supported)
    ]
    if missing:
        raise APPLICATION_INCOMPLETE.refuse(
            missing="、".join(one for one, _ in missing), missing_in_english=", ".join(one for _, one in missing)
        )
    submitted = ApplicationSubmitted(mended=application.stage is ApplicationStage.RETURNED)
    ties = _ties(application, context)
    if application.provider in call.applicants:
        return (submitted, *ties)
    return (submitted, OnStream(call_stream(call.year), ApplicationReceived(provider=application.provider)), *ties)


def _ties(application: Application, context: DecisionContext) -> Iterator[OnStream]:
    """What the application declares of units on record 申报中的关联, so that it keeps the provider from their cases."""
    stream = tie_stream(application.provider)
    known: Ties = context.read.get(stream) or Ties()
    cause = cause_of(application_stream(application.year, application.provider), application.version + 1)
    declared = {link.organisation: link.tie for link in application.links or () if link.organisation is not None}
    for party, tie in declared.items():
        if known.going_on(TieKind.OTHER, party) is None:
            told = {"since": context.day, "last": None, "source": tie, "by": Role(context.role), "cause": cause}
            yield OnStream(stream, TieDeclared(kind=TieKind.OTHER, party=party, **told))


# Evolve: what has happened


def evolve(application: Application | None, event: ApplicationEvent) -> Application:
    """The application after one more fact."""
    if application is None:
        assert isinstance(event, ProviderPutForward | ApplicationSaved), "a history starts with one of these"  # noqa: S101 - guards replay, not input
        draft = Application(version=0, year=event.year, provider=event.provider, stage=ApplicationStage.DRAFT)
        return evolve(draft, event)
    changed: dict[str, object] = {"version": application.version + 1}
    match event:
        case ProviderPutForward(district=district):
            changed |= {"put_forward_by": district}
        case ApplicationSaved():
            changed |= {name: getattr(event, name) for name in STATED}
            if application.stage is ApplicationStage.WITHDRAWN:
                changed |= {"stage": ApplicationStage.DRAFT}
        case ApplicationDocumentAttached():
            document = ApplicationDocument(**event.model_dump(exclude={"type"}))
            changed |= {"documents": (*application.documents, document)}
        case ApplicationSubmitted():
            changed |= {"stage": ApplicationStage.SUBMITTED}
        case ApplicationReturned(items=items, mend_until=until):
            changed |= {"stage": ApplicationStage.RETURNED, "to_mend": items, "mend_until": until}
        case ApplicationAccepted():
            changed |= {"stage": ApplicationStage.COMPLETE, "to_mend": ()}
        case ApplicationWithdrawn():
            changed |= {"stage": ApplicationStage.WITHDRAWN}
        case ApplicationAssessed(result=result, causes=causes, marks=marks):
            changed |= {"stage": ApplicationStage.ASSESSED, "result": result, "result_version": application.version + 1}
            revised = bool(causes) and (application.revised or result != application.result)
            carried_out = dict.fromkeys((*application.carried_out, *(cited(one)[0] for one in causes)))
            changed |= {"revised": revised, "marks": marks, "carried_out": tuple(carried_out)}
        case ResultObjectedTo(proceeding=proceeding):
            changed |= {"objections": (*application.objections, proceeding)}
        case never:
            assert_never(never)
    return application.model_copy(update=changed)


def _reads(command: AnyApplicationCommand, _application: Application | None) -> tuple[Stream, ...]:
    streams = [call_stream(command.year)]
    if isinstance(command, PutForward | SaveApplication):
        streams += [organisation_stream(command.provider)]
    if isinstance(command, SaveApplication | SubmitApplication):
        streams += [listing_stream(command.provider), rule_stream(RuleKind.LADDER)]
    if isinstance(command, SaveApplication):
        streams += [person_stream(one.person) for one in command.staff]
    if isinstance(command, SubmitApplication):
        streams += [tie_stream(command.provider)]
    if isinstance(command, ObjectToResult):
        streams += [proceeding_stream(command.proceeding), organisation_stream(command.provider), rule_stream(RuleKind.PROCEDURE)]
        docket = docket_of(ProceedingKind.MARK_OBJECTION, command.provider, None)
        streams += [docket] if docket is not None else []
    if isinstance(command, ReturnApplication):
        streams += [CALENDAR_STREAM]
    if isinstance(command, ReviseResult):
        streams += [proceeding_stream(command.proceeding)]
    return tuple(dict.fromkeys(streams))


def _place(
    command: AnyApplicationCommand, _application: Application | None, _read: Mapping[str, Any]
) -> Place | Unscoped:
    """In its provider; a district may put any provider forward."""
    return Unscoped.OPEN_TO_ALL if isinstance(command, PutForward) else Place(provider=command.provider)


APPLICATIONS = Capability(
    name="application",
    key_names=("", "provider"),
    commands=tuple(AnyApplicationCommand.__args__),
    events=tuple(ApplicationEvent.__args__),
    stream=lambda command: application_stream(command.year, command.provider),
    reads=_reads,
    place=_place,
    decide=decide,
    evolve=evolve,
)
