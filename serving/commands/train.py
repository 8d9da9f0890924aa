"""``faultline train``: hands over to the training package in a process of its own."""

import subprocess
import sys
from importlib.util import find_spec

import typer

from serving.errors import ExtraMissingError


def train(context: typer.Context) -> None:
    """Train a bundle from labelled statements (needs the train extra); see train --help."""
    if find_spec("torch") is None or find_spec("transformers") is None:
        raise ExtraMissingError("training needs its extra: pip install 'faultline[train]'")
    command = [sys.executable, "-P", "-m", "training", *context.args]
    raise typer.Exit(subprocess.run(command, check=False).returncode)  # noqa: S603
