"""What the commands of this package share: their output option, and how they end."""

import logging
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from labels.errors import LabelsError
from models.errors import ModelError
from training.errors import TrainingError

OutputOption = Annotated[
    Path, typer.Option("-o", "--output", help="New folder for the bundle, e.g. mine/1.0.0.")
]


def run(command: Callable[..., Any]) -> None:
    """Run one command; an error that is known ends it with one line and exit code 2."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)
    try:
        typer.run(command)
    except (LabelsError, ModelError, TrainingError) as error:
        print(f"faultline: {error}", file=sys.stderr)  # noqa: T201
        sys.exit(2)
