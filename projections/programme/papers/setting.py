"""Setting of a paper 刊物制作: its files in every form, kept by their hashes, with what things are called. plan R5."""

from collections.abc import Mapping

from domain.governance.rule_bodies.body import RuleKind
from domain.governance.rule_bodies.paper_template import PaperTemplate
from domain.governance.rule_bodies.publication import PublicationRule, PublishedGroup
from domain.programme.papers.paper import PaperEdition, PaperFile, PaperFormat
from journal.blobs import Blobs
from projections.documents.paper import PaperSheet, SetTemplate, paper_sheet
from projections.documents.paper_printing import printed_as
from projections.engine.snapshot import Snapshot
from projections.governance.dated_rules import body_on, rule_on
from projections.programme.case_studies.read_model import texts_of
from projections.standard.editions import editions
from standards import edition_of_json


def sheet_of(snapshot: Snapshot, paper: PaperEdition, names: Mapping[str, str], *, draft: bool, demo: bool) -> PaperSheet:
    """The sheet of an edition that was computed, by the template of that day. names: of districts and divisions, by code."""
    assert paper.computed is not None  # noqa: S101 - its caller has seen that it is
    rule = rule_on(snapshot, RuleKind.PAPER_TEMPLATE, paper.computed.day).rule
    template = SetTemplate(body_on(snapshot, PaperTemplate, paper.computed.day), rule.cause)
    indicators = {
        f"{row.key} {item.id}": f"{row.key} {item.id} {item.name}"
        for row in editions(snapshot)
        for item in edition_of_json(row.body).indicators
    }
    cases, groups = texts_of(snapshot, paper.cases) if paper.cases else (), groups_of_paper(snapshot, paper)
    least = body_on(snapshot, PublicationRule, paper.computed.day).matched_at_least
    called = {**names, **indicators}
    return paper_sheet(paper, called, template, draft=draft, demo=demo, cases=cases, groups=groups, matched_at_least=least)


def groups_of_paper(snapshot: Snapshot, paper: PaperEdition) -> tuple[PublishedGroup, ...]:
    """What the tables of an edition that was computed count together, by the rule of that day."""
    assert paper.computed is not None  # noqa: S101 - its caller has seen that it is
    return body_on(snapshot, PublicationRule, paper.computed.day).groups


def set_files(blobs: Blobs, sheet: PaperSheet, holder: str) -> tuple[PaperFile, ...]:
    """Every file of a paper, kept.

    Raises:
        Refused: WORK_BUSY, WORK_SHARE_USED.
    """
    made = {form: printed_as(sheet, form, holder) for form in PaperFormat}
    return tuple(PaperFile(format=form, sha256=blobs.put(data), size=len(data)) for form, data in made.items())
