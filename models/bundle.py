"""A bundle: a model as data with a version, whole or not at all.

``manifest.json`` names every other file with its sha256. Nothing in a bundle is code.
"""

import hashlib
import os
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import orjson
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from labels.codebook import Codebook, load_codebook
from labels.errors import CodebookError
from models.errors import (
    BundleDamagedError,
    BundleExistsError,
    BundleMismatchError,
    BundleNotFoundError,
)

MANIFEST = "manifest.json"
MODEL = "model.onnx"
TOKENIZER = "tokenizer.json"
CODEBOOK = "codebook.yaml"
CARD = "README.md"
FORMAT = 1

Probability = Annotated[float, Field(ge=0, le=1)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class InputRule(_Part):
    """How a statement becomes tokens."""

    max_text_tokens: int = Field(gt=8, description="Text tokens in one window.")
    overlap_tokens: int = Field(ge=0, description="Text tokens that neighbouring windows share.")
    max_prefix_tokens: int = Field(ge=0, description="Tokens of actor and context before the text.")


class Platt(_Part):
    """``p = sigmoid(slope * logit + intercept)`` (Platt 1999)."""

    method: Literal["platt"] = "platt"
    slope: float = Field(gt=0)
    intercept: float


class Beta(_Part):
    """``logit p = a ln s - b ln(1 - s) + c`` with ``s = sigmoid(logit)`` (Kull et al. 2017)."""

    method: Literal["beta"] = "beta"
    a: float = Field(ge=0)
    b: float = Field(ge=0)
    c: float


class Isotonic(_Part):
    """Straight lines between knots, flat beyond them (Zadrozny and Elkan 2002, KDD)."""

    method: Literal["isotonic"] = "isotonic"
    logits: tuple[float, ...] = Field(min_length=1)
    probabilities: tuple[Probability, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _knots_rise(self) -> Self:
        if len(self.logits) != len(self.probabilities):
            raise ValueError("as many probabilities as logits are needed")
        if any(a >= b for a, b in pairwise(self.logits)):
            raise ValueError("logits must rise")
        if any(a > b for a, b in pairwise(self.probabilities)):
            raise ValueError("probabilities must not fall")
        return self


Calibration = Annotated[Platt | Beta | Isotonic, Field(discriminator="method")]


class Decision(_Part):
    """How one label's logit becomes a probability and the probability a decision."""

    calibration: Calibration
    share: Probability | None = Field(
        default=None, description="Share of positives in what the calibration was fitted on."
    )
    threshold: Probability
    review_low: Probability
    review_high: Probability
    review_error: Probability | None = Field(
        default=None, description="Promised share of wrong decisions on either side of the band."
    )

    @model_validator(mode="before")
    @classmethod
    def _first_bundles_knew_platt_only(cls, fields: Any) -> Any:
        if isinstance(fields, dict) and "slope" in fields:
            rest = {k: v for k, v in fields.items() if k not in ("slope", "intercept")}
            platt = {
                "method": "platt",
                "slope": fields["slope"],
                "intercept": fields.get("intercept"),
            }
            return {**rest, "calibration": platt}
        return fields


class Manifest(_Part):
    """What a bundle is, how it was made and what was measured."""

    format: int
    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")]
    version: Annotated[str, Field(pattern=r"^\d+\.\d+\.\d+$")]
    created: str
    codebook: str
    codebook_fingerprint: str
    pooling: Literal["max"] = Field(
        description="A label's probability is its highest over windows."
    )
    input: InputRule
    decisions: dict[str, Decision]
    backbone: dict[str, Any]
    training: dict[str, Any]
    calibration: dict[str, Any] = Field(
        default={}, description="The coded sample that decisions were refitted on, if they were."
    )
    fidelity: dict[str, Any]
    metrics: dict[str, Any]
    libraries: dict[str, str]
    files: dict[str, str]

    @property
    def reference(self) -> str:
        """``name@version``, as every answer carries it."""
        return f"{self.name}@{self.version}"


@dataclass(frozen=True)
class Bundle:
    """A checked bundle on disk."""

    path: Path
    manifest: Manifest
    codebook: Codebook

    @property
    def model_path(self) -> Path:
        return self.path / MODEL

    @property
    def tokenizer_path(self) -> Path:
        return self.path / TOKENIZER

    @property
    def decisions(self) -> tuple[Decision, ...]:
        """Decisions in codebook order."""
        return tuple(self.manifest.decisions[label] for label in self.codebook.ids)


def read_manifest(path: Path) -> Manifest:
    """The manifest of the bundle in folder ``path``, its other files unread.

    Raises:
        BundleNotFoundError: no such folder, or no manifest in it.
        BundleDamagedError: the manifest is not JSON or misses fields.
        BundleMismatchError: the format is one this version does not read.
    """
    try:
        content = orjson.loads((path / MANIFEST).read_bytes())
    except (FileNotFoundError, NotADirectoryError) as error:
        raise BundleNotFoundError(f"{path}: no bundle (no {MANIFEST})") from error
    except (OSError, orjson.JSONDecodeError) as error:
        raise BundleDamagedError(f"{path / MANIFEST}: cannot be read ({error})") from error
    found = content.get("format") if isinstance(content, dict) else None
    if found != FORMAT:
        raise BundleMismatchError(
            f"{path / MANIFEST}: format {found!r}, this version reads {FORMAT}"
        )
    try:
        return Manifest.model_validate(content)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise BundleDamagedError(f"{path / MANIFEST}: {where}: {first['msg']}") from error


def load_bundle(path: Path) -> Bundle:
    """A bundle, every file of it checked against the manifest.

    Raises:
        BundleNotFoundError: no bundle there.
        BundleDamagedError: a file is missing, altered or unreadable.
        BundleMismatchError: the codebook is not the one the model was trained on.
    """
    manifest = read_manifest(path)
    for name in (MODEL, TOKENIZER, CODEBOOK, CARD):
        if name not in manifest.files:
            raise BundleDamagedError(f"{path / MANIFEST}: names no {name}")
    for name, expected in manifest.files.items():
        _check_file(path / name, expected)
    try:
        codebook = load_codebook(path / CODEBOOK)
    except CodebookError as error:
        raise BundleDamagedError(str(error)) from error
    if codebook.fingerprint != manifest.codebook_fingerprint:
        raise BundleMismatchError(f"{path / CODEBOOK}: not the codebook this model was trained on")
    if set(codebook.ids) != set(manifest.decisions):
        raise BundleMismatchError(f"{path / MANIFEST}: decisions are for other labels")
    return Bundle(path, manifest, codebook)


def _check_file(path: Path, expected: str) -> None:
    try:
        actual = sha256_of(path)
    except OSError as error:
        raise BundleDamagedError(f"{path}: cannot be read ({error.strerror})") from error
    if actual != expected:
        raise BundleDamagedError(f"{path}: content differs from the manifest (sha256)")


def sha256_of(path: Path) -> str:
    """sha256 (hex) of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_bundle(path: Path, manifest: Mapping[str, Any], files: Mapping[str, Path]) -> Bundle:
    """Write a bundle from its parts (file names to where their content lies) and load it.

    ``manifest`` comes without ``format`` and ``files``, which are filled in here. The folder is
    written beside its place and renamed into it.

    Raises:
        BundleExistsError: ``path`` exists and is not an empty folder.
    """
    if path.exists() and (not path.is_dir() or any(path.iterdir())):
        raise BundleExistsError(f"{path}: exists; a bundle is never overwritten")
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = Path(tempfile.mkdtemp(prefix=f".{path.name}.", dir=path.parent))
    try:
        for name, source in files.items():
            shutil.copyfile(source, beside / name)
        hashes = {name: sha256_of(beside / name) for name in files}
        whole = Manifest.model_validate({**manifest, "format": FORMAT, "files": hashes})
        text = orjson.dumps(whole.model_dump(mode="json"), option=orjson.OPT_INDENT_2)
        (beside / MANIFEST).write_bytes(text + b"\n")
        beside.chmod(0o755)
        load_bundle(beside)
        os.replace(beside, path)  # noqa: PTH105  (an empty folder may stand there)
    except BaseException:
        shutil.rmtree(beside, ignore_errors=True)
        raise
    return load_bundle(path)
