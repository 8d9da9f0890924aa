"""The exchange formats by name."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from labels.codebook import Codebook
from labels.formats import argilla, doccano, hugging_face, label_studio, prodigy, table
from labels.statement import LabelledStatement
from labels.tables import Row


@dataclass(frozen=True)
class Format:
    """How a file becomes rows of labelled statements, and back."""

    read: Callable[[Path, Codebook], Iterator[Row]]
    write: Callable[[Path, Sequence[LabelledStatement], Codebook], None]


FORMATS: dict[str, Format] = {
    "table": Format(table.read, table.write),
    "wide": Format(table.read, table.write_wide),
    "label-studio": Format(label_studio.read, label_studio.write),
    "doccano": Format(doccano.read, doccano.write),
    "prodigy": Format(prodigy.read, prodigy.write),
    "argilla": Format(argilla.read, argilla.write),
    "hugging-face": Format(hugging_face.read, hugging_face.write),
}
