"""Calibration, thresholds and bands keep what they promise, on scores whose truth is known."""

import numpy as np
import pytest
from pydantic import ValidationError

from labels.codebook import Codebook
from models.bundle import Beta, Decision, Isotonic, Platt
from models.decision import calibrated
from models.metrics import calibration_error
from training.decide import (
    decide,
    fit_beta,
    fit_isotonic,
    fit_platt,
    folds_of,
    review_band,
    threshold_for,
)
from training.recipe import Decide
from training.shift import estimated_share, moved

RULE = Decide(objective="f1", review_error=0.1)


def drawn(codebook: Codebook, size: int, base: float, seed: int = 1) -> tuple[np.ndarray, ...]:
    """Logits that are three times too sure, gold drawn from the true probabilities, documents."""
    random = np.random.default_rng(seed)
    true = random.normal(base, 2, (size, len(codebook.ids)))
    gold = random.random(true.shape) < 1 / (1 + np.exp(-true))
    return 3 * true, gold, np.array([f"d{n // 3}" for n in range(size)])


def decided(codebook: Codebook, *drawing: np.ndarray, rule: Decide = RULE) -> dict[str, Decision]:
    logits, gold, documents = drawing
    return decide(codebook, logits, gold, list(documents), rule)


def test_probabilities_that_are_too_sure_are_calibrated(codebook: Codebook) -> None:
    logits, gold, documents = drawn(codebook, 2000, -1)
    decision = decided(codebook, logits, gold, documents)["bod"]
    column = codebook.ids.index("bod")
    raw = 1 / (1 + np.exp(-logits[:, column]))
    assert calibration_error(gold[:, column], raw) > 0.08
    made = calibrated(decision.calibration, logits[:, column])
    assert calibration_error(gold[:, column], made) < 0.03
    assert decision.share == pytest.approx(gold[:, column].mean())


def test_platt_finds_the_slope_and_beta_and_isotonic_the_shape(codebook: Codebook) -> None:
    logits, gold, _ = drawn(codebook, 6000, -1)
    truth = 1 / (1 + np.exp(-logits[:, 0] / 3))
    assert fit_platt(logits[:, 0], gold[:, 0]).slope == pytest.approx(1 / 3, rel=0.1)
    for fit in (fit_platt, fit_beta, fit_isotonic):
        made = calibrated(fit(logits[:, 0], gold[:, 0]), logits[:, 0])
        assert np.abs(made - truth).mean() < 0.03, fit
        assert (np.diff(made[np.argsort(logits[:, 0])]) >= -1e-12).all()


def test_the_calibration_with_the_least_held_out_loss_is_chosen(codebook: Codebook) -> None:
    random = np.random.default_rng(2)
    logits = random.normal(0, 3, (4000, len(codebook.ids)))
    steps = np.where(logits < 0, 0.02, np.where(logits < 2, 0.6, 0.65))
    gold = random.random(logits.shape) < steps
    found = decided(codebook, logits, gold, np.array([str(n) for n in range(4000)]))
    assert {d.calibration.method for d in found.values()} == {"isotonic"}
    few = decided(codebook, *drawn(codebook, 60, -3))
    assert {d.calibration.method for d in few.values()} == {"platt"}


def test_a_document_is_never_cut_by_the_folds() -> None:
    documents = [f"d{n % 40}" for n in range(400)]
    folds = folds_of(documents)
    assert all(len(set(folds[np.array(documents) == d])) == 1 for d in set(documents))
    assert set(folds) == {0, 1, 2, 3, 4}


def test_the_threshold_of_a_rare_label_is_below_one_half(codebook: Codebook) -> None:
    for decision in decided(codebook, *drawn(codebook, 2000, -4)).values():
        assert 0.1 < decision.threshold < 0.5


@pytest.mark.parametrize(
    ("objective", "figure"), [("precision>=0.8", "precision"), ("recall>=0.9", "recall")]
)
def test_an_objective_is_reached_on_new_statements(
    objective: str, figure: str, codebook: Codebook
) -> None:
    rule = Decide(objective=objective, review_error=0.1)
    found = decided(codebook, *drawn(codebook, 4000, -1), rule=rule)
    logits, gold, _ = drawn(codebook, 4000, -1, seed=9)
    reached = []
    for k, label in enumerate(codebook.ids):
        coded = calibrated(found[label].calibration, logits[:, k]) >= found[label].threshold
        whole = coded if figure == "precision" else gold[:, k]
        reached.append((coded & gold[:, k]).sum() / whole.sum())
    assert np.mean(reached) == pytest.approx(float(objective.split("=")[1]), abs=0.02)


def test_a_precision_that_nothing_reaches_assigns_nothing() -> None:
    assert threshold_for("precision>=0.9", np.full(10, 0.3)) == 1.0


