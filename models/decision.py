"""From logits to calibrated probabilities, and from those to labels and review marks."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from labels.codebook import Codebook
from models.bundle import Decision
from models.errors import ThresholdError

Probabilities = NDArray[np.float64]


class Decider:
    """Applies the decisions of one codebook's labels, columns in codebook order."""

    def __init__(self, codebook: Codebook, decisions: tuple[Decision, ...]) -> None:
        self._codebook = codebook
        self._slope = np.array([d.slope for d in decisions])
        self._intercept = np.array([d.intercept for d in decisions])
        self._threshold = np.array([d.threshold for d in decisions])
        self._low = np.array([d.review_low for d in decisions])
        self._high = np.array([d.review_high for d in decisions])

    def probabilities(self, logits: NDArray[np.floating]) -> Probabilities:
        """Calibrated probabilities (statements, labels) by Platt scaling (Platt 1999) per label."""
        scaled = logits.astype(np.float64) * self._slope + self._intercept
        probabilities: Probabilities = 1 / (1 + np.exp(-scaled))
        return probabilities

    def thresholds(self, changed: Mapping[str, float] | None = None) -> NDArray[np.float64]:
        """Thresholds in codebook order, the changed ones put in.

        Raises:
            ThresholdError: a label is not in the codebook, or a threshold not in [0, 1].
        """
        thresholds = self._threshold.copy()
        for label, threshold in (changed or {}).items():
            if label not in self._codebook.ids:
                known = ", ".join(self._codebook.ids)
                raise ThresholdError(f"threshold for unknown label {label!r} (there are: {known})")
            if not 0 <= threshold <= 1:
                raise ThresholdError(f"threshold of {label} is {threshold}, not between 0 and 1")
            thresholds[self._codebook.ids.index(label)] = threshold
        return thresholds

    def labels(self, row: Probabilities, thresholds: NDArray[np.float64]) -> list[str]:
        """Labels at or over their thresholds."""
        return self._named(row >= thresholds)

    def review(self, row: Probabilities) -> list[str]:
        """Labels whose probability lies inside the review band."""
        return self._named((row >= self._low) & (row <= self._high))

    def scores(self, row: Probabilities) -> dict[str, float]:
        """Every label's probability, to six decimals."""
        return {i: round(float(p), 6) for i, p in zip(self._codebook.ids, row, strict=True)}

    def _named(self, chosen: NDArray[np.bool_]) -> list[str]:
        return [label for label, here in zip(self._codebook.ids, chosen, strict=True) if here]
