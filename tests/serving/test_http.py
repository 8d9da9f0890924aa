"""The service over HTTP: what it answers, and what it answers to what is wrong."""

import json
from typing import Any

import pytest
from fastapi.testclient import TestClient

from labels.codebook import Codebook
from models.predictor import Predictor
from serving.routes.score import NDJSON

PROBLEM = "application/problem+json"


def post(client: TestClient, body: Any) -> Any:
    return client.post("/v1/score", json=body)


def test_statements_are_scored_in_order(
    client: TestClient, statement: dict[str, Any], codebook: Codebook
) -> None:
    answer = post(client, {"statements": [statement, {"text": "The harvest was good."}]}).json()
    assert answer["codebook"] == codebook.reference
    first, second = answer["results"]
    assert (first["id"], second["id"]) == ("s1", 2)
    assert "bod" in first["labels"]
    assert second["labels"] == []
    assert list(first["scores"]) == list(codebook.ids)
    assert first["model"] == answer["model"]
    assert {"review", "tokens", "windows", "language", "warnings"} <= set(first)


def test_http_gives_what_the_predictor_gives(
    client: TestClient, statement: dict[str, Any], predictor: Predictor
) -> None:
    from labels.statement import Statement

    (expected,) = predictor.score([Statement.model_validate(statement)])
    (found,) = post(client, {"statements": [statement]}).json()["results"]
    assert found == expected.model_dump()


def test_thresholds_and_model_may_be_named(client: TestClient, statement: dict[str, Any]) -> None:
    body = {"statements": [statement], "thresholds": {"bod": 1.0}, "model": "default"}
    answer = post(client, body).json()
    assert "bod" not in answer["results"][0]["labels"]
    again = post(client, {"statements": [statement], "model": answer["model"]})
    assert again.status_code == 200


def test_no_statement_gives_no_result(client: TestClient) -> None:
    assert post(client, {"statements": []}).json()["results"] == []


@pytest.mark.parametrize(
    ("body", "status", "detail"),
    [
        ({}, 422, "statements: Field required"),
        ({"statements": [{"text": "a"}, {"text": " "}]}, 422, "statements.1.text: is empty"),
        ({"statements": [{"id": 1}]}, 422, "statements.0.text: Field required"),
        ({"statements": [{"text": 5}]}, 422, "statements.0.text: Input should be a valid string"),
        ({"statements": [{"text": "x" * 100_001}]}, 422, "statements.0.text: String should have"),
        ({"statements": [{"text": "a", "date": "May"}]}, 422, "statements.0.date: is not an ISO"),
        ({"statements": [], "evidence": True}, 422, "evidence: Extra inputs are not permitted"),
        ({"statements": [{"text": "a"}], "thresholds": {"x": 0.5}}, 422, "unknown label 'x'"),
        ({"statements": [{"text": "a"}], "thresholds": {"bod": 2}}, 422, "not between 0 and 1"),
        ({"statements": [{"text": "a"}], "model": "none"}, 404, "no model 'none'"),
        ({"statements": [{"text": "a"}], "model": "../default"}, 404, "no model '../default'"),
        ({"statements": [{"text": "a"}] * 151}, 413, "151 statements; the limit is 150"),
        ([], 422, "valid dictionary"),
    ],
)
def test_bad_input_is_refused_naming_the_field(
    body: Any, status: int, detail: str, client: TestClient
) -> None:
    answer = post(client, body)
    assert answer.status_code == status
    assert answer.headers["content-type"] == PROBLEM
    assert detail in answer.json()["detail"]
    assert answer.json()["status"] == status
    assert set(answer.json()) <= {"type", "title", "status", "detail", "errors"}


def test_every_bad_field_is_listed(client: TestClient) -> None:
    errors = post(client, {"statements": [{"text": ""}, {}]}).json()["errors"]
    assert [error["field"] for error in errors] == ["statements.0.text", "statements.1.text"]


@pytest.mark.parametrize(
    ("content", "media", "status", "detail"),
    [
        (b'{"statements": [', "application/json", 400, "not valid JSON"),
        (b"\xff\xfe", "application/json", 400, "not valid JSON"),
        (b"text=a", "application/x-www-form-urlencoded", 415, "send application/json or"),
        (b" " * 200_001, "application/json", 413, "limit of 200,000 bytes"),
    ],
)
def test_a_bad_body_is_refused(
    content: bytes, media: str, status: int, detail: str, client: TestClient
) -> None:
    answer = client.post("/v1/score", content=content, headers={"content-type": media})
    assert answer.status_code == status
    assert answer.headers["content-type"] == PROBLEM
    assert detail in answer.json()["detail"]


