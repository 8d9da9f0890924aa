"""Figures of one label: coded against scored. All take arrays of one value a statement."""

import numpy as np
from numpy.typing import NDArray

Bools = NDArray[np.bool_]
Values = NDArray[np.floating]


def precision(gold: Bools, coded: Bools) -> float:
    """Share of assigned that is right; nan where nothing is assigned."""
    return _share((gold & coded).sum(), coded.sum())


def recall(gold: Bools, coded: Bools) -> float:
    """Share of gold that is found; nan without gold."""
    return _share((gold & coded).sum(), gold.sum())


def f1(gold: Bools, coded: Bools) -> float:
    """F1 of the positive class; nan where neither gold nor assigned."""
    return _share(2 * (gold & coded).sum(), gold.sum() + coded.sum())


def average_precision(gold: Bools, scores: Values) -> float:
    """Mean precision at each positive in descending order of score; nan without positives."""
    order = np.argsort(-scores, kind="stable")
    hits = gold[order]
    if not hits.any():
        return float("nan")
    return float((np.cumsum(hits) / np.arange(1, len(hits) + 1))[hits].mean())


def alpha(gold: Bools, coded: Bools) -> float:
    """Krippendorff's alpha, nominal, two coders, no value missing (Krippendorff 2019, ch. 12)."""
    values = 2 * len(gold)
    ones = int(gold.sum() + coded.sum())
    expected = 2 * ones * (values - ones) / (values * (values - 1))
    return float(1 - (gold != coded).mean() / expected) if expected else float("nan")


def calibration_error(gold: Bools, probabilities: Values, bins: int = 10) -> float:
    """Expected calibration error over bins of equal mass (Nguyen and O'Connor 2015)."""
    parts = np.array_split(np.argsort(probabilities, kind="stable"), bins)
    gaps = [len(p) * abs(gold[p].mean() - probabilities[p].mean()) for p in parts if len(p)]
    return float(sum(gaps) / len(gold))


def _share(part: int, whole: int) -> float:
    return float(part / whole) if whole else float("nan")
