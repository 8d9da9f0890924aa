"""``faultline calibrate``: a model's decisions refitted to the corpus at hand, in its own process.

Written training data has other label shares than real speeches, so thresholds do not carry over. A
coded sample refits calibration, thresholds and review bands; without one, label shares are
estimated from the scores of an uncoded corpus alone.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any

import numpy as np
import typer
from pydantic import ValidationError

from labels.errors import StatementError
from labels.labelled import data_hash, read_labelled
from labels.statement import LabelledStatement, Statement, document_of, parse_statement
from labels.tables import read_rows
from models.bundle import (
    CARD,
    CODEBOOK,
    MODEL,
    TOKENIZER,
    Bundle,
    Decision,
    load_bundle,
    write_bundle,
)
from models.decision import Decider
from models.evaluation import evaluate
from models.metrics import Bools, Values
from models.onnx_backend import OnnxBackend
from models.predictor import pooled_logits
from models.registry import Registry, name_and_version
from models.tokens import StatementTokenizer
from training.card import render_card
from training.command import OutputOption, run
from training.decide import FOLDS, decide, folds_of
from training.errors import DataError, RecipeError
from training.recipe import Decide, load_recipe
from training.shift import shift

FEWEST = 200


def on_coded(
    bundle: Bundle, gold: Sequence[LabelledStatement], rule: Decide
) -> tuple[dict[str, Decision], dict[str, Any]]:
    """Decisions fitted on all of a coded sample, and figures cross-fitted by document on it.

    Raises:
        DataError: fewer than 200 statements, or fewer than five documents.
    """
    codebook = bundle.codebook
    documents = [document_of(s, place) for place, s in enumerate(gold)]
    if len(gold) < FEWEST or len(set(documents)) < FOLDS:
        raise DataError(
            f"{len(gold)} coded statements of {len(set(documents))} documents: at least {FEWEST} "
            f"of {FOLDS} are needed"
        )
    logits = logits_of(bundle, gold)
    rows = np.array([codebook.row(s.labels) for s in gold])
    scores, coded, marked = _cross_fitted(bundle, logits, rows, documents, rule)
    figures = evaluate(codebook, gold=rows, coded=coded, scores=scores, documents=documents)
    for k, label in enumerate(codebook.ids):
        figures["labels"][label]["review"] = outside(rows[:, k], coded[:, k], marked[:, k])
    return decide(codebook, logits, rows, documents, rule), figures


def logits_of(bundle: Bundle, statements: Sequence[Statement]) -> Values:
    """Logits (statements, labels) of a bundle's network."""
    tokenizer = StatementTokenizer.from_file(bundle.tokenizer_path, bundle.manifest.input)
    return pooled_logits(OnnxBackend(bundle.model_path), tokenizer.encode(statements))


def _cross_fitted(
    bundle: Bundle, logits: Values, rows: Bools, documents: list[str], rule: Decide
) -> tuple[Values, Bools, Bools]:
    scores, coded, marked = (np.empty(rows.shape, kind) for kind in (float, bool, bool))
    folds = folds_of(documents)
    for fold in range(FOLDS):
        held = folds == fold
        others = [document for document, here in zip(documents, held, strict=True) if not here]
        found = decide(bundle.codebook, logits[~held], rows[~held], others, rule)
        decider = Decider(bundle.codebook, tuple(found[i] for i in bundle.codebook.ids))
        scores[held] = decider.probabilities(logits[held])
        coded[held] = scores[held] >= decider.thresholds()
        marked[held] = decider.in_band(scores[held])
    return scores, coded, marked


def outside(gold: Bools, coded: Bools, marked: Bools) -> dict[str, Any]:
    """How far decisions outside the review band are wrong, given and not given apart."""
    wrong = gold != coded
    sides = {"given": coded & ~marked, "not_given": ~coded & ~marked}
    return {
        "marked": int(marked.sum()),
        **{
            name: {"decisions": int(side.sum()), "wrong": int((wrong & side).sum())}
            for name, side in sides.items()
        },
    }


