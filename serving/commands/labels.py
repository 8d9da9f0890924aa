"""``faultline labels``: labelled statements, checked."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from labels.codebook import DEFAULT_PATH, load_codebook
from labels.labelled import DATA_DIR, read_labelled, summarise

app = typer.Typer(help="Labelled statements.", no_args_is_help=True)


@app.callback()
def labels() -> None:
    """Labelled statements."""


@app.command()
def check(
    files: Annotated[
        list[Path] | None,
        typer.Argument(help="Labelled tables or folders; the shipped data if none."),
    ] = None,
    codebook: Annotated[Path, typer.Option(help="Codebook to check against.")] = DEFAULT_PATH,
    summary: Annotated[bool, typer.Option("--summary", help="Print counts.")] = False,
) -> None:
    """Check labelled statements against the codebook. Exit code 2: something was refused."""
    book = load_codebook(codebook)
    read = read_labelled(files or [DATA_DIR], book)
    for problem in read.problems:
        typer.echo(problem, err=True)
    if summary:
        _print(summarise(read.statements, book))
    typer.echo(f"{len(read.statements)} statements are good, {len(read.problems)} refused")
    if read.problems:
        raise typer.Exit(2)


def _print(counts: dict[str, object]) -> None:
    table = Table("what", "count")
    for name, value in counts.items():
        if isinstance(value, dict):
            for key, count in value.items():
                table.add_row(f"{name}: {key}", str(count))
        else:
            table.add_row(name, str(value))
    Console().print(table)
