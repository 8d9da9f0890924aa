"""``faultline score``: tables of statements in, results out."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from labels.tables import table_format
from labels.writers import open_stdout, open_table
from models.loading import load_predictor
from serving.options import parse_thresholds
from serving.scoring import FileScorer, Tally
from serving.settings import load_settings

console = Console(stderr=True)


def score(
    inputs: Annotated[
        list[Path], typer.Argument(help="Statement tables: .jsonl .csv .tsv .xlsx .parquet")
    ],
    output: Annotated[
        str,
        typer.Option("-o", "--output", help="Its ending picks the format; - is JSONL on stdout."),
    ] = "-",
    model: Annotated[
        str | None, typer.Option(help="NAME, NAME@VERSION or a bundle's folder.")
    ] = None,
    threshold: Annotated[
        list[str] | None, typer.Option(help="LABEL=P instead of the model's own threshold.")
    ] = None,
) -> None:
    """Score statements. Exit code 1: some rows failed; they are in the output with their error."""
    settings = load_settings()
    for path in inputs:
        table_format(path)
    thresholds = parse_thresholds(threshold or [])
    predictor = load_predictor(settings.registry, model or settings.model)
    predictor.check_thresholds(thresholds)
    flat = output != "-" and not output.lower().endswith(".jsonl")
    scorer = FileScorer(predictor, thresholds, flat)
    columns = scorer.columns(inputs) if flat else {}
    with open_stdout() if output == "-" else open_table(Path(output), columns) as write:
        for row in _progress(scorer.rows(inputs)):
            write(row)
    _summary(scorer.tally, predictor.codebook.ids)
    if scorer.tally.failed:
        raise typer.Exit(1)


def _progress(rows: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    if not console.is_terminal:
        yield from rows
        return
    parts = (TextColumn("scored"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*parts, console=console) as bar:
        task = bar.add_task("score", total=None)
        for row in rows:
            yield row
            bar.advance(task)


def _summary(tally: Tally, labels: tuple[str, ...]) -> None:
    table = Table(title=f"{tally.scored} statements scored, {tally.failed} failed")
    table.add_column("label")
    table.add_column("statements", justify="right")
    table.add_column("share", justify="right")
    counts = {**{label: tally.labels[label] for label in labels}, "(none)": tally.none}
    for label, count in {**counts, "(to review)": tally.review}.items():
        table.add_row(label, str(count), f"{count / max(1, tally.scored):.1%}")
    console.print(table)
