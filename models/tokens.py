"""From a statement to token ids, in windows where its text is long."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tokenizers import Encoding, Tokenizer

from labels.statement import ACTORS, Statement
from models.bundle import InputRule

CONTEXT_SHORTENED = "context_shortened"


@dataclass(frozen=True)
class Window:
    """Token ids of one window with the prefix and the backbone's special tokens."""

    ids: list[int]
    types: list[int]


@dataclass(frozen=True)
class Encoded:
    """All windows of one statement and the number of its text's own tokens."""

    windows: list[Window]
    tokens: int
    warnings: list[str]


class StatementTokenizer:
    """Who speaks and what stood before go ahead of the text as a first segment of their own."""

    def __init__(self, tokenizer: Tokenizer, rule: InputRule) -> None:
        self._tokenizer = tokenizer
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()
        self._rule = rule

    @classmethod
    def from_file(cls, path: Path, rule: InputRule) -> "StatementTokenizer":
        return cls(Tokenizer.from_file(str(path)), rule)

    def encode(self, statements: Sequence[Statement]) -> list[Encoded]:
        """Windows of each statement, in order. Text is never cut; it takes as many as it needs."""
        plain = self._tokenizer.encode_batch([s.text for s in statements], add_special_tokens=False)
        pieces: list[tuple[str, ...]] = []
        spans: list[tuple[int, int, list[str]]] = []
        for statement, text in zip(statements, plain, strict=True):
            prefix, warnings = self._prefix(statement)
            parts = self._split(statement.text, text.offsets)
            pieces += [(prefix, part) if prefix else (part,) for part in parts]
            spans.append((len(parts), len(text.ids), warnings))
        encoded = iter(self._tokenizer.encode_batch([p if len(p) == 2 else p[0] for p in pieces]))
        return [
            Encoded([_window(next(encoded)) for _ in range(windows)], tokens, warnings)
            for windows, tokens, warnings in spans
        ]

    def _split(self, text: str, offsets: list[tuple[int, int]]) -> list[str]:
        size, overlap = self._rule.max_text_tokens, self._rule.overlap_tokens
        if len(offsets) <= size:
            return [text]
        starts = range(0, len(offsets) - overlap, size - overlap)
        return [text[offsets[s][0] : offsets[min(s + size, len(offsets)) - 1][1]] for s in starts]

    def _prefix(self, statement: Statement) -> tuple[str, list[str]]:
        actor = ACTORS.get(statement.actor or "", statement.actor or "")
        context = statement.context or ""
        if not context:
            return actor, []
        head = f"{actor}: " if actor else ""
        tokens = self._tokenizer.encode(context, add_special_tokens=False)
        head_tokens = self._tokenizer.encode(head, add_special_tokens=False)
        keep = max(1, self._rule.max_prefix_tokens - len(head_tokens.ids))
        if len(tokens.ids) <= keep:
            return head + context, []
        # The nearest words resolve references best, so the farthest go.
        return head + context[tokens.offsets[-keep][0] :], [CONTEXT_SHORTENED]


def _window(encoding: Encoding) -> Window:
    return Window(list(encoding.ids), list(encoding.type_ids))