@pytest.mark.parametrize("objective", ["f2", "precision>0.9", "recall>=1.2", ""])
def test_a_false_objective_is_refused(objective: str) -> None:
    with pytest.raises(ValidationError):
        Decide(objective=objective, review_error=0.1)


def test_equal_probabilities_are_never_parted() -> None:
    tied = np.repeat([0.9, 0.44444447, 0.01], [20, 100, 200])
    threshold = threshold_for("recall>=0.8", tied)
    assert (tied >= threshold).sum() == 120
    gold = np.zeros(320, bool)
    gold[:20] = True
    low, high = review_band(np.repeat([0.9, 0.6, 0.01], [20, 100, 200]), gold, 0.5, 0.15)
    assert 0.6 <= high < 0.9
    assert low == 0.5


def test_a_corpus_without_a_label_is_given_none() -> None:
    assert threshold_for("f1", np.full(300, 4e-7)) == 1.0


def test_one_document_alone_is_calibrated_by_platt(codebook: Codebook) -> None:
    logits, gold, _ = drawn(codebook, 300, -1)
    found = decided(codebook, logits, gold, np.repeat("d", 300))
    assert {d.calibration.method for d in found.values()} == {"platt"}


def test_outside_the_band_errors_stay_within_the_promise_on_new_statements(
    codebook: Codebook,
) -> None:
    found = decided(codebook, *drawn(codebook, 3000, -1))
    logits, gold, _ = drawn(codebook, 6000, -1, seed=5)
    shares = []
    for k, label in enumerate(codebook.ids):
        decision = found[label]
        made = calibrated(decision.calibration, logits[:, k])
        for side in (made < decision.review_low, made > decision.review_high):
            wrong = (made >= decision.threshold) != gold[:, k]
            assert side.sum() > 100
            shares.append(wrong[side].mean())
        assert decision.review_low <= decision.threshold <= decision.review_high
        assert decision.review_error == 0.1
    assert np.mean(np.array(shares) <= 0.1) > 0.75
    assert max(shares) < 0.15


def test_a_side_that_cannot_promise_lies_in_the_band(codebook: Codebook) -> None:
    random = np.random.default_rng(3)
    logits = random.normal(0, 1, (500, len(codebook.ids)))
    gold = random.random(logits.shape) < 0.5
    decision = decided(codebook, logits, gold, np.arange(500).astype(str))["bod"]
    assert (decision.review_low, decision.review_high) == (0.0, 1.0)


def test_a_label_without_positives_is_never_given(codebook: Codebook) -> None:
    logits, gold, documents = drawn(codebook, 200, -1)
    gold[:, 0] = False
    decision = decided(codebook, logits, gold, documents)[codebook.ids[0]]
    assert (calibrated(decision.calibration, logits[:, 0]) >= decision.threshold).sum() == 0


def test_scores_that_run_the_wrong_way_become_flat(codebook: Codebook) -> None:
    logits, gold, _ = drawn(codebook, 200, -1)
    assert fit_platt(-logits[:, 0], gold[:, 0]).slope == pytest.approx(1e-3)
    assert isinstance(fit_beta(-logits[:, 0], gold[:, 0]), Platt)


def test_a_share_that_changed_is_found_from_scores_alone() -> None:
    random = np.random.default_rng(4)

    def corpus(share: float, size: int) -> tuple[np.ndarray, np.ndarray]:
        gold = random.random(size) < share
        return random.normal(np.where(gold, 1.5, -1.5), 1.2), gold

    logits, gold = corpus(0.5, 8000)
    calibration = fit_platt(logits, gold)
    rare, truth = corpus(0.05, 8000)
    found = estimated_share(calibrated(calibration, rare), 0.5)
    assert found == pytest.approx(0.05, abs=0.012)
    gap = np.log(found / (1 - found)) - np.log(0.5 / 0.5)
    before = calibration_error(truth, calibrated(calibration, rare))
    after = calibration_error(truth, calibrated(moved(calibration, gap), rare))
    assert after < 0.2 * before


@pytest.mark.parametrize(
    "calibration",
    [
        Platt(slope=0.7, intercept=0.2),
        Beta(a=0.5, b=0.9, c=-0.3),
        Isotonic(logits=(-1.0, 0.0, 1.0), probabilities=(0.1, 0.5, 0.9)),
    ],
)
def test_every_calibration_moves_by_the_same_gap(calibration: Platt | Beta | Isotonic) -> None:
    logits = np.array([-1.0, 0.0, 1.0])
    before, after = (calibrated(c, logits) for c in (calibration, moved(calibration, -0.8)))
    odds = [np.log(p / (1 - p)) for p in (before, after)]
    assert odds[1] - odds[0] == pytest.approx([-0.8] * 3)
