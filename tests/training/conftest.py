"""A two-layer encoder with random weights and a word-piece vocabulary of its own."""

from pathlib import Path

import pytest
import torch
from tokenizers import BertWordPieceTokenizer
from transformers import BertConfig, BertModel, BertTokenizerFast

from labels.codebook import load_codebook
from labels.labelled import DATA_DIR, read_labelled
from labels.statement import LabelledStatement
from models.bundle import InputRule
from training.recipe import Decide, Fit, Recipe


@pytest.fixture(scope="session")
def authored() -> list[LabelledStatement]:
    return read_labelled([DATA_DIR], load_codebook()).statements


@pytest.fixture(scope="session")
def tiny_backbone(
    tmp_path_factory: pytest.TempPathFactory, authored: list[LabelledStatement]
) -> Path:
    folder = tmp_path_factory.mktemp("backbone")
    words = BertWordPieceTokenizer(lowercase=True)
    words.train_from_iterator(
        [s.text for s in authored[:600]], vocab_size=1500, show_progress=False
    )
    BertTokenizerFast(tokenizer_object=words._tokenizer).save_pretrained(folder)
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=words.get_vocab_size(),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
    )
    BertModel(config).save_pretrained(folder)
    return folder


@pytest.fixture(scope="session")
def tiny_recipe(tiny_backbone: Path) -> Recipe:
    return Recipe(
        backbone=str(tiny_backbone),
        seed=7,
        input=InputRule(max_text_tokens=64, overlap_tokens=8, max_prefix_tokens=16),
        fit=Fit(
            epochs=2,
            patience=2,
            batch_size=16,
            encoder_learning_rate=3e-3,
            head_learning_rate=3e-3,
            weight_decay=0.01,
            warmup_share=0.1,
            dropout=0.1,
            positive_weight_power=0.5,
            drop_prefix=0.5,
            freeze_embeddings=False,
            bfloat16=False,
        ),
        decide=Decide(objective="f1", review_error=0.2),
    )
