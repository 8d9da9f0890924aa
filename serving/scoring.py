"""Files of statements through a predictor, row by row, nothing dropped."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from labels.errors import StatementError
from labels.statement import Statement, parse_statement
from labels.tables import Row, read_rows, scan_columns
from models.predictor import Predictor

# Enough rows to fill batches of like length, few enough to hold.
CHUNK = 512
RESULT_FIELDS = (
    "labels", "scores", "review", "tokens", "windows", "language", "warnings", "model", "codebook",
    "error",
)  # fmt: skip


@dataclass
class Tally:
    """What a run has done so far."""

    scored: int = 0
    failed: int = 0
    none: int = 0
    labels: Counter[str] = field(default_factory=Counter)
    review: int = 0


@dataclass(frozen=True)
class FileScorer:
    """Scores rows of tables; ``flat`` gives one column a score, as tables without nesting need."""

    predictor: Predictor
    thresholds: Mapping[str, float]
    flat: bool
    tally: Tally = field(default_factory=Tally)

    def rows(self, paths: Iterable[Path]) -> Iterator[dict[str, Any]]:
        """One output row for each input row, in order: its own fields, then the result's.

        An input field that bears a result field's name goes on as ``input_NAME``. A row that cannot
        be scored has ``error`` filled.

        Raises:
            TableError: a file cannot be read.
        """
        for path in paths:
            numbered = enumerate(read_rows(path), 1)
            while chunk := list(islice(numbered, CHUNK)):
                yield from self._chunk(chunk)

    def columns(self, paths: Iterable[Path]) -> dict[str, str]:
        """Columns of the flat output, input's first, each with its kind.

        Raises:
            TableError: a file cannot be read.
        """
        found: dict[str, str] = {}
        for path in paths:
            for name, kind in scan_columns(path).items():
                name = self._renamed(name)
                found[name] = kind if found.get(name, kind) == kind else "string"
        # Rows without an id get their number, so the column holds text unless all ids are integers.
        identity = "int" if found.pop("id", "string") == "int" else "string"
        return {"id": identity, **found, **self._result_columns()}

    def _result_columns(self) -> dict[str, str]:
        scores = {f"score_{label}": "float" for label in self.predictor.codebook.ids}
        return {
            "labels": "strings", "review": "strings", **scores, "tokens": "int", "windows": "int",
            "model": "string", "codebook": "string", "warnings": "strings", "error": "string",
        }  # fmt: skip

    def _renamed(self, name: str) -> str:
        taken = self._result_columns() if self.flat else RESULT_FIELDS
        return f"input_{name}" if name in taken else name

    def _chunk(self, chunk: list[tuple[int, Row]]) -> Iterator[dict[str, Any]]:
        parsed = [_parse(row) for _, row in chunk]
        results = iter(
            self.predictor.score([p for p in parsed if isinstance(p, Statement)], self.thresholds)
        )
        for (number, row), statement in zip(chunk, parsed, strict=True):
            own = {self._renamed(name): value for name, value in row.fields.items()}
            own["id"] = number if own.get("id") in (None, "") else own["id"]
            if isinstance(statement, str):
                self.tally.failed += 1
                yield {**own, "error": statement}
            else:
                yield {**own, **self._fields(next(results).model_dump(exclude={"id"}))}

    def _fields(self, result: dict[str, Any]) -> dict[str, Any]:
        self.tally.scored += 1
        self.tally.labels.update(result["labels"])
        self.tally.none += not result["labels"]
        self.tally.review += bool(result["review"])
        if self.flat:
            del result["language"]  # not a column of tables; the input may have one of that name
            scores = result.pop("scores")
            result.update({f"score_{label}": score for label, score in scores.items()})
        return result


def _parse(row: Row) -> Statement | str:
    if row.error:
        return row.error
    try:
        return parse_statement(row.fields)
    except StatementError as error:
        return str(error)
