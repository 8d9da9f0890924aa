"""A Hugging Face ``datasets`` folder: one Parquet file a split, labels as class indices."""

import json
import shutil
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

import yaml

from labels.codebook import Codebook
from labels.errors import TableError
from labels.formats.record import fields_of
from labels.splits import SPLITS, split_of
from labels.statement import LabelledStatement
from labels.tables import Row, as_text, plain

_STRING = {"dtype": "string", "_type": "Value"}
_CODED = ("labels", "coders")


def read(path: Path, codebook: Codebook) -> Iterator[Row]:
    """Rows of every split: Parquet files as on the Hub, or the Arrow files of ``save_to_disk``.

    A row without a split of its own takes that of its file. Labels may be names or class indices.

    Raises:
        TableError: no folder, no data in it, or a file that is not what its name says.
    """
    del codebook
    if not path.is_dir():
        raise TableError(path, "not a folder")
    files = sorted(p for p in path.rglob("*") if p.suffix in (".parquet", ".arrow"))
    if not files:
        raise TableError(path, "holds no Parquet or Arrow file")
    rows = chain.from_iterable(_rows(file, _split_named(path, file)) for file in files)
    for number, row in enumerate(rows, 1):
        yield Row(number, row)


def _split_named(folder: Path, file: Path) -> str | None:
    """``data/train-00000-of-00001.parquet`` and ``train/data-00000.arrow`` both name a split."""
    parts = (file.parent.name if file.parent != folder else "", file.name.split("-")[0], file.stem)
    return next((part for part in parts if part in SPLITS), None)


def _rows(file: Path, split: str | None) -> Iterator[dict[str, Any]]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        if file.suffix == ".parquet":
            table = pq.read_table(file)
        else:
            with pa.memory_map(str(file)) as source:
                table = pa.ipc.open_stream(source).read_all()
    except (pa.ArrowException, OSError) as error:
        raise TableError(file, f"not a {file.suffix} file ({error})") from error
    names = _class_names(table.schema.metadata or {})
    for fields in table.to_pylist():
        for field in _CODED:
            if field in fields:
                fields[field] = _named(fields[field], names)
        yield {"split": split} | {name: plain(value) for name, value in fields.items()}


def _class_names(metadata: dict[bytes, bytes]) -> list[str]:
    """Names of the class indices, none where the features do not say them."""
    try:
        found = json.loads(metadata[b"huggingface"])["info"]["features"]["labels"]
        inner = found[0] if isinstance(found, list) else found["feature"]
        return [str(name) for name in inner["names"]]
    except (KeyError, IndexError, TypeError, ValueError):
        return []


def _named(value: Any, names: list[str]) -> Any:
    if isinstance(value, list):
        return [_named(part, names) for part in value]
    return names[value] if isinstance(value, int) and 0 <= value < len(names) else value


def write(path: Path, statements: Sequence[LabelledStatement], codebook: Codebook) -> None:
    """A new folder that ``datasets.load_dataset`` reads, with features and splits.

    Raises:
        TableError: the path is taken or cannot be written.
    """
    if path.exists():
        raise TableError(path, "exists already")
    beside = path.with_name(f".{path.name}.part")
    try:
        shutil.rmtree(beside, ignore_errors=True)
        (beside / "data").mkdir(parents=True)
        _fill(beside, statements, codebook)
        beside.rename(path)
    except OSError as error:
        raise TableError(path, f"cannot be written ({error.strerror or error})") from error
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _fill(folder: Path, statements: Sequence[LabelledStatement], codebook: Codebook) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    rows = [(split_of(s), _indexed(fields_of(s), codebook)) for s in statements]
    names = (name for _, row in rows for name in row if name not in _CODED)
    strings = dict.fromkeys(
        [*names, "split"]
    )  # empty where a hash decides, so that it comes back so
    features = _features(list(strings), codebook)
    schema = pa.schema(
        [(name, pa.string()) for name in strings]
        + [("labels", pa.list_(pa.int64())), ("coders", pa.list_(pa.list_(pa.int64())))],
        metadata={"huggingface": json.dumps({"info": {"features": features}})},
    )
    counts = Counter(split for split, _ in rows)
    for split in counts:
        table = pa.Table.from_pylist([row for of, row in rows if of == split], schema)
        pq.write_table(table, folder / "data" / f"{split}-00000-of-00001.parquet")
    (folder / "README.md").write_text(_card(counts), encoding="utf-8")


def _indexed(fields: dict[str, Any], codebook: Codebook) -> dict[str, Any]:
    column = {label: index for index, label in enumerate(codebook.ids)}
    row: dict[str, Any] = {n: as_text(v) for n, v in fields.items() if n not in _CODED}
    row["labels"] = [column[label] for label in fields["labels"]]
    if "coders" in fields:
        row["coders"] = [[column[label] for label in coding] for coding in fields["coders"]]
    return row


def _features(strings: list[str], codebook: Codebook) -> dict[str, Any]:
    label = {"names": list(codebook.ids), "_type": "ClassLabel"}
    coding = {"feature": label, "_type": "List"}
    return {
        **dict.fromkeys(strings, _STRING),
        "labels": coding,
        "coders": {"feature": coding, "_type": "List"},
    }


def _card(counts: Counter[Any]) -> str:
    files = [{"split": s, "path": f"data/{s}-*.parquet"} for s in SPLITS if s in counts]
    head = yaml.safe_dump(
        {"configs": [{"config_name": "default", "data_files": files}]}, sort_keys=False
    )
    return f"---\n{head}---\n\nLabelled statements, exported by Faultline.\n"
