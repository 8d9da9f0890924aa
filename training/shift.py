"""Label shares of an uncoded corpus, from a calibrated model's scores alone."""

import numpy as np

from models.bundle import Beta, Bundle, Decision, Isotonic, Platt
from models.decision import calibrated
from models.metrics import Values
from training.decide import review_band, threshold_for
from training.errors import DataError
from training.recipe import Decide

STEPS = 1000
STILL = 1e-6


def shift(bundle: Bundle, logits: Values, rule: Decide) -> dict[str, Decision]:
    """Decisions for a corpus with other label shares (Saerens, Latinne and Decaestecker 2002).

    It holds where what a label looks like stays and only its frequency changes. Thresholds and
    review bands take the shifted probabilities at their word.

    Raises:
        DataError: the bundle does not say the shares it was calibrated on.
    """
    return {
        label: _shifted(label, bundle.manifest.decisions[label], logits[:, k], rule)
        for k, label in enumerate(bundle.codebook.ids)
    }


def _shifted(label: str, old: Decision, logits: Values, rule: Decide) -> Decision:
    if old.share is None:
        raise DataError(f"{label}: the model does not say on what share it was calibrated")
    before = float(np.clip(old.share, 1e-6, 1 - 1e-6))
    share = estimated_share(calibrated(old.calibration, logits), before)
    gap = _logit(share) - _logit(before)
    calibration = moved(old.calibration, gap)
    probabilities = calibrated(calibration, logits)
    threshold = threshold_for(rule.objective, probabilities)
    low, high = review_band(probabilities, probabilities, threshold, rule.review_error)
    return Decision(
        calibration=calibration,
        share=share,
        threshold=threshold,
        review_low=low,
        review_high=high,
    )


def estimated_share(probabilities: Values, before: float) -> float:
    """The corpus's share of positives by expectation maximisation."""
    share = before
    for _ in range(STEPS):
        yes = probabilities * share / before
        no = (1 - probabilities) * (1 - share) / (1 - before)
        found = float(np.clip((yes / (yes + no)).mean(), 1e-6, 1 - 1e-6))
        if abs(found - share) < STILL:
            break
        share = found
    return share


def moved(calibration: Platt | Beta | Isotonic, gap: float) -> Platt | Beta | Isotonic:
    """The calibration with every logit of its probabilities moved by ``gap``."""
    if isinstance(calibration, Platt):
        return calibration.model_copy(update={"intercept": calibration.intercept + gap})
    if isinstance(calibration, Beta):
        return calibration.model_copy(update={"c": calibration.c + gap})
    odds = [_logit(float(np.clip(p, 1e-6, 1 - 1e-6))) + gap for p in calibration.probabilities]
    moved_to = tuple(float(1 / (1 + np.exp(-odd))) for odd in odds)
    return calibration.model_copy(update={"probabilities": moved_to})


def _logit(share: float) -> float:
    return float(np.log(share / (1 - share)))
