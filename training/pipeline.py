"""From labelled statements to a bundle: data, fit, decide, export, gate, evaluate, bundle."""

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import orjson

from labels.codebook import DEFAULT_PATH as DEFAULT_CODEBOOK
from labels.codebook import Codebook, load_codebook
from labels.labelled import DATA_DIR, data_hash, read_labelled
from labels.splits import Split
from labels.statement import LabelledStatement, document_of
from models.bundle import (
    CARD,
    CODEBOOK,
    FORMAT,
    MODEL,
    TOKENIZER,
    Bundle,
    Decision,
    Manifest,
    write_bundle,
)
from models.evaluation import evaluate_predictor
from models.export import export_onnx
from models.onnx_backend import OnnxBackend
from models.predictor import Predictor, pooled_logits
from models.tokens import StatementTokenizer
from models.torch_backend import TorchBackend
from training import fidelity
from training.card import render_card
from training.data import split, token_rows
from training.decide import decide
from training.errors import DataError
from training.fit import fit
from training.network import StatementCoder, save_tokenizer
from training.recipe import Recipe

LIBRARIES = ("torch", "transformers", "datasets", "tokenizers", "onnx", "onnxruntime", "numpy")
log = logging.getLogger("faultline.training")


@dataclass(frozen=True)
class Job:
    """What to train and where to put it."""

    recipe: Recipe
    output: Path
    name: str
    version: str
    run_dir: Path
    data: tuple[Path, ...] = (DATA_DIR,)
    codebook: Path = DEFAULT_CODEBOOK


@dataclass(frozen=True)
class Fitted:
    """A fitted network, what reads its input, and its decision for each label."""

    network: StatementCoder
    tokenizer: StatementTokenizer
    decisions: dict[str, Decision]
    parts: dict[Split, list[LabelledStatement]]
    history: list[dict[str, Any]]


def fit_and_decide(
    recipe: Recipe, statements: Sequence[LabelledStatement], codebook: Codebook, run_dir: Path
) -> Fitted:
    """Fit on the train split, calibrate and set thresholds on the validation split.

    Raises:
        DataError: a split is empty.
        BackboneError: the backbone cannot be used.
    """
    parts = split(statements)
    log.info("statements: %s", {name: len(part) for name, part in parts.items()})
    save_tokenizer(recipe.backbone, run_dir / TOKENIZER)
    tokenizer = StatementTokenizer.from_file(run_dir / TOKENIZER, recipe.input)
    train_rows, validation_rows = (
        token_rows(parts[name], codebook, tokenizer) for name in ("train", "validation")
    )
    network, history = fit(recipe, train_rows, validation_rows, run_dir)
    decisions = decide(
        codebook,
        pooled_logits(TorchBackend(network), tokenizer.encode(parts["validation"])),
        np.array([codebook.row(s.labels) for s in parts["validation"]]),
        [document_of(s, place) for place, s in enumerate(parts["validation"])],
        recipe.decide,
    )
    return Fitted(network, tokenizer, decisions, parts, history)


def train(job: Job) -> Bundle:
    """Train, measure and write one bundle; the run's figures stay in ``job.run_dir``.

    Raises:
        DataError: statements are refused, or a split is empty.
        BackboneError: the backbone cannot be used.
        FidelityError: the exported model strays from the float model; no bundle is written.
        BundleExistsError: the output is taken.
    """
    started = time.monotonic()
    codebook = load_codebook(job.codebook)
    statements = _read(job, codebook)
    job.run_dir.mkdir(parents=True, exist_ok=True)
    fitted = fit_and_decide(job.recipe, statements, codebook, job.run_dir)
    network, parts = fitted.network, fitted.parts
    _export(network, job.run_dir / MODEL)
    (job.run_dir / CODEBOOK).write_bytes(job.codebook.read_bytes())
    manifest: dict[str, Any] = {
        "name": job.name,
        "version": job.version,
        "created": datetime.now(UTC).date().isoformat(),
        "codebook": codebook.reference,
        "codebook_fingerprint": codebook.fingerprint,
        "pooling": "max",
        "input": job.recipe.input.model_dump(),
        "decisions": {label: d.model_dump() for label, d in fitted.decisions.items()},
        "backbone": {"name": job.recipe.backbone, "hidden_size": _config(network).hidden_size},
        "training": {
            "statements": len(statements),
            "splits": {name: len(part) for name, part in parts.items()},
            "data_sha256": data_hash(statements),
            "recipe": job.recipe.model_dump(),
            "decided_on": "validation split of the labelled data",
        },
        "fidelity": {},
        "metrics": {},
        "libraries": {name: version(name) for name in LIBRARIES},
    }
    draft = Bundle(
        job.run_dir, Manifest.model_validate({**manifest, "format": FORMAT, "files": {}}), codebook
    )
    exported = Predictor(draft, OnnxBackend(draft.model_path))
    exact = Predictor(draft, TorchBackend(network))
    manifest["fidelity"] = fidelity.compare(exact, exported, parts["validation"] + parts["test"])
    if parts["test"]:
        manifest["metrics"] = {
            "measured_on": "test split of the labelled data",
            **evaluate_predictor(exported, parts["test"]),
        }
    manifest["training"]["seconds"] = round(time.monotonic() - started)
    _write_json(job.run_dir / "run.json", {**manifest, "history": fitted.history})
    log.info("fidelity: %s", manifest["fidelity"])
    fidelity.check(manifest["fidelity"])
    (job.run_dir / CARD).write_text(render_card(manifest, codebook), encoding="utf-8")
    files = {name: job.run_dir / name for name in (MODEL, TOKENIZER, CODEBOOK, CARD)}
    return write_bundle(job.output, manifest, files)


def _read(job: Job, codebook: Codebook) -> list[LabelledStatement]:
    read = read_labelled(job.data, codebook)
    if read.problems:
        more = f" (and {len(read.problems) - 1} more)" if len(read.problems) > 1 else ""
        raise DataError(read.problems[0] + more)
    return read.statements


def _export(network: StatementCoder, path: Path) -> None:
    config = _config(network)
    network.encoder.set_attn_implementation("eager")
    export_onnx(network, path, heads=config.num_attention_heads, hidden=config.hidden_size)


def _config(network: StatementCoder) -> Any:
    return network.encoder.config


def _write_json(path: Path, content: dict[str, Any]) -> None:
    path.write_bytes(orjson.dumps(content, option=orjson.OPT_INDENT_2 | orjson.OPT_SERIALIZE_NUMPY))
