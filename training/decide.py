"""Calibration, thresholds and review bands, fitted on the validation split."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from labels.codebook import Codebook
from models.bundle import Decision
from models.metrics import Bools, Values


def decide(
    codebook: Codebook, logits: Values, gold: Bools, review_error: float
) -> dict[str, Decision]:
    """A decision for each label from held-out logits and gold (statements, labels)."""
    return {
        label: _decide(logits[:, k], gold[:, k], review_error)
        for k, label in enumerate(codebook.ids)
    }


def _decide(logits: Values, gold: Bools, review_error: float) -> Decision:
    slope, intercept = platt(logits, gold)
    probabilities = 1 / (1 + np.exp(-(slope * logits + intercept)))
    threshold = _best_threshold(probabilities)
    return Decision(
        slope=slope,
        intercept=intercept,
        threshold=threshold,
        # Beyond the band the decision is wrong with a probability below ``review_error``.
        review_low=min(review_error, threshold),
        review_high=max(1 - review_error, threshold),
    )


def platt(logits: Values, gold: Bools) -> tuple[float, float]:
    """Slope and intercept by Platt's method with his smoothed targets (Platt 1999, sec. 2.2)."""
    positives, negatives = int(gold.sum()), int((~gold).sum())
    target = np.where(gold, (positives + 1) / (positives + 2), 1 / (negatives + 2))
    model = LogisticRegression(C=1e6, max_iter=1000)
    model.fit(
        np.concatenate([logits, logits]).reshape(-1, 1),
        np.repeat([1, 0], len(logits)),
        sample_weight=np.concatenate([target, 1 - target]),
    )
    slope, intercept = float(model.coef_[0, 0]), float(model.intercept_[0])
    if slope > 0:
        return slope, intercept
    # Held-out scores that say nothing (a label with hardly a positive): its share, nearly flat.
    share = (positives + 1) / (len(gold) + 2)
    return 1e-3, float(np.log(share / (1 - share)))


def _best_threshold(probabilities: NDArray[np.floating[Any]]) -> float:
    """Threshold of the highest expected F1 when the probabilities are taken at their word.

    It depends on no single gold label, so it is steadier than the best threshold in the sample
    where positives are few (Lipton, Elkan and Naryanaswamy 2014).
    """
    ordered = np.sort(probabilities)[::-1].astype(np.float64)
    coded = np.arange(1, len(ordered) + 1)
    expected = 2 * np.cumsum(ordered) / (coded + ordered.sum())
    best = int(expected.argmax())
    below = ordered[best + 1] if best + 1 < len(ordered) else 0.0
    return float(round((ordered[best] + below) / 2, 6))
