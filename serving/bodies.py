"""Request bodies, read within their limits."""

from collections.abc import AsyncIterator

from fastapi import Request

from serving.errors import BodyTooLargeError


async def read_body(request: Request, limit: int) -> bytes:
    """The whole body.

    Raises:
        BodyTooLargeError: it is longer than ``limit`` bytes; the rest is not read.
    """
    too_large = BodyTooLargeError(f"the body is over the limit of {limit:,} bytes")
    if int(request.headers.get("content-length") or 0) > limit:
        raise too_large
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > limit:
            raise too_large
    return bytes(body)


async def read_lines(request: Request, limit: int) -> AsyncIterator[bytes | None]:
    """Lines of the body as they arrive, without their ends; None for one over ``limit`` bytes,
    whose bytes are passed over and never held."""
    held, skipping = bytearray(), False
    async for chunk in request.stream():
        *ended, rest = chunk.split(b"\n")
        for part in ended:
            fits = not skipping and len(held) + len(part) <= limit
            yield bytes(held + part) if fits else None
            held.clear()
            skipping = False
        skipping = skipping or len(held) + len(rest) > limit
        held = bytearray() if skipping else held + rest
    if held or skipping:
        yield None if skipping else bytes(held)
