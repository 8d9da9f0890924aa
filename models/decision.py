"""From logits to calibrated probabilities, and from those to labels and review marks."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from labels.codebook import Codebook
from models.bundle import Beta, Decision, Isotonic, Platt
from models.errors import ThresholdError

Probabilities = NDArray[np.float64]


def calibrated(calibration: Platt | Beta | Isotonic, logits: NDArray[np.floating]) -> Probabilities:
    """Probabilities of one label from its logits (statements)."""
    x = logits.astype(np.float64)
    if isinstance(calibration, Isotonic):
        return np.interp(x, calibration.logits, calibration.probabilities)
    if isinstance(calibration, Platt):
        x = calibration.slope * x + calibration.intercept
    else:
        x = calibration.b * np.logaddexp(0, x) - calibration.a * np.logaddexp(0, -x) + calibration.c
    probabilities: Probabilities = np.exp(-np.logaddexp(0, -x))
    return probabilities


class Decider:
    """Applies the decisions of one codebook's labels, columns in codebook order."""

    def __init__(self, codebook: Codebook, decisions: tuple[Decision, ...]) -> None:
        self._codebook = codebook
        self._calibrations = [d.calibration for d in decisions]
        self._threshold = np.array([d.threshold for d in decisions])
        self._low = np.array([d.review_low for d in decisions])
        self._high = np.array([d.review_high for d in decisions])

    def probabilities(self, logits: NDArray[np.floating]) -> Probabilities:
        """Calibrated probabilities (statements, labels)."""
        columns = [calibrated(c, logits[:, k]) for k, c in enumerate(self._calibrations)]
        return np.stack(columns, axis=1)

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
        return self._named(self.in_band(row))

    def in_band(self, probabilities: Probabilities) -> NDArray[np.bool_]:
        """Whether each probability (…, labels) lies inside its label's review band."""
        inside: NDArray[np.bool_] = (probabilities >= self._low) & (probabilities <= self._high)
        return inside

    def scores(self, row: Probabilities) -> dict[str, float]:
        """Every label's probability, to six decimals."""
        return {i: round(float(p), 6) for i, p in zip(self._codebook.ids, row, strict=True)}

    def _named(self, chosen: NDArray[np.bool_]) -> list[str]:
        return [label for label, here in zip(self._codebook.ids, chosen, strict=True) if here]
