"""Documents of the standard 标准文件: an edition printed whole, and two editions side by side. plan S1–S5."""

from projections.documents.comparison import EditionComparison, comparison
from projections.documents.markdown import as_markdown
from projections.documents.printing import print_comparison, print_manual, print_standard, renderer
from projections.documents.standard import StandardSheet, standard_sheet

__all__ = [
    "EditionComparison",
    "StandardSheet",
    "as_markdown",
    "comparison",
    "print_comparison",
    "print_manual",
    "print_standard",
    "renderer",
    "standard_sheet",
]
