"""``faultline train`` and ``calibrate``: handed to the training package in a process of its own."""

import subprocess
import sys
from importlib.util import find_spec

import typer

from serving.errors import ExtraMissingError


def train(context: typer.Context) -> None:
    """Train a bundle from labelled statements (needs the train extra); see train --help."""
    _hand_over("training", ("torch", "transformers", "datasets"), context)


def calibrate(context: typer.Context) -> None:
    """Refit a bundle's decisions to a corpus (needs the train extra); see calibrate --help."""
    _hand_over("training.calibrate", ("sklearn", "scipy"), context)


def _hand_over(module: str, needed: tuple[str, ...], context: typer.Context) -> None:
    if not all(map(find_spec, needed)):
        raise ExtraMissingError("this command needs its extra: pip install 'faultline[train]'")
    command = [sys.executable, "-P", "-m", module, *context.args]
    raise typer.Exit(subprocess.run(command, check=False).returncode)  # noqa: S603
