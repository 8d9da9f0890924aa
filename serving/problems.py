"""One error body for all of HTTP: application/problem+json (RFC 9457)."""

import logging
import re
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

import orjson
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from serving.errors import STATUS

RETRY_AFTER_SECONDS = 1
log = logging.getLogger("faultline.http")


def problem(
    status: int, detail: str, *, kind: str = "", errors: Sequence[dict[str, Any]] = ()
) -> Response:
    """A problem document. ``kind`` makes its ``type``; ``errors`` names bad fields."""
    body: dict[str, Any] = {
        "type": f"urn:faultline:problem:{kind}" if kind else "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
    }
    if errors:
        body["errors"] = list(errors)
    headers = {"Retry-After": str(RETRY_AFTER_SECONDS)} if status in (429, 503) else None
    return Response(orjson.dumps(body), status, headers, "application/problem+json")


def problem_of(error: Exception) -> Response:
    """The problem of one of our own errors; a 500 says nothing of its cause."""
    status = next(STATUS[base] for base in type(error).__mro__ if base in STATUS)
    if status == HTTPStatus.INTERNAL_SERVER_ERROR:
        log.error("failed", exc_info=error)
        return problem(status, "The service failed; the cause is in its log.")
    return problem(status, str(error), kind=_kebab(type(error).__name__.removesuffix("Error")))


def bad_fields(errors: Sequence[Any]) -> Response:
    """422 for what pydantic found wrong, each with the path of its field."""
    found = [
        {
            "field": ".".join(str(part) for part in error["loc"]) or "body",
            "detail": error["msg"].removeprefix("Value error, "),
        }
        for error in errors
    ]
    first = f"{found[0]['field']}: {found[0]['detail']}"
    more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
    return problem(422, first + more, kind="bad-fields", errors=found)


def install(app: FastAPI) -> None:
    """Answer every error with a problem document."""

    async def own(_request: Request, error: Exception) -> Response:
        return problem_of(error)

    async def fields(_request: Request, error: Exception) -> Response:
        return bad_fields(getattr(error, "errors", list)())

    async def http(_request: Request, error: Exception) -> Response:
        status = getattr(error, "status_code", 500)
        return problem(status, str(getattr(error, "detail", "")))

    async def bug(_request: Request, _error: Exception) -> Response:
        return problem(500, "The service failed; the cause is in its log.")

    for kind in STATUS:
        app.add_exception_handler(kind, own)
    app.add_exception_handler(RequestValidationError, fields)
    app.add_exception_handler(HTTPException, http)
    app.add_exception_handler(Exception, bug)


def _kebab(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "-", name).lower()
