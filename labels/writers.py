"""Result tables, written one row at a time beside their place and renamed into it when whole."""

import csv
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import IO, Any, TextIO

import orjson

from labels.errors import TableError
from labels.tables import as_text

Fields = Mapping[str, Any]
Write = Callable[[Fields], None]

XLSX_CELL_CHARS = 32_767
XLSX_ROWS = 1_048_576
CELL_CHANGED = "cell_changed"
XLSX_ILLEGAL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_PARQUET_ROWS = 4096


@contextmanager
def open_table(path: Path, columns: Mapping[str, str]) -> Iterator[Write]:
    """A function that writes one row to a table of the format its ending names.

    ``columns`` maps each column, in order, to its kind: ``string``, ``int``, ``float``, ``bool``,
    ``strings`` or ``json`` (JSONL takes each row's own fields). The file appears under its name
    only when the block ends without an error.

    Raises:
        TableError: unknown ending, or the file cannot be written.
    """
    writer = WRITERS.get(path.suffix.lower())
    if writer is None:
        endings = ", ".join(WRITERS)
        raise TableError(path, f"{path.suffix or 'no ending'}: not one of {endings}")
    with written_whole(path) as beside, writer(beside, columns) as write:
        yield write


@contextmanager
def written_whole(path: Path) -> Iterator[Path]:
    """A path beside ``path`` to write a file to, renamed into place when the block ends well.

    Raises:
        TableError: the file cannot be written.
    """
    beside = path.with_name(f".{path.name}.part")
    try:
        with ExitStack() as stack:
            stack.callback(beside.unlink, missing_ok=True)
            yield beside
            beside.replace(path)
    except OSError as error:
        raise TableError(path, f"cannot be written ({error.strerror or error})") from error


@contextmanager
def open_stdout() -> Iterator[Write]:
    """A function that writes one row to standard output as JSONL."""
    yield _jsonl_to(sys.stdout.buffer)
    sys.stdout.flush()


def _jsonl_to(file: IO[bytes]) -> Write:
    def write(fields: Fields) -> None:
        file.write(orjson.dumps(fields, default=str, option=orjson.OPT_APPEND_NEWLINE))

    return write


@contextmanager
def _write_jsonl(path: Path, columns: Mapping[str, str]) -> Iterator[Write]:
    del columns
    with path.open("wb") as file:
        yield _jsonl_to(file)


def _write_delimited(
    delimiter: str,
) -> Callable[[Path, Mapping[str, str]], AbstractContextManager[Write]]:
    @contextmanager
    def open_delimited(path: Path, columns: Mapping[str, str]) -> Iterator[Write]:
        with path.open("w", encoding="utf-8", newline="") as file:
            yield _delimited_to(file, delimiter, list(columns))

    return open_delimited


def _delimited_to(file: TextIO, delimiter: str, names: Sequence[str]) -> Write:
    table = csv.writer(file, delimiter=delimiter, lineterminator="\n")
    table.writerow(names)

    def write(fields: Fields) -> None:
        table.writerow([as_text(fields.get(name)) for name in names])

    return write


@contextmanager
def _write_xlsx(path: Path, columns: Mapping[str, str]) -> Iterator[Write]:
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell

    book = Workbook(write_only=True)
    sheet = book.create_sheet("statements")
    sheet.append(list(columns))
    rows = 1

    def cell(value: object) -> object:
        if not isinstance(value, str):
            return value
        made = WriteOnlyCell(sheet, value)
        made.data_type = "s"  # a text that begins with "=" is a text, never a formula
        return made

    def write(fields: Fields) -> None:
        nonlocal rows
        rows += 1
        if rows > XLSX_ROWS:
            raise TableError(
                path, f"an XLSX sheet holds {XLSX_ROWS:,} rows; choose .csv or .parquet"
            )
        sheet.append([cell(value) for value in _xlsx_row(fields, columns)])

    yield write
    book.save(path)


def _xlsx_row(fields: Fields, columns: Mapping[str, str]) -> list[object]:
    changed = False
    row: dict[str, object] = {}
    for name in columns:
        value = fields.get(name)
        if value is not None and not isinstance(value, int | float):
            text = as_text(value)
            value = XLSX_ILLEGAL.sub("\ufffd", text)[:XLSX_CELL_CHARS]
            changed = changed or value != text
        row[name] = value
    if changed and "warnings" in row:
        row["warnings"] = as_text([*(fields.get("warnings") or ()), CELL_CHANGED])
    return list(row.values())


@contextmanager
def _write_parquet(path: Path, columns: Mapping[str, str]) -> Iterator[Write]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    kinds = {
        "string": pa.string(),
        "json": pa.string(),
        "int": pa.int64(),
        "float": pa.float64(),
        "bool": pa.bool_(),
        "strings": pa.list_(pa.string()),
    }
    schema = pa.schema([(name, kinds[kind]) for name, kind in columns.items()])
    waiting: list[dict[str, object]] = []

    with pq.ParquetWriter(path, schema) as file:

        def flush() -> None:
            file.write_table(pa.Table.from_pylist(waiting, schema))
            waiting.clear()

        def write(fields: Fields) -> None:
            waiting.append({name: _as_kind(fields.get(name), columns[name]) for name in columns})
            if len(waiting) == _PARQUET_ROWS:
                flush()

        yield write
        flush()


def _as_kind(value: object, kind: str) -> object:
    if value is None:
        return None
    return as_text(value) if kind in ("string", "json") else value


WRITERS: dict[str, Callable[[Path, Mapping[str, str]], AbstractContextManager[Write]]] = {
    ".jsonl": _write_jsonl,
    ".csv": _write_delimited(","),
    ".tsv": _write_delimited("\t"),
    ".xlsx": _write_xlsx,
    ".parquet": _write_parquet,
}
