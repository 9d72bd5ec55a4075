"""Documents of the standard 标准文件: pages set a minute, of an edition and of a comparison, against the report's own PDF.

One renderer sets all three in this process, in turn; the report is the peer because its pages were measured before there were
others. Excel and OSCAL of the same edition are counted beside them.

Run: python -m benchmarks.standard_documents [--rounds N]
"""

import argparse
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

from pypdf import PdfReader

from benchmarks.measuring import in_turn, table
from domain.diagnosis.report import IssueReport
from domain.kernel import Command
from interop.editions.oscal import as_bytes, oscal_documents
from interop.editions.workbook import workbook_of
from journal import Accepted, Caller, Handled, Journal, open_journal
from projections.documents import comparison, print_comparison, print_standard, standard_sheet
from projections.report import Case, report
from projections.report.finishing import case_of
from standards import load, load_composition
from tests.small_city import City

AT = datetime(2023, 9, 1, tzinfo=UTC)
GOAL = 0.5
"""Pages a minute as a share of the report's: a page of indicators holds twice what a page of the report does."""


class Reported(City):
    """A city with one issued report, whose case is taken down."""

    def __init__(self, journal: Journal) -> None:
        self.cases: list[Case] = []
        super().__init__(journal)

    def finish(self, accepted: Accepted) -> Command:
        """Take the case and leave the pages unprinted."""
        self.cases.append(case_of(accepted, demo=True, names={}))
        return accepted.command

    def send(self, who: Caller, command: Command, **rest: Any) -> Handled:  # noqa: ANN401 - as the city takes them
        """As the city does, with the finisher where a report is issued."""
        return super().send(who, command, finish=self.finish if isinstance(command, IssueReport) else None, **rest)


def pages_a_minute(make: Callable[[], bytes]) -> Callable[[], float]:
    """A contender: one document set, in pages a minute."""

    def run() -> float:
        begun = time.perf_counter()
        made = make()
        return len(PdfReader(BytesIO(made)).pages) * 60 / (time.perf_counter() - begun)

    return run


def documents_a_minute(make: Callable[[], object]) -> Callable[[], float]:
    """A contender: one document written, in documents a minute."""

    def run() -> float:
        begun = time.perf_counter()
        make()
        return 60 / (time.perf_counter() - begun)

    return run


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as place:
        journal = open_journal(f"sqlite:///{Path(place) / 'journal.db'}")
        city = Reported(journal)
        city.issued()
        journal.close()
    case, plain, found = city.cases[0], load("2023"), load_composition("2023-automotive")
    sheet = standard_sheet(found.edition, found.origins, AT.date())
    shown = comparison(plain, found.edition)
    rates = in_turn(
        {
            "report": pages_a_minute(lambda: report(case).pdf),
            "edition": pages_a_minute(lambda: print_standard(sheet).pdf),
            "comparison": pages_a_minute(lambda: print_comparison(shown).pdf),
        },
        rounds,
    )
    table("PDF", "pages/min", rates, {("edition", "report"): GOAL, ("comparison", "report"): GOAL})
    rates = in_turn(
        {
            "workbook": documents_a_minute(lambda: workbook_of(found.edition, found.origins, AT)),
            "OSCAL": documents_a_minute(
                lambda: [as_bytes(one) for one in oscal_documents(found.edition, found.origins, AT, plain).values()]
            ),
        },
        rounds,
    )
    table("Excel and OSCAL", "docs/min", rates, {})


if __name__ == "__main__":
    main()
