"""The command as people run it: files in, files out, exit codes, one-line errors."""

import contextlib
import csv
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from openpyxl import load_workbook

from labels.codebook import Codebook
from models.bundle import MODEL, Bundle

Write = Callable[[str, list[Any]], Path]
COMMAND = str(Path(sys.executable).with_name("faultline"))


def run(*arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [COMMAND, *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env={**os.environ, **environment, "COLUMNS": "160"},
    )


def refused(done: subprocess.CompletedProcess[str], message: str) -> None:
    """Exit code 2 and one line that says why, no traceback."""
    assert done.returncode == 2
    assert done.stderr.startswith("faultline: ")
    assert done.stderr.count("\n") == 1
    assert message in done.stderr


@pytest.fixture
def table(write_jsonl: Write) -> Path:
    return write_jsonl(
        "in.jsonl",
        [
            {
                "id": "a",
                "text": "We will arm Kyiv and hold the sanctions on Moscow.",
                "note": "kept",
            },
            {"text": ""},
            "{broken",
            {"id": 4, "text": "The harvest was good.", "labels": ["x"], "actor": "RU"},
        ],
    )


def test_rows_keep_their_place_and_failures_give_exit_code_1(table: Path, tmp_path: Path) -> None:
    done = run("score", table, "-o", tmp_path / "out.jsonl")
    assert done.returncode == 1
    assert "2 statements scored, 2 failed" in done.stderr
    rows = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()]
    assert [row["id"] for row in rows] == ["a", 2, 3, 4]
    assert rows[0]["note"] == "kept"
    assert "bod" in rows[0]["labels"]
    assert rows[1]["error"] == "text: is empty"
    assert "line 3: not valid JSON" in rows[2]["error"]
    assert rows[3]["input_labels"] == ["x"]
    assert rows[3]["labels"] == []


def test_a_dash_or_nothing_is_jsonl_on_stdout(table: Path) -> None:
    assert run("score", table).stdout == run("score", table, "-o", "-").stdout
    assert len(run("score", table).stdout.splitlines()) == 4


@pytest.mark.parametrize("ending", [".csv", ".tsv", ".xlsx", ".parquet"])
def test_tables_have_a_column_a_score_and_keep_the_inputs(
    ending: str, table: Path, tmp_path: Path, codebook: Codebook
) -> None:
    out = tmp_path / f"out{ending}"
    assert run("score", table, "-o", out).returncode == 1
    if ending == ".parquet":
        header = pq.read_table(out).column_names
        rows = pq.read_table(out).to_pylist()
        assert isinstance(rows[0]["labels"], list)
    elif ending == ".xlsx":
        first, *rest = load_workbook(out).worksheets[0].iter_rows(values_only=True)
        header = list(first)
        rows = [dict(zip(header, row, strict=True)) for row in rest]
    else:
        with out.open(newline="") as file:
            rows = list(csv.DictReader(file, delimiter="\t" if ending == ".tsv" else ","))
        header = list(rows[0])
    assert len(rows) == 4
    assert {"id", "text", "note", "actor", "input_labels"} <= set(header)
    scores = {f"score_{label}" for label in codebook.ids}
    assert {"labels", "review", "model", "codebook", "warnings", "error", *scores} <= set(header)
    assert 0 < float(rows[0]["score_bod"]) < 1
    assert "is empty" in rows[1]["error"]
    assert not rows[1]["score_bod"]


def test_the_same_text_scores_the_same_from_every_format(table: Path, tmp_path: Path) -> None:
    good = [json.loads(line) for line in table.read_text().splitlines() if "Kyiv" in line]
    (tmp_path / "a.csv").write_text(f"id,text\na,{good[0]['text']}\n")
    found = json.loads(run("score", tmp_path / "a.csv").stdout)
    assert found["scores"] == json.loads(run("score", table).stdout.splitlines()[0])["scores"]


@pytest.mark.parametrize("ending", [".csv", ".xlsx", ".parquet", ".jsonl"])
def test_odd_ids_and_values_survive_every_output(
    ending: str, write_jsonl: Write, tmp_path: Path
) -> None:
    rows = [{"text": "war", "id": i, "more": {"a": [1]}} for i in (True, [1], 10**30, None, 2.5)]
    out = tmp_path / f"out{ending}"
    done = run("score", write_jsonl("odd.jsonl", rows), "-o", out)
    assert done.returncode == 1
    assert "4 statements scored, 1 failed" in done.stderr
    assert out.exists()


