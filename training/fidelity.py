"""The fidelity gate: the exported model must score as the float model does."""

from collections.abc import Sequence

import numpy as np

from labels.statement import LabelledStatement
from models.evaluation import evaluate_predictor
from models.predictor import Predictor
from training.errors import FidelityError

LEAST_AGREEMENT = 0.995
MOST_MEAN_DIFFERENCE = 0.005
MOST_DIFFERENCE = 0.10
MOST_F1_DIFFERENCE = 0.005


def compare(
    exact: Predictor, exported: Predictor, statements: Sequence[LabelledStatement]
) -> dict[str, float]:
    """How far the exported model is from the exact one on held-out statements."""
    pairs = list(zip(exact.score(statements), exported.score(statements), strict=True))
    ids = exact.codebook.ids
    difference = np.abs([[a.scores[i] - b.scores[i] for i in ids] for a, b in pairs])
    same = np.array([[(i in a.labels) == (i in b.labels) for i in ids] for a, b in pairs])
    f1 = [
        evaluate_predictor(predictor, statements)["overall"]["macro_f1_all"]["value"]
        for predictor in (exact, exported)
    ]
    return {
        "statements": len(statements),
        "label_agreement": float(same.mean()),
        "mean_difference": float(difference.mean()),
        "largest_difference": float(difference.max()),
        "macro_f1_difference": abs(f1[0] - f1[1]),
    }


def check(figures: dict[str, float]) -> None:
    """Raises:
    FidelityError: a figure is over its limit; the text names it.
    """
    limits = {
        "mean_difference": MOST_MEAN_DIFFERENCE,
        "largest_difference": MOST_DIFFERENCE,
        "macro_f1_difference": MOST_F1_DIFFERENCE,
    }
    if figures["label_agreement"] < LEAST_AGREEMENT:
        agreement = figures["label_agreement"]
        raise FidelityError(f"label_agreement is {agreement:.4f}, below {LEAST_AGREEMENT}")
    for name, most in limits.items():
        # A figure that is not a number has failed, too.
        if not figures[name] <= most:
            raise FidelityError(f"{name} is {figures[name]:.4f}, over {most}")
