"""Labelled statements: read, checked against the codebook, split by document."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from labels.codebook import Codebook
from labels.errors import CodebookError, StatementError, TableError
from labels.formats.registry import FORMATS, Format
from labels.splits import split_of
from labels.statement import LabelledStatement, parse_labelled
from labels.tables import READERS

DATA_DIR = Path(__file__).parent / "data"


@dataclass(frozen=True)
class Labelled:
    """Statements of one or more files, and what was refused: ``file:line: reason`` each."""

    statements: list[LabelledStatement] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def labelled_files(paths: Iterable[Path]) -> list[Path]:
    """The given files, and the tables in the given folders, in name order.

    Raises:
        TableError: a path does not exist, or a folder holds no table.
    """
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            inside = sorted(p for p in path.iterdir() if p.suffix.lower() in READERS)
            if not inside:
                raise TableError(path, "holds no labelled table")
            found += inside
        elif path.exists():
            found.append(path)
        else:
            raise TableError(path, "no such file")
    return found


def read_labelled(
    paths: Iterable[Path], codebook: Codebook, form: Format = FORMATS["table"]
) -> Labelled:
    """All labelled statements of the given files, and of the tables in the given folders.

    Refused, each with file and line: broken rows, empty texts, labels outside the codebook, an id
    that stands twice, and a text that stands twice with other labels.

    Raises:
        TableError: a file cannot be read at all.
    """
    read = Labelled()
    first_with_id: dict[str, str] = {}
    first_with_text: dict[str, tuple[str, tuple[str, ...]]] = {}
    for path in labelled_files(paths) if form is FORMATS["table"] else paths:
        for row in form.read(path, codebook):
            where = f"{path}:{row.line}"
            try:
                if row.error:
                    raise StatementError(row.error)
                statement = parse_labelled(row.fields)
                split_of(statement)
                for labels in (statement.labels, *(statement.coders or ())):
                    codebook.row(labels)
                _check_repeats(statement, where, first_with_id, first_with_text)
            except (StatementError, CodebookError) as error:
                read.problems.append(f"{where}: {error}")
            else:
                read.statements.append(statement)
    return read


def _check_repeats(
    statement: LabelledStatement,
    where: str,
    first_with_id: dict[str, str],
    first_with_text: dict[str, tuple[str, tuple[str, ...]]],
) -> None:
    if statement.id is not None:
        first = first_with_id.setdefault(str(statement.id), where)
        if first != where:
            raise StatementError(f"id {statement.id!r} stands already at {first}")
    labels = tuple(sorted(statement.labels))
    first, others = first_with_text.setdefault(" ".join(statement.text.split()), (where, labels))
    if others != labels:
        raise StatementError(f"the same text stands at {first} with other labels")


def data_hash(statements: Sequence[LabelledStatement]) -> str:
    """sha256 (hex) of the statements' content, whatever files they stand in."""
    lines = sorted(s.model_dump_json(exclude_none=True) for s in statements)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def summarise(statements: Sequence[LabelledStatement], codebook: Codebook) -> dict[str, object]:
    """Counts by label, by number of labels, by actor and by split; word-length percentiles."""
    words = sorted(len(s.text.split()) for s in statements)
    labels = Counter(label for s in statements for label in s.labels)
    return {
        "statements": len(statements),
        "labels": {label: labels[label] for label in codebook.ids},
        "none": sum(not s.labels for s in statements),
        "actors": dict(Counter(s.actor or "(none)" for s in statements).most_common()),
        "splits": dict(Counter(split_of(s) for s in statements).most_common()),
        "groups": len({s.group for s in statements}),
        "words": {p: words[min(len(words) - 1, len(words) * p // 100)] for p in (5, 50, 95)}
        if words
        else {},
    }
