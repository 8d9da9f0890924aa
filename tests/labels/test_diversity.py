"""The shipped statements are many voices: bounds that sameness would break.

The words of 1,209 real statements, which are no part of the project, set the size of the sample and
the richness of vocabulary asked for.
"""

import re
from collections import Counter
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from sklearn.feature_extraction.text import CountVectorizer

from labels.codebook import Codebook
from labels.labelled import DATA_DIR, read_labelled
from labels.statement import LabelledStatement

SAMPLE_WORDS = 44_546  # as many as the real statements have


@pytest.fixture(scope="module")
def statements(codebook: Codebook) -> list[LabelledStatement]:
    """In an order that mixes writers, the same in every run."""
    read = read_labelled([DATA_DIR], codebook).statements
    order = np.random.default_rng(0).permutation(len(read))
    return [read[place] for place in order]


def words(text: str) -> list[str]:
    return re.findall(r"[\w']+", text.lower())


def trigrams(texts: list[str]) -> Any:
    """Sparse 0/1 counts (texts, trigrams)."""
    return CountVectorizer(
        ngram_range=(3, 3), binary=True, tokenizer=words, token_pattern=None
    ).fit_transform(texts)


def test_no_two_statements_are_nearly_the_same(statements: list[LabelledStatement]) -> None:
    """Jaccard similarity of word trigrams: no pair at a half, none of fifteen words at 0.3."""
    grams = trigrams([s.text for s in statements]).astype(np.float32)
    sizes = np.asarray(grams.sum(1)).ravel()
    near = []
    for start in range(0, len(statements), 1000):
        shared = (grams[start : start + 1000] @ grams.T).tocoo()
        for row, column, count in zip(shared.row + start, shared.col, shared.data, strict=True):
            if row < column and count >= 0.3 * (sizes[row] + sizes[column] - count):
                likeness = count / (sizes[row] + sizes[column] - count)
                if likeness >= 0.5 or min(sizes[row], sizes[column]) >= 13:
                    near.append((float(likeness), statements[row].id, statements[column].id))
    assert near == []


def test_openings_repeat_little(statements: list[LabelledStatement]) -> None:
    openings = Counter(" ".join(words(s.text)[:3]) for s in statements)
    first = Counter(words(s.text)[0] for s in statements)
    assert max(openings.values()) / len(statements) < 0.003
    assert max(first.values()) / len(statements) < 0.15
    assert len(openings) / len(statements) > 0.85


def test_vocabulary_is_as_rich_as_that_of_real_statements(
    statements: list[LabelledStatement],
) -> None:
    tokens = [word for s in statements for word in words(s.text)]
    assert len(set(tokens[:SAMPLE_WORDS])) > 5_305
    sizes = [len(set(tokens[:count])) for count in range(SAMPLE_WORDS, len(tokens), SAMPLE_WORDS)]
    assert all(later > earlier + 300 for earlier, later in pairwise(sizes))


def test_statements_of_a_label_share_few_phrases(
    statements: list[LabelledStatement], codebook: Codebook
) -> None:
    """Share of trigrams that stand in another of 100 statements of the same label."""
    for label in codebook.ids:
        grams = trigrams([s.text for s in statements if label in s.labels][:100])
        counts = np.asarray(grams.sum(0)).ravel()
        assert counts[counts > 1].sum() / counts.sum() < 0.08, label


def test_lengths_and_actors_spread_as_in_real_statements(
    statements: list[LabelledStatement],
) -> None:
    lengths = np.array([len(words(s.text)) for s in statements])
    low, middle, high = np.percentile(lengths, [5, 50, 95])
    assert 8 <= low <= 16
    assert 28 <= middle <= 40
    assert 55 <= high <= 75
    actors = Counter(s.actor for s in statements)
    shares = {actor: count / len(statements) for actor, count in actors.items()}
    assert 0.3 < shares["RU"] < 0.5
    assert 0.25 < shares["US"] < 0.45
    assert all(shares[actor] > 0.03 for actor in ("NATO", "UA", "other"))


def test_labels_stand_alone_and_together(
    statements: list[LabelledStatement], codebook: Codebook
) -> None:
    """No label may be known from another: bod without security, security without bod, and so on."""
    total = Counter(label for s in statements for label in s.labels)
    pairs = Counter((a, b) for s in statements for a in s.labels for b in s.labels if a != b)
    for (one, other), count in pairs.items():
        assert count / total[one] < 0.9, (one, other)
    for label in codebook.ids:
        assert sum(s.labels == (label,) for s in statements) / total[label] > 0.08, label
