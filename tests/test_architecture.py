"""What may not be loaded, and what must be complete."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from labels.errors import LabelsError
from models.errors import ModelError
from serving.errors import STATUS, ServingError

ROOT = Path(__file__).parent.parent
HEAVY = {"torch", "transformers", "datasets", "onnx", "sklearn", "pandas"}


def modules_after(code: str) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport sys; print(' '.join(sys.modules))"],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    )
    return {name.partition(".")[0] for name in done.stdout.splitlines()[-1].split()}


def test_scoring_and_serving_load_no_training_library() -> None:
    score = (
        "from models.loading import load_predictor\n"
        "from models.registry import Registry\n"
        "from labels.statement import Statement\n"
        "load_predictor(Registry(), 'default').score([Statement(text='x')])"
    )
    serve = "import serving.cli, serving.app\nfrom serving.settings import Settings\n"
    assert modules_after(score) & HEAVY == set()
    assert modules_after(f"{serve}serving.app.create_app(Settings())") & HEAVY == set()


def test_the_command_alone_loads_neither_pyarrow_nor_fastapi() -> None:
    assert modules_after("import serving.cli") & {"pyarrow", "fastapi", "uvicorn", *HEAVY} == set()


def subclasses(base: type[Exception]) -> set[type[Exception]]:
    return {base}.union(*(subclasses(sub) for sub in base.__subclasses__()))


@pytest.mark.parametrize("base", [LabelsError, ModelError, ServingError])
def test_every_error_has_its_http_status(base: type[Exception]) -> None:
    assert subclasses(base) <= set(STATUS)


def sources() -> list[Path]:
    return [
        path
        for package in ("labels", "models", "training", "serving")
        for path in (ROOT / package).rglob("*.py")
    ]


def test_files_are_under_400_lines_and_inits_are_empty() -> None:
    for path in sources():
        lines = path.read_text().count("\n")
        assert lines <= 400, path
        assert path.name != "__init__.py" or lines == 0, path


def test_every_module_says_what_it_is_for() -> None:
    for path in sources():
        if path.name != "__init__.py":
            assert ast.get_docstring(ast.parse(path.read_text())), path


def test_the_settings_are_all_documented_in_the_readme() -> None:
    from serving.settings import PREFIX, Settings

    readme = (ROOT / "README.md").read_text()
    for name in Settings.model_fields:
        assert f"{PREFIX}{name.upper()}" in readme


def test_the_routes_and_commands_are_all_documented_in_the_readme() -> None:
    from serving.app import create_app
    from serving.settings import Settings

    readme = (ROOT / "README.md").read_text()
    for path in create_app(Settings()).openapi()["paths"]:
        assert path in readme
    for command in ("score", "serve", "train", "evaluate", "labels check", "models list"):
        assert f"faultline {command}" in readme
