from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient

from serving.app import create_app
from serving.settings import Settings


@pytest.fixture(scope="session")
def client() -> Iterator[TestClient]:
    """The service on the shipped bundle, its limits small."""
    settings = Settings(
        max_body_bytes=200_000, max_line_bytes=2_000, max_statements=150, queue_statements=200
    )
    with TestClient(create_app(settings), raise_server_exceptions=False) as made:
        yield made


@pytest.fixture(scope="session")
def statement() -> dict[str, Any]:
    return {"id": "s1", "actor": "US", "text": "We will arm Kyiv and hold the sanctions on Moscow."}
