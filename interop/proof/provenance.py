"""Provenance 溯源: one diagnosis as W3C PROV (PROV-JSON), for tools of other houses. plan P5.

Entities are what was made: answers, evidence, scores, reports, the edition. Activities are the entries. Agents are roles of
organisations, never people: erasing a person leaves every export true.
"""

from collections.abc import Iterable
from typing import Any

import orjson

from domain.diagnosis import evidence, objections, on_site, opening, prefill, report, scoring, self_assessment, workbook
from domain.diagnosis.state import diagnosis_stream
from domain.events import EVENTS
from domain.instants import utc_moment
from domain.kernel import NOT_FOUND
from domain.standard.editions import edition_stream
from journal import Entry, Journal
from journal.codec import EVENT_OF
from projections.report.wording import ROLES

Data = dict[str, Any]

PREFIX = "zd"
NAMESPACE = "urn:zhenduan:"
"""A name of our own for things, as PROV asks; it leads to no address."""


def provenance(journal: Journal, diagnosis: str, role: str, through: int | None = None) -> Data:
    """The PROV-JSON document of a diagnosis 溯源文档; role: who reads it; what is not told to it is left out.

    through: up to this version of it, where not all of it is the reader's.


    Raises:
        Refused: NOT_FOUND.
    """
    with journal.snapshot():
        history = journal.read(diagnosis_stream(diagnosis))
        if not history:
            raise NOT_FOUND.refuse()
        edition = edition_stream(orjson.loads(history[0].state)["edition"])
        published = journal.read(edition)
    told = _Told(diagnosis, edition)
    for entry in published:
        told.activity(entry)
        told.made(entry, edition, "Edition")
    for entry in history[:through]:
        if role in EVENT_OF[entry.type].told_to:
            told.happened(entry)
    return told.document


def _name(local: str) -> str:
    return f"{PREFIX}:{local}"


