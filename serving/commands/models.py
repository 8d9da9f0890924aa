"""``faultline models``: which bundles there are, what they are, whether they are whole."""

import json
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from models.bundle import Manifest, load_bundle, read_manifest
from serving.settings import load_settings

app = typer.Typer(help="Model bundles.", no_args_is_help=True)
Name = Annotated[str, typer.Argument(help="NAME, NAME@VERSION or a bundle's folder.")]


@app.command("list")
def list_models() -> None:
    """List the bundles at hand."""
    table = Table("model", "created", "codebook", "statements", "folder")
    for path, manifest in load_settings().registry.versions():
        if isinstance(manifest, Manifest):
            codebook = manifest.codebook.partition(":")[0]
            trained = str(manifest.training.get("statements", ""))
            table.add_row(manifest.reference, manifest.created, codebook, trained, str(path))
        else:
            table.add_row(path.parent.name, "-", "-", "-", str(manifest))
    Console().print(table)


@app.command()
def show(name: Name = "default") -> None:
    """Print a bundle's manifest as JSON."""
    manifest = read_manifest(load_settings().registry.find(name))
    typer.echo(json.dumps(manifest.model_dump(mode="json"), indent=2, ensure_ascii=False))


@app.command()
def verify(name: Name = "default") -> None:
    """Check every file of a bundle against its manifest."""
    bundle = load_bundle(load_settings().registry.find(name))
    files = len(bundle.manifest.files)
    typer.echo(f"{bundle.manifest.reference}: whole ({files} files, {bundle.codebook.reference})")
