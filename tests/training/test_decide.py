import numpy as np
import pytest

from labels.codebook import Codebook
from models.metrics import calibration_error
from training.decide import decide


def drawn(codebook: Codebook, size: int, base: float) -> tuple[np.ndarray, np.ndarray]:
    """Logits that are three times too sure, and gold drawn from the true probabilities."""
    random = np.random.default_rng(1)
    true = random.normal(base, 2, (size, len(codebook.ids)))
    gold = random.random(true.shape) < 1 / (1 + np.exp(-true))
    return 3 * true, gold


def test_probabilities_that_are_too_sure_are_calibrated(codebook: Codebook) -> None:
    logits, gold = drawn(codebook, 2000, -1)
    decision = decide(codebook, logits, gold, 0.2)["bod"]
    column = codebook.ids.index("bod")
    raw = 1 / (1 + np.exp(-logits[:, column]))
    calibrated = 1 / (1 + np.exp(-(decision.slope * logits[:, column] + decision.intercept)))
    assert calibration_error(gold[:, column], raw) > 0.08
    assert calibration_error(gold[:, column], calibrated) < 0.03
    assert decision.slope == pytest.approx(1 / 3, rel=0.15)


def test_the_threshold_of_a_rare_label_is_below_one_half(codebook: Codebook) -> None:
    logits, gold = drawn(codebook, 2000, -4)
    for decision in decide(codebook, logits, gold, 0.2).values():
        assert 0.1 < decision.threshold < 0.5
        assert decision.review_low == min(0.2, decision.threshold)
        assert decision.review_high == 0.8


def test_a_label_without_positives_is_hardly_ever_given(codebook: Codebook) -> None:
    logits, gold = drawn(codebook, 200, -1)
    gold[:, 0] = False
    decision = decide(codebook, logits, gold, 0.2)[codebook.ids[0]]
    assert decision.slope > 0
    highest = 1 / (1 + np.exp(-(decision.slope * logits[:, 0].max() + decision.intercept)))
    assert highest < 0.5


def test_scores_that_run_the_wrong_way_become_flat(codebook: Codebook) -> None:
    logits, gold = drawn(codebook, 200, -1)
    decision = decide(codebook, -logits, gold, 0.2)["bod"]
    assert decision.slope == pytest.approx(1e-3)
