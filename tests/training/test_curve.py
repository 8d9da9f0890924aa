"""The learning curve: whole documents, nothing done twice, a table and a picture."""

import json
from pathlib import Path
from typing import Any

import pytest

from labels.statement import LabelledStatement
from training import curve
from training.recipe import Recipe


def test_a_part_grows_by_whole_documents(authored: list[LabelledStatement]) -> None:
    small, large = (curve.part(authored, size, seed=1) for size in (300, 600))
    assert (len(small), len(large)) == (300, 600)
    assert small == large[:300]
    whole = {s.group for s in small} - {small[-1].group}
    assert all(s in small for s in authored if s.group in whole)
    assert curve.part(authored, 300, seed=2) != small
    assert curve.part(authored, None, seed=1) == authored


def test_runs_are_measured_once_and_drawn(
    tiny_recipe: Recipe,
    authored: list[LabelledStatement],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    gold = tmp_path / "gold.jsonl"
    gold.write_text("\n".join(s.model_dump_json(exclude_none=True) for s in authored[:200]))
    monkeypatch.setattr(curve, "SIZES", (200, 400))
    monkeypatch.setattr(curve, "SEEDS", (1,))
    monkeypatch.setattr(curve, "load_recipe", lambda: tiny_recipe)
    data = tmp_path / "data.jsonl"
    data.write_text("\n".join(s.model_dump_json(exclude_none=True) for s in authored[200:800]))
    monkeypatch.setattr(curve, "DATA_DIR", data)
    curve.main(gold, tmp_path / "curve")
    runs = [json.loads(line) for line in (tmp_path / "curve.jsonl").read_text().splitlines()]
    assert [r["statements"] for r in runs] == [200, 400, 600]
    assert all(0 < r["average_precision_core"] < 1 for r in runs)
    assert "| 400 |" in (tmp_path / "curve.md").read_text()
    assert "<svg" in (tmp_path / "curve.svg").read_text()

    def fails(*_: Any, **__: Any) -> Any:
        raise AssertionError("a run was done twice")

    monkeypatch.setattr(curve, "run", fails)
    curve.main(gold, tmp_path / "curve")