def test_an_input_column_named_language_is_kept_in_tables(
    write_jsonl: Write, tmp_path: Path
) -> None:
    path = write_jsonl("a.jsonl", [{"text": "war", "language": "en-GB"}])
    assert run("score", path, "-o", tmp_path / "out.csv").returncode == 0
    (row,) = csv.DictReader((tmp_path / "out.csv").read_text().splitlines())
    assert row["language"] == "en-GB"


def test_a_terminal_sees_progress_and_the_summary(write_jsonl: Write, tmp_path: Path) -> None:
    path = write_jsonl("a.jsonl", [{"text": "war"}] * 3)
    master, terminal = os.openpty()
    with subprocess.Popen(
        [COMMAND, "score", str(path), "-o", str(tmp_path / "out.csv")],
        stderr=terminal,
        stdout=terminal,
    ) as process:
        os.close(terminal)
        shown = b""
        with contextlib.suppress(OSError):  # the terminal's end
            while part := os.read(master, 4096):
                shown += part
    os.close(master)
    assert process.returncode == 0, shown
    assert b"3 statements scored, 0 failed" in shown
    assert b"3/?" in shown


def test_a_file_may_be_its_own_output(write_jsonl: Write) -> None:
    path = write_jsonl("same.jsonl", [{"text": "war"}] * 3)
    assert run("score", path, "-o", path).returncode == 0
    assert [json.loads(line)["id"] for line in path.read_text().splitlines()] == [1, 2, 3]


def test_a_threshold_may_be_given(table: Path) -> None:
    done = run("score", table, "--threshold", "bod=1", "--threshold", "aod=0")
    labels = json.loads(done.stdout.splitlines()[0])["labels"]
    assert "bod" not in labels
    assert "aod" in labels


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["no.jsonl"], "no.jsonl: no such file"),
        (["{table}", "--model", "none"], "no model 'none' (there are: default"),
        (["{table}", "--threshold", "bod"], "threshold 'bod': write LABEL=P"),
        (["{table}", "--threshold", "x=0.5"], "unknown label 'x'"),
        (["{table}", "-o", "out.doc"], ".doc: not one of .jsonl, .csv"),
        (["speech.pdf"], ".pdf: not one of .jsonl, .csv"),
        (["{table}", "-o", "/no/such/folder/out.csv"], "cannot be written (No such file"),
    ],
)
def test_bad_usage_is_one_line_and_exit_code_2(
    arguments: list[str], message: str, table: Path
) -> None:
    refused(run("score", *(a.replace("{table}", str(table)) for a in arguments)), message)


