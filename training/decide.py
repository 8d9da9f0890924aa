"""Calibration, thresholds and review bands, fitted on statements the network was not fitted on."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import beta
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss

from labels.codebook import Codebook
from models.bundle import Beta, Decision, Isotonic, Platt
from models.decision import calibrated
from models.metrics import Bools, Values
from training.recipe import Decide

FOLDS = 5
CONFIDENCE = 0.9
NOTHING = 1.0  # the threshold of a label that is never given
FLAT = 1e-3  # the slope of scores that say nothing
FEWEST_POSITIVES = 20  # with fewer, only Platt's two numbers are fitted
Calibration = Platt | Beta | Isotonic
Floats = NDArray[np.floating[Any]]


def decide(
    codebook: Codebook, logits: Values, gold: Bools, documents: Sequence[str], rule: Decide
) -> dict[str, Decision]:
    """A decision for each label from held-out logits and gold (statements, labels)."""
    folds = folds_of(documents)
    return {
        label: _decide(logits[:, k], gold[:, k], folds, rule)
        for k, label in enumerate(codebook.ids)
    }


def folds_of(documents: Sequence[str]) -> NDArray[np.intp]:
    """A fold of ``FOLDS`` for each statement; a document is never cut."""
    _, member = np.unique(np.asarray(documents), return_inverse=True)
    order = np.random.default_rng(0).permutation(member.max() + 1)
    folds: NDArray[np.intp] = order[member] % FOLDS
    return folds


def _decide(logits: Values, gold: Bools, folds: NDArray[np.intp], rule: Decide) -> Decision:
    calibration = _best_calibration(logits, gold, folds)
    probabilities = calibrated(calibration, logits)
    threshold = (
        NOTHING if _says_nothing(calibration) else threshold_for(rule.objective, probabilities)
    )
    low, high = review_band(probabilities, gold, threshold, rule.review_error)
    return Decision(
        calibration=calibration,
        share=float(gold.mean()),
        threshold=threshold,
        review_low=low,
        review_high=high,
        review_error=rule.review_error,
    )


def _says_nothing(calibration: Calibration) -> bool:
    return isinstance(calibration, Platt) and calibration.slope == FLAT


def _best_calibration(logits: Values, gold: Bools, folds: NDArray[np.intp]) -> Calibration:
    """Of Platt, beta and isotonic the one with the least log loss on held-out documents."""
    if gold.sum() < FEWEST_POSITIVES or len(set(folds)) < FOLDS:
        return fit_platt(logits, gold)
    losses = [_held_out_loss(fit, logits, gold, folds) for fit in _CALIBRATIONS]
    return _CALIBRATIONS[int(np.argmin(losses))](logits, gold)


def _held_out_loss(
    fit: Callable[[Values, Bools], Calibration],
    logits: Values,
    gold: Bools,
    folds: NDArray[np.intp],
) -> float:
    found = np.empty(len(gold))
    for fold in range(FOLDS):
        held = folds == fold
        found[held] = calibrated(fit(logits[~held], gold[~held]), logits[held])
    return float(log_loss(gold, np.clip(found, 1e-4, 1 - 1e-4), labels=[False, True]))


def fit_platt(logits: Values, gold: Bools) -> Platt:
    """Slope and intercept by Platt's method with his smoothed targets (Platt 1999, sec. 2.2)."""
    positives, negatives = int(gold.sum()), int((~gold).sum())
    target = np.where(gold, (positives + 1) / (positives + 2), 1 / (negatives + 2))
    slope, intercept = _logistic(logits.reshape(-1, 1), target)
    if slope[0] > 0:
        return Platt(slope=slope[0], intercept=intercept)
    # Held-out scores that say nothing (a label with hardly a positive): its share, nearly flat.
    share = (positives + 1) / (len(gold) + 2)
    return Platt(slope=FLAT, intercept=float(np.log(share / (1 - share))))


def fit_beta(logits: Values, gold: Bools) -> Calibration:
    """Beta calibration (Kull, Silva Filho and Flach 2017); Platt where it would turn the order."""
    features = np.stack([-np.logaddexp(0, -logits), np.logaddexp(0, logits)], axis=1)
    (a, b), c = _logistic(features, gold.astype(float))
    return Beta(a=a, b=b, c=c) if min(a, b) >= 0 else fit_platt(logits, gold)


