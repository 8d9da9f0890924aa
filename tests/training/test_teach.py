"""Teachers code only what they have not seen, and a student's labels lean towards them."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from labels.codebook import Codebook
from labels.statement import LabelledStatement
from models.tokens import StatementTokenizer
from training import teach
from training.data import token_rows
from training.network import load_network, save_tokenizer
from training.recipe import Recipe, Teach


def test_no_teacher_has_seen_what_it_codes_and_labels_lean_to_it(
    tiny_recipe: Recipe,
    authored: list[LabelledStatement],
    codebook: Codebook,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    recipe = tiny_recipe.model_copy(update={"teach": Teach(folds=3, share=0.25)})
    save_tokenizer(recipe.backbone, tmp_path / "tokenizer.json")
    tokenizer = StatementTokenizer.from_file(tmp_path / "tokenizer.json", recipe.input)
    statements = authored[:300]
    rows = token_rows(statements, codebook, tokenizer)
    seen: list[int] = []

    def fit(recipe: Recipe, train: Any, validation: Any, run_dir: Path) -> Any:
        seen.append(len(train))
        return load_network(recipe.backbone, len(codebook.ids), 0.0), []

    monkeypatch.setattr(teach, "fit", fit)
    softened = teach.soften(recipe, statements, rows, rows, tokenizer, tmp_path)
    folds = [teach.fold_of(s, 3) for s in statements]
    assert seen == [sum(f != number for f in folds) for number in range(3)]
    groups = {s.group: set() for s in statements}
    for statement, fold in zip(statements, folds, strict=True):
        groups[statement.group].add(fold)
    assert all(len(found) == 1 for found in groups.values())
    before, after = np.array(rows["labels"]), np.array(softened["labels"])
    assert ((before == 1) == (after >= 0.75)).all()
    assert ((before == 0) == (after <= 0.25)).all()
    assert (after != before).all()
    assert softened["views"] == rows["views"]
