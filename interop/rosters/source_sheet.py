"""Seen sheet 名单原表: a roster's sheet as plain values, as it comes from the process that read it. plan P1."""

from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict

Plain = str | int | float | bool | None


class SeenSheet(BaseModel):
    """The roster sheet of a file as plain values 名单原表. rows: (number, cells). columns: header as written -> column from 1."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    rows: tuple[tuple[int, tuple[Plain, ...]], ...]
    columns: Mapping[str, int]
