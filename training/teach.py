"""Cross-fitted teachers: a second opinion on every training statement from one that never saw it.

A label is softened towards what networks fitted on the other documents make of the statement, so
that the student learns how sure the words themselves are. After born-again networks (Furlanello et
al. 2018, ICML); the cross-fitting keeps a teacher from repeating labels it has memorised.
"""

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from datasets import Dataset

from labels.statement import LabelledStatement
from models.metrics import Bools, Values
from models.predictor import pooled_logits
from models.tokens import StatementTokenizer
from models.torch_backend import TorchBackend
from training.decide import platt
from training.fit import fit
from training.recipe import Recipe


def soften(
    recipe: Recipe,
    statements: Sequence[LabelledStatement],
    rows: Dataset,
    validation: Dataset,
    tokenizer: StatementTokenizer,
    run_dir: Path,
) -> Dataset:
    """``rows`` (one a statement) with each label mixed with a teacher's calibrated probability.

    Raises:
        BackboneError: the backbone cannot be loaded.
    """
    gold = np.array(rows["labels"])
    fold = np.array([fold_of(s, recipe.teach.folds) for s in statements])
    taught = np.empty_like(gold)
    for number in range(recipe.teach.folds):
        unseen = np.flatnonzero(fold == number)
        teacher, _ = fit(
            recipe,
            rows.select(np.flatnonzero(fold != number)),
            validation,
            run_dir / f"teacher-{number}",
        )
        encoded = tokenizer.encode([statements[int(place)] for place in unseen])
        logits = pooled_logits(TorchBackend(teacher), encoded)
        taught[unseen] = _calibrated(logits, gold[unseen] > 0)
    mixed = (1 - recipe.teach.share) * gold + recipe.teach.share * taught
    return rows.remove_columns("labels").add_column("labels", mixed.tolist())


def fold_of(statement: LabelledStatement, folds: int) -> int:
    """The fold whose teacher never sees a statement, nor any other of its document."""
    digest = hashlib.sha256(f"fold {statement.group or statement.text}".encode()).digest()
    return int.from_bytes(digest[:8], "big") % folds


def _calibrated(logits: Values, gold: Bools) -> Values:
    fitted = [platt(logits[:, k], gold[:, k]) for k in range(gold.shape[1])]
    slope, intercept = np.array(fitted).T
    probabilities: Values = 1 / (1 + np.exp(-(slope * logits + intercept)))
    return probabilities