def main(
    output: OutputOption,
    model: Annotated[
        str, typer.Option(help="NAME, NAME@VERSION or a bundle's folder.")
    ] = "default",
    gold: Annotated[Path | None, typer.Option(help="Coded statements (200 or more).")] = None,
    unlabelled: Annotated[
        Path | None, typer.Option(help="Uncoded statements instead: label shares alone.")
    ] = None,
    objective: Annotated[
        str | None, typer.Option(help="f1, precision>=0.9 or recall>=0.8; the recipe's if none.")
    ] = None,
    review_error: Annotated[
        float | None, typer.Option(help="Most that may be wrong outside the review band.")
    ] = None,
) -> None:
    """Refit a model's calibration, thresholds and review bands to a corpus; a new bundle."""
    changed = {"objective": objective, "review_error": review_error}
    given = {name: value for name, value in changed.items() if value is not None}
    try:
        rule = Decide.model_validate({**load_recipe().decide.model_dump(), **given})
    except ValidationError as error:
        first = error.errors()[0]
        raise RecipeError(f"{first['loc'][0]}: {first['msg']}") from error
    name_and_version(output.resolve())
    bundle = load_bundle(Registry().find(model))
    if (gold is None) == (unlabelled is None):
        raise DataError("give either --gold or --unlabelled")
    if gold is not None:
        sample = _coded(gold, bundle)
        decisions, metrics = on_coded(bundle, sample, rule)
        facts = {"statements": len(sample), "data_sha256": data_hash(sample)}
        measured = f"coded sample {gold.name}, decisions cross-fitted by document"
        metrics = {"measured_on": measured, **metrics}
    else:
        assert unlabelled is not None
        statements = _uncoded(unlabelled)
        decisions = shift(bundle, logits_of(bundle, statements), rule)
        facts, metrics = {"statements": len(statements)}, {}
    source = gold or unlabelled
    assert source is not None
    kind = "coded sample" if gold else "scores of an uncoded corpus"
    made = _write(
        bundle,
        output,
        decisions,
        {"decided_on": f"{kind} {source.name}", "objective": rule.objective, **facts},
        metrics,
    )
    typer.echo(f"{made.manifest.reference} written to {output}")


def _coded(path: Path, bundle: Bundle) -> list[LabelledStatement]:
    read = read_labelled([path], bundle.codebook)
    if read.problems:
        raise DataError(read.problems[0])
    return read.statements


def _uncoded(path: Path) -> list[Statement]:
    statements = []
    for row in read_rows(path):
        if row.error:
            raise DataError(f"{path}:{row.line}: {row.error}")
        try:
            statements.append(parse_statement(row.fields))
        except StatementError as error:
            raise DataError(f"{path}:{row.line}: {error}") from error
    if len(statements) < FEWEST:
        raise DataError(f"{path}: {len(statements)} statements, at least {FEWEST} are needed")
    return statements


def _write(
    bundle: Bundle,
    output: Path,
    decisions: dict[str, Decision],
    calibration: dict[str, Any],
    metrics: dict[str, Any],
) -> Bundle:
    name, version = name_and_version(output.resolve())
    manifest = {
        **bundle.manifest.model_dump(mode="json", exclude={"format", "files"}),
        "name": name,
        "version": version,
        "created": datetime.now(UTC).date().isoformat(),
        "decisions": {label: d.model_dump() for label, d in decisions.items()},
        "calibration": {"refitted_from": bundle.manifest.reference, **calibration},
        "metrics": metrics,
    }
    with TemporaryDirectory() as folder:
        card = Path(folder) / CARD
        card.write_text(render_card(manifest, bundle.codebook), encoding="utf-8")
        kept = {name: bundle.path / name for name in (MODEL, TOKENIZER, CODEBOOK)}
        return write_bundle(output, manifest, {**kept, CARD: card})


if __name__ == "__main__":
    run(main)
