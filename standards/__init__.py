"""The city standard "1+X+Y" as data, its composition, strict reader and scoring. Pure. plan S1–S4."""

from standards.answers import Answer, AnswerProblem
from standards.composition import (
    AnyEdition,
    Change,
    Composition,
    CompositionRefused,
    IndustryEdition,
    Origin,
    Overlay,
    compose,
    edition_of_json,
    origins_of_json,
    plain_origins,
)
from standards.difference import Difference, difference
from standards.edition import Dimension, Edition, Form, Indicator, Kind
from standards.mapping import (
    ApplicableEdition,
    Basis,
    EditionMapping,
    EditionMappings,
    IndustryCodes,
    NoMappingYet,
    claimed_twice,
    edition_for,
)
from standards.reader import EditionMalformed, edition_mappings, load, load_composition, published_editions
from standards.results import DimensionScore, Gate, IndicatorScore, Issued, Measured, Process
from standards.scoring import NothingToScore

__all__ = [
    "Answer",
    "AnswerProblem",
    "AnyEdition",
    "ApplicableEdition",
    "Basis",
    "Change",
    "Composition",
    "CompositionRefused",
    "Difference",
    "Dimension",
    "DimensionScore",
    "Edition",
    "EditionMalformed",
    "EditionMapping",
    "EditionMappings",
    "Form",
    "Gate",
    "Indicator",
    "IndicatorScore",
    "IndustryCodes",
    "IndustryEdition",
    "Issued",
    "Kind",
    "Measured",
    "NoMappingYet",
    "NothingToScore",
    "Origin",
    "Overlay",
    "Process",
    "claimed_twice",
    "compose",
    "difference",
    "edition_for",
    "edition_mappings",
    "edition_of_json",
    "load",
    "load_composition",
    "origins_of_json",
    "plain_origins",
    "published_editions",
]