def fit_isotonic(logits: Values, gold: Bools) -> Isotonic:
    """Isotonic regression, its knots alone; no probability nearer to 0 or 1 than one statement."""
    edge = 1 / (len(gold) + 2)
    model = IsotonicRegression(y_min=edge, y_max=1 - edge).fit(logits, gold)
    return Isotonic(
        logits=tuple(map(float, model.X_thresholds_)),
        probabilities=tuple(map(float, model.y_thresholds_)),
    )


_CALIBRATIONS: tuple[Callable[[Values, Bools], Calibration], ...] = (
    fit_platt,
    fit_beta,
    fit_isotonic,
)


def _logistic(features: Floats, target: Floats) -> tuple[list[float], float]:
    """Weights and intercept of a logistic regression on targets between 0 and 1."""
    model = LogisticRegression(C=1e6, max_iter=1000)
    model.fit(
        np.concatenate([features, features]),
        np.repeat([1, 0], len(features)),
        sample_weight=np.concatenate([target, 1 - target]),
    )
    return [float(w) for w in model.coef_[0]], float(model.intercept_[0])


def threshold_for(objective: str, probabilities: Floats) -> float:
    """The threshold that serves an objective when the probabilities are taken at their word.

    It depends on no single gold label, so it is steadier than the best threshold in the sample
    where positives are few (for F1: Lipton, Elkan and Naryanaswamy 2014). ``f1`` gives the highest
    expected F1, ``precision>=P`` the lowest threshold with that expected precision, ``recall>=R``
    the highest with that expected recall. 1.0, which assigns nothing, where none serves or less
    than one positive is expected.
    """
    values, counts = np.unique(probabilities.astype(np.float64), return_counts=True)
    values, counts = values[::-1], counts[::-1]
    coded, hits = np.cumsum(counts), np.cumsum(counts * values)
    if hits[-1] < 1:
        return NOTHING
    if objective == "f1":
        return _below(values, int((2 * hits / (coded + hits[-1])).argmax()))
    figure, level = objective.split(">=")
    if figure == "recall":
        return _below(values, int((hits / hits[-1] >= float(level) - 1e-12).argmax()))
    precise = np.flatnonzero(hits / coded >= float(level))
    return _below(values, int(precise[-1])) if len(precise) else NOTHING


def _below(values: Floats, place: int) -> float:
    """A threshold that the value at ``place`` reaches and the next lower one does not."""
    after = values[place + 1] if place + 1 < len(values) else 0.0
    return float((values[place] + after) / 2)


def review_band(
    probabilities: Floats, gold: Floats | Bools, threshold: float, error: float
) -> tuple[float, float]:
    """Edges beyond which at most ``error`` of the decisions are wrong, on either side for itself.

    The largest side whose errors, by the upper bound that holds in nine samples of ten (Clopper and
    Pearson 1934), are within the promise; statements are taken as independent. A side that has
    none lies in the band altogether. ``gold`` may be probabilities, taken at their word.
    """
    given = probabilities >= threshold
    truth = gold.astype(np.float64)
    high = _edge(-probabilities[given], 1 - truth[given], error)
    low = _edge(probabilities[~given], truth[~given], error)
    return (
        0.0 if low is None else min(low, threshold),
        1.0 if high is None else max(-high, threshold),
    )


def _edge(doubt: Floats, wrong: Floats, error: float) -> float | None:
    """The largest doubt up to which decisions hold what is promised; infinite if all do."""
    values, member = np.unique(doubt, return_inverse=True)
    seen = np.cumsum(np.bincount(member, minlength=len(values)))
    errors = np.cumsum(np.bincount(member, weights=wrong, minlength=len(values)))
    bound = beta.ppf(CONFIDENCE, errors + 1, np.maximum(seen - errors, 1e-9))
    holds = np.flatnonzero(bound <= error)
    if not len(holds):
        return None
    last = int(holds[-1])
    return float((values[last] + values[last + 1]) / 2) if last + 1 < len(values) else np.inf
