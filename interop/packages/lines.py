"""Lines of a package 数据包的行: what is told of an issued result, and of a count, each as one JSON object. plan P8.

Nothing of a person, nothing of the answers, no number of the firm's accounts: what the report was issued with, and whose it is.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from pydantic import BaseModel, ConfigDict


class _Line(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class PackagedDimension(_Line):
    """A dimension of an issued result 维度得分."""

    id: str
    name: str
    score: Decimal
    level: int


class PackagedResult(_Line):
    """An issued result 已出具结果. case_number: to be said on the telephone. status: what became of the report.

    edition_status: authority of the edition; none of ours is the official annex.
    """

    enterprise: str
    uscc: str
    name: str
    district: str
    industry: str
    size_class: str
    case_number: str
    purpose: str
    form: str
    edition: str
    edition_status: str
    report_version: int
    issued_on: date
    status: str
    total: Decimal
    grade: int
    grade_name: str
    level: int
    level_name: str
    dimensions: tuple[PackagedDimension, ...]


class PackagedCount(_Line):
    """How many firms of a district came to a grade 汇总计数; `total` = the sum. firms: None = withheld."""

    district: str
    grade: str
    firms: int | None


SCHEMAS: Mapping[str, type[BaseModel]] = {"results": PackagedResult, "counts": PackagedCount}
"""File of lines -> what each line is."""


def schema_id(name: str) -> str:
    """Id of the schema that a file's lines follow 模式标识; a name in it never changes its meaning."""
    return f"urn:zhenduan:schema:package-{name}:1"
