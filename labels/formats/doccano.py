"""doccano JSONL: ``text``, ``label``, and everything else as flat metadata."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from labels.codebook import Codebook
from labels.errors import StatementError
from labels.formats.files import write_lines
from labels.formats.record import fields_of, strings, without
from labels.statement import LabelledStatement

# doccano numbers examples in ``id`` itself, so ours travels as metadata.
_ID = "statement_id"


def parse(example: Mapping[str, Any]) -> dict[str, Any]:
    """A row of one example.

    Raises:
        StatementError: the text names the field.
    """
    if "label" not in example:
        raise StatementError("label: Field required")
    fields = without(example, "label", "id", "Comments", _ID)
    identity = example.get(_ID, example.get("id"))
    return {**fields, "id": identity, "labels": strings(example["label"], "label")}


def write(path: Path, statements: Sequence[LabelledStatement], codebook: Codebook) -> None:
    """One example a statement.

    Raises:
        TableError: the file cannot be written.
    """
    del codebook
    write_lines(path, map(_example, statements))


def _example(statement: LabelledStatement) -> dict[str, Any]:
    fields = fields_of(statement)
    identity = {_ID: fields["id"]} if "id" in fields else {}
    return {**without(fields, "labels", "id"), **identity, "label": fields["labels"]}
