"""Rows of statement tables: JSONL, CSV, TSV, XLSX and Parquet, read one row at a time."""

import csv
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import orjson

from labels.errors import TableError

# A text is refused past 100,000 characters later on; here a row must only fit into memory.
csv.field_size_limit(2**31 - 1)


@dataclass(frozen=True)
class Row:
    """One row of a table: its line (or row) number from 1, its fields, and what is wrong."""

    line: int
    fields: Mapping[str, Any]
    error: str | None = None


def table_format(path: Path) -> str:
    """The format that the ending of a file's name stands for.

    Raises:
        TableError: no statement table has that ending.
    """
    ending = path.suffix.lower()
    if ending not in READERS:
        raise TableError(path, f"{ending or 'no ending'}: not one of {', '.join(READERS)}")
    return ending


def read_rows(path: Path, required: str = "text") -> Iterator[Row]:
    """Rows of one file, in order, in bounded memory. A bad row comes with ``error`` set.

    Raises:
        TableError: the file cannot be opened or read, or has no column ``required``.
    """
    reader = READERS[table_format(path)]
    try:
        yield from reader(path, required)
    except FileNotFoundError as error:
        raise TableError(path, "no such file") from error
    except OSError as error:
        raise TableError(path, f"cannot be read ({error.strerror or error})") from error


def _read_jsonl(path: Path, required: str) -> Iterator[Row]:
    del required  # a JSONL row without it is a bad row, not a bad file
    with path.open("rb") as lines:
        for number, line in enumerate(lines, 1):
            if number == 1:
                line = line.removeprefix(b"\xef\xbb\xbf")
            if line.strip():
                yield _json_row(number, line)


def _json_row(number: int, line: bytes) -> Row:
    try:
        fields = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        return Row(number, {}, f"line {number}: not valid JSON ({error})")
    if not isinstance(fields, dict):
        return Row(number, {}, f"line {number}: not a JSON object")
    return Row(number, fields)


def _read_delimited(delimiter: str) -> Callable[[Path, str], Iterator[Row]]:
    def read(path: Path, required: str) -> Iterator[Row]:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            table = csv.reader(lines, delimiter=delimiter, strict=True)
            try:
                header = next(table, [])
                _check_header(path, header, required)
                for values in table:
                    if values:
                        yield _delimited_row(table.line_num, header, values)
            except csv.Error as error:
                raise TableError(path, f"malformed ({error})", table.line_num) from error
            except UnicodeDecodeError as error:
                raise TableError(path, "not UTF-8 text", table.line_num + 1) from error

    return read


def _delimited_row(line: int, header: list[str], values: list[str]) -> Row:
    fields = dict(zip(header, values, strict=False))
    if len(values) == len(header):
        return Row(line, fields)
    counts = f"{len(values)} fields where the header has {len(header)}"
    return Row(line, fields, f"line {line}: {counts}")


def _read_xlsx(path: Path, required: str) -> Iterator[Row]:
    from openpyxl import load_workbook

    try:
        book = load_workbook(path, read_only=True, data_only=True)
    except (BadZipFile, KeyError, ValueError) as error:
        raise TableError(path, "not an XLSX workbook") from error
    try:
        rows = book.worksheets[0].iter_rows(values_only=True)
        header = ["" if name is None else str(name) for name in next(rows, ())]
        _check_header(path, header, required)
        for number, values in enumerate(rows, 2):
            if any(value is not None for value in values):
                yield Row(number, dict(zip(header, map(plain, values), strict=False)))
    finally:
        book.close()


def _read_parquet(path: Path, required: str) -> Iterator[Row]:
    import pyarrow.parquet as pq
    from pyarrow.lib import ArrowInvalid

    try:
        table = pq.ParquetFile(path)
    except ArrowInvalid as error:
        raise TableError(path, "not a Parquet file") from error
    with table:
        _check_header(path, table.schema_arrow.names, required)
        number = 0
        for batch in table.iter_batches(batch_size=1024):
            for fields in batch.to_pylist():
                number += 1
                yield Row(number, {name: plain(value) for name, value in fields.items()})


def _check_header(path: Path, header: list[str], required: str) -> None:
    if required not in header:
        columns = ", ".join(name for name in header if name) or "none"
        raise TableError(path, f"no column {required!r} (columns: {columns})", 1)
    repeated = sorted({name for name in header if header.count(name) > 1})
    if repeated:
        raise TableError(path, f"column {repeated[0]!r} stands twice", 1)


def plain(value: object) -> object:
    """A cell as JSON can carry it: dates and times as ISO text, bytes as UTF-8."""
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    isoformat = getattr(value, "isoformat", None)
    if isoformat is not None:
        return str(isoformat()).removesuffix("T00:00:00")
    return value


def as_text(value: object) -> str:
    """A field as one cell of a text table: lists as ``a|b``, objects as JSON."""
    if value is None:
        return ""
    if isinstance(value, list | tuple) and all(isinstance(part, str) for part in value):
        return "|".join(value)
    if isinstance(value, str | int | float):
        return str(value)
    return json.dumps(value, ensure_ascii=False, default=str)


READERS: dict[str, Callable[[Path, str], Iterator[Row]]] = {
    ".jsonl": _read_jsonl,
    ".csv": _read_delimited(","),
    ".tsv": _read_delimited("\t"),
    ".xlsx": _read_xlsx,
    ".parquet": _read_parquet,
}


def scan_columns(path: Path) -> dict[str, str]:
    """Columns of a file in order of appearance, each with its kind, as ``open_table`` takes them.

    Reads the file through once: each line of JSONL may bring a field, each cell a type.

    Raises:
        TableError: the file cannot be read.
    """
    kinds: dict[str, str | None] = {}
    for row in read_rows(path):
        for name, value in row.fields.items():
            kinds[name] = wider(kinds.get(name), kind_of(value))
    return {name: kind or "string" for name, kind in kinds.items()}


def kind_of(value: object) -> str | None:
    if value is None:
        return None
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, int):
        return "int" if -(2**63) <= value < 2**63 else "string"
    if isinstance(value, float):
        return "float"
    if isinstance(value, list) and all(isinstance(part, str) for part in value):
        return "strings"
    return "string" if isinstance(value, str) else "json"


def wider(one: str | None, other: str | None) -> str | None:
    if one is None or other is None or one == other:
        return one or other
    return "float" if {one, other} == {"int", "float"} else "string"
