"""The real clients read what ``faultline labels export`` writes (``make test-interop``)."""

import csv
import json
from pathlib import Path

import pytest

from labels.codebook import Codebook
from labels.formats.registry import FORMATS
from labels.labelled import DATA_DIR, read_labelled
from labels.statement import LabelledStatement

pytestmark = pytest.mark.interop


@pytest.fixture(scope="module")
def thousand(codebook: Codebook) -> list[LabelledStatement]:
    return read_labelled([DATA_DIR], codebook).statements[::6][:1000]


def test_label_studio_converts_the_tasks(
    thousand: list[LabelledStatement], codebook: Codebook, tmp_path: Path
) -> None:
    from label_studio_sdk.converter import Converter

    tasks = tmp_path / "tasks.json"
    FORMATS["label-studio"].write(tasks, thousand, codebook)
    view = (tmp_path / "tasks.json.xml").read_text()
    Converter(config=view, project_dir=None).convert_to_csv(
        str(tasks), str(tmp_path / "out"), is_dir=False, header=True, sep=","
    )
    (table,) = (tmp_path / "out").glob("*.csv")
    with table.open() as lines:
        rows = list(csv.DictReader(lines))
    assert len(rows) == sum(1 + len(s.coders or ()) for s in thousand)
    truths = {r["id"]: choices(r["labels"]) for r in rows if r["annotator"] == "3"}
    assert truths == {s.id: list(s.labels) for s in thousand}


def choices(cell: str) -> list[str]:
    """The converter writes one choice bare and others as JSON."""
    if not cell.startswith("{"):
        return [cell]
    return list(json.loads(cell)["choices"])


def test_argilla_reads_the_records(
    thousand: list[LabelledStatement], codebook: Codebook, tmp_path: Path
) -> None:
    import argilla

    FORMATS["argilla"].write(tmp_path / "a.json", thousand, codebook)
    content = json.loads((tmp_path / "a.json").read_text())
    records = [argilla.Record.from_dict(record) for record in content]
    assert [r.suggestions["labels"].value for r in records] == [list(s.labels) for s in thousand]
    assert [[list(c.value) for c in r.responses["labels"]] for r in records] == [
        [list(c) for c in s.coders or ()] for s in thousand
    ]


def test_datasets_loads_the_folder(
    thousand: list[LabelledStatement], codebook: Codebook, tmp_path: Path
) -> None:
    import datasets

    FORMATS["hugging-face"].write(tmp_path / "a", thousand, codebook)
    loaded = datasets.load_dataset(str(tmp_path / "a"), cache_dir=str(tmp_path / "cache"))
    named = loaded["train"].features["labels"].feature.int2str
    got = {r["id"]: set(named(r["labels"])) for part in loaded.values() for r in part}
    assert got == {s.id: set(s.labels) for s in thousand}


def test_spacy_takes_the_prodigy_tasks_as_categories(
    thousand: list[LabelledStatement], codebook: Codebook, tmp_path: Path
) -> None:
    import spacy
    from spacy.tokens import DocBin

    FORMATS["prodigy"].write(tmp_path / "a.jsonl", thousand, codebook)
    blank = spacy.blank("en")
    kept = DocBin()
    for line in (tmp_path / "a.jsonl").read_text().splitlines():
        task = json.loads(line)
        doc = blank.make_doc(task["text"])
        doc.cats = {o["id"]: float(o["id"] in task["accept"]) for o in task["options"]}
        kept.add(doc)
    docs = list(DocBin().from_bytes(kept.to_bytes()).get_docs(blank.vocab))
    assert [{k for k, v in d.cats.items() if v} for d in docs] == [set(s.labels) for s in thousand]