class _Told:
    """A PROV document as it is told, entry by entry.

    own, verified: indicator -> the entity of its latest answer. evidence: indicator -> entities of its files.
    steps: what a scoring looks at besides answers. latest: kind -> its latest entity.
    """

    def __init__(self, diagnosis: str, edition: str) -> None:
        self.document: Data = {"prefix": {PREFIX: NAMESPACE}}
        self._diagnosis, self._edition = diagnosis, edition
        self._own: dict[str, str] = {}
        self._verified: dict[str, str] = {}
        self._evidence: dict[str, list[str]] = {}
        self._steps: list[str] = []
        self._latest: dict[str, str] = {}

    def _put(self, section: str, name: str, told: Data) -> None:
        self.document.setdefault(section, {})[name] = told

    def _relate(self, section: str, told: Data) -> None:
        known = self.document.setdefault(section, {})
        known[f"_:{section}{len(known) + 1}"] = told

    def activity(self, entry: Entry) -> str:
        """An entry as what was done, by which role of which organisation."""
        name, agent = _name(f"{entry.stream}/{entry.version}"), _name(f"role/{entry.role}/{entry.organisation or '-'}")
        at = utc_moment(entry.at).isoformat()
        label = (EVENTS[entry.type].__doc__ or "").splitlines()[0] if entry.type in EVENTS else entry.type
        kind = {"$": _name(entry.type), "type": "prov:QUALIFIED_NAME"}
        self._put("activity", name, {"prov:startTime": at, "prov:endTime": at, "prov:type": kind, "prov:label": label})
        organisation = {"$": "prov:Organization", "type": "prov:QUALIFIED_NAME"}
        self._put("agent", agent, {"prov:type": organisation, "prov:label": ROLES.get(entry.role, entry.role)})
        self._relate("wasAssociatedWith", {"prov:activity": name, "prov:agent": agent})
        return name

    def made(self, entry: Entry, local: str, kind: str, *, revises: str | None = None, **about: str) -> str:
        """A thing that an entry brought about. revises: the thing that it takes the place of."""
        name, activity = _name(local), _name(f"{entry.stream}/{entry.version}")
        told = {"prov:type": {"$": _name(kind), "type": "prov:QUALIFIED_NAME"}}
        self._put("entity", name, told | {_name(key): value for key, value in about.items()})
        self._relate("wasGeneratedBy", {"prov:entity": name, "prov:activity": activity})
        if revises is not None:
            revision = {"$": "prov:Revision", "type": "prov:QUALIFIED_NAME"}
            self._relate("wasDerivedFrom", {"prov:generatedEntity": name, "prov:usedEntity": revises, "prov:type": revision})
        return name

    def _used(self, activity: str, entities: Iterable[str | None]) -> None:
        for entity in dict.fromkeys(name for name in entities if name is not None):
            self._relate("used", {"prov:activity": activity, "prov:entity": entity})

    def happened(self, entry: Entry) -> None:
        """A fact of the diagnosis: what it used, what it made."""
        activity = self.activity(entry)
        data: Data = orjson.loads(entry.state)
        place = diagnosis_stream(self._diagnosis)
        edition = _name(self._edition)
        match EVENT_OF[entry.type]:
            case opening.DiagnosisOpened:
                self._used(activity, [edition])
                self.made(entry, place, "Diagnosis", enterprise=data["enterprise"])
            case self_assessment.AnswersSaved:
                for indicator in data["answers"]:
                    local = f"{place}/answer/{indicator}/{entry.version}"
                    self._own[indicator] = self.made(entry, local, "Answer", revises=self._own.get(indicator))
            case workbook.WorkbookTakenIn:
                file = self.made(entry, f"{place}/workbook/{entry.version}", "Workbook", sha256=data["sha256"])
                for indicator in data["indicators"]:
                    derived = {"prov:generatedEntity": self._own[indicator], "prov:usedEntity": file}
                    self._relate("wasDerivedFrom", derived)
            case prefill.PrefillTaken:
                stated = {"cause": data["result"], "crosswalk": f"{data['crosswalk']}/{data['crosswalk_version']}"}
                certificate = self.made(entry, f"{place}/prefill/{entry.version}", "Prefill", **stated)
                for indicator in data["indicators"]:
                    derived = {"prov:generatedEntity": self._own[indicator], "prov:usedEntity": certificate}
                    self._relate("wasDerivedFrom", derived)
            case on_site.AnswersVerified:
                for indicator in data["answers"]:
                    files = self._evidence.get(indicator, [])
                    self._used(activity, [self._own.get(indicator), *files])
                    local = f"{place}/verified-answer/{indicator}/{entry.version}"
                    before = self._verified.get(indicator)
                    self._verified[indicator] = self.made(entry, local, "VerifiedAnswer", revises=before)
            case self_assessment.SelfAssessmentSubmitted:
                self._used(activity, [edition, *self._own.values()])
                self.made(entry, f"{place}/self-score/{entry.version}", "Score", total=data["measured"]["total"])
            case evidence.EvidenceAttached:
                stated = {"sha256": data["sha256"], "mediaType": data["media_type"]}
                file = self.made(entry, f"{place}/evidence/{entry.version}", "Evidence", **stated)
                for indicator in data["indicators"]:
                    self._evidence.setdefault(indicator, []).append(file)
            case on_site.SiteVisitRecorded | scoring.ExpertReviewRecorded:
                self._steps.append(self.made(entry, f"{place}/step/{entry.version}", "Step"))
            case scoring.DiagnosisScored:
                self._used(activity, [edition, *self._own.values(), *self._verified.values(), *self._steps])
                stated = {"total": data["verified"]["total"], "grade": str(data["issued"]["grade"])}
                self._follow(entry, "result", f"{place}/result/{entry.version}", "Result", stated)
            case report.ReportIssued | report.ReportConfirmed:
                self._used(activity, [self._latest.get("result"), self._latest.get("report")])
                pdf = data["file"]["pdf"]
                stated = {"sha256": pdf, "version": str(data["version"])}
                self._follow(entry, "report", f"{place}/report/{data['version']}", "Report", stated)
            case objections.ReportObjectedTo:
                self._used(activity, [self._latest.get("report")])
                self._follow(entry, "objection", f"{place}/objection/{entry.version}", "Objection", {})
            case objections.ObjectionsAnswered:
                self._used(activity, [self._latest.get("objection")])
                self.made(entry, f"{place}/objection-answer/{entry.version}", "ObjectionAnswer")

    def _follow(self, entry: Entry, what: str, local: str, kind: str, stated: dict[str, str]) -> None:
        self._latest[what] = self.made(entry, local, kind, revises=self._latest.get(what), **stated)
