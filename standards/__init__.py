"""The city standard "1+X+Y" as data, its strict reader, and scoring. Pure. plan S1–S4."""

from standards.answers import Answer, AnswerProblem
from standards.edition import Dimension, Edition, Form, Indicator, Kind
from standards.reader import EditionMalformed, load, published_editions
from standards.results import DimensionScore, Gate, IndicatorScore, Issued, Measured, Process
from standards.scoring import NothingToScore

__all__ = [
    "Answer",
    "AnswerProblem",
    "Dimension",
    "DimensionScore",
    "Edition",
    "EditionMalformed",
    "Form",
    "Gate",
    "Indicator",
    "IndicatorScore",
    "Issued",
    "Kind",
    "Measured",
    "NothingToScore",
    "Process",
    "load",
    "published_editions",
]
