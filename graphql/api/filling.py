"""Filling 服务端补全: what the server adds to a command's input, and what a payload shows of the outcome."""

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from api.diagnosis.diagnoses import Diagnosis, load_diagnoses
from api.diagnosis.groups import Group, load_group
from api.kit.context import Context
from api.kit.mutations import Filled, Thing
from api.participants.enterprises import Enterprise, load_enterprises
from api.participants.organisations import Organisation, load_organisations
from api.participants.people import Person, build_people
from api.participants.rosters import RosterImport, build_import
from api.standard.edition_mapping import EditionMapping, build_mappings
from api.standard.editions import Edition, build_editions
from api.standard.improvement_costs import ImprovementCosts, build_costs
from api.standard.revision_parts import Revision
from api.standard.revisions import find_revision
from api.standard.shadow import ShadowRun, find_shadow
from domain.diagnosis.assignments import AssignExpert
from domain.diagnosis.case import AttachEvidence, ConfirmReport, IssueReport, OpenDiagnosis
from domain.kernel import Command, Rule
from domain.masks import NAMES, PEOPLE, ROSTERS, SHADOW_TOTALS
from domain.participants.consents import GrantConsent
from domain.participants.people import (
    ErasePerson,
    GrantMembership,
    HandOverMembership,
    InvitePerson,
    PersonDetails,
    RegisterPerson,
)
from domain.participants.rosters import ConfirmedFinding, ImportRoster, TakeOffRoster
from domain.standard.edition_mapping import SetEditionMapping
from domain.standard.editions import EDITION_UNKNOWN, PublishEdition
from domain.standard.improvement_costs import SetImprovementCosts
from domain.standard.revision.revision import CommentOnDraft, DraftRevision
from interop.code_lists import names_of_codes
from interop.rosters.reports import keep_report
from interop.rosters.roster import NAMED_UNITS, roster_command
from journal import Accepted, Finish
from projections.participants import directory, people, rosters
from projections.report import NOT_RENDERED, finish_report
from projections.standard import edition_mapping, editions, improvement_costs
from standards import composition_rule, load_composition, published_editions

FILE_NOT_RECEIVED = Rule(
    "FILE_NOT_RECEIVED",
    "plan P5",
    "本单位没有上传过散列为 {sha256} 的文件，请先上传",
    "Your organisation has uploaded no file with hash {sha256}; upload it first",
)


def _new_id(field: str) -> Any:  # noqa: ANN401 - a `fill`
    """Fill in an id that no client can choose, so that none can probe for things that exist."""

    def fill(_context: Context, data: dict[str, Any]) -> dict[str, Any]:
        return {**data, field: str(uuid4())}

    return fill


def _edition(_context: Context, data: dict[str, Any]) -> dict[str, Any]:
    if data["key"] not in published_editions():
        raise EDITION_UNKNOWN.refuse(edition=data["key"])
    return dict(load_composition(data["key"]))


def _revision(context: Context, data: dict[str, Any]) -> dict[str, Any]:
    """A revision is of the plain edition with all its industry editions, under the composition rule of its authors."""
    published = (row.key.partition("-") for row in editions.editions(context.snapshot))
    industries = sorted(industry for plain, _, industry in published if industry and plain == data["base"])
    return {**data, "revision": str(uuid4()), "industries": industries, "rule": composition_rule(data["base"])}


def _evidence(context: Context, data: dict[str, Any]) -> dict[str, Any]:
    upload = context.services.uploads.find(context.caller, data["sha256"])
    if upload is None:
        raise FILE_NOT_RECEIVED.refuse(sha256=data["sha256"])
    return {**data, "filename": upload.filename, "media_type": upload.media_type, "size": upload.size}


def _roster(context: Context, data: dict[str, Any]) -> dict[str, Any]:
    upload = context.services.uploads.find(context.caller, data["sha256"])
    content = context.services.blobs.get(data["sha256"]) if upload is not None else None
    if upload is None or content is None:
        raise FILE_NOT_RECEIVED.refuse(sha256=data["sha256"])
    caller = context.caller
    snapshot = context.services.foreign.roster(content, upload.filename, f"{caller.role}/{caller.organisation}")
    units = directory.ids_by_name(context.snapshot, NAMED_UNITS)
    return dict(
        roster_command(
            snapshot,
            data["year"],
            accept_partial=data.get("accept_partial", False),
            confirmed=[ConfirmedFinding.model_validate(one) for one in data.get("confirmed", ())],
            organisations=units,
        )
    )


