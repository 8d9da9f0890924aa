"""Settings: one frozen object, made at the entry and handed down."""

import os
from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from models.registry import SHIPPED_DIR, Registry
from serving.errors import SettingsError

PREFIX = "FAULTLINE_"


class Settings(BaseSettings):
    """Read from ``FAULTLINE_*`` variables."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="forbid")

    host: Annotated[str, Field(description="Address the service binds to.")] = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535, description="Port the service binds to.")] = 8080
    model: Annotated[
        str,
        Field(description="Model used where a request names none: NAME, NAME@VERSION or folder."),
    ] = "default"
    models_dir: Annotated[
        Path | None,
        Field(description="Folder of own bundles, laid out NAME/VERSION; wins over shipped."),
    ] = None
    max_body_bytes: Annotated[
        int, Field(gt=0, description="Largest JSON body, in bytes; a larger one gets 413.")
    ] = 8 * 2**20
    max_line_bytes: Annotated[
        int, Field(gt=0, description="Longest NDJSON line, in bytes; a longer one ends the stream.")
    ] = 2**20
    max_statements: Annotated[
        int, Field(gt=0, description="Most statements in one JSON request; more get 413.")
    ] = 2048
    queue_statements: Annotated[
        int, Field(gt=0, description="Statements that may wait; when full, 503 with Retry-After.")
    ] = 8192
    log_level: Annotated[
        str, Field(pattern="^(debug|info|warning|error)$", description="Logging.")
    ] = "info"

    @model_validator(mode="after")
    def _largest_request_fits_into_the_queue(self) -> Self:
        if self.max_statements > self.queue_statements:
            raise ValueError("queue_statements is below max_statements: such a request never fits")
        return self

    @property
    def registry(self) -> Registry:
        roots = (SHIPPED_DIR,) if self.models_dir is None else (self.models_dir, SHIPPED_DIR)
        return Registry(roots)


def load_settings() -> Settings:
    """Settings from the environment.

    Raises:
        SettingsError: a ``FAULTLINE_*`` name is unknown, or a value is out of range.
    """
    known = {f"{PREFIX}{name.upper()}" for name in Settings.model_fields}
    for name in os.environ:
        if name.upper().startswith(PREFIX) and name.upper() not in known:
            raise SettingsError(f"{name}: no such setting (there are: {', '.join(sorted(known))})")
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        where = "".join(f"{PREFIX}{field}".upper() + ": " for field in first["loc"][:1])
        raise SettingsError(where + first["msg"].removeprefix("Value error, ")) from error
