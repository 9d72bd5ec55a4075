"""Rows of a batch 批次行: what a file says of each firm, what is proposed of it, and who sends batches. plan P8."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from domain.access import Role
from domain.diagnosis.external.result import StatedResult
from domain.kernel import Label, Part, Stream, stream_of

BATCH_SENDERS = frozenset({Role.CITY, Role.PARTNER})
"""Who sends others' assessments in 批次报送角色: the city, and a partner that it gave a key."""
BATCH_READERS = BATCH_SENDERS | {Role.AUDITOR}
"""Who is told of batches 批次知情角色: each partner of its own, the city and the auditor of all."""
WHOLE_CITY = "*"
CITY_SENDER = "city"
"""The city as a sender, whoever of its people sent a file; a partner is named as it acts."""
ROWS_AT_MOST = 2_000
FINDINGS_AT_MOST = 40_000
"""Each accepted row is a fact of its own in one transaction, and looks into two histories."""


SilentResultField = Literal["variant", "score", "valid_until", "body"]
"""What a row may say nothing of 可留空内容."""


class ReadRow(Part):
    """A row of a file as it is read 批次行读数, every cell checked; what it means is not decided yet. level: as it is written.

    silent: fields of which the row says nothing; the others that are None it states to be none.
    """

    row: Annotated[int, Field(ge=1)]
    uscc: Label
    name: Label | None = None
    number: Label | None = None
    variant: Label | None = None
    level: Label
    score: Annotated[Decimal, Field(ge=0, max_digits=7, decimal_places=3)] | None = None
    assessed_on: date
    valid_until: date | None = None
    body: Label | None = None
    silent: Annotated[tuple[SilentResultField, ...], Field(max_length=4)] = ()


class WaitingResult(Part):
    """A row that waits for a person 拟议结果: what it states, and the codes of the findings that ask to be looked at."""

    row: int
    stated: StatedResult
    asked: tuple[str, ...] = ()


def batch_stream(batch: str) -> Stream:
    """Stream of one batch; its key is "<sender>.<name>"."""
    return stream_of("batch", batch)
