"""Finishers · 定稿: what the program makes for the facts of a command once the rules accept it, whoever sent it and by which way.

A refused command leaves none of it behind: no report, no key of a person, no file.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from api.kit.credentials import drawn, drawn_number
from domain.diagnosis.external.batch import SendResultBatch
from domain.diagnosis.report import ConfirmReport, IssueReport
from domain.kernel import Command, Unfinished
from domain.participants.people.registration import InvitePerson, RegisterPerson
from domain.participants.rosters.comparison import ImportRoster
from domain.programme.papers.paper import Paper, PublishPaper
from domain.providers.calls.commands import OpenCall
from domain.providers.feedback.giving import GiveFeedback
from domain.providers.feedback.handling import AskSecondInstance
from domain.providers.marking.marking import SealMark
from interop.code_lists import names_of_codes
from interop.rosters.reports import keep_report
from journal import Accepted, Finish, Journal
from journal.blobs import Blobs
from journal.secrets.personal import PersonalKeys
from journal.secrets.sealed_marks import SealedMarks
from projections import ReadModels
from projections.programme.papers.setting import set_files, sheet_of
from projections.report import VerificationMark, finish_report
from zhenduan.report_archive import archive_over

CHECK_LETTERS = 8
"""Letters of the code beside a grade: forty bits, so that whoever has the number alone cannot ask the grade out."""


def finishers(
    journal: Journal, models: ReadModels, blobs: Blobs, keys: PersonalKeys, *, demo: bool, address: str
) -> Mapping[type[Command], Finish]:
    """Every command whose facts the program completes -> what completes them 定稿者. address: our public one, else ""."""

    def report(accepted: Accepted) -> Mapping[str, Any]:
        return finish_report(blobs, demo, archive_over(journal, models), names_of_codes(), mark_of)(accepted)

    def mark_of(day: date) -> VerificationMark:
        return VerificationMark(drawn_number("ZDD", day.year), address, drawn(CHECK_LETTERS))

    def set_paper(accepted: Accepted) -> Mapping[str, Any]:
        paper = accepted.state
        assert isinstance(paper, Paper)  # noqa: S101 - the rules accepted it on this state
        with models.reading() as snapshot:
            sheet = sheet_of(snapshot, paper.latest, names_of_codes(), draft=False, demo=demo)
        return {"files": set_files(blobs, sheet, accepted.organisation)}

    def seal(accepted: Accepted) -> Mapping[str, Any]:
        person = accepted.command
        assert isinstance(person, RegisterPerson | InvitePerson)  # noqa: S101 - the table below names them
        return {
            "sealed_name": keys.seal(person.person, "name", person.name),
            "sealed_phone": keys.seal(person.person, "phone", person.phone) if person.phone else None,
        }

    marks = SealedMarks(keys)

    def commit_seed(accepted: Accepted) -> Mapping[str, Any]:
        call = accepted.command
        assert isinstance(call, OpenCall)  # noqa: S101 - the table below names it
        return {"seed_digest": marks.seed_digest(call.year)}

    def seal_mark(accepted: Accepted) -> Mapping[str, Any]:
        given, marking = accepted.command, accepted.state
        assert isinstance(given, SealMark)  # noqa: S101 - the table below names it
        return marks.sealed(marking.year, given.marking, given.mark)

    def seal_text(accepted: Accepted) -> Mapping[str, Any]:
        given = accepted.command
        assert isinstance(given, GiveFeedback)  # noqa: S101 - the table below names it
        (fact, *_) = (fact for fact in accepted.facts if isinstance(fact, Unfinished))
        text = keys.seal(fact.stated["author"], f"text {given.feedback}", given.text) if given.text is not None else None
        return {"sealed_text": text}

    def seal_grounds(accepted: Accepted) -> Mapping[str, Any]:
        asked = accepted.command
        assert isinstance(asked, AskSecondInstance)  # noqa: S101 - the table below names it
        (fact, *_) = (fact for fact in accepted.facts if isinstance(fact, Unfinished))
        return {"sealed_grounds": keys.seal(fact.stated["author"], f"grounds {asked.feedback}", asked.grounds)}

    return {
        GiveFeedback: seal_text,
        AskSecondInstance: seal_grounds,
        OpenCall: commit_seed,
        SealMark: seal_mark,
        IssueReport: report,
        ConfirmReport: report,
        PublishPaper: set_paper,
        RegisterPerson: seal,
        InvitePerson: seal,
        ImportRoster: keep_report(blobs),
        SendResultBatch: keep_report(blobs),
    }
