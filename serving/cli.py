"""The ``faultline`` command."""

import sys

import typer

from labels.errors import LabelsError
from models.errors import ModelError
from serving.commands import evaluate as evaluate_command
from serving.commands import labels as labels_command
from serving.commands import models as models_command
from serving.commands import score as score_command
from serving.commands import serve as serve_command
from serving.commands import train as train_command
from serving.errors import ServingError

app = typer.Typer(
    name="faultline",
    help="Code statements of official documents and speeches for the variables and strategies of "
    "Russia–U.S. tension.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
app.command("score")(score_command.score)
app.command("serve")(serve_command.serve)
app.command("evaluate")(evaluate_command.evaluate)
for _name, _handed in (("train", train_command.train), ("calibrate", train_command.calibrate)):
    app.command(
        _name,
        context_settings={"ignore_unknown_options": True, "allow_extra_args": True},
        add_help_option=False,
    )(_handed)
app.add_typer(labels_command.app, name="labels")
app.add_typer(models_command.app, name="models")


def main() -> None:
    """Run one command. Exit codes: 0 done, 1 some rows failed, 2 bad usage or input."""
    try:
        app()
    except (LabelsError, ModelError, ServingError) as error:
        print(f"faultline: {error}", file=sys.stderr)  # noqa: T201
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(0)