def test_a_column_that_is_missing_is_named_with_its_file(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("words\nx\n")
    refused(run("score", tmp_path / "a.csv"), "a.csv:1: no column 'text' (columns: words)")


def test_a_text_of_10_mb_is_a_failed_row_and_the_rest_is_scored(
    write_jsonl: Write, tmp_path: Path
) -> None:
    path = write_jsonl("big.jsonl", [{"text": "war " * 2_500_000}, {"text": "The war goes on."}])
    done = run("score", path)
    first, second = map(json.loads, done.stdout.splitlines())
    assert done.returncode == 1
    assert "at most 100000 characters" in first["error"]
    assert "security" in second["labels"]


def test_a_misspelt_setting_is_refused(table: Path) -> None:
    refused(run("score", table, FAULTLINE_MODLE="x"), "FAULTLINE_MODLE: no such setting")
    refused(run("score", table, FAULTLINE_PORT="high"), "FAULTLINE_PORT: Input should be")


def test_a_damaged_bundle_is_refused(table: Path, default_bundle: Bundle, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(default_bundle.path, tmp_path / "copy"))
    (copy / MODEL).write_bytes((copy / MODEL).read_bytes()[:-1])
    refused(run("score", table, "--model", copy), "model.onnx: content differs from the manifest")


def test_serving_beyond_loopback_is_refused() -> None:
    refused(run("serve", "--host", "0.0.0.0"), "beyond loopback")  # noqa: S104


def test_models_are_listed_shown_and_verified(default_bundle: Bundle) -> None:
    reference = default_bundle.manifest.reference
    assert reference in run("models", "list").stdout
    assert json.loads(run("models", "show", "default").stdout)["name"] == "default"
    assert run("models", "verify").stdout.startswith(f"{reference}: whole")
    refused(run("models", "verify", "none"), "no model 'none'")


def test_labels_check_counts_and_refuses(write_jsonl: Write) -> None:
    good = {"id": "1", "text": "The war goes on.", "labels": ["security"]}
    done = run("labels", "check", write_jsonl("a.jsonl", [good]), "--summary")
    assert done.returncode == 0
    assert "labels: security" in done.stdout
    assert "1 statements are good, 0 refused" in done.stdout
    path = write_jsonl("b.jsonl", [good, {"text": "x", "labels": ["sekurity"]}])
    done = run("labels", "check", path)
    assert done.returncode == 2
    assert f"{path}:2: unknown label 'sekurity'" in done.stderr


def test_labels_go_out_and_come_back(write_jsonl: Write, tmp_path: Path) -> None:
    rows = [
        {"id": "1", "text": "The war goes on.", "labels": ["security"], "coders": [["bod"], []]}
    ]
    out, back = tmp_path / "tasks.json", tmp_path / "back.csv"
    native = write_jsonl("a.jsonl", rows)
    assert run("labels", "export", native, "--format", "label-studio", "-o", out).returncode == 0
    done = run("labels", "import", out, "--format", "label-studio", "-o", back)
    assert done.stdout == "1 statements written, 0 refused\n"
    with back.open(newline="") as lines:
        (row,) = csv.DictReader(lines)
    assert (row["id"], row["labels"], row["coders"]) == ("1", "security", '[["bod"], []]')
    refused(run("labels", "export", native, "--format", "xml", "-o", out), "--format xml: not one")


def test_an_import_with_refusals_writes_nothing_unless_told(
    write_jsonl: Write, tmp_path: Path
) -> None:
    bad = write_jsonl("a.jsonl", [{"text": "x", "label": []}, {"text": "y", "label": ["no"]}])
    command = ("labels", "import", bad, "--format", "doccano", "-o", tmp_path / "out.jsonl")
    done = run(*command)
    assert done.returncode == 2
    assert f"{bad}:2: unknown label 'no'" in done.stderr
    assert not (tmp_path / "out.jsonl").exists()
    done = run(*command, "--skip-refused")
    assert done.returncode == 1
    assert done.stdout == "1 statements written, 1 refused\n"
    assert json.loads((tmp_path / "out.jsonl").read_text())["text"] == "x"


def test_agreement_prints_and_writes_alpha(write_jsonl: Write, tmp_path: Path) -> None:
    rows = [
        {
            "text": f"text {n}",
            "labels": ["bod"] if n % 2 else [],
            "coders": [["bod"] if n % 2 else []] * 2,
        }
        for n in range(20)
    ]
    done = run("labels", "agreement", write_jsonl("a.jsonl", rows), "--json", tmp_path / "a.json")
    assert done.returncode == 0
    assert "20 statements coded twice, 20 documents" in done.stdout
    assert json.loads((tmp_path / "a.json").read_text())["labels"]["bod"]["alpha"] == 1.0
    once = write_jsonl("b.jsonl", [{"text": "x", "labels": []}])
    refused(run("labels", "agreement", once), "no statement holds two codings")


def test_evaluate_prints_and_writes_figures(write_jsonl: Write, tmp_path: Path) -> None:
    rows = [
        {"id": n, "doc_id": n // 2, "text": text, "labels": labels}
        for n, (text, labels) in enumerate(
            [("The tanks shelled the city.", ["security"]), ("The harvest was good.", [])] * 5
        )
    ]
    rows = [{**row, "text": f"{row['text']} ({row['id']})"} for row in rows]
    gold = write_jsonl("gold.jsonl", rows)
    done = run("evaluate", "--gold", gold, "--json", tmp_path / "figures.json")
    assert done.returncode == 0
    assert "10 statements, 5 documents" in done.stdout
    figures = json.loads((tmp_path / "figures.json").read_text())
    assert figures["labels"]["security"]["f1"] == 1.0
    refused(
        run("evaluate", "--gold", write_jsonl("bad.jsonl", [{"text": "x", "labels": ["no"]}])),
        "bad.jsonl:1: unknown label 'no'",
    )


def test_training_shows_its_help_and_refuses_in_one_line(
    write_jsonl: Write, tmp_path: Path
) -> None:
    assert "--backbone" in run("train", "--help").stdout
    bad = write_jsonl("bad.jsonl", [{"text": "x", "labels": ["no"]}])
    refused(run("train", "-o", tmp_path / "new", "--data", bad), "bad.jsonl:1: unknown label 'no'")
