"""Documents of the standard 标准文件: pages set a minute, of an edition and of a comparison, against the report's own PDF.

One renderer sets all three in this process, in turn; the report is the peer because its pages were measured before there were
others. Excel and OSCAL of the same edition are counted beside them.
"""

import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

from pypdf import PdfReader

from benchmarks.measuring import Bench, Compared, Processor, Work, compared, in_turn
from domain.diagnosis.report import IssueReport
from domain.kernel import Command
from interop.editions.oscal import as_bytes, oscal_documents
from interop.editions.workbook import workbook_of
from journal import Accepted, Caller, Handled, Journal, open_journal
from projections.documents import comparison, print_comparison, print_standard, standard_sheet
from projections.report import Case, report
from projections.report.archive import Archive
from projections.report.finishing import case_of
from standards import load, load_composition
from tests.small_city import FILE, City

AT = datetime(2023, 9, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Sizes:
    """rounds: of each document."""

    rounds: int = 5


SIZES = Sizes()
SMOKE = Sizes(rounds=1)
GOAL = 0.5
"""Pages a minute as a share of the report's: a page of indicators holds twice what a page of the report does."""


class Reported(City):
    """A city with one issued report, whose case is taken down."""

    def __init__(self, journal: Journal) -> None:
        self.cases: list[Case] = []
        super().__init__(journal)

    def finish(self, accepted: Accepted) -> Mapping[str, Any]:
        """Take the case and leave the pages unprinted."""
        self.cases.append(case_of(accepted, demo=True, names={}, archive=Archive(self.journal)))
        return {"file": FILE}

    def send(self, who: Caller, command: Command, **rest: Any) -> Handled:  # noqa: ANN401 - as the city takes them
        """As the city does, with the finisher where a report is issued."""
        made = {"finish": self.finish} if isinstance(command, IssueReport) else {}
        return super().send(who, command, **made, **rest)


def pages(make: Callable[[], bytes]) -> Callable[[], Work]:
    """A contender: one document set, counted in pages; the processes that set pages end when they like, and tell no time."""

    def run() -> Work:
        made: list[bytes] = []
        work = Processor().measured(lambda: made.append(make()) or 1)
        return replace(work, count=len(PdfReader(BytesIO(made[0])).pages), processor=None)

    return run


def documents(make: Callable[[], object]) -> Callable[[], Work]:
    """A contender: one document written."""

    def written() -> float:
        make()
        return 1

    return lambda: replace(Processor().measured(written), processor=None)


def compare(_: Bench, sizes: Sizes) -> Iterator[Compared]:
    """In this process; no database has a part in it."""
    with tempfile.TemporaryDirectory() as place, closing(open_journal(f"sqlite:///{Path(place) / 'journal.db'}")) as journal:
        city = Reported(journal)
        city.issued()
    case, plain, found = city.cases[0], load("2023"), load_composition("2023-automotive")
    sheet = standard_sheet(found.edition, found.origins, AT.date())
    shown = comparison(plain, found.edition)
    done = in_turn(
        {
            "report": pages(lambda: report(case, "benchmark").pdf),
            "edition": pages(lambda: print_standard(sheet, "benchmark").pdf),
            "comparison": pages(lambda: print_comparison(shown, "benchmark").pdf),
        },
        sizes.rounds,
    )
    yield from compared("PDF", "pages/s", done, {("edition", "report"): GOAL, ("comparison", "report"): GOAL})
    done = in_turn(
        {
            "edition as PDF": documents(lambda: print_standard(sheet, "benchmark").pdf),
            "workbook": documents(lambda: workbook_of(found.edition, found.origins, AT)),
            "OSCAL": documents(
                lambda: [as_bytes(one) for one in oscal_documents(found.edition, found.origins, AT, plain).values()]
            ),
        },
        sizes.rounds,
    )
    goals: dict[tuple[str, str], float | None] = {("workbook", "edition as PDF"): None, ("OSCAL", "edition as PDF"): None}
    yield from compared("one edition", "documents/s", done, goals)
