"""Statements in, results out: as one JSON document or as a stream of lines."""

from collections.abc import AsyncIterator, Mapping
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.types import Receive, Scope, Send

from labels.errors import StatementError
from labels.statement import Statement, parse_statement
from models.predictor import Result
from serving import problems
from serving.bodies import read_body, read_lines
from serving.engine import SLICE, Engine
from serving.errors import BodyTooLargeError, MediaTypeError
from serving.options import parse_thresholds
from serving.state import State

NDJSON = "application/x-ndjson"
router = APIRouter(tags=["score"])


class ScoreRequest(BaseModel):
    """Statements to score, with one model and one set of thresholds."""

    model_config = ConfigDict(extra="forbid")

    statements: list[Statement]
    model: str | None = Field(
        default=None, description="NAME[@VERSION]; the model in use if absent."
    )
    thresholds: dict[str, float] | None = Field(
        default=None, description="Thresholds to use instead of the model's own, by label."
    )


class DuplexResponse(StreamingResponse):
    """Streams while its own request is still being read: nothing else may call ``receive``, as
    ``StreamingResponse`` does to learn of a client that left."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        del scope, receive
        await self.stream_response(send)


class ScoreResponse(BaseModel):
    """Results in the order of the statements."""

    model: str
    codebook: str
    results: list[Result]


@router.post(
    "/v1/score",
    summary="Score statements",
    response_model=ScoreResponse,
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {"schema": ScoreRequest.model_json_schema(mode="validation")},
                NDJSON: {"schema": {"type": "string", "description": "One statement a line."}},
            },
        }
    },
)
async def score(
    request: Request,
    model: Annotated[str | None, Query(description="With NDJSON: NAME[@VERSION].")] = None,
    threshold: Annotated[list[str] | None, Query(description="With NDJSON: LABEL=P.")] = None,
) -> Response:
    """``application/json``: a ``ScoreRequest`` in, results in order out.

    ``application/x-ndjson``: a statement a line in, a result a line out, in order and in bounded
    memory; a line that cannot be scored gives a line with ``line`` and ``error``. Read while you
    write: results come before the last statement is sent.
    """
    state: State = request.app.state.faultline
    media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media == NDJSON:
        engine = await state.engine(model)
        changed = parse_thresholds(threshold or [])
        engine.predictor.check_thresholds(changed)
        engine.check_room()
        lines = read_lines(request, state.settings.max_line_bytes)
        return DuplexResponse(_stream(engine, lines, changed), media_type=NDJSON)
    if media == "application/json":
        return await _score_json(state, await read_body(request, state.settings.max_body_bytes))
    raise MediaTypeError(f"{media or 'no content type'}: send application/json or {NDJSON}")


async def _score_json(state: State, body: bytes) -> Response:
    try:
        asked = ScoreRequest.model_validate(orjson.loads(body))
    except orjson.JSONDecodeError as error:
        return problems.problem(400, f"The body is not valid JSON: {error}", kind="bad-json")
    except ValidationError as error:
        return problems.bad_fields(error.errors())
    most = state.settings.max_statements
    if len(asked.statements) > most:
        raise BodyTooLargeError(f"{len(asked.statements)} statements; the limit is {most}")
    engine = await state.engine(asked.model)
    results = await engine.score(asked.statements, asked.thresholds)
    content = {
        "model": engine.predictor.reference,
        "codebook": engine.predictor.codebook.reference,
        "results": [
            {**result.model_dump(), "id": row if result.id is None else result.id}
            for row, result in enumerate(results, 1)
        ],
    }
    return Response(orjson.dumps(content), media_type="application/json")


async def _stream(
    engine: Engine, lines: AsyncIterator[bytes | None], thresholds: Mapping[str, float]
) -> AsyncIterator[bytes]:
    """Result lines, a slice of statements at a time."""
    waiting: list[tuple[int, Statement | str]] = []
    number = 0
    async for line in lines:
        number += 1
        if line is None or line.strip():
            waiting.append((number, _statement(line)))
        if len(waiting) == SLICE:
            yield await _score_slice(engine, waiting, thresholds)
            waiting = []
    if waiting:
        yield await _score_slice(engine, waiting, thresholds)


def _statement(line: bytes | None) -> Statement | str:
    """The statement of a line, or what is wrong with it."""
    if line is None:
        return "the line is over the limit"
    try:
        fields = orjson.loads(line)
        return parse_statement(fields) if isinstance(fields, dict) else "not a JSON object"
    except orjson.JSONDecodeError as error:
        return f"not valid JSON ({error})"
    except StatementError as error:
        return str(error)


async def _score_slice(
    engine: Engine, waiting: list[tuple[int, Statement | str]], thresholds: Mapping[str, float]
) -> bytes:
    good = [entry for _, entry in waiting if isinstance(entry, Statement)]
    results = iter(await engine.score(good, thresholds, wait=True))
    answers: list[dict[str, Any]] = []
    for number, entry in waiting:
        if isinstance(entry, str):
            answers.append({"line": number, "error": entry})
        else:
            result = next(results).model_dump()
            answers.append({**result, "id": number if entry.id is None else entry.id})
    return b"".join(orjson.dumps(a, option=orjson.OPT_APPEND_NEWLINE) for a in answers)
