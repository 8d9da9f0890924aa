"""The learning curve: the recipe on growing parts of the data, measured on coded statements.

``python -m training.curve GOLD OUT`` adds one line a run to ``OUT.jsonl``, where a run that stands
is not done again, then writes the table ``OUT.md`` and the picture ``OUT.svg``.
"""

import random
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import orjson

from labels.codebook import Codebook, load_codebook
from labels.labelled import DATA_DIR, data_hash, read_labelled
from labels.statement import LabelledStatement, document_of
from models.decision import Decider
from models.evaluation import evaluate
from models.predictor import pooled_logits
from models.torch_backend import TorchBackend
from training.errors import DataError
from training.pipeline import fit_and_decide
from training.recipe import Recipe, load_recipe

SIZES = (500, 1000, 2000, 4000, 7000)
SEEDS = (13, 14, 15)


def part(
    statements: Sequence[LabelledStatement], size: int | None, seed: int
) -> list[LabelledStatement]:
    """The first ``size`` statements when documents come in random order; all if None."""
    if size is None:
        return list(statements)
    groups = sorted({s.group or s.text for s in statements})
    random.Random(seed).shuffle(groups)  # noqa: S311  (no secret)
    place = {group: number for number, group in enumerate(groups)}
    return sorted(statements, key=lambda s: place[s.group or s.text])[:size]


def run(
    recipe: Recipe,
    statements: Sequence[LabelledStatement],
    gold: Sequence[LabelledStatement],
    codebook: Codebook,
    folder: Path,
) -> dict[str, Any]:
    """Figures on ``gold`` of a model fitted, calibrated and thresholded on ``statements``."""
    folder.mkdir(parents=True, exist_ok=True)
    fitted = fit_and_decide(recipe, statements, codebook, folder)
    decider = Decider(codebook, tuple(fitted.decisions[label] for label in codebook.ids))
    logits = pooled_logits(TorchBackend(fitted.network), fitted.tokenizer.encode(gold))
    scores = decider.probabilities(logits)
    return evaluate(
        codebook,
        gold=np.array([codebook.row(s.labels) for s in gold]),
        coded=scores >= decider.thresholds(),
        scores=scores,
        documents=[document_of(s, place) for place, s in enumerate(gold)],
    )


def summary(figures: dict[str, Any], codebook: Codebook) -> dict[str, Any]:
    """What the curve keeps of a run's figures."""
    rows = figures["labels"]
    core = [rows[label]["average_precision"] for label in codebook.groups()["core"]]
    return {
        "macro_f1_core": figures["overall"]["macro_f1_core"]["value"],
        "macro_f1_all": figures["overall"]["macro_f1_all"]["value"],
        "average_precision_core": float(np.mean(core)),
        "f1": {label: row["f1"] for label, row in rows.items()},
    }


def main(gold_path: Path, out: Path) -> None:
    """Run what is missing, then write table and picture."""
    codebook = load_codebook()
    statements, gold = (_good(path, codebook) for path in (DATA_DIR, gold_path))
    log = out.with_suffix(".jsonl")
    done = _done(log)
    for seed in SEEDS:
        for size in (*SIZES, None):
            chosen = part(statements, size, seed)
            key = (len(chosen), seed)
            if done.get(key, {}).get("data_sha256") == data_hash(chosen):
                continue
            recipe = load_recipe().model_copy(update={"seed": seed})
            figures = run(recipe, chosen, gold, codebook, out.parent / f"{out.name}-run")
            line = {
                "statements": key[0],
                "seed": seed,
                "data_sha256": data_hash(chosen),
                **summary(figures, codebook),
            }
            with log.open("ab") as lines:
                lines.write(orjson.dumps(line) + b"\n")
    runs = list(_done(log).values())
    out.with_suffix(".md").write_text(table(runs), encoding="utf-8")
    picture(runs).save(str(out.with_suffix(".svg")))


def _good(path: Path, codebook: Codebook) -> list[LabelledStatement]:
    read = read_labelled([path], codebook)
    if read.problems:
        raise DataError(read.problems[0])
    return read.statements


def _done(log: Path) -> dict[tuple[int, int], dict[str, Any]]:
    lines = log.read_bytes().splitlines() if log.exists() else []
    return {(r["statements"], r["seed"]): r for r in map(orjson.loads, lines)}


FIGURES = {
    "macro_f1_core": "macro-F1 core",
    "macro_f1_all": "macro-F1 all",
    "average_precision_core": "mean AP core",
}


def table(runs: Sequence[dict[str, Any]]) -> str:
    """Mean and standard deviation over seeds for each size, as Markdown."""
    lines = [
        "| statements | " + " | ".join(FIGURES.values()) + " | seeds |",
        "|---|---|---|---|---|",
    ]
    for size in sorted({r["statements"] for r in runs}):
        here = [r for r in runs if r["statements"] == size]
        cells = [
            f"{np.mean(v):.3f} ± {np.std(v, ddof=min(1, len(v) - 1)):.3f}" for v in _values(here)
        ]
        lines.append(f"| {size:,} | {' | '.join(cells)} | {len(here)} |")
    return "\n".join(lines) + "\n"


def _values(runs: Sequence[dict[str, Any]]) -> list[list[float]]:
    return [[float(r[name]) for r in runs] for name in FIGURES]


def picture(runs: Sequence[dict[str, Any]]) -> Any:
    """Each run as a point, each size's mean on a line, sizes on a logarithmic axis."""
    import altair as alt

    rows = [
        {"statements": r["statements"], "figure": shown, "value": r[name]}
        for r in runs
        for name, shown in FIGURES.items()
    ]
    base = alt.Chart(alt.InlineData(values=rows)).encode(
        x=alt.X("statements:Q").scale(type="log").title("written statements"),
        color=alt.Color("figure:N").title(None),
    )
    axis = alt.Y("value:Q").scale(zero=False).title("on real statements")
    return base.mark_point().encode(y=axis) + base.mark_line().encode(y=axis.aggregate("mean"))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
