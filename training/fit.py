"""Fitting: the network on the train split, stopped by the validation split."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from datasets import Dataset
from transformers import EarlyStoppingCallback, Trainer, TrainingArguments, set_seed

from models.metrics import average_precision
from training.data import Collator
from training.network import StatementCoder, load_network
from training.recipe import Fit, Recipe

MAX_POSITIVE_WEIGHT = 10.0


class _TrainedNetwork(torch.nn.Module):
    """Gives the Trainer the dictionary it wants."""

    def __init__(self, network: StatementCoder) -> None:
        super().__init__()
        self.network = network

    def forward(
        self,
        input_ids: torch.Tensor,
        attention_mask: torch.Tensor,
        token_type_ids: torch.Tensor,
    ) -> dict[str, Any]:
        return {"logits": self.network(input_ids, attention_mask, token_type_ids)}


def fit(
    recipe: Recipe, train: Dataset, validation: Dataset, run_dir: Path
) -> tuple[StatementCoder, list[dict[str, Any]]]:
    """The fitted network of the best epoch, and the Trainer's log.

    Raises:
        BackboneError: the backbone cannot be loaded.
    """
    set_seed(recipe.seed)
    labels = len(train[0]["labels"])
    network = load_network(recipe.backbone, labels, recipe.fit.dropout)
    if recipe.fit.freeze_embeddings:
        network.encoder.get_input_embeddings().requires_grad_(requires_grad=False)
    trainer = Trainer(
        model=_TrainedNetwork(network),
        args=_arguments(recipe, run_dir),
        train_dataset=train,
        eval_dataset=validation,
        data_collator=Collator(recipe.fit.drop_prefix, recipe.seed),
        compute_loss_func=_loss(train, recipe.fit.positive_weight_power),
        compute_metrics=_mean_average_precision,
        optimizers=(_optimizer(network, recipe.fit), None),
        callbacks=[EarlyStoppingCallback(recipe.fit.patience)],
    )
    trainer.train()
    return network, trainer.state.log_history


def _arguments(recipe: Recipe, run_dir: Path) -> TrainingArguments:
    return TrainingArguments(
        output_dir=str(run_dir / "checkpoints"),
        num_train_epochs=recipe.fit.epochs,
        bf16=recipe.fit.bfloat16,
        use_cpu=not torch.cuda.is_available(),  # bf16 wants it said
        per_device_train_batch_size=recipe.fit.batch_size,
        per_device_eval_batch_size=recipe.fit.batch_size,
        lr_scheduler_type="linear",
        warmup_steps=recipe.fit.warmup_share,
        train_sampling_strategy="group_by_length",
        length_column_name="length",
        label_names=["labels"],
        remove_unused_columns=False,
        eval_strategy="epoch",
        save_strategy="epoch",
        save_total_limit=1,
        save_only_model=True,
        load_best_model_at_end=True,
        metric_for_best_model="mean_average_precision",
        logging_strategy="epoch",
        report_to="none",
        seed=recipe.seed,
        data_seed=recipe.seed,
        dataloader_pin_memory=False,
    )


def _optimizer(network: StatementCoder, fit: Fit) -> torch.optim.Optimizer:
    encoder = [p for p in network.encoder.parameters() if p.requires_grad]
    return torch.optim.AdamW(
        [
            {"params": encoder, "lr": fit.encoder_learning_rate},
            {"params": list(network.head.parameters()), "lr": fit.head_learning_rate},
        ],
        weight_decay=fit.weight_decay,
    )


def _loss(train: Dataset, power: float) -> Callable[..., torch.Tensor]:
    """Binary cross-entropy a label, positives weighted by their rarity."""
    positives = torch.tensor(train["labels"]).sum(0)
    ratio = (len(train) - positives) / positives.clamp(min=1)
    weight = (ratio**power).clamp(1.0, MAX_POSITIVE_WEIGHT)

    def loss(outputs: dict[str, Any], labels: torch.Tensor, **_: object) -> torch.Tensor:
        return torch.nn.functional.binary_cross_entropy_with_logits(
            outputs["logits"], labels, pos_weight=weight.to(labels.device)
        )

    return loss


def _mean_average_precision(prediction: Any) -> dict[str, float]:
    labels = prediction.label_ids.astype(bool)
    scores = prediction.predictions
    found = [average_precision(labels[:, k], scores[:, k]) for k in range(labels.shape[1])]
    return {"mean_average_precision": float(np.nanmean(found))}
