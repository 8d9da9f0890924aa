"""The codebook of a model."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request

from serving.state import State

router = APIRouter(prefix="/v1/codebook", tags=["codebook"])


@router.get("", summary="Labels, definitions, version")
async def codebook(
    request: Request, model: Annotated[str | None, Query(description="NAME[@VERSION]")] = None
) -> dict[str, Any]:
    state: State = request.app.state.faultline
    book = (await state.engine(model)).predictor.codebook
    return {"codebook": book.reference, **book.model_dump(mode="json")}
