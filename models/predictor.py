"""The one way from statements to results, for command, HTTP and evaluation alike."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from labels.codebook import Codebook
from labels.statement import Statement
from models.backend import Backend, Floats
from models.bundle import Bundle
from models.decision import Decider
from models.tokens import Encoded, StatementTokenizer, Window

# About 1,024 tokens a batch was the best budget on two cores (2026-11-25).
BATCH_TOKENS = 1024
PAD_MULTIPLE = 8


class Result(BaseModel):
    """What one statement was coded as."""

    model_config = ConfigDict(frozen=True)

    id: str | int | float | None = None
    labels: list[str] = Field(description="Labels at or over their own threshold.")
    scores: dict[str, float] = Field(description="Calibrated probability of every label.")
    review: list[str] = Field(description="Labels inside their review band: a person should look.")
    tokens: int = Field(description="Tokens of the text, actor and context not counted.")
    windows: int = Field(description="Windows the text was scored in.")
    language: str | None = Field(default=None, description="Null: not detected by this version.")
    warnings: list[str] = Field(description="Codes from the documented list.")
    model: str
    codebook: str


class Predictor:
    """Scores statements with one bundle. Not thread-safe: one thread owns it."""

    def __init__(self, bundle: Bundle, backend: Backend) -> None:
        self._bundle = bundle
        self._backend = backend
        self._tokenizer = StatementTokenizer.from_file(bundle.tokenizer_path, bundle.manifest.input)
        self._decider = Decider(bundle.codebook, bundle.decisions)

    @property
    def codebook(self) -> Codebook:
        return self._bundle.codebook

    @property
    def reference(self) -> str:
        """``name@version`` of the bundle."""
        return self._bundle.manifest.reference

    def check_thresholds(self, thresholds: Mapping[str, float] | None) -> None:
        """Raises:
        ThresholdError: a label is unknown or a threshold not in [0, 1].
        """
        self._decider.thresholds(thresholds)

    def score(
        self, statements: Sequence[Statement], thresholds: Mapping[str, float] | None = None
    ) -> list[Result]:
        """Results in the order of the statements.

        A result depends on its own statement alone: each window is padded to a length that follows
        from its own tokens, and only windows of that same length share a batch.

        Raises:
            ThresholdError: a threshold is for no label or not in [0, 1].
        """
        used = self._decider.thresholds(thresholds)
        if not statements:
            return []
        encoded = self._tokenizer.encode(statements)
        rows = self._decider.probabilities(pooled_logits(self._backend, encoded))
        return [
            self._result(statement, one, row, used)
            for statement, one, row in zip(statements, encoded, rows, strict=True)
        ]

    def _result(
        self,
        statement: Statement,
        encoded: Encoded,
        row: NDArray[np.float64],
        thresholds: NDArray[np.float64],
    ) -> Result:
        return Result(
            id=statement.id,
            labels=self._decider.labels(row, thresholds),
            scores=self._decider.scores(row),
            review=self._decider.review(row),
            tokens=encoded.tokens,
            windows=len(encoded.windows),
            warnings=encoded.warnings,
            model=self.reference,
            codebook=self.codebook.reference,
        )


def pooled_logits(backend: Backend, encoded: Sequence[Encoded]) -> Floats:
    """Logits (statements, labels): each label's highest over a statement's windows. Slopes being
    positive, that is its highest probability too: a long text has what any of its windows has."""
    logits = _run_windows(backend, [window for one in encoded for window in one.windows])
    starts = np.cumsum([0, *(len(one.windows) for one in encoded)])[:-1]
    pooled: Floats = np.maximum.reduceat(logits, starts, axis=0)
    return pooled


def _run_windows(backend: Backend, windows: Sequence[Window]) -> Floats:
    """Logits (windows, labels) in the order of the windows."""
    rows: list[Floats | None] = [None] * len(windows)
    for places in _batches(windows):
        found = backend.logits(*_arrays([windows[place] for place in places]))
        for place, row in zip(places, found, strict=True):
            rows[place] = row
    return np.array(rows, dtype=np.float32)


def _batches(windows: Sequence[Window]) -> Iterator[list[int]]:
    """Places of windows of one padded length, as many as the token budget holds."""
    by_width: dict[int, list[int]] = {}
    for place, window in enumerate(windows):
        by_width.setdefault(_width(window), []).append(place)
    for width in sorted(by_width):
        places, most = by_width[width], max(1, BATCH_TOKENS // width)
        for start in range(0, len(places), most):
            yield places[start : start + most]


def _width(window: Window) -> int:
    return -(-len(window.ids) // PAD_MULTIPLE) * PAD_MULTIPLE


def _arrays(
    windows: Sequence[Window],
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    shape = (len(windows), _width(windows[0]))
    ids, mask, types = (np.zeros(shape, np.int64) for _ in range(3))
    for row, window in enumerate(windows):
        size = len(window.ids)
        ids[row, :size], mask[row, :size], types[row, :size] = window.ids, 1, window.types
    return ids, mask, types