def test_a_body_that_hides_its_length_meets_the_limit_too(client: TestClient) -> None:
    chunks = (b" " * 50_000 for _ in range(100))
    answer = client.post("/v1/score", content=chunks, headers={"content-type": "application/json"})
    assert answer.status_code == 413


@pytest.mark.parametrize(
    ("method", "path", "status"), [("GET", "/no", 404), ("GET", "/v1/score", 405)]
)
def test_unknown_paths_and_methods_have_the_same_error_body(
    method: str, path: str, status: int, client: TestClient
) -> None:
    answer = client.request(method, path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == PROBLEM


def ndjson(client: TestClient, content: bytes, query: str = "") -> list[dict[str, Any]]:
    answer = client.post(f"/v1/score{query}", content=content, headers={"content-type": NDJSON})
    assert answer.status_code == 200
    return [json.loads(line) for line in answer.text.splitlines()]


def test_a_stream_gives_a_line_for_each_line(client: TestClient) -> None:
    lines = [json.dumps({"id": n, "text": f"Statement {n} of the minister."}) for n in range(200)]
    found = ndjson(client, "\n".join(lines).encode())
    assert [result["id"] for result in found] == list(range(200))


def test_bad_lines_of_a_stream_keep_their_place(client: TestClient) -> None:
    lines = [
        b'{"text": "one"}',
        b"{",
        b'{"text": ""}',
        b"",
        b"[1]",
        b"x" * 3000,
        b'{"text": "end"}',
    ]
    found = ndjson(client, b"\n".join(lines))
    assert [result.get("id", result.get("line")) for result in found] == [1, 2, 3, 5, 6, 7]
    errors = [result.get("error") for result in found]
    assert errors[0] is None
    assert errors[5] is None
    assert "not valid JSON" in errors[1]
    assert errors[2:5] == ["text: is empty", "not a JSON object", "the line is over the limit"]


def test_a_stream_takes_model_and_thresholds_from_the_query(client: TestClient) -> None:
    (found,) = ndjson(client, b'{"text": "x"}', "?model=default&threshold=bod%3D0")
    assert "bod" in found["labels"]


@pytest.mark.parametrize(
    ("query", "status"),
    [("?model=none", 404), ("?threshold=bod", 422), ("?threshold=bod%3Dhigh", 422),
     ("?threshold=x%3D0.5", 422)],
)  # fmt: skip
def test_a_stream_with_a_bad_query_is_refused_before_it_begins(
    query: str, status: int, client: TestClient
) -> None:
    answer = client.post(f"/v1/score{query}", content=b"", headers={"content-type": NDJSON})
    assert answer.status_code == status
    assert answer.headers["content-type"] == PROBLEM


def test_the_codebook_and_the_models_can_be_read(client: TestClient, codebook: Codebook) -> None:
    book = client.get("/v1/codebook").json()
    assert book["codebook"] == codebook.reference
    assert [label["id"] for label in book["labels"]] == list(codebook.ids)
    (model,) = client.get("/v1/models").json()["data"]
    assert model["in_use"] is True
    assert set(model["decisions"]) == set(codebook.ids)
    assert client.get("/v1/codebook?model=none").status_code == 404


def test_health_and_docs_answer(client: TestClient) -> None:
    assert client.get("/health/live").json() == {"status": "live"}
    assert client.get("/health/ready").json()["status"] == "ready"
    assert client.get("/docs").status_code == 200
    assert "/v1/score" in client.get("/openapi.json").json()["paths"]


@pytest.mark.parametrize("media", ["application/json", NDJSON])
def test_a_full_queue_answers_503_with_retry_after(
    media: str, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = client.app.state.faultline.current  # type: ignore[attr-defined]
    monkeypatch.setattr(engine, "_admitted", 200)
    body = b'{"statements": [{"text": "x"}]}'
    answer = client.post("/v1/score", content=body, headers={"content-type": media})
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "1"
    assert "the queue holds 200" in answer.json()["detail"]


def test_readiness_turns_red_when_scoring_has_stopped(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("serving.engine.Engine.alive", False)
    answer = client.get("/health/ready")
    assert answer.status_code == 503
    assert answer.headers["content-type"] == PROBLEM
    assert client.get("/health/live").status_code == 200
