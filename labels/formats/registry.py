"""The exchange formats by name."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from labels.codebook import Codebook
from labels.formats import argilla, doccano, hugging_face, label_studio, prodigy, table
from labels.formats.files import Parse, read_records
from labels.statement import LabelledStatement
from labels.tables import Row


@dataclass(frozen=True)
class Format:
    """How a file becomes rows of labelled statements, and back."""

    read: Callable[[Path, Codebook], Iterator[Row]]
    write: Callable[[Path, Sequence[LabelledStatement], Codebook], None]


def _json(parse: Parse) -> Callable[[Path, Codebook], Iterator[Row]]:
    def read(path: Path, codebook: Codebook) -> Iterator[Row]:
        del codebook
        return read_records(path, parse)

    return read


FORMATS: dict[str, Format] = {
    "table": Format(table.read, table.write),
    "wide": Format(table.read, table.write_wide),
    "label-studio": Format(_json(label_studio.parse), label_studio.write),
    "doccano": Format(_json(doccano.parse), doccano.write),
    "prodigy": Format(_json(prodigy.parse), prodigy.write),
    "argilla": Format(_json(argilla.parse), argilla.write),
    "hugging-face": Format(hugging_face.read, hugging_face.write),
}
