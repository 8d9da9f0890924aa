"""The whole training on a tiny encoder: it learns, repeats, and stops at its gates."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from labels.statement import LabelledStatement, Statement
from models.bundle import load_bundle
from models.errors import BundleExistsError
from models.onnx_backend import OnnxBackend
from models.predictor import Predictor
from training import fidelity
from training.errors import BackboneError, DataError, FidelityError
from training.pipeline import Job, train
from training.recipe import Recipe

Write = Callable[[str, list[Any]], Path]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory, authored: list[LabelledStatement]) -> Path:
    path = tmp_path_factory.mktemp("data") / "part.jsonl"
    rows = [s.model_dump_json(exclude_none=True) for s in authored[::4]]
    path.write_text("\n".join(rows), encoding="utf-8")
    return path


def job(recipe: Recipe, data: Path, folder: Path) -> Job:
    return Job(
        recipe=recipe,
        output=folder / "tiny" / "1.2.3",
        name="tiny",
        version="1.2.3",
        run_dir=folder / "run",
        data=(data,),
    )


@pytest.fixture(scope="module")
def trained(
    tiny_recipe: Recipe, data: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Job, Any]:
    made = job(tiny_recipe, data, tmp_path_factory.mktemp("trained"))
    return made, train(made)


def test_a_training_ends_in_a_whole_bundle(trained: tuple[Job, Any]) -> None:
    made, bundle = trained
    assert load_bundle(made.output).manifest == bundle.manifest
    assert bundle.manifest.reference == "tiny@1.2.3"
    assert set(bundle.manifest.decisions) == set(bundle.codebook.ids)
    assert len(bundle.manifest.training["data_sha256"]) == 64
    assert bundle.manifest.metrics["statements"] > 0
    assert "## Use and limits" in (made.output / "README.md").read_text()


def test_the_loss_falls(trained: tuple[Job, Any]) -> None:
    history = json.loads((trained[0].run_dir / "run.json").read_text())["history"]
    losses = [entry["loss"] for entry in history if "loss" in entry]
    assert losses[-1] < losses[0]


def test_the_bundle_scores(trained: tuple[Job, Any]) -> None:
    _, bundle = trained
    predictor = Predictor(bundle, OnnxBackend(bundle.model_path))
    (result,) = predictor.score([Statement(text="The army crossed the border.", actor="UA")])
    assert set(result.scores) == set(bundle.codebook.ids)


def test_the_same_seed_gives_the_same_model(
    trained: tuple[Job, Any], tiny_recipe: Recipe, data: Path, tmp_path: Path
) -> None:
    again = train(job(tiny_recipe, data, tmp_path))
    first = trained[1].manifest
    assert again.manifest.files["model.onnx"] == first.files["model.onnx"]
    assert again.manifest.decisions == first.decisions


def test_a_bundle_in_the_way_is_left_alone(trained: tuple[Job, Any], tmp_path: Path) -> None:
    made, _ = trained
    from dataclasses import replace

    with pytest.raises(BundleExistsError):
        train(replace(made, run_dir=tmp_path / "run"))


def test_refused_statements_stop_a_training(
    tiny_recipe: Recipe, write_jsonl: Write, tmp_path: Path
) -> None:
    path = write_jsonl("bad.jsonl", [{"text": "a", "labels": ["no"]}, {"text": "b", "labels": 1}])
    with pytest.raises(DataError, match=r"bad\.jsonl:1: unknown label 'no'.*\(and 1 more\)"):
        train(job(tiny_recipe, path, tmp_path))


def test_an_empty_split_stops_a_training(
    tiny_recipe: Recipe, write_jsonl: Write, tmp_path: Path
) -> None:
    path = write_jsonl("one.jsonl", [{"text": "a", "labels": [], "split": "train"}])
    with pytest.raises(DataError, match="no statement falls into the validation split"):
        train(job(tiny_recipe, path, tmp_path))


def test_a_backbone_that_is_not_there_stops_a_training(
    tiny_recipe: Recipe, data: Path, tmp_path: Path
) -> None:
    absent = tiny_recipe.model_copy(update={"backbone": str(tmp_path / "none")})
    with pytest.raises(BackboneError, match="none"):
        train(job(absent, data, tmp_path))


GOOD = {
    "statements": 100,
    "label_agreement": 0.999,
    "mean_difference": 0.001,
    "largest_difference": 0.05,
    "macro_f1_difference": 0.001,
}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("label_agreement", 0.99),
        ("mean_difference", 0.006),
        ("largest_difference", 0.11),
        ("macro_f1_difference", 0.006),
        ("macro_f1_difference", float("nan")),
    ],
)
def test_an_export_that_strays_from_the_float_model_is_refused(name: str, value: float) -> None:
    fidelity.check(GOOD)
    with pytest.raises(FidelityError, match=name):
        fidelity.check({**GOOD, name: value})


def test_a_training_whose_export_strays_writes_no_bundle(
    tiny_recipe: Recipe, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    exact = OnnxBackend.logits

    def noisy(self: OnnxBackend, *arrays: Any) -> Any:
        found = exact(self, *arrays)
        return found + np.random.default_rng(0).normal(0, 3, found.shape)

    monkeypatch.setattr(OnnxBackend, "logits", noisy)
    made = job(tiny_recipe, data, tmp_path)
    with pytest.raises(FidelityError):
        train(made)
    assert not made.output.exists()


def test_the_shipped_bundle_passed_its_gate(predictor: Predictor, default_bundle: Any) -> None:
    fidelity.check(default_bundle.manifest.fidelity)
