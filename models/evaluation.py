"""Coded statements against scored ones: figures by label, with intervals over documents."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from labels.codebook import Codebook
from labels.statement import LabelledStatement, document_of
from models import metrics
from models.metrics import Bools, Values
from models.predictor import Predictor

RESAMPLES = 500
LEVEL = 95
# Krippendorff (2019): tentative conclusions from 0.667, firm ones from 0.80.
MARKS = {"tentative": 0.667, "firm": 0.80}


def evaluate_predictor(
    predictor: Predictor, statements: Sequence[LabelledStatement]
) -> dict[str, Any]:
    """Figures of a model on coded statements, which it must not have seen.

    Documents are told by ``doc_id``, else ``group``, else each statement is its own.
    """
    codebook = predictor.codebook
    results = predictor.score(statements)
    return {
        "model": predictor.reference,
        "codebook": codebook.reference,
        **evaluate(
            codebook,
            gold=np.array([codebook.row(s.labels) for s in statements]),
            coded=np.array([codebook.row(tuple(r.labels)) for r in results]),
            scores=np.array([[r.scores[i] for i in codebook.ids] for r in results]),
            documents=[document_of(s, place) for place, s in enumerate(statements)],
        ),
    }


def evaluate(
    codebook: Codebook,
    *,
    gold: Bools,
    coded: Bools,
    scores: Values,
    documents: Sequence[str],
) -> dict[str, Any]:
    """Figures for arrays (statements, labels) in codebook order.

    Intervals are percentiles of a bootstrap that resamples whole documents (500 times, seed 0).
    """
    by_label: dict[str, dict[str, Any]] = {
        label: {
            "support": int(gold[:, k].sum()),
            "coded": int(coded[:, k].sum()),
            "precision": metrics.precision(gold[:, k], coded[:, k]),
            "recall": metrics.recall(gold[:, k], coded[:, k]),
            "f1": metrics.f1(gold[:, k], coded[:, k]),
            "average_precision": metrics.average_precision(gold[:, k], scores[:, k]),
            "alpha": metrics.alpha(gold[:, k], coded[:, k]),
            "calibration_error": metrics.calibration_error(gold[:, k], scores[:, k]),
        }
        for k, label in enumerate(codebook.ids)
    }
    samples = _resamples(documents)
    for k, label in enumerate(codebook.ids):
        f1s = [metrics.f1(gold[s, k], coded[s, k]) for s in samples]
        by_label[label]["f1_interval"] = _interval(f1s)
    overall = {
        name: _with_interval(figure, gold, coded, samples)
        for name, figure in _overall(codebook).items()
    }
    errors = [figures["calibration_error"] for figures in by_label.values()]
    return {
        "statements": len(gold),
        "documents": len(set(documents)),
        "interval": {"level": LEVEL, "resamples": RESAMPLES, "unit": "document"},
        "labels": by_label,
        "overall": overall,
        "mean_calibration_error": float(np.mean(errors)),
        "marks": MARKS,
    }


Figure = Callable[[Bools, Bools], float]


def _overall(codebook: Codebook) -> dict[str, Figure]:
    figures: dict[str, Figure] = {}
    for group, ids in {**codebook.groups(), "all": codebook.ids}.items():
        columns = [codebook.ids.index(i) for i in ids]
        figures[f"macro_f1_{group}"] = _macro(metrics.f1, columns)
        figures[f"alpha_{group}"] = _macro(metrics.alpha, columns)
    figures["micro_f1_all"] = lambda gold, coded: metrics.f1(gold.ravel(), coded.ravel())
    figures["exact_match"] = lambda gold, coded: float((gold == coded).all(axis=1).mean())
    return figures


def _macro(figure: Figure, columns: list[int]) -> Figure:
    def macro(gold: Bools, coded: Bools) -> float:
        values = [figure(gold[:, k], coded[:, k]) for k in columns]
        known = [value for value in values if not np.isnan(value)]
        return float(np.mean(known)) if known else float("nan")

    return macro


def _with_interval(
    figure: Figure, gold: Bools, coded: Bools, samples: list[NDArray[np.intp]]
) -> dict[str, Any]:
    return {
        "value": figure(gold, coded),
        "interval": _interval([figure(gold[s], coded[s]) for s in samples]),
    }


def _interval(values: Sequence[float]) -> list[float]:
    known = [value for value in values if not np.isnan(value)]
    if not known:
        return [float("nan"), float("nan")]
    tail = (100 - LEVEL) / 2
    return [float(bound) for bound in np.percentile(known, [tail, 100 - tail])]


def _resamples(documents: Sequence[str]) -> list[NDArray[np.intp]]:
    _, member = np.unique(np.asarray(documents), return_inverse=True)
    places = [np.flatnonzero(member == d) for d in range(member.max() + 1)]
    random = np.random.default_rng(0)
    return [
        np.concatenate([places[d] for d in random.integers(0, len(places), len(places))])
        for _ in range(RESAMPLES)
    ]
