"""Writers of a bulk export 导出格式: CSV, JSON Lines and Parquet, a batch of rows in memory at a time. plan P8."""

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson
from arro3.core import Array, DataType, Field, RecordBatch, RecordBatchReader, Schema
from arro3.io import write_parquet

from interop.exports.tables import Column, Kind
from interop.spreadsheet_text import spreadsheet_text

Batches = Iterable[Sequence[Any]]
ROW_GROUP = 10_000
"""Rows of a group, of which a reader of Parquet may take one alone."""
DIGITS, DECIMALS = 20, 4
"""Of a number with decimals in Parquet; no value of ours has more."""


def write_csv(path: Path, columns: Sequence[Column], batches: Batches) -> None:
    """RFC 4180 in UTF-8 without a mark, a header line first; what is null is empty, and no text of ours is.

    What a spreadsheet would take for a formula is told to be text.
    """
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(column.name for column in columns)
        for rows in batches:
            writer.writerows(zip(*(_lettered(column, rows) for column in columns), strict=True))


def _lettered(column: Column, rows: Sequence[Any]) -> list[Any]:
    found = column.plain(rows)
    if column.kind is Kind.BOOLEAN:
        return [None if one is None else str(one).lower() for one in found]
    return [None if one is None else spreadsheet_text(one) for one in found] if column.kind is Kind.TEXT else found


def write_json_lines(path: Path, columns: Sequence[Column], batches: Batches) -> None:
    """One object a line; a number with decimals is a text, as in the schema."""
    names = [column.name for column in columns]
    with path.open("wb") as file:
        for rows in batches:
            for values in zip(*(column.plain(rows) for column in columns), strict=True):
                file.write(orjson.dumps(dict(zip(names, values, strict=True)), option=orjson.OPT_APPEND_NEWLINE))


TYPES: Mapping[Kind, tuple[DataType, DataType]] = {
    Kind.TEXT: (DataType.utf8(), DataType.utf8()),
    Kind.INTEGER: (DataType.int64(), DataType.int64()),
    Kind.DECIMAL: (DataType.utf8(), DataType.decimal128(DIGITS, DECIMALS)),
    Kind.BOOLEAN: (DataType.bool(), DataType.bool()),
    Kind.TIME: (DataType.int64(), DataType.timestamp("us", tz="UTC")),
    Kind.DATE: (DataType.utf8(), DataType.date32()),
}
"""Kind -> how its values stand in a row, and in the file."""


def write_parquet_file(path: Path, columns: Sequence[Column], batches: Batches) -> None:
    """Parquet with zstd, in groups of `ROW_GROUP` rows; the library takes batch after batch."""
    schema = Schema([Field(column.name, TYPES[column.kind][1], nullable=column.nullable) for column in columns])

    def made() -> Iterator[RecordBatch]:
        for rows in batches:
            yield RecordBatch.from_arrays([_array(column, rows) for column in columns], schema=schema)

    with path.open("wb") as file:
        write_parquet(
            RecordBatchReader.from_batches(schema, made()), file, compression="zstd(3)", max_row_group_size=ROW_GROUP
        )


def _array(column: Column, rows: Sequence[Any]) -> Array:
    stands, written = TYPES[column.kind]
    found = Array(column.values(rows), stands)
    return found if stands == written else found.cast(written)


WRITERS: Mapping[str, Callable[[Path, Sequence[Column], Batches], None]] = {
    "csv": write_csv,
    "jsonl": write_json_lines,
    "parquet": write_parquet_file,
}
"""Format, which is also the ending of a file's name -> its writer."""
