"""``faultline train``, in the process that the command starts."""

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

# No hub, tokenizer or telemetry traffic unless a backbone is asked for by hub name.
os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")

import typer

from labels.codebook import DEFAULT_PATH as DEFAULT_CODEBOOK
from labels.labelled import DATA_DIR
from models.registry import name_and_version
from training.command import OutputOption, run
from training.recipe import DEFAULT_PATH as DEFAULT_RECIPE
from training.recipe import load_recipe


def train(  # noqa: PLR0913  (each is an option of the command)
    output: OutputOption,
    add: Annotated[
        list[Path] | None, typer.Option(help="More labelled statements (repeatable).")
    ] = None,
    data: Annotated[
        Path, typer.Option(help="Base labelled statements, a file or folder.")
    ] = DATA_DIR,
    codebook: Annotated[Path, typer.Option(help="Codebook of the labels.")] = DEFAULT_CODEBOOK,
    recipe: Annotated[Path, typer.Option(help="Recipe, TOML.")] = DEFAULT_RECIPE,
    backbone: Annotated[
        str | None, typer.Option(help="Hugging Face name or folder instead of the recipe's.")
    ] = None,
    run_dir: Annotated[
        Path | None, typer.Option(help="Folder for figures and checkpoints; var/runs/TIME if none.")
    ] = None,
) -> None:
    """Train a model bundle from labelled statements.

    A folder NAME/1.2.3 gives the bundle that name and version; any other folder gives its name and
    version 1.0.0.
    """
    from training.pipeline import Job
    from training.pipeline import train as trained

    made = load_recipe(recipe)
    if backbone:
        made = made.model_copy(update={"backbone": backbone})
    name, version = name_and_version(output.resolve())
    now = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    bundle = trained(
        Job(
            recipe=made,
            output=output,
            name=name,
            version=version,
            run_dir=run_dir or Path("var/runs") / now,
            data=(data, *(add or ())),
            codebook=codebook,
        )
    )
    typer.echo(f"{bundle.manifest.reference} written to {output}")


run(train)
