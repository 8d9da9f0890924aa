"""Five formats in and out, and what is wrong with a file or a row."""

import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from openpyxl import load_workbook

from labels.errors import TableError
from labels.tables import read_rows, scan_columns
from labels.writers import CELL_CHANGED, open_table

COLUMNS = {"id": "string", "text": "string", "labels": "strings", "n": "int", "p": "float"}
ROWS = [
    {
        "id": "a",
        "text": 'She said "no", twice;\nthen left.',
        "labels": ["x", "y"],
        "n": 3,
        "p": 0.5,
    },
    {"id": "b", "text": "=SUM(1)", "labels": [], "n": None, "p": 0.25},
    {"id": "c", "text": "Київ, Москва — ok", "labels": ["x"], "n": 0, "p": 1.0},
]


def written(tmp_path: Path, ending: str) -> Path:
    path = tmp_path / f"table{ending}"
    with open_table(path, COLUMNS) as write:
        for row in ROWS:
            write(row)
    return path


@pytest.mark.parametrize("ending", [".jsonl", ".csv", ".tsv", ".xlsx", ".parquet"])
def test_every_format_gives_back_what_was_written(ending: str, tmp_path: Path) -> None:
    rows = [dict(row.fields) for row in read_rows(written(tmp_path, ending))]
    assert [row["text"] for row in rows] == [row["text"] for row in ROWS]
    assert [str(row["id"]) for row in rows] == ["a", "b", "c"]
    assert [float(row["p"]) for row in rows] == [0.5, 0.25, 1.0]
    first = rows[0]["labels"]
    assert first == (["x", "y"] if ending in (".jsonl", ".parquet") else "x|y")


def test_a_text_that_begins_with_an_equals_sign_is_no_formula(tmp_path: Path) -> None:
    sheet = load_workbook(written(tmp_path, ".xlsx")).worksheets[0]
    assert sheet["B3"].data_type == "s"


def test_an_xlsx_cell_that_cannot_hold_its_text_is_said(tmp_path: Path) -> None:
    path = tmp_path / "long.xlsx"
    with open_table(path, {"text": "string", "warnings": "strings"}) as write:
        write({"text": "x" * 40_000, "warnings": ["context_shortened"]})
        write({"text": "bell \x07", "warnings": []})
    rows = [row.fields for row in read_rows(path)]
    assert rows[0]["warnings"] == f"context_shortened|{CELL_CHANGED}"
    assert rows[1]["warnings"] == CELL_CHANGED


def fail_while_writing(path: Path) -> None:
    with open_table(path, COLUMNS) as write:
        write(ROWS[0])
        raise ZeroDivisionError


def test_a_failed_run_leaves_neither_a_file_nor_its_part(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError):
        fail_while_writing(tmp_path / "out.csv")
    assert list(tmp_path.iterdir()) == []


def test_a_failed_run_leaves_an_earlier_output_alone(tmp_path: Path) -> None:
    path = written(tmp_path, ".csv")
    before = path.read_bytes()
    with pytest.raises(ZeroDivisionError):
        fail_while_writing(path)
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.csv", b"id,words\n1,x\n", r"a\.csv:1: no column 'text' \(columns: id, words\)"),
        ("a.csv", b"", r"a\.csv:1: no column 'text'"),
        ("a.csv", b"text,text\nx,y\n", "column 'text' stands twice"),
        ("a.csv", "text\nГазета\n".encode("cp1251"), r"a\.csv:\d+: not UTF-8 text"),
        ("a.csv", b'text\n"open\n', r"a\.csv:\d+: malformed"),
        ("a.xlsx", b"no workbook", "not an XLSX workbook"),
        ("a.parquet", b"no parquet", "not a Parquet file"),
        ("a.doc", b"", r"\.doc: not one of \.jsonl, \.csv"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused(
    name: str, content: bytes, message: str, tmp_path: Path
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(TableError, match=message):
        list(read_rows(tmp_path / name))


def test_parquet_types_without_json_form_become_text(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    rows = [{"text": "war", "cost": Decimal("1.50"), "day": date(2022, 2, 24), "raw": b"ok"}]
    pq.write_table(pa.Table.from_pylist(rows), path)
    (row,) = read_rows(path)
    assert row.fields["day"] == "2022-02-24"
    for ending in (".jsonl", ".csv", ".parquet"):
        with open_table(tmp_path / f"b{ending}", scan_columns(path)) as write:
            write(row.fields)
        (again,) = read_rows(tmp_path / f"b{ending}")
        assert "1.50" in again.fields["cost"]


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TableError, match=r"no\.csv: no such file"):
        list(read_rows(tmp_path / "no.csv"))


def test_bad_rows_keep_their_place_and_say_their_line(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"text": "one"}\n{"text": \n\n[1]\n{"text": "four"}\n')
    rows = list(read_rows(path))
    assert [row.line for row in rows] == [1, 2, 4, 5]
    assert [bool(row.error) for row in rows] == [False, True, True, False]
    assert "line 2: not valid JSON" in (rows[1].error or "")
    assert rows[2].error == "line 4: not a JSON object"


def test_a_csv_row_of_other_length_is_a_bad_row(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("id,text\n1,one\n2\n3,three,too much\n")
    rows = list(read_rows(path))
    assert [row.error for row in rows] == [
        None,
        "line 3: 1 fields where the header has 2",
        "line 4: 3 fields where the header has 2",
    ]


def test_a_byte_order_mark_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"\xef\xbb\xbftext\nx\n")
    (tmp_path / "a.jsonl").write_bytes(b'\xef\xbb\xbf{"text": "x"}\n')
    for name in ("a.csv", "a.jsonl"):
        assert [row.fields for row in read_rows(tmp_path / name)] == [{"text": "x"}]


def test_columns_have_the_narrowest_kind_that_holds_all_values(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    rows = [
        {"text": "x", "n": 1, "p": 1, "tags": ["a"], "mixed": 1, "more": {"a": 1}},
        {"text": "y", "n": 2, "p": 0.5, "tags": None, "mixed": "two", "ok": True},
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    assert scan_columns(path) == {
        "text": "string",
        "n": "int",
        "p": "float",
        "tags": "strings",
        "mixed": "string",
        "more": "json",
        "ok": "bool",
    }
