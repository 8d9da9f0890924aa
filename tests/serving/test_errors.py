"""The error table over HTTP: each error its status, and a bug says nothing."""

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from serving import problems
from serving.errors import STATUS

SECRET = "the planted secret"  # noqa: S105


def client_raising(error: Exception) -> TestClient:
    app = FastAPI()
    problems.install(app)

    @app.get("/")
    def fail() -> None:
        raise error

    return TestClient(app, raise_server_exceptions=False)


@pytest.mark.parametrize("kind", list(STATUS))
def test_every_error_answers_with_its_status(kind: type[Exception]) -> None:
    error = kind.__new__(kind)
    error.args = (SECRET,)
    answer = client_raising(error).get("/")
    assert answer.status_code == STATUS[kind]
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == STATUS[kind]
    assert (SECRET in answer.text) == (STATUS[kind] != 500)
    assert (answer.headers.get("Retry-After") == "1") == (STATUS[kind] == 503)


def test_a_bug_says_nothing_of_its_cause() -> None:
    answer = client_raising(ZeroDivisionError(SECRET)).get("/")
    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert SECRET not in answer.text
