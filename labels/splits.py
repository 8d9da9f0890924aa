"""Which split a labelled statement belongs to: decided by its document, never by chance."""

import hashlib
from functools import cache
from pathlib import Path
from typing import Literal

from labels.errors import StatementError
from labels.statement import LabelledStatement

Split = Literal["train", "validation", "test"]
SPLITS: tuple[Split, ...] = ("train", "validation", "test")
FROZEN_TEST = Path(__file__).parent / "data" / "test-groups.txt"


def split_of(statement: LabelledStatement) -> Split:
    """The split a statement belongs to: its own ``split``, else by its group.

    Groups of the frozen list are test; all others go 80/10/10 by a hash of the group (or, without
    one, of the text), so that a document is never cut.

    Raises:
        StatementError: ``split`` is none of the three.
    """
    if statement.split is not None:
        for split in SPLITS:
            if statement.split == split:
                return split
        raise StatementError(f"split: {statement.split!r} is not train, validation or test")
    if statement.group in frozen_test():
        return "test"
    digest = hashlib.sha256((statement.group or statement.text).encode()).digest()
    share = int.from_bytes(digest[:8], "big") / 2**64
    if share < 0.8:
        return "train"
    return "validation" if share < 0.9 else "test"


@cache
def frozen_test() -> frozenset[str]:
    """Groups of the authored test split, as first published."""
    return frozenset(FROZEN_TEST.read_text(encoding="utf-8").split())
