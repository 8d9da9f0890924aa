"""``faultline evaluate``: a model against coded statements it never saw."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from labels.errors import LabelsError
from labels.labelled import read_labelled
from models.evaluation import evaluate_predictor
from models.loading import load_predictor
from serving.settings import load_settings


def evaluate(
    gold: Annotated[Path, typer.Option(help="Coded statements, any table with a labels column.")],
    model: Annotated[
        str | None, typer.Option(help="NAME, NAME@VERSION or a bundle's folder.")
    ] = None,
    json_path: Annotated[
        Path | None, typer.Option("--json", help="Write the figures here as JSON.")
    ] = None,
) -> None:
    """Measure a model on coded statements; documents are told by doc_id or group."""
    settings = load_settings()
    predictor = load_predictor(settings.registry, model or settings.model)
    read = read_labelled([gold], predictor.codebook)
    if read.problems or not read.statements:
        raise LabelsError(read.problems[0] if read.problems else f"{gold}: holds no statement")
    report = evaluate_predictor(predictor, read.statements)
    _print(report)
    if json_path:
        json_path.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")


def _print(report: dict[str, Any]) -> None:
    counts = f"{report['statements']} statements, {report['documents']} documents"
    table = Table(title=f"{report['model']} on {counts}", box=None, padding=(0, 1, 0, 0))
    for name in ("label", "gold", "coded", "prec.", "recall", "F1", "95 %", "AP", "alpha", "ECE"):
        table.add_column(name, justify="left" if name == "label" else "right", no_wrap=True)
    for label, row in report["labels"].items():
        low, high = row["f1_interval"]
        table.add_row(
            label,
            str(row["support"]),
            str(row["coded"]),
            *(f"{row[name]:.2f}" for name in ("precision", "recall", "f1")),
            f"{low:.2f}-{high:.2f}",
            *(f"{row[name]:.2f}" for name in ("average_precision", "alpha")),
            f"{row['calibration_error']:.3f}",
        )
    console = Console()
    console.print(table)
    for name, figure in report["overall"].items():
        low, high = figure["interval"]
        console.print(f"{name:20} {figure['value']:.3f} [{low:.3f}, {high:.3f}]", highlight=False)
    console.print(f"{'mean ECE':20} {report['mean_calibration_error']:.3f}", highlight=False)
