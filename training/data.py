"""Labelled statements as token rows for the Trainer."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from datasets import Dataset

from labels.codebook import Codebook
from labels.splits import SPLITS, Split, split_of
from labels.statement import LabelledStatement
from models.tokens import StatementTokenizer
from training.errors import DataError


def split(statements: Sequence[LabelledStatement]) -> dict[Split, list[LabelledStatement]]:
    """Statements by split.

    Raises:
        DataError: train or validation is empty.
    """
    parts: dict[Split, list[LabelledStatement]] = {name: [] for name in SPLITS}
    for statement in statements:
        parts[split_of(statement)].append(statement)
    for name in SPLITS[:2]:
        if not parts[name]:
            raise DataError(f"no statement falls into the {name} split ({len(statements)} in all)")
    return parts


def token_rows(
    statements: Sequence[LabelledStatement], codebook: Codebook, tokenizer: StatementTokenizer
) -> Dataset:
    """One row a statement: its first window without, with half of and with its whole prefix.

    ``views`` holds them as (plain, actor only, actor and context); ``labels`` is float (labels).
    """
    plain = [s.model_copy(update={"actor": None, "context": None}) for s in statements]
    actor = [s.model_copy(update={"context": None}) for s in statements]
    encoded = [tokenizer.encode(view) for view in (plain, actor, statements)]
    rows = [
        {
            "views": [one.windows[0].ids for one in views],
            "types": [one.windows[0].types for one in views],
            "labels": [float(here) for here in codebook.row(statement.labels)],
            "length": len(views[0].windows[0].ids),
        }
        for statement, *views in zip(statements, *encoded, strict=True)
    ]
    return Dataset.from_list(rows)


@dataclass
class Collator:
    """Pads rows to a batch; shows each with its prefix, half of it or none, at random."""

    drop_prefix: float
    seed: int

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)  # noqa: S311  (no secret)

    def __call__(self, rows: Sequence[dict[str, Any]]) -> dict[str, torch.Tensor]:
        chosen = [self._view() for _ in rows]
        ids = [torch.tensor(row["views"][view]) for row, view in zip(rows, chosen, strict=True)]
        types = [torch.tensor(row["types"][view]) for row, view in zip(rows, chosen, strict=True)]
        pad = torch.nn.utils.rnn.pad_sequence
        return {
            "input_ids": pad(ids, batch_first=True),
            "attention_mask": pad([torch.ones_like(one) for one in ids], batch_first=True),
            "token_type_ids": pad(types, batch_first=True),
            "labels": torch.tensor([row["labels"] for row in rows]),
        }

    def _view(self) -> int:
        draw = self._random.random()
        if draw < self.drop_prefix:
            return 0
        return 1 if draw < self.drop_prefix + (1 - self.drop_prefix) / 4 else 2