def _report_kept(context: Context, _data: dict[str, Any]) -> Finish:
    return keep_report(context.services.blobs, context.caller)


def _draft_report(_context: Context, data: dict[str, Any]) -> dict[str, Any]:
    return {**data, "file": NOT_RENDERED}


def _report(context: Context, _data: dict[str, Any]) -> Finish:
    return finish_report(context.services.blobs, context.services.demo, names_of_codes())


def _draft_person(_context: Context, data: dict[str, Any]) -> dict[str, Any]:
    PersonDetails.model_validate({"name": data["name"], "phone": data.get("phone") or None})
    drafts = {"person": str(uuid4()), "sealed_name": "draft", "sealed_phone": "draft" if data.get("phone") else None}
    return {name: value for name, value in data.items() if name not in ("name", "phone")} | drafts


def _draft_invited(context: Context, data: dict[str, Any]) -> dict[str, Any]:
    return _draft_person(context, data) | {"membership": str(uuid4())}


def _seal(context: Context, data: dict[str, Any]) -> Finish:
    """Seal once the rules accept the person: a refused command leaves no key behind."""

    def finish(accepted: Accepted) -> Command:
        person = accepted.command
        assert isinstance(person, RegisterPerson | InvitePerson)  # noqa: S101 - what `_draft_person` made
        keys, phone = context.services.keys, data.get("phone")
        sealed = {
            "sealed_name": keys.seal(person.person, "name", data["name"]),
            "sealed_phone": keys.seal(person.person, "phone", phone) if phone else None,
        }
        return person.model_copy(update=sealed)

    return finish


def _forget(context: Context, command: Command) -> None:
    """Destroy what makes an erased person readable, and the way in."""
    assert isinstance(command, ErasePerson)  # noqa: S101 - the table below names it
    context.services.keys.destroy(command.person)
    context.services.accounts.remove(command.person)


SEALED = ("sealed_name", "sealed_phone")
NAMED = (("name", str, "Name, sealed before it is written 姓名"), ("phone", str | None, "Phone, sealed likewise 电话"))

FILLED: Mapping[type[Command], Filled] = {
    OpenDiagnosis: Filled(frozenset({"diagnosis"}), fill=_new_id("diagnosis")),
    GrantMembership: Filled(frozenset({"membership"}), fill=_new_id("membership")),
    HandOverMembership: Filled(frozenset({"successor"}), fill=_new_id("successor")),
    GrantConsent: Filled(frozenset({"consent"}), fill=_new_id("consent")),
    AssignExpert: Filled(frozenset({"assignment"}), fill=_new_id("assignment")),
    PublishEdition: Filled(
        frozenset({"edition", "origins"}),
        (("key", str, "Key of an edition on file, such as 2023 or 2023-automotive 标准版本号"),),
        _edition,
    ),
    DraftRevision: Filled(frozenset({"revision", "industries", "rule"}), fill=_revision),
    CommentOnDraft: Filled(frozenset({"comment"}), fill=_new_id("comment"), tells_version=False),
    AttachEvidence: Filled(frozenset({"filename", "media_type", "size"}), fill=_evidence),
    ImportRoster: Filled(
        frozenset({"digest", "filename", "rows", "findings", "refused_rows", "silent", "titles"}),
        (("sha256", str, "SHA-256 of the uploaded file 文件散列"),),
        _roster,
        _report_kept,
    ),
    IssueReport: Filled(frozenset({"file"}), fill=_draft_report, finish=_report),
    ConfirmReport: Filled(frozenset({"file"}), fill=_draft_report, finish=_report),
    RegisterPerson: Filled(frozenset({"person", *SEALED}), NAMED, _draft_person, _seal),
    InvitePerson: Filled(frozenset({"person", "membership", *SEALED}), NAMED, _draft_invited, _seal),
    ErasePerson: Filled(frozenset(), after=_forget),
}
"""Command -> what the server adds; every other command is sent as it is."""


