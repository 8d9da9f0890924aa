"""Our figures against the libraries that scholars cite."""

import krippendorff
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score, f1_score

from models import metrics

pairs = st.lists(st.tuples(st.booleans(), st.booleans()), min_size=2, max_size=60)


@given(pairs)
@settings(deadline=None)
def test_alpha_is_krippendorffs(drawn: list[tuple[bool, bool]]) -> None:
    gold, coded = np.array(drawn).T
    if len({*gold, *coded}) < 2:
        assert np.isnan(metrics.alpha(gold, coded))
        return
    expected = krippendorff.alpha(
        reliability_data=[gold.astype(int), coded.astype(int)], level_of_measurement="nominal"
    )
    assert metrics.alpha(gold, coded) == pytest.approx(expected)


@given(pairs)
@settings(deadline=None)
def test_f1_is_sklearns_for_the_positive_class(drawn: list[tuple[bool, bool]]) -> None:
    gold, coded = np.array(drawn).T
    found = metrics.f1(gold, coded)
    if not (gold | coded).any():
        assert np.isnan(found)
    else:
        assert found == pytest.approx(f1_score(gold, coded, zero_division=0.0))


@given(st.lists(st.booleans(), min_size=2, max_size=60), st.randoms(use_true_random=False))
@settings(deadline=None)
def test_average_precision_is_sklearns(drawn: list[bool], random: object) -> None:
    gold = np.array(drawn)
    scores = np.linspace(0, 1, len(gold))
    random.shuffle(scores)  # type: ignore[attr-defined]
    if not gold.any():
        assert np.isnan(metrics.average_precision(gold, scores))
    else:
        expected = average_precision_score(gold, scores)
        assert metrics.average_precision(gold, scores) == pytest.approx(expected)


def test_calibration_error_of_certainty_that_is_right_is_zero_and_wrong_is_one() -> None:
    gold = np.array([True, False] * 20)
    assert metrics.calibration_error(gold, gold.astype(float)) == 0
    assert metrics.calibration_error(gold, 1 - gold.astype(float)) == 1


def test_calibration_error_of_the_base_rate_is_small() -> None:
    gold = np.array([True] * 30 + [False] * 70)
    np.random.default_rng(0).shuffle(gold)
    assert metrics.calibration_error(gold, np.full(100, 0.3), bins=1) == pytest.approx(0)
