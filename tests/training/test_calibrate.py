"""``faultline calibrate``: a new bundle, the old network, decisions of the corpus at hand."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from labels.labelled import DATA_DIR, read_labelled
from labels.statement import LabelledStatement
from models.bundle import MODEL, Bundle, load_bundle
from training.calibrate import outside

Write = Callable[[str, list[Any]], Path]
COMMAND = str(Path(sys.executable).with_name("faultline"))


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [COMMAND, "calibrate", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        timeout=180,
    )


@pytest.fixture(scope="module")
def sample(default_bundle: Bundle, tmp_path_factory: pytest.TempPathFactory) -> Path:
    statements = read_labelled([DATA_DIR], default_bundle.codebook).statements[::40][:240]
    path = tmp_path_factory.mktemp("gold") / "coded.jsonl"
    path.write_text("\n".join(map(_line, statements)), encoding="utf-8")
    return path


def _line(statement: LabelledStatement) -> str:
    return statement.model_dump_json(exclude_none=True)


def test_decisions_are_refitted_and_the_network_stays(
    sample: Path, default_bundle: Bundle, tmp_path: Path
) -> None:
    done = run("--gold", sample, "-o", tmp_path / "mine" / "2.0.0", "--objective", "recall>=0.8")
    assert done.returncode == 0, done.stderr
    assert "mine@2.0.0 written" in done.stdout
    made = load_bundle(tmp_path / "mine" / "2.0.0")
    assert made.manifest.files[MODEL] == default_bundle.manifest.files[MODEL]
    assert made.manifest.decisions != default_bundle.manifest.decisions
    assert made.manifest.calibration["refitted_from"] == default_bundle.manifest.reference
    assert made.manifest.calibration["objective"] == "recall>=0.8"
    assert made.manifest.calibration["statements"] == 240
    assert "cross-fitted by document" in made.manifest.metrics["measured_on"]
    review = made.manifest.metrics["labels"]["security"]["review"]
    assert sum(review[side]["decisions"] for side in ("given", "not_given")) <= 240
    assert "coded sample coded.jsonl" in (made.path / "README.md").read_text()
    again = run("--gold", sample, "-o", tmp_path / "mine" / "2.0.0")
    assert again.returncode == 2
    assert "never overwritten" in again.stderr


def test_scores_of_an_uncoded_corpus_move_the_shares(sample: Path, tmp_path: Path) -> None:
    assert run("--gold", sample, "-o", tmp_path / "base" / "1.0.0").returncode == 0
    dull = [
        {"text": f"The committee approved item {n} of its agenda on rural roads."}
        for n in range(220)
    ]
    rows = [json.loads(line) for line in sample.read_text().splitlines()[:40]]
    path = tmp_path / "plain.jsonl"
    path.write_text("\n".join(json.dumps({"text": r["text"]}) for r in [*rows, *dull]))
    command = ("--model", tmp_path / "base" / "1.0.0", "--unlabelled", path)
    done = run(*command, "-o", tmp_path / "b")
    assert done.returncode == 0, done.stderr
    base, moved = load_bundle(tmp_path / "base" / "1.0.0"), load_bundle(tmp_path / "b")
    shares = [b.manifest.decisions["security"].share or 0 for b in (base, moved)]
    assert shares[1] < 0.6 * shares[0]
    assert moved.manifest.metrics == {}
    assert moved.manifest.decisions["security"].review_error is None


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ([], "give either --gold or --unlabelled"),
        (["--gold", "few.jsonl"], "at least 200"),
        (["--gold", "bad.jsonl"], "bad.jsonl:1: unknown label 'no'"),
        (["--gold", "few.jsonl", "--objective", "f9"], "objective: String should match"),
        (["--gold", "few.jsonl", "--review-error", "0.7"], "review_error: Input should be less"),
        (["--unlabelled", "blank.jsonl"], "blank.jsonl:1: text: is empty"),
        (["--unlabelled", "few.jsonl"], "2 statements, at least 200"),
    ],
)
def test_what_cannot_be_calibrated_on_is_refused(
    arguments: list[str], reason: str, write_jsonl: Write, tmp_path: Path
) -> None:
    few = [{"text": "a", "labels": []}, {"text": "b", "labels": []}]
    write_jsonl("few.jsonl", few)
    write_jsonl("blank.jsonl", [{"text": " "}])
    write_jsonl("bad.jsonl", [{"text": "a", "labels": ["no"]}])
    placed = [str(tmp_path / a) if a.endswith(".jsonl") else a for a in arguments]
    done = run(*placed, "-o", tmp_path / "out")
    assert done.returncode == 2
    assert done.stderr.startswith("faultline: ")
    assert reason in done.stderr
    assert not (tmp_path / "out").exists()


def test_errors_outside_the_band_are_counted_on_either_side() -> None:
    gold, coded, marked = (np.array(list(bits)) == "1" for bits in ("110010", "101010", "000011"))
    assert outside(gold, coded, marked) == {
        "marked": 2,
        "given": {"decisions": 2, "wrong": 1},
        "not_given": {"decisions": 2, "wrong": 1},
    }