def _find_diagnosis(context: Context, key: str, _command: Command) -> Diagnosis | None:
    every = frozenset({"enterprise", "provider", "answers", "evidence", "reports", "result", "basis"})
    return load_diagnoses(context, [key], every | {f"enterprise.{name}" for name in ("districtName",)}).get(key)


def _find_edition(context: Context, key: str, _command: Command) -> Edition | None:
    row = editions.edition(context.snapshot, key)
    return build_editions(context, [row])[0] if row is not None else None


def _find_mapping(context: Context, _key: str, command: Command) -> EditionMapping | None:
    assert isinstance(command, SetEditionMapping)  # noqa: S101 - the table below names it
    rows = [row for row in edition_mapping.mapping_rows(context.snapshot) if row.mapping.since == command.since]
    return next(iter(build_mappings(context, rows)), None)


def _find_costs(context: Context, key: str, command: Command) -> ImprovementCosts | None:
    assert isinstance(command, SetImprovementCosts)  # noqa: S101 - the table below names it
    rows = [row for row in improvement_costs.cost_rows(context.snapshot, key) if row.costs.since == command.since]
    return next(map(build_costs, rows), None)


def _find_organisation(context: Context, key: str, _command: Command) -> Organisation | None:
    return load_organisations(context, [key]).get(key)


def _find_person(context: Context, key: str, _command: Command) -> Person | None:
    if context.role not in NAMES:
        return None
    rows = people.people_by_id(context.snapshot, context.scope, [key])
    return next(iter(build_people(context, rows, frozenset({"name", "phone"}))), None)


def _find_enterprise(context: Context, key: str, _command: Command) -> Enterprise | None:
    return load_enterprises(context, [key], frozenset({"contacts", "consents", "contacts.name"})).get(key)


def _find_group(context: Context, key: str, _command: Command) -> Group | None:
    return load_group(context, key)


def _find_import(context: Context, _key: str, command: Command) -> RosterImport | None:
    assert isinstance(command, ImportRoster)  # noqa: S101 - the table below names it
    row = rosters.import_of_file(context.snapshot, context.scope, command.year, command.digest)
    return build_import(context, row, frozenset({"findings", "leftOut"})) if row is not None else None


def _find_taken_off(context: Context, _key: str, command: Command) -> Enterprise | None:
    assert isinstance(command, TakeOffRoster)  # noqa: S101 - the table below names it
    return _find_enterprise(context, command.enterprise, command)


def _find_revision(context: Context, key: str, _command: Command) -> Revision | None:
    parts = ("problems", "changes", "reviews")
    return find_revision(context, key, frozenset({"draft", "consultation", *(f"draft.{part}" for part in parts)}))


def _find_shadow(context: Context, key: str, _command: Command) -> ShadowRun | None:
    return find_shadow(context, key)


THINGS: Mapping[str, Thing] = {
    "assignment": Thing("diagnosis", Diagnosis, _find_diagnosis),
    "consent": Thing("enterprise", Enterprise, _find_enterprise),
    "diagnosis": Thing("diagnosis", Diagnosis, _find_diagnosis),
    "edition": Thing("edition", Edition, _find_edition),
    "headquarters": Thing("group", Group, _find_group),
    "improvement": Thing("improvement_costs", ImprovementCosts, _find_costs),
    "mapping": Thing("edition_mapping", EditionMapping, _find_mapping),
    "organisation": Thing("organisation", Organisation, _find_organisation),
    "person": Thing("person", Person, _find_person, PEOPLE),
    "revision": Thing("revision", Revision, _find_revision),
    "shadow": Thing("shadow", ShadowRun, _find_shadow, SHADOW_TOTALS),
    "roster": Thing("roster_import", RosterImport, _find_import, ROSTERS),
    "TakeOffRoster": Thing("enterprise", Enterprise, _find_taken_off, ROSTERS),
}
"""Name of a capability, or of a command whose payload carries something else -> what its payloads carry."""
