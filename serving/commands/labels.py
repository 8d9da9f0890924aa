"""``faultline labels``: labelled statements, checked, converted and compared."""

from pathlib import Path
from typing import Annotated, Any

import orjson
import typer
from rich.console import Console
from rich.table import Table

from labels.agreement import agreement as agreement_of
from labels.codebook import DEFAULT_PATH, Codebook, load_codebook
from labels.errors import LabelsError
from labels.formats.registry import FORMATS
from labels.labelled import DATA_DIR, Labelled, read_labelled, summarise
from labels.writers import written_whole

app = typer.Typer(help="Labelled statements.", no_args_is_help=True)

Files = Annotated[
    list[Path] | None,
    typer.Argument(help="Labelled tables or folders; the shipped data if none."),
]
CodebookOption = Annotated[Path, typer.Option("--codebook", help="Codebook to check against.")]
FormatOption = Annotated[str, typer.Option("--format", help=f"One of {', '.join(FORMATS)}.")]
SkipOption = Annotated[
    bool, typer.Option("--skip-refused", help="Go on with the good ones; exit code 1 then.")
]


@app.callback()
def labels() -> None:
    """Labelled statements."""


@app.command()
def check(
    files: Files = None,
    codebook: CodebookOption = DEFAULT_PATH,
    summary: Annotated[bool, typer.Option("--summary", help="Print counts.")] = False,
) -> None:
    """Check labelled statements against the codebook. Exit code 2: something was refused."""
    book = load_codebook(codebook)
    read = read_labelled(files or [DATA_DIR], book)
    _report(read)
    if summary:
        _print_summary(summarise(read.statements, book))
    typer.echo(f"{len(read.statements)} statements are good, {len(read.problems)} refused")
    if read.problems:
        raise typer.Exit(2)


@app.command("import")
def import_(
    files: Annotated[list[Path], typer.Argument(help="Files (or dataset folders) to read.")],
    output: Annotated[Path, typer.Option("-o", "--output", help="The native table to write.")],
    form: FormatOption = "table",
    codebook: CodebookOption = DEFAULT_PATH,
    skip_refused: SkipOption = False,
) -> None:
    """Read labelled statements in an exchange format and write the native table."""
    _convert(files, output, (form, "table"), load_codebook(codebook), skip_refused)


@app.command()
def export(
    output: Annotated[Path, typer.Option("-o", "--output", help="The file or folder to write.")],
    files: Files = None,
    form: FormatOption = "table",
    codebook: CodebookOption = DEFAULT_PATH,
    skip_refused: SkipOption = False,
) -> None:
    """Write labelled statements in an exchange format."""
    _convert(files or [DATA_DIR], output, ("table", form), load_codebook(codebook), skip_refused)


def _convert(
    files: list[Path], output: Path, forms: tuple[str, str], codebook: Codebook, skip: bool
) -> None:
    for form in forms:
        if form not in FORMATS:
            raise LabelsError(f"--format {form}: not one of {', '.join(FORMATS)}")
    source, target = (FORMATS[form] for form in forms)
    read = read_labelled(files, codebook, source)
    _report(read)
    if read.problems and not skip:
        raise typer.Exit(2)
    target.write(output, read.statements, codebook)
    typer.echo(f"{len(read.statements)} statements written, {len(read.problems)} refused")
    if read.problems:
        raise typer.Exit(1)


@app.command()
def agreement(
    files: Files = None,
    codebook: CodebookOption = DEFAULT_PATH,
    json: Annotated[Path | None, typer.Option(help="Write the figures here too.")] = None,
) -> None:
    """Agreement of coders: Krippendorff's alpha by label, MASI alpha of whole codings."""
    read = read_labelled(files or [DATA_DIR], load_codebook(codebook))
    _report(read)
    if read.problems:
        raise typer.Exit(2)
    found = agreement_of(read.statements, load_codebook(codebook))
    if json:
        with written_whole(json) as beside:
            beside.write_bytes(orjson.dumps(found, option=orjson.OPT_INDENT_2))
    _print_agreement(found)


def _report(read: Labelled) -> None:
    for problem in read.problems:
        typer.echo(problem, err=True)


def _print_agreement(found: dict[str, Any]) -> None:
    table = Table("label", "first", "second", "alpha", "95 %", "disputed", "changed by ruling")
    for label, row in found["labels"].items():
        table.add_row(label, *map(str, row["coded"]), *_figures(row))
    table.add_row("whole coding (MASI)", "", "", *_figures(found["whole"]))
    Console().print(table)
    typer.echo(f"{found['statements']} statements coded twice, {found['documents']} documents")


def _figures(row: dict[str, Any]) -> list[str]:
    low, high = row["interval"]
    return [
        f"{row['alpha']:.3f}",
        f"{low:.3f}–{high:.3f}",
        str(row["disputed"]),
        str(row["changed"]),
    ]


def _print_summary(counts: dict[str, object]) -> None:
    table = Table("what", "count")
    for name, value in counts.items():
        if isinstance(value, dict):
            for key, count in value.items():
                table.add_row(f"{name}: {key}", str(count))
        else:
            table.add_row(name, str(value))
    Console().print(table)
