"""Labelled statements: what is refused, and how they are split."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from labels.codebook import Codebook
from labels.errors import StatementError, TableError
from labels.labelled import DATA_DIR, data_hash, read_labelled
from labels.splits import frozen_test, split_of
from labels.statement import LabelledStatement

Write = Callable[[str, list[Any]], Path]


def statement(**fields: Any) -> LabelledStatement:
    return LabelledStatement.model_validate({"text": "x", "labels": [], **fields})


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"text": "a", "labels": ["sekurity"]}, "unknown label 'sekurity'"),
        ({"text": " ", "labels": []}, "text: is empty"),
        ({"text": "a"}, "labels: Field required"),
        ({"labels": []}, "text: Field required"),
        ({"text": "a", "labels": [], "split": "dev"}, "split: 'dev' is not train"),
        ({"text": "a", "labels": [], "date": "May 5"}, "date: is not an ISO date"),
        ({"text": "x" * 100_001, "labels": []}, "text: String should have at most 100000"),
        ({"id": "1", "text": "other", "labels": []}, "id '1' stands already at .*:1"),
        ({"id": "2", "text": "first  one", "labels": []}, "same text stands at .*:1 with other"),
        ("{", "line 2: not valid JSON"),
    ],
)
def test_a_bad_statement_is_refused_with_file_line_and_reason(
    row: Any, reason: str, codebook: Codebook, write_jsonl: Write
) -> None:
    first = {"id": "1", "text": "first one", "labels": ["security"]}
    path = write_jsonl("a.jsonl", [first, row])
    read = read_labelled([path], codebook)
    assert len(read.statements) == 1
    (problem,) = read.problems
    assert problem.startswith(f"{path}:2: ")
    import re

    assert re.search(reason, problem)


def test_labels_may_stand_in_one_cell(codebook: Codebook, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("text,labels\none,security|bod\ntwo,\n")
    read = read_labelled([path], codebook)
    assert [s.labels for s in read.statements] == [("security", "bod"), ()]


def test_a_missing_path_and_an_empty_folder_are_refused(codebook: Codebook, tmp_path: Path) -> None:
    for path, reason in ((tmp_path / "no", "no such file"), (tmp_path, "holds no labelled table")):
        with pytest.raises(TableError, match=reason):
            read_labelled([path], codebook)


def test_statements_of_one_document_share_a_split_and_shares_are_80_10_10() -> None:
    assert len({split_of(statement(text=str(n), group="one")) for n in range(50)}) == 1
    shares = Counter(split_of(statement(group=f"doc-{n}")) for n in range(5000))
    assert shares["train"] / 5000 == pytest.approx(0.8, abs=0.02)
    assert shares["test"] / 5000 == pytest.approx(0.1, abs=0.02)


def test_a_given_split_wins_and_a_false_one_is_refused() -> None:
    assert split_of(statement(split="test", group="g")) == "test"
    with pytest.raises(StatementError, match="'dev' is not train"):
        split_of(statement(split="dev"))


def test_the_test_split_of_the_shipped_statements_is_frozen(codebook: Codebook) -> None:
    """A new shipped document whose hash says test must be added to the list on purpose."""
    statements = read_labelled([DATA_DIR], codebook).statements
    assert {s.group for s in statements if split_of(s) == "test"} == frozen_test()
    assert 0.08 < sum(s.group in frozen_test() for s in statements) / len(statements) < 0.12
    listed = min(frozen_test())
    assert split_of(statement(group=listed)) == "test"


def test_the_hash_follows_content_and_not_order() -> None:
    one, two = statement(text="one"), statement(text="two")
    assert data_hash([one, two]) == data_hash([two, one])
    assert data_hash([one]) != data_hash([statement(text="one", labels=["bod"])])


def test_the_shipped_statements_are_all_good(codebook: Codebook) -> None:
    read = read_labelled([DATA_DIR], codebook)
    assert read.problems == []
    counts = Counter(label for s in read.statements for label in s.labels)
    assert len(read.statements) >= 10_000
    assert sum(not s.labels for s in read.statements) >= 4_000
    assert all(counts[label] >= 900 for label in codebook.groups()["core"])
    assert all(counts[label] >= 700 for label in codebook.groups()["companion"])
    fields = [s.model_extra or {} for s in read.statements]
    assert all(s.group and s.source == "authored" for s in read.statements)
    assert all(f.get("author") for f in fields)
    assert all(s.coders for s in read.statements)
