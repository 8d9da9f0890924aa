"""The codebook: the only place where a label's id and a column of scores meet."""

import hashlib
import json
from functools import cached_property
from pathlib import Path
from typing import Annotated, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from labels.errors import CodebookError

DEFAULT_PATH = Path(__file__).parent / "codebooks" / "us-russia.yaml"

Identifier = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
NonBlank = Annotated[str, Field(pattern=r"\S")]


class Label(BaseModel):
    """One label: what it means and what a coder counts for and against it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: Identifier
    name: NonBlank
    group: Identifier
    definition: NonBlank
    yes: tuple[NonBlank, ...] = Field(min_length=1)
    no: tuple[NonBlank, ...] = Field(min_length=1)
    examples: tuple[NonBlank, ...] = Field(min_length=1)


class Codebook(BaseModel):
    """Labels in column order, with the rules that hold for all of them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$")]
    version: Annotated[str, Field(pattern=r"^\d+(\.\d+)*$")]
    title: NonBlank
    rules: tuple[NonBlank, ...]
    labels: tuple[Label, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _ids_are_unique(self) -> Self:
        ids = [label.id for label in self.labels]
        repeated = sorted({i for i in ids if ids.count(i) > 1})
        if repeated:
            raise ValueError(f"label ids stand twice: {', '.join(repeated)}")
        return self

    @cached_property
    def ids(self) -> tuple[str, ...]:
        """Label ids in column order."""
        return tuple(label.id for label in self.labels)

    @cached_property
    def fingerprint(self) -> str:
        """sha256 (hex) of the codebook's content; any change of wording changes it."""
        content = json.dumps(self.model_dump(mode="json"), sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(content.encode()).hexdigest()

    @property
    def reference(self) -> str:
        """What answers carry: name, version and fingerprint, e.g. ``us-russia@1.2:sha256-0f…``."""
        return f"{self.name}@{self.version}:sha256-{self.fingerprint}"

    def groups(self) -> dict[str, tuple[str, ...]]:
        """Label ids of each group, groups and ids in column order."""
        found: dict[str, list[str]] = {}
        for label in self.labels:
            found.setdefault(label.group, []).append(label.id)
        return {group: tuple(ids) for group, ids in found.items()}

    def row(self, labels: tuple[str, ...]) -> list[bool]:
        """Which columns the given labels set.

        Raises:
            CodebookError: a label is not in the codebook.
        """
        unknown = [label for label in labels if label not in self.ids]
        if unknown:
            known = ", ".join(self.ids)
            raise CodebookError(f"unknown label {unknown[0]!r} ({self.name} has {known})")
        return [label in labels for label in self.ids]


def load_codebook(path: Path = DEFAULT_PATH) -> Codebook:
    """Read and check a codebook file.

    Raises:
        CodebookError: unreadable, not YAML, or a field is missing, unknown or malformed.
    """
    try:
        # BaseLoader keeps every scalar a string: YAML 1.1 reads the keys yes and no as booleans.
        content = yaml.load(path.read_text(encoding="utf-8"), yaml.BaseLoader)  # noqa: S506
    except (OSError, UnicodeDecodeError) as error:
        raise CodebookError(f"{path}: cannot be read ({error})") from error
    except yaml.YAMLError as error:
        raise CodebookError(f"{path}: not valid YAML ({' '.join(str(error).split())})") from error
    try:
        return Codebook.model_validate(content)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "file"
        raise CodebookError(f"{path}: {where}: {first['msg']}") from error
