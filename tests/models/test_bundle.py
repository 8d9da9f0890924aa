"""A bundle is whole or refused."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from models.bundle import (
    CARD,
    CODEBOOK,
    MANIFEST,
    MODEL,
    TOKENIZER,
    Bundle,
    load_bundle,
    sha256_of,
    write_bundle,
)
from models.errors import (
    BundleDamagedError,
    BundleExistsError,
    BundleMismatchError,
    BundleNotFoundError,
)
from models.onnx_backend import OnnxBackend


@pytest.fixture
def copy(default_bundle: Bundle, tmp_path: Path) -> Path:
    return Path(shutil.copytree(default_bundle.path, tmp_path / "copy"))


def change_manifest(path: Path, **changes: Any) -> None:
    content = json.loads((path / MANIFEST).read_text())
    content.update(changes)
    (path / MANIFEST).write_text(json.dumps(content))


def test_the_shipped_bundle_is_whole_and_small(default_bundle: Bundle) -> None:
    size = sum(file.stat().st_size for file in default_bundle.path.iterdir())
    assert size <= 30_000_000
    assert set(default_bundle.manifest.files) == {MODEL, TOKENIZER, CODEBOOK, CARD}


@pytest.mark.parametrize("name", [MODEL, TOKENIZER, CODEBOOK, CARD])
def test_a_bundle_with_a_flipped_byte_is_refused(name: str, copy: Path) -> None:
    content = bytearray((copy / name).read_bytes())
    content[len(content) // 2] ^= 1
    (copy / name).write_bytes(content)
    with pytest.raises(BundleDamagedError, match=f"{name}.*differs from the manifest"):
        load_bundle(copy)


@pytest.mark.parametrize("name", [MODEL, TOKENIZER, CODEBOOK, CARD])
def test_a_bundle_without_a_file_is_refused(name: str, copy: Path) -> None:
    (copy / name).unlink()
    with pytest.raises(BundleDamagedError, match=name):
        load_bundle(copy)


def test_a_truncated_manifest_is_refused(copy: Path) -> None:
    text = (copy / MANIFEST).read_text()
    (copy / MANIFEST).write_text(text[: len(text) // 2])
    with pytest.raises(BundleDamagedError, match=MANIFEST):
        load_bundle(copy)


def test_a_manifest_without_a_field_is_refused_naming_it(copy: Path) -> None:
    content = json.loads((copy / MANIFEST).read_text())
    del content["decisions"]["bod"]["threshold"]
    (copy / MANIFEST).write_text(json.dumps(content))
    with pytest.raises(BundleDamagedError, match=r"decisions\.bod\.threshold"):
        load_bundle(copy)


def test_no_folder_and_an_empty_folder_are_no_bundle(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "no"):
        with pytest.raises(BundleNotFoundError, match="no bundle"):
            load_bundle(path)


def test_a_format_of_another_version_is_refused(copy: Path) -> None:
    change_manifest(copy, format=99)
    with pytest.raises(BundleMismatchError, match="format 99"):
        load_bundle(copy)


def test_a_codebook_of_another_model_is_refused(copy: Path) -> None:
    text = (copy / CODEBOOK).read_text().replace('"1.2"', '"1.3"').replace("'1.2'", "'1.3'")
    (copy / CODEBOOK).write_text(text)
    files = json.loads((copy / MANIFEST).read_text())["files"]
    change_manifest(copy, files={**files, CODEBOOK: sha256_of(copy / CODEBOOK)})
    with pytest.raises(BundleMismatchError, match="not the codebook"):
        load_bundle(copy)


def test_a_file_that_is_no_model_is_refused(tmp_path: Path) -> None:
    (tmp_path / MODEL).write_bytes(b"no model")
    with pytest.raises(BundleDamagedError, match=r"model\.onnx"):
        OnnxBackend(tmp_path / MODEL)


def parts(bundle: Bundle) -> tuple[dict[str, Any], dict[str, Path]]:
    manifest = bundle.manifest.model_dump(exclude={"format", "files"})
    return manifest, {name: bundle.path / name for name in bundle.manifest.files}


def test_a_bundle_is_never_overwritten(default_bundle: Bundle, tmp_path: Path) -> None:
    manifest, files = parts(default_bundle)
    write_bundle(tmp_path / "new", manifest, files)
    with pytest.raises(BundleExistsError, match="never overwritten"):
        write_bundle(tmp_path / "new", manifest, files)


def test_a_bundle_that_cannot_be_written_leaves_nothing(
    default_bundle: Bundle, tmp_path: Path
) -> None:
    manifest, files = parts(default_bundle)
    del files[TOKENIZER]
    with pytest.raises(BundleDamagedError):
        write_bundle(tmp_path / "new", manifest, files)
    assert list(tmp_path.iterdir()) == []
