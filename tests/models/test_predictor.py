"""The one way from statements to results, on the shipped bundle."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from labels.labelled import DATA_DIR, read_labelled
from labels.statement import Statement
from models.backend import Floats, Ints
from models.bundle import Bundle
from models.errors import ThresholdError
from models.predictor import Predictor, Result
from models.tokens import CONTEXT_SHORTENED

TOLERANCE = 1e-5
STATEMENTS = 120


@pytest.fixture(scope="module")
def statements(predictor: Predictor) -> Sequence[Statement]:
    return read_labelled([DATA_DIR], predictor.codebook).statements[::25][:STATEMENTS]


@pytest.fixture(scope="module")
def alone(predictor: Predictor, statements: Sequence[Statement]) -> list[Result]:
    """Each statement scored by itself."""
    return [predictor.score([statement])[0] for statement in statements]


def largest_difference(one: Sequence[Result], other: Sequence[Result]) -> float:
    return max(
        abs(a.scores[label] - b.scores[label])
        for a, b in zip(one, other, strict=True)
        for label in a.scores
    )


@given(places=st.lists(st.integers(0, STATEMENTS - 1), min_size=2, max_size=48))
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_statement_scores_the_same_whatever_shares_its_batch(
    places: list[int],
    predictor: Predictor,
    statements: Sequence[Statement],
    alone: list[Result],
) -> None:
    together = predictor.score([statements[place] for place in places])
    expected = [alone[place] for place in places]
    assert largest_difference(expected, together) <= TOLERANCE
    assert [r.labels for r in together] == [r.labels for r in expected]


def test_results_come_in_the_order_of_the_statements(
    predictor: Predictor, statements: Sequence[Statement]
) -> None:
    assert [r.id for r in predictor.score(statements)] == [s.id for s in statements]


def test_a_long_text_is_scored_in_windows_and_none_of_it_is_lost(predictor: Predictor) -> None:
    filler = "The committee approved the minutes and turned to the repair of rural schools. "
    threat = "Russian tanks crossed the border and shelled the city for the third day. "
    result = predictor.score([Statement(text=filler * 60 + threat * 4)])[0]
    assert result.windows > 1
    assert result.tokens > 500
    assert "security" in result.labels
    assert "security" not in predictor.score([Statement(text=filler * 60)])[0].labels


def test_windows_cover_every_token_and_overlap(
    predictor: Predictor, default_bundle: Bundle
) -> None:
    from models.tokens import StatementTokenizer

    rule = default_bundle.manifest.input
    tokenizer = StatementTokenizer.from_file(default_bundle.tokenizer_path, rule)
    for words in (rule.max_text_tokens, rule.max_text_tokens + 1, 3 * rule.max_text_tokens):
        (encoded,) = tokenizer.encode([Statement(text="tank " * words)])
        inside = [len(window.ids) - 2 for window in encoded.windows]
        assert max(inside) <= rule.max_text_tokens
        assert sum(inside) - (len(inside) - 1) * rule.overlap_tokens == words == encoded.tokens


def test_a_context_that_is_too_long_is_shortened_and_said(predictor: Predictor) -> None:
    short = Statement(text="These steps are hostile.", actor="RU", context="They closed the sky.")
    long = short.model_copy(update={"context": "They closed the sky. " * 100})
    results = predictor.score([short, long])
    assert [r.warnings for r in results] == [[], [CONTEXT_SHORTENED]]


def test_thresholds_of_the_request_decide(predictor: Predictor) -> None:
    statement = Statement(text="NATO moved its bases to our borders to hold Russia back.")
    all_in = predictor.score([statement], dict.fromkeys(predictor.codebook.ids, 0.0))[0]
    none_in = predictor.score([statement], dict.fromkeys(predictor.codebook.ids, 1.0))[0]
    assert all_in.labels == list(predictor.codebook.ids)
    assert none_in.labels == []


@pytest.mark.parametrize(
    ("thresholds", "message"),
    [({"bood": 0.5}, "unknown label 'bood'"), ({"bod": 1.5}, "bod is 1.5, not between 0 and 1")],
)
def test_a_false_threshold_is_refused(
    thresholds: dict[str, float], message: str, predictor: Predictor
) -> None:
    with pytest.raises(ThresholdError, match=message):
        predictor.score([Statement(text="x")], thresholds)


def test_no_statement_gives_no_result(predictor: Predictor) -> None:
    assert predictor.score([]) == []


@pytest.mark.parametrize("text", ["\ufffd\x00\u200b", "🙂" * 50, "א" * 300, "a" * 20_000, "."])
def test_odd_texts_are_scored(text: str, predictor: Predictor) -> None:
    (result,) = predictor.score([Statement(text=text)])
    assert all(0 <= score <= 1 for score in result.scores.values())


class CountingBackend:
    """Gives each label the count of a window's tokens."""

    def __init__(self, labels: int) -> None:
        self.labels = labels
        self.shapes: list[tuple[int, int]] = []

    def logits(self, ids: Ints, mask: Ints, types: Ints) -> Floats:
        self.shapes.append(ids.shape)
        return np.repeat(mask.sum(1, keepdims=True), self.labels, axis=1).astype(np.float32)


def test_batches_keep_the_token_budget_and_hold_one_width(default_bundle: Bundle) -> None:
    backend = CountingBackend(len(default_bundle.codebook.ids))
    predictor = Predictor(default_bundle, backend)
    predictor.score([Statement(text="tank " * (1 + n % 70)) for n in range(300)])
    assert sum(rows for rows, _ in backend.shapes) == 300
    assert all(rows * width <= 1024 for rows, width in backend.shapes)
    assert all(width % 8 == 0 for _, width in backend.shapes)
