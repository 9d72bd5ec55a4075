"""Described enumerations · 有说明的枚举, and keys of mappings: each says what it is, as the schema publishes it."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Self


class DescribedEnum(StrEnum):
    """Enumeration of texts · 有说明的枚举. description: what a value is, an English sentence, then " · ", then the Chinese noun."""

    description: str

    def __new__(cls, value: str, description: str = "") -> Self:
        """A value; written in a class body as (value, description)."""
        made = str.__new__(cls, value)
        made._value_ = value
        made.description = description
        return made

    @property
    def names(self) -> tuple[str, str]:
        """What people call a value 名称: (Chinese, English), out of its description."""
        english, _, chinese = self.description.rpartition(" · ")
        return chinese, english[:1].lower() + english[1:]


@dataclass(frozen=True)
class KeyField:
    """What the key of a mapping is called where the mapping is written as a list 映射键: the item's field, and what it says."""

    name: str
    says: str
