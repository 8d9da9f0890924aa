"""Small real things that tests share."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from labels.codebook import Codebook, load_codebook
from models.bundle import Bundle, load_bundle
from models.onnx_backend import OnnxBackend
from models.predictor import Predictor
from models.registry import Registry


@pytest.fixture(scope="session")
def codebook() -> Codebook:
    return load_codebook()


@pytest.fixture(scope="session")
def default_bundle() -> Bundle:
    return load_bundle(Registry().find("default"))


@pytest.fixture(scope="session")
def predictor(default_bundle: Bundle) -> Predictor:
    return Predictor(default_bundle, OnnxBackend(default_bundle.model_path))


@pytest.fixture
def write_jsonl(tmp_path: Path) -> Callable[[str, list[Any]], Path]:
    def write(name: str, rows: list[Any]) -> Path:
        lines = [row if isinstance(row, str) else json.dumps(row) for row in rows]
        path = tmp_path / name
        path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        return path

    return write


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    import os

    for name in list(os.environ):
        if name.startswith("FAULTLINE_"):
            monkeypatch.delenv(name)
