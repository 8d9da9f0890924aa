"""Whether the service lives, and whether it can score."""

from fastapi import APIRouter, Request, Response

from serving import problems
from serving.state import State

router = APIRouter(prefix="/health", tags=["operations"])


@router.get("/live", summary="The process answers")
def live() -> dict[str, str]:
    return {"status": "live"}


@router.get("/ready", summary="Statements can be scored", response_model=dict[str, str])
def ready(request: Request) -> Response | dict[str, str]:
    state: State = request.app.state.faultline
    if not state.current.alive:
        return problems.problem(503, "Scoring has stopped.", kind="worker-stopped")
    return {"status": "ready", "model": state.current.predictor.reference}
