"""Argilla records: coders' codings as responses, the ruling as a suggestion."""

import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from labels.codebook import Codebook
from labels.errors import StatementError
from labels.formats.files import write_array
from labels.formats.record import fields_of, mapping, mappings, settled, strings, without
from labels.statement import LabelledStatement
from labels.tables import as_text

QUESTION = "labels"
_RULING = "ruling"
_FIELDS = ("text", "context")
_CODERS = uuid.UUID("5f0c1b57-61b2-4e0b-9d2c-0d1a6c5f8a11")


def parse(record: Mapping[str, Any]) -> dict[str, Any]:
    """A row of one record of ``records.to_json``.

    Raises:
        StatementError: the text names the field.
    """
    fields = record.get("fields")
    if not isinstance(fields, dict):
        raise StatementError("fields: Field required")
    responses = mappings(mapping(record.get("responses"), "responses").get(QUESTION), "responses")
    codings = [strings(response.get("value"), "responses") for response in responses]
    suggestions = mapping(record.get("suggestions"), "suggestions")
    suggestion = mapping(suggestions.get(QUESTION), "suggestions")
    ruled = strings(suggestion.get("value"), "suggestions") if _rules(suggestion, codings) else None
    identity = {"id": record["id"]} if record.get("id") is not None else {}
    return {
        **mapping(record.get("metadata"), "metadata"),
        **fields,
        **identity,
        **settled(ruled, codings),
    }


def _rules(suggestion: Mapping[str, Any], codings: list[list[str]]) -> bool:
    """A ruling overrides coders; any other suggestion is a machine's and never a label."""
    return bool(codings) and suggestion.get("agent") == _RULING


def write(path: Path, statements: Sequence[LabelledStatement], codebook: Codebook) -> None:
    """One record a statement, in the shape of ``dataset.records.to_json``.

    Metadata holds scalars only there: other values become JSON text.

    Raises:
        TableError: the file cannot be written.
    """
    del codebook
    write_array(path, map(_record, statements))


def _record(statement: LabelledStatement) -> dict[str, Any]:
    fields = fields_of(statement)
    codings = fields.get("coders", [fields["labels"]])
    suggestion = {"value": fields["labels"], "score": None, "agent": _RULING}
    rest = without(fields, "id", "labels", "coders", *_FIELDS)
    return {
        **({"id": fields["id"]} if "id" in fields else {}),
        "fields": {name: fields[name] for name in _FIELDS if name in fields},
        "metadata": {k: v if isinstance(v, int | float) else as_text(v) for k, v in rest.items()},
        "suggestions": {QUESTION: suggestion} if statement.coders is not None else {},
        "responses": {
            QUESTION: [
                {"value": labels, "user_id": str(uuid.uuid5(_CODERS, f"coder {place}"))}
                for place, labels in enumerate(codings, 1)
            ]
        },
        "vectors": {},
    }
