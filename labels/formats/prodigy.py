"""Prodigy JSONL of the ``choice`` view: options of the codebook, ``accept`` holds the labels."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from labels.codebook import Codebook
from labels.errors import StatementError
from labels.formats.files import write_lines
from labels.formats.record import fields_of, mapping, strings, without
from labels.statement import LabelledStatement

_OURS = ("options", "accept", "answer", "meta", "config")
# The fields that Prodigy shows below a text; the others travel unseen.
_SHOWN = ("actor", "speaker", "date")


def parse(task: Mapping[str, Any]) -> dict[str, Any]:
    """A row of one task; one that was rejected or ignored is refused.

    Raises:
        StatementError: the text names the field.
    """
    if "accept" not in task:
        raise StatementError("accept: Field required")
    if task.get("answer", "accept") != "accept":
        raise StatementError(f"answer: {task['answer']!r}, so it is not coded")
    hidden = {name: value for name, value in task.items() if not name.startswith("_")}
    shown = mapping(task.get("meta"), "meta")
    return {**without(hidden, *_OURS), **shown, "labels": strings(task["accept"], "accept")}


def write(path: Path, statements: Sequence[LabelledStatement], codebook: Codebook) -> None:
    """One answered task a statement, in codebook order of options.

    Raises:
        TableError: the file cannot be written.
    """
    options = [{"id": label.id, "text": label.name} for label in codebook.labels]
    write_lines(path, (_task(statement, options) for statement in statements))


def _task(statement: LabelledStatement, options: list[dict[str, str]]) -> dict[str, Any]:
    fields = fields_of(statement)
    shown = {name: fields[name] for name in _SHOWN if name in fields}
    return {
        **without(fields, "labels", *_SHOWN),
        "meta": shown,
        "options": options,
        "accept": fields["labels"],
        "answer": "accept",
    }
