"""English terms 英文名称: what the editions call their sections, indicators, raw numbers, options and units, in English. plan S1.

The project's own translation, as data with its mark. The standard has no English edition; level descriptors are in Chinese alone.
"""

from pydantic import BaseModel, ConfigDict

from standards.edition.text import Source


class EnglishTerms(BaseModel):
    """Terms with where they come from 英文名称表. terms: Chinese -> English."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    source: Source
    terms: dict[str, str]

    def of(self, term: str, otherwise: str) -> str:
        """A term in English; where none is on file, as of a later edition, what tells it apart otherwise."""
        return self.terms.get(term, otherwise)
