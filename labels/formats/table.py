"""Statement tables: ``labels`` in one column as ``a|b``, or one 0/1 column a label."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from labels.codebook import Codebook
from labels.errors import StatementError, TableError
from labels.formats.record import fields_of
from labels.statement import LabelledStatement
from labels.tables import Row, as_text, kind_of, read_rows, wider
from labels.writers import XLSX_CELL_CHARS, XLSX_ILLEGAL, open_table

_BITS = {"0": False, "1": True, "0.0": False, "1.0": True, "false": False, "true": True}


def read(path: Path, codebook: Codebook) -> Iterator[Row]:
    """Rows of either shape. In the wide shape every label of the codebook has a column.

    Raises:
        TableError: the file cannot be read.
    """
    for row in read_rows(path):
        if row.error:
            yield row
        elif "labels" not in row.fields and any(name in row.fields for name in codebook.ids):
            yield _narrow(row, codebook)
        elif row.fields.get("labels", "") is None and path.suffix.lower() == ".xlsx":
            yield Row(row.line, {**row.fields, "labels": ""})  # a blank cell is no label
        else:
            yield row


def _narrow(row: Row, codebook: Codebook) -> Row:
    fields = {name: value for name, value in row.fields.items() if name not in codebook.ids}
    try:
        labels = [name for name in codebook.ids if _given(row.fields, name)]
    except StatementError as error:
        return Row(row.line, fields, str(error))
    return Row(row.line, {**fields, "labels": labels})


def _given(fields: Any, label: str) -> bool:
    if label not in fields:
        raise StatementError(f"no column {label!r}, though other labels have one")
    cell = as_text(fields[label]).strip().lower()
    if cell not in _BITS:
        raise StatementError(f"{label}: {cell!r} is neither 0 nor 1")
    return _BITS[cell]


def write(path: Path, statements: Sequence[LabelledStatement], codebook: Codebook) -> None:
    """One row a statement, ``labels`` in one column.

    Raises:
        TableError: the file cannot be written, or its format cannot hold a text.
    """
    del codebook
    _write(path, [fields_of(s) for s in statements])


def write_wide(path: Path, statements: Sequence[LabelledStatement], codebook: Codebook) -> None:
    """One row a statement, one 0/1 column a label of the codebook.

    Raises:
        TableError: the file cannot be written, or its format cannot hold a text.
    """
    rows = []
    for statement in statements:
        fields = fields_of(statement)
        given = fields.pop("labels")
        rows.append({**fields, **{label: int(label in given) for label in codebook.ids}})
    _write(path, rows)


def _write(path: Path, rows: list[dict[str, Any]]) -> None:
    kinds: dict[str, str | None] = {}
    for row in rows:
        for name, value in row.items():
            kinds[name] = wider(kinds.get(name), kind_of(value))
    columns = {name: kind or "string" for name, kind in kinds.items()}
    if "coders" in columns:
        columns["coders"] = "json"  # an empty list alone would make it a list of labels
    if path.suffix.lower() == ".xlsx":
        for number, row in enumerate(rows, 2):
            _check_cells(path, number, row)
    with open_table(path, columns) as put:
        for row in rows:
            put(row)


def _check_cells(path: Path, number: int, row: dict[str, Any]) -> None:
    for name, value in row.items():
        text = as_text(value)
        if len(text) > XLSX_CELL_CHARS or XLSX_ILLEGAL.search(text):
            raise TableError(path, f"{name} does not fit an XLSX cell; choose .csv", number)
