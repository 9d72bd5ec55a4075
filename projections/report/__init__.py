"""The report 诊断报告: a diagnosis printed as a PDF. plan P4."""

from projections.report.archive import Archive
from projections.report.finishing import finish_report, report, reprint
from projections.report.fonts import FontsMissing
from projections.report.printing import Printed
from projections.report.sheet import Case, NothingToReport
from projections.report.verification import VerificationMark

__all__ = [
    "Archive",
    "Case",
    "FontsMissing",
    "NothingToReport",
    "Printed",
    "VerificationMark",
    "finish_report",
    "report",
    "reprint",
]
